#include "sim/activity_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/activity.h"
#include "sim/endpoint.h"

enum { SPAN_DAYS = 366 };

static const struct sim_activity *
find_activity(const char *name, int by_path)
{
	for (const struct sim_activity *a = sim_activities; a->path != NULL; a++)
		if (strcmp(by_path ? a->path : a->table, name) == 0)
			return a;
	return NULL;
}

static int64_t
today(const struct sim *s)
{
	return utc_floor(sim_now(s), UTC_DAY) / UTC_DAY;
}

/* ---- the days ---- */

/* DAY of the parameter NAME must be one that is there. */
static int
check_day(struct sim_call *c, const char *name, int64_t day)
{
	int64_t newest = sim_activity_newest(c->s);
	char asked[UTC_TEXT], last[UTC_TEXT];

	if (day < utc_days(SIM_ACTIVITY_YEAR, 1, 1))
		return sim_call_refuse(
			c, 400, "%s: Data is available from %d-01-01.", name, SIM_ACTIVITY_YEAR);
	utc_format(day * UTC_DAY, asked);
	utc_format(newest * UTC_DAY, last);
	if (day > newest)
		return sim_call_refuse(c, 400,
			"Requested date %.10s is not yet available. The most recent date with "
			"available analytics data is %.10s.",
			asked, last);
	return 0;
}

int
sim_activity_range(struct sim_call *c, int64_t *from, int64_t *to)
{
	int64_t t;

	if (!sim_param_time(c, "starting_date", from))
		return sim_call_refuse(c, 400, "starting_date: Field required");
	*from /= UTC_DAY;
	*to = sim_activity_newest(c->s) + 1;
	if (check_day(c, "starting_date", *from) == -1)
		return -1;
	if (!sim_param_time(c, "ending_date", &t))
		return 0;
	t /= UTC_DAY;
	if (t <= *from)
		return sim_call_refuse(c, 400, "ending_date must be after starting_date");
	if (t > today(c->s))
		return sim_call_refuse(c, 400, "ending_date must not be later than today");
	if (t - *from > SPAN_DAYS)
		return sim_call_refuse(
			c, 400, "ending_date: the range may span at most %d days", SPAN_DAYS);
	if (t < *to)
		*to = t;
	return 0;
}

static int
read_days(struct sim_call *c, struct sim_activity_query *q)
{
	int64_t t;
	int one = sim_param_time(c, "date", &t),
	    range = sim_query_value(&c->q, "starting_date") != NULL;

	if (one == range)
		return sim_call_refuse(
			c, 400, "Exactly one of date and starting_date is required.");
	if (sim_query_value(&c->q, "ending_date") != NULL && one)
		return sim_call_refuse(c, 400, "ending_date is only valid with starting_date");
	q->range = range;
	if (range)
		return sim_activity_range(c, &q->from, &q->to);
	q->from = t / UTC_DAY;
	q->to = q->from + 1;
	return check_day(c, "date", q->from);
}

/* ---- filters, groups, order ---- */

static int
read_filters(struct sim_call *c, struct sim_activity_query *q)
{
	const char *v;

	for (size_t i = 0; (v = sim_param_value(c, "filter[]", i)) != NULL; i++) {
		size_t len = strcspn(v, ":");
		char name[64];
		int f;

		snprintf(name, sizeof name, "%.*s", (int)(len < 63 ? len : 63), v);
		f = sim_activity_filter(name);
		if (strlist_add(&q->wanted[f], v + len + 1, strlen(v + len + 1)) == -1)
			return sim_call_refuse(c, 500, "Internal server error");
	}
	return 0;
}

static int
read_groups(struct sim_call *c, struct sim_activity_query *q)
{
	static const char *const names[] = {"product", "rbac_group_id", "user_id"};
	const char *v;

	for (size_t i = 0; (v = sim_param_value(c, "group_by[]", i)) != NULL; i++)
		for (unsigned g = 0; g < sizeof names / sizeof *names; g++)
			if (strcmp(v, names[g]) == 0)
				q->groups |= 1U << g;
	if (q->of->each == 0 && q->wanted[SIM_F_PROJECT].n > 0 &&
		(q->groups != 0 || q->wanted[SIM_F_GROUP].n > 0))
		return sim_call_refuse(c, 400,
			"project_id cannot be combined with group_by[] or an rbac_group_id filter");
	return 0;
}

static int
read_order(struct sim_call *c, struct sim_activity_query *q)
{
	const char *order = sim_query_value(&c->q, "order");
	int metric;

	q->order_by = sim_query_value(&c->q, "order_by");
	metric = q->order_by != NULL && strcmp(q->order_by, q->of->order) != 0;
	if (metric && strcmp(q->order_by, "distinct_user_count") != 0)
		return sim_call_refuse(
			c, 400, "order_by: '%.80s' is not supported by this endpoint", q->order_by);
	q->descending = order != NULL ? strcmp(order, "desc") == 0 : metric;
	return 0;
}

/* ---- pages ---- */

static int
put_page(struct sim_call *c, const struct sim_activity_query *q)
{
	struct sim_activity_row *rows;
	int64_t at;
	size_t n;
	long limit;
	int result = 0;

	if (sim_call_limit(c, c->endpoint->limit, c->endpoint->most, &limit) == -1 ||
		sim_call_token(c, 0, &at) == -1)
		return -1;
	if (sim_activity_rows(c->s, q, &rows, &n) == -1)
		return sim_call_refuse(c, 500, "Internal server error");
	for (size_t i = (size_t)at; i < n && result == 0; i++) {
		if (!(q->of->cube && q->groups == 0) && c->a->page.n == (size_t)limit) {
			sim_call_next(c, (int64_t)i);
			break;
		}
		result = sim_call_put(c, q->of->of, &rows[i],
			sim_hash(c->s->config.seed, q->of->of->hash, (uint64_t)q->from, i));
	}
	free(rows);
	return result;
}

int
sim_activity_answer(struct sim_call *c)
{
	struct sim_activity_query q = {.of = find_activity(c->endpoint->path, 1)};
	int result = -1;

	if (read_days(c, &q) == 0 && read_filters(c, &q) == 0 && read_groups(c, &q) == 0 &&
		read_order(c, &q) == 0)
		result = put_page(c, &q);
	for (int f = 0; f < SIM_FILTERS; f++)
		strlist_free(&q.wanted[f]);
	return result;
}

/* ---- the oracle ---- */

int
sim_activity_expect(struct sim_oracle *o, struct ant_err *e)
{
	const struct sim_activity *of = find_activity(o->table->name, 0);

	for (int64_t at = o->from; at < o->end; at += UTC_DAY) {
		struct sim_activity_query q = {
			.of = of, .from = at / UTC_DAY, .to = at / UTC_DAY + 1};
		struct sim_activity_row *rows;
		size_t n;

		if (sim_activity_rows(o->s, &q, &rows, &n) == -1)
			return err_set(e, ANT_FAIL, "out of memory for a day of activity");
		for (size_t i = 0; i < n; i++)
			sim_expect_row(o, &rows[i]);
		free(rows);
	}
	return 0;
}
