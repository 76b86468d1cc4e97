/*
 * db/lake - a DuckLake: tables whose rows are Parquet files, and a catalog that says which count
 *
 * The catalog is a database of PostgreSQL or SQLite or a file of DuckDB, the data a folder or a part
 * of a bucket, see https://ducklake.select/docs.  DuckDB opens it by extensions, which are loaded
 * from a folder of ours and checked by their signatures: none is fetched.  What is opened is closed
 * off then: no other file can be read or written.
 */
#ifndef ANT_DB_LAKE_H
#define ANT_DB_LAKE_H

#include <limits.h>

#include "base/err.h"
#include "db/duckdb.h"
#include "db/s3.h"

enum lake_catalog { LAKE_DUCKDB, LAKE_SQLITE, LAKE_POSTGRESQL };

struct lake {
	enum lake_catalog catalog;
	char *name; /* ducklake:CATALOG, for messages */
	char *at;   /* the catalog's FILE, or what libpq is to connect to, "" being the usual */
	char *data; /* s3://..., or a folder; a slash ends it.  NULL: the catalog knows it */
	const char *library; /* as for duckdb_api_open() */
	char path[PATH_MAX]; /* of the catalog's file that is open */
	struct s3 s3;	     /* of the environment, where the data is in a bucket */
};

/* Whether WHERE names a lake: ducklake:... */
int lake_is(const char *where);

/*
 * The lake that URI names, ducklake:CATALOG[?data=PATH]; CATALOG is sqlite:FILE, postgres:CONNINFO or a
 * FILE of DuckDB.  Nothing is opened.  LIBRARY is not copied.  Return it, to be freed by lake_free();
 * NULL with ANT_USAGE, or with ANT_FAIL where memory ran out.
 */
struct lake *lake_new(const char *uri, const char *library, struct ant_err *e);
void lake_free(struct lake *l); /* NULL: no effect */

/*
 * Open it to be read alone, in D, which db_duckdb_init() was called for with the lake's name.  L must live
 * as long as D.  Return 1; 0 where it is not there; -1 as those of duckdb.h.
 */
int lake_look(struct lake *l, struct db_duckdb *d, struct ant_err *e);

/* The same to change it. */
int lake_change(struct lake *l, struct db_duckdb *d, struct ant_err *e);

/* Say that a new lake must be told where its data goes.  Return -1 with ANT_USAGE. */
int lake_lacks_data(const struct lake *l, struct ant_err *e);

/* Open it to write, made where it is not there: an empty one stays then, whatever comes.  Return 0 or -1. */
int lake_make(struct lake *l, struct db_duckdb *d, struct ant_err *e);

/*
 * Begin a transaction, in which names are the lake's.  No other load of TABLE may begin before it ends, nor,
 * where this is the first load into the lake, one of any other table: that waits.  Return 0; -1 with ANT_LOCKED
 * where another load of TABLE is at work, else ANT_FAIL.
 */
int lake_begin(struct lake *l, struct db_duckdb *d, const char *table, struct ant_err *e);

/*
 * Before COMMIT: what was written is on the disk, for the catalog is about to tell of it, and the lock is
 * still ours.  Return 0 or -1.
 */
int lake_settle(struct lake *l, struct db_duckdb *d, struct ant_err *e);

/* Whether the data can be reached with the keys that there are.  Return 0 or -1. */
int lake_try(struct lake *l, struct db_duckdb *d, struct ant_err *e);

#endif
