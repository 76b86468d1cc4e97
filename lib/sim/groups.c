#include "sim/groups.h"

#include <stdlib.h>
#include <string.h>

int
sim_groups_init(struct sim_groups *g, size_t max)
{
	g->keys = calloc(max + 1, sizeof *g->keys);
	return g->keys == NULL ? -1 : hash_reserve(&g->ids, max);
}

size_t
sim_groups_number(struct sim_groups *g, const int key[SIM_GROUP_INTS])
{
	uint64_t id = hash_bytes(key, sizeof *g->keys);
	size_t n;

	/* Of two keys with the same hash, the later one has the id after it. */
	for (; (n = hash_find(&g->ids, id)) != 0; id++)
		if (memcmp(g->keys[n - 1], key, sizeof *g->keys) == 0)
			return n - 1;
	n = hash_add(&g->ids, id) - 1;
	memcpy(g->keys[n], key, sizeof *g->keys);
	return n;
}

void
sim_groups_free(struct sim_groups *g)
{
	free(g->keys);
	hash_free(&g->ids);
	g->keys = NULL;
}
