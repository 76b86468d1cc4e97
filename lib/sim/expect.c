#include "sim/expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/json.h"

enum { COLUMNS = 40 };

/* One call of the oracle. */
struct oracle {
	struct buf *to, json; /* json: of the cell that is being written */
	const struct sim *s;
	const struct table *table;
	const struct sim_field *columns[COLUMNS]; /* NULL: always null */
	size_t ncolumns;
	int64_t from, to_time, width;
	unsigned dims;	       /* of usage */
	int workspace, detail; /* of cost */
};

/* In COLUMNS, a name alone is the field of that name, NAME=FIELD another one, NAME= null. */
struct table {
	const char *name, *columns;
	const struct sim_fields *of;
	int (*rows)(struct oracle *o, struct ant_err *e);
	enum sim_list list;
};

/* ---- rows ---- */

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
put_cell(struct oracle *o, const struct sim_field *f, const void *object)
{
	const char *text = f == NULL ? NULL : sim_field_text(f, object);

	if (f != NULL && text == NULL) {
		buf_clear(&o->json);
		sim_json_value(&o->json, f, object, 0);
		if ((text = buf_str(&o->json)) == NULL)
			o->to->failed = 1;
		else if (strcmp(text, "null") == 0)
			text = NULL;
	}
	if (text == NULL)
		buf_put(o->to, "\\N", 2);
	else
		put_escaped(o->to, text, strlen(text));
}

/* The row of one object of the table's kind. */
static void
row(struct oracle *o, const void *object)
{
	for (size_t i = 0; i < o->ncolumns; i++) {
		if (i > 0)
			buf_putc(o->to, '\t');
		put_cell(o, o->columns[i], object);
	}
	buf_putc(o->to, '\n');
}

/* ---- the organization's objects ---- */

static int
organization(struct oracle *o, struct ant_err *e)
{
	(void)e;
	row(o, &o->s->org);
	return 0;
}

static int
objects(struct oracle *o, struct ant_err *e)
{
	const struct sim_head *object;

	(void)e;
	for (size_t i = 0; (object = sim_org_object(&o->s->org, o->table->list, i)) != NULL; i++)
		if (!object->gone)
			row(o, object);
	return 0;
}

static int
members(struct oracle *o, struct ant_err *e)
{
	struct sim_member m;

	(void)e;
	for (size_t w = 0; w < o->s->org.nworkspaces; w++)
		for (size_t u = 0; u < o->s->org.nusers; u++)
			if (sim_org_member(&o->s->org, w, u, &m))
				row(o, &m);
	return 0;
}

/* One limit of a group. */
struct limit {
	struct sim_override of;
	const char *type;
	int64_t value, org;
};

static const struct sim_field limit_fields[] = {
	{"workspace_id", SIM_TEXT, .at = offsetof(struct limit, of.workspace_id)},
	{"group_type", SIM_TEXT, .at = offsetof(struct limit, of.group.type)},
	{"models", SIM_MADE, .at = offsetof(struct limit, of.group), .make = sim_json_models},
	{"limit_type", SIM_TEXT, .at = offsetof(struct limit, type)},
	{"value", SIM_NUMBER, .at = offsetof(struct limit, value)},
	{"org_value", SIM_NUMBER, .at = offsetof(struct limit, org)},
	{.name = NULL},
};

static void
limits_of(struct oracle *o, const struct sim_override *v)
{
	struct limit l = {.of = *v};

	for (size_t i = 0; i < SIM_LIMITS && v->group.limits[i].type != NULL; i++) {
		l.type = v->group.limits[i].type;
		l.value = v->group.limits[i].value;
		l.org = v->org[i];
		row(o, &l);
	}
}

static int
rate_limits(struct oracle *o, struct ant_err *e)
{
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);

	(void)e;
	for (size_t i = 0; i < n; i++)
		limits_of(o, &(struct sim_override){.group = g[i]});
	return 0;
}

static int
workspace_rate_limits(struct oracle *o, struct ant_err *e)
{
	size_t n;
	const struct sim_limit_group *g = sim_org_limits(&n);
	struct sim_override v;

	(void)e;
	for (size_t w = 0; w < o->s->org.nworkspaces; w++)
		for (size_t i = 0; i < n && !o->s->org.workspaces[w].head.gone; i++)
			if (sim_org_override(&o->s->org, w, &g[i], &v))
				limits_of(o, &v);
	return 0;
}

