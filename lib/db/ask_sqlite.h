/* db/ask_sqlite - a SQLite database as a struct db, see db.h */
#ifndef ANT_DB_ASK_SQLITE_H
#define ANT_DB_ASK_SQLITE_H

#include "db/db.h"

/*
 * Open FILE, which must be there, to ask it, or where WRITE is not 0 to run statements in it.
 * Return 0, or -1 with ANT_FAIL or ANT_LOCKED.
 */
int ask_sqlite(const char *file, int write, struct db *to, struct ant_err *e);

#endif
