/* The Console: its lists and reports. */
#include <string.h>
#include <strings.h>

#include "sim/console_fields.h"
#include "sim/console_rows.h"
#include "sim/domains.h"
#include "sim/reports.h"
#include "sim/sources.h"

/* ---- parameters ---- */

static const char *const roles[] = {"user", "claude_code_user", "developer", "billing", "admin",
	"managed", "owner", "membership_admin", "primary_owner", NULL};
static const char *const invite_statuses[] = {"pending", "accepted", "expired", NULL};
static const char *const key_statuses[] = {"active", "inactive", "archived", "expired", NULL};
static const char *const group_types[] = {
	"model_group", "batch", "token_count", "files", "skills", "web_search", NULL};

static const struct sim_param users[] = {
	{"email", .kind = SIM_P_TEXT, .field = "email", .compare = strcasecmp},
	{"roles", .kind = SIM_P_WORD, .values = roles, .field = "role", .many = 1},
	{"roles[]", .kind = SIM_P_WORD, .values = roles, .field = "role"}, {.name = NULL}};
static const struct sim_param invites[] = {
	{"email", .kind = SIM_P_TEXT, .field = "email", .compare = strcasecmp},
	{"roles", .kind = SIM_P_WORD, .values = roles, .field = "role", .many = 1},
	{"roles[]", .kind = SIM_P_WORD, .values = roles, .field = "role"},
	{"statuses", .kind = SIM_P_WORD, .values = invite_statuses, .field = "status", .many = 1},
	{"statuses[]", .kind = SIM_P_WORD, .values = invite_statuses, .field = "status"},
	{.name = NULL}};
static const struct sim_param workspaces[] = {
	{"include_archived", .kind = SIM_P_ALSO, .field = "archived_at"},
	{"include_default", .kind = SIM_P_ALSO, .field = "is_default"},
	{"ids[]", .kind = SIM_P_TEXT, .most = 100, .field = "id"}, {.name = NULL}};
static const struct sim_param keys[] = {
	{"status", .kind = SIM_P_WORD, .values = key_statuses, .field = "status"},
	{"workspace_id", .kind = SIM_P_TEXT, .field = "workspace_id"},
	{"created_by_user_id", .kind = SIM_P_TEXT, .field = "creator"}, {.name = NULL}};
static const struct sim_param limits[] = {
	{"group_type", .kind = SIM_P_WORD, .values = group_types, .field = "group_type"},
	{"model", .kind = SIM_P_TEXT}, {.name = NULL}};
static const struct sim_param overrides[] = {
	{"group_type", .kind = SIM_P_WORD, .values = group_types, .field = "group_type"},
	{"include_inherited", .kind = SIM_P_BOOL}, {.name = NULL}};

/* What the reports check themselves. */
#define WINDOW                                                                                     \
	{"starting_at", .kind = SIM_P_TEXT}, {"ending_at", .kind = SIM_P_TEXT},                    \
		{"bucket_width", .kind = SIM_P_TEXT},                                              \
	{                                                                                          \
		"group_by[]", .kind = SIM_P_TEXT                                                   \
	}

static const struct sim_param usage[] = {WINDOW, {"account_ids[]", .kind = SIM_P_TEXT},
	{"api_key_ids[]", .kind = SIM_P_TEXT}, {"service_account_ids[]", .kind = SIM_P_TEXT},
	{"workspace_ids[]", .kind = SIM_P_TEXT}, {"models[]", .kind = SIM_P_TEXT},
	{"service_tiers[]", .kind = SIM_P_TEXT}, {"context_window[]", .kind = SIM_P_TEXT},
	{"inference_geos[]", .kind = SIM_P_TEXT}, {"speeds[]", .kind = SIM_P_TEXT}, {.name = NULL}};
static const struct sim_param cost[] = {WINDOW, {.name = NULL}};
static const struct sim_param code[] = {{"starting_at", .kind = SIM_P_TEXT}, {.name = NULL}};

