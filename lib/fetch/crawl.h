/*
 * fetch/crawl - the chains of one table side by side, and their pages in order
 *
 * A chain (chain.h) knows what to ask for next.  Here it is decided when that
 * is sent; what comes back is answer.h's, and where the pages go a sink's.
 */
#ifndef ANT_FETCH_CRAWL_H
#define ANT_FETCH_CRAWL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/out.h"
#include "base/strlist.h"
#include "fetch/chain.h"
#include "fetch/fetch.h"
#include "fetch/page.h"
#include "fetch/pieces.h"

struct sink { /* takes the pages of a crawl in their order */
	int (*put)(void *to, const struct page *page, struct ant_err *e); /* 0 or -1 */
	void *to;
	struct out *out; /* what PUT writes to; with the descriptor -1 where it writes nothing */
};

struct crawl {
	const struct fetch_plan *plan;
	const struct sink *sink;
	struct fetch_stats *stats;
	struct chain_kind kind;
	struct window
		window; /* the kind's; it ends earlier where the last days are not available yet */
	/* From here on all 0 to begin with. */
	int64_t server_now; /* the earliest that the server said it was; INT64_MAX: it did not */
	int64_t refreshed;  /* the earliest end of what is complete that it named; the same */
	int64_t progress_at, open_bucket;
	int64_t budget_at;  /* something could start then, but for the budget; 0: it is not that */
	struct chain *ring; /* chain i is ring[i % size] */
	size_t size, head, tail, total; /* chains [head, tail) are open */
	struct chain last; /* the last one: asked for first where it may not be available yet */
	int last_open, last_known; /* it is open; its first answer has arrived */
	int readable;		   /* a page has arrived */
	struct pieces pieces;
	struct buf target, cursor;
	struct strlist members; /* what the answer must hold where it is the record */
	uint64_t random;
};

/*
 * Fetch all pages of all chains of KIND for SINK.  Return 0, or -1 with the status
 * of anthill(7) and a reason.  In any case nothing is under way and nothing is held
 * afterwards, and `server_now` stays.
 */
int crawl_run(struct crawl *w, struct ant_err *e);

/*
 * The end of W's window is not available yet: the window ends at UPTO, or where that is no earlier
 * time (INT64_MAX: none is known), a bucket before.  Its last chain is asked for anew.  Return 0,
 * or -1 where that has already brought a page.
 */
int crawl_end_earlier(struct crawl *w, int64_t upto);

/* Tell the user of PLAN something. */
void crawl_warn(const struct fetch_plan *plan, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
