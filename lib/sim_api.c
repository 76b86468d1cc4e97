#include "sim_api.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "sim_json.h"
#include "sim_query.h"
#include "utc.h"

enum { LIST_LIMIT = 20, LIST_MAX = 1000, GROUP_MAX = 5, OF_FINGERPRINT = 400 };

#define ROOT "/v1/organizations/"
#define SPEED_BETA "fast-mode-2026-02-01"

/* All that an endpoint needs while it answers. */
struct call {
	const struct sim *s;
	const struct sim_request *r;
	struct sim_answer *a;
	struct sim_query q;
	char id[SIM_ID]; /* that the path names */
};

const char *
sim_error_type(int status)
{
	static const struct {
		int status;
		const char *type;
	} types[] = {{401, "authentication_error"}, {402, "billing_error"},
		{403, "permission_error"}, {404, "not_found_error"}, {409, "conflict_error"},
		{413, "request_too_large"}, {429, "rate_limit_error"}, {504, "timeout_error"},
		{529, "overloaded_error"}};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].status == status)
			return types[i].type;
	return status >= 500 ? "api_error" : "invalid_request_error";
}

int
sim_error_body(struct buf *to, int status, const char *message, const char *id)
{
	buf_printf(to, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":",
		sim_error_type(status));
	json_put_string(to, message);
	buf_putc(to, '}');
	if (id != NULL)
		buf_printf(to, ",\"request_id\":\"%s\"", id);
	return buf_putc(to, '}');
}

/* The answer is an error.  Return -1. */
static int __attribute__((format(printf, 3, 4)))
refuse(struct call *c, int status, const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	c->a->status = status;
	buf_clear(&c->a->body);
	sim_error_body(&c->a->body, status, message, c->r->id);
	return -1;
}

void
sim_answer_free(struct sim_answer *a)
{
	sim_page_free(&a->page);
	buf_free(&a->body);
}

int
sim_api_key_right(const struct sim_request *r)
{
	return r->key != NULL && strcmp(r->key, SIM_KEY_TEXT) == 0;
}

static int
check_key(struct call *c)
{
	const char *k = c->r->key;

	if (sim_api_key_right(c->r))
		return 0;
	if (k == NULL && c->r->authorization != NULL)
		return refuse(c, 401, "Invalid bearer token");
	if (k == NULL)
		return refuse(c, 401, "x-api-key header is required");
	if (strncmp(k, "sk-ant-api03-", 13) == 0)
		return refuse(c, 403,
			"This endpoint requires an Admin API key (sk-ant-admin...); the key is an "
			"ordinary API key.");
	if (strncmp(k, "sk-ant-api01-", 13) == 0)
		return refuse(c, 403,
			"Missing required scopes. Got: ['read:analytics'] Needed: ['org:admin']");
	return refuse(c, 401, "invalid x-api-key");
}

/* ---- parameters ---- */

static int
name_in(const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return 1;
	return 0;
}

/* Every parameter must be one of ALLOWED (ended by NULL); only those with [] may come twice. */
static int
check_names(struct call *c, const char *const *allowed)
{
	for (size_t i = 0; i < c->q.names.n; i++) {
		const char *name = c->q.names.v[i];

		if (!name_in(name, allowed))
			return refuse(c, 400, "%s: Extra inputs are not permitted", name);
		for (size_t j = 0; j < i && strchr(name, '[') == NULL; j++)
			if (strcmp(c->q.names.v[j], name) == 0 && strcmp(name, "roles") != 0 &&
				strcmp(name, "statuses") != 0)
				return refuse(c, 400, "%s: Input should be a single value", name);
	}
	return 0;
}

static int
read_limit(struct call *c, long standard, long max, long *limit)
{
	const char *v = sim_query_value(&c->q, "limit");
	char *end;

	*limit = standard;
	if (v != NULL) {
		*limit = strtol(v, &end, 10);
		if (*v < '0' || *v > '9' || *end != '\0')
			return refuse(c, 400,
				"limit: Input should be a valid integer, unable to parse string as "
				"an integer");
		if (*limit < 1)
			return refuse(c, 400, "limit: Input should be greater than or equal to 1");
		if (*limit > max)
			return refuse(
				c, 400, "limit: Input should be less than or equal to %ld", max);
	}
	if (c->r->page_size > 0 && *limit > c->r->page_size)
		*limit = c->r->page_size;
	return 0;
}

