/* load/history_sql - the statements that keep a history */
#ifndef ANT_LOAD_HISTORY_SQL_H
#define ANT_LOAD_HISTORY_SQL_H

#include "base/err.h"
#include "load/session.h"

/*
 * Append to s->sql what closes, at TIME, the versions whose row the table does not have; or what opens
 * those that it lacks.  STAGE, as SQL names it, has the keys that they are of; NULL: of all.  COUNTS:
 * the question instead how many that would be.
 */
void history_put_close(struct session *s, int counts, const char *stage, const char *time);
void history_put_open(struct session *s, int counts, const char *stage, const char *time);

/* Append the question when the newest version began, and when the newest one ended. */
void history_put_newest(struct session *s);

/* The `index_history` of a database whose indexes can leave out rows.  Return 0 or -1. */
int history_index(struct session *s, struct ant_err *e);

#endif
