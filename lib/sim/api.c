#include "sim/api.h"

#include <stdio.h>
#include <string.h>

#include "sim/lists.h"
#include "sim/query.h"
#include "sim/reports.h"

#define ROOT "/v1/organizations/"

static int
oauth_only(struct sim_call *c)
{
	return sim_call_refuse(
		c, 403, "This endpoint requires an OAuth token with the scope org:admin.");
}

/* 1 where PATH is PATTERN, in which {} stands for an id; the id goes to c->id. */
static int
path_is(struct sim_call *c, const char *path, const char *pattern)
{
	const char *hole = strstr(pattern, "{}");
	size_t before, len;

	if (hole == NULL)
		return strcmp(path, pattern) == 0;
	before = (size_t)(hole - pattern);
	if (strncmp(path, pattern, before) != 0)
		return 0;
	len = strcspn(path + before, "/");
	if (len == 0 || len >= sizeof c->id || strcmp(path + before + len, hole + 2) != 0)
		return 0;
	snprintf(c->id, sizeof c->id, "%.*s", (int)len, path + before);
	return 1;
}

static int
route(struct sim_call *c)
{
	static const struct {
		const char *path;
		int (*answer)(struct sim_call *c);
		enum sim_list list;
	} routes[] = {
		{"me", sim_lists_me, 0},
		{"users", sim_lists_all, SIM_USERS},
		{"users/{}", sim_lists_one, SIM_USERS},
		{"invites", sim_lists_all, SIM_INVITES},
		{"invites/{}", sim_lists_one, SIM_INVITES},
		{"workspaces", sim_lists_all, SIM_WORKSPACES},
		{"workspaces/{}", sim_lists_one, SIM_WORKSPACES},
		{"workspaces/{}/members", sim_lists_all, SIM_MEMBERS},
		{"workspaces/{}/rate_limits", sim_lists_overrides, 0},
		{"rate_limits", sim_lists_limits, 0},
		{"api_keys", sim_lists_all, SIM_KEYS},
		{"api_keys/{}", sim_lists_one, SIM_KEYS},
		{"usage_report/messages", sim_reports_usage, 0},
		{"usage_report/claude_code", sim_reports_code, 0},
		{"cost_report", sim_reports_cost, 0},
		{"service_accounts", oauth_only, 0},
		{"federation_issuers", oauth_only, 0},
		{"federation_rules", oauth_only, 0},
	};

	if (strncmp(c->r->path, ROOT, sizeof ROOT - 1) != 0)
		return sim_call_refuse(c, 404, "Not found");
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (!path_is(c, c->r->path + sizeof ROOT - 1, routes[i].path))
			continue;
		if (strcmp(c->r->method, "GET") != 0)
			return sim_call_refuse(c, 405, "Method Not Allowed");
		c->list = routes[i].list;
		return routes[i].answer(c);
	}
	return sim_call_refuse(c, 404, "Not found");
}

void
sim_api_answer(const struct sim *s, const struct sim_request *r, struct sim_answer *a)
{
	struct sim_call c = {.s = s, .r = r, .a = a};
	struct ant_err e;

	memset(a, 0, sizeof *a);
	buf_init(&a->body, 1 << 20);
	a->status = 200;
	if (sim_call_key(&c) == 0) {
		if (r->version == NULL)
			sim_call_refuse(&c, 400, "anthropic-version: header is required");
		else if (strcmp(r->version, "2023-06-01") != 0)
			sim_call_refuse(&c, 400,
				"anthropic-version: \"%.40s\" is not a valid version", r->version);
		else if (sim_query_parse(&c.q, r->query, &e) == -1)
			sim_call_refuse(&c, 400, "%s", e.msg);
		else
			route(&c);
	}
	sim_query_free(&c.q);
}
