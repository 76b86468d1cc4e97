/* flatten/head - the directives before and behind the rows of a row stream, anthill-rows(5) */
#ifndef ANT_FLATTEN_HEAD_H
#define ANT_FLATTEN_HEAD_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "flatten/fields.h"
#include "stream/record.h"
#include "tables/table.h"

/*
 * Append the lines before the rows of table T.  BEGIN is the record stream's first line, or
 * NULL where the input is plain JSON; MODE is that of the option, or -1.  Return 0; -1 with
 * ANT_USAGE or ANT_INPUT for a mode that does not fit, or ANT_FAIL.
 */
int head_put(struct buf *to, const struct table *t, const struct fields *f,
	const struct record_begin *begin, int mode, struct ant_err *e);

/* Append the trailer of ROWS rows; END is the record stream's, or NULL.  0 or -1 as buf_put(). */
int head_end(struct buf *to, size_t rows, const struct record_end *end);

#endif
