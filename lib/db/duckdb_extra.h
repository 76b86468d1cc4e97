/*
 * db/duckdb_extra - DuckDB's extensions, loaded from a folder of ours, and by one of them a bucket
 *
 * None is fetched, and DuckDB checks their signatures.
 */
#ifndef ANT_DB_DUCKDB_EXTRA_H
#define ANT_DB_DUCKDB_EXTRA_H

#include "base/err.h"
#include "db/duckdb.h"
#include "db/s3.h"

/*
 * Load the extension NAME from $ANT_DUCKDB_EXTENSIONS, or from the folder beside LIBRARY, which is as
 * for duckdb_api_open(), or that of the build's PREFIX.  Return 0, or -1 with ANT_FAIL.
 */
int duckdb_extra_load(
	struct db_duckdb *d, const char *library, const char *name, struct ant_err *e);

/*
 * Let DuckDB into SCOPE, s3://BUCKET/ or what begins so, with the keys of the environment, which are
 * read into S: it must live as long as D, whose messages hide them.  Return 0; -1 with ANT_USAGE where
 * there are none, else ANT_FAIL.
 */
int duckdb_extra_bucket(struct db_duckdb *d, const char *library, struct s3 *s, const char *scope,
	struct ant_err *e);

#endif
