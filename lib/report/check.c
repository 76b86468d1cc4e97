#include "report/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/show.h"

static int
check_amount(struct buf *to, const struct report *r, const char *name, const char *value,
	struct ant_err *e)
{
	char a[MONEY_TEXT], b[MONEY_TEXT], month[SHOW_TEXT];
	int ahead = *name == 'f';
	money limit, is;

	if (money_parse(value, &limit) == -1)
		return err_set(e, ANT_USAGE,
			"--check: %s: '%.100s' is no amount of dollars, such as 5000 or 1250.50",
			name, value);
	if (r == NULL)
		return 0;
	is = ahead ? r->forecast : r->spent;
	if (is <= limit)
		return 0;
	buf_printf(to, "%s: %s %s in %s, over %s\n", name, money_text(money_cents(is), a),
		ahead ? "is expected" : "is spent", show_month(r->month, month),
		money_text(money_cents(limit), b));
	return 1;
}

static int
check_change(struct buf *to, const struct report *r, const char *value, struct ant_err *e)
{
	char *end, a[MONEY_TEXT], b[MONEY_TEXT], change[SHOW_TEXT], day[SHOW_TEXT];
	double limit = strtod(value, &end);
	const struct report_day *d;
	money usual, distance;

	if (end == value || *value < '0' || *value > '9' || strcmp(end, "%") != 0 || limit > 1e6)
		return err_set(e, ANT_USAGE,
			"--check: daily-change: '%.100s' is no percentage, such as 50%%", value);
	if (r == NULL || r->first_cost == 0)
		return 0;
	d = report_day_of(r, r->as_of - 1);
	if (d == NULL || !report_usual(r, r->as_of - 1, &usual) || usual <= 0)
		return 0;
	distance = d->cost < usual ? usual - d->cost : d->cost - usual;
	if (show_dollars(distance) * 100 <= show_dollars(usual) * limit)
		return 0;
	buf_printf(to, "daily-change: %s on %s, %s against the usual %s\n",
		money_text(money_cents(d->cost), a), show_iso(r->as_of - 1, day),
		show_change(d->cost, usual, change), money_text(money_cents(usual), b));
	return 1;
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

int
report_check(struct buf *to, const struct report *r, const char *limit, struct ant_err *e)
{
	const char *value = strchr(limit, '=');
	size_t len = value != NULL ? (size_t)(value - limit) : 0;
	int n;

	if (len == 6 && strncmp(limit, "budget", len) == 0)
		n = check_amount(to, r, "budget", value + 1, e);
	else if (len == 8 && strncmp(limit, "forecast", len) == 0)
		n = check_amount(to, r, "forecast", value + 1, e);
	else if (len == 12 && strncmp(limit, "daily-change", len) == 0)
		n = check_change(to, r, value + 1, e);
	else if (len == 5 && strncmp(limit, "stale", len) == 0)
		n = check_stale(to, r, value + 1, e);
	else
		return err_set(e, ANT_USAGE,
			"--check: '%.100s' is none of budget=USD, forecast=USD, daily-change=N%% "
			"and stale=SPAN",
			limit);
	return n != -1 && r != NULL && to->failed ? err_sys(e, ANT_FAIL, "--check") : n;
}
