#include "views.h"

#include <string.h>

/*
 * The statements are templates.  What differs between the databases, and what a missing
 * table becomes, stands in braces: {t:TABLE}, {day:EXPR}, {usd:EXPR} and so on, see
 * expand().  Only money is written twice: SQLite has no decimals, see put_sqlite_money().
 */

/* A table, and what stands in for it where it is missing: its columns without a row. */
static const struct {
	const char *name, *columns;
} tables[] = {
	{"cost_report", ""},
	{"usage_report",
		"{null:text} AS api_key_id, {null:time} AS bucket, 0 AS uncached_input_tokens, 0 "
		"AS cache_read_input_tokens, 0 AS cache_creation_ephemeral_5m_input_tokens, 0 AS "
		"cache_creation_ephemeral_1h_input_tokens, 0 AS output_tokens"},
	{"claude_code_usage", ""},
	{"workspaces", "{null:text} AS id, {null:text} AS name, {null:time} AS archived_at"},
	{"api_keys", "{null:text} AS id, {null:text} AS name"},
	{"users", "{null:text} AS id, {null:text} AS email, {null:text} AS name"},
	{"workspace_members", "{null:text} AS user_id, {null:text} AS workspace_id, "
			      "{null:text} AS workspace_role"},
	{SQL_LEDGER, "{null:text} AS table_name, {null:text} AS into_table, {null:time} AS "
		     "watermark"},
	{"organization", ""},
};

_Static_assert(sizeof tables / sizeof *tables == VIEWS_TABLES, "a name for each bit");

/* Every lookup has one row an id, whatever was loaded: a second one would double the money. */
#define WORKSPACES "(SELECT id, min(name) AS name FROM {t:workspaces} t GROUP BY id)"
#define API_KEYS "(SELECT id, min(name) AS name FROM {t:api_keys} t GROUP BY id)"

/* clang-format off: as below */
#define WORKSPACE(id) \
	"CASE WHEN " id " IS NULL THEN 'Default workspace' ELSE coalesce(w.name, " id ") END"
/* Cost that is not of tokens has no model: its kind stands there. */
#define MODEL(c) \
	"coalesce(" c ".model, CASE " c \
	".cost_type WHEN 'web_search' THEN 'Web search' WHEN 'code_execution' THEN 'Code " \
	"execution' WHEN 'session_usage' THEN 'Agent sessions' ELSE coalesce(" c \
	".cost_type, 'Other') END)"
#define RATE(part, whole) "round(1.0 * " part " / nullif(" whole ", 0), 6)"
#define SUM(x) "CAST(coalesce(sum(" x "), 0) AS bigint)"

/*
 * A key's part of the cost: the cost of a day, workspace, model, tier, context window and
 * token type, by the key's tokens of that kind, for the price is the same for all of them.
 * A part runs from the tokens of the keys before it to its own end, both as parts of the
 * cost: so all of them add up to the cost, to the last digit.
 */
#define USED_OF "SELECT {day:bucket} AS day, coalesce(workspace_id, '') AS ws, api_key_id, "
/* Cost knows standard and batch; what Priority Tier used has none; flex is in standard. */
#define USAGE_TIER \
	"CASE WHEN service_tier IN ('batch', 'priority') THEN service_tier WHEN " \
	"service_tier IS NULL THEN '' ELSE 'standard' END"
#define COST_KINDS \
	"coalesce(c.workspace_id, '') AS ws, coalesce(c.model, '') AS model, " \
	"coalesce(c.service_tier, '') AS tier, coalesce(c.context_window, '') AS context, " \
	"coalesce(c.token_type, c.cost_type, '') AS kind, min(" MODEL("c") ") AS label"
#define SHARES_FROM \
	"FROM cost LEFT JOIN used ON used.day = cost.day AND used.ws = cost.ws AND " \
	"used.model = cost.model AND used.tier = cost.tier AND used.context = cost.context " \
	"AND used.kind = cost.kind"
#define OF_GROUP \
	"PARTITION BY cost.day, cost.ws, cost.model, cost.tier, cost.context, cost.kind"
#define SHARES \
	"used.api_key_id, used.tokens, sum(used.tokens) OVER (" OF_GROUP \
	") AS total, sum(used.tokens) OVER (" OF_GROUP \
	" ORDER BY coalesce(used.api_key_id, '') ROWS UNBOUNDED PRECEDING) AS upto"
#define KEY_COLUMNS \
	"s.day AS day, s.api_key_id AS api_key_id, CASE WHEN s.tokens IS NULL THEN 'Not by " \
	"key' WHEN s.api_key_id IS NULL THEN 'Console' ELSE coalesce(k.name, s.api_key_id) " \
	"END AS api_key, nullif(s.ws, '') AS workspace_id, " WORKSPACE("nullif(s.ws, '')") \
	" AS workspace, s.label AS model"
#define KEY_LOOKUPS \
	" LEFT JOIN " API_KEYS " k ON k.id = s.api_key_id LEFT JOIN " WORKSPACES \
	" w ON w.id = s.ws GROUP BY 1, 2, 3, 4, 5, 6"

