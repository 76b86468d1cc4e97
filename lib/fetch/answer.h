/* fetch/answer - what an answer means for its chain: a page, another attempt, or the end */
#ifndef ANT_FETCH_ANSWER_H
#define ANT_FETCH_ANSWER_H

#include "base/err.h"
#include "fetch/chain.h"
#include "fetch/crawl.h"
#include "net/http.h"

/*
 * The request of chain C is over, with the answer A in its receiving piece.  Return
 * 0 where the crawl goes on, or -1 with a status and a reason.
 */
int answer_take(struct crawl *w, struct chain *c, const struct http_answer *a, struct ant_err *e);

#endif
