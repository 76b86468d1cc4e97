/* The scanner: values, rows, totals, double keys, what is unread, and what is refused where. */
#include "flatten/plan.h"
#include "test.h"

enum { XS_MAX = 8 };

struct run {
	struct plan *plan;
	struct expr *xs[XS_MAX];
	int n, stop_at, rows;
	struct buf out;
	char text[2000];
};

/* ROWS, then expressions up to NULL. */
static void
open_plan(struct run *r, const char *rows, const char *const *exprs)
{
	int native;

	memset(r, 0, sizeof *r);
	r->stop_at = -1;
	buf_init(&r->out, 1 << 20);
	r->plan = plan_new(rows, &native);
	CHECK(r->plan != NULL);
	for (; *exprs != NULL; exprs++) {
		r->xs[r->n] = expr_parse(*exprs, &native);
		CHECK(r->xs[r->n] != NULL);
		CHECK(plan_add(r->plan, r->xs[r->n]) == 1);
		r->n++;
	}
}

static void
close_plan(struct run *r)
{
	for (int i = 0; i < r->n; i++)
		expr_free(r->xs[i]);
	plan_free(r->plan);
	buf_free(&r->out);
}

static int
on_row(void *arg)
{
	struct run *r = arg;

	if (r->rows++ == r->stop_at)
		return -1;
	if (r->out.len > 0)
		buf_putc(&r->out, ' ');
	for (int i = 0; i < r->n; i++) {
		struct json_value v;
		struct json_error err;

		if (i > 0)
			buf_putc(&r->out, ',');
		switch (plan_eval(r->plan, r->xs[i], &v, &err)) {
		case PLAN_OK:
			buf_put(&r->out, v.p, v.len);
			break;
		case PLAN_TYPE:
			buf_printf(&r->out, "<%s>", err.reason);
			break;
		default:
			buf_puts(&r->out, "<?>");
			break;
		}
	}
	return 0;
}

/* The values of all rows of a record, or what is wrong with it. */
static const char *
scan(struct run *r, const char *record)
{
	size_t len = strlen(record);
	char *text = calloc(1, len + BUF_PAD);
	struct json_error err = {.at = text, .reason = ""};
	int result;

	if (text == NULL)
		exit(1);
	memcpy(text, record, len);
	buf_clear(&r->out);
	r->rows = 0;
	result = plan_scan(r->plan, text, len, on_row, r, &err);
	if (result == PLAN_SYNTAX || result == PLAN_TYPE)
		snprintf(r->text, sizeof r->text, "%s %td: %s",
			result == PLAN_TYPE ? "type" : "syntax", err.at - text, err.reason);
	else
		snprintf(r->text, sizeof r->text, "%s%.*s", result == PLAN_STOP ? "stop " : "",
			(int)r->out.len, r->out.data == NULL ? "" : r->out.data);
	free(text);
	return r->text;
}

#define LONG_KEY                                                                                   \
	"a_key_that_is_longer_than_the_padding_of_sixty_four_bytes_behind_each_text_so_that_a_"    \
	"comparison_must_not_go_there"

