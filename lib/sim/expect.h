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
#include "sim/columns.h"
#include "sim/model.h"
#include "sim/source.h"

struct sim_expect {
	const char *table;
	const char *from, *to; /* times of the command line; NULL: all there is */
	const char *width;     /* 1d, 1h, 1m; NULL: 1d */
	const char *group_by;  /* comma separated; NULL: the table's own; "": none */
};

/* One call of the oracle. */
struct sim_oracle {
	struct buf *to, cell; /* cell: that is being written */
	const struct sim *s;
	const struct sim_table *table;
	const char *group_by; /* as in struct sim_expect */
	struct sim_columns columns;
	int64_t from, end, width; /* the window, in seconds: whole buckets of WIDTH */
};

enum { SIM_BY_WIDTH = -1 };

/* A table and where its rows come from.  A domain (sim/domains) brings an array of them. */
struct sim_table {
	const char *name;
	const struct sim_fields *of; /* the objects whose rows they are */
	const char *columns;	     /* see sim_columns_make() */
	/* All objects of all parents; of each day of the window, where UNIT is a day. */
	const struct sim_source *source;
	/* Instead: calls sim_expect_row() for each object.  0, or -1. */
	int (*rows)(struct sim_oracle *o, struct ant_err *e);
	/* What the window is made of: seconds, or SIM_BY_WIDTH; 0: there is no window. */
	int64_t unit;
	/* Where the data end that the API serves; NULL: with the bucket that is open. */
	int64_t (*end)(const struct sim *s, int64_t width);
	/* Where they start; NULL: on the history's first day. */
	int64_t (*start)(const struct sim *s);
};

/* Append a line with the columns' names, then the rows.  0, or -1 with ANT_USAGE. */
int sim_expect(struct buf *to, const struct sim *s, const struct sim_expect *x, struct ant_err *e);

/* The row of one object of the table's kind. */
void sim_expect_row(struct sim_oracle *o, const void *object);

/*
 * Call TAKE for each dimension of the comma separated LIST; it returns 0, or -1 where it is
 * none: ANT_USAGE then.
 */
int sim_expect_groups(
	const char *list, int (*take)(const char *name, void *arg), void *arg, struct ant_err *e);

#endif
