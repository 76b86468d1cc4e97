/*
 * fetch/fetch - one table of the API as a record stream, complete or without an end
 *
 * The work is cut into chains, see chain.h.  They run side by side (crawl.h);
 * records come out in their order.
 */
#ifndef ANT_FETCH_FETCH_H
#define ANT_FETCH_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/lines.h"
#include "base/out.h"
#include "base/strlist.h"
#include "fetch/api.h"
#include "fetch/budgets.h"
#include "fetch/organization.h"
#include "fetch/window.h"
#include "net/http.h"
#include "tables/table.h"

enum {
	FETCH_AHEAD = 4,	     /* pages a job that are read before their turn ... */
	FETCH_AHEAD_BYTES = 64 << 20 /* ... and no more once they are this much */
};

struct fetch_request { /* one finished request, for a log */
	const char *url, *request_id;
	long status; /* 0: none */
	int64_t bytes, ms;
	unsigned attempt;  /* from 1 */
	const char *error; /* NULL: it brought a page */
};

struct fetch_stats {
	uint64_t requests, retries, pages, records; /* pages and records that were written */
	uint64_t bytes;				    /* received */
	double share; /* of the window or the chains; below 0: unknown */
};

/* Called between transfers; any may be NULL. */
struct fetch_events {
	void *ctx;
	void (*request)(void *ctx, const struct fetch_request *r);
	void (*warn)(void *ctx, const char *text);
	void (*progress)(void *ctx, const struct fetch_stats *s);
	void (*reader_gone)(void *ctx); /* nobody reads OUT any more: may end the process */
};

struct fetch_plan {
	const struct table *table;
	const struct table *const *parents; /* whose records `foreach` goes through, and theirs */
	size_t nparents;
	struct lines
		*parents_file; /* a record stream of the first of them, or NULL: it is fetched */
	int allow_cut;	       /* records that may be cut off are taken */
	int complete; /* buckets that the answers say are not complete yet are left out */
	int brief; /* of a refusal its path and reason alone: the caller says what it takes */
	struct window window;
	const struct strlist *group_by; /* dimensions; NULL: the table has none */
	const struct strlist *params;	/* NAME=VALUE of the user, may be NULL */
	long limit;			/* records or buckets a page; 0: none is sent */
	size_t jobs;
	unsigned retries;    /* of a request */
	int64_t deadline_ms; /* without progress */
	int64_t backoff_ms;  /* the longest first wait */
	struct http *http;
	const struct api_access *access; /* what HTTP has to open it */
	struct budgets *budgets;
	struct organization *organization; /* whom the answers name: to be one in all of them */
	struct fetch_events events;
};

/*
 * Check a parameter NAME=VALUE of the user for TABLE.  Return 0, or -1 with ANT_USAGE: no =, no
 * name, or one that is sent already, by the fetch or by the table file (a list, NAME[], may grow).
 */
int fetch_param_valid(const struct table *table, const char *param, struct ant_err *e);

/*
 * The limit to send for TABLE where the user asks for ASKED (0: did not).
 * Return 0, or -1 with ANT_USAGE: more than the API gives, or no choice.
 */
int fetch_limit(
	const struct table *table, const char *width, long asked, long *limit, struct ant_err *e);

/*
 * Fetch all that the plan says and write the record stream to OUT, flushed.  It begins
 * when there is a page to write, or nothing to fetch: the begin line has the organization.
 * Return 0, or -1 with the status of anthill(7) and a reason; what was written
 * then has no end line, and perhaps no begin line.
 */
int fetch_run(const struct fetch_plan *plan, struct out *out, struct ant_err *e);

/*
 * May this be read?  Fetch the first page that the plan leads to, and append its
 * records to SAMPLE unless that is NULL.  Return 0 or -1 as fetch_run().
 */
int fetch_probe(const struct fetch_plan *plan, struct buf *sample, struct ant_err *e);

#endif
