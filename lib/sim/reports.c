#include "sim/reports.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/endpoint.h"
#include "sim/reports_json.h"

enum { GROUP_MAX = 5 };

#define SPEED_BETA "fast-mode-2026-02-01"

/* ---- parameters of reports in buckets ---- */

struct width {
	const char *name;
	int64_t seconds;
	long standard, max;
};

static const struct width widths[] = {
	{"1d", UTC_DAY, 7, 31}, {"1h", UTC_HOUR, 24, 168}, {"1m", UTC_MINUTE, 60, 1440}};

/* What a call asks for: the buckets from AT to TO, LIMIT of them. */
struct report {
	const struct width *width;
	int64_t from, to, at;
	long limit;
};

/* The first N of the widths are allowed. */
static int
read_width(struct sim_call *c, size_t n, const struct width **w)
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
	return sim_call_refuse(
		c, 400, "bucket_width: Input should be %s", n > 1 ? "'1d', '1h' or '1m'" : "'1d'");
}

/* The parameter NAME to *T, which stays as it is without one. */
static int
read_instant(struct sim_call *c, const char *name, int64_t *t)
{
	const char *v = sim_query_value(&c->q, name);

	if (v != NULL && (strlen(v) == 10 || utc_parse(v, strlen(v), t) == -1))
		return sim_call_refuse(
			c, 400, "%s: Input should be a valid datetime in RFC 3339 format", name);
	return 0;
}

/* The width, one of the first NWIDTHS, the window snapped to it, and the limit. */
static int
read_report(struct sim_call *c, size_t nwidths, struct report *r)
{
	int64_t end, seconds;

	if (read_width(c, nwidths, &r->width) == -1)
		return -1;
	seconds = r->width->seconds;
	/* The bucket that is open has usage already, and no cost yet. */
	end = r->to = utc_floor(sim_now(c->s), seconds) + (nwidths > 1 ? seconds : 0);
	if (sim_query_value(&c->q, "starting_at") == NULL)
		return sim_call_refuse(c, 400, "starting_at: Field required");
	if (read_instant(c, "starting_at", &r->from) == -1 ||
		read_instant(c, "ending_at", &r->to) == -1)
		return -1;
	r->from = utc_floor(r->from, seconds);
	r->to = r->to < end ? utc_ceil(r->to, seconds) : end;
	if (r->from >= r->to)
		return sim_call_refuse(c, 400, "ending date must be after starting date");
	return sim_call_limit(c, r->width->standard, r->width->max, &r->limit);
}

/* The page's first bucket. */
static int
read_place(struct sim_call *c, struct report *r)
{
	if (sim_call_token(c, r->from, &r->at) == -1)
		return -1;
	if (r->at < r->from || r->at >= r->to || r->at % r->width->seconds != 0)
		return sim_call_refuse(c, 400, "page: Invalid page token for these parameters");
	return 0;
}

enum { DESCRIPTION = SIM_DIMS }; /* what the cost report has besides the dimensions */

/* group_by[] as bits 1 << SIM_..., all of them in ALLOWED, which the API calls SAID. */
static int
read_groups(struct sim_call *c, unsigned allowed, const char *said, unsigned *dims)
{
	int n = 0;

	*dims = 0;
	for (size_t i = 0; i < c->q.names.n; i++) {
		const char *v = c->q.values.v[i];
		int d = strcmp(v, "description") == 0 ? DESCRIPTION : sim_dim_find(v);

		if (strcmp(c->q.names.v[i], "group_by[]") != 0)
			continue;
		if (d < 0 || (allowed >> d & 1) == 0)
			return sim_call_refuse(c, 400, "group_by[]: Input should be %s", said);
		*dims |= 1U << d;
		n++;
	}
	/* The cost report has but two, however often they stand there. */
	if (n > GROUP_MAX && (allowed >> DESCRIPTION & 1) == 0)
		return sim_call_refuse(c, 400, "Cannot specify more than 5 group_by[] dimensions.");
	return 0;
}

static int
read_filters(struct sim_call *c, struct strlist filters[SIM_DIMS])
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
				return sim_call_refuse(c, 400,
					"%s: Input should be one of the documented values",
					names[d]);
			if (strlist_add(&filters[d], v, strlen(v)) == -1)
				return sim_call_refuse(c, 500, "Internal server error");
		}
	return 0;
}

/* 1 where the request has the beta header of the dimension speed. */
static int
may_speed(const struct sim_call *c)
{
	return sim_call_beta(c->r, SPEED_BETA);
}

/* ---- usage and cost ---- */

