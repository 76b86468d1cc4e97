#include "stream/cell.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/utc.h"
#include "stream/escape.h"
#include "stream/value.h"

enum { ZONELESS_MAX = 40 }; /* of such a time, with a fraction of twenty digits */

static int
refuse(const char **why, const char *reason)
{
	*why = reason;
	errno = EINVAL;
	return -1;
}

/* What MAKE, json_text() or json_put_value(), makes of V. */
static int
put_made(struct buf *row, const struct json_value *v, struct cell_count *count,
	int (*make)(struct buf *, const struct json_value *, size_t *))
{
	struct buf text;
	int result;

	buf_init(&text, v->len * 3 + 16);
	result = make(&text, v, &count->mended);
	if (result == 0)
		result = escape_put(row, text.data, text.len);
	buf_free(&text);
	return result;
}

static int
put_string(struct buf *row, const struct json_value *v, struct cell_count *count)
{
	const char *inside = v->p + 1, *end = v->p + v->len - 1;

	/* ASCII without escapes, which is nearly all text there is, holds nothing to encode. */
	if (vec_ascii(inside, end) == end)
		return buf_put(row, inside, (size_t)(end - inside));
	return put_made(row, v, count, json_text);
}

/* Of a scalar that is no string, the API's own text. */
static int
put_text(struct buf *row, const struct json_value *v, struct cell_count *count, const char **why)
{
	switch (v->kind) {
	case JSON_STRING:
		return put_string(row, v, count);
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
		return buf_put(row, v->p, v->len);
	default:
		return refuse(why, "is not a string");
	}
}

/* 1 where the decimal is an integer of 64 bits. */
static int
fits_64(const struct decimal *d, int64_t *n)
{
	struct decimal whole = *d;

	for (; whole.scale > 0; whole.scale--) {
		if (whole.mantissa % 10 != 0)
			return 0;
		whole.mantissa /= 10;
	}
	if (whole.mantissa < INT64_MIN || whole.mantissa > INT64_MAX)
		return 0;
	*n = (int64_t)whole.mantissa;
	return 1;
}

static int
put_bigint(struct buf *row, const char *s, size_t len, const char **why)
{
	struct decimal d;
	size_t i = 0;
	int64_t n;

	while (i < len && s[i] >= '0' && s[i] <= '9')
		i++;
	if (i == len && len <= 18)
		return buf_put(row, s, len);
	if (decimal_parse(s, len, &d) != DECIMAL_OK || !fits_64(&d, &n))
		return refuse(why, "is not an integer of 64 bits");
	return buf_printf(row, "%lld", (long long)n);
}

static int
put_double(struct buf *row, const char *s, size_t len, const char **why)
{
	if (len > VALUE_NUMBER_MAX)
		return refuse(why, "is a number beyond 1000 digits");
	if (!value_in_double(s, len)) /* PostgreSQL refuses it */
		return refuse(why, "is beyond a double");
	return buf_put(row, s, len);
}

/* Numbers keep their text; only what no database could read is refused. */
static int
put_numeric(struct buf *row, const struct json_value *v, const char **why)
{
	const char *s = v->p;
	size_t len = v->len;
	struct json_error err;

	if (v->kind == JSON_STRING) {
		s++;
		len -= 2;
		if (json_skip_number(s, s + len, &err) != s + len)
			return refuse(why, "is a string that holds no number");
	} else if (v->kind != JSON_NUMBER) {
		return refuse(why, "is not a number");
	}
	return value_is_short(s, len) ? buf_put(row, s, len)
				      : refuse(why, "is a number beyond 1000 digits");
}

static int
put_date(struct buf *row, const struct json_value *v, const char **why)
{
	int64_t unused;

	if (v->kind != JSON_STRING || v->len != 12 || utc_parse(v->p + 1, 10, &unused) == -1)
		return refuse(why, "is not a date, YYYY-MM-DD");
	return buf_put(row, v->p + 1, 10);
}

/* The usual form, which needs no rewriting; a leap second is written as the second after. */
static int
is_plain_utc(const char *s, size_t len)
{
	return len >= 20 && s[10] == 'T' && s[len - 1] == 'Z' && s[17] != '6';
}

