/* load/csv_versions - which versions of a CSV history end by a load, and which rows begin one */
#ifndef ANT_LOAD_CSV_VERSIONS_H
#define ANT_LOAD_CSV_VERSIONS_H

#include "load/csv_history.h"

/*
 * Take a record, whose values are in h->v.  NUMBER counts, from 0, what the load is about: rows of its
 * organization, and of the versions those that are OPEN.  Return 0 or -1.
 */
typedef int csv_versions_take(struct csv_history *h, int open, int64_t number, struct ant_err *e);

/* Hand each version, or each row of the load, to TAKE, in order.  Return 0, or -1 with ANT_FAIL. */
int csv_versions_each(struct csv_history *h, csv_versions_take *take, struct ant_err *e);
int csv_versions_each_row(struct csv_history *h, const struct csv_history_rows *rows,
	csv_versions_take *take, struct ant_err *e);

/* Compare all of ROWS with all open versions; h->closed and h->opened are how many differ.  0 or -1. */
int csv_versions_judge(
	struct csv_history *h, const struct csv_history_rows *rows, struct ant_err *e);

/* Then: whether the open version NUMBER ends; whether the row NUMBER begins one. */
int csv_versions_ends(const struct csv_history *h, int64_t number);
int csv_versions_is_new(const struct csv_history *h, int64_t number);

#endif
