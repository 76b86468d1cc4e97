#include "sim/rbac.h"

#include <string.h>

#include "base/utc.h"
#include "sim/domains.h"
#include "sim/edit.h"
#include "sim/kinds.h"
#include "sim/people.h"

/* ---- groups ---- */

static int
get_group(const struct sim_scope *at, size_t i, void *object)
{
	/* Some have one name. */
	static const char *const names[] = {"Data team", "Nobody yet", "Data team",
		"Legal \"EU\", Säule 2", "Ops\tnight shift", "Field", "研究", "Payroll",
		"Back\\office", "Interns"};
	static const char *const notes[] = {NULL, "For later", "Made by the identity provider"};
	struct sim_group *g = object;
	const struct sim *s = at->s;
	uint64_t h = sim_hash(s->config.seed, SIM_OF_GROUP, 1, i);
	int64_t created = utc_days(2026, 2, 11) * UTC_DAY + (int64_t)(i * UTC_HOUR * 7 + h % 3600);

	if (i >= sim_people_ngroups(s))
		return -1;
	memset(g, 0, sizeof *g);
	sim_people_group_id(s, i, g->id);
	g->name = names[i % (sizeof names / sizeof *names)];
	g->source_type = i % 3 == 2 ? "scim" : "direct";
	g->description = notes[i % 3];
	g->roles.unknown = i % 7 == 4;
	g->roles.n = h % (SIM_IDS_MAX + 1);
	for (size_t r = 0; r < g->roles.n; r++)
		sim_org_id(g->roles.v[r], "rbac_role_", s->config.seed, SIM_OF_ROLE,
			((h >> 8) + r) % SIM_ROLES);
	sim_org_time(g->created_at, created, h >> 16);
	sim_org_time(g->updated_at, created + (int64_t)(h % (100 * UTC_DAY)), h >> 24);
	return 1;
}

static const char *
group_id(const void *object)
{
	return ((const struct sim_group *)object)->id;
}

/* Users are asked in the order in which they are listed. */
static int
get_member(const struct sim_scope *at, size_t u, void *object)
{
	struct sim_group_member *m = object;
	const struct sim *s = at->s;
	uint64_t h = sim_hash(s->config.seed, SIM_OF_MEMBER, at->parent[0], u);
	const struct sim_edit *edit = sim_edit_of_member(s, at->parent[0], u);
	size_t groups[SIM_GROUPS_EACH], n, in = 0;
	int64_t joined = utc_days(2026, 7, 1) * UTC_DAY + (int64_t)(h % (40 * UTC_DAY));

	if (u >= s->org.nusers)
		return -1;
	memset(m, 0, sizeof *m);
	sim_people_group_id(s, at->parent[0], m->group_id);
	m->user_id = s->org.users[u].head.id;
	m->email = s->org.users[u].email;
	if (edit != NULL)
		joined = edit->at;
	sim_org_time(m->created_at, joined, h >> 20);
	sim_org_time(m->updated_at, joined + (int64_t)(h >> 60) * UTC_DAY, h >> 20);
	n = sim_people_groups(s, u, groups);
	while (in < n && groups[in] != at->parent[0])
		in++;
	return in < n && !sim_people_gone(s, u);
}

const struct sim_source sim_rbac_groups = {
	.size = sizeof(struct sim_group), .get = get_group, .id = group_id};
const struct sim_source sim_rbac_members = {
	.size = sizeof(struct sim_group_member), .get = get_member, .parent = &sim_rbac_groups};

/* ---- roles ---- */

