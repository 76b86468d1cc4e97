#include "sim/expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/json.h"

/* One call of the oracle. */
struct oracle {
	struct buf *to;
	const struct sim *s;
	int64_t from, to_time, width;
	unsigned dims;	       /* of usage */
	int workspace, detail; /* of cost */
	int fields;	       /* written in the row so far */
};

/* ---- cells ---- */

static void
next_cell(struct oracle *o)
{
	if (o->fields++ > 0)
		buf_putc(o->to, '\t');
}

static void
null(struct oracle *o)
{
	next_cell(o);
	buf_put(o->to, "\\N", 2);
}

static void
nulls(struct oracle *o, int n)
{
	while (n-- > 0)
		null(o);
}

/* Text in the encoding of a row. */
static void
put_escaped(struct buf *to, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		static const char special[] = "\\\t\n\r", letter[] = "\\tnr";
		const char *at = s[i] == '\0' ? NULL : strchr(special, s[i]);

		if (at != NULL) {
			buf_putc(to, '\\');
			buf_putc(to, letter[at - special]);
		} else {
			buf_putc(to, s[i]);
		}
	}
}

static void
text(struct oracle *o, const char *s)
{
	if (s == NULL) {
		null(o);
		return;
	}
	next_cell(o);
	if (o->fields == 1 && s[0] == '#') /* else it would be a directive */
		buf_putc(o->to, '\\');
	put_escaped(o->to, s, strlen(s));
}

static void
optional(struct oracle *o, const char *s)
{
	text(o, *s == '\0' ? NULL : s);
}

static void
number(struct oracle *o, uint64_t n)
{
	next_cell(o);
	buf_printf(o->to, "%llu", (unsigned long long)n);
}

static void
instant(struct oracle *o, int64_t t)
{
	char s[UTC_TEXT];

	utc_format(t, s);
	text(o, s);
}

/* JSON that a function of sim_json has put in B. */
static void
json(struct oracle *o, const struct buf *b)
{
	next_cell(o);
	put_escaped(o->to, b->data, b->len);
}

static void
row_end(struct oracle *o)
{
	buf_putc(o->to, '\n');
	o->fields = 0;
}

/* ---- the organization's objects ---- */

static void
organization(struct oracle *o)
{
	text(o, o->s->org.id);
	text(o, o->s->org.name);
	nulls(o, 2); /* settings, created_at */
	text(o, "organization");
	row_end(o);
}

static void
users(struct oracle *o)
{
	for (size_t i = 0; i < o->s->org.nusers; i++) {
		const struct sim_user *u = &o->s->org.users[i];

		if (u->gone)
			continue;
		text(o, u->id);
		text(o, u->email);
		text(o, u->name);
		text(o, u->role);
		text(o, u->added_at);
		null(o); /* last_login_at */
		text(o, "user");
		text(o, u->added_at);
		row_end(o);
	}
}

static void
invites(struct oracle *o)
{
	for (size_t i = 0; i < o->s->org.ninvites; i++) {
		const struct sim_invite *v = &o->s->org.invites[i];

		if (v->gone)
			continue;
		text(o, v->id);
		text(o, v->email);
		text(o, v->role);
		text(o, v->expires_at);
		null(o); /* workspace_ids */
		text(o, v->invited_at);
		null(o); /* created_by_user_id */
		text(o, "invite");
		text(o, v->status);
		text(o, v->invited_at);
		optional(o, v->accepted_at);
		text(o, i % 5 == 3 ? "[\"rbac_group_01A\",\"rbac_group_01B\"]" : "[]");
		row_end(o);
	}
}

static void
workspaces(struct oracle *o)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < o->s->org.nworkspaces; i++) {
		const struct sim_workspace *w = &o->s->org.workspaces[i];

		if (w->gone)
			continue;
		text(o, w->id);
		text(o, w->name);
		text(o, "workspace");
		text(o, w->created_at);
		optional(o, w->archived_at);
		text(o, w->color);
		text(o, w->compartment);
		optional(o, w->external_key);
		buf_clear(&b);
		sim_json_residency(&b, w);
		json(o, &b);
		buf_clear(&b);
		sim_json_tags(&b, w, 0);
		json(o, &b);
		row_end(o);
	}
	if (b.failed)
		o->to->failed = 1;
	buf_free(&b);
}

