/*
 * fetch/rate - one budget of requests for all jobs of a process
 *
 * At most N requests start within any 60 seconds; within that, bursts are free.
 * What the server says (a pause after a 429, how many requests are left until
 * when) holds as well.  Times are milliseconds of clock_ms().
 */
#ifndef ANT_FETCH_RATE_H
#define ANT_FETCH_RATE_H

#include <stddef.h>
#include <stdint.h>

enum { RATE_MAX = 60000 }; /* requests a minute, at most */

struct rate {
	int64_t *started; /* ring: when the last `size` requests started */
	size_t size, used, next;
	int64_t pause_until;	  /* nothing starts before */
	int64_t left, left_until; /* requests the server allows until then; -1: it did not say */
};

/* A budget of PER_MINUTE requests, 0 to RATE_MAX; 0 is no limit.  Return 0, or -1 with ENOMEM. */
int rate_init(struct rate *r, size_t per_minute);
void rate_free(struct rate *r);

/* How long until one more request may start: 0 for now. */
int64_t rate_wait(const struct rate *r, int64_t now);

/* A request starts. */
void rate_take(struct rate *r, int64_t now);

/* Nothing starts before UNTIL. */
void rate_pause(struct rate *r, int64_t until);

/* The server has LEFT requests for us until UNTIL, IN_FLIGHT of which are on their way. */
void rate_left(struct rate *r, int64_t left, int64_t in_flight, int64_t until);

#endif
