#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sim/directory.h"
#include "sim/domains.h"
#include "sim/rbac.h"
#include "sim/times.h"

static const struct sim_field organization[] = {
	{"uuid", SIM_CHARS, .at = offsetof(struct sim_directory_organization, uuid)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_directory_organization, name), .shift = 8,
		.ways = 8},
	{"created_at", SIM_MADE, .at = offsetof(struct sim_directory_organization, created_at),
		.make = sim_times_offset, .column = ""},
	{"utc", SIM_CHARS, .at = offsetof(struct sim_directory_organization, created_at),
		.hidden = 1, .column = "created_at"},
	{.name = NULL},
};

static const struct sim_field user[] = {
	{"organization_uuid", SIM_CHARS, .at = offsetof(struct sim_directory_user, organization),
		.hidden = 1},
	{"id", SIM_TEXT, .at = offsetof(struct sim_directory_user, id)},
	{"full_name", SIM_TEXT, .at = offsetof(struct sim_directory_user, name), .shift = 8,
		.ways = 8},
	{"email", SIM_TEXT, .at = offsetof(struct sim_directory_user, email), .shift = 4,
		.ways = 4},
	{"organization_role", SIM_TEXT, .at = offsetof(struct sim_directory_user, role)},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_directory_user, created_at)},
	{.name = NULL},
};

/* Times of roles and groups have no zone. */
static const struct sim_field role[] = {
	{"organization_uuid", SIM_CHARS, .at = offsetof(struct sim_directory_role, organization),
		.hidden = 1},
	{"id", SIM_CHARS, .at = offsetof(struct sim_directory_role, id)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_directory_role, name), .shift = 8, .ways = 8},
	{"description", SIM_TEXT, .at = offsetof(struct sim_directory_role, description)},
	{"created_at", SIM_MADE, .at = offsetof(struct sim_directory_role, created_at),
		.make = sim_times_zoneless, .column = ""},
	{"updated_at", SIM_MADE, .at = offsetof(struct sim_directory_role, updated_at),
		.make = sim_times_zoneless, .column = ""},
	{"created", SIM_CHARS, .at = offsetof(struct sim_directory_role, created_at), .hidden = 1,
		.column = "created_at"},
	{"updated", SIM_CHARS, .at = offsetof(struct sim_directory_role, updated_at), .hidden = 1,
		.column = "updated_at"},
	{.name = NULL},
};

static const struct sim_field permission[] = {
	{"organization_uuid", SIM_CHARS,
		.at = offsetof(struct sim_directory_permission, organization), .hidden = 1},
	{"role_id", SIM_CHARS, .at = offsetof(struct sim_directory_permission, role_id),
		.hidden = 1},
	{"action", SIM_TEXT, .at = offsetof(struct sim_directory_permission, action)},
	{"resource_type", SIM_TEXT, .at = offsetof(struct sim_directory_permission, resource_type)},
	{"resource_id", SIM_CHARS, .at = offsetof(struct sim_directory_permission, resource_id)},
	{.name = NULL},
};

static const struct sim_field group[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_group, id)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_group, name), .shift = 8, .ways = 8},
	{"description", SIM_TEXT, .at = offsetof(struct sim_group, description)},
	{"roles", SIM_MADE, .at = offsetof(struct sim_group, roles), .make = sim_ids_json},
	{"source_type", SIM_TEXT, .at = offsetof(struct sim_group, source_type)},
	{"created_at", SIM_MADE, .at = offsetof(struct sim_group, created_at),
		.make = sim_times_zoneless, .column = ""},
	{"updated_at", SIM_MADE, .at = offsetof(struct sim_group, updated_at),
		.make = sim_times_zoneless, .column = ""},
	{"created", SIM_CHARS, .at = offsetof(struct sim_group, created_at), .hidden = 1,
		.column = "created_at"},
	{"updated", SIM_CHARS, .at = offsetof(struct sim_group, updated_at), .hidden = 1,
		.column = "updated_at"},
	{.name = NULL},
};

static const struct sim_field member[] = {
	{"group_id", SIM_CHARS, .at = offsetof(struct sim_group_member, group_id), .hidden = 1},
	{"user_id", SIM_TEXT, .at = offsetof(struct sim_group_member, user_id)},
	{"email", SIM_TEXT, .at = offsetof(struct sim_group_member, email), .shift = 4, .ways = 4},
	{"created_at", SIM_MADE, .at = offsetof(struct sim_group_member, created_at),
		.make = sim_times_zoneless, .column = ""},
	{"updated_at", SIM_MADE, .at = offsetof(struct sim_group_member, updated_at),
		.make = sim_times_zoneless, .column = ""},
	{"created", SIM_CHARS, .at = offsetof(struct sim_group_member, created_at), .hidden = 1,
		.column = "created_at"},
	{"updated", SIM_CHARS, .at = offsetof(struct sim_group_member, updated_at), .hidden = 1,
		.column = "updated_at"},
	{.name = NULL},
};

