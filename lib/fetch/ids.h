/* fetch/ids - the ids of a table's records, for another table that goes through them */
#ifndef ANT_FETCH_IDS_H
#define ANT_FETCH_IDS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "fetch/page.h"
#include "fetch/seen.h"

enum { IDS_MAX = 1000000, ID_MAX = 256 }; /* ids, and bytes of one: they stay in memory */

struct ids {
	const char *table; /* whose they are, for messages */
	const char *path;  /* where in a record, such as .id */
	struct strlist *to;
	struct seen seen;
	struct buf text;
};

/* TABLE, PATH and TO are kept, not copied. */
void ids_init(struct ids *ids, const char *table, const char *path, struct strlist *to);
void ids_free(struct ids *ids); /* TO stays */

/*
 * Add the ids in the records of PAGE that are not there yet.  Return 0, or -1:
 * ANT_API where a record has none, or one that leads out of a path or is too long;
 * ANT_FAIL.
 */
int ids_add(struct ids *ids, const struct page *page, struct ant_err *e);

#endif
