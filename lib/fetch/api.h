/* fetch/api - what the Admin API wants in the header of a request, and what an answer's says */
#ifndef ANT_FETCH_API_H
#define ANT_FETCH_API_H

#include "net/http.h"

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

/* Set the header of O: the key's line, the others, and which fields of an answer are kept. */
void api_header(struct http_options *o, const char *key);

#endif
