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

enum { RECEIPT_INTO = 4096 };

/* What is read of one; "" and a time that is not known where a member is null or missing. */
struct receipt {
	char table[64], target[64], mode[64], into[RECEIPT_INTO];
	int from_known, to_known, watermark_known, finished_known;
	int64_t from, to, watermark, finished;
	int64_t rows; /* -1: not known */
};

/*
 * Read the LEN bytes at P (BUF_PAD more can be read); other members are left alone.
 * Return 0, or -1 with ANT_INPUT and a reason that does not name the place.
 */
int receipt_parse(const char *p, size_t len, struct receipt *r, struct ant_err *e);

/*
 * Whether it is about the table that WANTED names, TABLE, or TABLE=NAME where it was loaded into
 * another name: that is the one without the schema, folder or .csv of its target.
 */
int receipt_is_of(const struct receipt *r, const char *wanted);

/*
 * Append it as a line for scripts: table, into, mode, from, to, rows, watermark and finished, by
 * tabs; `-` is what is not known, and a control character becomes `?`.  Reports by B's `failed`.
 */
void receipt_put_fields(struct buf *b, const struct receipt *r);

#endif
