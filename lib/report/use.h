/* report/use - the sections of the page that are about tokens and Claude Code */
#ifndef ANT_REPORT_USE_H
#define ANT_REPORT_USE_H

#include "report/html.h"
#include "report/sheet.h"

/* Each returns 0 where there is nothing to show, and then has written nothing. */
int report_use_tokens(struct page *p);
int report_use_cache(struct page *p);
int report_use_users(struct page *p);
int report_use_tools(struct page *p);
int report_use_code(struct page *p);	 /* lines, commits, pull requests */
int report_use_activity(struct page *p); /* users and sessions */

/* Whether Claude Code did or cost anything for a user in the period. */
int report_use_any(const struct report_user *u);

const char *report_use_tool_name(enum report_tool tool);

extern const struct sheet use_tokens_sheet, use_cache_sheet, use_cache_models_sheet,
	use_users_sheet, use_tools_sheet, use_code_sheet, use_activity_sheet;

#endif
