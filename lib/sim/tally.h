/*
 * sim/tally - uses summed by group and by time, largest group first
 *
 * What the analytics reports send and what their tables must hold are both taken from here: a
 * group is one combination of the dimensions that are asked for.  The identity of the actor is
 * part of it also where the API does not show it, so that rows may be equal.
 */
#ifndef ANT_SIM_TALLY_H
#define ANT_SIM_TALLY_H

#include "sim/groups.h"
#include "sim/uses.h"

/* What cost is made of: the counts of sim/model, code execution, sessions. */
enum { SIM_PART_CODE = SIM_COUNTS, SIM_PART_SESSION, SIM_COST_PARTS };
/* A group's rows at most, where cost_type and token_type split it. */
enum { SIM_TALLY_ROWS = 10 };

enum sim_metric {
	SIM_TOTAL_TOKENS,
	SIM_OUTPUT_TOKENS,
	SIM_UNCACHED_TOKENS,
	SIM_METRIC_REQUESTS,
	SIM_AMOUNT,
	SIM_LIST_AMOUNT
};

struct sim_ask {
	unsigned dims;	/* bits 1 << SIM_BY_..., of cost_type and token_type too */
	unsigned kinds; /* of uses: enum sim_use_kind */
	int persons;	/* only what a person did */
	int money;	/* rows where there is cost, not where there is usage */
	enum sim_metric metric;
	int ascending;			     /* the smallest group first */
	struct strlist wanted[SIM_USE_DIMS]; /* values of filters; empty: all */
};

struct sim_sum {
	uint64_t n[SIM_USE_COUNTS];
	sim_units paid[SIM_COST_PARTS], list[SIM_COST_PARTS];
	int unknown; /* the number of requests is not known */
};

struct sim_rank { /* a group's place; KEY falls, or rises where it is asked for so */
	sim_units key;
	int64_t bucket; /* where groups of several are ranked together */
	size_t group;
};

struct sim_tally {
	const struct sim_uses *u;
	const struct sim_ask *ask;
	struct sim_groups groups;
	struct sim_tally_entry *entries;
	size_t nentries, cap;
	struct sim_sum *sums; /* of each group, of the range that was added last */
	size_t *touched, ntouched;
	unsigned char *seen;
	struct sim_rank *rank; /* the groups that have a row, sorted */
	size_t nrank;
	uint64_t *values; /* of the uses on DAY */
	int64_t day;
};

/* One row: what the API writes of it. */
struct sim_use_row {
	char start[UTC_TEXT], end[UTC_TEXT];
	struct sim_who actor;
	const char *actor_type;	       /* the actor's, where it is shown, else the dimension */
	const char *dim[SIM_ALL_DIMS]; /* NULL: null */
	int64_t n[SIM_USE_COUNTS], total, requests; /* requests -1: null */
	char amount[SIM_MONEY], list[SIM_MONEY];
	const char *currency;
};

/* ASK stays the caller's and must live as long.  0, or -1 with ANT_FAIL. */
int sim_tally_open(struct sim_tally *t, const struct sim_uses *u, const struct sim_ask *ask,
	struct ant_err *e);
void sim_tally_close(struct sim_tally *t);

/* Sum what lies from FROM to TO, in seconds, and before sim_uses_fresh(); rank the groups. */
void sim_tally_range(struct sim_tally *t, int64_t from, int64_t to);

/* For qsort(). */
int sim_tally_compare(const void *a, const void *b);

/*
 * Row number I of those that group GROUP with the sums SUM has in the bucket from START to END: 1,
 * or 0 where there is none with that number below SIM_TALLY_ROWS.
 */
int sim_tally_row(const struct sim_tally *t, size_t group, const struct sim_sum *sum, int64_t start,
	int64_t end, size_t i, struct sim_use_row *row);

#endif
