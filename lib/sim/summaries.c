#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/activity.h"
#include "sim/activity_report.h"
#include "sim/endpoint.h"

/* Active users per day: of a day, of a week, of a month that ends with it. */
enum { DAILY, WEEKLY, MONTHLY, SPANS, DIGITS = 24, MONTH = 30, SHORT_MONTH = 28 };

/* What is counted: any product, and each under its name. */
enum { ANY, COWORK, CHAT, CODE, DESIGN, OFFICE, SCIENCE, TAG, UNIFIED, GROUPS };

static const struct {
	unsigned products;    /* bits of sim/people's */
	int64_t month, since; /* its month in days; days since 1970: before it there is no member */
} groups[GROUPS] = {
	[ANY] = {(1 << SIM_SEAT_PRODUCTS) - 1, MONTH, 0},
	[COWORK] = {1 << SIM_COWORK, MONTH, 0},
	[CHAT] = {1 << SIM_CHAT, MONTH, 0},
	[CODE] = {1 << SIM_CLAUDE_CODE, MONTH, 0},
	[DESIGN] = {1 << SIM_DESIGN, MONTH, 20560}, /* 2026-04-17 */
	[OFFICE] = {1 << SIM_OFFICE, MONTH, 20514}, /* 2026-03-02 */
	[SCIENCE] = {1 << SIM_DESIGN, MONTH, 20560},
	[TAG] = {1 << SIM_TAG, SHORT_MONTH, 20619},			   /* 2026-06-15 */
	[UNIFIED] = {1 << SIM_CHAT | 1 << SIM_COWORK, SHORT_MONTH, 20697}, /* 2026-09-01 */
};

struct summary {
	char start[UTC_TEXT], end[UTC_TEXT];
	int64_t seats, invites, active[GROUPS][SPANS], entitled;
	char rate[SPANS][DIGITS]; /* "": null */
};

/* ---- fields ---- */

