#include "sim/domains.h"
#include "sim/identity.h"

static const struct sim_field account[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_account, id)},
	{"type", SIM_CONSTANT, .text = "service_account"},
	{"name", SIM_CHARS, .at = offsetof(struct sim_account, name), .shift = 8, .ways = 8},
	{"description", SIM_TEXT, .at = offsetof(struct sim_account, description), .shift = 4,
		.ways = 8},
	{"organization_role", SIM_TEXT, .at = offsetof(struct sim_account, role)},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_account, history.created_at)},
	{"updated_at", SIM_CHARS, .at = offsetof(struct sim_account, history.updated_at)},
	{"archived_at", SIM_CHARS, .at = offsetof(struct sim_account, history.archived_at)},
	{"created_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_account, history.created_by)},
	{"updated_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_account, history.updated_by)},
	{"archived_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_account, history.archived_by)},
	{.name = NULL},
};

static const struct sim_field member[] = {
	{"type", SIM_CONSTANT, .text = "service_account_workspace_member"},
	{"service_account_id", SIM_CHARS, .at = offsetof(struct sim_account_member, account_id)},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_account_member, workspace_id)},
	{"workspace_role", SIM_TEXT, .at = offsetof(struct sim_account_member, role)},
	{"implicit", SIM_BOOLEAN, .at = offsetof(struct sim_account_member, implicit)},
	{"created_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_account_member, added_by)},
	{.name = NULL},
};

static int
polled(const void *issuer)
{
	return ((const struct sim_issuer *)issuer)->failures >= 0;
}

static const struct sim_field poll_status[] = {
	{"consecutive_failures", SIM_NUMBER, .at = offsetof(struct sim_issuer, failures)},
	{"last_fetched_at", SIM_CHARS, .at = offsetof(struct sim_issuer, fetched_at)},
	{"next_poll_at", SIM_CHARS, .at = offsetof(struct sim_issuer, next_at)},
	{.name = NULL},
};

static const struct sim_field issuer[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_issuer, id)},
	{"type", SIM_CONSTANT, .text = "federation_issuer"},
	{"name", SIM_TEXT, .at = offsetof(struct sim_issuer, name), .shift = 8, .ways = 8},
	{"issuer_url", SIM_TEXT, .at = offsetof(struct sim_issuer, url), .shift = 4, .ways = 4},
	{"jwks", SIM_RAW, .at = offsetof(struct sim_issuer, jwks)},
	{"check_jti", SIM_BOOLEAN, .at = offsetof(struct sim_issuer, check_jti)},
	{"max_jwt_lifetime_seconds", SIM_NUMBER, .at = offsetof(struct sim_issuer, lifetime)},
	{"jwks_polling_disabled_at", SIM_CHARS, .at = offsetof(struct sim_issuer, disabled_at)},
	{"poll_status", SIM_OBJECT, .of = poll_status, .has = polled},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_issuer, history.created_at)},
	{"updated_at", SIM_CHARS, .at = offsetof(struct sim_issuer, history.updated_at)},
	{"archived_at", SIM_CHARS, .at = offsetof(struct sim_issuer, history.archived_at)},
	{"created_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_issuer, history.created_by)},
	{"updated_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_issuer, history.updated_by)},
	{"archived_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_issuer, history.archived_by)},
	{.name = NULL},
};

/* No rule has any yet. */
static int
never(const void *rule)
{
	(void)rule;
	return 0;
}

static const struct sim_field match[] = {
	{"audience", SIM_TEXT, .at = offsetof(struct sim_rule, audience)},
	{"claims", SIM_RAW, .at = offsetof(struct sim_rule, claims)},
	{"condition", SIM_TEXT, .at = offsetof(struct sim_rule, condition)},
	{"subject_prefix", SIM_TEXT, .at = offsetof(struct sim_rule, prefix)},
	{.name = NULL},
};

static const struct sim_field target[] = {
	{"type", SIM_CONSTANT, .text = "service_account"},
	{"service_account_id", SIM_CHARS, .at = offsetof(struct sim_rule, account_id)},
	{"service_account_name", SIM_CHARS, .at = offsetof(struct sim_rule, account_name)},
	{.name = NULL},
};

static const struct sim_field rule[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_rule, id)},
	{"type", SIM_CONSTANT, .text = "federation_rule"},
	{"name", SIM_CHARS, .at = offsetof(struct sim_rule, name), .shift = 8, .ways = 8},
	{"description", SIM_TEXT, .at = offsetof(struct sim_rule, description), .shift = 4,
		.ways = 8},
	{"issuer_id", SIM_CHARS, .at = offsetof(struct sim_rule, issuer_id)},
	{"issuer_name", SIM_TEXT, .at = offsetof(struct sim_rule, issuer_name), .shift = 12,
		.ways = 8},
	{"match", SIM_OBJECT, .of = match, .whole = 1},
	{"oauth_scope", SIM_TEXT, .at = offsetof(struct sim_rule, scope)},
	{"target", SIM_OBJECT, .of = target, .whole = 1},
	{"token_lifetime_seconds", SIM_NUMBER, .at = offsetof(struct sim_rule, lifetime)},
	{"workspace_ids", SIM_MADE, .at = offsetof(struct sim_rule, workspaces),
		.make = sim_ids_json},
	{"applies_to_all_workspaces", SIM_BOOLEAN, .at = offsetof(struct sim_rule, everywhere)},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_rule, history.created_at)},
	{"updated_at", SIM_CHARS, .at = offsetof(struct sim_rule, history.updated_at)},
	{"archived_at", SIM_CHARS, .at = offsetof(struct sim_rule, history.archived_at)},
	{"created_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_rule, history.created_by)},
	{"updated_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_rule, history.updated_by)},
	{"archived_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_rule, history.archived_by)},
	{"attributes", SIM_CONSTANT, .has = never},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_rule, workspace_id)},
	{.name = NULL},
};

