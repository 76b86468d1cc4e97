#include "sim/uses.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/kinds.h"

/* What a hash is for: the third number with SIM_OF_USE, apart from those of sim/people and sim/dims. */
enum { OF_SEAT = 1 << 20, OF_SEAT_DAY, OF_HIDDEN };

/* Until this age in days a use of a seat grows, and some identities are not shown. */
enum { SETTLED = 30, SHOWN = 3, FRESH_AFTER = 3 * UTC_HOUR };

/* How seats use a product: what a usual day of a person has. */
static const struct {
	int models[2]; /* the second one for one of three persons; -1: none */
	uint64_t base[SIM_COUNTS];
	int profile;
} seats[SIM_SEAT_PRODUCTS] = {
	[SIM_CHAT] = {{SIM_SONNET, SIM_OPUS}, {24000, 0, 0, 0, 9000, 3}, 0},
	[SIM_CLAUDE_CODE] = {{SIM_OPUS, SIM_SONNET}, {90000, 2400000, 180000, 0, 41000, 0}, 0},
	[SIM_COWORK] = {{SIM_OPUS, SIM_SONNET}, {60000, 400000, 0, 0, 16000, 0}, 0},
	[SIM_OFFICE] = {{SIM_SONNET, -1}, {31000, 52000, 0, 0, 7000, 0}, 0},
	[SIM_CHROME] = {{SIM_SONNET, -1}, {45000, 0, 0, 0, 5000, 0}, 0},
	[SIM_DESIGN] = {{SIM_OPUS, -1}, {38000, 0, 0, 0, 22000, 0}, 0},
	[SIM_TAG] = {{SIM_SONNET, -1}, {18000, 0, 0, 0, 4000, 0}, 2},
};

/* ---- making them ---- */

static struct sim_use *
add_use(struct sim_uses *u, enum sim_use_kind kind, enum sim_product product)
{
	struct sim_use *use;

	if (u->n == u->cap) {
		size_t cap = u->cap == 0 ? 256 : u->cap * 2;
		struct sim_use *grown = realloc(u->v, cap * sizeof *grown);

		u->failed |= grown == NULL;
		if (grown == NULL)
			return NULL;
		u->v = grown;
		u->cap = cap;
	}
	use = &u->v[u->n++];
	memset(use, 0, sizeof *use);
	use->kind = kind;
	for (int d = 0; d < SIM_USE_DIMS; d++)
		use->dim[d] = -1;
	use->dim[SIM_BY_PRODUCT] = (int)product;
	return use;
}

static void
set_actor(struct sim_uses *u, struct sim_use *use, int identity)
{
	static const int types[] = {[SIM_IS_NOBODY] = -1,
		[SIM_IS_USER] = SIM_USER_ACTOR,
		[SIM_IS_SERVICE] = SIM_SERVICE_ACTOR,
		[SIM_IS_KEY] = SIM_API_ACTOR,
		[SIM_IS_SCOPED_KEY] = -1,
		[SIM_IS_FEDERATED] = SIM_FEDERATED_ACTOR};

	use->dim[SIM_BY_ACTOR] = identity;
	use->dim[SIM_BY_ACTOR_TYPE] = types[sim_dims_who(&u->dims, identity).is];
}

/* The workspace W, -1 the default one, by its own id. */
static void
set_workspace(struct sim_uses *u, struct sim_use *use, int w)
{
	use->dim[SIM_BY_WORKSPACE] = w < 0 ? (int)u->s->org.nworkspaces : w;
}

/* The prices of a stream of these dimensions, of which OFF tenths are taken off. */
static void
set_prices(struct sim_use *use, const struct sim_stream *st, unsigned off)
{
	for (int c = 0; c < SIM_COUNTS; c++) {
		use->list[c] = sim_cost_price(st, (enum sim_count)c);
		use->paid[c] = use->list[c] - use->list[c] / 10 * off;
	}
}

/* Who a key acts for: a user or service account, where it has one, else the key itself. */
static int
key_identity(const struct sim_uses *u, size_t k)
{
	const struct sim_org *o = &u->s->org;
	const char *id = o->keys[k].principal.id;

	for (size_t i = 0; *id != '\0' && i < o->nusers; i++)
		if (strcmp(o->users[i].head.id, id) == 0)
			return (int)i;
	for (size_t i = 0; *id != '\0' && i < o->nservices; i++)
		if (strcmp(o->services[i], id) == 0)
			return sim_dims_service(&u->dims, i);
	return sim_dims_key(&u->dims, k);
}

