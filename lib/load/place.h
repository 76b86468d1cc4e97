/* load/place - whether a destination that is a file could be written, without writing it */
#ifndef ANT_LOAD_PLACE_H
#define ANT_LOAD_PLACE_H

#include "base/err.h"
#include "base/strlist.h"

/*
 * Add to MISSING one line for each thing that would keep a load from replacing or changing FILE, or
 * from making it where it is not there: its folder, permissions of either, a disk that is full or
 * read-only.  Return 0, or -1 with ANT_FAIL where memory ran out.
 */
int place_lacks(const char *file, struct strlist *missing, struct ant_err *e);

#endif
