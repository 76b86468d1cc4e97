/* base/near - find a word among the known ones; guess which of them a mistyped one was to be */
#ifndef ANT_BASE_NEAR_H
#define ANT_BASE_NEAR_H

#include <stddef.h>

enum { NEAR_MAX = 64 }; /* longer words are near to nothing */

/* The place of the LEN bytes at S in the N NAMES, to the letter; -1 where they are none of them. */
int near_find(const char *const *names, int n, const char *s, size_t len);

/*
 * How many characters must be put in, left out, replaced or swapped with their neighbour to
 * make B of A (bytes; no place is edited twice).  NEAR_MAX where one is longer than that.
 */
size_t near_distance(const char *a, const char *b);

/*
 * Keep the better guess for WORD: return CANDIDATE where it is near to it and nearer than
 * BEST (NULL: none yet), else BEST.  Near is one edit, or one for each three characters; what
 * WORD is the beginning of is near as well.
 */
const char *near_better(const char *word, const char *best, const char *candidate);

#endif
