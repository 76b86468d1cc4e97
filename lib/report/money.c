#include "report/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static money
ten_to(int n)
{
	money v = 1;

	while (n-- > 0)
		v *= 10;
	return v;
}

/* The usual text, digits and perhaps a point, 17 of them; return -1 for all else. */
static int
from_short_text(const char *s, size_t len, money *to)
{
	const size_t minus = len > 0 && *s == '-';
	size_t after = 0; /* the place after the point */
	int64_t n = 0, unit = (int64_t)1000000000 * 1000000000;

	if (len == minus || len - minus > 17 ||
		(s[minus] == '0' && len > minus + 1 && s[minus + 1] != '.'))
		return -1;
	for (size_t i = minus; i < len; i++)
		if (s[i] >= '0' && s[i] <= '9')
			n = n * 10 + (s[i] - '0');
		else if (s[i] == '.' && after == 0 && i > minus && i + 1 < len)
			after = i + 1;
		else
			return -1;
	for (; after > 0 && after < len; after++)
		unit /= 10;
	*to = (money)(minus ? -n : n) * unit;
	return 0;
}

int
money_from_text(const char *s, size_t len, money *to)
{
	struct decimal d;

	if (from_short_text(s, len, to) == 0)
		return 0;
	if (decimal_parse(s, len, &d) != DECIMAL_OK)
		return -1;
	for (; d.scale > MONEY_SCALE && d.mantissa % 10 == 0; d.scale--)
		d.mantissa /= 10;
	if (d.scale > MONEY_SCALE)
		return -1;
	/* 1e17 cents at most: sums of a thousand such have room. */
	if (d.mantissa > ten_to(17 + d.scale) || d.mantissa < -ten_to(17 + d.scale))
		return -1;
	*to = d.mantissa * ten_to(MONEY_SCALE - d.scale);
	return 0;
}

/*
 * The usual real in one multiplication: where the nearest whole number of 1e-10 cents has
 * at most 15 digits and divides back to the same real, it is the decimal that was stored.
 */
int
money_from_real(double v, money *to)
{
	double units = v * 1e10;
	char text[64];

	if (units > -9e14 && units < 9e14) {
		int64_t n = (int64_t)(units < 0 ? units - 0.5 : units + 0.5);

		if ((double)n / 1e10 == v) { /* both are exact or correctly rounded */
			*to = (money)n * 100000000;
			return 0;
		}
	}
	snprintf(text, sizeof text, "%.15g", v);
	return money_from_text(text, strlen(text), to);
}

int
money_parse(const char *dollars, money *to)
{
	if (money_from_text(dollars, strlen(dollars), to) == -1 || *to < 0 ||
		*to > ten_to(15) * MONEY_CENT)
		return -1;
	*to *= 100;
	return 0;
}

int64_t
money_cents(money m)
{
	return (int64_t)((m < 0 ? m - MONEY_CENT / 2 : m + MONEY_CENT / 2) / MONEY_CENT);
}

/* Those whose smallest unit is no hundredth: ISO 4217, list one, of 2026-01-01. */
static int
decimals_of(const char *code)
{
	static const struct {
		int decimals;
		const char *codes;
	} all[] = {{0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"},
		{3, "BHD IQD JOD KWD LYD OMR TND"}, {4, "CLF UYW"}};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *at = strlen(code) == 3 ? strstr(all[i].codes, code) : NULL;

		if (at != NULL && (at - all[i].codes) % 4 == 0)
			return all[i].decimals;
	}
	return 2;
}

int
currency_of(const char *code, size_t len, struct currency *to)
{
	if (len == 0 || len > 10)
		return -1;
	for (size_t i = 0; i < len; i++)
		if (!((code[i] >= 'A' && code[i] <= 'Z') || (code[i] >= 'a' && code[i] <= 'z') ||
			    (code[i] >= '0' && code[i] <= '9')))
			return -1;
	memset(to, 0, sizeof *to);
	memcpy(to->code, code, len);
	to->decimals = decimals_of(to->code);
	if (currency_is_usd(to))
		strcpy(to->sign, "$");
	else
		snprintf(to->sign, sizeof to->sign, "%s ", to->code);
	return 0;
}

int
currency_is_usd(const struct currency *c)
{
	return strcmp(c->code, "USD") == 0;
}

const char *
currency_name(const struct currency *c)
{
	return currency_is_usd(c) ? "US dollars" : c->code;
}

struct remainder {
	money left;
	size_t at;
};

static int
by_remainder(const void *a, const void *b)
{
	const struct remainder *x = a, *y = b;

	if (x->left != y->left)
		return x->left > y->left ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

/* WANT units in all; each part has already been rounded down to TO with LEFT over. */
static void
hand_out(struct remainder *r, size_t n, int64_t want, int64_t *to)
{
	for (size_t i = 0; i < n; i++)
		want -= to[i];
	qsort(r, n, sizeof *r, by_remainder);
	for (size_t i = 0; i < n && want > 0; i++, want--)
		to[r[i].at]++;
}

void
money_round(const money *parts, size_t n, money unit, int64_t *to)
{
	struct remainder *r = malloc((n > 0 ? n : 1) * sizeof *r);
	money sum = 0;

	for (size_t i = 0; i < n; i++) {
		money left = parts[i] % unit;

		left += left < 0 ? unit : 0;
		to[i] = (int64_t)((parts[i] - left) / unit);
		sum += parts[i];
		if (r != NULL)
			r[i] = (struct remainder){left, i};
	}
	if (r != NULL)
		hand_out(r, n, (int64_t)((sum < 0 ? sum - unit / 2 : sum + unit / 2) / unit), to);
	free(r);
}

void
money_shares(const money *parts, size_t n, int64_t *to)
{
	struct remainder *r = malloc((n > 0 ? n : 1) * sizeof *r);
	money sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += parts[i];
	for (size_t i = 0; i < n; i++) {
		/* Parts have up to 37 digits: three less leave room for the thousandths. */
		money part = parts[i] / 1000, whole = sum / 1000;

		to[i] = part <= 0 || whole <= 0 ? 0 : (int64_t)(part * 1000 / whole);
		if (r != NULL)
			r[i] = (struct remainder){
				part <= 0 || whole <= 0 ? 0 : part * 1000 % whole, i};
	}
	if (r != NULL && sum >= 1000)
		hand_out(r, n, 1000, to);
	free(r);
}

char *
money_digits(uint64_t n, char *to)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return to;
}

char *
money_text(int64_t cents, const struct currency *c, char *to)
{
	uint64_t v = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
	uint64_t unit = (uint64_t)ten_to(c->decimals);
	char *p = money_digits(v / unit, stpcpy(stpcpy(to, cents < 0 ? "-" : ""), c->sign));

	if (c->decimals > 0)
		snprintf(p, 8, ".%0*u", c->decimals, (unsigned)(v % unit));
	return to;
}

char *
money_exact(money m, const struct currency *c, char *to)
{
	struct decimal d = {m, MONEY_SCALE + c->decimals};
	char text[DECIMAL_TEXT];

	if (decimal_format(&d, text) < MONEY_TEXT)
		strcpy(to, text);
	else
		*to = '\0';
	return to;
}
