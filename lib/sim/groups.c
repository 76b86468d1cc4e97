#include "sim/groups.h"

#include <stdlib.h>
#include <string.h>

int
sim_groups_init(struct sim_groups *g, size_t max)
{
	size_t size = 16;

	while (size < max * 2)
		size *= 2;
	g->mask = size - 1;
	g->n = 0;
	g->keys = calloc(max + 1, sizeof *g->keys);
	g->slots = calloc(size, sizeof *g->slots);
	return g->keys == NULL || g->slots == NULL ? -1 : 0;
}

size_t
sim_groups_number(struct sim_groups *g, const int key[SIM_GROUP_INTS])
{
	uint64_t h = 0;

	for (size_t i = 0; i < SIM_GROUP_INTS; i++)
		h = (h ^ (uint64_t)(key[i] + 1)) * 0x9e3779b97f4a7c15U;
	for (size_t at = (h >> 20) & g->mask;; at = (at + 1) & g->mask) {
		if (g->slots[at] == 0) {
			memcpy(g->keys[g->n], key, sizeof *g->keys);
			g->slots[at] = ++g->n;
			return g->n - 1;
		}
		if (memcmp(g->keys[g->slots[at] - 1], key, sizeof *g->keys) == 0)
			return g->slots[at] - 1;
	}
}

void
sim_groups_free(struct sim_groups *g)
{
	free(g->keys);
	free(g->slots);
	g->keys = NULL;
	g->slots = NULL;
}
