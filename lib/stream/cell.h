/*
 * stream/cell - one cell of a row: a JSON value becomes the text of its column's type
 *
 * What both engines of ant-flatten end in, so that they cannot differ in what a
 * type accepts.  The encoding is PostgreSQL's COPY text, anthill-rows(5).
 */
#ifndef ANT_STREAM_CELL_H
#define ANT_STREAM_CELL_H

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/vec.h"
#include "stream/type.h"

/* What a cell of bytes is made of. */
struct cell_count {
	size_t mended; /* characters that were no text, or U+0000, and became U+FFFD */
};

/*
 * Append the value V, checked JSON, as a cell of TYPE to ROW.  null is \N.
 * Return 0; -1 with errno where memory ran out (ROW->failed), or with *WHY set
 * to static text where the value is not of the type: nothing is rounded or cut.
 *
 *   text         a string, or a number, true or false as they are written
 *   bigint       an integer of 64 bits, also as 1e3 or 2.0
 *   double       a number within a double     numeric  a number, or a string that is one
 *   boolean      true or false                date     a string YYYY-MM-DD
 *   timestamptz  a string, RFC 3339 or a date; written in UTC with Z, its fraction kept, a
 *                leap second as the second after.  One without a zone is UTC: some of the
 *                API's are.  Windows and arguments are read by utc_parse(), which wants a zone
 *   json         any value, without white space
 */
int cell_put(struct buf *row, enum type type, const struct json_value *v, struct cell_count *count,
	const char **why);

/* The last time of a column, checked, as it stood in JSON.  All 0 to begin with. */
enum { CELL_LAST_MAX = 40 };
struct cell_last {
	char text[CELL_LAST_MAX];
	size_t len;
};

/* cell_put() of a timestamptz, whose column keeps LAST: most rows repeat the time of the one before. */
int cell_put_time(struct buf *row, const struct json_value *v, struct cell_last *last,
	struct cell_count *count, const char **why);

/* Copy LEN bytes; up to 32 may be written, and read, in whole blocks of 16. */
static inline void
cell_copy(char *to, const char *from, size_t len)
{
	memcpy(to, from, 16);
	if (len > 32)
		memcpy(to + 16, from + 16, len - 16);
	else if (len > 16)
		memcpy(to + 16, from + 16, 16);
}

/*
 * The usual cells, whose bytes stand in the JSON as a row wants them: 1; 0 for all others,
 * and nothing is appended.  After the row there is room for a tab and a block of 16.
 */
static inline int
cell_put_plain(
	struct buf *row, enum type type, const struct json_value *v, const struct cell_last *last)
{
	const char *text = v->p;
	size_t len = v->len;

	if (row->failed || row->cap - row->len <= len + 2)
		return 0;
	if (v->kind == JSON_NULL) {
		memcpy(row->data + row->len, "\\N", 2);
		row->len += 2;
		return 1;
	}
	if (v->kind == JSON_NUMBER && type == TYPE_BIGINT) {
		/* Sixteen digits and more are looked at more closely. */
		if (len >= 16 || vec_digits(text) != len)
			return 0;
	} else if (v->kind == JSON_STRING && type == TYPE_TEXT) {
		text++;
		len -= 2;
		if (vec_ascii(text, text + len) != text + len)
			return 0;
	} else if (v->kind == JSON_STRING && type == TYPE_TIMESTAMPTZ) {
		if (len != last->len || memcmp(text, last->text, len) != 0)
			return 0;
		text++;
		len -= 2;
	} else {
		return 0;
	}
	cell_copy(row->data + row->len, text, len);
	row->len += len;
	return 1;
}

#endif
