/* fetch/check - what a key may read */
#ifndef ANT_FETCH_CHECK_H
#define ANT_FETCH_CHECK_H

#include "base/err.h"
#include "base/out.h"
#include "base/strlist.h"
#include "fetch/fetch.h"
#include "tables/tables.h"

/*
 * Ask the API for the organization, then for the smallest page of each other table in
 * NAMES, and write one line each to OUT, the organization's name first.  PLAN
 * brings the client, the budget, the patience and the events; its table is not
 * used.  Return 0 where at least one table can be read, else -1: ANT_AUTH, or the
 * status of the first failure of another kind.
 */
int check_tables(const struct tables *ts, const struct strlist *names,
	const struct fetch_plan *plan, struct out *out, struct ant_err *e);

/*
 * Ask the API for the organization, with one request, and write the id that the answer names
 * and a newline to OUT.  A refusal that names it will do, unless it is of the key itself (401).
 * Return 0 or -1 as fetch_run().
 */
int check_whose(
	const struct tables *ts, const struct fetch_plan *plan, struct out *out, struct ant_err *e);

#endif
