/*
 * load/load - what all loaders do alike: a row stream goes into a destination, wholly or not at all
 *
 * A destination is a struct of functions; load_run() calls them in the one safe order.  What a new
 * destination must know is on this page, and on that of session.h where it speaks SQL.
 */
#ifndef ANT_LOAD_LOAD_H
#define ANT_LOAD_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "base/strlist.h"
#include "db/sql.h"
#include "stream/receipt.h"
#include "stream/rows.h"
#include "load/unique.h"
#include "tables/table.h"

/* A replace or window load that leaves fewer than half of more rows than this is refused. */
enum { LOAD_GUARD = 100 };

/* The longest SQL text, receipt or dry run. */
enum { LOAD_TEXT_MAX = 16 << 20 };

/* The options that all loaders share; zeros and NULLs are the defaults. */
struct load_options {
	const char *table;	/* into this table instead of the stream's own */
	const char *prefix;	/* before the table's name */
	const char *mode;	/* instead of the stream's */
	const char *table_path; /* $ANT_TABLES: where to look for the columns' comments */
	int allow_shrink, ledger, dry_run;
	double wait; /* seconds for another load that holds the destination, or commits first */
	int by_organization;	  /* rows of several organizations in one table */
	int history;		  /* keep every version of every row beside the table */
	const char *organization; /* the only one that is let in; NULL: any */
	struct buf *note; /* NULL, or where a load that is done leaves what is worth a warning */
};

/* What is loaded, as a destination is told.  All of it stays load_run()'s. */
struct load {
	struct rows *rows;
	char *into;		    /* name of the destination's table: prefix and all */
	enum mode mode;		    /* the stream's, or that of the option */
	int64_t started;	    /* seconds since 1970 */
	struct sql_column *columns; /* name and type of each column, for sql.h */
	struct sql_column *key;	    /* the key's columns, in its order */
	struct table *doc; /* the table file of the stream's table; NULL where none is found */
	struct unique
		*unique;     /* rows of a key count once, the last; NULL: all stay, or a dry run */
	int dry_run;	     /* write the SQL to PLAN instead of running it */
	int by_organization; /* the first column is ROWS_ORGANIZATION: the load is about its rows */
	int history; /* beside the table, its name and _history has every version: replace and merge */
	struct buf *plan;
};

/*
 * 1 where a load that replaces the table leaves what lies before its window: the API does not
 * serve that any more; and where the window is empty, all, for nobody knows what it does serve.
 */
int load_keeps_older(const struct load *l);

/*
 * A destination.  SELF is handed to each function.  Each returns 0, or -1 with a
 * reason: ANT_FAIL for what the destination refuses or for a lost connection,
 * ANT_LOCKED for a lock that another run holds.
 */
struct load_dest {
	void *self;
	const char *target; /* for the receipt: "postgresql"; NULL: no receipt */

	/*
	 * Lock the target without waiting, begin a transaction, create or widen the
	 * table, and remove what the mode replaces.  *HELD is how many rows of the
	 * table (replace) or window (window) were removed; else 0.  Where it is ANT_LOCKED
	 * it may be called again, after abort().
	 */
	int (*begin)(void *self, const struct load *l, int64_t *held, struct ant_err *e);

	/*
	 * Take all rows, with rows_next() or rows_block(), until that returns 0.  Pass
	 * on its failure as it is.  Then those that L->unique has put aside, if any: the last
	 * row of each key, instead of the one that came first, and count what was replaced.
	 */
	int (*rows)(void *self, struct rows *r, struct ant_err *e);

	/*
	 * Write the ledger's line and make all of it permanent.  What only the destination knows
	 * is added to ENTRY; its `into` is the bare name of the table on entry and may be set to
	 * another, for the receipt, that lives as long as SELF.
	 */
	int (*commit)(void *self, struct receipt_entry *entry, struct ant_err *e);

	/* Undo all of it; for a failure of any of the above.  REASON is for a server's log. */
	void (*abort)(void *self, const char *reason);

	/*
	 * Look whether a load could begin, and change nothing.  TABLES, N of them, are names of
	 * the destination's; 0: none in particular; MODE is an enum mode, or -1 for window and
	 * replace.  HISTORY is that of the load.  Add to MISSING a line for each thing that keeps
	 * it from that.
	 */
	int (*check)(void *self, const char *const *tables, size_t n, int mode, int history,
		struct strlist *missing, struct ant_err *e);

	/* Print the ledger, oldest line first, as receipts; NULL where there is no ledger. */
	int (*ledger)(void *self, struct out *to, struct ant_err *e);

	/* Answer what FD asks, see audit.h; NULL where there is no ledger. */
	int (*audit)(void *self, int fd, const char *name, struct out *to, struct ant_err *e);

	/* Write a line into the ledger that is about no load: L has only the table's name. */
	int (*note)(
		void *self, const struct load *l, struct receipt_entry *entry, struct ant_err *e);

