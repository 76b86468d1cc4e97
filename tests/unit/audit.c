/* Rows by the hour compared with what the ledger says: windows that overlap, and hours that they cut. */
#include <unistd.h>

#include "base/utc.h"
#include "load/audit.h"
#include "test.h"

enum { LINES = 8, HELD = 8 };

/* A destination with a ledger of windows, and rows. */
struct world {
	struct {
		const char *from, *to, *buckets, *mode, *rows;
	} line[LINES];
	struct {
		const char *hour;
		int64_t rows;
	} held[HELD];
	int merged; /* no column says when its rows are; they are all gone */
};

static int
facts(void *self, const struct audit *a, struct audit_facts *f, struct ant_err *e)
{
	const struct world *w = self;

	(void)a;
	(void)e;
	f->there = 1;
	f->empty = w->merged;
	strcpy(f->time_column, w->merged ? "" : "b");
	return 0;
}

static int
lines(void *self, const struct audit *a, int64_t line, int window, audit_take *take, void *arg,
	struct ant_err *e)
{
	const struct world *w = self;

	(void)a;
	(void)line;
	for (size_t i = 0; window && i < LINES && w->line[i].from != NULL; i++) {
		const char *texts[RECEIPT_FIELDS] = {NULL};

		texts[RECEIPT_FROM] = w->line[i].from;
		texts[RECEIPT_TO] = w->line[i].to;
		texts[RECEIPT_BUCKETS] = w->line[i].buckets;
		texts[RECEIPT_MODE] = w->line[i].mode;
		texts[RECEIPT_ROWS] = w->line[i].rows;
		if (take(arg, texts, e) == -1)
			return -1;
	}
	return 0;
}

static int64_t
time_of(const char *text)
{
	int64_t t = 0;

	CHECK(utc_parse(text, strlen(text), &t) == 0);
	return t;
}

static int
count(void *self, const struct audit *a, const struct audit_facts *f, struct buckets *hours,
	int64_t *rows, struct ant_err *e)
{
	const struct world *w = self;

	(void)a;
	(void)f;
	(void)rows;
	(void)e;
	for (size_t i = 0; i < HELD && w->held[i].hour != NULL; i++)
		CHECK(buckets_add(hours, time_of(w->held[i].hour), w->held[i].rows) == 0);
	return 0;
}

