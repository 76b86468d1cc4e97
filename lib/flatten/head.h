/* flatten/head - the table, mode, key and columns that a row stream tells of itself */
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

#endif