#define CLAUDE_CODE_COUNTS \
	SUM("c.num_sessions") " AS sessions, " SUM("c.lines_added") " AS lines_added, " SUM( \
	"c.lines_removed") " AS lines_removed, " SUM("c.commits_by_claude_code") " AS commits, " \
	SUM("c.pull_requests_by_claude_code") " AS pull_requests, " SUM(ACCEPTED) \
	" AS accepted, " SUM(REJECTED) " AS rejected, " RATE("sum(" ACCEPTED ")", "sum(" \
	ACCEPTED ") + sum(" REJECTED ")") " AS acceptance_rate, " SUM("c.total_input_tokens") \
	" AS input_tokens, " SUM("c.total_output_tokens") " AS output_tokens, " SUM( \
	"c.total_cache_read_tokens") " AS cache_read_tokens, " SUM( \
	"c.total_cache_creation_tokens") " AS cache_creation_tokens"
#define ACCEPTED \
	"coalesce(c.edit_tool_accepted, 0) + coalesce(c.multi_edit_tool_accepted, 0) + " \
	"coalesce(c.write_tool_accepted, 0) + coalesce(c.notebook_edit_tool_accepted, 0)"
#define REJECTED \
	"coalesce(c.edit_tool_rejected, 0) + coalesce(c.multi_edit_tool_rejected, 0) + " \
	"coalesce(c.write_tool_rejected, 0) + coalesce(c.notebook_edit_tool_rejected, 0)"
#define CLAUDE_CODE_WHO \
	"{day:c.date} AS day, c.actor_type, c.actor_id AS actor, " \
	"coalesce(nullif(min(u.name), ''), c.actor_id) AS name, min(u.id) AS user_id"
#define CLAUDE_CODE_FROM \
	" FROM {t:claude_code_usage} c LEFT JOIN (SELECT lower(email) AS email, min(id) AS " \
	"id, min(name) AS name FROM {t:users} t GROUP BY 1) u ON c.actor_type = " \
	"'user_actor' AND u.email = lower(c.actor_id) GROUP BY 1, 2, 3"
#define TOOL(tool, column) \
	"SELECT {day:date} AS day, '" tool "' AS tool, " SUM(column "_accepted") \
	" AS accepted, " SUM(column "_rejected") " AS rejected, " RATE("sum(" column \
	"_accepted)", "(sum(" column "_accepted) + sum(" column "_rejected))") \
	" AS acceptance_rate FROM {t:claude_code_usage} WHERE " column \
	"_accepted IS NOT NULL OR " column "_rejected IS NOT NULL GROUP BY 1"

/*
 * The forecast: what is spent, and for each day left of the month the mean of its
 * weekday over the last four weeks.  OF_WEEKDAY is how many of the days left fall on the
 * weekday of a day of those weeks.  With less than four weeks, the mean of all days.
 */
#define OF_WEEKDAY "{div:days_left - (d.day - as_of + 28) % 7 + 6,7}"
#define THIS_MONTH "d.day >= month AND d.day < as_of"
#define LAST_MONTH "d.day >= last_month AND d.day < month"
#define LAST_30 "d.day >= as_of - 30 AND d.day < as_of"
#define PRIOR_30 "d.day >= as_of - 60 AND d.day < as_of - 30"
#define FOUR_WEEKS "d.day >= as_of - 28 AND d.day < as_of"
#define PART(x, when) "coalesce(sum(" x ") FILTER (WHERE " when "), 0)"
#define WATERMARK \
	"(SELECT max({day:watermark}) FROM {t:" SQL_LEDGER \
	"} t WHERE table_name = 'cost_report' AND into_table = " \
	"{into:cost_report})"
/* clang-format on */

struct view {
	const char *name;
	unsigned needs;
	const char *sql;   /* of PostgreSQL and DuckDB, and of SQLite where there is no other */
	const char *keys;  /* SQLite, with money: the columns before it */
	const char *money; /* the names of its dollars, separated by blanks */
	const char
		*sqlite; /* a SELECT of the keys and of w0, f0, w1, ...: cents and their fraction */
	const char *behind; /* more columns */
};

#define CENTS(x)                                                                                   \
	"CASE WHEN typeof(" x ") = 'integer' THEN CAST(" x " AS TEXT) "                            \
	"WHEN typeof(" x ") <> 'real' AND " x " NOT LIKE '%e%' THEN " x " "                        \
	"WHEN typeof(" x ") = 'real' AND abs(" x ") >= 0.001 AND abs(" x ") < 1e15 "               \
	"THEN CAST(" x " AS TEXT) ELSE printf('%.12f', " x ") END"
#define WHOLE "CAST(a AS INTEGER)"
#define FRACTION                                                                                   \
	"CASE WHEN instr(a, '.') = 0 THEN 0 ELSE CAST(substr(substr(a, instr(a, '.') + 1) || "     \
	"'000000000000', 1, 12) AS INTEGER) * CASE WHEN a LIKE '-%' THEN -1 ELSE 1 END END"
#define SPLIT WHOLE " AS w, " FRACTION " AS f"

