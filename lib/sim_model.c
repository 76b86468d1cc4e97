#include "sim_model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "utc.h"

/* What a hash is for, apart from those of sim_org.c. */
enum { OF_STREAM = 100, OF_DAY, OF_COUNT, OF_SPIKE, OF_OUTAGE, OF_LINE, OF_TEXT, OF_CODE };

enum profile { OFFICE, BATCH, ALWAYS, BURSTS, PROFILES };
enum { DAY_MINUTES = 1440 };

struct model {
	const char *id, *label;
	uint64_t input, output; /* price: units of 10^-10 cents a token, 10^6 are 1 $ a million */
	int geo, wide, window;	/* its geography is known; takes 1M tokens; has a context window */
};

static const struct model models[] = {
	{"claude-opus-4-6", "Claude Opus 4.6", 5000000, 25000000, 1, 1, 1},
	{"claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", 3000000, 15000000, 1, 1, 1},
	{"claude-haiku-4-5-20251001", "Claude Haiku 4.5", 1000000, 5000000, 1, 0, 1},
	{"claude-sonnet-4-20250514", "Claude Sonnet 4", 3000000, 15000000, 0, 1, 1},
	{"claude-opus-4-1-20250805", "Claude Opus 4.1", 15000000, 75000000, 0, 0, 1},
	{"claude-3-5-haiku-20241022", "Claude Haiku 3.5", 800000, 4000000, 0, 0, 1},
	{"claude-next-preview", "Claude Next (Preview)", 3750000, 18750000, 1, 0, 0},
};
enum { OPUS, SONNET, HAIKU, SONNET_4, OPUS_4, LEGACY, NEXT, MODELS };

enum { STANDARD, BATCHED, PRIORITY, ON_DEMAND, FLEX, FLEX_DISCOUNT, TIERS };
static const char *const tiers[] = {
	"standard", "batch", "priority", "priority_on_demand", "flex", "flex_discount"};
enum { NARROW, WIDE, WINDOWS };
static const char *const windows[] = {"0-200k", "200k-1M"};
enum { GLOBAL, US, UNKNOWN, GEOS };
static const char *const geos[] = {"global", "us", "not_available"};
enum { NORMAL, FAST, SPEEDS };
static const char *const speeds[] = {"standard", "fast"};

static const char *const dim_names[SIM_DIMS] = {"account_id", "api_key_id", "context_window",
	"inference_geo", "model", "service_account_id", "service_tier", "speed", "workspace_id"};

const char *const sim_tools[SIM_TOOLS] = {
	"edit_tool", "multi_edit_tool", "write_tool", "notebook_edit_tool", "web_fetch_tool"};

int64_t
sim_now(const struct sim *s)
{
	return s->config.now != 0 ? s->config.now : (int64_t)time(NULL);
}

/* 1 where nobody worked on DAY: public holidays, and one day in each twenty an outage. */
static int
quiet(const struct sim *s, int64_t day)
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

