#include "sim/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/feed_kinds.h"
#include "sim/json.h"
#include "sim/kinds.h"
#include "sim/times.h"

/* An id tells the day and the number on it; so many bits each. */
enum { NUMBER_BITS = 20, DAY_BITS = 16, PLACE_DIGITS = 7 };

static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* The events of a day while they are made. */
struct day {
	const struct sim *s;
	int64_t day;
	struct sim_event *v;
	size_t n, cap;
	int failed;
};

struct actor {
	enum sim_event_actor is;
	size_t number; /* of the user, account, key */
};

/* ---- ids ---- */

static uint64_t
mask(const struct sim *s)
{
	return sim_hash(s->config.seed, SIM_OF_EVENT, 0, 0) &
	       (((uint64_t)1 << (DAY_BITS + NUMBER_BITS)) - 1);
}

/* The first digits are the place, disguised; the others follow from it. */
static void
make_id(const struct sim *s, uint64_t place, char to[SIM_ID])
{
	size_t before = sizeof "activity_01" - 1;
	uint64_t x = place ^ mask(s);

	sim_org_id(to, "activity_", s->config.seed, SIM_OF_EVENT, place);
	for (size_t i = 0; i < PLACE_DIGITS; i++, x /= 58)
		to[before + i] = base58[x % 58];
}

int
sim_feed_day_of(const struct sim *s, const char *id, int64_t *day)
{
	size_t before = sizeof "activity_01" - 1;
	char again[SIM_ID];
	uint64_t x = 0;

	if (strlen(id) < before + PLACE_DIGITS)
		return 0;
	for (size_t i = PLACE_DIGITS; i-- > 0;) {
		const char *digit = strchr(base58, id[before + i]);

		if (digit == NULL)
			return 0;
		x = x * 58 + (uint64_t)(digit - base58);
	}
	x ^= mask(s);
	make_id(s, x, again);
	*day = (int64_t)(x >> NUMBER_BITS);
	return strcmp(again, id) == 0;
}

/* ---- an event ---- */

static void
set_actor(const struct day *d, struct sim_event *e, struct actor a, uint64_t h)
{
	static const char *const agents[] = {"Mozilla/5.0 (X11; Linux x86_64)",
		"claude-code/2.1 \"beta\"", "python-httpx/0.28", "Électron\t33"};
	const struct sim_event_actor_kind *kind = &sim_feed_actors[a.is];
	const struct sim *s = d->s;

	e->actor_type = kind->type;
	if (kind->prefix != NULL)
		sim_org_id(e->actor_id, kind->prefix, s->config.seed, SIM_OF_EVENT_FIELD, a.number);
	if (a.is == SIM_ACTS_USER) {
		struct sim_who w = sim_people_who(s, (struct sim_someone){SIM_IS_USER, a.number});

		snprintf(e->actor_id, SIM_ID, "%s", w.id);
		e->email = w.email;
	} else if (a.is == SIM_ACTS_SERVICE) {
		snprintf(e->actor_id, SIM_ID, "%s", s->org.services[a.number]);
	} else if (a.is == SIM_ACTS_KEY) {
		snprintf(e->actor_id, SIM_ID, "%s", s->org.keys[a.number].head.id);
	} else if (a.is == SIM_ACTS_STRANGER) {
		e->email = "who.is.this@example.net";
	}
	if (a.is == SIM_ACTS_ANTHROPIC || a.is == SIM_ACTS_SCIM)
		return;
	e->agent = h % 9 == 0 ? NULL : agents[(h >> 8) % 4];
	if (h % 4 == 3)
		snprintf(e->address, SIM_ID, "2001:db8::%x", (unsigned)(h >> 16) & 0xffff);
	else
		snprintf(e->address, SIM_ID, "192.0.2.%u", (unsigned)(h >> 16) & 0xff);
}

/* An event at AT; NULL without memory.  Its extra ids are made, if it is not about an object. */
static struct sim_event *
add(struct day *d, size_t kind, int64_t at, struct actor a)
{
	const struct sim *s = d->s;
	uint64_t place = (uint64_t)d->day << NUMBER_BITS | d->n,
		 h = sim_hash(s->config.seed, SIM_OF_EVENT, 1, place);
	struct sim_event *e;

	if (d->n == d->cap) {
		size_t cap = d->cap == 0 ? 64 : d->cap * 2;
		struct sim_event *v = realloc(d->v, cap * sizeof *v);

		if (v == NULL) {
			d->failed = 1;
			return NULL;
		}
		d->v = v;
		d->cap = cap;
	}
	e = &d->v[d->n++];
	memset(e, 0, sizeof *e);
	make_id(s, place, e->id);
	e->at = at;
	e->seen = at + (int64_t)(h % 60) * SIM_SECOND;
	sim_times_write(e->created_at, at);
	e->kind = &sim_feed_kinds[kind];
	e->doubled = (h >> 8) % 29 == 0;
	if ((h >> 16) % 23 != 0) {
		e->organization_uuid = s->org.id;
		sim_org_id(e->organization_id, "org_", s->config.seed, SIM_OF_ORGANIZATION, 0);
	}
	set_actor(d, e, a, h >> 24);
	for (size_t x = 0; x < SIM_EXTRAS; x++)
		if (e->kind->extra[x].prefix != NULL)
			sim_org_id(e->extra[x], e->kind->extra[x].prefix, s->config.seed,
				SIM_OF_EVENT_FIELD, place * SIM_EXTRAS + x + SIM_ACTORS);
	return e;
}

