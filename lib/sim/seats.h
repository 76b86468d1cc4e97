/*
 * sim/seats - what seats of Claude Enterprise may spend, and have spent
 *
 * Limits stand at several scopes; of those that fit a member the nearest one holds: the member's
 * own, a group's, that of the seat's tier, the organization's.
 */
#ifndef ANT_SIM_SEATS_H
#define ANT_SIM_SEATS_H

#include "sim/field.h"
#include "sim/source.h"

enum { SIM_PERIODS = 3, SIM_CENTS = 24 };

/* What a limit is for: {"type":TYPE,MEMBER:ID}. */
struct sim_spend_scope {
	const char *type, *member; /* member NULL: the type says it all */
	char id[SIM_ID];
};

struct sim_spend_limit {
	char id[SIM_ID];
	struct sim_spend_scope scope;
	const char *currency, *period;
	char amount[SIM_CENTS]; /* "": null */
	int enabled;
	char created_at[SIM_TIME], updated_at[SIM_TIME];
};

/* What holds for a member in a period, and what was spent in it. */
struct sim_effective {
	struct sim_who actor;
	struct sim_spend_scope scope, source;
	const char *currency, *period;
	char amount[SIM_CENTS], spent[SIM_CENTS], limit_id[SIM_ID]; /* "": null */
};

struct sim_increase {
	char id[SIM_ID];
	struct sim_who actor, resolver;
	char created_at[SIM_TIME], resolved_at[SIM_TIME]; /* "": null */
	const char *period, *status;
	int summed; /* 0: there is no summary */
	struct sim_effective summary;
};

extern const struct sim_source sim_seats_limits, /* by scope */
	sim_seats_effective, /* all periods of a member, then those of the next one */
	sim_seats_increases; /* newest first */

#endif
