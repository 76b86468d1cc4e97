/*
 * base/decimal - exact sums of decimal numbers
 *
 * A decimal is MANTISSA / 10^SCALE with at most DECIMAL_DIGITS digits, before
 * and after the point together: what numeric(38, s) holds.  Nothing is rounded,
 * ever: what does not fit is refused.
 */
#ifndef ANT_BASE_DECIMAL_H
#define ANT_BASE_DECIMAL_H

#include <stddef.h>

enum { DECIMAL_DIGITS = 38, DECIMAL_TEXT = 128 };

__extension__ typedef __int128 decimal_int;

struct decimal {
	decimal_int mantissa;
	int scale; /* 0 to DECIMAL_DIGITS */
};

enum decimal_result { DECIMAL_OK = 0, DECIMAL_SYNTAX = -1, DECIMAL_RANGE = -2 };

/*
 * Read LEN bytes as a number in JSON's grammar (RFC 8259 section 6; the exponent
 * too).  DECIMAL_SYNTAX where it is none, DECIMAL_RANGE where it has too many digits.
 */
int decimal_parse(const char *s, size_t len, struct decimal *d);

/*
 * Read LEN bytes as above into *V, an integer of SCALE decimals: what a column DECIMAL(WIDTH, SCALE)
 * holds, WIDTH being DECIMAL_DIGITS at most.  Return 0, or -1 where it would not hold them exactly.
 */
int decimal_fixed(const char *s, size_t len, int width, int scale, decimal_int *v);

/* Add V to D.  DECIMAL_OK or DECIMAL_RANGE; D is then unchanged. */
int decimal_add(struct decimal *d, const struct decimal *v);

/* Add an integer that fits 64 bits.  The same. */
int decimal_add_integer(struct decimal *d, long long v);

/*
 * Write D with its fewest digits ("0", "-12.5", "1000"), its NUL too, to TO of
 * DECIMAL_TEXT bytes.  Return the length.
 */
size_t decimal_format(const struct decimal *d, char *to);

/* The same for an integer, faster: most sums are of integers. */
size_t decimal_format_integer(long long v, char *to);

#endif
