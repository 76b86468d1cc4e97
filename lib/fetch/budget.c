#include "fetch/budget.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };
static const int64_t TIME_MAX = INT64_C(1) << 50; /* no clock comes that far: 35,000 years */

/*
 * The file: this, then the ring of rate.h, 8 bytes each.  A request costs this head and
 * one slot.  The head is written first: a process that is killed in between has started
 * no request, and the slot it leaves as it was says of the place what is true, that it is
 * free.  The other way around the slot would stop everybody for up to a minute.
 */
struct head {
	char magic[16];
	int64_t size, used, next;
	int64_t pause_until, left, left_until;
	int64_t written; /* when; later than now: before the machine's last start */
};

static const char magic[16] = "anthill rate 1\n";

static int
strange(struct budget *b, const char *what, struct ant_err *e)
{
	return err_set(e, ANT_USAGE, "--rate-file %s: %s", b->path, what);
}

/* LEN bytes at AT: 1, 0 where the file is shorter, or -1. */
static int
get(struct budget *b, void *to, size_t len, off_t at, struct ant_err *e)
{
	ssize_t n;

	do
		n = pread(b->fd, to, len, at);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return err_sys(e, ANT_FAIL, "--rate-file %s", b->path);
	return (size_t)n == len;
}

static int
put(struct budget *b, const void *from, size_t len, off_t at, struct ant_err *e)
{
	ssize_t n;

	do
		n = pwrite(b->fd, from, len, at);
	while (n == -1 && errno == EINTR);
	if (n >= 0 && (size_t)n < len) /* a few bytes: there is no room for the rest */
		errno = ENOSPC;
	return (size_t)n == len && n >= 0 ? 0 : err_sys(e, ANT_FAIL, "--rate-file %s", b->path);
}

static off_t
slot_at(size_t i)
{
	return (off_t)(sizeof(struct head) + i * sizeof(int64_t));
}

static int
time_valid(int64_t t)
{
	return t >= 0 && t < TIME_MAX;
}

/* Could this be what we wrote? */
static int
head_valid(const struct head *h)
{
	if (memcmp(h->magic, magic, sizeof magic) != 0 || h->size < 0 || h->size > RATE_MAX)
		return 0;
	if (h->used < 0 || h->used > h->size || h->next < 0 || h->next > h->used)
		return 0;
	if (!time_valid(h->written) || !time_valid(h->pause_until) || !time_valid(h->left_until))
		return 0;
	return (h->next < h->size || h->size == 0) && h->left >= -1;
}

/* Does anything in it still hold at NOW? */
static int
head_counts(const struct head *h, int64_t now)
{
	if (h->written > now)
		return 0;
	return now - h->written < MINUTE_MS || h->pause_until > now ||
	       (h->left >= 0 && h->left_until > now);
}

/* Take what the head H says, and the slot that the next request would have. */
static int
take_over(struct budget *b, const struct head *h, struct ant_err *e)
{
	struct rate *r = &b->rate;
	int64_t *oldest;
	int there;

	r->used = (size_t)h->used;
	r->next = (size_t)h->next;
	r->pause_until = h->pause_until;
	r->left = h->left;
	r->left_until = h->left_until;
	if (r->size == 0 || r->used < r->size)
		return 0;
	oldest = &r->started[r->next];
	if ((there = get(b, oldest, sizeof *oldest, slot_at(r->next), e)) == -1)
		return -1;
	if (!there) /* its writer was killed, and nobody has written after it since */
		*oldest = 0;
	if (*oldest < 0 || *oldest > h->written)
		return strange(b, "damaged; remove it", e);
	return 0;
}

static void
start_anew(struct rate *r)
{
	*r = (struct rate){.started = r->started, .size = r->size, .left = -1};
}

/* Bring b->rate to what the file says at NOW.  It is locked. */
static int
read_file(struct budget *b, int64_t now, struct ant_err *e)
{
	struct head h;
	char one;
	int whole = get(b, &h, sizeof h, 0, e);

	if (whole == -1)
		return -1;
	if (!whole && (whole = get(b, &one, 1, 0, e)) != 0)
		return whole == -1 ? -1 : strange(b, "not a file of ant-fetch", e);
	if (!whole) { /* new */
		start_anew(&b->rate);
		return 0;
	}
	if (!head_valid(&h))
		return strange(b, "not a file of ant-fetch", e);
	if (!head_counts(&h, now)) {
		start_anew(&b->rate);
		/* Slots of before the machine's last start may name times that are still to come. */
		return ftruncate(b->fd, sizeof h) == 0
			       ? 0
			       : err_sys(e, ANT_FAIL, "--rate-file %s", b->path);
	}
	if ((size_t)h.size != b->rate.size)
		return err_set(e, ANT_USAGE,
			"--rate-file %s: others share it at %lld requests a minute, not %zu",
			b->path, (long long)h.size, b->rate.size);
	return take_over(b, &h, e);
}

