/* stream/receipt - what a loader says after its commit: {"@ant":"loaded",...}, one a line */
#ifndef ANT_STREAM_RECEIPT_H
#define ANT_STREAM_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct receipt {
	char table[64];
	int window;	/* mode is window */
	int from_known; /* the start of the window is given */
	int watermark_known;
	int64_t from, watermark;
};

/*
 * Read the LEN bytes at P (BUF_PAD more can be read).  Members that are not
 * needed here are left alone; a time that is null or missing is not known.
 * Return 0, or -1 with ANT_INPUT and a reason that does not name the place.
 */
int receipt_parse(const char *p, size_t len, struct receipt *r, struct ant_err *e);

#endif
