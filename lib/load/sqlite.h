/* load/sqlite - SQLite as a destination of row streams */
#ifndef ANT_LOAD_SQLITE_H
#define ANT_LOAD_SQLITE_H

#include <stddef.h>

#include "base/err.h"
#include "load/load.h"

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

#endif
