#include "report_html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_show.h"
#include "report_style.h"
#include "report_svg.h"
#include "utc.h"

enum { TOP = 20, NAME = 512, LABEL = 48, LISTED = 25 };

struct page {
	struct buf *b;
	const struct report *r;
	struct show_bins bins;
	struct show_parts models, workspaces;
	/* of the chart that is being drawn: */
	const struct show_parts *parts;
	const char *const *names; /* of its series */
	const double *const *values;
	size_t nvalues;
	const char *unit;
};

/* ---- pieces --------------------------------------------------------------------------- */

/* TEXT of others as text of the page, at most MAX characters. */
static void
put_escaped(struct buf *b, const char *text, size_t max)
{
	struct buf clean;

	buf_init(&clean, 1 << 16);
	show_name(&clean, text, max);
	for (size_t i = 0; i < clean.len; i++)
		switch (clean.data[i]) {
		case '&':
			buf_puts(b, "&amp;");
			break;
		case '<':
			buf_puts(b, "&lt;");
			break;
		case '>':
			buf_puts(b, "&gt;");
			break;
		case '"':
			buf_puts(b, "&quot;");
			break;
		case '\'':
			buf_puts(b, "&#39;");
			break;
		default:
			buf_putc(b, clean.data[i]);
		}
	b->failed |= clean.failed;
	buf_free(&clean);
}

/* The same apart from the direction of what is around it. */
static void
put_name(struct buf *b, const char *text, size_t max)
{
	buf_puts(b, "<bdi>");
	put_escaped(b, text, max);
	buf_puts(b, "</bdi>");
}

static void
put_cents(struct buf *b, int64_t cents)
{
	char text[MONEY_TEXT];

	buf_puts(b, money_text(cents, text));
}

/* An amount as it is shown, and exactly for machines. */
static void
put_money(struct buf *b, money m)
{
	char text[MONEY_TEXT];

	buf_printf(b, "<data value=\"%s\">", money_exact(m, text));
	buf_printf(b, "%s</data>", money_text(money_cents(m), text));
}

static void
put_integer(struct buf *b, int64_t n)
{
	char text[SHOW_TEXT];

	buf_puts(b, show_integer(n, text));
}

static void
put_section(struct page *p, const char *id, const char *title)
{
	buf_printf(p->b, "<section id=\"%s\" aria-labelledby=\"h-%s\"><h2 id=\"h-%s\">%s</h2>", id,
		id, id, title);
}

static void
put_end(struct page *p)
{
	buf_puts(p->b, "</section>\n");
}

/* What stands where a chart would be: which table is missing, or empty. */
static void
put_none(struct page *p, unsigned table, const char *what)
{
	int there = (p->r->tables & table) != 0;

	buf_printf(p->b, "<p class=\"none\">%s ", what);
	if (there)
		buf_printf(p->b,
			"The table %s has nothing for these days: <code>ant-sync %s</code> loads "
			"what is new.",
			views_table_name(table), views_table_name(table));
	else
		buf_printf(p->b, "Load the table first: <code>ant-sync %s</code>.",
			views_table_name(table));
	buf_puts(p->b, "</p>");
}

/* The start of a table in a part that can be scrolled by keyboard, too. */
static void
put_table(struct page *p, const char *caption, int tall)
{
	buf_printf(p->b,
		"<div class=\"scroll%s\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>"
		"<caption>%s</caption>",
		tall ? " tall" : "", caption, caption);
}

static void
put_details(struct page *p, const char *caption)
{
	buf_puts(p->b, "<details><summary>Figures as a table</summary>");
	put_table(p, caption, p->bins.n > 20);
}

static void
put_details_end(struct page *p)
{
	buf_puts(p->b, "</tbody></table></div></details>");
}

static void
put_bin_head(struct page *p, size_t i)
{
	char text[SHOW_TEXT];

	buf_printf(p->b, "<tr><th scope=\"row\">%s%s</th>", show_bin(&p->bins, i, text),
		i == p->bins.open ? " (open)" : "");
}

static void
put_legend_item(struct page *p, const char *class, const char *name, int text_of_others)
{
	buf_printf(p->b, "<li><i class=\"%s\"></i>", class);
	if (text_of_others)
		put_name(p->b, name, LABEL);
	else
		buf_printf(p->b, "<span>%s</span>", name);
	buf_puts(p->b, "</li>");
}

static void
put_open_legend(struct page *p)
{
	if (p->bins.open < p->bins.n)
		buf_printf(p->b, "<li><i class=\"today\"></i><span>%s, not over yet</span></li>",
			*p->bins.each == 'd' ? "today" : p->bins.each);
}

/* ---- charts over the bins --------------------------------------------------------------- */

static void
tick(void *arg, size_t bin, size_t before, char *to)
{
	const struct page *p = arg;
	int64_t y1 = 0, y0 = 0, day = p->bins.from[bin];
	unsigned m, d;

	if (bin == p->bins.open && *p->bins.each == 'd') {
		strcpy(to, "today");
		return;
	}
	utc_civil(day, &y1, &m, &d);
	if (before < p->bins.n)
		utc_civil(p->bins.from[before], &y0, &m, &d);
	show_day(day, 0, to);
	if (*p->bins.each == 'm')
		snprintf(to, SHOW_TEXT, "%.3s",
			strchr(show_day(day, 0, (char[SHOW_TEXT]){0}), ' ') + 1);
	if (y1 != y0) { /* the first of each year says which */
		size_t len = strlen(to);

		snprintf(to + len, SHOW_TEXT - len, " %" PRId64, y1);
	}
}

/* A tooltip: the bin, then each series that has a value there. */
static void
money_title(void *arg, struct buf *b, size_t bin)
{
	const struct page *p = arg;
	int64_t cents[SHOW_PARTS];
	money v[SHOW_PARTS] = {0}, sum = 0;
	char text[SHOW_TEXT];

	for (size_t i = 0; i < p->parts->n; i++)
		sum += v[i] = p->parts->values[i][bin];
	money_round(v, p->parts->n, MONEY_CENT, cents);
	buf_printf(b, "%s", show_bin(&p->bins, bin, text));
	if (bin == p->bins.open && sum == 0) {
		buf_puts(b, ": not over yet, its cost comes later");
		return;
	}
	buf_puts(b, bin == p->bins.open ? " so far: " : ": ");
	put_cents(b, money_cents(sum));
	for (size_t i = p->parts->n; i-- > 0;) {
		if (v[i] == 0)
			continue;
		buf_puts(b, "\n");
		put_escaped(b, p->parts->names[i], 32);
		buf_puts(b, " ");
		put_cents(b, cents[i]);
	}
}

static void
value_title(void *arg, struct buf *b, size_t bin)
{
	const struct page *p = arg;
	char text[SHOW_TEXT];

	buf_printf(b, "%s%s", show_bin(&p->bins, bin, text), bin == p->bins.open ? ", so far" : "");
	for (size_t i = p->nvalues; i-- > 0;) {
		double v = p->values[i][bin];

		if (isnan(v))
			continue;
		buf_printf(b, "\n%s: ", p->names[i]);
		if (*p->unit == '%')
			buf_printf(b, "%.1f%%", v);
		else
			put_integer(b, (int64_t)fabs(v));
	}
}

