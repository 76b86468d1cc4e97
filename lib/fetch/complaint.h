/*
 * fetch/complaint - what the body of an answer that is no page says, in words
 *
 * Source: the API's page on errors, {"type":"error","error":{"type":…,"message":…,
 * "details":{"error_code":…}}}; its Compliance pages leave the outer type out.  A proxy or a
 * firewall sends something else: then the header and the title of its page may tell whose it is.
 */
#ifndef ANT_FETCH_COMPLAINT_H
#define ANT_FETCH_COMPLAINT_H

#include <stddef.h>

#include "base/buf.h"
#include "net/http.h"

struct complaint {
	char type[64], message[400]; /* "" where there is none */
	char title[96];		     /* of a page of HTML, without control characters */
	int from_api;		     /* it is an error of the API, by its form */
	int spend_limit;	     /* the organization's money is spent */
};

/* Read BODY; where it is no error, the message is how it starts.  Return 0, or -1 with ENOMEM. */
int complaint_read(struct complaint *c, struct buf *body);

/* The message is how BODY starts. */
void complaint_quote(struct complaint *c, const struct buf *body);

/*
 * The HTTP status that goes with the type of an error of the API, for an answer that says 200:
 * 400 where it is none that passes and none about the key.
 */
long complaint_status(const struct complaint *c);

/*
 * The failed answer A in words: REASON, or where that is NULL its status and what
 * C says, and the request's id; who seems to have sent it, where that was not the API.
 * The text may hold what the server sent.
 */
void complaint_describe(const struct complaint *c, const struct http_answer *a, const char *reason,
	char *to, size_t size);

#endif
