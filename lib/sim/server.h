/*
 * sim/server - what answers: the API, the faults on it, the control endpoint, the log
 *
 * Between HTTP (sim_http) and the model.  Safe to call from many threads.
 */
#ifndef ANT_SIM_SERVER_H
#define ANT_SIM_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "sim/api.h"
#include "sim/fault.h"
#include "sim/model.h"

struct sim_body { /* shared by the cache and the answers that are on their way */
	atomic_uint users;
	struct buf text;
};

void sim_body_release(struct sim_body *b); /* NULL: no effect */

struct sim_reply {
	int status;
	struct sim_body *body;	/* the caller's to release */
	char type[64];		/* content-type */
	struct strlist headers; /* NAME:VALUE */
	long delay;		/* ms before the first byte */
	int reset;		/* no answer: a connection reset */
	enum sim_framing framing;
	long cut, reset_at, drip_bytes, drip_ms; /* as in struct sim_fault */
};

void sim_reply_free(struct sim_reply *r);
/* Whatever its body was gives way to TEXT; r->body is NULL where memory ran out. */
void sim_reply_set(struct sim_reply *r, const char *text);

enum { SIM_CACHE_SLOTS = 1024 };

struct sim_cached;

struct sim_server {
	pthread_rwlock_t model; /* for sim */
	pthread_mutex_t books;	/* for all below */
	struct sim sim;
	struct sim_faults faults;
	struct buf log; /* NDJSON */
	struct sim_cached *cache[SIM_CACHE_SLOTS];
	size_t cache_size;
	uint64_t requests;
	long page_size, latency; /* set before the first request */
};

/* Make a server of the organization C.  0, or -1; close it either way. */
int sim_server_open(struct sim_server *s, const struct sim_config *c, struct ant_err *e);
void sim_server_close(struct sim_server *s);

/* Keep no page that was made of the model as it was. */
void sim_server_forget(struct sim_server *s);

/*
 * Answer R, whose body has LEN bytes; R's id and page_size are set here.
 * Always fills REPLY; free it.
 */
void sim_server_answer(struct sim_server *s, struct sim_request *r, const char *body, size_t len,
	struct sim_reply *reply);

#endif
