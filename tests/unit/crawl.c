/*
 * A whole fetch beside a server of our own: what it asks for, by table files, and what becomes of
 * the answers.  net/http.h is what is replaced, so that an answer is a call and no test waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utc.h"
#include "fetch/check.h"
#include "fetch/fetch.h"
#include "fetch/key.h"
#include "tables/parse.h"
#include "tables/sets.h"
#include "test.h"

enum { ANSWERS = 4096, TEXT = 1 << 20 };

/* The server: it sees a target and fills an answer. */
struct reply {
	long status; /* 200 */
	char body[65536];
	const char *organization, *date;
};
static void (*serve)(const char *target, struct reply *r);

static struct http {
	struct {
		void *tag;
		struct buf *body;
		struct reply reply;
	} waiting[64];
	size_t n;
	int silent;	   /* no request is answered */
	int backwards;	   /* the last request is answered first */
	char asked[TEXT];  /* the targets, a line each, in the order of the requests */
	char header[8192]; /* of the last use: S0 or S1 for the secret, then its lines */
	size_t requests;
} http;

const char *
http_base(const struct http *h)
{
	(void)h;
	return "sim:";
}

void
http_redact(const struct http *h, char *text)
{
	(void)h;
	(void)text;
}

size_t
http_active(const struct http *h)
{
	return h->n;
}

void
http_pardon(struct http *h, int64_t ms)
{
	(void)h;
	(void)ms;
}

void
http_cancel(struct http *h)
{
	h->n = 0;
}

int
http_wait(struct http *h, int64_t ms, int watch, struct ant_err *e)
{
	(void)h;
	(void)ms;
	(void)watch;
	(void)e;
	return 0;
}

int
http_use(struct http *h, size_t which, const char *const *lines, struct ant_err *e)
{
	(void)e;
	CHECK(h->n == 0);
	snprintf(h->header, sizeof h->header, "S%zu\n", which);
	for (; *lines != NULL; lines++) {
		strcat(h->header, *lines);
		strcat(h->header, "\n");
	}
	return 0;
}

int
http_get(struct http *h, const char *target, struct buf *body, void *tag, struct ant_err *e)
{
	size_t at = strlen(h->asked);

	(void)e;
	if (h->n == 64 || at + strlen(target) + 2 > sizeof h->asked)
		abort();
	snprintf(h->asked + at, sizeof h->asked - at, "%s\n", target);
	h->requests++;
	buf_clear(body);
	h->waiting[h->n].tag = tag;
	h->waiting[h->n].body = body;
	h->waiting[h->n].reply = (struct reply){.status = 200};
	serve(target, &h->waiting[h->n].reply);
	h->n++;
	return 0;
}

int
http_next(struct http *h, struct http_answer *a, void **tag)
{
	const struct reply *r;
	size_t i;

	if (h->n == 0 || h->silent)
		return 0;
	i = h->backwards ? h->n - 1 : 0;
	r = &h->waiting[i].reply;
	*a = (struct http_answer){.result = HTTP_ANSWERED, .status = r->status};
	if (r->organization != NULL)
		snprintf(a->field[API_ORGANIZATION], HTTP_FIELD, "%s", r->organization);
	if (r->date != NULL)
		snprintf(a->field[API_DATE], HTTP_FIELD, "%s", r->date);
	if (buf_puts(h->waiting[i].body, r->body) == -1)
		*a = (struct http_answer){.result = HTTP_LOCAL, .reason = "out of memory"};
	*tag = h->waiting[i].tag;
	for (h->n--; i < h->n; i++)
		h->waiting[i] = h->waiting[i + 1];
	return 1;
}

static void
say(struct reply *r, long status, const char *fmt, ...)
{
	va_list ap;

	r->status = status;
	va_start(ap, fmt);
	vsnprintf(r->body, sizeof r->body, fmt, ap);
	va_end(ap);
}

static void
refuse(struct reply *r, long status, const char *type, const char *message)
{
	say(r, status, "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"}}", type,
		message);
}

/* The value of the parameter NAME in TARGET, as it stands there; "" where it is not. */
static const char *
param(const char *target, const char *name)
{
	static char value[256];
	const char *p = strpbrk(target, "?");
	size_t len = strlen(name);

	for (; p != NULL; p = strchr(p + 1, '&'))
		if (strncmp(p + 1, name, len) == 0 && p[1 + len] == '=') {
			snprintf(value, sizeof value, "%.*s", (int)strcspn(p + 2 + len, "&"),
				p + 2 + len);
			return value;
		}
	return "";
}

/* A fetch, and what it left behind. */
static struct table *table, *parents[4];
static struct fetch_plan plan;
static struct budgets budgets;
static struct organization organization;
static struct api_access access_to = {1, 0, "2023-06-01"};
static struct ant_err err;
static char stream[TEXT], warnings[8192];
static const int64_t now = 1795257000; /* 2026-11-21T10:30:00Z */

static double shares[ANSWERS];
static size_t nshares;

static void
on_progress(void *ctx, const struct fetch_stats *s)
{
	(void)ctx;
	if (nshares < ANSWERS)
		shares[nshares++] = s->share;
}

static void
on_warn(void *ctx, const char *text)
{
	size_t at = strlen(warnings);

	(void)ctx;
	snprintf(warnings + at, sizeof warnings - at, "%s\n", text);
}

static struct table *
parse(const char *name, const char *text)
{
	struct table *t = parse_table(name, name, text, strlen(text), &err);

	if (t == NULL) {
		printf("%s: %s\n", name, err.msg);
		exit(1);
	}
	return t;
}

/* A new plan: the table is the file TEXT, its window is from FROM to TO. */
static void
start(const char *text, const char *from, const char *to)
{
	table_free(table);
	for (size_t i = 0; i < plan.nparents; i++)
		table_free(parents[i]);
	budgets_close(&budgets);
	memset(&budgets, 0, sizeof budgets);
	memset(&organization, 0, sizeof organization);
	table = parse("t", text);
	plan = (struct fetch_plan){.table = table,
		.parents = (const struct table *const *)parents,
		.jobs = 4,
		.deadline_ms = 60000,
		.backoff_ms = 1,
		.http = &http,
		.access = &access_to,
		.budgets = &budgets,
		.organization = &organization,
		.events = {.warn = on_warn, .progress = on_progress}};
	if (window_make(&plan.window, table, NULL, from, to, now, &err) == -1 ||
		fetch_limit(table, NULL, 0, &plan.limit, &err) == -1 ||
		budgets_open(&budgets, 0, NULL, clock_ms, &err) == -1) {
		printf("%s\n", err.msg);
		exit(1);
	}
	if (table->group_by.n > 0)
		plan.group_by = &table->group_by;
}

static void
add_parent(const char *name, const char *text)
{
	parents[plan.nparents++] = parse(name, text);
}

static void
clear(void)
{
	http = (struct http){.backwards = http.backwards, .silent = http.silent};
	stream[0] = warnings[0] = '\0';
	nshares = 0;
	err = (struct ant_err){.status = ANT_OK};
}

/* Run the plan; the stream is in `stream`. */
static int
run(void (*server)(const char *target, struct reply *r))
{
	FILE *f = tmpfile();
	struct out out;
	size_t n;
	int rc;

	clear();
	serve = server;
	out_init(&out, fileno(f), "stream");
	rc = fetch_run(&plan, &out, &err);
	out_free(&out);
	rewind(f);
	n = fread(stream, 1, sizeof stream - 1, f);
	stream[n] = '\0';
	fclose(f);
	return rc;
}

