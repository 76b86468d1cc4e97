#include "sim/lists.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/json.h"

/* ---- lists with id cursors ---- */

struct list {
	size_t n;
	/* The id of object I, also of one that is gone or filtered away. */
	const char *(*id)(const struct sim_call *c, size_t i);
	int (*shown)(const struct sim_call *c, size_t i);
	void (*put)(struct buf *to, const struct sim_call *c, size_t i);
};

static int
cursor_place(struct sim_call *c, const struct list *l, const char *name, size_t *place)
{
	const char *v = sim_query_value(&c->q, name);

	*place = SIZE_MAX;
	if (v == NULL)
		return 0;
	/* What an endless cursor (see sim_fault.h) leads to: the list, from its start. */
	if (strncmp(v, SIM_ENDLESS, sizeof SIM_ENDLESS - 1) == 0)
		return 0;
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->id(c, i), v) == 0) {
			*place = i;
			snprintf(c->a->page.asked, SIM_CURSOR, "%s", v);
			return 0;
		}
	return sim_call_refuse(c, 400, "%s: Invalid cursor: no object has this ID", name);
}

static int
put_item(struct sim_call *c, const struct list *l, size_t i)
{
	struct sim_page *p = &c->a->page;
	size_t at = p->elements.len;

	l->put(&p->elements, c, i);
	if (sim_page_add(p, at) == -1)
		return sim_call_refuse(c, 500, "Internal server error");
	return 0;
}

/* The page forward from FROM. */
static int
page_forward(struct sim_call *c, const struct list *l, size_t from, long limit)
{
	struct sim_page *p = &c->a->page;
	size_t i;

	for (i = from; i < l->n; i++) {
		if (!l->shown(c, i))
			continue;
		if (p->n == (size_t)limit)
			break;
		if (p->n == 0)
			snprintf(p->first, sizeof p->first, "%s", l->id(c, i));
		snprintf(p->last, sizeof p->last, "%s", l->id(c, i));
		if (put_item(c, l, i) == -1)
			return -1;
	}
	p->has_more = i < l->n;
	return 0;
}

/* The page that ends before TO: its start is where a page forward begins. */
static int
page_back(struct sim_call *c, const struct list *l, size_t to, long limit)
{
	size_t from = to, count = 0;
	struct sim_page *p = &c->a->page;
	int more = 0;

	while (from > 0 && count < (size_t)limit)
		count += (size_t)(l->shown(c, --from) != 0);
	for (size_t i = from; i > 0; i--)
		more |= l->shown(c, i - 1);
	for (size_t i = from; i < to; i++) {
		if (!l->shown(c, i))
			continue;
		if (p->n == 0)
			snprintf(p->first, sizeof p->first, "%s", l->id(c, i));
		snprintf(p->last, sizeof p->last, "%s", l->id(c, i));
		if (put_item(c, l, i) == -1)
			return -1;
	}
	p->has_more = more;
	return 0;
}

static int
answer_list(struct sim_call *c, const struct list *l)
{
	size_t after, before;
	long limit;

	sim_page_init(&c->a->page, SIM_IDS);
	if (sim_call_limit(c, SIM_CALL_LIMIT, SIM_CALL_LIMIT_MAX, &limit) == -1)
		return -1;
	if (sim_query_value(&c->q, "after_id") != NULL &&
		sim_query_value(&c->q, "before_id") != NULL)
		return sim_call_refuse(
			c, 400, "after_id, before_id: Only one of them can be given");
	if (cursor_place(c, l, "after_id", &after) == -1 ||
		cursor_place(c, l, "before_id", &before) == -1)
		return -1;
	if (before != SIZE_MAX)
		return page_back(c, l, before, limit);
	return page_forward(c, l, after == SIZE_MAX ? 0 : after + 1, limit);
}

/* ---- users ---- */

static const char *const role_values[] = {"user", "claude_code_user", "developer", "billing",
	"admin", "managed", "owner", "membership_admin", "primary_owner", NULL};

static const char *
user_id(const struct sim_call *c, size_t i)
{
	return c->s->org.users[i].id;
}

static int
user_shown(const struct sim_call *c, size_t i)
{
	const struct sim_user *u = &c->s->org.users[i];
	const char *email = sim_query_value(&c->q, "email");

	return !u->gone && (email == NULL || strcasecmp(email, u->email) == 0) &&
	       sim_call_wanted(c, "roles", u->role);
}

static void
user_put(struct buf *to, const struct sim_call *c, size_t i)
{
	sim_json_user(to, c->s, i);
}

int
sim_lists_users(struct sim_call *c)
{
	static const char *const names[] = {
		"limit", "after_id", "before_id", "email", "roles", "roles[]", NULL};
	const struct list l = {c->s->org.nusers, user_id, user_shown, user_put};

	if (sim_call_names(c, names) == -1 || sim_call_values(c, "roles", role_values) == -1)
		return -1;
	return answer_list(c, &l);
}

