#include "sim/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/plant.h"

/* What a hash is for, apart from those of the other modules; the next two as well. */
enum { OF_CODE = 107 };

const char *const sim_tools[SIM_TOOLS] = {
	"edit_tool", "multi_edit_tool", "write_tool", "notebook_edit_tool", "web_fetch_tool"};

enum { ROWS_AN_ACTOR = 3 };

/* The first of the streams, which are side by side, of an actor in Claude Code's workspace; -1: none. */
struct billed {
	long *stream; /* of users, then of keys */
};

static int
is_of(const struct sim *s, const struct sim_stream *st, size_t actor, int is_key)
{
	return st->dim[SIM_WORKSPACE] == sim_org_claude(&s->org) &&
	       st->dim[is_key ? SIM_KEY : SIM_ACCOUNT] == (int)actor;
}

/* Return 0, or -1 without memory. */
static int
find_billed(struct billed *b, const struct sim *s)
{
	size_t actors = s->org.nusers + s->org.nkeys;

	if ((b->stream = malloc(actors * sizeof *b->stream)) == NULL)
		return -1;
	for (size_t i = 0; i < actors; i++)
		b->stream[i] = -1;
	for (size_t i = s->nstreams; i-- > 0;) {
		const struct sim_stream *st = &s->streams[i];
		int account = st->dim[SIM_ACCOUNT], key = st->dim[SIM_KEY];

		if (account >= 0 && is_of(s, st, (size_t)account, 0))
			b->stream[account] = (long)i;
		else if (key >= 0 && is_of(s, st, (size_t)key, 1))
			b->stream[s->org.nusers + (size_t)key] = (long)i;
	}
	return 0;
}

/* 1 where the user or key I uses Claude Code at all, without a stream of its own there. */
static int
uses_code(const struct sim *s, size_t i, int is_key)
{
	if (is_key) /* ci-review and claude_code_ci among them */
		return i % 5 == 3 || i == 9 || i == 12;
	if (strcmp(s->org.users[i].role, "billing") == 0)
		return 0;
	return i < 4 || sim_hash(s->config.seed, OF_CODE, i, 7) % 10 < 5;
}

static void
code_model(const struct sim *s, struct sim_code *r, uint64_t h, int model)
{
	struct sim_code_model *m = &r->models[r->nmodels++];

	m->model = sim_models[model].id;
	m->input = 500 + h % 90000;
	m->output = 100 + (h >> 12) % 40000;
	m->read = (h >> 20) % 7 == 0 ? 0 : (h >> 24) % 4000000;
	m->create = (h >> 40) % 200000;
	if (r->is_key && (h >> 50) % 5 == 0)
		m->read += 5000000000; /* a machine that reads all day */
	for (const struct sim_revision *v = sim_revised(s, r->day, NULL); v != NULL;
		v = sim_revised(s, r->day, v)) {
		m->input = m->input * v->permille / 1000;
		m->output = m->output * v->permille / 1000;
		m->read = m->read * v->permille / 1000;
		m->create = m->create * v->permille / 1000;
	}
	m->units = (sim_units)m->input * sim_models[model].input +
		   (sim_units)m->output * sim_models[model].output +
		   (sim_units)m->read * (sim_models[model].input / 10) +
		   (sim_units)m->create * (sim_models[model].input * 5 / 4);
	/* An estimate: four decimals at most, often whole cents. */
	m->units -= m->units % (h % 3 == 0 ? 1000000 : 10000000000);
	sim_money(m->cost, m->units, 0);
}

static struct sim_code_model *
model_entry(struct sim_code *r, const char *id)
{
	for (size_t i = 0; i < r->nmodels; i++)
		if (r->models[i].model == id)
			return &r->models[i];
	r->models[r->nmodels].model = id;
	return &r->models[r->nmodels++];
}

