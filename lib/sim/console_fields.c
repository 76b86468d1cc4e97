#include "sim/console_fields.h"

#include "sim/console_json.h"
#include "sim/cost.h"

static const struct sim_field organization[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_org, id)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_org, name), .ways = 2},
	{"type", SIM_CONSTANT, .text = "organization"},
	{.name = NULL},
};

static const struct sim_field user[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_user, head.id)},
	{"added_at", SIM_CHARS, .at = offsetof(struct sim_user, added_at)},
	{"email", SIM_TEXT, .at = offsetof(struct sim_user, email), .shift = 4, .ways = 4},
	{"name", SIM_TEXT, .at = offsetof(struct sim_user, head.name), .shift = 8, .ways = 8},
	{"role", SIM_TEXT, .at = offsetof(struct sim_user, role)},
	{"type", SIM_CONSTANT, .text = "user"},
	{"seat", SIM_RAW, .at = offsetof(struct sim_user, seat), .optional = 1},
	{.name = NULL},
};

static const struct sim_field invite[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_invite, head.id)},
	{"accepted_at", SIM_CHARS, .at = offsetof(struct sim_invite, accepted_at)},
	{"email", SIM_TEXT, .at = offsetof(struct sim_invite, email), .shift = 4, .ways = 2},
	{"expires_at", SIM_CHARS, .at = offsetof(struct sim_invite, expires_at)},
	{"invited_at", SIM_CHARS, .at = offsetof(struct sim_invite, invited_at)},
	{"rbac_group_ids", SIM_RAW, .at = offsetof(struct sim_invite, rbac_groups)},
	{"role", SIM_TEXT, .at = offsetof(struct sim_invite, role)},
	{"status", SIM_TEXT, .at = offsetof(struct sim_invite, status)},
	{"type", SIM_CONSTANT, .text = "invite"},
	{.name = NULL},
};

static const struct sim_field workspace[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_workspace, head.id)},
	{"archived_at", SIM_CHARS, .at = offsetof(struct sim_workspace, archived_at)},
	{"compartment_id", SIM_CHARS, .at = offsetof(struct sim_workspace, compartment)},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_workspace, created_at)},
	{"data_residency", SIM_MADE, .make = sim_console_json_residency},
	{"display_color", SIM_CHARS, .at = offsetof(struct sim_workspace, color)},
	{"external_key_id", SIM_CHARS, .at = offsetof(struct sim_workspace, external_key)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_workspace, head.name), .shift = 8, .ways = 8},
	{"tags", SIM_MADE, .make = sim_console_json_tags, .shift = 12, .ways = 8},
	{"type", SIM_CONSTANT, .text = "workspace"},
	{"user_profile_id", SIM_CHARS, .at = offsetof(struct sim_workspace, profile)},
	{"is_default", SIM_TEXT, .at = offsetof(struct sim_workspace, is_default), .hidden = 1},
	{.name = NULL},
};

static const struct sim_field key[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_key, head.id)},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_key, created_at)},
	{"created_by", SIM_MADE, .at = offsetof(struct sim_key, creator),
		.make = sim_console_json_actor},
	{"expires_at", SIM_CHARS, .at = offsetof(struct sim_key, expires_at)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_key, head.name), .shift = 8, .ways = 8},
	{"partial_key_hint", SIM_CHARS, .at = offsetof(struct sim_key, hint)},
	{"principal", SIM_MADE, .at = offsetof(struct sim_key, principal),
		.make = sim_console_json_principal},
	{"scope", SIM_MADE, .make = sim_console_json_scope},
	{"status", SIM_TEXT, .at = offsetof(struct sim_key, status)},
	{"type", SIM_CONSTANT, .text = "api_key"},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_key, workspace_id), .old = 1},
	{"creator", SIM_CHARS, .at = offsetof(struct sim_key, creator.id), .hidden = 1},
	{"creator_type", SIM_TEXT, .at = offsetof(struct sim_key, creator.type), .hidden = 1},
	{"creating_user", SIM_TEXT, .at = offsetof(struct sim_key, user), .hidden = 1},
	{"principal_id", SIM_CHARS, .at = offsetof(struct sim_key, principal.id), .hidden = 1},
	{"principal_type", SIM_TEXT, .at = offsetof(struct sim_key, principal.type), .hidden = 1},
	{"scope_type", SIM_TEXT, .at = offsetof(struct sim_key, scope_type), .hidden = 1},
	{"scope_workspace_id", SIM_TEXT, .at = offsetof(struct sim_key, scope_workspace),
		.hidden = 1},
	{.name = NULL},
};

