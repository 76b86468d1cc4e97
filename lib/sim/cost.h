/*
 * sim/cost - the cost report of the simulated organization
 *
 * Cost is tokens times price in units of 10^-10 cents, exact, and some lines that
 * are not tokens.  Priority Tier is not in it, as in the real report.
 */
#ifndef ANT_SIM_COST_H
#define ANT_SIM_COST_H

#include "sim/groups.h"
#include "sim/model.h"

enum { SIM_MONEY = 64, SIM_DESCRIPTION = 80 };

__extension__ typedef unsigned __int128 sim_units;

enum sim_cost_kind { SIM_COST_TOKENS, SIM_COST_SEARCH, SIM_COST_CODE, SIM_COST_SESSION };

struct sim_cost_row { /* texts: NULL for null */
	const char *cost_type, *model, *token_type, *tier, *window, *geo, *workspace;
	char description[SIM_DESCRIPTION]; /* "": null */
	char amount[SIM_MONEY];
	char start[UTC_TEXT], end[UTC_TEXT]; /* of the day */
};

struct sim_cost {
	const struct sim *s;
	int by_workspace, by_description;
	struct sim_cost_entry *entries;
	size_t nentries, cap;
	struct sim_groups groups;
	sim_units *sum; /* of each group */
	int64_t day;
};

int sim_cost_open(struct sim_cost *c, const struct sim *s, int by_workspace, int by_description,
	struct ant_err *e);
void sim_cost_close(struct sim_cost *c);
void sim_cost_day(struct sim_cost *c, int64_t day);
/* Row G of the day: 1, or 0 where it has no cost. */
int sim_cost_row(const struct sim_cost *c, size_t g, struct sim_cost_row *row);

/* What a token of stream ST costs, in units, exact for all of the table's prices. */
uint64_t sim_cost_price(const struct sim_stream *st, enum sim_count c);
/*
 * What a workspace itself does, without a stream, code execution or sessions: the price of a tick
 * of KIND (0: it has none), and its ticks on DAY, which are 0 on quiet ones.
 */
uint64_t sim_cost_tick(enum sim_cost_kind kind, size_t workspace);
uint64_t sim_cost_ticks(
	const struct sim *s, enum sim_cost_kind kind, size_t workspace, int64_t day);

/* Write UNITS of 10^-10 cents with at least DECIMALS decimals. */
void sim_money(char to[SIM_MONEY], sim_units units, int decimals);

#endif
