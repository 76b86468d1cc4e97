/*
 * run/pipeline - the stages of a pipeline run side by side, watched to their end
 *
 * The source's output goes to the first stage of each branch: through a plain
 * pipe where there is one branch, by a fan(run/fan.h) where there are more.
 * fork(2), signalfd(2), waitpid(2).
 */
#ifndef ANT_RUN_PIPELINE_H
#define ANT_RUN_PIPELINE_H

#include "base/err.h"
#include "run/stages.h"

struct pipeline_how {
	int hear_source, hear_others; /* their standard error comes to us; else they have ours */
	int aside;		      /* a branch that is slow holds up no other: fan(run/fan.h) */
	int linger;		      /* ms that a line waits before it is passed on at once */
	stages_line *line;	      /* what is passed on as it comes */
	void *to;
};

/*
 * Run them and wait for all.  INT, TERM, HUP and QUIT are passed on to all that
 * are not deaf, and those that are stopped are then continued; one from the
 * terminal has reached them by itself.  What a stage says is kept in it, but
 * passed on at once where it is `at_once` or has said too much.  With `linger`
 * a line is passed on when another has come or the time is over, so that what
 * such a stage said last, before it ended, is kept, too.  Where we are killed,
 * those that are not deaf get SIGTERM.
 *
 * Return 0 with their statuses (127 or 126, with `error`, for a stage that could
 * not be started); -1 where nothing was started.  The signals named above, SIGPIPE
 * and SIGCHLD stay blocked, so that the caller can tell how it went.
 */
int pipeline_run(struct stage *stages, size_t n, const struct pipeline_how *how, struct ant_err *e);

#endif
