#include "net/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Blocks carry their size in front, so that they can be wiped when they are freed. */
union block {
	size_t size;
	max_align_t align;
};

void *
secret_malloc(size_t n)
{
	union block *b;

	if (n > SIZE_MAX - sizeof *b || (b = malloc(sizeof *b + n)) == NULL)
		return NULL;
	b->size = n;
	return b + 1;
}

void
secret_free(void *p)
{
	union block *b = p;

	if (p == NULL)
		return;
	b--;
	if (b->size <= SECRET_MAX * 2)
		explicit_bzero(p, b->size);
	free(b);
}

void *
secret_calloc(size_t n, size_t size)
{
	void *p;

	if (size > 0 && n > SIZE_MAX / size)
		return NULL;
	if ((p = secret_malloc(n * size)) != NULL)
		memset(p, 0, n * size);
	return p;
}

void *
secret_realloc(void *old, size_t n)
{
	size_t had = old == NULL ? 0 : ((union block *)old - 1)->size;
	void *p = secret_malloc(n);

	if (p == NULL)
		return NULL;
	if (old != NULL)
		memcpy(p, old, had < n ? had : n);
	secret_free(old);
	return p;
}

char *
secret_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = secret_malloc(n);

	return p == NULL ? NULL : memcpy(p, s, n);
}

void
secret_cover(char *text, const char *secret)
{
	size_t len = strlen(secret), n;

	if (len < SECRET_PART) /* no real one; it would cover letters of our own */
		return;
	for (char *p = text; (p = strstr(p, secret)) != NULL; p += len)
		memset(p, '*', len);
	n = strlen(text);
	for (len = len - 1 < n ? len - 1 : n; len >= SECRET_PART; len--)
		if (memcmp(text + n - len, secret, len) == 0) {
			memset(text + n - len, '*', len);
			return;
		}
}
