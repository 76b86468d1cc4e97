/*
 * fetch/retry - what to do after a request that brought no page
 *
 * Whether a request is made again is decided here, by retry_decide(), and nowhere
 * else; answer.c finds the cause and does what was decided.
 *
 * Pure functions: no clock, no network, no state.  The policy is that of
 * ant-fetch(1), "RETRIES".  Sources: the error page of the API (429, 529,
 * retry-after), its SDKs (x-should-retry, retry-after-ms), RFC 9110 10.2.3.
 */
#ifndef ANT_FETCH_RETRY_H
#define ANT_FETCH_RETRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum retry_cause {
	RETRY_STATUS,  /* an answer with a status that is not 200, or an error that came with 200 */
	RETRY_NETWORK, /* no connection, or it broke */
	RETRY_TIMEOUT, /* no whole answer in time */
	RETRY_BROKEN,  /* a 200 whose body is not whole JSON */
	RETRY_BIG,     /* the body is over the limit of a page */
	RETRY_TLS,     /* the server is not to be trusted */
	RETRY_LOCAL    /* this machine failed: memory, files */
};

struct retry_case {
	enum retry_cause cause;
	long status;	   /* of RETRY_STATUS */
	int foreign;	   /* a 401 or 403 whose body is not the API's: no word about the key */
	int should_retry;  /* x-should-retry: 1, 0, or -1 where the server did not say */
	int64_t hint_ms;   /* retry-after-ms or retry-after; -1: none */
	int64_t reset_ms;  /* until anthropic-ratelimit-requests-reset; -1: none or past */
	int spend_limit;   /* a 429 that says the organization's money is spent */
	int about_size;	   /* a 400 that complains about the size of the page */
	int can_shrink;	   /* the request can be made for a smaller page */
	unsigned failures; /* in a row, this one included */
};

enum retry_verdict {
	RETRY_NEVER,  /* give up with `status` */
	RETRY_AGAIN,  /* the same request after `wait_ms` */
	RETRY_SMALLER /* half the limit, after `wait_ms` */
};

struct retry_plan {
	enum retry_verdict verdict;
	enum ant_status status; /* to exit with, now or once the retries are spent */
	int64_t wait_ms;
	int everybody; /* no job may send anything before the wait is over */
};

/*
 * Decide.  BASE_MS is the longest first wait (the ceiling and the patience
 * after a 429 are multiples of it); LUCK, from 0 up to 1, is the jitter.
 */
struct retry_plan retry_decide(const struct retry_case *c, int64_t base_ms, double luck);

/*
 * What the headers ask to wait, in milliseconds, or -1: AFTER_MS first, then
 * AFTER (seconds, decimals allowed, or an HTTP date).  Empty: not sent.  NOW is
 * the server's time in seconds since 1970.  What is no time, or is past, is ignored.
 */
int64_t retry_hint(const char *after_ms, const char *after, int64_t now);

/* The same for an RFC 3339 time; -1 where it is none or not in the future. */
int64_t retry_reset(const char *reset, int64_t now);

/* An HTTP date, "Sun, 06 Nov 1994 08:49:37 GMT", in seconds since 1970.  0 or -1. */
int retry_http_date(const char *s, int64_t *t);

/* x-should-retry: 1, 0, or -1. */
int retry_should(const char *header);

/* 1 where the message of a 400 says that the page asked for is too large. */
int retry_about_size(const char *message, size_t len);

#endif
