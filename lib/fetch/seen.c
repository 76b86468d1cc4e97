#include "fetch/seen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/*
 * FNV-1a, with its bits mixed so that the low ones are as good as the high ones, and the
 * secret between two rounds of that: which slots are near depends on it.
 */
static uint64_t
hash(uint64_t secret, const unsigned char *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3U;
	h ^= h >> 32;
	h *= 0x9e3779b97f4a7c15U;
	h ^= h >> 29;
	h ^= secret;
	h *= 0xbf58476d1ce4e5b9U;
	h ^= h >> 32;
	return h == 0 ? 1 : h;
}

/* The slot that holds H or the empty one where it belongs. */
static uint64_t *
find(uint64_t *slots, size_t size, uint64_t h)
{
	size_t i = (size_t)h & (size - 1);

	while (slots[i] != 0 && slots[i] != h)
		i = (i + 1) & (size - 1);
	return &slots[i];
}

static int
grow(struct seen *s)
{
	size_t size = s->size == 0 ? 64 : s->size * 2;
	uint64_t *slots = calloc(size, sizeof *slots);

	if (slots == NULL)
		return -1;
	for (size_t i = 0; i < s->size; i++)
		if (s->slots[i] != 0)
			*find(slots, size, s->slots[i]) = s->slots[i];
	free(s->slots);
	s->slots = slots;
	s->size = size;
	return 0;
}

int
seen_add(struct seen *s, const void *p, size_t len)
{
	uint64_t h, *slot;

	if (s->size == 0 && getrandom(&s->secret, sizeof s->secret, 0) != (ssize_t)sizeof s->secret)
		return -1;
	if (s->n >= s->size / 2 && grow(s) == -1)
		return -1;
	h = hash(s->secret, p, len);
	slot = find(s->slots, s->size, h);
	if (*slot == h)
		return 1;
	*slot = h;
	s->n++;
	return 0;
}

void
seen_clear(struct seen *s)
{
	if (s->slots != NULL)
		memset(s->slots, 0, s->size * sizeof *s->slots);
	s->n = 0;
}

void
seen_free(struct seen *s)
{
	free(s->slots);
	memset(s, 0, sizeof *s);
}
