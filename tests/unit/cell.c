/* Cells: each type takes what it says, exactly, and refuses the rest with a reason. */
#include "stream/cell.h"
#include "stream/escape.h"
#include "test.h"

static size_t mended;

/* VALUE as a cell of TYPE, or what is wrong with it. */
static const char *
cell(enum type type, const char *value)
{
	static char result[4000];
	char *text = calloc(1, strlen(value) + BUF_PAD);
	struct cell_count count = {0};
	struct json_error err;
	struct json_value v;
	const char *why = NULL;
	struct buf b;

	if (text == NULL)
		exit(1);
	memcpy(text, value, strlen(value));
	buf_init(&b, 1 << 16);
	if (json_parse(text, strlen(value), &v, &err) == -1)
		snprintf(result, sizeof result, "no JSON");
	else if (cell_put(&b, type, &v, &count, &why) == -1)
		snprintf(result, sizeof result, "<%s>", why == NULL ? "memory" : why);
	else
		snprintf(result, sizeof result, "%.*s", (int)b.len, b.data == NULL ? "" : b.data);
	mended = count.mended;
	buf_free(&b);
	free(text);
	return result;
}

static void
test_text(void)
{
	SAME(cell(TYPE_TEXT, "\"abc\""), "abc");
	SAME(cell(TYPE_TEXT, "\"\""), "");
	SAME(cell(TYPE_TEXT, "null"), "\\N");
	SAME(cell(TYPE_TEXT, "\"a\\tb\\nc\\rd\\\\e\""), "a\\tb\\nc\\rd\\\\e");
	SAME(cell(TYPE_TEXT, "\"\\\\N\""), "\\\\N");
	SAME(cell(TYPE_TEXT, "\"\\b\\f\\u000b\\u001f\\\"\\/\""), "\b\f\v\x1f\"/");
	SAME(cell(TYPE_TEXT, "\"\\ud83d\\ude80 \xf0\x9f\x9a\x80\""),
		"\xf0\x9f\x9a\x80 \xf0\x9f\x9a\x80");
	CHECK(mended == 0);
	SAME(cell(TYPE_TEXT, "\"\\u0000\\ud800\xff\""), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	CHECK(mended == 3);
	SAME(cell(TYPE_TEXT, "1"), "1");
	SAME(cell(TYPE_TEXT, "-1.50e+3"), "-1.50e+3");
	SAME(cell(TYPE_TEXT, "true"), "true");
	SAME(cell(TYPE_TEXT, "false"), "false");
	SAME(cell(TYPE_TEXT, "{}"), "<is not a string>");
	SAME(cell(TYPE_TEXT, "[\"a\"]"), "<is not a string>");
}

static void
test_bigint(void)
{
	static const char *const beyond[] = {"9223372036854775808", "-9223372036854775809", "1.5",
		"1e19", "0.1", "1e-1", "-0.5", "123456789012345678901234567890", "1e400"};

	SAME(cell(TYPE_BIGINT, "0"), "0");
	SAME(cell(TYPE_BIGINT, "-0"), "0");
	SAME(cell(TYPE_BIGINT, "-1"), "-1");
	SAME(cell(TYPE_BIGINT, "5000000000"), "5000000000");
	SAME(cell(TYPE_BIGINT, "9007199254740993"), "9007199254740993");
	SAME(cell(TYPE_BIGINT, "999999999999999999"), "999999999999999999");
	SAME(cell(TYPE_BIGINT, "9223372036854775807"), "9223372036854775807");
	SAME(cell(TYPE_BIGINT, "-9223372036854775808"), "-9223372036854775808");
	SAME(cell(TYPE_BIGINT, "1e3"), "1000");
	SAME(cell(TYPE_BIGINT, "1E+3"), "1000");
	SAME(cell(TYPE_BIGINT, "1.0"), "1");
	SAME(cell(TYPE_BIGINT, "-12.00e0"), "-12");
	SAME(cell(TYPE_BIGINT, "1.5e1"), "15");
	SAME(cell(TYPE_BIGINT, "100e-2"), "1");
	SAME(cell(TYPE_BIGINT, "0e999"), "0");
	SAME(cell(TYPE_BIGINT, "null"), "\\N");
	for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
		SAME(cell(TYPE_BIGINT, beyond[i]), "<is not an integer of 64 bits>");
	SAME(cell(TYPE_BIGINT, "\"5\""), "<is not a number>");
	SAME(cell(TYPE_BIGINT, "true"), "<is not a number>");
	SAME(cell(TYPE_BIGINT, "[]"), "<is not a number>");
}

static void
test_numeric(void)
{
	static const char *const wrong[] = {"\"\"", "\" 1\"", "\"1 \"", "\"+1\"", "\".5\"",
		"\"1,5\"", "\"0x1\"", "\"NaN\"", "\"1\\u0000\"", "\"1\\n\"", "\"\\\"1\""};
	char digits[1100];

	SAME(cell(TYPE_NUMERIC, "123.78912"), "123.78912");
	SAME(cell(TYPE_NUMERIC, "\"123.78912\""), "123.78912");
	SAME(cell(TYPE_NUMERIC, "\"41280.000000\""), "41280.000000");
	SAME(cell(TYPE_NUMERIC, "\"0.0000125\""), "0.0000125");
	SAME(cell(TYPE_NUMERIC, "\"-1e-5\""), "-1e-5");
	SAME(cell(TYPE_NUMERIC, "\"1\\u0032.5\""), "12.5");
	SAME(cell(TYPE_NUMERIC, "123456789012345678901234567890.123456789"),
		"123456789012345678901234567890.123456789");
	SAME(cell(TYPE_NUMERIC, "1e1000"), "1e1000");
	SAME(cell(TYPE_NUMERIC, "1e1001"), "<is a number beyond 1000 digits>");
	SAME(cell(TYPE_NUMERIC, "1E-1001"), "<is a number beyond 1000 digits>");
	SAME(cell(TYPE_NUMERIC, "1e99999999999999999999"), "<is a number beyond 1000 digits>");
	memset(digits, '7', sizeof digits);
	digits[1000] = '\0';
	SAME(cell(TYPE_NUMERIC, digits), digits);
	digits[1000] = '7';
	digits[1001] = '\0';
	SAME(cell(TYPE_NUMERIC, digits), "<is a number beyond 1000 digits>");
	SAME(cell(TYPE_NUMERIC, "false"), "<is not a number>");
	SAME(cell(TYPE_NUMERIC, "{}"), "<is not a number>");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(cell(TYPE_NUMERIC, wrong[i])[0] == '<');
	SAME(cell(TYPE_NUMERIC, "\"abc\""), "<is a string that holds no number>");
}

static void
test_double(void)
{
	SAME(cell(TYPE_DOUBLE, "0.1"), "0.1");
	SAME(cell(TYPE_DOUBLE, "-0"), "-0");
	SAME(cell(TYPE_DOUBLE, "1.7976931348623157e308"), "1.7976931348623157e308");
	SAME(cell(TYPE_DOUBLE, "1e309"), "<is beyond a double>");
	SAME(cell(TYPE_DOUBLE, "-1e309"), "<is beyond a double>");
	SAME(cell(TYPE_DOUBLE, "5e-324"), "5e-324");
	SAME(cell(TYPE_DOUBLE, "1e-400"), "<is beyond a double>");
	SAME(cell(TYPE_DOUBLE, "-0.01e-400"), "<is beyond a double>");
	SAME(cell(TYPE_DOUBLE, "0.00e-400"), "0.00e-400");
	SAME(cell(TYPE_DOUBLE, "\"1\""), "<is not a number>");
}

static void
test_times(void)
{
	static const char *const wrong[] = {"\"2026-08-10T24:00:00Z\"", "\"2026-02-29\"", "\"\"",
		"\"today\"", "\"2026-08-10T24:00:00\"", "\"2026-08-10T00:00\"", "\"2026-08-10Z\"",
		"\"2026-08-10T00:00:00.\"", "\"2026-08-10T00:00:00+\"",
		"\"2026-08-10T00:00:00.00000000000000000000000000000000000\"", "5", "true", "[]",
		"\"2026-08-10 00:00:00Z\""};

	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-10T00:00:00Z\""), "2026-08-10T00:00:00Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-01T09:15:22.004913Z\""),
		"2026-08-01T09:15:22.004913Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2025-06-15T12:30:00.000Z\""), "2025-06-15T12:30:00.000Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-10\""), "2026-08-10T00:00:00Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-10T01:30:00.5+02:00\""), "2026-08-09T23:30:00.5Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-10t01:30:00z\""), "2026-08-10T01:30:00Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2024-02-29T00:00:00Z\""), "2024-02-29T00:00:00Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-10T01:30:00\\u002b02:00\""), "2026-08-09T23:30:00Z");
	/* Without a zone: UTC. */
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-10T01:30:00\""), "2026-08-10T01:30:00Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-10T01:30:00.004913\""),
		"2026-08-10T01:30:00.004913Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2016-12-31T23:59:60.5\""), "2017-01-01T00:00:00.5Z");
	SAME(cell(TYPE_TIMESTAMPTZ, "\"2026-08-10T01:30:0\\u0030\""), "2026-08-10T01:30:00Z");
	SAME(cell(TYPE_DATE, "\"2026-08-10\""), "2026-08-10");
	SAME(cell(TYPE_DATE, "\"2026\\u002d08-10\""), "2026-08-10");
	SAME(cell(TYPE_DATE, "\"2026-08-10T00:00:00Z\""), "<is not a date, YYYY-MM-DD>");
	SAME(cell(TYPE_DATE, "\"2026-02-30\""), "<is not a date, YYYY-MM-DD>");
	SAME(cell(TYPE_DATE, "20260810"), "<is not a date, YYYY-MM-DD>");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		SAME(cell(TYPE_TIMESTAMPTZ, wrong[i]), "<is not a time of RFC 3339>");
}

