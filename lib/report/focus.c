#include "report/focus.h"

#include <string.h>

#include "base/out.h"
#include "base/utc.h"
#include "report/data.h"

enum { SQL_MAX = 1 << 20, ROW_MAX = 64 << 20, BLOCK = 1 << 16 };

enum form {
	TEXT,
	AMOUNT, /* at least two decimals */
	QUANTITY /* at least one: what guesses types takes a column of whole numbers for no decimals */
};

enum { IN_1_2 = 1 << FOCUS_1_2, IN_1_4 = 1 << FOCUS_1_4, IN_BOTH = IN_1_2 | IN_1_4 };

/*
 * The columns of both versions.  In 1.4 service and host stand for provider and publisher, and what
 * this API cannot say has its column, too, with nothing in it.
 */
static const struct column {
	const char *name;
	const char *of; /* column of the view; NULL: it is null */
	unsigned versions;
	enum form form;
} columns[] = {
	{"AllocatedMethodDetails", NULL, IN_1_4, TEXT},
	{"AllocatedMethodId", NULL, IN_1_4, TEXT},
	{"AllocatedResourceId", NULL, IN_1_4, TEXT},
	{"AllocatedResourceName", NULL, IN_1_4, TEXT},
	{"AllocatedTags", NULL, IN_1_4, TEXT},
	{"AvailabilityZone", NULL, IN_1_4, TEXT},
	{"BilledCost", "BilledCost", IN_BOTH, AMOUNT},
	{"BillingAccountId", "BillingAccountId", IN_BOTH, TEXT},
	{"BillingAccountName", "BillingAccountName", IN_BOTH, TEXT},
	{"BillingAccountType", "BillingAccountType", IN_BOTH, TEXT},
	{"BillingCurrency", "BillingCurrency", IN_BOTH, TEXT},
	{"BillingPeriodEnd", "BillingPeriodEnd", IN_BOTH, TEXT},
	{"BillingPeriodStart", "BillingPeriodStart", IN_BOTH, TEXT},
	{"CapacityReservationId", NULL, IN_1_4, TEXT},
	{"CapacityReservationStatus", NULL, IN_1_4, TEXT},
	{"ChargeCategory", "ChargeCategory", IN_BOTH, TEXT},
	{"ChargeClass", NULL, IN_BOTH, TEXT},
	{"ChargeDescription", "ChargeDescription", IN_BOTH, TEXT},
	{"ChargeFrequency", "ChargeFrequency", IN_BOTH, TEXT},
	{"ChargePeriodEnd", "ChargePeriodEnd", IN_BOTH, TEXT},
	{"ChargePeriodStart", "ChargePeriodStart", IN_BOTH, TEXT},
	{"CommitmentDiscountCategory", NULL, IN_1_4, TEXT},
	{"CommitmentDiscountId", NULL, IN_1_4, TEXT},
	{"CommitmentDiscountName", NULL, IN_1_4, TEXT},
	{"CommitmentDiscountQuantity", NULL, IN_1_4, TEXT},
	{"CommitmentDiscountStatus", NULL, IN_BOTH, TEXT},
	{"CommitmentDiscountType", NULL, IN_1_4, TEXT},
	{"CommitmentDiscountUnit", NULL, IN_1_4, TEXT},
	{"CommitmentProgramEligibilityDetails", NULL, IN_1_4, TEXT},
	{"ConsumedQuantity", "ConsumedQuantity", IN_BOTH, QUANTITY},
	{"ConsumedUnit", "ConsumedUnit", IN_BOTH, TEXT},
	{"ContractApplied", NULL, IN_1_4, TEXT},
	{"ContractedCost", "ContractedCost", IN_BOTH, AMOUNT},
	{"EffectiveCost", "EffectiveCost", IN_BOTH, AMOUNT},
	{"HostProviderName", "ProviderName", IN_1_4, TEXT},
	{"InvoiceDetailId", NULL, IN_1_4, TEXT},
	{"InvoiceId", NULL, IN_BOTH, TEXT},
	{"InvoiceIssuerName", "InvoiceIssuerName", IN_BOTH, TEXT},
	{"ListCost", "ListCost", IN_BOTH, AMOUNT},
	{"PricingCategory", "PricingCategory", IN_BOTH, TEXT},
	{"PricingCurrency", "BillingCurrency", IN_1_4, TEXT},
	{"PricingCurrencyEffectiveCost", "EffectiveCost", IN_1_4, AMOUNT},
	{"PricingQuantity", "PricingQuantity", IN_BOTH, QUANTITY},
	{"PricingUnit", "PricingUnit", IN_BOTH, TEXT},
	{"ProviderName", "ProviderName", IN_1_2, TEXT},
	{"PublisherName", "PublisherName", IN_1_2, TEXT},
	{"RegionId", "RegionId", IN_BOTH, TEXT},
	{"RegionName", "RegionName", IN_BOTH, TEXT},
	{"ResourceId", "ResourceId", IN_BOTH, TEXT},
	{"ResourceName", "ResourceName", IN_BOTH, TEXT},
	{"ResourceType", "ResourceType", IN_BOTH, TEXT},
	{"ServiceCategory", "ServiceCategory", IN_BOTH, TEXT},
	{"ServiceName", "ServiceName", IN_BOTH, TEXT},
	{"ServiceProviderName", "ProviderName", IN_1_4, TEXT},
	{"ServiceSubcategory", "ServiceSubcategory", IN_BOTH, TEXT},
	{"SkuId", "SkuId", IN_BOTH, TEXT},
	{"SkuMeter", "SkuMeter", IN_BOTH, TEXT},
	{"SkuPriceDetails", "SkuPriceDetails", IN_BOTH, TEXT},
	{"SkuPriceId", "SkuPriceId", IN_BOTH, TEXT},
	{"SubAccountId", "SubAccountId", IN_BOTH, TEXT},
	{"SubAccountName", "SubAccountName", IN_BOTH, TEXT},
	{"SubAccountType", "SubAccountType", IN_BOTH, TEXT},
	{"Tags", "Tags", IN_BOTH, TEXT},
	{"x_CostType", "x_CostType", IN_BOTH, TEXT},
	{"x_Model", "x_Model", IN_BOTH, TEXT},
	{"x_TokenType", "x_TokenType", IN_BOTH, TEXT},
	{"x_ServiceTier", "x_ServiceTier", IN_BOTH, TEXT},
	{"x_ContextWindow", "x_ContextWindow", IN_BOTH, TEXT},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

int
focus_version(const char *text, enum focus_version *to)
{
	if (strcmp(text, "1.2") != 0 && strcmp(text, "1.4") != 0)
		return -1;
	*to = strcmp(text, "1.2") == 0 ? FOCUS_1_2 : FOCUS_1_4;
	return 0;
}

static int
is_in(const struct column *c, enum focus_version version)
{
	return (c->versions >> version & 1) != 0;
}

/* ---- the question ---------------------------------------------------------------------------- */

/* Where rows are, and that of them those of the days of O alone are read. */
struct bounded {
	struct views_place place;
	char from[UTC_TEXT], to[UTC_TEXT];
};

static void
put_day(char to[static UTC_TEXT], int64_t seconds)
{
	utc_format(seconds, to);
	to[strlen("YYYY-MM-DD")] = '\0';
}

static void
bound(struct bounded *b, const struct report_options *o)
{
	b->place = o->place;
	if (o->from != INT64_MIN) {
		put_day(b->from, o->from);
		b->place.from = b->from;
	}
	if (o->to != INT64_MAX) {
		put_day(b->to, o->to);
		b->place.to = b->to;
	}
}

/* By bytes, as all databases can: so the same rows stand in the same order wherever they come from. */
static void
put_order(struct buf *b, enum sql_dialect dialect)
{
	static const char *const by[] = {"ChargePeriodStart", "BillingAccountId", "SubAccountId",
		"SkuPriceId", "ChargeDescription", "x_TokenType", "ResourceId", "BillingCurrency",
		"BilledCost"};

	for (size_t i = 0; i < sizeof by / sizeof *by; i++)
		buf_printf(b, "%s coalesce(CAST(f.\"%s\" AS %s), '')%s", i == 0 ? " ORDER BY" : ",",
			by[i], sql_type(dialect, TYPE_TEXT),
			dialect == SQL_POSTGRESQL ? " COLLATE \"C\"" : "");
}

/*
 * Return how many columns are asked for: each of the version's that the view has; or 0 without the
 * tables that it NEEDS.
 */
static size_t
put_question(
	struct buf *b, const struct report_options *o, enum focus_version version, unsigned *needs)
{
	struct bounded in;
	size_t n = 0;

	bound(&in, o);
	for (const struct column *c = columns; c < columns + COLUMNS; c++)
		if (is_in(c, version) && c->of != NULL)
			buf_printf(b, "%s f.\"%s\"", n++ == 0 ? "SELECT" : ",", c->of);
	buf_puts(b, " FROM (");
	if (!views_put_question(b, &in.place, &o->there, "ant_focus", needs))
		return 0;
	buf_puts(b, ") f");
	if (o->organization != NULL && (o->there.organization & VIEWS_COST) != 0) {
		buf_puts(b, " WHERE f.organization = ");
		sql_literal(b, o->place.dialect, o->organization);
	}
	put_order(b, o->place.dialect);
	return n;
}

/* ---- the rows -------------------------------------------------------------------------------- */

struct focus {
	struct buf csv;
	struct data data;
	enum focus_version version;
	int fd;
	const char *name; /* of FD */
};

/* Without the zeros at its end that a database adds, down to LEAST decimals. */
static void
put_decimal(struct focus *f, const struct db_cell *c, size_t least)
{
	char text[128];
	const char *point = memchr(c->p, '.', c->len);
	size_t len = c->len, decimals = point != NULL ? c->len - (size_t)(point + 1 - c->p) : 0;

	if (len + 1 + least >= sizeof text) { /* longer than any amount: as it is */
		data_text(&f->data, c->p);
		return;
	}
	memcpy(text, c->p, len);
	for (; decimals > least && text[len - 1] == '0'; decimals--)
		len--;
	if (point == NULL)
		text[len++] = '.';
	for (; decimals < least; decimals++)
		text[len++] = '0';
	text[len] = '\0';
	data_text(&f->data, text);
}

static int
flush(struct focus *f, struct ant_err *e)
{
	if (f->csv.failed)
		return err_sys(e, ANT_FAIL, "%s", f->name);
	if (out_write(f->fd, f->name, f->csv.data, f->csv.len, e) == -1)
		return -1;
	buf_clear(&f->csv);
	return 0;
}

static int
take_row(void *arg, const struct db_cell *cell, struct ant_err *e)
{
	struct focus *f = arg;

	for (const struct column *c = columns; c < columns + COLUMNS; c++) {
		if (!is_in(c, f->version))
			continue;
		if (c->of == NULL) {
			data_text(&f->data, NULL);
			continue;
		}
		if (cell->kind == DB_TEXT && c->form != TEXT)
			put_decimal(f, cell, c->form == AMOUNT ? 2 : 1);
		else
			data_text(&f->data, cell->kind == DB_TEXT ? cell->p : NULL);
		if (cell->kind != DB_TEXT && strcmp(c->name, "BillingAccountId") == 0)
			return err_set(e, ANT_FAIL,
				"organization: the table is empty, and FOCUS wants to know whose "
				"the charges are");
		cell++;
	}
	return f->csv.failed || f->csv.len >= BLOCK ? flush(f, e) : 0;
}

static int
missing(unsigned needs, struct ant_err *e)
{
	const char *name = views_table_name(needs & (0u - needs));

	return err_set(
		e, ANT_FAIL, "--focus: there is no table %s: ant-sync %s loads it", name, name);
}

int
focus_write(const struct db *db, const struct report_options *o, enum focus_version version, int fd,
	const char *name, struct ant_err *e)
{
	struct focus f = {.version = version, .fd = fd, .name = name};
	const char *names[COLUMNS];
	struct buf sql;
	unsigned needs;
	size_t n = 0, asked;
	int status = -1;

	for (const struct column *c = columns; c < columns + COLUMNS; c++)
		if (is_in(c, version))
			names[n++] = c->name;
	buf_init(&sql, SQL_MAX);
	buf_init(&f.csv, ROW_MAX);
	data_start(&f.data, &f.csv, DATA_CSV, names, n);
	asked = put_question(&sql, o, version, &needs);
	if (buf_str(&sql) == NULL) {
		err_sys(e, ANT_FAIL, "--focus");
	} else if (asked == 0) {
		missing(needs, e);
	} else if (db->each(db->self, sql.data, asked, take_row, &f, e) == 0) {
		data_end(&f.data);
		status = flush(&f, e);
	}
	buf_free(&sql);
	buf_free(&f.csv);
	return status;
}
