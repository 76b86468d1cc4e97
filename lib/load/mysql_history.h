/* load/mysql_history - the statements that keep a table's history in MySQL */
#ifndef ANT_LOAD_MYSQL_HISTORY_H
#define ANT_LOAD_MYSQL_HISTORY_H

#include "base/err.h"
#include "load/session.h"

/* For a load that keeps none, the first and the third do nothing.  They return 0, or -1 with a reason. */

/* See that the server takes the name, before anything is opened. */
int mysql_check_history(struct session *s, struct ant_err *e);

/*
 * Create the indexes that the statements below need, on the table and on its history, where they are
 * missing, before the transaction begins: each commits one.
 */
int mysql_index_history(struct session *s, struct ant_err *e);

/* The `put_close` and `put_open` of struct session_ops. */
void mysql_put_close(struct session *s, int counts, const char *stage, const char *time);
void mysql_put_open(struct session *s, int counts, const char *stage, const char *time);

/* mysql.c: create the index NAME of TABLE on those of N columns that can be in one, where it is missing. */
int mysql_index(struct session *s, const char *table, const char *name,
	const struct sql_column *columns, size_t n, struct ant_err *e);

#endif
