/* report/owners - what is amiss in the table owners: ant-report --check owners */
#ifndef ANT_REPORT_OWNERS_H
#define ANT_REPORT_OWNERS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "db/db.h"
#include "report/report.h"

enum owners_kind {
	OWNERS_UNKNOWN, /* an id that is in no list of such things and was never charged */
	OWNERS_OVERLAP, /* two owners of the same at one time */
	OWNERS_TIE,	/* two tags of one workspace, of which each says that somebody else pays */
	OWNERS_UNUSED,	/* what was charged once, and nothing in the period */
	OWNERS_KINDS
};

enum { OWNERS_CELLS = 5 };

struct owners_finding {
	enum owners_kind kind;
	char *cells[OWNERS_CELLS]; /* what its question asks for, see owners.c; NULL: null */
};

struct owners {
	struct owners_finding *v;
	size_t n, room;
	unsigned missing; /* lists of things that are not there, as bits of views_sql.h */
};

/*
 * Look at the owners in DB, which report_look() has seen for O; they are those of all organizations
 * that are in there.  Return 0, or -1 with ANT_FAIL, also where there is no such table.
 * owners_free() it in any case.
 */
int owners_load(
	struct owners *w, const struct db *db, const struct report_options *o, struct ant_err *e);
void owners_free(struct owners *w); /* all zeros: no effect */

/* Append to TO a line for each finding, and to NOTES what was not looked at.  They report by `failed`. */
void owners_put(struct buf *to, struct buf *notes, const struct owners *w);

#endif
