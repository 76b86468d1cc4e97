/*
 * ant_focus: the cost report as a FOCUS 1.2 Cost and Usage dataset, a row a charge.  The names of its
 * columns are FOCUS's, and quoted; what each holds and why stands in ant-report(1).
 */
#include "db/views_parts.h"
#include "db/views_sql.h"

/* clang-format off: it would break the SQL at every name */

/* ---- what was used: tokens and searches by the dimensions of cost ------------------------- */

#define USED_AS(model, tier, context, geo, kind, column) \
	"SELECT {day:bucket} AS day, coalesce(workspace_id, '') AS ws, " model " AS model, " tier \
	" AS tier, " context " AS context, " geo " AS geo, '" kind "' AS kind, CAST(sum(" column \
	") AS bigint) AS tokens{o:usage_by_cost|, _organization AS organization} FROM " \
	"{t:usage_by_cost} t WHERE " column " > 0{within:bucket} GROUP BY 1, 2, 3, 4, 5, 6, " \
	"7{o:usage_by_cost|, " \
	"_organization}"
#define USED(kind, column) \
	USED_AS("coalesce(model, '')", USAGE_TIER, "coalesce(context_window, '')", \
	"coalesce(inference_geo, '')", kind, column)
#define OF_COST "day, ws, model, tier, context, kind"
#define SAME(t) \
	t ".day = c.day AND " t ".ws = c.ws AND " t ".model = c.model AND " t ".tier = c.tier AND " t \
	".context = c.context AND " t ".kind = c.kind"

/* ---- charges and the keys they are of ------------------------------------------------------ */

/*
 * What charges and rows of analytics_cost have in common; a group is equal in all of it.  The Batch
 * API is a product there and a tier here.
 */
#define GROUP "day, ws, label, kind, batch, currency"
#define CHARGE_GROUP GROUP "{o:cost_report|, organization}"
#define BILLED_GROUP GROUP "{o:analytics_cost|, organization}"
#define LABEL "CASE WHEN c.token_type IS NOT NULL THEN coalesce(c.model, '') ELSE '' END AS label"
#define KIND "coalesce(c.token_type, c.cost_type, '') AS kind"

/* ---- SQLite: amounts are texts of cents; the point moves by two, and no digit is lost ------ */

#define DIGITS(text, number) \
	"CASE WHEN " text " <> '' AND " text " NOT GLOB '*[^0-9.-]*' THEN " text " ELSE " \
	"{digits_of:" number "} END"
/* Sums are of whole cents and of trillionths: what has more decimals has no sum, and no key. */
#define DECIMALS(a) "length(substr(" a ", instr(" a " || '.', '.') + 1))"
#define WHOLE(a) "CAST(" a " AS INTEGER)"
#define FRACTION(a) \
	"CAST(substr(substr(" a ", instr(" a " || '.', '.') + 1) || '000000000000', 1, 12) AS " \
	"INTEGER) * CASE WHEN " a " LIKE '-%%' THEN -1 ELSE 1 END"
/* The whole cents of a sum are rounded down, so that equal sums are equal texts. */
#define CARRY(f) "((" f " - (" f " < 0) * 999999999999) / 1000000000000)"
#define TOTAL(w, f, decimals, over) \
	"CASE WHEN max(" decimals ") " over " <= 12 THEN printf('%%d.%%012d', sum(" w ") " over " + " \
	CARRY("sum(" f ") " over) ", sum(" f ") " over " - 1000000000000 * " CARRY("sum(" f ") " over) \
	") END"
/* A sum as a text of cents. */
#define SUM(w, f) \
	"CASE WHEN " w " + " CARRY(f) " < 0 AND " f " %% 1000000000000 <> 0 THEN printf('-%%d.%%012d', " \
	"-(" w " + " CARRY(f) ") - 1, 1000000000000 - (" f " - 1000000000000 * " CARRY(f) ")) ELSE " \
	"printf('%%d.%%012d', " w " + " CARRY(f) ", " f " - 1000000000000 * " CARRY(f) ") END"
