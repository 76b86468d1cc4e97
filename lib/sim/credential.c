#include "sim/credential.h"

#include <string.h>
#include <strings.h>

#include "sim/call.h"
#include "sim/endpoint.h"

#define COMPLIANCE "/v1/compliance/"

static const struct {
	const char *text, *name;
	enum sim_keys kind;
	int bearer_alone; /* no key: x-api-key does not take it */
} known[] = {
	{SIM_KEY_TEXT, "admin", SIM_ADMIN, 0},
	{SIM_SCOPED_TEXT, "scoped", SIM_SCOPED, 0},
	{SIM_TOKEN_TEXT, "oauth", SIM_OAUTH, 1},
};

enum { KNOWN = sizeof known / sizeof *known };

/* What stands behind "Bearer "; NULL: there is none. */
static const char *
bearer(const struct sim_request *r)
{
	return r->authorization != NULL && strncasecmp(r->authorization, "Bearer ", 7) == 0
		       ? r->authorization + 7
		       : NULL;
}

/* The number of R's credential; KNOWN: none of them. */
static size_t
find(const struct sim_request *r)
{
	const char *token = bearer(r), *text = r->key != NULL ? r->key : token;
	size_t i = 0;

	/* Two that differ are none. */
	if (text == NULL || (r->key != NULL && token != NULL && strcmp(r->key, token) != 0))
		return KNOWN;
	while (i < KNOWN &&
		(strcmp(known[i].text, text) != 0 || (known[i].bearer_alone && r->key != NULL)))
		i++;
	return i;
}

enum sim_keys
sim_credential(const struct sim_request *r)
{
	size_t i = find(r);

	return i < KNOWN ? known[i].kind : 0;
}

const char *
sim_credential_name(const struct sim_request *r)
{
	size_t i = find(r);

	return i < KNOWN ? known[i].name : NULL;
}

int
sim_credential_check(struct sim_call *c)
{
	const char *k = c->r->key != NULL ? c->r->key : bearer(c->r);

	if (find(c->r) < KNOWN)
		return 0;
	if (c->r->key == NULL && c->r->authorization == NULL)
		return sim_call_refuse(c, 401, "x-api-key header is required");
	if (k != NULL && strncmp(k, "sk-ant-api03-", 13) == 0)
		return sim_call_refuse(c, 403,
			"This endpoint requires an Admin API key (sk-ant-admin...); the key is an "
			"ordinary API key.");
	if (strncmp(c->r->path, COMPLIANCE, sizeof COMPLIANCE - 1) == 0)
		return sim_call_refuse(
			c, 401, "The API key provided is invalid or has been revoked.");
	return sim_call_refuse(
		c, 401, c->r->key == NULL ? "Invalid bearer token" : "invalid x-api-key");
}

/* The scopes of the scoped key, as refusals name them. */
#define SCOPES                                                                                     \
	"'read:analytics', 'read:spend_limits', 'read:org_audit', 'read:plugins', "                \
	"'read:compliance_activities', 'read:compliance_org_data', 'read:compliance_user_data', "  \
	"'read:compliance_review_cases'"

int
sim_credential_opens(struct sim_call *c)
{
	enum sim_keys kind = sim_credential(c->r);
	unsigned keys = c->endpoint->keys;

	if (keys & kind)
		return 0;
	if (keys == SIM_OAUTH)
		return sim_call_refuse(
			c, 403, "This endpoint requires an OAuth token with the scope org:admin.");
	return sim_call_refuse(c, 403, "Missing required scopes. Got: [%s] Needed: ['%s']",
		kind == SIM_SCOPED ? SCOPES : "'org:admin'",
		keys & SIM_ADMIN ? "org:admin" : c->endpoint->scope);
}
