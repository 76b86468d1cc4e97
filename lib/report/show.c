#include "report/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "base/utf8.h"

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"};

char *
show_integer(int64_t n, char *to)
{
	money_digits(n < 0 ? 0 - (uint64_t)n : (uint64_t)n, stpcpy(to, n < 0 ? "-" : ""));
	return to;
}

char *
show_short(double v, const char *unit, char *to)
{
	static const char *const steps[] = {"", "k", "M", "B", "T", "P"};
	const char *minus = v < 0 ? "-" : "";
	size_t step = 0;
	int decimals;

	v = fabs(v);
	while (v >= 999.95 && step < 5) {
		v /= 1000;
		step++;
	}
	if (step == 0)
		decimals = v == floor(v) ? 0 : v < 1 ? 2 : 1;
	else
		decimals = v >= 99.95 || fabs(v - floor(v + 0.5)) < 0.05 ? 0 : 1;
	snprintf(to, SHOW_TEXT, "%s%s%.*f%s", minus, unit, decimals, v, steps[step]);
	return to;
}

char *
show_thousandths(int64_t n, char *to)
{
	snprintf(to, SHOW_TEXT, "%" PRId64 ".%" PRId64 "%%", n / 10, n % 10);
	return to;
}

char *
show_percent(int64_t part, int64_t whole, char *to)
{
	if (whole <= 0 || part < 0)
		return strcpy(to, "–");
	return show_thousandths(
		(int64_t)(((decimal_int)part * 2000 + whole) / ((decimal_int)whole * 2)), to);
}

char *
show_change(money now, money before, char *to)
{
	money change, digits = before;
	char whole[SHOW_TEXT];
	int64_t tenths;

	if (before <= 0)
		return strcpy(to, "–");
	/* Room for the thousandths: as many digits less in both. */
	for (change = now - before; digits > MONEY_CENT * 10000000; digits /= 10)
		change /= 10;
	change = change * 2000;
	tenths = (int64_t)((change + (change < 0 ? -digits : digits)) / (2 * digits));
	if (tenths > 99999)
		return strcpy(to, "> +9,999%");
	snprintf(to, SHOW_TEXT, "%s%.16s.%d%%",
		tenths < 0   ? "−"
		: tenths > 0 ? "+"
			     : "±",
		show_integer(abs((int)tenths) / 10, whole), abs((int)tenths) % 10);
	return to;
}

char *
show_day(int64_t day, int with_year, char *to)
{
	int64_t year;
	unsigned month, d;

	utc_civil(day, &year, &month, &d);
	if (with_year)
		snprintf(to, SHOW_TEXT, "%u %.3s %" PRId64, d, months[month - 1], year);
	else
		snprintf(to, SHOW_TEXT, "%u %.3s", d, months[month - 1]);
	return to;
}

char *
show_iso(int64_t day, char *to)
{
	char text[UTC_TEXT];

	utc_format(day * UTC_DAY, text);
	snprintf(to, SHOW_TEXT, "%.10s", text);
	return to;
}

char *
show_month(int64_t day, char *to)
{
	int64_t year;
	unsigned month, d;

	utc_civil(day, &year, &month, &d);
	snprintf(to, SHOW_TEXT, "%s %" PRId64, months[month - 1], year);
	return to;
}

char *
show_age(int64_t seconds, char *to)
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 7200)
		snprintf(to, SHOW_TEXT, "%" PRId64 " min", seconds / 60);
	else if (seconds < 172800)
		snprintf(to, SHOW_TEXT, "%" PRId64 " h", seconds / 3600);
	else
		snprintf(to, SHOW_TEXT, "%" PRId64 " days", seconds / 86400);
	return to;
}

double
show_units(const struct report *r, money m)
{
	static const double cent[] = {1e9, 1e10, 1e11, 1e12, 1e13};

	return (double)(m / 1000000000) / cent[r->currency.decimals];
}

