#include "sim/json.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utc.h"
#include "base/utf8.h"

/* Ways to escape text, as bits. */
enum { ESCAPE_WIDE = 1, ESCAPE_SLASH = 2, ESCAPE_HEX = 4 };
enum { OF_ORDER = 300, MEMBERS = 24 };

/* An object whose members are written in order and then turned round. */
struct object {
	struct buf *to;
	size_t start, n, at[MEMBERS + 1];
};

static void
object_start(struct object *o, struct buf *to)
{
	o->to = to;
	o->start = to->len;
	o->n = 0;
}

static void
key(struct object *o, const char *name)
{
	if (o->n < MEMBERS)
		o->at[o->n++] = o->to->len;
	buf_putc(o->to, '"');
	buf_puts(o->to, name);
	buf_put(o->to, "\":", 2);
}

/* Put the members together, the one with number TURN first. */
static void
object_end(struct object *o, size_t turn)
{
	struct buf *to = o->to;
	size_t len = to->len - o->start, size = len + o->n + 1;
	char *p;

	o->at[o->n] = to->len;
	if (o->n == 0 || buf_reserve(to, size) == NULL) {
		buf_put(to, "{}", 2);
		return;
	}
	p = to->data + to->len;
	for (size_t i = 0; i < o->n; i++) {
		size_t m = (i + turn) % o->n, n = o->at[m + 1] - o->at[m];

		*p++ = i == 0 ? '{' : ',';
		memcpy(p, to->data + o->at[m], n);
		p += n;
	}
	*p = '}';
	memmove(to->data + o->start, to->data + to->len, size);
	to->len = o->start + size;
}

