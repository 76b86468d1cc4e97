/*
 * base/vec - the inner loops over bytes, sixteen at a time where the machine can
 *
 * Each exists in plain C too, under the name with _plain: other machines use
 * that, and the tests compare the two.  All may read up to 63 bytes past END.
 */
#ifndef ANT_BASE_VEC_H
#define ANT_BASE_VEC_H

#include <stddef.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * The first byte at or after P that is a backslash, a control character, with QUOTE a '"',
 * or with HIGH from 0x80 on; END where none.
 */
static inline const char *
vec_find_plain(const char *p, const char *end, int quote, int high)
{
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '\\' || c < 0x20 || (quote && c == '"') || (high && c >= 0x80))
			break;
	}
	return p;
}

/* How many of the 16 bytes at P are digits before the first that is none. */
static inline unsigned
vec_digits_plain(const char *p)
{
	unsigned n = 0;

	while (n < 16 && p[n] >= '0' && p[n] <= '9')
		n++;
	return n;
}

/*
 * The place after the ] that closes the array at P, a [, by counting brackets outside of
 * strings; NULL where there is none before END.  Nothing else is checked: for
 * what is no JSON the answer may be any place.
 */
static inline const char *
vec_array_end_plain(const char *p, const char *end)
{
	long depth = 0;
	int string = 0;

	for (; p < end; p++) {
		if (string) {
			if (*p == '\\')
				p++;
			else if (*p == '"')
				string = 0;
		} else if (*p == '"') {
			string = 1;
		} else if (*p == '[') {
			depth++;
		} else if (*p == ']' && --depth == 0) {
			return p + 1;
		}
	}
	return NULL;
}

#ifdef __SSE2__
static inline const char *
vec_find(const char *p, const char *end, int quote, int high)
{
	const __m128i quotes = _mm_set1_epi8('"'), back = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1f), space = _mm_set1_epi8(0x20);

	for (; p < end; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_cmpeq_epi8(v, back);
		unsigned mask;

		if (quote)
			hit = _mm_or_si128(_mm_cmpeq_epi8(v, quotes), hit);
		/* Signed: both the controls and the bytes from 0x80 on are less than a space. */
		hit = _mm_or_si128(hit, high ? _mm_cmplt_epi8(v, space)
					     : _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
		if ((mask = (unsigned)_mm_movemask_epi8(hit)) != 0) {
			p += __builtin_ctz(mask);
			return p < end ? p : end;
		}
	}
	return end;
}

static inline unsigned
vec_digits(const char *p)
{
	__m128i v =
		_mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8('0'));
	__m128i other = _mm_cmpeq_epi8(_mm_max_epu8(v, _mm_set1_epi8(10)), v);

	return (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(other) | 0x10000u);
}

/* One bit for each of the 64 bytes at P that is C. */
static inline unsigned long long
vec_bits(const char *p, char c)
{
	const __m128i want = _mm_set1_epi8(c);
	unsigned long long bits = 0;

	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, want));

		bits |= (unsigned long long)mask << (16 * i);
	}
	return bits;
}

/* The bytes after an odd run of backslashes; *CARRY: the next block's first byte is one of them. */
static inline unsigned long long
vec_escaped(unsigned long long back, int *carry)
{
	unsigned long long escaped = *carry ? 1 : 0;

	back &= ~escaped;
	*carry = 0;
	while (back != 0) {
		int at = __builtin_ctzll(back);

		if (at == 63) {
			*carry = 1;
			break;
		}
		escaped |= 2ull << at;
		back &= ~(3ull << at);
	}
	return escaped;
}

static inline const char *
vec_array_end(const char *p, const char *end)
{
	unsigned long long in_string = 0; /* all ones where the block starts in one */
	long depth = 0;
	int carry = 0;

	for (; p < end; p += 64) {
		unsigned long long escaped = vec_escaped(vec_bits(p, '\\'), &carry);
		unsigned long long strings = vec_bits(p, '"') & ~escaped, open, close;

		/* Each bit becomes the parity of the quotes up to it: set from a string's start on. */
		for (int shift = 1; shift < 64; shift *= 2)
			strings ^= strings << shift;
		strings ^= in_string;
		in_string = (strings >> 63) ? ~0ull : 0;
		open = vec_bits(p, '[') & ~strings;
		close = vec_bits(p, ']') & ~strings;
		if (__builtin_popcountll(close) < depth) {
			depth += __builtin_popcountll(open) - __builtin_popcountll(close);
			continue;
		}
		/* It may end in this block: bracket by bracket. */
		while ((open | close) != 0) {
			int at = __builtin_ctzll(open | close);

			if (p + at >= end)
				return NULL;
			depth += (open >> at & 1) ? 1 : -1;
			if (depth == 0)
				return p + at + 1;
			open &= ~(1ull << at);
			close &= ~(1ull << at);
		}
	}
	return NULL;
}
#else
static inline unsigned
vec_digits(const char *p)
{
	return vec_digits_plain(p);
}

static inline const char *
vec_array_end(const char *p, const char *end)
{
	return vec_array_end_plain(p, end);
}

static inline const char *
vec_find(const char *p, const char *end, int quote, int high)
{
	return vec_find_plain(p, end, quote, high);
}
#endif

/* The first byte at or after P that ends or interrupts a JSON string; END where none. */
static inline const char *
vec_string(const char *p, const char *end)
{
	return vec_find(p, end, 1, 0);
}

/*
 * The first byte at or after P that a row cannot hold as it is: what ends a
 * JSON string, and every byte from 0x80 on (to be checked as UTF-8).
 */
static inline const char *
vec_ascii(const char *p, const char *end)
{
	return vec_find(p, end, 1, 1);
}

/*
 * The first byte at or after P that is special in a row: a backslash, a control
 * character such as the tab or the newline, or a byte from 0x80 on.
 */
static inline const char *
vec_cell(const char *p, const char *end)
{
	return vec_find(p, end, 0, 1);
}

#endif