/* The chart of N series of counts or rates; ROLE is the classes' letter. */
static void
put_chart(struct page *p, const char *label, const struct svg_series *series, size_t n,
	const char *const *names, const double *const *values, const char *unit, int low)
{
	const struct svg_chart c = {.label = label,
		.n = p->bins.n,
		.open = p->bins.open,
		.nseries = n,
		.series = series,
		.unit = unit,
		.least_max = *unit == '%' ? 100 : 0,
		.title = value_title,
		.tick = tick,
		.arg = p,
		.low = low};

	p->names = names;
	p->values = values;
	p->nvalues = n;
	p->unit = unit;
	svg_chart(p->b, &c);
}

/* ---- key figures ------------------------------------------------------------------------ */

static void
put_kpi(struct page *p, const char *name)
{
	buf_printf(p->b, "<div class=\"kpi\"><dt>%s</dt><dd class=\"big\">", name);
}

static void
put_change(struct page *p, money now, money before, const char *than)
{
	char text[SHOW_TEXT];

	if (before <= 0)
		buf_printf(p->b, "</dd><dd class=\"small\">nothing %s</dd></div>", than);
	else
		buf_printf(p->b, "</dd><dd class=\"small\">%s against %s</dd></div>",
			show_change(now, before, text), than);
}

static void
put_budget(struct page *p)
{
	const struct report *r = p->r;
	char text[SHOW_TEXT], amount[MONEY_TEXT];
	double share = show_dollars(r->spent) / (show_dollars(r->o.budget) + 1e-9);
	double parts[] = {share > 1 ? 1 : share, share > 1 ? 0 : 1 - share};
	const int slots[] = {r->spent > r->o.budget ? 1 : 0, 4};

	buf_puts(p->b, "</dd><dd class=\"small\">");
	svg_row(p->b, parts, slots, 1, 1, "c");
	buf_printf(p->b, "%s of the budget of %s</dd></div>",
		show_percent((int64_t)(r->spent / 1000000000000000),
			(int64_t)(r->o.budget / 1000000000000000), text),
		money_text(money_cents(r->o.budget), amount));
}

static void
put_cost_figures(struct page *p)
{
	const struct report *r = p->r;
	char text[SHOW_TEXT], day[SHOW_TEXT];

	put_kpi(p, "Month to date");
	put_money(p->b, r->spent);
	if (r->o.budget >= 0)
		put_budget(p);
	else
		buf_printf(p->b, "</dd><dd class=\"small\">%s, %s %s</dd></div>",
			show_month(r->month, text), r->as_of > r->month ? "up to" : "before",
			show_day(r->as_of > r->month ? r->as_of - 1 : r->month, 0, day));
	put_kpi(p, "Forecast for the month");
	put_money(p->b, r->forecast);
	if (r->o.budget >= 0 && r->forecast > r->o.budget) {
		buf_puts(p->b, "</dd><dd class=\"small warn\">");
		put_cents(p->b, money_cents(r->forecast - r->o.budget));
		buf_puts(p->b, " over the budget</dd></div>");
	} else {
		put_change(p, r->forecast, r->spent_last_month, "last month");
	}
	put_kpi(p, "Last 30 days");
	put_money(p->b, r->last30);
	put_change(p, r->last30, r->prior30, "the 30 days before");
}

static void
put_figures(struct page *p)
{
	const struct report *r = p->r;
	char text[SHOW_TEXT], before[SHOW_TEXT];
	int64_t active = r->users30;

	buf_puts(p->b, "<section id=\"figures\" aria-label=\"Key figures\"><dl class=\"kpis\">");
	if (r->first_cost > 0)
		put_cost_figures(p);
	if (r->usage_end > 0) {
		put_kpi(p, "Tokens, last 30 days");
		buf_printf(p->b, "<data value=\"%" PRId64 "\">%s</data>", r->tokens30,
			show_short((double)r->tokens30, "", text));
		put_change(p, r->tokens30, r->tokens_prior30, "the 30 days before");
		put_kpi(p, "Cache hit rate, last 30 days");
		buf_printf(p->b, "%s</dd><dd class=\"small\">of input tokens; %s before</dd></div>",
			show_percent(r->read30, r->input30, text),
			show_percent(r->read_prior30, r->input_prior30, before));
	}
	if (r->claude_end > 0) {
		put_kpi(p, "Claude Code users, last 30 days");
		put_integer(p->b, active);
		put_change(p, active, r->users_prior30, "the 30 days before");
	}
	buf_puts(p->b, "</dl>");
	if (r->first_cost == 0)
		put_none(p, VIEWS_COST, "No cost yet.");
	if (r->usage_end == 0)
		put_none(p, VIEWS_USAGE, "No tokens yet.");
	if (r->claude_end == 0)
		put_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code yet.");
	put_end(p);
}

/* ---- cost over time ----------------------------------------------------------------------- */

static void
put_parts_table(struct page *p, const char *of)
{
	const struct show_parts *parts = p->parts;
	int64_t cents[SHOW_PARTS];
	char caption[96];

	snprintf(caption, sizeof caption, "Cost per %s and %s, US dollars", p->bins.each, of);
	put_details(p, caption);
	buf_printf(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">%s</th><th scope=\"col\">Total</th>",
		*p->bins.each == 'd'   ? "Day"
		: *p->bins.each == 'w' ? "Week"
				       : "Month");
	for (size_t i = 0; i < parts->n; i++) {
		buf_puts(p->b, "<th scope=\"col\">");
		put_name(p->b, parts->names[i], LABEL);
		buf_puts(p->b, "</th>");
	}
	buf_puts(p->b, "</tr></thead><tbody>");
	for (size_t bin = p->bins.n; bin-- > 0;) {
		money v[SHOW_PARTS] = {0}, sum = 0;

		for (size_t i = 0; i < parts->n; i++)
			sum += v[i] = parts->values[i][bin];
		money_round(v, parts->n, MONEY_CENT, cents);
		put_bin_head(p, bin);
		buf_puts(p->b, "<td>");
		put_cents(p->b, money_cents(sum));
		for (size_t i = 0; i < parts->n; i++) {
			buf_puts(p->b, "<td>");
			put_cents(p->b, cents[i]);
		}
	}
	buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td>");
	put_money(p->b, p->r->period);
	money_round(parts->totals, parts->n, MONEY_CENT, cents);
	for (size_t i = 0; i < parts->n; i++) {
		char text[MONEY_TEXT];

		buf_printf(p->b, "<td><data value=\"%s\">", money_exact(parts->totals[i], text));
		buf_printf(p->b, "%s</data>", money_text(cents[i], text));
	}
	buf_puts(p->b, "</tfoot></table></div></details>");
}