static const struct sim_field summary_fields[] = {
	{"starting_at", SIM_CHARS, .at = offsetof(struct summary, start)},
	{"ending_at", SIM_CHARS, .at = offsetof(struct summary, end)},
	{"assigned_seat_count", SIM_NUMBER, .at = offsetof(struct summary, seats)},
	{"pending_invite_count", SIM_NUMBER, .at = offsetof(struct summary, invites)},
	{"daily_active_user_count", SIM_NUMBER, .at = offsetof(struct summary, active[ANY][DAILY])},
	{"weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[ANY][WEEKLY])},
	{"monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[ANY][MONTHLY])},
	{"daily_adoption_rate", SIM_DIGITS, .at = offsetof(struct summary, rate[DAILY])},
	{"weekly_adoption_rate", SIM_DIGITS, .at = offsetof(struct summary, rate[WEEKLY])},
	{"monthly_adoption_rate", SIM_DIGITS, .at = offsetof(struct summary, rate[MONTHLY])},
	{"cowork_daily_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[COWORK][DAILY])},
	{"cowork_weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[COWORK][WEEKLY])},
	{"cowork_monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[COWORK][MONTHLY])},
	{"chat_daily_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[CHAT][DAILY])},
	{"chat_weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[CHAT][WEEKLY])},
	{"chat_monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[CHAT][MONTHLY])},
	{"claude_code_daily_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[CODE][DAILY])},
	{"claude_code_weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[CODE][WEEKLY])},
	{"claude_code_monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[CODE][MONTHLY])},
	{"claude_design_daily_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[DESIGN][DAILY])},
	{"claude_design_weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[DESIGN][WEEKLY])},
	{"claude_design_monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[DESIGN][MONTHLY])},
	{"office_agent_daily_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[OFFICE][DAILY])},
	{"office_agent_weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[OFFICE][WEEKLY])},
	{"office_agent_monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[OFFICE][MONTHLY])},
	{"science_daily_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[SCIENCE][DAILY])},
	{"science_weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[SCIENCE][WEEKLY])},
	{"science_monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[SCIENCE][MONTHLY])},
	{"claude_tag_daily_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[TAG][DAILY])},
	{"claude_tag_weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[TAG][WEEKLY])},
	{"claude_tag_monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[TAG][MONTHLY])},
	{"chat_cowork_unified_daily_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[UNIFIED][DAILY])},
	{"chat_cowork_unified_weekly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[UNIFIED][WEEKLY])},
	{"chat_cowork_unified_monthly_active_user_count", SIM_NUMBER,
		.at = offsetof(struct summary, active[UNIFIED][MONTHLY])},
	{"science_entitled_user_count", SIM_NUMBER, .at = offsetof(struct summary, entitled)},
	{.name = NULL},
};

const struct sim_fields sim_fields_summary = {summary_fields, 60, 3, 12};

/* ---- counts ---- */

/* 1 where person U counts in group G: of chat and Cowork, those with the unified product apart. */
static int
counts_in(const struct sim *s, size_t u, int g)
{
	return (g != CHAT && g != COWORK && g != UNIFIED) ||
	       sim_activity_unified(s, u) == (g == UNIFIED);
}

/* 1 where person U used a product of group G on DAY. */
static int
used(const struct sim *s, size_t u, int g, int64_t day)
{
	for (int p = 0; p < SIM_SEAT_PRODUCTS; p++)
		if (groups[g].products >> p & 1 && day >= groups[g].since && day >= s->first_day &&
			sim_people_use(s, u, (enum sim_product)p, day) > 0)
			return 1;
	return 0;
}

/* Person U to the days FROM to TO, one summary each. */
static void
add_person(
	const struct sim *s, size_t u, int filtered, int64_t from, int64_t to, struct summary *days)
{
	for (int g = 0; g < GROUPS; g++) {
		int64_t last = INT64_MIN / 2,
			month = filtered && g == UNIFIED ? MONTH : groups[g].month;

		for (int64_t day = from - MONTH + 1; day < to && counts_in(s, u, g); day++) {
			struct summary *x = &days[day - from];

			if (used(s, u, g, day))
				last = day;
			if (day < from)
				continue;
			x->active[g][DAILY] += last == day;
			x->active[g][WEEKLY] += day - last < 7;
			x->active[g][MONTHLY] += day - last < month;
		}
	}
	for (int64_t day = from; day < to; day++)
		days[day - from].entitled += sim_people_has(s, u, SIM_DESIGN);
}

/* Times of lists are compared by their dates, which stand first. */
static int
before(const char *time, const char *end)
{
	return *time != '\0' && strncmp(time, end, 10) < 0;
}

/* Seats that are taken and invites that nobody has taken yet, at the end of the day. */
static void
add_members(const struct sim *s, struct summary *x)
{
	for (size_t u = 0; u < s->org.nusers; u++)
		x->seats += !sim_people_gone(s, u) && before(s->org.users[u].added_at, x->end);
	for (size_t i = 0; i < s->org.ninvites; i++) {
		const struct sim_invite *v = &s->org.invites[i];

		x->invites += before(v->invited_at, x->end) && !before(v->accepted_at, x->end) &&
			      !before(v->expires_at, x->end);
	}
	for (int span = 0; span < SPANS && x->seats > 0; span++) {
		int64_t tenths = (x->active[ANY][span] * 2000 + x->seats) / (2 * x->seats);

		snprintf(x->rate[span], sizeof x->rate[span], "%lld.%lld", (long long)(tenths / 10),
			(long long)(tenths % 10));
	}
}

/* 1 where person U is in one of the GROUPS' ids, or none is asked for. */
static int
is_wanted(const struct sim *s, size_t u, const struct strlist *ids)
{
	size_t in[SIM_GROUPS_EACH], n = sim_people_groups(s, u, in);
	char id[SIM_ID];

	for (size_t g = 0; g < n; g++) {
		sim_people_group_id(s, in[g], id);
		if (strlist_has(ids, id, strlen(id)))
			return 1;
	}
	return ids->n == 0;
}

/* The summaries of the days FROM to TO, which the caller frees; NULL without memory. */
static struct summary *
summaries(const struct sim *s, int64_t from, int64_t to, const struct strlist *ids)
{
	struct summary *days = calloc((size_t)(to - from) + 1, sizeof *days);

	if (days == NULL)
		return NULL;
	for (size_t u = 0; u < sim_people_count(s); u++)
		if (is_wanted(s, u, ids))
			add_person(s, u, ids->n > 0, from, to, days);
	for (int64_t day = from; day < to; day++) {
		struct summary *x = &days[day - from];

		utc_format(day * UTC_DAY, x->start);
		utc_format((day + 1) * UTC_DAY, x->end);
		if (ids->n > 0)
			x->seats = x->invites = -1;
		else
			add_members(s, x);
		for (int g = 0; g < GROUPS; g++)
			for (int span = 0; span < SPANS && day < groups[g].since; span++)
				x->active[g][span] = SIM_ABSENT;
		if (day < groups[SCIENCE].since)
			x->entitled = SIM_ABSENT;
	}
	return days;
}

/* ---- the endpoint and the table ---- */

int
sim_summaries_answer(struct sim_call *c)
{
	struct strlist ids = {NULL, 0};
	struct summary *days;
	int64_t from, to;
	long limit;
	const char *v;
	int result = 0;

	if (sim_activity_range(c, &from, &to) == -1 ||
		sim_call_limit(c, c->endpoint->limit, c->endpoint->most, &limit) == -1)
		return -1;
	if (from < c->s->first_day) /* nobody did anything before */
		from = c->s->first_day < to ? c->s->first_day : to;
	for (size_t i = 0; (v = sim_param_value(c, "filter[]", i)) != NULL; i++)
		result |= strlist_add(&ids, strchr(v, ':') + 1, strlen(strchr(v, ':') + 1));
	days = result == 0 ? summaries(c->s, from, to, &ids) : NULL;
	strlist_free(&ids);
	if (days == NULL)
		return sim_call_refuse(c, 500, "Internal server error");
	if (c->old)
		c->a->page.again = "summaries";
	for (int64_t day = from; day < to && result == 0; day++)
		result = sim_call_put(c, &sim_fields_summary, &days[day - from],
			sim_hash(c->s->config.seed, sim_fields_summary.hash, (uint64_t)day, 0));
	free(days);
	return result;
}

int
sim_summaries_expect(struct sim_oracle *o, struct ant_err *e)
{
	const struct strlist none = {NULL, 0};
	int64_t from = o->from / UTC_DAY, to = o->end / UTC_DAY;
	struct summary *days;

	if (to <= from)
		return 0;
	if ((days = summaries(o->s, from, to, &none)) == NULL)
		return err_set(e, ANT_FAIL, "out of memory for the summaries");
	for (int64_t day = from; day < to; day++)
		sim_expect_row(o, &days[day - from]);
	free(days);
	return 0;
}
