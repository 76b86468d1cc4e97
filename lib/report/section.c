#include "report/section.h"

#include "report/changes.h"
#include "report/cost.h"
#include "report/engagement.h"
#include "report/figures.h"
#include "report/fresh.h"
#include "report/keys.h"
#include "report/limits.h"
#include "report/odd.h"
#include "report/people.h"
#include "report/seats.h"
#include "report/tags.h"
#include "report/use.h"

const struct section report_sections[] = {
	{"figures", NULL, NULL, NULL, NULL, NULL, 0, SECTION_AMOUNTS, {&figures_sheet}},
	{"models", "Cost by model", "Cost", " by model", report_cost_models, "No cost here.",
		VIEWS_COST, SECTION_AMOUNTS, {&cost_models_sheet}},
	{"workspaces", "Cost by workspace", "Cost", " by workspace", report_cost_workspaces,
		"No cost here.", VIEWS_COST, SECTION_AMOUNTS | SECTION_WORKSPACES,
		{&cost_workspaces_sheet}},
	{"products", "Cost by product", "Cost", " by product", report_cost_products,
		"No cost by product here.", VIEWS_ANALYTICS_COST, SECTION_AMOUNTS,
		{&cost_products_sheet}},
	{"month", "Month", "The month so far", NULL, report_cost_month, "No cost here.", VIEWS_COST,
		SECTION_AMOUNTS, {&cost_month_sheet}},
	{"tokens", "Tokens", "Tokens", "", report_use_tokens, "No tokens here.", VIEWS_USAGE, 0,
		{&use_tokens_sheet}},
	{"cache", "Cache", "Cache hit rate", NULL, report_use_cache, "No tokens here.", VIEWS_USAGE,
		0, {&use_cache_sheet, &use_cache_models_sheet}},
	{"matrix", "Workspaces and models", "Cost by workspace and model", NULL, report_cost_matrix,
		"No cost here.", VIEWS_COST, SECTION_AMOUNTS | SECTION_WORKSPACES,
		{&cost_matrix_sheet}},
	{"kinds", "Token types", "Cost by token type", NULL, report_cost_kinds, "No cost here.",
		VIEWS_COST, SECTION_AMOUNTS, {&cost_kinds_sheet}},
	{"seats", "Seats", "Seats and active users", NULL, seats_put, "No seats here.",
		VIEWS_ANALYTICS_SUMMARIES, 0, {&seats_sheet}},
	{"engagement", "Activity", "Activity by product", NULL, engagement_put, "No activity here.",
		VIEWS_ANALYTICS_USERS, 0, {&engagement_sheet, &engagement_days_sheet}},
	{"limits", "Spend limits", "Spend against limits", NULL, limits_put,
		"No spend limits here.", VIEWS_LIMITS, 0, {&limits_sheet}},
	{"users", "Claude Code", "Claude Code: who uses it most", NULL, report_use_users,
		"Nothing of Claude Code here.", VIEWS_CLAUDE_CODE, SECTION_AMOUNTS,
		{&use_users_sheet}},
	{"tools", NULL, "Claude Code: acceptance per tool", NULL, report_use_tools,
		"No decisions on tools here.", VIEWS_CLAUDE_CODE, 0, {&use_tools_sheet}},
	{"code", NULL, "Claude Code: lines, commits and pull requests", "", report_use_code,
		"Nothing of Claude Code here.", VIEWS_CLAUDE_CODE, 0, {&use_code_sheet}},
	{"activity", NULL, "Claude Code: active users and sessions", "", report_use_activity,
		"Nothing of Claude Code here.", VIEWS_CLAUDE_CODE, 0, {&use_activity_sheet}},
	{"keys", "API keys", "API keys", NULL, keys_put, "No use of keys here.", VIEWS_USAGE,
		SECTION_AMOUNTS, {&keys_sheet}},
	{"people", "People", "Cost by person", NULL, people_put, "No cost by person here.",
		VIEWS_ANALYTICS_COST, SECTION_AMOUNTS, {&people_sheet}},
	{"tags", "Tags", "Cost by workspace tag", NULL, tags_put, "No tags here.", VIEWS_WORKSPACES,
		SECTION_AMOUNTS, {&tags_sheet}},
	{"changes", "Changes", "What changed", NULL, changes_put, NULL, 0, 0, {&changes_sheet}},
	{"odd", "Days that stand out", "Days that stand out", NULL, odd_put, "No cost here.",
		VIEWS_COST, SECTION_AMOUNTS, {&odd_sheet}},
	{"fresh", "Freshness", "How fresh the data is", NULL, fresh_put, NULL, 0, 0,
		{&fresh_sheet}},
	{.id = NULL}};
