/*
 * fetch/chain - a sequence of pages that need one another's cursors
 *
 * A list is one chain; a report is one for each slice of its window, Claude Code
 * one for each day, and a `foreach` one for each id.  A chain knows what to ask for
 * next and what may follow; it does not know of connections, waits or output.
 */
#ifndef ANT_FETCH_CHAIN_H
#define ANT_FETCH_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "fetch/page.h"
#include "fetch/pieces.h"
#include "fetch/seen.h"
#include "fetch/window.h"
#include "tables/table.h"

enum {
	CHAIN_TARGET_MAX = 1 << 18,    /* bytes of a path and query */
	CHAIN_PAGES_MAX = 100000,      /* pages of a chain */
	CHAIN_RECORDS_MAX = 100000000, /* records of a chain */
	CHAIN_EMPTIES_MAX = 1000,      /* pages that bring nothing new, one after the other */
	CHAIN_CURSOR_MAX = PAGE_CURSOR_MAX * 3 + 1
};

/* What a table's chains go through: WIDTH values for each. */
struct id_list {
	struct strlist v;
	size_t width;
};

struct chain_kind { /* what all chains of a table have in common */
	const struct table *table;
	const struct window *window;
	int buckets;				 /* records are the buckets of the window */
	const struct id_list *ids;		 /* one chain for each; NULL: not that way */
	const struct strlist *group_by, *params; /* may be NULL */
	const struct width *width; /* of the buckets; NULL: days or seconds, or no window */
	long limit;		   /* of a page; 0: none is sent */
	int64_t slice;		   /* seconds that a chain asks for */
	int one_page;		   /* the first page of the first chain is all that is wanted */
};

struct chain {
	size_t index, empties; /* of all; pages that brought nothing new, in a row */
	char *const *ids;      /* the values of the path's holes, or NULL */
	int64_t from, to;      /* the window that is asked for */
	int64_t next;	       /* the first bucket that has not arrived */
	long limit;
	struct buf cursor; /* of the next page; empty: the first */
	struct seen seen, pages_seen;
	struct queue queue;	 /* arrived, not yet written */
	struct piece *receiving; /* while a request is under way */
	int done;		 /* the last page has arrived */
	unsigned failures;	 /* of the next page, in a row */
	int64_t retry_at;
	uint64_t pages, records, written;
};

/*
 * The chains of TABLE over WINDOW.  ALONE: one after another, so that the API's own
 * paging may go through the whole window.
 */
void chain_kind_init(struct chain_kind *k, const struct table *table, const struct window *window,
	long limit, int alone);

/* 1 where K is asked for by a window of time, and C is a slice of it. */
int chain_has_slices(const struct chain_kind *k);

/*
 * The member of a record that says when it is, where all records must be in the window; NULL
 * where there is none.  What is merged may come from outside of it.
 */
const char *chain_time(const struct chain_kind *k);

size_t chain_count(const struct chain_kind *k);

void chain_init(struct chain *c);
void chain_free(struct chain *c, struct pieces *pieces); /* nothing may be under way */

/* C, used before or not, becomes chain I. */
void chain_open(struct chain *c, const struct chain_kind *k, size_t i);

/* Path and query of the next page of C to TO, as a string.  Return 0, or -1 with ANT_FAIL. */
int chain_target(
	const struct chain *c, const struct chain_kind *k, struct buf *to, struct ant_err *e);

/*
 * PAGE has arrived, and CURSOR is its next one's.  Return PAGE_OK; PAGE_WRONG with a
 * REASON where it cannot follow what came before; PAGE_MEMORY with errno.
 */
enum page_result chain_follow(struct chain *c, const struct chain_kind *k, const struct page *page,
	const struct buf *cursor, char *reason, size_t size);

/* Can the next page of C be asked for with a smaller limit? */
int chain_can_shrink(const struct chain *c, const struct chain_kind *k);

/*
 * Half the limit.  A page token belongs to its parameters, so paging by token
 * starts anew: at the first bucket that has not arrived, or at the first record.
 */
void chain_shrink(struct chain *c, const struct chain_kind *k, struct pieces *pieces);

#endif
