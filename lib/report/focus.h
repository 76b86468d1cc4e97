/*
 * report/focus - the cost report as a FOCUS dataset: rows of the view ant_focus as CSV
 *
 * FOCUS is the FinOps Open Cost and Usage Specification.  A row goes out as it comes, so that memory
 * does not grow with their number.
 */
#ifndef ANT_REPORT_FOCUS_H
#define ANT_REPORT_FOCUS_H

#include <stdint.h>

#include "base/err.h"
#include "db/db.h"
#include "report/report.h"

enum focus_version { FOCUS_1_2, FOCUS_1_4 };

/* The version that TEXT names, to TO.  Return 0, or -1 where FOCUS has none of that name here. */
int focus_version(const char *text, enum focus_version *to);

/*
 * Write the charges of DB to FD, which is NAME in messages, in the order of their days and of what
 * they are for: a line of names, then one for each, RFC 4180 in UTF-8, null as nothing at all.  O is
 * as report_look() left it; its from and to, whole days in seconds, bound the days of the charges,
 * INT64_MIN and INT64_MAX being none.  Of several organizations, that of O alone, or all.  Return 0;
 * or -1 with ANT_FAIL, also where there is no cost_report or no organization: what is written by then
 * is not whole.
 */
int focus_write(const struct db *db, const struct report_options *o, enum focus_version version,
	int fd, const char *name, struct ant_err *e);

#endif
