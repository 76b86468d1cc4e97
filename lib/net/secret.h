/*
 * net/secret - memory that is wiped when it is freed, and a secret covered in texts
 *
 * The allocator is for a library that keeps a secret in what it sends.
 */
#ifndef ANT_NET_SECRET_H
#define ANT_NET_SECRET_H

#include <stddef.h>

enum {
	SECRET_MAX = 8192, /* bytes of a secret with what stands before it in its header, at most */
	SECRET_PART = 8	   /* bytes of a secret that are worth covering */
};

/* As those of the C library.  Blocks of over twice SECRET_MAX hold no secret, and are not wiped. */
void *secret_malloc(size_t n);
void *secret_calloc(size_t n, size_t size);
void *secret_realloc(void *old, size_t n);
char *secret_strdup(const char *s);
void secret_free(void *p);

/*
 * Overwrite SECRET with stars wherever it stands in TEXT, and the start of it where TEXT
 * was cut off there.  A secret under SECRET_PART bytes is none, and stays.
 */
void secret_cover(char *text, const char *secret);

#endif
