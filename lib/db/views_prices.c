/*
 * ant_prices: what a million tokens cost, by day, model, kind of tokens, service tier, context window
 * and place, over all workspaces; and the list price, where analytics_cost tells it.
 *
 * Amounts are exact sums, in units of their currency.  A price is a quotient that is rounded half away
 * from zero at its twelfth decimal, a discount at its sixth, both by integers in all databases.
 */
#include "db/views_parts.h"
#include "db/views_sql.h"

/* clang-format off: it would break the SQL at every name */

#define COST_BY(table, list) list "{o:" table "|, organization}"
#define UNIT COST_BY("cost_report", "day, ws, model, kind, tier, context, geo, label, batch, currency")
#define USED COST_BY("cost_report", "day, ws, model, kind, tier, context")
#define PRICED COST_BY("cost_report", "day, model, kind, tier, context, geo, label, batch, currency")
/* What analytics_cost has in common with cost, see views_focus.c: here of all workspaces. */
#define COST_GROUP COST_BY("cost_report", "day, label, kind, batch, currency")
#define BILLED_GROUP COST_BY("analytics_cost", "day, label, kind, batch, currency")
#define SAME(t) \
	t ".day = c.day AND " t ".ws = c.ws AND " t ".model = c.model AND " t ".tier = c.tier AND " t \
	".context = c.context AND " t ".kind = c.kind"

/* ---- SQLite: cents as whole ones, rounded down, and trillionths, 0 to 999999999999 --------- */

#define WHOLE(a) "CAST(" a " AS INTEGER)"
#define FRACTION(a) \
	"CAST(substr(substr(" a ", instr(" a " || '.', '.') + 1) || '000000000000', 1, 12) AS " \
	"INTEGER) * CASE WHEN " a " LIKE '-%%' THEN -1 ELSE 1 END"
#define CARRY(f) "((" f " - (" f " < 0) * 999999999999) / 1000000000000)"
#define CARRIED(w, f) \
	w " + " CARRY(f) " AS " w ", " f " - 1000000000000 * " CARRY(f) " AS " f
/* Without its sign. */
#define MAGNITUDE(w, f) \
	"CASE WHEN " w " >= 0 THEN " w " WHEN " f " = 0 THEN -" w " ELSE -" w " - 1 END AS m" w \
	", CASE WHEN " w " < 0 AND " f " > 0 THEN 1000000000000 - " f " ELSE " f " END AS m" f
#define MINUS(w) "CASE WHEN " w " < 0 THEN '-' ELSE '' END"
#define TRIMMED(text) "rtrim(rtrim(" text ", '0'), '.')"
#define UNITS(w, f) \
	TRIMMED("printf('%%s%%d.%%02d%%012d', " MINUS(w) ", m" w " / 100, m" w " %% 100, m" f ")")
/*
 * Cents by tokens, as units by a million of them, is a long division: the whole units, then twice six
 * decimals.  A step has what is left of the one before in r.
 */
#define STEP_0(w, f, p) \
	"(m" w " * 10000 + m" f " / 100000000) / tokens AS " p "0, (m" w " * 10000 + m" f \
	" / 100000000) %% tokens AS r" p "0"
#define STEP(p, n, before, digits) \
	"(r" p before " * 1000000 + " digits ") / tokens AS " p n ", (r" p before " * 1000000 + " \
	digits ") %% tokens AS r" p n
#define ROUNDED(p) "(" p "0 * 1000000 + " p "1 + (" p "2 + (2 * r" p "2 >= tokens)) / 1000000)"
#define QUOTIENT(w, p) \
	TRIMMED("printf('%%s%%d.%%06d%%06d', " MINUS(w) ", " ROUNDED(p) " / 1000000, " ROUNDED(p) \
	" %% 1000000, (" p "2 + (2 * r" p "2 >= tokens)) %% 1000000)")
/* The first twelve digits of an amount, as deep as those of the longer one of two. */
#define DIGITS(w, f) "printf('%%d%%012d', m" w ", m" f ")"
#define LEADING(w, f) \
	"CAST(substr(substr('0000000000000000' || " DIGITS(w, f) ", -max(length(" DIGITS("w", "f") \
	"), length(" DIGITS("lw", "lf") "))), 1, 12) AS INTEGER)"

