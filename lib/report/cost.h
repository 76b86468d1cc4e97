/* report/cost - the sections of the page that are about cost */
#ifndef ANT_REPORT_COST_H
#define ANT_REPORT_COST_H

#include "report/html.h"
#include "report/sheet.h"

/*
 * Cost over time in parts by what they are OF, "model": a chart, whose classes begin with LETTER,
 * and its table.  Return 0 where there are none, and then nothing is written.
 */
int report_cost_parts(struct page *p, const struct show_parts *parts, char letter, const char *of);

/* Each returns 0 where there is nothing to show, and then has written nothing. */
int report_cost_models(struct page *p); /* over time */
int report_cost_workspaces(struct page *p);
int report_cost_month(struct page *p);	  /* added up, beside the last month and the budget */
int report_cost_matrix(struct page *p);	  /* by workspace and model */
int report_cost_kinds(struct page *p);	  /* by token type */
int report_cost_products(struct page *p); /* over time, and in all */

extern const struct sheet cost_models_sheet, cost_workspaces_sheet, cost_products_sheet,
	cost_month_sheet, cost_matrix_sheet, cost_kinds_sheet;

#endif
