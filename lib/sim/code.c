#include "sim/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

/* What a hash is for, apart from those of the other modules; the next two as well. */
enum { OF_CODE = 107 };

const char *const sim_tools[SIM_TOOLS] = {
	"edit_tool", "multi_edit_tool", "write_tool", "notebook_edit_tool", "web_fetch_tool"};

enum { ROWS_AN_ACTOR = 3 };

/* 1 where the user or key I uses Claude Code at all. */
static int
uses_code(const struct sim *s, size_t i, int is_key)
{
	if (is_key) /* ci-review and claude_code_ci among them */
		return i % 5 == 3 || i == 9 || i == 12;
	if (strcmp(s->org.users[i].role, "billing") == 0)
		return 0;
	return i < 4 || sim_hash(s->config.seed, OF_CODE, i, 7) % 10 < 7;
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
	/* Row 1 differs from row 0 in is_remote alone; row 2 in terminal and customer. */
	r->terminal = j == 2 ? (a % 4 == 0	    ? ""
				       : a % 4 == 1 ? NULL
						    : terminals[a % 6 + 1])
			     : terminals[a % 7 == 6 ? 0 : a % 6];
	r->customer = !is_key && a % 3 == 0 && j == 2 ? "subscription" : "api";
	if (!is_key && a % 5 == 1)
		r->customer = "subscription";
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
	for (size_t m = 0; m < n; m++)
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

int
sim_code_day(const struct sim *s, int64_t day, struct sim_code **rows, size_t *n)
{
	size_t cap = 0, actors = s->org.nusers + s->org.nkeys, drop = 0;
	struct sim_code *v = NULL, *grown;

	*rows = NULL;
	*n = 0;
	if (day < s->first_day || day < utc_days(2025, 1, 1) || sim_quiet(s, day))
		return 0;
	for (size_t i = 0; i < actors; i++) {
		int is_key = i >= s->org.nusers;
		size_t actor = is_key ? i - s->org.nusers : i;
		unsigned bits = uses_code(s, actor, is_key) ? code_rows(s, actor, is_key, day) : 0;

		for (size_t j = 0; j < ROWS_AN_ACTOR; j++) {
			if ((bits >> j & 1) == 0)
				continue;
			if (*n == cap) {
				cap = cap == 0 ? 64 : cap * 2;
				if ((grown = realloc(v, cap * sizeof *v)) == NULL) {
					free(v);
					return -1;
				}
				v = grown;
			}
			memset(&v[*n], 0, sizeof *v);
			v[*n].day = day;
			v[*n].ordinal = (int64_t)(i * ROWS_AN_ACTOR + j);
			code_row(s, &v[(*n)++], actor, is_key, j);
		}
	}
	for (const struct sim_revision *r = sim_revised(s, day, NULL); r != NULL;
		r = sim_revised(s, day, r))
		drop += r->drop;
	drop = drop > *n ? *n : drop;
	if (drop > 0)
		memmove(v, v + drop, (*n - drop) * sizeof *v);
	*n -= drop;
	*rows = v;
	return 0;
}
