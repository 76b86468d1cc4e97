#include "sim/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/plant.h"

enum { OF_DECIMALS = 110 };

struct sim_tally_entry {
	size_t use, group;
};

/* The rows that a group has: what of its cost each holds, and for which of the two dimensions. */
enum { WHOLE = 1, BY_COST = 2, BY_TOKEN = 4, BY_BOTH = 8 };

static const struct {
	const char *cost_type, *token_type;
	int first, last; /* parts of the cost */
	unsigned when;
} rows[SIM_TALLY_ROWS] = {
	{NULL, NULL, 0, SIM_COST_PARTS - 1, WHOLE},
	{"tokens", NULL, SIM_UNCACHED, SIM_OUTPUT, BY_COST},
	{"tokens", "uncached_input_tokens", SIM_UNCACHED, SIM_UNCACHED, BY_TOKEN | BY_BOTH},
	{"tokens", "cache_read_input_tokens", SIM_READ, SIM_READ, BY_TOKEN | BY_BOTH},
	{"tokens", "cache_creation.ephemeral_5m_input_tokens", SIM_CREATE_5M, SIM_CREATE_5M,
		BY_TOKEN | BY_BOTH},
	{"tokens", "cache_creation.ephemeral_1h_input_tokens", SIM_CREATE_1H, SIM_CREATE_1H,
		BY_TOKEN | BY_BOTH},
	{"tokens", "output_tokens", SIM_OUTPUT, SIM_OUTPUT, BY_TOKEN | BY_BOTH},
	{"web_search", NULL, SIM_SEARCH, SIM_SEARCH, BY_COST | BY_BOTH},
	{"code_execution", NULL, SIM_PART_CODE, SIM_PART_CODE, BY_COST | BY_BOTH},
	{"session_usage", NULL, SIM_PART_SESSION, SIM_PART_SESSION, BY_COST | BY_BOTH},
};

/* ---- groups ---- */

/* For each dimension that is filtered, which of its numbers pass; the first is null's. */
struct filter {
	unsigned char *pass[SIM_USE_DIMS];
};

static int
filter_open(struct filter *f, const struct sim_tally *t)
{
	memset(f, 0, sizeof *f);
	for (int d = 0; d < SIM_USE_DIMS; d++) {
		const struct strlist *wanted = &t->ask->wanted[d];
		size_t n = t->u->dims.text[d].n + 1;

		if (wanted->n == 0)
			continue;
		if ((f->pass[d] = calloc(n, 1)) == NULL)
			return -1;
		for (size_t v = 0; v < n; v++)
			for (size_t i = 0; i < wanted->n; i++)
				f->pass[d][v] |= sim_dims_means(&t->u->dims, (enum sim_use_dim)d,
							 (int)v - 1, wanted->v[i])
							 ? 1U
							 : 0U;
	}
	return 0;
}

static void
filter_close(struct filter *f)
{
	for (int d = 0; d < SIM_USE_DIMS; d++)
		free(f->pass[d]);
}

static int
passes(const struct filter *f, int dim, int value)
{
	return f->pass[dim] == NULL || f->pass[dim][value + 1];
}

/* Use I in the group of GROUP, the number of a group of members or -1. */
static int
add_entry(struct sim_tally *t, size_t i, int group)
{
	int key[SIM_USE_DIMS];

	if (t->nentries == t->cap) {
		size_t cap = t->cap == 0 ? 1024 : t->cap * 2;
		struct sim_tally_entry *grown = realloc(t->entries, cap * sizeof *grown);

		if (grown == NULL)
			return -1;
		t->entries = grown;
		t->cap = cap;
	}
	for (int d = 0; d < SIM_USE_DIMS; d++)
		key[d] = t->ask->dims >> d & 1 ? t->u->v[i].dim[d] : -1;
	key[SIM_BY_GROUP] = group;
	t->entries[t->nentries++] = (struct sim_tally_entry){i, sim_groups_number(&t->groups, key)};
	return 0;
}

