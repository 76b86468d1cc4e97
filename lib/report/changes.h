/*
 * report/changes - what changed in the period: people, keys, roles, limits
 *
 * From the view ant_changes, which tells what the histories of tables hold; without it, from when
 * members, keys and workspaces were created and archived, which is all that the tables themselves
 * tell.
 */
#ifndef ANT_REPORT_CHANGES_H
#define ANT_REPORT_CHANGES_H

#include <stddef.h>

#include "base/err.h"

struct page;
struct report_ask;
struct sheet;
struct term;

/* The latest are kept: that many. */
enum { CHANGES_MAX = 50000 };

struct change {
	char at[24];			/* YYYY-MM-DDTHH:MM:SSZ */
	char *table, *id, *name, *what; /* added, changed, removed, archived */
	char *column, *from, *to;	/* of what changed; NULL: nothing */
};

struct changes {
	struct change *v; /* the latest first */
	size_t n, room;
	int recorded; /* there is the view */
	int cut;      /* there are more */
};

/* Read those of the period.  Return 0, or -1 with a reason. */
int changes_load(struct report_ask *q, struct ant_err *e);
void changes_free(struct changes *s);

int changes_put(struct page *p); /* returns 1: there is always something to say */
void changes_text(struct term *t);

extern const struct sheet changes_sheet;

#endif
