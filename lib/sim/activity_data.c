#include "sim/activity.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "sim/activity_users.h"
#include "sim/kinds.h"

/* The activities as data: their fields, what each of their counts counts, their things. */

#define ROW(member) offsetof(struct sim_activity_row, member)
#define COUNT(i) (offsetof(struct sim_activity_row, n) + (i) * sizeof(int64_t))

/* Days since 1970 on which counts begin: calls of connectors, who vouches for them. */
enum { CALLS = 20602, /* 2026-05-29 */ AUTH = 20635 /* 2026-07-01 */ };

static int
has_unified(const void *row)
{
	return ((const struct sim_activity_row *)row)->unified;
}

static int
has_creator(const void *row)
{
	return ((const struct sim_activity_row *)row)->has_creator;
}

static size_t
one(const struct sim *s)
{
	(void)s;
	return 1;
}

static void
nothing(const struct sim *s, size_t thing, struct sim_activity_row *row)
{
	(void)s;
	(void)thing;
	(void)row;
}

/* ---- sessions and conversations, which skills and connectors have alike ---- */

static const struct sim_field connector_chats[] = {
	{"distinct_conversation_connector_used_count", SIM_NUMBER, .at = 0},
	{.name = NULL},
};

static const struct sim_field connector_sessions[] = {
	{"distinct_session_connector_used_count", SIM_NUMBER, .at = 0},
	{.name = NULL},
};

static const struct sim_field connector_office[] = {
	{"excel", SIM_OBJECT, .at = 0 * sizeof(int64_t), .of = connector_sessions},
	{"outlook", SIM_OBJECT, .at = 1 * sizeof(int64_t), .of = connector_sessions},
	{"powerpoint", SIM_OBJECT, .at = 2 * sizeof(int64_t), .of = connector_sessions},
	{"word", SIM_OBJECT, .at = 3 * sizeof(int64_t), .of = connector_sessions},
	{.name = NULL},
};

static const struct sim_field connector_unified[] = {
	{"chat", SIM_OBJECT, .of = connector_chats},
	{"sessions", SIM_OBJECT, .at = sizeof(int64_t), .of = connector_sessions},
	{.name = NULL},
};

static const struct sim_field skill_chats[] = {
	{"distinct_conversation_skill_used_count", SIM_NUMBER, .at = 0},
	{.name = NULL},
};

static const struct sim_field skill_sessions[] = {
	{"distinct_session_skill_used_count", SIM_NUMBER, .at = 0},
	{.name = NULL},
};

static const struct sim_field skill_office[] = {
	{"excel", SIM_OBJECT, .at = 0 * sizeof(int64_t), .of = skill_sessions},
	{"outlook", SIM_OBJECT, .at = 1 * sizeof(int64_t), .of = skill_sessions},
	{"powerpoint", SIM_OBJECT, .at = 2 * sizeof(int64_t), .of = skill_sessions},
	{"word", SIM_OBJECT, .at = 3 * sizeof(int64_t), .of = skill_sessions},
	{.name = NULL},
};

static const struct sim_field skill_unified[] = {
	{"chat", SIM_OBJECT, .of = skill_chats},
	{"sessions", SIM_OBJECT, .at = sizeof(int64_t), .of = skill_sessions},
	{.name = NULL},
};

static const struct sim_field plugin_sessions[] = {
	{"distinct_session_plugin_used_count", SIM_NUMBER, .at = 0},
	{.name = NULL},
};

static const struct sim_field creator[] = {
	{"id", SIM_TEXT, .at = ROW(creator_id)},
	{"email_address", SIM_TEXT, .at = ROW(creator_email), .column = "created_by_email"},
	{"type", SIM_CONSTANT, .text = "user"},
	{.name = NULL},
};

/* ---- fields ---- */