static const struct sim_field rule_workspace[] = {
	{"type", SIM_CONSTANT, .text = "federation_rule_workspace"},
	{"federation_rule_id", SIM_CHARS, .at = offsetof(struct sim_rule_workspace, rule_id)},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_rule_workspace, workspace_id)},
	{"workspace_name", SIM_TEXT, .at = offsetof(struct sim_rule_workspace, workspace_name),
		.shift = 8, .ways = 8},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_rule_workspace, created_at)},
	{"created_by_actor_id", SIM_TEXT, .at = offsetof(struct sim_rule_workspace, added_by)},
	{.name = NULL},
};

static const struct sim_fields account_fields = {account, 26, 2, 10},
			       member_fields = {member, 27, 3, 6},
			       issuer_fields = {issuer, 28, 2, 15}, rule_fields = {rule, 29, 2, 19},
			       rule_workspace_fields = {rule_workspace, 30, 2, 6};

static const struct sim_param archivable[] = {
	{"include_archived", .kind = SIM_P_ALSO, .field = "archived_at"},
	{.name = NULL},
};

static const struct sim_param rule_params[] = {
	{"include_archived", .kind = SIM_P_ALSO, .field = "archived_at"},
	{"issuer_id", .kind = SIM_P_TEXT, .field = "issuer_id"},
	{.name = NULL},
};

/* All at once: these are taken and do nothing. */
static const struct sim_param no_pages[] = {
	{"limit", .kind = SIM_P_TEXT},
	{"page", .kind = SIM_P_TEXT},
	{.name = NULL},
};

/* An OAuth token alone opens all of these. */
const struct sim_endpoint sim_identity_endpoints[] = {
	{"organizations/service_accounts", SIM_OAUTH, .params = archivable, .paging = SIM_BY_TOKEN,
		.limit = 20, .most = 100, .envelope = SIM_NEXT, .of = &account_fields,
		.source = &sim_identity_accounts},
	{"organizations/service_accounts/{}/workspaces", SIM_OAUTH, .paging = SIM_BY_TOKEN,
		.limit = 20, .most = 100, .envelope = SIM_NEXT, .flags = SIM_LONGER,
		.of = &member_fields, .source = &sim_identity_workspaces,
		.not_found = {"Service account not found."}},
	{"organizations/workspaces/{}/service_accounts", SIM_OAUTH, .paging = SIM_BY_TOKEN,
		.limit = 20, .most = 100, .envelope = SIM_NEXT, .of = &member_fields,
		.source = &sim_identity_members, .not_found = {"Workspace not found."}},
	{"organizations/federation_issuers", SIM_OAUTH, .params = archivable,
		.paging = SIM_BY_TOKEN, .limit = 20, .most = 100, .envelope = SIM_NEXT,
		.of = &issuer_fields, .source = &sim_identity_issuers},
	{"organizations/federation_rules", SIM_OAUTH, .params = rule_params, .paging = SIM_BY_TOKEN,
		.limit = 20, .most = 100, .envelope = SIM_NEXT, .of = &rule_fields,
		.source = &sim_identity_rules},
	{"organizations/federation_rules/{}/workspaces", SIM_OAUTH, .params = no_pages,
		.paging = SIM_ONE_PAGE, .envelope = SIM_NEXT, .of = &rule_workspace_fields,
		.source = &sim_identity_rule_workspaces,
		.not_found = {"Federation rule not found."}},
	{.path = NULL},
};

const struct sim_table sim_identity_tables[] = {
	{"service_accounts", &account_fields, .source = &sim_identity_accounts},
	{"workspace_service_accounts", &member_fields, .source = &sim_identity_members},
	{"federation_issuers", &issuer_fields, .source = &sim_identity_issuers},
	{"federation_rules", &rule_fields,
		.columns = "id name description issuer_id issuer_name match oauth_scope target "
			   "token_lifetime_seconds workspace_ids applies_to_all_workspaces "
			   "created_at updated_at archived_at created_by_actor_id "
			   "updated_by_actor_id archived_by_actor_id attributes= workspace_id",
		.source = &sim_identity_rules},
	{"federation_rule_workspaces", &rule_workspace_fields,
		.source = &sim_identity_rule_workspaces},
	{.name = NULL},
};