/* clang-format off: it would break the SQL at every name */
static const struct view views[] = {
	{.name = "ant_cost_daily",
		.needs = VIEWS_COST,
		.sql =
			"SELECT {day:c.bucket} AS day, c.workspace_id, " WORKSPACE(
			"c.workspace_id") " AS workspace, " MODEL("c")
			" AS model, c.cost_type, c.token_type, {usd:sum(c.amount_cents)} AS "
			"cost_usd FROM {t:cost_report} c LEFT JOIN " WORKSPACES
			" w ON w.id = c.workspace_id GROUP BY 1, 2, 3, 4, 5, 6",
		.keys = "day, workspace_id, workspace, model, cost_type, token_type",
		.money = "cost_usd",
		.sqlite =
			"SELECT day, workspace_id, " WORKSPACE("workspace_id")
			" AS workspace, model, cost_type, token_type, sum(w) AS w0, sum(f) "
			"AS f0 FROM (SELECT day, workspace_id, model, cost_type, token_type, "
			SPLIT " FROM (SELECT {day:c.bucket} AS day, c.workspace_id, " MODEL("c")
			" AS model, c.cost_type, c.token_type, " CENTS("c.amount_cents")
			" AS a FROM {t:cost_report} c)) LEFT JOIN " WORKSPACES
			" w ON w.id = workspace_id GROUP BY 1, 2, 3, 4, 5, 6"},
	{.name = "ant_tokens_daily",
		.needs = VIEWS_USAGE,
		.sql =
			"SELECT day, workspace_id, workspace, model, uncached_input_tokens, "
			"cache_creation_5m_tokens, cache_creation_1h_tokens, "
			"cache_read_tokens, output_tokens, uncached_input_tokens + "
			"cache_creation_5m_tokens + cache_creation_1h_tokens + "
			"cache_read_tokens + output_tokens AS total_tokens, "
			"web_search_requests, " RATE("cache_read_tokens",
			"(uncached_input_tokens + cache_creation_5m_tokens + "
			"cache_creation_1h_tokens + cache_read_tokens)")
			" AS cache_hit_rate FROM (SELECT {day:c.bucket} AS day, "
			"c.workspace_id, " WORKSPACE("c.workspace_id")
			" AS workspace, coalesce(c.model, 'Other') AS model, " SUM(
			"c.uncached_input_tokens") " AS uncached_input_tokens, " SUM(
			"c.cache_creation_ephemeral_5m_input_tokens")
			" AS cache_creation_5m_tokens, " SUM(
			"c.cache_creation_ephemeral_1h_input_tokens")
			" AS cache_creation_1h_tokens, " SUM("c.cache_read_input_tokens")
			" AS cache_read_tokens, " SUM("c.output_tokens") " AS output_tokens, " SUM(
			"c.web_search_requests")
			" AS web_search_requests FROM {t:usage_report} c LEFT JOIN " WORKSPACES
			" w ON w.id = c.workspace_id GROUP BY 1, 2, 3, 4) t"},
	{.name = "ant_cost_by_key",
		.needs = VIEWS_COST | VIEWS_USAGE,
		.sql =
			"WITH used AS ({used:}), cost AS (SELECT {day:c.bucket} AS day, "
			COST_KINDS
			", sum(c.amount_cents) AS cents FROM {t:cost_report} c GROUP BY 1, "
			"2, 3, 4, 5, 6), s AS (SELECT cost.day, cost.ws, cost.label, "
			"cost.cents, " SHARES " " SHARES_FROM ") SELECT " KEY_COLUMNS
			", {bigint:coalesce(sum(s.tokens), 0)} AS tokens, {usd:sum(CASE WHEN "
			"s.tokens IS NULL OR s.upto = s.total THEN s.cents ELSE "
			"{part:s.upto} END - CASE WHEN s.tokens IS NULL OR s.upto = s.tokens "
			"THEN 0 ELSE {part:(s.upto - s.tokens)} END)} AS cost_usd FROM s"
			KEY_LOOKUPS,
		.keys = "day, api_key_id, api_key, workspace_id, workspace, model, tokens",
		.money = "cost_usd",
		/* Where a part begins and ends is counted in millionths of a cent. */
		.sqlite =
			"WITH used AS ({used:}), cost AS (SELECT day, ws, model, tier, "
			"context, kind, min(label) AS label, sum(w) AS w, sum(f) AS f FROM "
			"(SELECT day, ws, model, tier, context, kind, label, " SPLIT
			" FROM (SELECT {day:c.bucket} AS day, coalesce(c.workspace_id, '') "
			"AS ws, coalesce(c.model, '') AS model, coalesce(c.service_tier, '') "
			"AS tier, coalesce(c.context_window, '') AS context, "
			"coalesce(c.token_type, c.cost_type, '') AS kind, " MODEL("c")
			" AS label, " CENTS("c.amount_cents")
			" AS a FROM {t:cost_report} c)) GROUP BY 1, 2, 3, 4, 5, 6), s AS "
			"(SELECT day, ws, label, w, f, api_key_id, tokens, CASE WHEN upto = "
			"total THEN NULL ELSE CAST(round((w + f / 1e12) * 1e6 * upto / "
			"total) AS INTEGER) END AS until, CASE WHEN tokens IS NULL OR upto = "
			"tokens THEN 0 ELSE CAST(round((w + f / 1e12) * 1e6 * (upto - "
			"tokens) / total) AS INTEGER) END AS since FROM (SELECT cost.day, "
			"cost.ws, cost.label, cost.w, cost.f, " SHARES " " SHARES_FROM
			")) SELECT " KEY_COLUMNS
			", coalesce(sum(s.tokens), 0) AS tokens, sum(coalesce(until / "
			"1000000, s.w) - since / 1000000) AS w0, sum(coalesce(until % "
			"1000000 * 1000000, s.f) - since % 1000000 * 1000000) AS f0 FROM s"
			KEY_LOOKUPS},
	{.name = "ant_spend_month",
		.needs = VIEWS_COST,
		.sql =
			"WITH d AS (SELECT {day:bucket} AS day, sum(amount_cents) AS cents "
			"FROM {t:cost_report} GROUP BY 1), a AS (SELECT CASE WHEN " WATERMARK
			" > max(day) + 1 THEN " WATERMARK
			" ELSE max(day) + 1 END AS as_of, min(day) AS first_day FROM d), m "
			"AS (SELECT as_of, first_day, {month:as_of,0} AS month, "
			"{month:as_of,-1} AS last_month, {month:as_of,1} - as_of AS "
			"days_left FROM a WHERE as_of IS NOT NULL) SELECT month, as_of, "
			"days_left, {usd:" PART("d.cents", THIS_MONTH) "} AS spent_usd, {usd:"
			PART("d.cents", LAST_MONTH) "} AS last_month_usd, {usd:" PART("d.cents",
			LAST_30) "} AS last_30_days_usd, {usd:" PART("d.cents", PRIOR_30)
			"} AS prior_30_days_usd, {round2:0.01 * (" PART("d.cents", THIS_MONTH)
			" + CASE WHEN as_of - first_day >= 28 THEN " PART("d.cents * " OF_WEEKDAY,
			FOUR_WEEKS) " / 4 ELSE " PART("d.cents", "d.day < as_of")
			" * days_left / (as_of - first_day) END)} AS forecast_usd FROM m "
			"JOIN d ON true GROUP BY month, last_month, as_of, first_day, "
			"days_left",
		.keys = "month, as_of, days_left",
		.money = "spent_usd last_month_usd last_30_days_usd prior_30_days_usd",
		.sqlite =
			"WITH d AS (SELECT day, sum(w) AS w, sum(f) AS f FROM (SELECT day, " SPLIT
			" FROM (SELECT CAST(julianday({day:bucket}) - 2440587.5 AS INTEGER) "
			"AS day, " CENTS("amount_cents")
			" AS a FROM {t:cost_report})) GROUP BY 1), a AS (SELECT max(max(day) "
			"+ 1, coalesce(CAST(julianday(" WATERMARK
			") - 2440587.5 AS INTEGER), 0)) AS as_of, min(day) AS first_day FROM "
			"d), n AS (SELECT as_of, first_day, date(2440587.5 + as_of, 'start "
			"of month') AS m FROM a WHERE as_of IS NOT NULL), t AS (SELECT "
			"as_of, first_day, CAST(julianday(m) - 2440587.5 AS INTEGER) AS "
			"month, CAST(julianday(m, '-1 month') - 2440587.5 AS INTEGER) AS "
			"last_month, CAST(julianday(m, '+1 month') - 2440587.5 AS INTEGER) - "
			"as_of AS days_left FROM n) SELECT date(2440587.5 + month) AS month, "
			"date(2440587.5 + as_of) AS as_of, days_left, " PART("w", THIS_MONTH)
			" AS w0, " PART("f", THIS_MONTH) " AS f0, " PART("w", LAST_MONTH)
			" AS w1, " PART("f", LAST_MONTH) " AS f1, " PART("w", LAST_30) " AS w2, "
			PART("f", LAST_30) " AS f2, " PART("w", PRIOR_30) " AS w3, " PART("f",
			PRIOR_30) " AS f3, round((" PART("w + f / 1e12", THIS_MONTH)
			" + CASE WHEN as_of - first_day >= 28 THEN " PART("(w + f / 1e12) * ("
			OF_WEEKDAY ")", FOUR_WEEKS) " / 4.0 ELSE " PART("w + f / 1e12",
			"d.day < as_of")
			" * days_left / (as_of - first_day) END) / 100, 2) AS forecast_usd "
			"FROM t JOIN d GROUP BY month, last_month, as_of, first_day, "
			"days_left",
		.behind = "forecast_usd"},
	{.name = "ant_claude_code_daily",
		.needs = VIEWS_CLAUDE_CODE,
		.sql =
			"SELECT " CLAUDE_CODE_WHO ", " CLAUDE_CODE_COUNTS
			", {usd:coalesce(sum(c.total_estimated_cost_cents), 0)} AS "
			"estimated_cost_usd" CLAUDE_CODE_FROM,
		.keys =
			"day, actor_type, actor, name, user_id, sessions, lines_added, "
			"lines_removed, commits, pull_requests, accepted, rejected, "
			"acceptance_rate, input_tokens, output_tokens, cache_read_tokens, "
			"cache_creation_tokens",
		.money = "estimated_cost_usd",
		.sqlite =
			"SELECT " CLAUDE_CODE_WHO ", " CLAUDE_CODE_COUNTS
			", sum(w) AS w0, sum(f) AS f0 FROM (SELECT *, " SPLIT " FROM (SELECT *, "
			CENTS("total_estimated_cost_cents")
			" AS a FROM {t:claude_code_usage})) c LEFT JOIN (SELECT lower(email) "
			"AS email, min(id) AS id, min(name) AS name FROM {t:users} t GROUP BY "
			"1) u ON c.actor_type = 'user_actor' AND u.email = lower(c.actor_id) "
			"GROUP BY 1, 2, 3"},
	{.name = "ant_claude_code_tools",
		.needs = VIEWS_CLAUDE_CODE,
		.sql =
			TOOL("Edit", "edit_tool") " UNION ALL " TOOL("MultiEdit",
			"multi_edit_tool") " UNION ALL " TOOL("Write", "write_tool") " UNION ALL "
			TOOL("NotebookEdit", "notebook_edit_tool")},
	{.name = "ant_api_keys",
		.needs = VIEWS_KEYS,
		.sql =
			"SELECT k.id AS api_key_id, k.name AS api_key, k.status, "
			"k.workspace_id, " WORKSPACE("k.workspace_id")
			" AS workspace, k.partial_key_hint, k.created_at, {today} - "
			"{daynumber:k.created_at} AS age_days, k.expires_at, "
			"coalesce(c.email, k.created_by_id) AS created_by, u.last_used, "
			"{today} - {daynumber:u.last_used} AS days_unused, "
			"coalesce(u.tokens, 0) AS tokens FROM {t:api_keys} k LEFT JOIN "
			WORKSPACES
			" w ON w.id = k.workspace_id LEFT JOIN (SELECT id, min(email) AS "
			"email FROM {t:users} t GROUP BY id) c ON c.id = k.created_by_id LEFT "
			"JOIN (SELECT api_key_id, max({day:bucket}) AS last_used, "
			"{bigint:sum(coalesce(uncached_input_tokens, 0) + "
			"coalesce(cache_read_input_tokens, 0) + "
			"coalesce(cache_creation_ephemeral_5m_input_tokens, 0) + "
			"coalesce(cache_creation_ephemeral_1h_input_tokens, 0) + "
			"coalesce(output_tokens, 0))} AS tokens FROM {t:usage_report} GROUP "
			"BY api_key_id) u ON u.api_key_id = k.id"},
	{.name = "ant_members",
		.needs = VIEWS_USERS,
		.sql =
			"SELECT u.id AS user_id, u.email, u.name, u.role, u.added_at, "
			"m.workspace_id, coalesce(w.name, m.workspace_id) AS workspace, "
			"m.workspace_role FROM {t:users} u LEFT JOIN {t:workspace_members} m "
			"ON m.user_id = u.id LEFT JOIN " WORKSPACES " w ON w.id = m.workspace_id"},
	{.name = "ant_freshness",
		.needs = VIEWS_LEDGER,
		.sql =
			"SELECT table_name, into_table, {bigint:count(*)} AS loads, "
			"{bigint:sum(rows)} AS rows_loaded, max(finished) AS last_load, "
			"max(watermark) AS watermark, {hours:coalesce(max(watermark), "
			"max(finished))} AS hours_behind FROM {t:" SQL_LEDGER
			"} GROUP BY table_name, into_table"},
};
/* clang-format on */