static void
add_stream(struct sim_uses *u, size_t i)
{
	const struct sim_stream *st = &u->s->streams[i];
	int key = st->dim[SIM_KEY], account = st->dim[SIM_ACCOUNT];
	enum sim_product product = st->dim[SIM_TIER] == SIM_BATCHED	 ? SIM_BATCHES
				   : account >= 0			 ? SIM_CLAUDE_CODE
				   : key < 0 && st->dim[SIM_SERVICE] < 0 ? SIM_CONSOLE
									 : SIM_MESSAGES;
	struct sim_use *use = add_use(u, SIM_USE_STREAM, product);

	if (use == NULL)
		return;
	use->of = i;
	use->profile = st->profile;
	if (st->dim[SIM_SERVICE] >= 0)
		set_actor(u, use, sim_dims_service(&u->dims, (size_t)st->dim[SIM_SERVICE]));
	else if (account >= 0 || key >= 0)
		set_actor(u, use, account >= 0 ? account : key_identity(u, (size_t)key));
	set_workspace(u, use, st->dim[SIM_WORKSPACE]);
	use->dim[SIM_BY_KEY] = key;
	use->dim[SIM_BY_MODEL] = st->dim[SIM_MODEL];
	use->dim[SIM_BY_TIER] = st->dim[SIM_TIER];
	use->dim[SIM_BY_WINDOW] = st->dim[SIM_WINDOW];
	use->dim[SIM_BY_SPEED] = st->dim[SIM_SPEED];
	use->dim[SIM_BY_GEO] = st->dim[SIM_GEO] == SIM_UNKNOWN ? -1 : st->dim[SIM_GEO];
	use->dim[SIM_BY_PROFILE] = key >= 0 && key % 4 == 1 ? key / 4 % SIM_UPROFS : -1;
	/* Priority Tier is paid by commitment. */
	set_prices(use, st, st->dim[SIM_TIER] == SIM_PRIORITY ? 10 : 0);
}

/* What workspace W does without a stream: code, by a federated identity, and sessions of agents. */
static void
add_ticks(struct sim_uses *u, size_t w, enum sim_cost_kind kind)
{
	int sessions = kind == SIM_COST_SESSION;
	struct sim_use *use;

	for (size_t i = 0; sim_cost_tick(kind, w) > 0 && i < (sessions ? SIM_SESSIONS : 1); i++) {
		use = add_use(u, SIM_USE_TICKS, sessions ? SIM_AGENTS : SIM_MESSAGES);
		if (use == NULL)
			return;
		use->of = w;
		use->ticks = kind;
		use->part = i;
		use->parts = sessions ? SIM_SESSIONS : 1;
		use->profile = 2;
		use->list[SIM_TICKS] = use->paid[SIM_TICKS] = sim_cost_tick(kind, w);
		set_workspace(u, use, (int)w);
		set_actor(u, use,
			sessions ? (int)(w % u->s->org.nusers)
				 : sim_dims_federated(&u->dims, w / 2 % SIM_FEDERATED));
		if (!sessions)
			continue;
		use->dim[SIM_BY_SESSION] = (int)(w * SIM_SESSIONS + i);
		use->dim[SIM_BY_AGENT] = (int)w;
		use->dim[SIM_BY_ENVIRONMENT] = (int)(i % 2);
		use->dim[SIM_BY_DEPLOYMENT] =
			i == 2 ? (int)w : -1; /* the others were started by hand */
	}
}

/* A use of a seat, with the usual counts of PRODUCT by SHARE thousandths. */
static struct sim_use *
add_seat(struct sim_uses *u, enum sim_product product, int identity, int model, uint64_t share)
{
	struct sim_use *use = add_use(u, SIM_USE_SEAT, product);
	struct sim_stream st = {.dim = {[SIM_MODEL] = model, [SIM_TIER] = SIM_STANDARD}};

	if (use == NULL)
		return NULL;
	set_actor(u, use, identity);
	use->profile = seats[product].profile;
	use->dim[SIM_BY_MODEL] = model;
	use->dim[SIM_BY_TIER] = SIM_STANDARD;
	use->dim[SIM_BY_WINDOW] = SIM_NARROW;
	use->dim[SIM_BY_SPEED] = SIM_NORMAL;
	for (int c = 0; c < SIM_COUNTS; c++)
		use->base[c] = seats[product].base[c] * share / 1000;
	set_prices(use, &st, 1);
	return use;
}

