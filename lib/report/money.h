/*
 * report/money - exact amounts, and how they are shown
 *
 * An amount is a whole number of 1e-18 cents in 128 bits: up to 1.7e18 dollars.  Of another
 * currency, a cent is its smallest unit.  What a report shows is rounded at the very end,
 * and where parts are shown beside their sum, all together, so that they add up.
 */
#ifndef ANT_REPORT_MONEY_H
#define ANT_REPORT_MONEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"

typedef decimal_int money;

enum { MONEY_SCALE = 18, MONEY_TEXT = 48 };

/* One cent. */
#define MONEY_CENT ((money)1000000000 * 1000000000)

struct currency {
	char code[12];
	char sign[16]; /* before an amount: "$", "EUR " */
	int decimals;  /* a unit has 10^decimals of the smallest ones */
};

/*
 * The currency called by the LEN letters or digits at CODE, at most ten: "USD".  Return 0, or
 * -1 for what is no such code.  The smallest unit is that of ISO 4217, a hundredth where the
 * code is not known.
 */
int currency_of(const char *code, size_t len, struct currency *to);
int currency_is_usd(const struct currency *c);
/* How a sentence calls it: "US dollars", "EUR". */
const char *currency_name(const struct currency *c);

/*
 * The amount in a number of cents, of its LEN bytes of text, or of a real: the decimal of
 * at most 15 digits that it came from.  Return 0, or -1 for what is no number, has more
 * than 18 decimals or is beyond 1e17 cents.
 */
int money_from_text(const char *s, size_t len, money *to);
int money_from_real(double cents, money *to);

/* Dollars on the command line, such as 5000 or 1250.50, at least 0.  Return 0 or -1. */
int money_parse(const char *dollars, money *to);

/* To whole cents, half away from zero. */
int64_t money_cents(money m);

/*
 * Round N parts and their SUM to whole UNITs (one cent, say) so that they add up: each is
 * rounded down, and those with the largest remainders get one more (Hare and Niemeyer).
 */
void money_round(const money *parts, size_t n, money unit, int64_t *to);

/* The same for shares of the sum in thousandths: 125 is 12.5%.  All 0 where the sum is 0. */
void money_shares(const money *parts, size_t n, int64_t *to);

/* Append the digits of N in groups, 1,234,567, to TO.  Return the end, a NUL. */
char *money_digits(uint64_t n, char *to);

/* Text of whole cents: "$1,234.50", "-$0.07", "EUR 5.00".  TO has MONEY_TEXT bytes. */
char *money_text(int64_t cents, const struct currency *c, char *to);

/* All digits of dollars, for machines: "1234.5000000001". */
char *money_exact(money m, const struct currency *c, char *to);

#endif