static void
put_cost_chart(struct page *p, const struct show_parts *parts, char letter, const char *of)
{
	struct svg_series series[SHOW_PARTS];
	double *values = calloc(p->bins.n * SHOW_PARTS + 1, sizeof *values);
	char classes[SHOW_PARTS][4], label[96];
	const struct svg_chart c = {.label = label,
		.n = p->bins.n,
		.open = p->bins.open,
		.nseries = parts->n,
		.series = series,
		.unit = "$",
		.title = money_title,
		.tick = tick,
		.arg = p};

	if (values == NULL) {
		p->b->failed = 1;
		return;
	}
	p->parts = parts;
	snprintf(label, sizeof label, "Cost per %s by %s; the figures are in the table below",
		p->bins.each, of);
	buf_puts(p->b, "<ul class=\"legend\">");
	for (size_t i = 0; i < parts->n; i++) {
		double *v = values + i * p->bins.n;

		snprintf(classes[i], sizeof classes[i], "%c%d", letter, parts->slot[i] % 10);
		put_legend_item(p, classes[i], parts->names[i], 1);
		for (size_t bin = 0; bin < p->bins.n; bin++)
			v[bin] = show_dollars(parts->values[i][bin]);
		series[i] = (struct svg_series){SVG_BARS, classes[i], v, NULL};
	}
	put_open_legend(p);
	buf_puts(p->b, "</ul>");
	svg_chart(p->b, &c);
	free(values);
	put_parts_table(p, of);
}

static void
put_cost(struct page *p)
{
	const struct report *r = p->r;
	static const char letters[] = "mw";
	static const char *const ids[] = {"models", "workspaces"};
	static const char *const of[] = {"model", "workspace"};
	const struct show_parts *const parts[] = {&p->models, &p->workspaces};
	char title[64], text[SHOW_TEXT];

	for (size_t i = 0; i < 2; i++) {
		snprintf(title, sizeof title, "Cost per %s by %s", p->bins.each, of[i]);
		put_section(p, ids[i], title);
		if (parts[i]->n == 0) {
			put_none(p, VIEWS_COST, "No cost here.");
			put_end(p);
			continue;
		}
		buf_puts(p->b, "<p class=\"soft small\">US dollars; ");
		put_money(p->b, r->period);
		buf_puts(p->b, " in all");
		if (parts[i]->others > 0)
			buf_printf(p->b, "; the eight largest of %s, the others together",
				show_integer((int64_t)(parts[i]->n - 1 + parts[i]->others), text));
		buf_puts(p->b, "</p>");
		put_cost_chart(p, parts[i], letters[i], of[i]);
		put_end(p);
	}
}

/* ---- the month ---------------------------------------------------------------------------- */

struct month {
	const struct report *r;
	size_t days;			      /* of the longer month */
	double *now, *before, *ahead, *limit; /* by day of the month, from 0 */
	money *now_exact, *before_exact;
};

static void
month_tick(void *arg, size_t bin, size_t before, char *to)
{
	(void)arg;
	(void)before;
	snprintf(to, SHOW_TEXT, "%zu", bin + 1);
}

static void
month_title(void *arg, struct buf *b, size_t bin)
{
	const struct month *m = arg;
	char text[SHOW_TEXT];

	buf_printf(b, "day %zu", bin + 1);
	if (!isnan(m->now[bin])) {
		buf_printf(b, "\n%s: ", show_month(m->r->month, text));
		put_cents(b, money_cents(m->now_exact[bin]));
	}
	if (!isnan(m->before[bin])) {
		buf_printf(b, "\n%s: ", show_month(m->r->last_month, text));
		put_cents(b, money_cents(m->before_exact[bin]));
	}
}

static money
cost_on(const struct report *r, int64_t day)
{
	const struct report_day *d = report_day_of(r, day);

	return d != NULL ? d->cost : 0;
}

static void
fill_month(struct month *m)
{
	const struct report *r = m->r;
	money sum = 0, old = 0;
	double left = (double)(r->next_month - r->as_of);

	for (size_t i = 0; i < m->days; i++) {
		int64_t day = r->month + (int64_t)i, then = r->last_month + (int64_t)i;

		m->now[i] = m->before[i] = m->ahead[i] = NAN;
		m->limit[i] = show_dollars(r->o.budget);
		if (day < r->as_of && day < r->next_month)
			m->now[i] = show_dollars(m->now_exact[i] = sum += cost_on(r, day));
		else if (day < r->next_month && left > 0)
			m->ahead[i] = show_dollars(r->spent) +
				      show_dollars(r->forecast - r->spent) *
					      (double)(day - r->as_of + 1) / left;
		if (then < r->month)
			m->before[i] = show_dollars(m->before_exact[i] = old += cost_on(r, then));
		if (day == r->as_of - 1) /* where the forecast starts */
			m->ahead[i] = m->now[i];
	}
}

static void
put_month_chart(struct page *p, const struct month *m)
{
	const struct report *r = p->r;
	const struct svg_series series[] = {{SVG_LINE, "c4", m->before, ""},
		{SVG_LINE, "c0", m->ahead, "dash"}, {SVG_LINE, "c0", m->now, ""},
		{SVG_LINE, "c1", m->limit, "dash"}};
	const struct svg_chart c = {.label = "Cost of the month, day by day added up, beside the "
					     "last month; the figures are in the table below",
		.n = m->days,
		.open = r->open <= r->last && r->open >= r->month ? (size_t)(r->open - r->month)
								  : m->days,
		.nseries = r->o.budget >= 0 ? 4 : 3,
		.series = series,
		.unit = "$",
		.title = month_title,
		.tick = month_tick,
		.arg = (void *)(uintptr_t)m};
	char text[SHOW_TEXT];

	buf_puts(p->b, "<ul class=\"legend\">");
	put_legend_item(p, "rule c0", show_month(r->month, text), 0);
	put_legend_item(p, "rule dashed c0", "forecast", 0);
	put_legend_item(p, "rule c4", show_month(r->last_month, text), 0);
	if (r->o.budget >= 0)
		put_legend_item(p, "rule dashed c1", "budget", 0);
	buf_puts(p->b, "</ul>");
	svg_chart(p->b, &c);
	buf_puts(p->b, "<details><summary>Figures as a table</summary>");
	put_table(p, "Cost of the month added up, US dollars", 1);
	buf_printf(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">Day of the month</th>"
		"<th scope=\"col\">%s</th>",
		show_month(r->month, text));
	buf_printf(p->b, "<th scope=\"col\">%s</th></tr></thead><tbody>",
		show_month(r->last_month, text));
	for (size_t i = 0; i < m->days; i++) {
		buf_printf(p->b, "<tr><th scope=\"row\">%zu</th><td>", i + 1);
		if (!isnan(m->now[i]))
			put_cents(p->b, money_cents(m->now_exact[i]));
		buf_puts(p->b, "<td>");
		if (!isnan(m->before[i]))
			put_cents(p->b, money_cents(m->before_exact[i]));
	}
	put_details_end(p);
}

static void
put_month(struct page *p)
{
	const struct report *r = p->r;
	size_t a = (size_t)(r->next_month - r->month), b = (size_t)(r->month - r->last_month);
	struct month m = {.r = r, .days = a > b ? a : b};
	double *v = calloc(m.days * 4, sizeof *v);
	money *exact = calloc(m.days * 2, sizeof *exact);

	put_section(p, "month", "The month so far");
	if (v == NULL || exact == NULL) {
		p->b->failed = 1;
	} else if (r->first_cost == 0) {
		put_none(p, VIEWS_COST, "No cost here.");
	} else {
		m.now = v;
		m.before = v + m.days;
		m.ahead = v + 2 * m.days;
		m.limit = v + 3 * m.days;
		m.now_exact = exact;
		m.before_exact = exact + m.days;
		fill_month(&m);
		buf_puts(p->b,
			"<p class=\"soft small\">US dollars, added up day by day; the forecast "
			"takes the mean of each weekday of the last four weeks</p>");
		put_month_chart(p, &m);
	}
	put_end(p);
	free(v);
	free(exact);
}

