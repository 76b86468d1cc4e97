#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/utc.h"
#include "sim/domains.h"
#include "sim/feed.h"
#include "sim/times.h"

/* The list of events that a call asks for. */
struct feed {
	struct sim_call *c;
	int descending;
	int64_t from, to;    /* microseconds: FROM is in it, TO is not */
	int64_t first, last; /* days that it can have events of */
};

/* One page of it while it is filled: events are counted as often as they are delivered. */
struct page {
	struct sim_event *v;
	size_t n, cap;
	int more; /* there is another one behind them */
};

/* 1 where a time was given and moves the bound; *T stays elsewhere. */
static void
bound(const struct sim_call *c, const char *name, int64_t plus, int later, int64_t *t)
{
	const char *v = sim_query_value(&c->q, name);
	int64_t at = v == NULL ? *t : sim_times_read(v) + plus;

	if (later ? at > *t : at < *t)
		*t = at;
}

/* 1 where one of the values of NAME is V; -1 where there are none. */
static int
one_of(const struct sim_call *c, const char *name, const char *v)
{
	const char *value = sim_param_value(c, name, 0);

	if (value == NULL)
		return -1;
	for (size_t i = 0; (value = sim_param_value(c, name, i)) != NULL; i++)
		if (strcmp(value, v) == 0)
			return 1;
	return 0;
}

static int
shows(const struct feed *f, const struct sim_event *e)
{
	const struct sim_call *c = f->c;
	const char *organization = e->organization_uuid == NULL ? "" : e->organization_uuid;

	if (e->at < f->from || e->at >= f->to || e->seen > sim_now(c->s) * SIM_SECOND)
		return 0;
	if (one_of(c, "activity_types[]", sim_feed_type(e)) == 0 ||
		one_of(c, "exclude_activity_types[]", sim_feed_type(e)) == 1)
		return 0;
	if (one_of(c, "actor_ids[]", e->actor_id) == 0 || one_of(c, "user_ids[]", e->actor_id) == 0)
		return 0;
	return one_of(c, "organization_ids[]", organization) != 0 ||
	       one_of(c, "organization_ids[]", e->organization_id) == 1;
}

static int
keep(struct page *p, const struct sim_event *e)
{
	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 128 : p->cap * 2;
		struct sim_event *v = realloc(p->v, cap * sizeof *v);

		if (v == NULL)
			return -1;
		p->v = v;
		p->cap = cap;
	}
	p->v[p->n++] = *e;
	return 0;
}

/* The events of one day, from number I on by STEP, until the page has LIMIT.  0, or -1 without memory. */
static int
fill_day(const struct feed *f, struct page *p, const struct sim_event *v, long n, long i, int step,
	size_t limit)
{
	for (; i >= 0 && i < n && !p->more; i += step) {
		if (!shows(f, &v[i]))
			continue;
		if (p->n == limit)
			p->more = 1;
		else if (keep(p, &v[i]) == -1)
			return -1;
		/* A cursor means behind both of two that are the same: nobody can ask for the second. */
		else if (v[i].doubled && p->n < limit && keep(p, &v[i]) == -1)
			return -1;
	}
	return 0;
}

/* Fill P with LIMIT events that follow the one called ID (NULL: the start) by STEP. */
static int
fill(const struct feed *f, struct page *p, const char *id, int step, size_t limit)
{
	int64_t day = step > 0 ? f->first : f->last, until = step > 0 ? f->last : f->first;
	int result = 0;

	if (id != NULL && !sim_feed_day_of(f->c->s, id, &day))
		return 0;
	for (; result == 0 && !p->more && (day - until) * step <= 0; day += step) {
		struct sim_event *v;
		size_t n;
		long at;

		result = sim_feed_day(f->c->s, day, &v, &n);
		at = step > 0 ? 0 : (long)n - 1;
		if (id != NULL) {
			for (at = 0; at < (long)n && strcmp(v[at].id, id) != 0;)
				at++;
			at += step;
			id = NULL;
		}
		if (result == 0)
			result = fill_day(f, p, v, (long)n, at, step, limit);
		free(v);
	}
	return result;
}

