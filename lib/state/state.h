/*
 * state/state - watermark files: how far each table of each destination was loaded
 *
 * A folder holds one file (state/mark.h) a table and scope, TABLE.watermark or
 * TABLE@SCOPE.watermark, where bytes of the scope other than letters, digits,
 * `_` and `-` are written %XX.  TABLE@SCOPE.lock is what state_lock() holds;
 * `update` is held while a file is rewritten.  fsync(2), rename(2), flock(2).
 */
#ifndef ANT_STATE_STATE_H
#define ANT_STATE_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"
#include "state/mark.h"

enum { STATE_SCOPE_MAX = 4096 };

struct state {
	char *folder, *scope; /* scope "": none */
};

/*
 * Use FOLDER, which need not be there yet: it is created with the first write,
 * for its owner alone.  SCOPE may be NULL.  Return 0, or -1: ANT_USAGE for a
 * scope over STATE_SCOPE_MAX bytes.
 */
int state_open(struct state *s, const char *folder, const char *scope, struct ant_err *e);
void state_close(struct state *s);

/* What is known of TABLE: 1; 0 where there is no file; -1: ANT_FAIL names the damaged file. */
int state_read(const struct state *s, const char *table, struct mark *m, struct ant_err *e);

/*
 * Set the watermark of TABLE to T by hand, now, or forget it where T is NULL: mark_set().  A
 * damaged file is replaced.  Durable when it returns 0, as all of these are.
 */
int state_set(const struct state *s, const char *table, const int64_t *t, struct ant_err *e);

/*
 * Work a load that ended into the mark of TABLE: mark_take(), and its file.  Where the line that
 * the mark names was not the last one before the load, the mark names none from then on.  ANT_FAIL,
 * too, where the load went into another destination than the mark is of, unless it made the table
 * there or the mark was set or reset by hand.
 */
int state_take(const struct state *s, const char *table, const struct mark_load *load,
	const int64_t *since, int64_t *gap, struct ant_err *e);

/* Write M as the mark of TABLE, if it differs from what is there. */
int state_write(const struct state *s, const char *table, const struct mark *m, struct ant_err *e);

/*
 * The names of the files in FOLDER, sorted, and the scope and table that one
 * of them holds, with its mark.  No folder: no names.
 */
int state_names(const char *folder, struct strlist *names, struct ant_err *e);
int state_describe(const char *folder, const char *name, struct state *s, char *table, size_t size,
	struct mark *m, struct ant_err *e);

/*
 * Hold TABLE alone, or SHARED with others that share it, waiting for it or
 * not.  The lock lasts as long as the descriptor, which is closed on exec.
 * Return the descriptor, or -1: ANT_LOCKED where another process holds it.
 */
int state_lock(const struct state *s, const char *table, int shared, int wait, struct ant_err *e);

#endif
