/* run/stages - the stages of a pipeline, as a command line names them, and what their statuses say */
#ifndef ANT_RUN_STAGES_H
#define ANT_RUN_STAGES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* What a stage has said on its standard error is kept up to so many bytes. */
enum { STAGE_SAID_MAX = 1 << 20 };

struct stage {
	char **argv;	 /* ended by NULL */
	int branch;	 /* 0: the source, which feeds all branches; else from 1 */
	int position;	 /* in its branch, from 1; of the source 0 */
	int deaf;	 /* it ends with its input, and by no signal that ends the others */
	const char *out; /* the file its output goes to; NULL: to the next stage, or as ours */
	/* What became of it: */
	int status;	 /* 0 to 255; 128+n where signal n ended it */
	int signal;	 /* n, or 0 */
	int error;	 /* an errno: it could not be started */
	int at_once;	 /* its lines are passed on as they come */
	struct buf said; /* what it said and was not passed on yet */
};

/*
 * Cut the words of ARGV, which ends with NULL, into stages.  `--pipe` and
 * `--finish` (which makes the next stage deaf) start the next stage of a branch,
 * `--branch` another branch after the source, `--out FILE` ends a branch.  The
 * stages point into ARGV, where NULL replaces these words.  Return 0, with
 * *STAGES to be released by stages_free(), or -1: ANT_USAGE.
 */
int stages_parse(char **argv, struct stage **stages, size_t *n, struct ant_err *e);
void stages_free(struct stage *stages, size_t n);

/*
 * The leftmost cause of a failure among the source and the stages of BRANCH, or
 * of all where it is 0: the first whose status is neither 0 nor 141, which only
 * says that a reader went away; else the first of 141; NULL where all are 0.
 */
const struct stage *stages_cause(const struct stage *stages, size_t n, int branch);

/* Whether it is no news that a stage's input ended early (5): one before it, in its branch, failed. */
int stages_no_news(const struct stage *stages, size_t which);

typedef void stages_line(void *to, const struct stage *s, const char *line, size_t len);

/*
 * Pass on the lines that S has said, without their newlines, and forget them.
 * What has no newline yet stays, unless it is ALL that comes, or over the maximum.
 */
void stages_lines(struct stage *s, int all, stages_line *line, void *to);

#endif
