/* base/lines - read lines of bounded length from a file descriptor, in blocks */
#ifndef ANT_BASE_LINES_H
#define ANT_BASE_LINES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* The longest record or row of a stream: documented in anthill-record(5). */
#define LINES_MAX ((size_t)64 << 20)

struct lines {
	int fd;
	const char *name; /* of the input, for messages: "stdin" */
	struct buf buf;
	size_t start;	  /* where the next line starts in buf */
	size_t dropped;	  /* bytes of the line at the start of buf that are no longer in it */
	size_t number;	  /* of the line that was returned last, from 1 */
	int eof, partial; /* partial: the last line had no newline */

	/*
	 * What is to be done, once, before a read that has waited for IDLE_MS, for whoever holds
	 * something open that does not wait so long.  NULL: nothing.  Return 0, or -1 with a reason.
	 */
	int (*idle)(void *arg, struct ant_err *e);
	void *idle_arg;
	int idle_ms;
};

/* Read from FD, which stays the caller's, lines of at most MAX bytes. NAME is not copied. */
void lines_init(struct lines *l, int fd, const char *name, size_t max);
void lines_free(struct lines *l);

/*
 * Store the next line, without its newline, in *LINE and *LEN; it is valid and
 * may be written to until the next call, and BUF_PAD bytes after it can be
 * read.  Return 1; 0 at end of input; -1 on a read error (ANT_FAIL) or a line
 * over the maximum (ANT_INPUT).  A last line without a newline is returned with
 * `partial` set: in a stream of this suite that is damage.
 */
int lines_next(struct lines *l, char **line, size_t *len, struct ant_err *e);

/* 1 where a whole further line has been read: lines_next() then moves none of those it returned. */
int lines_ready(const struct lines *l);

/*
 * Read one more block after what is buffered, for readers that look at
 * buf.data + start themselves; it may move.  At the end of input, `eof` is set.
 * Return 0, or -1 as lines_next().
 */
int lines_more(struct lines *l, struct ant_err *e);

/* Read until N bytes can be looked at from buf.data + start on, or the input has ended.  As lines_more(). */
int lines_peek(struct lines *l, size_t n, struct ant_err *e);

/* The byte of its line, from 1, that stands at AT, a place in what is buffered. */
size_t lines_byte(const struct lines *l, const char *at);

#endif