static const struct sim_field connectors[] = {
	{"date", SIM_CHARS, .at = ROW(date), .hidden = 1},
	{"connector_name", SIM_TEXT, .at = ROW(name)},
	{"connector_display_name", SIM_TEXT, .at = ROW(display)},
	{"distinct_user_count", SIM_NUMBER, .at = ROW(users)},
	{"individual_auth_distinct_user_count", SIM_NUMBER, .at = COUNT(0)},
	{"managed_auth_distinct_user_count", SIM_NUMBER, .at = COUNT(1)},
	{"read_call_count", SIM_NUMBER, .at = COUNT(2)},
	{"write_call_count", SIM_NUMBER, .at = COUNT(3)},
	{"unclassified_call_count", SIM_NUMBER, .at = COUNT(4)},
	{"chat_metrics", SIM_OBJECT, .at = COUNT(5), .of = connector_chats},
	{"claude_code_metrics", SIM_OBJECT, .at = COUNT(6), .of = connector_sessions},
	{"cowork_metrics", SIM_OBJECT, .at = COUNT(7), .of = connector_sessions},
	{"office_metrics", SIM_OBJECT, .at = COUNT(8), .of = connector_office},
	{"chat_cowork_unified_metrics", SIM_OBJECT, .at = COUNT(12), .of = connector_unified,
		.has = has_unified, .optional = 1},
	{"product", SIM_TEXT, .at = ROW(product), .optional = 1},
	{"rbac_group_id", SIM_TEXT, .at = ROW(group_id), .optional = 1},
	{"rbac_group_name", SIM_CHARS, .at = ROW(group_name), .optional = 1},
	{"user_id", SIM_TEXT, .at = ROW(by_user), .optional = 1},
	{.name = NULL},
};

static const struct sim_field skills[] = {
	{"date", SIM_CHARS, .at = ROW(date), .hidden = 1},
	{"skill_name", SIM_TEXT, .at = ROW(name)},
	{"skill_display_name", SIM_TEXT, .at = ROW(display)},
	{"share_status", SIM_TEXT, .at = ROW(status)},
	{"distinct_user_count", SIM_NUMBER, .at = ROW(users)},
	{"invocation_count", SIM_NUMBER, .at = COUNT(0)},
	{"enable_count", SIM_NUMBER, .at = COUNT(1)},
	{"attributed_list_price", SIM_CHARS, .at = ROW(price), .cents = 1},
	{"estimated_overage_spend", SIM_CHARS, .at = ROW(overage), .cents = 1},
	{"currency", SIM_TEXT, .at = ROW(currency)},
	{"chat_metrics", SIM_OBJECT, .at = COUNT(2), .of = skill_chats},
	{"claude_code_metrics", SIM_OBJECT, .at = COUNT(3), .of = skill_sessions},
	{"cowork_metrics", SIM_OBJECT, .at = COUNT(4), .of = skill_sessions},
	{"office_metrics", SIM_OBJECT, .at = COUNT(5), .of = skill_office},
	{"chat_cowork_unified_metrics", SIM_OBJECT, .at = COUNT(9), .of = skill_unified,
		.has = has_unified, .optional = 1},
	{"product", SIM_TEXT, .at = ROW(product), .optional = 1},
	{"rbac_group_id", SIM_TEXT, .at = ROW(group_id), .optional = 1},
	{"rbac_group_name", SIM_CHARS, .at = ROW(group_name), .optional = 1},
	{"user_id", SIM_TEXT, .at = ROW(by_user), .optional = 1},
	{.name = NULL},
};

static const struct sim_field plugins[] = {
	{"date", SIM_CHARS, .at = ROW(date), .hidden = 1},
	{"plugin_name", SIM_TEXT, .at = ROW(name)},
	{"plugin_id", SIM_TEXT, .at = ROW(plugin)},
	{"distinct_user_count", SIM_NUMBER, .at = ROW(users)},
	{"invocation_count", SIM_NUMBER, .at = COUNT(0)},
	{"install_count", SIM_NUMBER, .at = COUNT(1)},
	{"claude_code_metrics", SIM_OBJECT, .at = COUNT(2), .of = plugin_sessions},
	{"cowork_metrics", SIM_OBJECT, .at = COUNT(3), .of = plugin_sessions},
	{"chat_cowork_unified_metrics", SIM_OBJECT, .at = COUNT(4), .of = plugin_sessions,
		.has = has_unified, .optional = 1},
	{"product", SIM_TEXT, .at = ROW(product), .optional = 1},
	{"rbac_group_id", SIM_TEXT, .at = ROW(group_id), .optional = 1},
	{"rbac_group_name", SIM_CHARS, .at = ROW(group_name), .optional = 1},
	{"user_id", SIM_TEXT, .at = ROW(by_user), .optional = 1},
	{.name = NULL},
};

