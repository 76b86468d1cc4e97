/* stream/receipt - what a loader says after its commit: {"@ant":"loaded",...}, one a line */
#ifndef ANT_STREAM_RECEIPT_H
#define ANT_STREAM_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "base/utc.h"

/* One line of the ledger, and one receipt.  "" where a time is not known. */
struct receipt_entry {
	const char *table; /* the stream's */
	const char *into;  /* as the receipt prints it: "public.usage_report" */
	const char *mode;
	char from[UTC_TEXT], to[UTC_TEXT], watermark[UTC_TEXT], started[UTC_TEXT],
		finished[UTC_TEXT];
	int64_t rows;
};

/* Append the receipt of ENTRY with its newline.  Reports by B's `failed`. */
void receipt_put(struct buf *b, const char *target, const struct receipt_entry *entry);

enum { RECEIPT_TEXTS = 8 }; /* of a line of the ledger */

/*
 * Print the receipt of a line of the ledger, which is no news: it says when that load finished.
 * The texts, NULL or "" for null: table, into, mode, from, to, rows, watermark, finished.
 * Return 0, or -1 with ANT_FAIL.
 */
int receipt_print(struct out *to, const char *target, const char *const texts[RECEIPT_TEXTS],
	struct ant_err *e);

/* What is read of one. */
struct receipt {
	char table[64];
	int from_known; /* the start of the window is given */
	int watermark_known;
	int64_t from, watermark;
};

/*
 * Read the LEN bytes at P (BUF_PAD more can be read).  Members that are not
 * needed here are left alone; a time that is null or missing is not known.
 * Return 0, or -1 with ANT_INPUT and a reason that does not name the place.
 */
int receipt_parse(const char *p, size_t len, struct receipt *r, struct ant_err *e);

#endif