/* ---- rules ---- */

static int
model_in(const struct sim_limit_group *g, const char *model)
{
	for (size_t i = 0; i < SIM_MODEL_GROUP && g->models[i] != NULL; i++)
		if (strcmp(g->models[i], model) == 0)
			return 1;
	return 0;
}

/* Limits of one model. */
static int
check_model(struct sim_call *c)
{
	const char *model = sim_query_value(&c->q, "model");

	if (model != NULL && !sim_model_known(model))
		return sim_call_refuse(c, 404, "Model not found.");
	c->scope.report = model;
	return 0;
}

static int
get_limit(const struct sim_scope *at, size_t i, void *object)
{
	struct sim_limit_group *g = object;

	if (!sim_org_limits(&at->s->org, i, g))
		return -1;
	return at->report == NULL || model_in(g, at->report);
}

static const struct sim_source sim_source_limits = {
	sizeof(struct sim_limit_group), get_limit, NULL, NULL, NULL};

static int
check_inherited(struct sim_call *c)
{
	c->scope.report = sim_param_true(c, "include_inherited") ? "inherited" : NULL;
	return 0;
}

static int
get_override(const struct sim_scope *at, size_t i, void *object)
{
	return sim_org_override(&at->s->org, at->parent[0], i, at->report != NULL, object);
}

static const struct sim_source sim_source_overrides = {
	sizeof(struct sim_override), get_override, NULL, &sim_source_workspaces, NULL};

/* The organization itself: the escapes of its name follow from the seed alone. */
static int
me(struct sim_call *c)
{
	return sim_call_put(c, &sim_fields_organization, &c->s->org, c->s->config.seed + 1);
}

/* ---- endpoints ---- */

enum { CONSOLE = SIM_ADMIN | SIM_OAUTH, ALL = CONSOLE | SIM_SCOPED };

#define AUDIT .keys = ALL, .scope = "read:org_audit"
#define LIST .paging = SIM_BY_ID, .limit = 20, .most = 1000, .envelope = SIM_IDS
#define SINGLE .paging = SIM_ONE, .envelope = SIM_BARE