#define WRONG(cause, words)                                                                        \
	do {                                                                                       \
		CHECK(err.status == (cause));                                                      \
		if (strstr(err.msg, (words)) == NULL) {                                            \
			printf("%s:%d: \"%s\" is not in: %s\n", __FILE__, __LINE__, (words),       \
				err.msg);                                                          \
			failures++;                                                                \
		}                                                                                  \
		CHECK(strstr(stream, "\"end\"") == NULL);                                          \
	} while (0)

/* The line of STREAM that has the end. */
static const char *
end_line(void)
{
	const char *end = strstr(stream, "{\"@ant\":\"end\"");

	return end == NULL ? "" : end;
}

#define COLUMN "column id text key = .id\n"
#define REPORT                                                                                     \
	"path /v1/organizations/analytics/usage\nheader anthropic-beta: b-1\npaging page\n"        \
	"from starting_at\nto ending_at\nwidth_param time_bucket_width\nwidth 1d rows=1000\n"      \
	"width 1m rows=1000 span=1d\nspan 31d\noldest 2026-01-01\nparam order_by=time\n"           \
	"group_by actor model\ngroup_most 2\nmode window starting_at\n"                            \
	"column starting_at timestamptz key = .starting_at\n"

/* One row, at the start of what was asked for. */
static void
serve_row(const char *target, struct reply *r)
{
	const char *from = param(target, "starting_at");
	char text[64];
	int n = snprintf(text, sizeof text, "%s", from);

	for (int i = 0; i < n; i++) /* %3A */
		if (text[i] == '%') {
			text[i] = ':';
			memmove(text + i + 1, text + i + 3, strlen(text + i + 3) + 1);
		}
	say(r, 200, "{\"data\":[{\"starting_at\":\"%s\"}],\"has_more\":false,\"next_page\":null}",
		text);
}

static void
test_slices(void)
{
	struct strlist params = {(char *[]){(char[]){"models[]=a b"}}, 1};

	start(REPORT, "2026-01-15", "2026-03-01");
	plan.params = &params;
	CHECK(run(serve_row) == 0);
	SAME(http.asked,
		"/v1/organizations/analytics/usage?starting_at=2026-01-15T00%3A00%3A00Z"
		"&ending_at=2026-02-15T00%3A00%3A00Z&time_bucket_width=1d&group_by%5B%5D=actor"
		"&group_by%5B%5D=model&limit=1000&order_by=time&models%5B%5D=a%20b\n"
		"/v1/organizations/analytics/usage?starting_at=2026-02-15T00%3A00%3A00Z"
		"&ending_at=2026-03-01T00%3A00%3A00Z&time_bucket_width=1d&group_by%5B%5D=actor"
		"&group_by%5B%5D=model&limit=1000&order_by=time&models%5B%5D=a%20b\n");
	SAME(http.header, "S0\nanthropic-version: 2023-06-01\naccept: application/json\n"
			  "anthropic-beta: b-1\n");
	SAME(stream, "{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\",\"from\":\"2026-01-15T00:"
		     "00:00Z\","
		     "\"to\":\"2026-03-01T00:00:00Z\",\"width\":\"1d\",\"group_by\":[\"actor\","
		     "\"model\"]}\n"
		     "{\"starting_at\":\"2026-01-15T00:00:00Z\"}\n{\"starting_at\":\"2026-02-15T00:"
		     "00:00Z\"}\n"
		     "{\"@ant\":\"end\",\"records\":2,\"pages\":2,\"watermark\":\"2026-03-01T00:00:"
		     "00Z\"}\n");
	plan.jobs = 1; /* one after another: the API's own paging, as far as a request may reach */
	CHECK(run(serve_row) == 0 && http.requests == 2);
	/* Another width, another span. */
	CHECK(window_make(&plan.window, table, "1m", "2026-03-01", "2026-03-03T00:01:00Z", now,
		      &err) == 0);
	CHECK(run(serve_row) == 0 && http.requests == 3);
	CHECK(strstr(http.asked, "time_bucket_width=1m") != NULL);
	CHECK(strstr(http.asked,
		      "starting_at=2026-03-03T00%3A00%3A00Z&ending_at=2026-03-03T00%3A01%3A00Z") !=
		NULL);
	/* Narrowed: the stream says from where it was asked; wholly before: it has no watermark. */
	start(REPORT, "2025-12-01", "2026-01-02");
	CHECK(run(serve_row) == 0 && http.requests == 1);
	CHECK(strstr(stream, "\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\","
			     "\"asked\":\"2025-12-01T00:00:00Z\",\"width\"") != NULL);
	start(REPORT, "2025-12-01", "2025-12-24");
	CHECK(run(serve_row) == 0 && http.requests == 0);
	CHECK(strstr(stream, "\"from\":\"2025-12-24T00:00:00Z\",\"to\":\"2025-12-24T00:00:00Z\","
			     "\"asked\":\"2025-12-01T00:00:00Z\",") != NULL);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":0,\"pages\":0}\n");
}

#define BUCKETS                                                                                    \
	"path /v1/r\npaging page\nwidth 1d limit=31\nspan 10d\nmode window s\n"                    \
	"column s timestamptz key = .starting_at\n"

/* All buckets of what was asked for, in days. */
static void
serve_buckets(const char *target, struct reply *r)
{
	int from, to, year, month, used = 0;
	char page[32];
	size_t at;

	sscanf(param(target, "starting_at"), "%d-%d-%d", &year, &month, &from);
	sscanf(param(target, "ending_at"), "%d-%d-%d", &year, &month, &to);
	snprintf(page, sizeof page, "%s", param(target, "page"));
	if (page[0] != '\0')
		from = atoi(page);
	say(r, 200, "{\"data\":[");
	for (; from < to && used < atoi(param(target, "limit")); from++, used++) {
		at = strlen(r->body);
		snprintf(r->body + at, sizeof r->body - at,
			"%s{\"starting_at\":\"2026-11-%02dT00:00:00Z\"}", used > 0 ? "," : "",
			from);
	}
	at = strlen(r->body);
	if (from < to)
		snprintf(r->body + at, sizeof r->body - at,
			"],\"has_more\":true,\"next_page\":\"%d\"}", from);
	else
		snprintf(r->body + at, sizeof r->body - at, "],\"has_more\":false}");
}

static void
serve_small(const char *target, struct reply *r)
{
	if (atoi(param(target, "limit")) > 4)
		refuse(r, 413, "request_too_large", "too large");
	else
		serve_buckets(target, r);
}

static void
test_buckets(void)
{
	start(BUCKETS, "2026-11-01", "2026-11-20");
	for (http.backwards = 0; http.backwards < 2; http.backwards++) {
		CHECK(run(serve_buckets) == 0 &&
			http.requests == 2); /* the span is the shorter one */
		CHECK(strstr(http.asked,
			      "starting_at=2026-11-11T00%3A00%3A00Z&ending_at=2026-11-20") != NULL);
		SAME(end_line(), "{\"@ant\":\"end\",\"records\":19,\"pages\":2,\"watermark\":"
				 "\"2026-11-20T00:00:00Z\"}\n");
		SAME(warnings, "");
	}
	http.backwards = 0;
	plan.limit = 4; /* a slice is one page, where others run beside it */
	CHECK(run(serve_buckets) == 0 && http.requests == 5);
	plan.jobs = 1;
	CHECK(run(serve_buckets) == 0 && http.requests == 6);
	CHECK(strstr(http.asked, "&page=9\n") != NULL);
	plan.limit = 31;
	CHECK(run(serve_small) == 0); /* 31, 15, 7, 3 */
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":19,\"pages\":7,\"watermark\":"
			 "\"2026-11-20T00:00:00Z\"}\n");
}

