/* load/mysql_history - the statements that keep a table's history in MySQL */
#ifndef ANT_LOAD_MYSQL_HISTORY_H
#define ANT_LOAD_MYSQL_HISTORY_H

#include "base/err.h"
#include "load/session.h"

/* See that the server takes NAME for a history.  Return 0, or -1 with a reason. */
int mysql_check_history(const char *name, struct ant_err *e);

/*
 * Create the indexes that the statements below need, on the table and on its history, where they are
 * missing, before the transaction begins: each commits one.  Return 0 or -1.
 */
int mysql_index_history(struct session *s, struct ant_err *e);

/* The `put_close` and `put_open` of struct session_ops. */
void mysql_put_close(struct session *s, int counts, const char *stage, const char *time);
void mysql_put_open(struct session *s, int counts, const char *stage, const char *time);

#endif
