#include "sim/seats.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "sim/edit.h"
#include "sim/kinds.h"
#include "sim/people.h"
#include "sim/uses.h"

enum { TIERS = 3, INCREASES = 12 };

/* In struct sim_uses' units. */
#define CENT 10000000000U
enum period { DAILY, WEEKLY, MONTHLY };
/* In the order in which limits are listed; each has so many numbers. */
enum scope { OF_ORGANIZATION, OF_TIER, OF_GROUP, OF_USER, OF_USAGE_TIER, SCOPES };

static const char *const periods[SIM_PERIODS] = {"daily", "weekly", "monthly"};
static const char *const tiers[TIERS] = {
	"enterprise_standard", "enterprise_premium", "enterprise_usage_based"};

static size_t
numbers(const struct sim *s, enum scope scope)
{
	switch (scope) {
	case OF_TIER:
		return TIERS;
	case OF_GROUP:
		return sim_people_ngroups(s);
	case OF_USER:
		return s->org.nusers;
	case OF_ORGANIZATION:
	case OF_USAGE_TIER:
	case SCOPES:
	default:
		return 1;
	}
}

static void
set_scope(const struct sim *s, enum scope scope, size_t n, struct sim_spend_scope *to)
{
	memset(to, 0, sizeof *to);
	switch (scope) {
	case OF_TIER:
		to->type = to->member = "seat_tier";
		snprintf(to->id, sizeof to->id, "%s", tiers[n]);
		break;
	case OF_GROUP:
		to->type = "rbac_group";
		to->member = "rbac_group_id";
		sim_people_group_id(s, n, to->id);
		break;
	case OF_USER:
		to->type = "user";
		to->member = "user_id";
		snprintf(to->id, sizeof to->id, "%s", s->org.users[n].head.id);
		break;
	case OF_USAGE_TIER:
		to->type = "usage_tier";
		break;
	case OF_ORGANIZATION:
	case SCOPES:
	default:
		to->type = "organization";
	}
}

/* In which period SCOPE number N has a limit; -1: it has none. */
static int
period_of(const struct sim *s, enum scope scope, size_t n)
{
	if (scope == OF_GROUP)
		return n % 3 == 0 ? (n % 2 == 0 ? MONTHLY : WEEKLY) : -1;
	if (scope == OF_USER)
		return n % 5 == 0 && !sim_people_gone(s, n) ? (int)(n / 5 % SIM_PERIODS) : -1;
	return MONTHLY;
}

static void
limit_id(const struct sim *s, enum scope scope, size_t n, char to[SIM_ID])
{
	sim_org_id(to, "spl_", s->config.seed, SIM_OF_SPEND_LIMIT, n * SCOPES + scope);
}

/* What the limit of SCOPE number N is, in whole cents: none at all, nothing, or so much. */
static void
set_amount(const struct sim *s, enum scope scope, size_t n, char to[SIM_CENTS])
{
	uint64_t h = sim_hash(s->config.seed, SIM_OF_SPEND_LIMIT, 1 + scope, n);
	const struct sim_edit *edit;
	char id[SIM_ID];

	*to = '\0';
	limit_id(s, scope, n, id);
	if ((edit = sim_edit_of_limit(s, id)) != NULL) {
		snprintf(to, SIM_CENTS, "%llu", (unsigned long long)edit->cents);
		return;
	}
	if (scope == OF_TIER && n == TIERS - 1)
		return;
	if (scope == OF_USER && n % 4 == 1)
		snprintf(to, SIM_CENTS, "0");
	else if (scope != OF_USER || n % 4 != 2)
		snprintf(to, SIM_CENTS, "%llu",
			(unsigned long long)(1 + h % 500) *
				(scope == OF_ORGANIZATION ? 100000 : 100));
}

static int
get_limit(const struct sim_scope *at, size_t i, void *object)
{
	struct sim_spend_limit *l = object;
	const struct sim *s = at->s;
	const struct sim_edit *edit;
	int scope = 0, period;
	uint64_t h;
	int64_t created;

	while (scope < SCOPES && i >= numbers(s, (enum scope)scope))
		i -= numbers(s, (enum scope)scope++);
	if (scope == SCOPES)
		return -1;
	h = sim_hash(s->config.seed, SIM_OF_SPEND_LIMIT, 20 + (uint64_t)scope, i);
	created = utc_days(2026, 1, 5) * UTC_DAY + (int64_t)(h % (200 * UTC_DAY));
	memset(l, 0, sizeof *l);
	limit_id(s, (enum scope)scope, i, l->id);
	set_scope(s, (enum scope)scope, i, &l->scope);
	set_amount(s, (enum scope)scope, i, l->amount);
	period = period_of(s, (enum scope)scope, i);
	l->currency = "USD";
	l->period = period < 0 ? NULL : periods[period];
	/* Seeds of two kinds: where nothing beyond seats may be used, and where it may. */
	l->enabled = scope != OF_ORGANIZATION || s->config.seed % 2 == 1;
	if (scope == OF_USAGE_TIER) {
		snprintf(l->created_at, sizeof l->created_at, "2024-06-01T00:00:00Z");
		memcpy(l->updated_at, l->created_at, sizeof l->updated_at);
	} else {
		sim_org_time(l->created_at, created, h >> 8);
		sim_org_time(l->updated_at, created + (int64_t)(h >> 16) % (9 * UTC_DAY), h >> 9);
	}
	if ((edit = sim_edit_of_limit(s, l->id)) != NULL)
		sim_org_time(l->updated_at, edit->at, 0);
	return period >= 0;
}

/* ---- what holds for a member ---- */