#define BEFORE_POINT(a) "substr(ltrim(" a ", '-'), 1, instr(ltrim(" a ", '-') || '.', '.') - 1)"
#define PADDED(a) "substr('000' || " BEFORE_POINT(a) ", -max(3, length(" BEFORE_POINT(a) ")))"
#define MOVED(a, padded) \
	"CASE WHEN " a " LIKE '-%%' THEN '-' ELSE '' END || substr(" padded ", 1, length(" padded \
	") - 2) || '.' || substr(" padded ", -2) || substr(" a ", instr(" a " || '.', '.') + 1)"

/* ---- the columns --------------------------------------------------------------------------- */

/* Millionths of what a price is for: a million tokens, a thousand searches. */
#define MILLIONTHS "c.quantity * CASE WHEN c.token_type IS NOT NULL THEN 1 ELSE 1000 END"
#define UNIT(tokens, requests) \
	"{text:CASE WHEN c.quantity IS NULL THEN NULL WHEN c.token_type IS NOT NULL THEN '" tokens \
	"' ELSE '" requests "' END}"

static const struct views_text texts[] = {
	{"daystart", {"to_char(% AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"00:00:00\"Z\"')",
		"substr(%, 1, 10) || 'T00:00:00Z'",
		"strftime(make_timestamp(epoch_us(%)), '%%Y-%%m-%%dT00:00:00Z')"}},
	{"dayend",
		{"to_char((% AT TIME ZONE 'UTC') + INTERVAL '1 day', "
		"'YYYY-MM-DD\"T\"00:00:00\"Z\"')",
		"date(substr(%, 1, 10), '+1 day') || 'T00:00:00Z'",
		"strftime(make_timestamp(epoch_us(%)) + INTERVAL 1 DAY, "
		"'%%Y-%%m-%%dT00:00:00Z')"}},
	{"monthstart", {"to_char(% AT TIME ZONE 'UTC', 'YYYY-MM-\"01T00:00:00Z\"')",
		"substr(%, 1, 8) || '01T00:00:00Z'",
		"strftime(make_timestamp(epoch_us(%)), '%%Y-%%m-01T00:00:00Z')"}},
	{"monthend",
		{"to_char(date_trunc('month', % AT TIME ZONE 'UTC') + INTERVAL '1 month', "
		"'YYYY-MM-\"01T00:00:00Z\"')",
		"date(substr(%, 1, 10), 'start of month', '+1 month') || 'T00:00:00Z'",
		"strftime(date_trunc('month', make_timestamp(epoch_us(%))) + INTERVAL 1 "
		"MONTH, '%%Y-%%m-01T00:00:00Z')"}},
	{"json", {"coalesce(CAST(to_json(CAST(% AS text)) AS text), 'null')", "json_quote(%)",
		"coalesce(CAST(to_json(%) AS VARCHAR), 'null')"}},
	{"braces", {"chr(123) || % || chr(125)", "char(123) || % || char(125)",
		"chr(123) || % || chr(125)"}},
	{"tenths", {"CAST(% AS numeric(38, 1))", "(%) || '.0'", "CAST(% AS DECIMAL(38, 1))"}},
	{"millionths", {"CAST(0.000001 * (%) AS numeric(38, 6))", "",
		"CAST(0.000001 * (%) AS DECIMAL(38, 6))"}},
	/* SQLite: a number as its digits. */
	TEXT_OF_ALL("digits_of",
		"CASE WHEN typeof(%) = 'integer' THEN CAST(% AS TEXT) WHEN typeof(%) <> 'real' AND % "
		"NOT LIKE '%%e%%' THEN % WHEN typeof(%) = 'real' AND abs(%) >= 0.001 AND abs(%) < "
		"1e15 THEN CAST(% AS TEXT) ELSE printf('%%.12f', %) END"),
	/* Two CTEs: by place, and of all places, for cost that does not say where inference ran. */
	TEXT_OF_ALL("used_by_cost",
		"used AS (" USED("uncached_input_tokens", "uncached_input_tokens")
		" UNION ALL " USED("cache_read_input_tokens", "cache_read_input_tokens")
		" UNION ALL " USED("cache_creation.ephemeral_5m_input_tokens",
		"cache_creation_ephemeral_5m_input_tokens") " UNION ALL "
		USED("cache_creation.ephemeral_1h_input_tokens",
		"cache_creation_ephemeral_1h_input_tokens") " UNION ALL "
		USED("output_tokens", "output_tokens") " UNION ALL "
		/* a search is of no model */
		USED_AS("''", "''", "''", "''", "web_search", "web_search_requests")
		"), anywhere AS (SELECT " OF_COST ", CAST(sum(tokens) AS bigint) AS tokens"
		"{o:usage_by_cost|, organization} FROM used GROUP BY " OF_COST
		"{o:usage_by_cost|, organization})"),
	/*
	 * By the same dimensions: what of the use of all keys was each one's.  Such totals are joined,
	 * not windows: SQLite makes no index for a join with what has a window.
	 */
	TEXT_OF_ALL("key_used",
		"by_key_used AS ({used:}), key_used AS (SELECT " OF_COST ", api_key_id, tokens, "
		"total{o:usage_report|, organization} FROM by_key_used JOIN (SELECT " OF_COST
		"{o:usage_report|, organization}, CAST(sum(tokens) AS bigint) AS total FROM "
		"by_key_used GROUP BY " OF_COST "{o:usage_report|, organization}) t USING ("
		OF_COST "{o:usage_report|, organization}))"),
	/*
	 * twins: charges that no use could be told apart for; places: whether any of those that
	 * differ in nothing else says where it ran; together: charges of the group, whose sum is
	 * total.
	 */
	TEXT_OF_ALL("cost_charges",
		"charges AS (SELECT t.*, count(*) OVER (PARTITION BY " OF_COST
		", geo{o:cost_report|, organization}) AS twins, count(inference_geo) OVER "
		"(PARTITION BY " OF_COST "{o:cost_report|, organization}) AS places, count(*) "
		"OVER (PARTITION BY " CHARGE_GROUP ") AS together, {charge_total:} AS total "
		"FROM ({charge_rows:}) t)"),
	TEXT_OF_ALL("charge_rows",
		"SELECT {day:c.bucket} AS day, coalesce(c.workspace_id, '') AS ws, "
		"coalesce(c.model, '') AS model, coalesce(c.service_tier, '') AS tier, "
		"coalesce(c.context_window, '') AS context, coalesce(c.inference_geo, '') AS "
		"geo, " KIND ", " LABEL ", CASE WHEN c.service_tier = 'batch' THEN 1 ELSE 0 END "
		"AS batch, {currency:cost_report} AS currency{o:cost_report|, c._organization "
		"AS organization}, c.bucket AS bucket, c.workspace_id AS workspace_id, "
		"c.description AS description, c.cost_type AS cost_type, c.token_type AS "
		"token_type, c.model AS model_id, c.service_tier AS service_tier, "
		"c.context_window AS context_window, c.inference_geo AS inference_geo, "
		"{charge_amount:} AS amount FROM {t:cost_report} c WHERE 1 = 1{within:c.bucket}"),
	TEXT_OF_BOTH("charge_amount",
		"coalesce(c.amount_cents, 0)",
		DIGITS("c.amount", "coalesce(c.amount_cents, 0)")),
	TEXT_OF_BOTH("charge_total",
		"sum(amount) OVER (PARTITION BY " CHARGE_GROUP ")",
		TOTAL(WHOLE("amount"), FRACTION("amount"), DECIMALS("amount"),
		"OVER (PARTITION BY " CHARGE_GROUP ")")),
	/*
	 * The cost of each key.  cost_report has no id for the default workspace, analytics_cost has:
	 * the one that is in no charge.  What has no workspace there is of Claude Enterprise, and in
	 * no charge; what costs nothing, such as Priority Tier, is in none either.
	 */
	TEXT_OF_ALL("billed_rows",
		"SELECT {day:c.starting_at} AS day, CASE WHEN c.workspace_id IN (SELECT "
		"workspace_id FROM {t:cost_report} t WHERE workspace_id IS NOT NULL) THEN "
		"c.workspace_id ELSE '' END AS ws, " LABEL ", " KIND ", CASE WHEN "
		"coalesce(c.service_tier, CASE WHEN c.product = 'message_batches_api' THEN "
		"'batch' END) = 'batch' THEN 1 ELSE 0 END AS batch, {currency:analytics_cost} "
		"AS currency{o:analytics_cost|, c._organization AS organization}, c.api_key_id "
		"AS api_key_id, {billed_amounts:} FROM {t:analytics_cost} c WHERE "
		"c.workspace_id IS NOT NULL AND c.amount_cents <> 0{within:c.starting_at}"),
	TEXT_OF_BOTH("billed_amounts",
		"coalesce(c.amount_cents, 0) AS amount, coalesce(c.list_amount_cents, "
		"c.amount_cents, 0) AS list",
		DIGITS("c.amount", "coalesce(c.amount_cents, 0)") " AS amount, "
		DIGITS("c.list_amount", "coalesce(c.list_amount_cents, c.amount_cents, 0)")
		" AS list"),
	/* shown: rows of the group, each of a key or of none; named: those of a key. */
	TEXT_OF_ALL("keys",
		"by_key AS (SELECT " BILLED_GROUP ", api_key_id, {key_sums:} FROM ({billed_rows:}) t "
		"GROUP BY " BILLED_GROUP ", api_key_id), keys AS (SELECT " BILLED_GROUP
		", api_key_id, shown, named, total, {key_amounts:} FROM by_key JOIN (SELECT "
		BILLED_GROUP ", count(*) AS shown, count(api_key_id) AS named, {keys_total:} AS "
		"total FROM by_key GROUP BY " BILLED_GROUP ") t USING (" BILLED_GROUP "))"),
	TEXT_OF_BOTH("key_sums",
		"sum(amount) AS amount, sum(list) AS list",
		"sum(" WHOLE("amount") ") AS w, sum(" FRACTION("amount") ") AS f, sum("
		WHOLE("list") ") AS lw, sum(" FRACTION("list") ") AS lf, max(max("
		DECIMALS("amount") ", " DECIMALS("list") ")) AS decimals"),
	TEXT_OF_BOTH("key_amounts",
		"amount, list",
		SUM("w", "f") " AS amount, " SUM("lw", "lf") " AS list"),
	TEXT_OF_BOTH("keys_total",
		"sum(amount)",
		TOTAL("w", "f", "decimals", "")),
	/*
	 * A charge is of the keys of its group where these add up to the same as its charges, to the
	 * last digit: as the only charge it has a row for each key, with the key's own amounts; as one
	 * of several it is the key's, where the group has one alone.
	 */
	TEXT_OF_ALL("joined",
		"joined AS (SELECT c.*, k.api_key_id AS api_key_id, CASE WHEN k.shown > 1 THEN "
		"y.tokens ELSE coalesce(u.tokens, a.tokens) END AS quantity, CASE WHEN k.shown "
		"IS NOT NULL AND c.together = 1 THEN 1 ELSE 0 END AS of_keys, k.amount AS "
		"key_amount, k.list AS key_list FROM charges c LEFT JOIN keys k ON k.day = c.day "
		"AND k.ws = c.ws AND k.label = c.label AND k.kind = c.kind AND k.batch = c.batch "
		"AND k.currency = c.currency AND k.total = c.total AND k.named > 0 AND "
		"1 IN (c.together, k.shown){o:cost_report|{o:analytics_cost| AND "
		"k.organization = c.organization}} LEFT JOIN used u ON " SAME("u") " AND u.geo = "
		"c.geo AND c.twins = 1 AND c.places > 0{o:cost_report|{o:usage_by_cost| AND "
		"u.organization = c.organization}} LEFT JOIN anywhere a ON " SAME("a") " AND "
		"c.twins = 1 AND c.places = 0{o:cost_report|{o:usage_by_cost| AND a.organization "
		"= c.organization}} LEFT JOIN key_used y ON " SAME("y") " AND k.shown > 1 AND "
		"coalesce(y.api_key_id, '') = coalesce(k.api_key_id, '') AND y.total = "
		"coalesce(u.tokens, a.tokens){o:cost_report|{o:usage_report| AND y.organization "
		"= c.organization}})"),
	TEXT_OF_BOTH("dollars",
		"dollars AS (SELECT t.*, {usd:CASE WHEN of_keys = 1 THEN key_amount ELSE amount "
		"END} AS cost, {usd:CASE WHEN of_keys = 1 THEN key_list ELSE amount END} AS list "
		"FROM joined t)",
		"cents AS (SELECT t.*, CASE WHEN of_keys = 1 THEN key_amount ELSE amount END AS "
		"a, CASE WHEN of_keys = 1 THEN key_list ELSE amount END AS l FROM joined t), "
		"padded AS (SELECT t.*, " PADDED("a") " AS ap, " PADDED("l") " AS lp FROM cents "
		"t), dollars AS (SELECT t.*, " MOVED("a", "ap") " AS cost, " MOVED("l", "lp")
		" AS list FROM padded t)"),
	TEXT_OF_BOTH("millionths_of_quantity",
		"{millionths:" MILLIONTHS "}",
		"CASE WHEN c.quantity IS NOT NULL THEN printf('%%d.%%06d', " MILLIONTHS
		" / 1000000, " MILLIONTHS " %% 1000000) END"),
	TEXT_OF_ALL("sku",
		"CASE WHEN c.token_type IS NOT NULL THEN c.model || '/' || c.token_type ELSE "
		"coalesce(c.cost_type, 'other') END"),
	TEXT_OF_ALL("account",
		"coalesce(o.id, {o:cost_report|c.organization, }NULL)"),
	TEXT_OF_ALL("region",
		"nullif(c.inference_geo, 'not_available')"),
	TEXT_OF_ALL("region_name",
		"CASE {region:} WHEN 'us' THEN 'United States' WHEN 'global' THEN 'Global' ELSE "
		"{region:} END"),
	TEXT_OF_ALL("meter",
		"CASE c.token_type WHEN 'uncached_input_tokens' THEN 'Input Tokens' WHEN "
		"'output_tokens' THEN 'Output Tokens' WHEN 'cache_read_input_tokens' THEN 'Input "
		"Tokens, Cache Hit' WHEN 'cache_creation.ephemeral_5m_input_tokens' THEN 'Input "
		"Tokens, Cache Write 5m' WHEN 'cache_creation.ephemeral_1h_input_tokens' THEN "
		"'Input Tokens, Cache Write 1h' ELSE coalesce(c.token_type, c.description, "
		"c.cost_type, 'Other') END"),
	TEXT_OF_ALL("sku_details",
		"{braces:'\"x_Model\":' || {json:c.model_id} || ',\"x_TokenType\":' || "
		"{json:c.token_type} || ',\"x_ServiceTier\":' || {json:c.service_tier} || "
		"',\"x_ContextWindow\":' || {json:c.context_window} || ',\"x_InferenceGeo\":' || "
		"{json:c.inference_geo}}"),
	TEXT_OF_ALL("focus_names",
		" LEFT JOIN (SELECT min(id) AS id, min(name) AS name{o:organization|, "
		"_organization AS organization} FROM {t:organization} t{o:organization| GROUP BY "
		"_organization}) o ON 1 = 1{o:cost_report|{o:organization| AND o.organization = "
		"c.organization}} LEFT JOIN (SELECT id, min(name) AS name, min({text:tags}) AS "
		"tags FROM {t:workspaces} t GROUP BY id) w ON w.id = c.workspace_id LEFT JOIN "
		"(SELECT id, min(name) AS name FROM {t:api_keys} t GROUP BY id) y ON y.id = "
		"c.api_key_id"),
};

