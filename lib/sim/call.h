/*
 * sim/call - one call of the API: its request, its refusal, its page
 *
 * What all endpoints have in common, and none has of its own.  The functions that return an
 * int return 0, or -1 where the answer is an error now: the call is over.
 */
#ifndef ANT_SIM_CALL_H
#define ANT_SIM_CALL_H

#include <stdint.h>

#include "base/buf.h"
#include "sim/credential.h"
#include "sim/field.h"
#include "sim/model.h"
#include "sim/page.h"
#include "sim/query.h"
#include "sim/source.h"

struct sim_endpoint;

struct sim_request {
	const char *method, *path;	    /* the path decoded, without the query */
	const char *query;		    /* as it came, without the '?'; NULL: none */
	const char *key, *authorization;    /* headers; NULL: not sent */
	const char *version, *beta, *agent; /* the same */
	const char *encoding;		    /* accept-encoding */
	char id[SIM_ID];		    /* request-id */
	uint64_t number;		    /* of the request */
	long page_size;			    /* most items a page has; 0: as many as the limit */
};

struct sim_answer {
	int status;
	struct sim_page page; /* where status is 200 */
	struct buf body;      /* the error's body elsewhere */
};

void sim_answer_free(struct sim_answer *a);

/* All that an endpoint needs while it answers. */
struct sim_call {
	const struct sim *s;
	const struct sim_request *r;
	struct sim_answer *a;
	const struct sim_endpoint *endpoint; /* NULL: not found yet */
	struct sim_query q;
	char ids[SIM_PARENTS][SIM_ID]; /* that the path names; "": none */
	struct sim_scope scope;	       /* the same as the endpoint's source takes it */
	int old;		       /* the version of the request sends old names as well */
};

/* The error type that goes with an HTTP status, and an error body of a type.  ID NULL: without. */
const char *sim_error_type(int status);
int sim_error_body(struct buf *to, const char *type, const char *message, const char *id);

/* The answer is an error.  Return -1. */
int sim_call_refuse(struct sim_call *c, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* 1 where VERSION is one of the API; *OLD: its answers have the old names, too. */
int sim_call_version(const char *version, int *old);

/* 1 where the header anthropic-beta, a list with commas, names BETA. */
int sim_call_beta(const struct sim_request *r, const char *beta);

/* 1 where V is one of the values of NAME or NAME[], as COMPARE says, or there are none. */
int sim_call_wanted(const struct sim_call *c, const char *name, const char *v,
	int (*compare)(const char *, const char *));

/* How many items the page has: the parameter limit, else STANDARD, and no more than the server's. */
int sim_call_limit(struct sim_call *c, long standard, long max, long *limit);

/* Where the page that is asked for starts; STANDARD without a token. */
int sim_call_token(struct sim_call *c, int64_t standard, int64_t *position);

/* The page ends here and another one, with a token, starts at POSITION. */
void sim_call_next(struct sim_call *c, int64_t position);

/* Append one object to the page, in the order and the escapes that H says. */
int sim_call_put(struct sim_call *c, const struct sim_fields *of, const void *object, uint64_t h);

#endif
