/*
 * load/csv_last - which of several rows of one key is the last, in bounded memory
 *
 * The rows are looked at in turns, each time those of one part of all keys; csv_keys.h has the digests
 * by which keys are told apart.
 */
#ifndef ANT_LOAD_CSV_LAST_H
#define ANT_LOAD_CSV_LAST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "load/csv_keys.h"

struct csv_last_slot {
	struct csv_keys_digest key;
	int64_t row;
	struct csv_keys_digest content; /* the caller's own */
};

struct csv_last {
	const struct csv_keys *keys; /* whose secret the digests are made with */
	struct csv_last_slot *slots; /* open addressing */
	size_t n;
	uint64_t turns, turn;
};

/* For ROWS rows at most; L->turns is how many turns those take.  Return 0, or -1 with ANT_FAIL. */
int csv_last_init(struct csv_last *l, const struct csv_keys *keys, int64_t rows, struct ant_err *e);
void csv_last_free(struct csv_last *l); /* a zeroed struct: no effect */

/* Begin a turn, from 0 on: nothing is known. */
void csv_last_turn(struct csv_last *l, uint64_t turn);

/* The row numbered ROW has the key of LEN bytes at P.  Return 0, or -1 with ANT_FAIL. */
int csv_last_note(struct csv_last *l, const void *p, size_t len, int64_t row, struct ant_err *e);

/* The slot of that key, as it was noted last; NULL where it is none of this turn's. */
struct csv_last_slot *csv_last_slot(const struct csv_last *l, const void *p, size_t len);

/* The last row of that key; -1 where it is none of this turn's. */
int64_t csv_last_row(const struct csv_last *l, const void *p, size_t len);

#endif
