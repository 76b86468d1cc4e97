#include "run/fan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
fan_init(struct fan *f, int from, size_t n)
{
	*f = (struct fan){.from = from,
		.to = calloc(n, sizeof *f->to),
		.n = n,
		.done = calloc(n, sizeof *f->done),
		.block = malloc(FAN_BLOCK)};
	if (f->to == NULL || f->done == NULL || f->block == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		f->to[i] = -1;
	return 0;
}

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
fan_free(struct fan *f)
{
	if (f->n == 0)
		return;
	shut(&f->from);
	for (size_t i = 0; f->to != NULL && i < f->n; i++)
		shut(&f->to[i]);
	free(f->to);
	free(f->done);
	free(f->block);
	memset(f, 0, sizeof *f);
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
		p[1 + i] = (struct pollfd){f->to[i], f->done[i] < f->len ? POLLOUT : 0, 0};
}

static void
give(struct fan *f, size_t i)
{
	ssize_t n;

	if (f->done[i] == f->len) {
		shut(&f->to[i]); /* it was not asked for more: its reader is gone */
		return;
	}
	n = write(f->to[i], f->block + f->done[i], f->len - f->done[i]);
	if (n >= 0)
		f->done[i] += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		shut(&f->to[i]);
}

static void
take(struct fan *f)
{
	ssize_t n = read(f->from, f->block, FAN_BLOCK);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		shut(&f->from);
		for (size_t i = 0; i < f->n; i++)
			shut(&f->to[i]);
		return;
	}
	f->len = (size_t)n;
	memset(f->done, 0, f->n * sizeof *f->done);
}

void
fan_step(struct fan *f, const struct pollfd *p)
{
	size_t left = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (f->to[i] != -1 && p[1 + i].revents != 0)
			give(f, i);
		left += f->to[i] != -1;
	}
	if (left == 0)
		shut(&f->from);
	else if (f->from != -1 && p[0].revents != 0)
		take(f);
}
