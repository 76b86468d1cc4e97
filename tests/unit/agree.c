/* A watermark follows its loads, and agrees with what a ledger says. */
#include "base/utc.h"
#include "state/agree.h"
#include "test.h"

#define ORG "b1fc2ac6-6a3c-4a52-9cb5-6b1ae0a5e7c3"

/* Day D of November 2026. */
static int64_t
day(int d)
{
	return utc_days(2026, 11, (unsigned)d) * UTC_DAY;
}

/* Line LINE of the ledger DESTINATION: a load from day FROM to day TO. */
static struct mark_load
load(const char *destination, int line, int from, int to)
{
	static char names[100][8];
	struct mark_load l = {.what = MARK_LOADED,
		.from_known = 1,
		.watermark_known = 1,
		.from = day(from),
		.watermark = day(to),
		.organization = ORG,
		.destination = destination,
		.line = line,
		.finished = day(to) + line};

	snprintf(names[line], sizeof names[line], "l%d", line);
	l.load = names[line];
	return l;
}

/* The API serves nothing before day FROM, where day ASKED was asked for; up to TO, 0: not even that. */
static struct mark_load
narrowed(int line, int asked, int from, int to)
{
	struct mark_load l = load("d", line, from, to);

	l.asked_known = 1;
	l.asked = day(asked);
	l.watermark_known = to != 0;
	return l;
}

static struct mark_load
made(struct mark_load l)
{
	l.created = 1;
	return l;
}

/* The watermark after N loads that a machine has seen itself. */
static struct mark
after(const struct mark_load *loads, size_t n)
{
	struct mark m = {.known = 0};
	struct ant_err e;
	int64_t gap;

	for (size_t i = 0; i < n; i++)
		CHECK(mark_take(&m, &loads[i], NULL, &gap, &e) == 0);
	return m;
}

/* A mark as it stands in its file, and read again. */
static void
test_text(void)
{
	struct mark_load l = load("d", 12, 1, 20);
	struct mark m = after(&l, 1), again;
	char *scope, *table;
	struct buf text;

	m.by_hand = 1;
	m.set_at = day(21);
	m.unserved_known = 1;
	m.unserved = day(3);
	m.n = 2;
	m.loaded[0] = (struct span){day(22), day(23)};
	m.loaded[1] = (struct span){day(25), day(26)};
	buf_init(&text, 1 << 16);
	CHECK(mark_render("a %\n", "t", &m, &text) == 0);
	CHECK(mark_parse((char *)(uintptr_t)buf_str(&text), &scope, &table, &again) == 0);
	SAME(scope, "a %\n");
	SAME(table, "t");
	CHECK(memcmp(&m, &again, sizeof m) == 0);
	buf_free(&text);
}

/* What a load does to a mark. */
static void
test_take(void)
{
	const struct mark_load lines[] = {
		made(load("d", 1, 1, 10)), load("d", 2, 7, 15), load("d", 3, 17, 20)};
	struct mark m = after(lines, 2);
	struct mark_load again = made(load("d", 4, 18, 20));
	struct ant_err e;
	int64_t gap, t;

	CHECK(m.known && m.watermark == day(15) && m.begin_known && m.begin == day(1));
	SAME(m.load, "l2");
	SAME(m.organization, ORG);
	CHECK(mark_take(&m, &lines[2], NULL, &gap, &e) == 1 && gap == day(15));
	SAME(m.load, "l2"); /* nothing was changed */
	CHECK(m.watermark == day(15));
	/* A load that made the table: where that was loaded from before is still wanted. */
	CHECK(mark_take(&m, &again, NULL, &gap, &e) == 0);
	CHECK(!m.known && m.begin_known && m.begin == day(1) && m.n == 1);
	CHECK(m.loaded[0].from == day(18) && m.loaded[0].to == day(20));
	again = load("d", 5, 1, 18);
	CHECK(mark_take(&m, &again, NULL, &gap, &e) == 0);
	CHECK(m.known && m.watermark == day(20) && m.n == 0);
	/* By hand, and what ends that. */
	t = day(12);
	mark_set(&m, &t, day(21));
	CHECK(m.by_hand && m.watermark == day(12) && m.begin == day(1));
	mark_set(&m, NULL, day(22));
	CHECK(m.by_hand && !m.known && !m.begin_known && *m.organization == '\0');
	SAME(m.load, "l5");
	again = load("d", 6, 11, 13);
	CHECK(mark_take(&m, &again, NULL, &gap, &e) == 0);
	CHECK(!m.by_hand && m.watermark == day(13) && m.begin == day(11));
}

