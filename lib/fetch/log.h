/* fetch/log - what a fetch says about itself: requests and progress, as text */
#ifndef ANT_FETCH_LOG_H
#define ANT_FETCH_LOG_H

#include "base/buf.h"
#include "fetch/fetch.h"

/* One request as a line of text without a newline.  Return 0 or -1 as buf_put(). */
int fetch_log_text(struct buf *to, const struct fetch_request *r);

/* One request as a JSON object without a newline; NOW is in seconds since 1970. */
int fetch_log_json(struct buf *to, const struct fetch_request *r, int64_t now);

/* Progress on one line of at most WIDTH columns after MS milliseconds, without a newline. */
int fetch_log_progress(
	struct buf *to, const char *table, const struct fetch_stats *s, int64_t ms, int width);

#endif
