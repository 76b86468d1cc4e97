#include "sim/api.h"

#include <string.h>

#include "sim/domains.h"
#include "sim/query.h"

#define ROOT "/v1/"

/* The call's endpoint, and that this request may call it. */
static int
route(struct sim_call *c)
{
	const char *path = c->r->path;

	if (strncmp(path, ROOT, sizeof ROOT - 1) == 0)
		c->endpoint = sim_endpoint_find(sim_endpoints, path + sizeof ROOT - 1, c->ids);
	if (c->endpoint == NULL)
		return sim_call_refuse(c, 404, "Not found");
	if (strcmp(c->r->method, "GET") != 0)
		return sim_call_refuse(c, 405, "Method Not Allowed");
	if (sim_credential_opens(c) == -1)
		return -1;
	if (c->endpoint->beta == NULL || sim_call_beta(c->r, c->endpoint->beta))
		return sim_endpoint_answer(c);
	return c->endpoint->beta_status == 404
		       ? sim_call_refuse(c, 404, "Not found")
		       : sim_call_refuse(c, c->endpoint->beta_status,
				 "anthropic-beta: this endpoint requires %s", c->endpoint->beta);
}

void
sim_api_answer(const struct sim *s, const struct sim_request *r, struct sim_answer *a)
{
	struct sim_call c = {.s = s, .r = r, .a = a, .scope = {.s = s}};
	struct ant_err e;

	memset(a, 0, sizeof *a);
	buf_init(&a->body, 1 << 20);
	a->status = 200;
	if (sim_credential_check(&c) == 0) {
		if (r->version == NULL)
			sim_call_refuse(&c, 400, "anthropic-version: header is required");
		else if (!sim_call_version(r->version, &c.old))
			sim_call_refuse(&c, 400,
				"anthropic-version: \"%.40s\" is not a valid version", r->version);
		else if (sim_query_parse(&c.q, r->query, &e) == -1)
			sim_call_refuse(&c, 400, "%s", e.msg);
		else
			route(&c);
	}
	sim_query_free(&c.q);
}
