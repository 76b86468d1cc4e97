/*
 * flatten/jq - expressions that libjq computes
 *
 * All of them are one program, compiled once: a record goes in, and for each
 * row comes out one JSON array with the value of each expression, or an array of
 * its values.  Beside jq's own functions there are sum(f), list(f), one(f) and $record.
 */
#ifndef ANT_FLATTEN_JQ_H
#define ANT_FLATTEN_JQ_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

struct flatten_jq;

struct flatten_jq_expr {
	const char *text;
	int single; /* it is known to give one value, always: no array around it */
};

/*
 * Compile the N expressions EXPRS over the rows at the path ROWS.  NULL:
 * ANT_USAGE with libjq's reason, or ANT_FAIL.
 */
struct flatten_jq *flatten_jq_new(
	const char *rows, const struct flatten_jq_expr *exprs, size_t n, struct ant_err *e);
void flatten_jq_free(struct flatten_jq *m); /* NULL: no effect */

/* Check that one expression compiles.  0, or -1 with ANT_USAGE and libjq's reason. */
int flatten_jq_check(const char *expr, struct ant_err *e);

/*
 * Begin a record: LEN bytes of JSON, BUF_PAD readable bytes after them.  libjq is given it
 * with U+FFFD for all that is no text, as the native engine gives it.  0, or -1 with
 * ANT_INPUT and a reason.
 */
int flatten_jq_record(struct flatten_jq *m, const char *text, size_t len, struct ant_err *e);

/* Whether there was any such text in this record: then a U+FFFD of a value is taken for it. */
int flatten_jq_mended(const struct flatten_jq *m);

/*
 * The next row of the record: 1 and *ROW, the array, in memory of the
 * map until the next call; 0 after the last row; -1 with ANT_INPUT and jq's reason.
 */
int flatten_jq_next(struct flatten_jq *m, struct json_value *row, struct ant_err *e);

#endif