/* How much of a day lies before MINUTE, of weight(p, 1440). */
static uint64_t
weight(enum profile p, int64_t minute)
{
	static const unsigned char hours[PROFILES][24] = {
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

static struct sim_stream *
add_stream(struct sim *s)
{
	struct sim_stream *st;

	if (s->nstreams == s->streams_cap) {
		size_t cap = s->streams_cap == 0 ? 64 : s->streams_cap * 2;

		if ((st = realloc(s->streams, cap * sizeof *st)) == NULL)
			return NULL;
		s->streams = st;
		s->streams_cap = cap;
	}
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

	if (st == NULL)
		return NULL;
	st->dim[SIM_MODEL] = model;
	st->dim[SIM_TIER] = STANDARD;
	st->dim[SIM_SPEED] = NORMAL;
	st->dim[SIM_WINDOW] = models[model].window ? NARROW : -1;
	st->dim[SIM_GEO] = !models[model].geo ? UNKNOWN : h % 5 < 3 ? GLOBAL : US;
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

/* The same caller, model and tier once more: stream N of the list, a little smaller. */
static struct sim_stream *
again(struct sim *s, size_t n)
{
	struct sim_stream *st = add_stream(s);

	if (st == NULL)
		return NULL;
	*st = s->streams[n];
	for (size_t c = 0; c < SIM_COUNTS; c++)
		st->base[c] = st->base[c] / 3;
	return st;
}

static int
key_model(struct sim *s, size_t k, size_t j, int model)
{
	const struct sim_key *key = &s->org.keys[k];
	uint64_t h = sim_hash(s->config.seed, OF_STREAM, k + 1000000, j);
	struct sim_stream *st = model_stream(
		s, model, h % 3 == 0 ? ALWAYS : OFFICE, (uint64_t)20000 << (h >> 4) % 10);
	size_t at = s->nstreams - 1;

	if (st == NULL)
		return -1;
	st->dim[SIM_KEY] = (int)k;
	st->dim[SIM_WORKSPACE] = key->workspace;
	st->start = key->created / UTC_DAY + 1;
	if (k % 15 == 14)
		st->dim[SIM_TIER] = j % 2 == 0 ? PRIORITY : ON_DEMAND;
	else if (k % 10 == 9 && j == 0)
		st->dim[SIM_TIER] = h % 2 == 0 ? FLEX : FLEX_DISCOUNT;
	if (models[model].wide && (h >> 20) % 4 == 0) {
		if ((st = again(s, at)) == NULL)
			return -1;
		st->dim[SIM_WINDOW] = WIDE;
	}
	if (models[model].geo && (h >> 24) % 4 == 0) {
		if ((st = again(s, at)) == NULL)
			return -1;
		st->dim[SIM_GEO] = st->dim[SIM_GEO] == US ? GLOBAL : US;
	}
	if (model == OPUS && (h >> 28) % 3 == 0) {
		if ((st = again(s, at)) == NULL)
			return -1;
		st->dim[SIM_SPEED] = FAST;
	}
	return 0;
}

/* The nightly job: what it reads from the cache in a day does not fit 32 bits. */
static int
nightly(struct sim *s, size_t k)
{
	for (int model = SONNET; model <= HAIKU; model++) {
		struct sim_stream *st = model_stream(s, model, BATCH, 9000000);

		if (st == NULL)
			return -1;
		st->dim[SIM_KEY] = (int)k;
		st->dim[SIM_WORKSPACE] = s->org.keys[k].workspace;
		st->dim[SIM_TIER] = BATCHED;
		st->start = s->org.keys[k].created / UTC_DAY + 1;
		if (model == HAIKU)
			st->base[SIM_READ] = 6200000000;
	}
	return 0;
}

static int
key_streams(struct sim *s, size_t k)
{
	uint64_t h = sim_hash(s->config.seed, OF_STREAM, k, 1);
	struct sim_stream *st;

	if (k == 0) {
		if ((st = model_stream(s, LEGACY, ALWAYS, 40000)) == NULL)
			return -1;
		st->dim[SIM_KEY] = 0;
		st->dim[SIM_WORKSPACE] = s->org.keys[0].workspace;
		st->start = s->org.keys[0].created / UTC_DAY + 1;
		return 0;
	}
	if (k == 1)
		return nightly(s, k);
	if (k % 10 == 9 && key_model(s, k, 9, NEXT) == -1)
		return -1;
	for (size_t j = 0; j <= h % 3; j++)
		if (key_model(s, k, j, (int)(((h >> 8) + j * 2) % (OPUS_4 + 1))) == -1)
			return -1;
	return 0;
}

static int
other_streams(struct sim *s)
{
	static const int console[] = {HAIKU, SONNET, OPUS};
	int claude = s->org.nworkspaces > 3 ? 2 : 0;
	struct sim_stream *st;

	for (size_t i = 0; i < 3; i++) { /* the Console: neither key nor account */
		if ((st = model_stream(s, console[i], BURSTS, 3000)) == NULL)
			return -1;
		st->dim[SIM_WORKSPACE] = i == 2 ? 0 : -1;
	}
	for (size_t i = 1; i < s->org.nusers; i += 3) { /* users by OAuth */
		if ((st = model_stream(s, i % 2 == 0 ? SONNET : OPUS, OFFICE, 90000)) == NULL)
			return -1;
		st->dim[SIM_ACCOUNT] = (int)i;
		st->dim[SIM_WORKSPACE] = claude;
		if (i == 1) {
			if ((st = again(s, s->nstreams - 1)) == NULL)
				return -1;
			st->dim[SIM_SPEED] = FAST;
		}
	}
	for (size_t i = 0; i < s->org.nservices; i++) {
		if ((st = model_stream(s, SONNET_4, ALWAYS, 150000)) == NULL)
			return -1;
		st->dim[SIM_SERVICE] = (int)i;
		st->dim[SIM_WORKSPACE] = i == 0 ? 0 : -1;
	}
	return 0;
}

/* The number of group G's revision, applied to what the day had. */
static const struct sim_revision *
revised(const struct sim *s, int64_t day, const struct sim_revision *after)
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

static void
day_counts(const struct sim *s, size_t i, int64_t day, uint64_t to[SIM_COUNTS])
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
	for (const struct sim_revision *r = revised(s, day, NULL); r != NULL;
		r = revised(s, day, r)) {
		for (size_t c = 0; c < SIM_COUNTS; c++)
			to[c] = to[c] * r->permille / 1000;
		for (size_t d = 0; d < r->ndropped; d++)
			if (r->dropped[d] == st->group)
				memset(to, 0, SIM_COUNTS * sizeof *to);
	}
}

/* All streams' counts of DAY to TO: SIM_COUNTS for each stream. */
static void
all_counts(const struct sim *s, int64_t day, uint64_t *to)
{
	if (quiet(s, day) || day < s->first_day) {
		memset(to, 0, s->nstreams * SIM_COUNTS * sizeof *to);
		return;
	}
	for (size_t i = 0; i < s->nstreams; i++)
		day_counts(s, i, day, to + i * SIM_COUNTS);
}

int
sim_make(struct sim *s, const struct sim_config *c, struct ant_err *e)
{
	const struct strlist none[SIM_DIMS] = {{NULL, 0}};
	struct sim_usage u;
	int failed = 0;

	memset(s, 0, sizeof *s);
	s->config = *c;
	s->first_day = utc_floor(sim_now(s), UTC_DAY) / UTC_DAY - c->days;
	if (sim_org_make(&s->org, c, sim_now(s), e) == -1)
		return -1;
	for (size_t k = 0; k < s->org.nkeys; k++)
		failed |= key_streams(s, k);
	if (failed || other_streams(s) == -1)
		return err_set(e, ANT_FAIL, "out of memory for the usage");
	if (sim_usage_open(&u, s,
		    1U << SIM_KEY | 1U << SIM_WORKSPACE | 1U << SIM_MODEL | 1U << SIM_TIER |
			    1U << SIM_WINDOW,
		    none, e) == -1)
		return -1;
	for (size_t i = 0; i < s->nstreams; i++)
		s->streams[i].group = u.group[i];
	sim_usage_close(&u);
	return 0;
}

void
sim_free(struct sim *s)
{
	for (size_t i = 0; i < s->nrevisions; i++)
		free(s->revisions[i].dropped);
	free(s->revisions);
	free(s->streams);
	sim_org_free(&s->org);
	memset(s, 0, sizeof *s);
}

/* ---- changes ---- */

/* A decimal number with up to three decimals, in thousandths. */
static int
parse_permille(const char *t, unsigned *permille)
{
	unsigned n = 0, scale = 0;
	int point = 0;

	if (*t == '\0' || strlen(t) > 8)
		return -1;
	for (; *t != '\0'; t++) {
		if (*t == '.' && !point) {
			point = 1;
			continue;
		}
		if (*t < '0' || *t > '9' || (point && ++scale > 3))
			return -1;
		n = n * 10 + (unsigned)(*t - '0');
	}
	for (; scale < 3; scale++)
		n *= 10;
	*permille = n;
	return n > 1000000 ? -1 : 0;
}

/* The first N groups that still have use on the day of R: they go. */
static int
drop_groups(struct sim *s, struct sim_revision *r)
{
	uint64_t counts[SIM_COUNTS];

	if (r->drop == 0 || quiet(s, r->day))
		return 0;
	if ((r->dropped = calloc(r->drop, sizeof *r->dropped)) == NULL)
		return -1;
	for (size_t i = 0; i < s->nstreams && r->ndropped < r->drop; i++) {
		int seen = 0;

		day_counts(s, i, r->day, counts);
		for (size_t d = 0; d < r->ndropped; d++)
			seen |= r->dropped[d] == s->streams[i].group;
		for (size_t c = 0; c < SIM_COUNTS && !seen; c++)
			if (counts[c] != 0) {
				r->dropped[r->ndropped++] = s->streams[i].group;
				break;
			}
	}
	return 0;
}

static int
revise(struct sim *s, const char *date, const char *factor, const char *drop, struct ant_err *e)
{
	struct sim_revision r = {0, 1000, 0, 0, NULL}, *all;
	int64_t t;
	char *end = NULL;

	if (strlen(date) != 10 || utc_parse(date, 10, &t) == -1)
		return err_set(e, ANT_USAGE, "date: '%s' is not a date YYYY-MM-DD", date);
	r.day = t / UTC_DAY;
	if (factor != NULL && parse_permille(factor, &r.permille) == -1)
		return err_set(e, ANT_USAGE, "factor: '%s' is not a number from 0 to 1000", factor);
	if (drop != NULL) {
		unsigned long n = strtoul(drop, &end, 10);

		if (drop[0] < '0' || drop[0] > '9' || *end != '\0' || n > 100000)
			return err_set(e, ANT_USAGE, "drop: '%s' is not a number to 100000", drop);
		r.drop = n;
	}
	if (drop_groups(s, &r) == -1 ||
		(all = realloc(s->revisions, (s->nrevisions + 1) * sizeof *all)) == NULL) {
		free(r.dropped);
		return err_set(e, ANT_FAIL, "out of memory for a revision");
	}
	s->revisions = all;
	s->revisions[s->nrevisions++] = r;
	return 0;
}

int
sim_change(
	struct sim *s, const struct strlist *names, const struct strlist *values, struct ant_err *e)
{
	static const char *const known[] = {
		"date", "factor", "drop", "remove", "archive", "rename", "name", "now"};
	enum { DATE, FACTOR, DROP, REMOVE, ARCHIVE, RENAME, NAME, NOW, KNOWN };
	const char *v[KNOWN] = {NULL};
	int64_t t;

	for (size_t i = 0; i < names->n; i++) {
		size_t k = 0;

		while (k < KNOWN && strcmp(known[k], names->v[i]) != 0)
			k++;
		if (k == KNOWN)
			return err_set(e, ANT_USAGE, "unknown parameter '%s'", names->v[i]);
		v[k] = values->v[i];
	}
	if (v[DATE] != NULL)
		return revise(s, v[DATE], v[FACTOR], v[DROP], e);
	if (v[REMOVE] != NULL && sim_org_remove(&s->org, v[REMOVE]) == 0)
		return 0;
	if (v[ARCHIVE] != NULL && sim_org_archive(&s->org, v[ARCHIVE], sim_now(s)) == 0)
		return 0;
	if (v[RENAME] != NULL && v[NAME] != NULL &&
		sim_org_rename(&s->org, v[RENAME], v[NAME]) == 0)
		return 0;
	if (v[NOW] != NULL && utc_parse(v[NOW], strlen(v[NOW]), &t) == 0) {
		s->config.now = t;
		return 0;
	}
	return err_set(e, ANT_USAGE,
		"nothing to change: date=DAY [factor=F] [drop=N], remove=ID, archive=WORKSPACE, "
		"rename=ID with name=TEXT, or now=TIME, of objects that exist");
}

/* ---- dimensions ---- */

const char *
sim_dim_name(enum sim_dim d)
{
	return dim_names[d];
}

int
sim_dim_find(const char *name)
{
	for (int d = 0; d < SIM_DIMS; d++)
		if (strcmp(dim_names[d], name) == 0)
			return d;
	return -1;
}

const char *
sim_dim_text(const struct sim *s, enum sim_dim d, int value)
{
	if (value < 0)
		return NULL;
	switch (d) {
	case SIM_ACCOUNT:
		return s->org.users[value].id;
	case SIM_KEY:
		return s->org.keys[value].id;
	case SIM_WINDOW:
		return windows[value];
	case SIM_GEO:
		return geos[value];
	case SIM_MODEL:
		return models[value].id;
	case SIM_SERVICE:
		return s->org.services[value];
	case SIM_TIER:
		return tiers[value];
	case SIM_SPEED:
		return speeds[value];
	case SIM_WORKSPACE:
		return s->org.workspaces[value].id;
	case SIM_DIMS:
	default:
		return NULL;
	}
}

static int
one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return 1;
	return 0;
}

int
sim_dim_valid(enum sim_dim d, const char *text)
{
	return d == SIM_WINDOW	? one_of(text, windows, WINDOWS)
	       : d == SIM_GEO	? one_of(text, geos, GEOS)
	       : d == SIM_TIER	? one_of(text, tiers, TIERS)
	       : d == SIM_SPEED ? one_of(text, speeds, SPEEDS)
				: 1;
}

int
sim_model_known(const char *model)
{
	for (size_t i = 0; i < MODELS; i++)
		if (strcmp(models[i].id, model) == 0)
			return 1;
	return 0;
}

/* ---- groups of equal keys, numbered as they first come ---- */

enum { KEY_INTS = SIM_DIMS };

struct groups {
	int (*keys)[KEY_INTS];
	size_t *slots, mask, n; /* slots: number + 1 */
};

static int
groups_init(struct groups *g, size_t max)
{
	size_t size = 16;

	while (size < max * 2)
		size *= 2;
	g->mask = size - 1;
	g->n = 0;
	g->keys = calloc(max + 1, sizeof *g->keys);
	g->slots = calloc(size, sizeof *g->slots);
	return g->keys == NULL || g->slots == NULL ? -1 : 0;
}

static size_t
groups_number(struct groups *g, const int key[KEY_INTS])
{
	uint64_t h = 0;

	for (size_t i = 0; i < KEY_INTS; i++)
		h = (h ^ (uint64_t)(key[i] + 1)) * 0x9e3779b97f4a7c15U;
	for (size_t at = (h >> 20) & g->mask;; at = (at + 1) & g->mask) {
		if (g->slots[at] == 0) {
			memcpy(g->keys[g->n], key, sizeof *g->keys);
			g->slots[at] = ++g->n;
			return g->n - 1;
		}
		if (memcmp(g->keys[g->slots[at] - 1], key, sizeof *g->keys) == 0)
			return g->slots[at] - 1;
	}
}

/* ---- usage ---- */

static int
passes(const struct sim *s, const struct sim_stream *st, const struct strlist wanted[SIM_DIMS])
{
	for (int d = 0; d < SIM_DIMS; d++) {
		const char *t = sim_dim_text(s, (enum sim_dim)d, st->dim[d]);

		if (wanted[d].n > 0 && (t == NULL || !strlist_has(&wanted[d], t, strlen(t))))
			return 0;
	}
	return 1;
}

int
sim_usage_open(struct sim_usage *u, const struct sim *s, unsigned dims,
	const struct strlist wanted[SIM_DIMS], struct ant_err *e)
{
	struct groups g = {NULL, NULL, 0, 0};

	memset(u, 0, sizeof *u);
	u->s = s;
	u->dims = dims;
	u->day = INT64_MIN;
	u->group = calloc(s->nstreams, sizeof *u->group);
	u->sample = calloc(s->nstreams, sizeof *u->sample);
	u->sum = calloc(s->nstreams * SIM_COUNTS, sizeof *u->sum);
	u->values = calloc(s->nstreams * SIM_COUNTS, sizeof *u->values);
	if (groups_init(&g, s->nstreams) == -1 || u->group == NULL || u->sample == NULL ||
		u->sum == NULL || u->values == NULL) {
		free(g.keys);
		free(g.slots);
		sim_usage_close(u);
		return err_set(e, ANT_FAIL, "out of memory for a report");
	}
	for (size_t i = 0; i < s->nstreams; i++) {
		int key[KEY_INTS];
		size_t number, before = g.n;

		for (int d = 0; d < SIM_DIMS; d++)
			key[d] = dims >> d & 1 ? s->streams[i].dim[d] : -1;
		u->group[i] = -1;
		if (!passes(s, &s->streams[i], wanted))
			continue;
		number = groups_number(&g, key);
		u->group[i] = (int)number;
		if (number == before)
			u->sample[number] = (int)i;
	}
	u->ngroups = g.n;
	free(g.keys);
	free(g.slots);
	return 0;
}

void
sim_usage_close(struct sim_usage *u)
{
	free(u->group);
	free(u->sample);
	free(u->sum);
	free(u->values);
	memset(u, 0, sizeof *u);
}

void
sim_usage_bucket(struct sim_usage *u, int64_t start, int64_t width)
{
	int64_t day = utc_floor(start, UTC_DAY) / UTC_DAY, from = (start - day * UTC_DAY) / 60;
	uint64_t low[PROFILES], high[PROFILES], all[PROFILES];

	if (u->day != day)
		all_counts(u->s, day, u->values);
	u->day = day;
	for (int p = 0; p < PROFILES; p++) {
		low[p] = weight((enum profile)p, from);
		high[p] = weight((enum profile)p, from + width / 60);
		all[p] = weight((enum profile)p, DAY_MINUTES);
	}
	memset(u->sum, 0, u->ngroups * SIM_COUNTS * sizeof *u->sum);
	for (size_t i = 0; i < u->s->nstreams; i++) {
		const uint64_t *v = u->values + i * SIM_COUNTS;
		int p = u->s->streams[i].profile;
		uint64_t *sum = u->sum + (size_t)(u->group[i] < 0 ? 0 : u->group[i]) * SIM_COUNTS;

		if (u->group[i] < 0 || low[p] == high[p])
			continue;
		for (size_t c = 0; c < SIM_COUNTS; c++)
			sum[c] += v[c] * high[p] / all[p] - v[c] * low[p] / all[p];
	}
}

const uint64_t *
sim_usage_row(const struct sim_usage *u, size_t g, const struct sim_stream **of)
{
	const uint64_t *sum = u->sum + g * SIM_COUNTS;

	*of = &u->s->streams[u->sample[g]];
	for (size_t c = 0; c < SIM_COUNTS; c++)
		if (sum[c] != 0)
			return sum;
	return NULL;
}

/* ---- cost ---- */

enum { C_WORKSPACE, C_KIND, C_MODEL, C_TYPE, C_TIER, C_WINDOW, C_GEO, C_INTS };

struct sim_cost_entry {
	int stream, count, workspace; /* stream -1: of the workspace itself */
	size_t group;
	uint64_t price;
	enum sim_cost_kind kind;
};

/* Units of 10^-10 cents a token, exact for all of the table's prices. */
static uint64_t
price(const struct sim_stream *st, enum sim_count c)
{
	const struct model *m = &models[st->dim[SIM_MODEL]];
	uint64_t p = c == SIM_OUTPUT ? m->output : m->input;
	int tier = st->dim[SIM_TIER];

	if (c == SIM_SEARCH)
		return 10000000000; /* 10 $ a thousand */
	p = c == SIM_READ	 ? p / 10
	    : c == SIM_CREATE_5M ? p * 5 / 4
	    : c == SIM_CREATE_1H ? p * 2
				 : p;
	if (st->dim[SIM_WINDOW] == WIDE)
		p = c == SIM_OUTPUT ? p * 3 / 2 : p * 2;
	if (tier == BATCHED || tier == FLEX || tier == FLEX_DISCOUNT)
		p /= 2;
	if (st->dim[SIM_SPEED] == FAST)
		p *= 6;
	return st->dim[SIM_GEO] == US ? p * 11 / 10 : p;
}

static int
add_entry(struct sim_cost *c, struct groups *g, struct sim_cost_entry en, const int detail[C_INTS])
{
	int key[KEY_INTS];

	for (int i = 0; i < KEY_INTS; i++)
		key[i] = -1;
	if (c->by_description)
		memcpy(key, detail, C_INTS * sizeof *key);
	key[C_WORKSPACE] = c->by_workspace ? en.workspace : -1;
	if (c->nentries == c->cap)
		return -1;
	en.group = groups_number(g, key);
	c->entries[c->nentries++] = en;
	return 0;
}

static void
add_stream_entries(struct sim_cost *c, struct groups *g, size_t i)
{
	const struct sim_stream *st = &c->s->streams[i];

	if (st->dim[SIM_TIER] == PRIORITY) /* never in the report: it is paid by commitment */
		return;
	for (int n = 0; n < SIM_COUNTS; n++) {
		int search = n == SIM_SEARCH;
		int detail[C_INTS] = {-1, search ? SIM_COST_SEARCH : SIM_COST_TOKENS,
			st->dim[SIM_MODEL], n, st->dim[SIM_TIER] == BATCHED ? BATCHED : STANDARD,
			st->dim[SIM_WINDOW], st->dim[SIM_GEO]};
		struct sim_cost_entry en = {(int)i, n, st->dim[SIM_WORKSPACE], 0,
			price(st, (enum sim_count)n), search ? SIM_COST_SEARCH : SIM_COST_TOKENS};

		if (st->base[n] == 0)
			continue;
		for (int d = C_MODEL; search && d < C_INTS; d++)
			detail[d] = -1;
		add_entry(c, g, en, detail);
	}
}

int
sim_cost_open(struct sim_cost *c, const struct sim *s, int by_workspace, int by_description,
	struct ant_err *e)
{
	struct groups g = {NULL, NULL, 0, 0};

	memset(c, 0, sizeof *c);
	c->s = s;
	c->by_workspace = by_workspace;
	c->by_description = by_description;
	c->cap = s->nstreams * SIM_COUNTS + s->org.nworkspaces * 2;
	c->entries = calloc(c->cap, sizeof *c->entries);
	if (c->entries == NULL || groups_init(&g, c->cap) == -1)
		goto err;
	for (size_t i = 0; i < s->nstreams; i++)
		add_stream_entries(c, &g, i);
	for (size_t w = 0; w < s->org.nworkspaces; w++) {
		const int code[C_INTS] = {-1, SIM_COST_CODE, -1, -1, -1, -1, -1};
		const int session[C_INTS] = {-1, SIM_COST_SESSION, -1, -1, -1, -1, -1};
		/* 5 cents an hour by 3 minutes, 8 cents an hour by 45 seconds. */
		struct sim_cost_entry en = {-1, 0, (int)w, 0, 2500000000, SIM_COST_CODE};

		if (w % 2 == 1)
			add_entry(c, &g, en, code);
		en.kind = SIM_COST_SESSION;
		en.price = 1000000000;
		if (w % 3 == 0)
			add_entry(c, &g, en, session);
	}
	c->ngroups = g.n;
	c->keys = calloc(g.n + 1, sizeof *c->keys);
	c->sum = calloc(g.n + 1, sizeof *c->sum);
	if (c->keys == NULL || c->sum == NULL)
		goto err;
	for (size_t i = 0; i < g.n; i++)
		memcpy(c->keys[i], g.keys[i], sizeof *c->keys);
	free(g.keys);
	free(g.slots);
	return 0;
err:
	free(g.keys);
	free(g.slots);
	sim_cost_close(c);
	return err_set(e, ANT_FAIL, "out of memory for a report");
}

void
sim_cost_close(struct sim_cost *c)
{
	free(c->entries);
	free(c->keys);
	free(c->sum);
	memset(c, 0, sizeof *c);
}

/* What a workspace itself did: ticks of code execution or of sessions. */
static uint64_t
ticks(const struct sim *s, const struct sim_cost_entry *en, int64_t day)
{
	uint64_t h = sim_hash(s->config.seed, OF_LINE + (uint64_t)en->kind * 1000,
		(uint64_t)en->workspace, (uint64_t)day);
	uint64_t n = h % 3 == 0 || day < s->first_day || quiet(s, day) ? 0 : 1 + (h >> 8) % 700;

	for (const struct sim_revision *r = revised(s, day, NULL); r != NULL;
		r = revised(s, day, r))
		n = n * r->permille / 1000;
	return n;
}

void
sim_cost_day(struct sim_cost *c, int64_t day)
{
	const struct sim *s = c->s;
	uint64_t counts[SIM_COUNTS];
	int have = -1, silent = quiet(s, day) || day < s->first_day;

	c->day = day;
	memset(c->sum, 0, c->ngroups * sizeof *c->sum);
	for (size_t i = 0; i < c->nentries && !silent; i++) {
		const struct sim_cost_entry *en = &c->entries[i];

		if (en->stream >= 0 && en->stream != have) {
			day_counts(s, (size_t)en->stream, day, counts);
			have = en->stream;
		}
		c->sum[en->group] +=
			(sim_units)(en->stream >= 0 ? counts[en->count] : ticks(s, en, day)) *
			en->price;
	}
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
	const int *k = c->keys[g];
	uint64_t h = sim_hash(c->s->config.seed, OF_TEXT, (uint64_t)c->day, g);

	memset(row, 0, sizeof *row);
	if (c->sum[g] == 0)
		return 0;
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
		models[k[C_MODEL]].label, what[k[C_TYPE]]);
	row->model = models[k[C_MODEL]].id;
	row->token_type = types[k[C_TYPE]];
	row->tier = tiers[k[C_TIER]];
	row->window = sim_dim_text(c->s, SIM_WINDOW, k[C_WINDOW]);
	row->geo = sim_dim_text(c->s, SIM_GEO, k[C_GEO]);
	return 1;
}

