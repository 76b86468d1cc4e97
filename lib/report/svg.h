/*
 * report/svg - charts as inline SVG
 *
 * A chart is as wide as its place and text in it keeps its size: bars and lines are in a
 * picture that is stretched, labels beside it at percentages.  Colours come from the
 * page's style by class.  Nothing here is text of others: titles are escaped by callers.
 */
#ifndef ANT_REPORT_SVG_H
#define ANT_REPORT_SVG_H

#include <stddef.h>

#include "base/buf.h"
#include "report/show.h"

enum svg_form { SVG_BARS, SVG_LINE };

struct svg_series {
	enum svg_form form;
	const char *class; /* of the page's style */
	const double *v;   /* by bin; NAN: no value.  Bars are stacked, negative ones downwards */
	const char *more;  /* of a line: "dash" or "" */
	const char *name;  /* what a tooltip calls it, for callers */
};

struct svg_chart {
	const char *id, *label; /* for screen readers; escaped */
	size_t n;		/* bins */
	size_t open;		/* the one that is not over; n: none */
	size_t nseries;
	const struct svg_series *series;
	const char *unit; /* before a number: "$"; "%" stands after it */
	double least_max; /* the axis goes to this at least */
	void (*title)(void *arg, struct buf *b, size_t bin); /* what a bin's tooltip says */
	void (*tick)(void *arg, size_t bin, size_t before, char *to); /* what stands below it */
	void *arg;
	size_t week; /* labels are whole weeks of so many bins apart, where there are many; 0: not */
	int low;     /* a flatter one */
};

/* Append the chart.  Reports by B's `failed`. */
void svg_chart(struct buf *b, const struct svg_chart *c);

/* A bar of one row: parts of WHOLE, with the classes PREFIX0 and so on. */
void svg_row(struct buf *b, const double *parts, const int *slots, size_t n, double whole,
	const char *prefix);

#endif