/* What the API does not serve any more is no gap: nobody can fill it. */
static void
test_not_served(void)
{
	const struct mark_load none = narrowed(1, 1, 9, 0), some = narrowed(2, 9, 12, 15),
			       edge = load("d", 3, 9, 15), later = load("d", 4, 17, 20),
			       beyond = narrowed(5, 16, 17, 0);
	struct mark m = after(&none, 1);
	struct ant_err e;
	int64_t gap, since = day(1);

	/* Nothing is moved by a window of nothing, nor does it begin anything, or end what was set by hand. */
	CHECK(!m.known && !m.begin_known && m.n == 0 && m.unserved == day(9));
	SAME(m.load, "l1");
	mark_set(&m, NULL, day(21));
	CHECK(!m.unserved_known);
	CHECK(mark_take(&m, &none, NULL, &gap, &e) == 0 && m.by_hand && !m.known);
	/* A narrowed window begins where it was to start, and joins up with what was there long before. */
	m = after(&some, 1);
	CHECK(m.known && m.watermark == day(15) && m.begin == day(9));
	m = after((struct mark_load[]){load("d", 1, 1, 5), some}, 2);
	CHECK(m.known && m.watermark == day(15) && m.begin == day(1));
	/* So does one that starts with the first day that is served. */
	m = after((struct mark_load[]){load("d", 1, 1, 2)}, 1);
	CHECK(mark_take(&m, &edge, NULL, &gap, &e) == 1 && gap == day(2));
	CHECK(mark_take(&m, &none, NULL, &gap, &e) == 0 && m.watermark == day(2));
	CHECK(mark_take(&m, &edge, NULL, &gap, &e) == 0 && m.watermark == day(15));
	/* What waits for it follows; a gap in what is served stays one. */
	CHECK(mark_take(&m, &later, NULL, &gap, &e) == 1 && gap == day(15));
	CHECK(mark_take(&m, &later, &since, &gap, &e) == 0 && m.watermark == day(15) && m.n == 1);
	CHECK(mark_take(&m, &beyond, NULL, &gap, &e) == 0 && m.watermark == day(20) && m.n == 0);
	memset(&m, 0, sizeof m);
	CHECK(mark_take(&m, &later, &since, &gap, &e) == 0 && !m.known && m.n == 1);
	CHECK(mark_take(&m, &beyond, &since, &gap, &e) == 0 && m.known && m.watermark == day(20));
	CHECK(m.begin == day(16));
	/* A table that was made anew is wanted from where it began: the same holds. */
	m = after((struct mark_load[]){made(load("d", 1, 1, 20)), made(narrowed(2, 1, 9, 0)), edge},
		3);
	CHECK(m.known && m.watermark == day(15) && m.begin == day(1));
}

/* Lines that say what a person did. */
static void
test_by_hand_in_ledger(void)
{
	struct mark_load lines[] = {
		made(load("d", 1, 1, 20)), load("d", 2, 0, 10), load("d", 3, 7, 12)};
	struct mark m;

	lines[1].what = MARK_SET;
	lines[1].from_known = 0;
	m = after(lines, 2);
	CHECK(m.by_hand && m.watermark == day(10) && m.set_at == lines[1].finished);
	m = after(lines, 3);
	CHECK(!m.by_hand && m.watermark == day(12) && m.begin == day(1));
	lines[1].what = MARK_RESET;
	lines[1].watermark_known = 0;
	m = after(lines, 2);
	CHECK(m.by_hand && !m.known && !m.begin_known);
}