#define DAYS                                                                                       \
	"path /v1/organizations/analytics/users\npaging page\nday date\nlimit 100\n"               \
	"oldest 2026-01-01\nopen_bucket no\nnot_yet not yet available\nmode window date\n"         \
	"column date date key = $asked.date\n"

static const char *newest; /* the last day that is there */
static int named;	   /* a refusal names it */

static void
serve_days(const char *target, struct reply *r)
{
	const char *date = param(target, "date");
	char text[200];

	if (strcmp(date, newest) <= 0) {
		say(r, 200, "{\"data\":[{\"n\":1},{}],\"next_page\":null}");
		return;
	}
	snprintf(text, sizeof text, "Requested date %s is not yet available.%s%s", date,
		named ? " The most recent date with available analytics data is " : "",
		named ? newest : "");
	refuse(r, 400, "invalid_request_error", text);
}

static void
serve_hole(const char *target, struct reply *r)
{
	if (strcmp(param(target, "date"), "2026-11-18") == 0)
		refuse(r, 400, "invalid_request_error", "2026-11-18 is not yet available");
	else
		say(r, 200, "{\"data\":[],\"next_page\":null}");
}

static void
test_not_yet(void)
{
	start(DAYS, "2026-11-15", NULL);
	for (named = 0; named < 2; named++) {
		newest = "2026-11-30";
		CHECK(run(serve_days) == 0 && http.requests == 6);
		SAME(end_line(), "{\"@ant\":\"end\",\"records\":12,\"pages\":6,\"watermark\":"
				 "\"2026-11-21T00:00:00Z\"}\n");
		newest = "2026-11-17";
		CHECK(run(serve_days) == 0);
		CHECK(http.requests ==
			(named ? 1 + 3 : 3 + 3)); /* 20 to 18 are refused, 17 is there */
		CHECK(strstr(stream, "\"from\":\"2026-11-15T00:00:00Z\",\"to\":\"2026-11-18T00:00:"
				     "00Z\"") != NULL);
		CHECK(strstr(stream,
			      "\n{\"@asked\":{\"date\":\"2026-11-17\"},\"n\":1}\n"
			      "{\"@asked\":{\"date\":\"2026-11-17\"}}\n{\"@ant\":\"end\"") != NULL);
		SAME(end_line(), "{\"@ant\":\"end\",\"records\":6,\"pages\":3,\"watermark\":"
				 "\"2026-11-18T00:00:00Z\"}\n");
		/* Nothing of it is there: no watermark, an earlier window may know of earlier days. */
		newest = "2026-11-12";
		CHECK(run(serve_days) == 0 && http.requests == (named ? 1 : 6));
		CHECK(strstr(stream, "\"to\":\"2026-11-15T00:00:00Z\"") != NULL);
		SAME(end_line(), "{\"@ant\":\"end\",\"records\":0,\"pages\":0}\n");
		newest = "2026-11-14";
		CHECK(run(serve_days) == 0);
		SAME(end_line(), "{\"@ant\":\"end\",\"records\":0,\"pages\":0}\n");
	}
	CHECK(run(serve_hole) == -1); /* later ones are there: this is something else */
	WRONG(ANT_API, "2026-11-18 is not yet available");
	/* To see whether the key opens it, that answer will do. */
	newest = "2026-11-12";
	clear();
	serve = serve_days;
	CHECK(fetch_probe(&plan, NULL, &err) == 0 && http.requests == 1);
}

static int broken; /* so many requests fail */

static void
serve_broken(const char *target, struct reply *r)
{
	if (broken > 0 && broken--)
		refuse(r, 500, "api_error", "m");
	else
		serve_days(target, r);
}

/* While the last day alone is asked for: failures, patience and what a user sees. */
static void
test_last_first(void)
{
	start(DAYS, "2026-11-15", NULL);
	newest = "2026-11-18";
	named = 0;
	plan.retries = 2;
	broken = 2;
	CHECK(run(serve_broken) == 0 && http.requests == 2 + 2 + 4);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":8,\"pages\":4,\"watermark\":"
			 "\"2026-11-19T00:00:00Z\"}\n");
	for (size_t i = 0; i < nshares;
		i++) /* it only grows, and nothing is done before there is a day */
		CHECK(shares[i] <= 1 && shares[i] >= (i == 0 ? 0 : shares[i - 1]));
	CHECK(nshares > 0 && shares[0] == 0 && shares[nshares - 1] == 1);
	broken = 3;
	CHECK(run(serve_broken) == -1);
	WRONG(ANT_TEMP, "HTTP 500 api_error: m, after 3 attempts");
	broken = 0;
	http.silent = 1;
	plan.deadline_ms = 20;
	CHECK(run(serve_broken) == -1 && http.requests == 1);
	WRONG(ANT_TEMP, "no progress for 0 seconds");
	http.silent = 0;
}

#define SUMMARIES                                                                                  \
	"path /v1/organizations/analytics/summaries\npaging page\ndata summaries\n"                \
	"from starting_date day\nto ending_date day\nspan 366d\nopen_bucket no\n"                  \
	"not_yet not yet available\nwidth 1d\nwatermark newest\nmode window starting_at\n"         \
	"column starting_at timestamptz key = .starting_at\n"

/* Two days of the window, and no later one. */
static void
serve_two(const char *target, struct reply *r)
{
	(void)target;
	say(r, 200,
		"{\"summaries\":[{\"starting_at\":\"2026-11-10T00:00:00Z\"},{\"starting_at\":"
		"\"2026-11-11T00:00:00Z\"}],\"next_page\":null}");
}

static void
serve_none(const char *target, struct reply *r)
{
	(void)target;
	say(r, 200, "{\"data\":[],\"next_page\":null}");
}

static void
serve_late(const char *target, struct reply *r)
{
	if (strcmp(param(target, "ending_date"), "2026-11-12") <= 0)
		serve_two(target, r);
	else
		refuse(r, 400, "invalid_request_error",
			"not yet available; the newest is 2026-11-11");
}

static void
test_newest(void)
{
	start(SUMMARIES, "2026-11-10", NULL);
	CHECK(run(serve_two) == 0);
	SAME(http.asked, "/v1/organizations/analytics/summaries?starting_date=2026-11-10"
			 "&ending_date=2026-11-21\n");
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":2,\"pages\":1,\"watermark\":"
			 "\"2026-11-12T00:00:00Z\"}\n");
	SAME(warnings, "");
	CHECK(run(serve_none) == 0);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":0,\"pages\":1}\n");
	CHECK(run(serve_late) == 0 &&
		http.requests == 2); /* the slice ends earlier, and is not lost */
	CHECK(strstr(stream, "\"to\":\"2026-11-12T00:00:00Z\"") != NULL);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":2,\"pages\":1,\"watermark\":"
			 "\"2026-11-12T00:00:00Z\"}\n");
}

static const char *refreshed;

