/* sim/ids - a short list of ids, as a value that the API writes as an array */
#ifndef ANT_SIM_IDS_H
#define ANT_SIM_IDS_H

#include "base/buf.h"
#include "sim/org.h"

enum { SIM_IDS_MAX = 4 };

struct sim_ids {
	int unknown; /* null */
	size_t n;
	char v[SIM_IDS_MAX][SIM_ID];
};

/* Append the JSON of a struct sim_ids, as struct sim_field's make(). */
void sim_ids_json(struct buf *to, const void *ids, unsigned escapes);

#endif