static void
api_keys(struct oracle *o)
{
	for (size_t i = 0; i < o->s->org.nkeys; i++) {
		const struct sim_key *k = &o->s->org.keys[i];
		int by_user = k->creator[0] != '\0' && strcmp(k->creator_type, "user") == 0;

		if (k->gone)
			continue;
		text(o, k->id);
		text(o, k->name);
		text(o, k->status);
		text(o, k->created_at);
		text(o, sim_dim_text(o->s, SIM_WORKSPACE, k->workspace));
		text(o, by_user ? k->creator : NULL);
		null(o); /* last_used_at */
		text(o, "api_key");
		optional(o, k->expires_at);
		optional(o, k->hint);
		optional(o, k->creator);
		text(o, k->creator_type);
		optional(o, k->principal);
		text(o, k->principal_type);
		row_end(o);
	}
}

static void
members(struct oracle *o)
{
	const struct sim_org *org = &o->s->org;

	for (size_t w = 0; w < org->nworkspaces; w++)
		for (size_t u = 0; u < org->nusers; u++) {
			const char *role = sim_org_member(org, w, u);

			if (role == NULL)
				continue;
			text(o, org->workspaces[w].id);
			text(o, org->users[u].id);
			text(o, role);
			null(o); /* added_at */
			text(o, "workspace_member");
			text(o, role);
			row_end(o);
		}
}

static void
models(struct oracle *o, const struct sim_limit_group *g)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	sim_json_models(&b, g);
	if (g->models[0] == NULL)
		null(o);
	else
		json(o, &b);
	buf_free(&b);
}

static void
rate_limits(struct oracle *o)
{
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);

	for (size_t i = 0; i < n; i++)
		for (size_t l = 0; l < SIM_LIMITS && g[i].limits[l].type != NULL; l++) {
			text(o, g[i].type);
			models(o, &g[i]);
			text(o, g[i].limits[l].type);
			number(o, (uint64_t)g[i].limits[l].value);
			row_end(o);
		}
}

static void
override_rows(struct oracle *o, size_t w, const struct sim_override *v)
{
	for (size_t l = 0; l < SIM_LIMITS && v->limits[l].type != NULL; l++) {
		text(o, o->s->org.workspaces[w].id);
		text(o, v->group->type);
		models(o, v->group);
		text(o, v->limits[l].type);
		number(o, (uint64_t)v->limits[l].value);
		if (v->org[l] < 0)
			null(o);
		else
			number(o, (uint64_t)v->org[l]);
		row_end(o);
	}
}

static void
workspace_rate_limits(struct oracle *o)
{
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);
	struct sim_override v;

	for (size_t w = 0; w < o->s->org.nworkspaces; w++)
		for (size_t i = 0; i < n && !o->s->org.workspaces[w].gone; i++)
			if (sim_org_override(&o->s->org, w, &g[i], &v))
				override_rows(o, w, &v);
}

/* ---- usage ---- */

/* The text of a dimension of a row: null where it was not asked for. */
static void
dim(struct oracle *o, const struct sim_stream *st, enum sim_dim d)
{
	text(o, o->dims >> d & 1 ? sim_dim_text(o->s, d, st->dim[d]) : NULL);
}

static void
usage_report_row(struct oracle *o, int64_t at, const struct sim_stream *st, const uint64_t *n)
{
	instant(o, at);
	dim(o, st, SIM_KEY);
	dim(o, st, SIM_WORKSPACE);
	dim(o, st, SIM_MODEL);
	dim(o, st, SIM_TIER);
	number(o, n[SIM_UNCACHED]);
	number(o, n[SIM_OUTPUT]);
	number(o, n[SIM_READ]);
	nulls(o, 7); /* six latencies, api_request_count */
	number(o, n[SIM_SEARCH]);
	null(o); /* server_tool_result_count */
	instant(o, at + o->width);
	dim(o, st, SIM_WINDOW);
	dim(o, st, SIM_GEO);
	dim(o, st, SIM_ACCOUNT);
	dim(o, st, SIM_SERVICE);
	number(o, n[SIM_UNCACHED]);
	number(o, n[SIM_READ]);
	number(o, n[SIM_CREATE_5M]);
	number(o, n[SIM_CREATE_1H]);
	number(o, n[SIM_SEARCH]);
	row_end(o);
}

