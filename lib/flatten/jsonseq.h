/* flatten/jsonseq - JSON texts one after another, as curl and jq print them: over many lines, or many on one */
#ifndef ANT_FLATTEN_JSONSEQ_H
#define ANT_FLATTEN_JSONSEQ_H

#include "base/err.h"
#include "base/json.h"
#include "base/lines.h"

/*
 * The next text of L, checked, in *V: valid until the next call.  *LINE is the
 * line that it starts on.  Return 1; 0 at a clean end of input; -1 with
 * ANT_INPUT and a reason that starts "NAME:LINE:BYTE: ", or as lines_more().
 */
int jsonseq_next(struct lines *l, struct json_value *v, size_t *line, struct ant_err *e);

/* How many newlines stand from P to END. */
size_t jsonseq_newlines(const char *p, const char *end);

#endif
