/* fetch/window - the time a fetch is about, in whole buckets, and the slices it is fetched in */
#ifndef ANT_FETCH_WINDOW_H
#define ANT_FETCH_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "tables/table.h"

struct window {
	int64_t from, to;	/* [from, to), bucket starts, seconds since 1970 */
	int64_t width;		/* seconds of a bucket; 0: the table has no window */
	const char *width_name; /* "1d"; the table's or static; NULL without a window */
	int64_t watermark;	/* exclusive end of the last complete bucket */
	int64_t served;		/* the first bucket that the API serves; INT64_MIN: it serves any */
	int64_t asked;		/* the start that was asked for */
	int narrowed;		/* that was before what is served: FROM is another one */
	int unserved;		/* so was the end: nothing is left */
};

/*
 * The window of TABLE from FROM to TO, times of the command line as in
 * utc_argument(), snapped outward to buckets of WIDTH (a name of the table's,
 * NULL for its default).  FROM NULL: 2023-01-01, the table's earliest day, or the first
 * that the API serves, the latest of them; TO NULL: NOW.  Without widths the buckets are
 * days where the API is asked by days, else seconds.  A table that refuses the open bucket,
 * or has a lag, gets a window that ends where that starts; it may be empty.  One that is
 * asked to start before what the API serves is narrowed: a load must not delete what
 * cannot be fetched any more.
 * Return 0, or -1 with ANT_USAGE: a time or width that is none, FROM later than TO, or any
 * of them for a table that has no window.
 */
int window_make(struct window *w, const struct table *table, const char *width, const char *from,
	const char *to, int64_t now, struct ant_err *e);

/* How many slices of SPAN seconds the window has, and the bounds of slice I. */
size_t window_slices(const struct window *w, int64_t span);
void window_slice(const struct window *w, int64_t span, size_t i, int64_t *from, int64_t *to);

/*
 * What starts at TO or later, a bucket start before the window's end, is not available yet: the
 * window ends there.  Where nothing is left it is empty, and its watermark is before FROM.
 */
void window_end(struct window *w, int64_t to);

#endif
