#include "fetch/seen.h"

#include <string.h>
#include <sys/random.h>

int
seen_add(struct seen *s, const void *p, size_t len)
{
	size_t before = s->ids.n, number;
	uint64_t h;

	if (s->ids.size == 0 &&
		getrandom(&s->secret, sizeof s->secret, 0) != (ssize_t)sizeof s->secret)
		return -1;
	/* Bits mixed, and the secret between two rounds of it: which slots are near depends on it. */
	h = hash_bytes(p, len);
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15U;
	h = (h ^ h >> 29 ^ s->secret) * 0xbf58476d1ce4e5b9U;
	if ((number = hash_add(&s->ids, h ^ h >> 32)) == 0)
		return -1;
	return number <= before;
}

void
seen_clear(struct seen *s)
{
	hash_clear(&s->ids);
}

void
seen_free(struct seen *s)
{
	hash_free(&s->ids);
}
