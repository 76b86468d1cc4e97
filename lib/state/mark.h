/*
 * state/mark - a watermark, as it stands in its file, and how it moves
 *
 *	anthill watermark 1
 *	scope sqlite:///anthill.db
 *	table usage_report
 *	watermark 2026-11-20T00:00:00Z
 *	loaded 2026-12-01T00:00:00Z 2026-12-05T00:00:00Z
 *	check 5cb3f21a90e4d7b6
 *
 * `watermark -` is none yet; `loaded` are windows beyond it that do not join
 * up with it; `check` is the FNV-1a hash (64 bits) of what stands above.  A
 * file is valid where writing what was read gives the same bytes: so a file
 * that was cut off, edited or hit by a flipped bit is an error, and never a
 * fresh start.
 */
#ifndef ANT_STATE_MARK_H
#define ANT_STATE_MARK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { MARK_SPANS_MAX = 1000 };

struct span {
	int64_t from, to; /* inclusive, exclusive */
};

struct mark {
	int known; /* there is a watermark */
	int64_t watermark;
	struct span loaded[MARK_SPANS_MAX]; /* beyond it; ascending, apart from each other */
	size_t n;
};

/* Append the contents of a file.  A scope's white space and control bytes are written %XX.  0 or -1. */
int mark_render(const char *scope, const char *table, const struct mark *m, struct buf *to);

/*
 * Read TEXT, cutting it up; *SCOPE and *TABLE point into it.  Lines are read
 * loosely: only rendering them again tells whether they were right.  0 or -1.
 */
int mark_parse(char *text, char **scope, char **table, struct mark *m);

/*
 * Work a load that ended into M: up to WATERMARK, from FROM where that is known
 * (else NULL).  SINCE, where it is not NULL, says that windows arrive in any
 * order and that nothing before it is wanted: a window that leaves a gap is
 * remembered, and the watermark follows once the gap is closed.
 * Return 0; 1 where the window leaves a gap after *GAP, the end of what was
 * loaded, and nothing was changed; -1.
 */
int mark_advance(struct mark *m, const int64_t *from, int64_t watermark, const int64_t *since,
	int64_t *gap, struct ant_err *e);

#endif
