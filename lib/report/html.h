/*
 * report/html - what the sections of the page are made of: pieces of HTML, tables, charts
 *
 * All functions append to the page's buffer and report by its `failed`.  Text of others
 * goes through html_escaped() or html_name(), all else is the program's own.
 */
#ifndef ANT_REPORT_HTML_H
#define ANT_REPORT_HTML_H

#include "base/buf.h"
#include "report/report.h"
#include "report/show.h"
#include "report/svg.h"

/* Rows of a list; characters of a name in a table, and in a legend. */
enum { PAGE_TOP = 20, PAGE_NAME = 512, PAGE_LABEL = 48 };

enum { ROOMS = 8 };

struct page {
	struct buf *b;
	const struct report *r;
	struct show_bins bins;
	struct show_parts models, workspaces, products;
	char of[16]; /* where there are several currencies, in what is of one: ", EUR"; else "" */
	int again;   /* the section has been there, in another currency */
	char ids[24]; /* where there are several organizations, what ids begin with: "o2-"; else "" */
	/* of the chart that is being drawn: */
	const struct show_parts *parts;
	const struct svg_series *series;
	size_t nseries;
	const char *unit;
	void *rooms[ROOMS]; /* of html_room() */
	size_t nrooms;
};

/* Zeroed memory for N elements of SIZE, until html_end(); NULL, and the page has failed, without. */
void *html_room(struct page *p, size_t n, size_t size);

/* TEXT of others as text of the page, at most MAX characters. */
void html_escaped(struct buf *b, const char *text, size_t max);
/* The same apart from the direction of what is around it. */
void html_name(struct buf *b, const char *text, size_t max);
/* Amounts are in the currency of the page's report. */
void html_cents(const struct page *p, int64_t cents);
void html_integer(struct buf *b, int64_t n);
/* An amount as it is shown, rounded to CENTS together with others, and exactly for machines. */
void html_amount(const struct page *p, money m, int64_t cents);
/* The same of one that stands alone. */
void html_money(const struct page *p, money m);
/* The unit of a chart of amounts: "$", or that of a measure without a sign. */
const char *html_money_unit(const struct page *p);

/* TITLE, and " per day" with BY behind it where that is not NULL: "Cost per week by model", and OF. */
void html_section(struct page *p, const char *id, const char *title, const char *by);
void html_end(struct page *p);
/* WHAT stands where a chart would be, and how the table is loaded that is missing, or empty. */
void html_none(struct page *p, unsigned table, const char *what);
/* A sentence about the section. */
void html_note(struct page *p, const char *text);

/* What stands above a column: how it is aligned, and whether its title is others' text. */
enum html_kind { HTML_NUMBER, HTML_LEFT, HTML_NAME, HTML_OTHERS };
struct html_column {
	const char *title;
	enum html_kind kind;
};

/* A table up to its first row, in a part that can be scrolled by keyboard, too; and its end. */
void html_table(
	struct page *p, const char *caption, int tall, const struct html_column *columns, size_t n);
void html_table_end(struct page *p);
/* The same of the bins, below their chart, to be opened. */
void html_details(struct page *p, const char *caption, const struct html_column *columns, size_t n);
void html_details_end(struct page *p);
/* The end with a row of the cost of the period in the third column, then REST. */
void html_table_all(struct page *p, const char *rest);
/*
 * The end with another sum, as of what the API bills, which is not that of the cost report.  BEFORE
 * and BEHIND are the cells around the amount.
 */
void html_table_sum(struct page *p, const char *before, money sum, const char *behind);
/* What stands above bins: "Day", "Week", "Month". */
const char *html_bins_head(const struct page *p);

/* The start of a row: the bin; or a name of others, and in brackets a NOTE, which may be NULL. */
void html_bin_head(struct page *p, size_t bin);
void html_row(struct page *p, const char *name, const char *note);
/* A cell with a number. */
void html_count(struct page *p, int64_t n);

/* NAME is the program's own text, or OTHERS' where that is not 0. */
void html_legend(struct page *p, const char *class, const char *name, int others);
void html_open_legend(struct page *p);

/*
 * The chart of N series over the bins.  TITLE is that of struct svg_chart and called with the
 * page: html_values(), which tells the values of all series in P, or another.
 */
void html_chart(struct page *p, const char *label, const struct svg_series *series, size_t n,
	const char *unit, int low, void (*title)(void *page, struct buf *b, size_t bin));
void html_values(void *page, struct buf *b, size_t bin);

#endif
