/* base/buf - a growing byte buffer that is born with its maximum */
#ifndef ANT_BASE_BUF_H
#define ANT_BASE_BUF_H

#include <stddef.h>
#include <string.h>

/*
 * DATA holds LEN bytes; it is always followed by BUF_PAD readable bytes once
 * anything was reserved, so that vector code may read past the end.  After an
 * operation failed, `failed` is set (and errno): later operations do nothing,
 * so that a sequence of puts needs one check at its end.
 */
struct buf {
	char *data;
	size_t len, cap, max;
	int failed;
};

enum { BUF_PAD = 64 };

/* An empty buffer of at most MAX bytes.  It owns nothing yet. */
void buf_init(struct buf *b, size_t max);
/* Release the memory; B is empty and usable again. */
void buf_free(struct buf *b);
/* Forget the contents and the failure; keep the memory. */
void buf_clear(struct buf *b);

/*
 * Make room for N more bytes after LEN.  Return where they start, or NULL
 * with errno ENOMEM or EMSGSIZE (over the maximum); the contents stay.
 */
char *buf_reserve(struct buf *b, size_t n);

/* Append.  Return 0, or -1 as buf_reserve() fails. */
int buf_put_slow(struct buf *b, const void *p, size_t n);
int buf_puts(struct buf *b, const char *s);
int buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The contents as a C string, valid until the next change; NULL on failure. */
const char *buf_str(struct buf *b);

/* buf_put() and buf_putc() are what rows are made with: the usual case is inline. */
static inline int
buf_put(struct buf *b, const void *p, size_t n)
{
	if (b->failed || n > b->cap - b->len)
		return buf_put_slow(b, p, n);
	if (n > 0)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	return 0;
}

static inline int
buf_putc(struct buf *b, char c)
{
	return buf_put(b, &c, 1);
}

#endif
