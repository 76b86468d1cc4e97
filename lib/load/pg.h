/* load/pg - PostgreSQL as a destination of row streams */
#ifndef ANT_LOAD_PG_H
#define ANT_LOAD_PG_H

#include "base/err.h"
#include "load/load.h"

/*
 * Make TO the server that CONNINFO names, as for pg_new(), and in it SCHEMA, as for
 * pg_choose_schema().  Neither is copied.  Nothing is connected before a load begins.  Return 0
 * (TO->free it), or -1 with ANT_USAGE for a CONNINFO that cannot be read, or with ANT_FAIL.
 */
int load_pg(const char *conninfo, const char *schema, struct load_dest *to, struct ant_err *e);

#endif
