/*
 * base/apart - work in a process of its own, of which only a result and bytes come back
 *
 * For work that goes into a cage (cage.h) while what is done with its bytes cannot: the file
 * takes its place by a rename.
 */
#ifndef ANT_BASE_APART_H
#define ANT_BASE_APART_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Call WORK in a child process and append to TO what it has appended to its own copy of it.
 * Return what WORK returned, with its reason where that is -1; or -1 with ANT_FAIL where the
 * child could not be started, ended before it was done or sent what is no answer.  The child's
 * other memory is gone with it.  Nothing may be waiting in a buffer of stdio.
 */
int apart(int (*work)(void *arg, struct buf *to, struct ant_err *e), void *arg, struct buf *to,
	struct ant_err *e);

#endif
