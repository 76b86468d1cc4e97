/*
 * bruin/yaml - a YAML file as a tree of names and values that know their lines
 *
 * The only file that includes yaml.h, of libyaml.  Values are texts, with what they take from the
 * environment; messages have a place and never a value, which may be a secret.
 */
#ifndef ANT_BRUIN_YAML_H
#define ANT_BRUIN_YAML_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { BRUIN_YAML_TEXT_MAX = 1 << 20 }; /* room for a text with what the environment adds */

struct bruin_yaml;
struct bruin_yaml_node; /* a mapping, a list or a text; it lives as long as its tree */

/*
 * Read the first document of the LEN bytes at TEXT, which is not needed afterwards.  PATH names
 * the file in messages and is not copied.  Aliases are not expanded: a tree is never larger than
 * its file.  Return NULL with ANT_USAGE where the text is no YAML, is empty or is nested deeper
 * than 32, or with ANT_FAIL where memory ran out.
 */
struct bruin_yaml *bruin_yaml_load(
	const char *path, const char *text, size_t len, struct ant_err *e);
void bruin_yaml_free(struct bruin_yaml *t); /* NULL: no effect */

const char *bruin_yaml_path(const struct bruin_yaml *t);
const struct bruin_yaml_node *bruin_yaml_root(struct bruin_yaml *t);
size_t bruin_yaml_line(const struct bruin_yaml_node *n); /* from 1, also for NULL */

/* Whether N is this text; one of the texts before a NULL.  NULL is no text. */
int bruin_yaml_is(const struct bruin_yaml_node *n, const char *text);
int bruin_yaml_is_one(const struct bruin_yaml_node *n, const char *const *texts);
/* Null as YAML writes it, or NULL; a text in quotes never is.  What YAML 1.1 takes for true. */
int bruin_yaml_is_null(const struct bruin_yaml_node *n);
int bruin_yaml_is_true(const struct bruin_yaml_node *n);
int bruin_yaml_is_list(const struct bruin_yaml_node *n);

/* N as it stands, for comparisons: "" for NULL and for what is no text without a NUL. */
const char *bruin_yaml_name(const struct bruin_yaml_node *n);

/* The value of KEY in MAP, also of a mapping merged in by `<<`.  NULL: none, null, or no mapping. */
const struct bruin_yaml_node *bruin_yaml_get(
	struct bruin_yaml *t, const struct bruin_yaml_node *map, const char *key);

/* How many pairs a mapping has, or items a list; then each by its number, from 0. */
size_t bruin_yaml_count(const struct bruin_yaml_node *n);
const struct bruin_yaml_node *bruin_yaml_key(
	struct bruin_yaml *t, const struct bruin_yaml_node *map, size_t i);
const struct bruin_yaml_node *bruin_yaml_value(
	struct bruin_yaml *t, const struct bruin_yaml_node *map, size_t i);
const struct bruin_yaml_node *bruin_yaml_item(
	struct bruin_yaml *t, const struct bruin_yaml_node *list, size_t i);

/*
 * Return 0 where MAP is a mapping of few keys that are names, none of them twice: which one
 * would count?  Else -1 with ANT_USAGE; WHAT names it.
 */
int bruin_yaml_check_map(struct bruin_yaml *t, const struct bruin_yaml_node *map, const char *what,
	struct ant_err *e);

/*
 * Put what the text N says in TO, which is emptied first and ends up as a string, "" for NULL.
 * ${X} and {{ env_var('X') }} are the environment's, and what they hold is not looked at again.
 * -1 with ANT_USAGE for no text, a variable that is not set or any other template, or with
 * ANT_FAIL where TO is too small; WHAT names it.
 */
int bruin_yaml_text(const struct bruin_yaml *t, const struct bruin_yaml_node *n, const char *what,
	struct buf *to, struct ant_err *e);

/* Store ANT_USAGE and "PATH:LINE: ", followed by a reason in printf's format.  Return -1. */
int bruin_yaml_fail(struct ant_err *e, const struct bruin_yaml *t, const struct bruin_yaml_node *at,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * The same for KEY, a WHAT, which cannot be honoured: is one of the texts in LISTS meant, each
 * list and LISTS itself ended by NULL?
 */
int bruin_yaml_unknown(const struct bruin_yaml *t, const struct bruin_yaml_node *key,
	const char *what, const char *const *const lists[], struct ant_err *e);

#endif
