#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/advice.h"
#include "report/names.h"

enum { BEFORE = 28, ODD_MAX = 20 }; /* days that a day is compared with; days that are listed */

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "report");
}

static const struct {
	const char *id, *name;
} types[] = {
	[TOKEN_UNCACHED] = {"uncached_input_tokens", "Input, not cached"},
	[TOKEN_WRITE_5M] = {"cache_creation.ephemeral_5m_input_tokens", "Cache write, 5 min"},
	[TOKEN_WRITE_1H] = {"cache_creation.ephemeral_1h_input_tokens", "Cache write, 1 h"},
	[TOKEN_READ] = {"cache_read_input_tokens", "Cache read"},
	[TOKEN_OUTPUT] = {"output_tokens", "Output"},
	[REPORT_SEARCHES] = {"web_search", "Web search"},
	{"code_execution", "Code execution"},
	{"session_usage", "Agent sessions"},
};

int
report_type(const char *id)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].id, id) == 0)
			return (int)i;
	return -1;
}

const char *
report_type_name(const char *id)
{
	int type = report_type(id);

	return type != -1 ? types[type].name : *id != '\0' ? id : "Other";
}

const char *
report_token_name(enum report_token t)
{
	return types[t].name;
}

const char *
report_bill_time(const struct report *r)
{
	return r->bill == VIEWS_COST ? "bucket" : "starting_at";
}

int
report_in_period(const struct report *r, int64_t day)
{
	return day >= r->first && day <= r->last;
}

const struct report_day *
report_day_of(const struct report *r, int64_t day)
{
	return day >= r->scan && day <= r->last ? &r->days[day - r->scan] : NULL;
}

/* ---- orders ------------------------------------------------------------------------- */

struct rank {
	money cost;
	int64_t second;
	const char *name;
	size_t at;
};

