#include "base/lines.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 18 };

void
lines_init(struct lines *l, int fd, const char *name, size_t max)
{
	memset(l, 0, sizeof *l);
	l->fd = fd;
	l->name = name;
	buf_init(&l->buf, max + BLOCK);
}

void
lines_free(struct lines *l)
{
	buf_free(&l->buf);
}

static int
too_long(const struct lines *l, struct ant_err *e)
{
	return err_set(e, ANT_INPUT, "%s:%zu: line is longer than %zu bytes", l->name,
		l->number + 1, l->buf.max - BLOCK);
}

size_t
lines_byte(const struct lines *l, const char *at)
{
	const char *start = at;

	while (start > l->buf.data && start[-1] != '\n')
		start--;
	return (size_t)(at - start) + 1 + (start == l->buf.data ? l->dropped : 0);
}

/* Nothing may come for a long time: say so to who wants to know. */
static int
wait_for_input(const struct lines *l, struct ant_err *e)
{
	struct pollfd input = {.fd = l->fd, .events = POLLIN};

	return l->idle != NULL && poll(&input, 1, l->idle_ms) == 0 ? l->idle(l->idle_arg, e) : 0;
}

int
lines_more(struct lines *l, struct ant_err *e)
{
	char *to;
	ssize_t n;

	if (l->start > 0) { /* keep only the started line */
		l->dropped = lines_byte(l, l->buf.data + l->start) - 1;
		l->buf.len -= l->start;
		memmove(l->buf.data, l->buf.data + l->start, l->buf.len);
		l->start = 0;
	}
	if ((to = buf_reserve(&l->buf, BLOCK)) == NULL) {
		if (errno == EMSGSIZE)
			return too_long(l, e);
		return err_sys(e, ANT_FAIL, "%s:%zu", l->name, l->number + 1);
	}
	if (wait_for_input(l, e) == -1)
		return -1;
	while ((n = read(l->fd, to, BLOCK)) == -1)
		if (errno != EINTR)
			return err_sys(e, ANT_FAIL, "%s", l->name);
	l->buf.len += (size_t)n;
	memset(to + n, 0, BUF_PAD); /* what an earlier block left there is no part of this text */
	l->eof = n == 0;
	return 0;
}

int
lines_peek(struct lines *l, size_t n, struct ant_err *e)
{
	while (!l->eof && l->buf.len - l->start < n)
		if (lines_more(l, e) == -1)
			return -1;
	return 0;
}

int
lines_next(struct lines *l, char **line, size_t *len, struct ant_err *e)
{
	size_t seen = 0; /* bytes of the started line known to hold no newline */

	for (;;) {
		size_t have = l->buf.len - l->start;
		char *nl = NULL;

		if (have > seen)
			nl = memchr(l->buf.data + l->start + seen, '\n', have - seen);
		if (nl != NULL || l->eof) {
			if (have == 0)
				return 0;
			*line = l->buf.data + l->start;
			*len = nl != NULL ? (size_t)(nl - *line) : have;
			if (*len > l->buf.max - BLOCK)
				return too_long(l, e);
			l->start += *len + (nl != NULL);
			l->number++;
			l->partial = nl == NULL;
			return 1;
		}
		seen = have;
		if (lines_more(l, e) == -1)
			return -1;
	}
}

int
lines_ready(const struct lines *l)
{
	size_t have = l->buf.len - l->start;

	return have > 0 && memchr(l->buf.data + l->start, '\n', have) != NULL;
}
