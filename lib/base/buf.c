#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof *b);
	b->max = max;
}

void
buf_free(struct buf *b)
{
	size_t max = b->max;

	free(b->data);
	buf_init(b, max);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = 0;
}

static char *
fail(struct buf *b, int reason)
{
	b->failed = 1;
	errno = reason;
	return NULL;
}

char *
buf_reserve(struct buf *b, size_t n)
{
	size_t want, cap;
	char *p;

	if (b->failed)
		return fail(b, errno != 0 ? errno : ENOMEM);
	if (n > b->max || b->len > b->max - n)
		return fail(b, EMSGSIZE);
	want = b->len + n;
	if (b->data != NULL && want <= b->cap)
		return b->data + b->len;
	cap = b->cap < 256 ? 256 : b->cap;
	while (cap < want)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if (cap > b->max) /* what is reserved can be filled without asking again */
		cap = b->max;
	if ((p = realloc(b->data, cap + BUF_PAD)) == NULL)
		return fail(b, ENOMEM);
	memset(p + cap, 0, BUF_PAD);
	b->data = p;
	b->cap = cap;
	return p + b->len;
}

int
buf_put_slow(struct buf *b, const void *p, size_t n)
{
	char *to = buf_reserve(b, n);

	if (to == NULL)
		return -1;
	if (n > 0)
		memcpy(to, p, n);
	b->len += n;
	return 0;
}

int
buf_puts(struct buf *b, const char *s)
{
	return buf_put(b, s, strlen(s));
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		fail(b, EINVAL);
		return -1;
	}
	if ((to = buf_reserve(b, (size_t)n + 1)) == NULL)
		return -1;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

const char *
buf_str(struct buf *b)
{
	char *end = buf_reserve(b, 1);

	if (end == NULL)
		return NULL;
	*end = '\0';
	return b->data;
}
