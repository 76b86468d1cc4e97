#include "sim/directory.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "sim/kinds.h"
#include "sim/people.h"
#include "sim/rbac.h"
#include "sim/times.h"

/* ---- organizations and their people ---- */

static void
organization_id(const struct sim *s, size_t i, char to[SIM_ID])
{
	if (i == 0)
		snprintf(to, SIM_ID, "%s", s->org.id);
	else
		sim_org_uuid(to, s->config.seed, SIM_OF_CHILD, i);
}

static int
get_organization(const struct sim_scope *at, size_t i, void *object)
{
	struct sim_directory_organization *o = object;

	if (i >= SIM_ORGANIZATIONS)
		return -1;
	memset(o, 0, sizeof *o);
	organization_id(at->s, i, o->uuid);
	o->name = i == 0 ? at->s->org.name : "Söhne \"& Töchter\" \\ Ltd";
	snprintf(o->created_at, sizeof o->created_at, "%s",
		i == 0 ? "2024-06-01T00:00:00.123456Z" : "2025-11-03T09:15:00Z");
	return 1;
}

static const char *
organization_uuid(const void *object)
{
	return ((const struct sim_directory_organization *)object)->uuid;
}

/* By the day they joined: the users' list the other way round. */
static int
get_user(const struct sim_scope *at, size_t i, void *object)
{
	static const char *const roles[] = {"user", "developer", "billing", "admin",
		"claude_code_user", "managed", "owner", "membership_admin"};
	const struct sim *s = at->s;
	struct sim_directory_user *x = object;
	size_t u = s->org.nusers - 1 - i, organization = at->parent[0];
	uint64_t h = sim_hash(s->config.seed, SIM_OF_CHILD, 2 + organization, u);

	if (i >= s->org.nusers)
		return -1;
	memset(x, 0, sizeof *x);
	organization_id(s, organization, x->organization);
	x->id = s->org.users[u].head.id;
	x->name = s->org.users[u].head.name;
	x->email = s->org.users[u].email;
	x->role =
		organization == 0 ? i == 0 ? "primary_owner" : s->org.users[u].role : roles[h % 8];
	snprintf(x->created_at, sizeof x->created_at, "%s", s->org.users[u].added_at);
	return !sim_people_gone(s, u) && (organization == 0 || u % 5 == 0);
}

/* ---- rights ---- */

/* Role I of an organization: the child has those that are built in, and one of its own. */
static size_t
role_number(const struct sim_scope *at, size_t i)
{
	return at->parent[0] == 0 || i < SIM_BUILT_IN ? i : SIM_CHILD_ROLE;
}

static int
get_role(const struct sim_scope *at, size_t i, void *object)
{
	struct sim_directory_role *x = object;
	struct sim_role r;

	if (i >= (at->parent[0] == 0 ? (size_t)SIM_ROLES : SIM_BUILT_IN + 1))
		return -1;
	memset(x, 0, sizeof *x);
	sim_rbac_role(at->s, role_number(at, i), &r);
	organization_id(at->s, at->parent[0], x->organization);
	memcpy(x->id, r.id, sizeof x->id);
	x->name = r.name;
	x->description = r.description;
	/* Nobody made those that are built in. */
	if (i >= SIM_BUILT_IN)
		memcpy(x->created_at, r.created_at, sizeof x->created_at);
	if (i % 3 != 1)
		memcpy(x->updated_at, r.updated_at, sizeof x->updated_at);
	return 1;
}

static const char *
role_id(const void *object)
{
	return ((const struct sim_directory_role *)object)->id;
}

static int
get_permission(const struct sim_scope *at, size_t i, void *object)
{
	struct sim_directory_permission *x = object;
	struct sim_permission p;

	if (sim_rbac_permission(at->s, role_number(at, at->parent[1]), i, &p) == -1)
		return -1;
	memset(x, 0, sizeof *x);
	organization_id(at->s, at->parent[0], x->organization);
	memcpy(x->role_id, p.role_id, sizeof x->role_id);
	x->action = p.action;
	x->resource_type = p.resource_type;
	if (p.organization_id != NULL)
		organization_id(at->s, at->parent[0], x->resource_id);
	else
		snprintf(x->resource_id, sizeof x->resource_id, "%s",
			p.resource_id != NULL ? p.resource_id : p.connector_id);
	return 1;
}

