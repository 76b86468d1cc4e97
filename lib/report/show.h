/*
 * report/show - what all forms of a report show alike: numbers, dates, names, the bins of
 * a time axis, and the parts of a stacked chart
 */
#ifndef ANT_REPORT_SHOW_H
#define ANT_REPORT_SHOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "report/report.h"

enum { SHOW_TEXT = 64, SHOW_PARTS = 9, SHOW_PRODUCTS = 6 }; /* eight series and "other"; five */

/* All write a C string to TO, which has SHOW_TEXT bytes, and return it. */
char *show_integer(int64_t n, char *to);		   /* 1,234,567 */
char *show_short(double v, const char *unit, char *to);	   /* 1.2M, with a unit of "$": $1.2M */
char *show_percent(int64_t part, int64_t whole, char *to); /* 12.5%; a dash where WHOLE is 0 */
char *show_thousandths(int64_t n, char *to);		   /* 125: 12.5% */
char *show_change(money now, money before, char *to);	   /* +12.5%; a dash where BEFORE is 0 */
char *show_day(int64_t day, int with_year, char *to);	   /* 9 Nov, 9 Nov 2026 */
char *show_iso(int64_t day, char *to);			   /* 2026-11-09 */
char *show_month(int64_t day, char *to);		   /* November 2026 */
char *show_age(int64_t seconds, char *to);		   /* 5 h, 3 days */

/* An amount in the currency of R as a number for drawing; nothing that is written comes from it. */
double show_units(const struct report *r, money m);

/*
 * Append NAME as text without control characters: those and bytes that are no UTF-8
 * become U+FFFD, white space one blank; beyond MAX characters it ends with an ellipsis.
 */
void show_name(struct buf *b, const char *name, size_t max);

/* ---- the time axis -------------------------------------------------------------------- */

/* Days, or weeks or months where there are too many days to tell apart. */
struct show_bins {
	size_t n;
	int64_t *from;	  /* n + 1 first days: the bin is up to the next one, exclusive */
	const char *each; /* "day", "week", "month" */
	size_t open;	  /* the bin that is not over; n: none */
};

int show_bins(struct show_bins *bins, const struct report *r, struct ant_err *e);
void show_bins_free(struct show_bins *bins);

/* What a bin is called: "9 Nov 2026", "week from 9 Nov 2026", "November 2026". */
char *show_bin(const struct show_bins *bins, size_t i, char *to);

/* ---- parts ---------------------------------------------------------------------------- */

/* The largest items of the period as series of bins, the others as one: at most SHOW_PARTS. */
struct show_parts {
	size_t n;
	const char *names[SHOW_PARTS];
	int slot[SHOW_PARTS]; /* colour: 0 to 7, and 8 for others */
	money totals[SHOW_PARTS];
	money *values[SHOW_PARTS]; /* by bin */
	size_t others;		   /* how many items the last one is; 0: it is none */
};

int show_parts(struct show_parts *p, const struct report *r, const struct report_items *items,
	size_t most, const struct show_bins *bins, struct ant_err *e);
void show_parts_free(struct show_parts *p);

/* The slot of colour of an item: its rank, or 8. */
int show_slot(const struct report_items *items, size_t number);

#endif