/* ---- counts over time ------------------------------------------------------------------------ */

/* A count of a day, by what it is of. */
enum count {
	COUNT_SESSIONS = TOKEN_KINDS,
	COUNT_ADDED,
	COUNT_REMOVED,
	COUNT_COMMITS,
	COUNT_PULLS,
	COUNT_ACCEPTED,
	COUNT_REJECTED,
	COUNTS
};

static int64_t
count_of(const struct report_day *d, int what)
{
	const int64_t more[] = {
		d->sessions, d->added, d->removed, d->commits, d->pulls, d->accepted, d->rejected};

	return what < TOKEN_KINDS ? d->tokens[what] : more[what - TOKEN_KINDS];
}

static int64_t
count_in(const struct page *p, size_t bin, int what)
{
	int64_t sum = 0;

	for (int64_t day = p->bins.from[bin]; day < p->bins.from[bin + 1]; day++)
		sum += count_of(report_day_of(p->r, day), what);
	return sum;
}

/* Users that were active in a bin: on one of its days. */
static int64_t
users_in(const struct page *p, size_t bin)
{
	int64_t from = p->bins.from[bin] - p->r->scan, to = p->bins.from[bin + 1] - p->r->scan,
		n = 0;

	if (to - from == 1)
		return p->r->days[from].users;
	for (size_t u = 0; u < p->r->user_ids.n; u++)
		for (int64_t day = from; day < to; day++)
			if ((p->r->users[u].days[day / 64] >> day % 64 & 1) != 0) {
				n++;
				break;
			}
	return n;
}

struct counts {
	size_t n;
	double *v[TOKEN_KINDS];
	const char *names[TOKEN_KINDS];
	const char *classes[TOKEN_KINDS];
};

/* A stacked chart of counts, with its legend and table.  VALUES: exact, n by bin. */
static void
put_counts(struct page *p, const char *label, const char *const *names, const char *const *classes,
	int64_t *const *exact, size_t n, int downwards, int low)
{
	struct svg_series series[TOKEN_KINDS];
	double *v = calloc(p->bins.n * n + 1, sizeof *v);
	const double *values[TOKEN_KINDS];

	if (v == NULL) {
		p->b->failed = 1;
		return;
	}
	if (n > 1 || p->bins.open < p->bins.n) {
		buf_puts(p->b, "<ul class=\"legend\">");
		for (size_t i = 0; i < n && n > 1; i++)
			put_legend_item(p, classes[i], names[i], 0);
		put_open_legend(p);
		buf_puts(p->b, "</ul>");
	}
	for (size_t i = 0; i < n; i++) {
		double *at = v + i * p->bins.n;

		for (size_t bin = 0; bin < p->bins.n; bin++)
			at[bin] = (double)exact[i][bin] * (downwards && i > 0 ? -1 : 1);
		values[i] = at;
		series[i] = (struct svg_series){SVG_BARS, classes[i], at, NULL};
	}
	put_chart(p, label, series, n, names, values, "", low);
	put_details(p, label);
	buf_puts(p->b, "<thead><tr><th scope=\"col\" class=\"l\">From</th>");
	for (size_t i = 0; i < n; i++)
		buf_printf(p->b, "<th scope=\"col\">%s</th>", names[i]);
	buf_puts(p->b, "</tr></thead><tbody>");
	for (size_t bin = p->bins.n; bin-- > 0;) {
		put_bin_head(p, bin);
		for (size_t i = 0; i < n; i++) {
			buf_puts(p->b, "<td>");
			put_integer(p->b, exact[i][bin]);
		}
	}
	put_details_end(p);
	free(v);
}

/* The same of some counts of the days. */
static void
put_day_counts(struct page *p, const char *label, const char *const *names,
	const char *const *classes, const int *what, size_t n, int downwards, int low)
{
	int64_t *all = calloc(p->bins.n * n + 1, sizeof *all), *exact[TOKEN_KINDS];

	if (all == NULL) {
		p->b->failed = 1;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		exact[i] = all + i * p->bins.n;
		for (size_t bin = 0; bin < p->bins.n; bin++)
			exact[i][bin] = count_in(p, bin, what[i]);
	}
	put_counts(p, label, names, classes, exact, n, downwards, low);
	free(all);
}

static void
put_tokens(struct page *p)
{
	static const int what[] = {
		TOKEN_OUTPUT, TOKEN_UNCACHED, TOKEN_WRITE_5M, TOKEN_WRITE_1H, TOKEN_READ};
	static const char *const classes[] = {"t4", "t0", "t1", "t2", "t3"};
	const char *names[TOKEN_KINDS];
	char title[64], label[96];

	snprintf(title, sizeof title, "Tokens per %s", p->bins.each);
	snprintf(label, sizeof label, "Tokens per %s by kind", p->bins.each);
	put_section(p, "tokens", title);
	if (p->r->usage_end <= p->r->first) {
		put_none(p, VIEWS_USAGE, "No tokens here.");
	} else {
		for (size_t i = 0; i < TOKEN_KINDS; i++)
			names[i] = report_token_name((enum report_token)what[i]);
		put_day_counts(p, label, names, classes, what, TOKEN_KINDS, 0, 0);
	}
	put_end(p);
}

/* ---- rates over time --------------------------------------------------------------------------- */

/* A line of PART of WHOLE, in percent, with its table. */
static void
put_rate(struct page *p, const char *label, const char *name, const char *class,
	const int64_t *part, const int64_t *whole)
{
	double *v = calloc(p->bins.n + 1, sizeof *v);
	const double *values[] = {v};
	const struct svg_series series[] = {{SVG_LINE, class, v, ""}};
	char text[SHOW_TEXT];

	if (v == NULL) {
		p->b->failed = 1;
		return;
	}
	for (size_t i = 0; i < p->bins.n; i++)
		v[i] = whole[i] > 0 ? 100.0 * (double)part[i] / (double)whole[i] : NAN;
	put_chart(p, label, series, 1, &name, values, "%", 1);
	free(v);
	put_details(p, label);
	buf_printf(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">From</th><th scope=\"col\">%s</th>"
		"</tr></thead><tbody>",
		name);
	for (size_t bin = p->bins.n; bin-- > 0;) {
		put_bin_head(p, bin);
		buf_printf(p->b, "<td>%s", show_percent(part[bin], whole[bin], text));
	}
	put_details_end(p);
}