/* Use I counts in each group that its person is in, where groups are asked for. */
static int
add_use(struct sim_tally *t, const struct filter *f, size_t i)
{
	const struct sim_use *use = &t->u->v[i];
	int identity = use->dim[SIM_BY_ACTOR], by_group = t->ask->dims >> SIM_BY_GROUP & 1;
	size_t groups[SIM_GROUPS_EACH], n = 0, shown = 0;

	if ((t->ask->kinds & use->kind) == 0 ||
		(t->ask->persons && use->dim[SIM_BY_ACTOR_TYPE] != SIM_USER_ACTOR))
		return 0;
	for (int d = 0; d < SIM_USE_DIMS; d++)
		if (d != SIM_BY_GROUP && !passes(f, d, use->dim[d]))
			return 0;
	if (use->dim[SIM_BY_ACTOR_TYPE] == SIM_USER_ACTOR &&
		(by_group || f->pass[SIM_BY_GROUP] != NULL))
		n = sim_people_groups(t->u->s, (size_t)identity, groups);
	for (size_t g = 0; g < n; g++)
		if (passes(f, SIM_BY_GROUP, (int)groups[g]))
			groups[shown++] = groups[g];
	if (shown == 0 && !passes(f, SIM_BY_GROUP, -1))
		return 0;
	if (shown == 0 || !by_group)
		return add_entry(t, i, -1);
	for (size_t g = 0; g < shown; g++)
		if (add_entry(t, i, (int)groups[g]) == -1)
			return -1;
	return 0;
}

int
sim_tally_open(
	struct sim_tally *t, const struct sim_uses *u, const struct sim_ask *ask, struct ant_err *e)
{
	struct filter f;
	size_t n;

	memset(t, 0, sizeof *t);
	t->u = u;
	t->ask = ask;
	t->day = INT64_MIN;
	if (filter_open(&f, t) == -1 ||
		sim_groups_init(&t->groups, u->n * SIM_GROUPS_EACH, SIM_USE_DIMS) == -1)
		goto err;
	for (size_t i = 0; i < u->n; i++)
		if (add_use(t, &f, i) == -1)
			goto err;
	n = t->groups.ids.n + 1;
	t->sums = calloc(n, sizeof *t->sums);
	t->touched = calloc(n, sizeof *t->touched);
	t->seen = calloc(n, 1);
	t->rank = calloc(n, sizeof *t->rank);
	t->values = calloc(u->n * SIM_USE_COUNTS + 1, sizeof *t->values);
	if (t->sums == NULL || t->touched == NULL || t->seen == NULL || t->rank == NULL ||
		t->values == NULL)
		goto err;
	filter_close(&f);
	return 0;
err:
	filter_close(&f);
	sim_tally_close(t);
	return err_set(e, ANT_FAIL, "out of memory for a report");
}

void
sim_tally_close(struct sim_tally *t)
{
	sim_groups_free(&t->groups);
	free(t->entries);
	free(t->sums);
	free(t->touched);
	free(t->seen);
	free(t->rank);
	free(t->values);
	memset(t, 0, sizeof *t);
}

/* ---- sums ---- */

/* Use I has COUNT more of C in the sums of its group. */
static void
add_count(struct sim_sum *sum, const struct sim_use *use, int c, uint64_t count)
{
	int part = c == SIM_TICKS && use->ticks == SIM_COST_SESSION ? SIM_PART_SESSION : c;

	sum->n[c] += count;
	if (c == SIM_REQUESTS)
		return;
	sum->list[part] += (sim_units)count * use->list[c];
	sum->paid[part] += (sim_units)count * use->paid[c];
}

