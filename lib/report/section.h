/*
 * report/section - the sections of a report, in the order of the page
 *
 * Each has a file of its own, by what it is about, which reads its rows (where report/load does
 * not do that), draws them, and hands them on as data.
 */
#ifndef ANT_REPORT_SECTION_H
#define ANT_REPORT_SECTION_H

#include "report/html.h"
#include "report/sheet.h"

enum { SECTION_SHEETS = 2 };

/*
 * AMOUNTS: it shows some, once for each currency.  WORKSPACES: it is left out where there are
 * none.
 */
enum { SECTION_AMOUNTS = 1, SECTION_WORKSPACES = 2 };

struct section {
	const char *id, *link;	/* what the contents call it; NULL: not in there */
	const char *title, *by; /* see html_section() */
	/* Draw it; 0: there is nothing, and `none` says so.  NULL: the page has it elsewhere. */
	int (*put)(struct page *p);
	const char *none;
	unsigned table;				    /* the one that it needs, as a bit */
	unsigned is;				    /* SECTION_AMOUNTS and the like */
	const struct sheet *sheets[SECTION_SHEETS]; /* NULL: no more */
};

/* Up to one without an id. */
extern const struct section report_sections[];

#endif
