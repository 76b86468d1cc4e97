/* load_sqlite - SQLite as a destination of row streams (the only file that includes sqlite3.h) */
#ifndef ANT_LOAD_SQLITE_H
#define ANT_LOAD_SQLITE_H

#include <stddef.h>

#include "db.h"
#include "err.h"
#include "load.h"

struct load_sqlite;

/*
 * A destination for the database FILE, which is not copied and always taken for a
 * path, whatever it looks like.  Nothing is opened or created before a load begins;
 * a load that fails removes a FILE that it created.  NULL with ANT_FAIL.
 */
struct load_sqlite *load_sqlite_new(const char *file, struct ant_err *e);
void load_sqlite_free(struct load_sqlite *d); /* NULL: no effect */

struct load_dest load_sqlite_dest(struct load_sqlite *d);

/* How many decimals of the load have more digits than a double holds and were stored as text. */
size_t load_sqlite_as_text(const struct load_sqlite *d);

/*
 * Open FILE, which must be there, to ask it (or, where WRITE is not 0, to run statements in
 * it) as a struct db, which db_close() closes.  Return 0, or -1 with ANT_FAIL or ANT_LOCKED.
 */
int load_sqlite_db(const char *file, int write, struct db *to, struct ant_err *e);

#endif
