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

struct page {
	struct buf *b;
	const struct report *r;
	struct show_bins bins;
	struct show_parts models, workspaces;
	/* of the chart that is being drawn: */
	const struct show_parts *parts;
	const char *const *names; /* of its series */
	const double *const *values;
	size_t nvalues;
	const char *unit;
};

/* TEXT of others as text of the page, at most MAX characters. */
void html_escaped(struct buf *b, const char *text, size_t max);
/* The same apart from the direction of what is around it. */
void html_name(struct buf *b, const char *text, size_t max);
void html_cents(struct buf *b, int64_t cents);
/* An amount as it is shown, and exactly for machines. */
void html_money(struct buf *b, money m);
void html_integer(struct buf *b, int64_t n);

void html_section(struct page *p, const char *id, const char *title);
void html_end(struct page *p);
/* What stands where a chart would be: which table is missing, or empty. */
void html_none(struct page *p, unsigned table, const char *what);

/* The start of a table in a part that can be scrolled by keyboard, too. */
void html_table(struct page *p, const char *caption, int tall);
/* The same below a chart, to be opened, and its end. */
void html_details(struct page *p, const char *caption);
void html_details_end(struct page *p);
void html_bin_head(struct page *p, size_t bin);
/* What stands above these: "Day", "Week", "Month". */
const char *html_bins_head(const struct page *p);

/* NAME is the program's own text, or OTHERS' where that is not 0. */
void html_legend(struct page *p, const char *class, const char *name, int others);
void html_open_legend(struct page *p);

/* The chart of N series of counts or rates over the bins, with their NAMES in the tooltips. */
void html_chart(struct page *p, const char *label, const struct svg_series *series, size_t n,
	const char *const *names, const double *const *values, const char *unit, int low);
/* What stands below a bin; of struct svg_chart. */
void html_tick(void *page, size_t bin, size_t before, char *to);

#endif