static void
messages_usage_row(struct oracle *o, int64_t at, const struct sim_stream *st, const uint64_t *n)
{
	instant(o, at);
	instant(o, at + o->width);
	dim(o, st, SIM_MODEL);
	dim(o, st, SIM_WORKSPACE);
	dim(o, st, SIM_KEY);
	dim(o, st, SIM_TIER);
	dim(o, st, SIM_WINDOW);
	number(o, n[SIM_UNCACHED]);
	number(o, n[SIM_READ]);
	number(o, n[SIM_CREATE_5M]);
	number(o, n[SIM_CREATE_1H]);
	number(o, n[SIM_OUTPUT]);
	number(o, n[SIM_SEARCH]);
	row_end(o);
}

static int
usage(struct oracle *o,
	void (*put)(struct oracle *, int64_t, const struct sim_stream *, const uint64_t *),
	struct ant_err *e)
{
	const struct strlist none[SIM_DIMS] = {{NULL, 0}};
	struct sim_usage u;

	if (sim_usage_open(&u, o->s, o->dims, none, e) == -1)
		return -1;
	for (int64_t at = o->from; at < o->to_time; at += o->width) {
		sim_usage_bucket(&u, at, o->width);
		for (size_t g = 0; g < u.ngroups; g++) {
			const struct sim_stream *st;
			const uint64_t *n = sim_usage_row(&u, g, &st);

			if (n != NULL)
				put(o, at, st, n);
		}
	}
	sim_usage_close(&u);
	return 0;
}

/* ---- cost ---- */

static int
cost(struct oracle *o, struct ant_err *e)
{
	struct sim_cost c;
	struct sim_cost_row r;

	if (sim_cost_open(&c, o->s, o->workspace, o->detail, e) == -1)
		return -1;
	for (int64_t at = o->from; at < o->to_time; at += UTC_DAY) {
		sim_cost_day(&c, at / UTC_DAY);
		for (size_t g = 0; g < c.ngroups; g++) {
			if (!sim_cost_row(&c, g, &r))
				continue;
			instant(o, at);
			text(o, r.workspace);
			optional(o, r.description);
			text(o, r.amount);
			instant(o, at);
			instant(o, at + UTC_DAY);
			text(o, r.amount);
			text(o, "USD");
			text(o, r.cost_type);
			text(o, r.model);
			text(o, r.token_type);
			text(o, r.tier);
			text(o, r.window);
			text(o, r.geo);
			row_end(o);
		}
	}
	sim_cost_close(&c);
	return 0;
}

/* ---- Claude Code ---- */

/* An amount in cents that the model wrote, in units of 10^-10. */
static sim_units
units(const char *amount)
{
	sim_units u = 0;
	int decimals = -1;

	for (; *amount != '\0'; amount++) {
		if (*amount == '.') {
			decimals = 0;
			continue;
		}
		u = u * 10 + (unsigned)(*amount - '0');
		decimals += decimals >= 0;
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 10; decimals++)
		u *= 10;
	return u;
}

static void
remote(struct oracle *o, const struct sim_code *r)
{
	text(o, r->remote < 0 ? NULL : r->remote ? "true" : "false");
}

static void
code_totals(struct oracle *o, const struct sim_code *r)
{
	struct sim_code_model sum = {0};
	sim_units cents = 0;
	struct buf list;

	buf_init(&list, 1 << 16);
	for (size_t i = 0; i < r->nmodels; i++) {
		sum.input += r->models[i].input;
		sum.output += r->models[i].output;
		sum.read += r->models[i].read;
		sum.create += r->models[i].create;
		cents += units(r->models[i].cost);
		buf_printf(&list, "%s%s", i == 0 ? "" : ",", r->models[i].model);
	}
	sim_money(sum.cost, cents, 0);
	number(o, sum.input);
	number(o, sum.output);
	number(o, sum.read);
	number(o, sum.create);
	text(o, sum.cost);
	text(o, r->nmodels == 0 ? NULL : buf_str(&list));
	buf_free(&list);
}

static void
code_usage_row(struct oracle *o, const struct sim_code *r)
{
	instant(o, r->day * UTC_DAY);
	text(o, r->is_key ? "api_actor" : "user_actor");
	text(o, r->actor);
	text(o, o->s->org.id);
	text(o, r->customer);
	text(o, r->terminal);
	number(o, r->sessions);
	number(o, r->added);
	number(o, r->removed);
	number(o, r->commits);
	number(o, r->requests);
	for (size_t t = 0; t < SIM_TOOLS - 1; t++) { /* the documented ones */
		if (r->tools[t].present) {
			number(o, r->tools[t].accepted);
			number(o, r->tools[t].rejected);
		} else {
			nulls(o, 2);
		}
	}
	code_totals(o, r);
	text(o, r->subscription);
	remote(o, r);
	row_end(o);
}