/* The buckets of a page, each of which PUT appends. */
static int
put_buckets(struct sim_call *c, struct report *r,
	void (*put)(struct sim_call *c, void *of, int64_t at, int64_t width), void *of)
{
	struct sim_page *p = &c->a->page;

	for (; r->at < r->to && p->n < (size_t)r->limit; r->at += r->width->seconds) {
		size_t start = p->elements.len;

		put(c, of, r->at, r->width->seconds);
		if (sim_page_add(p, start) == -1)
			return sim_call_refuse(c, 500, "Internal server error");
	}
	if (r->at < r->to)
		sim_call_next(c, r->at);
	return 0;
}

static void
put_usage(struct sim_call *c, void *usage, int64_t at, int64_t width)
{
	sim_usage_bucket(usage, at, width);
	sim_reports_json_usage(&c->a->page.elements, usage, at, width, may_speed(c));
}

static int
usage(struct sim_call *c, struct report *r, struct strlist filters[SIM_DIMS])
{
	struct sim_usage u;
	struct ant_err e;
	unsigned dims;
	int result;

	if (read_groups(c, (1U << SIM_DIMS) - 1, "one of the documented values", &dims) == -1 ||
		read_filters(c, filters) == -1)
		return -1;
	if ((dims >> SIM_SPEED & 1 || filters[SIM_SPEED].n > 0) && !may_speed(c))
		return sim_call_refuse(
			c, 400, "speed: requires the anthropic-beta header " SPEED_BETA);
	if (read_place(c, r) == -1)
		return -1;
	if (sim_usage_open(&u, c->s, dims, filters, &e) == -1)
		return sim_call_refuse(c, 500, "Internal server error");
	result = put_buckets(c, r, put_usage, &u);
	sim_usage_close(&u);
	return result;
}

int
sim_reports_usage(struct sim_call *c)
{
	struct strlist filters[SIM_DIMS] = {{NULL, 0}};
	struct report r;
	int result = read_report(c, 3, &r);

	if (result == 0)
		result = usage(c, &r, filters);
	for (size_t d = 0; d < SIM_DIMS; d++)
		strlist_free(&filters[d]);
	return result;
}

static void
put_cost(struct sim_call *c, void *cost, int64_t at, int64_t width)
{
	sim_cost_day(cost, at / width);
	sim_reports_json_cost(&c->a->page.elements, cost);
}

int
sim_reports_cost(struct sim_call *c)
{
	const unsigned allowed = 1U << SIM_WORKSPACE | 1U << DESCRIPTION;
	struct sim_cost cost;
	struct report r;
	struct ant_err e;
	unsigned dims;
	int result;

	if (read_report(c, 1, &r) == -1 ||
		read_groups(c, allowed, "'workspace_id' or 'description'", &dims) == -1 ||
		read_place(c, &r) == -1)
		return -1;
	if (sim_cost_open(&cost, c->s, dims >> SIM_WORKSPACE & 1, dims >> DESCRIPTION & 1, &e) ==
		-1)
		return sim_call_refuse(c, 500, "Internal server error");
	result = put_buckets(c, &r, put_cost, &cost);
	sim_cost_close(&cost);
	return result;
}

/* ---- Claude Code ---- */

/* The records of PAGE, from the one with the ordinal AT on. */
static int
put_code(struct sim_call *c, const struct sim_code *rows, size_t n, int64_t at, long limit)
{
	struct sim_page *p = &c->a->page;

	for (size_t i = 0; i < n; i++) {
		size_t start = p->elements.len;

		if (rows[i].ordinal < at)
			continue;
		if (p->n == (size_t)limit) {
			sim_call_next(c, rows[i].ordinal);
			return 0;
		}
		sim_reports_json_code(&p->elements, c->s, &rows[i]);
		if (sim_page_add(p, start) == -1)
			return sim_call_refuse(c, 500, "Internal server error");
	}
	return 0;
}

int
sim_reports_code(struct sim_call *c)
{
	const char *day;
	struct sim_code *rows;
	int64_t t, at;
	size_t n;
	long limit;
	int result;

	if ((day = sim_query_value(&c->q, "starting_at")) == NULL)
		return sim_call_refuse(c, 400, "starting_at: Field required");
	if (strlen(day) != 10 || utc_parse(day, 10, &t) == -1)
		return sim_call_refuse(c, 400, "starting_at: Invalid date format. Use YYYY-MM-DD.");
	if (sim_call_limit(c, c->endpoint->limit, c->endpoint->most, &limit) == -1 ||
		sim_call_token(c, 0, &at) == -1)
		return -1;
	if (t > sim_now(c->s)) /* a day to come has nothing yet */
		return 0;
	if (sim_code_day(c->s, t / UTC_DAY, &rows, &n) == -1)
		return sim_call_refuse(c, 500, "Internal server error");
	result = put_code(c, rows, n, at, limit);
	free(rows);
	return result;
}
