/*
 * sim/directory - what the Compliance API knows beside its feed: organizations, people, rights, review cases
 *
 * A parent with two organizations: this one and a child, in which every fifth member works too.
 */
#ifndef ANT_SIM_DIRECTORY_H
#define ANT_SIM_DIRECTORY_H

#include "sim/endpoint.h"
#include "sim/expect.h"
#include "sim/ids.h"

enum { SIM_ORGANIZATIONS = 2 };

struct sim_directory_organization {
	char uuid[SIM_ID], created_at[SIM_TIME];
	const char *name;
};

struct sim_directory_user {
	char organization[SIM_ID], created_at[SIM_TIME];
	const char *id, *name, *email, *role;
};

struct sim_directory_role {
	char organization[SIM_ID], id[SIM_ID];
	const char *name, *description;
	char created_at[SIM_TIME], updated_at[SIM_TIME]; /* "": null */
};

struct sim_directory_permission {
	char organization[SIM_ID], role_id[SIM_ID], resource_id[SIM_ID];
	const char *action, *resource_type;
};

struct sim_case {
	char id[SIM_ID], items[SIM_IDS_MAX][SIM_ID], profile[SIM_ID];
	size_t nitems;
	const char *organization_id, *workspace_id, *categories; /* categories: JSON */
	const char *status, *reason, *action;			 /* NULL: open, nothing was done */
	char created_at[SIM_TIME], updated_at[SIM_TIME];
};

/* The lists of the parent; users, roles and permissions of an organization, of a role of it. */
extern const struct sim_source sim_directory_organizations, sim_directory_users,
	sim_directory_roles, sim_directory_permissions;

/* Cases, oldest first by creation, or as a struct sim_case_order in the scope's report says. */
extern const struct sim_source sim_directory_cases;

enum { SIM_CASES = 12 };
struct sim_case_order {
	size_t n, v[SIM_CASES]; /* numbers of the cases to show, in order */
};

/* The order that ORDER_BY created_at or updated_at, DESCENDING or not, gives. */
void sim_directory_order(
	const struct sim *s, int by_update, int descending, struct sim_case_order *o);

#endif
