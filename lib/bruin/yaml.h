/*
 * ytree - a YAML file as a tree of names and values that know their lines
 *
 * The only file that includes yaml.h, of libyaml.  Values are texts, with what they take from the
 * environment; messages have a place and never a value, which may be a secret.
 */
#ifndef ANT_YTREE_H
#define ANT_YTREE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { YTREE_TEXT_MAX = 1 << 20 }; /* room for a text with what the environment adds */

struct ytree;
struct ytree_node; /* a mapping, a list or a text; it lives as long as its tree */

/*
 * The first document of the LEN bytes at TEXT, which may go.  PATH names it in messages and is
 * not copied.  Aliases are not expanded: a tree is never larger than its file.  NULL with
 * ANT_USAGE for what is no YAML, empty, or nested deeper than 32; with ANT_FAIL without memory.
 */
struct ytree *ytree_load(const char *path, const char *text, size_t len, struct ant_err *e);
void ytree_free(struct ytree *t); /* NULL: no effect */

const char *ytree_path(const struct ytree *t);
const struct ytree_node *ytree_root(struct ytree *t);
size_t ytree_line(const struct ytree_node *n); /* from 1, also for NULL */

/* Whether N is this text; one of the texts before a NULL.  NULL is no text. */
int ytree_is(const struct ytree_node *n, const char *text);
int ytree_is_one(const struct ytree_node *n, const char *const *texts);
/* Null as YAML writes it, or NULL; a text in quotes never is.  What YAML 1.1 takes for true. */
int ytree_is_null(const struct ytree_node *n);
int ytree_is_true(const struct ytree_node *n);
int ytree_is_list(const struct ytree_node *n);

/* N as it stands, for comparisons: "" for NULL and for what is no text without a NUL. */
const char *ytree_name(const struct ytree_node *n);

/* The value of KEY in MAP, also of a mapping merged in by `<<`.  NULL: none, null, or no mapping. */
const struct ytree_node *ytree_get(struct ytree *t, const struct ytree_node *map, const char *key);

/* How many pairs a mapping has, or items a list; then each by its number, from 0. */
size_t ytree_count(const struct ytree_node *n);
const struct ytree_node *ytree_key(struct ytree *t, const struct ytree_node *map, size_t i);
const struct ytree_node *ytree_value(struct ytree *t, const struct ytree_node *map, size_t i);
const struct ytree_node *ytree_item(struct ytree *t, const struct ytree_node *list, size_t i);

/*
 * Return 0 where MAP is a mapping of few keys that are names, none of them twice: which one
 * would count?  Else -1 with ANT_USAGE; WHAT names it.
 */
int ytree_check_map(
	struct ytree *t, const struct ytree_node *map, const char *what, struct ant_err *e);

/*
 * Put what the text N says in TO, which is emptied first and ends up as a string, "" for NULL.
 * ${X} and {{ env_var('X') }} are the environment's, and what they hold is not looked at again.
 * -1 with ANT_USAGE for no text, a variable that is not set or any other template, or with
 * ANT_FAIL where TO is too small; WHAT names it.
 */
int ytree_text(const struct ytree *t, const struct ytree_node *n, const char *what, struct buf *to,
	struct ant_err *e);

/* Store ANT_USAGE and "PATH:LINE: " with a reason by printf's rules behind it.  Return -1. */
int ytree_fail(struct ant_err *e, const struct ytree *t, const struct ytree_node *at,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * The same for KEY, a WHAT, which cannot be honoured: is one of the texts in LISTS meant, each
 * list and LISTS itself ended by NULL?
 */
int ytree_unknown(const struct ytree *t, const struct ytree_node *key, const char *what,
	const char *const *const lists[], struct ant_err *e);

#endif