/* ---- review cases ---- */

static int
is_closed(const void *object)
{
	return ((const struct sim_case *)object)->reason != NULL;
}

static int
was_acted_on(const void *object)
{
	return ((const struct sim_case *)object)->action != NULL;
}

static void
put_transcripts(struct buf *to, const void *object, unsigned escapes)
{
	const struct sim_case *x = object;

	(void)escapes;
	buf_putc(to, '[');
	for (size_t i = 0; i < x->nitems; i++)
		buf_printf(to, "%s{\"item_id\":\"%s\",\"user_profile_id\":%s%s%s}",
			i == 0 ? "" : ",", x->items[i], x->profile[0] == '\0' ? "null" : "\"",
			x->profile, x->profile[0] == '\0' ? "" : "\"");
	buf_putc(to, ']');
}

static const struct sim_field reason[] = {
	{"type", SIM_TEXT, .at = offsetof(struct sim_case, reason)}, {.name = NULL}};
static const struct sim_field status[] = {
	{"type", SIM_TEXT, .at = offsetof(struct sim_case, status)},
	{"reason", SIM_OBJECT, .of = reason, .has = is_closed, .optional = 1},
	{.name = NULL},
};
static const struct sim_field action[] = {
	{"type", SIM_TEXT, .at = offsetof(struct sim_case, action)}, {.name = NULL}};

static const struct sim_field review_case[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_case, id)},
	{"type", SIM_CONSTANT, .text = "compliance_review_case"},
	{"organization_id", SIM_TEXT, .at = offsetof(struct sim_case, organization_id)},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_case, workspace_id)},
	{"policy_categories", SIM_RAW, .at = offsetof(struct sim_case, categories)},
	{"status", SIM_OBJECT, .of = status},
	{"enforcement_action", SIM_OBJECT, .of = action, .has = was_acted_on},
	{"transcripts", SIM_MADE, .make = put_transcripts},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_case, created_at)},
	{"updated_at", SIM_CHARS, .at = offsetof(struct sim_case, updated_at)},
	{"state", SIM_TEXT, .at = offsetof(struct sim_case, status), .hidden = 1, .column = ""},
	{"profile", SIM_CHARS, .at = offsetof(struct sim_case, profile), .hidden = 1, .column = ""},
	{.name = NULL},
};

/* What changed a little before the time asked for comes as well. */
enum { SLIGHTLY = 600 };

static int
slightly_gte(const char *asked, const char *text)
{
	return sim_times_read(text) < sim_times_read(asked) - (int64_t)SLIGHTLY * SIM_SECOND;
}

static int
check_cases(struct sim_call *c)
{
	const char *by = sim_query_value(&c->q, "order_by"),
		   *order = sim_query_value(&c->q, "order");
	struct sim_case_order *o = malloc(sizeof *o);

	if (o == NULL)
		return sim_call_refuse(c, 500, "Internal server error");
	sim_directory_order(c->s, by != NULL && strcmp(by, "updated_at") == 0,
		order == NULL || strcmp(order, "desc") == 0, o);
	c->scope.report = o;
	return 0;
}

static void
end_cases(struct sim_call *c)
{
	free((void *)(uintptr_t)c->scope.report);
	c->scope.report = NULL;
}

static const struct sim_fields organization_fields = {organization, 34, 2, 3},
			       user_fields = {user, 35, 2, 5}, role_fields = {role, 36, 2, 5},
			       permission_fields = {permission, 37, 3, 3},
			       group_fields = {group, 38, 2, 7}, member_fields = {member, 39, 3, 4},
			       case_fields = {review_case, 40, 2, 10};

/* As of what has changed since, in the order of the change. */
static int
case_rows(struct sim_oracle *o, struct ant_err *e)
{
	struct sim_case_order order;
	struct sim_scope at = {.s = o->s, .report = &order};
	struct sim_case x;

	(void)e;
	sim_directory_order(o->s, 1, 0, &order);
	for (size_t i = 0; sim_directory_cases.get(&at, i, &x) != -1; i++) {
		int64_t t = sim_times_read(x.updated_at);

		if (t >= (o->from - SLIGHTLY) * SIM_SECOND && t < o->end * SIM_SECOND)
			sim_expect_row(o, &x);
	}
	return 0;
}

static int64_t
of_all_times(const struct sim *s)
{
	(void)s;
	return 0;
}

/* ---- endpoints and tables ---- */

static int
begins_with(const char *asked, const char *text)
{
	return strncmp(asked, text, strlen(asked));
}

static const char *const orders[] = {"asc", "desc", NULL};
static const char *const order_bys[] = {"created_at", "updated_at", NULL};
static const char *const states[] = {"open", "closed", NULL};