/* ---- a day ---- */

/* An instant of the working hours, with its microseconds; every eighth one on the full second. */
static int64_t
at_work(const struct day *d, uint64_t h)
{
	int64_t micros = (h >> 48) % 8 == 0 ? 0 : (int64_t)(h >> 20) % SIM_SECOND;

	return (d->day * UTC_DAY + 7 * UTC_HOUR + (int64_t)(h % (11 * UTC_HOUR))) * SIM_SECOND +
	       micros;
}

static void
add_use(struct day *d, size_t u)
{
	const struct sim *s = d->s;
	int any = 0;

	for (size_t k = SIM_EVENT_OF_PRODUCTS; k < SIM_EVENTS; k++) {
		const struct sim_event_kind *kind = &sim_feed_kinds[k];
		uint64_t h = sim_hash(
			s->config.seed, SIM_OF_EVENT, 2 + u * SIM_EVENTS + k, (uint64_t)d->day);
		unsigned n = (kind->permille + (unsigned)(h % 1000)) / 1000;

		if (n == 0 || sim_people_use(s, u, kind->product, d->day) == 0)
			continue;
		any = 1;
		for (unsigned i = 0; i < n; i++)
			add(d, k, at_work(d, sim_hash(h, SIM_OF_EVENT, 3, i / 2)),
				(struct actor){SIM_ACTS_USER, u});
	}
	if (any) {
		uint64_t h = sim_hash(s->config.seed, SIM_OF_EVENT, 4 + u, (uint64_t)d->day);

		add(d, SIM_EVENT_SIGNED_IN, at_work(d, h), (struct actor){SIM_ACTS_USER, u});
		if (h % 3 == 0)
			add(d, SIM_EVENT_SIGNED_OUT,
				at_work(d, h >> 3) + 3600 * (int64_t)SIM_SECOND,
				(struct actor){SIM_ACTS_USER, u});
	}
}

/* What happens whoever works. */
static void
add_routine(struct day *d)
{
	const struct sim *s = d->s;
	uint64_t h = sim_hash(s->config.seed, SIM_OF_EVENT, 5, (uint64_t)d->day);

	add(d, SIM_EVENT_API_ACCESSED, at_work(d, h), (struct actor){SIM_ACTS_ADMIN_KEY, 1});
	add(d, SIM_EVENT_API_ACCESSED, at_work(d, h >> 1),
		(struct actor){SIM_ACTS_KEY, (size_t)(h >> 8) % s->org.nkeys});
	if (h % 3 == 0)
		add(d, SIM_EVENT_LOGIN_FAILED, at_work(d, h >> 2),
			(struct actor){SIM_ACTS_STRANGER, 0});
	if (h % 7 == 0)
		add(d, SIM_EVENT_SCIM, at_work(d, h >> 3), (struct actor){SIM_ACTS_SCIM, 2});
	if (h % 11 == 0)
		add(d, SIM_EVENT_SETTINGS, at_work(d, h >> 4), (struct actor){SIM_ACTS_USER, 0});
	if (h % 29 == 0)
		add(d, SIM_EVENT_SUPPORT, at_work(d, h >> 5),
			(struct actor){SIM_ACTS_ANTHROPIC, 0});
}

/* 1 where the text TIME is on this day, in microseconds to *AT. */
static int
on_day(const struct day *d, const char *time, int64_t *at)
{
	*at = *time == '\0' ? INT64_MIN : sim_times_read(time);
	return *at != INT64_MIN && utc_floor(*at / SIM_SECOND, UTC_DAY) / UTC_DAY == d->day;
}

/* What happened to the object ID at TIME, where that is on this day. */
static void
add_about(struct day *d, size_t kind, const char *time, const char *id, struct actor a)
{
	struct sim_event *e;
	int64_t at;

	if (on_day(d, time, &at) && (e = add(d, kind, at, a)) != NULL)
		snprintf(e->extra[0], SIM_ID, "%s", id);
}

/* Who made a key: its user, or where that is nobody's doing, somebody else. */
static void
add_key(struct day *d, size_t k)
{
	const struct sim_org *o = &d->s->org;
	struct actor maker = {k % 2 == 0 ? SIM_ACTS_ANTHROPIC : SIM_ACTS_SERVICE, 0};
	int64_t at;
	long u;

	if (!on_day(d, o->keys[k].created_at, &at))
		return;
	if (o->keys[k].user != NULL && (u = sim_org_find(o, SIM_USERS, o->keys[k].user)) >= 0)
		maker = (struct actor){SIM_ACTS_USER, (size_t)u};
	add_about(d, SIM_EVENT_KEY, o->keys[k].created_at, o->keys[k].head.id, maker);
}