/* ---- review cases ---- */

/* One every three days, closed some days later; the last are still to come where the clock goes on. */
static void
case_times(const struct sim *s, size_t i, int64_t *created, int64_t *closed)
{
	uint64_t h = sim_hash(s->config.seed, SIM_OF_CASE, 2, i);
	int64_t day = s->first_day + s->config.days - (SIM_CASES - 2 - (int64_t)i) * 3;

	*created = (day * UTC_DAY + (int64_t)(h % (2 * UTC_DAY))) * SIM_SECOND +
		   (int64_t)(h >> 20) % SIM_SECOND;
	*closed = *created + (4 * UTC_DAY + (int64_t)(h >> 30) % (3 * UTC_DAY)) * SIM_SECOND +
		  (int64_t)(h >> 16) % SIM_SECOND;
}

static int
read_case(const struct sim *s, size_t i, struct sim_case *x)
{
	static const char *const categories[] = {
		"[\"cyber\"]", "[\"fraud\",\"io\"]", "[]", "[\"self_harm\"]"};
	static const char *const reasons[] = {"responded", "window_ended", "ended_by_anthropic"};
	uint64_t h = sim_hash(s->config.seed, SIM_OF_CASE, 1, i);
	int64_t now = sim_now(s) * SIM_SECOND, created, closed;
	int open;

	case_times(s, i, &created, &closed);
	open = i % 3 == 1 || closed > now; /* some stay so */
	memset(x, 0, sizeof *x);
	sim_org_id(x->id, "rvc_", s->config.seed, SIM_OF_CASE, i);
	x->organization_id = s->org.id;
	x->workspace_id = i % 4 == 1 ? NULL : s->org.workspaces[h % s->org.nworkspaces].head.id;
	x->categories = categories[i % 4];
	x->status = open ? "open" : "closed";
	x->reason = open ? NULL : reasons[(h >> 8) % 3];
	x->action = i % 5 == 2 ? "organization_warned" : NULL;
	if (i % 6 == 1)
		sim_org_id(x->profile, "uprof_", s->config.seed, SIM_OF_CASE, 100 + i);
	x->nitems = (h >> 12) % (SIM_IDS_MAX + 1);
	for (size_t k = 0; k < x->nitems; k++)
		sim_org_id(x->items[k], "item_", s->config.seed, SIM_OF_CASE, 1000 + i * 8 + k);
	sim_times_write(x->created_at, created);
	sim_times_write(x->updated_at, open ? created : closed);
	return created <= now;
}

static int
get_case(const struct sim_scope *at, size_t i, void *object)
{
	const struct sim_case_order *o = at->report;

	if (i >= (o == NULL ? (size_t)SIM_CASES : o->n))
		return -1;
	return read_case(at->s, o == NULL ? i : o->v[i], object);
}

void
sim_directory_order(const struct sim *s, int by_update, int descending, struct sim_case_order *o)
{
	int64_t times[SIM_CASES] = {0};

	o->n = 0;
	for (size_t i = 0; i < SIM_CASES; i++) {
		struct sim_case x;
		size_t at = o->n;
		int64_t t;

		if (!read_case(s, i, &x))
			continue;
		o->n++;
		t = sim_times_read(by_update ? x.updated_at : x.created_at) * (descending ? -1 : 1);
		for (; at > 0 && times[at - 1] > t; at--) {
			times[at] = times[at - 1];
			o->v[at] = o->v[at - 1];
		}
		times[at] = t;
		o->v[at] = i;
	}
}

const struct sim_source sim_directory_organizations = {
	.size = sizeof(struct sim_directory_organization),
	.get = get_organization,
	.id = organization_uuid};
const struct sim_source sim_directory_users = {.size = sizeof(struct sim_directory_user),
	.get = get_user,
	.parent = &sim_directory_organizations};
const struct sim_source sim_directory_roles = {.size = sizeof(struct sim_directory_role),
	.get = get_role,
	.id = role_id,
	.parent = &sim_directory_organizations};
const struct sim_source sim_directory_permissions = {
	.size = sizeof(struct sim_directory_permission),
	.get = get_permission,
	.parent = &sim_directory_roles};
const struct sim_source sim_directory_cases = {.size = sizeof(struct sim_case), .get = get_case};
