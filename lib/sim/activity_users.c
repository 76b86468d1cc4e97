#include "sim/activity_users.h"

#include <stddef.h>

#define ROW(member) offsetof(struct sim_activity_row, member)
#define COUNT(i) (offsetof(struct sim_activity_row, n) + (i) * sizeof(int64_t))

static int
has_user(const void *row)
{
	return ((const struct sim_activity_row *)row)->is_user;
}

static int
has_unified(const void *row)
{
	return ((const struct sim_activity_row *)row)->unified;
}

static int
has_tag(const void *row)
{
	return ((const struct sim_activity_row *)row)->tagged;
}

/* ---- users ---- */

/* In these, offsets count from the block's first count; their counts stand in the same order. */

static const struct sim_field chat[] = {
	{"connectors_used_count", SIM_NUMBER, .at = 0},
	{"distinct_artifacts_created_count", SIM_NUMBER, .at = 1 * sizeof(int64_t)},
	{"distinct_connectors_used_count", SIM_NUMBER, .at = 2 * sizeof(int64_t)},
	{"distinct_conversation_count", SIM_NUMBER, .at = 3 * sizeof(int64_t)},
	{"distinct_files_uploaded_count", SIM_NUMBER, .at = 4 * sizeof(int64_t)},
	{"distinct_projects_created_count", SIM_NUMBER, .at = 5 * sizeof(int64_t)},
	{"distinct_projects_used_count", SIM_NUMBER, .at = 6 * sizeof(int64_t)},
	{"distinct_shared_artifacts_viewed_count", SIM_NUMBER, .at = 7 * sizeof(int64_t)},
	{"distinct_skills_used_count", SIM_NUMBER, .at = 8 * sizeof(int64_t)},
	{"message_count", SIM_NUMBER, .at = 9 * sizeof(int64_t)},
	{"shared_conversations_viewed_count", SIM_NUMBER, .at = 10 * sizeof(int64_t)},
	{"thinking_message_count", SIM_NUMBER, .at = 11 * sizeof(int64_t)},
	{.name = NULL},
};

static const struct sim_field cowork[] = {
	{"action_count", SIM_NUMBER, .at = 0},
	{"artifacts_created_count", SIM_NUMBER, .at = 1 * sizeof(int64_t)},
	{"connectors_used_count", SIM_NUMBER, .at = 2 * sizeof(int64_t)},
	{"dispatch_turn_count", SIM_NUMBER, .at = 3 * sizeof(int64_t)},
	{"message_count", SIM_NUMBER, .at = 4 * sizeof(int64_t)},
	{"skills_used_count", SIM_NUMBER, .at = 5 * sizeof(int64_t)},
	{"distinct_connectors_used_count", SIM_NUMBER, .at = 6 * sizeof(int64_t)},
	{"distinct_plugins_used_count", SIM_NUMBER, .at = 7 * sizeof(int64_t)},
	{"distinct_session_count", SIM_NUMBER, .at = 8 * sizeof(int64_t)},
	{"distinct_skills_used_count", SIM_NUMBER, .at = 9 * sizeof(int64_t)},
	{"edit_tool_count", SIM_NUMBER, .at = 10 * sizeof(int64_t)},
	{"file_edit_count", SIM_NUMBER, .at = 11 * sizeof(int64_t)},
	{"multi_edit_tool_count", SIM_NUMBER, .at = 12 * sizeof(int64_t)},
	{"notebook_edit_tool_count", SIM_NUMBER, .at = 13 * sizeof(int64_t)},
	{"plugins_used_count", SIM_NUMBER, .at = 14 * sizeof(int64_t)},
	{"sessions_with_file_edits_count", SIM_NUMBER, .at = 15 * sizeof(int64_t)},
	{"write_tool_count", SIM_NUMBER, .at = 16 * sizeof(int64_t)},
	{.name = NULL},
};

static const struct sim_field design[] = {
	{"distinct_projects_created_count", SIM_NUMBER, .at = 0},
	{"distinct_projects_used_count", SIM_NUMBER, .at = 1 * sizeof(int64_t)},
	{"distinct_session_count", SIM_NUMBER, .at = 2 * sizeof(int64_t)},
	{"message_count", SIM_NUMBER, .at = 3 * sizeof(int64_t)},
	{.name = NULL},
};