/* 1 where V is one of the values of NAME or NAME[], or there are none. */
static int
wanted(const struct call *c, const char *name, const char *v)
{
	size_t len = strlen(name);
	int any = 0;

	for (size_t i = 0; i < c->q.names.n; i++) {
		const char *n = c->q.names.v[i];

		if (strncmp(n, name, len) != 0 || (n[len] != '\0' && strcmp(n + len, "[]") != 0))
			continue;
		if (strcmp(c->q.values.v[i], v) == 0)
			return 1;
		any = 1;
	}
	return !any;
}

/* Each value of NAME or NAME[] must be in LIST. */
static int
check_values(struct call *c, const char *name, const char *const *list)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < c->q.names.n; i++)
		if (strncmp(c->q.names.v[i], name, len) == 0 &&
			strcspn(c->q.names.v[i], "[") == len && !name_in(c->q.values.v[i], list))
			return refuse(
				c, 400, "%s: Input should be one of the documented values", name);
	return 0;
}

/* What a page token is tied to: the path and every parameter except the page and its size. */
static uint64_t
fingerprint(const struct call *c)
{
	struct strlist pairs = {NULL, 0};
	uint64_t h = sim_hash(c->s->config.seed, OF_FINGERPRINT, 0, 0);
	struct buf pair;

	buf_init(&pair, 1 << 20);
	for (size_t i = 0; i < c->q.names.n; i++) {
		if (strcmp(c->q.names.v[i], "page") == 0 || strcmp(c->q.names.v[i], "limit") == 0)
			continue;
		buf_clear(&pair);
		buf_printf(&pair, "%s=%s", c->q.names.v[i], c->q.values.v[i]);
		strlist_add(&pairs, pair.data, pair.len);
	}
	strlist_sort(&pairs);
	for (const char *p = c->r->path; *p != '\0'; p++)
		h = sim_hash(h, (unsigned char)*p, 1, 0);
	for (size_t i = 0; i < pairs.n; i++)
		for (const char *p = pairs.v[i]; p == pairs.v[i] || p[-1] != '\0'; p++)
			h = sim_hash(h, (unsigned char)*p, 2, 0);
	strlist_free(&pairs);
	buf_free(&pair);
	return h;
}

/* Where the page that is asked for starts; STANDARD without a token. */
static int
read_token(struct call *c, int64_t standard, int64_t *position)
{
	struct sim_page *p = &c->a->page;
	const char *token = sim_query_value(&c->q, "page");

	p->fingerprint = fingerprint(c);
	*position = standard;
	if (token != NULL) {
		if (sim_token_read(token, c->s->config.seed, p->fingerprint, position) == -1)
			return refuse(c, 400, "page: Invalid page token for these parameters");
		snprintf(p->asked, sizeof p->asked, "%s", token);
	}
	p->position = *position;
	sim_token_make(p->own, c->s->config.seed, p->fingerprint, *position, 1);
	return 0;
}

static void
set_next(struct call *c, int64_t position)
{
	struct sim_page *p = &c->a->page;

	p->has_more = 1;
	sim_token_make(p->next, c->s->config.seed, p->fingerprint, position,
		(unsigned)sim_hash(p->fingerprint, (uint64_t)position, 0, 0) & 0xffffff);
}

/* ---- lists with id cursors ---- */

struct list {
	size_t n;
	/* The id of object I, also of one that is gone or filtered away. */
	const char *(*id)(const struct call *c, size_t i);
	int (*shown)(const struct call *c, size_t i);
	void (*put)(struct buf *to, const struct call *c, size_t i);
};

static int
cursor_place(struct call *c, const struct list *l, const char *name, size_t *place)
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
	return refuse(c, 400, "%s: Invalid cursor: no object has this ID", name);
}

