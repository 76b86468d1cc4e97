/*
 * flatten/flatten - the records of a table become its rows
 *
 * Reads a record stream (anthill-record(5)), or with a table named the plain
 * JSON that curl prints; writes a row stream (anthill-rows(5)).  The last line
 * is written only where the input was complete.
 */
#ifndef ANT_FLATTEN_FLATTEN_H
#define ANT_FLATTEN_FLATTEN_H

#include <stddef.h>

#include "base/err.h"
#include "flatten/options.h"
#include "tables/tables.h"

struct flatten;

/* For INPUT and OUTPUT file descriptors, which stay the caller's, as does all that OPTIONS points to. */
struct flatten *flatten_new(const struct flatten_options *options, const struct tables *tables,
	int input, int output, struct ant_err *e);
void flatten_free(struct flatten *f); /* NULL: no effect */

/*
 * Find the table, reading no further than the stream's first line says it, and settle the
 * columns: after this no file is opened.  With EXPLAIN for flatten_explain(), which reads
 * nothing where a table is named.  Call it first.  Return as flatten_run().
 */
int flatten_open(struct flatten *f, int explain, struct ant_err *e);

/*
 * Do all the rest.  Return 0; or -1 with ANT_INPUT for a stream that is malformed
 * or incomplete or does not fit the table, ANT_USAGE for options or a table file
 * that are wrong, ANT_FAIL for a read or write error.
 */
int flatten_run(struct flatten *f, struct ant_err *e);

/* Write per column where it is computed: COLUMN<TAB>native|jq<TAB>EXPRESSION. */
int flatten_explain(struct flatten *f, struct ant_err *e);

struct flatten_stats {
	size_t records, rows, filtered; /* filtered: rows that --where left out */
	size_t mended;			/* characters that became U+FFFD */
	int more;			/* the last page said that there are further pages */
};

void flatten_stats(const struct flatten *f, struct flatten_stats *s);

/* The Nth field that no column reads, as plan_unread(). */
int flatten_unread(const struct flatten *f, size_t n, const char **path, size_t *count);

/*
 * The Nth column of text that was given numbers or booleans, which became their own text, and how
 * many: 1; 0 beyond the last.
 */
int flatten_strays(const struct flatten *f, size_t n, const char **column, size_t *count);

#endif
