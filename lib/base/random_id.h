/* base/random_id - a name that no other process will ever choose */
#ifndef ANT_BASE_RANDOM_ID_H
#define ANT_BASE_RANDOM_ID_H

#include "base/err.h"

enum { RANDOM_ID_TEXT = 33 }; /* 128 bits as hex digits, and NUL */

/* Return 0, or -1 with ANT_FAIL. */
int random_id(char to[static RANDOM_ID_TEXT], struct ant_err *e);

/*
 * One of which half, still 64 bits, is chosen by chance, and the other is a hash of PREVIOUS: so it
 * says which one came before it, "" being none.  Return 0, or -1 with ANT_FAIL.
 */
int random_id_after(char to[static RANDOM_ID_TEXT], const char *previous, struct ant_err *e);

/* Whether ID was made by random_id_after() for PREVIOUS. */
int random_id_is_after(const char *id, const char *previous);

#endif