static const struct sim_field member[] = {
	{"type", SIM_CONSTANT, .text = "workspace_member"},
	{"user_id", SIM_TEXT, .at = offsetof(struct sim_member, user_id)},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_member, workspace_id)},
	{"workspace_role", SIM_TEXT, .at = offsetof(struct sim_member, role)},
	{.name = NULL},
};

static const struct sim_field external_key[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_external_key, id)},
	{"attachment", SIM_OBJECT,
		.of = (const struct sim_field[]){{"type", SIM_TEXT,
							 .at = offsetof(struct sim_external_key,
								 attachment)},
			{.name = NULL}}},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_external_key, created_at)},
	{"display_name", SIM_TEXT, .at = offsetof(struct sim_external_key, name), .shift = 8,
		.ways = 8},
	{"geo", SIM_CONSTANT, .text = "us"},
	{"provider_config", SIM_RAW, .at = offsetof(struct sim_external_key, provider)},
	{"type", SIM_CONSTANT, .text = "external_key"},
	{"updated_at", SIM_CHARS, .at = offsetof(struct sim_external_key, updated_at)},
	{"user_profile_id", SIM_CHARS, .at = offsetof(struct sim_external_key, profile)},
	{.name = NULL},
};

/* The group of limits that an entry is of, in a struct sim_limit_group. */
static const struct sim_field group[] = {
	{"id", SIM_TEXT, .at = offsetof(struct sim_limit_group, group_id)},
	{"display_name", SIM_TEXT, .at = offsetof(struct sim_limit_group, display_name),
		.optional = 1},
	{"type", SIM_TEXT, .at = offsetof(struct sim_limit_group, type)},
	{.name = NULL},
};

static const struct sim_field limit[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_limit_group, id)},
	{"group", SIM_OBJECT, .of = group},
	{"group_type", SIM_TEXT, .at = offsetof(struct sim_limit_group, type), .old = 1},
	{"limits", SIM_MADE, .make = sim_console_json_limits},
	{"models", SIM_MADE, .make = sim_console_json_models},
	{"type", SIM_CONSTANT, .text = "rate_limit"},
	{.name = NULL},
};

static const struct sim_field override[] = {
	{"group", SIM_OBJECT, .at = offsetof(struct sim_override, group), .of = group},
	{"group_type", SIM_TEXT, .at = offsetof(struct sim_override, group.type), .old = 1},
	{"limits", SIM_MADE, .make = sim_console_json_overrides},
	{"models", SIM_MADE, .at = offsetof(struct sim_override, group),
		.make = sim_console_json_models},
	{"rate_limit_id", SIM_CHARS, .at = offsetof(struct sim_override, group.id)},
	{"type", SIM_CONSTANT, .text = "workspace_rate_limit"},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_override, workspace_id)},
	{.name = NULL},
};

static const struct sim_field cost[] = {
	{"amount", SIM_CHARS, .at = offsetof(struct sim_cost_row, amount)},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_cost_row, window)},
	{"cost_type", SIM_TEXT, .at = offsetof(struct sim_cost_row, cost_type)},
	{"currency", SIM_CONSTANT, .text = "USD"},
	{"description", SIM_CHARS, .at = offsetof(struct sim_cost_row, description)},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_cost_row, geo)},
	{"model", SIM_TEXT, .at = offsetof(struct sim_cost_row, model)},
	{"service_tier", SIM_TEXT, .at = offsetof(struct sim_cost_row, tier)},
	{"token_type", SIM_TEXT, .at = offsetof(struct sim_cost_row, token_type)},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_cost_row, workspace)},
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_cost_row, start), .hidden = 1},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_cost_row, end), .hidden = 1},
	{.name = NULL},
};

static const struct sim_field one_limit[] = {
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_one_limit, of.workspace_id)},
	{"group_type", SIM_TEXT, .at = offsetof(struct sim_one_limit, of.group.type)},
	{"models", SIM_MADE, .at = offsetof(struct sim_one_limit, of.group),
		.make = sim_console_json_models},
	{"limit_type", SIM_TEXT, .at = offsetof(struct sim_one_limit, type)},
	{"value", SIM_NUMBER, .at = offsetof(struct sim_one_limit, value)},
	{"org_value", SIM_NUMBER, .at = offsetof(struct sim_one_limit, org)},
	{"group_id", SIM_TEXT, .at = offsetof(struct sim_one_limit, of.group.group_id)},
	{"group_display_name", SIM_TEXT,
		.at = offsetof(struct sim_one_limit, of.group.display_name)},
	{"source", SIM_CONSTANT, .text = "{\"type\":\"workspace\"}"},
	{.name = NULL},
};

