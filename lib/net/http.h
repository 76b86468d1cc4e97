/*
 * net/http - GET requests to one server, several at a time
 *
 * Everything that concerns libcurl is here.  The key goes in one header to the
 * host of the base URL and nowhere else: redirects are not followed, a proxy
 * does not see it, and memory that libcurl frees is wiped.
 */
#ifndef ANT_NET_HTTP_H
#define ANT_NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct http_options {
	const char *base_url;	/* https://host[:port][/path]; http where the host is loopback */
	int insecure_http;	/* http to any host */
	const char *key;	/* of the API */
	const char *user_agent; /* "ant-fetch/0.1.0" */
	const char *ca_file;	/* trusted certificates, or NULL for the system's */
	size_t jobs;		/* requests at a time, at most */
	int64_t timeout_ms;	/* for one request, to the last byte */
};

enum http_result {
	HTTP_ANSWERED, /* headers and body arrived */
	HTTP_NETWORK,  /* no connection, or it broke */
	HTTP_TIMEOUT,
	HTTP_BIG,      /* the body is over its maximum */
	HTTP_TLS,      /* the server's certificate is not trusted */
	HTTP_LOCAL,    /* memory or files of this machine */
	HTTP_FORBIDDEN /* the URL makes no sense to libcurl */
};

enum { HTTP_FIELD = 96 }; /* size of a kept header field; what is longer is cut */

struct http_answer {
	enum http_result result;
	char reason[256]; /* where it is not HTTP_ANSWERED */
	long status;	  /* 0 where there was none */
	/* Header fields: "" where they were not sent. */
	char content_type[HTTP_FIELD], request_id[HTTP_FIELD], date[HTTP_FIELD];
	char should_retry[HTTP_FIELD], retry_after[HTTP_FIELD], retry_after_ms[HTTP_FIELD];
	char remaining[HTTP_FIELD], reset[HTTP_FIELD]; /* anthropic-ratelimit-requests-* */
	int64_t ms, wire_bytes;			       /* how long it took; bytes of the body */
};

struct http;

/* Return the client, or NULL: ANT_USAGE for a wrong base URL, ANT_FAIL.  One a process. */
struct http *http_open(const struct http_options *o, struct ant_err *e);
void http_free(struct http *h); /* ends what is under way, wipes the key; NULL: no effect */

/* The base URL without a slash at its end: for messages. */
const char *http_base(const struct http *h);

/*
 * Cover the key wherever it stands in TEXT, such as an answer that quotes it, and what
 * is left of it at the end of a text that was cut.  Parts that are put together: first each.
 */
void http_redact(const struct http *h, char *text);

/*
 * Start to fetch the base URL with TARGET (path and query, starts with /)
 * behind it into BODY, which is cleared, must stay until the answer and is held
 * to its maximum.  TAG comes back with the answer.  Return 0 or -1 (ANT_FAIL).
 */
int http_get(struct http *h, const char *target, struct buf *body, void *tag, struct ant_err *e);

size_t http_active(const struct http *h); /* requests under way, and answers not taken */

/*
 * Move data for at most MS milliseconds (0: only what is ready), until an
 * answer is complete, or until WATCH (-1: none) has lost its reader.  Return 0
 * or -1 (ANT_FAIL).
 */
int http_wait(struct http *h, int64_t ms, int watch, struct ant_err *e);

/* Take one complete answer: 1, or 0 where there is none. */
int http_next(struct http *h, struct http_answer *a, void **tag);

/* Drop all requests and answers: no body is written to any more. */
void http_cancel(struct http *h);

/* The caller did something else for MS milliseconds: no time limit runs meanwhile. */
void http_pardon(struct http *h, int64_t ms);

#endif
