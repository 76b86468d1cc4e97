/* db/ask_pg - a PostgreSQL database as a struct db, see db.h */
#ifndef ANT_DB_ASK_PG_H
#define ANT_DB_ASK_PG_H

#include "db/db.h"

/*
 * Connect to ask, or where WRITE is not 0 to run statements: CONNINFO is as for pg_new(), SCHEMA
 * as for pg_choose_schema(), and *CHOSEN is the schema, TO's own.  All questions see the database
 * as it was at the first.  Return 0, or -1 with ANT_USAGE or ANT_FAIL.
 */
int ask_pg(const char *conninfo, const char *schema, int write, struct db *to, const char **chosen,
	struct ant_err *e);

#endif
