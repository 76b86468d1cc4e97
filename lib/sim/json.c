#include "sim/json.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utc.h"
#include "base/utf8.h"
#include "sim/console_fields.h"

/* Ways to escape text, as bits. */
enum { ESCAPE_WIDE = 1, ESCAPE_SLASH = 2, ESCAPE_HEX = 4 };
/* The kinds of sim_json_variant() that have no struct sim_fields. */
enum { OF_USAGE = 6, OF_CODE = 8 };
enum { OF_ORDER = 300, MEMBERS = 64 };

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

void
sim_json_text(struct buf *to, const char *s, unsigned escapes)
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
put_number(struct buf *to, uint64_t v)
{
	char digits[24];
	size_t n = sizeof digits;

	do {
		digits[--n] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v != 0);
	buf_put(to, digits + n, sizeof digits - n);
}

static void
number(struct object *o, const char *name, uint64_t v)
{
	key(o, name);
	put_number(o->to, v);
}

uint64_t
sim_json_variant(const struct sim *s, uint64_t kind, uint64_t i)
{
	return sim_hash(s->config.seed, OF_ORDER, kind, i);
}

static void
put_member(struct buf *to, const char *name, const char *text)
{
	buf_printf(to, "%s\"%s\":", to->data[to->len - 1] == '{' ? "" : ",", name);
	if (text == NULL)
		buf_put(to, "null", 4);
	else
		sim_json_text(to, text, 0);
}

static void
put_who(struct buf *to, const struct sim_who *w, int old)
{
	static const struct {
		const char *type, *id;
	} ids[] = {{"user_actor", "user_id"}, {"service_account_actor", "service_account_id"},
		{"api_actor", "api_key_id"}, {"scoped_api_key_actor", "scoped_api_key_id"}};
	int user = strcmp(w->type, "user_actor") == 0;

	buf_putc(to, '{');
	put_member(to, "type", w->type);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (strcmp(ids[i].type, w->type) == 0)
			put_member(to, ids[i].id, w->id);
	if (user) {
		if (old)
			put_member(to, "email", w->email);
		put_member(to, "email_address", w->email);
		put_member(to, "name", w->name);
		if (w->deleted >= 0)
			buf_printf(to, ",\"deleted\":%s", w->deleted ? "true" : "false");
	}
	if (w->provider != NULL) {
		buf_printf(to, ",\"provider\":%s", w->provider);
		put_member(to, "subject", w->subject);
	}
	buf_putc(to, '}');
}

static void
put_inner(struct buf *to, const struct sim_field *of, const void *object, int old)
{
	buf_putc(to, '{');
	for (const struct sim_field *f = of; f->name != NULL; f++) {
		if (sim_field_absent(f, object) || (f->old && !old))
			continue;
		buf_printf(to, "%s\"%s\":", to->data[to->len - 1] == '{' ? "" : ",", f->name);
		sim_json_value(to, f, object, 0, old);
	}
	buf_putc(to, '}');
}

void
sim_json_value(
	struct buf *to, const struct sim_field *f, const void *object, unsigned escapes, int old)
{
	const void *value = (const char *)object + f->at;
	const char *text = sim_field_text(f, object);

	if (sim_field_null(f, object))
		buf_put(to, "null", 4);
	else if (f->kind == SIM_NUMBER)
		put_number(to, *(const uint64_t *)value);
	else if (f->kind == SIM_BOOLEAN)
		buf_puts(to, *(const int *)value ? "true" : "false");
	else if (f->kind == SIM_MADE)
		f->make(to, value, escapes);
	else if (f->kind == SIM_OBJECT)
		put_inner(to, f->of, value, old);
	else if (f->kind == SIM_WHO)
		put_who(to, value, old);
	else if (f->kind == SIM_RAW || f->kind == SIM_DIGITS)
		buf_puts(to, text);
	else
		sim_json_text(to, text, escapes);
}