static const struct sim_field projects[] = {
	{"date", SIM_CHARS, .at = ROW(date), .hidden = 1},
	{"project_id", SIM_CHARS, .at = ROW(id)},
	{"project_name", SIM_TEXT, .at = ROW(display)},
	{"created_at", SIM_CHARS, .at = ROW(created)},
	{"created_by", SIM_OBJECT, .of = creator, .has = has_creator},
	{"distinct_user_count", SIM_NUMBER, .at = ROW(users)},
	{"message_count", SIM_NUMBER, .at = COUNT(0)},
	{"distinct_conversation_count", SIM_NUMBER, .at = COUNT(1)},
	{"rbac_group_id", SIM_TEXT, .at = ROW(group_id), .optional = 1},
	{"rbac_group_name", SIM_CHARS, .at = ROW(group_name), .optional = 1},
	{"user_id", SIM_TEXT, .at = ROW(by_user), .optional = 1},
	{.name = NULL},
};

static const struct sim_field artifacts[] = {
	{"date", SIM_CHARS, .at = ROW(date), .hidden = 1},
	{"artifact_type", SIM_TEXT, .at = ROW(name)},
	{"is_shared", SIM_BOOLEAN, .at = ROW(shared)},
	{"artifacts_created_count", SIM_NUMBER, .at = COUNT(0)},
	{"published_artifacts_created_count", SIM_NUMBER, .at = COUNT(1)},
	{"distinct_user_count", SIM_NUMBER, .at = ROW(users)},
	{"product", SIM_TEXT, .at = ROW(product), .optional = 1},
	{"rbac_group_id", SIM_TEXT, .at = ROW(group_id), .optional = 1},
	{"rbac_group_name", SIM_CHARS, .at = ROW(group_name), .optional = 1},
	{"user_id", SIM_TEXT, .at = ROW(by_user), .optional = 1},
	{.name = NULL},
};

/* ---- counts ---- */

static const struct sim_activity_count connector_counts[] = {
	{-1, 0, 1, .of = -1, .null_of = 5, .distinct = 1, .since = AUTH},
	{-1, 0, 1, .of = -1, .null_of = 5, .distinct = 1, .since = AUTH},
	{-1, 1, 14, .of = -1, .null_of = 6, .since = CALLS},
	{-1, 0, 5, .of = -1, .null_of = 6, .since = CALLS},
	{-1, 0, 2, .of = -1, .null_of = 6, .since = CALLS},
	{SIM_CHAT, 1, 4, .of = -1, .mode = SIM_PLAIN, .null_of = 9, .distinct = 1},
	{SIM_CLAUDE_CODE, 1, 5, .of = -1, .null_of = 9, .distinct = 1},
	{SIM_COWORK, 1, 3, .of = -1, .mode = SIM_PLAIN, .null_of = 9, .distinct = 1},
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* Excel */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* Outlook */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* PowerPoint */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* Word */
	{SIM_CHAT, 1, 4, .of = -1, .mode = SIM_UNIFIED, .null_of = 7, .distinct = 1},
	{SIM_COWORK, 1, 3, .of = -1, .mode = SIM_UNIFIED, .null_of = 7, .distinct = 1},
};

static const struct sim_activity_count skill_counts[] = {
	{-1, 1, 9, .of = -1, .null_of = 11},
	{-1, 0, 1, .of = -1, .null_of = 4, .whole = 1},
	{SIM_CHAT, 1, 4, .of = -1, .mode = SIM_PLAIN, .null_of = 9, .distinct = 1},
	{SIM_CLAUDE_CODE, 1, 5, .of = -1, .null_of = 9, .distinct = 1},
	{SIM_COWORK, 1, 3, .of = -1, .mode = SIM_PLAIN, .null_of = 9, .distinct = 1},
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* Excel */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* Outlook */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* PowerPoint */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* Word */
	{SIM_CHAT, 1, 4, .of = -1, .mode = SIM_UNIFIED, .null_of = 7, .distinct = 1},
	{SIM_COWORK, 1, 3, .of = -1, .mode = SIM_UNIFIED, .null_of = 7, .distinct = 1},
};

