/*
 * report/sheet - the rows behind a section of the page, as data for machines: all of them, not
 * the largest
 *
 * A sheet is a table with a name.  Amounts are texts with all their digits, in the currency of
 * the column `currency`; days are YYYY-MM-DD, times RFC 3339, both in UTC; what is not known is
 * null.  Where the tables are of several organizations, the last column says of which a row is.
 */
#ifndef ANT_REPORT_SHEET_H
#define ANT_REPORT_SHEET_H

#include "base/buf.h"
#include "base/err.h"
#include "report/data.h"
#include "report/report.h"

struct sheet_rows {
	struct data to;
	const struct report *r; /* what the rows are of */
	int organizations;	/* they end with their organization */
};

struct sheet {
	const char *name, *about; /* what --csv calls it, and a few words */
	const char *const *columns;
	size_t n;
	int amounts;			      /* its rows are those of each currency in turn */
	void (*put)(struct sheet_rows *rows); /* the cells of each row, then sheet_row_end() */
};

enum { SHEET_COLUMNS_MAX = 48 };

/*
 * The cells that sheets share: a day, or null where it is 0; an amount of the report and its
 * currency.
 */
void sheet_day(struct sheet_rows *rows, int64_t day);
void sheet_amount(struct sheet_rows *rows, money amount);
void sheet_row_end(struct sheet_rows *rows);

/* The sheet of a name; NULL where there is none. */
const struct sheet *sheet_find(const char *name);

/* Append a line for each sheet: its name and what it is about. */
void sheet_list(struct buf *to);

/* Append a sheet of N reports, each of an organization, as CSV.  Return 0 or -1. */
int sheet_csv(struct buf *to, const struct sheet *s, const struct report *const *reports, size_t n,
	struct ant_err *e);

/*
 * Append all sheets of N reports as one JSON document: {"from": DAY, "to": TIME, "organizations": [{"id", "name",
 * "sections": {NAME: [ROW, ...], ...}}]}, a row being an object.  Return 0 or -1.
 */
int sheet_json(struct buf *to, const struct report *const *reports, size_t n, struct ant_err *e);

#endif