static const struct sim_field usage[] = {
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_usage_row, start)},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_usage_row, end)},
	{"account_id", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_ACCOUNT])},
	{"api_key_id", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_KEY])},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_WINDOW])},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_GEO])},
	{"model", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_MODEL])},
	{"service_account_id", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_SERVICE])},
	{"service_tier", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_TIER])},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_usage_row, dim[SIM_WORKSPACE])},
	{"uncached", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_UNCACHED])},
	{"read", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_READ])},
	{"create_5m", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_CREATE_5M])},
	{"create_1h", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_CREATE_1H])},
	{"output", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_OUTPUT])},
	{"searches", SIM_NUMBER, .at = offsetof(struct sim_usage_row, n[SIM_SEARCH])},
	{.name = NULL},
};

static const struct sim_field code[] = {
	{"date", SIM_CHARS, .at = offsetof(struct sim_code_row, date)},
	{"actor_type", SIM_TEXT, .at = offsetof(struct sim_code_row, actor_type)},
	{"actor_id", SIM_TEXT, .at = offsetof(struct sim_code_row, r.actor)},
	{"organization_id", SIM_TEXT, .at = offsetof(struct sim_code_row, organization)},
	{"customer_type", SIM_TEXT, .at = offsetof(struct sim_code_row, r.customer)},
	{"terminal_type", SIM_TEXT, .at = offsetof(struct sim_code_row, r.terminal)},
	{"sessions", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.sessions)},
	{"added", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.added)},
	{"removed", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.removed)},
	{"commits", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.commits)},
	{"requests", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.requests)},
	{"edit_tool_accepted", SIM_NUMBER,
		.at = offsetof(struct sim_code_row, r.tools[0].accepted)},
	{"edit_tool_rejected", SIM_NUMBER,
		.at = offsetof(struct sim_code_row, r.tools[0].rejected)},
	{"multi_accepted", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.tools[1].accepted)},
	{"multi_rejected", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.tools[1].rejected)},
	{"write_tool_accepted", SIM_NUMBER,
		.at = offsetof(struct sim_code_row, r.tools[2].accepted)},
	{"write_tool_rejected", SIM_NUMBER,
		.at = offsetof(struct sim_code_row, r.tools[2].rejected)},
	{"notebook_accepted", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.tools[3].accepted)},
	{"notebook_rejected", SIM_NUMBER, .at = offsetof(struct sim_code_row, r.tools[3].rejected)},
	{"input", SIM_NUMBER, .at = offsetof(struct sim_code_row, m.input)},
	{"output", SIM_NUMBER, .at = offsetof(struct sim_code_row, m.output)},
	{"read", SIM_NUMBER, .at = offsetof(struct sim_code_row, m.read)},
	{"create", SIM_NUMBER, .at = offsetof(struct sim_code_row, m.create)},
	{"cost", SIM_CHARS, .at = offsetof(struct sim_code_row, m.cost), .column = "cost"},
	{"model", SIM_TEXT, .at = offsetof(struct sim_code_row, m.model)},
	{"models_used", SIM_TEXT, .at = offsetof(struct sim_code_row, models)},
	{"subscription_type", SIM_TEXT, .at = offsetof(struct sim_code_row, r.subscription)},
	{"is_remote", SIM_BOOLEAN, .at = offsetof(struct sim_code_row, r.remote)},
	{"currency", SIM_CONSTANT, .text = "USD"},
	{"of_all", SIM_TEXT, .at = offsetof(struct sim_code_row, currency)},
	{.name = NULL},
};

const struct sim_fields sim_fields_organization = {organization, 0, 1, 0},
			sim_fields_user = {user, 1, 3, 6}, sim_fields_invite = {invite, 2, 3, 9},
			sim_fields_workspace = {workspace, 3, 2, 10},
			sim_fields_key = {key, 4, 2, 11}, sim_fields_member = {member, 5, 1, 4},
			sim_fields_limit = {limit, 0, 1, 0},
			sim_fields_override = {override, 0, 1, 0},
			sim_fields_cost = {cost, 7, 4, 10},
			sim_fields_external_key = {external_key, 9, 2, 8},
			sim_fields_one_limit = {one_limit, 0, 1, 0},
			sim_fields_usage = {usage, 0, 1, 0}, sim_fields_code = {code, 0, 1, 0};
