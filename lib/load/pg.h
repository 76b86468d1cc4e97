/* load/pg - PostgreSQL as a destination of row streams */
#ifndef ANT_LOAD_PG_H
#define ANT_LOAD_PG_H

#include "base/err.h"
#include "load/load.h"

struct load_pg;

/*
 * A destination on the server that CONNINFO names (a connection string or URI of libpq,
 * section 34.1.1 of the PostgreSQL manual; NULL: the environment alone) and in SCHEMA
 * (NULL: the first of the search path).  Neither is copied.  Nothing is connected
 * before a load begins.  NULL with ANT_USAGE for a CONNINFO that cannot be read, or
 * with ANT_FAIL.  No reason ever holds a password.
 */
struct load_pg *load_pg_new(const char *conninfo, const char *schema, struct ant_err *e);
void load_pg_free(struct load_pg *d); /* NULL: no effect */

struct load_dest load_pg_dest(struct load_pg *d);

#endif
