/* load/parquet_file - Parquet files as DuckDB reads and writes them */
#ifndef ANT_LOAD_PARQUET_FILE_H
#define ANT_LOAD_PARQUET_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "db/duckdb.h"
#include "stream/buckets.h"
#include "stream/type.h"

/*
 * A file is read and written by its descriptor: no name of it is a pattern, or another file's by
 * then.  Append the SQL that reads the file open as FD, as a table; the path that it is written by.
 */
void parquet_file_put_source(struct buf *b, int fd);
void parquet_file_put_path(struct buf *b, int fd);

/*
 * Append what writes the answer to SELECT, N columns wide, to the file open as FD, or where that is -1
 * to the OBJECT of a bucket: zstd, in groups of at most 122,880 rows, fewer where rows are wide, for a
 * group is held in memory.
 */
void parquet_file_put_copy(struct buf *b, const char *select, size_t n, int fd, const char *object);

/*
 * Write the rows of SELECT, N columns wide, to the file open as FD, called SHOWN, and look that all of
 * them can be read.  Return 0 or -1.
 */
int parquet_file_write(struct db_duckdb *d, const char *shown, const char *select, size_t n, int fd,
	struct ant_err *e);

/* The names and types of the columns of FROM, a table in SQL.  Return 0 or -1. */
int parquet_file_columns(struct db_duckdb *d, const char *from, struct strlist *names,
	struct strlist *types, struct ant_err *e);

/* The number that SQL is answered with.  Return 0 or -1. */
int parquet_file_number(struct db_duckdb *d, const char *sql, int64_t *n, struct ant_err *e);

/*
 * Add to HOURS how many rows of FROM each hour of [START, END) holds by COLUMN, of TYPE: those of
 * ORGANIZATION where that is not NULL.  Return 0 or -1.
 */
int parquet_file_hours(struct db_duckdb *d, const char *from, const char *column, enum type type,
	int64_t start, int64_t end, const char *organization, struct buckets *hours,
	struct ant_err *e);

#endif
