/*
 * report/page - a report as one HTML file
 *
 * The file asks for nothing from anywhere and has no script: it works from a disk, in a
 * mail and under "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'".
 * Charts are drawn by report_svg.h, and each has its figures in a table below it.
 */
#ifndef ANT_REPORT_PAGE_H
#define ANT_REPORT_PAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "report/report.h"

/*
 * Append the page to TO: of one report, or of those of N organizations, one below the other.
 * Return 0, or -1 with ANT_FAIL.
 */
int report_page(struct buf *to, const struct report *const *reports, size_t n, struct ant_err *e);

#endif
