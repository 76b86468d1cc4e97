/* report/figures - the key figures at the head of a report */
#ifndef ANT_REPORT_FIGURES_H
#define ANT_REPORT_FIGURES_H

#include "report/html.h"
#include "report/sheet.h"

/* PAGES are of N currencies: what is no amount is of the first. */
void figures_put(struct page *pages, size_t n);

extern const struct sheet figures_sheet;

#endif
