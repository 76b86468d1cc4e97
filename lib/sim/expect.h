/*
 * sim/expect - the oracle: the rows that a table must hold for this organization
 *
 * They come from the model, not from the answers that the server makes of it, in
 * the order in which the API lists them.  The format is that of a row stream's
 * rows: tab separated, \N for null, COPY's escapes.
 */
#ifndef ANT_SIM_EXPECT_H
#define ANT_SIM_EXPECT_H

#include "base/buf.h"
#include "sim/model.h"

struct sim_expect {
	const char *table;
	const char *from, *to; /* times of the command line; NULL: all there is */
	const char *width;     /* 1d, 1h, 1m; NULL: 1d */
	const char *group_by;  /* comma separated; NULL: the table's own; "": none */
};

/* Append a line with the columns' names, then the rows.  0, or -1 with ANT_USAGE. */
int sim_expect(struct buf *to, const struct sim *s, const struct sim_expect *x, struct ant_err *e);

#endif