static void
serve_refreshed(const char *target, struct reply *r)
{
	(void)target;
	say(r, 200, "{\"data\":[],\"has_more\":false,\"data_refreshed_at\":%s}", refreshed);
}

static void
test_refreshed(void)
{
	static const struct {
		const char *at, *end;
	} cases[] = {{"null", ",\"watermark\":\"2026-11-21T00:00:00Z\"}\n"},
		{"\"2026-11-22T00:00:00Z\"", ",\"watermark\":\"2026-11-21T00:00:00Z\"}\n"},
		{"\"2026-11-20T07:11:12Z\"", ",\"watermark\":\"2026-11-20T00:00:00Z\"}\n"},
		{"\"2026-11-18T00:00:00Z\"", ",\"watermark\":\"2026-11-18T00:00:00Z\"}\n"},
		/* It says nothing of what is before the window. */
		{"\"2026-11-17T23:00:00Z\"", "}\n"}};

	start(REPORT, "2026-11-18", NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		refreshed = cases[i].at;
		CHECK(run(serve_refreshed) == 0);
		CHECK(strlen(end_line()) > 0);
		SAME(end_line() + strlen("{\"@ant\":\"end\",\"records\":0,\"pages\":1"),
			cases[i].end);
	}
}

#define MEMBERS                                                                                    \
	"sets compliance\npath /c/{organization}/r/{role}/p\npaging page\n"                        \
	"foreach roles organization=$asked.organization role=.id unless .gone\n"                   \
	"column role_id text key = $asked.role\n"
#define ROLES                                                                                      \
	"path /c/{organization}/roles\npaging page\nforeach organizations organization=.uuid\n"    \
	"column organization text key = $asked.organization\n" COLUMN
#define ORGANIZATIONS "path /c/o\npaging page\nlimit 7\ncolumn uuid text key = .uuid\n"

static const char *odd_id; /* of a role */

static void
serve_levels(const char *target, struct reply *r)
{
	if (strncmp(target, "/c/o?limit=7", 12) == 0)
		say(r, 200,
			"{\"data\":[{\"uuid\":\"o/"
			"1\"},{\"uuid\":\"o2\"},{\"uuid\":\"o2\"}],\"next_page\":null}");
	else if (strcmp(target, "/c/o%2F1/roles") == 0)
		say(r, 200,
			"{\"data\":[{\"id\":\"a\",\"gone\":null},{\"id\":\"b\",\"gone\":\"2026\"}],"
			"\"next_page\":\"x\"}");
	else if (strcmp(target, "/c/o%2F1/roles?page=x") == 0)
		say(r, 200, "{\"data\":[{\"id\":\"c\",\"gone\":false}],\"next_page\":null}");
	else if (strcmp(target, "/c/o2/roles") == 0)
		say(r, 200, "{\"data\":[{\"id\":%s}],\"next_page\":null}", odd_id);
	else if (strcmp(target, "/c/o%2F1/r/c/p") == 0)
		refuse(r, 404, "not_found_error", "gone");
	else
		say(r, 200, "{\"data\":[{\"x\":\"%s\"}],\"next_page\":null}", target);
}

static void
start_levels(void)
{
	start(MEMBERS, NULL, NULL);
	add_parent("roles", ROLES);
	add_parent("organizations", ORGANIZATIONS);
	odd_id = "\"a\"";
}

static void
test_levels(void)
{
	static const char *const bad[] = {"null", "7", "\"\"", "\".\"", "\"..\"", "{}", "[\"a\"]"};
	static char longest[300];

	start_levels();
	CHECK(run(serve_levels) == 0);
	SAME(http.asked, "/c/o?limit=7\n/c/o%2F1/roles\n/c/o2/roles\n/c/o%2F1/roles?page=x\n"
			 "/c/o%2F1/r/a/p\n/c/o%2F1/r/c/p\n/c/o2/r/a/p\n");
	SAME(stream,
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\"}\n"
		"{\"@asked\":{\"organization\":\"o/1\",\"role\":\"a\"},\"x\":\"/c/o%2F1/r/a/p\"}\n"
		"{\"@asked\":{\"organization\":\"o2\",\"role\":\"a\"},\"x\":\"/c/o2/r/a/p\"}\n"
		"{\"@ant\":\"end\",\"records\":2,\"pages\":2}\n");
	CHECK(strstr(warnings, "/c/o%2F1/r/c/p: HTTP 404 not_found_error: gone: skipped") != NULL);
	odd_id = "\"a\\u0062\\n\\\"?&\"";
	CHECK(run(serve_levels) == 0);
	CHECK(strstr(http.asked, "\n/c/o2/r/ab%0A%22%3F%26/p\n") != NULL);
	CHECK(strstr(stream, "\"role\":\"ab\\n\\\"?&\"}") != NULL);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		odd_id = bad[i];
		CHECK(run(serve_levels) == -1);
		WRONG(ANT_API, "roles: a record has no id at .id");
	}
	memset(longest, 'x', sizeof longest - 1);
	longest[0] = longest[258] = '"';
	longest[259] = '\0';
	odd_id = longest;
	CHECK(run(serve_levels) == -1);
	WRONG(ANT_API, "an id of 257 bytes");
	memmove(longest + 1, longest + 2, sizeof longest - 2);
	CHECK(run(serve_levels) == 0);
	/* One page is enough to see whether it may be read. */
	odd_id = "\"a\"";
	clear();
	serve = serve_levels;
	CHECK(fetch_probe(&plan, NULL, &err) == 0);
	SAME(http.asked, "/c/o?limit=7\n/c/o%2F1/roles\n/c/o%2F1/r/a/p\n");
}

/* Run with TEXT as the file of --parents. */
static int
run_with_parents(const char *text)
{
	FILE *f = tmpfile();
	struct lines in;
	int rc;

	fputs(text, f);
	rewind(f);
	lines_init(&in, fileno(f), "file", LINES_MAX);
	start_levels();
	plan.parents_file = &in;
	rc = run(serve_levels);
	lines_free(&in);
	fclose(f);
	return rc;
}

#define BEGIN_ROLES "{\"@ant\":\"begin\",\"version\":1,\"table\":\"roles\"}\n"
#define ROLE_A "{\"@asked\":{\"organization\":\"o1\"},\"id\":\"a\"}\n"
#define END_ROLES(n) "{\"@ant\":\"end\",\"records\":" #n ",\"pages\":1}\n"

