#include "fetch/rate.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

int
rate_init(struct rate *r, size_t per_minute)
{
	memset(r, 0, sizeof *r);
	r->left = -1;
	if (per_minute == 0)
		return 0;
	if ((r->started = calloc(per_minute, sizeof *r->started)) == NULL)
		return -1;
	r->size = per_minute;
	return 0;
}

void
rate_free(struct rate *r)
{
	free(r->started);
	memset(r, 0, sizeof *r);
}

static int64_t
later(int64_t wait, int64_t until, int64_t now)
{
	return until - now > wait ? until - now : wait;
}

int64_t
rate_wait(const struct rate *r, int64_t now)
{
	int64_t wait = later(0, r->pause_until, now);

	if (r->left == 0)
		wait = later(wait, r->left_until, now);
	if (r->size > 0 && r->used == r->size) /* full: the oldest stands where the next goes */
		wait = later(wait, r->started[r->next] + MINUTE_MS, now);
	return wait;
}

void
rate_take(struct rate *r, int64_t now)
{
	if (r->left > 0)
		r->left--;
	if (r->left >= 0 && now >= r->left_until)
		r->left = -1;
	if (r->size == 0)
		return;
	r->started[r->next] = now;
	r->next = (r->next + 1) % r->size;
	if (r->used < r->size)
		r->used++;
}

void
rate_pause(struct rate *r, int64_t until)
{
	if (until > r->pause_until)
		r->pause_until = until;
}

void
rate_left(struct rate *r, int64_t left, int64_t in_flight, int64_t until)
{
	r->left = left > in_flight ? left - in_flight : 0;
	r->left_until = until;
}
