#include "sim/groups.h"

#include <stdlib.h>
#include <string.h>

int
sim_groups_init(struct sim_groups *g, size_t max, size_t width)
{
	g->width = width;
	g->keys = calloc((max + 1) * width, sizeof *g->keys);
	return g->keys == NULL ? -1 : hash_reserve(&g->ids, max);
}

size_t
sim_groups_number(struct sim_groups *g, const int *key)
{
	size_t size = g->width * sizeof *key, n;
	uint64_t id = hash_bytes(key, size);

	/* Of two keys with the same hash, the later one has the id after it. */
	for (; (n = hash_find(&g->ids, id)) != 0; id++)
		if (memcmp(sim_groups_key(g, n - 1), key, size) == 0)
			return n - 1;
	n = hash_add(&g->ids, id) - 1;
	memcpy(g->keys + n * g->width, key, size);
	return n;
}

const int *
sim_groups_key(const struct sim_groups *g, size_t n)
{
	return g->keys + n * g->width;
}

void
sim_groups_free(struct sim_groups *g)
{
	free(g->keys);
	hash_free(&g->ids);
	g->keys = NULL;
}