static void
test_values(void)
{
	static const char *const xs[] = {".a", ".b.c", ".b.d", ".[\"x y\"]", "." LONG_KEY, NULL};
	struct run r;

	open_plan(&r, ".", xs);
	SAME(scan(&r, "{\"a\":1,\"b\":{\"c\":\"x\",\"d\":[1, 2]},\"x y\":null}"),
		"1,\"x\",[1, 2],null,null");
	SAME(scan(&r, "{}"), "null,null,null,null,null");
	SAME(scan(&r, " { \"x y\" : {} , \"b\" : { \"d\" : true , \"c\" : -1.5e3 } , \"a\" : 0 } "),
		"0,-1.5e3,true,{},null");
	SAME(scan(&r, "{\"" LONG_KEY "\":7,\"z\":[{\"a\":9}]}"), "null,null,null,null,7");
	SAME(scan(&r, "{\"a_key_that_is_longer_than_the_padding\":7,\"a\":12345678901234567890}"),
		"12345678901234567890,null,null,null,null");
	SAME(scan(&r, "{\"\\u0061\":1,\"\\u0062\":{\"\\u0063\":2},\"x\\u0020y\":3}"),
		"1,2,null,3,null");
	SAME(scan(&r, "null"), "null,null,null,null,null");
	SAME(scan(&r, "{\"b\":null,\"a\":1234567890123456}"),
		"1234567890123456,null,null,null,null");
	/* A path through what has no members. */
#define NONE "<has no members, but a path leads through it>"
	SAME(scan(&r, "{\"b\":5}"), "null," NONE "," NONE ",null,null");
	SAME(scan(&r, "{\"b\":[{\"c\":1}]}"), "null," NONE "," NONE ",null,null");
	SAME(scan(&r, "{\"b\":\"s\"}"), "null," NONE "," NONE ",null,null");
	SAME(scan(&r, "{\"b\":false}"), "null," NONE "," NONE ",null,null");
	SAME(scan(&r, "7"), NONE "," NONE "," NONE "," NONE "," NONE);
	SAME(scan(&r, "[]"), NONE "," NONE "," NONE "," NONE "," NONE);
	/* Double keys: the last counts, whatever the first was. */
	SAME(scan(&r, "{\"a\":1,\"a\":2}"), "2,null,null,null,null");
	SAME(scan(&r, "{\"b\":{\"c\":1,\"d\":2},\"b\":{\"c\":3}}"), "null,3,null,null,null");
	SAME(scan(&r, "{\"b\":{\"c\":1},\"b\":null}"), "null,null,null,null,null");
	SAME(scan(&r, "{\"b\":{\"c\":1},\"b\":5}"), "null," NONE "," NONE ",null,null");
	SAME(scan(&r, "{\"b\":5,\"b\":{\"c\":1}}"), "null,1,null,null,null");
	SAME(scan(&r, "{\"b\":[],\"b\":{\"d\":1}}"), "null,null,1,null,null");
	SAME(scan(&r, "{\"b\":{\"c\":1},\"\\u0062\":{\"d\":2}}"), "null,null,2,null,null");
	close_plan(&r);
}

/* Whether a member is there is not whether it is null; and what a record was asked for with is no field. */
static void
test_has(void)
{
	static const char *const xs[] = {
		"has(\"a\")", "if has(\"b\") then .b.c else $asked.d end", NULL};
	const char *path;
	size_t count;
	struct run r;

	open_plan(&r, ".", xs);
	SAME(scan(&r, "{\"a\":1,\"b\":{\"c\":2},\"@asked\":{\"d\":3}}"), "true,2");
	SAME(scan(&r, "{\"@asked\":{\"d\":3}}"), "false,3");
	SAME(scan(&r, "{\"a\":null,\"b\":null,\"@asked\":{\"d\":3}}"), "true,null");
	SAME(scan(&r, "{\"b\":5}"), "false,<has no members, but a path leads through it>");
	SAME(scan(&r, "{\"\\u0061\":{}}"), "true,null");
	SAME(scan(&r, "{\"a\":1,\"a\":null}"), "true,null");
	SAME(scan(&r, "{}"), "false,null");
#define NO_OBJECT "<is no object, but has() asks for a member of it>"
	SAME(scan(&r, "null"), "false,null");
	SAME(scan(&r, "[1]"), NO_OBJECT "," NO_OBJECT);
	SAME(scan(&r, "5"), NO_OBJECT "," NO_OBJECT);
	CHECK(!plan_unread(r.plan, 0, &path, &count));
	close_plan(&r);
	open_plan(&r, ".rows[]", xs);
	SAME(scan(&r, "{\"@asked\":{\"d\":9},\"rows\":[{\"a\":null},{\"b\":{\"c\":1}},{\"@asked\":"
		      "2}]}"),
		"true,9 false,1 false,9");
	CHECK(plan_unread(r.plan, 0, &path, &count) && count == 1); /* a row is no record */
	SAME(path, ".rows[].@asked");
	CHECK(!plan_unread(r.plan, 1, &path, &count));
	close_plan(&r);
	open_plan(&r, ".", (const char *const[]){".a", NULL});
	SAME(scan(&r, "{\"@asked\":{\"d\":9},\"a\":1}"), "1");
	CHECK(!plan_unread(r.plan, 0, &path, &count));
	close_plan(&r);
}

