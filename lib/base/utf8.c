#include "base/utf8.h"

long
utf8_next(const char *p, const char *end, size_t *len)
{
	static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)*p;
	size_t n = first < 0x80	  ? 1
		   : first < 0xc2 ? 0
		   : first < 0xe0 ? 2
		   : first < 0xf0 ? 3
		   : first < 0xf5 ? 4
				  : 0;
	unsigned long c;

	*len = 1;
	if (n == 1)
		return first;
	if (n == 0)
		return -1;
	if ((size_t)(end - p) < n) {
		*len = (size_t)(end - p);
		return -1;
	}
	c = first & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		unsigned char next = (unsigned char)p[i];

		if ((next & 0xc0) != 0x80) {
			*len = i;
			return -1;
		}
		c = c << 6 | (next & 0x3f);
	}
	*len = n;
	if (c < least[n] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return -1;
	return (long)c;
}

size_t
utf8_put(char *to, unsigned long c)
{
	static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(marks[n] | c);
	return n;
}
