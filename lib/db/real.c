#include "db/real.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { DIGITS = 15 }; /* decimals that a double gives back to the digit: DBL_DIG */

int
real_exact(const char *s, size_t len, double *v)
{
	/* Powers of ten that a double holds exactly: one division by them rounds correctly. */
	static const double ten[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	size_t digits = 0, zeros = 0, fraction = 0; /* zeros: after the last digit that is none */
	int64_t mantissa = 0;			    /* without the zeros */
	int point = 0, plain = 1, any;

	for (size_t i = 0; i < len && plain && digits <= DIGITS; i++) {
		char ch = s[i];

		fraction += point && ch >= '0' && ch <= '9';
		if (ch == '.') {
			point = 1;
		} else if (ch == 'e' || ch == 'E') {
			plain = 0;
		} else if (ch == '0') {
			zeros += digits > 0;
		} else if (ch != '-') {
			for (digits += zeros + 1; zeros > 0 && digits <= DIGITS; zeros--)
				mantissa *= 10;
			mantissa = mantissa * 10 + (ch - '0');
		}
	}
	if (digits > DIGITS)
		return -1;
	any = digits > 0;
	if (plain && fraction >= zeros && fraction - zeros < sizeof ten / sizeof *ten) {
		*v = (double)mantissa / ten[fraction - zeros];
		*v = *s == '-' ? -*v : *v;
		return 0;
	}
	*v = strtod(s, NULL);
	/* Below DBL_MIN a double has fewer digits. */
	return isinf(*v) || (any && fabs(*v) < DBL_MIN) ? -1 : 0;
}
