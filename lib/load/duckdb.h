/* load/duckdb - DuckDB as a destination of row streams */
#ifndef ANT_LOAD_DUCKDB_H
#define ANT_LOAD_DUCKDB_H

#include "base/err.h"
#include "load/load.h"

struct load_duckdb;

/*
 * A destination for the database FILE, which is not copied and always taken for a
 * path.  LIBRARY names libduckdb.so, or is NULL: see duckdb_api_open().  A FILE that is
 * not there is made aside and takes its name with its first rows in it.  NULL with ANT_FAIL.
 */
struct load_duckdb *load_duckdb_new(const char *file, const char *library, struct ant_err *e);
void load_duckdb_free(struct load_duckdb *d); /* NULL: no effect */

struct load_dest load_duckdb_dest(struct load_duckdb *d);

/* Why the committed rows are still in FILE.wal and not in FILE; "" where they are in FILE. */
const char *load_duckdb_warning(const struct load_duckdb *d);

#endif
