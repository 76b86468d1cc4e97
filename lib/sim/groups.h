/* sim/groups - equal keys get equal numbers, counted as they first come */
#ifndef ANT_SIM_GROUPS_H
#define ANT_SIM_GROUPS_H

#include <stddef.h>

#include "base/hash.h"

enum { SIM_GROUP_INTS = 9 }; /* of a key: as many as the API has dimensions */

struct sim_groups {
	int (*keys)[SIM_GROUP_INTS]; /* ids.n of them, by number */
	struct hash ids;
};

/* Room for MAX different keys; G is all 0.  Return 0, or -1 without memory; free it either way. */
int sim_groups_init(struct sim_groups *g, size_t max);
void sim_groups_free(struct sim_groups *g);

/* The number of KEY; a new one where it was not seen before. */
size_t sim_groups_number(struct sim_groups *g, const int key[SIM_GROUP_INTS]);

#endif
