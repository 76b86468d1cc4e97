/*
 * db/views - SQL views over the loaded tables, with the same names and columns everywhere
 *
 * Costs are exact dollars: numeric in PostgreSQL, DECIMAL in DuckDB; in SQLite, as its
 * loader stores them, a real of at most 15 digits, else text.  Days are dates in UTC.
 * Currencies are never added: `currency`, the last column, is grouped by, and what is
 * called _usd is null where it is not USD.  A row without a currency is in USD, as it was
 * before the API named any.  Over a table of several organizations, which has a column
 * _organization, each has its own rows, and `organization` is the column behind it.
 */
#ifndef ANT_DB_VIEWS_H
#define ANT_DB_VIEWS_H

#include <stddef.h>

#include "base/buf.h"
#include "db/db.h"
#include "db/sql.h"
#include "db/views_sql.h"

/* Where the tables are, as they were loaded: all of it may be NULL but the dialect. */
struct views_place {
	enum sql_dialect dialect; /* PostgreSQL, SQLite or DuckDB */
	const char *schema, *prefix;
	const char *names[VIEWS_TABLES]; /* by number of the bit; NULL: its own */
	const char *from, *to; /* for views_put(): the days, YYYY-MM-DD, that {within:} keeps; NULL: all */
	const char *table_path;		 /* $ANT_TABLES: where to look for the keys of tables */
};

/* What there is of the tables, as bits. */
struct views_there {
	unsigned tables;
	unsigned currency;     /* those with a column of that name */
	unsigned organization; /* those with a column _organization; of the ledger, organization */
};

/*
 * Take a name from the command line, TABLE=NAME, which P then points into.  The prefix
 * comes before it, as in the loaders.  Return 0, or -1 with ANT_USAGE where there is no
 * such table that views read, or no name.
 */
int views_rename(struct views_place *p, const char *pair, struct ant_err *e);

/* The own name of the table of one bit, without its prefix; NULL beyond the last. */
const char *views_table_name(unsigned bit);

/*
 * Append the name that the table of one bit has there: in full and quoted for a FROM, or
 * as the ledger has it in into_table, a literal.  Both report by B's `failed`.
 */
void views_put_table(struct buf *b, const struct views_place *p, unsigned bit);
void views_put_into(struct buf *b, const struct views_place *p, unsigned bit);

/*
 * Append the statements that create the views, each ended by a semicolon and a newline.
 * A view whose own table is not THERE is left out; one that only looks up names in a
 * missing table shows ids.  Reports by B's `failed`.
 */
void views_create(struct buf *b, const struct views_place *p, const struct views_there *there);

/*
 * Append TEMPLATE, a part of a question in the words of views_sql.h and of the groups' texts, of
 * which ant_charge's start with {bill:}.  Reports by B's `failed`.
 */
void views_put(struct buf *b, const struct views_place *p, const struct views_there *there,
	const char *template);

/* As they are where every table is there, as anthill made it. */
extern const struct views_there views_all;

/* Look which of the tables there are in DB.  Return 0, or -1 with a reason. */
int views_look(const struct db *db, const struct views_place *p, struct views_there *there,
	struct ant_err *e);

/*
 * Look whether there is a view of that own name, and whether it has a column
 * `organization`.  Return 0 or -1.
 */
int views_look_for(const struct db *db, const struct views_place *p, const char *view, int *there,
	int *by_organization, struct ant_err *e);

/* Append the name of that view, in full and quoted for a FROM.  Reports by B's `failed`. */
void views_put_view(struct buf *b, const struct views_place *p, const char *view);

/* Whether any of the tables is of several organizations. */
int views_by_organization(const struct views_there *there);

/*
 * Append the currency of a row of the table of one bit, which is called c: a text, never null.
 * Reports by B's `failed`.
 */
void views_put_currency(
	struct buf *b, const struct views_place *p, const struct views_there *there, unsigned bit);

/*
 * Create them in DB, all of them or none.  Return how many there are now, or -1: where a
 * view's name is that of a table, of an index or of a view that anthill did not make, too,
 * which the reason names and which is left as it is.
 */
int views_run(const struct db *db, const struct views_place *p, struct ant_err *e);

#endif
