/* base/utf8 - sequences of UTF-8 (RFC 3629) */
#ifndef ANT_BASE_UTF8_H
#define ANT_BASE_UTF8_H

#include <stddef.h>

/* U+FFFD, what stands for bytes that are no text */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/*
 * The sequence at P (before END): its length to *LEN and its code point, or -1
 * for bytes that are no character.  Then *LEN says how many bytes one U+FFFD
 * stands for, cut as libjq cuts them: a byte that starts nothing is alone; a
 * sequence that breaks off, is overlong, a surrogate or beyond U+10FFFF is one.
 */
long utf8_next(const char *p, const char *end, size_t *len);

/* Write the code point C as UTF-8 to TO, at most 4 bytes; return how many. */
size_t utf8_put(char *to, unsigned long c);

#endif
