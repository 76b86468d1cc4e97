/* load/sqlite - SQLite as a destination of row streams */
#ifndef ANT_LOAD_SQLITE_H
#define ANT_LOAD_SQLITE_H

#include <stddef.h>

#include "base/err.h"
#include "load/load.h"

/*
 * Make TO the database FILE, which is not copied and always taken for a path, whatever it looks
 * like.  Nothing is opened or created before a load begins; a load that fails removes a FILE
 * that it created.  Return 0 (TO->free it), or -1 with ANT_FAIL.
 */
int load_sqlite(const char *file, struct load_dest *to, struct ant_err *e);

/*
 * Of such a destination: how many decimals of the load have more digits than a double holds and
 * were stored as text.
 */
size_t load_sqlite_as_text(const struct load_dest *dest);

#endif
