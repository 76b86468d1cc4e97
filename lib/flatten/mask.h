/* flatten/mask - cells that must not leave as they are: hashed, redacted, or an address without its name */
#ifndef ANT_FLATTEN_MASK_H
#define ANT_FLATTEN_MASK_H

#include <stddef.h>

#include "base/buf.h"

enum mask { MASK_NONE, MASK_HASH, MASK_REDACT, MASK_EMAIL };

enum { MASK_KEY_MAX = 4096 };

/* The mask called NAME (hash, redact, email), or -1. */
int mask_find(const char *name);

/*
 * Append what stands for LEN bytes of text: hash is SHA-256 (FIPS 180-4) in
 * hex, or HMAC (RFC 2104) with it where KEY is not NULL; redact is ***; email
 * is the first 12 hex digits of that of the local part, and the domain as it is.
 * Return 0 or -1 as buf_put().
 */
int mask_put(
	struct buf *to, enum mask m, const char *key, size_t key_len, const char *s, size_t len);

#endif