static void
add_day(struct sim_tally *t, int64_t day, int64_t from, int64_t to)
{
	uint64_t low[SIM_PROFILES], high[SIM_PROFILES], all[SIM_PROFILES];

	for (size_t i = 0; i < t->nentries && t->day != day; i++)
		if (i == 0 || t->entries[i].use != t->entries[i - 1].use)
			sim_uses_day(t->u, t->entries[i].use, day,
				t->values + t->entries[i].use * SIM_USE_COUNTS);
	t->day = day;
	for (int p = 0; p < SIM_PROFILES; p++) {
		low[p] = sim_model_share(p, from);
		high[p] = sim_model_share(p, to);
		all[p] = sim_model_share(p, SIM_DAY_MINUTES);
	}
	for (size_t i = 0; i < t->nentries; i++) {
		const struct sim_tally_entry *en = &t->entries[i];
		const struct sim_use *use = &t->u->v[en->use];
		const uint64_t *v = t->values + en->use * SIM_USE_COUNTS;
		struct sim_sum *sum = &t->sums[en->group];
		int p = use->profile, any = 0;

		for (int c = 0; c < SIM_USE_COUNTS && low[p] < high[p]; c++) {
			uint64_t n = v[c] * high[p] / all[p] - v[c] * low[p] / all[p];

			any |= n > 0;
			if (n > 0)
				add_count(sum, use, c, n);
		}
		if (any && use->dim[SIM_BY_PRODUCT] == SIM_DESIGN)
			sum->unknown = 1;
		if (any && !t->seen[en->group]) {
			t->seen[en->group] = 1;
			t->touched[t->ntouched++] = en->group;
		}
	}
}

static sim_units
metric(const struct sim_sum *sum, enum sim_metric m)
{
	sim_units total = 0;

	for (int p = 0; p < SIM_COST_PARTS && m >= SIM_AMOUNT; p++)
		total += m == SIM_AMOUNT ? sum->paid[p] : sum->list[p];
	for (int c = 0; c < SIM_SEARCH && m == SIM_TOTAL_TOKENS; c++)
		total += sum->n[c];
	return m == SIM_OUTPUT_TOKENS	  ? sum->n[SIM_OUTPUT]
	       : m == SIM_UNCACHED_TOKENS ? sum->n[SIM_UNCACHED]
	       : m == SIM_METRIC_REQUESTS ? sum->n[SIM_REQUESTS]
					  : total;
}

/* 1 where the group has a row at all. */
static int
counts(const struct sim_tally *t, const struct sim_sum *sum)
{
	for (int c = 0; c < SIM_USE_COUNTS && !t->ask->money; c++)
		if (c != SIM_TICKS && sum->n[c] > 0)
			return 1;
	return t->ask->money && metric(sum, SIM_LIST_AMOUNT) > 0;
}

int
sim_tally_compare(const void *a, const void *b)
{
	const struct sim_rank *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return x->group < y->group ? -1 : x->group > y->group;
}

/* The groups that have a row, in their order. */
static void
rank(struct sim_tally *t)
{
	t->nrank = 0;
	for (size_t i = 0; i < t->ntouched; i++) {
		const struct sim_sum *sum = &t->sums[t->touched[i]];
		sim_units key = metric(sum, t->ask->metric);

		if (counts(t, sum))
			t->rank[t->nrank++] =
				(struct sim_rank){t->ask->ascending ? key : ~key, 0, t->touched[i]};
	}
	if (t->nrank > 1)
		qsort(t->rank, t->nrank, sizeof *t->rank, sim_tally_compare);
}

static void
multiply(struct sim_sum *sum, uint64_t permille)
{
	for (size_t c = 0; c < SIM_USE_COUNTS; c++)
		sum->n[c] = sum->n[c] * permille / 1000;
	for (size_t p = 0; p < SIM_COST_PARTS; p++) {
		sum->paid[p] = sum->paid[p] * permille / 1000;
		sum->list[p] = sum->list[p] * permille / 1000;
	}
}

/* What this report alone tells of DAY. */
static void
plant(struct sim_tally *t, int64_t day)
{
	const unsigned split = 1U << SIM_BY_COST_TYPE | 1U << SIM_BY_TOKEN_TYPE;
	int total = (t->ask->dims & ~split) == 0;
	enum sim_report report = t->ask->money
					 ? total ? SIM_ANALYTICS_COST_TOTAL : SIM_ANALYTICS_COST
				 : total ? SIM_ANALYTICS_USAGE_TOTAL
					 : SIM_ANALYTICS_USAGE;

	for (size_t i = 0; i < t->nrank; i++)
		multiply(&t->sums[t->rank[i].group], sim_planted(t->u->s, report, day, i + 1));
	rank(t);
}

