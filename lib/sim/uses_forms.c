#include "sim/domains.h"

#include "base/utc.h"
#include "sim/uses_fields.h"
#include "sim/uses_query.h"
#include "sim/uses_report.h"

#define BETA "analytics-usage-cost-2026-08-24"

static const char *const widths[] = {"1d", "1h", "1m", NULL};
static const char *const directions[] = {"asc", "desc", NULL};
static const char *const usage_orders[] = {
	"total_tokens", "output_tokens", "uncached_input_tokens", "requests", "time", NULL};
static const char *const cost_orders[] = {"amount", "list_amount", "time", NULL};
static const char *const user_usage_orders[] = {
	"total_tokens", "output_tokens", "uncached_input_tokens", "requests", NULL};
static const char *const user_cost_orders[] = {"amount", "list_amount", NULL};
static const char *const actor_types[] = {
	"api_actor", "federated_actor", "service_account_actor", "user_actor", NULL};
static const char *const categories[] = {
	"dm", "engaged", "monitoring", "proactive", "scheduled", NULL};
static const char *const windows[] = {"0-200k", "200k-1M", NULL};
static const char *const geos[] = {"global", "not_available", "us", NULL};
static const char *const speeds[] = {"fast", "standard", NULL};
static const char *const tiers[] = {
	"batch", "flex", "flex_discount", "priority", "priority_on_demand", "standard", NULL};
static const char *const products[] = {"chat", "chat_cowork_unified", "claude_code",
	"claude_console", "claude_design", "claude_in_chrome", "claude_tag", "cowork",
	"managed_agents_api", "message_batches_api", "messages_api", "office_agent", NULL};
static const char *const legacy_products[] = {"chat", "chat_cowork_unified", "claude-tag",
	"claude_code", "claude_design", "claude_in_chrome", "cowork", "office_agent", NULL};

/* ---- parameters ---- */

static const struct sim_param usage_params[] = {
	{"starting_at", .kind = SIM_P_INSTANT},
	{"ending_at", .kind = SIM_P_INSTANT},
	{"group_by[]", .kind = SIM_P_TEXT},
	{"time_bucket_width", .kind = SIM_P_WORD, .values = widths},
	{"order_by", .kind = SIM_P_WORD, .values = usage_orders},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{"exclude_deleted_users", .kind = SIM_P_BOOL},
	{"actor_ids[]", .kind = SIM_P_TEXT},
	{"actor_types[]", .kind = SIM_P_WORD, .values = actor_types},
	{"agent_ids[]", .kind = SIM_P_TEXT},
	{"api_key_ids[]", .kind = SIM_P_TEXT},
	{"claude_tag_categories[]", .kind = SIM_P_WORD, .values = categories},
	{"claude_tag_user_ids[]", .kind = SIM_P_TEXT},
	{"context_windows[]", .kind = SIM_P_WORD, .values = windows},
	{"deployment_ids[]", .kind = SIM_P_TEXT},
	{"environment_ids[]", .kind = SIM_P_TEXT},
	{"inference_geos[]", .kind = SIM_P_WORD, .values = geos},
	{"models[]", .kind = SIM_P_TEXT},
	{"organization_ids[]", .kind = SIM_P_TEXT},
	{"products[]", .kind = SIM_P_WORD, .values = products},
	{"rbac_group_ids[]", .kind = SIM_P_TEXT},
	{"service_tiers[]", .kind = SIM_P_WORD, .values = tiers},
	{"session_ids[]", .kind = SIM_P_TEXT},
	{"slack_channel_ids[]", .kind = SIM_P_TEXT},
	{"speeds[]", .kind = SIM_P_WORD, .values = speeds},
	{"user_profile_ids[]", .kind = SIM_P_TEXT},
	{"workspace_ids[]", .kind = SIM_P_TEXT},
	{.name = NULL},
};

static const struct sim_param cost_params[] = {
	{"starting_at", .kind = SIM_P_INSTANT},
	{"ending_at", .kind = SIM_P_INSTANT},
	{"group_by[]", .kind = SIM_P_TEXT},
	{"time_bucket_width", .kind = SIM_P_WORD, .values = widths},
	{"order_by", .kind = SIM_P_WORD, .values = cost_orders},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{"exclude_deleted_users", .kind = SIM_P_BOOL},
	{"actor_ids[]", .kind = SIM_P_TEXT},
	{"actor_types[]", .kind = SIM_P_WORD, .values = actor_types},
	{"agent_ids[]", .kind = SIM_P_TEXT},
	{"api_key_ids[]", .kind = SIM_P_TEXT},
	{"claude_tag_categories[]", .kind = SIM_P_WORD, .values = categories},
	{"claude_tag_user_ids[]", .kind = SIM_P_TEXT},
	{"context_windows[]", .kind = SIM_P_WORD, .values = windows},
	{"deployment_ids[]", .kind = SIM_P_TEXT},
	{"environment_ids[]", .kind = SIM_P_TEXT},
	{"inference_geos[]", .kind = SIM_P_WORD, .values = geos},
	{"models[]", .kind = SIM_P_TEXT},
	{"organization_ids[]", .kind = SIM_P_TEXT},
	{"products[]", .kind = SIM_P_WORD, .values = products},
	{"rbac_group_ids[]", .kind = SIM_P_TEXT},
	{"service_tiers[]", .kind = SIM_P_WORD, .values = tiers},
	{"session_ids[]", .kind = SIM_P_TEXT},
	{"slack_channel_ids[]", .kind = SIM_P_TEXT},
	{"speeds[]", .kind = SIM_P_WORD, .values = speeds},
	{"user_profile_ids[]", .kind = SIM_P_TEXT},
	{"workspace_ids[]", .kind = SIM_P_TEXT},
	{.name = NULL},
};

