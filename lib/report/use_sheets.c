/* report/use - the rows behind the sections about tokens and Claude Code */
#include "report/use.h"

static void
put_tokens(struct sheet_rows *rows)
{
	const struct report *r = rows->r;

	for (int64_t day = r->first; r->usage_end > r->first && day <= r->last; day++) {
		sheet_day(rows, day);
		for (size_t t = 0; t < TOKEN_KINDS; t++)
			data_integer(&rows->to, report_day_of(r, day)->tokens[t]);
		sheet_row_end(rows);
	}
}

static int64_t
input_of(const int64_t tokens[TOKEN_KINDS])
{
	int64_t sum = 0;

	for (size_t t = 0; t < TOKEN_KINDS; t++)
		sum += t == TOKEN_OUTPUT ? 0 : tokens[t];
	return sum;
}

static void
put_cache(struct sheet_rows *rows)
{
	const struct report *r = rows->r;

	for (int64_t day = r->first; r->usage_end > r->first && day <= r->last; day++) {
		const int64_t *tokens = report_day_of(r, day)->tokens;

		sheet_day(rows, day);
		data_integer(&rows->to, tokens[TOKEN_READ]);
		data_integer(&rows->to, input_of(tokens));
		sheet_row_end(rows);
	}
}

static void
put_cache_models(struct sheet_rows *rows)
{
	const struct report_items *models = &rows->r->models;

	for (size_t i = 0; i < models->ids.n; i++) {
		const struct report_item *m = &models->v[models->order[i]];

		if (input_of(m->tokens) == 0)
			continue;
		data_text(&rows->to, m->name);
		data_integer(&rows->to, m->tokens[TOKEN_READ]);
		data_integer(&rows->to, input_of(m->tokens));
		sheet_row_end(rows);
	}
}

static void
put_users(struct sheet_rows *rows)
{
	const struct report *r = rows->r;

	for (size_t i = 0; i < r->user_ids.n; i++) {
		const struct report_user *u = &r->users[r->user_order[i]];

		if (!report_use_any(u))
			continue;
		data_text(&rows->to, u->id);
		data_text(&rows->to, u->name);
		data_text(&rows->to, u->is_key ? "API key" : "person");
		sheet_amount(rows, u->cost);
		for (size_t k = 0; k < DID_KINDS; k++)
			data_integer(&rows->to, u->did[k]);
		sheet_row_end(rows);
	}
}

static void
put_tools(struct sheet_rows *rows)
{
	for (size_t i = 0; i < TOOLS; i++) {
		const int64_t *decided = rows->r->tools[i];

		if (decided[0] < 0 && decided[1] < 0)
			continue;
		data_text(&rows->to, report_use_tool_name((enum report_tool)i));
		for (size_t no = 0; no < 2; no++)
			data_integer(&rows->to, decided[no] < 0 ? 0 : decided[no]);
		sheet_row_end(rows);
	}
}

static void
put_code(struct sheet_rows *rows)
{
	static const enum report_did what[] = {DID_ADDED, DID_REMOVED, DID_COMMITS, DID_PULLS};
	const struct report *r = rows->r;

	for (int64_t day = r->first; r->claude_end > r->first && day <= r->last; day++) {
		sheet_day(rows, day);
		for (size_t i = 0; i < sizeof what / sizeof *what; i++)
			data_integer(&rows->to, report_day_of(r, day)->did[what[i]]);
		sheet_row_end(rows);
	}
}

static void
put_activity(struct sheet_rows *rows)
{
	const struct report *r = rows->r;

	for (int64_t day = r->first; r->claude_end > r->first && day <= r->last; day++) {
		sheet_day(rows, day);
		data_integer(&rows->to, report_day_of(r, day)->users);
		data_integer(&rows->to, report_day_of(r, day)->did[DID_SESSIONS]);
		sheet_row_end(rows);
	}
}

static const char *const tokens[] = {"day", "uncached_input_tokens",
	"cache_creation_ephemeral_5m_input_tokens", "cache_creation_ephemeral_1h_input_tokens",
	"cache_read_input_tokens", "output_tokens"};
static const char *const cache[] = {"day", "cache_read_input_tokens", "input_tokens"};
static const char *const cache_models[] = {"model", "cache_read_input_tokens", "input_tokens"};
static const char *const users[] = {"user_id", "user", "kind", "estimated_cost", "currency",
	"sessions", "lines_added", "lines_removed", "commits", "pull_requests", "accepted",
	"rejected"};
static const char *const tools[] = {"tool", "accepted", "rejected"};
static const char *const code[] = {
	"day", "lines_added", "lines_removed", "commits", "pull_requests"};
static const char *const activity[] = {"day", "active_users", "sessions"};

const struct sheet use_tokens_sheet = {
	"tokens", "tokens by day and kind", tokens, 6, 0, put_tokens};
const struct sheet use_cache_sheet = {
	"cache", "input tokens read from a cache by day", cache, 3, 0, put_cache};
const struct sheet use_cache_models_sheet = {
	"cache-models", "the same by model", cache_models, 3, 0, put_cache_models};
const struct sheet use_users_sheet = {"users", "Claude Code by user", users, 12, 1, put_users};
const struct sheet use_tools_sheet = {
	"tools", "Claude Code: acceptance by tool", tools, 3, 0, put_tools};
const struct sheet use_code_sheet = {
	"code", "Claude Code: lines, commits, pull requests by day", code, 5, 0, put_code};
const struct sheet use_activity_sheet = {
	"activity", "Claude Code: active users, sessions by day", activity, 3, 0, put_activity};
