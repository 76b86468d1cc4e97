/*
 * load/pg_rights - what the role of a load into PostgreSQL may not do, before any row is read
 *
 * A server refuses by the first thing it meets, often without its name, and only when the rows are
 * on their way.  Here everything that a load needs is asked for at once, in one question.
 */
#ifndef ANT_LOAD_PG_RIGHTS_H
#define ANT_LOAD_PG_RIGHTS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "db/pg.h"
#include "db/sql.h"

/* What a load does. */
struct pg_need {
	const char *schema;
	const char *table; /* NULL: none yet, so that only those that are new are looked at */
	const struct sql_column *columns; /* those that come */
	size_t n;			  /* 0: not known, all that the table has */
	int reads;			  /* asks the table, for a window or for keys */
	int deletes;			  /* what it replaces */
	int updates;			  /* the table is a history, whose versions it closes */
	int stages;			  /* by a temporary table */
};

/*
 * Add to MISSING one line for each right that the role of P lacks: what it may not do, which right
 * on what it needs for it, and the statement that gives it.  *FILTERED becomes 1 where row security
 * stands between the role and the table, which COPY cannot load then.  Where policies hide rows that
 * the load would have to delete, that is a line, too: it would leave them beside the new ones.
 * SQL is for the question.  Return 0, or -1 with ANT_FAIL where the server does not answer.
 *
 * By the PostgreSQL manual: GRANT, CREATE POLICY, and "System Information Functions", Access
 * Privilege Inquiry Functions and row_security_active().
 */
int pg_rights(struct pg *p, const struct pg_need *need, struct buf *sql, struct strlist *missing,
	int *filtered, struct ant_err *e);

#endif