static const struct sim_param bucket_params[] = {
	{"starting_at", .kind = SIM_P_INSTANT},
	{"ending_at", .kind = SIM_P_INSTANT},
	{"group_by[]", .kind = SIM_P_TEXT},
	{"bucket_width", .kind = SIM_P_WORD, .values = widths},
	{"claude_tag_categories[]", .kind = SIM_P_WORD, .values = categories},
	{"claude_tag_user_ids[]", .kind = SIM_P_TEXT},
	{"context_windows[]", .kind = SIM_P_WORD, .values = windows},
	{"inference_geos[]", .kind = SIM_P_WORD, .values = geos},
	{"models[]", .kind = SIM_P_TEXT},
	{"products[]", .kind = SIM_P_WORD, .values = legacy_products},
	{"rbac_group_ids[]", .kind = SIM_P_TEXT},
	{"slack_channel_ids[]", .kind = SIM_P_TEXT},
	{"speeds[]", .kind = SIM_P_WORD, .values = speeds},
	{"user_ids[]", .kind = SIM_P_TEXT},
	{.name = NULL},
};

static const struct sim_param user_usage_params[] = {
	{"starting_at", .kind = SIM_P_INSTANT},
	{"ending_at", .kind = SIM_P_INSTANT},
	{"group_by[]", .kind = SIM_P_TEXT},
	{"bucket_width", .kind = SIM_P_WORD, .values = widths},
	{"claude_tag_categories[]", .kind = SIM_P_WORD, .values = categories},
	{"claude_tag_user_ids[]", .kind = SIM_P_TEXT},
	{"context_windows[]", .kind = SIM_P_WORD, .values = windows},
	{"inference_geos[]", .kind = SIM_P_WORD, .values = geos},
	{"models[]", .kind = SIM_P_TEXT},
	{"products[]", .kind = SIM_P_WORD, .values = legacy_products},
	{"rbac_group_ids[]", .kind = SIM_P_TEXT},
	{"slack_channel_ids[]", .kind = SIM_P_TEXT},
	{"speeds[]", .kind = SIM_P_WORD, .values = speeds},
	{"user_ids[]", .kind = SIM_P_TEXT},
	{"order_by", .kind = SIM_P_WORD, .values = user_usage_orders},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{"exclude_deleted_users", .kind = SIM_P_BOOL},
	{.name = NULL},
};

static const struct sim_param user_cost_params[] = {
	{"starting_at", .kind = SIM_P_INSTANT},
	{"ending_at", .kind = SIM_P_INSTANT},
	{"group_by[]", .kind = SIM_P_TEXT},
	{"bucket_width", .kind = SIM_P_WORD, .values = widths},
	{"claude_tag_categories[]", .kind = SIM_P_WORD, .values = categories},
	{"claude_tag_user_ids[]", .kind = SIM_P_TEXT},
	{"context_windows[]", .kind = SIM_P_WORD, .values = windows},
	{"inference_geos[]", .kind = SIM_P_WORD, .values = geos},
	{"models[]", .kind = SIM_P_TEXT},
	{"products[]", .kind = SIM_P_WORD, .values = legacy_products},
	{"rbac_group_ids[]", .kind = SIM_P_TEXT},
	{"slack_channel_ids[]", .kind = SIM_P_TEXT},
	{"speeds[]", .kind = SIM_P_WORD, .values = speeds},
	{"user_ids[]", .kind = SIM_P_TEXT},
	{"order_by", .kind = SIM_P_WORD, .values = user_cost_orders},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{"exclude_deleted_users", .kind = SIM_P_BOOL},
	{.name = NULL},
};

/* ---- forms, endpoints, tables ---- */

static const char standard[] = "actor,api_key_id,model,product,workspace_id",
		  legacy_usage[] = "product,model,context_window,speed,inference_geo",
		  legacy_cost[] =
			  "product,model,context_window,speed,inference_geo,cost_type,token_type";

