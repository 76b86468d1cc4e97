/*
 * load/unique - the rows of a stream whose key came before in it, put aside: the last one counts
 *
 * Which key came before is remembered by 32 bits of a digest, in bounded memory.  That is enough,
 * for it decides nothing but where a row goes on its way: one that is put aside for nothing replaces
 * no other, since what replaces which is found by the keys themselves, in the destination.
 */
#ifndef ANT_LOAD_UNIQUE_H
#define ANT_LOAD_UNIQUE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "stream/rows.h"

enum {
	UNIQUE_SLOTS = 1 << 21,		    /* 8 MiB */
	UNIQUE_KEYS = UNIQUE_SLOTS / 4 * 3, /* all further keys count as seen */
	UNIQUE_NEAR = 1 << 17		    /* words: 1 MiB */
};

struct unique {
	int64_t held;	  /* rows that were put aside */
	int64_t repeated; /* set by the destination: rows that another one of their key replaced */

	/* what follows is unique.c's own */
	struct rows *rows;
	uint32_t *seen; /* open addressing; 0: an empty slot */
	size_t n;
	uint64_t *near;	      /* a filter before them */
	uint64_t waiting[64]; /* digests that have no slot yet */
	size_t nwaiting;
	int fd; /* -1 until a row is put aside */
	struct out spool;
	struct buf line;
};

/*
 * From here on, R, of which no row was read yet and whose key is not empty, hands out no row whose
 * key came before.  Return it (unique_free() it), or NULL with ANT_FAIL.
 */
struct unique *unique_new(struct rows *r, struct ant_err *e);
void unique_free(struct unique *u); /* NULL: no effect */

/*
 * At the end of R: the rows that were put aside, in their order, as a stream of the same columns and
 * key (rows_close() it).  May be asked for again once the one before is closed.  NULL with ANT_FAIL.
 */
struct rows *unique_again(struct unique *u, struct ant_err *e);

/* A temporary file without a name, to be closed; -1 with ANT_FAIL. */
int unique_scratch(struct ant_err *e);

#endif