static const struct views_sql views[] = {
	{.name = "ant_focus",
		.needs = VIEWS_COST | VIEWS_ORGANIZATION,
		.sql =
			"WITH {used_by_cost:}, {key_used:}, {cost_charges:}, {keys:}, {joined:}, {dollars:} "
			"SELECT {account:} AS \"BillingAccountId\", coalesce(o.name, {account:}) AS "
			"\"BillingAccountName\", {text:'Organization'} AS \"BillingAccountType\", c.cost AS \"BilledCost\", "
			"c.currency AS \"BillingCurrency\", {monthstart:c.bucket} AS "
			"\"BillingPeriodStart\", {monthend:c.bucket} AS \"BillingPeriodEnd\", "
			"{text:'Usage'} AS \"ChargeCategory\", {null:text} AS \"ChargeClass\", "
			"c.description AS \"ChargeDescription\", {text:'Usage-Based'} AS "
			"\"ChargeFrequency\", {daystart:c.bucket} AS \"ChargePeriodStart\", "
			"{dayend:c.bucket} AS \"ChargePeriodEnd\", {tenths:c.quantity} AS "
			"\"ConsumedQuantity\", " UNIT("Tokens", "Requests") " AS \"ConsumedUnit\", "
			"{null:text} AS \"CommitmentDiscountStatus\", c.cost AS \"ContractedCost\", "
			"c.cost AS \"EffectiveCost\", {null:text} AS \"InvoiceId\", {text:'Anthropic'} "
			"AS \"InvoiceIssuerName\", c.list AS \"ListCost\", {text:'Standard'} AS "
			"\"PricingCategory\", {millionths_of_quantity:} AS \"PricingQuantity\", "
			UNIT("1000000 Tokens", "1000 Requests") " AS \"PricingUnit\", {text:'Anthropic'} "
			"AS \"ProviderName\", {text:'Anthropic'} AS \"PublisherName\", {region:} AS "
			"\"RegionId\", {text:{region_name:}} AS \"RegionName\", c.api_key_id AS "
			"\"ResourceId\", {text:coalesce(nullif(y.name, ''), c.api_key_id)} AS "
			"\"ResourceName\", {text:CASE WHEN c.api_key_id IS NOT NULL THEN 'API Key' END} "
			"AS \"ResourceType\", {text:'AI and Machine Learning'} AS \"ServiceCategory\", "
			"{text:'Claude API'} AS \"ServiceName\", {text:'Generative AI'} AS "
			"\"ServiceSubcategory\", {text:{sku:}} AS \"SkuId\", {text:{meter:}} AS "
			"\"SkuMeter\", {text:{sku:} || '/' || c.tier || '/' || c.context || '/' || "
			"coalesce({region:}, '')} AS \"SkuPriceId\", {text:{sku_details:}} AS "
			"\"SkuPriceDetails\", c.workspace_id AS \"SubAccountId\", {text:CASE WHEN "
			"c.workspace_id IS NOT NULL THEN coalesce(nullif(w.name, ''), c.workspace_id) "
			"END} AS \"SubAccountName\", {text:CASE WHEN c.workspace_id IS NOT NULL THEN "
			"'Workspace' END} AS \"SubAccountType\", {text:w.tags} AS \"Tags\", c.cost_type AS "
			"\"x_CostType\", c.model_id AS \"x_Model\", c.token_type AS \"x_TokenType\", "
			"c.service_tier AS \"x_ServiceTier\", c.context_window AS \"x_ContextWindow\""
			"{o:cost_report|, c.organization AS organization} FROM dollars c{focus_names:}"},
};
/* clang-format on */

const struct views_group views_focus = {
	views, sizeof views / sizeof *views, texts, sizeof texts / sizeof *texts};