const char *
views_table_name(unsigned bit)
{
	for (size_t i = 0; i < VIEWS_TABLES; i++)
		if (bit == 1u << i)
			return tables[i].name;
	return NULL;
}

/* The number of the table whose own name this is; VIEWS_TABLES: of none. */
static size_t
table_number(const char *name, size_t len)
{
	size_t i = 0;

	while (i < VIEWS_TABLES &&
		(strlen(tables[i].name) != len || strncmp(tables[i].name, name, len) != 0))
		i++;
	return i;
}

int
views_rename(struct views_place *p, const char *pair, struct ant_err *e)
{
	const char *equals = strchr(pair, '=');
	size_t len = equals != NULL ? (size_t)(equals - pair) : strlen(pair);
	size_t i = table_number(pair, len);
	struct buf all;

	if (equals == NULL || equals[1] == '\0')
		return err_set(e, ANT_USAGE, "'%.200s' is not TABLE=NAME", pair);
	/* The ledger is the destination's own: it has no other name. */
	if (i < VIEWS_TABLES && 1u << i != VIEWS_LEDGER) {
		p->names[i] = equals + 1;
		return 0;
	}
	buf_init(&all, 1024);
	for (i = 0; i < VIEWS_TABLES; i++)
		if (1u << i != VIEWS_LEDGER)
			buf_printf(&all, "%s%s", i > 0 ? ", " : "", tables[i].name);
	err_set(e, ANT_USAGE, "'%.*s' is none of %s", len > 200 ? 200 : (int)len, pair,
		buf_str(&all) != NULL ? all.data : "the tables");
	buf_free(&all);
	return -1;
}