/* Write the head, and then the slot that was FILLED unless that is NULL. */
static int
write_file(struct budget *b, const int64_t *filled, int64_t now, struct ant_err *e)
{
	const struct rate *r = &b->rate;
	struct head h = {.size = (int64_t)r->size,
		.used = (int64_t)r->used,
		.next = (int64_t)r->next,
		.pause_until = r->pause_until,
		.left = r->left,
		.left_until = r->left_until,
		.written = now};

	memcpy(h.magic, magic, sizeof magic);
	if (put(b, &h, sizeof h, 0, e) == -1)
		return -1;
	if (filled == NULL)
		return 0;
	return put(b, filled, sizeof *filled, slot_at((size_t)(filled - r->started)), e);
}

/* Lock the file and read it; unlock() ends what was begun so. */
static int
lock(struct budget *b, int64_t *now, struct ant_err *e)
{
	if (b->path == NULL) {
		*now = b->clock();
		return 0;
	}
	while (flock(b->fd, LOCK_EX) == -1)
		if (errno != EINTR)
			return err_sys(e, ANT_FAIL, "--rate-file %s", b->path);
	*now = b->clock(); /* with the lock held, so that times in the file only grow */
	if (read_file(b, *now, e) == 0)
		return 0;
	flock(b->fd, LOCK_UN);
	return -1;
}

static int
unlock(struct budget *b, const int64_t *filled, int64_t now, struct ant_err *e)
{
	int rc;

	if (b->path == NULL)
		return 0;
	rc = write_file(b, filled, now, e);
	flock(b->fd, LOCK_UN);
	return rc;
}

/* In a folder that others can write to, a name may be a trap. */
static int
open_file(struct budget *b, struct ant_err *e)
{
	struct stat st;

	b->fd = open(b->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (b->fd == -1)
		return err_sys(e, ANT_USAGE, "--rate-file %s", b->path);
	if (fstat(b->fd, &st) == -1)
		return err_sys(e, ANT_FAIL, "--rate-file %s", b->path);
	if (!S_ISREG(st.st_mode))
		return strange(b, "not a plain file", e);
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0 || st.st_nlink > 1)
		return strange(b, "others can write to it", e);
	return 0;
}

int
budget_open(struct budget *b, size_t per_minute, const char *path, int64_t (*clock)(void),
	struct ant_err *e)
{
	int64_t now;

	memset(b, 0, sizeof *b);
	b->fd = -1;
	b->clock = clock;
	if (rate_init(&b->rate, per_minute) == -1)
		return err_sys(e, ANT_FAIL, "--rate");
	if (path == NULL)
		return 0;
	if ((b->path = strdup(path)) == NULL) {
		err_sys(e, ANT_FAIL, "--rate-file");
		goto err;
	}
	if (open_file(b, e) == -1 || lock(b, &now, e) == -1 || unlock(b, NULL, now, e) == -1)
		goto err;
	return 0;
err:
	budget_close(b);
	return -1;
}

void
budget_close(struct budget *b)
{
	if (b->path != NULL && b->fd != -1)
		close(b->fd);
	free(b->path);
	rate_free(&b->rate);
	memset(b, 0, sizeof *b);
}

int64_t
budget_take(struct budget *b, struct ant_err *e)
{
	int64_t now, wait;
	const int64_t *filled = NULL;

	if (lock(b, &now, e) == -1)
		return -1;
	if ((wait = rate_wait(&b->rate, now)) == 0) {
		if (b->rate.size > 0)
			filled = &b->rate.started[b->rate.next];
		rate_take(&b->rate, now);
	} else if (b->path != NULL) { /* nothing to write */
		flock(b->fd, LOCK_UN);
		return wait;
	}
	return unlock(b, filled, now, e) == -1 ? -1 : wait;
}

/*
 * Who was told to wait until UNTIL does.  What a file says, which stays, is believed for an hour:
 * after a wrong answer that names a year nobody should have to find the file and remove it.
 */
static int64_t
shared(const struct budget *b, int64_t until, int64_t now)
{
	return b->path != NULL && until > now + HOUR_MS ? now + HOUR_MS : until;
}

int
budget_pause(struct budget *b, int64_t until, struct ant_err *e)
{
	int64_t now;

	if (lock(b, &now, e) == -1)
		return -1;
	rate_pause(&b->rate, shared(b, until, now));
	return unlock(b, NULL, now, e);
}

int
budget_left(struct budget *b, int64_t left, int64_t in_flight, int64_t until, struct ant_err *e)
{
	int64_t now;

	if (lock(b, &now, e) == -1)
		return -1;
	rate_left(&b->rate, left, in_flight, shared(b, until, now));
	return unlock(b, NULL, now, e);
}
