/*
 * load/history - every version of every row of a table, in a table beside it
 *
 * The history of T is T_history: T's columns, and valid_from and valid_to, null where the row is so still.
 * Once T is settled it is compared with the versions that are open: one whose row T does not have any
 * more, or has otherwise, is closed, and a row without an open version gets one.  So a history that
 * lags, since loads came without it, catches up.  A merge does so for the keys that it brought, and
 * closes none of others.  With by_organization all of it is about the load's own rows.
 *
 * A version begins, or ends, when the load started that found it so; but where the history has one that
 * begins or ends then or later, since two loads started in one second or a clock went back, a
 * second after the newest.  So no version is empty, and those of a key do not overlap.
 *
 * All of these do nothing where the load keeps no history.  Each returns 0, or -1 with a reason.
 */
#ifndef ANT_LOAD_HISTORY_H
#define ANT_LOAD_HISTORY_H

#include "base/err.h"
#include "load/session.h"

/* Choose the name, before anything is opened. */
int history_name(struct session *s, struct ant_err *e);

/*
 * Look at what has the name, before anything is changed: it must be a history that fits TABLE, which
 * the load's table was, and the load.
 */
int history_look(struct session *s, const struct session_shape *table, struct ant_err *e);

/* Create the history, or add the columns that it lacks: the table is there by now, with all of its own. */
int history_make(struct session *s, struct ant_err *e);

/* Close and open versions, by the table as it stays; how many goes to ENTRY. */
int history_fill(struct session *s, struct receipt_entry *entry, struct ant_err *e);

void history_free(struct session *s);

#endif
