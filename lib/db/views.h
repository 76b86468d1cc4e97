/*
 * db/views - SQL views over the loaded tables, with the same names and columns everywhere
 *
 * Costs are exact dollars: numeric in PostgreSQL, DECIMAL in DuckDB; in SQLite, as its
 * loader stores them, a real of at most 15 digits, else text.  Days are dates in UTC.
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
 * A view whose own table is not in TABLES is left out; one that only looks up names in a
 * missing table shows ids.  Reports by B's `failed`.
 */
void views_create(struct buf *b, const struct views_place *p, unsigned tables);

/* Which of the tables there are in DB: bits, or -1 with a reason. */
int views_tables(const struct db *db, const struct views_place *p, struct ant_err *e);

/* Create them in DB, all of them or none.  Return how many there are now, or -1. */
int views_run(const struct db *db, const struct views_place *p, struct ant_err *e);

#endif
