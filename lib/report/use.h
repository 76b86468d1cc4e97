/* report/use - the sections of the page that are about tokens and Claude Code */
#ifndef ANT_REPORT_USE_H
#define ANT_REPORT_USE_H

#include "report/html.h"

/* Each returns 0 where there is nothing to show, and then has written nothing. */
int report_use_tokens(struct page *p);
int report_use_cache(struct page *p);
int report_use_users(struct page *p);
int report_use_tools(struct page *p);
int report_use_code(struct page *p);	 /* lines, commits, pull requests */
int report_use_activity(struct page *p); /* users and sessions */

#endif
