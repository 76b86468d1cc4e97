#include "sim/uses_fields.h"

#include <stddef.h>

#include "sim/tally.h"

/* The fields of a struct sim_use_row, as each of the reports arranges them. */

/* ---- usage and cost ---- */

static const struct sim_field creation[] = {
	{"ephemeral_5m_input_tokens", SIM_NUMBER,
		.at = offsetof(struct sim_use_row, n[SIM_CREATE_5M])},
	{"ephemeral_1h_input_tokens", SIM_NUMBER,
		.at = offsetof(struct sim_use_row, n[SIM_CREATE_1H])},
	{.name = NULL},
};

static const struct sim_field tools[] = {
	{"web_search_requests", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_SEARCH])},
	{.name = NULL},
};

static const struct sim_field usage_group[] = {
	{"kind", SIM_TEXT, .at = offsetof(struct sim_use_row, actor_type), .hidden = 1,
		.column = "actor_type"},
	{"actor", SIM_WHO, .at = offsetof(struct sim_use_row, actor),
		.parts = "id email name deleted provider subject"},
	{"actor_type", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_ACTOR_TYPE]),
		.column = ""},
	{"agent_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_AGENT])},
	{"api_key_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_KEY])},
	{"claude_tag_category", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CATEGORY])},
	{"claude_tag_user_id", SIM_TEXT,
		.at = offsetof(struct sim_use_row, dim[SIM_BY_SLACK_USER])},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_WINDOW])},
	{"deployment_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_DEPLOYMENT])},
	{"environment_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_ENVIRONMENT])},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GEO])},
	{"model", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_MODEL])},
	{"organization_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_ORGANIZATION])},
	{"product", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_PRODUCT])},
	{"rbac_group_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GROUP])},
	{"service_tier", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_TIER])},
	{"session_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_SESSION])},
	{"slack_channel_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CHANNEL])},
	{"speed", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_SPEED])},
	{"user_profile_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_PROFILE])},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_WORKSPACE])},
	{.name = NULL},
};

static const struct sim_field cost_group[] = {
	{"kind", SIM_TEXT, .at = offsetof(struct sim_use_row, actor_type), .hidden = 1,
		.column = "actor_type"},
	{"actor", SIM_WHO, .at = offsetof(struct sim_use_row, actor),
		.parts = "id email name deleted provider subject"},
	{"actor_type", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_ACTOR_TYPE]),
		.column = ""},
	{"agent_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_AGENT])},
	{"api_key_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_KEY])},
	{"claude_tag_category", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CATEGORY])},
	{"claude_tag_user_id", SIM_TEXT,
		.at = offsetof(struct sim_use_row, dim[SIM_BY_SLACK_USER])},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_WINDOW])},
	{"deployment_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_DEPLOYMENT])},
	{"environment_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_ENVIRONMENT])},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GEO])},
	{"model", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_MODEL])},
	{"organization_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_ORGANIZATION])},
	{"product", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_PRODUCT])},
	{"rbac_group_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GROUP])},
	{"service_tier", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_TIER])},
	{"session_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_SESSION])},
	{"slack_channel_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CHANNEL])},
	{"speed", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_SPEED])},
	{"user_profile_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_PROFILE])},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_WORKSPACE])},
	{"cost_type", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_COST_TYPE])},
	{"token_type", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_TOKEN_TYPE])},
	{.name = NULL},
};

static const struct sim_field usage_figures[] = {
	{"uncached_input_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_UNCACHED])},
	{"cache_read_input_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_READ])},
	{"output_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_OUTPUT])},
	{"total_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, total)},
	{"cache_creation", SIM_OBJECT, .of = creation},
	{"server_tool_use", SIM_OBJECT, .of = tools},
	{"requests", SIM_NUMBER, .at = offsetof(struct sim_use_row, requests)},
	{.name = NULL},
};

static const struct sim_field cost_figures[] = {
	{"amount", SIM_CHARS, .at = offsetof(struct sim_use_row, amount), .cents = 1},
	{"list_amount", SIM_CHARS, .at = offsetof(struct sim_use_row, list), .cents = 1},
	{"currency", SIM_TEXT, .at = offsetof(struct sim_use_row, currency)},
	{"requests", SIM_NUMBER, .at = offsetof(struct sim_use_row, requests)},
	{.name = NULL},
};

static const struct sim_field usage[] = {
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_use_row, start)},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_use_row, end)},
	{"group", SIM_OBJECT, .of = usage_group},
	{"usage", SIM_OBJECT, .of = usage_figures},
	{.name = NULL},
};

static const struct sim_field cost[] = {
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_use_row, start)},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_use_row, end)},
	{"group", SIM_OBJECT, .of = cost_group},
	{"cost", SIM_OBJECT, .of = cost_figures},
	{.name = NULL},
};

/* ---- the legacy reports ---- */