static int
put_item(struct call *c, const struct list *l, size_t i)
{
	struct sim_page *p = &c->a->page;
	size_t at = p->elements.len;

	l->put(&p->elements, c, i);
	if (sim_page_add(p, at) == -1)
		return refuse(c, 500, "Internal server error");
	return 0;
}

/* The page forward from FROM. */
static int
page_forward(struct call *c, const struct list *l, size_t from, long limit)
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
page_back(struct call *c, const struct list *l, size_t to, long limit)
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
answer_list(struct call *c, const struct list *l)
{
	size_t after, before;
	long limit;

	sim_page_init(&c->a->page, SIM_IDS);
	if (read_limit(c, LIST_LIMIT, LIST_MAX, &limit) == -1)
		return -1;
	if (sim_query_value(&c->q, "after_id") != NULL &&
		sim_query_value(&c->q, "before_id") != NULL)
		return refuse(c, 400, "after_id, before_id: Only one of them can be given");
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
user_id(const struct call *c, size_t i)
{
	return c->s->org.users[i].id;
}

static int
user_shown(const struct call *c, size_t i)
{
	const struct sim_user *u = &c->s->org.users[i];
	const char *email = sim_query_value(&c->q, "email");

	return !u->gone && (email == NULL || strcasecmp(email, u->email) == 0) &&
	       wanted(c, "roles", u->role);
}

static void
user_put(struct buf *to, const struct call *c, size_t i)
{
	sim_json_user(to, c->s, i);
}

static int
list_users(struct call *c)
{
	static const char *const names[] = {
		"limit", "after_id", "before_id", "email", "roles", "roles[]", NULL};
	const struct list l = {c->s->org.nusers, user_id, user_shown, user_put};

	if (check_names(c, names) == -1 || check_values(c, "roles", role_values) == -1)
		return -1;
	return answer_list(c, &l);
}

/* ---- invites ---- */

static const char *
invite_id(const struct call *c, size_t i)
{
	return c->s->org.invites[i].id;
}

static int
invite_shown(const struct call *c, size_t i)
{
	const struct sim_invite *v = &c->s->org.invites[i];
	const char *email = sim_query_value(&c->q, "email");

	return !v->gone && (email == NULL || strcasecmp(email, v->email) == 0) &&
	       wanted(c, "roles", v->role) && wanted(c, "statuses", v->status);
}

static void
invite_put(struct buf *to, const struct call *c, size_t i)
{
	sim_json_invite(to, c->s, i);
}

static int
list_invites(struct call *c)
{
	static const char *const names[] = {"limit", "after_id", "before_id", "email", "roles",
		"roles[]", "statuses", "statuses[]", NULL};
	static const char *const statuses[] = {"pending", "accepted", "expired", NULL};
	const struct list l = {c->s->org.ninvites, invite_id, invite_shown, invite_put};

	if (check_names(c, names) == -1 || check_values(c, "roles", role_values) == -1 ||
		check_values(c, "statuses", statuses) == -1)
		return -1;
	return answer_list(c, &l);
}

/* ---- workspaces and their members ---- */

static const char *
workspace_id(const struct call *c, size_t i)
{
	return c->s->org.workspaces[i].id;
}

static int
workspace_shown(const struct call *c, size_t i)
{
	const struct sim_workspace *w = &c->s->org.workspaces[i];
	const char *archived = sim_query_value(&c->q, "include_archived");

	return !w->gone && (w->archived_at[0] == '\0' ||
				   (archived != NULL && strcasecmp(archived, "true") == 0));
}

static void
workspace_put(struct buf *to, const struct call *c, size_t i)
{
	sim_json_workspace(to, c->s, i);
}

static int
list_workspaces(struct call *c)
{
	static const char *const names[] = {
		"limit", "after_id", "before_id", "include_archived", NULL};
	static const char *const booleans[] = {"true", "false", "True", "False", NULL};
	const struct list l = {c->s->org.nworkspaces, workspace_id, workspace_shown, workspace_put};

	if (check_names(c, names) == -1 || check_values(c, "include_archived", booleans) == -1)
		return -1;
	return answer_list(c, &l);
}

/* The number of the workspace that the path names; -1 after a 404. */
static long
path_workspace(struct call *c)
{
	for (size_t i = 0; i < c->s->org.nworkspaces; i++)
		if (strcmp(c->s->org.workspaces[i].id, c->id) == 0 && !c->s->org.workspaces[i].gone)
			return (long)i;
	return refuse(c, 404, "Workspace not found.");
}

static int
member_shown(const struct call *c, size_t i)
{
	for (size_t w = 0; w < c->s->org.nworkspaces; w++)
		if (strcmp(c->s->org.workspaces[w].id, c->id) == 0)
			return sim_org_member(&c->s->org, w, i) != NULL;
	return 0;
}

static void
member_put(struct buf *to, const struct call *c, size_t i)
{
	for (size_t w = 0; w < c->s->org.nworkspaces; w++)
		if (strcmp(c->s->org.workspaces[w].id, c->id) == 0)
			sim_json_member(to, c->s, w, i, sim_org_member(&c->s->org, w, i));
}

static int
list_members(struct call *c)
{
	static const char *const names[] = {"limit", "after_id", "before_id", NULL};
	const struct list l = {c->s->org.nusers, user_id, member_shown, member_put};

	if (check_names(c, names) == -1 || path_workspace(c) == -1)
		return -1;
	return answer_list(c, &l);
}

/* ---- API keys ---- */

static const char *
key_id(const struct call *c, size_t i)
{
	return c->s->org.keys[i].id;
}

static int
key_shown(const struct call *c, size_t i)
{
	const struct sim_key *k = &c->s->org.keys[i];
	const char *workspace = sim_query_value(&c->q, "workspace_id");
	const char *creator = sim_query_value(&c->q, "created_by_user_id");
	const char *of = sim_dim_text(c->s, SIM_WORKSPACE, k->workspace);

	return !k->gone && wanted(c, "status", k->status) &&
	       (workspace == NULL || strcmp(workspace, of == NULL ? "" : of) == 0) &&
	       (creator == NULL || strcmp(creator, k->creator) == 0);
}

static void
key_put(struct buf *to, const struct call *c, size_t i)
{
	sim_json_key(to, c->s, i);
}

static int
list_keys(struct call *c)
{
	static const char *const names[] = {"limit", "after_id", "before_id", "status",
		"workspace_id", "created_by_user_id", NULL};
	static const char *const statuses[] = {"active", "inactive", "archived", "expired", NULL};
	const struct list l = {c->s->org.nkeys, key_id, key_shown, key_put};

	if (check_names(c, names) == -1 || check_values(c, "status", statuses) == -1)
		return -1;
	return answer_list(c, &l);
}

/* ---- single objects ---- */

static int
answer_one(struct call *c, const struct list *l, const char *kind)
{
	static const char *const names[] = {NULL};

	sim_page_init(&c->a->page, SIM_BARE);
	if (check_names(c, names) == -1)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->id(c, i), c->id) == 0 && l->shown(c, i))
			return put_item(c, l, i);
	return refuse(c, 404, "%s not found.", kind);
}

