/*
 * base/json - a strict reader of JSON texts (RFC 8259), in place, and a writer of strings
 *
 * Texts are bytes from a buffer with BUF_PAD readable bytes after the end.
 * Strings may hold invalid UTF-8: it is mended where text is taken out.
 */
#ifndef ANT_BASE_JSON_H
#define ANT_BASE_JSON_H

#include <stddef.h>

#include "base/buf.h"
#include "base/strlist.h"

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

enum { JSON_DEPTH = 512 }; /* arrays and objects inside one another, at most */

enum json_fault {
	JSON_NO_JSON, /* not a JSON text, or not the whole of one */
	JSON_TOO_DEEP /* over JSON_DEPTH: it may be JSON all the same */
};

struct json_error {
	const char *at;	      /* the byte that is wrong; the end where the text is cut off */
	const char *reason;   /* static text, for people */
	enum json_fault code; /* what callers decide by */
};

/* A value in place: P and LEN are its bytes, quotes and brackets included. */
struct json_value {
	enum json_kind kind;
	const char *p;
	size_t len;
};

/* The first byte at or after P that is not JSON white space. */
const char *json_space(const char *p, const char *end);

/*
 * Check the one value that starts at P (no white space before it).  Return
 * where it ends, or NULL with the reason in ERR.  It is checked in full:
 * grammar, escapes, depth.
 */
const char *json_skip(const char *p, const char *end, struct json_error *err);

/* The same for a value that stands inside DEPTH open arrays and objects. */
const char *json_skip_inside(const char *p, const char *end, int depth, struct json_error *err);

/*
 * The parts of it, alike: a scalar, a string that starts at P with its quote, a
 * number, and an object's key with the colon and the white space after it
 * (json_skip_key() returns where the value starts).
 */
const char *json_skip_scalar(const char *p, const char *end, struct json_error *err);
const char *json_skip_string(const char *p, const char *end, struct json_error *err);
const char *json_skip_number(const char *p, const char *end, struct json_error *err);
const char *json_skip_key(const char *p, const char *end, struct json_error *err);

/* The kind of the checked value that starts at P. */
enum json_kind json_kind_at(const char *p);

/* Check that LEN bytes are one value with white space around it; describe it.  0 or -1. */
int json_parse(const char *p, size_t len, struct json_value *v, struct json_error *err);

/*
 * Walk the members of a checked object or the elements of a checked array.
 * Start with *AT NULL.  Return 1 with the next member (KEY is untouched for an
 * array), 0 at the end.
 */
int json_next(
	const struct json_value *of, const char **at, struct json_value *key, struct json_value *v);

/* The member NAME of a checked object (the last of that name): 1; 0 where there is none. */
int json_member(const struct json_value *object, const char *name, struct json_value *v);

/* 1 where the checked string V reads as the C string S. */
int json_is(const struct json_value *v, const char *s);

/*
 * Append the text of the checked string V as UTF-8.  What is no Unicode text
 * (invalid UTF-8, a lone surrogate) and U+0000 become U+FFFD; *MENDED counts
 * them (NULL: not wanted).  Return 0 or -1 as buf_put().
 */
int json_text(struct buf *to, const struct json_value *v, size_t *mended);

/* 1 where two checked strings hold the same text, 0 where not; -1 memory ran out. */
int json_same(const struct json_value *a, const struct json_value *b);

/* Append LEN bytes of text as a JSON string with its quotes, mended as json_text() does. */
int json_put_text(struct buf *to, const char *s, size_t len);
int json_put_string(struct buf *to, const char *s);

/* Append ,"NAME":"TEXT" or null where TEXT is NULL; the same with a list of texts. */
int json_put_member(struct buf *to, const char *name, const char *text);
int json_put_list(struct buf *to, const char *name, const struct strlist *texts);

/*
 * Append V without white space, its strings rewritten with the fewest escapes
 * and mended, its numbers as they are.
 */
int json_put_value(struct buf *to, const struct json_value *v, size_t *mended);

#endif
