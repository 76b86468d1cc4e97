/* report/cost - the sections of the page that are about cost */
#ifndef ANT_REPORT_COST_H
#define ANT_REPORT_COST_H

#include "report/html.h"

void report_cost_daily(struct page *p);	 /* over time, by model and by workspace */
void report_cost_month(struct page *p);	 /* added up, beside the last month and the budget */
void report_cost_matrix(struct page *p); /* by workspace and model */
void report_cost_kinds(struct page *p);	 /* by token type */

#endif