/* What the table of BIT is called there, as an identifier or as a text. */
static void
put_name(struct buf *b, const struct views_place *p, unsigned bit, int as_text)
{
	const char *own = views_table_name(bit);
	const char *given = p->names[table_number(own, strlen(own))];
	struct buf name;

	buf_init(&name, 4096);
	/* The ledger has no prefix. */
	buf_printf(&name, "%s%s", p->prefix != NULL && bit != VIEWS_LEDGER ? p->prefix : "",
		given != NULL ? given : own);
	if (buf_str(&name) == NULL)
		b->failed = 1;
	else if (as_text)
		sql_literal(b, p->dialect, name.data);
	else
		sql_name(b, p->dialect, p->schema, name.data);
	buf_free(&name);
}

void
views_put_table(struct buf *b, const struct views_place *p, unsigned bit)
{
	put_name(b, p, bit, 0);
}

void
views_put_into(struct buf *b, const struct views_place *p, unsigned bit)
{
	put_name(b, p, bit, 1);
}

struct expansion {
	struct buf *b;
	const struct views_place *p;
	unsigned tables;
};

static void expand(struct expansion *x, const char *text, size_t len);

/* TEXT, three parts: of PostgreSQL, SQLite and DuckDB; "%" is where the argument goes. */
static void
wrap(struct expansion *x, const char *const texts[3], const char *arg, size_t len)
{
	const char *text = texts[x->p->dialect], *at = strchr(text, '%');

	if (at == NULL) {
		buf_puts(x->b, text);
		return;
	}
	buf_put(x->b, text, (size_t)(at - text));
	expand(x, arg, len);
	buf_puts(x->b, at + 1);
}

