#include "sim/lists.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/json.h"

/* Which objects a list shows: those whose FIELD is one of the values of the parameter. */
struct filter {
	const char *parameter, *field;
	const char *const *values; /* that the API documents; NULL: any */
	/* As strcmp().  NULL: the parameter says whether what has the field is shown, too. */
	int (*compare)(const char *, const char *);
};

struct list {
	enum sim_list l;
	const char *singular;
	const struct sim_fields *of;
	const char *parameters[10];
	struct filter filters[3];
};

static const char *const roles[] = {"user", "claude_code_user", "developer", "billing", "admin",
	"managed", "owner", "membership_admin", "primary_owner", NULL};
static const char *const booleans[] = {"true", "false", "True", "False", NULL};
static const char *const invite_statuses[] = {"pending", "accepted", "expired", NULL};
static const char *const key_statuses[] = {"active", "inactive", "archived", "expired", NULL};

static const struct list lists[] = {
	[SIM_USERS] = {SIM_USERS, "User", &sim_fields_user,
		{"limit", "after_id", "before_id", "email", "roles", "roles[]"},
		{{"email", "email", NULL, strcasecmp}, {"roles", "role", roles, strcmp}}},
	[SIM_INVITES] = {SIM_INVITES, "Invite", &sim_fields_invite,
		{"limit", "after_id", "before_id", "email", "roles", "roles[]", "statuses",
			"statuses[]"},
		{{"email", "email", NULL, strcasecmp}, {"roles", "role", roles, strcmp},
			{"statuses", "status", invite_statuses, strcmp}}},
	[SIM_WORKSPACES] = {SIM_WORKSPACES, "Workspace", &sim_fields_workspace,
		{"limit", "after_id", "before_id", "include_archived"},
		{{"include_archived", "archived_at", booleans, NULL}}},
	[SIM_KEYS] = {SIM_KEYS, "API key", &sim_fields_key,
		{"limit", "after_id", "before_id", "status", "workspace_id", "created_by_user_id"},
		{{"status", "status", key_statuses, strcmp},
			{"workspace_id", "workspace_id", NULL, strcmp},
			{"created_by_user_id", "creator", NULL, strcmp}}},
	[SIM_MEMBERS] = {SIM_MEMBERS, NULL, &sim_fields_member, {"limit", "after_id", "before_id"},
		{{NULL, NULL, NULL, NULL}}},
};

enum { FILTERS = sizeof lists->filters / sizeof *lists->filters };

/* 1 where F lets OBJECT through. */
static int
passes(const struct sim_call *c, const struct list *l, const struct filter *f, const void *object)
{
	const struct sim_field *field = sim_field_find(l->of, f->field, strlen(f->field));
	const char *v = sim_field_text(field, object), *asked;

	if (f->compare != NULL)
		return sim_call_wanted(c, f->parameter, v == NULL ? "" : v, f->compare);
	asked = sim_query_value(&c->q, f->parameter);
	return v == NULL || (asked != NULL && strcasecmp(asked, "true") == 0);
}

static int
shown(const struct sim_call *c, const struct list *l, size_t i)
{
	const struct sim_head *object = sim_org_object(&c->s->org, l->l, i);
	struct sim_member m;

	if (l->l == SIM_MEMBERS)
		return sim_org_member(&c->s->org, c->workspace, i, &m);
	if (object->gone)
		return 0;
	for (size_t f = 0; f < FILTERS && l->filters[f].parameter != NULL; f++)
		if (!passes(c, l, &l->filters[f], object))
			return 0;
	return 1;
}

/* Append one object to the page. */
static int
put(struct sim_call *c, const struct sim_fields *of, const void *object, uint64_t h)
{
	struct sim_page *p = &c->a->page;
	size_t at = p->elements.len;

	sim_json_object(&p->elements, of, object, h);
	if (sim_page_add(p, at) == -1)
		return sim_call_refuse(c, 500, "Internal server error");
	return 0;
}

static int
put_item(struct sim_call *c, const struct list *l, size_t i)
{
	const struct sim_head *object = sim_org_object(&c->s->org, l->l, i);
	uint64_t h = sim_json_variant(c->s, l->of->hash, i);
	struct sim_page *p = &c->a->page;
	struct sim_member m;

	if (p->n == 0)
		snprintf(p->first, sizeof p->first, "%s", object->id);
	snprintf(p->last, sizeof p->last, "%s", object->id);
	if (l->l != SIM_MEMBERS)
		return put(c, l->of, object, h);
	sim_org_member(&c->s->org, c->workspace, i, &m);
	return put(c, l->of, &m, h);
}

/* ---- lists with id cursors ---- */