static const struct views_text texts[] = {
	/* Whole trillionths, and back. */
	{"trillions", {"(1000000000000 * (%))", "", "CAST(1000000000000 * (%) AS HUGEINT)"}},
	{"price", {"trim_scale(0.000000000001 * (%))", "",
		"CAST(0.000000000001 * CAST(% AS DECIMAL(38, 0)) AS DECIMAL(38, 12))"}},
	{"sixth", {"trim_scale(0.000001 * (%))", "",
		"CAST(0.000001 * CAST(% AS DECIMAL(38, 0)) AS DECIMAL(38, 6))"}},
	/* As {used_by_cost:}, of what is known by key, and so of no place. */
	TEXT_OF_ALL("used_by_keys",
		"used AS (SELECT day, ws, model, tier, context, kind, '' AS geo, "
		"CAST(sum(tokens) AS bigint) AS tokens{o:usage_report|, organization} FROM "
		"({used:}) t GROUP BY day, ws, model, tier, context, kind{o:usage_report|, "
		"organization}), anywhere AS (SELECT * FROM used)"),
	/*
	 * Tokens of charges that are counted together.  places: how many say where they ran; of two
	 * currencies nobody knows which tokens were paid in which.
	 */
	TEXT_OF_ALL("priced_units",
		"units AS (SELECT " UNIT ", {unit_sum:} FROM priced_charges WHERE token_type IS NOT "
		"NULL GROUP BY " UNIT "), shared AS (SELECT * FROM units JOIN (SELECT " USED
		", count(nullif(geo, '')) AS places, count(DISTINCT currency) AS currencies FROM "
		"units GROUP BY " USED ") t USING (" USED "))"),
	TEXT_OF_BOTH("unit_sum",
		"sum(amount) AS amount",
		"sum(" WHOLE("amount") ") AS w, sum(" FRACTION("amount") ") AS f"),
	TEXT_OF_BOTH("price_sums",
		"sums AS (SELECT " PRICED ", sum(amount) AS amount, {tokens_of_all:} GROUP BY " PRICED ")",
		"sums AS (SELECT " PRICED ", " CARRIED("w", "f") ", tokens FROM (SELECT " PRICED
		", sum(w) AS w, sum(f) AS f, {tokens_of_all:} GROUP BY " PRICED "))"),
	TEXT_OF_ALL("tokens_of_all",
		"CASE WHEN count(tokens) = count(*) THEN CAST(sum(tokens) AS bigint) END AS tokens FROM counted"),
	/* The list amount of a group that analytics_cost and cost agree about, to the last digit. */
	TEXT_OF_BOTH("price_lists",
		"groups_of_cost AS (SELECT " COST_GROUP ", sum(amount) AS total, count(*) AS n FROM "
		"sums GROUP BY " COST_GROUP "), lists AS (SELECT " BILLED_GROUP ", sum(amount) AS "
		"paid, sum(list) AS list FROM ({billed_rows:}) t GROUP BY " BILLED_GROUP ")",
		"groups_of_cost AS (SELECT " COST_GROUP ", n, " CARRIED("w", "f") " FROM (SELECT "
		COST_GROUP ", sum(w) AS w, sum(f) AS f, count(*) AS n FROM sums GROUP BY "
		COST_GROUP ")), lists AS (SELECT " BILLED_GROUP ", " CARRIED("w", "f") ", "
		CARRIED("lw", "lf") " FROM (SELECT " BILLED_GROUP ", sum(" WHOLE("amount")
		") AS w, sum(" FRACTION("amount") ") AS f, sum(" WHOLE("list") ") AS lw, sum("
		FRACTION("list") ") AS lf FROM ({billed_rows:}) GROUP BY " BILLED_GROUP "))"),
	/* One row has it all; where nothing was taken off, each has what was paid. */
	TEXT_OF_BOTH("listed",
		"listed AS (SELECT c.*, CASE WHEN l.list = l.paid THEN c.amount ELSE l.list END AS "
		"list FROM sums c JOIN groups_of_cost g USING (" COST_GROUP ") LEFT JOIN lists l ON "
		"{same_group:} AND l.paid = g.total AND (g.n = 1 OR l.list = l.paid))",
		"listed AS (SELECT c.*, CASE WHEN l.lw = l.w AND l.lf = l.f THEN c.w ELSE l.lw END "
		"AS lw, CASE WHEN l.lw = l.w AND l.lf = l.f THEN c.f ELSE l.lf END AS lf FROM sums "
		"c JOIN groups_of_cost g USING (" COST_GROUP ") LEFT JOIN lists l ON {same_group:} "
		"AND l.w = g.w AND l.f = g.f AND (g.n = 1 OR l.lw = l.w AND l.lf = l.f)), magnitudes "
		"AS (SELECT *, " MAGNITUDE("w", "f") ", " MAGNITUDE("lw", "lf") ", CASE WHEN tokens "
		"BETWEEN 1 AND 9000000000000 THEN 1 END AS known FROM listed), step_0 AS (SELECT *, "
		STEP_0("w", "f", "p") ", " STEP_0("lw", "lf", "l") " FROM magnitudes), step_1 AS "
		"(SELECT *, " STEP("p", "1", "0", "mf %% 100000000 / 100") ", " STEP("l", "1", "0",
		"mlf %% 100000000 / 100") " FROM step_0), step_2 AS (SELECT *, " STEP("p", "2", "1",
		"mf %% 100 * 10000") ", " STEP("l", "2", "1", "mlf %% 100 * 10000") ", "
		LEADING("w", "f") " AS paid, " LEADING("lw", "lf") " AS list FROM step_1)"),
	TEXT_OF_ALL("same_group",
		"l.day = c.day AND l.label = c.label AND l.kind = c.kind AND l.batch = c.batch AND "
		"l.currency = c.currency{o:cost_report|{o:analytics_cost| AND l.organization = "
		"c.organization}}"),
	TEXT_OF_BOTH("price_columns",
		"{usd:amount} AS paid, {usd:list} AS list, {price:CASE WHEN tokens > 0 THEN "
		"sign(amount) * {over:20000 * abs({trillions:amount}) + tokens|2 * tokens} END} AS "
		"price_per_mtok, {price:CASE WHEN tokens > 0 THEN sign(list) * {over:20000 * "
		"abs({trillions:list}) + tokens|2 * tokens} END} AS list_price_per_mtok, "
		"{sixth:CASE WHEN list > 0 AND amount >= 0 THEN sign(list - amount) * {over:2000000 "
		"* abs({trillions:list - amount}) + {trillions:list}|2 * {trillions:list}} END} AS "
		"discount",
		UNITS("w", "f") " AS paid, CASE WHEN lw IS NOT NULL THEN " UNITS("lw", "lf")
		" END AS list, CASE WHEN known = 1 THEN " QUOTIENT("w", "p")
		" END AS price_per_mtok, CASE WHEN known = 1 AND lw IS NOT NULL THEN "
		QUOTIENT("lw", "l") " END AS list_price_per_mtok, CASE WHEN lw >= 0 AND w >= 0 AND "
		"list > 0 THEN " TRIMMED("printf('%%s%%d.%%06d', CASE WHEN paid > list THEN '-' ELSE "
		"'' END, (2000000 * abs(list - paid) + list) / (2 * list) / 1000000, (2000000 * "
		"abs(list - paid) + list) / (2 * list) %% 1000000)") " END AS discount"),
	TEXT_OF_BOTH("listed_rows",
		"listed",
		"step_2"),
};

