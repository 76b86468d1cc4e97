/* load/mysql_rights - what keeps a user of MySQL from a load, found by asking */
#ifndef ANT_LOAD_MYSQL_RIGHTS_H
#define ANT_LOAD_MYSQL_RIGHTS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "db/mysql.h"

struct mysql_need {
	const char *schema;
	const char *table; /* NULL: a new one, of any name */
	int mode;	   /* an enum mode, -1 for window and replace, or SESSION_HISTORY */
};

/*
 * Add to MISSING a line for each thing that keeps D's user from such a load, each once, with the
 * statement that gives it.  SQL is scratch.  Return 0, or -1 with ANT_FAIL.
 */
int mysql_rights(struct db_mysql *d, const struct mysql_need *need, struct buf *sql,
	struct strlist *missing, struct ant_err *e);

/* Refuse, with ANT_FAIL, a TABLE or a ledger that is there in an engine which takes no load back. */
int mysql_engine(struct db_mysql *d, const char *schema, const char *table, struct buf *sql,
	struct ant_err *e);

#endif