static void
test_rows(void)
{
	static const char *const xs[] = {
		".v", "$record.at", "sum(.l[])", "list($record.s[])", NULL};
	struct run r;

	open_plan(&r, ".x.rows[]", xs);
	SAME(scan(&r, "{\"at\":1,\"x\":{\"rows\":[{\"v\":2},{\"v\":3,\"l\":[1,2]}]},\"s\":[\"p\","
		      "\"q\"]}"),
		"2,1,null,\"p,q\" 3,1,3,\"p,q\"");
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"l\":[9]},{\"l\":[]},{}]},\"at\":\"]\"}"),
		"null,\"]\",9,null null,\"]\",0,null null,\"]\",null,null");
	SAME(scan(&r, "{\"x\":{\"rows\":[]}}"), "");
	SAME(scan(&r, "{\"x\":{\"rows\":{\"a\":{\"v\":1},\"b\":{\"v\":2}}}}"),
		"1,null,null,null 2,null,null,null");
	SAME(scan(&r, "{\"x\":{\"rows\":{}}}"), "");
	SAME(scan(&r, "{\"x\":{\"rows\":[null]}}"), "null,null,null,null");
	/* No rows. */
	SAME(scan(&r, "{}"), "type 2: the record has no array of rows");
	SAME(scan(&r, "{\"x\":{}}"), "type 8: the record has no array of rows");
	SAME(scan(&r, "{\"x\":{\"rows\":null}}"), "type 13: the record has no array of rows");
	SAME(scan(&r, "{\"x\":{\"rows\":\"r\"}}"), "type 13: the record has no array of rows");
	SAME(scan(&r, "{\"x\":5}"), "type 5: the record has no array of rows");
	/* Double keys at and around the rows. */
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"v\":1}],\"rows\":[{\"v\":2}]}}"), "2,null,null,null");
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"v\":1}]},\"x\":{\"rows\":[{\"v\":2}]}}"),
		"2,null,null,null");
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"v\":1}]},\"x\":{}}"),
		"type 31: the record has no array of rows");
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"v\":1}]},\"x\":[1]}"),
		"type 28: the record has no array of rows");
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"v\":1}]},\"x\":1}"),
		"type 28: the record has no array of rows");
	SAME(scan(&r, "{\"x\":1,\"x\":{\"rows\":[{\"v\":2}]}}"), "2,null,null,null");
	SAME(scan(&r, "{\"x\":{\"rows\":1,\"rows\":[{\"v\":2,\"v\":3}]}}"), "3,null,null,null");
	/* What is no JSON is told where it is, within the rows and behind them. */
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"v\":1},{\"v\":}]}}"), "syntax 27: not a JSON value");
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"v\":1}}"),
		"syntax 21: no comma or ] behind an array's element");
	SAME(scan(&r, "{\"x\":{\"rows\":[1]]}}"),
		"syntax 16: no comma or } behind an object's member");
	SAME(scan(&r, "{\"x\":{\"rows\":[\"]}}"), "syntax 18: the text ends in a string");
	SAME(scan(&r, "{\"x\":{\"rows\":[1,]}}"), "syntax 16: not a JSON value");
	SAME(scan(&r, "{\"x\":{\"rows\":[1"), "syntax 15: the text ends in an array");
	SAME(scan(&r, "{\"x\":{\"rows\":[01],\"rows\":[]}}"),
		"syntax 15: a number with a leading zero");
	SAME(scan(&r, "{\"x\":{\"rows\":[1}]}}"),
		"syntax 15: no comma or ] behind an array's element");
	SAME(scan(&r, "{\"x\":{\"rows\":[{}]},\"at\":tru}"), "syntax 24: not a JSON value");
	SAME(scan(&r, "{\"x\":{\"rows\":{\"a\":1,}}}"),
		"syntax 20: an object's key must be a string");
	SAME(scan(&r, "{\"x\":{\"rows\":{\"a\" 1}}}"),
		"syntax 18: no colon behind an object's key");
	SAME(scan(&r, "{\"x\":{\"rows\":[{}]}} {}"), "syntax 20: text behind the value");
	/* The row function stops it. */
	r.stop_at = 1;
	SAME(scan(&r, "{\"x\":{\"rows\":[{\"v\":1},{\"v\":2}]}}"), "stop 1,null,null,null");
	close_plan(&r);
}