/* The part PART of PARTS of what an actor's streams, from the number FIRST on, did on the day. */
static void
billed_models(const struct sim *s, struct sim_code *r, size_t actor, size_t first, uint64_t part,
	uint64_t parts)
{
	uint64_t all[SIM_COUNTS], n[SIM_COUNTS];

	for (size_t i = first; i < s->nstreams && is_of(s, &s->streams[i], actor, r->is_key); i++) {
		const struct sim_stream *st = &s->streams[i];
		struct sim_code_model *m;
		uint64_t any = 0;

		sim_day_counts(s, i, r->day, all);
		for (int c = 0; c < SIM_SEARCH; c++) {
			n[c] = all[c] * (part + 1) / parts - all[c] * part / parts;
			any |= n[c];
		}
		if (any == 0)
			continue;
		m = model_entry(r, sim_models[st->dim[SIM_MODEL]].id);
		m->input += n[SIM_UNCACHED];
		m->output += n[SIM_OUTPUT];
		m->read += n[SIM_READ];
		m->create += n[SIM_CREATE_5M] + n[SIM_CREATE_1H];
		for (int c = 0; c < SIM_SEARCH && st->dim[SIM_TIER] != SIM_PRIORITY; c++)
			m->units += (sim_units)n[c] * sim_cost_price(st, (enum sim_count)c);
	}
	for (size_t i = 0; i < r->nmodels; i++)
		sim_money(r->models[i].cost, r->models[i].units, 0);
}

/* 1 where the streams from FIRST on of an actor have tokens on DAY. */
static int
is_billed(const struct sim *s, size_t actor, int is_key, size_t first, int64_t day)
{
	struct sim_code r = {.day = day, .is_key = is_key};

	billed_models(s, &r, actor, first, 0, 1);
	return r.nmodels > 0;
}

static void
code_tools(struct sim_code *r, uint64_t h)
{
	for (size_t t = 0; t < SIM_TOOLS; t++) {
		/* Some records lack a tool, some have one that is new, some have none. */
		int present =
			h % 17 != 0 && (t + 1 < SIM_TOOLS ? (h >> t * 4) % 8 != 0 : h % 11 == 0);

		r->tools[t].accepted = present ? (int64_t)((unsigned)(h >> (t * 5 + 8)) % 60) : -1;
		r->tools[t].rejected = present ? (int64_t)((unsigned)(h >> (t * 5 + 20)) % 9) : -1;
	}
}

static void
code_row(const struct sim *s, struct sim_code *r, size_t actor, int is_key, size_t j)
{
	static const char *const terminals[] = {
		"vscode", "iTerm.app", "tmux", "cursor", "WezTerm", "Apple_Terminal", "ghostty"};
	static const int choice[] = {SIM_OPUS, SIM_SONNET, SIM_HAIKU};
	uint64_t a = sim_hash(s->config.seed, OF_CODE, actor * 2 + (size_t)is_key, 1);
	uint64_t h = sim_hash(s->config.seed, OF_CODE + 1,
		(actor * 2 + (size_t)is_key) * ROWS_AN_ACTOR + j, (uint64_t)r->day);
	int old = r->day < utc_days(2026, 8, 1); /* is_remote came then */
	size_t n = is_key ? 1 + h % 2 : h % 9 == 0 ? 0 : 1 + h % SIM_MODELS_A_DAY;

	r->actor = is_key ? s->org.keys[actor].head.name : s->org.users[actor].email;
	r->is_key = is_key;
	/* Row 1 differs from row 0 in is_remote alone, row 2 in its terminal. */
	r->terminal = j == 2 ? (a % 4 == 0	    ? ""
				       : a % 4 == 1 ? NULL
						    : terminals[a % 6 + 1])
			     : terminals[a % 7 == 6 ? 0 : a % 6];
	r->customer = is_key || r->billed ? "api" : "subscription";
	r->subscription = strcmp(r->customer, "api") == 0 || old ? NULL
			  : a % 2 == 0				 ? "enterprise"
								 : "team";
	r->remote = old ? -1 : j == 1;
	r->sessions = 1 + (unsigned)h % 8;
	r->added = (unsigned)(h >> 5) % 1800;
	r->removed = (unsigned)(h >> 16) % 700;
	r->commits = (unsigned)(h >> 26) % 14;
	r->requests = (unsigned)(h >> 30) % 5;
	code_tools(r, h >> 3);
	for (size_t m = 0; m < n && !r->billed; m++)
		code_model(s, r, sim_hash(h, m, 0, 0), choice[(a + m) % 3]);
}