/* Put the page's events into the answer, where BACK in the other order than they were found. */
static int
put(struct sim_call *c, const struct page *p, int back)
{
	struct sim_page *to = &c->a->page;

	for (size_t i = 0; i < p->n; i++) {
		const struct sim_event *e = &p->v[back ? p->n - 1 - i : i];
		size_t at = to->elements.len;

		if (i == 0)
			snprintf(to->first, sizeof to->first, "%s", e->id);
		snprintf(to->last, sizeof to->last, "%s", e->id);
		sim_feed_json(&to->elements, e, (unsigned)(e->at / 7) % 8);
		if (sim_page_add(to, at) == -1)
			return -1;
	}
	to->has_more = p->more;
	return 0;
}

/* ---- the endpoint ---- */

/* The id of the cursor NAME to *ID; NULL without one, or where a fault's cursor leads to the start. */
static int
read_cursor(struct sim_call *c, const char *name, const char **id)
{
	const char *v = sim_query_value(&c->q, name);
	int64_t day;

	*id = NULL;
	if (v == NULL || strncmp(v, SIM_ENDLESS, sizeof SIM_ENDLESS - 1) == 0)
		return 0;
	if (!sim_feed_day_of(c->s, v, &day))
		return sim_call_refuse(c, 400, "Invalid `%s`. No activity found for `%s` \"%.60s\"",
			name, name, v);
	snprintf(c->a->page.asked, SIM_CURSOR, "%s", v);
	*id = v;
	return 0;
}

/* What may not stand together. */
static int
check(struct sim_call *c)
{
	static const char *const pairs[][2] = {{"after_id", "before_id"},
		{"activity_types[]", "exclude_activity_types[]"}, {"actor_ids[]", "user_ids[]"},
		{"created_at.gte", "created_at.gt"}, {"created_at.lte", "created_at.lt"}};
	int64_t from = INT64_MIN, to = INT64_MAX;

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (sim_query_value(&c->q, pairs[i][0]) != NULL &&
			sim_query_value(&c->q, pairs[i][1]) != NULL)
			return sim_call_refuse(c, 400, "Only one of `%s` and `%s` can be given.",
				pairs[i][0], pairs[i][1]);
	bound(c, "created_at.gte", 0, 1, &from);
	bound(c, "created_at.lt", 0, 0, &to);
	return from < to ? 0
			 : sim_call_refuse(
				   c, 400, "created_at.lt must be strictly after created_at.gte.");
}

static int
answer(struct sim_call *c)
{
	const char *order = sim_query_value(&c->q, "order"), *after, *before;
	struct feed f = {.c = c,
		.descending = order == NULL || strcmp(order, "desc") == 0,
		.from = sim_feed_first_day(c->s) * UTC_DAY * SIM_SECOND,
		.to = sim_now(c->s) * SIM_SECOND + 1};
	struct page p = {.v = NULL};
	long limit;
	int step, result;

	sim_page_init(&c->a->page, SIM_IDS);
	if (sim_call_limit(c, c->endpoint->limit, c->endpoint->most, &limit) == -1 ||
		read_cursor(c, "after_id", &after) == -1 ||
		read_cursor(c, "before_id", &before) == -1)
		return -1;
	bound(c, "created_at.gte", 0, 1, &f.from);
	bound(c, "created_at.gt", 1, 1, &f.from);
	bound(c, "created_at.lt", 0, 0, &f.to);
	bound(c, "created_at.lte", 1, 0, &f.to);
	f.first = utc_floor(f.from / SIM_SECOND, UTC_DAY) / UTC_DAY;
	f.last = utc_floor(f.to / SIM_SECOND, UTC_DAY) / UTC_DAY;
	step = f.descending == (before != NULL) ? 1 : -1;
	result = fill(&f, &p, before != NULL ? before : after, step, (size_t)limit);
	if (result == 0)
		result = put(c, &p, before != NULL);
	free(p.v);
	return result == 0 ? 0 : sim_call_refuse(c, 500, "Internal server error");
}