void
sim_tally_range(struct sim_tally *t, int64_t from, int64_t to)
{
	int64_t fresh = sim_uses_fresh(t->u->s), end = to > fresh ? fresh : to;

	for (size_t i = 0; i < t->ntouched; i++) {
		memset(&t->sums[t->touched[i]], 0, sizeof *t->sums);
		t->seen[t->touched[i]] = 0;
	}
	t->ntouched = 0;
	for (int64_t at = from, next; at < end; at = next) {
		int64_t day = utc_floor(at, UTC_DAY) / UTC_DAY, start = day * UTC_DAY;

		next = start + UTC_DAY < end ? start + UTC_DAY : end;
		add_day(t, day, (at - start) / 60, (next - start) / 60);
	}
	rank(t);
	if (t->u->s->nplants > 0 && t->ask->kinds == SIM_USE_ALL && to - from == UTC_DAY)
		plant(t, from / UTC_DAY);
}

/* ---- rows ---- */

/* The cost of parts FIRST to LAST to the row; 0 where there is none. */
static int
put_money(const struct sim_tally *t, const struct sim_sum *sum, size_t i, uint64_t salt,
	struct sim_use_row *row)
{
	uint64_t h = sim_hash(t->u->s->config.seed, OF_DECIMALS, salt, i);
	int decimals = h % 5 == 0 ? 6 : h % 5 == 1 ? 2 : 0;
	sim_units paid = 0, list = 0;

	for (int p = rows[i].first; p <= rows[i].last; p++) {
		paid += sum->paid[p];
		list += sum->list[p];
	}
	sim_money(row->amount, paid, decimals);
	sim_money(row->list, list, decimals);
	return list > 0;
}

static void
put_dims(const struct sim_tally *t, size_t group, int64_t end, struct sim_use_row *row)
{
	const int *key = sim_groups_key(&t->groups, group);
	int64_t day = utc_floor(end - 1, UTC_DAY) / UTC_DAY;
	int identity = key[SIM_BY_ACTOR];

	for (int d = 0; d < SIM_USE_DIMS; d++)
		row->dim[d] = sim_dims_text(&t->u->dims, (enum sim_use_dim)d, key[d]);
	if (!t->ask->persons && identity >= 0 && sim_uses_hidden(t->u, identity, day))
		identity = -1;
	row->actor = sim_people_who(t->u->s, sim_dims_who(&t->u->dims, identity));
	row->actor_type = row->actor.type != NULL ? row->actor.type : row->dim[SIM_BY_ACTOR_TYPE];
}

int
sim_tally_row(const struct sim_tally *t, size_t group, const struct sim_sum *sum, int64_t start,
	int64_t end, size_t i, struct sim_use_row *row)
{
	unsigned split = t->ask->dims >> SIM_BY_COST_TYPE & 1,
		 token = t->ask->dims >> SIM_BY_TOKEN_TYPE & 1;

	if ((rows[i].when & 1U << (split | token << 1)) == 0)
		return 0;
	if (t->ask->money && !put_money(t, sum, i, group * 131 + (uint64_t)start / 60, row))
		return 0;
	put_dims(t, group, end, row);
	utc_format(start, row->start);
	utc_format(end, row->end);
	row->currency = "USD";
	row->dim[SIM_BY_COST_TYPE] = rows[i].cost_type;
	row->dim[SIM_BY_TOKEN_TYPE] = rows[i].token_type;
	row->total = 0;
	for (int c = 0; c < SIM_USE_COUNTS; c++) {
		row->n[c] = (int64_t)sum->n[c];
		row->total += c < SIM_SEARCH ? row->n[c] : 0;
	}
	row->requests = sum->unknown || split || token ? -1 : row->n[SIM_REQUESTS];
	return 1;
}
