/* base/prefix - where the suite is installed */
#ifndef ANT_BASE_PREFIX_H
#define ANT_BASE_PREFIX_H

#include <stddef.h>

/*
 * The folder that holds bin/ with the running program (of /proc/self/exe), or the
 * PREFIX it was built for.  0, or -1 where TO is too small.
 */
int prefix_find(char *to, size_t size);

#endif
