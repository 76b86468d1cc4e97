#include "sim/cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/plant.h"

/* What a hash is for, apart from those of the other modules. */
enum { OF_LINE = 105, OF_TEXT };

enum { C_WORKSPACE, C_KIND, C_MODEL, C_TYPE, C_TIER, C_WINDOW, C_GEO, C_INTS };

struct sim_cost_entry {
	int stream, count, workspace; /* stream -1: of the workspace itself */
	size_t group;
	uint64_t price;
	enum sim_cost_kind kind;
};

uint64_t
sim_cost_price(const struct sim_stream *st, enum sim_count c)
{
	const struct sim_model *m = &sim_models[st->dim[SIM_MODEL]];
	uint64_t p = c == SIM_OUTPUT ? m->output : m->input;
	int tier = st->dim[SIM_TIER];

	if (c == SIM_SEARCH)
		return 10000000000; /* 10 $ a thousand */
	p = c == SIM_READ	 ? p / 10
	    : c == SIM_CREATE_5M ? p * 5 / 4
	    : c == SIM_CREATE_1H ? p * 2
				 : p;
	if (st->dim[SIM_WINDOW] == SIM_WIDE)
		p = c == SIM_OUTPUT ? p * 3 / 2 : p * 2;
	if (tier == SIM_BATCHED || tier == SIM_FLEX || tier == SIM_FLEX_DISCOUNT)
		p /= 2;
	if (st->dim[SIM_SPEED] == SIM_FAST)
		p *= 6;
	return st->dim[SIM_GEO] == SIM_US ? p * 11 / 10 : p;
}

uint64_t
sim_cost_tick(enum sim_cost_kind kind, size_t workspace)
{
	/* 5 cents an hour by 3 minutes, 8 cents an hour by 45 seconds. */
	if (kind == SIM_COST_CODE)
		return workspace % 2 == 1 ? 2500000000 : 0;
	return workspace % 3 == 0 ? 1000000000 : 0;
}

static int
add_entry(struct sim_cost *c, struct sim_cost_entry en, const int detail[C_INTS])
{
	int key[C_INTS];

	for (int i = 0; i < C_INTS; i++)
		key[i] = -1;
	if (c->by_description)
		memcpy(key, detail, C_INTS * sizeof *key);
	key[C_WORKSPACE] = c->by_workspace ? en.workspace : -1;
	if (c->nentries == c->cap)
		return -1;
	en.group = sim_groups_number(&c->groups, key);
	c->entries[c->nentries++] = en;
	return 0;
}

static void
add_stream_entries(struct sim_cost *c, size_t i)
{
	const struct sim_stream *st = &c->s->streams[i];

	if (st->dim[SIM_TIER] == SIM_PRIORITY) /* never in the report: it is paid by commitment */
		return;
	for (int n = 0; n < SIM_COUNTS; n++) {
		int search = n == SIM_SEARCH;
		int detail[C_INTS] = {-1, search ? SIM_COST_SEARCH : SIM_COST_TOKENS,
			st->dim[SIM_MODEL], n,
			st->dim[SIM_TIER] == SIM_BATCHED ? SIM_BATCHED : SIM_STANDARD,
			st->dim[SIM_WINDOW], st->dim[SIM_GEO]};
		struct sim_cost_entry en = {(int)i, n, st->dim[SIM_WORKSPACE], 0,
			sim_cost_price(st, (enum sim_count)n),
			search ? SIM_COST_SEARCH : SIM_COST_TOKENS};

		if (st->base[n] == 0)
			continue;
		for (int d = C_MODEL; search && d < C_INTS; d++)
			detail[d] = -1;
		add_entry(c, en, detail);
	}
}

int
sim_cost_open(struct sim_cost *c, const struct sim *s, int by_workspace, int by_description,
	struct ant_err *e)
{
	memset(c, 0, sizeof *c);
	c->s = s;
	c->by_workspace = by_workspace;
	c->by_description = by_description;
	c->cap = s->nstreams * SIM_COUNTS + s->org.nworkspaces * 2;
	c->entries = calloc(c->cap, sizeof *c->entries);
	if (c->entries == NULL || sim_groups_init(&c->groups, c->cap, C_INTS) == -1)
		goto err;
	for (size_t i = 0; i < s->nstreams; i++)
		add_stream_entries(c, i);
	for (size_t w = 0; w < s->org.nworkspaces; w++)
		for (int kind = SIM_COST_CODE; kind <= SIM_COST_SESSION; kind++) {
			const int detail[C_INTS] = {-1, kind, -1, -1, -1, -1, -1};
			struct sim_cost_entry en = {-1, 0, (int)w, 0, 0, (enum sim_cost_kind)kind};

			en.price = sim_cost_tick(en.kind, w);
			if (en.price > 0)
				add_entry(c, en, detail);
		}
	c->sum = calloc(c->groups.ids.n + 1, sizeof *c->sum);
	if (c->sum == NULL)
		goto err;
	return 0;
err:
	sim_cost_close(c);
	return err_set(e, ANT_FAIL, "out of memory for a report");
}

