/*
 * sim/call - one call of the Admin API: its request, its parameters, its refusal
 *
 * What all endpoints have in common, and none has of its own.  The functions that return an
 * int return 0, or -1 where the answer is an error now: the call is over.
 */
#ifndef ANT_SIM_CALL_H
#define ANT_SIM_CALL_H

#include <stdint.h>

#include "base/buf.h"
#include "sim/model.h"
#include "sim/page.h"
#include "sim/query.h"

#define SIM_KEY_TEXT "sk-ant-admin01-simulated"

/* The items of a page: without a parameter, and at most. */
enum { SIM_CALL_LIMIT = 20, SIM_CALL_LIMIT_MAX = 1000 };

struct sim_request {
	const char *method, *path;	    /* the path decoded, without the query */
	const char *query;		    /* as it came, without the '?'; NULL: none */
	const char *key, *authorization;    /* headers; NULL: not sent */
	const char *version, *beta, *agent; /* the same */
	const char *encoding;		    /* accept-encoding */
	char id[SIM_ID];		    /* request-id */
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
	struct sim_query q;
	char id[SIM_ID];    /* that the path names */
	enum sim_list list; /* that the path is of */
	size_t workspace;   /* the number of the one that the path names */
};

/* The error type that goes with an HTTP status, and an error body of a type.  ID NULL: without. */
const char *sim_error_type(int status);
int sim_error_body(struct buf *to, const char *type, const char *message, const char *id);

/* The answer is an error.  Return -1. */
int sim_call_refuse(struct sim_call *c, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* 1 where the request has the key that this server takes. */
int sim_call_key_right(const struct sim_request *r);
/* Refuse a call that has not, as the API does: by what it has instead. */
int sim_call_key(struct sim_call *c);

/* Every parameter must be one of ALLOWED (ended by NULL); only those with [] may come twice. */
int sim_call_names(struct sim_call *c, const char *const *allowed);

/* Each value of NAME or NAME[] must be in LIST (ended by NULL). */
int sim_call_values(struct sim_call *c, const char *name, const char *const *list);

/* 1 where V is one of the values of NAME or NAME[], as COMPARE says, or there are none. */
int sim_call_wanted(const struct sim_call *c, const char *name, const char *v,
	int (*compare)(const char *, const char *));

/* How many items the page has: the parameter limit, else STANDARD, and no more than the server's. */
int sim_call_limit(struct sim_call *c, long standard, long max, long *limit);

/* Where the page that is asked for starts; STANDARD without a token. */
int sim_call_token(struct sim_call *c, int64_t standard, int64_t *position);

/* The page ends here and another one, with a token, starts at POSITION. */
void sim_call_next(struct sim_call *c, int64_t position);

#endif
