/* fetch/ids - the ids of a table's records, for another table that goes through them */
#ifndef ANT_FETCH_IDS_H
#define ANT_FETCH_IDS_H

#include "base/err.h"
#include "base/strlist.h"
#include "fetch/fetch.h"

enum { IDS_MAX = 1000000, ID_MAX = 256 }; /* ids, and bytes of one: they stay in memory */

/*
 * Append the ids of PLAN's parent's rows to TO, each once, those of ONE_PAGE alone or all.
 * Return 0, or -1: ANT_USAGE where the parent is no plain list; ANT_API where a record has no
 * id, or one that leads out of a path or is too long; else as fetch_run().
 */
int ids_fetch(const struct fetch_plan *plan, int one_page, struct fetch_stats *stats,
	struct strlist *to, struct ant_err *e);

#endif
