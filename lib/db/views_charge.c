/*
 * The views of chargeback: each row of the bill, whose it is and who pays for it.
 *
 * The bill of an organization on a day is what analytics_cost has of it, and where that has nothing,
 * cost_report, whose rows are shared out to keys by their tokens.  Nothing is rounded: amounts are
 * numeric in PostgreSQL and DECIMAL(38, 12) in DuckDB.  SQLite has no decimals; an amount is three
 * integers there, w cents, f trillionths of one and g trillionths of those, which are added apart
 * and put together as text.  What has more digits than that is an error.
 */
#include "db/views_parts.h"
#include "db/views_sql.h"

/* clang-format off: it would break the SQL at every name */

#define ORG "{apart:, organization}"
/* The organization of a row of TABLE, called c, whose rows are united with those of OTHER. */
#define APART_OF(table, other) \
	"{o:" table "|, c._organization AS organization}{one:" table "|{o:" other "|, " \
	"{null:text} AS organization}}"

/*
 * Each view is one chain of names, WITH ... AS: SQLite's parser has no room for as many queries
 * inside one another.
 */

/* ---- amounts: one a row, or its sum, is the columns {cents:} ----------------------------------- */

#define TRILLION "1000000000000"
#define ZEROS "'000000000000000000000000'"
#define REST(a, b) a " - " a " / " b " * " b

/* {entire:}: the rows of charges, a being the API's amount.  SQLite takes the digits of its text apart. */
#define NO_AMOUNT "json_extract('[]', 'an amount is no decimal number, or has too many digits')"
#define SQLITE_ENTIRE \
	", unsigned AS (SELECT *, CASE substr(a, 1, 1) WHEN '-' THEN substr(a, 2) ELSE " \
	"coalesce(a, '0') END AS d FROM charges), digits AS (SELECT *, substr(d, 1, instr(d || " \
	"'.', '.') - 1) AS whole, rtrim(substr(d, instr(d || '.', '.') + 1), '0') AS part FROM " \
	"unsigned), signs AS (SELECT *, CASE WHEN length(whole) NOT BETWEEN 1 AND 12 OR " \
	"length(part) > 24 OR whole || part GLOB '*[^0-9]*' THEN " NO_AMOUNT " WHEN a <> d THEN " \
	"-1 ELSE 1 END AS sign FROM digits), entire AS (SELECT *, sign * CAST(whole AS " \
	"INTEGER) AS w, sign * CAST(substr(part || " ZEROS ", 1, 12) AS INTEGER) AS f, sign * " \
	"CAST(substr(part || " ZEROS ", 13, 12) AS INTEGER) AS g FROM signs)"
#define ENTIRE(cents) ", entire AS (SELECT *, " cents " AS cents FROM charges)"

/* {shown:}: the rows of sums with cost_cents and cost_usd.  SQLite: carried, of one sign, written. */
#define SQLITE_SHOWN \
	", carried AS (SELECT *, f + g / " TRILLION " AS f1, " REST("g", TRILLION) " AS g1 FROM " \
	"sums), whole AS (SELECT *, w + f1 / " TRILLION " AS w2, " REST("f1", TRILLION) " AS f2 " \
	"FROM carried), signed AS (SELECT *, CASE WHEN w2 < 0 OR (w2 = 0 AND (f2 < 0 OR (f2 = 0 " \
	"AND g1 < 0))) THEN -1 ELSE 1 END AS s FROM whole), lent AS (SELECT *, s * g1 + (s * g1 " \
	"< 0) * " TRILLION " AS g3, s * f2 - (s * g1 < 0) AS f3 FROM signed), positive AS " \
	"(SELECT *, f3 + (f3 < 0) * " TRILLION " AS f4, s * w2 - (f3 < 0) AS w4 FROM lent), " \
	"written AS (SELECT *, CASE s WHEN -1 THEN '-' ELSE '' END AS minus, substr(" ZEROS " " \
	"|| f4, -12) || substr(" ZEROS " || g3, -12) AS fraction FROM positive), shown AS " \
	"(SELECT *, minus || w4 || rtrim(rtrim('.' || fraction, '0'), '.') AS cost_cents, CASE " \
	"currency WHEN 'USD' THEN minus || (w4 / 100) || rtrim(rtrim('.' || substr('0' || (" \
	REST("w4", "100") "), -2) || fraction, '0'), '.') END AS cost_usd FROM written)"