static void
put_text(struct buf *to, const char *s, unsigned escapes)
{
	const char *end = s + strlen(s);

	if (escapes == 0) {
		json_put_string(to, s);
		return;
	}
	buf_putc(to, '"');
	while (s < end) {
		size_t n = 1;
		long c = utf8_next(s, end, &n);

		if (c >= 0x10000 && escapes & ESCAPE_WIDE)
			buf_printf(to, "\\u%04lx\\u%04lx",
				0xd800 + ((unsigned long)(c - 0x10000) >> 10),
				0xdc00 + ((unsigned long)c & 0x3ff));
		else if ((c >= 0x80 && escapes & ESCAPE_WIDE) || (c < 0x20 && escapes & ESCAPE_HEX))
			buf_printf(to, "\\u%04lx", (unsigned long)c);
		else if (c == '/' && escapes & ESCAPE_SLASH)
			buf_put(to, "\\/", 2);
		else if (c == '\n' || c == '\t' || c == '\r')
			buf_puts(to, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
		else if (c == '"' || c == '\\')
			buf_printf(to, "\\%c", (char)c);
		else
			buf_put(to, s, n);
		s += n;
	}
	buf_putc(to, '"');
}

/* A string, or null where it is NULL. */
static void
string(struct object *o, const char *name, const char *s)
{
	key(o, name);
	if (s == NULL)
		buf_put(o->to, "null", 4);
	else
		json_put_string(o->to, s);
}

/* The same where "" is null. */
static void
optional(struct object *o, const char *name, const char *s)
{
	string(o, name, *s == '\0' ? NULL : s);
}

/* Text known to need no escape: an id, a date. */
static void
plain(struct object *o, const char *name, const char *s)
{
	key(o, name);
	if (s == NULL) {
		buf_put(o->to, "null", 4);
		return;
	}
	buf_putc(o->to, '"');
	buf_puts(o->to, s);
	buf_putc(o->to, '"');
}

static void
number(struct object *o, const char *name, uint64_t v)
{
	char digits[24];
	size_t n = sizeof digits;

	key(o, name);
	do {
		digits[--n] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v != 0);
	buf_put(o->to, digits + n, sizeof digits - n);
}

static uint64_t
variant(const struct sim *s, uint64_t kind, uint64_t i)
{
	return sim_hash(s->config.seed, OF_ORDER, kind, i);
}

void
sim_json_organization(struct buf *to, const struct sim *s)
{
	struct object o;

	object_start(&o, to);
	string(&o, "id", s->org.id);
	key(&o, "name");
	put_text(to, s->org.name, s->config.seed % 2 == 0 ? ESCAPE_WIDE : 0);
	string(&o, "type", "organization");
	object_end(&o, 0);
}

void
sim_json_user(struct buf *to, const struct sim *s, size_t i)
{
	const struct sim_user *u = &s->org.users[i];
	uint64_t h = variant(s, 1, i);
	struct object o;

	object_start(&o, to);
	plain(&o, "id", u->id);
	plain(&o, "added_at", u->added_at);
	key(&o, "email");
	put_text(to, u->email, (unsigned)(h >> 4) % 4);
	key(&o, "name");
	put_text(to, u->name, (unsigned)(h >> 8) % 8);
	string(&o, "role", u->role);
	string(&o, "type", "user");
	if (i % 8 == 5) {
		key(&o, "seat");
		buf_puts(to, "{\"tier\":null,\"tags\":[\"x\",{}]}");
	}
	object_end(&o, h % 3 == 0 ? h % 6 : 0);
}

void
sim_json_invite(struct buf *to, const struct sim *s, size_t i)
{
	const struct sim_invite *v = &s->org.invites[i];
	uint64_t h = variant(s, 2, i);
	struct object o;

	object_start(&o, to);
	plain(&o, "id", v->id);
	optional(&o, "accepted_at", v->accepted_at);
	key(&o, "email");
	put_text(to, v->email, (unsigned)(h >> 4) % 2);
	plain(&o, "expires_at", v->expires_at);
	plain(&o, "invited_at", v->invited_at);
	key(&o, "rbac_group_ids");
	buf_puts(to, i % 5 == 3 ? "[\"rbac_group_01A\",\"rbac_group_01B\"]" : "[]");
	string(&o, "role", v->role);
	string(&o, "status", v->status);
	string(&o, "type", "invite");
	object_end(&o, h % 3 == 0 ? h % 9 : 0);
}

void
sim_json_residency(struct buf *to, const struct sim_workspace *w)
{
	buf_puts(to, "{\"allowed_inference_geos\":");
	if (w->geos[0] == NULL)
		buf_puts(to, "\"unrestricted\"");
	for (size_t i = 0; w->geos[i] != NULL; i++)
		buf_printf(to, "%s\"%s\"%s", i == 0 ? "[" : ",", w->geos[i],
			w->geos[i + 1] == NULL ? "]" : "");
	buf_printf(
		to, ",\"default_inference_geo\":\"%s\",\"workspace_geo\":\"us\"}", w->default_geo);
}

void
sim_json_tags(struct buf *to, const struct sim_workspace *w, unsigned escapes)
{
	buf_putc(to, '{');
	for (size_t i = 0; i < w->ntags; i++) {
		if (i > 0)
			buf_putc(to, ',');
		put_text(to, w->tags[i].name, escapes);
		buf_putc(to, ':');
		put_text(to, w->tags[i].value, escapes);
	}
	buf_putc(to, '}');
}

void
sim_json_workspace(struct buf *to, const struct sim *s, size_t i)
{
	const struct sim_workspace *w = &s->org.workspaces[i];
	uint64_t h = variant(s, 3, i);
	struct object o;

	object_start(&o, to);
	plain(&o, "id", w->id);
	optional(&o, "archived_at", w->archived_at);
	plain(&o, "compartment_id", w->compartment);
	plain(&o, "created_at", w->created_at);
	key(&o, "data_residency");
	sim_json_residency(to, w);
	plain(&o, "display_color", w->color);
	optional(&o, "external_key_id", w->external_key);
	key(&o, "name");
	put_text(to, w->name, (unsigned)(h >> 8) % 8);
	key(&o, "tags");
	sim_json_tags(to, w, (unsigned)(h >> 12) % 8);
	string(&o, "type", "workspace");
	object_end(&o, h % 2 == 0 ? h % 10 : 0);
}

void
sim_json_default_workspace(struct buf *to, const struct sim *s)
{
	buf_printf(to,
		"{\"id\":\"%s\",\"archived_at\":null,\"created_at\":\"2024-06-01T00:00:00Z\","
		"\"data_residency\":{\"allowed_inference_geos\":\"unrestricted\","
		"\"default_inference_geo\":\"global\",\"workspace_geo\":\"us\"},"
		"\"display_color\":\"#6C5BB9\",\"external_key_id\":null,\"name\":\"Default\","
		"\"tags\":{},\"type\":\"workspace\"}",
		s->org.default_workspace);
}

/* {"id":...,"type":...}, or null where there is no id. */
static void
reference(struct object *o, const char *name, const char *id, const char *type)
{
	key(o, name);
	if (*id == '\0')
		buf_puts(o->to, "null");
	else
		buf_printf(o->to, "{\"id\":\"%s\",\"type\":\"%s\"}", id, type);
}

void
sim_json_key(struct buf *to, const struct sim *s, size_t i)
{
	const struct sim_key *k = &s->org.keys[i];
	uint64_t h = variant(s, 4, i);
	struct object o;

	object_start(&o, to);
	plain(&o, "id", k->id);
	plain(&o, "created_at", k->created_at);
	reference(&o, "created_by", k->creator, k->creator_type);
	optional(&o, "expires_at", k->expires_at);
	key(&o, "name");
	put_text(to, k->name, (unsigned)(h >> 8) % 8);
	optional(&o, "partial_key_hint", k->hint);
	reference(&o, "principal", k->principal, k->principal_type);
	string(&o, "status", k->status);
	string(&o, "type", "api_key");
	plain(&o, "workspace_id", sim_dim_text(s, SIM_WORKSPACE, k->workspace));
	object_end(&o, h % 2 == 0 ? h % 10 : 0);
}

void
sim_json_member(
	struct buf *to, const struct sim *s, size_t workspace, size_t user, const char *role)
{
	struct object o;

	object_start(&o, to);
	string(&o, "type", "workspace_member");
	plain(&o, "user_id", s->org.users[user].id);
	plain(&o, "workspace_id", s->org.workspaces[workspace].id);
	string(&o, "workspace_role", role);
	object_end(&o, variant(s, 5, user) % 4);
}

void
sim_json_models(struct buf *to, const struct sim_limit_group *g)
{
	if (g->models[0] == NULL) {
		buf_puts(to, "null");
		return;
	}
	for (size_t i = 0; i < SIM_MODEL_GROUP && g->models[i] != NULL; i++)
		buf_printf(to, "%s\"%s\"", i == 0 ? "[" : ",", g->models[i]);
	buf_putc(to, ']');
}

void
sim_json_limit(struct buf *to, const struct sim_limit_group *g)
{
	buf_printf(to, "{\"id\":\"%s\",\"group_type\":\"%s\",\"limits\":[", g->id, g->type);
	for (size_t i = 0; i < SIM_LIMITS && g->limits[i].type != NULL; i++)
		buf_printf(to, "%s{\"type\":\"%s\",\"value\":%lld}", i == 0 ? "" : ",",
			g->limits[i].type, (long long)g->limits[i].value);
	buf_puts(to, "],\"models\":");
	sim_json_models(to, g);
	buf_puts(to, ",\"type\":\"rate_limit\"}");
}

void
sim_json_override(
	struct buf *to, const struct sim *s, size_t workspace, const struct sim_override *v)
{
	buf_printf(to, "{\"group_type\":\"%s\",\"limits\":[", v->group->type);
	for (size_t i = 0; i < SIM_LIMITS && v->limits[i].type != NULL; i++) {
		buf_printf(to, "%s{\"org_limit\":", i == 0 ? "" : ",");
		if (v->org[i] < 0)
			buf_puts(to, "null");
		else
			buf_printf(to, "%lld", (long long)v->org[i]);
		buf_printf(to, ",\"type\":\"%s\",\"value\":%lld}", v->limits[i].type,
			(long long)v->limits[i].value);
	}
	buf_puts(to, "],\"models\":");
	sim_json_models(to, v->group);
	buf_printf(to,
		",\"rate_limit_id\":\"%s\",\"type\":\"workspace_rate_limit\",\"workspace_id\":\"%"
		"s\"}",
		v->group->id, s->org.workspaces[workspace].id);
}

static void
usage_row(struct buf *to, const struct sim_usage *u, const struct sim_stream *st, const uint64_t *n,
	int speed, uint64_t h)
{
	static const char *const names[SIM_DIMS] = {"account_id", "api_key_id", "context_window",
		"inference_geo", "model", "service_account_id", "service_tier", "speed",
		"workspace_id"};
	struct object o, inner;

	object_start(&o, to);
	for (int d = 0; d < SIM_DIMS; d++) {
		int asked = u->dims >> d & 1;

		if (d == SIM_SPEED && !speed)
			continue;
		plain(&o, names[d], sim_dim_text(u->s, (enum sim_dim)d, asked ? st->dim[d] : -1));
		if (d != SIM_KEY)
			continue;
		key(&o, "cache_creation");
		object_start(&inner, to);
		number(&inner, "ephemeral_1h_input_tokens", n[SIM_CREATE_1H]);
		number(&inner, "ephemeral_5m_input_tokens", n[SIM_CREATE_5M]);
		object_end(&inner, 0);
		number(&o, "cache_read_input_tokens", n[SIM_READ]);
	}
	number(&o, "output_tokens", n[SIM_OUTPUT]);
	key(&o, "server_tool_use");
	object_start(&inner, to);
	number(&inner, "web_search_requests", n[SIM_SEARCH]);
	if (h % 31 == 0)
		number(&inner, "web_fetch_requests", h % 7);
	object_end(&inner, 0);
	number(&o, "uncached_input_tokens", n[SIM_UNCACHED]);
	object_end(&o, h % 4 == 0 ? h % 11 : 0);
}

/* starting_at, ending_at and results, which stand in any order. */
static void
bucket_start(struct object *o, struct buf *to, int64_t start, int64_t width)
{
	char text[UTC_TEXT];

	object_start(o, to);
	utc_format(start + width, text);
	plain(o, "ending_at", text);
	utc_format(start, text);
	plain(o, "starting_at", text);
	key(o, "results");
	buf_putc(to, '[');
}

void
sim_json_usage(struct buf *to, const struct sim_usage *u, int64_t start, int64_t width, int speed)
{
	uint64_t h = variant(u->s, 6, (uint64_t)start);
	struct object o;

	bucket_start(&o, to, start, width);
	for (size_t g = 0; g < u->ngroups; g++) {
		const struct sim_stream *st;
		const uint64_t *n = sim_usage_row(u, g, &st);

		if (n == NULL)
			continue;
		if (to->len > 0 && to->data[to->len - 1] == '}')
			buf_putc(to, ',');
		usage_row(to, u, st, n, speed, h + n[SIM_OUTPUT]);
	}
	buf_putc(to, ']');
	object_end(&o, h % 3);
}

void
sim_json_cost(struct buf *to, const struct sim_cost *c)
{
	uint64_t h = variant(c->s, 7, (uint64_t)c->day);
	struct object o, r;
	struct sim_cost_row row;

	bucket_start(&o, to, c->day * UTC_DAY, UTC_DAY);
	for (size_t g = 0; g < c->ngroups; g++) {
		if (!sim_cost_row(c, g, &row))
			continue;
		if (to->len > 0 && to->data[to->len - 1] == '}')
			buf_putc(to, ',');
		object_start(&r, to);
		plain(&r, "amount", row.amount);
		plain(&r, "context_window", row.window);
		plain(&r, "cost_type", row.cost_type);
		plain(&r, "currency", "USD");
		optional(&r, "description", row.description);
		plain(&r, "inference_geo", row.geo);
		plain(&r, "model", row.model);
		plain(&r, "service_tier", row.tier);
		plain(&r, "token_type", row.token_type);
		plain(&r, "workspace_id", row.workspace);
		object_end(&r, (h + g) % 4 == 0 ? (h + g) % 10 : 0);
	}
	buf_putc(to, ']');
	object_end(&o, h % 3);
}

static void
code_models(struct buf *to, const struct sim_code *r)
{
	buf_putc(to, '[');
	for (size_t i = 0; i < r->nmodels; i++) {
		const struct sim_code_model *m = &r->models[i];
		struct object o, tokens;

		if (i > 0)
			buf_putc(to, ',');
		object_start(&o, to);
		key(&o, "estimated_cost");
		buf_printf(to, "{\"amount\":%s,\"currency\":\"USD\"}", m->cost);
		plain(&o, "model", m->model);
		key(&o, "tokens");
		object_start(&tokens, to);
		number(&tokens, "cache_creation", m->create);
		number(&tokens, "cache_read", m->read);
		number(&tokens, "input", m->input);
		number(&tokens, "output", m->output);
		object_end(&tokens, m->output % 4);
		object_end(&o, m->input % 3);
	}
	buf_putc(to, ']');
}

static void
code_tools(struct buf *to, const struct sim_code *r)
{
	struct object o;

	object_start(&o, to);
	for (size_t t = 0; t < SIM_TOOLS; t++) {
		if (!r->tools[t].present)
			continue;
		key(&o, sim_tools[t]);
		buf_printf(to, "{\"accepted\":%u,\"rejected\":%u}", r->tools[t].accepted,
			r->tools[t].rejected);
	}
	object_end(&o, 0);
}

void
sim_json_code(struct buf *to, const struct sim *s, const struct sim_code *r)
{
	uint64_t h = variant(s, 8, (uint64_t)(r->day * 4096 + r->ordinal));
	char day[UTC_TEXT];
	struct object o, inner;

	object_start(&o, to);
	key(&o, "actor");
	object_start(&inner, to);
	key(&inner, r->is_key ? "api_key_name" : "email_address");
	put_text(to, r->actor, (unsigned)h % 8);
	string(&inner, "type", r->is_key ? "api_actor" : "user_actor");
	object_end(&inner, h % 2);
	key(&o, "core_metrics");
	buf_printf(to,
		"{\"commits_by_claude_code\":%u,\"lines_of_code\":{\"added\":%u,\"removed\":%u},"
		"\"num_sessions\":%u,\"pull_requests_by_claude_code\":%u}",
		r->commits, r->added, r->removed, r->sessions, r->requests);
	plain(&o, "customer_type", r->customer);
	utc_format(r->day * UTC_DAY, day);
	plain(&o, "date", day);
	if (r->remote >= 0) {
		key(&o, "is_remote");
		buf_puts(to, r->remote ? "true" : "false");
		plain(&o, "subscription_type", r->subscription);
	}
	key(&o, "model_breakdown");
	code_models(to, r);
	plain(&o, "organization_id", s->org.id);
	string(&o, "terminal_type", r->terminal);
	key(&o, "tool_actions");
	code_tools(to, r);
	if (h % 13 == 0)
		string(&o, "client_version", "2.4.1");
	object_end(&o, h % 3 == 0 ? h % 9 : 0);
}
