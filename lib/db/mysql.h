/* db/mysql - a connection to a MySQL or MariaDB server (the only file that includes mysql.h) */
#ifndef ANT_DB_MYSQL_H
#define ANT_DB_MYSQL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "db/db.h"
#include "stream/rows.h"

struct db_mysql;

/*
 * For URI, of which nothing is kept: mysql://[USER@][HOST[:PORT]]/DATABASE or mariadb://..., %XX for
 * bytes that a URI gives a meaning; then, after a question mark, ssl-mode=required or verify_identity,
 * ssl-ca=FILE, socket=FILE.  What it leaves out is that of the groups client and anthill of the option
 * files; the password is theirs, or that of MYSQL_PWD, and a URI with one is refused: it can be seen.
 * Nothing is connected yet.  NULL with ANT_USAGE where it cannot be read, or with ANT_FAIL.
 *
 * All other functions return 0, or -1 with ANT_FAIL and what the server said, on one line, without
 * the data of a row.  SQL that is NULL is memory that ran out.
 */
struct db_mysql *db_mysql_new(const char *uri, struct ant_err *e);
void db_mysql_free(struct db_mysql *d); /* NULL: no effect */

const char *db_mysql_database(const struct db_mysql *d); /* of the URI; D's own */

/*
 * Connect, and set what a session must not take from the server or the user: what a literal or a time
 * means, that what does not fit is an error, and that a stream which is slow to come is waited for.
 * These settings are SQL, for a plan.
 */
#define DB_MYSQL_SETTINGS                                                                          \
	"SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_ALL_TABLES,NO_ENGINE_"         \
	"SUBSTITUTION', time_zone = '+00:00', autocommit = 1, completion_type = 0, sql_notes = "   \
	"1, max_error_count = 64, sql_safe_updates = 0, sql_select_limit = "                       \
	"18446744073709551615, foreign_key_checks = 1, unique_checks = 1, wait_timeout = 604800, " \
	"net_read_timeout = 604800"
#define DB_MYSQL_ISOLATION "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
int db_mysql_connect(struct db_mysql *d, struct ant_err *e);
int db_mysql_is_connected(const struct db_mysql *d); /* and the connection is not lost */

/* After connecting: whether the server takes LOAD DATA LOCAL, and the most bytes of a statement. */
int db_mysql_takes_local(const struct db_mysql *d);
size_t db_mysql_packet(const struct db_mysql *d);

/*
 * Run one statement; *CHANGED, where not NULL, is how many rows it touched, and then a warning is a
 * failure, too: the server has stored something else than what was there.  An index whose name is taken
 * was made by another load: MySQL knows no IF NOT EXISTS for one.
 */
int db_mysql_run(struct db_mysql *d, const char *sql, int64_t *changed, struct ant_err *e);

/* Hand each row of the answer to SQL, of DB_COLUMNS_MAX columns at most, to TAKE. */
int db_mysql_each(
	struct db_mysql *d, const char *sql, db_take_texts *take, void *arg, struct ant_err *e);

/* Run SQL; that it fails is no failure, unless the connection does; *DENIED: this user may not run it. */
int db_mysql_try(struct db_mysql *d, const char *sql, int *denied, struct ant_err *e);

/*
 * SQL is a LOAD DATA LOCAL: give it the blocks of R.  Return 1, *STORED being how many rows the server
 * took; 0 where it or what stands before it takes no LOCAL: no row was read; -1 also with the reason of
 * rows_block().  No other file is ever read, whatever a server asks for.
 */
int db_mysql_load(
	struct db_mysql *d, const char *sql, struct rows *r, int64_t *stored, struct ant_err *e);

/*
 * Let go of what GET_LOCK has taken.  The server would do so as well, but only some time after the
 * connection is closed: who comes next must not find it.
 */
void db_mysql_unlock(struct db_mysql *d);

/* Undo the transaction, if there is one, unlock and close the connection; all of it is waited for. */
void db_mysql_abort(struct db_mysql *d);

#endif
