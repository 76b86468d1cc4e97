/* stream/value - what the text of a cell may be, by the type of its column, anthill-rows(5) */
#ifndef ANT_STREAM_VALUE_H
#define ANT_STREAM_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "stream/type.h"

/* A number of any type has at most this many characters, and an exponent within it. */
enum { VALUE_NUMBER_MAX = 1000 };

/*
 * One value.  P is its text without escapes, LEN its bytes; the byte after it is never part
 * of a number (a tab or a newline), so that strtod() stops there.  I is the value of a bigint,
 * 0 or 1 of a boolean, the days since 1970 of a date, and the microseconds since
 * 1970 of a timestamptz (a seventh digit of the fraction rounds).
 */
struct row_cell {
	const char *p;
	size_t len;
	int64_t i;
	int null;
};

/*
 * Whether the text of a cell, which is not null and has no escapes, is of type T; its
 * value goes to C->i.  BUF_PAD readable bytes stand after it.  Return 0 or -1.
 */
int value_fits(enum type t, struct row_cell *c);

/*
 * What a message may say of a value that does not fit, in TO: the value between quotes where it is
 * made like a number or a time, and short; else how long it is, for it could be anybody's address.
 * Returns TO.
 */
enum { VALUE_SHOWN = 48 };
const char *value_shown(const struct row_cell *c, char to[static VALUE_SHOWN]);

/* Whether a JSON number of LEN bytes at P is within VALUE_NUMBER_MAX; what follows is as below. */
int value_is_short(const char *p, size_t len);

/*
 * Whether a double holds the JSON number of LEN bytes at P: it is neither beyond its range nor,
 * not being 0, so small that it is lost.  The byte after it is as in struct row_cell.
 */
int value_in_double(const char *p, size_t len);

#endif