#define PRICES(used, table, charges) \
	"WITH " used ", priced_charges AS (" charges "), {priced_units:}, counted AS (SELECT c.*, CASE " \
	"WHEN currencies = 1 THEN coalesce(u.tokens, a.tokens) END AS tokens FROM shared c LEFT JOIN " \
	"used u ON " SAME("u") " AND u.geo = c.geo AND c.places > 0{o:cost_report|{o:" table "| AND " \
	"u.organization = c.organization}} LEFT JOIN anywhere a ON " SAME("a") " AND c.places = 0" \
	"{o:cost_report|{o:" table "| AND a.organization = c.organization}}), {price_sums:}, " \
	"{price_lists:}, {listed:} SELECT day, nullif(model, '') AS model, kind AS token_type, " \
	"nullif(tier, '') AS service_tier, nullif(context, '') AS context_window, nullif(geo, '') AS " \
	"inference_geo, tokens, {price_columns:}, currency{o:cost_report|, organization} FROM " \
	"{listed_rows:}"

static const struct views_sql views[] = {
	{.name = "ant_prices",
		.needs = VIEWS_COST | VIEWS_USAGE_BY_COST,
		.sql = PRICES("{used_by_cost:}", "usage_by_cost", "{charge_rows:}")},
	{.name = "ant_prices",
		.needs = VIEWS_COST | VIEWS_USAGE,
		.unless = VIEWS_USAGE_BY_COST,
		/* Use is of all places then, and so is cost. */
		.sql = PRICES("{used_by_keys:}", "usage_report",
			"SELECT day, ws, model, kind, tier, context, '' AS geo, label, batch, currency, "
			"token_type, amount{o:cost_report|, organization} FROM ({charge_rows:}) t")},
};
/* clang-format on */

const struct views_group views_prices = {
	views, sizeof views / sizeof *views, texts, sizeof texts / sizeof *texts};