static void
code_models_row(struct oracle *o, const struct sim_code *r)
{
	for (size_t i = 0; i < r->nmodels; i++) {
		const struct sim_code_model *m = &r->models[i];

		instant(o, r->day * UTC_DAY);
		text(o, r->is_key ? "api_actor" : "user_actor");
		text(o, r->actor);
		text(o, r->terminal);
		text(o, r->customer);
		text(o, r->subscription);
		remote(o, r);
		text(o, m->model);
		number(o, m->input);
		number(o, m->output);
		number(o, m->read);
		number(o, m->create);
		text(o, m->cost);
		text(o, "USD");
		row_end(o);
	}
}

static int
code(struct oracle *o, void (*put)(struct oracle *, const struct sim_code *), struct ant_err *e)
{
	for (int64_t at = o->from; at < o->to_time; at += UTC_DAY) {
		struct sim_code *rows;
		size_t n;

		if (sim_code_day(o->s, at / UTC_DAY, &rows, &n) == -1)
			return err_set(e, ANT_FAIL, "out of memory for a day of Claude Code");
		for (size_t i = 0; i < n; i++)
			put(o, &rows[i]);
		free(rows);
	}
	return 0;
}

/* ---- the tables ---- */

struct answer {
	const char *table, *columns;
	void (*objects)(struct oracle *);
	void (*usage_row)(struct oracle *, int64_t, const struct sim_stream *, const uint64_t *);
	void (*code_row)(struct oracle *, const struct sim_code *);
	int cost;
};

static const struct answer answers[] = {
	{"claude_code_usage",
		"date actor_type actor_id organization_id customer_type terminal_type num_sessions "
		"lines_added lines_removed commits_by_claude_code pull_requests_by_claude_code "
		"edit_tool_accepted edit_tool_rejected multi_edit_tool_accepted "
		"multi_edit_tool_rejected write_tool_accepted write_tool_rejected "
		"notebook_edit_tool_accepted notebook_edit_tool_rejected total_input_tokens "
		"total_output_tokens total_cache_read_tokens total_cache_creation_tokens "
		"total_estimated_cost_cents models_used subscription_type is_remote",
		NULL, NULL, code_usage_row, 0},
	{"claude_code_models",
		"date actor_type actor_id terminal_type customer_type subscription_type is_remote "
		"model input_tokens output_tokens cache_read_tokens cache_creation_tokens "
		"estimated_cost_cents currency",
		NULL, NULL, code_models_row, 0},
	{"usage_report",
		"bucket api_key_id workspace_id model service_tier input_tokens output_tokens "
		"input_cached_tokens api_first_response_latency_ms_p50 "
		"api_first_response_latency_ms_p95 api_first_response_latency_ms_p99 "
		"api_total_latency_ms_p50 api_total_latency_ms_p95 api_total_latency_ms_p99 "
		"api_request_count server_tool_search_count server_tool_result_count ending_at "
		"context_window inference_geo account_id service_account_id uncached_input_tokens "
		"cache_read_input_tokens cache_creation_ephemeral_5m_input_tokens "
		"cache_creation_ephemeral_1h_input_tokens web_search_requests",
		NULL, usage_report_row, NULL, 0},
	{"messages_usage",
		"starting_at ending_at model workspace_id api_key_id service_tier context_window "
		"uncached_input_tokens cache_read_input_tokens "
		"cache_creation_ephemeral_5m_input_tokens cache_creation_ephemeral_1h_input_tokens "
		"output_tokens web_search_requests",
		NULL, messages_usage_row, NULL, 0},
	{"cost_report",
		"bucket workspace_id description amount_cents starting_at ending_at amount "
		"currency "
		"cost_type model token_type service_tier context_window inference_geo",
		NULL, NULL, NULL, 1},
	{"organization", "id name settings created_at type", organization, NULL, NULL, 0},
	{"workspaces",
		"id name type created_at archived_at display_color compartment_id external_key_id "
		"data_residency tags",
		workspaces, NULL, NULL, 0},
	{"api_keys",
		"id name status created_at workspace_id created_by_user_id last_used_at type "
		"expires_at partial_key_hint created_by_id created_by_type principal_id "
		"principal_type",
		api_keys, NULL, NULL, 0},
	{"invites",
		"id email role expires_at workspace_ids created_at created_by_user_id type status "
		"invited_at accepted_at rbac_group_ids",
		invites, NULL, NULL, 0},
	{"users", "id email name role created_at last_login_at type added_at", users, NULL, NULL,
		0},
	{"workspace_members", "workspace_id user_id role added_at type workspace_role", members,
		NULL, NULL, 0},
	{"rate_limits", "group_type models limit_type value", rate_limits, NULL, NULL, 0},
	{"workspace_rate_limits", "workspace_id group_type models limit_type value org_value",
		workspace_rate_limits, NULL, NULL, 0},
};

