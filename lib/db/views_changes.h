/*
 * db/views_changes - the view ant_changes: what the histories of tables say was added, changed, removed
 *
 * A history, see load/history.h, is a table with valid_from and valid_to whose name is that of a table of
 * the ledger and _history.  Its columns are those that it has when the view is made: the view is made
 * anew when a history appears or is widened.
 */
#ifndef ANT_DB_VIEWS_CHANGES_H
#define ANT_DB_VIEWS_CHANGES_H

#include "base/buf.h"
#include "base/err.h"
#include "db/db.h"
#include "db/views.h"

#define VIEWS_CHANGES "ant_changes"

/*
 * Append the SELECT of the view over the histories of P that DB has.  One whose table has no table file
 * and no column id is left out, for nobody knows its key.  Return 1; 0, with nothing appended, where
 * there is none; -1 with a reason.
 */
int views_changes(
	const struct db *db, const struct views_place *p, struct buf *to, struct ant_err *e);

#endif