/* What is asked by QUESTION is answered, after the line about the table, with WANT, and 0 or -1. */
static void
answer(struct world *w, const char *question, const char *want, int status)
{
	const struct audit_source source = {w, "sqlite", facts, lines, count};
	int in[2], back[2];
	struct ant_err e;
	struct out out;
	char text[4096], *second;
	ssize_t n;

	CHECK(pipe(in) == 0 && pipe(back) == 0);
	CHECK(write(in[1], question, strlen(question)) == (ssize_t)strlen(question));
	close(in[1]);
	out_init(&out, back[1], "answers");
	CHECK(audit_run(&source, in[0], "stdin", &out, &e) == status);
	CHECK(out_flush(&out, &e) == 0);
	out_free(&out);
	close(back[1]);
	n = read(back[0], text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	second = strchr(text, '\n');
	SAME(second != NULL ? second + 1 : "", want);
	close(in[0]);
	close(back[0]);
}

#define ALL "t\t-\t-\t-\t0001-01-01T00:00:00Z\t9999-12-31T00:00:00Z\n"
#define HOUR(h) "2026-11-01T" #h ":00:00Z"

#define DIFFERS(from, to, rows, held)                                                              \
	"{\"@ant\":\"differs\",\"into\":\"t\",\"from\":\"2026-11-" from                            \
	"T00:00:00Z\",\"to\":\"2026-11-" to "T00:00:00Z\",\"rows\":" rows ",\"held\":" held "}\n"

/* Days that follow each other are one; one that holds more than was loaded lacks nothing. */
static void
test_days(void)
{
	struct world w = {.line = {{"2026-11-01T00:00:00Z", "2026-11-06T00:00:00Z",
				  "{\"2026-11-01T00\":5,\"2026-11-02T00\":5,\"2026-11-03T00\":5,"
				  "\"2026-11-05T00\":5}"}},
		.held = {{"2026-11-01T00:00:00Z", 4}, {"2026-11-03T00:00:00Z", 9},
			{"2026-11-05T00:00:00Z", 1}}};

	answer(&w, ALL, DIFFERS("01", "03", "10", "4") DIFFERS("05", "06", "5", "1"), 0);
	answer(&w, "t\t-\t-\t-\t2026-11-02T00:00:00Z\t2026-11-05T00:00:00Z\n",
		DIFFERS("02", "03", "5", "0"), 0);
	/* A later load says what its window holds, which may be less; one after it, less again. */
	w.line[1].from = "2026-11-01T00:00:00Z", w.line[1].to = "2026-11-03T00:00:00Z";
	w.line[1].buckets = "{\"2026-11-01T00\":4}";
	answer(&w, ALL, DIFFERS("05", "06", "5", "1"), 0);
	w.line[2].from = "2026-11-05T00:00:00Z", w.line[2].to = "2026-11-06T00:00:00Z";
	w.line[2].buckets = "{}";
	answer(&w, ALL, "", 0);
}

/* An hour that two windows share is counted by neither, until one covers it whole. */
static void
test_partial_hours(void)
{
	struct world w = {
		.line = {{HOUR(00), "2026-11-01T02:30:00Z",
				 "{\"2026-11-01T00\":3,\"2026-11-01T01\":3,\"2026-11-01T02\":3}"},
			{"2026-11-01T02:30:00Z", HOUR(04),
				"{\"2026-11-01T02\":2,\"2026-11-01T03\":3}"}},
		.held = {{HOUR(00), 3}, {HOUR(01), 3}, {HOUR(02), 2}, {HOUR(03), 3}}};

	answer(&w, ALL, "", 0); /* the hour of 02:30 might hold 5, or 2 */
	w.held[1].rows = 1;
	answer(&w, ALL, DIFFERS("01", "02", "11", "9"), 0);
	w.held[1].rows = 3;
	w.line[2].from = HOUR(02), w.line[2].to = HOUR(03);
	w.line[2].buckets = "{\"2026-11-01T02\":5}";
	answer(&w, ALL, DIFFERS("01", "02", "14", "11"), 0);
	w.held[2].rows = 5;
	answer(&w, ALL, "", 0);
	/* What is asked in part of an hour is not told. */
	w.held[2].rows = 0;
	answer(&w, "t\t-\t-\t-\t2026-11-01T02:01:00Z\t2026-11-01T04:00:00Z\n", "", 0);
	answer(&w, "t\t-\t-\t-\t2026-11-01T02:00:00Z\t2026-11-01T02:59:00Z\n", "", 0);
	answer(&w, "t\t-\t-\t-\t2026-11-01T02:00:00Z\t2026-11-01T03:00:00Z\n",
		DIFFERS("01", "02", "5", "0"), 0);
}

/* The first window of all begins within an hour: nobody else counted that. */
static void
test_first_window(void)
{
	struct world w = {.line = {{"2026-11-01T02:30:00Z", HOUR(04),
				  "{\"2026-11-01T02\":2,\"2026-11-01T03\":3}"}},
		.held = {{HOUR(02), 1}, {HOUR(03), 3}}};

	answer(&w, ALL, DIFFERS("01", "02", "5", "4"), 0);
}

/* A merge takes nothing away: where hours are known what they held before still counts, and no row at all is a loss. */
static void
test_merged(void)
{
	struct world w = {.line = {{HOUR(00), HOUR(04), "{\"2026-11-01T01\":3}", "window", "3"},
				  {HOUR(00), HOUR(04), NULL, "merge", "1"}},
		.held = {{HOUR(01), 2}}};

	answer(&w, ALL, DIFFERS("01", "02", "3", "2"), 0);
	w = (struct world){.merged = 1,
		.line = {{"2026-11-04T00:00:00Z", "2026-11-06T00:00:00Z", NULL, "merge", "5"},
			{"2026-11-01T00:00:00Z", "2026-11-05T00:00:00Z", NULL, "merge", "7"},
			{"2026-11-05T00:00:00Z", "2026-11-09T00:00:00Z", NULL, "merge", "0"}}};
	answer(&w, ALL, DIFFERS("01", "06", "7", "0"), 0);
	w.line[0].rows = w.line[1].rows = "0";
	answer(&w, ALL, "", 0);
}

static void
test_wrong(void)
{
	static const char *const wrong[] = {"", "t", "t\t-\t-\t-\t-", "\t-\t-\t-\t-\t-",
		"t\t-\t-\t-\t-\t2026-11-01T00:00:00Z", "t\t-\t-\t-\tyesterday\ttoday",
		"t\t-\t-\t-\t2026-11-02T00:00:00Z\t2026-11-01T00:00:00Z", "t\t-\t0\tx\t-\t-",
		"t\t-\t-1\tx\t-\t-", "t\t-\t1\t0123456789abcdef0123456789abcdef0\t-\t-",
		"t\t-\t-\t-\t-\t-\t-"};
	struct world w = {.line = {{NULL, NULL, NULL}}};
	char line[200];

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		snprintf(line, sizeof line, "%s\n", wrong[i]);
		answer(&w, line, "", -1);
	}
	answer(&w, "t\t-\t-\t-\t-\t-", "", -1); /* cut off */
	answer(&w, "t\t-\t-\t-\t-\t-\n", "", 0);
	/* A ledger that somebody wrote to. */
	w.line[0].from = HOUR(00), w.line[0].to = HOUR(04), w.line[0].buckets = "many";
	answer(&w, ALL, "", -1);
}

int
main(void)
{
	test_days();
	test_partial_hours();
	test_first_window();
	test_merged();
	test_wrong();
	DONE();
}