/* 1, or 0 where the LEN bytes at S are no time of RFC 3339, or -1 where memory ran out. */
static int
put_rfc3339(struct buf *row, const char *s, size_t len)
{
	const char *dot;
	size_t digits = 0;
	char text[UTC_TEXT];
	int64_t t;

	if (utc_parse(s, len, &t) == -1)
		return 0;
	if (is_plain_utc(s, len))
		return buf_put(row, s, len) == -1 ? -1 : 1;
	utc_format(t, text);
	dot = memchr(s, '.', len);
	if (dot != NULL)
		digits = strspn(dot + 1, "0123456789") + 1;
	if (buf_put(row, text, UTC_TEXT - 2) == -1)
		return -1;
	if (dot != NULL && buf_put(row, dot, digits) == -1)
		return -1;
	return buf_putc(row, 'Z') == -1 ? -1 : 1;
}

/* A time that names no zone is one of UTC. */
static int
put_timestamptz(struct buf *row, const struct json_value *v, const char **why)
{
	const char *s = v->p + 1;
	size_t len = v->len - 2;
	char zoned[ZONELESS_MAX + 1];
	int put;

	if (v->kind != JSON_STRING)
		return refuse(why, "is not a time of RFC 3339");
	put = put_rfc3339(row, s, len);
	if (put == 0 && len <= ZONELESS_MAX) {
		memcpy(zoned, s, len);
		zoned[len] = 'Z';
		put = put_rfc3339(row, zoned, len + 1);
	}
	return put == 0 ? refuse(why, "is not a time of RFC 3339") : put == 1 ? 0 : -1;
}

/* A string whose type looks at its text, written with escapes: again, without them. */
static int
put_unescaped(struct buf *row, enum type type, const struct json_value *v, struct cell_count *count,
	const char **why)
{
	struct json_value clean = {JSON_STRING, NULL, 0};
	struct buf text;
	int result;

	buf_init(&text, v->len * 3 + 2);
	buf_putc(&text, '"');
	json_text(&text, v, &count->mended);
	if ((result = buf_putc(&text, '"')) == 0) {
		clean.p = text.data;
		clean.len = text.len;
		/* What still has a backslash, or a quote inside, is no time and no number. */
		if (memchr(clean.p, '\\', clean.len) != NULL)
			result = refuse(why, "is not of the column's type");
		else
			result = cell_put(row, type, &clean, count, why);
	}
	buf_free(&text);
	return result;
}

int
cell_put(struct buf *row, enum type type, const struct json_value *v, struct cell_count *count,
	const char **why)
{
	if (v->kind == JSON_NULL)
		return escape_put_null(row);
	if ((type == TYPE_NUMERIC || type == TYPE_DATE || type == TYPE_TIMESTAMPTZ) &&
		v->kind == JSON_STRING && memchr(v->p, '\\', v->len) != NULL)
		return put_unescaped(row, type, v, count, why);
	switch (type) {
	case TYPE_TEXT:
		return put_text(row, v, count, why);
	case TYPE_BIGINT:
		return v->kind == JSON_NUMBER ? put_bigint(row, v->p, v->len, why)
					      : refuse(why, "is not a number");
	case TYPE_DOUBLE:
		return v->kind == JSON_NUMBER ? put_double(row, v->p, v->len, why)
					      : refuse(why, "is not a number");
	case TYPE_NUMERIC:
		return put_numeric(row, v, why);
	case TYPE_BOOLEAN:
		if (v->kind != JSON_TRUE && v->kind != JSON_FALSE)
			return refuse(why, "is not true or false");
		return buf_put(row, v->p, v->len);
	case TYPE_DATE:
		return put_date(row, v, why);
	case TYPE_TIMESTAMPTZ:
		return put_timestamptz(row, v, why);
	case TYPE_JSON:
	case TYPE_COUNT:
		break;
	}
	return put_made(row, v, count, json_put_value);
}

int
cell_put_time(struct buf *row, const struct json_value *v, struct cell_last *last,
	struct cell_count *count, const char **why)
{
	size_t start = row->len;

	if (v->len == last->len && memcmp(v->p, last->text, v->len) == 0)
		return buf_put(row, v->p + 1, v->len - 2);
	if (cell_put(row, TYPE_TIMESTAMPTZ, v, count, why) == -1)
		return -1;
	if (v->kind == JSON_STRING && v->len <= CELL_LAST_MAX && row->len - start == v->len - 2 &&
		memcmp(row->data + start, v->p + 1, v->len - 2) == 0) {
		memcpy(last->text, v->p, v->len);
		last->len = v->len;
	}
	return 0;
}