/* The seat of person P in a product: with one model or two, of some at a price of its own. */
static void
add_person(struct sim_uses *u, size_t p, enum sim_product product)
{
	uint64_t h = sim_hash(u->s->config.seed, SIM_OF_USE, OF_SEAT + (uint64_t)product, p);
	struct sim_stream st = {.dim = {[SIM_TIER] = SIM_STANDARD}};
	int model = seats[product].models[0], second = seats[product].models[1];
	struct sim_use *use = add_seat(u, product, (int)p, model, 500 + h % 1000);

	if (use != NULL && product == SIM_CLAUDE_CODE && h % 9 == 2)
		use->dim[SIM_BY_SPEED] = SIM_FAST;
	else if (use != NULL && product == SIM_CLAUDE_CODE && h % 9 == 4)
		use->dim[SIM_BY_WINDOW] = SIM_WIDE;
	else if (use != NULL && product == SIM_CHAT && h % 5 == 1)
		use->dim[SIM_BY_GEO] = SIM_US;
	if (use != NULL) {
		st.dim[SIM_MODEL] = model;
		st.dim[SIM_SPEED] = use->dim[SIM_BY_SPEED];
		st.dim[SIM_WINDOW] = use->dim[SIM_BY_WINDOW];
		st.dim[SIM_GEO] = use->dim[SIM_BY_GEO];
		set_prices(use, &st, 1);
	}
	if (use != NULL && product == SIM_TAG) {
		use->dim[SIM_BY_SLACK_USER] = (int)p;
		use->dim[SIM_BY_CATEGORY] = h % 4 == 0 ? SIM_DM : SIM_ENGAGED;
		use->dim[SIM_BY_CHANNEL] = h % 4 == 0 ? -1 : (int)(h % SIM_CHANNELS);
	}
	if (second >= 0 && (h >> 16) % 3 == 0)
		add_seat(u, product, (int)p, second, 200 + (h >> 24) % 500);
}

/* What nobody's seat explains: Claude in Slack's channels, other products, and none. */
static void
add_others(struct sim_uses *u)
{
	struct sim_use *use;

	for (int c = 0; c < SIM_CHANNELS; c++) {
		use = add_seat(u, SIM_TAG, -1, SIM_SONNET, 3000);
		if (use == NULL)
			return;
		use->dim[SIM_BY_CHANNEL] = c;
		use->dim[SIM_BY_CATEGORY] = SIM_PROACTIVE + c;
	}
	for (size_t i = 0; i <= SIM_FEDERATED; i++) {
		use = add_seat(u, SIM_CHROME, -1, SIM_HAIKU, 900 + i * 100);
		if (use == NULL)
			return;
		use->kind = SIM_USE_OTHER;
		use->dim[SIM_BY_PRODUCT] = i == SIM_FEDERATED ? SIM_NO_PRODUCT : SIM_OTHER;
		if (i < SIM_FEDERATED)
			set_actor(u, use, sim_dims_federated(&u->dims, i));
	}
}

int
sim_uses_make(struct sim_uses *u, const struct sim *s, struct ant_err *e)
{
	memset(u, 0, sizeof *u);
	u->s = s;
	if (sim_dims_make(&u->dims, s) != 0)
		return err_set(e, ANT_FAIL, "out of memory for the uses");
	for (size_t i = 0; i < s->nstreams; i++)
		add_stream(u, i);
	for (size_t w = 0; w < s->org.nworkspaces; w++)
		for (int kind = SIM_COST_CODE; kind <= SIM_COST_SESSION; kind++)
			add_ticks(u, w, (enum sim_cost_kind)kind);
	for (size_t p = 0; p < u->dims.persons; p++)
		for (int product = 0; product < SIM_SEAT_PRODUCTS; product++)
			if (sim_people_has(s, p, (enum sim_product)product))
				add_person(u, p, (enum sim_product)product);
	add_others(u);
	return u->failed ? err_set(e, ANT_FAIL, "out of memory for the uses") : 0;
}

void
sim_uses_free(struct sim_uses *u)
{
	sim_dims_free(&u->dims);
	free(u->v);
	u->v = NULL;
	u->n = u->cap = 0;
}

/* ---- what they count ---- */

int64_t
sim_uses_fresh(const struct sim *s)
{
	return utc_floor(sim_now(s) - FRESH_AFTER, UTC_HOUR);
}