static int
one_user(struct call *c)
{
	const struct list l = {c->s->org.nusers, user_id, user_shown, user_put};

	return answer_one(c, &l, "User");
}

static int
one_invite(struct call *c)
{
	const struct list l = {c->s->org.ninvites, invite_id, invite_shown, invite_put};

	return answer_one(c, &l, "Invite");
}

static int
workspace_there(const struct call *c, size_t i) /* archived or not */
{
	return !c->s->org.workspaces[i].gone;
}

/* The default workspace and the organization: one object, whatever its number. */
static int
always_shown(const struct call *c, size_t i)
{
	(void)c;
	(void)i;
	return 1;
}

static const char *
path_id(const struct call *c, size_t i)
{
	(void)i;
	return c->id;
}

static void
default_put(struct buf *to, const struct call *c, size_t i)
{
	(void)i;
	sim_json_default_workspace(to, c->s);
}

static int
one_workspace(struct call *c)
{
	const struct list l = {c->s->org.nworkspaces, workspace_id, workspace_there, workspace_put};
	const struct list standard = {1, path_id, always_shown, default_put};
	int is_default = strcmp(c->id, c->s->org.default_workspace) == 0;

	return answer_one(c, is_default ? &standard : &l, "Workspace");
}

static int
one_key(struct call *c)
{
	const struct list l = {c->s->org.nkeys, key_id, key_shown, key_put};

	return answer_one(c, &l, "API key");
}