static void
put_table(struct expansion *x, const char *name, size_t len)
{
	size_t i = table_number(name, len);

	if (i == VIEWS_TABLES) {
		x->b->failed = 1;
	} else if ((x->tables & 1u << i) != 0) {
		views_put_table(x->b, x->p, 1u << i);
	} else {
		buf_puts(x->b, "(SELECT ");
		expand(x, tables[i].columns, strlen(tables[i].columns));
		buf_puts(x->b, " WHERE 1 = 0)");
	}
}

/* What each key used, by day, workspace, model, tier, context window and kind. */
static void
put_used(struct expansion *x)
{
	static const struct {
		const char *kind, *column;
	} of[] = {{"uncached_input_tokens", "uncached_input_tokens"},
		{"cache_read_input_tokens", "cache_read_input_tokens"},
		{"cache_creation.ephemeral_5m_input_tokens",
			"cache_creation_ephemeral_5m_input_tokens"},
		{"cache_creation.ephemeral_1h_input_tokens",
			"cache_creation_ephemeral_1h_input_tokens"},
		{"output_tokens", "output_tokens"}, {"web_search", "web_search_requests"}};

	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		int tokens = strcmp(of[i].kind, "web_search") != 0;

		buf_puts(x->b, i > 0 ? " UNION ALL " : "");
		expand(x, USED_OF, sizeof USED_OF - 1);
		for (size_t c = 0; c < 3; c++) { /* a search is of no model */
			static const char *const of_tokens[] = {
				"coalesce(model, '')", USAGE_TIER, "coalesce(context_window, '')"};
			static const char *const as[] = {"model", "tier", "context"};

			buf_puts(x->b, tokens ? of_tokens[c] : "''");
			buf_printf(x->b, " AS %s, ", as[c]);
		}
		buf_printf(x->b, "'%s' AS kind, CAST(sum(%s) AS bigint) AS tokens FROM ",
			of[i].kind, of[i].column);
		put_table(x, "usage_report", strlen("usage_report"));
		buf_printf(x->b, " WHERE %s > 0 GROUP BY 1, 2, 3, 4, 5, 6, 7", of[i].column);
	}
}

/* One {NAME:ARGUMENT}. */
static void
put_macro(struct expansion *x, const char *name, size_t n, const char *arg, size_t len)
{
	static const struct {
		const char *name, *texts[3];
	} macros[] = {
		{"day", {"CAST(% AT TIME ZONE 'UTC' AS date)", "substr(%, 1, 10)",
				"CAST(make_timestamp(epoch_us(%)) AS DATE)"}},
		{"usd", {"trim_scale(0.01 * (%))", "%", "CAST(0.01 * (%) AS DECIMAL(38, 14))"}},
		{"bigint", {"CAST(% AS bigint)", "CAST(% AS bigint)", "CAST(% AS bigint)"}},
		{"round2", {"round(%, 2)", "%", "CAST(round(%, 2) AS DECIMAL(38, 2))"}},
		{"part", {"round(s.cents * % / s.total, 12)", "",
				 "CAST(s.cents * (% / s.total) AS DECIMAL(38, 12))"}},
		{"today", {"CAST(now() AT TIME ZONE 'UTC' AS date)",
				  "CAST(julianday(date('now')) - 2440587.5 AS INTEGER)",
				  "CAST(make_timestamp(epoch_us(now())) AS DATE)"}},
		{"daynumber", {"CAST(% AS date)",
				      "CAST(julianday(substr(%, 1, 10)) - 2440587.5 AS INTEGER)",
				      "CAST(% AS DATE)"}},
		{"hours", {"round(CAST(extract(epoch FROM now() - %) / 3600 AS numeric), 1)",
				  "round((julianday('now') - julianday(%)) * 24, 1)",
				  "round((epoch_us(now()) - epoch_us(%)) / 3600e6, 1)"}},
	};

	if (n == 4 && strncmp(name, "used", n) == 0) {
		put_used(x);
		return;
	}
	if (n == 1 && *name == 't') {
		put_table(x, arg, len);
		return;
	}
	if (n == 4 && strncmp(name, "into", n) == 0) {
		views_put_into(x->b, x->p, 1u << table_number(arg, len));
		return;
	}
	if (n == 4 && strncmp(name, "null", n) == 0) {
		int text = strncmp(arg, "text", len) == 0;

		buf_puts(x->b, "CAST(NULL AS ");
		buf_puts(x->b, sql_type(x->p->dialect, text ? TYPE_TEXT : TYPE_TIMESTAMPTZ));
		buf_putc(x->b, ')');
		return;
	}
	if (n == 3 && strncmp(name, "div", n) == 0) { /* {div:A,7} */
		buf_puts(x->b, "((");
		buf_put(x->b, arg, len - 2);
		buf_puts(x->b, x->p->dialect == SQL_DUCKDB ? ") // 7)" : ") / 7)");
		return;
	}
	if (n == 5 && strncmp(name, "month", n) == 0) { /* {month:as_of,N} */
		buf_printf(x->b, "CAST(date_trunc('month', as_of) + INTERVAL '%.*s month' AS date)",
			(int)len - 6, arg + 6);
		return;
	}
	for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
		if (strlen(macros[i].name) == n && strncmp(macros[i].name, name, n) == 0) {
			wrap(x, macros[i].texts, arg, len);
			return;
		}
	x->b->failed = 1;
}