static const struct sim_field usage_result[] = {
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_use_row, start), .hidden = 1},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_use_row, end), .hidden = 1},
	{"uncached_input_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_UNCACHED])},
	{"cache_read_input_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_READ])},
	{"output_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_OUTPUT])},
	{"cache_creation", SIM_OBJECT, .of = creation},
	{"requests", SIM_NUMBER, .at = offsetof(struct sim_use_row, requests)},
	{"server_tool_use", SIM_OBJECT, .of = tools},
	{"claude_tag_category", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CATEGORY])},
	{"claude_tag_user_id", SIM_TEXT,
		.at = offsetof(struct sim_use_row, dim[SIM_BY_SLACK_USER])},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_WINDOW])},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GEO])},
	{"model", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_MODEL])},
	{"product", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_PRODUCT])},
	{"rbac_group_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GROUP])},
	{"slack_channel_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CHANNEL])},
	{"speed", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_SPEED])},
	{.name = NULL},
};

static const struct sim_field cost_result[] = {
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_use_row, start), .hidden = 1},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_use_row, end), .hidden = 1},
	{"amount", SIM_CHARS, .at = offsetof(struct sim_use_row, amount), .cents = 1},
	{"list_amount", SIM_CHARS, .at = offsetof(struct sim_use_row, list), .cents = 1},
	{"currency", SIM_TEXT, .at = offsetof(struct sim_use_row, currency)},
	{"requests", SIM_NUMBER, .at = offsetof(struct sim_use_row, requests)},
	{"cost_type", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_COST_TYPE])},
	{"token_type", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_TOKEN_TYPE])},
	{"claude_tag_category", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CATEGORY])},
	{"claude_tag_user_id", SIM_TEXT,
		.at = offsetof(struct sim_use_row, dim[SIM_BY_SLACK_USER])},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_WINDOW])},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GEO])},
	{"model", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_MODEL])},
	{"product", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_PRODUCT])},
	{"rbac_group_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GROUP])},
	{"slack_channel_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CHANNEL])},
	{"speed", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_SPEED])},
	{.name = NULL},
};

static const struct sim_field user_usage[] = {
	{"actor", SIM_WHO, .email = 1, .at = offsetof(struct sim_use_row, actor),
		.parts = "type id email name deleted"},
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_use_row, start)},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_use_row, end)},
	{"claude_tag_category", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CATEGORY])},
	{"claude_tag_user_id", SIM_TEXT,
		.at = offsetof(struct sim_use_row, dim[SIM_BY_SLACK_USER])},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_WINDOW])},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GEO])},
	{"model", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_MODEL])},
	{"product", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_PRODUCT])},
	{"rbac_group_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GROUP])},
	{"slack_channel_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CHANNEL])},
	{"speed", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_SPEED])},
	{"uncached_input_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_UNCACHED])},
	{"cache_read_input_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_READ])},
	{"output_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, n[SIM_OUTPUT])},
	{"total_tokens", SIM_NUMBER, .at = offsetof(struct sim_use_row, total)},
	{"cache_creation", SIM_OBJECT, .of = creation},
	{"server_tool_use", SIM_OBJECT, .of = tools},
	{"requests", SIM_NUMBER, .at = offsetof(struct sim_use_row, requests)},
	{.name = NULL},
};

static const struct sim_field user_cost[] = {
	{"actor", SIM_WHO, .email = 1, .at = offsetof(struct sim_use_row, actor),
		.parts = "type id email name deleted"},
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_use_row, start)},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_use_row, end)},
	{"claude_tag_category", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CATEGORY])},
	{"claude_tag_user_id", SIM_TEXT,
		.at = offsetof(struct sim_use_row, dim[SIM_BY_SLACK_USER])},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_WINDOW])},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GEO])},
	{"model", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_MODEL])},
	{"product", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_PRODUCT])},
	{"rbac_group_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_GROUP])},
	{"slack_channel_id", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_CHANNEL])},
	{"speed", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_SPEED])},
	{"amount", SIM_CHARS, .at = offsetof(struct sim_use_row, amount), .cents = 1},
	{"list_amount", SIM_CHARS, .at = offsetof(struct sim_use_row, list), .cents = 1},
	{"currency", SIM_TEXT, .at = offsetof(struct sim_use_row, currency)},
	{"requests", SIM_NUMBER, .at = offsetof(struct sim_use_row, requests)},
	{"cost_type", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_COST_TYPE])},
	{"token_type", SIM_TEXT, .at = offsetof(struct sim_use_row, dim[SIM_BY_TOKEN_TYPE])},
	{.name = NULL},
};

/* The hashes of members' orders start above those of sim/console_fields. */
const struct sim_fields sim_fields_usage_item = {usage, 40, 3, 4},
			sim_fields_cost_item = {cost, 41, 3, 4},
			sim_fields_usage_result = {usage_result, 42, 4, 15},
			sim_fields_cost_result = {cost_result, 43, 4, 15},
			sim_fields_user_usage = {user_usage, 44, 4, 19},
			sim_fields_user_cost = {user_cost, 45, 4, 18};