static void
test_parents_file(void)
{
	static const struct {
		const char *text;
		enum ant_status status;
		const char *words;
	} bad[] = {
		{"", ANT_INPUT, "no end line: it is incomplete"},
		{BEGIN_ROLES, ANT_INPUT, "no end line: it is incomplete"},
		{BEGIN_ROLES ROLE_A, ANT_INPUT, "no end line"},
		{BEGIN_ROLES ROLE_A "{\"@ant\":\"end\",\"records\":1,\"pages\":1}", ANT_INPUT,
			"no end line"}, /* cut before its newline */
		{BEGIN_ROLES ROLE_A ROLE_A END_ROLES(1), ANT_INPUT,
			"counts 1 records, there are 2"},
		{BEGIN_ROLES END_ROLES(1), ANT_INPUT, "counts 1 records, there are 0"},
		{BEGIN_ROLES ROLE_A END_ROLES(1) ROLE_A, ANT_INPUT, "text behind the end line"},
		{ROLE_A END_ROLES(1), ANT_INPUT, "--parents file: "},
		{BEGIN_ROLES BEGIN_ROLES END_ROLES(1), ANT_INPUT,
			"file:2: unexpected control line"},
		{BEGIN_ROLES "{\"id\":\"a\"\n" END_ROLES(1), ANT_INPUT, "--parents file:2: "},
		{BEGIN_ROLES "[]\n" END_ROLES(1), ANT_INPUT, "file:2: a record is an object"},
		{BEGIN_ROLES "{\"id\":\"a\"}\n" END_ROLES(1), ANT_API,
			"roles: a record has no id at $asked.organization"},
		{"{\"@ant\":\"begin\",\"version\":1,\"table\":\"groups\"}\n" END_ROLES(0),
			ANT_USAGE, "it holds groups, and t goes through roles"},
		{"{\"@ant\":\"begin\",\"version\":2,\"table\":\"roles\"}\n" END_ROLES(0), ANT_INPUT,
			"--parents file: "},
	};

	CHECK(run_with_parents(BEGIN_ROLES ROLE_A ROLE_A
		      " { \"@asked\" : { \"organization\":\"o2\"}, \"id\":\"\\u0062\"}\n" END_ROLES(
			      3)) == 0);
	SAME(http.asked, "/c/o1/r/a/p\n/c/o2/r/b/p\n");
	CHECK(run_with_parents(BEGIN_ROLES END_ROLES(0)) == 0 && http.requests == 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(run_with_parents(bad[i].text) == -1 && http.requests == 0);
		WRONG(bad[i].status, bad[i].words);
	}
}

static const char *whose;

static void
serve_of(const char *target, struct reply *r)
{
	r->organization = whose;
	serve_none(target, r);
}

/* The file says whose records it holds: the ids of one organization are not asked of another. */
static void
test_parents_organization(void)
{
	static const char text[] =
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"roles\",\"organization\":"
		"\"5f0c1a9e-3b77-4d0e-9a54-c2f4d1e86b30\"}\n" ROLE_A END_ROLES(1);
	FILE *f = tmpfile();
	struct lines in;

	fputs(text, f);
	for (int other = 0; other < 2; other++) {
		rewind(f);
		lines_init(&in, fileno(f), "file", LINES_MAX);
		start_levels();
		plan.parents_file = &in;
		whose = other ? "00000000-3b77-4d0e-9a54-c2f4d1e86b30"
			      : "5F0C1A9E-3B77-4D0E-9A54-C2F4D1E86B30";
		CHECK(run(serve_of) == -other);
		if (other)
			WRONG(ANT_API, "00000000-3b77");
		lines_free(&in);
	}
	fclose(f);
}

/* Refusals: what they mean, and what is said of them. */
static const struct {
	const char *file;
	long code;
	const char *type, *message;
	enum ant_status status;
	const char *words;
} refusals[] = {
	{"sets enterprise\npath /v1/organizations/analytics/x\npaging page\n" COLUMN, 404,
		"not_found_error", "m", ANT_AUTH,
		"refused the key: HTTP 404 not_found_error: m: it takes a scoped key"},
	{"sets enterprise\npath /v1/organizations/x\npaging page\n" COLUMN, 404, "not_found_error",
		"m", ANT_API, "HTTP 404 not_found_error: m"},
	{"path /v1/x\npaging page\n" COLUMN, 403, "permission_error", "m", ANT_AUTH,
		"it takes an Admin key"},
	{"sets identity\npath /v1/x\npaging page\n" COLUMN, 401, "authentication_error", "m",
		ANT_AUTH, "it takes an OAuth token"},
	{"sets compliance\npath /v1/x\npaging page\n" COLUMN, 403, "permission_error", "m",
		ANT_AUTH, "it takes a Compliance Access Key"},
	{"sets mine\npath /v1/x\npaging page\n" COLUMN, 403, "permission_error", "m", ANT_AUTH,
		"it takes another key"},
	{"sets console legacy enterprise\npath /v1/x\npaging page\n" COLUMN, 403,
		"permission_error", "m", ANT_AUTH, "key of a workspace, or a scoped key"},
	{"path /v1/x\npaging page\nhint HIPAA leave it out with -t\n" COLUMN, 400,
		"invalid_request_error", "Not with hipaa readiness", ANT_API,
		"readiness: leave it out with -t"},
	{"path /v1/x\npaging page\nhint HIPAA leave it out with -t\n" COLUMN, 403,
		"permission_error", "HIPAA", ANT_AUTH, "it takes an Admin key"},
};

static size_t refusal;

static void
serve_refusal(const char *target, struct reply *r)
{
	(void)target;
	refuse(r, refusals[refusal].code, refusals[refusal].type, refusals[refusal].message);
}

/* The first page, and then a 404. */
static void
serve_gone(const char *target, struct reply *r)
{
	if (strcmp(param(target, "page"), "") == 0)
		say(r, 200, "{\"data\":[{\"id\":\"a\"}],\"next_page\":\"x\"}");
	else
		refuse(r, 404, "not_found_error", "m");
}

static void
test_refusals(void)
{
	for (refusal = 0; refusal < sizeof refusals / sizeof *refusals; refusal++) {
		start(refusals[refusal].file, NULL, NULL);
		CHECK(run(serve_refusal) == -1);
		WRONG(refusals[refusal].status, refusals[refusal].words);
	}
	start(refusals[0].file, NULL, NULL);
	CHECK(run(serve_gone) == -1); /* the key has opened it */
	WRONG(ANT_API, "404");
	CHECK(strstr(err.msg, "it takes") == NULL);
}

#define LEGACY                                                                                     \
	"sets legacy\npath /v1/r\npaging page\nwidth 1d limit=31\ncut .results 2 analytics_cost\n" \
	"mode window s\ncolumn s timestamptz key = .starting_at\n"

static void
serve_full(const char *target, struct reply *r)
{
	(void)target;
	say(r, 200,
		"{\"data\":[{\"starting_at\":\"2026-11-01T00:00:00Z\",\"results\":[1,2]}],"
		"\"has_more\":false}");
}

static void
test_cut(void)
{
	start(LEGACY, "2026-11-01", "2026-11-02");
	CHECK(run(serve_full) == -1);
	WRONG(ANT_API, "table analytics_cost has them all, and --allow-cut takes what there is");
	plan.allow_cut = 1;
	CHECK(run(serve_full) == 0);
}

/* Two pages of a row each, as long as no page is too large. */
static int large;

static void
serve_large(const char *target, struct reply *r)
{
	int limit = atoi(param(target, "limit")), page = atoi(param(target, "page"));

	if (limit > large)
		refuse(r, 413, "request_too_large", "too large");
	else
		say(r, 200,
			"{\"data\":[{\"starting_at\":\"2026-11-0%dT00:00:00Z\"}],\"next_page\":%s}",
			page + 1, page == 0 ? "\"1\"" : "null");
}

/* Rows: while none was written, from the first one on. */
static void
test_shrink(void)
{
	start(REPORT, "2026-11-01", "2026-11-09");
	large = 300;
	CHECK(run(serve_large) == 0); /* 1000, 500, 250 and 250 */
	CHECK(http.requests == 4 && strstr(warnings, "asking for pages of 250") != NULL);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":2,\"pages\":2,\"watermark\":"
			 "\"2026-11-09T00:00:00Z\"}\n");
	start(DAYS, "2026-11-01", "2026-11-03");
	plan.limit = 4;
	large = 2;
	CHECK(run(serve_large) == 0);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":4,\"pages\":4,\"watermark\":"
			 "\"2026-11-03T00:00:00Z\"}\n");
}