void
sim_json_object(
	struct buf *to, const struct sim_fields *of, const void *object, uint64_t h, int old)
{
	struct object o;

	object_start(&o, to);
	for (const struct sim_field *f = of->v; f->name != NULL; f++) {
		if (sim_field_absent(f, object) || (f->old && !old))
			continue;
		key(&o, f->name);
		sim_json_value(
			to, f, object, f->ways == 0 ? 0 : (unsigned)(h >> f->shift) % f->ways, old);
	}
	object_end(&o, of->turns > 0 && h % of->every == 0 ? h % of->turns : 0);
}

/* ---- values that are more than text ---- */

void
sim_json_residency(struct buf *to, const void *workspace, unsigned escapes)
{
	const struct sim_workspace *w = workspace;

	(void)escapes;
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
sim_json_tags(struct buf *to, const void *workspace, unsigned escapes)
{
	const struct sim_workspace *w = workspace;

	buf_putc(to, '{');
	for (size_t i = 0; i < w->ntags; i++) {
		if (i > 0)
			buf_putc(to, ',');
		sim_json_text(to, w->tags[i].name, escapes);
		buf_putc(to, ':');
		sim_json_text(to, w->tags[i].value, escapes);
	}
	buf_putc(to, '}');
}

void
sim_json_actor(struct buf *to, const void *actor, unsigned escapes)
{
	const struct sim_actor *a = actor;

	(void)escapes;
	if (a->id[0] == '\0')
		buf_puts(to, "null");
	else
		buf_printf(to, "{\"id\":\"%s\",\"type\":\"%s\"}", a->id, a->type);
}

void
sim_json_principal(struct buf *to, const void *actor, unsigned escapes)
{
	const struct sim_actor *a = actor;
	int service = a->id[0] != '\0' && strcmp(a->type, "service_account_actor") == 0;

	if (!service && (a->id[0] == '\0' || strcmp(a->type, "user_actor") != 0))
		sim_json_actor(to, actor, escapes);
	else
		buf_printf(to, "{\"type\":\"%s\",\"%s\":\"%s\"}", a->type,
			service ? "service_account_id" : "user_id", a->id);
}

void
sim_json_scope(struct buf *to, const void *of, unsigned escapes)
{
	const struct sim_key *k = of;

	(void)escapes;
	buf_printf(to, "{\"type\":\"%s\"", k->scope_type);
	if (k->scope_workspace != NULL)
		buf_printf(to, ",\"workspace_id\":\"%s\"", k->scope_workspace);
	buf_putc(to, '}');
}

void
sim_json_models(struct buf *to, const void *group, unsigned escapes)
{
	const struct sim_limit_group *g = group;

	(void)escapes;
	if (g->models[0] == NULL) {
		buf_puts(to, "null");
		return;
	}
	for (size_t i = 0; i < SIM_MODEL_GROUP && g->models[i] != NULL; i++)
		buf_printf(to, "%s\"%s\"", i == 0 ? "[" : ",", g->models[i]);
	buf_putc(to, ']');
}

/* One limit, but for the brace that closes it. */
static void
put_limit(struct buf *to, size_t i, const struct sim_limit *l)
{
	buf_printf(to, "%s{\"type\":\"%s\",\"value\":%lld", i == 0 ? "" : ",", l->type,
		(long long)l->value);
}

void
sim_json_limits(struct buf *to, const void *group, unsigned escapes)
{
	const struct sim_limit_group *g = group;

	(void)escapes;
	buf_putc(to, '[');
	for (size_t i = 0; i < SIM_LIMITS && g->limits[i].type != NULL; i++) {
		put_limit(to, i, &g->limits[i]);
		buf_putc(to, '}');
	}
	buf_putc(to, ']');
}

void
sim_json_overrides(struct buf *to, const void *override, unsigned escapes)
{
	const struct sim_override *o = override;

	(void)escapes;
	buf_putc(to, '[');
	for (size_t i = 0; i < SIM_LIMITS && o->group.limits[i].type != NULL; i++) {
		put_limit(to, i, &o->group.limits[i]);
		if (o->org[i] < 0)
			buf_puts(to, ",\"org_limit\":null");
		else
			buf_printf(to, ",\"org_limit\":%lld", (long long)o->org[i]);
		buf_printf(to, ",\"source\":{\"type\":\"%s\"}}",
			o->inherited[i] ? "organization" : "workspace");
	}
	buf_putc(to, ']');
}

/* ---- reports ---- */

static void
usage_row(struct buf *to, const struct sim_usage_row *r, int speed, uint64_t h)
{
	const uint64_t *n = r->n;
	struct object o, inner;

	object_start(&o, to);
	for (int d = 0; d < SIM_DIMS; d++) {
		if (d == SIM_SPEED && !speed)
			continue;
		plain(&o, sim_dim_name((enum sim_dim)d), r->dim[d]);
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

static void
next_result(struct buf *to)
{
	if (to->len > 0 && to->data[to->len - 1] == '}')
		buf_putc(to, ',');
}

void
sim_json_usage(struct buf *to, const struct sim_usage *u, int64_t start, int64_t width, int speed)
{
	uint64_t h = sim_json_variant(u->s, OF_USAGE, (uint64_t)start);
	struct sim_usage_row row;
	struct object o;

	bucket_start(&o, to, start, width);
	for (size_t g = 0; g < u->groups.ids.n; g++) {
		if (!sim_usage_row(u, g, &row))
			continue;
		next_result(to);
		usage_row(to, &row, speed, h + row.n[SIM_OUTPUT]);
	}
	buf_putc(to, ']');
	object_end(&o, h % 3);
}

void
sim_json_cost(struct buf *to, const struct sim_cost *c)
{
	uint64_t h = sim_json_variant(c->s, sim_fields_cost.hash, (uint64_t)c->day);
	struct sim_cost_row row;
	struct object o;

	bucket_start(&o, to, c->day * UTC_DAY, UTC_DAY);
	for (size_t g = 0; g < c->groups.ids.n; g++) {
		if (!sim_cost_row(c, g, &row))
			continue;
		next_result(to);
		sim_json_object(to, &sim_fields_cost, &row, h + g, 1);
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
		if (r->tools[t].accepted < 0)
			continue;
		key(&o, sim_tools[t]);
		buf_printf(to, "{\"accepted\":%lld,\"rejected\":%lld}",
			(long long)r->tools[t].accepted, (long long)r->tools[t].rejected);
	}
	object_end(&o, 0);
}

void
sim_json_code(struct buf *to, const struct sim *s, const struct sim_code *r)
{
	uint64_t h = sim_json_variant(s, OF_CODE, (uint64_t)(r->day * 4096 + r->ordinal));
	char day[UTC_TEXT];
	struct object o, inner;

	object_start(&o, to);
	key(&o, "actor");
	object_start(&inner, to);
	key(&inner, r->is_key ? "api_key_name" : "email_address");
	sim_json_text(to, r->actor, (unsigned)h % 8);
	plain(&inner, "type", r->is_key ? "api_actor" : "user_actor");
	object_end(&inner, h % 2);
	key(&o, "core_metrics");
	buf_printf(to,
		"{\"commits_by_claude_code\":%lld,\"lines_of_code\":{\"added\":%lld,\"removed\":"
		"%lld},\"num_sessions\":%lld,\"pull_requests_by_claude_code\":%lld}",
		(long long)r->commits, (long long)r->added, (long long)r->removed,
		(long long)r->sessions, (long long)r->requests);
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
	plain(&o, "terminal_type", r->terminal);
	key(&o, "tool_actions");
	code_tools(to, r);
	if (h % 13 == 0)
		plain(&o, "client_version", "2.4.1");
	object_end(&o, h % 3 == 0 ? h % 9 : 0);
}
