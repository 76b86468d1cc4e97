/*
 * sim/identity - service accounts and workload identity federation: who acts without being a person
 */
#ifndef ANT_SIM_IDENTITY_H
#define ANT_SIM_IDENTITY_H

#include "sim/ids.h"
#include "sim/source.h"

/* Who made, changed and archived a thing, and when; "" and NULL: null. */
struct sim_history {
	char created_at[SIM_TIME], updated_at[SIM_TIME], archived_at[SIM_TIME];
	const char *created_by, *updated_by, *archived_by;
};

struct sim_account { /* a service account */
	char id[SIM_ID], name[32];
	const char *description, *role;
	struct sim_history history;
};

struct sim_account_member { /* of a workspace */
	char account_id[SIM_ID];
	const char *workspace_id, *role, *added_by;
	int implicit;
};

struct sim_issuer {
	char id[SIM_ID];
	const char *name, *url, *jwks; /* jwks: JSON */
	int check_jti;
	int64_t lifetime, failures; /* failures -1: its keys are never fetched */
	char disabled_at[SIM_TIME], fetched_at[SIM_TIME], next_at[SIM_TIME];
	struct sim_history history;
};

struct sim_rule {
	char id[SIM_ID], issuer_id[SIM_ID], account_id[SIM_ID], account_name[32], name[32];
	const char *issuer_name, *description, *scope, *workspace_id;
	const char *audience, *claims, *condition, *prefix; /* of the match; claims: JSON */
	int64_t lifetime;
	struct sim_ids workspaces;
	int everywhere;
	struct sim_history history;
};

struct sim_rule_workspace {
	char rule_id[SIM_ID], created_at[SIM_TIME];
	const char *workspace_id, *workspace_name, *added_by;
};

extern const struct sim_source sim_identity_accounts, /* newest first */
	sim_identity_members,			      /* accounts of a workspace */
	sim_identity_workspaces,		      /* workspaces of an account */
	sim_identity_issuers, sim_identity_rules, sim_identity_rule_workspaces; /* of a rule */

#endif
