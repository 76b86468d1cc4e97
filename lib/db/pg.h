/* db/pg - a connection to a PostgreSQL server (the only file that includes libpq-fe.h) */
#ifndef ANT_DB_PG_H
#define ANT_DB_PG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "db/db.h"

struct pg;

/*
 * For CONNINFO, which is not copied: a connection string or URI of libpq, section 34.1.1 of
 * the PostgreSQL manual, or the name of a database; NULL: the environment alone.  Nothing is
 * connected yet.  NULL with ANT_USAGE where it cannot be read, or with ANT_FAIL.
 *
 * All other functions return 0, or -1 with ANT_FAIL and what the server said, on one line;
 * no reason ever holds the password.  SQL that is NULL is memory that ran out.
 */
struct pg *pg_new(const char *conninfo, struct ant_err *e);
void pg_free(struct pg *p); /* NULL: no effect */

int pg_connect(struct pg *p, struct ant_err *e);
int pg_is_connected(const struct pg *p); /* and the connection is not lost */

/* "WHAT 'NAME' is longer ..." where the server would cut a name: 0, or -1 with ANT_FAIL. */
int pg_check_name(const char *what, const char *name, struct ant_err *e);

/*
 * The schema to work in, P's own: WANTED, or where that is NULL the one in which CREATE TABLE
 * would put a table.  It need not be there.
 */
int pg_choose_schema(struct pg *p, const char *wanted, const char **schema, struct ant_err *e);

/*
 * Begin a transaction.  Settings last as long as it does, for behind a pooler the session
 * belongs to others, too.  What a literal or a time means does not depend on the user's
 * settings, and no server commits before the rows are on its disk: the receipt is a promise.  Who
 * is to read alone by default is not made to write: without READ_ONLY that is refused.
 */
int pg_begin(struct pg *p, int read_only, struct ant_err *e);

/* Run statements that give no rows; *CHANGED, where not NULL, is how many the last one touched. */
int pg_run(struct pg *p, const char *sql, int64_t *changed, struct ant_err *e);

/* Hand each row of the answer to one statement with the text PARAMS, N of them, to TAKE. */
int pg_each(struct pg *p, const char *sql, const char *const *params, int n, db_take_texts *take,
	void *arg, struct ant_err *e);

/* The boolean that SQL answers with for A and, where it is not NULL, B. */
int pg_ask(
	struct pg *p, const char *sql, const char *a, const char *b, int *yes, struct ant_err *e);

/*
 * COPY ... FROM STDIN: start, any number of blocks of whole lines, end.  With a REASON it
 * ends as a failure, for the server's log.  *ROWS is how many the server took.
 */
int pg_copy_start(struct pg *p, const char *sql, struct ant_err *e);
int pg_copy_put(struct pg *p, const char *block, size_t len, struct ant_err *e);
int pg_copy_end(struct pg *p, const char *reason, int64_t *rows, struct ant_err *e);

/*
 * Undo the transaction, if there is one, for REASON, and close the connection.  The rollback is
 * waited for: whoever comes next must not find the locks of this one.
 */
void pg_abort(struct pg *p, const char *reason);

/* The `each` of a struct db whose self is PG: by COPY, without memory for the answer. */
int pg_copy_out(void *pg, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e);

#endif
