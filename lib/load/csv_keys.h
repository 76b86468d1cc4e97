/*
 * load/csv_keys - a set of keys in bounded memory
 *
 * A key is kept as a digest of 128 bits, keyed with a secret of this process, so that
 * no data can be made to collide.  CSV_KEYS_TURN digests are held in memory; the others
 * wait in a file and are looked at in turns: ask about everything once a turn.
 */
#ifndef ANT_LOAD_CSV_KEYS_H
#define ANT_LOAD_CSV_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/out.h"

enum { CSV_KEYS_TURN = 1 << 18 };

struct csv_keys_digest {
	uint64_t a, b; /* both 0: an empty slot */
};

struct csv_keys {
	uint64_t secret[2];
	struct csv_keys_digest *slots; /* open addressing */
	size_t n;
	int fd;	      /* of the file: the caller's, -1 until one is needed */
	size_t later; /* digests in the file that had no turn yet */
	int reading;  /* the file is written */
	struct out out;
};

/* An empty set.  Return 0, or -1 with ANT_FAIL. */
int csv_keys_init(struct csv_keys *k, struct ant_err *e);
void csv_keys_free(struct csv_keys *k); /* fd stays open; a zeroed struct: no effect */

/* The digest of a key, never all 0. */
struct csv_keys_digest csv_keys_digest_of(const struct csv_keys *k, const void *p, size_t len);

/* 1 where the next csv_keys_add() may need a file in k->fd (empty, to read and write). */
int csv_keys_full(const struct csv_keys *k);

/* Add the key of LEN bytes at P.  Return 0, or -1 with ANT_FAIL. */
int csv_keys_add(struct csv_keys *k, const void *p, size_t len, struct ant_err *e);

/* Whether the key is in the set, as far as this turn knows. */
int csv_keys_has(const struct csv_keys *k, const void *p, size_t len);

/*
 * Forget this turn's keys and take the next ones.  Return 1; 0 where none are left;
 * -1 with ANT_FAIL.  Nothing may be added any more.
 */
int csv_keys_turn(struct csv_keys *k, struct ant_err *e);

#endif
