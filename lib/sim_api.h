/*
 * sim_api - the endpoints of the Admin API over the model: parameters, paging, errors
 *
 * As strict as the API: what it refuses is refused here with its status and its
 * error body.  Reads the model only; knows nothing of HTTP beyond the names.
 */
#ifndef ANT_SIM_API_H
#define ANT_SIM_API_H

#include "buf.h"
#include "sim_model.h"
#include "sim_page.h"

#define SIM_KEY_TEXT "sk-ant-admin01-simulated"

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

/* Answer R.  Free A with sim_answer_free() in any case. */
void sim_api_answer(const struct sim *s, const struct sim_request *r, struct sim_answer *a);
void sim_answer_free(struct sim_answer *a);

/* 1 where the request has the key that this server takes. */
int sim_api_key_right(const struct sim_request *r);

/* The error type that goes with an HTTP status, and an error body of it.  ID NULL: without. */
const char *sim_error_type(int status);
int sim_error_body(struct buf *to, int status, const char *message, const char *id);

#endif
