/*
 * vec - the inner loops over bytes, sixteen at a time where the machine can
 *
 * Each exists in plain C too, under the name with _plain: other machines use
 * that, and the tests compare the two.  All may read up to 63 bytes past END.
 */
#ifndef ANT_VEC_H
#define ANT_VEC_H

#include <stddef.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first byte at or after P that ends or interrupts a JSON string: '"', '\\' or below 0x20; END where none. */
static inline const char *
vec_string_plain(const char *p, const char *end)
{
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\' || c < 0x20)
			break;
	}
	return p;
}

/*
 * The first byte at or after P that a row cannot hold as it is: what ends a
 * JSON string, and every byte from 0x80 on (to be checked as UTF-8).
 */
static inline const char *
vec_ascii_plain(const char *p, const char *end)
{
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80)
			break;
	}
	return p;
}

/*
 * The first byte at or after P that is special in a row: a backslash, a control
 * character such as the tab or the newline, or a byte from 0x80 on.
 */
static inline const char *
vec_cell_plain(const char *p, const char *end)
{
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '\\' || c < 0x20 || c >= 0x80)
			break;
	}
	return p;
}

#ifdef __SSE2__
static inline const char *
vec_string(const char *p, const char *end)
{
	const __m128i quote = _mm_set1_epi8('"'), back = _mm_set1_epi8('\\');
	const __m128i control = _mm_set1_epi8(0x1f);

	for (; p < end; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, back)),
			_mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		if (mask != 0) {
			p += __builtin_ctz(mask);
			return p < end ? p : end;
		}
	}
	return end;
}

static inline const char *
vec_ascii(const char *p, const char *end)
{
	const __m128i quote = _mm_set1_epi8('"'), back = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(0x20);

	for (; p < end; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		/* Signed: both the controls and the bytes from 0x80 on are less than a space. */
		__m128i hit = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, back)),
			_mm_cmplt_epi8(v, space));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		if (mask != 0) {
			p += __builtin_ctz(mask);
			return p < end ? p : end;
		}
	}
	return end;
}

static inline const char *
vec_cell(const char *p, const char *end)
{
	const __m128i back = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);

	for (; p < end; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, back), _mm_cmplt_epi8(v, space));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		if (mask != 0) {
			p += __builtin_ctz(mask);
			return p < end ? p : end;
		}
	}
	return end;
}
#else
static inline const char *
vec_string(const char *p, const char *end)
{
	return vec_string_plain(p, end);
}

static inline const char *
vec_ascii(const char *p, const char *end)
{
	return vec_ascii_plain(p, end);
}

static inline const char *
vec_cell(const char *p, const char *end)
{
	return vec_cell_plain(p, end);
}
#endif

#endif
