/*
 * sim/code - the Claude Code report of the simulated organization
 *
 * What people do who sign in by the Console, and keys of Claude Code's workspace, is their streams of
 * sim/model: their tokens and estimates add up to the use and the cost of tokens there, to the last
 * digit.  The others have subscriptions, which no other report tells of, or keys of other workspaces.
 */
#ifndef ANT_SIM_CODE_H
#define ANT_SIM_CODE_H

#include "sim/cost.h"
#include "sim/model.h"

enum { SIM_MODELS_A_DAY = 3, SIM_TOOLS = 5 };

/* The four documented tools stand first; the last is one that no document knows. */
extern const char *const sim_tools[SIM_TOOLS];

struct sim_code_model {
	const char *model;
	uint64_t input, output, read, create;
	sim_units units;
	char cost[SIM_MONEY]; /* the units as cents */
};

struct sim_code {	 /* one record of the Claude Code report */
	int64_t ordinal; /* of its day: a place to page on from */
	int64_t day;
	const char *actor; /* e-mail address or key name */
	int is_key;
	int billed;			     /* in Claude Code's workspace */
	const char *terminal;		     /* NULL: null */
	const char *customer, *subscription; /* subscription NULL: null */
	int remote;			     /* -1: absent, as is the subscription then */
	int64_t sessions, commits, requests, added, removed;
	struct {
		int64_t accepted, rejected; /* -1: the record lacks the tool */
	} tools[SIM_TOOLS];
	struct sim_code_model models[SIM_MODELS];
	size_t nmodels;
};

/* The records of DAY: *N of them in *ROWS, which the caller frees.  0, or -1 without memory. */
int sim_code_day(const struct sim *s, int64_t day, struct sim_code **rows, size_t *n);

#endif
