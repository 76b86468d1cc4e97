#include "report/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/reconcile.h"
#include "report/show.h"

static money
amount_of(const struct report *r, int ahead)
{
	return ahead ? r->forecast : r->spent;
}

size_t
report_left_out(struct buf *to, const struct report *r, int ahead)
{
	const struct report *all[REPORT_CURRENCIES_MAX];
	size_t n = report_currencies(r, all), found = 0;
	char text[MONEY_TEXT];

	for (size_t i = 0; i < n; i++)
		if (!currency_is_usd(&all[i]->currency) && amount_of(all[i], ahead) != 0)
			buf_printf(to, "%s%s", found++ > 0 ? ", " : "",
				money_text(money_cents(amount_of(all[i], ahead)), &all[i]->currency,
					text));
	return found;
}

static void
put_left_out(struct buf *notes, const struct report *r, const char *name, int ahead)
{
	char month[SHOW_TEXT];
	struct buf amounts;

	buf_init(&amounts, 1 << 16);
	if (report_left_out(&amounts, r, ahead) > 0)
		buf_printf(notes, "%s: is in US dollars, without %s %s in %s, too\n", name,
			buf_str(&amounts) != NULL ? amounts.data : "", ahead ? "expected" : "spent",
			show_month(r->month, month));
	notes->failed |= amounts.failed;
	buf_free(&amounts);
}

static int
check_amount(struct buf *to, struct buf *notes, const struct report *r, const char *name,
	const char *value, struct ant_err *e)
{
	const struct report *all[REPORT_CURRENCIES_MAX];
	char a[MONEY_TEXT], b[MONEY_TEXT], month[SHOW_TEXT];
	int ahead = *name == 'f', over = 0;
	money limit, is;
	size_t n;

	if (money_parse(value, &limit) == -1)
		return err_set(e, ANT_USAGE,
			"--check: %s: '%.100s' is no amount of dollars, such as 5000 or 1250.50",
			name, value);
	if (r == NULL)
		return 0;
	n = report_currencies(r, all);
	for (size_t i = 0; i < n; i++) {
		if (!currency_is_usd(&all[i]->currency) || (is = amount_of(all[i], ahead)) <= limit)
			continue;
		buf_printf(to, "%s: %s %s in %s, over %s\n", name,
			money_text(money_cents(is), &all[i]->currency, a),
			ahead ? "is expected" : "is spent", show_month(r->month, month),
			money_text(money_cents(limit), &all[i]->currency, b));
		over = 1;
	}
	put_left_out(notes, r, name, ahead);
	return over;
}

/* The last complete day of one currency. */
static int
check_day(struct buf *to, const struct report *r, double limit)
{
	const struct report_day *d = report_day_of(r, r->as_of - 1);
	char a[MONEY_TEXT], b[MONEY_TEXT], change[SHOW_TEXT], day[SHOW_TEXT];
	money usual, distance;

	if (r->first_cost == 0 || d == NULL || !report_usual(r, r->as_of - 1, &usual) || usual <= 0)
		return 0;
	distance = d->cost < usual ? usual - d->cost : d->cost - usual;
	if (show_units(r, distance) * 100 <= show_units(r, usual) * limit)
		return 0;
	buf_printf(to, "daily-change: %s on %s, %s against the usual %s\n",
		money_text(money_cents(d->cost), &r->currency, a), show_iso(r->as_of - 1, day),
		show_change(d->cost, usual, change),
		money_text(money_cents(usual), &r->currency, b));
	return 1;
}

static int
check_change(struct buf *to, const struct report *r, const char *value, struct ant_err *e)
{
	const struct report *all[REPORT_CURRENCIES_MAX];
	char *end;
	double limit = strtod(value, &end);
	int over = 0;

	if (end == value || *value < '0' || *value > '9' || strcmp(end, "%") != 0 || limit > 1e6)
		return err_set(e, ANT_USAGE,
			"--check: daily-change: '%.100s' is no percentage, such as 50%%", value);
	for (size_t i = 0, n = r != NULL ? report_currencies(r, all) : 0; i < n; i++)
		over += check_day(to, all[i], limit);
	return over;
}

static int
check_stale(struct buf *to, const struct report *r, const char *value, struct ant_err *e)
{
	char age[SHOW_TEXT];
	int64_t limit;
	int n = 0;

	if (utc_span(value, &limit, e) == -1)
		return err_prefix(e, "--check: stale: ");
	if (r == NULL)
		return 0;
	if (r->nfresh == 0) {
		buf_puts(to, "stale: no load is known: the ledger is missing or empty\n");
		return 1;
	}
	for (size_t i = 0; i < r->nfresh; i++) {
		const struct report_fresh *f = &r->fresh[i];

		if (f->age <= limit)
			continue;
		buf_puts(to, "stale: ");
		show_name(to, f->table, 100);
		buf_printf(to, " is %s behind: it is complete up to %s\n", show_age(f->age, age),
			*f->watermark != '\0' ? f->watermark : f->finished);
		n++;
	}
	return n;
}

/* A limit of cost that nothing was held to must not look like one that holds. */
static void
put_no_cost(struct buf *notes, const struct report *r, const char *limit, size_t len)
{
	if (r == NULL || (r->tables & r->bill) != 0 || strncmp(limit, "stale", len) == 0 ||
		report_check_reconciles(limit)) /* which says so itself */
		return;
	buf_printf(notes, "%.*s: %s is missing, so nothing was compared\n", (int)len, limit,
		views_table_name(r->bill));
}

int
report_check_reconciles(const char *limit)
{
	return strncmp(limit, "reconcile", 9) == 0 && (limit[9] == '=' || limit[9] == '\0');
}

int
report_check(struct buf *to, struct buf *notes, const struct report *r, const char *limit,
	struct ant_err *e)
{
	const char *value = strchr(limit, '=');
	size_t len = value != NULL ? (size_t)(value - limit) : 0;
	int n;

	if (len == 6 && strncmp(limit, "budget", len) == 0)
		n = check_amount(to, notes, r, "budget", value + 1, e);
	else if (len == 8 && strncmp(limit, "forecast", len) == 0)
		n = check_amount(to, notes, r, "forecast", value + 1, e);
	else if (len == 12 && strncmp(limit, "daily-change", len) == 0)
		n = check_change(to, r, value + 1, e);
	else if (len == 5 && strncmp(limit, "stale", len) == 0)
		n = check_stale(to, r, value + 1, e);
	else if (report_check_reconciles(limit))
		n = reconcile_check(to, notes, r, value != NULL ? value + 1 : NULL, e);
	else
		return err_set(e, ANT_USAGE,
			"--check: '%.100s' is none of budget=USD, forecast=USD, daily-change=N%%, "
			"stale=SPAN, reconcile=N%% and owners",
			limit);
	put_no_cost(notes, r, limit, len);
	return n != -1 && r != NULL && (to->failed || notes->failed)
		       ? err_sys(e, ANT_FAIL, "--check")
		       : n;
}
