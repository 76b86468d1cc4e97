#include "db/said.h"

#include <string.h>

static const char masked[] = "***";

/* What no address holds where it stands among other words. */
static const char between[] = " \t\r\n(),;:<>=[]{}|";

void
said_put(struct buf *b, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, between);
		const char *at = memchr(text, '@', n);

		if (at != NULL && at > text && (size_t)(at - text) + 1 < n)
			buf_puts(b, masked);
		else
			buf_put(b, text, n);
		text += n;
		n = strspn(text, between);
		buf_put(b, text, n);
		text += n;
	}
}

void
said_put_of_value(struct buf *b, const char *text)
{
	const char *first = strpbrk(text, "\"'"),
		   *last = first != NULL ? strrchr(text, *first) : NULL;
	struct buf part;

	if (last == first) {
		said_put(b, text);
		return;
	}
	buf_init(&part, b->max);
	buf_put(&part, text, (size_t)(first - text) + 1);
	buf_puts(&part, masked);
	buf_puts(&part, last);
	if (buf_str(&part) != NULL)
		said_put(b, part.data);
	else
		b->failed = 1;
	buf_free(&part);
}