/* ---- invites ---- */

static const char *
invite_id(const struct sim_call *c, size_t i)
{
	return c->s->org.invites[i].id;
}

static int
invite_shown(const struct sim_call *c, size_t i)
{
	const struct sim_invite *v = &c->s->org.invites[i];
	const char *email = sim_query_value(&c->q, "email");

	return !v->gone && (email == NULL || strcasecmp(email, v->email) == 0) &&
	       sim_call_wanted(c, "roles", v->role) && sim_call_wanted(c, "statuses", v->status);
}

static void
invite_put(struct buf *to, const struct sim_call *c, size_t i)
{
	sim_json_invite(to, c->s, i);
}

int
sim_lists_invites(struct sim_call *c)
{
	static const char *const names[] = {"limit", "after_id", "before_id", "email", "roles",
		"roles[]", "statuses", "statuses[]", NULL};
	static const char *const statuses[] = {"pending", "accepted", "expired", NULL};
	const struct list l = {c->s->org.ninvites, invite_id, invite_shown, invite_put};

	if (sim_call_names(c, names) == -1 || sim_call_values(c, "roles", role_values) == -1 ||
		sim_call_values(c, "statuses", statuses) == -1)
		return -1;
	return answer_list(c, &l);
}

/* ---- workspaces and their members ---- */

static const char *
workspace_id(const struct sim_call *c, size_t i)
{
	return c->s->org.workspaces[i].id;
}

static int
workspace_shown(const struct sim_call *c, size_t i)
{
	const struct sim_workspace *w = &c->s->org.workspaces[i];
	const char *archived = sim_query_value(&c->q, "include_archived");

	return !w->gone && (w->archived_at[0] == '\0' ||
				   (archived != NULL && strcasecmp(archived, "true") == 0));
}

static void
workspace_put(struct buf *to, const struct sim_call *c, size_t i)
{
	sim_json_workspace(to, c->s, i);
}

int
sim_lists_workspaces(struct sim_call *c)
{
	static const char *const names[] = {
		"limit", "after_id", "before_id", "include_archived", NULL};
	static const char *const booleans[] = {"true", "false", "True", "False", NULL};
	const struct list l = {c->s->org.nworkspaces, workspace_id, workspace_shown, workspace_put};

	if (sim_call_names(c, names) == -1 ||
		sim_call_values(c, "include_archived", booleans) == -1)
		return -1;
	return answer_list(c, &l);
}

/* The number of the workspace that the path names; -1 after a 404. */
static long
path_workspace(struct sim_call *c)
{
	for (size_t i = 0; i < c->s->org.nworkspaces; i++)
		if (strcmp(c->s->org.workspaces[i].id, c->id) == 0 && !c->s->org.workspaces[i].gone)
			return (long)i;
	return sim_call_refuse(c, 404, "Workspace not found.");
}

static int
member_shown(const struct sim_call *c, size_t i)
{
	for (size_t w = 0; w < c->s->org.nworkspaces; w++)
		if (strcmp(c->s->org.workspaces[w].id, c->id) == 0)
			return sim_org_member(&c->s->org, w, i) != NULL;
	return 0;
}

static void
member_put(struct buf *to, const struct sim_call *c, size_t i)
{
	for (size_t w = 0; w < c->s->org.nworkspaces; w++)
		if (strcmp(c->s->org.workspaces[w].id, c->id) == 0)
			sim_json_member(to, c->s, w, i, sim_org_member(&c->s->org, w, i));
}

int
sim_lists_members(struct sim_call *c)
{
	static const char *const names[] = {"limit", "after_id", "before_id", NULL};
	const struct list l = {c->s->org.nusers, user_id, member_shown, member_put};

	if (sim_call_names(c, names) == -1 || path_workspace(c) == -1)
		return -1;
	return answer_list(c, &l);
}

/* ---- API keys ---- */

static const char *
key_id(const struct sim_call *c, size_t i)
{
	return c->s->org.keys[i].id;
}

static int
key_shown(const struct sim_call *c, size_t i)
{
	const struct sim_key *k = &c->s->org.keys[i];
	const char *workspace = sim_query_value(&c->q, "workspace_id");
	const char *creator = sim_query_value(&c->q, "created_by_user_id");
	const char *of = sim_dim_text(c->s, SIM_WORKSPACE, k->workspace);

	return !k->gone && sim_call_wanted(c, "status", k->status) &&
	       (workspace == NULL || strcmp(workspace, of == NULL ? "" : of) == 0) &&
	       (creator == NULL || strcmp(creator, k->creator) == 0);
}

static void
key_put(struct buf *to, const struct sim_call *c, size_t i)
{
	sim_json_key(to, c->s, i);
}

int
sim_lists_keys(struct sim_call *c)
{
	static const char *const names[] = {"limit", "after_id", "before_id", "status",
		"workspace_id", "created_by_user_id", NULL};
	static const char *const statuses[] = {"active", "inactive", "archived", "expired", NULL};
	const struct list l = {c->s->org.nkeys, key_id, key_shown, key_put};

	if (sim_call_names(c, names) == -1 || sim_call_values(c, "status", statuses) == -1)
		return -1;
	return answer_list(c, &l);
}