/* Whole values around the rows: they are checked before they are read. */
static void
test_whole(void)
{
	static const char *const xs[] = {"$record", ".", NULL};
	static const char *const each[] = {".", NULL};
	struct run r;

	open_plan(&r, ".rows[]", xs);
	SAME(scan(&r, "{\"rows\":[1,\"a\"]}"), "{\"rows\":[1,\"a\"]},1 {\"rows\":[1,\"a\"]},\"a\"");
	SAME(scan(&r, "{\"rows\":[1,}]}"), "syntax 11: not a JSON value");
	close_plan(&r);
	open_plan(&r, ".[]", each);
	SAME(scan(&r, "[1,[2],{\"a\":3},null]"), "1 [2] {\"a\":3} null");
	SAME(scan(&r, "{\"a\":1,\"b\":2}"), "1 2");
	SAME(scan(&r, "3"), "type 0: the record has no array of rows");
	close_plan(&r);
}

static void
test_totals(void)
{
	static const char *const xs[] = {
		"sum(.a[].n)", "list(.a[].s)", "sum(.o)", "list(.l)", "sum(.a[].n) // 7", NULL};
	struct run r;

	open_plan(&r, ".", xs);
	SAME(scan(&r, "{\"a\":[{\"n\":1,\"s\":\"x\"},{\"n\":2,\"s\":\"y\\u00e9\"}],\"o\":5,\"l\":"
		      "\"z\"}"),
		"3,\"x,y\\u00e9\",5,\"z\",3");
	SAME(scan(&r, "{\"a\":[]}"), "0,null,null,null,0");
	SAME(scan(&r, "{}"), "null,null,null,null,7");
	SAME(scan(&r, "{\"a\":null}"), "null,null,null,null,7");
	SAME(scan(&r, "{\"a\":[{},{\"n\":null}]}"), "null,null,null,null,7");
	SAME(scan(&r, "{\"a\":[null,{\"n\":1.5}]}"), "1.5,null,null,null,1.5");
	SAME(scan(&r, "{\"a\":[{\"n\":\"123.78912\"},{\"n\":0.0000125},{\"n\":-1e1}]}"),
		"113.7891325,null,null,null,113.7891325");
	SAME(scan(&r, "{\"a\":[{\"n\":\"1\\u0032\"}]}"), "12,null,null,null,12");
	SAME(scan(&r, "{\"a\":[{\"n\":9223372036854775807},{\"n\":9223372036854775807}]}"),
		"18446744073709551614,null,null,null,18446744073709551614");
	SAME(scan(&r, "{\"a\":[{\"n\":999999999999999999},{\"n\":999999999999999999},"
		      "{\"n\":0.5}]}"),
		"1999999999999999998.5,null,null,null,1999999999999999998.5");
	SAME(scan(&r, "{\"o\":{\"a\":1,\"b\":{\"c\":\"2.5\",\"d\":null}}}"),
		"null,null,3.5,null,7");
	SAME(scan(&r, "{\"o\":{}}"), "null,null,0,null,7");
	SAME(scan(&r, "{\"o\":{\"a\":1,\"b\":2,\"\\u0061\":4}}"), "null,null,6,null,7");
	SAME(scan(&r, "{\"a\":{\"x\":{\"n\":1},\"y\":{\"n\":2}}}"), "3,null,null,null,3");
	SAME(scan(&r, "{\"a\":[{\"n\":1}],\"a\":[{\"n\":2}]}"), "2,null,null,null,2");
	SAME(scan(&r, "{\"a\":5,\"a\":[{\"n\":2}]}"), "2,null,null,null,2");
	SAME(scan(&r, "{\"a\":[{\"n\":1,\"n\":2}]}"), "2,null,null,null,2");
	/* What is no number and no text. */
	SAME(scan(&r, "{\"o\":\"x\"}"), "null,null,<is a string that holds no number>,null,7");
	SAME(scan(&r, "{\"o\":\"\"}"), "null,null,<is a string that holds no number>,null,7");
	SAME(scan(&r, "{\"o\":true}"), "null,null,<is nothing that sum() adds>,null,7");
	SAME(scan(&r, "{\"o\":{\"a\":[1]}}"), "null,null,<is nothing that sum() adds>,null,7");
	SAME(scan(&r, "{\"o\":1e38}"), "null,null,<is a number beyond 38 digits>,null,7");
	SAME(scan(&r, "{\"l\":5}"), "null,null,null,<is no string, which list() joins>,7");
#define BEYOND "<makes a sum beyond 38 digits>"
	SAME(scan(&r, "{\"a\":[{\"n\":99999999999999999999999999999999999999},{\"n\":1}]}"),
		BEYOND ",null,null,null," BEYOND);
	SAME(scan(&r, "{\"a\":[{\"n\":1},{\"n\":99999999999999999999999999999999999999}]}"),
		BEYOND ",null,null,null," BEYOND);
	SAME(scan(&r, "{\"a\":[{\"n\":9e37},{\"n\":9e37}]}"), BEYOND ",null,null,null," BEYOND);
	SAME(scan(&r, "{\"a\":7}"),
		"<is not an array>,<is not an array>,null,null,<is not an array>");
	SAME(scan(&r, "{\"a\":[7]}"), NONE "," NONE ",null,null," NONE);
	close_plan(&r);
}

