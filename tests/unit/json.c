/* The strict reader: what it takes, where it says what is wrong, and the text of strings. */
#include "base/json.h"
#include "test.h"

/* A copy with the padding that every text has, nothing beyond it. */
static char *
padded(const char *s, size_t len)
{
	char *copy = calloc(1, len + BUF_PAD);

	if (copy == NULL)
		exit(1);
	memcpy(copy, s, len);
	return copy;
}

static const char *
check(const char *s)
{
	static char result[200];
	char *text = padded(s, strlen(s));
	struct json_value v;
	struct json_error err;

	if (json_parse(text, strlen(s), &v, &err) == 0)
		snprintf(result, sizeof result, "kind %d, %zu bytes", (int)v.kind, v.len);
	else
		snprintf(result, sizeof result, "%td: %s", err.at - text, err.reason);
	free(text);
	return result;
}

static void
test_grammar(void)
{
	SAME(check(" {\"a\" : [1 , 2]}\n"), "kind 6, 15 bytes");
	SAME(check("null"), "kind 0, 4 bytes");
	SAME(check("false"), "kind 1, 5 bytes");
	SAME(check("true"), "kind 2, 4 bytes");
	SAME(check("-0.5E+10"), "kind 3, 8 bytes");
	SAME(check("\"\""), "kind 4, 2 bytes");
	SAME(check("[]"), "kind 5, 2 bytes");
	SAME(check("{}"), "kind 6, 2 bytes");
	SAME(check(""), "0: the text ends where a value should stand");
	SAME(check("  "), "2: the text ends where a value should stand");
	SAME(check("nul"), "3: the text ends in a value");
	SAME(check("[tr"), "3: the text ends in a value");
	SAME(check("[trUe]"), "1: not a JSON value");
	SAME(check("falsy"), "0: not a JSON value");
	SAME(check("nulll"), "4: text behind the value");
	SAME(check("{} x"), "3: text behind the value");
	SAME(check("-"), "1: a number without digits");
	SAME(check("-x"), "1: a number without digits");
	SAME(check("01"), "1: a number with a leading zero");
	SAME(check("1.x"), "2: a number without digits behind its point");
	SAME(check("1."), "2: a number without digits behind its point");
	SAME(check("1e"), "2: a number without digits in its exponent");
	SAME(check("1e-"), "3: a number without digits in its exponent");
	SAME(check("1e+x"), "3: a number without digits in its exponent");
	SAME(check("+1"), "0: not a JSON value");
	SAME(check("\"a"), "2: the text ends in a string");
	SAME(check("\"a\\"), "3: the text ends in a string");
	SAME(check("\"a\\u00"), "6: the text ends in a string");
	SAME(check("\"a\\u00g0\""), "2: \\u without four hexadecimal digits");
	SAME(check("\"a\\x\""), "2: unknown escape in a string");
	SAME(check("\"a\tb\""), "2: control character in a string");
	SAME(check("[1"), "2: the text ends in an array");
	SAME(check("[1 2]"), "3: no comma or ] behind an array's element");
	SAME(check("[1,]"), "3: not a JSON value");
	SAME(check("{"), "1: the text ends in an object");
	SAME(check("{\"a\""), "4: the text ends in an object");
	SAME(check("{\"a\":"), "5: the text ends where a value should stand");
	SAME(check("{\"a\":1"), "6: the text ends in an object");
	SAME(check("{\"a\" 1}"), "5: no colon behind an object's key");
	SAME(check("{\"a\":1 \"b\"}"), "7: no comma or } behind an object's member");
	SAME(check("{\"a\":1,}"), "7: an object's key must be a string");
	SAME(check("{a:1}"), "1: an object's key must be a string");
	SAME(check("{\"a\":1,\"b\\q\":1}"), "9: unknown escape in a string");
	SAME(check("[[]}"), "3: no comma or ] behind an array's element");
}

static void
test_depth(void)
{
	enum { DEEP = JSON_DEPTH };
	char *text = calloc(1, 2 * (DEEP + 1) + BUF_PAD);
	struct json_error err;
	const char *stop;

	if (text == NULL)
		exit(1);
	memset(text, '[', DEEP);
	memset(text + DEEP, ']', DEEP);
	stop = json_skip(text, text + 2 * DEEP, &err);
	CHECK(stop == text + 2 * DEEP);
	CHECK(json_skip_inside(text, text + 2 * DEEP, 1, &err) == NULL);
	memset(text, '[', DEEP + 1);
	memset(text + DEEP + 1, ']', DEEP + 1);
	CHECK(json_skip(text, text + 2 * (DEEP + 1), &err) == NULL);
	CHECK(err.at == text + DEEP);
	SAME(err.reason, "nested deeper than 512 levels");
	free(text);
}

/* The text of the JSON string S, and how much of it was mended. */
static const char *
text_of(const char *s, size_t *mended)
{
	static char result[400];
	char *text = padded(s, strlen(s));
	struct json_value v = {JSON_STRING, text, strlen(s)};
	struct buf b;

	*mended = 0;
	buf_init(&b, 1000);
	CHECK(json_text(&b, &v, mended) == 0);
	snprintf(result, sizeof result, "%.*s", (int)b.len, b.data == NULL ? "" : b.data);
	buf_free(&b);
	free(text);
	return result;
}