#define SHOWN(cents) \
	", shown AS (SELECT *, " cents " AS cost_cents, CASE currency WHEN 'USD' THEN " \
	"{usd:cents} END AS cost_usd FROM sums)"

/* ---- the bill ------------------------------------------------------------------------------ */

/*
 * {points:}: keys share a row of cost_report by their tokens of that kind: from `starts` to `ends`,
 * which are counted in millionths of a cent from the row's beginning and are cut off, not rounded;
 * the last key's end is that of the row (null), so that the parts are the row to the last digit.
 * So that all fits 64 bits, tokens beyond three thousand millions are counted by `per` of them.
 */
#define POINTS(millionths, ends, starts, div) \
	", scales AS (SELECT *, " millionths " AS m, total " div " 3000000000 + 1 AS per FROM " \
	"shared), units AS (SELECT *, total " div " per AS units, upto " div " per AS " \
	"upto_units, (upto - tokens) " div " per AS from_units FROM scales), points AS (SELECT " \
	"*, CASE WHEN upto < total THEN " ends " END AS ends, CASE WHEN upto > tokens THEN " \
	starts " ELSE 0 END AS starts FROM units)"
#define SQLITE_POINT(at) "m / units * " at " + (" REST("m", "units") ") * " at " / units"
#define PART(millionths) "coalesce(" millionths("ends") ", cents) - " millionths("starts")
#define PG_MILLIONTHS(n) "0.000001 * " n
/* Two decimals of different scales would be rounded to the lesser one. */
#define DUCKDB_MILLIONTHS(n) "CAST(0.000001 * " n " AS DECIMAL(38, 12))"
#define SQLITE_PART \
	"coalesce(ends / 1000000, w) - starts / 1000000, coalesce((" REST("ends", "1000000") \
	") * 1000000, f) - (" REST("starts", "1000000") ") * 1000000, CASE WHEN ends IS NULL " \
	"THEN g ELSE 0 END"

#define BILLED \
	"SELECT CAST(0 AS bigint) AS r, {text:'billed'} AS basis, {day:c.starting_at} AS day, c.actor_type AS actor_type, " \
	"coalesce(c.actor_id, c.actor_subject) AS actor_id, coalesce(nullif(c.actor_email, ''), " \
	"u.email) AS email, coalesce(nullif(c.actor_name, ''), u.name) AS name, c.api_key_id AS " \
	"api_key_id, c.workspace_id AS workspace_id, c.product AS product, " MODEL("c") \
	" AS label, c.model AS model, {null:text} AS tier, {null:text} AS context, {null:text} AS " \
	"kind, c.cost_type AS cost_type, c.token_type AS token_type, {amount:} AS a, " \
	"{currency:analytics_cost} AS currency" APART_OF("analytics_cost", "cost_report") \
	" FROM {t:analytics_cost} c LEFT JOIN (SELECT id, min(nullif(email, '')) AS email, " \
	"min(nullif(name, '')) AS name FROM {t:users} t GROUP BY id) u ON u.id = c.actor_id WHERE " \
	"true{within:c.starting_at}"
/* Cost knows the tiers of {used:}, and a search is of no model there. */
#define UNBILLED \
	"SELECT row_number() OVER (), {text:'shared by tokens'}, {day:c.bucket}, {null:text}, {null:text}, {null:text}, " \
	"{null:text}, {null:text}, c.workspace_id, {null:text}, " MODEL("c") ", coalesce(c.model, " \
	"''), coalesce(c.service_tier, ''), coalesce(c.context_window, ''), " \
	"coalesce(c.token_type, c.cost_type, ''), c.cost_type, c.token_type, {amount:}, " \
	"{currency:cost_report}" APART_OF("cost_report", "analytics_cost") " FROM " \
	"{t:cost_report} c LEFT JOIN billed_days b ON b.day = " \
	"{day:c.bucket}{o:cost_report|{o:analytics_cost| AND b.organization = c._organization}} " \
	"WHERE b.day IS NULL{within:c.bucket}"