const struct sim_endpoint sim_console_endpoints[] = {
	{.path = "organizations/me", .keys = CONSOLE, SINGLE, .answer = me},
	{.path = "organizations/users",
		AUDIT,
		LIST,
		.params = users,
		.of = &sim_fields_user,
		.source = &sim_source_users},
	{.path = "organizations/users/{}",
		AUDIT,
		SINGLE,
		.of = &sim_fields_user,
		.source = &sim_source_users,
		.not_found = {"User not found."}},
	{.path = "organizations/invites",
		AUDIT,
		LIST,
		.params = invites,
		.of = &sim_fields_invite,
		.source = &sim_source_invites},
	{.path = "organizations/invites/{}",
		AUDIT,
		SINGLE,
		.of = &sim_fields_invite,
		.source = &sim_source_invites,
		.not_found = {"Invite not found."}},
	{.path = "organizations/workspaces",
		.keys = CONSOLE,
		LIST,
		.params = workspaces,
		.of = &sim_fields_workspace,
		.source = &sim_source_workspaces},
	{.path = "organizations/workspaces/{}",
		.keys = CONSOLE,
		SINGLE,
		.of = &sim_fields_workspace,
		.source = &sim_source_workspaces,
		.not_found = {"Workspace not found."}},
	{.path = "organizations/workspaces/{}/members",
		.keys = CONSOLE,
		LIST,
		.of = &sim_fields_member,
		.source = &sim_source_members,
		.not_found = {"Workspace not found."}},
	{.path = "organizations/workspaces/{}/rate_limits",
		.keys = CONSOLE,
		.params = overrides,
		.paging = SIM_BY_TOKEN,
		.most = 1000,
		.envelope = SIM_NEXT,
		.flags = SIM_LIMITLESS,
		.of = &sim_fields_override,
		.source = &sim_source_overrides,
		.check = check_inherited,
		.not_found = {"Workspace not found."}},
	{.path = "organizations/rate_limits",
		.keys = CONSOLE,
		.params = limits,
		.paging = SIM_BY_TOKEN,
		.most = 1000,
		.envelope = SIM_NEXT,
		.flags = SIM_LIMITLESS,
		.of = &sim_fields_limit,
		.source = &sim_source_limits,
		.check = check_model},
	{.path = "organizations/api_keys",
		.keys = CONSOLE,
		LIST,
		.params = keys,
		.of = &sim_fields_key,
		.source = &sim_source_keys},
	{.path = "organizations/api_keys/{}",
		.keys = CONSOLE,
		SINGLE,
		.of = &sim_fields_key,
		.source = &sim_source_keys,
		.not_found = {"API key not found."}},
	{.path = "organizations/external_keys",
		.keys = CONSOLE,
		.paging = SIM_BY_TOKEN,
		.limit = 20,
		.most = 1000,
		.envelope = SIM_NEXT,
		.of = &sim_fields_external_key,
		.source = &sim_source_external_keys},
	{.path = "organizations/usage_report/messages",
		.keys = CONSOLE,
		.params = usage,
		.paging = SIM_BY_TOKEN,
		.most = 1440,
		.envelope = SIM_TOKENS,
		.answer = sim_reports_usage},
	{.path = "organizations/usage_report/claude_code",
		.keys = CONSOLE,
		.params = code,
		.paging = SIM_BY_TOKEN,
		.limit = 20,
		.most = 1000,
		.envelope = SIM_TOKENS,
		.answer = sim_reports_code},
	{.path = "organizations/cost_report",
		.keys = CONSOLE,
		.params = cost,
		.paging = SIM_BY_TOKEN,
		.most = 31,
		.envelope = SIM_TOKENS,
		.answer = sim_reports_cost},
	{.path = NULL},
};

/* ---- tables ---- */