/*
 * MINE beside N lines: the watermark is then that of day WATERMARK, 0 being none, what is missing
 * begins at BEGIN, and what is said of it begins with NOTE.
 */
static struct mark
agreed(const struct mark *mine, struct agree_facts facts, const struct mark_load *lines, size_t n,
	int watermark, int begin, const char *note)
{
	struct mark m;
	struct ant_err e;
	struct buf said;

	buf_init(&said, 1 << 16);
	CHECK(agree(mine, &facts, lines, n, &m, &said, &e) == 0);
	CHECK(m.known == (watermark != 0) && (!m.known || m.watermark == day(watermark)));
	CHECK(m.begin_known == (begin != 0) && (!m.begin_known || m.begin == day(begin)));
	if (said.len == 0 || *note == '\0' || strncmp(buf_str(&said), note, strlen(note)) != 0)
		SAME(said.len > 0 ? buf_str(&said) : "", note);
	buf_free(&said);
	return m;
}

static const struct agree_facts gone = {.there = 0}, found = {.there = 1, .found = 1},
				other = {.there = 1};

static void
test_agree(void)
{
	const struct mark_load d[] = {made(load("d", 1, 1, 10)), load("d", 2, 7, 15),
		load("d", 3, 12, 20), load("d", 4, 25, 28)};
	const struct mark none = {.known = 0};
	struct mark mine = after(d, 3), m;

	/* The same on both sides, and newer lines: of a machine, and by hand with a gap. */
	m = agreed(&mine, found, d + 2, 1, 20, 1, "");
	CHECK(memcmp(&m, &mine, sizeof m) == 0);
	mine = after(d, 1);
	agreed(&mine, found, d, 3, 20, 1, "");
	mine = after(d, 3);
	m = agreed(&mine, found, d + 2, 2, 20, 1, "");
	CHECK(m.n == 1 && m.loaded[0].from == day(25));
	/* Nothing is known. */
	m = agreed(&none, other, d, 3, 20, 1, "");
	SAME(m.load, "l3");
	agreed(&none, other, d, 0, 0, 0, "");
	agreed(&none, gone, d, 0, 0, 0, "");
	/* The table is gone: from where it began, as the ledger says, else the mark. */
	agreed(&mine, gone, d, 3, 0, 1, "the table is not there any more");
	agreed(&mine, gone, d, 0, 0, 1, "the table is not there any more");
	agreed(&none, gone, d, 3, 0, 1, "the table is not there any more");
	/* An older copy. */
	agreed(&mine, other, d, 2, 15, 1,
		"the destination is an older copy of itself: its ledger ends at "
		"2026-11-15T00:00:00Z, the watermark is 2026-11-20T00:00:00Z");
}

/* A ledger with windows that were narrowed. */
static void
test_agree_not_served(void)
{
	const struct mark_load d[] = {made(narrowed(1, 1, 9, 0)), load("d", 2, 9, 15),
		load("d", 3, 12, 20), narrowed(4, 17, 22, 25)};
	const struct mark none = {.known = 0};
	struct mark mine = after(d, 3);

	agreed(&mine, found, d + 2, 1, 20, 9, "");
	agreed(&mine, found, d + 2, 2, 25, 9, "");
	agreed(&none, other, d, 4, 25, 9, "");
	agreed(&none, other, d, 1, 0, 0, "");
	agreed(&mine, gone, d, 3, 0, 9, "the table is not there any more");
	mine = after(d + 3, 1);
	agreed(&mine, gone, d, 4, 0, 9, "the table is not there any more");
}

static void
test_exchanged(void)
{
	const struct mark_load d = made(load("d", 1, 1, 20)), f = made(load("f", 1, 5, 12));
	const struct mark mine = after(&d, 1);
	struct mark m = agreed(&mine, other, &f, 1, 12, 5, "this is another destination");

	SAME(m.destination, "f");
	CHECK(m.line == 1);
}