static void
put_cache_models(struct page *p)
{
	const struct report *r = p->r;
	size_t shown = 0;

	buf_puts(p->b, "<h3>By model</h3>");
	put_table(p, "Cache hit rate by model", 0);
	buf_puts(p->b,
		"<thead><tr><th scope=\"col\" class=\"l name\">Model</th><th scope=\"col\">Cache "
		"hit rate</th><th scope=\"col\">Read from cache</th><th scope=\"col\">All "
		"input</th></tr></thead><tbody>");
	for (size_t i = 0; i < r->models.ids.n && shown < TOP; i++) {
		const struct report_item *m = &r->models.v[r->models.order[i]];
		int64_t input = 0;
		char text[SHOW_TEXT];

		for (size_t t = 0; t < TOKEN_KINDS; t++)
			input += t == TOKEN_OUTPUT ? 0 : m->tokens[t];
		if (input == 0)
			continue;
		shown++;
		buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
		put_name(p->b, m->name, NAME);
		buf_printf(
			p->b, "</th><td>%s<td>", show_percent(m->tokens[TOKEN_READ], input, text));
		put_integer(p->b, m->tokens[TOKEN_READ]);
		buf_puts(p->b, "<td>");
		put_integer(p->b, input);
	}
	buf_puts(p->b, "</tbody></table></div>");
}

static void
put_cache(struct page *p)
{
	int64_t *v = calloc(p->bins.n * 2 + 1, sizeof *v);
	char label[96];

	put_section(p, "cache", "Cache hit rate");
	if (v == NULL) {
		p->b->failed = 1;
	} else if (p->r->usage_end <= p->r->first) {
		put_none(p, VIEWS_USAGE, "No tokens here.");
	} else {
		for (size_t i = 0; i < p->bins.n; i++)
			for (int t = 0; t < TOKEN_OUTPUT; t++) {
				int64_t n = count_in(p, i, t);

				v[i] += t == TOKEN_READ ? n : 0;
				v[p->bins.n + i] += n;
			}
		buf_puts(p->b, "<p class=\"soft small\">Input tokens that were read from a cache, "
			       "of all input tokens</p>");
		snprintf(label, sizeof label, "Cache hit rate per %s", p->bins.each);
		put_rate(p, label, "Cache hit rate", "c2", v, v + p->bins.n);
		put_cache_models(p);
	}
	put_end(p);
	free(v);
}

/* ---- cost by what --------------------------------------------------------------------------------- */

/* Shares of the workspaces, the last one of all that are not shown. */
static void
put_matrix_row(struct page *p, const char *name, int archived, const money *by_model, size_t n,
	money total, money most, int64_t cents, int64_t share)
{
	const struct report *r = p->r;
	double parts[SHOW_PARTS] = {0};
	int slots[SHOW_PARTS];
	char text[SHOW_TEXT];

	for (size_t i = 0; i < SHOW_PARTS; i++)
		slots[i] = (int)i;
	for (size_t i = 0; i < n; i++)
		parts[show_slot(&r->models, i)] += show_dollars(by_model[i]);
	buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
	put_name(p->b, name, NAME);
	buf_printf(p->b, "%s</th><td class=\"barcell\">",
		archived ? " <span class=\"soft\">(archived)</span>" : "");
	svg_row(p->b, parts, slots, SHOW_PARTS, show_dollars(most), "m");
	buf_printf(p->b, "<td><data value=\"%s\">", money_exact(total, text));
	buf_printf(p->b, "%s</data>", money_text(cents, text));
	buf_printf(p->b, "<td>%s", show_thousandths(share, text));
}

static void
put_matrix(struct page *p)
{
	const struct report *r = p->r;
	const struct report_items *ws = &r->workspaces;
	size_t n = 0, shown;
	money *totals, *rest;
	int64_t *cents;

	put_section(p, "matrix", "Cost by workspace and model");
	while (n < ws->ids.n && ws->v[ws->order[n]].total != 0)
		n++;
	shown = n > TOP ? TOP - 1 : n;
	totals = calloc(TOP + 1, sizeof *totals);
	cents = calloc(2 * (TOP + 1), sizeof *cents);
	rest = calloc(r->models.ids.n + 1, sizeof *rest);
	if (totals == NULL || cents == NULL || rest == NULL) {
		p->b->failed = 1;
	} else if (n == 0) {
		put_none(p, VIEWS_COST, "No cost here.");
	} else {
		size_t rows = shown + (n > shown);

		for (size_t i = 0; i < n; i++) {
			const struct report_item *w = &ws->v[ws->order[i]];

			totals[i < shown ? i : shown] += w->total;
			for (size_t m = 0; i >= shown && m < w->nby_model && m < r->models.ids.n;
				m++)
				rest[m] += w->by_model[m];
		}
		money_round(totals, rows, MONEY_CENT, cents);
		money_shares(totals, rows, cents + rows);
		buf_puts(p->b, "<ul class=\"legend\">");
		for (size_t i = 0; i < p->models.n; i++) {
			char class[4];

			snprintf(class, sizeof class, "m%d", p->models.slot[i] % 10);
			put_legend_item(p, class, p->models.names[i], 1);
		}
		buf_puts(p->b, "</ul>");
		put_table(p, "Cost by workspace; the bars show the models", 0);
		buf_puts(p->b,
			"<thead><tr><th scope=\"col\" class=\"l name\">Workspace</th><th "
			"scope=\"col\" class=\"l\">Models</th><th scope=\"col\">Cost</th><th "
			"scope=\"col\">Share</th></tr></thead><tbody>");
		for (size_t i = 0; i < shown; i++) {
			const struct report_item *w = &ws->v[ws->order[i]];

			put_matrix_row(p, w->name, w->archived, w->by_model,
				w->nby_model < r->models.ids.n ? w->nby_model : r->models.ids.n,
				w->total, totals[0], cents[i], cents[rows + i]);
		}
		if (rows > shown) {
			char name[64];

			snprintf(name, sizeof name, "%zu others", n - shown);
			put_matrix_row(p, name, 0, rest, r->models.ids.n, totals[shown],
				totals[0] > totals[shown] ? totals[0] : totals[shown], cents[shown],
				cents[rows + shown]);
		}
		buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td><td>");
		put_money(p->b, r->period);
		buf_puts(p->b, "<td>100.0%</tfoot></table></div>");
	}
	put_end(p);
	free(totals);
	free(cents);
	free(rest);
}

static const char *
token_type_name(const struct report_kind *k)
{
	static const char *const names[][2] = {{"uncached_input_tokens", "Input, not cached"},
		{"cache_creation.ephemeral_5m_input_tokens", "Cache write, 5 min"},
		{"cache_creation.ephemeral_1h_input_tokens", "Cache write, 1 h"},
		{"cache_read_input_tokens", "Cache read"}, {"output_tokens", "Output"},
		{"web_search", "Web search"}, {"code_execution", "Code execution"},
		{"session_usage", "Agent sessions"}};
	const char *id = *k->token_type != '\0' ? k->token_type : k->cost_type;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], id) == 0)
			return names[i][1];
	return *id != '\0' ? id : "Other";
}

static int
token_type_slot(const struct report_kind *k)
{
	static const char *const ids[] = {"uncached_input_tokens",
		"cache_creation.ephemeral_5m_input_tokens",
		"cache_creation.ephemeral_1h_input_tokens", "cache_read_input_tokens",
		"output_tokens"};

	for (int i = 0; i < 5; i++)
		if (strcmp(ids[i], k->token_type) == 0)
			return i;
	return -1;
}

static int
by_total(const void *a, const void *b)
{
	const struct report_kind *x = a, *y = b;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return strcmp(x->token_type, y->token_type);
}

