#include "db/views_sql.h"

#include "db/sql.h"
#include "db/views_parts.h"

const struct views_sql_table views_sql_tables[] = {
	{"cost_report", "{null:time} AS bucket, {null:text} AS workspace_id, {null:text} AS model, "
			"{null:text} AS service_tier, {null:text} AS context_window, {null:text} "
			"AS cost_type, {null:text} AS token_type, {null:text} AS amount, 0 AS "
			"amount_cents"},
	{"usage_report",
		"{null:text} AS api_key_id, {null:time} AS bucket, {null:text} AS workspace_id, "
		"{null:text} AS model, {null:text} AS service_tier, {null:text} AS "
		"context_window, 0 AS web_search_requests, 0 AS uncached_input_tokens, 0 "
		"AS cache_read_input_tokens, 0 AS cache_creation_ephemeral_5m_input_tokens, 0 AS "
		"cache_creation_ephemeral_1h_input_tokens, 0 AS output_tokens"},
	{"claude_code_usage", ""},
	{"workspaces", "{null:text} AS id, {null:text} AS name, {null:time} AS archived_at, "
		       "{null:text} AS tags"},
	{"api_keys", "{null:text} AS id, {null:text} AS name"},
	{"users", "{null:text} AS id, {null:text} AS email, {null:text} AS name"},
	{"workspace_members", "{null:text} AS user_id, {null:text} AS workspace_id, "
			      "{null:text} AS workspace_role"},
	{SQL_LEDGER, "{null:text} AS table_name, {null:text} AS into_table, {null:time} AS "
		     "watermark"},
	{"organization", ""},
	{"analytics_cost",
		"{null:time} AS starting_at, {null:text} AS actor_type, {null:text} AS actor_id, "
		"{null:text} AS actor_subject, {null:text} AS actor_email, {null:text} AS "
		"actor_name, {null:text} AS api_key_id, {null:text} AS product, {null:text} AS "
		"workspace_id, {null:text} AS model, {null:text} AS cost_type, {null:text} AS "
		"token_type, {null:text} AS service_tier, {null:text} AS amount, {null:numeric} AS "
		"amount_cents, {null:text} AS list_amount, {null:numeric} AS list_amount_cents"},
	{"analytics_usage", "{null:time} AS starting_at, {null:text} AS api_key_id, {null:text} AS "
			    "product, {null:text} AS workspace_id, {null:text} AS model, 0 AS "
			    "total_tokens"},
	{"usage_by_cost",
		"{null:time} AS bucket, {null:text} AS workspace_id, {null:text} AS model, "
		"{null:text} AS service_tier, {null:text} AS context_window, {null:text} AS "
		"inference_geo, 0 AS uncached_input_tokens, 0 AS cache_read_input_tokens, 0 AS "
		"cache_creation_ephemeral_5m_input_tokens, 0 AS "
		"cache_creation_ephemeral_1h_input_tokens, 0 AS output_tokens, 0 AS "
		"web_search_requests"},
	{"owners", "{null:text} AS kind, {null:text} AS id, {null:text} AS owner, {null:date} AS "
		   "from_day, {null:date} AS to_day"},
	{"service_accounts", "{null:text} AS id, {null:text} AS name"},
	{"analytics_users", ""},
	{"analytics_summaries", ""},
	{"spend_limits_effective", ""},
	{"cost_report_total", ""},
	{"usage_report_total", ""},
	{"analytics_cost_total", ""},
	{"analytics_usage_total", ""},
};

_Static_assert(
	sizeof views_sql_tables / sizeof *views_sql_tables == VIEWS_TABLES, "a name for each bit");

/* clang-format off: as below */
/* Only dollars are told as dollars: other currencies have rows of their own, without an amount. */
#define DOLLARS(what, currency) "CASE WHEN " currency " = 'USD' THEN " what " END"
#define RATE(part, whole) "round(1.0 * " part " / nullif(" whole ", 0), 6)"
#define SUM(x) "CAST(coalesce(sum(" x "), 0) AS bigint)"

