#include "sim/reports.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/json.h"

enum { GROUP_MAX = 5 };

#define SPEED_BETA "fast-mode-2026-02-01"

/* ---- parameters of reports in buckets ---- */

/* The window: FROM and TO snapped to WIDTH, TO not beyond END. */
static int
read_window(struct sim_call *c, int64_t width, int64_t end, int64_t *from, int64_t *to)
{
	const char *start = sim_query_value(&c->q, "starting_at");
	const char *stop = sim_query_value(&c->q, "ending_at");
	int64_t t;

	if (start == NULL)
		return sim_call_refuse(c, 400, "starting_at: Field required");
	if (strlen(start) == 10 || utc_parse(start, strlen(start), &t) == -1)
		return sim_call_refuse(
			c, 400, "starting_at: Input should be a valid datetime in RFC 3339 format");
	*from = utc_floor(t, width);
	*to = end;
	if (stop != NULL) {
		if (strlen(stop) == 10 || utc_parse(stop, strlen(stop), &t) == -1)
			return sim_call_refuse(c, 400,
				"ending_at: Input should be a valid datetime in RFC 3339 format");
		if (utc_ceil(t, width) < end)
			*to = utc_ceil(t, width);
	}
	if (*from >= *to)
		return sim_call_refuse(c, 400, "ending date must be after starting date");
	return 0;
}

/* group_by[] as bits 1 << SIM_...; ALLOWED has those that the endpoint knows. */
static int
read_groups(struct sim_call *c, unsigned allowed, unsigned *dims)
{
	int n = 0;

	*dims = 0;
	for (size_t i = 0; i < c->q.names.n; i++) {
		int d;

		if (strcmp(c->q.names.v[i], "group_by[]") != 0)
			continue;
		d = sim_dim_find(c->q.values.v[i]);
		if (d < 0 || (allowed >> d & 1) == 0)
			return sim_call_refuse(
				c, 400, "group_by[]: Input should be one of the documented values");
		*dims |= 1U << d;
		n++;
	}
	if (n > GROUP_MAX)
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

struct width {
	const char *name;
	int64_t seconds;
	long standard, max;
};

static int
read_width(struct sim_call *c, const struct width *widths, size_t n, const struct width **w)
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

/* 1 where the request has the beta header of the dimension speed. */
static int
may_speed(const struct sim_call *c)
{
	return c->r->beta != NULL && strstr(c->r->beta, SPEED_BETA) != NULL;
}

/* The place of the page in the window [FROM, TO), a bucket start. */
static int
read_place(struct sim_call *c, int64_t from, int64_t to, int64_t width, int64_t *at)
{
	if (sim_call_token(c, from, at) == -1)
		return -1;
	if (*at < from || *at >= to || *at % width != 0)
		return sim_call_refuse(c, 400, "page: Invalid page token for these parameters");
	return 0;
}

/* ---- usage and cost ---- */

static int
put_usage(
	struct sim_call *c, struct sim_usage *u, int64_t at, int64_t to, int64_t width, long limit)
{
	struct sim_page *p = &c->a->page;

	for (; at < to && p->n < (size_t)limit; at += width) {
		size_t start = p->elements.len;

		sim_usage_bucket(u, at, width);
		sim_json_usage(&p->elements, u, at, width, may_speed(c));
		if (sim_page_add(p, start) == -1)
			return sim_call_refuse(c, 500, "Internal server error");
	}
	if (at < to)
		sim_call_next(c, at);
	return 0;
}

int
sim_reports_usage(struct sim_call *c)
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
	if (sim_call_names(c, names) == -1 || read_width(c, widths, 3, &w) == -1 ||
		read_window(c, w->seconds, utc_floor(sim_now(c->s), w->seconds) + w->seconds, &from,
			&to) == -1 ||
		sim_call_limit(c, w->standard, w->max, &limit) == -1 ||
		read_groups(c, (1U << SIM_DIMS) - 1, &dims) == -1 || read_filters(c, filters) == -1)
		goto done;
	if ((dims >> SIM_SPEED & 1 || filters[SIM_SPEED].n > 0) && !may_speed(c)) {
		sim_call_refuse(c, 400, "speed: requires the anthropic-beta header " SPEED_BETA);
		goto done;
	}
	if (read_place(c, from, to, w->seconds, &at) == -1)
		goto done;
	if (sim_usage_open(&u, c->s, dims, filters, &e) == -1) {
		sim_call_refuse(c, 500, "Internal server error");
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
read_cost_groups(struct sim_call *c, int *workspace, int *description)
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
			return sim_call_refuse(c, 400,
				"group_by[]: Input should be 'workspace_id' or 'description'");
	}
	return 0;
}

int
sim_reports_cost(struct sim_call *c)
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
	if (sim_call_names(c, names) == -1 || read_width(c, widths, 1, &w) == -1 ||
		read_window(c, UTC_DAY, utc_floor(sim_now(c->s), UTC_DAY), &from, &to) == -1 ||
		sim_call_limit(c, w->standard, w->max, &limit) == -1 ||
		read_cost_groups(c, &by_workspace, &by_description) == -1 ||
		read_place(c, from, to, UTC_DAY, &at) == -1)
		return -1;
	if (sim_cost_open(&report, c->s, by_workspace, by_description, &e) == -1)
		return sim_call_refuse(c, 500, "Internal server error");
	for (; at < to && p->n < (size_t)limit; at += UTC_DAY) {
		size_t start = p->elements.len;

		sim_cost_day(&report, at / UTC_DAY);
		sim_json_cost(&p->elements, &report);
		if (sim_page_add(p, start) == -1) {
			sim_cost_close(&report);
			return sim_call_refuse(c, 500, "Internal server error");
		}
	}
	sim_cost_close(&report);
	if (at < to)
		sim_call_next(c, at);
	return 0;
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
		sim_json_code(&p->elements, c->s, &rows[i]);
		if (sim_page_add(p, start) == -1)
			return sim_call_refuse(c, 500, "Internal server error");
	}
	return 0;
}

int
sim_reports_code(struct sim_call *c)
{
	static const char *const names[] = {"starting_at", "limit", "page", NULL};
	const char *day;
	struct sim_code *rows;
	int64_t t, at;
	size_t n;
	long limit;
	int result;

	sim_page_init(&c->a->page, SIM_TOKENS);
	if (sim_call_names(c, names) == -1)
		return -1;
	if ((day = sim_query_value(&c->q, "starting_at")) == NULL)
		return sim_call_refuse(c, 400, "starting_at: Field required");
	if (strlen(day) != 10 || utc_parse(day, 10, &t) == -1)
		return sim_call_refuse(c, 400, "starting_at: Invalid date format. Use YYYY-MM-DD.");
	if (sim_call_limit(c, SIM_CALL_LIMIT, SIM_CALL_LIMIT_MAX, &limit) == -1 ||
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
