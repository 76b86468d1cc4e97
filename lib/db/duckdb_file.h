/*
 * db/duckdb_file - a DuckDB database's file: opened where it is, or made aside
 *
 * Where DuckDB creates a database, a killed process leaves half of one, which nothing
 * opens again.  So a new one is made aside, see aside.h, and takes its name whole.
 */
#ifndef ANT_DB_DUCKDB_FILE_H
#define ANT_DB_DUCKDB_FILE_H

#include <limits.h>

#include "base/aside.h"
#include "base/err.h"
#include "db/duckdb.h"

struct db_duckdb_file {
	struct db_duckdb *db;
	const char *name;    /* as the user gave it, always a path */
	char path[PATH_MAX]; /* of what is open */
	struct aside fresh;  /* path NULL: the file was there */
};

/* Open the file to look at it.  Return 1; 0 where it is not there; -1 as db_duckdb_open(). */
int db_duckdb_file_look(struct db_duckdb_file *f, struct ant_err *e);

/* Open the file to write, or a new one that has no name yet.  Return 0 or -1 as db_duckdb_open(). */
int db_duckdb_file_open(struct db_duckdb_file *f, struct ant_err *e);

/* Whether it is a new one. */
int db_duckdb_file_is_new(const struct db_duckdb_file *f);

/* Close a new one and give it its name, unless that is taken by now.  Return 0 or -1. */
int db_duckdb_file_publish(struct db_duckdb_file *f, struct ant_err *e);

/* Close the file; a new one that has no name is removed. */
void db_duckdb_file_close(struct db_duckdb_file *f);

#endif
