/* base/sniff - what an input is that nobody here reads, by how it starts: compressed, of another encoding, a web page */
#ifndef ANT_BASE_SNIFF_H
#define ANT_BASE_SNIFF_H

#include <stddef.h>

enum { SNIFF_BYTES = 64 }; /* these are enough to know it */

/*
 * What the LEN bytes at P are, the start of an input or all of it, and what to do about it, for the
 * end of a message: "it is compressed by gzip: ..."; NULL where it is nothing that is known here.
 */
const char *sniff(const char *p, size_t len);

/* How many of the LEN bytes at P are a byte order mark of UTF-8 (RFC 3629, 6): 3 or 0. */
size_t sniff_mark(const char *p, size_t len);

#endif
