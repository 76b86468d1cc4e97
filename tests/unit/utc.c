/* Times: RFC 3339 with its calendar, and those of the command line. */
#include "base/utc.h"
#include "test.h"

static const char *
parsed(const char *s)
{
	static char text[UTC_TEXT];
	int64_t t;

	if (utc_parse(s, strlen(s), &t) == -1)
		return "no";
	utc_format(t, text);
	return text;
}

static void
test_parse(void)
{
	static const char *const wrong[] = {"", "2026", "2026-13-01", "2026-00-01", "2026-01-00",
		"2026-01-32", "2026-04-31", "2026-02-29", "2100-02-29", "0000-01-01",
		"2026-08-10T24:00:00Z", "2026-08-10T23:60:00Z", "2026-08-10T23:59:60Z",
		"2016-12-31T23:58:60Z", "2016-12-31T22:59:60Z", "2016-12-31T23:59:61Z",
		"2016-12-31T23:59:60+01:00", "2017-01-01T00:00:60Z", "2016-12-31T23:59:60",
		"9999-12-31T23:59:60Z", "2026-08-10T00:00:00", "2026-08-10T00:00Z",
		"2026-08-10 00:00:00Z", "2026-08-10T00:00:00.Z", "2026-08-10T00:00:00+2:00",
		"2026-08-10T00:00:00+24:00", "2026-08-10T00:00:00+02:60",
		"2026-08-10T00:00:00+0200", "2026-08-10T00:00:00ZZ", "2026-08-10T00:00:00,5Z",
		"2026/08/10", "20260810", "2026-8-10", "2026-08-10Z", "2026-08-10T0a:00:00Z",
		"+2026-08-10", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01",
		" 2026-08-10", "2026-08-10 "};

	SAME(parsed("2026-08-10"), "2026-08-10T00:00:00Z");
	SAME(parsed("2024-02-29"), "2024-02-29T00:00:00Z");
	SAME(parsed("2000-02-29"), "2000-02-29T00:00:00Z");
	SAME(parsed("2026-08-10T00:00:00Z"), "2026-08-10T00:00:00Z");
	SAME(parsed("2026-08-10t23:59:59z"), "2026-08-10T23:59:59Z");
	SAME(parsed("2026-08-10T23:59:59.999999999999Z"), "2026-08-10T23:59:59Z");
	SAME(parsed("2026-08-10T00:30:00+02:00"), "2026-08-09T22:30:00Z");
	SAME(parsed("2025-12-31T23:30:00-05:30"), "2026-01-01T05:00:00Z");
	SAME(parsed("2024-02-28T23:00:00-01:00"), "2024-02-29T00:00:00Z");
	SAME(parsed("2026-08-10T00:00:00-00:00"), "2026-08-10T00:00:00Z");
	SAME(parsed("1969-12-31T23:59:59Z"), "1969-12-31T23:59:59Z");
	SAME(parsed("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
	SAME(parsed("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59Z");
	SAME(parsed("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z");
	SAME(parsed("1990-12-31T15:59:60-08:00"), "1991-01-01T00:00:00Z");
	SAME(parsed("2015-07-01T01:59:60.75+02:00"), "2015-07-01T00:00:00Z");
	SAME(parsed("1968-02-29T23:59:60Z"), "1968-03-01T00:00:00Z");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		SAME(parsed(wrong[i]), "no");
}

/* Each day of 400 years follows the one before it, and is read as it was written. */
static void
test_calendar(void)
{
	int64_t first = utc_days(1900, 1, 1), year, back;
	unsigned month, day;
	char text[UTC_TEXT];

	CHECK(utc_days(1970, 1, 1) == 0);
	for (int64_t d = first; d < first + 146097; d++) {
		utc_civil(d, &year, &month, &day);
		CHECK(utc_days(year, month, day) == d);
		utc_format(d * UTC_DAY + 3661, text);
		CHECK(utc_parse(text, strlen(text), &back) == 0 && back == d * UTC_DAY + 3661);
	}
	CHECK(year == 2299 && month == 12 && day == 31);
}

static const char *
span_text(int64_t span)
{
	static char text[UTC_TEXT];

	utc_format_span(span, text);
	return text;
}

static void
test_arguments(void)
{
	const int64_t now = utc_days(2026, 11, 21) * UTC_DAY + 12 * UTC_HOUR + 34;
	struct ant_err e;
	int64_t t;

	CHECK(utc_argument("now", now, &t, &e) == 0 && t == now);
	CHECK(utc_argument("today", now, &t, &e) == 0 && t == utc_days(2026, 11, 21) * UTC_DAY);
	CHECK(utc_argument("-3d", now, &t, &e) == 0 && t == now - 3 * UTC_DAY);
	CHECK(utc_argument("-36h", now, &t, &e) == 0 && t == now - 36 * UTC_HOUR);
	CHECK(utc_argument("2026-11-01", now, &t, &e) == 0 && t == utc_days(2026, 11, 1) * UTC_DAY);
	CHECK(utc_argument("yesterday", now, &t, &e) == -1 && e.status == ANT_USAGE);
	CHECK(utc_argument("-3w", now, &t, &e) == -1);
	CHECK(utc_argument("", now, &t, &e) == -1);
	CHECK(utc_span("3d", &t, &e) == 0 && t == 3 * UTC_DAY);
	CHECK(utc_span("0", &t, &e) == 0 && t == 0);
	CHECK(utc_span("30m", &t, &e) == 0 && t == 1800);
	CHECK(utc_span("45s", &t, &e) == 0 && t == 45);
	SAME(span_text(30 * UTC_DAY), "30d");
	SAME(span_text(36 * UTC_HOUR), "36h");
	SAME(span_text(90 * UTC_MINUTE), "90m");
	SAME(span_text(61), "61s");
	SAME(span_text(0), "0s");
	CHECK(utc_span("d", &t, &e) == -1 && utc_span("3", &t, &e) == -1);
	CHECK(utc_span("3dd", &t, &e) == -1 && utc_span("-3d", &t, &e) == -1);
	CHECK(utc_span("36501d", &t, &e) == -1 && utc_span("99999999d", &t, &e) == -1);
	CHECK(utc_floor(-1, UTC_DAY) == -UTC_DAY && utc_ceil(-1, UTC_DAY) == 0);
	CHECK(utc_floor(UTC_DAY, UTC_DAY) == UTC_DAY && utc_ceil(UTC_DAY, UTC_DAY) == UTC_DAY);
	CHECK(utc_ceil(1, UTC_DAY) == UTC_DAY);
}

int
main(void)
{
	test_parse();
	test_calendar();
	test_arguments();
	DONE();
}
