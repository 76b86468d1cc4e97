/* report/keys - the section of API keys */
#ifndef ANT_REPORT_KEYS_H
#define ANT_REPORT_KEYS_H

#include "report/html.h"
#include "report/sheet.h"

/* Return 0 where there is nothing to show, and then has written nothing. */
int keys_put(struct page *p);

extern const struct sheet keys_sheet;

#endif
