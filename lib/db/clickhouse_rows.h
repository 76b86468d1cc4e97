/*
 * db/clickhouse_rows - the rows of a stream as ClickHouse reads them
 *
 * TabSeparated is the encoding of a row stream, but for the \# at the start of a row.  What it would
 * cut or shift in silence is refused before it is sent: a decimal that DECIMAL(38,12) does not hold, and
 * a year outside of 1900 to 2299, which is what a DateTime64 and a Date32 hold on every server.
 */
#ifndef ANT_DB_CLICKHOUSE_ROWS_H
#define ANT_DB_CLICKHOUSE_ROWS_H

#include "base/err.h"
#include "db/clickhouse.h"
#include "stream/rows.h"

enum { CLICKHOUSE_WIDTH = 38, CLICKHOUSE_SCALE = 12 };

/*
 * INSERT all rows of R by SQL, as clickhouse_insert_start() takes it, into a table of their columns;
 * with NUMBERED, into one that has a column before them, the row's number, from 1.  Return 0, or -1: as
 * rows_block() fails, or with ANT_FAIL.
 */
int clickhouse_rows(
	struct clickhouse *c, const char *sql, struct rows *r, int numbered, struct ant_err *e);

#endif
