/* sim/gzip - compress a body (RFC 1952), with zlib */
#ifndef ANT_SIM_GZIP_H
#define ANT_SIM_GZIP_H

#include "base/buf.h"

/* Replace what is in B by its gzip form.  0 or -1. */
int sim_gzip(struct buf *b);

#endif