static void
me_put(struct buf *to, const struct call *c, size_t i)
{
	(void)i;
	sim_json_organization(to, c->s);
}

static int
me(struct call *c)
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
limits_page(struct call *c)
{
	const char *page = sim_query_value(&c->q, "page");

	sim_page_init(&c->a->page, SIM_NEXT);
	/* There is one page: nobody was given a token, unless by a fault. */
	if (page != NULL && strncmp(page, SIM_ENDLESS, sizeof SIM_ENDLESS - 1) != 0)
		return refuse(c, 400, "page: Invalid page token for these parameters");
	return check_values(c, "group_type", group_types);
}

static int
list_limits(struct call *c)
{
	static const char *const names[] = {"group_type", "model", "page", NULL};
	const char *model = sim_query_value(&c->q, "model");
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);

	if (check_names(c, names) == -1 || limits_page(c) == -1)
		return -1;
	if (model != NULL && !sim_model_known(model))
		return refuse(c, 404, "Model not found.");
	for (size_t i = 0; i < n; i++) {
		size_t at = c->a->page.elements.len;

		if (!wanted(c, "group_type", g[i].type) || !model_in(&g[i], model))
			continue;
		sim_json_limit(&c->a->page.elements, &g[i]);
		if (sim_page_add(&c->a->page, at) == -1)
			return refuse(c, 500, "Internal server error");
	}
	return 0;
}

static int
list_overrides(struct call *c)
{
	static const char *const names[] = {"group_type", "page", NULL};
	long w = path_workspace(c);
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);
	struct sim_override v;

	if (w == -1 || check_names(c, names) == -1 || limits_page(c) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t at = c->a->page.elements.len;

		if (!wanted(c, "group_type", g[i].type) ||
			!sim_org_override(&c->s->org, (size_t)w, &g[i], &v))
			continue;
		sim_json_override(&c->a->page.elements, c->s, (size_t)w, &v);
		if (sim_page_add(&c->a->page, at) == -1)
			return refuse(c, 500, "Internal server error");
	}
	return 0;
}

/* ---- reports in buckets ---- */

/* The window: FROM and TO snapped to WIDTH, TO not beyond END. */
static int
read_window(struct call *c, int64_t width, int64_t end, int64_t *from, int64_t *to)
{
	const char *start = sim_query_value(&c->q, "starting_at");
	const char *stop = sim_query_value(&c->q, "ending_at");
	int64_t t;

	if (start == NULL)
		return refuse(c, 400, "starting_at: Field required");
	if (strlen(start) == 10 || utc_parse(start, strlen(start), &t) == -1)
		return refuse(
			c, 400, "starting_at: Input should be a valid datetime in RFC 3339 format");
	*from = utc_floor(t, width);
	*to = end;
	if (stop != NULL) {
		if (strlen(stop) == 10 || utc_parse(stop, strlen(stop), &t) == -1)
			return refuse(c, 400,
				"ending_at: Input should be a valid datetime in RFC 3339 format");
		if (utc_ceil(t, width) < end)
			*to = utc_ceil(t, width);
	}
	if (*from >= *to)
		return refuse(c, 400, "ending date must be after starting date");
	return 0;
}

