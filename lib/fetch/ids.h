/* fetch/ids - what a table goes through: values in the records of another table, or of a file with them */
#ifndef ANT_FETCH_IDS_H
#define ANT_FETCH_IDS_H

#include "base/err.h"
#include "fetch/chain.h"
#include "fetch/fetch.h"

enum { IDS_MAX = 1000000, ID_MAX = 256 }; /* chains, and bytes of one value: they stay in memory */

/*
 * Append to TO what TABLE, which has a foreach, is asked for with: from the records of its parent,
 * each combination of values once, those of ONE_PAGE alone or all.  They are fetched as PLAN says,
 * the parent's own first, or come from the plan's parents file.  Return 0, or -1: ANT_USAGE
 * where the parent is no plain list; ANT_API where a record has no value, or one that leads out of a
 * path or is too long; ANT_INPUT for a file that is no complete stream of the parent; else as
 * fetch_run().
 */
int ids_fetch(const struct fetch_plan *plan, const struct table *table, int one_page,
	struct fetch_stats *stats, struct id_list *to, struct ant_err *e);

#endif