void
sim_rbac_role(const struct sim *s, size_t n, struct sim_role *r)
{
	static const char *const names[SIM_ROLES + 1] = {"Member", "Admin", "Owner",
		"Connector reader", "Évaluation", "No rights \\ yet", "Auditor, read-only",
		"Subsidiary"};
	uint64_t h = sim_hash(s->config.seed, SIM_OF_ROLE, 1, n);
	int64_t created = n < SIM_BUILT_IN ? utc_days(2026, 1, 1) * UTC_DAY
					   : utc_days(2026, 5, 4) * UTC_DAY + (int64_t)(h % 900000);

	memset(r, 0, sizeof *r);
	sim_org_id(r->id, "rbac_role_", s->config.seed, SIM_OF_ROLE, n);
	r->name = names[n];
	r->description = n % 2 == 0 ? NULL : "What \"they\" may do";
	r->source_type = n < SIM_BUILT_IN ? "built_in" : "custom";
	sim_org_time(r->created_at, created, n < SIM_BUILT_IN ? 0 : h >> 20);
	sim_org_time(r->updated_at, created + (int64_t)(n / SIM_BUILT_IN) * UTC_DAY, h >> 24);
}

static int
get_role(const struct sim_scope *at, size_t i, void *object)
{
	if (i >= SIM_ROLES)
		return -1;
	sim_rbac_role(at->s, i, object);
	return 1;
}

static const char *
role_id(const void *object)
{
	return ((const struct sim_role *)object)->id;
}

/* Each role has so many; one has none. */
static size_t
permissions_of(size_t role)
{
	return role == 5 ? 0 : 1 + role * 2 % 8;
}

int
sim_rbac_permission(const struct sim *s, size_t n, size_t i, struct sim_permission *p)
{
	static const struct {
		const char *type, *tool, *scope;
		const char *actions[2]; /* the second one is of what comes twice */
	} shapes[] = {
		{"connector_tool", "search_issues", NULL, {"use", "always_allow"}},
		{"organization", NULL, NULL, {"capability_access_all", "chat"}},
		{"all_connectors", NULL, NULL, {"use", "always_allow"}},
		{"connector", NULL, NULL, {"always_allow", "use"}},
		{"connector_scope", NULL, "repo_0123456789abcdef0123456789abcdef",
			{"use", "always_allow"}},
	};
	enum { SHAPES = sizeof shapes / sizeof *shapes, ORGANIZATION = 1, ALL = 2 };
	size_t shape = (i + n) % SHAPES;

	if (i >= permissions_of(n))
		return -1;
	memset(p, 0, sizeof *p);
	sim_org_id(p->role_id, "rbac_role_", s->config.seed, SIM_OF_ROLE, n);
	p->action = shapes[shape].actions[i / SHAPES];
	p->resource_type = shapes[shape].type;
	p->tool_name = shapes[shape].tool;
	p->scope = shapes[shape].scope;
	if (shape == ORGANIZATION)
		p->resource_id = p->organization_id = s->org.id;
	else if (shape == ALL)
		p->resource_id = "*";
	else
		sim_org_id(p->connector_id, "connector_", s->config.seed, SIM_OF_CONNECTOR,
			n * 16 + i);
	return 1;
}

static int
get_permission(const struct sim_scope *at, size_t i, void *object)
{
	return sim_rbac_permission(at->s, at->parent[0], i, object);
}

static const struct sim_source roles = {.size = sizeof(struct sim_role),
				       .get = get_role,
				       .id = role_id},
			       permissions = {.size = sizeof(struct sim_permission),
				       .get = get_permission,
				       .parent = &roles};

/* ---- as the API writes them ---- */

static const struct sim_field group[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_group, id)},
	{"type", SIM_CONSTANT, .text = "rbac_group"},
	{"name", SIM_TEXT, .at = offsetof(struct sim_group, name), .shift = 8, .ways = 8},
	{"source_type", SIM_TEXT, .at = offsetof(struct sim_group, source_type)},
	{"role_ids", SIM_MADE, .at = offsetof(struct sim_group, roles), .make = sim_ids_json},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_group, created_at)},
	{"updated_at", SIM_CHARS, .at = offsetof(struct sim_group, updated_at)},
	{.name = NULL},
};