static const struct sim_field office_product[] = {
	{"connectors_used_count", SIM_NUMBER, .at = 0},
	{"distinct_connectors_used_count", SIM_NUMBER, .at = 1 * sizeof(int64_t)},
	{"distinct_session_count", SIM_NUMBER, .at = 2 * sizeof(int64_t)},
	{"distinct_skills_used_count", SIM_NUMBER, .at = 3 * sizeof(int64_t)},
	{"message_count", SIM_NUMBER, .at = 4 * sizeof(int64_t)},
	{"skills_used_count", SIM_NUMBER, .at = 5 * sizeof(int64_t)},
	{.name = NULL},
};

static const struct sim_field science[] = {
	{"delegation_count", SIM_NUMBER, .at = 0},
	{"distinct_session_count", SIM_NUMBER, .at = 1 * sizeof(int64_t)},
	{"message_count", SIM_NUMBER, .at = 2 * sizeof(int64_t)},
	{"remote_compute_job_count", SIM_NUMBER, .at = 3 * sizeof(int64_t)},
	{"skills_used_count", SIM_NUMBER, .at = 4 * sizeof(int64_t)},
	{.name = NULL},
};

static const struct sim_field decisions[] = {
	{"accepted_count", SIM_NUMBER, .at = 0},
	{"rejected_count", SIM_NUMBER, .at = 1 * sizeof(int64_t)},
	{.name = NULL},
};

static const struct sim_field tag[] = {
	{"active_day_count", SIM_NUMBER, .at = 0},
	{"active_message_count", SIM_NUMBER, .at = 1 * sizeof(int64_t)},
	{.name = NULL},
};

/* Where the blocks start. */
enum {
	AT_CHAT = 0,
	AT_CODE = 12,
	AT_COWORK = 26,
	AT_DESIGN = 43,
	AT_OFFICE = 47,
	AT_SCIENCE = 71,
	AT_WEB = 76,
	AT_UCHAT = 77,
	AT_USESSIONS = 89,
	AT_TAG = 106,
	AT_END = SIM_USER_COUNTS
};

static const struct sim_field lines[] = {
	{"added_count", SIM_NUMBER, .at = 3 * sizeof(int64_t)},
	{"removed_count", SIM_NUMBER, .at = 4 * sizeof(int64_t)},
	{.name = NULL},
};

static const struct sim_field core[] = {
	{"artifacts_created_count", SIM_NUMBER, .at = 0},
	{"commit_count", SIM_NUMBER, .at = 1 * sizeof(int64_t)},
	{"distinct_session_count", SIM_NUMBER, .at = 2 * sizeof(int64_t)},
	{"lines_of_code", SIM_OBJECT, .of = lines},
	{"pull_request_count", SIM_NUMBER, .at = 5 * sizeof(int64_t)},
	{.name = NULL},
};

static const struct sim_field actions[] = {
	{"edit_tool", SIM_OBJECT, .at = 6 * sizeof(int64_t), .of = decisions},
	{"multi_edit_tool", SIM_OBJECT, .at = 8 * sizeof(int64_t), .of = decisions},
	{"notebook_edit_tool", SIM_OBJECT, .at = 10 * sizeof(int64_t), .of = decisions},
	{"write_tool", SIM_OBJECT, .at = 12 * sizeof(int64_t), .of = decisions},
	{.name = NULL},
};

static const struct sim_field code[] = {
	{"core_metrics", SIM_OBJECT, .of = core},
	{"tool_actions", SIM_OBJECT, .of = actions},
	{.name = NULL},
};

static const struct sim_field office[] = {
	{"excel", SIM_OBJECT, .at = 0 * sizeof(int64_t), .of = office_product},
	{"outlook", SIM_OBJECT, .at = 6 * sizeof(int64_t), .of = office_product},
	{"powerpoint", SIM_OBJECT, .at = 12 * sizeof(int64_t), .of = office_product},
	{"word", SIM_OBJECT, .at = 18 * sizeof(int64_t), .of = office_product},
	{.name = NULL},
};