const struct sim_form sim_uses_forms[] = {
	{"organizations/analytics/usage", "analytics_usage", &sim_fields_usage_item,
		"time_bucket_width", SIM_USE_ALL, .standard = standard},
	{"organizations/analytics/cost", "analytics_cost", &sim_fields_cost_item,
		"time_bucket_width", SIM_USE_ALL, .money = 1, .standard = standard},
	{"organizations/analytics/usage", "analytics_usage_total", &sim_fields_usage_item,
		"time_bucket_width", SIM_USE_ALL, .standard = ""},
	{"organizations/analytics/cost", "analytics_cost_total", &sim_fields_cost_item,
		"time_bucket_width", SIM_USE_ALL, .money = 1, .whole = 1, .standard = ""},
	{"organizations/analytics/usage_report", "analytics_usage_report", &sim_fields_usage_result,
		"bucket_width", SIM_USE_SEAT, .legacy = 1, .buckets = 1, .standard = legacy_usage},
	{"organizations/analytics/cost_report", "analytics_cost_report", &sim_fields_cost_result,
		"bucket_width", SIM_USE_SEAT, .money = 1, .legacy = 1, .buckets = 1,
		.standard = legacy_cost},
	{"organizations/analytics/user_usage_report", "analytics_user_usage_report",
		&sim_fields_user_usage, "bucket_width", SIM_USE_SEAT, .persons = 1, .legacy = 1,
		.standard = legacy_usage},
	{"organizations/analytics/user_cost_report", "analytics_user_cost_report",
		&sim_fields_user_cost, "bucket_width", SIM_USE_SEAT, .persons = 1, .money = 1,
		.legacy = 1, .standard = legacy_cost},
	{.path = NULL},
};

const struct sim_endpoint sim_uses_endpoints[] = {
	{"organizations/analytics/usage", SIM_SCOPED | SIM_ADMIN, .scope = "read:analytics",
		.beta = BETA, .beta_status = 400, .params = usage_params, .paging = SIM_BY_TOKEN,
		.most = 1000, .envelope = SIM_TOKENS, .of = &sim_fields_usage_item,
		.answer = sim_uses_answer},
	{"organizations/analytics/cost", SIM_SCOPED | SIM_ADMIN, .scope = "read:analytics",
		.beta = BETA, .beta_status = 400, .params = cost_params, .paging = SIM_BY_TOKEN,
		.most = 1000, .envelope = SIM_TOKENS, .of = &sim_fields_cost_item,
		.answer = sim_uses_answer},
	{"organizations/analytics/usage_report", SIM_SCOPED, .scope = "read:analytics",
		.params = bucket_params, .paging = SIM_BY_TOKEN, .most = 1000,
		.envelope = SIM_TOKENS, .of = &sim_fields_usage_result, .answer = sim_uses_answer},
	{"organizations/analytics/cost_report", SIM_SCOPED, .scope = "read:analytics",
		.params = bucket_params, .paging = SIM_BY_TOKEN, .most = 1000,
		.envelope = SIM_TOKENS, .of = &sim_fields_cost_result, .answer = sim_uses_answer},
	{"organizations/analytics/user_usage_report", SIM_SCOPED, .scope = "read:analytics",
		.params = user_usage_params, .paging = SIM_BY_TOKEN, .most = 1000,
		.envelope = SIM_TOKENS, .of = &sim_fields_user_usage, .answer = sim_uses_answer},
	{"organizations/analytics/user_cost_report", SIM_SCOPED, .scope = "read:analytics",
		.params = user_cost_params, .paging = SIM_BY_TOKEN, .most = 1000,
		.envelope = SIM_TOKENS, .of = &sim_fields_user_cost, .answer = sim_uses_answer},
	{.path = NULL},
};

static int64_t
end(const struct sim *s, int64_t width)
{
	return utc_ceil(sim_uses_fresh(s), width);
}

static int64_t
start(const struct sim *s)
{
	return utc_ceil(sim_uses_oldest(s), UTC_DAY);
}

const struct sim_table sim_uses_tables[] = {
	{"analytics_usage", &sim_fields_usage_item, .rows = sim_uses_rows, .unit = SIM_BY_WIDTH,
		.end = end, .start = start},
	{"analytics_cost", &sim_fields_cost_item, .rows = sim_uses_rows, .unit = SIM_BY_WIDTH,
		.end = end, .start = start},
	{"analytics_usage_total", &sim_fields_usage_item,
		"starting_at ending_at uncached_input_tokens cache_read_input_tokens output_tokens "
		"total_tokens cache_creation_ephemeral_5m_input_tokens "
		"cache_creation_ephemeral_1h_input_tokens web_search_requests requests",
		.rows = sim_uses_rows, .unit = UTC_DAY, .end = end, .start = start},
	{"analytics_cost_total", &sim_fields_cost_item,
		"starting_at ending_at amount amount_cents list_amount list_amount_cents currency "
		"requests",
		.rows = sim_uses_rows, .unit = UTC_DAY, .end = end, .start = start},
	{"analytics_usage_report", &sim_fields_usage_result, .rows = sim_uses_rows,
		.unit = SIM_BY_WIDTH, .end = end, .start = start},
	{"analytics_cost_report", &sim_fields_cost_result, .rows = sim_uses_rows,
		.unit = SIM_BY_WIDTH, .end = end, .start = start},
	{"analytics_user_usage_report", &sim_fields_user_usage, .rows = sim_uses_rows,
		.unit = SIM_BY_WIDTH, .end = end, .start = start},
	{"analytics_user_cost_report", &sim_fields_user_cost, .rows = sim_uses_rows,
		.unit = SIM_BY_WIDTH, .end = end, .start = start},
	{.name = NULL},
};
