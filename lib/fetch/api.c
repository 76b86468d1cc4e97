#include "fetch/api.h"

#include <stdio.h>

#include "tables/sets.h"

void
api_options(struct http_options *o, const char *key, const char *token)
{
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

	o->secrets[SETS_KEY].header = "x-api-key: ";
	o->secrets[SETS_KEY].text = key;
	o->secrets[SETS_TOKEN].header = "authorization: Bearer ";
	o->secrets[SETS_TOKEN].text = token;
	o->fields = fields;
}

int
api_uses_token(const struct api_access *access, const struct table *t)
{
	return access->has_token && (!access->has_key || sets_need_token(&t->sets, &t->opened_by));
}

int
api_use(struct http *h, const struct api_access *access, const struct table *t, struct ant_err *e)
{
	const char *lines[TABLE_LIST_MAX + 3];
	char version[64];
	size_t n = 0;

	snprintf(version, sizeof version, "anthropic-version: %s", access->version);
	lines[n++] = version;
	lines[n++] = "accept: application/json";
	for (size_t i = 0; i < t->headers.n; i++)
		lines[n++] = t->headers.v[i];
	lines[n] = NULL;
	return http_use(h, api_uses_token(access, t) ? SETS_TOKEN : SETS_KEY, lines, e);
}