/* {charges:}: the rows of the bill as the API has them. */
#define CHARGES \
	"WITH billed_days AS (SELECT DISTINCT {day:c.starting_at} AS day{o:analytics_cost|, " \
	"c._organization AS organization} FROM {t:analytics_cost} c WHERE " \
	"true{within:c.starting_at}), charges AS ({billed:} UNION ALL {unbilled:}){entire:}"

/* SQLite joins these rows by an index of its own, which it would not make of sums. */
#define SHARED \
	", used AS ({used:}), shared AS (SELECT c.day, c.workspace_id, c.label, c.cost_type, " \
	"c.token_type, c.currency{apart:, c.organization}, c.basis, {cents:}, u.api_key_id AS " \
	"used_by, {bigint:u.tokens} AS tokens, {bigint:sum(u.tokens) OVER (PARTITION BY c.r)} AS " \
	"total, {bigint:sum(u.tokens) OVER (PARTITION BY c.r ORDER BY {bytes:coalesce(u.api_key_id, " \
	"'')} ROWS UNBOUNDED PRECEDING)} AS upto FROM entire c LEFT JOIN used u ON u.day = c.day AND " \
	"u.ws = coalesce(c.workspace_id, '') AND u.model = c.model AND u.tier = c.tier AND u.context " \
	"= c.context AND u.kind = c.kind{o:cost_report|{o:usage_report| AND u.organization = " \
	"c.organization}} WHERE c.basis <> 'billed'){points:}"
/* Who has no name goes by the address, and who has neither by the id. */
#define PERSONS "actor_type IN ('user_actor', 'federated_actor')"
#define ROWS_OF_BILL \
	"SELECT day, {month_of:day} AS month, CASE WHEN " PERSONS " THEN actor_id END AS " \
	"person_id, CASE WHEN " PERSONS " THEN coalesce(name, email, actor_id) END AS person, CASE " \
	"actor_type WHEN 'user_actor' THEN email END AS email, coalesce(api_key_id, CASE actor_type " \
	"WHEN 'api_actor' THEN actor_id END) AS api_key_id, CASE actor_type WHEN " \
	"'service_account_actor' THEN actor_id END AS service_account_id, workspace_id, product, " \
	"label AS model, cost_type, token_type, currency" ORG ", basis, {cents:} FROM entire"
/* {bill:}: its rows by key; {whole:}: where keys do not matter, those of cost_report are whole. */
#define WHOLE "{charges:}, bill AS (" ROWS_OF_BILL ")"
#define BILL \
	"{charges:}{shared:}, bill AS (" ROWS_OF_BILL " WHERE basis = 'billed' UNION ALL SELECT day, " \
	"{month_of:day}, {null:text}, {null:text}, {null:text}, used_by, {null:text}, workspace_id, " \
	"{null:text}, label, cost_type, token_type, currency" ORG ", basis, {share:} FROM points)"

/* ---- who pays ------------------------------------------------------------------------------ */

#define PG_TAGS \
	"SELECT w.id AS workspace_id, t.key AS key, t.value AS value FROM {t:workspaces} w " \
	"CROSS JOIN LATERAL jsonb_each_text(CASE jsonb_typeof(CAST(w.tags AS jsonb)) WHEN " \
	"'object' THEN CAST(w.tags AS jsonb) ELSE jsonb_build_object() END) t WHERE " \
	"jsonb_typeof(CAST(w.tags AS jsonb) -> t.key) = 'string'"