static int count;

/* The same page again and again, each with a cursor of its own; at last one without. */
static void
serve_same(const char *target, struct reply *r)
{
	int page = atoi(param(target, "page"));

	if (page < count)
		say(r, 200,
			"{\"data\":[{\"starting_at\":\"2026-11-01T00:00:00Z\",\"id\":\"a\"}],"
			"\"next_page\":"
			"\"%d\"}",
			page + 1);
	else
		say(r, 200, "{\"data\":[],\"next_page\":null}");
}

static void
serve_empties(const char *target, struct reply *r)
{
	int page = atoi(param(target, "page"));

	if (page < count)
		say(r, 200, "{\"data\":[],\"has_more\":true,\"next_page\":\"%d\"}", page + 1);
	else
		say(r, 200, "{\"data\":[{\"id\":\"a\"}],\"has_more\":false,\"next_page\":null}");
}

static void
test_repeats(void)
{
	start("path /v1/x\npaging page\nlimit 100\n" COLUMN, NULL, NULL);
	count = 999;
	CHECK(run(serve_empties) == 0);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":1,\"pages\":1000}\n");
	count = 1000;
	CHECK(run(serve_empties) == -1);
	WRONG(ANT_API, "1000 pages without new records");
	count = 3;
	CHECK(run(serve_same) == -1);
	WRONG(ANT_API, "the page came before");
	/* Rows of identities that are not shown are alike, and so are short pages of them. */
	start(REPORT, "2026-11-01", "2026-11-02");
	count = 500;
	CHECK(run(serve_same) == 0);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":500,\"pages\":501,\"watermark\":"
			 "\"2026-11-02T00:00:00Z\"}\n");
	count = 5000;
	CHECK(run(serve_same) == -1);
	WRONG(ANT_API, "1000 pages without new records");
}

#define FEED                                                                                       \
	"path /v1/compliance/activities\npaging id\nlimit 2\nparam order=asc\n"                    \
	"from created_at.gte\nto created_at.lt\nlag 1m\nmode window created_at\nunique\n"          \
	"column id text key = .id\ncolumn created_at timestamptz = .created_at\n"

static void
serve_feed(const char *target, struct reply *r)
{
	if (strcmp(param(target, "after_id"), "") == 0)
		say(r, 200,
			"{\"data\":[{\"id\":\"a\",\"created_at\":\"2026-11-21T10:00:00.000001Z\"},"
			"{\"id\":\"a\",\"created_at\":\"2026-11-21T10:00:00.000001Z\"}],"
			"\"has_more\":true,\"first_id\":\"a\",\"last_id\":\"a\"}");
	else
		say(r, 200,
			"{\"data\":[{\"id\":\"b\",\"created_at\":\"2026-11-21T10:28:59.999999Z\"}],"
			"\"has_more\":false,\"first_id\":\"b\",\"last_id\":\"b\"}");
}

static void
serve_outside(const char *target, struct reply *r)
{
	(void)target;
	say(r, 200,
		"{\"data\":[{\"id\":\"b\",\"created_at\":\"2026-11-21T10:29:00Z\"}],\"has_more\":"
		"false,"
		"\"last_id\":\"b\"}");
}

static const char *date; /* of the server */

static void
serve_dated(const char *target, struct reply *r)
{
	r->date = date;
	if (strcmp(param(target, "after_id"), "") == 0)
		say(r, 200, "{\"data\":[],\"has_more\":false,\"last_id\":null}");
}

/* One that is merged by the time of its last change. */
#define CASES                                                                                      \
	"path /v1/compliance/review/cases\npaging page\nlimit 100\nfrom updated_at[gte]\n"         \
	"to updated_at[lt]\nmode merge\nunique\n" COLUMN                                           \
	"column updated_at timestamptz = .updated_at\n"

static void
serve_older(const char *target, struct reply *r)
{
	(void)target;
	say(r, 200,
		"{\"data\":[{\"id\":\"b\",\"updated_at\":\"2026-11-01T10:29:00Z\"}],\"next_page\":"
		"null}");
}

static void
test_seconds(void)
{
	start(FEED, "2026-11-21T10:00:00Z", NULL);
	CHECK(run(serve_feed) == 0);
	SAME(http.asked, "/v1/compliance/activities?created_at.gte=2026-11-21T10%3A00%3A00Z"
			 "&created_at.lt=2026-11-21T10%3A29%3A00Z&limit=2&order=asc\n"
			 "/v1/compliance/activities?created_at.gte=2026-11-21T10%3A00%3A00Z"
			 "&created_at.lt=2026-11-21T10%3A29%3A00Z&limit=2&order=asc&after_id=a\n");
	CHECK(strstr(stream, "\"to\":\"2026-11-21T10:29:00Z\"}\n") != NULL);
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":3,\"pages\":2,\"watermark\":"
			 "\"2026-11-21T10:29:00Z\"}\n");
	CHECK(run(serve_outside) == -1);
	WRONG(ANT_API, "element 1 of data (2026-11-21T10:29:00Z) is outside the window");
	/* No two clocks agree on seconds; more than that is worth a word. */
	date = "Sat, 21 Nov 2026 10:30:05 GMT";
	CHECK(run(serve_dated) == 0);
	CHECK(strstr(end_line(), "T10:29:00Z") != NULL && warnings[0] == '\0');
	date = "Sat, 21 Nov 2026 10:29:58 GMT";
	CHECK(run(serve_dated) == 0);
	CHECK(strstr(end_line(), "T10:28:58Z") != NULL && warnings[0] == '\0');
	date = "Sat, 21 Nov 2026 10:20:00 GMT";
	CHECK(run(serve_dated) == 0);
	CHECK(strstr(end_line(), "T10:19:00Z") != NULL);
	CHECK(strstr(warnings, "behind this machine's clock") != NULL);
	start(CASES, "2026-11-20", "2026-11-21");
	CHECK(run(serve_older) == 0);
	SAME(http.asked, "/v1/compliance/review/cases?updated_at%5Bgte%5D=2026-11-20T00%3A00%3A00Z"
			 "&updated_at%5Blt%5D=2026-11-21T00%3A00%3A00Z&limit=100\n");
	SAME(end_line(), "{\"@ant\":\"end\",\"records\":1,\"pages\":1,\"watermark\":"
			 "\"2026-11-21T00:00:00Z\"}\n");
}

/* Which secret goes with which table. */
static void
test_access(void)
{
	static const struct {
		int key, token;
		const char *sets;
		char secret;
	} cases[] = {{1, 0, "console", '0'}, {1, 0, "identity", '0'}, {0, 1, "console", '1'},
		{0, 1, "identity", '1'}, {1, 1, "console", '0'}, {1, 1, "identity", '1'},
		{1, 1, "identity console", '0'}, {1, 1, "mine", '0'}, {1, 1, "compliance", '0'}};
	char file[200];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(file, sizeof file, "sets %s\npath /v1/x\npaging page\n" COLUMN,
			cases[i].sets);
		start(file, NULL, NULL);
		access_to = (struct api_access){cases[i].key, cases[i].token, "2026-10-21"};
		CHECK(run(serve_none) == 0);
		CHECK(http.header[1] == cases[i].secret);
		CHECK(strstr(http.header, "\nanthropic-version: 2026-10-21\n") != NULL);
		refusal = 2; /* 403 */
		CHECK(run(serve_refusal) == -1);
		WRONG(ANT_AUTH, cases[i].secret == '1' ? "refused the token" : "refused the key");
	}
	access_to = (struct api_access){1, 0, "2023-06-01"};
}