/* ---- arguments ---- */

static int
read_width(struct oracle *o, const char *width, struct ant_err *e)
{
	o->width = width == NULL || strcmp(width, "1d") == 0 ? UTC_DAY
		   : strcmp(width, "1h") == 0		     ? UTC_HOUR
		   : strcmp(width, "1m") == 0		     ? UTC_MINUTE
							     : 0;
	return o->width == 0 ? err_set(e, ANT_USAGE, "width: '%s' is not 1d, 1h or 1m", width) : 0;
}

static int
read_window(struct oracle *o, const struct sim_expect *x, int cost_report, struct ant_err *e)
{
	int64_t now = sim_now(o->s), end = utc_floor(now, o->width) + (cost_report ? 0 : o->width);

	o->from = o->s->first_day * UTC_DAY;
	o->to_time = end;
	if (x->from != NULL && utc_argument(x->from, now, &o->from, e) == -1)
		return -1;
	if (x->to != NULL && utc_argument(x->to, now, &o->to_time, e) == -1)
		return -1;
	/* Outward to whole buckets; nothing is before the first day. */
	o->from = utc_floor(o->from, o->width);
	o->to_time = utc_ceil(o->to_time, o->width);
	if (o->from < o->s->first_day * UTC_DAY)
		o->from = o->s->first_day * UTC_DAY;
	if (o->to_time > end)
		o->to_time = end;
	return 0;
}

static int
read_groups(struct oracle *o, const char *list, int cost_report, struct ant_err *e)
{
	char name[64];

	o->workspace = o->detail = list == NULL;
	o->dims = list != NULL ? 0
			       : 1U << SIM_KEY | 1U << SIM_WORKSPACE | 1U << SIM_MODEL |
					 1U << SIM_TIER | 1U << SIM_WINDOW;
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, ",");
		int d;

		if (len >= sizeof name)
			return err_set(e, ANT_USAGE, "group-by: no dimension is so long");
		memcpy(name, list, len);
		name[len] = '\0';
		d = sim_dim_find(name);
		if (d >= 0 && !cost_report)
			o->dims |= 1U << d;
		else if (cost_report && d == SIM_WORKSPACE)
			o->workspace = 1;
		else if (cost_report && strcmp(name, "description") == 0)
			o->detail = 1;
		else
			return err_set(e, ANT_USAGE, "group-by: '%s' is no dimension of it", name);
		list += len + (list[len] == ',');
	}
	return 0;
}

static void
put_names(struct buf *to, const char *columns)
{
	for (; *columns != '\0'; columns++)
		buf_putc(to, *columns == ' ' ? '\t' : *columns);
	buf_putc(to, '\n');
}

int
sim_expect(struct buf *to, const struct sim *s, const struct sim_expect *x, struct ant_err *e)
{
	struct oracle o = {.to = to, .s = s};
	const struct answer *a = NULL;
	int result = 0;

	for (size_t i = 0; x->table != NULL && i < sizeof answers / sizeof *answers; i++)
		if (strcmp(answers[i].table, x->table) == 0)
			a = &answers[i];
	if (a == NULL)
		return err_set(e, ANT_USAGE, "'%s' is not a table that the simulator knows",
			x->table == NULL ? "" : x->table);
	if (read_width(&o, a->code_row != NULL || a->cost ? NULL : x->width, e) == -1 ||
		read_window(&o, x, a->cost, e) == -1 ||
		read_groups(&o, x->group_by, a->cost, e) == -1)
		return -1;
	put_names(to, a->columns);
	if (a->objects != NULL)
		a->objects(&o);
	else if (a->usage_row != NULL)
		result = usage(&o, a->usage_row, e);
	else if (a->code_row != NULL)
		result = code(&o, a->code_row, e);
	else
		result = cost(&o, e);
	if (result == 0 && to->failed)
		return err_set(e, ANT_FAIL, "the rows do not fit in memory");
	return result;
}