static void
test_members_max(void)
{
	static const char *const xs[] = {"sum(.o)", NULL};
	struct run r;
	struct buf b;

	for (int n = 256; n <= 257; n++) {
		open_plan(&r, ".", xs);
		buf_init(&b, 1 << 20);
		buf_puts(&b, "{\"o\":{");
		for (int i = 0; i < n; i++)
			buf_printf(&b, "%s\"k%d\":1", i > 0 ? "," : "", i);
		buf_puts(&b, "}}");
		SAME(scan(&r, buf_str(&b)),
			n == 256 ? "256" : "<has more than 256 members, too many for sum()>");
		buf_free(&b);
		close_plan(&r);
	}
}

/* .a[] beside .a.b, or more than one way through the rows, is for libjq. */
static void
test_conflicts(void)
{
	static const char *const pairs[][2] = {{"sum(.a[].b)", ".a.b"}, {".a.b", "sum(.a[])"},
		{"$record.rows", "$record.rows.x"}, {".", "sum($record.rows[].x)"}};
	static const char *const others[] = {"$record", ".a", ".a[].b", ".a[]|.b", "empty", ""};
	int native;

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct plan *p = plan_new(".rows[]", &native);
		struct expr *a = expr_parse(pairs[i][0], &native);
		struct expr *b = expr_parse(pairs[i][1], &native);

		CHECK(plan_add(p, a) == 1);
		CHECK(plan_add(p, b) == 0);
		plan_free(p);
		expr_free(a);
		expr_free(b);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		CHECK(plan_new(others[i], &native) == NULL);
		CHECK(native == 0);
	}
	plan_free(NULL);
}

