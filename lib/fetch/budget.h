/*
 * fetch/budget - what may be requested, by this process or by all that share a file
 *
 * The rules are those of rate.h.  With a file they hold for the sum of all
 * processes that have it open, now and within the last minute: requests that
 * started, a pause after a 429, what the server has left.  The file is for the
 * processes of one machine since its start; it holds no secret.
 */
#ifndef ANT_FETCH_BUDGET_H
#define ANT_FETCH_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/rate.h"

struct budget {
	struct rate rate;	/* with a file: what it held when it was last looked at */
	int64_t (*clock)(void); /* milliseconds; the same for all that share the file */
	char *path;		/* NULL: this process alone */
	int fd;
};

/*
 * A budget of PER_MINUTE requests, 0 to RATE_MAX (0: no limit, but pauses hold),
 * shared through the file PATH unless that is NULL.  The file is created where it
 * is missing, for this user alone, and stays.  Return 0, or -1: ANT_USAGE for a
 * file that is not ours (another's, a link, other contents), or that others use
 * with another PER_MINUTE; ANT_FAIL.  CLOCK is clock_ms(), or a test's.
 */
int budget_open(struct budget *b, size_t per_minute, const char *path, int64_t (*clock)(void),
	struct ant_err *e);
void budget_close(struct budget *b); /* also where budget_open() failed or all is 0 */

/*
 * One more request starts: 0.  Or it may not yet: the milliseconds until it is
 * worth to ask again.  Or -1: the file, see budget_open().
 */
int64_t budget_take(struct budget *b, struct ant_err *e);

/*
 * rate_pause() and rate_left(), for all that share the file: there for an hour at most.
 * Return 0, or -1 as budget_open().
 */
int budget_pause(struct budget *b, int64_t until, struct ant_err *e);
int budget_left(
	struct budget *b, int64_t left, int64_t in_flight, int64_t until, struct ant_err *e);

#endif