/* ---- usage and cost ---- */

static const struct sim_field usage_fields[] = {
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_usage_row, start)},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_usage_row, end)},
	{"account_id", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_ACCOUNT])},
	{"api_key_id", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_KEY])},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_WINDOW])},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_GEO])},
	{"model", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_MODEL])},
	{"service_account_id", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_SERVICE])},
	{"service_tier", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_TIER])},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_WORKSPACE])},
	{"uncached", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_UNCACHED])},
	{"read", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_READ])},
	{"create_5m", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_CREATE_5M])},
	{"create_1h", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_CREATE_1H])},
	{"output", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_OUTPUT])},
	{"searches", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_SEARCH])},
	{.name = NULL},
};

static int
usage(struct oracle *o, struct ant_err *e)
{
	const struct strlist none[SIM_DIMS] = {{NULL, 0}};
	struct sim_usage_row r;
	struct sim_usage u;

	if (sim_usage_open(&u, o->s, o->dims, none, e) == -1)
		return -1;
	for (int64_t at = o->from; at < o->to_time; at += o->width) {
		sim_usage_bucket(&u, at, o->width);
		for (size_t g = 0; g < u.groups.ids.n; g++)
			if (sim_usage_row(&u, g, &r))
				row(o, &r);
	}
	sim_usage_close(&u);
	return 0;
}

static int
cost(struct oracle *o, struct ant_err *e)
{
	struct sim_cost_row r;
	struct sim_cost c;

	if (sim_cost_open(&c, o->s, o->workspace, o->detail, e) == -1)
		return -1;
	for (int64_t at = o->from; at < o->to_time; at += UTC_DAY) {
		sim_cost_day(&c, at / UTC_DAY);
		for (size_t g = 0; g < c.groups.ids.n; g++)
			if (sim_cost_row(&c, g, &r))
				row(o, &r);
	}
	sim_cost_close(&c);
	return 0;
}

/* ---- Claude Code ---- */

/* A record, with one of its models or their sum. */
struct code {
	struct sim_code r;
	struct sim_code_model m;
	char date[UTC_TEXT];
	const char *actor_type, *organization, *models, *currency;
};

static const struct sim_field code_fields[] = {
	{"date", SIM_CHARS, .at = offsetof(struct code, date)},
	{"actor_type", SIM_TEXT, .at = offsetof(struct code, actor_type)},
	{"actor_id", SIM_TEXT, .at = offsetof(struct code, r.actor)},
	{"organization_id", SIM_TEXT, .at = offsetof(struct code, organization)},
	{"customer_type", SIM_TEXT, .at = offsetof(struct code, r.customer)},
	{"terminal_type", SIM_TEXT, .at = offsetof(struct code, r.terminal)},
	{"sessions", SIM_NUMBER, .at = offsetof(struct code, r.sessions)},
	{"added", SIM_NUMBER, .at = offsetof(struct code, r.added)},
	{"removed", SIM_NUMBER, .at = offsetof(struct code, r.removed)},
	{"commits", SIM_NUMBER, .at = offsetof(struct code, r.commits)},
	{"requests", SIM_NUMBER, .at = offsetof(struct code, r.requests)},
	{"edit_tool_accepted", SIM_NUMBER, .at = offsetof(struct code, r.tools[0].accepted)},
	{"edit_tool_rejected", SIM_NUMBER, .at = offsetof(struct code, r.tools[0].rejected)},
	{"multi_accepted", SIM_NUMBER, .at = offsetof(struct code, r.tools[1].accepted)},
	{"multi_rejected", SIM_NUMBER, .at = offsetof(struct code, r.tools[1].rejected)},
	{"write_tool_accepted", SIM_NUMBER, .at = offsetof(struct code, r.tools[2].accepted)},
	{"write_tool_rejected", SIM_NUMBER, .at = offsetof(struct code, r.tools[2].rejected)},
	{"notebook_accepted", SIM_NUMBER, .at = offsetof(struct code, r.tools[3].accepted)},
	{"notebook_rejected", SIM_NUMBER, .at = offsetof(struct code, r.tools[3].rejected)},
	{"input", SIM_NUMBER, .at = offsetof(struct code, m.input)},
	{"output", SIM_NUMBER, .at = offsetof(struct code, m.output)},
	{"read", SIM_NUMBER, .at = offsetof(struct code, m.read)},
	{"create", SIM_NUMBER, .at = offsetof(struct code, m.create)},
	{"cost", SIM_CHARS, .at = offsetof(struct code, m.cost)},
	{"model", SIM_TEXT, .at = offsetof(struct code, m.model)},
	{"models_used", SIM_TEXT, .at = offsetof(struct code, models)},
	{"subscription_type", SIM_TEXT, .at = offsetof(struct code, r.subscription)},
	{"is_remote", SIM_BOOLEAN, .at = offsetof(struct code, r.remote)},
	{"currency", SIM_CONSTANT, .text = "USD"},
	{"of_all", SIM_TEXT, .at = offsetof(struct code, currency)},
	{.name = NULL},
};