/* The scope whose limit of PERIOD is the nearest to user U, its number to *N; SCOPES: none. */
static enum scope
nearest(const struct sim *s, size_t u, int period, size_t *n)
{
	size_t groups[SIM_GROUPS_EACH], ngroups = sim_people_groups(s, u, groups);

	*n = u;
	if (period_of(s, OF_USER, u) == period)
		return OF_USER;
	for (size_t g = 0; g < ngroups; g++)
		if (period_of(s, OF_GROUP, *n = groups[g]) == period)
			return OF_GROUP;
	/* One in eight has a tier without a limit of its own. */
	*n = u % TIERS;
	if (period == MONTHLY && u % 8 != 7)
		return OF_TIER;
	*n = 0;
	return period == MONTHLY ? OF_ORGANIZATION : SCOPES;
}

/* The first day of the period that DAY is in. */
static int64_t
period_start(int period, int64_t day)
{
	int64_t year;
	unsigned month, of_month;

	utc_civil(day, &year, &month, &of_month);
	return period == MONTHLY  ? day - (of_month - 1)
	       : period == WEEKLY ? day - (day + 3) % 7 /* 1970-01-01 was a Thursday */
				  : day;
}

/* In cents with up to three decimals: what whole days have cost that the reports know by now. */
static void
set_spent(const struct sim *s, size_t u, int period, char to[SIM_CENTS])
{
	int64_t today = utc_floor(sim_now(s), UTC_DAY) / UTC_DAY,
		end = utc_floor(sim_uses_fresh(s), UTC_DAY) / UTC_DAY;
	uint64_t part = (uint64_t)(sim_uses_spent(s->uses, u, period_start(period, today), end) /
				   (CENT / 1000));
	size_t len;

	if (part % 1000 == 0) {
		snprintf(to, SIM_CENTS, "%llu", (unsigned long long)part / 1000);
		return;
	}
	snprintf(to, SIM_CENTS, "%llu.%03llu", (unsigned long long)part / 1000,
		(unsigned long long)part % 1000);
	for (len = strlen(to); to[len - 1] == '0';)
		to[--len] = '\0';
}

/* 1, or 0 where nothing holds for user U in PERIOD. */
static int
effective(const struct sim *s, size_t u, int period, struct sim_effective *e)
{
	enum scope scope;
	size_t n;

	memset(e, 0, sizeof *e);
	e->actor = sim_people_who(s, (struct sim_someone){SIM_IS_USER, u});
	set_scope(s, OF_USER, u, &e->scope);
	e->currency = "USD";
	e->period = periods[period];
	if ((scope = nearest(s, u, period, &n)) == SCOPES)
		return 0;
	set_scope(s, scope, n, &e->source);
	set_amount(s, scope, n, e->amount);
	limit_id(s, scope, n, e->limit_id);
	set_spent(s, u, period, e->spent);
	return 1;
}

/* Users, a number for each period; then the keys, which act for the first of them. */
static int
get_effective(const struct sim_scope *at, size_t i, void *object)
{
	const struct sim *s = at->s;
	struct sim_effective *e = object;
	size_t key = i - s->org.nusers * SIM_PERIODS;
	int shown;

	if (i < s->org.nusers * SIM_PERIODS) {
		size_t u = i / SIM_PERIODS;

		shown = effective(s, u, (int)(i % SIM_PERIODS), e);
		return shown && !sim_people_gone(s, u);
	}
	if (key >= SIM_SCOPED_KEYS)
		return -1;
	effective(s, 0, MONTHLY, e);
	e->actor = sim_people_who(s, (struct sim_someone){SIM_IS_SCOPED_KEY, key});
	return 1;
}

/* ---- requests for more ---- */

static int
get_increase(const struct sim_scope *at, size_t i, void *object)
{
	static const char *const statuses[] = {"pending", "approved", "denied"};
	const struct sim *s = at->s;
	struct sim_increase *r = object;
	uint64_t h = sim_hash(s->config.seed, SIM_OF_REQUEST, 1, i);
	size_t u = (size_t)h % s->org.nusers, last = sim_people_count(s) - 1;
	int64_t created = (s->first_day + s->config.days - (int64_t)i * 3) * UTC_DAY -
			  (int64_t)(h >> 8) % UTC_DAY;
	int period = (int)(i % SIM_PERIODS), open = i % 3 == 0;

	if (i >= INCREASES)
		return -1;
	memset(r, 0, sizeof *r);
	sim_org_id(r->id, "slir_", s->config.seed, SIM_OF_REQUEST, i);
	/* Those of former members are kept, and not listed. */
	if (i % 5 == 4)
		u = s->org.nusers;
	r->actor = sim_people_who(s, (struct sim_someone){SIM_IS_USER, u});
	sim_org_time(r->created_at, created, h >> 12);
	r->period = periods[period];
	r->status = statuses[i % 3];
	if (open) {
		r->summed = u < s->org.nusers && effective(s, u, MONTHLY, &r->summary) && i != 3;
	} else {
		sim_org_time(r->resolved_at, created + 40000, h >> 16);
		r->resolver = sim_people_who(s,
			i % 2 == 0 ? (struct sim_someone){SIM_IS_SCOPED_KEY, 0}
				   : (struct sim_someone){SIM_IS_USER, last - i % 3 % (last + 1)});
	}
	return !sim_people_gone(s, u);
}

const struct sim_source sim_seats_limits = {
	.size = sizeof(struct sim_spend_limit), .get = get_limit};
const struct sim_source sim_seats_effective = {
	.size = sizeof(struct sim_effective), .get = get_effective};
const struct sim_source sim_seats_increases = {
	.size = sizeof(struct sim_increase), .get = get_increase};
