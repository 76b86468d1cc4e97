/*
 * load/parquet_history - beside a Parquet file, FILE_history.parquet: every version that its rows ever had
 *
 * As load/csv_history keeps it, by statements of DuckDB's: the rows are compared with the versions that
 * are open, and the history is written again where they differ.
 */
#ifndef ANT_LOAD_PARQUET_HISTORY_H
#define ANT_LOAD_PARQUET_HISTORY_H

#include <stdint.h>

#include "base/aside.h"
#include "base/err.h"
#include "base/strlist.h"
#include "base/utc.h"
#include "db/duckdb.h"
#include "load/load.h"

struct parquet_history {
	struct aside file;
	int64_t closed,
		opened; /* set by parquet_history_write(): versions that end, and that begin */

	/* what follows is parquet_history.c's own */
	const struct load *load; /* NULL: no history is kept */
	struct db_duckdb *db;
	struct strlist names, types; /* of its columns as it is */
	struct strlist now;	     /* names of those of the rows */
	char time[UTC_TEXT];	     /* when the versions of this load begin and end */
};

/* Open the history of FILE, whose lock this process has, as history_file_open().  Return 0 or -1. */
int parquet_history_open(
	struct parquet_history *h, const struct load *l, const char *file, struct ant_err *e);

/*
 * Look at it by DB, where it is there; COLUMNS are those of the load in DuckDB's types.  -1 with ANT_FAIL
 * where it is no history of such rows.
 */
int parquet_history_learn(struct parquet_history *h, struct db_duckdb *db,
	const struct sql_column *columns, struct ant_err *e);

/*
 * Write the history to be, in the transaction of DB.  ROWS is the SELECT of the rows: in a merge those of
 * the stream, else all that the file is to hold.  Where nothing has changed nothing is written.
 */
int parquet_history_write(struct parquet_history *h, const char *rows, struct ant_err *e);

/* Put it on the disk, which parquet_history_publish() lets take its place.  Return 0 or -1. */
int parquet_history_sync(struct parquet_history *h, struct ant_err *e);
int parquet_history_publish(struct parquet_history *h, struct ant_err *e);

/* Drop what was not published, and the lock.  A zeroed struct: no effect. */
void parquet_history_close(struct parquet_history *h);

#endif
