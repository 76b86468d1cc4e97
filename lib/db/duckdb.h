/* db/duckdb - a DuckDB database: opened, asked, and appended to by chunks */
#ifndef ANT_DB_DUCKDB_H
#define ANT_DB_DUCKDB_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/aside.h"
#include "base/err.h"
#include "db/db.h"
#include "db/duckdb_api.h"
#include "db/s3.h"
#include "db/sql.h"
#include "stream/rows.h"

/* What a numeric is here: DECIMAL(38,12), as sql_type() says, too. */
enum { DB_DUCKDB_WIDTH = 38, DB_DUCKDB_SCALE = 12 };

/* The most columns of an answer. */
enum { DB_DUCKDB_ANSWER_MAX = 40 };

struct db_duckdb {
	struct duckdb_api api;
	const char *file;    /* as the user gave it, always a path; of a lake its name */
	char path[PATH_MAX]; /* of what is open */
	struct aside fresh;  /* of a new file; path NULL: the file was there */
	int is_scratch;	     /* the file goes with the work that it was made for */
	void *db, *conn;     /* NULL: not open */
	const struct s3 *s3; /* keys that no message may hold; NULL: none */
	const char *token;   /* and a catalog's */
	int is_lake;	     /* several may write, and the later one is refused */

	/* the rows that are being appended */
	void *appender, *chunk;
	struct db_duckdb_vector *vectors; /* of the chunk, by column */
	const struct sql_column *columns;
	size_t n;
	uint64_t used, room; /* rows of the chunk */
};

/* Find the library, see duckdb_api_open().  FILE is not copied.  Return 0 or -1. */
int db_duckdb_init(struct db_duckdb *d, const char *file, const char *library, struct ant_err *e);

/*
 * Open the file.  No extension is fetched and no other file read.  Return 1; 0 with errno ENOENT
 * where it is not there; -1 with ANT_LOCKED where another process has it open, else ANT_FAIL, as
 * all of these do.
 */
int db_duckdb_look(struct db_duckdb *d, int read_only, struct ant_err *e);

/* Open a database in memory, from which others are attached: nothing of it is closed off yet.  Return 0 or -1. */
int db_duckdb_memory(struct db_duckdb *d, struct ant_err *e);

/*
 * Open the file to write, or a new one.  Where DuckDB creates a database, a killed process leaves
 * half of one, which nothing opens again: so a new one is made aside, see aside.h, and takes its
 * name whole.  Return 0 or -1.
 */
int db_duckdb_make(struct db_duckdb *d, struct ant_err *e);

/*
 * The place of a new file alone, for who makes it there in another way: D->path, which no file has.
 * Return 1; 0 where the file is there by now; -1.
 */
int db_duckdb_aside(struct db_duckdb *d, struct ant_err *e);

/* Close a new file and give it its name, unless that is taken by now.  Return 0 or -1. */
int db_duckdb_publish(struct db_duckdb *d, struct ant_err *e);

/*
 * Open an empty database for work on files: in memory, or where SCRATCH is not NULL, in a file of that
 * name in FOLDER, which is our own.  What is there is never committed: DuckDB would write a log, whose
 * name it makes of the path in a way of its own.  Return 0 or -1.
 */
int db_duckdb_work(struct db_duckdb *d, const char *folder, const char *scratch, struct ant_err *e);

/*
 * From here on it touches the files of FOLDER alone, and where BUCKET is not NULL what begins so,
 * s3://BUCKET/; it loads no extension, and nothing of that can be changed.  Return 0 or -1.
 */
int db_duckdb_shut(struct db_duckdb *d, const char *folder, const char *bucket, struct ant_err *e);

/* Roll back and close; a new file that has no name is removed, and so is a scratch file. */
void db_duckdb_close(struct db_duckdb *d);

/* Run SQL, NULL being out of memory; *CHANGED, where not NULL, is how many rows it touched. */
int db_duckdb_run(struct db_duckdb *d, const char *sql, int64_t *changed, struct ant_err *e);

/*
 * Which of the N columns of the answer to SQL are whole numbers, BIGINT, and which are texts,
 * VARCHAR: the types that db_duckdb_each() takes.  Nothing is read for it.  Return 0 or -1.
 */
int db_duckdb_plain(struct db_duckdb *d, const char *sql, size_t n,
	int plain[static DB_DUCKDB_ANSWER_MAX], struct ant_err *e);

/* Hand each line of the answer to SQL, N columns, VARCHAR or BIGINT, to TAKE.  Return 0 or -1. */
int db_duckdb_each(struct db_duckdb *d, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e);

/* Whether the type JSON is there. */
int db_duckdb_has_json(struct db_duckdb *d);

/*
 * Append rows to TABLE, in SCHEMA where that is not NULL: start, any number of rows, end.  The N COLUMNS stay the
 * caller's; the table's other columns are null.  A numeric that DECIMAL(38,12) does not
 * hold to the last digit is refused by ANT_FAIL, which names it.  Nothing of it can be
 * relied on before db_duckdb_append_end() has returned 0.
 */
int db_duckdb_append_start(struct db_duckdb *d, const char *schema, const char *table,
	const struct sql_column *columns, size_t n, struct ant_err *e);
int db_duckdb_append_row(struct db_duckdb *d, const struct row_cell *cells, struct ant_err *e);
int db_duckdb_append_end(struct db_duckdb *d, struct ant_err *e);

#endif
