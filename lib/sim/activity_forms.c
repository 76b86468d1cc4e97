#include <stddef.h>

#include "base/utc.h"
#include "sim/activity.h"
#include "sim/activity_report.h"
#include "sim/domains.h"

/* ---- parameters ---- */

static const char *const directions[] = {"asc", "desc", NULL};

static const char *const by_all[] = {"product", "rbac_group_id", "user_id", NULL};
static const char *const by_persons[] = {"rbac_group_id", "user_id", NULL};
static const char *const by_groups[] = {"rbac_group_id", NULL};
static const char *const user_filters[] = {"project_id", "rbac_group_id", "user_id", NULL};
static const char *const skill_filters[] = {
	"product", "rbac_group_id", "share_status", "skill_name", "user_id", NULL};
static const char *const connector_filters[] = {
	"connector_name", "product", "rbac_group_id", "user_id", NULL};
static const char *const plugin_filters[] = {
	"plugin_name", "product", "rbac_group_id", "user_id", NULL};
static const char *const project_filters[] = {"project_id", "rbac_group_id", "user_id", NULL};
static const char *const artifact_filters[] = {
	"artifact_type", "is_shared", "product", "rbac_group_id", "user_id", NULL};

static const struct sim_param user_params[] = {
	{"date", .kind = SIM_P_DAY},
	{"filter[]", .kind = SIM_P_PAIR, .values = user_filters, .most = 100},
	{"group_by[]", .kind = SIM_P_WORD, .values = by_groups, .most = 100},
	{"starting_date", .kind = SIM_P_DAY},
	{"ending_date", .kind = SIM_P_DAY},
	{"order_by", .kind = SIM_P_TEXT},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{.name = NULL},
};

static const struct sim_param skill_params[] = {
	{"date", .kind = SIM_P_DAY},
	{"filter[]", .kind = SIM_P_PAIR, .values = skill_filters, .most = 100},
	{"group_by[]", .kind = SIM_P_WORD, .values = by_all, .most = 100},
	{"starting_date", .kind = SIM_P_DAY},
	{"ending_date", .kind = SIM_P_DAY},
	{"order_by", .kind = SIM_P_TEXT},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{.name = NULL},
};

static const struct sim_param connector_params[] = {
	{"date", .kind = SIM_P_DAY},
	{"filter[]", .kind = SIM_P_PAIR, .values = connector_filters, .most = 100},
	{"group_by[]", .kind = SIM_P_WORD, .values = by_all, .most = 100},
	{"starting_date", .kind = SIM_P_DAY},
	{"ending_date", .kind = SIM_P_DAY},
	{"order_by", .kind = SIM_P_TEXT},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{.name = NULL},
};

static const struct sim_param plugin_params[] = {
	{"date", .kind = SIM_P_DAY},
	{"filter[]", .kind = SIM_P_PAIR, .values = plugin_filters, .most = 100},
	{"group_by[]", .kind = SIM_P_WORD, .values = by_all, .most = 100},
	{"starting_date", .kind = SIM_P_DAY},
	{"ending_date", .kind = SIM_P_DAY},
	{"order_by", .kind = SIM_P_TEXT},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{.name = NULL},
};

static const struct sim_param project_params[] = {
	{"date", .kind = SIM_P_DAY},
	{"filter[]", .kind = SIM_P_PAIR, .values = project_filters, .most = 100},
	{"group_by[]", .kind = SIM_P_WORD, .values = by_persons, .most = 100},
	{"starting_date", .kind = SIM_P_DAY},
	{"ending_date", .kind = SIM_P_DAY},
	{"order_by", .kind = SIM_P_TEXT},
	{"order", .kind = SIM_P_WORD, .values = directions},
	{.name = NULL},
};

static const struct sim_param artifact_params[] = {
	{"date", .kind = SIM_P_DAY},
	{"filter[]", .kind = SIM_P_PAIR, .values = artifact_filters, .most = 100},
	{"group_by[]", .kind = SIM_P_WORD, .values = by_all, .most = 100},
	{.name = NULL},
};

