#include "sim/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/usage.h"
#include "sim/uses.h"

/* What a hash is for, apart from those of sim_org.c. */
enum { OF_STREAM = 100, OF_DAY, OF_COUNT, OF_SPIKE, OF_OUTAGE };

enum profile { OFFICE, BATCH, ALWAYS, BURSTS };

const struct sim_model sim_models[SIM_MODELS] = {
	{"claude-opus-4-6", "Claude Opus 4.6", 5000000, 25000000, 1, 1, 1},
	{"claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", 3000000, 15000000, 1, 1, 1},
	{"claude-haiku-4-5-20251001", "Claude Haiku 4.5", 1000000, 5000000, 1, 0, 1},
	{"claude-sonnet-4-20250514", "Claude Sonnet 4", 3000000, 15000000, 0, 1, 1},
	{"claude-opus-4-1-20250805", "Claude Opus 4.1", 15000000, 75000000, 0, 0, 1},
	{"claude-3-5-haiku-20241022", "Claude Haiku 3.5", 800000, 4000000, 0, 0, 1},
	{"claude-next-preview", "Claude Next (Preview)", 3750000, 18750000, 1, 0, 0},
};

static const char *const tiers[] = {
	"standard", "batch", "priority", "priority_on_demand", "flex", "flex_discount"};
static const char *const windows[] = {"0-200k", "200k-1M"};
static const char *const geos[] = {"global", "us", "not_available"};
static const char *const speeds[] = {"standard", "fast"};

static const struct {
	const char *name;
	const char *const *values; /* where the API enumerates them: N */
	size_t n;
} dims[SIM_DIMS] = {
	[SIM_ACCOUNT] = {"account_id", NULL, 0},
	[SIM_KEY] = {"api_key_id", NULL, 0},
	[SIM_WINDOW] = {"context_window", windows, SIM_WINDOWS},
	[SIM_GEO] = {"inference_geo", geos, SIM_GEOS},
	[SIM_MODEL] = {"model", NULL, 0},
	[SIM_SERVICE] = {"service_account_id", NULL, 0},
	[SIM_TIER] = {"service_tier", tiers, SIM_TIERS},
	[SIM_SPEED] = {"speed", speeds, SIM_SPEEDS},
	[SIM_WORKSPACE] = {"workspace_id", NULL, 0},
};

int64_t
sim_now(const struct sim *s)
{
	return s->config.now != 0 ? s->config.now : (int64_t)time(NULL);
}

int
sim_quiet(const struct sim *s, int64_t day)
{
	static const unsigned char fixed[][2] = {{1, 1}, {5, 1}, {7, 4}, {12, 25}, {12, 26}};
	unsigned month, mday, weekday = (unsigned)((day + 3) % 7); /* 0: Monday */
	int64_t year, block = day / 20;

	utc_civil(day, &year, &month, &mday);
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (fixed[i][0] == month && fixed[i][1] == mday)
			return 1;
	if (month == 9 && weekday == 0 && mday <= 7)
		return 1;
	if (month == 11 && weekday == 3 && mday >= 22 && mday <= 28)
		return 1;
	return (uint64_t)(day % 20) == sim_hash(s->config.seed, OF_OUTAGE, (uint64_t)block, 0) % 20;
}

uint64_t
sim_model_share(int p, int64_t minute)
{
	static const unsigned char hours[SIM_PROFILES][24] = {
		[OFFICE] = {0, 0, 0, 0, 0, 0, 1, 3, 8, 12, 13, 11, 7, 9, 12, 13, 11, 8, 5, 3, 2, 1,
			0, 0},
		[BATCH] = {0, 0, 20, 30, 10},
		[ALWAYS] = {4, 3, 3, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9, 8, 8, 7, 6, 6, 5, 4},
		[BURSTS] = {[9] = 1, [10] = 4, [14] = 3, [16] = 2},
	};
	uint64_t sum = 0, hour = (uint64_t)minute / 60, rest = (uint64_t)minute % 60;

	for (uint64_t h = 0; h < hour; h++)
		sum += hours[p][h] * (uint64_t)60;
	if (hour >= 24 || rest == 0)
		return sum;
	if (p == BURSTS) /* all of the hour within three minutes */
		return sum + hours[p][hour] * (rest >= 23	   ? 60U
						      : rest >= 20 ? (rest - 19) * 15U
								   : 0U);
	return sum + hours[p][hour] * rest;
}