void
show_name(struct buf *b, const char *name, size_t max)
{
	const char *end = name + strlen(name);
	int blank = 1; /* none at the start */

	for (size_t n = 0, len; name < end; name += len, n++) {
		long c = utf8_next(name, end, &len);

		if (n == max) {
			buf_puts(b, "…");
			return;
		}
		if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0x2028 || c == 0x2029) {
			if (!blank)
				buf_putc(b, ' ');
			blank = 1;
			continue;
		}
		blank = 0;
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			buf_puts(b, UTF8_REPLACEMENT);
		else
			buf_put(b, name, len);
	}
}

/* ---- the time axis -------------------------------------------------------------------- */

enum { DAYS_MOST = 100, WEEKS_MOST = 105 };

/* The first day of the week (Monday) or month after DAY. */
static int64_t
next_bin(int64_t day, int months_each)
{
	int64_t year;
	unsigned month, d;

	if (!months_each)
		return day + 7 - (day + 3) % 7; /* 1970-01-01 was a Thursday */
	utc_civil(day, &year, &month, &d);
	return month == 12 ? utc_days(year + 1, 1, 1) : utc_days(year, month + 1, 1);
}

int
show_bins(struct show_bins *bins, const struct report *r, struct ant_err *e)
{
	int64_t days = r->last - r->first + 1, day = r->first;
	int each_day = days <= DAYS_MOST, each_month = days > WEEKS_MOST * 7;

	bins->n = 0;
	bins->each = each_day ? "day" : each_month ? "month" : "week";
	if ((bins->from = calloc((size_t)days + 2, sizeof *bins->from)) == NULL)
		return err_sys(e, ANT_FAIL, "report");
	for (; day <= r->last; day = each_day ? day + 1 : next_bin(day, each_month))
		bins->from[bins->n++] = day;
	bins->from[bins->n] = r->last + 1;
	bins->open = bins->n - (r->open <= r->last);
	return 0;
}

void
show_bins_free(struct show_bins *bins)
{
	free(bins->from);
	memset(bins, 0, sizeof *bins);
}

char *
show_bin(const struct show_bins *bins, size_t i, char *to)
{
	char day[SHOW_TEXT];

	if (*bins->each == 'm')
		return show_month(bins->from[i], to);
	show_day(bins->from[i], 1, day);
	snprintf(to, SHOW_TEXT, "%s%.40s", *bins->each == 'w' ? "week from " : "", day);
	return to;
}

/* ---- parts ---------------------------------------------------------------------------- */

int
show_slot(const struct report_items *items, size_t number)
{
	for (int i = 0; i < SHOW_PARTS - 1 && (size_t)i < items->ids.n; i++)
		if (items->order[i] == number)
			return i;
	return SHOW_PARTS - 1;
}

static void
add_item(struct show_parts *p, size_t at, const struct report *r, const struct report_item *item,
	const struct show_bins *bins)
{
	p->totals[at] += item->total;
	for (size_t i = 0; i < bins->n && item->daily != NULL; i++)
		for (int64_t day = bins->from[i]; day < bins->from[i + 1]; day++)
			p->values[at][i] += item->daily[day - r->scan];
}

int
show_parts(struct show_parts *p, const struct report *r, const struct report_items *items,
	size_t most, const struct show_bins *bins, struct ant_err *e)
{
	size_t costly = 0;

	memset(p, 0, sizeof *p);
	while (costly < items->ids.n && items->v[items->order[costly]].total != 0)
		costly++;
	p->n = costly < most ? costly : most;
	p->others = costly >= most ? costly - most + 1 : 0;
	for (size_t i = 0; i < p->n; i++) {
		if ((p->values[i] = calloc(bins->n + 1, sizeof **p->values)) == NULL)
			return err_sys(e, ANT_FAIL, "report");
		p->names[i] = items->v[items->order[i]].name;
		p->slot[i] = (int)i;
	}
	if (p->others > 0) {
		p->names[p->n - 1] = "Other";
		p->slot[p->n - 1] = SHOW_PARTS - 1;
	}
	for (size_t i = 0; i < costly; i++)
		add_item(p, i < p->n ? i : p->n - 1, r, &items->v[items->order[i]], bins);
	return 0;
}

void
show_parts_free(struct show_parts *p)
{
	for (size_t i = 0; i < SHOW_PARTS; i++)
		free(p->values[i]);
	memset(p, 0, sizeof *p);
}
