/*
 * db/views_sql - the SQL of the views, as templates
 *
 * What differs between the databases, and what a missing table becomes, stands in braces:
 * {t:TABLE}, {day:EXPR}, {usd:EXPR}, {o:TABLE|TEXT of several organizations} and so on, see views.c, which expands them.  Only money is
 * written twice, for SQLite has no decimals.
 */
#ifndef ANT_DB_VIEWS_SQL_H
#define ANT_DB_VIEWS_SQL_H

#include <stddef.h>

/* The tables that views read, as bits; VIEWS_ALL: every one is there. */
enum views_table {
	VIEWS_COST = 1 << 0,
	VIEWS_USAGE = 1 << 1,
	VIEWS_CLAUDE_CODE = 1 << 2,
	VIEWS_WORKSPACES = 1 << 3,
	VIEWS_KEYS = 1 << 4,
	VIEWS_USERS = 1 << 5,
	VIEWS_MEMBERS = 1 << 6,
	VIEWS_LEDGER = 1 << 7,
	VIEWS_ORGANIZATION = 1 << 8,
	VIEWS_ANALYTICS_COST = 1 << 9,
	VIEWS_ANALYTICS_USAGE = 1 << 10,
	VIEWS_USAGE_BY_COST = 1 << 11,
	VIEWS_OWNERS = 1 << 12,
	VIEWS_SERVICE_ACCOUNTS = 1 << 13,
	VIEWS_ANALYTICS_USERS = 1 << 14,
	VIEWS_ANALYTICS_SUMMARIES = 1 << 15,
	VIEWS_LIMITS = 1 << 16, /* spend_limits_effective */
	VIEWS_COST_TOTAL = 1 << 17,
	VIEWS_USAGE_TOTAL = 1 << 18,
	VIEWS_ANALYTICS_COST_TOTAL = 1 << 19,
	VIEWS_ANALYTICS_USAGE_TOTAL = 1 << 20,
	VIEWS_ALL = (1 << 21) - 1
};
enum { VIEWS_TABLES = 21 };

/* A table, and what stands in for it where it is missing: its columns without a row. */
struct views_sql_table {
	const char *name, *columns;
};

struct views_sql {
	const char *name;
	unsigned needs;	   /* the tables without which there is no such view, as bits */
	unsigned any;	   /* tables of which one is enough, as bits; 0: none is needed */
	unsigned unless;   /* those with which another view of its name is made instead */
	const char *sql;   /* of PostgreSQL and DuckDB, and of SQLite where there is no other */
	const char *keys;  /* SQLite, with money: the columns before it */
	const char *money; /* the names of its dollars, separated by blanks */
	const char
		*sqlite; /* a SELECT of the keys and of w0, f0, w1, ...: cents and their fraction */
	const char *after; /* SQLite, with money: the columns behind it, as a template */
	const char *whole; /* SQLite: all of it, where it puts its money together by itself */
	const char *made;  /* all of it, for the one database: no template */
};

/*
 * A text that templates name in braces, {NAME:ARGUMENT}, of PostgreSQL, SQLite and DuckDB; "%"
 * is where the argument goes, "%%" a percent sign.  Text and argument are templates, too.
 */
struct views_text {
	const char *name, *texts[3];
};

/* The views of one subject, and the texts of their templates; each has a file. */
struct views_group {
	const struct views_sql *v;
	size_t n;
	const struct views_text *texts;
	size_t ntexts;
};

enum { VIEWS_GROUPS = 4 };

extern const struct views_sql_table views_sql_tables[]; /* VIEWS_TABLES, by number of the bit */
extern const struct views_group views_spend_and_use;	/* views_sql.c */
extern const struct views_group views_charge;
extern const struct views_group views_focus;
extern const struct views_group views_prices;

#endif
