#include "stream/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utc.h"

static int
bigint(const char *p, size_t len, int64_t *v)
{
	const uint64_t limit = (uint64_t)INT64_MAX + (len > 0 && *p == '-');
	size_t i = len > 0 && *p == '-';
	uint64_t n = 0;

	if (i == len || len > 20 || (p[i] == '0' && len > i + 1))
		return -1;
	for (; i < len; i++) {
		unsigned d = (unsigned)p[i] - '0';

		if (d > 9 || (i >= 18 && n > (limit - d) / 10))
			return -1;
		n = n * 10 + d;
	}
	*v = *p == '-' ? (int64_t)(0 - n) : (int64_t)n;
	return 0;
}

int
value_is_short(const char *p, size_t len)
{
	const char *e = memchr(p, 'e', len);
	long exponent = 0;

	if (e == NULL)
		e = memchr(p, 'E', len);
	if (e != NULL)
		exponent = strtol(e + 1, NULL, 10);
	return len <= VALUE_NUMBER_MAX && exponent <= VALUE_NUMBER_MAX &&
	       exponent >= -VALUE_NUMBER_MAX;
}

static int
number(const char *p, size_t len)
{
	struct json_error why;

	return json_skip_number(p, p + len, &why) == p + len && value_is_short(p, len) ? 0 : -1;
}

int
value_in_double(const char *p, size_t len)
{
	double v;

	if (len < 300 && memchr(p, 'e', len) == NULL && memchr(p, 'E', len) == NULL)
		return 1;
	v = strtod(p, NULL);
	if (isinf(v) || v != 0)
		return !isinf(v);
	for (size_t i = 0; i < len && p[i] != 'e' && p[i] != 'E'; i++)
		if (p[i] >= '1' && p[i] <= '9')
			return 0;
	return 1;
}

/* YYYY-MM-DDTHH:MM:SS[.fraction]Z in microseconds; the seventh digit rounds, within year 9999. */
static int
instant(const char *p, size_t len, int64_t *v)
{
	int64_t seconds, micros = 0, unit = 100000;

	if (len < 20 || p[10] != 'T' || p[len - 1] != 'Z' || utc_parse(p, len, &seconds) == -1 ||
		p[17] == '6') /* a leap second, which not every database takes */
		return -1;
	if (len > 20) {
		for (size_t i = 20; i < len - 1 && unit > 0; i++, unit /= 10)
			micros += (p[i] - '0') * unit;
		if (len > 27 && p[26] >= '5')
			micros++;
		if (micros == 1000000 && seconds == utc_days(10000, 1, 1) * UTC_DAY - 1)
			micros--; /* not into a year of five digits */
	}
	*v = seconds * 1000000 + micros;
	return 0;
}

/* A \u0000 or half of a surrogate pair in checked JSON: no database stores it. */
static int
json_storable(const char *p, size_t len)
{
	const char *end = p + len;
	long high = 0;

	for (; p < end; p++) {
		long u = -1;

		if (*p == '\\' && *++p == 'u') {
			char hex[5] = {p[1], p[2], p[3], p[4], '\0'};

			u = strtol(hex, NULL, 16);
			p += 4;
		}
		if (u == 0 || (high && (u < 0xdc00 || u > 0xdfff)) ||
			(!high && u >= 0xdc00 && u <= 0xdfff))
			return -1;
		high = u >= 0xd800 && u <= 0xdbff;
	}
	return 0;
}

int
value_fits(enum type t, struct row_cell *c)
{
	struct json_value v;
	struct json_error why;

	switch (t) {
	case TYPE_BIGINT:
		return bigint(c->p, c->len, &c->i);
	case TYPE_DOUBLE:
		return number(c->p, c->len) == 0 && value_in_double(c->p, c->len) ? 0 : -1;
	case TYPE_NUMERIC:
		return number(c->p, c->len);
	case TYPE_BOOLEAN:
		c->i = c->len == 4;
		return (c->len == 4 && memcmp(c->p, "true", 4) == 0) ||
				       (c->len == 5 && memcmp(c->p, "false", 5) == 0)
			       ? 0
			       : -1;
	case TYPE_DATE:
		if (c->len != 10 || utc_parse(c->p, 10, &c->i) == -1)
			return -1;
		c->i /= UTC_DAY; /* midnight: exact before 1970 too */
		return 0;
	case TYPE_TIMESTAMPTZ:
		return instant(c->p, c->len, &c->i);
	case TYPE_JSON:
		if (json_parse(c->p, c->len, &v, &why) == -1)
			return -1;
		return memchr(c->p, '\\', c->len) == NULL ? 0 : json_storable(c->p, c->len);
	default:
		return 0;
	}
}

const char *
value_shown(const struct row_cell *c, char to[static VALUE_SHOWN])
{
	static const char harmless[] = "0123456789+-.,:/ TZeE";
	size_t n = 0;

	while (n < c->len && c->p[n] != '\0' && strchr(harmless, c->p[n]) != NULL)
		n++;
	if (n == c->len && n < VALUE_SHOWN - sizeof "''")
		snprintf(to, VALUE_SHOWN, "'%.*s'", (int)n, c->p);
	else
		snprintf(to, VALUE_SHOWN, "a text of %zu byte%s", c->len, &"s"[c->len == 1]);
	return to;
}
