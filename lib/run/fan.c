#define _GNU_SOURCE /* mkostemp */
#include "run/fan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
fan_init(struct fan *f, int from, size_t n, int aside)
{
	*f = (struct fan){.from = from,
		.to = calloc(n, sizeof *f->to),
		.n = n,
		.done = calloc(n, sizeof *f->done),
		.aside = aside,
		.rest = calloc(n, sizeof *f->rest),
		.block = malloc(FAN_BLOCK)};
	for (size_t i = 0; i < n && f->to != NULL && f->rest != NULL; i++) {
		f->to[i] = -1;
		f->rest[i].fd = -1;
	}
	return f->to == NULL || f->done == NULL || f->rest == NULL || f->block == NULL ? -1 : 0;
}

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* No more for reader I: it is gone, or has all. */
static void
leave(struct fan *f, size_t i)
{
	shut(&f->to[i]);
	shut(&f->rest[i].fd);
}

void
fan_free(struct fan *f)
{
	if (f->n == 0)
		return;
	shut(&f->from);
	for (size_t i = 0; f->to != NULL && f->rest != NULL && i < f->n; i++)
		leave(f, i);
	free(f->to);
	free(f->done);
	free(f->rest);
	free(f->block);
	memset(f, 0, sizeof *f);
}

/* Whether reader I has yet to take what was put aside for it. */
static int
has_rest(const struct fan *f, size_t i)
{
	return f->rest[i].from < f->rest[i].to;
}

/* 1 where some reader has not got all of the block. */
static int
is_pending(const struct fan *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->to[i] != -1 && f->done[i] < f->len)
			return 1;
	return 0;
}

void
fan_ask(const struct fan *f, struct pollfd *p)
{
	p[0] = (struct pollfd){is_pending(f) ? -1 : f->from, POLLIN, 0};
	/* That a reader is gone is told in any case. */
	for (size_t i = 0; i < f->n; i++)
		p[1 + i] = (struct pollfd){
			f->to[i], f->done[i] < f->len || has_rest(f, i) ? POLLOUT : 0, 0};
}

/* A file that has no name any more, and that only we can read. */
static int
make_file(void)
{
	const char *folder = getenv("TMPDIR");
	char name[4096];
	int fd, n;

	n = snprintf(name, sizeof name, "%s/ant-run.XXXXXX",
		folder != NULL && *folder != '\0' ? folder : "/tmp");
	if (n < 0 || (size_t)n >= sizeof name || (fd = mkostemp(name, O_CLOEXEC)) == -1)
		return -1;
	unlink(name);
	return fd;
}

/* Put the rest of the block aside for reader I, as far as there is room: what there is none for waits as it did. */
static void
put_aside(struct fan *f, size_t i)
{
	struct fan_rest *r = &f->rest[i];
	ssize_t n;

	if (r->fd == -1 && (r->fd = make_file()) == -1)
		return;
	while (f->done[i] < f->len) {
		n = pwrite(r->fd, f->block + f->done[i], f->len - f->done[i], r->to);
		if (n <= 0)
			return;
		r->to += n;
		f->done[i] += (size_t)n;
	}
}

/* Write N bytes at P to reader I: how many it took; it is left where it is gone. */
static size_t
give(struct fan *f, size_t i, const char *p, size_t n)
{
	ssize_t took = write(f->to[i], p, n);

	if (took >= 0)
		return (size_t)took;
	if (errno != EAGAIN && errno != EINTR)
		leave(f, i);
	return 0;
}

/* What was put aside comes first. */
static void
give_rest(struct fan *f, size_t i)
{
	struct fan_rest *r = &f->rest[i];
	char some[FAN_BLOCK / 4];
	off_t left = r->to - r->from;
	ssize_t n = pread(r->fd, some, left < (off_t)sizeof some ? (size_t)left : sizeof some, r->from);

	if (n <= 0) {
		leave(f, i); /* without its trailer the stream is refused */
		return;
	}
	r->from += (off_t)give(f, i, some, (size_t)n);
	if (r->from < r->to || r->fd == -1)
		return;
	/* It has caught up: the room is free again. */
	if (ftruncate(r->fd, 0) == 0)
		r->from = r->to = 0;
}

/* It can take something, or it is gone. */
static void
serve(struct fan *f, size_t i)
{
	if (has_rest(f, i))
		give_rest(f, i);
	else if (f->done[i] == f->len)
		leave(f, i); /* it was not asked for more: its reader is gone */
	else
		f->done[i] += give(f, i, f->block + f->done[i], f->len - f->done[i]);
}

static void
take(struct fan *f)
{
	ssize_t n = read(f->from, f->block, FAN_BLOCK);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		shut(&f->from);
		return;
	}
	f->len = (size_t)n;
	memset(f->done, 0, f->n * sizeof *f->done);
	for (size_t i = 0; f->aside && i < f->n; i++) {
		if (f->to[i] != -1 && !has_rest(f, i))
			f->done[i] = give(f, i, f->block, f->len);
		if (f->to[i] != -1)
			put_aside(f, i);
	}
}

void
fan_step(struct fan *f, const struct pollfd *p)
{
	size_t left = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (f->to[i] != -1 && p[1 + i].revents != 0)
			serve(f, i);
		left += f->to[i] != -1;
	}
	if (left == 0)
		shut(&f->from);
	else if (f->from != -1 && p[0].revents != 0)
		take(f);
	/* After its end each reader stays until it has all. */
	for (size_t i = 0; f->from == -1 && i < f->n; i++)
		if (f->to[i] != -1 && f->done[i] == f->len && !has_rest(f, i))
			leave(f, i);
}
