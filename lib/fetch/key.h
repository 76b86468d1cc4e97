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

/*
 * Take the key from FILE, or where that is NULL from ANTHROPIC_ADMIN_KEY or
 * ANTHROPIC_ADMIN_API_KEY, whose values in this process's environment are then
 * overwritten and removed.  A newline at its end is dropped.  Return 0, or -1
 * with ANT_USAGE: no key, an empty one, one over KEY_MAX bytes, or with bytes
 * that no key has (control characters, spaces, other than ASCII).  In any case
 * K is the caller's to explicit_bzero().
 */
int key_load(struct key *k, const char *file, struct ant_err *e);

#endif
