/*
 * db/db - a database that is asked: what SQLite, PostgreSQL and DuckDB have in common
 *
 * Each of them fills a struct db: ask_sqlite(), ask_pg(), ask_duckdb().  Who holds
 * one need not know which it is, and links only what it uses.
 */
#ifndef ANT_DB_DB_H
#define ANT_DB_DB_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "db/sql.h"

enum { DB_COLUMNS_MAX = 48 };

enum db_kind { DB_NULL, DB_INTEGER, DB_REAL, DB_TEXT };

/* A value of an answer.  P is followed by a NUL and lives until the next row. */
struct db_cell {
	enum db_kind kind;
	int64_t i;
	double real;
	const char *p;
	size_t len;
};

/* Take one row.  Return 0, or -1 with a reason, which ends the answer. */
typedef int db_take(void *arg, const struct db_cell *row, struct ant_err *e);

/* The same where all is text: NULL for null, but "" in DuckDB's answers. */
typedef int db_take_texts(void *arg, const char *const *texts, struct ant_err *e);

struct db {
	void *self;
	enum sql_dialect dialect;

	/* Hand each row of the answer to SQL, N columns, to TAKE.  Return 0 or -1. */
	int (*each)(
		void *self, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e);
	/* Run statements, in one transaction where there are several.  Return 0 or -1. */
	int (*run)(void *self, const char *sql, struct ant_err *e);
	void (*close)(void *self);
};

/* The integer of a cell, whether the database gave it as a number or as text; 0 for null. */
int64_t db_integer(const struct db_cell *c);

/* The first column of the only row of SQL, as an integer.  Return 0 or -1. */
int db_ask(const struct db *db, const char *sql, int64_t *n, struct ant_err *e);

void db_close(struct db *db); /* one that was never opened, all zeros, too */

#endif