static const struct sim_param group_params[] = {
	{"name_prefix", .kind = SIM_P_TEXT, .field = "name", .compare = begins_with},
	{.name = NULL},
};

static const struct sim_param case_params[] = {
	{"order", .kind = SIM_P_WORD, .values = orders},
	{"order_by", .kind = SIM_P_WORD, .values = order_bys},
	{"status", .kind = SIM_P_WORD, .values = states, .field = "state"},
	{"user_profile_id", .kind = SIM_P_TEXT, .field = "profile"},
	{"created_at[gt]", .kind = SIM_P_INSTANT, .field = "created_at", .compare = sim_times_gt},
	{"created_at[gte]", .kind = SIM_P_INSTANT, .field = "created_at", .compare = sim_times_gte},
	{"created_at[lt]", .kind = SIM_P_INSTANT, .field = "created_at", .compare = sim_times_lt},
	{"created_at[lte]", .kind = SIM_P_INSTANT, .field = "created_at", .compare = sim_times_lte},
	{"updated_at[gt]", .kind = SIM_P_INSTANT, .field = "updated_at", .compare = sim_times_gt},
	{"updated_at[gte]", .kind = SIM_P_INSTANT, .field = "updated_at", .compare = slightly_gte},
	{"updated_at[lt]", .kind = SIM_P_INSTANT, .field = "updated_at", .compare = sim_times_lt},
	{"updated_at[lte]", .kind = SIM_P_INSTANT, .field = "updated_at", .compare = sim_times_lte},
	{.name = NULL},
};

#define ORGANIZATIONS "read:compliance_org_data"
#define PEOPLE "read:compliance_user_data"

const struct sim_endpoint sim_directory_endpoints[] = {
	{"compliance/organizations", SIM_SCOPED, ORGANIZATIONS, .paging = SIM_BY_TOKEN,
		.limit = 1000, .most = 1000, .envelope = SIM_TOKENS, .flags = SIM_BARE_ERRORS,
		.of = &organization_fields, .source = &sim_directory_organizations},
	{"compliance/organizations/{}/users", SIM_SCOPED, PEOPLE, .paging = SIM_BY_TOKEN,
		.limit = 500, .most = 1000, .envelope = SIM_TOKENS, .flags = SIM_BARE_ERRORS,
		.of = &user_fields, .source = &sim_directory_users,
		.not_found = {"Organization not found."}},
	{"compliance/organizations/{}/roles", SIM_SCOPED, ORGANIZATIONS, .paging = SIM_BY_TOKEN,
		.limit = 100, .envelope = SIM_TOKENS, .flags = SIM_BARE_ERRORS, .of = &role_fields,
		.source = &sim_directory_roles, .not_found = {"Organization not found."}},
	{"compliance/organizations/{}/roles/{}/permissions", SIM_SCOPED, ORGANIZATIONS,
		.paging = SIM_BY_TOKEN, .limit = 100, .envelope = SIM_TOKENS,
		.flags = SIM_BARE_ERRORS, .of = &permission_fields,
		.source = &sim_directory_permissions,
		.not_found = {"Organization not found.", "Role not found."}},
	{"compliance/groups", SIM_SCOPED, ORGANIZATIONS, .params = group_params,
		.paging = SIM_BY_TOKEN, .limit = 100, .envelope = SIM_TOKENS,
		.flags = SIM_BARE_ERRORS, .of = &group_fields, .source = &sim_rbac_groups},
	{"compliance/groups/{}/members", SIM_SCOPED, PEOPLE, .paging = SIM_BY_TOKEN, .limit = 100,
		.envelope = SIM_TOKENS, .flags = SIM_BARE_ERRORS, .of = &member_fields,
		.source = &sim_rbac_members, .not_found = {"Group not found."}},
	{"compliance/review/cases", SIM_SCOPED, "read:compliance_review_cases",
		.params = case_params, .paging = SIM_BY_TOKEN, .limit = 20, .most = 100,
		.envelope = SIM_NEXT, .flags = SIM_BARE_ERRORS, .of = &case_fields,
		.source = &sim_directory_cases, .check = check_cases, .end = end_cases},
	{.path = NULL},
};

const struct sim_table sim_directory_tables[] = {
	{"compliance_organizations", &organization_fields, .source = &sim_directory_organizations},
	{"compliance_users", &user_fields, .source = &sim_directory_users},
	{"compliance_roles", &role_fields, .source = &sim_directory_roles},
	{"compliance_role_permissions", &permission_fields, .source = &sim_directory_permissions},
	{"compliance_groups", &group_fields, .source = &sim_rbac_groups},
	{"compliance_group_members", &member_fields, .source = &sim_rbac_members},
	{"compliance_review_cases", &case_fields, .rows = case_rows, .unit = 1,
		.start = of_all_times},
	{.name = NULL},
};
