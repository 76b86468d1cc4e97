/*
 * net/http - requests to one server, several at a time
 *
 * Everything that concerns libcurl is here.  A secret goes in one header line to
 * the host of the base URL and nowhere else: redirects are not followed, a proxy
 * does not see it, and memory that libcurl frees is wiped.
 */
#ifndef ANT_NET_HTTP_H
#define ANT_NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { HTTP_SECRETS = 2 };

/* Of these FIELDS, USER_AGENT and CA_FILE are not copied. */
struct http_options {
	const char *base_url;	/* https://host[:port][/path]; http where the host is loopback */
	int insecure_http;	/* http to any host */
	struct {
		const char *header; /* what stands before the secret in its line, "x-api-key: " */
		const char *text;   /* NULL: there is none */
	} secrets[HTTP_SECRETS]; /* one of them goes with a request: http_use() */
	const char *const *fields;  /* what to keep of an answer's header, up to NULL */
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

enum { HTTP_FIELDS = 12, HTTP_FIELD = 96 }; /* kept header fields; bytes of one, the rest is cut */

struct http_answer {
	enum http_result result;
	char reason[256]; /* where it is not HTTP_ANSWERED */
	long status;	  /* 0 where there was none */
	char field[HTTP_FIELDS][HTTP_FIELD]; /* those of the options; "" where one was not sent */
	int64_t ms, wire_bytes;		     /* how long it took; bytes of the body */
};

struct http;

/* Return the client, or NULL: ANT_USAGE for a wrong base URL, ANT_FAIL.  One a process. */
struct http *http_open(const struct http_options *o, struct ant_err *e);
void http_free(struct http *h); /* ends what is under way, wipes the secret; NULL: no effect */

/*
 * From now on requests have the secret WHICH, where there is one, and the LINES up to NULL in their
 * header.  Nothing is under way.  Return 0 or -1 (ANT_FAIL).
 */
int http_use(struct http *h, size_t which, const char *const *lines, struct ant_err *e);

/* The base URL without a slash at its end: for messages. */
const char *http_base(const struct http *h);

/*
 * secret_cover() the secrets in TEXT, such as an answer that quotes it.  Cover a text before
 * it is cut and put together with others: only at the end of TEXT is a part of a secret found.
 */
void http_redact(const struct http *h, char *text);

/*
 * Start to fetch TARGET (path and query, starts with /), which is added to the base
 * URL, into BODY, which is cleared, must stay until the answer and is held to its
 * maximum.  TAG comes back with the answer.  Return 0 or -1 (ANT_FAIL).
 */
int http_get(struct http *h, const char *target, struct buf *body, void *tag, struct ant_err *e);

/*
 * A body that is sent piece by piece: hand out at most N bytes at TO and return how many; 0 at its end;
 * HTTP_LATER where more will come, but is not there yet.
 */
#define HTTP_LATER ((size_t)-1)
typedef size_t http_source(void *arg, char *to, size_t n);

/*
 * POST what SOURCE hands out to TARGET, as http_get() otherwise.  It is sent as it comes, so that the
 * LINES of http_use() must say "Transfer-Encoding: chunked"; a server may answer before its end.  A
 * client that posts does not get.
 */
int http_post(struct http *h, const char *target, http_source *source, void *arg, struct buf *body,
	void *tag, struct ant_err *e);

/*
 * Move data until no source has anything more to hand out for now, or an answer is complete: with
 * sources that have ended, until then.  Return 0 or -1 (ANT_FAIL).
 */
int http_push(struct http *h, struct ant_err *e);

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