/* One row with the sum of all models. */
static void
code_sum(struct oracle *o, struct code *c)
{
	struct buf names;

	buf_init(&names, 1 << 16);
	for (size_t i = 0; i < c->r.nmodels; i++) {
		const struct sim_code_model *m = &c->r.models[i];

		c->m.input += m->input;
		c->m.output += m->output;
		c->m.read += m->read;
		c->m.create += m->create;
		c->m.units += m->units;
		buf_printf(&names, "%s%s", i == 0 ? "" : ",", m->model);
	}
	sim_money(c->m.cost, c->m.units, 0);
	c->models = c->r.nmodels == 0 ? NULL : buf_str(&names);
	c->currency = c->r.nmodels == 0 ? NULL : "USD";
	row(o, c);
	buf_free(&names);
}

/* A row for each model. */
static void
code_each(struct oracle *o, struct code *c)
{
	for (size_t i = 0; i < c->r.nmodels; i++) {
		c->m = c->r.models[i];
		row(o, c);
	}
}

static int
code_days(struct oracle *o, void (*put)(struct oracle *o, struct code *c), struct ant_err *e)
{
	for (int64_t at = o->from; at < o->to_time; at += UTC_DAY) {
		struct sim_code *records;
		size_t n;

		if (sim_code_day(o->s, at / UTC_DAY, &records, &n) == -1)
			return err_set(e, ANT_FAIL, "out of memory for a day of Claude Code");
		for (size_t i = 0; i < n; i++) {
			struct code c = {.r = records[i], .organization = o->s->org.id};

			c.actor_type = c.r.is_key ? "api_actor" : "user_actor";
			utc_format(at, c.date);
			put(o, &c);
		}
		free(records);
	}
	return 0;
}

static int
code_usage(struct oracle *o, struct ant_err *e)
{
	return code_days(o, code_sum, e);
}

static int
code_models(struct oracle *o, struct ant_err *e)
{
	return code_days(o, code_each, e);
}

/* ---- the tables ---- */

static const struct sim_fields limit_row = {limit_fields, 0, 1, 0},
			       usage_row = {usage_fields, 0, 1, 0},
			       code_row = {code_fields, 0, 1, 0};