/*
 * The cost that the API itself gives by key and by person.  Without a key it is the Console's,
 * or of what takes no key, such as Chat.  Tokens are those of the same day, key, workspace and
 * model, and counted once, whatever they were paid in.
 */
#define NO_KEY(c) \
	"CASE WHEN " c ".api_key_id IS NULL AND " c ".product = 'claude_console' THEN 'Console' " \
	"WHEN " c ".api_key_id IS NULL THEN 'Not by key' END"
#define BILLED_BY_KEY \
	"{day:c.starting_at} AS day, c.api_key_id AS api_key_id, " NO_KEY("c") \
	" AS who, c.workspace_id AS workspace_id, " MODEL("c") \
	" AS model, {currency:analytics_cost} AS currency" ORGANIZATION_OF("analytics_cost", "c")
#define BILLED_COLUMNS \
	"s.day AS day, s.api_key_id AS api_key_id, coalesce(s.who, k.name, s.api_key_id) AS " \
	"api_key, s.workspace_id AS workspace_id, " WORKSPACE("s.workspace_id") \
	" AS workspace, s.model AS model, {bigint:CASE WHEN s.currency = min(s.currency) OVER " \
	"(PARTITION BY s.day, s.api_key_id, s.who, s.workspace_id, s.model{o:analytics_cost|, " \
	"s.organization}) THEN coalesce(u.tokens, 0) ELSE 0 END} AS tokens"
#define BILLED_LOOKUPS \
	" LEFT JOIN " API_KEYS " k ON k.id = s.api_key_id LEFT JOIN " WORKSPACES \
	" w ON w.id = s.workspace_id LEFT JOIN (SELECT {day:c.starting_at} AS day, " \
	"coalesce(c.api_key_id, " NO_KEY("c") ") AS who, coalesce(c.workspace_id, '') AS ws, " \
	"c.model AS model, {bigint:sum(c.total_tokens)} AS tokens{o:analytics_usage|, " \
	"c._organization AS organization} FROM {t:analytics_usage} c GROUP BY 1, 2, 3, " \
	"4{o:analytics_usage|, c._organization}) u ON u.day = s.day AND u.who = " \
	"coalesce(s.api_key_id, s.who) AND u.ws = coalesce(s.workspace_id, '') AND u.model = " \
	"s.model{o:analytics_cost|{o:analytics_usage| AND u.organization = s.organization}}"
/* Who has no name goes by the address, and who has neither by the id. */
#define BILLED_BY_PERSON \
	"{day:c.starting_at} AS day, c.actor_type AS actor_type, coalesce(c.actor_id, " \
	"c.actor_subject) AS actor_id, c.product AS product, " MODEL("c") \
	" AS model, {currency:analytics_cost} AS currency" ORGANIZATION_OF("analytics_cost", "c")
#define PERSON_COLUMNS \
	"s.day AS day, s.actor_type AS actor_type, s.actor_id AS actor_id, " \
	"coalesce(nullif(s.name, ''), a.name, k.name, s.actor_id, 'Nobody known') AS person, " \
	"s.email AS email, s.product AS product, s.model AS model"
#define PERSON_LOOKUPS \
	" LEFT JOIN (SELECT id, min(coalesce(nullif(name, ''), email)) AS name FROM {t:users} t " \
	"GROUP BY id) a ON a.id = s.actor_id LEFT JOIN " API_KEYS " k ON k.id = s.actor_id"

/*
 * A key's part of the cost: the cost of a day, workspace, model, tier, context window and
 * token type, by the key's tokens of that kind, for the price is the same for all of them.
 * A part runs from the tokens of the keys before it to its own end, both as parts of the
 * cost: so all of them add up to the cost, to the last digit.
 */

#define USED_AS(model, tier, context, kind, column) \
	"SELECT {day:bucket} AS day, coalesce(workspace_id, '') AS ws, api_key_id, " model \
	" AS model, " tier " AS tier, " context " AS context, '" kind "' AS kind, CAST(sum(" \
	column ") AS bigint) AS tokens{o:usage_report|, _organization AS organization} FROM " \
	"{t:usage_report} t WHERE " column \
	" > 0{within:bucket} GROUP BY 1, 2, 3, 4, 5, 6, 7{o:usage_report|, _organization}"
