/* report/cost - the sections of the page that are about cost */
#ifndef ANT_REPORT_COST_H
#define ANT_REPORT_COST_H

#include "report/html.h"

/* Each returns 0 where there is nothing to show, and then has written nothing. */
int report_cost_models(struct page *p); /* over time */
int report_cost_workspaces(struct page *p);
int report_cost_month(struct page *p);	/* added up, beside the last month and the budget */
int report_cost_matrix(struct page *p); /* by workspace and model */
int report_cost_kinds(struct page *p);	/* by token type */

#endif
