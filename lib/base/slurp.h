/* base/slurp - a whole file of bounded size in memory */
#ifndef ANT_BASE_SLURP_H
#define ANT_BASE_SLURP_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Append what the file PATH holds to B, at most up to B's maximum.  Return 1; 0
 * where there is no such file; -1 with a reason that names it and ANT_USAGE, or
 * ANT_FAIL where memory or the disk failed.
 */
int slurp(const char *path, struct buf *b, struct ant_err *e);

#endif