/* ---- streams ---- */

/* A new stream, all of it null; where there is no memory, one that nobody reads. */
static struct sim_stream *
add_stream(struct sim *s)
{
	struct sim_stream *st = &s->spare;

	if (s->nstreams == s->streams_cap) {
		size_t cap = s->streams_cap == 0 ? 64 : s->streams_cap * 2;
		struct sim_stream *grown = realloc(s->streams, cap * sizeof *grown);

		s->failed |= grown == NULL;
		if (grown != NULL) {
			s->streams = grown;
			s->streams_cap = cap;
		}
	}
	if (!s->failed)
		st = &s->streams[s->nstreams++];
	memset(st, 0, sizeof *st);
	for (size_t d = 0; d < SIM_DIMS; d++)
		st->dim[d] = -1;
	return st;
}

/* A stream to MODEL from a caller that is filled in by the caller of this. */
static struct sim_stream *
model_stream(struct sim *s, int model, enum profile p, uint64_t scale)
{
	struct sim_stream *st = add_stream(s);
	uint64_t h = sim_hash(s->config.seed, OF_STREAM, s->nstreams, 0);

	st->dim[SIM_MODEL] = model;
	st->dim[SIM_TIER] = SIM_STANDARD;
	st->dim[SIM_SPEED] = SIM_NORMAL;
	st->dim[SIM_WINDOW] = sim_models[model].window ? SIM_NARROW : -1;
	st->dim[SIM_GEO] = !sim_models[model].geo ? SIM_UNKNOWN : h % 5 < 3 ? SIM_GLOBAL : SIM_US;
	st->profile = (int)p;
	st->start = utc_days(2024, 6, 1);
	st->base[SIM_UNCACHED] = scale + (h >> 8) % scale;
	st->base[SIM_READ] = h % 4 == 0 ? 0 : scale * ((h >> 16) % 5);
	st->base[SIM_CREATE_5M] = h % 3 == 0 ? 0 : scale / 6;
	st->base[SIM_CREATE_1H] = h % 7 == 1 ? scale / 20 : 0;
	st->base[SIM_OUTPUT] = scale / (4 + (h >> 24) % 12);
	st->base[SIM_SEARCH] = h % 5 == 2 ? 3 + (h >> 32) % 40 : 0;
	return st;
}

/* The same caller, model and tier as FROM once more, a little smaller. */
static struct sim_stream *
again(struct sim *s, struct sim_stream from)
{
	struct sim_stream *st = add_stream(s);

	*st = from;
	for (size_t c = 0; c < SIM_COUNTS; c++)
		st->base[c] /= 3;
	return st;
}

/* A stream of key K. */
static struct sim_stream *
key_stream(struct sim *s, size_t k, int model, enum profile p, uint64_t scale)
{
	struct sim_stream *st = model_stream(s, model, p, scale);

	st->dim[SIM_KEY] = (int)k;
	st->dim[SIM_WORKSPACE] = s->org.keys[k].workspace;
	st->start = s->org.keys[k].created / UTC_DAY + 1;
	return st;
}

static void
key_model(struct sim *s, size_t k, size_t j, int model)
{
	uint64_t h = sim_hash(s->config.seed, OF_STREAM, k + 1000000, j);
	struct sim_stream *st = key_stream(
		s, k, model, h % 3 == 0 ? ALWAYS : OFFICE, (uint64_t)20000 << (h >> 4) % 10);
	struct sim_stream first;

	if (k % 15 == 14)
		st->dim[SIM_TIER] = j % 2 == 0 ? SIM_PRIORITY : SIM_ON_DEMAND;
	else if (k % 10 == 9 && j == 0)
		st->dim[SIM_TIER] = h % 2 == 0 ? SIM_FLEX : SIM_FLEX_DISCOUNT;
	first = *st;
	if (sim_models[model].wide && (h >> 20) % 4 == 0)
		again(s, first)->dim[SIM_WINDOW] = SIM_WIDE;
	if (sim_models[model].geo && (h >> 24) % 4 == 0)
		again(s, first)->dim[SIM_GEO] = first.dim[SIM_GEO] == SIM_US ? SIM_GLOBAL : SIM_US;
	if (model == SIM_OPUS && (h >> 28) % 3 == 0)
		again(s, first)->dim[SIM_SPEED] = SIM_FAST;
}

