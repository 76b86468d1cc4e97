/*
 * sim/console_fields - the objects of the Console's lists, and the rows of its reports, as fields
 */
#ifndef ANT_SIM_CONSOLE_FIELDS_H
#define ANT_SIM_CONSOLE_FIELDS_H

#include "sim/code.h"
#include "sim/field.h"
#include "sim/org.h"
#include "sim/usage.h"

/* One limit of a group: what the tables of limits have a row of. */
struct sim_one_limit {
	struct sim_override of; /* without a workspace: the organization's */
	const char *type;
	int64_t value, org;
};

/* A record of Claude Code, with one of its models or their sum. */
struct sim_code_row {
	struct sim_code r;
	struct sim_code_model m;
	char date[UTC_TEXT];
	const char *actor_type, *organization, *models, *currency;
};

extern const struct sim_fields sim_fields_organization, /* struct sim_org */
	sim_fields_user, sim_fields_invite, sim_fields_workspace, sim_fields_key, sim_fields_member,
	sim_fields_external_key, sim_fields_limit, /* struct sim_limit_group */
	sim_fields_override,			   /* struct sim_override */
	sim_fields_one_limit, sim_fields_cost,	   /* struct sim_cost_row */
	sim_fields_usage,			   /* struct sim_usage_row */
	sim_fields_code;			   /* struct sim_code_row */

#endif
