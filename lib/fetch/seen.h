/* fetch/seen - a set that tells whether a text came by before */
#ifndef ANT_FETCH_SEEN_H
#define ANT_FETCH_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

/* Texts are kept as 64-bit hashes, however long they are.  All 0 to begin with. */
struct seen {
	struct hash ids;
	uint64_t secret; /* so that nobody can choose texts that meet in one place */
};

/* Note LEN bytes at P.  Return 1 where they were noted before, 0 where not, -1 with errno. */
int seen_add(struct seen *s, const void *p, size_t len);

void seen_clear(struct seen *s); /* forget all, keep the memory */
void seen_free(struct seen *s);

#endif