static int
by_rank(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	if (x->second != y->second)
		return x->second > y->second ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The numbers of N ranks, the largest first; ranks is freed. */
static int
order(struct rank *ranks, size_t n, size_t **to, struct ant_err *e)
{
	if (ranks == NULL || (*to = malloc((n + 1) * sizeof **to)) == NULL) {
		free(ranks);
		return no_memory(e);
	}
	qsort(ranks, n, sizeof *ranks, by_rank);
	for (size_t i = 0; i < n; i++)
		(*to)[i] = ranks[i].at;
	free(ranks);
	return 0;
}

static int
order_items(struct report_items *s, struct ant_err *e)
{
	struct rank *ranks = calloc(s->ids.n + 1, sizeof *ranks);

	for (size_t i = 0; ranks != NULL && i < s->ids.n; i++) {
		ranks[i] = (struct rank){s->v[i].total, 0, s->v[i].id, i};
		for (size_t t = 0; t < TOKEN_KINDS; t++)
			ranks[i].second += s->v[i].tokens[t];
	}
	return order(ranks, s->ids.n, &s->order, e);
}

static int
order_keys(struct report *r, struct ant_err *e)
{
	struct rank *ranks = calloc(r->key_ids.n + 1, sizeof *ranks);

	for (size_t i = 0; ranks != NULL && i < r->key_ids.n; i++)
		ranks[i] = (struct rank){r->keys[i].cost, r->keys[i].tokens, r->keys[i].id, i};
	return order(ranks, r->key_ids.n, &r->key_order, e);
}

static int
order_users(struct report *r, struct ant_err *e)
{
	struct rank *ranks = calloc(r->user_ids.n + 1, sizeof *ranks);

	for (size_t i = 0; ranks != NULL && i < r->user_ids.n; i++)
		ranks[i] = (struct rank){
			r->users[i].cost, r->users[i].did[DID_SESSIONS], r->users[i].id, i};
	return order(ranks, r->user_ids.n, &r->user_order, e);
}

static int
by_total(const void *a, const void *b)
{
	const struct report_kind *x = a, *y = b;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return strcmp(x->token_type, y->token_type);
}

/* ---- names -------------------------------------------------------------------------- */

/* What has no name is called by its id, and what has no id either OTHERWISE. */
static int
name(char **to, const char *id, const char *otherwise, struct ant_err *e)
{
	if (*to == NULL && (*to = strdup(*id != '\0' ? id : otherwise)) == NULL)
		return no_memory(e);
	return 0;
}

static int
name_items(struct report_items *s, const char *otherwise, struct ant_err *e)
{
	for (size_t i = 0; i < s->ids.n; i++)
		if (name(&s->v[i].name, s->v[i].id, otherwise, e) == -1)
			return -1;
	return 0;
}

static int
name_products(struct report_items *s, struct ant_err *e)
{
	for (size_t i = 0; i < s->ids.n; i++)
		if (name(&s->v[i].name, report_names_product(s->v[i].id), "", e) == -1)
			return -1;
	return 0;
}

static int
name_all(struct report *r, struct ant_err *e)
{
	/* In analytics_cost the default workspace has an id: what has none is of none. */
	const char *no_workspace = r->bill == VIEWS_COST ? "Default workspace" : "No workspace";

	if (name_items(&r->models, "Default workspace", e) == -1 ||
		name_items(&r->workspaces, no_workspace, e) == -1 ||
		name_products(&r->products, e) == -1 ||
		name_items(&r->people, "Nobody known", e) == -1)
		return -1;
	for (size_t i = 0; i < r->key_ids.n; i++)
		if (name(&r->keys[i].name, r->keys[i].id, "Console", e) == -1)
			return -1;
	for (size_t i = 0; i < r->user_ids.n; i++)
		if (name(&r->users[i].name, r->users[i].id, "", e) == -1)
			return -1;
	return 0;
}

/* ---- sums --------------------------------------------------------------------------- */

static money
cost_of(const struct report *r, int64_t from, int64_t to)
{
	money sum = 0;

	for (int64_t day = from < r->scan ? r->scan : from; day < to && day <= r->last; day++)
		sum += r->days[day - r->scan].cost;
	return sum;
}

/* Tokens of the days, and of them those of input and those read from a cache. */
static int64_t
tokens_of(const struct report *r, int64_t from, int64_t to, int64_t *input, int64_t *cached)
{
	int64_t sum = 0;

	*input = *cached = 0;
	for (int64_t day = from < r->scan ? r->scan : from; day < to && day <= r->last; day++)
		for (size_t t = 0; t < TOKEN_KINDS; t++) {
			int64_t n = r->days[day - r->scan].tokens[t];

			sum += n;
			*input += t == TOKEN_OUTPUT ? 0 : n;
			*cached += t == TOKEN_READ ? n : 0;
		}
	return sum;
}

static int
is_active(const struct report *r, const struct report_user *u, int64_t from, int64_t to)
{
	for (int64_t day = from < r->scan ? r->scan : from; day < to && day <= r->last; day++)
		if ((u->days[(day - r->scan) / 64] >> (day - r->scan) % 64 & 1) != 0)
			return 1;
	return 0;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * What is spent, and for each day left of the month the mean of its weekday over the last
 * four weeks: as in the view ant_spend_month.
 */
static void
forecast(struct report *r)
{
	int64_t left = r->next_month - r->as_of, known = r->as_of - r->first_cost;
	money rest = 0;

	r->forecast = r->spent;
	if (left <= 0 || r->first_cost == 0 || known <= 0)
		return;
	if (known < BEFORE) {
		r->forecast += cost_of(r, r->first_cost, r->as_of) / known * left;
		return;
	}
	for (int64_t day = r->as_of - BEFORE; day < r->as_of; day++) {
		int64_t offset = (day - r->as_of + BEFORE) % 7, times = (left - offset + 6) / 7;

		rest += cost_of(r, day, day + 1) * times;
	}
	r->forecast += rest / 4;
}

static void
key_figures(struct report *r)
{
	int64_t usage = least(r->usage_end, r->open), claude = least(r->claude_end, r->open);

	r->period = cost_of(r, r->first, r->last + 1);
	r->spent = cost_of(r, r->month, least(r->as_of, r->next_month));
	r->spent_last_month = cost_of(r, r->last_month, r->month);
	r->last30 = cost_of(r, r->as_of - 30, r->as_of);
	r->prior30 = cost_of(r, r->as_of - 60, r->as_of - 30);
	forecast(r);
	r->tokens30 = tokens_of(r, usage - 30, usage, &r->input30, &r->read30);
	r->tokens_prior30 =
		tokens_of(r, usage - 60, usage - 30, &r->input_prior30, &r->read_prior30);
	for (size_t i = 0; i < r->user_ids.n; i++) {
		const struct report_user *u = &r->users[i];

		r->users30 += is_active(r, u, claude - 30, claude);
		r->users_prior30 += is_active(r, u, claude - 60, claude - 30);
		for (int64_t day = r->scan; day <= r->last; day++)
			r->days[day - r->scan].users += is_active(r, u, day, day + 1);
	}
}

/* ---- days that stand out -------------------------------------------------------------- */

static int
by_money(const void *a, const void *b)
{
	const money *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static money
median(money *v, size_t n)
{
	qsort(v, n, sizeof *v, by_money);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* DAILY is by day of the scan; NULL: all cost. */
static money
cost_at(const struct report *r, const money *daily, int64_t day)
{
	return daily != NULL ? daily[day - r->scan] : r->days[day - r->scan].cost;
}

static int
is_weekend(int64_t day)
{
	return (day + 3) % 7 >= 5; /* 1970-01-01 was a Thursday */
}

/* To V the costs of the days of the same kind, of the four weeks before DAY and from FIRST on. */
static size_t
days_like(const struct report *r, const money *daily, int64_t first, int64_t day, money v[BEFORE])
{
	size_t n = 0;

	for (int64_t d = day - BEFORE; d < day; d++)
		if (d >= r->scan && d >= first && d <= r->last && is_weekend(d) == is_weekend(day))
			v[n++] = cost_at(r, daily, d);
	return n;
}

/*
 * Compare a day with those of its kind, working days or weekends, of the four weeks before:
 * it stands out where it is further from their median than 3.5 standard deviations as the
 * median of the distances tells them (times 1.4826), and by a fifth and by ten dollars.
 */
static int
stands_out(const struct report *r, const money *daily, int64_t day, money *usual)
{
	money v[BEFORE], cost = cost_at(r, daily, day), spread, distance;
	size_t n = days_like(r, daily, r->scan, day, v);

	if (n < 6)
		return 0;
	*usual = median(v, n);
	for (size_t i = 0; i < n; i++)
		v[i] = v[i] < *usual ? *usual - v[i] : v[i] - *usual;
	spread = median(v, n);
	distance = cost < *usual ? *usual - cost : cost - *usual;
	return *usual > 0 && distance > spread * 519 / 100 && distance > *usual / 5 &&
	       distance > 1000 * MONEY_CENT;
}

int
report_usual(const struct report *r, int64_t day, money *usual)
{
	money v[BEFORE];
	size_t n = days_like(r, NULL, r->first_cost, day, v);

	if (n < 3)
		return 0;
	*usual = median(v, n);
	return 1;
}

static int
add_odd(struct report *r, const money *daily, int what, const char *of, struct ant_err *e)
{
	int64_t end = least(r->as_of, r->last + 1);

	for (int64_t day = r->first; day < end; day++) {
		struct report_odd *v;
		money usual;

		/* Days before the first with any cost are no measure of anything. */
		if (day - r->first_cost < 14 || !stands_out(r, daily, day, &usual))
			continue;
		if ((v = realloc(r->odd, (r->nodd + 1) * sizeof *v)) == NULL)
			return no_memory(e);
		r->odd = v;
		r->odd[r->nodd++] =
			(struct report_odd){day, what, of, cost_at(r, daily, day), usual};
	}
	return 0;
}

static int
add_odd_items(struct report *r, const struct report_items *s, int what, struct ant_err *e)
{
	for (size_t i = 0; i < s->ids.n; i++)
		if (s->v[i].daily != NULL && add_odd(r, s->v[i].daily, what, s->v[i].name, e) == -1)
			return -1;
	return 0;
}

static money
oddness(const struct report_odd *o)
{
	return o->cost < o->usual ? o->usual - o->cost : o->cost - o->usual;
}

static int
by_oddness(const void *a, const void *b)
{
	const struct report_odd *x = a, *y = b;
	money dx = oddness(x), dy = oddness(y);

	if (dx != dy)
		return dx > dy ? -1 : 1;
	return x->day != y->day ? (x->day > y->day ? -1 : 1) : x->what - y->what;
}

static int
by_day(const void *a, const void *b)
{
	const struct report_odd *x = a, *y = b;

	if (x->day != y->day)
		return x->day > y->day ? -1 : 1;
	return by_oddness(a, b);
}

static int
find_odd(struct report *r, struct ant_err *e)
{
	if (add_odd(r, NULL, 0, "", e) == -1 || add_odd_items(r, &r->models, 1, e) == -1 ||
		(advice_has_workspaces(r) && add_odd_items(r, &r->workspaces, 2, e) == -1))
		return -1;
	if (r->nodd == 0)
		return 0;
	/* The largest ones, the latest first. */
	qsort(r->odd, r->nodd, sizeof *r->odd, by_oddness);
	r->nodd = r->nodd > ODD_MAX ? ODD_MAX : r->nodd;
	qsort(r->odd, r->nodd, sizeof *r->odd, by_day);
	return 0;
}

/* ---- currencies --------------------------------------------------------------------- */

static int
by_currency(const void *a, const void *b)
{
	const struct report *x = *(const struct report *const *)a,
			    *y = *(const struct report *const *)b;

	return strcmp(x->currency.code, y->currency.code);
}

size_t
report_currencies(const struct report *r, const struct report *to[REPORT_CURRENCIES_MAX])
{
	size_t n = 0;

	for (; r != NULL && n < REPORT_CURRENCIES_MAX; r = r->next)
		to[n++] = r;
	qsort(to + 1, n - 1, sizeof *to, by_currency);
	return n;
}

money
report_budget(const struct report *r)
{
	return currency_is_usd(&r->currency) ? r->o.budget : -1;
}

int
report_derive(struct report *r, struct ant_err *e)
{
	key_figures(r);
	if (r->nkinds > 0)
		qsort(r->kinds, r->nkinds, sizeof *r->kinds, by_total);
	if (name_all(r, e) == -1 || order_items(&r->models, e) == -1 ||
		order_items(&r->workspaces, e) == -1 || order_items(&r->people, e) == -1 ||
		order_items(&r->products, e) == -1 || order_keys(r, e) == -1 ||
		order_users(r, e) == -1)
		return -1;
	return r->first_cost > 0 ? find_odd(r, e) : 0;
}