static const struct sim_activity_count plugin_counts[] = {
	{-1, 1, 12, .of = -1},
	{-1, 0, 1, .of = -1, .null_of = 4},
	{SIM_CLAUDE_CODE, 1, 5, .of = -1, .null_of = 8, .distinct = 1},
	{SIM_COWORK, 1, 4, .of = -1, .mode = SIM_PLAIN, .null_of = 8, .distinct = 1},
	{SIM_COWORK, 1, 4, .of = -1, .mode = SIM_UNIFIED, .distinct = 1},
};

static const struct sim_activity_count project_counts[] = {
	{SIM_CHAT, 1, 30, .of = -1},
	{SIM_CHAT, 1, 6, .of = 0, .null_of = 7, .distinct = 1},
};

static const struct sim_activity_count artifact_counts[] = {
	{-1, 1, 5, .of = -1},
	{-1, 0, 2, .of = 0},
};

/* ---- things ---- */

static const struct {
	const char *name, *display;
} connector_names[] = {{"asana", "Asana"}, {"atlassian", "Atlassian"}, {"github", "GitHub"},
	{"gmail", "Gmail"}, {"google_drive", "Google Drive"},
	{"mcpsrv_01HqZ7cVbNmAsDfGhJkLpQw", "Interne Ablage \"Süd\""},
	{"mcpsrv_01RtYuIoPaSdFgHjKlZxCvB", NULL},
	{"mcpsrv_01WsXeDcRfVtGbYhNuJmIkO", "Interne Ablage \"Süd\""}, {"slack", "Slack"}};

static const struct {
	const char *name, *display, *status;
} skill_names[] = {{"brand-guidelines", "Brand guidelines", "organization"},
	{"code-review", "Code review", "public"}, {"docx", "Word documents", "public"},
	{"expense\tpolicy", "Expense\tpolicy", "organization"}, {"incident-notes", NULL, "private"},
	{"pdf", "PDF", "public"}, {"pptx", "Präsentationen", "public"},
	{"quarterly-report", "Quarterly report", "organization"},
	{"skill_01PrIvAtE5oPaQuEzXcVbNmAs", NULL, NULL}, {"sql-style", "SQL style", "private"},
	{"triage", "Triage 🚑", "organization"}, {"unknown", NULL, NULL}, {"weekly", "", "private"},
	{"xlsx", "Excel", "public"}};

static const struct {
	const char *name, *id;
} plugin_names[] = {{"deploy-guard", "deploy-guard@internal"},
	{"design-tokens", "design-tokens@design \"system\""}, {"notes", "notes@internal"},
	{"notes", "notes@my experiments"}, {"sales-toolkit", "sales-toolkit@internal"},
	{"third-party", NULL}};

static const char *const artifact_types[] = {"application/vnd.ant.code",
	"application/vnd.ant.mermaid", "application/vnd.ant.react", "image/svg+xml", "other",
	"text/html", "text/markdown", "text/x-python"};

enum {
	CONNECTORS = sizeof connector_names / sizeof *connector_names,
	SKILLS = sizeof skill_names / sizeof *skill_names,
	PLUGINS = sizeof plugin_names / sizeof *plugin_names,
	ARTIFACTS = sizeof artifact_types / sizeof *artifact_types
};

static size_t
connector_things(const struct sim *s)
{
	(void)s;
	return CONNECTORS;
}

static size_t
skill_things(const struct sim *s)
{
	(void)s;
	return SKILLS;
}

static size_t
plugin_things(const struct sim *s)
{
	(void)s;
	return PLUGINS;
}

static size_t
artifact_things(const struct sim *s)
{
	(void)s;
	return ARTIFACTS * 2;
}

static size_t
project_things(const struct sim *s)
{
	return s->org.nusers / 3 + 2;
}

static void
connector(const struct sim *s, size_t thing, struct sim_activity_row *row)
{
	(void)s;
	row->name = connector_names[thing].name;
	row->display = connector_names[thing].display;
}

/* The invocations of a skill have a price; that of one has none. */
static void
skill(const struct sim *s, size_t thing, struct sim_activity_row *row)
{
	uint64_t h = sim_hash(s->config.seed, SIM_OF_PROJECT, 1, thing);

	row->name = skill_names[thing].name;
	row->display = skill_names[thing].display;
	row->status = skill_names[thing].status;
	if (row->n[0] < 0 || row->display == NULL)
		return;
	row->currency = "USD";
	sim_money(row->price, (sim_units)row->n[0] * (h % 4000000) * 1000000, 0);
	sim_money(row->overage, thing % 3 == 0 ? 0 : (sim_units)row->n[0] * (h % 4000000) * 100000,
		0);
}