/* ---- Claude Code ---- */

enum { ROWS_AN_ACTOR = 3 };

/* 1 where the user or key I uses Claude Code at all. */
static int
uses_code(const struct sim *s, size_t i, int is_key)
{
	if (is_key)
		return i % 5 == 3 || (i < 15 && (i == 9 || i == 12));
	return strcmp(s->org.users[i].role, "billing") != 0 &&
	       (i < 4 || sim_hash(s->config.seed, OF_CODE, i, 7) % 10 < 7);
}

static void
code_model(const struct sim *s, struct sim_code *r, uint64_t h, int model)
{
	struct sim_code_model *m = &r->models[r->nmodels++];
	sim_units cents;

	m->model = models[model].id;
	m->input = 500 + h % 90000;
	m->output = 100 + (h >> 12) % 40000;
	m->read = (h >> 20) % 7 == 0 ? 0 : (h >> 24) % 4000000;
	m->create = (h >> 40) % 200000;
	if (r->is_key && (h >> 50) % 5 == 0)
		m->read += 5000000000; /* a machine that reads all day */
	for (const struct sim_revision *v = revised(s, r->day, NULL); v != NULL;
		v = revised(s, r->day, v)) {
		m->input = m->input * v->permille / 1000;
		m->output = m->output * v->permille / 1000;
		m->read = m->read * v->permille / 1000;
		m->create = m->create * v->permille / 1000;
	}
	cents = (sim_units)m->input * models[model].input +
		(sim_units)m->output * models[model].output +
		(sim_units)m->read * (models[model].input / 10) +
		(sim_units)m->create * (models[model].input * 5 / 4);
	/* An estimate: four decimals at most, often whole cents. */
	cents = h % 3 == 0 ? cents / 1000000 * 1000000 : cents / 10000000000 * 10000000000;
	sim_money(m->cost, cents, 0);
}

