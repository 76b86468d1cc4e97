/* db/open - the database of a command line: which of the three it is, and open */
#ifndef ANT_DB_OPEN_H
#define ANT_DB_OPEN_H

#include "db/db.h"
#include "db/views.h"

/*
 * Open WHERE to ask it, or where WRITE is not 0 to run statements in it:
 * sqlite:///FILE, duckdb:///FILE (three slashes: a relative path, four: an absolute one), ducklake:...,
 * a FILE, which tells itself what it is, postgresql://..., or a connection string of libpq.
 * PLACE->schema (PostgreSQL) and prefix are as given; dialect and schema are set to what
 * they are.  Return 0; -1 with ANT_USAGE, ANT_FAIL or ANT_LOCKED.
 */
int db_open(const char *where, const char *duckdb_library, int write, struct db *to,
	struct views_place *place, struct ant_err *e);

#endif
