/* report/text - a report as text for a terminal */
#ifndef ANT_REPORT_TEXT_H
#define ANT_REPORT_TEXT_H

#include "base/buf.h"
#include "base/err.h"
#include "report/report.h"

/*
 * Append the key figures, a bar for each day and the largest models, workspaces, users and
 * keys, in lines of at most WIDTH columns (40 at least).  ASCII: no other characters.
 * Return 0, or -1 with ANT_FAIL.
 */
int report_text(struct buf *to, const struct report *r, size_t width, int ascii, struct ant_err *e);

#endif
