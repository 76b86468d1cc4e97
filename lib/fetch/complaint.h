/*
 * fetch/complaint - what the body of an answer that is no page says, in words
 *
 * Source: the API's page on errors, {"type":"error","error":{"type":…,"message":…,
 * "details":{"error_code":…}}}.  A proxy or a firewall sends something else.
 */
#ifndef ANT_FETCH_COMPLAINT_H
#define ANT_FETCH_COMPLAINT_H

#include <stddef.h>

#include "base/buf.h"
#include "net/http.h"

struct complaint {
	char type[64], message[400]; /* "" where there is none */
	int spend_limit;	     /* the organization's money is spent */
};

/* Read BODY; where it is no error of the API, the message is how it starts. */
void complaint_read(struct complaint *c, struct buf *body);

/* The message is how BODY starts. */
void complaint_quote(struct complaint *c, const struct buf *body);

/*
 * The failed answer A in words: REASON, or where that is NULL its status and what
 * C says, and the request's id.  The text may hold what the server sent.
 */
void complaint_describe(const struct complaint *c, const struct http_answer *a, const char *reason,
	char *to, size_t size);

#endif
