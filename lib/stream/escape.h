/*
 * stream/escape - the text of a cell as a row stream writes it, anthill-rows(5)
 *
 * The encoding of PostgreSQL's COPY text: \N is null; a backslash, a tab, a newline and a
 * carriage return are \\, \t, \n and \r; a # at the start of a row is \#, as lines that start
 * with one are directives.  Fields of directives are written alike.
 */
#ifndef ANT_STREAM_ESCAPE_H
#define ANT_STREAM_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Append LEN bytes of text, valid UTF-8, which hold no NUL.  0 or -1 as buf_put(). */
int escape_put(struct buf *row, const char *s, size_t len);

/* Append \N.  0 or -1 as buf_put(). */
int escape_put_null(struct buf *row);

/* Take the escapes out of LEN checked bytes at FROM; TO may be FROM.  Return the new length. */
size_t escape_undo(char *to, const char *from, size_t len);

/* Whether a byte stands for itself, and alone. */
static inline int
escape_is_plain(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x20 ? u < 0x80 && u != '\\' : u != '\t' && u != '\n' && u != '\r' && u != 0;
}

/*
 * Check what stands at P, a byte that is not plain and no tab and no newline.  START is where
 * its cell starts, LINE where the row does (END in a directive).  Return how many bytes it
 * takes, or 0 with a reason.
 */
size_t escape_step(
	const char *p, const char *start, const char *line, const char *end, struct ant_err *e);

/* Whether LEN checked bytes at P are null. */
static inline int
escape_is_null(const char *p, size_t len)
{
	return len == 2 && p[0] == '\\' && p[1] == 'N';
}

int escape_guard_hash(struct buf *row, size_t start); /* for escape_guard() */

/* The row that ROW has from START on is whole: it is made no directive.  0 or -1 as buf_put(). */
static inline int
escape_guard(struct buf *row, size_t start)
{
	return row->len == start || row->data[start] != '#' ? 0 : escape_guard_hash(row, start);
}

#endif