static void
test_boolean_and_json(void)
{
	SAME(cell(TYPE_BOOLEAN, "true"), "true");
	SAME(cell(TYPE_BOOLEAN, "false"), "false");
	SAME(cell(TYPE_BOOLEAN, "0"), "<is not true or false>");
	SAME(cell(TYPE_BOOLEAN, "\"true\""), "<is not true or false>");
	SAME(cell(TYPE_JSON, "{ \"a\" : [ 1.50 , \"x\\ty\\\\\\u00e9\" ] }"),
		"{\"a\":[1.50,\"x\\\\ty\\\\\\\\\xc3\xa9\"]}");
	SAME(cell(TYPE_JSON, "null"), "\\N");
	SAME(cell(TYPE_JSON, "12345678901234567890.10"), "12345678901234567890.10");
	SAME(cell(TYPE_JSON, "[\"\\u0000\"]"), "[\"\xef\xbf\xbd\"]");
	CHECK(mended == 1);
}

int
main(void)
{
	struct buf b;

	test_text();
	test_bigint();
	test_numeric();
	test_double();
	test_times();
	test_boolean_and_json();
	buf_init(&b, 10);
	CHECK(escape_put_null(&b) == 0);
	SAME(buf_str(&b), "\\N");
	CHECK(escape_put(&b, "0123456789\t", 11) == -1);
	buf_free(&b);
	DONE();
}