#define SQLITE_TAGS \
	"SELECT w.id AS workspace_id, t.key AS key, t.value AS value FROM {t:workspaces} w JOIN " \
	"json_each(CASE WHEN json_valid(w.tags) THEN CASE json_type(w.tags) WHEN 'object' THEN " \
	"w.tags END END) t WHERE t.type = 'text'"
#define DUCKDB_TAGS \
	"SELECT workspace_id, key, json_extract_string(tags, place) AS value FROM (SELECT " \
	"workspace_id, tags, key, '/' || replace(replace(key, '~', '~0'), '/', '~1') AS place " \
	"FROM (SELECT id AS workspace_id, tags, unnest(CASE json_type(tags) WHEN 'OBJECT' THEN " \
	"json_keys(tags) END) AS key FROM (SELECT id, TRY_CAST(tags AS JSON) AS tags FROM " \
	"{t:workspaces} w) t) t) t WHERE json_type(tags, place) = 'VARCHAR'"

/* {tag_values:}: one value a key, whatever was loaded. */
#define TAG_VALUES \
	"tags AS (SELECT workspace_id, key, min(value) AS value FROM ({tags:}) t GROUP BY " \
	"workspace_id, key)"

/* An address is the same in capital and small letters; an id is not. */
#define NO_CASE(id) \
	"CASE WHEN replace(" id ", '@', '') <> " id " THEN lower(" id ") ELSE " id " END"
/* What the bill has that may have an owner. */
#define CHARGED(kind, id) \
	"SELECT day, {text:'" kind "'} AS kind, " id " AS id FROM bill WHERE " id " IS NOT NULL"
#define HELD \
	", {tag_values:}, labels AS (SELECT workspace_id, key || ':' || value AS id, 0 AS loose FROM " \
	"tags UNION ALL SELECT workspace_id, key, 1 FROM tags), given AS (SELECT kind, CASE " \
	"kind WHEN 'person' THEN " NO_CASE("id") " ELSE id END AS id, owner, from_day, to_day " \
	"FROM {t:owners} t), charged AS (" CHARGED("key", "api_key_id") " UNION " \
	CHARGED("service account", "service_account_id") " UNION " \
	CHARGED("person", NO_CASE("person_id")) " UNION " CHARGED("person", "lower(email)") " " \
	"UNION " CHARGED("workspace", "coalesce(workspace_id, 'default')") " UNION SELECT " \
	"b.day, {text:'tag'}, l.id FROM (SELECT DISTINCT day, workspace_id FROM bill) b JOIN " \
	"labels l ON l.workspace_id = b.workspace_id), held AS (SELECT day, kind, id, owner " \
	"FROM (SELECT c.day, c.kind, c.id, g.owner, row_number() OVER (PARTITION BY c.day, " \
	"c.kind, c.id ORDER BY g.from_day DESC NULLS LAST, {bytes:g.owner}) AS nth FROM charged " \
	"c JOIN given g ON g.kind = c.kind AND g.id = c.id AND (g.from_day IS NULL OR " \
	"g.from_day <= c.day) AND (g.to_day IS NULL OR g.to_day > c.day)) t WHERE nth = 1), " \
	"tagged AS (SELECT day, workspace_id, owner FROM (SELECT h.day, l.workspace_id, " \
	"h.owner, row_number() OVER (PARTITION BY h.day, l.workspace_id ORDER BY l.loose, " \
	"{bytes:l.id}) AS nth FROM held h JOIN labels l ON l.id = h.id WHERE h.kind = 'tag') t " \
	"WHERE nth = 1)"