static const struct table tables[] = {
	{"claude_code_usage",
		"date actor_type actor_id organization_id customer_type terminal_type "
		"num_sessions=sessions lines_added=added lines_removed=removed "
		"commits_by_claude_code=commits pull_requests_by_claude_code=requests "
		"edit_tool_accepted edit_tool_rejected multi_edit_tool_accepted=multi_accepted "
		"multi_edit_tool_rejected=multi_rejected write_tool_accepted write_tool_rejected "
		"notebook_edit_tool_accepted=notebook_accepted "
		"notebook_edit_tool_rejected=notebook_rejected total_input_tokens=input "
		"total_output_tokens=output total_cache_read_tokens=read "
		"total_cache_creation_tokens=create total_estimated_cost_cents=cost models_used "
		"subscription_type is_remote currency=of_all",
		&code_row, code_usage, 0},
	{"claude_code_models",
		"date actor_type actor_id terminal_type customer_type subscription_type is_remote "
		"model input_tokens=input output_tokens=output cache_read_tokens=read "
		"cache_creation_tokens=create estimated_cost_cents=cost currency",
		&code_row, code_models, 0},
	{"usage_report",
		"bucket=starting_at api_key_id workspace_id model service_tier "
		"input_tokens=uncached output_tokens=output input_cached_tokens=read "
		"api_first_response_latency_ms_p50= api_first_response_latency_ms_p95= "
		"api_first_response_latency_ms_p99= api_total_latency_ms_p50= "
		"api_total_latency_ms_p95= api_total_latency_ms_p99= api_request_count= "
		"server_tool_search_count=searches server_tool_result_count= ending_at "
		"context_window inference_geo account_id service_account_id "
		"uncached_input_tokens=uncached cache_read_input_tokens=read "
		"cache_creation_ephemeral_5m_input_tokens=create_5m "
		"cache_creation_ephemeral_1h_input_tokens=create_1h web_search_requests=searches",
		&usage_row, usage, 0},
	{"messages_usage",
		"starting_at ending_at model workspace_id api_key_id service_tier context_window "
		"uncached_input_tokens=uncached cache_read_input_tokens=read "
		"cache_creation_ephemeral_5m_input_tokens=create_5m "
		"cache_creation_ephemeral_1h_input_tokens=create_1h output_tokens=output "
		"web_search_requests=searches",
		&usage_row, usage, 0},
	{"cost_report",
		"bucket=starting_at workspace_id description amount_cents=amount starting_at "
		"ending_at amount currency cost_type model token_type service_tier context_window "
		"inference_geo",
		&sim_fields_cost, cost, 0},
	{"organization", "id name settings= created_at= type", &sim_fields_organization,
		organization, 0},
	{"workspaces",
		"id name type created_at archived_at display_color compartment_id external_key_id "
		"data_residency tags",
		&sim_fields_workspace, objects, SIM_WORKSPACES},
	{"api_keys",
		"id name status created_at workspace_id created_by_user_id=creating_user "
		"last_used_at= type expires_at partial_key_hint created_by_id=creator "
		"created_by_type=creator_type principal_id principal_type scope_type "
		"scope_workspace_id",
		&sim_fields_key, objects, SIM_KEYS},
	{"invites",
		"id email role expires_at workspace_ids= created_at=invited_at created_by_user_id= "
		"type status invited_at accepted_at rbac_group_ids",
		&sim_fields_invite, objects, SIM_INVITES},
	{"users", "id email name role created_at=added_at last_login_at= type added_at",
		&sim_fields_user, objects, SIM_USERS},
	{"workspace_members",
		"workspace_id user_id role=workspace_role added_at= type workspace_role",
		&sim_fields_member, members, 0},
	{"rate_limits", "group_type models limit_type value", &limit_row, rate_limits, 0},
	{"workspace_rate_limits", "workspace_id group_type models limit_type value org_value",
		&limit_row, workspace_rate_limits, 0},
};

/* The table's columns to o->columns, and their names as the first line. */
static int
read_columns(struct oracle *o, struct ant_err *e)
{
	const char *p = o->table->columns;

	while (*p != '\0') {
		size_t len = strcspn(p, " "), name = strcspn(p, " =");
		size_t skip = name < len ? name + 1 : 0; /* to the field's name */
		const struct sim_field *f = sim_field_find(o->table->of, p + skip, len - skip);

		if (o->ncolumns == COLUMNS || (f == NULL && len > skip))
			return err_set(e, ANT_FAIL, "there is no field for %.*s", (int)len, p);
		if (o->ncolumns > 0)
			buf_putc(o->to, '\t');
		buf_put(o->to, p, name);
		o->columns[o->ncolumns++] = f;
		p += len + (p[len] == ' ');
	}
	buf_putc(o->to, '\n');
	return 0;
}

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

int
sim_expect(struct buf *to, const struct sim *s, const struct sim_expect *x, struct ant_err *e)
{
	struct oracle o = {.to = to, .s = s};
	int result, days;

	for (size_t i = 0; x->table != NULL && i < sizeof tables / sizeof *tables; i++)
		if (strcmp(tables[i].name, x->table) == 0)
			o.table = &tables[i];
	if (o.table == NULL)
		return err_set(e, ANT_USAGE, "'%s' is not a table that the simulator knows",
			x->table == NULL ? "" : x->table);
	days = o.table->of == &code_row || o.table->rows == cost;
	if (read_width(&o, days ? NULL : x->width, e) == -1 ||
		read_window(&o, x, o.table->rows == cost, e) == -1 ||
		read_groups(&o, x->group_by, o.table->rows == cost, e) == -1 ||
		read_columns(&o, e) == -1)
		return -1;
	buf_init(&o.json, 1 << 20);
	result = o.table->rows(&o, e);
	buf_free(&o.json);
	if (result == 0 && to->failed)
		return err_set(e, ANT_FAIL, "the rows do not fit in memory");
	return result;
}
