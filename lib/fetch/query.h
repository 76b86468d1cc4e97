/* fetch/query - the path and query of a request */
#ifndef ANT_FETCH_QUERY_H
#define ANT_FETCH_QUERY_H

#include "base/buf.h"

/* Append PATH, its {} replaced by the percent-encoded ID (may be NULL).  0 or -1 as buf_put(). */
int query_path(struct buf *to, const char *path, const char *id);

/*
 * Append ? or &, whichever TO needs, and one parameter, its name and value
 * percent-encoded (RFC 3986: all but the unreserved characters).
 */
int query_add(struct buf *to, const char *name, const char *value);

#endif