static int64_t clock_at;

static int64_t
still_clock(void)
{
	return clock_at;
}

static void
test_budgets(void)
{
	struct table *one = parse("one", "path /a\nbudget shared 2\n" COLUMN),
		     *two = parse("two", "path /a\nbudget shared 2\n" COLUMN),
		     *other = parse("other", "path /a\nbudget shared 3\n" COLUMN),
		     *none = parse("none", "path /a\n" COLUMN);
	struct budgets b = {.n = 0};

	clock_at = 1000;
	CHECK(budgets_open(&b, 5, NULL, still_clock, &err) == 0);
	CHECK(budgets_add(&b, one, &err) == 0 && budgets_add(&b, two, &err) == 0);
	CHECK(budgets_add(&b, none, &err) == 0 && b.n == 1);
	CHECK(budgets_add(&b, other, &err) == -1 && err.status == ANT_USAGE);
	CHECK(budgets_take(&b, one, &err) == 0 && budgets_take(&b, two, &err) == 0);
	/* The third waits, and counts once in the budget of all, however often it asks. */
	for (int i = 0; i < 9; i++)
		CHECK(budgets_take(&b, one, &err) == 60000);
	CHECK(budgets_take(&b, none, &err) == 0 && budgets_take(&b, none, &err) == 0);
	CHECK(budgets_take(&b, none, &err) == 60000);
	clock_at = 61000;
	CHECK(budgets_take(&b, two, &err) == 0);
	/* A pause of one is none of the others; that of all is everybody's. */
	CHECK(budget_pause(budgets_of(&b, one), 90000, &err) == 0);
	CHECK(budgets_take(&b, two, &err) == 29000 && budgets_take(&b, none, &err) == 0);
	CHECK(budgets_pause_until(&b, one) == 90000 && budgets_pause_until(&b, none) == 0);
	CHECK(budget_pause(&b.all, 100000, &err) == 0);
	CHECK(budgets_pause_until(&b, one) == 100000 && budgets_pause_until(&b, none) == 100000);
	budgets_close(&b);
	/* No limit at all. */
	memset(&b, 0, sizeof b);
	CHECK(budgets_open(&b, 0, NULL, still_clock, &err) == 0 && budgets_add(&b, one, &err) == 0);
	for (int i = 0; i < 100; i++)
		CHECK(budgets_take(&b, one, &err) == 0);
	CHECK(budgets_of(&b, one) == &b.all);
	budgets_close(&b);
	/* In files: one for all, and one each. */
	unlink("budget");
	unlink("budget.shared");
	memset(&b, 0, sizeof b);
	CHECK(budgets_open(&b, 5, "budget", still_clock, &err) == 0);
	CHECK(budgets_add(&b, one, &err) == 0 && budgets_take(&b, one, &err) == 0);
	CHECK(access("budget", F_OK) == 0 && access("budget.shared", F_OK) == 0);
	budgets_close(&b);
	table_free(one);
	table_free(two);
	table_free(other);
	table_free(none);
}

static void
put_file(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd != -1 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(fchmod(fd, mode) == 0);
	close(fd);
}

static int
load(const char *key, const char *token, const char *key_file, const char *token_file,
	struct credentials *c)
{
	unsetenv("ANTHROPIC_ADMIN_API_KEY");
	unsetenv("ANTHROPIC_ADMIN_KEY");
	unsetenv("ANTHROPIC_AUTH_TOKEN");
	if (key != NULL)
		setenv("ANTHROPIC_ADMIN_KEY", key, 1);
	if (token != NULL)
		setenv("ANTHROPIC_AUTH_TOKEN", token, 1);
	clear();
	return credentials_load(c, key_file, token_file, "an Admin key", &err);
}

static void
test_credentials(void)
{
	struct credentials c;
	static char longest[KEY_MAX + 2];

	CHECK(load("k", NULL, NULL, NULL, &c) == 0 && c.has_key && !c.has_token);
	SAME(c.key.text, "k");
	CHECK(getenv("ANTHROPIC_ADMIN_KEY") == NULL);
	CHECK(load(NULL, "t", NULL, NULL, &c) == 0 && !c.has_key && c.has_token);
	SAME(c.token.text, "t");
	CHECK(getenv("ANTHROPIC_AUTH_TOKEN") == NULL);
	CHECK(load("k", "t", NULL, NULL, &c) == 0 && c.has_key && c.has_token);
	CHECK(load("", "t", NULL, NULL, &c) == 0 && !c.has_key && c.has_token);
	CHECK(load("k", "", NULL, NULL, &c) == 0 && c.has_key && !c.has_token);
	CHECK(load("", "", NULL, NULL, &c) == -1 && err.status == ANT_USAGE);
	CHECK(load(NULL, NULL, NULL, NULL, &c) == -1 && strstr(err.msg, "--token-file") != NULL);
	/* What is wrong is said of what it is, without it; and the other one is forgotten, too. */
	CHECK(load("k", "s3cret t", NULL, NULL, &c) == -1);
	CHECK(strstr(err.msg, "ANTHROPIC_AUTH_TOKEN: the token has a character") == err.msg);
	CHECK(strstr(err.msg, "s3cret") == NULL && getenv("ANTHROPIC_ADMIN_KEY") == NULL);
	CHECK(load("k\n", "t\r\n", NULL, NULL, &c) == 0);
	CHECK(load("k y", "t", NULL, NULL, &c) == -1 && getenv("ANTHROPIC_AUTH_TOKEN") == NULL);
	CHECK(strstr(err.msg, "ANTHROPIC_ADMIN_KEY: the key has") == err.msg);
	memset(longest, 'x', KEY_MAX + 1);
	CHECK(load(NULL, longest, NULL, NULL, &c) == -1 && strstr(err.msg, "4096") != NULL);
	longest[KEY_MAX] = '\0';
	CHECK(load(NULL, longest, NULL, NULL, &c) == 0);
	put_file("mine", "from-a-file\n", 0600);
	put_file("open", "from-a-file\n", 0644);
	put_file("empty", "\n", 0600);
	CHECK(load("k", "t", NULL, "mine", &c) == 0 && !c.token.exposed && !c.key.exposed);
	SAME(c.token.text, "from-a-file");
	CHECK(getenv("ANTHROPIC_AUTH_TOKEN") == NULL); /* not used, and gone all the same */
	CHECK(load("k", NULL, NULL, "open", &c) == 0 && c.token.exposed && !c.key.exposed);
	CHECK(load(NULL, NULL, "open", "mine", &c) == 0 && c.key.exposed && !c.token.exposed);
	CHECK(load("k", "t", NULL, "empty", &c) == -1 && strstr(err.msg, "empty holds no token"));
	CHECK(load("k", "t", NULL, "none", &c) == -1 && strstr(err.msg, "--token-file none: "));
}

