/*
 * sim/rbac - groups of members, their roles and what roles permit
 *
 * Claude Enterprise lists them under organizations/, the Compliance API (sim/directory) the same
 * ones in other words.
 */
#ifndef ANT_SIM_RBAC_H
#define ANT_SIM_RBAC_H

#include "sim/ids.h"
#include "sim/source.h"

/* The roles of this organization, by number; number SIM_CHILD_ROLE is one that only its child has. */
enum { SIM_BUILT_IN = 3, SIM_ROLES = 7, SIM_CHILD_ROLE = SIM_ROLES };

struct sim_group {
	char id[SIM_ID];
	const char *name, *description, *source_type;
	struct sim_ids roles;
	char created_at[SIM_TIME], updated_at[SIM_TIME];
};

struct sim_group_member {
	char group_id[SIM_ID];
	const char *user_id, *email;
	char created_at[SIM_TIME], updated_at[SIM_TIME];
};

struct sim_role {
	char id[SIM_ID];
	const char *name, *description, *source_type;
	char created_at[SIM_TIME], updated_at[SIM_TIME];
};

struct sim_permission {
	char role_id[SIM_ID];
	const char *action, *resource_type;
	const char *organization_id, *tool_name, *scope; /* NULL: the resource has none */
	char connector_id[SIM_ID];			 /* "": none */
	const char *resource_id; /* in the Compliance API's words; NULL: the connector's */
};

/* Role number N, and permission I of it: 1, or -1 from its end on. */
void sim_rbac_role(const struct sim *s, size_t n, struct sim_role *r);
int sim_rbac_permission(const struct sim *s, size_t n, size_t i, struct sim_permission *p);

/* The groups, and the members of the group that the scope names: struct sim_group, _group_member. */
extern const struct sim_source sim_rbac_groups, sim_rbac_members;

#endif
