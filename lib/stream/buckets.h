/*
 * stream/buckets - how many rows lie in each hour: what a ledger remembers of a window
 *
 * An hour is the finest that is told apart; a day of a table of days is its first hour.
 */
#ifndef ANT_STREAM_BUCKETS_H
#define ANT_STREAM_BUCKETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { BUCKET_SECONDS = 3600 };

struct bucket {
	int64_t start; /* seconds since 1970, a whole hour */
	int64_t rows;
};

/* All 0 is an empty one. */
struct buckets {
	struct bucket *v; /* ascending */
	size_t n;

	size_t room, last; /* where the row before went */
};

/* Count ROWS more rows at T, seconds since 1970.  Return 0, or -1 with errno set. */
int buckets_add(struct buckets *b, int64_t t, int64_t rows);
/* Forget the hours that start from FROM on, inclusive, to TO, exclusive. */
void buckets_remove(struct buckets *b, int64_t from, int64_t to);
void buckets_free(struct buckets *b); /* it is empty again */

/* The rows from FROM, inclusive, to TO, exclusive: of the hours that start there. */
int64_t buckets_rows(const struct buckets *b, int64_t from, int64_t to);

/* Append {"2026-11-01T00":12,...}.  Return 0 or -1 as buf_put(). */
int buckets_put(struct buf *to, const struct buckets *b);

/*
 * Add what such a TEXT of LEN bytes says, BUF_PAD bytes more being readable.  Return 0; -1 with
 * errno set to EINVAL where it is no such text, or to ENOMEM.
 */
int buckets_parse(struct buckets *b, const char *text, size_t len);

#endif
