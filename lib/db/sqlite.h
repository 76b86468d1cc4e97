/*
 * db/sqlite - a SQLite database: opened, asked, and given a row stream as a table (the only file
 * that includes sqlite3.h)
 */
#ifndef ANT_DB_SQLITE_H
#define ANT_DB_SQLITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "db/db.h"
#include "db/sql.h"
#include "stream/rows.h"

struct sqlite;

/*
 * For the database FILE, which is not copied and always taken for a path, whatever it looks
 * like.  Nothing is opened or created yet.  NULL with ANT_FAIL.
 *
 * All other functions return 0, or -1 with ANT_FAIL and what SQLite said, or with ANT_LOCKED
 * where another process has the database.  SQL that is NULL is memory that ran out.
 */
struct sqlite *sqlite_new(const char *file, struct ant_err *e);
void sqlite_free(struct sqlite *s); /* NULL: no effect; closes it */

/* Open FILE if it is there.  Return 1; 0 where it is not; or -1. */
int sqlite_look(struct sqlite *s, struct ant_err *e);

/*
 * After sqlite_look(): from here on only read, and all answers are of one moment, this one.
 * FILE may be where nothing can be written, unless a WAL beside it holds changes.
 */
int sqlite_snapshot(struct sqlite *s, struct ant_err *e);

/*
 * Open FILE, which is created where it is missing, lock other loads out and begin a
 * transaction, in journal mode WAL.  After sqlite_commit() all of it stays.
 */
int sqlite_begin(struct sqlite *s, struct ant_err *e);
int sqlite_commit(struct sqlite *s, struct ant_err *e);

/* Close FILE.  What sqlite_begin() did and no commit kept is undone: a new file is removed. */
void sqlite_close(struct sqlite *s);

/* Run statements that give no rows; *CHANGED, where not NULL, is how many the last one touched. */
int sqlite_run(struct sqlite *s, const char *sql, int64_t *changed, struct ant_err *e);

/* Hand each row of the answer to one statement with the text PARAMS, N of them, to TAKE. */
int sqlite_each(struct sqlite *s, const char *sql, const char *const *params, int n,
	db_take_texts *take, void *arg, struct ant_err *e);

/* The `each` of a struct db whose self is DB. */
int sqlite_cells(void *db, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e);

/*
 * Make what is left of R readable, once, as the table NAME, "temp.x", with the columns c0, c1
 * and so on, of the types of COLUMNS.  R and COLUMNS stay the caller's.  A statement that
 * reads it and meets damage in the stream fails with the reason of rows_next().
 */
int sqlite_stream(struct sqlite *s, const char *name, struct rows *r,
	const struct sql_column *columns, struct ant_err *e);

/* How many decimals of the stream have more digits than a double holds and were given as text. */
size_t sqlite_as_text(const struct sqlite *s);

#endif