static void
key_streams(struct sim *s, size_t k)
{
	uint64_t h = sim_hash(s->config.seed, OF_STREAM, k, 1);
	struct sim_stream *st;

	if (k == 0) {
		key_stream(s, k, SIM_LEGACY, ALWAYS, 40000);
		return;
	}
	if (k == 1) { /* the nightly job: what it reads from the cache does not fit 32 bits */
		key_stream(s, k, SIM_SONNET, BATCH, 9000000)->dim[SIM_TIER] = SIM_BATCHED;
		st = key_stream(s, k, SIM_HAIKU, BATCH, 9000000);
		st->dim[SIM_TIER] = SIM_BATCHED;
		st->base[SIM_READ] = 6200000000;
		return;
	}
	if (k % 10 == 9)
		key_model(s, k, 9, SIM_PREVIEW);
	for (size_t j = 0; j <= h % 3; j++)
		key_model(s, k, j, (int)(((h >> 8) + j * 2) % (SIM_OPUS_4 + 1)));
}

static void
other_streams(struct sim *s)
{
	static const int console[] = {SIM_HAIKU, SIM_SONNET, SIM_OPUS};
	int claude = sim_org_claude(&s->org);
	struct sim_stream *st;

	for (size_t i = 0; i < 3; i++) /* the Console: neither key nor account */
		model_stream(s, console[i], BURSTS, 3000)->dim[SIM_WORKSPACE] = i == 2 ? 0 : -1;
	for (size_t i = 1; i < s->org.nusers; i += 3) { /* users by OAuth */
		st = model_stream(s, i % 2 == 0 ? SIM_SONNET : SIM_OPUS, OFFICE, 90000);
		st->dim[SIM_ACCOUNT] = (int)i;
		st->dim[SIM_WORKSPACE] = claude;
		if (i == 1)
			again(s, *st)->dim[SIM_SPEED] = SIM_FAST;
	}
	for (size_t i = 0; i < s->org.nservices; i++) {
		st = model_stream(s, SIM_SONNET_4, ALWAYS, 150000);
		st->dim[SIM_SERVICE] = (int)i;
		st->dim[SIM_WORKSPACE] = i == 0 ? 0 : -1;
	}
}

const struct sim_revision *
sim_revised(const struct sim *s, int64_t day, const struct sim_revision *after)
{
	for (const struct sim_revision *r = after == NULL ? s->revisions : after + 1;
		r != NULL && r < s->revisions + s->nrevisions; r++)
		if (r->day == day)
			return r;
	return NULL;
}

/* How much of its base a stream does on DAY, in thousandths of thousandths; 0: nothing. */
static uint64_t
activity(const struct sim *s, size_t i, int64_t day)
{
	const struct sim_stream *st = &s->streams[i];
	uint64_t h = sim_hash(s->config.seed, OF_DAY, i, (uint64_t)day);
	int weekend = (day + 3) % 7 >= 5;
	int64_t growth = 1000 + (day - utc_days(2026, 1, 1)) * 9 / 10;
	uint64_t level = 1000, chance = h % 100;

	if (day < st->start || day < s->first_day)
		return 0;
	switch ((enum profile)st->profile) {
	case OFFICE:
		level = weekend ? 180 : 1000;
		if (chance < (weekend ? 75U : 8U))
			return 0;
		break;
	case BURSTS:
		if (chance < (weekend ? 95U : 55U))
			return 0;
		break;
	case BATCH:
	case ALWAYS:
	default:
		if (chance < 3 && i > 0)
			return 0;
	}
	growth = growth < 200 ? 200 : growth > 5000 ? 5000 : growth;
	level = level * (600 + (h >> 8) % 800) / 1000;
	if (sim_hash(s->config.seed, OF_SPIKE, (uint64_t)day,
		    (uint64_t)(st->dim[SIM_WORKSPACE] + 1)) %
			47 ==
		0)
		level *= 6; /* a day on which this workspace went wild */
	return level * (uint64_t)growth;
}