static const struct sim_field member[] = {
	{"type", SIM_CONSTANT, .text = "rbac_group_member"},
	{"rbac_group_id", SIM_CHARS, .at = offsetof(struct sim_group_member, group_id)},
	{"user_id", SIM_TEXT, .at = offsetof(struct sim_group_member, user_id)},
	{"email", SIM_TEXT, .at = offsetof(struct sim_group_member, email), .shift = 4, .ways = 4},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_group_member, created_at)},
	{.name = NULL},
};

static const struct sim_field role_source[] = {
	{"type", SIM_TEXT, .at = offsetof(struct sim_role, source_type)},
	{.name = NULL},
};

static const struct sim_field role[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_role, id)},
	{"type", SIM_CONSTANT, .text = "rbac_role"},
	{"display_name", SIM_TEXT, .at = offsetof(struct sim_role, name), .shift = 8, .ways = 8},
	{"name", SIM_TEXT, .at = offsetof(struct sim_role, name), .old = 1},
	{"source", SIM_OBJECT, .of = role_source},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_role, created_at)},
	{"updated_at", SIM_CHARS, .at = offsetof(struct sim_role, updated_at)},
	{.name = NULL},
};

static const struct sim_field resource[] = {
	{"type", SIM_TEXT, .at = offsetof(struct sim_permission, resource_type)},
	{"organization_id", SIM_TEXT, .at = offsetof(struct sim_permission, organization_id),
		.optional = 1},
	{"connector_id", SIM_CHARS, .at = offsetof(struct sim_permission, connector_id),
		.optional = 1},
	{"tool_name", SIM_TEXT, .at = offsetof(struct sim_permission, tool_name), .optional = 1},
	{"scope", SIM_TEXT, .at = offsetof(struct sim_permission, scope), .optional = 1},
	{.name = NULL},
};

static const struct sim_field permission[] = {
	{"role_id", SIM_CHARS, .at = offsetof(struct sim_permission, role_id), .hidden = 1},
	{"type", SIM_CONSTANT, .text = "rbac_role_permission"},
	{"action", SIM_TEXT, .at = offsetof(struct sim_permission, action)},
	{"resource", SIM_OBJECT, .of = resource, .whole = 1},
	{.name = NULL},
};

static const struct sim_fields group_fields = {group, 20, 2, 7}, member_fields = {member, 21, 3, 5},
			       role_fields = {role, 22, 2, 7},
			       permission_fields = {permission, 23, 2, 3};

const struct sim_endpoint sim_rbac_endpoints[] = {
	{"organizations/rbac_groups", SIM_SCOPED, "read:org_audit", .paging = SIM_BY_TOKEN,
		.limit = 20, .most = 1000, .envelope = SIM_NEXT, .of = &group_fields,
		.source = &sim_rbac_groups},
	{"organizations/rbac_groups/{}/members", SIM_SCOPED, "read:org_audit",
		.paging = SIM_BY_TOKEN, .limit = 20, .most = 1000, .envelope = SIM_NEXT,
		.of = &member_fields, .source = &sim_rbac_members,
		.not_found = {"RBAC group not found."}},
	{"organizations/rbac_roles", SIM_SCOPED, "read:org_audit", .paging = SIM_BY_TOKEN,
		.limit = 20, .most = 1000, .envelope = SIM_NEXT, .of = &role_fields,
		.source = &roles},
	{"organizations/rbac_roles/{}/permissions", SIM_SCOPED, "read:org_audit",
		.paging = SIM_BY_TOKEN, .limit = 20, .most = 1000, .envelope = SIM_NEXT,
		.of = &permission_fields, .source = &permissions,
		.not_found = {"RBAC role not found."}},
	{.path = NULL},
};

const struct sim_table sim_rbac_tables[] = {
	{"rbac_groups", &group_fields, .source = &sim_rbac_groups},
	{"rbac_group_members", &member_fields, .source = &sim_rbac_members},
	{"rbac_roles", &role_fields,
		.columns = "id display_name name source_type created_at updated_at",
		.source = &roles},
	{"rbac_role_permissions", &permission_fields, .source = &permissions},
	{.name = NULL},
};
