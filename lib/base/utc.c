#include "base/utc.h"

#include <stdio.h>
#include <string.h>

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil, civil_from_days. */
int64_t
utc_days(int64_t year, unsigned month, unsigned day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void
utc_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	*day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

/* N digits at S as a number; -1 where one is not a digit. */
static int
digits(const char *s, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

static int
date(const char *s, int64_t *days)
{
	static const unsigned char month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int y = digits(s, 4), m = digits(s + 5, 2), d = digits(s + 8, 2);
	int leap;

	if (y < 1 || m < 1 || m > 12 || d < 1 || s[4] != '-' || s[7] != '-')
		return -1;
	leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	if (d > month_days[m - 1] || (m == 2 && d == 29 && !leap))
		return -1;
	*days = utc_days(y, (unsigned)m, (unsigned)d);
	return 0;
}

/* The zone designator of LEN bytes at S: seconds east of UTC. */
static int
offset(const char *s, size_t len, int64_t *seconds)
{
	int h, m;

	*seconds = 0;
	if (len == 1 && (s[0] == 'Z' || s[0] == 'z'))
		return 0;
	if (len != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':')
		return -1;
	h = digits(s + 1, 2);
	m = digits(s + 4, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*seconds = (int64_t)(h * UTC_HOUR + m * UTC_MINUTE) * (s[0] == '-' ? -1 : 1);
	return 0;
}

/* Whether the second before T, which 23:59:60 is counted as, can be a leap second: where T begins a month. */
static int
is_after_leap(int64_t t)
{
	int64_t year;
	unsigned month, day;

	utc_civil(utc_floor(t, UTC_DAY) / UTC_DAY, &year, &month, &day);
	return t == utc_floor(t, UTC_DAY) && day == 1;
}

int
utc_parse(const char *s, size_t len, int64_t *t)
{
	int64_t days, east;
	int h, m, sec;
	size_t i = 19;

	if (len < 10 || date(s, &days) == -1)
		return -1;
	if (len == 10) {
		*t = days * UTC_DAY;
		return 0;
	}
	if (len < 20 || (s[10] != 'T' && s[10] != 't') || s[13] != ':' || s[16] != ':')
		return -1;
	h = digits(s + 11, 2);
	m = digits(s + 14, 2);
	sec = digits(s + 17, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 60)
		return -1;
	if (s[i] == '.') {
		size_t start = ++i;

		while (i < len && s[i] >= '0' && s[i] <= '9')
			i++;
		if (i == start)
			return -1;
	}
	if (offset(s + i, len - i, &east) == -1)
		return -1;
	*t = days * UTC_DAY + h * UTC_HOUR + m * UTC_MINUTE + sec - east;
	if (sec == 60 && !is_after_leap(*t))
		return -1;
	/* The offset can lead out of the years that have four digits. */
	return *t < utc_days(1, 1, 1) * UTC_DAY || *t >= utc_days(10000, 1, 1) * UTC_DAY ? -1 : 0;
}

void
utc_format(int64_t t, char to[static UTC_TEXT])
{
	int64_t days = utc_floor(t, UTC_DAY) / UTC_DAY, rest = t - days * UTC_DAY, year;
	unsigned month, day;

	utc_civil(days, &year, &month, &day);
	snprintf(to, UTC_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000,
		month % 100, day % 100, (unsigned)(rest / UTC_HOUR) % 100,
		(unsigned)(rest / UTC_MINUTE % 60), (unsigned)(rest % 60));
}

int
utc_argument(const char *s, int64_t now, int64_t *t, struct ant_err *e)
{
	struct ant_err ignored;
	size_t len = strlen(s);
	int64_t back;

	if (strcmp(s, "now") == 0) {
		*t = now;
		return 0;
	}
	if (strcmp(s, "today") == 0) {
		*t = utc_floor(now, UTC_DAY);
		return 0;
	}
	if (s[0] == '-' && len > 2 && (s[len - 1] == 'd' || s[len - 1] == 'h') &&
		utc_span(s + 1, &back, &ignored) == 0) {
		*t = now - back;
		return 0;
	}
	if (utc_parse(s, len, t) == 0)
		return 0;
	return err_set(e, ANT_USAGE,
		"'%s' is not a time: use YYYY-MM-DD, YYYY-MM-DDTHH:MM:SSZ, today, now, -Nd or -Nh",
		s);
}

int
utc_span(const char *s, int64_t *seconds, struct ant_err *e)
{
	int64_t n = 0, unit = 0;
	size_t i = 0;

	if (strcmp(s, "0") == 0) {
		*seconds = 0;
		return 0;
	}
	for (; s[i] >= '0' && s[i] <= '9' && i < 7; i++)
		n = n * 10 + (s[i] - '0');
	if (i > 0 && s[i] != '\0' && s[i + 1] == '\0')
		unit = s[i] == 'd'   ? UTC_DAY
		       : s[i] == 'h' ? UTC_HOUR
		       : s[i] == 'm' ? UTC_MINUTE
		       : s[i] == 's' ? 1
				     : 0;
	if (unit == 0)
		return err_set(
			e, ANT_USAGE, "'%s' is not a span of time: use 3d, 12h, 30m or 45s", s);
	if (n * unit > (int64_t)36500 * UTC_DAY)
		return err_set(e, ANT_USAGE, "'%s' is longer than 36500 days", s);
	*seconds = n * unit;
	return 0;
}

void
utc_format_span(int64_t span, char to[static UTC_TEXT])
{
	static const struct {
		int64_t seconds;
		char letter;
	} units[] = {{UTC_DAY, 'd'}, {UTC_HOUR, 'h'}, {UTC_MINUTE, 'm'}, {1, 's'}};
	size_t i = 0;

	while (span % units[i].seconds != 0 || (span == 0 && units[i].seconds > 1))
		i++;
	snprintf(to, UTC_TEXT, "%lld%c", (long long)(span / units[i].seconds), units[i].letter);
}

int64_t
utc_floor(int64_t t, int64_t width)
{
	int64_t rest = t % width;

	return t - (rest < 0 ? rest + width : rest);
}

int64_t
utc_ceil(int64_t t, int64_t width)
{
	return utc_floor(t + width - 1, width);
}