static void
test_unread(void)
{
	static const char *const xs[] = {".a.b", "sum(.m[].n)", "$record.w", NULL};
	char record[64];
	const char *path;
	struct run r;
	size_t count, n = 0;
	int native;
	struct expr *known =
		expr_parse("if .k == \"x\" then sum(.k2) else .k3 // list(.k4) end", &native);

	open_plan(&r, ".rows[]", xs);
	CHECK(plan_ignore(r.plan, ".known") == 1);
	CHECK(plan_ignore(r.plan, "$record.known") == 1);
	CHECK(plan_ignore(r.plan, ".m[].known") == 1);
	CHECK(plan_ignore(r.plan, ".a | .b") == 0);
	CHECK(plan_ignore(r.plan, "$record.rows.x") == 1); /* leads nowhere else */
	CHECK(plan_ignore_expr(r.plan, known) == 1);
	SAME(scan(&r, "{\"new\":1,\"w\":{\"x\":1},\"known\":{\"y\":1},\"rows\":[{\"a\":{\"c\":1},"
		      "\"m\":[{\"n\":1,\"q\":2,\"known\":3}],\"known\":1,\"k\":1,\"k2\":1,\"k3\":1,"
		      "\"k4\":1},{\"a\":{\"c\":{\"d\":1}}}]}"),
		"null,1,{\"x\":1} null,null,{\"x\":1}");
	CHECK(plan_unread(r.plan, n++, &path, &count) == 1 && count == 1);
	SAME(path, ".new");
	CHECK(plan_unread(r.plan, n++, &path, &count) == 1 && count == 2);
	SAME(path, ".rows[].a.c");
	CHECK(plan_unread(r.plan, n++, &path, &count) == 1 && count == 1);
	SAME(path, ".rows[].m[].q");
	CHECK(plan_unread(r.plan, n, &path, &count) == 0);
	/* A hostile record cannot make the report endless. */
	for (int i = 0; i < 300; i++) {
		snprintf(record, sizeof record, "{\"u%d\":1,\"rows\":[]}", i);
		scan(&r, record);
	}
	CHECK(plan_unread(r.plan, 200, &path, &count) == 1 && count == 103);
	SAME(path, "(further names)");
	CHECK(plan_unread(r.plan, 201, &path, &count) == 0);
	expr_free(known);
	close_plan(&r);
}

static void
test_tests(void)
{
	static const char *const xs[] = {".a == \"x\\u00e9\"",
		"if .a != null then .b else \"none\" end", "(.b // .c) == false", ".b // .a.q",
		NULL};
	struct run r;

	open_plan(&r, ".", xs);
	SAME(scan(&r, "{\"a\":\"x\xc3\xa9\",\"b\":1}"), "true,1,false,1");
	SAME(scan(&r, "{\"a\":\"\\u0078\\u00e9\",\"b\":\"y\"}"), "true,\"y\",false,\"y\"");
	SAME(scan(&r, "{\"c\":false}"), "false,\"none\",true,null");
	SAME(scan(&r, "{\"a\":5,\"b\":2}"), "false,2,false,2");
	SAME(scan(&r, "{\"a\":5}"), "false,null,false," NONE);
	close_plan(&r);
}