#define OWNED \
	"SELECT b.*, coalesce(k.owner, s.owner, p.owner, e.owner, w.owner, t.owner) AS owner, " \
	"CASE WHEN k.owner IS NOT NULL THEN 'key' WHEN s.owner IS NOT NULL THEN 'service " \
	"account' WHEN coalesce(p.owner, e.owner) IS NOT NULL THEN 'person' WHEN w.owner IS NOT " \
	"NULL THEN 'workspace' WHEN t.owner IS NOT NULL THEN 'tag' END AS owned_by FROM bill b " \
	"LEFT JOIN held k ON k.kind = 'key' AND k.day = b.day AND k.id = b.api_key_id LEFT JOIN " \
	"held s ON s.kind = 'service account' AND s.day = b.day AND s.id = b.service_account_id " \
	"LEFT JOIN held p ON p.kind = 'person' AND p.day = b.day AND p.id = " \
	NO_CASE("b.person_id") " LEFT JOIN held e ON e.kind = 'person' AND e.day = b.day AND " \
	"e.id = lower(b.email) LEFT JOIN held w ON w.kind = 'workspace' AND w.day = b.day AND " \
	"w.id = coalesce(b.workspace_id, 'default') LEFT JOIN tagged t ON t.day = b.day AND " \
	"t.workspace_id = b.workspace_id"

#define ALL(text) {text, text, text}

static const struct views_text texts[] = {
	/* {apart:TEXT}: where one of the two tables of the bill is of several organizations. */
	{"apart", ALL("{o:analytics_cost|%}{one:analytics_cost|{o:cost_report|%}}")},
	{"amount", {"c.amount_cents", "c.amount", "c.amount_cents"}},
	{"cents", {"cents", "w, f, g", "cents"}},
	{"sum", {"sum(cents) AS cents", "sum(w) AS w, sum(f) AS f, sum(g) AS g",
			"CAST(sum(cents) AS DECIMAL(38, 12)) AS cents"}},
	{"entire", {ENTIRE("coalesce(a, 0)"), SQLITE_ENTIRE,
			   ENTIRE("CAST(coalesce(a, 0) AS DECIMAL(38, 12))")}},
	{"shown", {SHOWN("trim_scale(cents)"), SQLITE_SHOWN, SHOWN("cents")}},
	{"points", {POINTS("trunc(cents * 1000000)", "div(m * upto_units, units)",
			    "div(m * from_units, units)", "/"),
			   POINTS("w * 1000000 + f / 1000000", SQLITE_POINT("upto_units"),
				   SQLITE_POINT("from_units"), "/"),
			   POINTS("CAST(trunc(cents * 1000000) AS HUGEINT)",
				   "m * upto_units // units", "m * from_units // units", "//")}},
	{"share", {PART(PG_MILLIONTHS), SQLITE_PART, PART(DUCKDB_MILLIONTHS)}},
	{"bytes", {"(%) COLLATE \"C\"", "%", "%"}},
	{"month_of", {"CAST(date_trunc('month', %) AS date)", "substr(%, 1, 7) || '-01'",
			     "CAST(date_trunc('month', %) AS DATE)"}},
	{"tags", {PG_TAGS, SQLITE_TAGS, DUCKDB_TAGS}},
	{"tag_values", ALL(TAG_VALUES)},
	{"billed", ALL(BILLED)},
	{"unbilled", ALL(UNBILLED)},
	{"shared", ALL(SHARED)},
	{"charges", ALL(CHARGES)},
	{"bill", ALL(BILL)},
	{"whole", ALL(WHOLE)},
	{"held", ALL(HELD)},
	{"owned", ALL(OWNED)},
};

/* ---- the views ----------------------------------------------------------------------------- */

/* What the rows of ROWS cost by KEYS, and MORE of each group. */
#define SUMS(keys, more, rows) \
	", sums AS (SELECT " keys ", currency" ORG ", {sum:}" more " FROM " rows " GROUP BY " \
	keys ", currency" ORG "){shown:}"
#define AMOUNTS "t.cost_cents, t.cost_usd, t.currency{apart:, t.organization}"
#define SERVICE_ACCOUNTS "(SELECT id, min(name) AS name FROM {t:service_accounts} t GROUP BY id)"

/* All are made where there is a bill, of either table. */
#define VIEW(called, text) \
	{.name = called, .any = VIEWS_ANALYTICS_COST | VIEWS_COST, .sql = text}