#define USED(kind, column) \
	USED_AS("coalesce(model, '')", USAGE_TIER, "coalesce(context_window, '')", kind, column)
#define COST_KINDS \
	"coalesce(c.workspace_id, '') AS ws, coalesce(c.model, '') AS model, " \
	"coalesce(c.service_tier, '') AS tier, coalesce(c.context_window, '') AS context, " \
	"coalesce(c.token_type, c.cost_type, '') AS kind, min(" MODEL("c") ") AS label"
#define SHARES_FROM \
	"FROM cost LEFT JOIN used ON used.day = cost.day AND used.ws = cost.ws AND " \
	"used.model = cost.model AND used.tier = cost.tier AND used.context = cost.context " \
	"AND used.kind = cost.kind{o:cost_report|{o:usage_report| AND used.organization = " \
	"cost.organization}}"
#define OF_KIND \
	"PARTITION BY cost.day, cost.ws, cost.model, cost.tier, cost.context, " \
	"cost.kind{o:cost_report|, cost.organization}"
#define OF_GROUP OF_KIND ", cost.currency"
/* Each currency is shared out by all tokens of its kind, which are counted once, in the first. */
#define SHARES \
	"used.api_key_id, used.tokens, CASE WHEN cost.currency = min(cost.currency) OVER (" \
	OF_KIND ") THEN used.tokens END AS counted, sum(used.tokens) OVER (" OF_GROUP \
	") AS total, sum(used.tokens) OVER (" OF_GROUP \
	" ORDER BY coalesce(used.api_key_id, '') ROWS UNBOUNDED PRECEDING) AS upto"
#define KEY_COLUMNS \
	"s.day AS day, s.api_key_id AS api_key_id, CASE WHEN s.tokens IS NULL THEN 'Not by " \
	"key' WHEN s.api_key_id IS NULL THEN 'Console' ELSE coalesce(k.name, s.api_key_id) " \
	"END AS api_key, nullif(s.ws, '') AS workspace_id, " WORKSPACE("nullif(s.ws, '')") \
	" AS workspace, s.label AS model"
#define KEY_LOOKUPS \
	" LEFT JOIN " API_KEYS " k ON k.id = s.api_key_id LEFT JOIN " WORKSPACES \
	" w ON w.id = s.ws GROUP BY 1, 2, 3, 4, 5, 6, s.currency{o:cost_report|, s.organization}"

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
/* Somebody may be a user of several organizations. */
#define CLAUDE_CODE_USERS \
	" LEFT JOIN (SELECT lower(email) AS email, min(id) AS id, min(name) AS name" \
	"{o:claude_code_usage|{o:users|, _organization AS organization}} FROM {t:users} t " \
	"GROUP BY 1{o:claude_code_usage|{o:users|, _organization}}) u ON c.actor_type = " \
	"'user_actor' AND u.email = lower(c.actor_id){o:claude_code_usage|{o:users| AND " \
	"u.organization = c._organization}}"
#define TOOL(tool, column) \
	"SELECT {day:date} AS day, '" tool "' AS tool, " SUM(column "_accepted") \
	" AS accepted, " SUM(column "_rejected") " AS rejected, " RATE("sum(" column \
	"_accepted)", "(sum(" column "_accepted) + sum(" column "_rejected))") \
	" AS acceptance_rate{o:claude_code_usage|, _organization AS organization} FROM " \
	"{t:claude_code_usage} WHERE " column "_accepted IS NOT NULL OR " column \
	"_rejected IS NOT NULL GROUP BY 1{o:claude_code_usage|, _organization}"

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
#define SAME_ORGANIZATION(m) "true{o:cost_report| AND " m ".organization = d.organization}"
/* The days of which the cost is known: of a currency, from its first on. */
#define KNOWN "as_of - min(d.day)"
#define WATERMARK \
	"(SELECT max({day:watermark}) FROM {t:" SQL_LEDGER \
	"} t WHERE table_name = 'cost_report' AND into_table = " \
	"{into:cost_report}{o:cost_report|{o:" SQL_LEDGER "| AND t.organization = " \
	"d.organization}})"
