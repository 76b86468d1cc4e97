/* sim/query - the query of a request's URL (RFC 3986 section 3.4, form encoding) */
#ifndef ANT_SIM_QUERY_H
#define ANT_SIM_QUERY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

struct sim_query {
	struct strlist names, values; /* decoded, in the order of the query */
};

/*
 * Decode RAW, what stands after the '?' (NULL: nothing).  A '+' is a space.  An '=' inside a
 * value must be percent-encoded: page tokens end in one, and a client that does
 * not encode them would fail elsewhere.  0, or -1 with ANT_USAGE and a reason;
 * free it either way.
 */
int sim_query_parse(struct sim_query *q, const char *raw, struct ant_err *e);
void sim_query_free(struct sim_query *q);

/* The value of NAME, the last one; NULL where there is none. */
const char *sim_query_value(const struct sim_query *q, const char *name);

/* Append NAME=VALUE&... as decoded text. */
int sim_query_text(struct buf *to, const struct sim_query *q);

#endif
