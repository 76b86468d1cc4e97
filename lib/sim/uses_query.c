#include "sim/uses_query.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "sim/param.h"

enum { GROUP_MAX = 5, SPAN_DAYS = 31, BACK_DAYS = 365 };

/* Buckets of a page in the legacy reports: without a limit, and at most. */
static const struct {
	const char *name;
	int64_t seconds;
	long standard, most;
} widths[] = {{"1d", UTC_DAY, 7, 31}, {"1h", UTC_HOUR, 24, 168}, {"1m", UTC_MINUTE, 60, 256}};
enum { WIDTHS = sizeof widths / sizeof *widths, ROWS_STANDARD = 20, ROWS_MOST = 1000 };

static const struct {
	const char *name;
	enum sim_metric metric;
} metrics[] = {{"total_tokens", SIM_TOTAL_TOKENS}, {"output_tokens", SIM_OUTPUT_TOKENS},
	{"uncached_input_tokens", SIM_UNCACHED_TOKENS}, {"requests", SIM_METRIC_REQUESTS},
	{"amount", SIM_AMOUNT}, {"list_amount", SIM_LIST_AMOUNT}};

int64_t
sim_uses_oldest(const struct sim *s)
{
	int64_t first = utc_days(2026, 1, 1) * UTC_DAY,
		back = sim_now(s) - BACK_DAYS * (int64_t)UTC_DAY;

	return first > back ? first : back;
}

int
sim_uses_group(const struct sim_form *form, const char *name, unsigned *dims)
{
	int d = sim_dims_find(name);

	if (d < 0 || (d >= SIM_USE_DIMS && !form->money) ||
		(form->legacy && !sim_dims_legacy((enum sim_use_dim)d)))
		return -1;
	*dims |= 1U << d;
	return 0;
}

/* ---- window ---- */

static int
read_width(struct sim_call *c, struct sim_uses_query *q)
{
	const char *v = sim_query_value(&c->q, q->form->width);
	size_t w = 0;

	if (v == NULL && !q->form->buckets) {
		q->width = SIM_NO_WIDTH;
		return sim_call_limit(c, ROWS_STANDARD, ROWS_MOST, &q->limit);
	}
	while (v != NULL && w + 1 < WIDTHS && strcmp(widths[w].name, v) != 0)
		w++; /* sim/param has seen that it is one of them */
	q->width = widths[w].seconds;
	if (q->form->buckets)
		return sim_call_limit(c, widths[w].standard, widths[w].most, &q->limit);
	return sim_call_limit(c, ROWS_STANDARD, ROWS_MOST, &q->limit);
}

static int
check_window(struct sim_call *c, const struct sim_uses_query *q)
{
	if (q->from < utc_days(2026, 1, 1) * UTC_DAY)
		return sim_call_refuse(
			c, 400, "starting_at: must not be before 2026-01-01T00:00:00Z");
	if (q->from < sim_uses_oldest(c->s))
		return sim_call_refuse(
			c, 400, "starting_at: must be within the last %d days", BACK_DAYS);
	if (q->to <= q->from)
		return sim_call_refuse(c, 400, "ending date must be after starting date");
	if (q->to - q->from > SPAN_DAYS * (int64_t)UTC_DAY)
		return sim_call_refuse(
			c, 400, "ending_at: the range may span at most %d days", SPAN_DAYS);
	if (q->width == UTC_MINUTE && !q->form->buckets && q->to - q->from > UTC_DAY)
		return sim_call_refuse(c, 400,
			"ending_at: with %s=1m the range may span at most 24 hours",
			q->form->width);
	return 0;
}

static int
read_window(struct sim_call *c, struct sim_uses_query *q)
{
	int64_t now = sim_now(c->s);

	if (!sim_param_time(c, "starting_at", &q->from))
		return sim_call_refuse(c, 400, "starting_at: Field required");
	q->to = q->from + SPAN_DAYS * (int64_t)UTC_DAY;
	if (q->to > now)
		q->to = now;
	if (!sim_param_time(c, "ending_at", &q->to) && q->width != SIM_NO_WIDTH &&
		!q->form->buckets)
		return sim_call_refuse(c, 400, "ending_at: Field required with %s", q->form->width);
	if (check_window(c, q) == -1)
		return -1;
	if (q->width != SIM_NO_WIDTH) {
		q->from = utc_floor(q->from, q->width);
		q->to = utc_ceil(q->to, q->width);
	} else if (!q->form->legacy) {
		q->from = utc_floor(q->from, UTC_HOUR);
		q->to = utc_floor(q->to, UTC_HOUR);
	}
	return 0;
}