/* Append the template TEXT with what is in its braces, which may be nested. */
static void
expand(struct expansion *x, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t start = i + 1, colon, depth = 1;

		if (text[i] != '{') {
			buf_putc(x->b, text[i]);
			continue;
		}
		for (i++; i < len && depth > 0; i++)
			depth += (size_t)(text[i] == '{') - (size_t)(text[i] == '}');
		i--; /* at the closing one */
		for (colon = start; colon < i && text[colon] != ':'; colon++)
			;
		put_macro(x, text + start, colon - start, text + colon + (colon < i),
			colon < i ? i - colon - 1 : 0);
	}
}

/*
 * SQLite has 64-bit integers and doubles.  So cents and trillionths of a cent are summed
 * apart, as integers, and put together as text; a sum that overflows is an error of
 * SQLite's, not a wrong figure.
 */
static void
put_sqlite_money(struct expansion *x, const struct view *v)
{
	struct buf *b = x->b;
	const char *name = v->money, *more = v->behind != NULL ? v->behind : "";
	const char *comma = v->behind != NULL ? ", " : "";
	size_t n = 1;

	for (const char *s = name; *s != '\0'; s++)
		n += *s == ' ';
	buf_printf(b, "SELECT %s", v->keys);
	for (size_t i = 0; i < n; i++, name += strcspn(name, " ") + 1)
		buf_printf(b,
			", CASE WHEN length(ltrim(replace(replace(m%zu, '-', ''), '.', ''), '0')) "
			"<= 15 THEN CAST(m%zu AS REAL) ELSE m%zu END AS %.*s",
			i, i, i, (int)strcspn(name, " "), name);
	buf_printf(b, "%s%s FROM (SELECT %s", comma, more, v->keys);
	for (size_t i = 0; i < n; i++)
		buf_printf(b,
			", rtrim(rtrim(printf('%%s%%d.%%02d%%012d', CASE WHEN w%zu < 0 OR f%zu < 0 "
			"THEN '-' ELSE '' END, abs(w%zu) / 100, abs(w%zu) %% 100, abs(f%zu)), "
			"'0'), '.') AS m%zu",
			i, i, i, i, i, i);
	buf_printf(b, "%s%s FROM (SELECT %s", comma, more, v->keys);
	for (size_t i = 0; i < n; i++) /* both of one sign */
		buf_printf(b,
			", w%zu - (w%zu > 0 AND f%zu < 0) + (w%zu < 0 AND f%zu > 0) AS w%zu, f%zu "
			"+ "
			"1000000000000 * ((w%zu > 0 AND f%zu < 0) - (w%zu < 0 AND f%zu > 0)) AS "
			"f%zu",
			i, i, i, i, i, i, i, i, i, i, i, i);
	buf_printf(b, "%s%s FROM (SELECT %s", comma, more, v->keys);
	for (size_t i = 0; i < n; i++)
		buf_printf(b,
			", coalesce(w%zu, 0) + coalesce(f%zu, 0) / 1000000000000 AS w%zu, "
			"coalesce(f%zu, 0) %% 1000000000000 AS f%zu",
			i, i, i, i, i);
	buf_printf(b, "%s%s FROM (", comma, more);
	expand(x, v->sqlite, strlen(v->sqlite));
	buf_puts(b, "))))");
}

static void
put_view_name(struct buf *b, const struct views_place *p, const struct view *v)
{
	struct buf name;

	buf_init(&name, 4096);
	buf_printf(&name, "%s%s", p->prefix != NULL ? p->prefix : "", v->name);
	if (buf_str(&name) != NULL)
		sql_name(b, p->dialect, p->schema, name.data);
	else
		b->failed = 1;
	buf_free(&name);
}

/* "CREATE VIEW name AS ..."; the dialects that can replace one do. */
static void
put_view(struct buf *b, const struct views_place *p, unsigned have, const struct view *v)
{
	struct expansion x = {b, p, have};

	buf_puts(b, p->dialect == SQL_SQLITE ? "CREATE VIEW " : "CREATE OR REPLACE VIEW ");
	put_view_name(b, p, v);
	buf_puts(b, " AS ");
	if (p->dialect == SQL_SQLITE && v->sqlite != NULL)
		put_sqlite_money(&x, v);
	else
		expand(&x, v->sql, strlen(v->sql));
}

