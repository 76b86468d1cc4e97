/* load/duckdb - DuckDB as a destination of row streams */
#ifndef ANT_LOAD_DUCKDB_H
#define ANT_LOAD_DUCKDB_H

#include "base/err.h"
#include "load/load.h"

/*
 * Make TO the database FILE, which is not copied and always taken for a path.  LIBRARY names
 * libduckdb.so, or is NULL: see duckdb_api_open().  A FILE that is not there is made aside and
 * takes its name with its first rows in it.  Return 0 (TO->free it), or -1 with ANT_FAIL.
 */
int load_duckdb(const char *file, const char *library, struct load_dest *to, struct ant_err *e);

/* Of such: why the committed rows are still in FILE.wal and not in FILE; "" where they are in FILE. */
const char *load_duckdb_warning(const struct load_dest *dest);

#endif