/* ---- groups, filters, order ---- */

static int
read_groups(struct sim_call *c, struct sim_uses_query *q)
{
	const char *v;
	int counted = 0;

	for (size_t i = 0; (v = sim_param_value(c, "group_by[]", i)) != NULL; i++) {
		if (sim_uses_group(q->form, v, &q->ask.dims) == -1)
			return sim_call_refuse(
				c, 400, "group_by[]: Input should be one of the documented values");
		counted += sim_dims_find(v) < SIM_USE_DIMS;
	}
	if (counted > GROUP_MAX && !q->form->legacy)
		return sim_call_refuse(c, 400, "Cannot specify more than 5 group_by[] dimensions.");
	return 0;
}

static int
read_filters(struct sim_call *c, struct sim_uses_query *q)
{
	char name[64];
	const char *v;

	for (int d = 0; d < SIM_USE_DIMS; d++) {
		const char *filter = sim_dims_filter((enum sim_use_dim)d, q->form->legacy);

		if (filter == NULL)
			continue;
		snprintf(name, sizeof name, "%s[]", filter);
		for (size_t i = 0; (v = sim_param_value(c, name, i)) != NULL; i++)
			if (strlist_add(&q->ask.wanted[d], v, strlen(v)) == -1)
				return sim_call_refuse(c, 500, "Internal server error");
	}
	return 0;
}

static int
check_rules(struct sim_call *c, const struct sim_uses_query *q)
{
	const struct sim_ask *a = &q->ask;

	if (q->form->legacy)
		return 0;
	if ((a->dims >> SIM_BY_SLACK_USER & 1 || a->wanted[SIM_BY_SLACK_USER].n > 0) &&
		(a->dims >> SIM_BY_GROUP & 1 || a->wanted[SIM_BY_GROUP].n > 0))
		return sim_call_refuse(
			c, 400, "claude_tag_user_id cannot be combined with rbac_group_id");
	if (q->no_deleted && (a->dims >> SIM_BY_ACTOR & 1) == 0)
		return sim_call_refuse(c, 400, "exclude_deleted_users requires group_by[]=actor");
	return 0;
}

static void
read_order(struct sim_call *c, struct sim_uses_query *q)
{
	const char *by = sim_query_value(&c->q, "order_by"),
		   *order = sim_query_value(&c->q, "order");
	int ascending = order != NULL && strcmp(order, "asc") == 0;

	q->ask.metric = q->form->money ? SIM_AMOUNT : SIM_TOTAL_TOKENS;
	for (size_t i = 0; by != NULL && i < sizeof metrics / sizeof *metrics; i++)
		if (strcmp(metrics[i].name, by) == 0)
			q->ask.metric = metrics[i].metric;
	q->by_time = q->form->buckets ||
		     (by != NULL && strcmp(by, "time") == 0 && q->width != SIM_NO_WIDTH);
	q->newest_first = q->by_time && !ascending && !q->form->buckets;
	q->ask.ascending = !q->by_time && ascending;
}

int
sim_uses_query_read(struct sim_uses_query *q, struct sim_call *c, const struct sim_form *form)
{
	memset(q, 0, sizeof *q);
	q->form = form;
	q->ask.kinds = form->kinds;
	q->ask.persons = form->persons;
	q->ask.money = form->money;
	q->no_deleted = sim_param_true(c, "exclude_deleted_users");
	if (read_width(c, q) == -1 || read_window(c, q) == -1 || read_groups(c, q) == -1 ||
		read_filters(c, q) == -1 || check_rules(c, q) == -1)
		return -1;
	read_order(c, q);
	if (form->persons) /* a row for each of them */
		q->ask.dims |= 1U << SIM_BY_ACTOR;
	return 0;
}

void
sim_uses_query_free(struct sim_uses_query *q)
{
	for (int d = 0; d < SIM_USE_DIMS; d++)
		strlist_free(&q->ask.wanted[d]);
}
