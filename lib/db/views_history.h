/* db/views_history - the SQL of what one history says was added, changed and removed */
#ifndef ANT_DB_VIEWS_HISTORY_H
#define ANT_DB_VIEWS_HISTORY_H

#include <stddef.h>

#include "base/buf.h"
#include "db/views.h"

#define VIEWS_ORGANIZATIONS "_organization" /* the column that tells these apart */

struct views_history_column {
	const char *name, *type; /* as the database has them */
	int key;
};

struct views_history {
	const struct views_place *p;
	const char *table; /* the history's name */
	struct views_history_column *columns;
	size_t n;
	int organization; /* it has that column */
};

/* The column NAME, or NULL. */
struct views_history_column *views_history_column(const struct views_history *h, const char *name);

/*
 * Append the SELECT of the changes that H tells of, whose table is called SHOWN; its columns are those of
 * ant_changes, with one for the organization at the end where ORGANIZATIONS is 1.  Reports by B's
 * `failed`.
 */
void views_history_put(
	struct buf *b, const struct views_history *h, const char *shown, int organizations);

#endif
