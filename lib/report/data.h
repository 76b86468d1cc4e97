/*
 * report/data - rows of a report as data, for machines: CSV (RFC 4180) and JSON (RFC 8259)
 *
 * data_start(), then for each row its cells in the order of the columns, data_end().  CSV is a
 * line of names and one for each row; JSON is an array of one object for each row, and what stands
 * around it is the caller's.  Amounts and other exact decimals are text, in JSON strings: a reader
 * that makes doubles of numbers would lose digits.
 */
#ifndef ANT_REPORT_DATA_H
#define ANT_REPORT_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/csv_file.h"
#include "report/money.h"

/* DATA_CSV_SAFE: text that a spreadsheet would run as a formula is guarded, see csv_file_guarded(). */
enum data_format { DATA_CSV, DATA_CSV_SAFE, DATA_JSON };

struct data { /* data.c's own */
	struct buf *to;
	enum data_format format;
	const char *const *columns;
	size_t ncolumns, at, rows;
	struct csv_file csv;
};

/*
 * Append rows of the N COLUMNS, which are not copied, to TO.  All functions report by TO's `failed`.
 */
void data_start(struct data *d, struct buf *to, enum data_format format, const char *const *columns,
	size_t n);

/* The next cell of the row: a text in UTF-8, which JSON has mended where it is none; NULL is null. */
void data_text(struct data *d, const char *text);
void data_integer(struct data *d, int64_t n);

/* An amount in units of its currency, with all its digits: money_exact(). */
void data_money(struct data *d, money m, const struct currency *c);

/* After the last row, which must be whole. */
void data_end(struct data *d);

#endif
