/* fetch/key - the API key: read and checked */
#ifndef ANT_FETCH_KEY_H
#define ANT_FETCH_KEY_H

#include <stddef.h>

#include "base/err.h"

enum { KEY_MAX = 4096 };

struct key {
	char text[KEY_MAX + 1];
	int exposed; /* it came from a file that others than its owner can read */
};

/* What opens the API: a key, a token, or both. */
struct credentials {
	struct key key, token;
	int has_key, has_token;
};

/*
 * Take the key from KEY_FILE, or where that is NULL from ANTHROPIC_ADMIN_KEY or
 * ANTHROPIC_ADMIN_API_KEY, and the token from TOKEN_FILE or ANTHROPIC_AUTH_TOKEN.  The
 * values in this process's environment are then overwritten and removed; an empty one is as good
 * as none.  A newline at the end is dropped.  Return 0, or -1 with ANT_USAGE: neither of them, an
 * empty file, one over KEY_MAX bytes, or with bytes that no key has (control characters, spaces, other than
 * ASCII).  TAKES, in words, is what opens what is asked for.  In any case C is the caller's to explicit_bzero().
 */
int credentials_load(struct credentials *c, const char *key_file, const char *token_file,
	const char *takes, struct ant_err *e);

#endif
