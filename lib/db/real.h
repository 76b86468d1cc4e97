/* db/real - decimals that a double holds, so that printing it gives their digits back */
#ifndef ANT_DB_REAL_H
#define ANT_DB_REAL_H

#include <stddef.h>

/*
 * The decimal of LEN bytes at S, a number of JSON's grammar; the byte after it is no part of
 * one.  Return 0 with the nearest double in *V where it has at most 15 digits from its first
 * to its last that is not 0, and is in a double's normal range; else -1.
 */
int real_exact(const char *s, size_t len, double *v);

#endif