static const struct sim_field unified[] = {
	{"chat", SIM_OBJECT, .of = chat},
	{"sessions", SIM_OBJECT, .at = 12 * sizeof(int64_t), .of = cowork},
	{.name = NULL},
};

static const struct sim_field user[] = {
	{"id", SIM_TEXT, .at = ROW(user_id)},
	{"email_address", SIM_TEXT, .at = ROW(email)},
	{"type", SIM_CONSTANT, .text = "user"},
	{.name = NULL},
};

static const struct sim_field users[] = {
	{"date", SIM_CHARS, .at = ROW(date), .hidden = 1},
	{"user", SIM_OBJECT, .of = user, .has = has_user},
	{"chat_metrics", SIM_OBJECT, .at = COUNT(AT_CHAT), .of = chat},
	{"claude_code_metrics", SIM_OBJECT, .at = COUNT(AT_CODE), .of = code},
	{"cowork_metrics", SIM_OBJECT, .at = COUNT(AT_COWORK), .of = cowork},
	{"design_metrics", SIM_OBJECT, .at = COUNT(AT_DESIGN), .of = design},
	{"office_metrics", SIM_OBJECT, .at = COUNT(AT_OFFICE), .of = office},
	{"science_metrics", SIM_OBJECT, .at = COUNT(AT_SCIENCE), .of = science},
	{"web_search_count", SIM_NUMBER, .at = COUNT(AT_WEB)},
	{"distinct_user_count", SIM_NUMBER, .at = ROW(users)},
	{"last_activity_date", SIM_CHARS, .at = ROW(last), .optional = 1},
	{"chat_cowork_unified_metrics", SIM_OBJECT, .at = COUNT(AT_UCHAT), .of = unified,
		.has = has_unified, .optional = 1},
	{"claude_tag_metrics", SIM_OBJECT, .at = COUNT(AT_TAG), .of = tag, .has = has_tag,
		.optional = 1},
	{"rbac_group_id", SIM_TEXT, .at = ROW(group_id), .optional = 1},
	{"rbac_group_name", SIM_CHARS, .at = ROW(group_name), .optional = 1},
	{.name = NULL},
};

/* Days since 1970: Claude Code and Cowork report artifacts since 2026-08-17. */
enum { ARTIFACTS = 20682 };

