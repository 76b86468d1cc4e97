/* fetch/query - the path and query of a request */
#ifndef ANT_FETCH_QUERY_H
#define ANT_FETCH_QUERY_H

#include "base/buf.h"
#include "tables/table.h"

/*
 * Append the path of T, each {NAME} of it replaced by the percent-encoded value of the hole NAME
 * in IDS, one for each of T's holes.  0 or -1 as buf_put().
 */
int query_path(struct buf *to, const struct table *t, char *const *ids);

/*
 * Append ? or &, whichever TO needs, and one parameter, its name and value
 * percent-encoded (RFC 3986: all but the unreserved characters).
 */
int query_add(struct buf *to, const char *name, const char *value);

#endif
