#include "base/decimal.h"

#include <string.h>

/* 10^N, N at most DECIMAL_DIGITS. */
static decimal_int
power(int n)
{
	decimal_int p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Multiply by 10 and add DIGIT; DECIMAL_RANGE beyond 38 digits. */
static int
push(decimal_int *m, int digit)
{
	if (*m >= power(DECIMAL_DIGITS - 1))
		return DECIMAL_RANGE;
	*m = *m * 10 + digit;
	return DECIMAL_OK;
}

/* Read the exponent at S; clamped far outside of what can be held. */
static int
exponent(const char *s, const char *end, long *value)
{
	int minus = 0;

	if (s < end && (*s == '+' || *s == '-'))
		minus = *s++ == '-';
	if (s >= end)
		return DECIMAL_SYNTAX;
	for (*value = 0; s < end; s++) {
		if (!is_digit(*s))
			return DECIMAL_SYNTAX;
		if (*value < 100000)
			*value = *value * 10 + (*s - '0');
	}
	if (minus)
		*value = -*value;
	return DECIMAL_OK;
}

/* Bring the scale, which an exponent can put anywhere, into its range. */
static int
settle(struct decimal *d, long scale)
{
	if (d->mantissa == 0) {
		d->scale = 0;
		return DECIMAL_OK;
	}
	for (; scale < 0; scale++)
		if (push(&d->mantissa, 0) != DECIMAL_OK)
			return DECIMAL_RANGE;
	for (; scale > DECIMAL_DIGITS && d->mantissa % 10 == 0; scale--)
		d->mantissa /= 10;
	if (scale > DECIMAL_DIGITS)
		return DECIMAL_RANGE;
	d->scale = (int)scale;
	return DECIMAL_OK;
}

int
decimal_parse(const char *s, size_t len, struct decimal *d)
{
	const char *end = s + len;
	int minus = s < end && *s == '-', range = DECIMAL_OK;
	long scale = 0, e = 0, zeros = 0; /* zeros: after the point, not yet in the mantissa */

	s += minus;
	if (s >= end || !is_digit(*s) || (*s == '0' && s + 1 < end && is_digit(s[1])))
		return DECIMAL_SYNTAX;
	d->mantissa = 0;
	for (; s < end && is_digit(*s); s++)
		range |= push(&d->mantissa, *s - '0');
	if (s < end && *s == '.') {
		if (++s >= end || !is_digit(*s))
			return DECIMAL_SYNTAX;
		for (; s < end && is_digit(*s); s++) {
			if (*s == '0') { /* zeros at the end cost no digits */
				zeros++;
				continue;
			}
			for (scale += zeros + 1; zeros > 0; zeros--)
				range |= push(&d->mantissa, 0);
			range |= push(&d->mantissa, *s - '0');
		}
	}
	if (s < end && (*s == 'e' || *s == 'E')) {
		if (exponent(s + 1, end, &e) != DECIMAL_OK)
			return DECIMAL_SYNTAX;
		s = end;
	}
	if (s != end)
		return DECIMAL_SYNTAX;
	if (range != DECIMAL_OK || settle(d, scale - e) != DECIMAL_OK)
		return DECIMAL_RANGE;
	if (minus)
		d->mantissa = -d->mantissa;
	return DECIMAL_OK;
}

int
decimal_fixed(const char *s, size_t len, int width, int scale, decimal_int *v)
{
	struct decimal number;
	decimal_int limit;

	if (decimal_parse(s, len, &number) != DECIMAL_OK)
		return -1;
	for (; number.scale > scale && number.mantissa % 10 == 0; number.scale--)
		number.mantissa /= 10;
	if (number.scale > scale)
		return -1;
	limit = power(width - scale + number.scale);
	if (number.mantissa >= limit || number.mantissa <= -limit)
		return -1;
	*v = number.mantissa * power(scale - number.scale);
	return 0;
}

/* The mantissa of D at a larger SCALE. */
static int
rescale(const struct decimal *d, int scale, decimal_int *m)
{
	decimal_int factor = power(scale - d->scale), limit = power(DECIMAL_DIGITS);

	*m = d->mantissa;
	if (*m > (limit - 1) / factor || *m < -(limit - 1) / factor)
		return DECIMAL_RANGE;
	*m *= factor;
	return DECIMAL_OK;
}

int
decimal_add(struct decimal *d, const struct decimal *v)
{
	int scale = d->scale > v->scale ? d->scale : v->scale;
	decimal_int a, b, limit = power(DECIMAL_DIGITS);

	if (rescale(d, scale, &a) != DECIMAL_OK || rescale(v, scale, &b) != DECIMAL_OK)
		return DECIMAL_RANGE;
	if (b > 0 ? a > limit - 1 - b : a < -(limit - 1) - b)
		return DECIMAL_RANGE;
	d->mantissa = a + b;
	d->scale = scale;
	return DECIMAL_OK;
}

int
decimal_add_integer(struct decimal *d, long long v)
{
	const struct decimal other = {v, 0};

	return decimal_add(d, &other);
}

size_t
decimal_format(const struct decimal *d, char *to)
{
	char digits[DECIMAL_TEXT] = {'0'};
	decimal_int m = d->mantissa < 0 ? -d->mantissa : d->mantissa;
	int scale = d->scale, n = 0;
	char *start = to;

	while (scale > 0 && m % 10 == 0) {
		m /= 10;
		scale--;
	}
	while (m > 0 || n <= scale) { /* at least one digit before the point */
		digits[n++] = (char)('0' + (int)(m % 10));
		m /= 10;
	}
	if (d->mantissa < 0)
		*to++ = '-';
	while (n > 0) {
		if (n == scale)
			*to++ = '.';
		*to++ = digits[--n];
	}
	*to = '\0';
	return (size_t)(to - start);
}

size_t
decimal_format_integer(long long v, char *to)
{
	unsigned long long u = v < 0 ? 0ull - (unsigned long long)v : (unsigned long long)v;
	char digits[24];
	size_t n = 0, len = 0;

	do {
		digits[n++] = (char)('0' + u % 10);
		u /= 10;
	} while (u > 0);
	if (v < 0)
		to[len++] = '-';
	while (n > 0)
		to[len++] = digits[--n];
	to[len] = '\0';
	return len;
}
