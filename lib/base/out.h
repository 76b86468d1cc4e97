/* base/out - buffered output to a file descriptor, every write checked */
#ifndef ANT_BASE_OUT_H
#define ANT_BASE_OUT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct out {
	int fd;
	const char *name; /* for messages: "stdout" */
	struct buf buf;
};

/* Write to FD, which stays the caller's.  NAME is not copied. */
void out_init(struct out *o, int fd, const char *name);
void out_free(struct out *o); /* drops what was not flushed */

/* Append N bytes; writes when a block is full.  Return 0, or -1 with ANT_FAIL and errno's reason. */
int out_put(struct out *o, const void *p, size_t n, struct ant_err *e);

/* Write N bytes to FD at once, without a struct out.  Return 0 or -1 as out_put(). */
int out_write(int fd, const char *name, const void *p, size_t n, struct ant_err *e);

/* Write all that is buffered.  Return 0 or -1 as out_put(). */
int out_flush(struct out *o, struct ant_err *e);

#endif
