/* load/mysql_index - the indexes of a table of MySQL's, made before the transaction: each commits one */
#ifndef ANT_LOAD_MYSQL_INDEX_H
#define ANT_LOAD_MYSQL_INDEX_H

#include "base/err.h"
#include "load/session.h"

/* Both return 0, or -1 with a reason. */

/* Create the index NAME of TABLE, on those of N columns that can be in one, where it is missing. */
int mysql_index(struct session *s, const char *table, const char *name,
	const struct sql_column *columns, size_t n, struct ant_err *e);

/* That which serves the load, for what it removes: of a new table, or on the key for a merge. */
int mysql_index_load(struct session *s, struct ant_err *e);

#endif
