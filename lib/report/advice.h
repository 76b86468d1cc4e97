/*
 * report/advice - which kind of key opens a table, and which kinds an organization's tables came
 * with
 *
 * What a page advises to load must be what its reader's key can load: an organization of Claude
 * Enterprise has no cost_report, one of the Console no analytics_summaries.
 */
#ifndef ANT_REPORT_ADVICE_H
#define ANT_REPORT_ADVICE_H

#include "report/ask.h"
#include "report/report.h"

enum { ADVICE_CONSOLE = 1, ADVICE_ENTERPRISE = 2 };

/*
 * Settle the tables of q's report: of those of several organizations, the ones that have rows of
 * its own; by what kinds of key they, and what the ledger names, were loaded; and from which one
 * cost is read.  The ledger has been read.  Return 0, or -1 with a reason.
 */
int advice_settle(struct report_ask *q, struct ant_err *e);

/* Whether a key of the organization opens the table of one bit: not known is yes. */
int advice_fits(const struct report *r, unsigned table);

/* Whether cost tells workspaces apart: that of an organization of Claude Enterprise is of none. */
int advice_has_workspaces(const struct report *r);

/* What opens it, in words: "an Admin key of the Console". */
const char *advice_key(unsigned table);

/*
 * Append to B one sentence on how rows of the table are got, or on the key that it takes where
 * that is none of the organization's.  The command is between CODE and END.  Reports by B's
 * `failed`.
 */
void advice_put(
	struct buf *b, const struct report *r, unsigned table, const char *code, const char *end);

#endif