const struct sim_table sim_console_tables[] = {
	{"claude_code_usage", &sim_fields_code,
		"date actor_type actor_id organization_id customer_type terminal_type "
		"num_sessions=sessions lines_added=added lines_removed=removed "
		"commits_by_claude_code=commits pull_requests_by_claude_code=requests "
		"edit_tool_accepted edit_tool_rejected multi_edit_tool_accepted=multi_accepted "
		"multi_edit_tool_rejected=multi_rejected write_tool_accepted write_tool_rejected "
		"notebook_edit_tool_accepted=notebook_accepted "
		"notebook_edit_tool_rejected=notebook_rejected total_input_tokens=input "
		"total_output_tokens=output total_cache_read_tokens=read "
		"total_cache_creation_tokens=create total_estimated_cost_cents=cost models_used "
		"subscription_type is_remote currency=of_all",
		.rows = sim_console_code_usage, .unit = UTC_DAY},
	{"claude_code_models", &sim_fields_code,
		"date actor_type actor_id terminal_type customer_type subscription_type is_remote "
		"model input_tokens=input output_tokens=output cache_read_tokens=read "
		"cache_creation_tokens=create estimated_cost_cents=cost currency",
		.rows = sim_console_code_models, .unit = UTC_DAY},
	{"usage_report", &sim_fields_usage,
		"bucket=starting_at api_key_id workspace_id model service_tier "
		"input_tokens=uncached output_tokens=output input_cached_tokens=read "
		"api_first_response_latency_ms_p50= api_first_response_latency_ms_p95= "
		"api_first_response_latency_ms_p99= api_total_latency_ms_p50= "
		"api_total_latency_ms_p95= api_total_latency_ms_p99= api_request_count= "
		"server_tool_search_count=searches server_tool_result_count= ending_at "
		"context_window inference_geo account_id service_account_id "
		"uncached_input_tokens=uncached cache_read_input_tokens=read "
		"cache_creation_ephemeral_5m_input_tokens=create_5m "
		"cache_creation_ephemeral_1h_input_tokens=create_1h web_search_requests=searches",
		.rows = sim_console_usage, .unit = SIM_BY_WIDTH},
	{"messages_usage", &sim_fields_usage,
		"starting_at ending_at model workspace_id api_key_id service_tier context_window "
		"uncached_input_tokens=uncached cache_read_input_tokens=read "
		"cache_creation_ephemeral_5m_input_tokens=create_5m "
		"cache_creation_ephemeral_1h_input_tokens=create_1h output_tokens=output "
		"web_search_requests=searches",
		.rows = sim_console_usage, .unit = SIM_BY_WIDTH},
	{"usage_by_cost", &sim_fields_usage,
		"bucket=starting_at workspace_id model service_tier context_window inference_geo "
		"ending_at uncached_input_tokens=uncached cache_read_input_tokens=read "
		"cache_creation_ephemeral_5m_input_tokens=create_5m "
		"cache_creation_ephemeral_1h_input_tokens=create_1h output_tokens=output "
		"web_search_requests=searches",
		.rows = sim_console_usage_by_cost, .unit = UTC_DAY},
	{"cost_report", &sim_fields_cost,
		"bucket=starting_at workspace_id description amount_cents=amount starting_at "
		"ending_at amount currency cost_type model token_type service_tier context_window "
		"inference_geo",
		.rows = sim_console_cost, .unit = UTC_DAY, .end = sim_console_whole_days},
	{"usage_report_total", &sim_fields_usage,
		"bucket=starting_at ending_at uncached_input_tokens=uncached "
		"cache_read_input_tokens=read cache_creation_ephemeral_5m_input_tokens=create_5m "
		"cache_creation_ephemeral_1h_input_tokens=create_1h output_tokens=output "
		"web_search_requests=searches",
		.rows = sim_console_usage_total, .unit = UTC_DAY},
	{"cost_report_total", &sim_fields_cost,
		"bucket=starting_at ending_at amount amount_cents=amount currency",
		.rows = sim_console_cost_total, .unit = UTC_DAY, .end = sim_console_whole_days},
	{"organization", &sim_fields_organization, "id name settings= created_at= type",
		.source = &sim_source_organization},
	{"workspaces", &sim_fields_workspace,
		"id name type created_at archived_at display_color compartment_id external_key_id "
		"data_residency tags user_profile_id",
		.source = &sim_source_workspaces},
	{"api_keys", &sim_fields_key,
		"id name status created_at workspace_id created_by_user_id=creating_user "
		"last_used_at= type expires_at partial_key_hint created_by_id=creator "
		"created_by_type=creator_type principal_id principal_type scope_type "
		"scope_workspace_id",
		.source = &sim_source_keys},
	{"invites", &sim_fields_invite,
		"id email role expires_at workspace_ids= created_at=invited_at created_by_user_id= "
		"type status invited_at accepted_at rbac_group_ids",
		.source = &sim_source_invites},
	{"users", &sim_fields_user,
		"id email name role created_at=added_at last_login_at= type added_at",
		.source = &sim_source_users},
	{"workspace_members", &sim_fields_member,
		"workspace_id user_id role=workspace_role added_at= type workspace_role",
		.source = &sim_source_members},
	{"rate_limits", &sim_fields_one_limit,
		"group_type models limit_type value group_id group_display_name",
		.rows = sim_console_limits},
	{"workspace_rate_limits", &sim_fields_one_limit,
		"workspace_id group_type models limit_type value org_value group_id "
		"group_display_name source",
		.rows = sim_console_overrides},
	{"external_keys", &sim_fields_external_key,
		"id display_name geo attachment_type provider_config user_profile_id created_at "
		"updated_at",
		.source = &sim_source_external_keys},
	{.name = NULL},
};
