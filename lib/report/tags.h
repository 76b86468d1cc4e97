/*
 * report/tags - the section of cost by the tags of workspaces
 *
 * Of each key of a tag, each value, what it cost, and what had none: so the rows of a key add up
 * to all cost, that of analytics_cost where it is loaded, else that of the cost report.
 */
#ifndef ANT_REPORT_TAGS_H
#define ANT_REPORT_TAGS_H

#include "report/html.h"
#include "report/sheet.h"
#include "report/term.h"

/* Return 0 where there is nothing to show, and then has written nothing. */
int tags_put(struct page *p);
void tags_text(struct term *t);

extern const struct sheet tags_sheet;

#endif
