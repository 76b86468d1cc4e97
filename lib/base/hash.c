#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* http://www.isthe.com/chongo/tech/comp/fnv/ */
uint64_t
hash_bytes(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint64_t h = 0xcbf29ce484222325U;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3U;
	return h;
}

/* The slot that holds ID, or the free one where it belongs. */
static struct hash_slot *
slot(const struct hash *h, uint64_t id)
{
	size_t at = (size_t)(id * 0x9e3779b97f4a7c15U >> 20) & (h->size - 1);

	while (h->slots[at].number != 0 && h->slots[at].id != id)
		at = (at + 1) & (h->size - 1);
	return &h->slots[at];
}

int
hash_reserve(struct hash *h, size_t n)
{
	struct hash larger = {NULL, h->n, h->size > 0 ? h->size : 64};

	if (n > UINT32_MAX) {
		errno = ERANGE;
		return -1;
	}
	while (larger.size / 2 < n)
		larger.size *= 2;
	if (larger.size == h->size)
		return 0;
	if ((larger.slots = calloc(larger.size, sizeof *larger.slots)) == NULL)
		return -1;
	for (size_t i = 0; i < h->size; i++)
		if (h->slots[i].number != 0)
			*slot(&larger, h->slots[i].id) = h->slots[i];
	free(h->slots);
	*h = larger;
	return 0;
}

size_t
hash_find(const struct hash *h, uint64_t id)
{
	return h->size == 0 ? 0 : slot(h, id)->number;
}

size_t
hash_add(struct hash *h, uint64_t id)
{
	struct hash_slot *s;

	if (hash_reserve(h, h->n + 1) == -1)
		return 0;
	s = slot(h, id);
	if (s->number == 0)
		*s = (struct hash_slot){id, (uint32_t)++h->n};
	return s->number;
}

void
hash_clear(struct hash *h)
{
	if (h->slots != NULL)
		memset(h->slots, 0, h->size * sizeof *h->slots);
	h->n = 0;
}

void
hash_free(struct hash *h)
{
	free(h->slots);
	memset(h, 0, sizeof *h);
}