/* clang-format on */

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
/* {used:}: what each key used, by day, workspace, model, tier, context window and kind. */
static const char used[] =
	USED("uncached_input_tokens", "uncached_input_tokens") " UNION ALL "
	USED("cache_read_input_tokens", "cache_read_input_tokens") " UNION ALL "
	USED("cache_creation.ephemeral_5m_input_tokens", "cache_creation_ephemeral_5m_input_tokens")
	" UNION ALL "
	USED("cache_creation.ephemeral_1h_input_tokens", "cache_creation_ephemeral_1h_input_tokens")
	" UNION ALL " USED("output_tokens", "output_tokens") " UNION ALL "
	/* a search is of no model */
	USED_AS("''", "''", "''", "web_search", "web_search_requests");

static const struct views_sql views_sql[] = {
	{.name = "ant_cost_daily",
		.needs = VIEWS_COST,
		.sql =
			"SELECT {day:c.bucket} AS day, c.workspace_id, " WORKSPACE(
			"c.workspace_id") " AS workspace, " MODEL("c")
			" AS model, c.cost_type, c.token_type, {usd:sum(c.amount_cents) FILTER "
			"(WHERE {currency:cost_report} = 'USD')} AS cost_usd, "
			"{currency:cost_report} AS currency" ORGANIZATION_OF("cost_report", "c")
			" FROM {t:cost_report} c LEFT JOIN " WORKSPACES
			" w ON w.id = c.workspace_id GROUP BY 1, 2, 3, 4, 5, 6, "
			"8{o:cost_report|, c._organization}",
		.keys = "day, workspace_id, workspace, model, cost_type, token_type",
		.money = "cost_usd",
		.sqlite =
			"SELECT day, workspace_id, " WORKSPACE("workspace_id")
			" AS workspace, model, cost_type, token_type, sum(w) AS w0, sum(f) "
			"AS f0, currency" ORGANIZATION("cost_report")
			" FROM (SELECT day, workspace_id, model, cost_type, token_type, "
			"currency" ORGANIZATION("cost_report") ", " SPLIT
			" FROM (SELECT {day:c.bucket} AS day, c.workspace_id, " MODEL("c")
			" AS model, c.cost_type, c.token_type, {currency:cost_report} AS "
			"currency" ORGANIZATION_OF("cost_report", "c") ", " CENTS("c.amount_cents")
			" AS a FROM {t:cost_report} c)) LEFT JOIN " WORKSPACES
			" w ON w.id = workspace_id GROUP BY 1, 2, 3, 4, 5, 6, 9"
			ORGANIZATION("cost_report"),
		.after = "currency" ORGANIZATION("cost_report")},
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
			" AS cache_hit_rate" ORGANIZATION("usage_report")
			" FROM (SELECT {day:c.bucket} AS day, "
			"c.workspace_id, " WORKSPACE("c.workspace_id")
			" AS workspace, coalesce(c.model, 'Other') AS model, " SUM(
			"c.uncached_input_tokens") " AS uncached_input_tokens, " SUM(
			"c.cache_creation_ephemeral_5m_input_tokens")
			" AS cache_creation_5m_tokens, " SUM(
			"c.cache_creation_ephemeral_1h_input_tokens")
			" AS cache_creation_1h_tokens, " SUM("c.cache_read_input_tokens")
			" AS cache_read_tokens, " SUM("c.output_tokens") " AS output_tokens, " SUM(
			"c.web_search_requests")
			" AS web_search_requests" ORGANIZATION_OF("usage_report", "c")
			" FROM {t:usage_report} c LEFT JOIN " WORKSPACES
			" w ON w.id = c.workspace_id GROUP BY 1, 2, 3, 4{o:usage_report|, "
			"c._organization}) t"},
	{.name = "ant_cost_by_key",
		.needs = VIEWS_ANALYTICS_COST,
		.sql =
			"WITH s AS (SELECT " BILLED_BY_KEY ", sum(c.amount_cents) AS cents FROM "
			"{t:analytics_cost} c GROUP BY 1, 2, 3, 4, 5, 6{o:analytics_cost|, "
			"c._organization}) SELECT " BILLED_COLUMNS ", {usd:"
			DOLLARS("s.cents", "s.currency")
			"} AS cost_usd, s.currency AS currency{o:analytics_cost|, s.organization AS "
			"organization}, {text:'billed'} AS basis FROM s" BILLED_LOOKUPS,
		.keys = "day, api_key_id, api_key, workspace_id, workspace, model, tokens",
		.money = "cost_usd",
		.sqlite =
			"WITH s AS (SELECT day, api_key_id, who, workspace_id, model, currency"
			ORGANIZATION("analytics_cost")
			", sum(w) AS w, sum(f) AS f FROM (SELECT day, api_key_id, who, "
			"workspace_id, model, currency" ORGANIZATION("analytics_cost") ", " SPLIT
			" FROM (SELECT " BILLED_BY_KEY ", " CENTS("c.amount_cents")
			" AS a FROM {t:analytics_cost} c)) GROUP BY 1, 2, 3, 4, 5, 6"
			ORGANIZATION("analytics_cost") ") SELECT " BILLED_COLUMNS
			", s.w AS w0, s.f AS f0, s.currency AS currency{o:analytics_cost|, "
			"s.organization AS organization}, 'billed' AS basis FROM s" BILLED_LOOKUPS,
		.after = "currency" ORGANIZATION("analytics_cost") ", basis"},
	{.name = "ant_cost_by_person",
		.needs = VIEWS_ANALYTICS_COST,
		.sql =
			"WITH s AS (SELECT " BILLED_BY_PERSON ", min(c.actor_name) AS name, "
			"min(c.actor_email) AS email, sum(c.amount_cents) AS cents FROM "
			"{t:analytics_cost} c GROUP BY 1, 2, 3, 4, 5, 6{o:analytics_cost|, "
			"c._organization}) SELECT " PERSON_COLUMNS ", {usd:"
			DOLLARS("s.cents", "s.currency")
			"} AS cost_usd, s.currency AS currency{o:analytics_cost|, s.organization AS "
			"organization} FROM s" PERSON_LOOKUPS,
		.keys = "day, actor_type, actor_id, person, email, product, model",
		.money = "cost_usd",
		.sqlite =
			"WITH s AS (SELECT day, actor_type, actor_id, product, model, currency"
			ORGANIZATION("analytics_cost")
			", min(name) AS name, min(email) AS email, sum(w) AS w, sum(f) AS f FROM "
			"(SELECT day, actor_type, actor_id, product, model, currency"
			ORGANIZATION("analytics_cost") ", name, email, " SPLIT
			" FROM (SELECT " BILLED_BY_PERSON
			", c.actor_name AS name, c.actor_email AS email, " CENTS("c.amount_cents")
			" AS a FROM {t:analytics_cost} c)) GROUP BY 1, 2, 3, 4, 5, 6"
			ORGANIZATION("analytics_cost") ") SELECT " PERSON_COLUMNS
			", s.w AS w0, s.f AS f0, s.currency AS currency{o:analytics_cost|, "
			"s.organization AS organization} FROM s" PERSON_LOOKUPS,
		.after = "currency" ORGANIZATION("analytics_cost")},
	{.name = "ant_cost_by_key",
		.needs = VIEWS_COST | VIEWS_USAGE,
		.unless = VIEWS_ANALYTICS_COST,
		.sql =
			"WITH used AS ({used:}), cost AS (SELECT {day:c.bucket} AS day, "
			COST_KINDS
			", sum(c.amount_cents) AS cents, {currency:cost_report} AS currency"
			ORGANIZATION_OF("cost_report", "c")
			" FROM {t:cost_report} c GROUP BY 1, 2, 3, 4, 5, 6, "
			"9{o:cost_report|, c._organization}), s AS (SELECT cost.day, cost.ws, "
			"cost.label, cost.cents, cost.currency{o:cost_report|, "
			"cost.organization}, " SHARES " "
			SHARES_FROM ") SELECT " KEY_COLUMNS
			", {bigint:coalesce(sum(s.counted), 0)} AS tokens, {usd:" DOLLARS(
			"sum(CASE WHEN s.tokens IS NULL OR s.upto = s.total THEN s.cents "
			"ELSE {part:s.upto} END - CASE WHEN s.tokens IS NULL OR s.upto = "
			"s.tokens THEN 0 ELSE {part:(s.upto - s.tokens)} END)", "s.currency")
			"} AS cost_usd, s.currency AS currency{o:cost_report|, s.organization "
			"AS organization}, {text:'shared by tokens'} AS basis FROM s" KEY_LOOKUPS,
		.keys = "day, api_key_id, api_key, workspace_id, workspace, model, tokens",
		.money = "cost_usd",
		/* Where a part begins and ends is counted in millionths of a cent. */
		.sqlite =
			"WITH used AS ({used:}), cost AS (SELECT day, ws, model, tier, "
			"context, kind, min(label) AS label, sum(w) AS w, sum(f) AS f, "
			"currency" ORGANIZATION("cost_report")
			" FROM (SELECT day, ws, model, tier, context, kind, label, currency"
			ORGANIZATION("cost_report") ", " SPLIT
			" FROM (SELECT {day:c.bucket} AS day, coalesce(c.workspace_id, '') "
			"AS ws, coalesce(c.model, '') AS model, coalesce(c.service_tier, '') "
			"AS tier, coalesce(c.context_window, '') AS context, "
			"coalesce(c.token_type, c.cost_type, '') AS kind, " MODEL("c")
			" AS label, {currency:cost_report} AS currency"
			ORGANIZATION_OF("cost_report", "c") ", " CENTS("c.amount_cents")
			" AS a FROM {t:cost_report} c)) GROUP BY 1, 2, 3, 4, 5, 6, 10"
			ORGANIZATION("cost_report") "), s AS (SELECT day, ws, label, w, f, currency"
			ORGANIZATION("cost_report") ", api_key_id, tokens, "
			"counted, CASE WHEN upto = "
			"total THEN NULL ELSE CAST(round((w + f / 1e12) * 1e6 * upto / "
			"total) AS INTEGER) END AS until, CASE WHEN tokens IS NULL OR upto = "
			"tokens THEN 0 ELSE CAST(round((w + f / 1e12) * 1e6 * (upto - "
			"tokens) / total) AS INTEGER) END AS since FROM (SELECT cost.day, "
			"cost.ws, cost.label, cost.w, cost.f, cost.currency{o:cost_report|, "
			"cost.organization}, " SHARES " "
			SHARES_FROM ")) SELECT " KEY_COLUMNS
			", coalesce(sum(s.counted), 0) AS tokens, sum(coalesce(until / "
			"1000000, s.w) - since / 1000000) AS w0, sum(coalesce(until % "
			"1000000 * 1000000, s.f) - since % 1000000 * 1000000) AS f0, "
			"s.currency AS currency{o:cost_report|, s.organization AS "
			"organization}, 'shared by tokens' AS basis FROM s" KEY_LOOKUPS,
		.after = "currency" ORGANIZATION("cost_report") ", basis"},
	{.name = "ant_spend_month",
		.needs = VIEWS_COST,
		.sql =
			"WITH d AS (SELECT {day:c.bucket} AS day, {currency:cost_report} AS "
			"currency, sum(c.amount_cents) AS cents" ORGANIZATION_OF("cost_report", "c")
			" FROM {t:cost_report} c GROUP BY 1, 2{o:cost_report|, "
			"c._organization}), a AS (SELECT CASE WHEN " WATERMARK
			" > max(day) + 1 THEN " WATERMARK
			" ELSE max(day) + 1 END AS as_of" ORGANIZATION("cost_report")
			" FROM d{o:cost_report| GROUP BY organization}), m AS (SELECT as_of"
			ORGANIZATION("cost_report") ", "
			"{month:as_of,0} AS month, {month:as_of,-1} AS last_month, "
			"{month:as_of,1} - as_of AS days_left FROM a WHERE as_of IS NOT "
			"NULL) SELECT month, as_of, days_left, "
			DOLLARS("{usd:" PART("d.cents", THIS_MONTH) "}", "d.currency")
			" AS spent_usd, "
			DOLLARS("{usd:" PART("d.cents", LAST_MONTH) "}", "d.currency")
			" AS last_month_usd, "
			DOLLARS("{usd:" PART("d.cents", LAST_30) "}", "d.currency")
			" AS last_30_days_usd, "
			DOLLARS("{usd:" PART("d.cents", PRIOR_30) "}", "d.currency")
			" AS prior_30_days_usd, "
			DOLLARS("{round2:0.01 * (" PART("d.cents", THIS_MONTH)
			" + CASE WHEN " KNOWN " >= 28 THEN " PART("d.cents * " OF_WEEKDAY,
			FOUR_WEEKS) " / 4 ELSE " PART("d.cents", "d.day < as_of")
			" * days_left / (" KNOWN ") END)}", "d.currency")
			" AS forecast_usd, d.currency AS currency{o:cost_report|, "
			"d.organization AS organization} FROM m JOIN d ON " SAME_ORGANIZATION("m")
			" GROUP BY month, last_month, as_of, days_left, "
			"d.currency{o:cost_report|, d.organization}",
		.keys = "month, as_of, days_left",
		.money = "spent_usd last_month_usd last_30_days_usd prior_30_days_usd",
		.sqlite =
			"WITH d AS (SELECT day, currency, sum(w) AS w, sum(f) AS f"
			ORGANIZATION("cost_report") " FROM (SELECT day, currency"
			ORGANIZATION("cost_report") ", " SPLIT
			" FROM (SELECT CAST(julianday({day:c.bucket}) - 2440587.5 AS "
			"INTEGER) AS day, {currency:cost_report} AS currency"
			ORGANIZATION_OF("cost_report", "c") ", " CENTS("c.amount_cents")
			" AS a FROM {t:cost_report} c)) GROUP BY 1, 2"
			ORGANIZATION("cost_report") "), a AS (SELECT "
			"max(max(day) + 1, coalesce(CAST(julianday(" WATERMARK
			") - 2440587.5 AS INTEGER), 0)) AS as_of" ORGANIZATION("cost_report")
			" FROM d{o:cost_report| GROUP BY organization}), n AS (SELECT as_of"
			ORGANIZATION("cost_report")
			", date(2440587.5 + as_of, 'start of month') AS m FROM a WHERE "
			"as_of IS NOT NULL), t AS (SELECT as_of" ORGANIZATION("cost_report")
			", CAST(julianday(m) - 2440587.5 AS INTEGER) AS "
			"month, CAST(julianday(m, '-1 month') - 2440587.5 AS INTEGER) AS "
			"last_month, CAST(julianday(m, '+1 month') - 2440587.5 AS INTEGER) - "
			"as_of AS days_left FROM n) SELECT date(2440587.5 + month) AS month, "
			"date(2440587.5 + as_of) AS as_of, days_left, " PART("w", THIS_MONTH)
			" AS w0, " PART("f", THIS_MONTH) " AS f0, " PART("w", LAST_MONTH)
			" AS w1, " PART("f", LAST_MONTH) " AS f1, " PART("w", LAST_30) " AS w2, "
			PART("f", LAST_30) " AS f2, " PART("w", PRIOR_30) " AS w3, " PART("f",
			PRIOR_30) " AS f3, "
			DOLLARS("round((" PART("w + f / 1e12", THIS_MONTH)
			" + CASE WHEN " KNOWN " >= 28 THEN " PART("(w + f / 1e12) * ("
			OF_WEEKDAY ")", FOUR_WEEKS) " / 4.0 ELSE " PART("w + f / 1e12",
			"d.day < as_of") " * days_left / (" KNOWN ") END) / 100, 2)", "d.currency")
			" AS forecast_usd, d.currency AS currency{o:cost_report|, "
			"d.organization AS organization} FROM t JOIN d ON " SAME_ORGANIZATION("t")
			" GROUP BY month, last_month, as_of, days_left, "
			"d.currency{o:cost_report|, d.organization}",
		.after = "forecast_usd, currency" ORGANIZATION("cost_report")},
	{.name = "ant_claude_code_daily",
		.needs = VIEWS_CLAUDE_CODE,
		.sql =
			"SELECT " CLAUDE_CODE_WHO ", " CLAUDE_CODE_COUNTS
			", " DOLLARS("{usd:coalesce(sum(c.total_estimated_cost_cents), 0)}",
			"min({currency:claude_code_usage})")
			" AS estimated_cost_usd, {currency:claude_code_usage} AS currency"
			ORGANIZATION_OF("claude_code_usage", "c")
			" FROM {t:claude_code_usage} c" CLAUDE_CODE_USERS
			" GROUP BY 1, 2, 3, 19{o:claude_code_usage|, c._organization}",
		.keys =
			"day, actor_type, actor, name, user_id, sessions, lines_added, "
			"lines_removed, commits, pull_requests, accepted, rejected, "
			"acceptance_rate, input_tokens, output_tokens, cache_read_tokens, "
			"cache_creation_tokens",
		.money = "estimated_cost_usd",
		.sqlite =
			"SELECT " CLAUDE_CODE_WHO ", " CLAUDE_CODE_COUNTS
			", sum(w) AS w0, sum(f) AS f0, {currency:claude_code_usage} AS currency"
			ORGANIZATION_OF("claude_code_usage", "c") " FROM (SELECT *, " SPLIT
			" FROM (SELECT *, "
			CENTS("total_estimated_cost_cents")
			" AS a FROM {t:claude_code_usage})) c" CLAUDE_CODE_USERS
			" GROUP BY 1, 2, 3, 20{o:claude_code_usage|, c._organization}",
		.after = "currency" ORGANIZATION("claude_code_usage")},
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
			"coalesce(u.tokens, 0) AS tokens" ORGANIZATION_OF("api_keys", "k")
			" FROM {t:api_keys} k LEFT JOIN "
			WORKSPACES
			" w ON w.id = k.workspace_id LEFT JOIN (SELECT id, min(email) AS "
			"email FROM {t:users} t GROUP BY id) c ON c.id = k.created_by_id LEFT "
			"JOIN (SELECT api_key_id, max({day:bucket}) AS last_used, "
			"{bigint:sum(coalesce(uncached_input_tokens, 0) + "
			"coalesce(cache_read_input_tokens, 0) + "
			"coalesce(cache_creation_ephemeral_5m_input_tokens, 0) + "
			"coalesce(cache_creation_ephemeral_1h_input_tokens, 0) + "
			"coalesce(output_tokens, 0))} AS tokens{o:api_keys|{o:usage_report|, "
			"_organization AS organization}} FROM {t:usage_report} t GROUP BY "
			"api_key_id{o:api_keys|{o:usage_report|, _organization}}) u ON "
			"u.api_key_id = k.id{o:api_keys|{o:usage_report| AND u.organization = "
			"k._organization}}"},
	{.name = "ant_members",
		.needs = VIEWS_USERS,
		.sql =
			"SELECT u.id AS user_id, u.email, u.name, u.role, u.added_at, "
			"m.workspace_id, coalesce(w.name, m.workspace_id) AS workspace, "
			"m.workspace_role" ORGANIZATION_OF("users", "u")
			" FROM {t:users} u LEFT JOIN {t:workspace_members} m ON m.user_id = "
			"u.id{o:users|{o:workspace_members| AND m._organization = "
			"u._organization}} LEFT JOIN " WORKSPACES " w ON w.id = m.workspace_id"},
	{.name = "ant_freshness",
		.needs = VIEWS_LEDGER,
		.sql =
			"SELECT table_name, into_table, {bigint:count(*)} AS loads, "
			"{bigint:sum(rows)} AS rows_loaded, max(finished) AS last_load, "
			"max(watermark) AS watermark, {hours:coalesce(max(watermark), "
			"max(finished))} AS hours_behind{ledgers:, organization} FROM {t:" SQL_LEDGER
			"} GROUP BY table_name, into_table{ledgers:, organization}"},
};
/* clang-format on */

static const struct views_text texts[] = {{"used", {used, used, used}}};

const struct views_group views_spend_and_use = {
	views_sql, sizeof views_sql / sizeof *views_sql, texts, sizeof texts / sizeof *texts};
