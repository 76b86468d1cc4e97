/* Sums of decimals: every digit, up to 38 and not one beyond. */
#include "base/decimal.h"
#include "db/real.h"
#include "test.h"

static char text[DECIMAL_TEXT];

static const char *
parsed(const char *s)
{
	struct decimal d;

	switch (decimal_parse(s, strlen(s), &d)) {
	case DECIMAL_OK:
		decimal_format(&d, text);
		return text;
	case DECIMAL_RANGE:
		return "range";
	default:
		return "syntax";
	}
}

static const char *
sum(const char *a, const char *b)
{
	struct decimal x, y;

	if (decimal_parse(a, strlen(a), &x) != DECIMAL_OK ||
		decimal_parse(b, strlen(b), &y) != DECIMAL_OK)
		return "unread";
	if (decimal_add(&x, &y) != DECIMAL_OK)
		return "range";
	decimal_format(&x, text);
	return text;
}

#define NINES38 "99999999999999999999999999999999999999"

static void
test_parse(void)
{
	static const char *const wrong[] = {"", "-", "+1", ".5", "1.", "01", "-01", "1e", "1e+",
		"1.e5", "0x1", "1 ", " 1", "1_0", "NaN", "Infinity", "1e5.5", "--1", "1e++5",
		"1,5"};

	SAME(parsed("0"), "0");
	SAME(parsed("-0"), "0");
	SAME(parsed("0.000"), "0");
	SAME(parsed("123.78912"), "123.78912");
	SAME(parsed("41280.000000"), "41280");
	SAME(parsed("0.0000125"), "0.0000125");
	SAME(parsed("-0.5"), "-0.5");
	SAME(parsed("1e3"), "1000");
	SAME(parsed("1E-3"), "0.001");
	SAME(parsed("1.5e1"), "15");
	SAME(parsed("1.50e+1"), "15");
	SAME(parsed("0e999999999999"), "0");
	SAME(parsed("100e-2"), "1");
	SAME(parsed(NINES38), NINES38);
	SAME(parsed("-" NINES38), "-" NINES38);
	SAME(parsed(NINES38 "9"), "range");
	SAME(parsed("0." NINES38), "0." NINES38);
	SAME(parsed("1." NINES38), "range");
	SAME(parsed("1e37"), "10000000000000000000000000000000000000");
	SAME(parsed("1e38"), "range");
	SAME(parsed("1e-38"), "0.00000000000000000000000000000000000001");
	SAME(parsed("1e-39"), "range");
	SAME(parsed("10e-39"), "0.00000000000000000000000000000000000001");
	SAME(parsed("1e99999999999999999999"), "range");
	SAME(parsed("1.5000000000000000000000000000000000000000000000000000"), "1.5");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		SAME(parsed(wrong[i]), "syntax");
}

static void
test_add(void)
{
	struct decimal d = {0, 0};

	SAME(sum("0.1", "0.2"), "0.3");
	SAME(sum("123.78912", "-123.78912"), "0");
	SAME(sum("99.99", "0.01"), "100");
	SAME(sum("1e37", "0.1"), "range"); /* 39 digits */
	SAME(sum(NINES38, "1"), "range");
	SAME(sum("-" NINES38, "-1"), "range");
	SAME(sum(NINES38, "-1"), "99999999999999999999999999999999999998");
	SAME(sum("-" NINES38, "1"), "-99999999999999999999999999999999999998");
	SAME(sum(NINES38, "-" NINES38), "0");
	SAME(sum(NINES38, "0.5"), "range");
	SAME(sum("9223372036854775807", "9223372036854775807"), "18446744073709551614");
	/* A refused addition changes nothing. */
	d.mantissa = 5;
	CHECK(decimal_add_integer(&d, 7) == DECIMAL_OK && d.mantissa == 12 && d.scale == 0);
	d.scale = DECIMAL_DIGITS;
	CHECK(decimal_add_integer(&d, 100) == DECIMAL_RANGE);
	CHECK(d.mantissa == 12 && d.scale == DECIMAL_DIGITS);
}

static void
test_integers(void)
{
	static const long long n[] = {
		0, 1, -1, 9, 10, -10, 123456789, 9223372036854775807LL, -9223372036854775807LL - 1};
	char want[40];

	for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
		struct decimal d = {n[i], 0};

		snprintf(want, sizeof want, "%lld", n[i]);
		CHECK(decimal_format_integer(n[i], text) == strlen(want));
		SAME(text, want);
		CHECK(decimal_format(&d, text) == strlen(want));
		SAME(text, want);
	}
}

static void
test_real(void)
{
	static const char *const exact[] = {"0", "-0.5", "0.1", "123.78912", "999999999999999",
		"100000000000000000000", "1e20", "-4.5e-7", "12.50", "0.000123456789012345",
		"0.00000000000000000000000001", "2.22507385850721e-308", "0e-999"};
	static const char *const not [] = {"1234567890.123456", "9999999999999999", "1e400",
		"1e-400", "0.1234567890123456", "4.9e-324", "-9.6495134998194e-311",
		"2.22507385850720e-308"};
	char want[40], have[40];
	double v;

	for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
		CHECK(real_exact(exact[i], strlen(exact[i]), &v) == 0);
		snprintf(want, sizeof want, "%.17g", strtod(exact[i], NULL));
		snprintf(have, sizeof have, "%.17g", v);
		SAME(have, want);
	}
	for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
		CHECK(real_exact(not [i], strlen(not [i]), &v) == -1);
}

/* What DECIMAL(38,12) holds, as the integer of so many decimals; -1 where it does not. */
static long long
fixed(const char *s)
{
	decimal_int v;

	return decimal_fixed(s, strlen(s), 38, 12, &v) == -1 ? -1 : (long long)v;
}

static void
test_fixed(void)
{
	decimal_int v;

	CHECK(fixed("0") == 0 && fixed("-0") == 0);
	CHECK(fixed("1.5") == 1500000000000);
	CHECK(fixed("-0.000000000001") == -1 && fixed("-0.000000000002") == -2);
	CHECK(fixed("1.5e-11") == 15 && fixed("1.0000000000000000") == 1000000000000);
	CHECK(fixed("0.1234567890123") == -1 && fixed("1e-13") == -1);
	CHECK(decimal_fixed("99999999999999999999999999.999999999999", 39, 38, 12, &v) == 0);
	CHECK(decimal_fixed("-100000000000000000000000000e-1", 31, 38, 12, &v) == 0);
	CHECK(fixed("100000000000000000000000000") == -1 && fixed("1e26") == -1 &&
		fixed("x") == -1);
}

int
main(void)
{
	test_fixed();
	test_real();
	test_parse();
	test_add();
	test_integers();
	DONE();
}
