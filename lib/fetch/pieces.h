/*
 * fetch/pieces - pages that have arrived and wait for their turn
 *
 * The pages of one sequence stand in a queue; all queues of a run take their
 * memory from one pool, which knows how much is waiting and uses the memory of
 * pages that were written again.
 */
#ifndef ANT_FETCH_PIECES_H
#define ANT_FETCH_PIECES_H

#include <stddef.h>

#include "base/buf.h"
#include "fetch/page.h"

struct piece {
	struct piece *next;
	struct buf body; /* holds what PAGE points into */
	struct page page;
};

struct pieces {		    /* the pool; all 0 to begin with */
	size_t ahead;	    /* pages in queues ... */
	size_t ahead_bytes; /* ... and the bytes of their bodies */
	struct piece *spare;
	size_t spare_bytes;
};

struct queue { /* in the order of arrival; all 0 to begin with */
	struct piece *first, *last;
};

/* A piece to receive a page into, or NULL with ENOMEM. */
struct piece *pieces_take(struct pieces *of);
void pieces_release(struct pieces *of, struct piece *p); /* NULL: no effect */
void pieces_free(struct pieces *of);			 /* what was released */

/* P is the last of Q. */
void pieces_push(struct pieces *of, struct queue *q, struct piece *p);
/* The first of Q has been written: forget it. */
void pieces_pop(struct pieces *of, struct queue *q);
/* Forget all. */
void pieces_clear(struct pieces *of, struct queue *q);

#endif
