#include "sim/plant.h"

#include <stdlib.h>
#include <string.h>

int
sim_plant_add(struct sim *s, const char *report, int64_t day, const char *group, unsigned permille,
	struct ant_err *e)
{
	static const char *const names[SIM_PLANTABLE] = {"cost_report", "cost_report_total",
		"usage_report", "usage_report_total", "analytics_cost", "analytics_cost_total",
		"analytics_usage", "analytics_usage_total", "claude_code_usage"};
	struct sim_plant p = {.day = day, .permille = permille}, *grown;
	size_t i = 0;
	char *end;

	while (i < SIM_PLANTABLE && strcmp(names[i], report) != 0)
		i++;
	if (i == SIM_PLANTABLE)
		return err_set(e, ANT_USAGE, "report: '%s' is no report that can differ", report);
	p.report = (enum sim_report)i;
	p.group = strtoul(group, &end, 10);
	if (*group < '1' || *group > '9' || *end != '\0' || p.group > 100000)
		return err_set(e, ANT_USAGE, "group: '%s' is not a number from 1 to 100000", group);
	if ((grown = realloc(s->plants, (s->nplants + 1) * sizeof *grown)) == NULL)
		return err_set(e, ANT_FAIL, "out of memory for a difference");
	s->plants = grown;
	s->plants[s->nplants++] = p;
	return 0;
}

uint64_t
sim_planted(const struct sim *s, enum sim_report report, int64_t day, size_t group)
{
	uint64_t permille = 1000;

	for (size_t i = 0; i < s->nplants; i++) {
		const struct sim_plant *p = &s->plants[i];

		if (p->report == report && p->day == day && p->group == group)
			permille = permille * p->permille / 1000;
	}
	return permille;
}