static int64_t
age(const struct sim *s, int64_t day)
{
	return utc_floor(sim_now(s), UTC_DAY) / UTC_DAY - day;
}

/* How much of its base use I does on DAY, in thousandths: that of a person, or of nobody. */
static uint64_t
seat_level(const struct sim_uses *u, size_t i, int64_t day, uint64_t h)
{
	const struct sim_use *use = &u->v[i];
	int identity = use->dim[SIM_BY_ACTOR];
	uint64_t level;

	if (use->kind == SIM_USE_SEAT && identity >= 0)
		level = sim_people_use(
			u->s, (size_t)identity, (enum sim_product)use->dim[SIM_BY_PRODUCT], day);
	else
		level = day < utc_days(2026, 6, 15) || h % 5 == 0 ? 0 : 400 + h % 1200;
	/* What is not settled comes in by and by. */
	if (age(u->s, day) < SETTLED)
		level = level * (1000 - (uint64_t)(SETTLED - age(u->s, day)) * ((h >> 20) % 4)) /
			1000;
	return level;
}

static void
seat_day(const struct sim_uses *u, size_t i, int64_t day, uint64_t to[SIM_USE_COUNTS])
{
	uint64_t h = sim_hash(u->s->config.seed, SIM_OF_USE_DAY, OF_SEAT_DAY + i, (uint64_t)day);
	uint64_t level = seat_level(u, i, day, h);

	for (int c = 0; level > 0 && c < SIM_COUNTS; c++)
		to[c] = u->v[i].base[c] * level / 1000 * (800 + (h >> c * 6) % 400) / 1000;
	for (const struct sim_revision *r = sim_revised(u->s, day, NULL); r != NULL;
		r = sim_revised(u->s, day, r))
		for (int c = 0; c < SIM_COUNTS; c++)
			to[c] = to[c] * r->permille / 1000;
}

void
sim_uses_day(const struct sim_uses *u, size_t i, int64_t day, uint64_t to[SIM_USE_COUNTS])
{
	const struct sim_use *use = &u->v[i];
	uint64_t tokens = 0, ticks;

	memset(to, 0, SIM_USE_COUNTS * sizeof *to);
	if (day < u->s->first_day || sim_quiet(u->s, day))
		return;
	switch (use->kind) {
	case SIM_USE_STREAM:
		sim_day_counts(u->s, use->of, day, to);
		break;
	case SIM_USE_TICKS:
		ticks = sim_cost_ticks(u->s, use->ticks, use->of, day);
		to[SIM_TICKS] =
			ticks * (use->part + 1) / use->parts - ticks * use->part / use->parts;
		to[SIM_REQUESTS] = use->ticks == SIM_COST_CODE ? ticks : 0;
		return;
	case SIM_USE_SEAT:
	case SIM_USE_OTHER:
	case SIM_USE_ALL:
	default:
		seat_day(u, i, day, to);
	}
	for (int c = 0; c < SIM_SEARCH; c++)
		tokens += to[c];
	to[SIM_REQUESTS] = tokens == 0 ? 0 : tokens / 3000 + 1;
}

int
sim_uses_hidden(const struct sim_uses *u, int identity, int64_t day)
{
	struct sim_someone who = sim_dims_who(&u->dims, identity);
	uint64_t h = sim_hash(u->s->config.seed, SIM_OF_USE, OF_HIDDEN, who.number);

	if (who.is == SIM_IS_FEDERATED)
		return who.number + 1 == SIM_FEDERATED;
	if (who.is != SIM_IS_USER)
		return 0;
	/* Two of the first persons in any organization, so that equal rows are everywhere. */
	return h % 17 == 3 || who.number == 2 || who.number == 6 ||
	       (h % 41 == 5 && age(u->s, day) < SHOWN);
}

sim_units
sim_uses_spent(const struct sim_uses *u, size_t p, int64_t from, int64_t to)
{
	sim_units units = 0;
	uint64_t counts[SIM_USE_COUNTS];

	for (size_t i = 0; i < u->n; i++)
		for (int64_t day = from; day < to && u->v[i].kind == SIM_USE_SEAT &&
					 u->v[i].dim[SIM_BY_ACTOR] == (int)p;
			day++) {
			sim_uses_day(u, i, day, counts);
			for (int c = 0; c < SIM_COUNTS; c++)
				units += (sim_units)counts[c] * u->v[i].paid[c];
		}
	return units;
}