static void
add_objects(struct day *d)
{
	const struct sim_org *o = &d->s->org;
	const struct actor admin = {SIM_ACTS_USER, 0}, stranger = {SIM_ACTS_STRANGER, 0};

	for (size_t i = 0; i < o->nkeys; i++)
		add_key(d, i);
	for (size_t i = 0; i < o->nworkspaces; i++)
		add_about(d, SIM_EVENT_WORKSPACE, o->workspaces[i].created_at,
			o->workspaces[i].head.id, admin);
	for (size_t i = 0; i < o->ninvites; i++) {
		const struct sim_invite *v = &o->invites[i];

		add_about(d, SIM_EVENT_INVITED, v->invited_at, v->head.id, admin);
		add_about(d, SIM_EVENT_ACCEPTED, v->accepted_at, v->head.id, stranger);
	}
	for (size_t u = 0; u < o->nusers; u++)
		add_about(d, SIM_EVENT_JOINED, o->users[u].added_at, o->users[u].head.id, admin);
}

static int
earlier(const void *left, const void *right)
{
	const struct sim_event *a = left, *b = right;

	return a->at != b->at ? (a->at < b->at ? -1 : 1) : strcmp(a->id, b->id);
}

int64_t
sim_feed_first_day(const struct sim *s)
{
	(void)s;
	return utc_days(2024, 6, 1);
}

int
sim_feed_day(const struct sim *s, int64_t day, struct sim_event **rows, size_t *n)
{
	struct day d = {.s = s, .day = day};

	if (day >= sim_feed_first_day(s))
		add_objects(&d);
	if (day >= s->first_day)
		add_routine(&d);
	for (size_t u = 0; u < sim_people_count(s) && day >= s->first_day; u++)
		add_use(&d, u);
	for (size_t i = 0; i < s->nevents; i++)
		if (utc_floor(s->events[i] / SIM_SECOND, UTC_DAY) / UTC_DAY == day)
			add(&d, SIM_EVENT_OF_PRODUCTS, s->events[i],
				(struct actor){SIM_ACTS_USER, i % s->org.nusers});
	if (d.n > 0)
		qsort(d.v, d.n, sizeof *d.v, earlier);
	*rows = d.v;
	*n = d.n;
	return d.failed ? -1 : 0;
}

/* ---- as the API writes them ---- */

const char *
sim_feed_type(const struct sim_event *e)
{
	return e->kind->type;
}

int
sim_feed_known_actor(const void *event)
{
	const struct sim_event *e = event;

	for (size_t i = 0; i < SIM_ACTORS; i++)
		if (strcmp(sim_feed_actors[i].type, e->actor_type) == 0)
			return sim_feed_actors[i].known;
	return 0;
}

static void
put_text(struct buf *to, const char *name, const char *text, unsigned escapes)
{
	buf_printf(to, ",\"%s\":", name);
	if (text == NULL || *text == '\0')
		buf_puts(to, "null");
	else
		sim_json_text(to, text, escapes);
}

static void
put_actor(struct buf *to, const struct sim_event *e, unsigned escapes)
{
	const struct sim_event_actor_kind *kind = sim_feed_actors;

	while (strcmp(kind->type, e->actor_type) != 0)
		kind++;
	buf_printf(to, ",\"actor\":{\"type\":\"%s\"", kind->type);
	if (kind->email != NULL)
		put_text(to, kind->email, e->email, escapes);
	if (kind->id != NULL)
		put_text(to, kind->id, e->actor_id, escapes);
	if (e->address[0] != '\0') {
		put_text(to, "ip_address", e->address, escapes);
		put_text(to, "user_agent", e->agent, escapes);
	}
	buf_putc(to, '}');
}

void
sim_feed_json(struct buf *to, const void *event, unsigned escapes)
{
	const struct sim_event *e = event;

	buf_printf(to, "{\"id\":\"%s\",\"created_at\":\"%s\"", e->id, e->created_at);
	put_text(to, "organization_id", e->organization_id, escapes);
	put_text(to, "organization_uuid", e->organization_uuid, escapes);
	put_actor(to, e, escapes);
	put_text(to, "type", e->kind->type, escapes);
	for (size_t x = 0; x < SIM_EXTRAS; x++) {
		const struct sim_event_extra *extra = &e->kind->extra[x];

		if (extra->prefix != NULL)
			put_text(to, extra->name, e->extra[x], escapes);
		else if (extra->name != NULL)
			buf_printf(to, ",\"%s\":%s", extra->name, extra->json);
	}
	buf_putc(to, '}');
}