static const char *const orders[] = {"asc", "desc", NULL};

static const struct sim_param params[] = {
	{"order", .kind = SIM_P_WORD, .values = orders},
	{"created_at.gte", .kind = SIM_P_INSTANT},
	{"created_at.gt", .kind = SIM_P_INSTANT},
	{"created_at.lte", .kind = SIM_P_INSTANT},
	{"created_at.lt", .kind = SIM_P_INSTANT},
	{"activity_types[]", .kind = SIM_P_TEXT},
	{"exclude_activity_types[]", .kind = SIM_P_TEXT},
	{"actor_ids[]", .kind = SIM_P_TEXT},
	{"user_ids[]", .kind = SIM_P_TEXT},
	{"organization_ids[]", .kind = SIM_P_TEXT},
	{.name = NULL},
};

const struct sim_endpoint sim_feed_endpoints[] = {
	{"compliance/activities", SIM_ADMIN | SIM_SCOPED, "read:compliance_activities",
		.params = params, .paging = SIM_BY_ID, .limit = 100, .most = 5000,
		.envelope = SIM_IDS, .flags = SIM_BARE_ERRORS, .answer = answer, .check = check},
	{.path = NULL},
};

/* ---- the table ---- */

/* What a row shows of an event. */
struct row {
	struct sim_event e;
	const char *type;
};

/* Its actor is an object of the organization: others have their id and address under other names. */
static int
known(const void *object)
{
	return sim_feed_known_actor(&((const struct row *)object)->e);
}

static const struct sim_field fields[] = {
	{"id", SIM_CHARS, .at = offsetof(struct row, e.id)},
	{"created_at", SIM_CHARS, .at = offsetof(struct row, e.created_at)},
	{"type", SIM_TEXT, .at = offsetof(struct row, type)},
	{"organization_id", SIM_CHARS, .at = offsetof(struct row, e.organization_id)},
	{"organization_uuid", SIM_TEXT, .at = offsetof(struct row, e.organization_uuid)},
	{"actor_type", SIM_TEXT, .at = offsetof(struct row, e.actor_type)},
	{"actor_id", SIM_CHARS, .at = offsetof(struct row, e.actor_id), .has = known},
	{"actor_email", SIM_TEXT, .at = offsetof(struct row, e.email), .has = known},
	{"actor_ip_address", SIM_CHARS, .at = offsetof(struct row, e.address)},
	{"actor_user_agent", SIM_TEXT, .at = offsetof(struct row, e.agent)},
	{"record", SIM_MADE, .at = offsetof(struct row, e), .make = sim_feed_json},
	{.name = NULL},
};

static const struct sim_fields row_fields = {fields, 0, 1, 0};

static int
rows(struct sim_oracle *o, struct ant_err *e)
{
	int64_t last = (o->end - 1) / UTC_DAY;

	for (int64_t day = utc_floor(o->from, UTC_DAY) / UTC_DAY; day <= last; day++) {
		struct sim_event *v;
		size_t n;

		if (sim_feed_day(o->s, day, &v, &n) == -1)
			return err_set(e, ANT_FAIL, "out of memory for the feed");
		for (size_t i = 0; i < n; i++) {
			const struct row r = {v[i], sim_feed_type(&v[i])};

			if (v[i].at >= o->from * SIM_SECOND && v[i].at < o->end * SIM_SECOND &&
				v[i].seen <= sim_now(o->s) * SIM_SECOND)
				sim_expect_row(o, &r);
		}
		free(v);
	}
	return 0;
}

static int64_t
start(const struct sim *s)
{
	return sim_feed_first_day(s) * UTC_DAY;
}

const struct sim_table sim_feed_tables[] = {
	{"compliance_activities", &row_fields, .rows = rows, .unit = 1, .start = start},
	{.name = NULL},
};