/* --check: a line for each set, a table in several of them once. */
static void
serve_check(const char *target, struct reply *r)
{
	if (strcmp(target, "/me") == 0)
		say(r, 200, "{\"id\":\"o\\n1\",\"name\":\"Acme \\u009b1m\"}");
	else if (strncmp(target, "/shut", 5) == 0)
		refuse(r, 403, "permission_error", "no");
	else if (strncmp(target, "/broken", 7) == 0)
		refuse(r, 400, "invalid_request_error", "bad");
	else
		serve_none(target, r);
}

static void
test_check(void)
{
	static const char *const files[][2] = {{"organization", "path /me\npaging none\n" COLUMN},
		{"users", "sets console enterprise\npath /users\npaging page\nlimit 100\n" COLUMN},
		{"groups", "sets enterprise\npath /shut/groups\npaging page\n" COLUMN},
		{"issuers", "sets identity\npath /shut/issuers\npaging page\n" COLUMN},
		{"mine", "sets own other\npath /broken/mine\npaging page\n" COLUMN},
		{"odd", "sets own\npath /odd\npaging none\nkolumn\n"}};
	struct strlist names = {NULL, 0};
	struct tables ts = {.folders = {NULL, 0}};
	struct check check;
	struct out out;
	char path[64];
	FILE *f = tmpfile();
	size_t n;

	CHECK(mkdir("tables", 0700) == 0 || errno == EEXIST);
	CHECK(strlist_add(&ts.folders, "tables", 6) == 0);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "tables/%s.table", files[i][0]);
		put_file(path, files[i][1], 0600);
	}
	start("path /me\npaging none\n" COLUMN, NULL, NULL);
	clear();
	serve = serve_check;
	CHECK(tables_names(&ts, &names, &err) == 0 && names.n == 6);
	CHECK(check_load(&check, &ts, &names, &budgets, &err) == 0);
	out_init(&out, fileno(f), "check");
	CHECK(check_run(&check, &plan, &out, &err) == 0);
	check_free(&check);
	rewind(f);
	n = fread(stream, 1, sizeof stream - 1, f);
	stream[n] = '\0';
	SAME(stream,
		"organization: Acme  1m (o 1)\n"
		"console: the key opens 2 of 2 tables\n  organization: readable\n  users: "
		"readable\n"
		"enterprise: the key opens 1 of 2 tables; the others take a scoped key of a Claude "
		"Enterprise organization (made in claude.ai, organization settings)\n"
		"  groups: refused: /shut/groups: HTTP 403 permission_error: no\n"
		"identity: the key opens 0 of 1 tables; they take an OAuth token with the scope "
		"org:admin (ANTHROPIC_AUTH_TOKEN or --token-file)\n"
		"  issuers: refused: /shut/issuers: HTTP 403 permission_error: no\n"
		"own: the key opens 0 of 1 tables; 1 failed\n"
		"  mine: failed: sim:/broken/mine: HTTP 400 invalid_request_error: bad\n"
		"other: the key opens 0 of 1 tables; 1 failed\n"
		"odd: failed: tables/odd.table:4: unknown directive 'kolumn'\n");
	SAME(http.asked, "/me\n/users?limit=1\n/shut/groups\n/shut/issuers\n/broken/mine\n");
	strlist_free(&names);
	/* A refused one alone: its reason is the status. */
	CHECK(strlist_add(&names, "groups", 6) == 0);
	CHECK(check_load(&check, &ts, &names, &budgets, &err) == 0);
	CHECK(check_run(&check, &plan, &out, &err) == -1);
	WRONG(ANT_AUTH, "sim:/shut/groups: the API refused the key: HTTP 403 permission_error: no: "
			"it takes a scoped key");
	check_free(&check);
	strlist_free(&names);
	out_free(&out);
	fclose(f);
	tables_free(&ts);
}

static void
test_params(void)
{
	static const char *const sent[] = {"starting_at=1", "ending_at=1", "time_bucket_width=1d",
		"order_by=amount", "page=x", "limit=1", "after_id=a", "before_id=a", "group_by[]=a",
		"group_by=a"};
	static const char *const free_ones[] = {"models[]=a", "order=asc", "bucket_width=1d",
		"date=2026-11-01", "starting=x", "a="};

	start(REPORT "param types[]=a\n", NULL, NULL);
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
		CHECK(fetch_param_valid(table, sent[i], &err) == -1 && err.status == ANT_USAGE);
	for (size_t i = 0; i < sizeof free_ones / sizeof *free_ones; i++)
		CHECK(fetch_param_valid(table, free_ones[i], &err) == 0);
	CHECK(fetch_param_valid(table, "types[]=b", &err) == 0); /* a list grows */
	CHECK(fetch_param_valid(table, "=b", &err) == -1 &&
		fetch_param_valid(table, "b", &err) == -1);
	start(DAYS, NULL, NULL);
	CHECK(fetch_param_valid(table, "date=2026-11-01", &err) == -1);
}

/* Memory that runs out at any place: an error, or all of it. */
static long left = -1; /* allocations until one fails; -1: none does */

static int
fails(void)
{
	if (left < 0 || left-- > 0)
		return 0;
	errno = ENOMEM;
	return 1;
}

#pragma GCC diagnostic ignored "-Wmissing-prototypes"
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

char *
__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return fails() ? NULL : __real_strndup(s, n);
}

/* fetch_run() once for each of its allocations, which fails; WANT is the stream without that. */
static void
exhaust(void (*server)(const char *target, struct reply *r))
{
	static char want[TEXT];
	FILE *f;
	struct out out;
	size_t n;
	long i;
	int rc;

	CHECK(run(server) == 0);
	strcpy(want, stream);
	for (i = 0; i < 100000; i++) {
		f = tmpfile();
		clear();
		memset(&organization, 0, sizeof organization);
		out_init(&out, fileno(f), "stream");
		left = i;
		rc = fetch_run(&plan, &out, &err);
		n = (size_t)left;
		left = -1;
		out_free(&out);
		if (n != (size_t)-1) { /* none was left to fail */
			fclose(f);
			CHECK(rc == 0);
			break;
		}
		rewind(f);
		n = fread(stream, 1, sizeof stream - 1, f);
		stream[n] = '\0';
		fclose(f);
		if (rc == 0)
			SAME(stream, want);
		else
			CHECK((err.status == ANT_FAIL || err.status == ANT_TEMP) &&
				end_line()[0] == '\0');
	}
	CHECK(i > 10 && i < 100000);
}

static void
test_memory(void)
{
	start_levels();
	odd_id = "\"a\\u0062\"";
	plan.retries = 0;
	exhaust(serve_levels);
	start(DAYS, "2026-11-15", NULL);
	newest = "2026-11-17";
	exhaust(serve_days);
	start(FEED, "2026-11-21T10:00:00Z", NULL);
	exhaust(serve_feed);
	start(BUCKETS, "2026-11-01", "2026-11-20");
	exhaust(serve_buckets);
}

int
main(void)
{
	test_slices();
	test_buckets();
	test_not_yet();
	test_last_first();
	test_newest();
	test_refreshed();
	test_levels();
	test_parents_file();
	test_parents_organization();
	test_refusals();
	test_cut();
	test_shrink();
	test_repeats();
	test_seconds();
	test_access();
	test_budgets();
	test_credentials();
	test_check();
	test_params();
	test_memory();
	start("path /v1/x\n" COLUMN, NULL, NULL);
	table_free(table);
	budgets_close(&budgets);
	DONE();
}