/* group_by[] as bits 1 << SIM_...; ALLOWED has those that the endpoint knows. */
static int
read_groups(struct call *c, unsigned allowed, unsigned *dims)
{
	int n = 0;

	*dims = 0;
	for (size_t i = 0; i < c->q.names.n; i++) {
		int d;

		if (strcmp(c->q.names.v[i], "group_by[]") != 0)
			continue;
		d = sim_dim_find(c->q.values.v[i]);
		if (d < 0 || (allowed >> d & 1) == 0)
			return refuse(
				c, 400, "group_by[]: Input should be one of the documented values");
		*dims |= 1U << d;
		n++;
	}
	if (n > GROUP_MAX)
		return refuse(c, 400, "Cannot specify more than 5 group_by[] dimensions.");
	return 0;
}

static int
read_filters(struct call *c, struct strlist filters[SIM_DIMS])
{
	static const char *const names[SIM_DIMS] = {"account_ids[]", "api_key_ids[]",
		"context_window[]", "inference_geos[]", "models[]", "service_account_ids[]",
		"service_tiers[]", "speeds[]", "workspace_ids[]"};

	for (size_t i = 0; i < c->q.names.n; i++)
		for (int d = 0; d < SIM_DIMS; d++) {
			const char *v = c->q.values.v[i];

			if (strcmp(c->q.names.v[i], names[d]) != 0)
				continue;
			if (!sim_dim_valid((enum sim_dim)d, v))
				return refuse(c, 400,
					"%s: Input should be one of the documented values",
					names[d]);
			if (strlist_add(&filters[d], v, strlen(v)) == -1)
				return refuse(c, 500, "Internal server error");
		}
	return 0;
}

struct width {
	const char *name;
	int64_t seconds;
	long standard, max;
};