static const struct views_sql views[] = {
	VIEW("ant_charge",
		"{bill:}{held:}, sums AS ({owned:}){shown:} SELECT t.day, t.owner, t.owned_by, t.person_id, "
		"t.person, t.email, t.api_key_id, coalesce(k.name, t.api_key_id) AS api_key, "
		"t.service_account_id, coalesce(s.name, t.service_account_id) AS service_account, "
		"t.workspace_id, " WORKSPACE("t.workspace_id") " AS workspace, w.tags, t.product, "
		"t.model, t.cost_type, t.token_type, " AMOUNTS ", t.basis FROM shown t LEFT JOIN "
		API_KEYS " k ON k.id = t.api_key_id LEFT JOIN " SERVICE_ACCOUNTS " s ON s.id = "
		"t.service_account_id LEFT JOIN (SELECT id, min(name) AS name, min({text:tags}) AS "
		"tags FROM {t:workspaces} t GROUP BY id) w ON w.id = t.workspace_id"),
	VIEW("ant_charge_by_owner",
		"{bill:}{held:}, owned AS ({owned:})" SUMS("month, owner", "", "owned")
		" SELECT t.month, t.owner, " AMOUNTS " FROM shown t"),
	/* What is of no workspace with a tag has a row of its own with each key that there is. */
	VIEW("ant_charge_by_tag",
		"{whole:}, {tag_values:}, keys AS (SELECT DISTINCT key FROM tags), places AS (SELECT month, "
		"workspace_id, currency" ORG ", {sum:} FROM bill GROUP BY month, workspace_id, "
		"currency" ORG "), tagged AS (SELECT p.*, k.key AS tag, t.value AS value FROM places p "
		"CROSS JOIN keys k LEFT JOIN tags t ON t.workspace_id = p.workspace_id AND t.key = "
		"k.key)" SUMS("month, tag, value", "", "tagged")
		" SELECT t.month, t.tag, t.value, " AMOUNTS " FROM shown t"),
	VIEW("ant_charge_by_person",
		"{whole:}" SUMS("month, person_id", ", min(person) AS person", "bill")
		" SELECT t.month, t.person_id, t.person, " AMOUNTS " FROM shown t"),
	VIEW("ant_charge_by_key",
		"{bill:}" SUMS("month, api_key_id", "", "bill")
		" SELECT t.month, t.api_key_id, coalesce(k.name, t.api_key_id) AS api_key, " AMOUNTS
		" FROM shown t LEFT JOIN " API_KEYS " k ON k.id = t.api_key_id"),
	VIEW("ant_charge_by_service_account",
		"{whole:}" SUMS("month, service_account_id", "", "bill")
		" SELECT t.month, t.service_account_id, coalesce(s.name, t.service_account_id) AS "
		"service_account, " AMOUNTS " FROM shown t LEFT JOIN " SERVICE_ACCOUNTS
		" s ON s.id = t.service_account_id"),
	VIEW("ant_charge_by_workspace",
		"{whole:}" SUMS("month, workspace_id", "", "bill")
		" SELECT t.month, t.workspace_id, " WORKSPACE("t.workspace_id") " AS workspace, "
		AMOUNTS " FROM shown t LEFT JOIN " WORKSPACES " w ON w.id = t.workspace_id"),
	VIEW("ant_charge_by_product",
		"{whole:}" SUMS("month, product", "", "bill") " SELECT t.month, t.product, " AMOUNTS
		" FROM shown t"),
	VIEW("ant_charge_by_model",
		"{whole:}" SUMS("month, model", "", "bill") " SELECT t.month, t.model, " AMOUNTS " FROM shown t"),
	VIEW("ant_charge_by_day",
		"{whole:}" SUMS("day", "", "bill") " SELECT t.day, " AMOUNTS " FROM shown t"),
	VIEW("ant_charge_by_month",
		"{whole:}" SUMS("month", "", "bill") " SELECT t.month, " AMOUNTS " FROM shown t"),
};
/* clang-format on */

const struct views_group views_charge = {
	views, sizeof views / sizeof *views, texts, sizeof texts / sizeof *texts};
