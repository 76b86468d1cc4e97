#include "sim/reports_json.h"

#include "base/utc.h"
#include "sim/console_fields.h"
#include "sim/json.h"
#include "sim/object.h"

/* The kinds of sim_json_variant() that have no struct sim_fields. */
enum { OF_USAGE = 6, OF_CODE = 8 };

static void
usage_row(struct buf *to, const struct sim_usage_row *r, int speed, uint64_t h)
{
	const uint64_t *n = r->n;
	struct sim_object o, inner;

	sim_object_start(&o, to);
	for (int d = 0; d < SIM_DIMS; d++) {
		if (d == SIM_SPEED && !speed)
			continue;
		sim_object_plain(&o, sim_dim_name((enum sim_dim)d), r->dim[d]);
		if (d != SIM_KEY)
			continue;
		sim_object_key(&o, "cache_creation");
		sim_object_start(&inner, to);
		sim_object_number(&inner, "ephemeral_1h_input_tokens", n[SIM_CREATE_1H]);
		sim_object_number(&inner, "ephemeral_5m_input_tokens", n[SIM_CREATE_5M]);
		sim_object_end(&inner, 0);
		sim_object_number(&o, "cache_read_input_tokens", n[SIM_READ]);
	}
	sim_object_number(&o, "output_tokens", n[SIM_OUTPUT]);
	sim_object_key(&o, "server_tool_use");
	sim_object_start(&inner, to);
	sim_object_number(&inner, "web_search_requests", n[SIM_SEARCH]);
	if (h % 31 == 0)
		sim_object_number(&inner, "web_fetch_requests", h % 7);
	sim_object_end(&inner, 0);
	sim_object_number(&o, "uncached_input_tokens", n[SIM_UNCACHED]);
	sim_object_end(&o, h % 4 == 0 ? h % 11 : 0);
}

/* starting_at, ending_at and results, which stand in any order. */
static void
bucket_start(struct sim_object *o, struct buf *to, int64_t start, int64_t width)
{
	char text[UTC_TEXT];

	sim_object_start(o, to);
	utc_format(start + width, text);
	sim_object_plain(o, "ending_at", text);
	utc_format(start, text);
	sim_object_plain(o, "starting_at", text);
	sim_object_key(o, "results");
	buf_putc(to, '[');
}

static void
next_result(struct buf *to)
{
	if (to->len > 0 && to->data[to->len - 1] == '}')
		buf_putc(to, ',');
}

void
sim_reports_json_usage(
	struct buf *to, const struct sim_usage *u, int64_t start, int64_t width, int speed)
{
	uint64_t h = sim_json_variant(u->s, OF_USAGE, (uint64_t)start);
	struct sim_usage_row row;
	struct sim_object o;

	bucket_start(&o, to, start, width);
	for (size_t g = 0; g < u->groups.ids.n; g++) {
		if (!sim_usage_row(u, g, &row))
			continue;
		next_result(to);
		usage_row(to, &row, speed, h + row.n[SIM_OUTPUT]);
	}
	buf_putc(to, ']');
	sim_object_end(&o, h % 3);
}

void
sim_reports_json_cost(struct buf *to, const struct sim_cost *c)
{
	uint64_t h = sim_json_variant(c->s, sim_fields_cost.hash, (uint64_t)c->day);
	struct sim_cost_row row;
	struct sim_object o;

	bucket_start(&o, to, c->day * UTC_DAY, UTC_DAY);
	for (size_t g = 0; g < c->groups.ids.n; g++) {
		if (!sim_cost_row(c, g, &row))
			continue;
		next_result(to);
		sim_json_object(to, &sim_fields_cost, &row, h + g, 1);
	}
	buf_putc(to, ']');
	sim_object_end(&o, h % 3);
}

static void
code_models(struct buf *to, const struct sim_code *r)
{
	buf_putc(to, '[');
	for (size_t i = 0; i < r->nmodels; i++) {
		const struct sim_code_model *m = &r->models[i];
		struct sim_object o, tokens;

		if (i > 0)
			buf_putc(to, ',');
		sim_object_start(&o, to);
		sim_object_key(&o, "estimated_cost");
		buf_printf(to, "{\"amount\":%s,\"currency\":\"USD\"}", m->cost);
		sim_object_plain(&o, "model", m->model);
		sim_object_key(&o, "tokens");
		sim_object_start(&tokens, to);
		sim_object_number(&tokens, "cache_creation", m->create);
		sim_object_number(&tokens, "cache_read", m->read);
		sim_object_number(&tokens, "input", m->input);
		sim_object_number(&tokens, "output", m->output);
		sim_object_end(&tokens, m->output % 4);
		sim_object_end(&o, m->input % 3);
	}
	buf_putc(to, ']');
}

static void
code_tools(struct buf *to, const struct sim_code *r)
{
	struct sim_object o;

	sim_object_start(&o, to);
	for (size_t t = 0; t < SIM_TOOLS; t++) {
		if (r->tools[t].accepted < 0)
			continue;
		sim_object_key(&o, sim_tools[t]);
		buf_printf(to, "{\"accepted\":%lld,\"rejected\":%lld}",
			(long long)r->tools[t].accepted, (long long)r->tools[t].rejected);
	}
	sim_object_end(&o, 0);
}

void
sim_reports_json_code(struct buf *to, const struct sim *s, const struct sim_code *r)
{
	uint64_t h = sim_json_variant(s, OF_CODE, (uint64_t)(r->day * 4096 + r->ordinal));
	char day[UTC_TEXT];
	struct sim_object o, inner;

	sim_object_start(&o, to);
	sim_object_key(&o, "actor");
	sim_object_start(&inner, to);
	sim_object_key(&inner, r->is_key ? "api_key_name" : "email_address");
	sim_json_text(to, r->actor, (unsigned)h % 8);
	sim_object_plain(&inner, "type", r->is_key ? "api_actor" : "user_actor");
	sim_object_end(&inner, h % 2);
	sim_object_key(&o, "core_metrics");
	buf_printf(to,
		"{\"commits_by_claude_code\":%lld,\"lines_of_code\":{\"added\":%lld,\"removed\":"
		"%lld},\"num_sessions\":%lld,\"pull_requests_by_claude_code\":%lld}",
		(long long)r->commits, (long long)r->added, (long long)r->removed,
		(long long)r->sessions, (long long)r->requests);
	sim_object_plain(&o, "customer_type", r->customer);
	utc_format(r->day * UTC_DAY, day);
	sim_object_plain(&o, "date", day);
	if (r->remote >= 0) {
		sim_object_key(&o, "is_remote");
		buf_puts(to, r->remote ? "true" : "false");
		sim_object_plain(&o, "subscription_type", r->subscription);
	}
	sim_object_key(&o, "model_breakdown");
	code_models(to, r);
	sim_object_plain(&o, "organization_id", s->org.id);
	sim_object_plain(&o, "terminal_type", r->terminal);
	sim_object_key(&o, "tool_actions");
	code_tools(to, r);
	if (h % 13 == 0)
		sim_object_plain(&o, "client_version", "2.4.1");
	sim_object_end(&o, h % 3 == 0 ? h % 9 : 0);
}