/* How many records an actor has on DAY, as bits: bit 0 local, 1 remote, 2 another terminal. */
static unsigned
code_rows(const struct sim *s, size_t actor, int is_key, int64_t day)
{
	uint64_t h =
		sim_hash(s->config.seed, OF_CODE + 2, actor * 2 + (size_t)is_key, (uint64_t)day);
	int weekend = (day + 3) % 7 >= 5, old = day < utc_days(2026, 8, 1);

	if (h % 100 < (weekend && !is_key ? 85U : 18U))
		return 0;
	return 1U | (!old && (h >> 8) % 3 == 0 ? 2U : 0U) | ((h >> 16) % 4 == 0 ? 4U : 0U);
}

/* The records of a day as they are put together. */
struct code_list {
	struct sim_code *v;
	size_t n, cap;
};

/* A record more, empty.  NULL without memory. */
static struct sim_code *
add_row(struct code_list *l)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 64 : l->cap * 2;
		struct sim_code *grown = realloc(l->v, cap * sizeof *grown);

		if (grown == NULL)
			return NULL;
		l->v = grown;
		l->cap = cap;
	}
	memset(&l->v[l->n], 0, sizeof *l->v);
	return &l->v[l->n++];
}

/* The records of actor I on DAY, whose streams in Claude Code's workspace begin with STREAM (-1: none). */
static int
add_actor(struct code_list *l, const struct sim *s, size_t i, long stream, int64_t day)
{
	int is_key = i >= s->org.nusers;
	size_t actor = is_key ? i - s->org.nusers : i;
	unsigned bits =
		stream >= 0 || uses_code(s, actor, is_key) ? code_rows(s, actor, is_key, day) : 0;
	uint64_t part = 0, parts = 0;

	if (stream >= 0 && is_billed(s, actor, is_key, (size_t)stream, day))
		bits |= 1;
	for (size_t j = 0; j < ROWS_AN_ACTOR; j++)
		parts += bits >> j & 1;
	for (size_t j = 0; j < ROWS_AN_ACTOR; j++) {
		struct sim_code *r;

		if ((bits >> j & 1) == 0)
			continue;
		if ((r = add_row(l)) == NULL)
			return -1;
		r->day = day;
		r->ordinal = (int64_t)(i * ROWS_AN_ACTOR + j);
		r->billed = stream >= 0;
		code_row(s, r, actor, is_key, j);
		if (r->billed)
			billed_models(s, r, actor, (size_t)stream, part++, parts);
	}
	return 0;
}

/* What this report alone tells of the day, of its records that have a model. */
static void
plant(const struct sim *s, struct sim_code *rows, size_t n)
{
	size_t number = 0;

	for (size_t i = 0; i < n && s->nplants > 0; i++) {
		uint64_t permille = rows[i].nmodels == 0 ? 1000
							 : sim_planted(s, SIM_CLAUDE_CODE_REPORT,
								   rows[i].day, ++number);

		for (size_t m = 0; m < rows[i].nmodels; m++) {
			struct sim_code_model *to = &rows[i].models[m];

			to->input = to->input * permille / 1000;
			to->output = to->output * permille / 1000;
			to->read = to->read * permille / 1000;
			to->create = to->create * permille / 1000;
			to->units = to->units * permille / 1000;
			sim_money(to->cost, to->units, 0);
		}
	}
}

int
sim_code_day(const struct sim *s, int64_t day, struct sim_code **rows, size_t *n)
{
	struct code_list l = {NULL, 0, 0};
	struct billed b;
	size_t drop = 0;
	int status = 0;

	*rows = NULL;
	*n = 0;
	if (day < s->first_day || day < utc_days(2025, 1, 1) || sim_quiet(s, day))
		return 0;
	if (find_billed(&b, s) == -1)
		return -1;
	for (size_t i = 0; i < s->org.nusers + s->org.nkeys && status == 0; i++)
		status = add_actor(&l, s, i, b.stream[i], day);
	free(b.stream);
	if (status == -1) {
		free(l.v);
		return -1;
	}
	for (const struct sim_revision *r = sim_revised(s, day, NULL); r != NULL;
		r = sim_revised(s, day, r))
		drop += r->drop;
	drop = drop > l.n ? l.n : drop;
	if (drop > 0)
		memmove(l.v, l.v + drop, (l.n - drop) * sizeof *l.v);
	*n = l.n - drop;
	*rows = l.v;
	plant(s, l.v, *n);
	return 0;
}