void
sim_cost_close(struct sim_cost *c)
{
	sim_groups_free(&c->groups);
	free(c->entries);
	free(c->sum);
	memset(c, 0, sizeof *c);
}

uint64_t
sim_cost_ticks(const struct sim *s, enum sim_cost_kind kind, size_t workspace, int64_t day)
{
	uint64_t h =
		sim_hash(s->config.seed, OF_LINE + (uint64_t)kind * 1000, workspace, (uint64_t)day);
	uint64_t n = h % 3 == 0 || day < s->first_day || sim_quiet(s, day) ? 0 : 1 + (h >> 8) % 700;

	for (const struct sim_revision *r = sim_revised(s, day, NULL); r != NULL;
		r = sim_revised(s, day, r))
		n = n * r->permille / 1000;
	return n;
}

/* What this report alone tells of the day. */
static void
plant(struct sim_cost *c)
{
	enum sim_report report =
		c->by_workspace || c->by_description ? SIM_COST_REPORT : SIM_COST_TOTAL;
	size_t n = 0;

	for (size_t g = 0; g < c->groups.ids.n && c->s->nplants > 0; g++)
		if (c->sum[g] > 0)
			c->sum[g] = c->sum[g] * sim_planted(c->s, report, c->day, ++n) / 1000;
}

void
sim_cost_day(struct sim_cost *c, int64_t day)
{
	const struct sim *s = c->s;
	uint64_t counts[SIM_COUNTS];
	int have = -1, silent = sim_quiet(s, day) || day < s->first_day;

	c->day = day;
	memset(c->sum, 0, c->groups.ids.n * sizeof *c->sum);
	for (size_t i = 0; i < c->nentries && !silent; i++) {
		const struct sim_cost_entry *en = &c->entries[i];

		if (en->stream >= 0 && en->stream != have) {
			sim_day_counts(s, (size_t)en->stream, day, counts);
			have = en->stream;
		}
		c->sum[en->group] +=
			(sim_units)(en->stream >= 0 ? counts[en->count]
						    : sim_cost_ticks(s, en->kind,
							      (size_t)en->workspace, day)) *
			en->price;
	}
	plant(c);
}

void
sim_money(char to[SIM_MONEY], sim_units units, int decimals)
{
	char digits[SIM_MONEY];
	size_t n = 0, at = 0, keep;

	while (units > 0 || n < 11) {
		digits[n++] = (char)('0' + (int)(units % 10));
		units /= 10;
	}
	for (keep = 10; keep > (size_t)decimals && digits[10 - keep] == '0';)
		keep--;
	while (n > 10)
		to[at++] = digits[--n];
	if (keep > 0)
		to[at++] = '.';
	for (size_t i = 0; i < keep; i++)
		to[at++] = digits[--n];
	to[at] = '\0';
}

int
sim_cost_row(const struct sim_cost *c, size_t g, struct sim_cost_row *row)
{
	static const char *const kinds[] = {
		"tokens", "web_search", "code_execution", "session_usage"};
	static const char *const types[] = {"uncached_input_tokens", "cache_read_input_tokens",
		"cache_creation.ephemeral_5m_input_tokens",
		"cache_creation.ephemeral_1h_input_tokens", "output_tokens"};
	static const char *const what[] = {"Input Tokens", "Input Tokens, Cache Hit",
		"Input Tokens, Cache Write", "Input Tokens, Cache Write", "Output Tokens"};
	static const char *const lines[] = {
		"", "Web Search Usage", "Code Execution Usage", "Managed Agents Session Usage"};
	const int *k = sim_groups_key(&c->groups, g);
	uint64_t h = sim_hash(c->s->config.seed, OF_TEXT, (uint64_t)c->day, g);

	memset(row, 0, sizeof *row);
	if (c->sum[g] == 0)
		return 0;
	utc_format(c->day * UTC_DAY, row->start);
	utc_format((c->day + 1) * UTC_DAY, row->end);
	/* The API's amounts have as many decimals as they like. */
	sim_money(row->amount, c->sum[g], h % 5 == 0 ? 6 : h % 5 == 1 ? 2 : 0);
	row->workspace = sim_dim_text(c->s, SIM_WORKSPACE, k[C_WORKSPACE]);
	if (k[C_KIND] < 0)
		return 1;
	row->cost_type = kinds[k[C_KIND]];
	if (k[C_KIND] != SIM_COST_TOKENS) {
		snprintf(row->description, sizeof row->description, "%s", lines[k[C_KIND]]);
		return 1;
	}
	snprintf(row->description, sizeof row->description, "%s Usage - %s",
		sim_models[k[C_MODEL]].label, what[k[C_TYPE]]);
	row->model = sim_models[k[C_MODEL]].id;
	row->token_type = types[k[C_TYPE]];
	row->tier = sim_dim_text(c->s, SIM_TIER, k[C_TIER]);
	row->window = sim_dim_text(c->s, SIM_WINDOW, k[C_WINDOW]);
	row->geo = sim_dim_text(c->s, SIM_GEO, k[C_GEO]);
	return 1;
}