static void
code_tools(struct sim_code *r, uint64_t h)
{
	for (size_t t = 0; t < SIM_TOOLS; t++) {
		/* Some records lack a tool, some have one that is new. */
		r->tools[t].present = t + 1 < SIM_TOOLS ? (h >> t * 4) % 8 != 0 : h % 11 == 0;
		r->tools[t].accepted = (unsigned)(h >> (t * 5 + 8)) % 60;
		r->tools[t].rejected = (unsigned)(h >> (t * 5 + 20)) % 9;
	}
	if (h % 17 == 0)
		for (size_t t = 0; t < SIM_TOOLS; t++)
			r->tools[t].present = 0;
}

static void
code_row(const struct sim *s, struct sim_code *r, size_t actor, int is_key, size_t j)
{
	static const char *const terminals[] = {
		"vscode", "iTerm.app", "tmux", "cursor", "WezTerm", "Apple_Terminal", "ghostty"};
	static const int choice[] = {OPUS, SONNET, HAIKU};
	uint64_t a = sim_hash(s->config.seed, OF_CODE, actor * 2 + (size_t)is_key, 1);
	uint64_t h = sim_hash(s->config.seed, OF_CODE + 1,
		(actor * 2 + (size_t)is_key) * ROWS_AN_ACTOR + j, (uint64_t)r->day);
	int old = r->day < utc_days(2026, 8, 1); /* is_remote came then */
	size_t n = is_key ? 1 + h % 2 : h % 9 == 0 ? 0 : 1 + h % SIM_MODELS_A_DAY;

	r->actor = is_key ? s->org.keys[actor].name : s->org.users[actor].email;
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
	if (day < s->first_day || day < utc_days(2025, 1, 1) || quiet(s, day))
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
	for (const struct sim_revision *r = revised(s, day, NULL); r != NULL;
		r = revised(s, day, r))
		drop += r->drop;
	drop = drop > *n ? *n : drop;
	if (drop > 0)
		memmove(v, v + drop, (*n - drop) * sizeof *v);
	*n -= drop;
	*rows = v;
	return 0;
}