	void (*free)(void *self);
};

/*
 * Load the row stream at FD (NAME is for messages) into DEST.  Return 0 with the
 * receipt, one line of JSON, appended to OUT; in a dry run OUT gets the plan.
 * Return -1 with a reason, and the destination as it was, for all that may go wrong:
 * damage in the stream (ANT_INPUT), a destination that refuses or a shrink
 * (ANT_FAIL), a lock that O->wait did not outlast (ANT_LOCKED), options that do not fit the stream (ANT_USAGE).
 */
int load_run(const struct load_dest *dest, const struct load_options *o, int fd, const char *name,
	struct buf *out, struct ant_err *e);

/*
 * Write into DEST's ledger that the watermark of TABLE is WATERMARK, or where that is NULL that
 * there is none any more.  Return 0, or -1 with a reason.
 */
int load_note(const struct load_dest *dest, const struct load_options *o, const char *table,
	const int64_t *watermark, struct ant_err *e);

/*
 * Look at DEST alone, as `check` of struct load_dest does, for loads into TABLES, N of them, with
 * the prefix, the mode and the history of O.  Return 0, with a line in MISSING for each thing that is, or -1.
 */
int load_check(const struct load_dest *dest, const struct load_options *o,
	const char *const *tables, size_t n, struct strlist *missing, struct ant_err *e);

/*
 * The destinations there are.  Each of these makes TO one of a kind; what names it is not copied,
 * a FILE is always taken for a path, whatever it looks like, and nothing is opened, connected or
 * created before a load begins.  Return 0 (TO->free it), or -1 with ANT_FAIL.
 */

/*
 * A CSV file, or stdout where FILE is NULL; csv_file_check() has seen DIALECT.  FILE is written
 * aside and renamed, and the ledger lies beside it.  What went to stdout cannot be taken back, and
 * there is no receipt for it.
 */
#define LOAD_CSV_LEDGER SQL_LEDGER ".csv"
struct csv_file_dialect;
int load_csv(const char *file, const struct csv_file_dialect *dialect, struct load_dest *to,
	struct ant_err *e);

/* Of such: how many texts of the load look like a formula to a spreadsheet and were not guarded. */
size_t load_csv_risky(const struct load_dest *dest);

/*
 * The server that CONNINFO names, as for pg_new(), and in it SCHEMA, as for pg_choose_schema().
 * ANT_USAGE for a CONNINFO that cannot be read.
 */
int load_pg(const char *conninfo, const char *schema, struct load_dest *to, struct ant_err *e);

/*
 * The database that URI names, as for db_mysql_new().  What creates or changes a table cannot be taken back
 * there: a load that fails leaves an empty table, a column or an index that it made, and never a row.
 */
int load_mysql(const char *uri, struct load_dest *to, struct ant_err *e);

/* Of such, once it was opened: whether rows come by INSERT, for the server takes no LOAD DATA LOCAL. */
int load_mysql_by_insert(const struct load_dest *dest);

/* A SQLite database; a load that fails removes a FILE that it created. */
int load_sqlite(const char *file, struct load_dest *to, struct ant_err *e);

/* Of such: how many decimals have more digits than a double holds and were stored as text. */
size_t load_sqlite_as_text(const struct load_dest *dest);

/*
 * A DuckDB database; LIBRARY names libduckdb.so, or is NULL: see duckdb_api_open().  A FILE that is
 * not there is made aside and takes its name with its first rows in it.  Where WHERE is the URI of a
 * lake, see lake.h, that one: ANT_USAGE for a URI that cannot be read.
 */
int load_duckdb(const char *where, const char *library, struct load_dest *to, struct ant_err *e);

/*
 * The ClickHouse server and database of URI, with PASSWORD and CA_FILE as for clickhouse_new(); CLUSTER
 * NULL: that of the URI, if it names one.  ANT_USAGE for a URI that is none.
 */
int load_clickhouse(const char *uri, const char *password, const char *ca_file, const char *cluster,
	struct load_dest *to, struct ant_err *e);

/* Of such: why what a load works with could not be removed; "" where it could. */
const char *load_clickhouse_warning(const struct load_dest *dest);

/* Of such: why the committed rows are still in FILE.wal and not in FILE; "" where they are in FILE. */
const char *load_duckdb_warning(const struct load_dest *dest);

/*
 * A Parquet file, written aside by DuckDB, whose LIBRARY is as above, and renamed; the ledger lies beside it,
 * as that of a CSV file.  BY_DAY: FILE is a folder with a file for each day, replaced whole.
 * s3://BUCKET/KEY is an object, written whole, without a ledger; the keys are those of s3.h.
 */
int load_parquet(
	const char *file, int by_day, const char *library, struct load_dest *to, struct ant_err *e);

#endif