/* The table was made anew, by somebody whose line is none of ours. */
static void
test_made_anew(void)
{
	const struct mark_load d[] = {load("d", 2, 1, 20), load("d", 6, 18, 22)};
	const struct mark mine = after(d, 1), none = {.known = 0};
	const struct agree_facts made_since = {.there = 1, .found = 1, .since = 5};
	struct agree_facts facts = made_since;
	struct mark m = agreed(&mine, facts, d, 1, 0, 1,
		"the table was made anew since it was loaded: loading it again from 2026-11-01");

	CHECK(m.n == 0);
	/* And a load since then, from another machine, is all there is. */
	m = agreed(&mine, facts, d, 2, 0, 1, "the table was made anew");
	CHECK(m.n == 1 && m.loaded[0].from == day(18) && m.loaded[0].to == day(22));
	facts.found = 0;
	agreed(&none, facts, d, 1, 0, 1, "");
	facts = made_since;
	facts.since = 1; /* before */
	agreed(&mine, facts, d, 2, 22, 1, "");
}

/* A watermark by hand, and a ledger. */
static void
test_agree_by_hand(void)
{
	const struct mark_load d[] = {made(load("d", 1, 1, 20)), load("d", 2, 18, 22)};
	struct mark mine = after(d, 1);
	int64_t t = day(8);

	mark_set(&mine, &t, day(21));
	agreed(&mine, found, d, 1, 8, 1, "");
	agreed(&mine, found, d, 2, 8, 1, ""); /* a newer load that leaves a gap does not undo it */
	mark_set(&mine, NULL, day(21));
	agreed(&mine, found, d, 1, 0, 0, "");
	agreed(&mine, gone, d, 1, 0, 0, "");
	agreed(&mine, other, d, 0, 0, 0, "");
	/* Before anything was loaded. */
	memset(&mine, 0, sizeof mine);
	mark_set(&mine, &t, day(30));
	agreed(&mine, other, d, 2, 8, 0, "");
	agreed(&mine, gone, d, 0, 8, 0, "");
}

/* A mark and lines from before they had names. */
static void
test_unnamed(void)
{
	struct mark_load lines[] = {load("", 0, 1, 15), load("", 0, 12, 20)};
	struct mark mine = {.known = 1, .watermark = day(20)};

	lines[0].load = lines[1].load = lines[0].organization = lines[1].organization = "";
	agreed(&mine, other, lines, 2, 20, 1, "");
	mine.watermark = day(22);
	agreed(&mine, other, lines, 2, 20, 1,
		"the watermark is 2026-11-22T00:00:00Z, the ledger of the "
		"destination ends at 2026-11-20T00:00:00Z");
	mine.watermark = day(18);
	agreed(&mine, other, lines, 2, 20, 1, "");
	agreed(&mine, gone, lines, 2, 0, 1, "the table is not there any more");
}

static void
test_unknown(void)
{
	const struct agree_facts empty = {.there = 1, .empty = 1};
	const struct mark_load d = made(load("d", 1, 1, 20));
	struct mark_load theirs = load("d", 2, 18, 22);
	const struct mark mine = after(&d, 1);
	struct mark m;
	struct ant_err e;
	struct buf said;

	buf_init(&said, 1 << 16);
	CHECK(agree(&mine, &other, NULL, 0, &m, &said, &e) == -1 && e.status == ANT_FAIL);
	CHECK(strstr(e.msg, "2026-11-20T00:00:00Z") != NULL && said.len == 0);
	theirs.organization = "00000000-6a3c-4a52-9cb5-6b1ae0a5e7c3";
	CHECK(agree(&mine, &found, &theirs, 1, &m, &said, &e) == -1 && e.status == ANT_FAIL);
	CHECK(strstr(e.msg, ORG) != NULL && strstr(e.msg, theirs.organization) != NULL);
	buf_free(&said);
	agreed(&mine, empty, NULL, 0, 0, 1, "the table is empty, and no load of it is known");
}

int
main(void)
{
	test_text();
	test_take();
	test_not_served();
	test_by_hand_in_ledger();
	test_agree();
	test_agree_not_served();
	test_exchanged();
	test_made_anew();
	test_agree_by_hand();
	test_unnamed();
	test_unknown();
	DONE();
}