void
sim_day_counts(const struct sim *s, size_t i, int64_t day, uint64_t to[SIM_COUNTS])
{
	const struct sim_stream *st = &s->streams[i];
	uint64_t much = activity(s, i, day);

	memset(to, 0, SIM_COUNTS * sizeof *to);
	if (much == 0)
		return;
	for (size_t c = 0; c < SIM_COUNTS; c++) {
		uint64_t h = sim_hash(s->config.seed, OF_COUNT, i * SIM_COUNTS + c, (uint64_t)day);

		if (st->base[c] == 0)
			continue;
		to[c] = st->base[c] / 1000 * much / 1000 + st->base[c] % 1000 * much / 1000000;
		to[c] = to[c] / 1000 * (800 + h % 400) + (c == SIM_SEARCH ? to[c] : h % 977);
	}
	for (const struct sim_revision *r = sim_revised(s, day, NULL); r != NULL;
		r = sim_revised(s, day, r)) {
		for (size_t c = 0; c < SIM_COUNTS; c++)
			to[c] = to[c] * r->permille / 1000;
		for (size_t d = 0; d < r->ndropped; d++)
			if (r->dropped[d] == st->group)
				memset(to, 0, SIM_COUNTS * sizeof *to);
	}
}

int
sim_make(struct sim *s, const struct sim_config *c, struct ant_err *e)
{
	const struct strlist none[SIM_DIMS] = {{NULL, 0}};
	struct sim_usage u;

	memset(s, 0, sizeof *s);
	s->config = *c;
	s->first_day = utc_floor(sim_now(s), UTC_DAY) / UTC_DAY - c->days;
	if (sim_org_make(&s->org, c, sim_now(s), e) == -1)
		return -1;
	for (size_t k = 0; k < s->org.nkeys; k++)
		key_streams(s, k);
	other_streams(s);
	if (s->failed)
		return err_set(e, ANT_FAIL, "out of memory for the usage");
	if (sim_usage_open(&u, s,
		    1U << SIM_KEY | 1U << SIM_WORKSPACE | 1U << SIM_MODEL | 1U << SIM_TIER |
			    1U << SIM_WINDOW,
		    none, e) == -1)
		return -1;
	for (size_t i = 0; i < s->nstreams; i++)
		s->streams[i].group = u.group[i];
	sim_usage_close(&u);
	if ((s->uses = calloc(1, sizeof *s->uses)) == NULL)
		return err_set(e, ANT_FAIL, "out of memory for the uses");
	return sim_uses_make(s->uses, s, e);
}

void
sim_free(struct sim *s)
{
	for (size_t i = 0; i < s->nrevisions; i++)
		free(s->revisions[i].dropped);
	free(s->revisions);
	free(s->plants);
	free(s->edits);
	free(s->events);
	free(s->streams);
	sim_org_free(&s->org);
	if (s->uses != NULL)
		sim_uses_free(s->uses);
	free(s->uses);
	memset(s, 0, sizeof *s);
}

/* ---- dimensions ---- */

const char *
sim_dim_name(enum sim_dim d)
{
	return dims[d].name;
}

int
sim_dim_find(const char *name)
{
	for (int d = 0; d < SIM_DIMS; d++)
		if (strcmp(dims[d].name, name) == 0)
			return d;
	return -1;
}

const char *
sim_dim_text(const struct sim *s, enum sim_dim d, int value)
{
	if (value < 0)
		return NULL;
	if (dims[d].values != NULL)
		return dims[d].values[value];
	return d == SIM_ACCOUNT	  ? s->org.users[value].head.id
	       : d == SIM_KEY	  ? s->org.keys[value].head.id
	       : d == SIM_MODEL	  ? sim_models[value].id
	       : d == SIM_SERVICE ? s->org.services[value]
				  : s->org.workspaces[value].head.id;
}

int
sim_dim_valid(enum sim_dim d, const char *text)
{
	for (size_t i = 0; i < dims[d].n; i++)
		if (strcmp(dims[d].values[i], text) == 0)
			return 1;
	return dims[d].n == 0;
}

int
sim_model_known(const char *model)
{
	for (size_t i = 0; i < SIM_MODELS; i++)
		if (strcmp(sim_models[i].id, model) == 0)
			return 1;
	return 0;
}