static int
cursor_place(struct sim_call *c, const struct list *l, const char *name, size_t *place)
{
	const char *v = sim_query_value(&c->q, name);
	long i;

	*place = SIZE_MAX;
	/* What an endless cursor (see sim/fault.h) leads to: the list, from its start. */
	if (v == NULL || strncmp(v, SIM_ENDLESS, sizeof SIM_ENDLESS - 1) == 0)
		return 0;
	if ((i = sim_org_find(&c->s->org, l->l, v)) == -1)
		return sim_call_refuse(c, 400, "%s: Invalid cursor: no object has this ID", name);
	*place = (size_t)i;
	snprintf(c->a->page.asked, SIM_CURSOR, "%s", v);
	return 0;
}

/* The page forward from FROM. */
static int
page_forward(struct sim_call *c, const struct list *l, size_t from, long limit)
{
	struct sim_page *p = &c->a->page;
	size_t i;

	for (i = from; sim_org_object(&c->s->org, l->l, i) != NULL; i++) {
		if (!shown(c, l, i))
			continue;
		if (p->n == (size_t)limit) {
			p->has_more = 1;
			break;
		}
		if (put_item(c, l, i) == -1)
			return -1;
	}
	return 0;
}

/* The page that ends before TO: its start is where a page forward begins. */
static int
page_back(struct sim_call *c, const struct list *l, size_t to, long limit)
{
	size_t from = to, count = 0;

	while (from > 0 && count < (size_t)limit)
		count += (size_t)(shown(c, l, --from) != 0);
	for (size_t i = from; i < to; i++)
		if (shown(c, l, i) && put_item(c, l, i) == -1)
			return -1;
	while (from > 0 && !c->a->page.has_more)
		c->a->page.has_more = shown(c, l, --from);
	return 0;
}

/* The workspace that the path names to c->workspace, or a 404. */
static int
path_workspace(struct sim_call *c)
{
	long w = sim_org_find(&c->s->org, SIM_WORKSPACES, c->id);

	if (w == -1 || c->s->org.workspaces[w].head.gone)
		return sim_call_refuse(c, 404, "Workspace not found.");
	c->workspace = (size_t)w;
	return 0;
}

int
sim_lists_all(struct sim_call *c)
{
	const struct list *l = &lists[c->list];
	size_t after, before;
	long limit;

	if (sim_call_names(c, l->parameters) == -1)
		return -1;
	for (size_t f = 0; f < FILTERS && l->filters[f].parameter != NULL; f++)
		if (l->filters[f].values != NULL &&
			sim_call_values(c, l->filters[f].parameter, l->filters[f].values) == -1)
			return -1;
	if (l->l == SIM_MEMBERS && path_workspace(c) == -1)
		return -1;
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

/* ---- single objects ---- */

static int
one_page(struct sim_call *c)
{
	static const char *const none[] = {NULL};

	sim_page_init(&c->a->page, SIM_BARE);
	return sim_call_names(c, none);
}

int
sim_lists_one(struct sim_call *c)
{
	const struct sim_org *o = &c->s->org;
	const struct list *l = &lists[c->list];
	long i = sim_org_find(o, l->l, c->id);

	if (one_page(c) == -1)
		return -1;
	if (l->l == SIM_WORKSPACES && strcmp(c->id, o->standard.head.id) == 0)
		return put(c, l->of, &o->standard, 1);
	if (i == -1 || sim_org_object(o, l->l, (size_t)i)->gone)
		return sim_call_refuse(c, 404, "%s not found.", l->singular);
	return put_item(c, l, (size_t)i);
}

int
sim_lists_me(struct sim_call *c)
{
	/* The escapes of its name follow from the seed alone. */
	return one_page(c) == -1
		       ? -1
		       : put(c, &sim_fields_organization, &c->s->org, c->s->config.seed + 1);
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
	static const char *const names[] = {"group_type", "page", "model", NULL};
	const char *model = sim_query_value(&c->q, "model");
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);

	if (sim_call_names(c, names) == -1 || limits_page(c) == -1)
		return -1;
	if (model != NULL && !sim_model_known(model))
		return sim_call_refuse(c, 404, "Model not found.");
	for (size_t i = 0; i < n; i++)
		if (sim_call_wanted(c, "group_type", g[i].type, strcmp) && model_in(&g[i], model) &&
			put(c, &sim_fields_limit, &g[i], 0) == -1)
			return -1;
	return 0;
}

int
sim_lists_overrides(struct sim_call *c)
{
	static const char *const names[] = {"group_type", "page", NULL};
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);
	struct sim_override v;

	if (path_workspace(c) == -1 || sim_call_names(c, names) == -1 || limits_page(c) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (sim_call_wanted(c, "group_type", g[i].type, strcmp) &&
			sim_org_override(&c->s->org, c->workspace, &g[i], &v) &&
			put(c, &sim_fields_override, &v, 0) == -1)
			return -1;
	return 0;
}
