/* load/mysql_rows - rows on their way into MySQL: by LOAD DATA LOCAL, or by INSERT */
#ifndef ANT_LOAD_MYSQL_ROWS_H
#define ANT_LOAD_MYSQL_ROWS_H

#include <stdint.h>

#include "base/err.h"
#include "load/session.h"
#include "stream/rows.h"

/*
 * Take the rows of R, which have the load's columns, into INTO, or where that is NULL into the table;
 * *STORED is how many the server took.  In a dry run, the statement alone.  The server gets the bytes
 * of the stream, or where it takes no LOCAL as many rows in a statement as it likes; what it stores is the
 * same.  S->self is a struct db_mysql.  Return 0 or -1.
 */
int mysql_take(
	struct session *s, const char *into, struct rows *r, int64_t *stored, struct ant_err *e);

/* Append the name of INTO, or where that is NULL of the table, to S->sql. */
void mysql_put_into(struct session *s, const char *into);

#endif
