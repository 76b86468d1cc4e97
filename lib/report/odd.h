/* report/odd - the section of days that stand out */
#ifndef ANT_REPORT_ODD_H
#define ANT_REPORT_ODD_H

#include "report/html.h"
#include "report/sheet.h"

/* Return 0 where there is nothing to show, and then has written nothing. */
int odd_put(struct page *p);

extern const struct sheet odd_sheet;

#endif
