/* sim/change - what is changed in the simulated organization after it was made */
#ifndef ANT_SIM_CHANGE_H
#define ANT_SIM_CHANGE_H

#include "base/strlist.h"
#include "sim/model.h"

/*
 * One change, written as a query string that is decoded into N names and values:
 *   date=YYYY-MM-DD factor=F drop=N   multiply the day's amounts (F has up to three
 *                                     decimals), drop the first N rows of its reports
 *   date=YYYY-MM-DD report=TABLE group=N factor=F   multiply the amounts of one group in one
 *                                     report alone, see sim/plant
 *   remove=ID  return=ID  archive=ID  rename=ID name=TEXT
 *   role=USER to=ROLE  status=KEY to=STATUS
 *   enter=GROUP user=ID  leave=GROUP user=ID
 *   limit=ID cents=N                  a spend limit
 *   now=TIME                          move the clock
 *   event=N                           N things happen now (sim/feed), 1 to 1000
 * Return 0, or -1 with ANT_USAGE and a reason.
 */
int sim_change(struct sim *s, const struct strlist *names, const struct strlist *values,
	struct ant_err *e);

#endif
