/* report/use - the sections of the page that are about tokens and Claude Code */
#ifndef ANT_REPORT_USE_H
#define ANT_REPORT_USE_H

#include "report/html.h"

void report_use_tokens(struct page *p);
void report_use_cache(struct page *p);
void report_use_users(struct page *p);
void report_use_tools(struct page *p);
void report_use_code(struct page *p);	  /* lines, commits, pull requests */
void report_use_activity(struct page *p); /* users and sessions */

#endif