#define MENDED "\xef\xbf\xbd"

static void
test_text(void)
{
	static const struct {
		const char *json, *text;
		size_t mended;
	} cases[] = {
		{"\"\"", "", 0},
		{"\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz", 0},
		{"\"\\u00e9\\u65E5\\ud83d\\ude00\"", "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80", 0},
		{"\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 0},
		{"\"a\\u0000b\"", "a" MENDED "b", 1},
		{"\"\\ud800\"", MENDED, 1},
		{"\"\\ud800x\"", MENDED "x", 1},
		{"\"\\ud800\\n\"", MENDED "\n", 1},
		{"\"\\ud800\\u0041\"", MENDED "A", 1},
		{"\"\\ud800\\ud83d\\ude00\"", MENDED "\xf0\x9f\x98\x80", 1},
		{"\"\\udc00\\ud800\"", MENDED MENDED, 2},
		{"\"\xff\xfe\"", MENDED MENDED, 2},
		{"\"a\xc3\"", "a" MENDED, 1},
		{"\"\xc3(\"", MENDED "(", 1},
		{"\"\xe6\x97z\"", MENDED "z", 1},
		{"\"\xc0\xaf\"", MENDED MENDED, 2},
		{"\"\xed\xa0\x80\"", MENDED, 1},
		{"\"\xf4\x90\x80\x80\"", MENDED, 1},
		{"\"\xe0\x80\x80\"", MENDED, 1},
		{"\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\"", "\xef\xbf\xbf\xf4\x8f\xbf\xbf", 0},
		{"\"\x7f\"", "\x7f", 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t mended;

		SAME(text_of(cases[i].json, &mended), cases[i].text);
		CHECK(mended == cases[i].mended);
	}
}

static void
test_write(void)
{
	static const char odd[] = "q\" b\\ \b\t\n\f\r\v \x01\x1f / \x7f \xc3\xa9 \xff";
	static const char json[] =
		"{ \"a\" :\t[ 1.50, \"\\u00e9\\/\\u0007\", true ],\r\n\"\\u0000\" : \"x\" }";
	struct buf b;
	struct json_value v;
	struct json_error err;
	size_t mended = 0;
	char *text;

	buf_init(&b, 1000);
	CHECK(json_put_string(&b, odd) == 0);
	SAME(buf_str(&b),
		"\"q\\\" b\\\\ \\b\\t\\n\\f\\r\\u000b \\u0001\\u001f / \x7f \xc3\xa9 " MENDED "\"");
	buf_clear(&b);
	CHECK(json_put_text(&b, "a\0b", 3) == 0);
	SAME(buf_str(&b), "\"a" MENDED "b\"");
	buf_clear(&b);
	text = padded(json, strlen(json));
	CHECK(json_parse(text, strlen(json), &v, &err) == 0);
	CHECK(json_put_value(&b, &v, &mended) == 0);
	SAME(buf_str(&b), "{\"a\":[1.50,\"\xc3\xa9/\\u0007\",true],\"" MENDED "\":\"x\"}");
	CHECK(mended == 1);
	free(text);
	buf_free(&b);
	/* A buffer that is too small is no silent cut. */
	buf_init(&b, 4);
	CHECK(json_put_string(&b, "abcdef") == -1);
	buf_free(&b);
}

static void
test_members(void)
{
	static const char mended[] = "\"\\/\\ud83d\\ude00\\u0000\xff\\ud800\\n\"";
	static const char json[] = "{\"a\":1,\"\\u0062\":{\"x\":[]},\"a\": \"two\" , \"c\":null}";
	char *text = padded(json, strlen(json));
	struct json_value v, member, key;
	struct json_error err;
	const char *at = NULL;
	int n = 0;

	CHECK(json_parse(text, strlen(json), &v, &err) == 0);
	CHECK(json_member(&v, "a", &member) && json_is(&member, "two"));
	CHECK(json_member(&v, "b", &member) && member.kind == JSON_OBJECT);
	CHECK(!json_member(&member, "y", &key));
	CHECK(json_member(&v, "c", &member) && member.kind == JSON_NULL);
	CHECK(!json_member(&v, "d", &member));
	while (json_next(&v, &at, &key, &member))
		n++;
	CHECK(n == 4);
	CHECK(!json_member(&member, "a", &key)); /* no object */
	CHECK(json_is(&key, "c") && !json_is(&key, "cc") && !json_is(&key, ""));
	free(text);
	text = padded("\"\\u0061\\u00e9\"", 14);
	v = (struct json_value){JSON_STRING, text, 14};
	CHECK(json_is(&v, "a\xc3\xa9"));
	CHECK(!json_is(&v, "a") && !json_is(&v, "ab\xc3"));
	v.kind = JSON_NUMBER;
	CHECK(!json_is(&v, "a"));
	free(text);
	text = padded(mended, strlen(mended)); /* reads as json_text() has it */
	v = (struct json_value){JSON_STRING, text, strlen(mended)};
	CHECK(json_is(&v, "/\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n"));
	CHECK(!json_is(&v, "/\xf0\x9f\x98\x80") && !json_is(&v, "/"));
	CHECK(!json_is(&v, "/\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\nn"));
	free(text);
}

int
main(void)
{
	test_grammar();
	test_depth();
	test_text();
	test_write();
	test_members();
	DONE();
}
