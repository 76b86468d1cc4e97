/*
 * db/clickhouse - statements and rows for a ClickHouse server, over its HTTP interface
 *
 * Each statement is a request of its own: there is no session and no transaction.  User and password
 * go in header lines; what a time or a null means is in the settings, not in the user's profile.
 */
#ifndef ANT_DB_CLICKHOUSE_H
#define ANT_DB_CLICKHOUSE_H

#include <stddef.h>

#include "base/err.h"
#include "db/db.h"

/* What the server says of itself where a statement failed. */
enum {
	CLICKHOUSE_LOST = -1, /* nothing: whether it ran is not known */
	CLICKHOUSE_TABLE_EXISTS = 57
};

struct clickhouse;

/*
 * For URI, which is not copied into any message with its user:
 * clickhouse://[USER@]HOST[:PORT]/DB[?cluster=NAME][&insecure-http], clickhouses:// for TLS.  PASSWORD
 * and CA_FILE may be NULL.  SETTINGS, which stay the
 * caller's, are "&name=value" for each request.  Nothing is connected yet.
 * NULL with ANT_USAGE for a URI that is none, that holds a password, or that would send one by http to
 * another machine; or with ANT_FAIL.
 *
 * All other functions return 0, or -1 with ANT_FAIL and what the server said, on one line.  SQL that
 * is NULL is memory that ran out.
 */
struct clickhouse *clickhouse_new(const char *uri, const char *password, const char *ca_file,
	const char *settings, struct ant_err *e);
void clickhouse_free(struct clickhouse *c); /* NULL: no effect */

const char *clickhouse_database(const struct clickhouse *c);
const char *clickhouse_cluster(const struct clickhouse *c); /* NULL: none is named */

/* Reach the server, and see that it is not too old for the statements of a load. */
int clickhouse_connect(struct clickhouse *c, struct ant_err *e);

/* The code of ClickHouse's that the last statement failed with; CLICKHOUSE_LOST; else 0. */
int clickhouse_code(const struct clickhouse *c);

/* Run a statement that gives no rows. */
int clickhouse_run(struct clickhouse *c, const char *sql, struct ant_err *e);

/* Hand each row of the answer, N columns, to TAKE. */
int clickhouse_each(struct clickhouse *c, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e);

/*
 * Rows for SQL, "INSERT INTO t FORMAT TabSeparated": any number of blocks, each of whole lines and
 * sent before put returns, then the end, which waits for the answer.  pause is as the end for now: a
 * server does not wait long for the next row, and the next block begins an INSERT of its own.  So
 * INSERT into what nobody reads yet.  SQL stays the caller's until the end.
 */
int clickhouse_insert_start(struct clickhouse *c, const char *sql, struct ant_err *e);
int clickhouse_insert_put(struct clickhouse *c, const char *block, size_t len, struct ant_err *e);
int clickhouse_insert_pause(struct clickhouse *c, struct ant_err *e);
int clickhouse_insert_end(struct clickhouse *c, struct ant_err *e);

/* End what is under way without its end: the server takes a cut INSERT for an error. */
void clickhouse_drop(struct clickhouse *c);

#endif