/* Neither limit nor page has an effect: there is one page. */
static const struct sim_param summary_params[] = {
	{"starting_date", .kind = SIM_P_DAY},
	{"ending_date", .kind = SIM_P_DAY},
	{"limit", .kind = SIM_P_TEXT},
	{"page", .kind = SIM_P_TEXT},
	{"filter[]", .kind = SIM_P_PAIR, .values = by_groups, .most = 100},
	{.name = NULL},
};

/* ---- endpoints and tables ---- */

const struct sim_endpoint sim_activity_endpoints[] = {
	{"organizations/analytics/users", SIM_SCOPED, .scope = "read:analytics",
		.params = user_params, .paging = SIM_BY_TOKEN, .limit = 100, .most = 1000,
		.envelope = SIM_NEXT, .answer = sim_activity_answer},
	{"organizations/analytics/skills", SIM_SCOPED, .scope = "read:analytics",
		.params = skill_params, .paging = SIM_BY_TOKEN, .limit = 100, .most = 1000,
		.envelope = SIM_NEXT, .answer = sim_activity_answer},
	{"organizations/analytics/connectors", SIM_SCOPED, .scope = "read:analytics",
		.params = connector_params, .paging = SIM_BY_TOKEN, .limit = 100, .most = 1000,
		.envelope = SIM_NEXT, .answer = sim_activity_answer},
	{"organizations/analytics/plugins", SIM_SCOPED, .scope = "read:analytics",
		.params = plugin_params, .paging = SIM_BY_TOKEN, .limit = 100, .most = 1000,
		.envelope = SIM_NEXT, .answer = sim_activity_answer},
	{"organizations/analytics/apps/chat/projects", SIM_SCOPED, .scope = "read:analytics",
		.params = project_params, .paging = SIM_BY_TOKEN, .limit = 100, .most = 1000,
		.envelope = SIM_NEXT, .answer = sim_activity_answer},
	{"organizations/analytics/artifacts", SIM_SCOPED, .scope = "read:analytics",
		.params = artifact_params, .paging = SIM_BY_TOKEN, .limit = 100, .most = 1000,
		.envelope = SIM_NEXT, .answer = sim_activity_answer},
	{"organizations/analytics/summaries", SIM_SCOPED, .scope = "read:analytics",
		.params = summary_params, .paging = SIM_ONE_PAGE, .limit = 100, .most = 1000,
		.envelope = SIM_NEXT, .answer = sim_summaries_answer},
	{.path = NULL},
};

static int64_t
start(const struct sim *s)
{
	int64_t first = utc_days(SIM_ACTIVITY_YEAR, 1, 1);

	return (first > s->first_day ? first : s->first_day) * UTC_DAY;
}

static int64_t
end(const struct sim *s, int64_t width)
{
	return (sim_activity_newest(s) + 1) * width;
}

const struct sim_table sim_activity_tables[] = {
	{"analytics_users", &sim_fields_user_activity, .rows = sim_activity_expect, .unit = UTC_DAY,
		.start = start, .end = end},
	{"analytics_skills", &sim_fields_skill_activity, .rows = sim_activity_expect,
		.unit = UTC_DAY, .start = start, .end = end},
	{"analytics_connectors", &sim_fields_connector_activity, .rows = sim_activity_expect,
		.unit = UTC_DAY, .start = start, .end = end},
	{"analytics_plugins", &sim_fields_plugin_activity, .rows = sim_activity_expect,
		.unit = UTC_DAY, .start = start, .end = end},
	{"analytics_projects", &sim_fields_project_activity, .rows = sim_activity_expect,
		.unit = UTC_DAY, .start = start, .end = end},
	{"analytics_artifacts", &sim_fields_artifact_activity, .rows = sim_activity_expect,
		.unit = UTC_DAY, .start = start, .end = end},
	{"analytics_summaries", &sim_fields_summary, .rows = sim_summaries_expect, .unit = UTC_DAY,
		.start = start, .end = end},
	{.name = NULL},
};
