#include "fetch/api.h"

void
api_header(struct http_options *o, const char *key)
{
	static const char *const headers[] = {
		"anthropic-version: 2023-06-01", "accept: application/json", NULL};
	static const char *const fields[HTTP_FIELDS + 1] = {[API_CONTENT_TYPE] = "content-type",
		[API_REQUEST_ID] = "request-id",
		[API_DATE] = "date",
		[API_SHOULD_RETRY] = "x-should-retry",
		[API_RETRY_AFTER] = "retry-after",
		[API_RETRY_AFTER_MS] = "retry-after-ms",
		[API_REMAINING] = "anthropic-ratelimit-requests-remaining",
		[API_RESET] = "anthropic-ratelimit-requests-reset",
		[API_ORGANIZATION] = "anthropic-organization-id",
		[API_SERVER] = "server",
		[API_VIA] = "via",
		[API_CF_RAY] = "cf-ray"};

	o->secret_header = "x-api-key: ";
	o->secret = key;
	o->headers = headers;
	o->fields = fields;
}
