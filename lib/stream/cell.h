/*
 * stream/cell - one cell of a row: a JSON value becomes the text of its column's type
 *
 * What both engines of ant-flatten end in, so that they cannot differ in what a
 * type accepts.  The encoding is PostgreSQL's COPY text, anthill-rows(5).
 */
#ifndef ANT_STREAM_CELL_H
#define ANT_STREAM_CELL_H

#include <stddef.h>

#include "base/buf.h"
#include "base/json.h"
#include "stream/type.h"

/* A number of any type has at most this many characters, and an exponent within it. */
enum { CELL_NUMBER_MAX = 1000 };

/* What a cell of bytes is made of. */
struct cell_count {
	size_t mended; /* characters that were no text, or U+0000, and became U+FFFD */
};

/*
 * Append the value V, checked JSON, as a cell of TYPE to ROW.  null is \N.
 * Return 0; -1 with errno where memory ran out (ROW->failed), or with *WHY set
 * to static text where the value is not of the type: nothing is rounded or cut.
 *
 *   text         a string                     bigint   an integer of 64 bits, also as 1e3 or 2.0
 *   double       a number within a double     numeric  a number, or a string that is one
 *   boolean      true or false                date     a string YYYY-MM-DD
 *   timestamptz  a string, RFC 3339 or a date; written in UTC with Z, its fraction kept
 *   json         any value, without white space
 */
int cell_put(struct buf *row, enum type type, const struct json_value *v, struct cell_count *count,
	const char **why);

/* Append LEN bytes of text, valid UTF-8, in the encoding of a row; no NUL may be in it. */
int cell_put_text(struct buf *row, const char *s, size_t len);

/* Append \N. */
int cell_put_null(struct buf *row);

#endif
