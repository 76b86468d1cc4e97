/* ddb - a DuckDB database: opened, asked, and appended to by chunks */
#ifndef ANT_DDB_H
#define ANT_DDB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "db/duckdb_api.h"
#include "db/sql.h"
#include "stream/rows.h"

/* What a numeric is here: DECIMAL(38,12), as sql_type() says, too. */
enum { DDB_WIDTH = 38, DDB_SCALE = 12 };

/* The most columns of an answer. */
enum { DDB_ANSWER_MAX = 24 };

struct ddb {
	struct duckdb_api api;
	const char *file; /* for messages */
	void *db, *conn;  /* NULL: not open */

	/* the rows that are being appended */
	void *appender, *chunk;
	struct ddb_vector *vectors; /* of the chunk, by column */
	const struct sql_column *columns;
	size_t n;
	uint64_t used, room; /* rows of the chunk */
};

/* Find the library, see duckdb_api_open().  FILE is not copied.  Return 0 or -1. */
int ddb_init(struct ddb *d, const char *file, const char *library, struct ant_err *e);

/*
 * Open the database at PATH, which is created where it is missing.  No extension is
 * fetched and no other file read.  Return 0, or -1 with ANT_LOCKED where another
 * process has it open, else ANT_FAIL; as all of these do.
 */
int ddb_open(struct ddb *d, const char *path, int read_only, struct ant_err *e);
void ddb_close(struct ddb *d); /* rolls back; ddb_open() may follow */

/* Run SQL, NULL being out of memory; *CHANGED, where not NULL, is how many rows it touched. */
int ddb_run(struct ddb *d, const char *sql, int64_t *changed, struct ant_err *e);

/* Take one line of an answer: its texts, "" for null.  Return 0 or -1 with a reason. */
typedef int ddb_take(void *arg, const char *const *texts, struct ant_err *e);

/*
 * Which of the N columns of the answer to SQL are whole numbers, BIGINT, and which are texts,
 * VARCHAR: the types that ddb_each() takes.  Nothing is read for it.  Return 0 or -1.
 */
int ddb_plain(struct ddb *d, const char *sql, size_t n, int plain[static DDB_ANSWER_MAX],
	struct ant_err *e);

/* Hand each line of the answer to SQL, N columns, VARCHAR or BIGINT, to TAKE.  Return 0 or -1. */
int ddb_each(
	struct ddb *d, const char *sql, size_t n, ddb_take *take, void *arg, struct ant_err *e);

/* Whether the type JSON is there. */
int ddb_has_json(struct ddb *d);

/*
 * Append rows to TABLE: start, any number of rows, end.  The N COLUMNS stay the
 * caller's; the table's other columns are null.  A numeric that DECIMAL(38,12) does not
 * hold to the last digit is refused by ANT_FAIL, which names it.  Nothing of it can be
 * relied on before ddb_append_end() has returned 0.
 */
int ddb_append_start(struct ddb *d, const char *table, const struct sql_column *columns, size_t n,
	struct ant_err *e);
int ddb_append_row(struct ddb *d, const struct row_cell *cells, struct ant_err *e);
int ddb_append_end(struct ddb *d, struct ant_err *e);

#endif