static void
put_kinds(struct page *p)
{
	const struct report *r = p->r;
	size_t n = r->nkinds;
	struct report_kind *kinds = calloc(n + 1, sizeof *kinds);
	money *totals = calloc(n + 1, sizeof *totals);
	int64_t *cents = calloc(2 * n + 1, sizeof *cents);

	put_section(p, "kinds", "Cost by token type");
	if (kinds == NULL || totals == NULL || cents == NULL) {
		p->b->failed = 1;
	} else if (n == 0) {
		put_none(p, VIEWS_COST, "No cost here.");
	} else {
		memcpy(kinds, r->kinds, n * sizeof *kinds);
		qsort(kinds, n, sizeof *kinds, by_total);
		for (size_t i = 0; i < n; i++)
			totals[i] = kinds[i].total;
		money_round(totals, n, MONEY_CENT, cents);
		money_shares(totals, n, cents + n);
		put_table(p, "Cost by token type", 0);
		buf_puts(p->b, "<thead><tr><th scope=\"col\" class=\"l name\">What</th><th "
			       "scope=\"col\"></th><th scope=\"col\">Cost</th><th "
			       "scope=\"col\">Share</th></tr></thead><tbody>");
		for (size_t i = 0; i < n; i++) {
			double part = show_dollars(totals[i]);
			int slot = token_type_slot(&kinds[i]);
			char text[SHOW_TEXT];

			buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
			put_name(p->b, token_type_name(&kinds[i]), NAME);
			buf_puts(p->b, "</th><td class=\"barcell\">");
			svg_row(p->b, &part, slot >= 0 ? &slot : (const int[]){8}, 1,
				show_dollars(totals[0]), slot >= 0 ? "t" : "m");
			buf_printf(p->b, "<td><data value=\"%s\">", money_exact(totals[i], text));
			buf_printf(p->b, "%s</data>", money_text(cents[i], text));
			buf_printf(p->b, "<td>%s", show_thousandths(cents[n + i], text));
		}
		buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td><td>");
		put_money(p->b, r->period);
		buf_puts(p->b, "<td>100.0%</tfoot></table></div>");
	}
	put_end(p);
	free(kinds);
	free(totals);
	free(cents);
}

/* ---- Claude Code -------------------------------------------------------------------------------------- */

static void
put_user(struct page *p, const struct report_user *u, money most)
{
	char text[SHOW_TEXT];
	double part = show_dollars(u->cost);
	const int slot = 3;

	buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
	put_name(p->b, u->name, NAME);
	if (u->is_key)
		buf_puts(p->b, " <span class=\"soft\">(API key)</span>");
	buf_puts(p->b, "</th><td>");
	put_money(p->b, u->cost);
	svg_row(p->b, &part, &slot, 1, show_dollars(most), "c");
	buf_puts(p->b, "<td>");
	put_integer(p->b, u->sessions);
	buf_puts(p->b, "<td>+");
	put_integer(p->b, u->added);
	buf_puts(p->b, " −");
	put_integer(p->b, u->removed);
	buf_puts(p->b, "<td>");
	put_integer(p->b, u->commits);
	buf_puts(p->b, "<td>");
	put_integer(p->b, u->pulls);
	buf_printf(p->b, "<td>%s", show_percent(u->accepted, u->accepted + u->rejected, text));
}

static size_t
users_with_use(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->user_ids.n; i++)
		n += r->users[i].cost != 0 || r->users[i].sessions != 0 || r->users[i].added != 0 ||
		     r->users[i].accepted != 0 || r->users[i].rejected != 0;
	return n;
}

static void
put_users(struct page *p)
{
	const struct report *r = p->r;
	size_t n = users_with_use(r);
	char text[SHOW_TEXT];

	put_section(p, "users", "Claude Code: who uses it most");
	if (n == 0) {
		put_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code here.");
		put_end(p);
		return;
	}
	buf_printf(p->b,
		"<p class=\"soft small\">%s%s users and keys, by estimated cost; the "
		"estimate is not the bill</p>",
		n > TOP ? "The first 20 of " : "", show_integer((int64_t)n, text));
	put_table(p, "Claude Code by user", 0);
	buf_puts(p->b, "<thead><tr><th scope=\"col\" class=\"l name\">User</th><th "
		       "scope=\"col\">Estimated "
		       "cost</th><th scope=\"col\">Sessions</th><th scope=\"col\">Lines</th><th "
		       "scope=\"col\">Commits</th><th scope=\"col\">Pull requests</th><th "
		       "scope=\"col\">Accepted</th></tr></thead><tbody>");
	for (size_t i = 0; i < n && i < TOP; i++)
		put_user(p, &r->users[r->user_order[i]], r->users[r->user_order[0]].cost);
	buf_puts(p->b, "</tbody></table></div>");
	put_end(p);
}

static void
put_tools(struct page *p)
{
	const struct report *r = p->r;
	int any = 0;

	put_section(p, "tools", "Claude Code: acceptance per tool");
	for (size_t i = 0; i < TOOLS; i++)
		any |= r->tools[i][0] >= 0 || r->tools[i][1] >= 0;
	if (!any) {
		put_none(p, VIEWS_CLAUDE_CODE, "No decisions on tools here.");
		put_end(p);
		return;
	}
	buf_puts(p->b,
		"<p class=\"soft small\">Proposals of a tool that were accepted, of all that "
		"were decided</p>");
	put_table(p, "Acceptance per tool", 0);
	buf_puts(p->b, "<thead><tr><th scope=\"col\" class=\"l name\">Tool</th><th "
		       "scope=\"col\"></th><th scope=\"col\">Accepted</th><th "
		       "scope=\"col\">Accepted, count</th><th scope=\"col\">Rejected, "
		       "count</th></tr></thead><tbody>");
	for (size_t i = 0; i < TOOLS; i++) {
		int64_t yes = r->tools[i][0] < 0 ? 0 : r->tools[i][0];
		int64_t no = r->tools[i][1] < 0 ? 0 : r->tools[i][1];
		double parts[] = {(double)yes, (double)no};
		const int slots[] = {2, 4};
		char text[SHOW_TEXT];

		buf_printf(p->b,
			"<tr><th scope=\"row\" class=\"name\">%s</th><td class=\"barcell\">",
			report_tool_name((enum report_tool)i));
		svg_row(p->b, parts, slots, 2, parts[0] + parts[1], "c");
		buf_printf(p->b, "<td>%s<td>", show_percent(yes, yes + no, text));
		put_integer(p->b, yes);
		buf_puts(p->b, "<td>");
		put_integer(p->b, no);
	}
	buf_puts(p->b, "</tbody></table></div>");
	put_end(p);
}