static int
read_width(struct call *c, const struct width *widths, size_t n, const struct width **w)
{
	const char *v = sim_query_value(&c->q, "bucket_width");

	*w = widths;
	if (v == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (strcmp(widths[i].name, v) == 0) {
			*w = &widths[i];
			return 0;
		}
	return refuse(
		c, 400, "bucket_width: Input should be %s", n > 1 ? "'1d', '1h' or '1m'" : "'1d'");
}

/* 1 where the request has the beta header of the dimension speed. */
static int
may_speed(const struct call *c)
{
	return c->r->beta != NULL && strstr(c->r->beta, SPEED_BETA) != NULL;
}

/* The place of the page in the window [FROM, TO), a bucket start. */
static int
read_place(struct call *c, int64_t from, int64_t to, int64_t width, int64_t *at)
{
	if (read_token(c, from, at) == -1)
		return -1;
	if (*at < from || *at >= to || *at % width != 0)
		return refuse(c, 400, "page: Invalid page token for these parameters");
	return 0;
}

static int
put_usage(struct call *c, struct sim_usage *u, int64_t at, int64_t to, int64_t width, long limit)
{
	struct sim_page *p = &c->a->page;

	for (; at < to && p->n < (size_t)limit; at += width) {
		size_t start = p->elements.len;

		sim_usage_bucket(u, at, width);
		sim_json_usage(&p->elements, u, at, width, may_speed(c));
		if (sim_page_add(p, start) == -1)
			return refuse(c, 500, "Internal server error");
	}
	if (at < to)
		set_next(c, at);
	return 0;
}

static int
usage(struct call *c)
{
	static const char *const names[] = {"starting_at", "ending_at", "bucket_width", "limit",
		"page", "group_by[]", "account_ids[]", "api_key_ids[]", "service_account_ids[]",
		"workspace_ids[]", "models[]", "service_tiers[]", "context_window[]",
		"inference_geos[]", "speeds[]", NULL};
	static const struct width widths[] = {
		{"1d", UTC_DAY, 7, 31}, {"1h", UTC_HOUR, 24, 168}, {"1m", UTC_MINUTE, 60, 1440}};
	struct strlist filters[SIM_DIMS] = {{NULL, 0}};
	const struct width *w;
	struct sim_usage u = {0};
	struct ant_err e;
	int64_t from, to, at;
	unsigned dims;
	int result = -1;
	long limit;

	sim_page_init(&c->a->page, SIM_TOKENS);
	if (check_names(c, names) == -1 || read_width(c, widths, 3, &w) == -1 ||
		read_window(c, w->seconds, utc_floor(sim_now(c->s), w->seconds) + w->seconds, &from,
			&to) == -1 ||
		read_limit(c, w->standard, w->max, &limit) == -1 ||
		read_groups(c, (1U << SIM_DIMS) - 1, &dims) == -1 || read_filters(c, filters) == -1)
		goto done;
	if ((dims >> SIM_SPEED & 1 || filters[SIM_SPEED].n > 0) && !may_speed(c)) {
		refuse(c, 400, "speed: requires the anthropic-beta header " SPEED_BETA);
		goto done;
	}
	if (read_place(c, from, to, w->seconds, &at) == -1)
		goto done;
	if (sim_usage_open(&u, c->s, dims, filters, &e) == -1) {
		refuse(c, 500, "Internal server error");
		goto done;
	}
	result = put_usage(c, &u, at, to, w->seconds, limit);
done:
	sim_usage_close(&u);
	for (size_t d = 0; d < SIM_DIMS; d++)
		strlist_free(&filters[d]);
	return result;
}

/* group_by[] of the cost report: a dimension of its own among them. */
static int
read_cost_groups(struct call *c, int *workspace, int *description)
{
	*workspace = *description = 0;
	for (size_t i = 0; i < c->q.names.n; i++) {
		const char *v = c->q.values.v[i];

		if (strcmp(c->q.names.v[i], "group_by[]") != 0)
			continue;
		if (strcmp(v, "workspace_id") == 0)
			*workspace = 1;
		else if (strcmp(v, "description") == 0)
			*description = 1;
		else
			return refuse(c, 400,
				"group_by[]: Input should be 'workspace_id' or 'description'");
	}
	return 0;
}

static int
cost(struct call *c)
{
	static const char *const names[] = {
		"starting_at", "ending_at", "bucket_width", "limit", "page", "group_by[]", NULL};
	static const struct width widths[] = {{"1d", UTC_DAY, 7, 31}};
	const struct width *w;
	struct sim_cost report;
	struct sim_page *p = &c->a->page;
	struct ant_err e;
	int64_t from, to, at;
	int by_workspace, by_description;
	long limit;

	sim_page_init(p, SIM_TOKENS);
	if (check_names(c, names) == -1 || read_width(c, widths, 1, &w) == -1 ||
		read_window(c, UTC_DAY, utc_floor(sim_now(c->s), UTC_DAY), &from, &to) == -1 ||
		read_limit(c, w->standard, w->max, &limit) == -1 ||
		read_cost_groups(c, &by_workspace, &by_description) == -1 ||
		read_place(c, from, to, UTC_DAY, &at) == -1)
		return -1;
	if (sim_cost_open(&report, c->s, by_workspace, by_description, &e) == -1)
		return refuse(c, 500, "Internal server error");
	for (; at < to && p->n < (size_t)limit; at += UTC_DAY) {
		size_t start = p->elements.len;

		sim_cost_day(&report, at / UTC_DAY);
		sim_json_cost(&p->elements, &report);
		if (sim_page_add(p, start) == -1) {
			sim_cost_close(&report);
			return refuse(c, 500, "Internal server error");
		}
	}
	sim_cost_close(&report);
	if (at < to)
		set_next(c, at);
	return 0;
}

/* ---- Claude Code ---- */

/* The records of PAGE, from the one with the ordinal AT on. */
static int
put_code(struct call *c, const struct sim_code *rows, size_t n, int64_t at, long limit)
{
	struct sim_page *p = &c->a->page;

	for (size_t i = 0; i < n; i++) {
		size_t start = p->elements.len;

		if (rows[i].ordinal < at)
			continue;
		if (p->n == (size_t)limit) {
			set_next(c, rows[i].ordinal);
			return 0;
		}
		sim_json_code(&p->elements, c->s, &rows[i]);
		if (sim_page_add(p, start) == -1)
			return refuse(c, 500, "Internal server error");
	}
	return 0;
}

static int
code(struct call *c)
{
	static const char *const names[] = {"starting_at", "limit", "page", NULL};
	const char *day;
	struct sim_code *rows;
	int64_t t, at;
	size_t n;
	long limit;
	int result;

	sim_page_init(&c->a->page, SIM_TOKENS);
	if (check_names(c, names) == -1)
		return -1;
	if ((day = sim_query_value(&c->q, "starting_at")) == NULL)
		return refuse(c, 400, "starting_at: Field required");
	if (strlen(day) != 10 || utc_parse(day, 10, &t) == -1)
		return refuse(c, 400, "starting_at: Invalid date format. Use YYYY-MM-DD.");
	if (read_limit(c, LIST_LIMIT, LIST_MAX, &limit) == -1 || read_token(c, 0, &at) == -1)
		return -1;
	if (t > sim_now(c->s)) /* a day to come has nothing yet */
		return 0;
	if (sim_code_day(c->s, t / UTC_DAY, &rows, &n) == -1)
		return refuse(c, 500, "Internal server error");
	result = put_code(c, rows, n, at, limit);
	free(rows);
	return result;
}

static int
oauth_only(struct call *c)
{
	return refuse(c, 403, "This endpoint requires an OAuth token with the scope org:admin.");
}

/* ---- routes ---- */

/* 1 where PATH is PATTERN, in which {} stands for an id; the id goes to c->id. */
static int
path_is(struct call *c, const char *path, const char *pattern)
{
	const char *hole = strstr(pattern, "{}");
	size_t before, len;

	if (hole == NULL)
		return strcmp(path, pattern) == 0;
	before = (size_t)(hole - pattern);
	if (strncmp(path, pattern, before) != 0)
		return 0;
	len = strcspn(path + before, "/");
	if (len == 0 || len >= sizeof c->id || strcmp(path + before + len, hole + 2) != 0)
		return 0;
	snprintf(c->id, sizeof c->id, "%.*s", (int)len, path + before);
	return 1;
}

static int
route(struct call *c)
{
	static const struct {
		const char *path;
		int (*answer)(struct call *c);
	} routes[] = {{"me", me}, {"users", list_users}, {"users/{}", one_user},
		{"invites", list_invites}, {"invites/{}", one_invite},
		{"workspaces", list_workspaces}, {"workspaces/{}", one_workspace},
		{"workspaces/{}/members", list_members},
		{"workspaces/{}/rate_limits", list_overrides}, {"rate_limits", list_limits},
		{"api_keys", list_keys}, {"api_keys/{}", one_key}, {"usage_report/messages", usage},
		{"usage_report/claude_code", code}, {"cost_report", cost},
		{"service_accounts", oauth_only}, {"federation_issuers", oauth_only},
		{"federation_rules", oauth_only}};

	if (strncmp(c->r->path, ROOT, sizeof ROOT - 1) != 0)
		return refuse(c, 404, "Not found");
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (!path_is(c, c->r->path + sizeof ROOT - 1, routes[i].path))
			continue;
		if (strcmp(c->r->method, "GET") != 0)
			return refuse(c, 405, "Method Not Allowed");
		return routes[i].answer(c);
	}
	return refuse(c, 404, "Not found");
}

void
sim_api_answer(const struct sim *s, const struct sim_request *r, struct sim_answer *a)
{
	struct call c = {s, r, a, {{NULL, 0}, {NULL, 0}}, ""};
	struct ant_err e;

	memset(a, 0, sizeof *a);
	buf_init(&a->body, 1 << 20);
	a->status = 200;
	if (check_key(&c) == 0) {
		if (r->version == NULL)
			refuse(&c, 400, "anthropic-version: header is required");
		else if (strcmp(r->version, "2023-06-01") != 0)
			refuse(&c, 400, "anthropic-version: \"%.40s\" is not a valid version",
				r->version);
		else if (sim_query_parse(&c.q, r->query, &e) == -1)
			refuse(&c, 400, "%s", e.msg);
		else
			route(&c);
	}
	sim_query_free(&c.q);
}
