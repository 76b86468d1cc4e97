/*
 * Memory that runs out at any place: an error and nothing else, no crash, no leak.
 * Linked with --wrap for the functions that allocate: the Nth of them fails.
 */
#include <errno.h>

#include "flatten/plan.h"
#include "stream/cell.h"
#include "tables/parse.h"
#include "tables/tables.h"
#include "test.h"

static long left = -1; /* allocations until one fails; -1: none does */

static int
fails(void)
{
	if (left < 0 || left-- > 0)
		return 0;
	errno = ENOMEM;
	return 1;
}

/* The linker gives these names: no header can. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);

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
__wrap_strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = fails() ? NULL : __real_malloc(len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
__wrap_strdup(const char *s)
{
	return __wrap_strndup(s, strlen(s));
}

static const char *const sources[] = {
	"if has(\"a\") then .a.b // .[\"c\\u00e9 d\"] else $asked.x end", "sum(.l[].n)",
	"list($record.m[].s)", "if .a.b == \"x\\u00e9\" then sum(.o) else \"none\" end",
	".a.e != \"\\u0041\""};

enum { N = sizeof sources / sizeof *sources };

static const char record[] =
	"{\"m\":[{\"s\":\"p\\u00e9\"},{\"s\":\"q\"}],\"new\":1,\"rows\":[{\"\\u0061\":{\"b\":"
	"\"x\\u00e9\",\"e\":\"\\u0041\"},\"l\":[{\"n\":1},{\"n\":\"1\\u0032\"}],\"o\":{\"p\":1,"
	"\"\\u0070\":2},\"new\":[1]}]}";

struct state {
	struct plan *plan;
	struct expr *xs[N];
	struct buf row;
	int rows;
};

static int
on_row(void *arg)
{
	struct state *s = arg;

	for (int i = 0; i < N; i++) {
		struct cell_count count = {0};
		struct json_error err;
		struct json_value v;
		const char *why = NULL;
		int result = plan_eval(s->plan, s->xs[i], &v, &err);

		if (result == PLAN_MEMORY)
			return -1;
		CHECK(result == PLAN_OK);
		if (result == PLAN_OK && cell_put(&s->row, TYPE_JSON, &v, &count, &why) == -1) {
			CHECK(why == NULL);
			return -1;
		}
		if (buf_putc(&s->row, '|') == -1)
			return -1;
	}
	s->rows++;
	return 0;
}

/* Build the plan and scan the record: 1 done, 0 memory ran out. */
static int
run_once(struct state *s, char *text)
{
	struct json_error err = {.reason = ""};
	int native, result;

	if ((s->plan = plan_new(".rows[]", &native)) == NULL) {
		CHECK(native == 1);
		return 0;
	}
	for (int i = 0; i < N; i++) {
		if ((s->xs[i] = expr_parse(sources[i], &native)) == NULL) {
			CHECK(native == 1);
			return 0;
		}
		if ((result = plan_add(s->plan, s->xs[i])) != 1) {
			CHECK(result == -1);
			return 0;
		}
	}
	if ((result = plan_ignore(s->plan, "$record.known.x")) != 1) {
		CHECK(result == -1);
		return 0;
	}
	if ((result = plan_ignore_expr(s->plan, s->xs[3])) != 1) {
		CHECK(result == -1);
		return 0;
	}
	result = plan_scan(s->plan, text, sizeof record - 1, on_row, s, &err);
	CHECK(result == PLAN_OK || result == PLAN_STOP || result == PLAN_MEMORY);
	return result == PLAN_OK;
}

static void
test_plan(void)
{
	static const char want[] = "\"x\xc3\xa9\"|13|\"p\xc3\xa9,q\"|2|false|";
	char *text = calloc(1, sizeof record + BUF_PAD);
	int done = 0, failed = 0;

	memcpy(text, record, sizeof record);
	for (long n = 0; !done && n < 10000; n++) {
		struct state s = {.rows = 0};

		buf_init(&s.row, 1 << 16);
		left = n;
		done = run_once(&s, text);
		/* Only the report of unread fields may be poorer where memory ran out. */
		if (done) {
			CHECK(s.rows == 1 && s.row.len == sizeof want - 1 &&
				memcmp(s.row.data, want, s.row.len) == 0);
			done = left != -1;
		}
		left = -1;
		failed++;
		for (int i = 0; i < N; i++)
			expr_free(s.xs[i]);
		plan_free(s.plan);
		buf_free(&s.row);
	}
	CHECK(done && failed > 50);
	free(text);
}

/* Parse FILE, whose memory runs out at each place in turn; then add a column to it. */
static void
parse_short(const char *file)
{
	struct table *t = NULL;
	struct ant_err e;
	long n;

	for (n = 0; t == NULL && n < 10000; n++) {
		left = n;
		t = parse_table("t", "t.table", file, strlen(file), &e);
		left = -1;
		CHECK(t != NULL || e.status == ANT_FAIL);
	}
	CHECK(t != NULL && n > 10);
	for (n = 0; t != NULL && n < 5; n++) {
		left = n;
		CHECK(parse_add_column(t, "x text = .x", &e) == -1);
		left = -1;
		CHECK(e.status == ANT_FAIL);
	}
	table_free(t);
}

static void
test_table(void)
{
	parse_short(
		"# Text\n# of two lines.\npath /v1/t\nparam a=b\npaging page\nsets s u\nopened_by "
		"v\n"
		"header a: b\nbudget b 60\ndata d2\ncut .r 3 u\nhint w text of it\n"
		"width 1d limit=3\nwidth 1h rows=4 span=1d\nwidth_param w\nfrom a day\nto b day\n"
		"span 31d\noldest 2026-01-01 365d\nlag 1m\nlookback 7d\nnot_yet not yet\n"
		"group_by m n\ngroup_with o\ndimension m d n\nmode window d\nrows .r[]\n"
		"ignore .x .y.z\ncolumn d date key = .d # D.\ncolumn n bigint = .n\n");
	parse_short("# Text\npath /v1/{a}/{b}/t\nforeach u a=.id b=$asked.b unless .c\npaging id\n"
		    "limit 5\nunique\ncolumn d date key = .d # D.\ncolumn n bigint = .n\n");
	parse_short("path /v1/t\npaging page\nday date\nwatermark newest\nmode window d\n"
		    "column d date key = $asked.date\ncolumn n bigint = .n\n");
}

/* The same from a file: status 1, never "wrong table file", and never "unknown table". */
static void
test_tables(void)
{
	static const char *const folders[] = {"."};
	struct table *t = NULL;
	struct tables ts;
	struct ant_err e;
	FILE *f = fopen("t.table", "w");
	long n;

	CHECK(f != NULL && fputs("path /v1/t\npaging id\ncolumn n bigint key = .n # N.\n", f) > 0);
	for (int i = 0; i < 3000; i++) /* longer than a first block of memory */
		fputs("# x\n", f);
	fclose(f);
	for (n = 0; t == NULL && n < 100000; n++) {
		left = n;
		if (tables_init(&ts, folders, 1, NULL, &e) == 0) {
			t = tables_load(&ts, "t", &e);
			tables_free(&ts);
		}
		left = -1;
		CHECK(t != NULL || e.status == ANT_FAIL);
	}
	CHECK(t != NULL && n > 10);
	table_free(t);
}

int
main(void)
{
	test_plan();
	test_table();
	test_tables();
	DONE();
}