static void
put_code(struct page *p)
{
	static const char *const lines[] = {"Lines added", "Lines removed"};
	static const char *const line_classes[] = {"c2", "c1"};
	static const int line_counts[] = {COUNT_ADDED, COUNT_REMOVED};
	static const char *const commits[] = {"Commits", "Pull requests"};
	static const char *const commit_classes[] = {"c0", "c3"};
	static const int commit_counts[] = {COUNT_COMMITS, COUNT_PULLS};
	char title[96], label[96];

	snprintf(title, sizeof title, "Claude Code: lines, commits and pull requests per %s",
		p->bins.each);
	put_section(p, "code", title);
	if (p->r->claude_end <= p->r->first) {
		put_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code here.");
	} else {
		buf_puts(p->b, "<h3>Lines of code, added and removed</h3>");
		snprintf(label, sizeof label, "Lines of code per %s", p->bins.each);
		put_day_counts(p, label, lines, line_classes, line_counts, 2, 1, 1);
		buf_puts(p->b, "<h3>Commits and pull requests</h3>");
		snprintf(label, sizeof label, "Commits and pull requests per %s", p->bins.each);
		put_day_counts(p, label, commits, commit_classes, commit_counts, 2, 0, 1);
	}
	put_end(p);
}

static void
put_activity(struct page *p)
{
	static const char *const users[] = {"Active users"};
	static const char *const user_classes[] = {"c3"};
	static const char *const sessions[] = {"Sessions"};
	static const char *const session_classes[] = {"c0"};
	static const int session_counts[] = {COUNT_SESSIONS};
	int64_t *v = calloc(p->bins.n + 1, sizeof *v);
	char title[96], label[96];

	snprintf(
		title, sizeof title, "Claude Code: active users and sessions per %s", p->bins.each);
	put_section(p, "activity", title);
	if (v == NULL) {
		p->b->failed = 1;
	} else if (p->r->claude_end <= p->r->first) {
		put_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code here.");
	} else {
		for (size_t i = 0; i < p->bins.n; i++)
			v[i] = users_in(p, i);
		buf_puts(p->b, "<h3>Active users and keys</h3>");
		snprintf(label, sizeof label, "Active users and keys per %s", p->bins.each);
		put_counts(p, label, users, user_classes, &v, 1, 0, 1);
		buf_puts(p->b, "<h3>Sessions</h3>");
		snprintf(label, sizeof label, "Sessions per %s", p->bins.each);
		put_day_counts(p, label, sessions, session_classes, session_counts, 1, 0, 1);
	}
	put_end(p);
	free(v);
}

/* ---- keys ------------------------------------------------------------------------------------------------ */

static void
put_key(struct page *p, const struct report_key *k, int64_t cents)
{
	char text[SHOW_TEXT];

	buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
	put_name(p->b, k->name, NAME);
	if (k->listed && k->status != NULL && strcmp(k->status, "active") != 0) {
		buf_puts(p->b, " <span class=\"soft\">(");
		put_escaped(p->b, k->status, 20);
		buf_puts(p->b, ")</span>");
	}
	buf_puts(p->b, "</th><td class=\"l name\">");
	if (k->workspace != NULL)
		put_name(p->b, k->workspace, LABEL);
	buf_printf(p->b, "<td><data value=\"%s\">", money_exact(k->cost, text));
	buf_printf(p->b, "%s</data><td>", money_text(cents, text));
	put_integer(p->b, k->tokens);
	buf_printf(p->b, "<td>%s", k->last_day > 0 ? show_day(k->last_day, 1, text) : "–");
	buf_printf(p->b, "<td>%s", k->created > 0 ? show_day(k->created, 1, text) : "–");
}

/* A key that could be used, and was not in all of the period. */
static int
is_idle(const struct report_key *k)
{
	return k->listed && k->tokens == 0 && k->status != NULL && strcmp(k->status, "active") == 0;
}

static int
is_old(const struct report *r, const struct report_key *k)
{
	return k->listed && k->created > 0 && r->last - k->created > 365 && k->status != NULL &&
	       strcmp(k->status, "active") == 0;
}

static void
put_key_list(struct page *p, int old, const char *title, const char *none)
{
	const struct report *r = p->r;
	size_t n = 0, shown = 0;
	char text[SHOW_TEXT];

	for (size_t i = 0; i < r->key_ids.n; i++)
		n += (size_t)(old ? is_old(r, &r->keys[i]) : is_idle(&r->keys[i]));
	buf_printf(p->b, "<h3>%s: %s</h3>", title, show_integer((int64_t)n, text));
	if (n == 0) {
		buf_printf(p->b, "<p class=\"soft small\">%s</p>", none);
		return;
	}
	buf_puts(p->b, "<p class=\"small\">");
	for (size_t i = 0; i < r->key_ids.n && shown < LISTED; i++) {
		const struct report_key *k = &r->keys[r->key_order[i]];

		if (old ? !is_old(r, k) : !is_idle(k))
			continue;
		buf_puts(p->b, shown++ > 0 ? " · " : "");
		put_name(p->b, k->name, 80);
		if (k->created > 0)
			buf_printf(p->b, " <span class=\"soft\">(since %s)</span>",
				show_day(k->created, 1, text));
	}
	if (n > shown)
		buf_printf(p->b, " · and %s more", show_integer((int64_t)(n - shown), text));
	buf_puts(p->b, "</p>");
}

static void
put_keys_table(struct page *p, size_t n)
{
	const struct report *r = p->r;
	size_t shown = n > TOP ? TOP : n;
	/* The keys that are shown, the others, and what no key used. */
	money *costs = calloc(shown + 2, sizeof *costs);
	int64_t *cents = calloc(shown + 2, sizeof *cents);

	if (costs == NULL || cents == NULL) {
		p->b->failed = 1;
		goto done;
	}
	for (size_t i = 0; i < n; i++)
		costs[i < shown ? i : shown] += r->keys[r->key_order[i]].cost;
	costs[shown + 1] = r->not_by_key;
	money_round(costs, shown + 2, MONEY_CENT, cents);
	put_table(p, "Cost by API key", 0);
	buf_puts(p->b,
		"<thead><tr><th scope=\"col\" class=\"l name\">Key</th><th scope=\"col\" class=\"l "
		"name\">Workspace</th><th scope=\"col\">Cost</th><th scope=\"col\">Tokens</th><th "
		"scope=\"col\">Last used</th><th scope=\"col\">Created</th></tr></thead><tbody>");
	for (size_t i = 0; i < shown; i++)
		put_key(p, &r->keys[r->key_order[i]], cents[i]);
	for (size_t i = shown; i < shown + 2; i++) {
		char text[MONEY_TEXT];

		if (costs[i] == 0)
			continue;
		buf_printf(p->b,
			"<tr><th scope=\"row\" class=\"name\">%s</th><td><td><data value=\"%s\">",
			i == shown ? "Other keys" : "Not by key", money_exact(costs[i], text));
		buf_printf(p->b, "%s</data><td><td><td>", money_text(cents[i], text));
	}
	buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td><td>");
	put_money(p->b, r->period);
	buf_puts(p->b, "<td><td><td></tfoot></table></div>");
done:
	free(costs);
	free(cents);
}

static void
put_keys(struct page *p)
{
	const struct report *r = p->r;
	size_t n = 0;

	put_section(p, "keys", "API keys");
	while (n < r->key_ids.n &&
		(r->keys[r->key_order[n]].cost != 0 || r->keys[r->key_order[n]].tokens != 0))
		n++;
	if (n == 0)
		put_none(p, VIEWS_USAGE, "No use of keys here.");
	else {
		buf_puts(p->b,
			"<p class=\"soft small\">The API has no cost by key: this is the cost "
			"of each workspace, model and token type, shared out by the keys&#39; "
			"tokens</p>");
		put_keys_table(p, n);
	}
	if ((r->tables & VIEWS_KEYS) == 0) {
		put_none(p, VIEWS_KEYS, "Names and ages of keys are not known.");
	} else {
		put_key_list(p, 0, "Active keys without use in this period",
			"Every active key was used.");
		put_key_list(p, 1, "Active keys older than a year", "No active key is that old.");
	}
	put_end(p);
}

