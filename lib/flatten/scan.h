/*
 * flatten/scan - what is in a plan: for plan.c, and for scan.c, which is plan_scan() alone
 */
#ifndef ANT_FLATTEN_SCAN_H
#define ANT_FLATTEN_SCAN_H

#include "base/json.h"
#include "flatten/plan.h"
#include "flatten/total.h"
#include "flatten/trie.h"
#include "flatten/unread.h"

struct plan {
	struct trie trie;
	struct totals totals;
	struct unread unread;
	unsigned long run; /* counts the runs of scopes */
	int careful;	   /* somebody reads the array of the rows besides its rows */
	/* While a record is scanned: */
	const char *end;
	struct json_error *err;
	int no_memory;
	struct json_value rows; /* the array of the rows, in the record */
	/* That array, or one that a double key replaced, whose inside nobody has checked. */
	const char *unchecked;
};

#endif
