/*
 * sim/plant - what one report alone tells wrongly
 *
 * The simulator's reports agree with one another; a plant makes one of them differ on a day, for
 * whoever compares them: a group's amounts are multiplied, by 0 to lose it, by 2 to have it twice.
 */
#ifndef ANT_SIM_PLANT_H
#define ANT_SIM_PLANT_H

#include "sim/model.h"

/* The reports, each as it is asked for by groups and as a total. */
enum sim_report {
	SIM_COST_REPORT,
	SIM_COST_TOTAL,
	SIM_USAGE_REPORT,
	SIM_USAGE_TOTAL,
	SIM_ANALYTICS_COST,
	SIM_ANALYTICS_COST_TOTAL,
	SIM_ANALYTICS_USAGE,
	SIM_ANALYTICS_USAGE_TOTAL,
	SIM_CLAUDE_CODE_REPORT,
	SIM_PLANTABLE
};

struct sim_plant {
	enum sim_report report;
	int64_t day;
	size_t group; /* of those that the day has, from 1 on, in the API's order */
	unsigned permille;
};

/*
 * One more in S: REPORT is the name of the table that is read from it.  0; -1 with ANT_USAGE where
 * there is no such report, or no such number, else with ANT_FAIL.
 */
int sim_plant_add(struct sim *s, const char *report, int64_t day, const char *group,
	unsigned permille, struct ant_err *e);

/* By how many thousandths the group that is number GROUP in its day is multiplied. */
uint64_t sim_planted(const struct sim *s, enum sim_report report, int64_t day, size_t group);

#endif
