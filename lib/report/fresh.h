/* report/fresh - the section of how fresh the tables are */
#ifndef ANT_REPORT_FRESH_H
#define ANT_REPORT_FRESH_H

#include "report/html.h"
#include "report/sheet.h"

/* Return 0 where there is nothing to show, and then has written nothing. */
int fresh_put(struct page *p);

extern const struct sheet fresh_sheet;

#endif
