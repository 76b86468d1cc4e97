/* base/random_id - a name that no other process will ever choose */
#ifndef ANT_BASE_RANDOM_ID_H
#define ANT_BASE_RANDOM_ID_H

#include "base/err.h"

enum { RANDOM_ID_TEXT = 33 }; /* 128 bits as hex digits, and NUL */

/* Return 0, or -1 with ANT_FAIL. */
int random_id(char to[static RANDOM_ID_TEXT], struct ant_err *e);

#endif
