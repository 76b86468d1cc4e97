/* db/ask_duckdb - a DuckDB database as a struct db, see db.h */
#ifndef ANT_DB_ASK_DUCKDB_H
#define ANT_DB_ASK_DUCKDB_H

#include "db/db.h"

/*
 * Open FILE, which must be there, with the library that duckdb_api_open() finds by LIBRARY;
 * WRITE: to run statements in it.  Return 0, or -1 with ANT_FAIL or ANT_LOCKED.
 */
int ask_duckdb(const char *file, const char *library, int write, struct db *to, struct ant_err *e);

#endif
