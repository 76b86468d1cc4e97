/* report/people - the section of cost by person */
#ifndef ANT_REPORT_PEOPLE_H
#define ANT_REPORT_PEOPLE_H

#include "report/html.h"
#include "report/sheet.h"

/* Return 0 where there is nothing to show, and then has written nothing. */
int people_put(struct page *p);

extern const struct sheet people_sheet;

#endif
