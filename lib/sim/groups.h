/* sim/groups - equal keys get equal numbers, counted as they first come */
#ifndef ANT_SIM_GROUPS_H
#define ANT_SIM_GROUPS_H

#include <stddef.h>

#include "base/hash.h"

struct sim_groups {
	int *keys; /* ids.n of them, WIDTH ints each, by number */
	size_t width;
	struct hash ids;
};

/* Room for MAX different keys of WIDTH ints; G is all 0.  0, or -1 without memory; free it either way. */
int sim_groups_init(struct sim_groups *g, size_t max, size_t width);
void sim_groups_free(struct sim_groups *g);

/* The number of KEY; a new one where it was not seen before. */
size_t sim_groups_number(struct sim_groups *g, const int *key);
/* The key with the number N. */
const int *sim_groups_key(const struct sim_groups *g, size_t n);

#endif