/* ---- single objects ---- */

static int
answer_one(struct sim_call *c, const struct list *l, const char *kind)
{
	static const char *const names[] = {NULL};

	sim_page_init(&c->a->page, SIM_BARE);
	if (sim_call_names(c, names) == -1)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->id(c, i), c->id) == 0 && l->shown(c, i))
			return put_item(c, l, i);
	return sim_call_refuse(c, 404, "%s not found.", kind);
}

int
sim_lists_user(struct sim_call *c)
{
	const struct list l = {c->s->org.nusers, user_id, user_shown, user_put};

	return answer_one(c, &l, "User");
}

int
sim_lists_invite(struct sim_call *c)
{
	const struct list l = {c->s->org.ninvites, invite_id, invite_shown, invite_put};

	return answer_one(c, &l, "Invite");
}

static int
workspace_there(const struct sim_call *c, size_t i) /* archived or not */
{
	return !c->s->org.workspaces[i].gone;
}

/* The default workspace and the organization: one object, whatever its number. */
static int
always_shown(const struct sim_call *c, size_t i)
{
	(void)c;
	(void)i;
	return 1;
}

static const char *
path_id(const struct sim_call *c, size_t i)
{
	(void)i;
	return c->id;
}

static void
default_put(struct buf *to, const struct sim_call *c, size_t i)
{
	(void)i;
	sim_json_default_workspace(to, c->s);
}

int
sim_lists_workspace(struct sim_call *c)
{
	const struct list l = {c->s->org.nworkspaces, workspace_id, workspace_there, workspace_put};
	const struct list standard = {1, path_id, always_shown, default_put};
	int is_default = strcmp(c->id, c->s->org.default_workspace) == 0;

	return answer_one(c, is_default ? &standard : &l, "Workspace");
}

int
sim_lists_key(struct sim_call *c)
{
	const struct list l = {c->s->org.nkeys, key_id, key_shown, key_put};

	return answer_one(c, &l, "API key");
}

static void
me_put(struct buf *to, const struct sim_call *c, size_t i)
{
	(void)i;
	sim_json_organization(to, c->s);
}

int
sim_lists_me(struct sim_call *c)
{
	const struct list l = {1, path_id, always_shown, me_put};

	return answer_one(c, &l, "Organization");
}

/* ---- rate limits ---- */

static const char *const group_types[] = {
	"model_group", "batch", "token_count", "files", "skills", "web_search", NULL};

static int
model_in(const struct sim_limit_group *g, const char *model)
{
	for (size_t i = 0; i < SIM_MODEL_GROUP && g->models[i] != NULL; i++)
		if (model == NULL || strcmp(g->models[i], model) == 0)
			return 1;
	return model == NULL;
}

static int
limits_page(struct sim_call *c)
{
	const char *page = sim_query_value(&c->q, "page");

	sim_page_init(&c->a->page, SIM_NEXT);
	/* There is one page: nobody was given a token, unless by a fault. */
	if (page != NULL && strncmp(page, SIM_ENDLESS, sizeof SIM_ENDLESS - 1) != 0)
		return sim_call_refuse(c, 400, "page: Invalid page token for these parameters");
	return sim_call_values(c, "group_type", group_types);
}

int
sim_lists_limits(struct sim_call *c)
{
	static const char *const names[] = {"group_type", "model", "page", NULL};
	const char *model = sim_query_value(&c->q, "model");
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);

	if (sim_call_names(c, names) == -1 || limits_page(c) == -1)
		return -1;
	if (model != NULL && !sim_model_known(model))
		return sim_call_refuse(c, 404, "Model not found.");
	for (size_t i = 0; i < n; i++) {
		size_t at = c->a->page.elements.len;

		if (!sim_call_wanted(c, "group_type", g[i].type) || !model_in(&g[i], model))
			continue;
		sim_json_limit(&c->a->page.elements, &g[i]);
		if (sim_page_add(&c->a->page, at) == -1)
			return sim_call_refuse(c, 500, "Internal server error");
	}
	return 0;
}

int
sim_lists_overrides(struct sim_call *c)
{
	static const char *const names[] = {"group_type", "page", NULL};
	long w = path_workspace(c);
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);
	struct sim_override v;

	if (w == -1 || sim_call_names(c, names) == -1 || limits_page(c) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t at = c->a->page.elements.len;

		if (!sim_call_wanted(c, "group_type", g[i].type) ||
			!sim_org_override(&c->s->org, (size_t)w, &g[i], &v))
			continue;
		sim_json_override(&c->a->page.elements, c->s, (size_t)w, &v);
		if (sim_page_add(&c->a->page, at) == -1)
			return sim_call_refuse(c, 500, "Internal server error");
	}
	return 0;
}
