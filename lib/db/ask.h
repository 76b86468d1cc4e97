/* db/ask - SQLite, PostgreSQL and DuckDB, each as a struct db, see db.h */
#ifndef ANT_DB_ASK_H
#define ANT_DB_ASK_H

#include "db/db.h"

/*
 * Open FILE, which must be there, to ask it, or where WRITE is not 0 to run statements in it.
 * The library of DuckDB is what duckdb_api_open() finds by LIBRARY; WHERE may be the URI of a lake
 * as well, see lake.h.  Return 0, or -1 with ANT_FAIL or ANT_LOCKED, or ANT_USAGE for such a URI.
 */
int ask_sqlite(const char *file, int write, struct db *to, struct ant_err *e);
int ask_duckdb(const char *where, const char *library, int write, struct db *to, struct ant_err *e);

/*
 * Connect, alike: CONNINFO is as for pg_new(), SCHEMA as for pg_choose_schema(), and *CHOSEN is
 * the schema, TO's own.  All questions see the database as it was at the first.  Return 0, or -1
 * with ANT_USAGE or ANT_FAIL.
 */
int ask_pg(const char *conninfo, const char *schema, int write, struct db *to, const char **chosen,
	struct ant_err *e);

#endif