const struct sim_activity_count sim_activity_user_counts[SIM_USER_COUNTS] = {
	/* chat */
	{SIM_CHAT, 0, 6, .of = -1, .mode = SIM_PLAIN}, /* connectors_used_count */
	{SIM_CHAT, 0, 3, .of = -1, .mode = SIM_PLAIN}, /* distinct_artifacts_created_count */
	{SIM_CHAT, 0, 3, .of = 0, .mode = SIM_PLAIN,
		.distinct = 1}, /* distinct_connectors_used_count */
	{SIM_CHAT, 0, 12, .null_of = 19, .of = -1, .mode = SIM_PLAIN,
		.distinct = 1}, /* distinct_conversation_count */
	{SIM_CHAT, 0, 4, .of = -1, .mode = SIM_PLAIN,
		.distinct = 1},			       /* distinct_files_uploaded_count */
	{SIM_CHAT, 0, 1, .of = -1, .mode = SIM_PLAIN}, /* distinct_projects_created_count */
	{SIM_CHAT, 0, 3, .of = -1, .mode = SIM_PLAIN,
		.distinct = 1}, /* distinct_projects_used_count */
	{SIM_CHAT, 0, 2, .of = -1, .mode = SIM_PLAIN,
		.distinct = 1}, /* distinct_shared_artifacts_viewed_count */
	{SIM_CHAT, 0, 3, .of = -1, .mode = SIM_PLAIN,
		.distinct = 1},				/* distinct_skills_used_count */
	{SIM_CHAT, 1, 80, .of = -1, .mode = SIM_PLAIN}, /* message_count */
	{SIM_CHAT, 0, 2, .of = -1, .mode = SIM_PLAIN},	/* shared_conversations_viewed_count */
	{SIM_CHAT, 0, 40, .of = 9, .mode = SIM_PLAIN},	/* thinking_message_count */
	/* Claude Code */
	{SIM_CLAUDE_CODE, 0, 2, .of = -1, .since = ARTIFACTS}, /* artifacts_created_count */
	{SIM_CLAUDE_CODE, 0, 9, .of = -1},		       /* commit_count */
	{SIM_CLAUDE_CODE, 1, 8, .null_of = 13, .of = -1,
		.distinct = 1},		      /* distinct_session_count */
	{SIM_CLAUDE_CODE, 0, 1800, .of = -1}, /* lines added_count */
	{SIM_CLAUDE_CODE, 0, 700, .of = -1},  /* lines removed_count */
	{SIM_CLAUDE_CODE, 0, 4, .of = -1},    /* pull_request_count */
	{SIM_CLAUDE_CODE, 0, 60, .of = -1},   /* edit_tool accepted_count */
	{SIM_CLAUDE_CODE, 0, 15, .of = -1},   /* edit_tool rejected_count */
	{SIM_CLAUDE_CODE, 0, 20, .of = -1},   /* multi_edit_tool accepted_count */
	{SIM_CLAUDE_CODE, 0, 5, .of = -1},    /* multi_edit_tool rejected_count */
	{SIM_CLAUDE_CODE, 0, 4, .of = -1},    /* notebook_edit_tool accepted_count */
	{SIM_CLAUDE_CODE, 0, 1, .of = -1},    /* notebook_edit_tool rejected_count */
	{SIM_CLAUDE_CODE, 0, 25, .of = -1},   /* write_tool accepted_count */
	{SIM_CLAUDE_CODE, 0, 6, .of = -1},    /* write_tool rejected_count */
	/* Cowork */
	{SIM_COWORK, 1, 120, .of = -1, .mode = SIM_PLAIN}, /* action_count */
	{SIM_COWORK, 0, 4, .of = -1, .mode = SIM_PLAIN,
		.since = ARTIFACTS},			  /* artifacts_created_count */
	{SIM_COWORK, 0, 9, .of = -1, .mode = SIM_PLAIN},  /* connectors_used_count */
	{SIM_COWORK, 0, 12, .of = -1, .mode = SIM_PLAIN}, /* dispatch_turn_count */
	{SIM_COWORK, 1, 40, .of = -1, .mode = SIM_PLAIN}, /* message_count */
	{SIM_COWORK, 0, 6, .of = -1, .mode = SIM_PLAIN},  /* skills_used_count */
	{SIM_COWORK, 0, 3, .of = 28, .mode = SIM_PLAIN,
		.distinct = 1}, /* distinct_connectors_used_count */
	{SIM_COWORK, 0, 2, .null_of = 11, .of = -1, .mode = SIM_PLAIN,
		.distinct = 1}, /* distinct_plugins_used_count */
	{SIM_COWORK, 1, 6, .of = 30, .mode = SIM_PLAIN, .distinct = 1}, /* distinct_session_count */
	{SIM_COWORK, 0, 3, .of = 31, .mode = SIM_PLAIN,
		.distinct = 1}, /* distinct_skills_used_count */
	{SIM_COWORK, 0, 30, .null_of = 5, .of = -1, .mode = SIM_PLAIN}, /* edit_tool_count */
	{SIM_COWORK, 0, 50, .null_of = 5, .of = -1, .mode = SIM_PLAIN}, /* file_edit_count */
	{SIM_COWORK, 0, 9, .null_of = 5, .of = -1, .mode = SIM_PLAIN},	/* multi_edit_tool_count */
	{SIM_COWORK, 0, 3, .null_of = 5, .of = -1,
		.mode = SIM_PLAIN}, /* notebook_edit_tool_count */
	{SIM_COWORK, 0, 5, .null_of = 11, .of = -1, .mode = SIM_PLAIN}, /* plugins_used_count */
	{SIM_COWORK, 0, 3, .null_of = 5, .of = -1, .mode = SIM_PLAIN,
		.distinct = 1}, /* sessions_with_file_edits_count */
	{SIM_COWORK, 0, 12, .null_of = 5, .of = -1, .mode = SIM_PLAIN}, /* write_tool_count */
	/* Claude Design */
	{SIM_DESIGN, 0, 2, .of = -1},		     /* distinct_projects_created_count */
	{SIM_DESIGN, 0, 3, .of = -1, .distinct = 1}, /* distinct_projects_used_count */
	{SIM_DESIGN, 1, 4, .of = -1, .distinct = 1}, /* distinct_session_count */
	{SIM_DESIGN, 1, 30, .of = -1},		     /* message_count */
	/* Excel */
	{SIM_OFFICE, 0, 5, .of = -1},		     /* connectors_used_count */
	{SIM_OFFICE, 0, 2, .of = 47, .distinct = 1}, /* distinct_connectors_used_count */
	{SIM_OFFICE, 0, 3, .of = -1, .distinct = 1}, /* distinct_session_count */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* distinct_skills_used_count */
	{SIM_OFFICE, 0, 20, .of = -1},		     /* message_count */
	{SIM_OFFICE, 0, 4, .of = -1},		     /* skills_used_count */
	/* Outlook */
	{SIM_OFFICE, 0, 5, .of = -1},		     /* connectors_used_count */
	{SIM_OFFICE, 0, 2, .of = 53, .distinct = 1}, /* distinct_connectors_used_count */
	{SIM_OFFICE, 0, 3, .of = -1, .distinct = 1}, /* distinct_session_count */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* distinct_skills_used_count */
	{SIM_OFFICE, 0, 20, .of = -1},		     /* message_count */
	{SIM_OFFICE, 0, 4, .of = -1},		     /* skills_used_count */
	/* PowerPoint */
	{SIM_OFFICE, 0, 5, .of = -1},		     /* connectors_used_count */
	{SIM_OFFICE, 0, 2, .of = 59, .distinct = 1}, /* distinct_connectors_used_count */
	{SIM_OFFICE, 0, 3, .of = -1, .distinct = 1}, /* distinct_session_count */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* distinct_skills_used_count */
	{SIM_OFFICE, 0, 20, .of = -1},		     /* message_count */
	{SIM_OFFICE, 0, 4, .of = -1},		     /* skills_used_count */
	/* Word */
	{SIM_OFFICE, 0, 5, .of = -1},		     /* connectors_used_count */
	{SIM_OFFICE, 0, 2, .of = 65, .distinct = 1}, /* distinct_connectors_used_count */
	{SIM_OFFICE, 0, 3, .of = -1, .distinct = 1}, /* distinct_session_count */
	{SIM_OFFICE, 0, 2, .of = -1, .distinct = 1}, /* distinct_skills_used_count */
	{SIM_OFFICE, 0, 20, .of = -1},		     /* message_count */
	{SIM_OFFICE, 0, 4, .of = -1},		     /* skills_used_count */
	/* Claude Science */
	{SIM_DESIGN, 0, 3, .of = -1},		     /* delegation_count */
	{SIM_DESIGN, 0, 2, .of = -1, .distinct = 1}, /* distinct_session_count */
	{SIM_DESIGN, 0, 9, .of = -1},		     /* message_count */
	{SIM_DESIGN, 0, 1, .of = -1},		     /* remote_compute_job_count */
	{SIM_DESIGN, 0, 2, .of = -1},		     /* skills_used_count */
	/* web searches */
	{SIM_CHAT, 0, 9, .of = -1}, /* web_search_count */
	/* chat and Cowork unified */
	{SIM_CHAT, 0, 6, .of = -1, .mode = SIM_UNIFIED}, /* connectors_used_count */
	{SIM_CHAT, 0, 3, .of = -1, .mode = SIM_UNIFIED}, /* distinct_artifacts_created_count */
	{SIM_CHAT, 0, 3, .of = 77, .mode = SIM_UNIFIED,
		.distinct = 1}, /* distinct_connectors_used_count */
	{SIM_CHAT, 0, 12, .null_of = 19, .of = -1, .mode = SIM_UNIFIED,
		.distinct = 1}, /* distinct_conversation_count */
	{SIM_CHAT, 0, 4, .of = -1, .mode = SIM_UNIFIED,
		.distinct = 1},				 /* distinct_files_uploaded_count */
	{SIM_CHAT, 0, 1, .of = -1, .mode = SIM_UNIFIED}, /* distinct_projects_created_count */
	{SIM_CHAT, 0, 3, .of = -1, .mode = SIM_UNIFIED,
		.distinct = 1}, /* distinct_projects_used_count */
	{SIM_CHAT, 0, 2, .of = -1, .mode = SIM_UNIFIED,
		.distinct = 1}, /* distinct_shared_artifacts_viewed_count */
	{SIM_CHAT, 0, 3, .of = -1, .mode = SIM_UNIFIED,
		.distinct = 1},				     /* distinct_skills_used_count */
	{SIM_CHAT, 1, 80, .of = -1, .mode = SIM_UNIFIED},    /* message_count */
	{SIM_CHAT, 0, 2, .of = -1, .mode = SIM_UNIFIED},     /* shared_conversations_viewed_count */
	{SIM_CHAT, 0, 40, .of = 86, .mode = SIM_UNIFIED},    /* thinking_message_count */
	{SIM_COWORK, 1, 120, .of = -1, .mode = SIM_UNIFIED}, /* action_count */
	{SIM_COWORK, 0, 4, .of = -1, .mode = SIM_UNIFIED,
		.since = ARTIFACTS},			    /* artifacts_created_count */
	{SIM_COWORK, 0, 9, .of = -1, .mode = SIM_UNIFIED},  /* connectors_used_count */
	{SIM_COWORK, 0, 12, .of = -1, .mode = SIM_UNIFIED}, /* dispatch_turn_count */
	{SIM_COWORK, 1, 40, .of = -1, .mode = SIM_UNIFIED}, /* message_count */
	{SIM_COWORK, 0, 6, .of = -1, .mode = SIM_UNIFIED},  /* skills_used_count */
	{SIM_COWORK, 0, 3, .of = 91, .mode = SIM_UNIFIED,
		.distinct = 1}, /* distinct_connectors_used_count */
	{SIM_COWORK, 0, 2, .null_of = 11, .of = -1, .mode = SIM_UNIFIED,
		.distinct = 1}, /* distinct_plugins_used_count */
	{SIM_COWORK, 1, 6, .of = 93, .mode = SIM_UNIFIED,
		.distinct = 1}, /* distinct_session_count */
	{SIM_COWORK, 0, 3, .of = 94, .mode = SIM_UNIFIED,
		.distinct = 1}, /* distinct_skills_used_count */
	{SIM_COWORK, 0, 30, .null_of = 5, .of = -1, .mode = SIM_UNIFIED}, /* edit_tool_count */
	{SIM_COWORK, 0, 50, .null_of = 5, .of = -1, .mode = SIM_UNIFIED}, /* file_edit_count */
	{SIM_COWORK, 0, 9, .null_of = 5, .of = -1, .mode = SIM_UNIFIED}, /* multi_edit_tool_count */
	{SIM_COWORK, 0, 3, .null_of = 5, .of = -1,
		.mode = SIM_UNIFIED}, /* notebook_edit_tool_count */
	{SIM_COWORK, 0, 5, .null_of = 11, .of = -1, .mode = SIM_UNIFIED}, /* plugins_used_count */
	{SIM_COWORK, 0, 3, .null_of = 5, .of = -1, .mode = SIM_UNIFIED,
		.distinct = 1}, /* sessions_with_file_edits_count */
	{SIM_COWORK, 0, 12, .null_of = 5, .of = -1, .mode = SIM_UNIFIED}, /* write_tool_count */
	/* Claude Tag */
	{SIM_TAG, 1, 1, .of = -1},		  /* active_day_count */
	{SIM_TAG, 1, 30, .null_of = 7, .of = -1}, /* active_message_count */
};

const struct sim_fields sim_fields_user_activity = {users, 50, 3, 9};