/* ---- the rest ---------------------------------------------------------------------------------------------- */

static void
put_odd(struct page *p)
{
	static const char *const what[] = {"All cost", "Model ", "Workspace "};
	const struct report *r = p->r;

	put_section(p, "odd", "Days that stand out");
	if (r->first_cost == 0) {
		put_none(p, VIEWS_COST, "No cost here.");
		put_end(p);
		return;
	}
	buf_puts(p->b,
		"<p class=\"soft small\">Cost far from the median of the same kind of day, "
		"working days or weekends, of the four weeks before: by more than 3.5 robust "
		"standard deviations, a fifth and ten dollars</p>");
	if (r->nodd == 0) {
		buf_puts(p->b, "<p class=\"none\">No day of this period does.</p>");
		put_end(p);
		return;
	}
	put_table(p, "Days that stand out", 0);
	buf_puts(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">Day</th><th scope=\"col\" class=\"l "
		"name\">What</th><th scope=\"col\">Cost</th><th scope=\"col\">Usual</th><th "
		"scope=\"col\">Change</th></tr></thead><tbody>");
	for (size_t i = 0; i < r->nodd; i++) {
		const struct report_odd *o = &r->odd[i];
		char text[SHOW_TEXT];

		buf_printf(p->b, "<tr><th scope=\"row\">%s</th><td class=\"l name\">%s",
			show_day(o->day, 1, text), what[o->what]);
		if (o->what > 0)
			put_name(p->b, o->name, NAME);
		buf_puts(p->b, "<td>");
		put_money(p->b, o->cost);
		buf_puts(p->b, "<td>");
		put_cents(p->b, money_cents(o->usual));
		buf_printf(p->b, "<td>%s", show_change(o->cost, o->usual, text));
	}
	buf_puts(p->b, "</tbody></table></div>");
	put_end(p);
}

static void
put_fresh(struct page *p)
{
	const struct report *r = p->r;

	put_section(p, "fresh", "How fresh the data is");
	if (r->nfresh == 0) {
		buf_puts(p->b, "<p class=\"none\">No load is known: the ledger _anthill_loads is "
			       "missing or empty. <code>ant-sync</code> loads all tables.</p>");
		put_end(p);
		return;
	}
	put_table(p, "Loads by table", 0);
	buf_puts(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">Table</th><th scope=\"col\">Complete up "
		"to</th><th scope=\"col\">Behind</th><th scope=\"col\">Last load</th><th "
		"scope=\"col\">Loads</th><th scope=\"col\">Rows loaded</th></tr></thead><tbody>");
	for (size_t i = 0; i < r->nfresh; i++) {
		const struct report_fresh *f = &r->fresh[i];
		char text[SHOW_TEXT];

		buf_puts(p->b, "<tr><th scope=\"row\">");
		put_name(p->b, f->table, LABEL);
		buf_printf(p->b, "</th><td>%.10s%s%.5s", f->watermark, *f->watermark ? " " : "–",
			*f->watermark ? f->watermark + 11 : "");
		buf_printf(p->b, "<td%s>%s", f->age > 36 * UTC_HOUR ? " class=\"warn\"" : "",
			show_age(f->age, text));
		buf_printf(p->b, "<td>%.10s %.5s<td>", f->finished,
			*f->finished ? f->finished + 11 : "");
		put_integer(p->b, f->loads);
		buf_puts(p->b, "<td>");
		put_integer(p->b, f->rows);
	}
	buf_puts(p->b, "</tbody></table></div>");
	put_end(p);
}

static void
put_head(struct page *p)
{
	const struct report *r = p->r;
	char from[SHOW_TEXT], to[SHOW_TEXT], at[UTC_TEXT], name[1024] = "";
	static const char *const links[][2] = {{"models", "Cost by model"},
		{"workspaces", "Cost by workspace"}, {"month", "Month"}, {"tokens", "Tokens"},
		{"cache", "Cache"}, {"matrix", "Workspaces and models"}, {"kinds", "Token types"},
		{"users", "Claude Code"}, {"keys", "API keys"}, {"odd", "Days that stand out"},
		{"fresh", "Freshness"}};

	if (r->o.title != NULL)
		snprintf(name, sizeof name, "%s", r->o.title);
	else
		snprintf(name, sizeof name, "%s%s", r->organization != NULL ? r->organization : "",
			r->organization != NULL ? ": Claude cost and use" : "Claude cost and use");
	buf_puts(p->b, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
		       "<meta name=\"color-scheme\" content=\"light dark\">"
		       "<meta name=\"generator\" content=\"ant-report " ANT_VERSION "\"><title>");
	put_escaped(p->b, name, 200);
	buf_puts(p->b, "</title><style>");
	buf_puts(p->b, report_style_page);
	buf_puts(p->b, report_style_charts);
	buf_puts(p->b, "</style></head><body>\n<a class=\"skip\" href=\"#main\">To the figures</a>"
		       "<header><h1>");
	put_name(p->b, name, NAME);
	utc_format(r->o.to, at);
	buf_printf(p->b,
		"</h1><p class=\"soft\">%s to %s; as of %.10s %.5s. Days are in UTC.</p></header>\n"
		"<nav aria-label=\"Contents\"><ul>",
		show_day(r->first, 1, from), show_day(r->last, 1, to), at, at + 11);
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		buf_printf(p->b, "<li><a href=\"#%s\">%s</a></li>", links[i][0], links[i][1]);
	buf_puts(p->b, "</ul></nav>\n<main id=\"main\">\n");
}

static void
put_page(struct page *p)
{
	put_head(p);
	put_figures(p);
	put_cost(p);
	put_month(p);
	put_tokens(p);
	put_cache(p);
	put_matrix(p);
	put_kinds(p);
	put_users(p);
	put_tools(p);
	put_code(p);
	put_activity(p);
	put_keys(p);
	put_odd(p);
	put_fresh(p);
	buf_puts(p->b,
		"</main>\n<footer><p>Cost is that of the cost report: Priority Tier is not in "
		"it, and the bill may differ. Cost of Claude Code is an estimate. Amounts are "
		"added up exactly and rounded last.</p><p>Made by ant-report " ANT_VERSION
		", part of anthill.</p></footer>\n</body></html>\n");
}

int
report_html(struct buf *to, const struct report *r, struct ant_err *e)
{
	struct page p = {.b = to, .r = r};
	int status = -1;

	if (show_bins(&p.bins, r, e) == 0 &&
		show_parts(&p.models, r, &r->models, &p.bins, e) == 0 &&
		show_parts(&p.workspaces, r, &r->workspaces, &p.bins, e) == 0) {
		put_page(&p);
		status = to->failed ? err_sys(e, ANT_FAIL, "the page") : 0;
	}
	show_parts_free(&p.models);
	show_parts_free(&p.workspaces);
	show_bins_free(&p.bins);
	return status;
}
