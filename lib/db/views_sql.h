/*
 * db/views_sql - the SQL of the views, as templates
 *
 * What differs between the databases, and what a missing table becomes, stands in braces:
 * {t:TABLE}, {day:EXPR}, {usd:EXPR} and so on, see views.c, which expands them.  Only money is
 * written twice, for SQLite has no decimals.
 */
#ifndef ANT_DB_VIEWS_SQL_H
#define ANT_DB_VIEWS_SQL_H

#include "db/views.h"

/* A table, and what stands in for it where it is missing: its columns without a row. */
struct views_sql_table {
	const char *name, *columns;
};

struct views_sql {
	const char *name;
	unsigned needs;	   /* the tables without which there is no such view, as bits */
	const char *sql;   /* of PostgreSQL and DuckDB, and of SQLite where there is no other */
	const char *keys;  /* SQLite, with money: the columns before it */
	const char *money; /* the names of its dollars, separated by blanks */
	const char
		*sqlite; /* a SELECT of the keys and of w0, f0, w1, ...: cents and their fraction */
	const char *behind; /* more columns */
};

enum { VIEWS_SQL_COUNT = 9 };

extern const struct views_sql_table views_sql_tables[]; /* VIEWS_TABLES, by number of the bit */
extern const struct views_sql views_sql[];		/* VIEWS_SQL_COUNT */

/* {used:}: what each key used, by day, workspace, model, tier, context window and kind. */
extern const char views_sql_used[];

#endif
