/* fetch/api - what the Admin API wants in the header of a request, and what an answer's says */
#ifndef ANT_FETCH_API_H
#define ANT_FETCH_API_H

#include "base/err.h"
#include "net/http.h"
#include "tables/table.h"

enum api_field { /* of an answer, in http_answer.field */
	API_CONTENT_TYPE,
	API_REQUEST_ID,
	API_DATE,
	API_SHOULD_RETRY,
	API_RETRY_AFTER,
	API_RETRY_AFTER_MS,
	API_REMAINING, /* requests, until ... */
	API_RESET,
	API_ORGANIZATION, /* of the key: every answer of the API has it */
	API_SERVER,	  /* these tell who answered where that was not the API */
	API_VIA,
	API_CF_RAY
};

/* What a client can be opened with, and the version of the API that it speaks. */
struct api_access {
	int has_key, has_token;
	const char *version; /* "2023-06-01" */
};

/* Set the secrets of O, KEY and TOKEN (NULL: there is none), and which fields of an answer are kept. */
void api_options(struct http_options *o, const char *key, const char *token);

/* 1 where requests for T go with the token, 0: with the key. */
int api_uses_token(const struct api_access *access, const struct table *t);

/*
 * From now on requests of H are for table T: with the token where only that opens it, or there is
 * nothing else, and with its headers.  Return 0 or -1 (ANT_FAIL).
 */
int api_use(
	struct http *h, const struct api_access *access, const struct table *t, struct ant_err *e);

#endif
