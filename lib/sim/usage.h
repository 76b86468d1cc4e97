/* sim/usage - the streams' use, summed by bucket and group */
#ifndef ANT_SIM_USAGE_H
#define ANT_SIM_USAGE_H

#include "base/strlist.h"
#include "base/utc.h"
#include "sim/groups.h"
#include "sim/model.h"

/* Usage in buckets: rows are groups of streams, in a fixed order. */
struct sim_usage {
	const struct sim *s;
	unsigned asked;		  /* the dimensions */
	struct sim_groups groups; /* by dimensions; -1: null, or not asked for */
	int *group;		  /* of each stream; -1: filtered away */
	uint64_t *sum;		  /* SIM_COUNTS for each group: the bucket */
	uint64_t *values;
	int64_t day;			     /* that VALUES holds */
	char start[UTC_TEXT], end[UTC_TEXT]; /* of the bucket */
};

struct sim_usage_row {
	const char *dim[SIM_DIMS]; /* NULL: null, or not asked for */
	uint64_t n[SIM_COUNTS];
	char start[UTC_TEXT], end[UTC_TEXT]; /* of the bucket */
};

/*
 * ASKED: the dimensions to group by, as bits 1 << SIM_...  WANTED[d] lists the values that
 * dimension D may have; an empty list: all.  0, or -1 with ANT_FAIL.
 */
int sim_usage_open(struct sim_usage *u, const struct sim *s, unsigned asked,
	const struct strlist wanted[SIM_DIMS], struct ant_err *e);
void sim_usage_close(struct sim_usage *u);
/* Sum the bucket; a group whose SIM_COUNTS sums are all 0 has no row. */
void sim_usage_bucket(struct sim_usage *u, int64_t start, int64_t width);
/* The row of group G: 1, or 0 where it has none. */
int sim_usage_row(const struct sim_usage *u, size_t g, struct sim_usage_row *row);

#endif