/*
 * The comment by which a view is known again: of the bytes of its definition (FNV-1a).
 * Databases other than SQLite do not keep them as they are.
 */
static void
put_mark(struct buf *b, const char *sql, size_t len)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)sql[i]) * 1099511628211ull;
	buf_printf(b, "'anthill %016llx'", (unsigned long long)h);
}

static void
put_statements(struct buf *b, const struct views_place *p, unsigned have, const struct view *v)
{
	size_t start;

	if (p->dialect == SQL_SQLITE) {
		buf_puts(b, "DROP VIEW IF EXISTS ");
		put_view_name(b, p, v);
		buf_puts(b, ";\n");
	}
	start = b->len;
	put_view(b, p, have, v);
	if (p->dialect != SQL_SQLITE && !b->failed) {
		size_t len = b->len - start;

		buf_puts(b, ";\nCOMMENT ON VIEW ");
		put_view_name(b, p, v);
		buf_puts(b, " IS ");
		if (!b->failed)
			put_mark(b, b->data + start, len);
	}
	buf_puts(b, ";\n");
}

void
views_create(struct buf *b, const struct views_place *p, unsigned have)
{
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		if ((views[i].needs & have) == views[i].needs)
			put_statements(b, p, have, &views[i]);
}

static void
put_there(struct buf *b, const struct views_place *p, unsigned bit)
{
	static const char *const before[] = {
		("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND "
		 "relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = "),
		"SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view')",
		"SELECT count(*) FROM information_schema.tables WHERE table_schema = 'main'"};
	static const char *const column[] = {"relname", "name", "table_name"};

	buf_puts(b, before[p->dialect]);
	if (p->dialect == SQL_POSTGRESQL) {
		sql_literal(b, p->dialect, p->schema);
		buf_putc(b, ')');
	}
	buf_printf(b, " AND %s = ", column[p->dialect]);
	views_put_into(b, p, bit);
}

int
views_tables(const struct db *db, const struct views_place *p, struct ant_err *e)
{
	struct buf sql;
	int have = 0, status = 0;

	buf_init(&sql, 1 << 16);
	for (size_t i = 0; i < VIEWS_TABLES && status == 0; i++) {
		int64_t n = 0;

		buf_clear(&sql);
		put_there(&sql, p, 1u << i);
		status = buf_str(&sql) == NULL ? err_sys(e, ANT_FAIL, "views")
					       : db_ask(db, sql.data, &n, e);
		have |= (n > 0) << i;
	}
	buf_free(&sql);
	return status == 0 ? have : -1;
}

/* The question whether a view is there as it would be made. */
static void
put_same(struct buf *b, const struct views_place *p, unsigned have, const struct view *v)
{
	struct buf text, name;

	buf_init(&text, 1 << 20);
	buf_init(&name, 4096);
	put_view(&text, p, have, v);
	buf_printf(&name, "%s%s", p->prefix != NULL ? p->prefix : "", v->name);
	if (buf_str(&text) == NULL || buf_str(&name) == NULL) {
		b->failed = 1;
	} else if (p->dialect == SQL_SQLITE) {
		buf_puts(b, "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND sql = ");
		sql_literal(b, p->dialect, text.data);
		buf_puts(b, " AND name = ");
	} else if (p->dialect == SQL_POSTGRESQL) {
		buf_puts(b, "SELECT count(*) FROM pg_class WHERE relkind = 'v' AND relnamespace = "
			    "(SELECT oid FROM pg_namespace WHERE nspname = ");
		sql_literal(b, p->dialect, p->schema);
		buf_puts(b, ") AND obj_description(oid, 'pg_class') = ");
		put_mark(b, text.data, text.len);
		buf_puts(b, " AND relname = ");
	} else {
		buf_puts(b, "SELECT count(*) FROM duckdb_views() WHERE comment = ");
		put_mark(b, text.data, text.len);
		buf_puts(b, " AND view_name = ");
	}
	if (!b->failed)
		sql_literal(b, p->dialect, name.data);
	buf_free(&text);
	buf_free(&name);
}

int
views_run(const struct db *db, const struct views_place *p, struct ant_err *e)
{
	int have = views_tables(db, p, e), n = 0, status = 0;
	struct buf sql, question;

	if (have == -1)
		return -1;
	buf_init(&sql, 1 << 20);
	buf_init(&question, 1 << 20);
	for (size_t i = 0; status == 0 && i < sizeof views / sizeof *views; i++) {
		int64_t same = 0;

		if ((views[i].needs & (unsigned)have) != views[i].needs)
			continue;
		n++;
		buf_clear(&question);
		put_same(&question, p, (unsigned)have, &views[i]);
		status = buf_str(&question) == NULL ? err_sys(e, ANT_FAIL, "views")
						    : db_ask(db, question.data, &same, e);
		/* One that did not change is left alone: who reads it would wait. */
		if (status == 0 && same == 0)
			put_statements(&sql, p, (unsigned)have, &views[i]);
	}
	if (status == 0 && sql.failed)
		status = err_sys(e, ANT_FAIL, "views");
	if (status == 0 && sql.len > 0)
		status = db->run(db->self, buf_str(&sql), e);
	buf_free(&sql);
	buf_free(&question);
	return status == 0 ? n : -1;
}