static void
test_syntax(void)
{
	static const char *const xs[] = {".a", ".b.c", "sum(.l[])", NULL};
	struct run r;

	open_plan(&r, ".", xs);
	SAME(scan(&r, ""), "syntax 0: the text ends where a value should stand");
	SAME(scan(&r, "{"), "syntax 1: the text ends in an object");
	SAME(scan(&r, "{\"a\""), "syntax 4: no colon behind an object's key");
	SAME(scan(&r, "{\"a\":"), "syntax 5: the text ends where a value should stand");
	SAME(scan(&r, "{\"a\":1"), "syntax 6: the text ends in an object");
	SAME(scan(&r, "{\"a\":1,"), "syntax 7: the text ends in an object");
	SAME(scan(&r, "{\"a\":1,}"), "syntax 7: an object's key must be a string");
	SAME(scan(&r, "{\"a\" 1}"), "syntax 5: no colon behind an object's key");
	SAME(scan(&r, "{\"z\" 1}"), "syntax 5: no colon behind an object's key");
	SAME(scan(&r, "{\"a\":1;}"), "syntax 6: no comma or } behind an object's member");
	SAME(scan(&r, "{\"z\\x\":1}"), "syntax 3: unknown escape in a string");
	SAME(scan(&r, "{\"z\":[1,]}"), "syntax 8: not a JSON value");
	SAME(scan(&r, "{\"a\":\"\n\"}"), "syntax 6: control character in a string");
	SAME(scan(&r, "{\"a\":\"x"), "syntax 7: the text ends in a string");
	SAME(scan(&r, "{\"a\":00}"), "syntax 6: a number with a leading zero");
	SAME(scan(&r, "{\"a\":1.}"), "syntax 7: a number without digits behind its point");
	SAME(scan(&r, "{\"a\":1e}"), "syntax 7: a number without digits in its exponent");
	SAME(scan(&r, "{\"a\":-}"), "syntax 6: a number without digits");
	SAME(scan(&r, "{\"a\":12345678901234567.}"),
		"syntax 23: a number without digits behind its point");
	SAME(scan(&r, "{\"a\":nul}"), "syntax 5: not a JSON value");
	SAME(scan(&r, "{\"a\":tru"), "syntax 8: the text ends in a value");
	SAME(scan(&r, "{\"l\":[1 2]}"), "syntax 8: no comma or ] behind an array's element");
	SAME(scan(&r, "{\"l\":[1,2"), "syntax 9: the text ends in an array");
	SAME(scan(&r, "{\"l\":{\"x\":1,2}}"), "syntax 12: an object's key must be a string");
	SAME(scan(&r, "{\"l\":x}"), "syntax 5: not a JSON value");
	SAME(scan(&r, "{\"a\":[}"), "syntax 6: not a JSON value");
	SAME(scan(&r, "{}}"), "syntax 2: text behind the value");
	close_plan(&r);
}

/* 512 levels and no more, wanted or not. */
static void
test_depth(void)
{
	static const char *const xs[] = {".a", "sum(.l[].x)",
		"."
		"d.d.d.d",
		NULL};
	static const char *const heads[] = {
		"{\"a\":", "{\"z\":", "{\"l\":[", "{\"d\":{\"d\":{\"d\":{\"d\":"};
	static const char *const tails[] = {"}", "}", "]}", "}}}}"};
	static const int around[] = {1, 1, 2, 4};
	struct run r;

	open_plan(&r, ".", xs);
	for (int i = 0; i < 4; i++)
		for (int more = 0; more < 2; more++) {
			struct buf b;
			int n = 512 - around[i] + more;

			buf_init(&b, 1 << 16);
			buf_puts(&b, heads[i]);
			for (int j = 0; j < n; j++)
				buf_putc(&b, '[');
			for (int j = 0; j < n; j++)
				buf_putc(&b, ']');
			buf_puts(&b, tails[i]);
			scan(&r, buf_str(&b));
			CHECK((strstr(r.text, "nested deeper than 512 levels") != NULL) == more);
			buf_free(&b);
		}
	close_plan(&r);
}

int
main(void)
{
	test_values();
	test_has();
	test_rows();
	test_whole();
	test_totals();
	test_members_max();
	test_conflicts();
	test_unread();
	test_tests();
	test_syntax();
	test_depth();
	DONE();
}