static void
plugin(const struct sim *s, size_t thing, struct sim_activity_row *row)
{
	(void)s;
	row->name = plugin_names[thing].name;
	row->plugin = plugin_names[thing].id;
}

static void
artifact(const struct sim *s, size_t thing, struct sim_activity_row *row)
{
	(void)s;
	row->name = artifact_types[thing / 2];
	row->shared = thing % 2 == 1;
}

/* A project was made by a user; one by somebody whose account is gone; of a deleted one nothing is known. */
static void
project(const struct sim *s, size_t thing, struct sim_activity_row *row)
{
	static const char *const names[] = {
		"Launch, \"phase 2\"", "", "Übersetzungen", "hiring\nnotes", "Q3 🚀", "Q3 🚀"};
	uint64_t h = sim_hash(s->config.seed, SIM_OF_PROJECT, 2, thing);
	size_t maker = thing == 1 ? sim_people_count(s) - 1 : h % s->org.nusers;
	struct sim_who who = sim_people_who(s, (struct sim_someone){SIM_IS_USER, maker});

	sim_org_id(row->id, "claude_proj_", s->config.seed, SIM_OF_PROJECT, thing);
	row->display = names[thing % 6];
	if (thing % 11 == 4)
		return;
	sim_org_time(row->created, utc_days(2026, 1, 5) * UTC_DAY + (int64_t)(h % (200 * UTC_DAY)),
		h >> 8);
	row->has_creator = who.deleted != 1;
	row->creator_id = who.id;
	row->creator_email = who.email;
}

/* ---- the activities ---- */

enum {
	OF_ALL = (1 << SIM_SEAT_PRODUCTS) - 1,
	OF_SKILLS = 1 << SIM_CHAT | 1 << SIM_CLAUDE_CODE | 1 << SIM_COWORK | 1 << SIM_OFFICE,
	OF_PLUGINS = 1 << SIM_CLAUDE_CODE | 1 << SIM_COWORK,
	OF_CHAT = 1 << SIM_CHAT,
	OF_ARTIFACTS = 1 << SIM_CHAT | 1 << SIM_CLAUDE_CODE | 1 << SIM_COWORK
};

/* The hashes of members' orders start above those of the other domains. */
const struct sim_fields sim_fields_connector_activity = {connectors, 51, 3, 7},
			sim_fields_skill_activity = {skills, 52, 3, 8},
			sim_fields_plugin_activity = {plugins, 53, 3, 5},
			sim_fields_project_activity = {projects, 54, 3, 6},
			sim_fields_artifact_activity = {artifacts, 55, 3, 4};

const struct sim_activity sim_activities[SIM_ACTIVITIES + 1] = {
	[SIM_A_USERS] = {"organizations/analytics/users", "analytics_users",
		&sim_fields_user_activity, sim_activity_user_counts, SIM_USER_COUNTS, OF_ALL, 0,
		one, nothing, "email_address", 0},
	[SIM_A_SKILLS] = {"organizations/analytics/skills", "analytics_skills",
		&sim_fields_skill_activity, skill_counts, 11, OF_SKILLS, 3, skill_things, skill,
		"skill_name", 0},
	[SIM_A_CONNECTORS] = {"organizations/analytics/connectors", "analytics_connectors",
		&sim_fields_connector_activity, connector_counts, 14, OF_SKILLS, 2,
		connector_things, connector, "connector_name", 0},
	[SIM_A_PLUGINS] = {"organizations/analytics/plugins", "analytics_plugins",
		&sim_fields_plugin_activity, plugin_counts, 5, OF_PLUGINS, 2, plugin_things, plugin,
		"plugin_name", 0},
	[SIM_A_PROJECTS] = {"organizations/analytics/apps/chat/projects", "analytics_projects",
		&sim_fields_project_activity, project_counts, 2, OF_CHAT, 2, project_things,
		project, "project_id", 0},
	[SIM_A_ARTIFACTS] = {"organizations/analytics/artifacts", "analytics_artifacts",
		&sim_fields_artifact_activity, artifact_counts, 2, OF_ARTIFACTS, 2, artifact_things,
		artifact, "artifact_type", .cube = 1},
	[SIM_ACTIVITIES] = {.path = NULL},
};
