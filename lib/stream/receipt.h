/* stream/receipt - what a loader says after its commit: {"@ant":"loaded",...}, one a line */
#ifndef ANT_STREAM_RECEIPT_H
#define ANT_STREAM_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "base/random_id.h"
#include "base/utc.h"
#include "stream/type.h"

/* One line of the ledger, and one receipt.  "" where a time is not known. */
struct receipt_entry {
	const char *table; /* the stream's */
	const char *into;  /* as the receipt prints it: "public.usage_report" */
	const char *mode;
	char from[UTC_TEXT], to[UTC_TEXT], watermark[UTC_TEXT], started[UTC_TEXT],
		finished[UTC_TEXT];
	char asked[UTC_TEXT]; /* where the window was to start, if the API serves none so early */
	int64_t rows;
	const char *organization;	  /* "": not known */
	char destination[RANDOM_ID_TEXT]; /* tells this ledger from all others */
	int64_t line;			  /* 1, 2, ... of the loads into this table */
	char load[RANDOM_ID_TEXT];	  /* tells this load from all others */
	int created;			  /* it made the table: nothing older is in it */
	const char *time_column;	  /* of the window, "" without one */
	const char *buckets; /* how many rows each hour of the window holds, as buckets_put() */
	/* of the receipt alone: */
	int history;		/* the load kept one, */
	int64_t opened, closed; /* and so many versions of it began and ended */
};

/* The columns of the ledger, which are what a receipt is made of, in this order everywhere. */
enum receipt_field {
	RECEIPT_TABLE,
	RECEIPT_INTO_TABLE,
	RECEIPT_MODE,
	RECEIPT_FROM,
	RECEIPT_TO,
	RECEIPT_ROWS,
	RECEIPT_WATERMARK,
	RECEIPT_STARTED,
	RECEIPT_FINISHED,
	RECEIPT_ORGANIZATION, /* from here on, not in ledgers of before */
	RECEIPT_DESTINATION,
	RECEIPT_LINE,
	RECEIPT_LOAD,
	RECEIPT_CREATED,
	RECEIPT_TIME_COLUMN,
	RECEIPT_BUCKETS,
	RECEIPT_ASKED, /* from here on, not in those of a while ago */
	RECEIPT_FIELDS
};
enum { RECEIPT_FIELDS_OLD = RECEIPT_ORGANIZATION, RECEIPT_FIELDS_BEFORE = RECEIPT_ASKED };

extern const struct receipt_column {
	const char *name;
	enum type type;
} receipt_columns[RECEIPT_FIELDS];

/* The texts of an entry by column, "" for null; NUMBERS has those that are none yet. */
struct receipt_texts {
	const char *v[RECEIPT_FIELDS];
	char numbers[2][24];
};
void receipt_texts(const struct receipt_entry *entry, struct receipt_texts *to);

/* Append the receipt of ENTRY with its newline.  Reports by B's `failed`. */
void receipt_put(struct buf *b, const char *target, const struct receipt_entry *entry);

/*
 * Print the receipt of a line of the ledger, which is no news: it says when that load finished.
 * NULL and "" are null.  Return 0, or -1 with ANT_FAIL.
 */
int receipt_print(struct out *to, const char *target, const char *const texts[RECEIPT_FIELDS],
	struct ant_err *e);

enum { RECEIPT_INTO = 4096 };

/* What is read of one; "" and a time that is not known where a member is null or missing. */
struct receipt {
	char table[64], target[64], mode[64], into[RECEIPT_INTO];
	int from_known, to_known, asked_known, watermark_known, finished_known;
	int64_t from, to, asked, watermark, finished;
	int64_t rows; /* -1: not known */
	char organization[TYPE_ORGANIZATION_MAX + 1];
	char destination[RANDOM_ID_TEXT], load[RANDOM_ID_TEXT];
	int64_t line; /* 0: not known */
	int created;
};

/*
 * Read the LEN bytes at P (BUF_PAD more can be read); other members are left alone.
 * Return 0, or -1 with ANT_INPUT and a reason that does not name the place.
 */
int receipt_parse(const char *p, size_t len, struct receipt *r, struct ant_err *e);

/*
 * Whether it is about the table that WANTED names, TABLE, or TABLE=NAME where it was loaded into
 * another name: that is the one without the schema of its target, or its folder and .csv or .parquet.
 */
int receipt_is_of(const struct receipt *r, const char *wanted);

/*
 * Append it as a line for scripts: table, into, mode, from, to, rows, watermark, finished and asked,
 * by tabs; `-` is what is not known, and a control character becomes `?`.  Reports by B's `failed`.
 */
void receipt_put_fields(struct buf *b, const struct receipt *r);

#endif
