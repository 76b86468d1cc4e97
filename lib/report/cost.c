#include "report/cost.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	html_cents(b, money_cents(sum));
	for (size_t i = p->parts->n; i-- > 0;) {
		if (v[i] == 0)
			continue;
		buf_puts(b, "\n");
		html_escaped(b, p->parts->names[i], 32);
		buf_puts(b, " ");
		html_cents(b, cents[i]);
	}
}

/* ---- cost over time ----------------------------------------------------------------------- */

static void
put_parts_table(struct page *p, const char *of)
{
	const struct show_parts *parts = p->parts;
	int64_t cents[SHOW_PARTS];
	char caption[96];

	snprintf(caption, sizeof caption, "Cost per %s and %s, US dollars", p->bins.each, of);
	html_details(p, caption);
	buf_printf(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">%s</th><th scope=\"col\">Total</th>",
		html_bins_head(p));
	for (size_t i = 0; i < parts->n; i++) {
		buf_puts(p->b, "<th scope=\"col\">");
		html_name(p->b, parts->names[i], PAGE_LABEL);
		buf_puts(p->b, "</th>");
	}
	buf_puts(p->b, "</tr></thead><tbody>");
	for (size_t bin = p->bins.n; bin-- > 0;) {
		money v[SHOW_PARTS] = {0}, sum = 0;

		for (size_t i = 0; i < parts->n; i++)
			sum += v[i] = parts->values[i][bin];
		money_round(v, parts->n, MONEY_CENT, cents);
		html_bin_head(p, bin);
		buf_puts(p->b, "<td>");
		html_cents(p->b, money_cents(sum));
		for (size_t i = 0; i < parts->n; i++) {
			buf_puts(p->b, "<td>");
			html_cents(p->b, cents[i]);
		}
	}
	buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td>");
	html_money(p->b, p->r->period);
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
		.tick = html_tick,
		.arg = p,
		.week = *p->bins.each == 'd' ? 7 : 0};

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
		html_legend(p, classes[i], parts->names[i], 1);
		for (size_t bin = 0; bin < p->bins.n; bin++)
			v[bin] = show_dollars(parts->values[i][bin]);
		series[i] = (struct svg_series){SVG_BARS, classes[i], v, NULL};
	}
	html_open_legend(p);
	buf_puts(p->b, "</ul>");
	svg_chart(p->b, &c);
	free(values);
	put_parts_table(p, of);
}

void
report_cost_daily(struct page *p)
{
	const struct report *r = p->r;
	static const char letters[] = "mw";
	static const char *const ids[] = {"models", "workspaces"};
	static const char *const of[] = {"model", "workspace"};
	const struct show_parts *const parts[] = {&p->models, &p->workspaces};
	char title[64], text[SHOW_TEXT];

	for (size_t i = 0; i < 2; i++) {
		snprintf(title, sizeof title, "Cost per %s by %s", p->bins.each, of[i]);
		html_section(p, ids[i], title);
		if (parts[i]->n == 0) {
			html_none(p, VIEWS_COST, "No cost here.");
			html_end(p);
			continue;
		}
		buf_puts(p->b, "<p class=\"soft small\">US dollars; ");
		html_money(p->b, r->period);
		buf_puts(p->b, " in all");
		if (parts[i]->others > 0)
			buf_printf(p->b, "; the eight largest of %s, the others together",
				show_integer((int64_t)(parts[i]->n - 1 + parts[i]->others), text));
		buf_puts(p->b, "</p>");
		put_cost_chart(p, parts[i], letters[i], of[i]);
		html_end(p);
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
		html_cents(b, money_cents(m->now_exact[bin]));
	}
	if (!isnan(m->before[bin])) {
		buf_printf(b, "\n%s: ", show_month(m->r->last_month, text));
		html_cents(b, money_cents(m->before_exact[bin]));
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
	html_legend(p, "rule c0", show_month(r->month, text), 0);
	html_legend(p, "rule dashed c0", "forecast", 0);
	html_legend(p, "rule c4", show_month(r->last_month, text), 0);
	if (r->o.budget >= 0)
		html_legend(p, "rule dashed c1", "budget", 0);
	buf_puts(p->b, "</ul>");
	svg_chart(p->b, &c);
	buf_puts(p->b, "<details><summary>Figures as a table</summary>");
	html_table(p, "Cost of the month added up, US dollars", 1);
	buf_printf(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">Day of the month</th>"
		"<th scope=\"col\">%s</th>",
		show_month(r->month, text));
	buf_printf(p->b, "<th scope=\"col\">%s</th></tr></thead><tbody>",
		show_month(r->last_month, text));
	for (size_t i = 0; i < m->days; i++) {
		buf_printf(p->b, "<tr><th scope=\"row\">%zu</th><td>", i + 1);
		if (!isnan(m->now[i]))
			html_cents(p->b, money_cents(m->now_exact[i]));
		buf_puts(p->b, "<td>");
		if (!isnan(m->before[i]))
			html_cents(p->b, money_cents(m->before_exact[i]));
	}
	html_details_end(p);
}

void
report_cost_month(struct page *p)
{
	const struct report *r = p->r;
	size_t a = (size_t)(r->next_month - r->month), b = (size_t)(r->month - r->last_month);
	struct month m = {.r = r, .days = a > b ? a : b};
	double *v = calloc(m.days * 4, sizeof *v);
	money *exact = calloc(m.days * 2, sizeof *exact);

	html_section(p, "month", "The month so far");
	if (v == NULL || exact == NULL) {
		p->b->failed = 1;
	} else if (r->first_cost == 0) {
		html_none(p, VIEWS_COST, "No cost here.");
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
	html_end(p);
	free(v);
	free(exact);
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
	html_name(p->b, name, PAGE_NAME);
	buf_printf(p->b, "%s</th><td class=\"barcell\">",
		archived ? " <span class=\"soft\">(archived)</span>" : "");
	svg_row(p->b, parts, slots, SHOW_PARTS, show_dollars(most), "m");
	buf_printf(p->b, "<td><data value=\"%s\">", money_exact(total, text));
	buf_printf(p->b, "%s</data>", money_text(cents, text));
	buf_printf(p->b, "<td>%s", show_thousandths(share, text));
}

void
report_cost_matrix(struct page *p)
{
	const struct report *r = p->r;
	const struct report_items *ws = &r->workspaces;
	size_t n = 0, shown;
	money *totals, *rest;
	int64_t *cents;

	html_section(p, "matrix", "Cost by workspace and model");
	while (n < ws->ids.n && ws->v[ws->order[n]].total != 0)
		n++;
	shown = n > PAGE_TOP ? PAGE_TOP - 1 : n;
	totals = calloc(PAGE_TOP + 1, sizeof *totals);
	cents = calloc(2 * (PAGE_TOP + 1), sizeof *cents);
	rest = calloc(r->models.ids.n + 1, sizeof *rest);
	if (totals == NULL || cents == NULL || rest == NULL) {
		p->b->failed = 1;
	} else if (n == 0) {
		html_none(p, VIEWS_COST, "No cost here.");
	} else {
		size_t rows = shown + (n > shown);
		money most;

		for (size_t i = 0; i < n; i++) {
			const struct report_item *w = &ws->v[ws->order[i]];

			totals[i < shown ? i : shown] += w->total;
			for (size_t m = 0; i >= shown && m < w->nby_model && m < r->models.ids.n;
				m++)
				rest[m] += w->by_model[m];
		}
		/* All the others can be more than the first. */
		most = totals[0] > totals[rows - 1] ? totals[0] : totals[rows - 1];
		money_round(totals, rows, MONEY_CENT, cents);
		money_shares(totals, rows, cents + rows);
		buf_puts(p->b, "<ul class=\"legend\">");
		for (size_t i = 0; i < p->models.n; i++) {
			char class[4];

			snprintf(class, sizeof class, "m%d", p->models.slot[i] % 10);
			html_legend(p, class, p->models.names[i], 1);
		}
		buf_puts(p->b, "</ul>");
		html_table(p, "Cost by workspace; the bars show the models", 0);
		buf_puts(p->b,
			"<thead><tr><th scope=\"col\" class=\"l name\">Workspace</th><th "
			"scope=\"col\" class=\"l\">Models</th><th scope=\"col\">Cost</th><th "
			"scope=\"col\">Share</th></tr></thead><tbody>");
		for (size_t i = 0; i < shown; i++) {
			const struct report_item *w = &ws->v[ws->order[i]];

			put_matrix_row(p, w->name, w->archived, w->by_model,
				w->nby_model < r->models.ids.n ? w->nby_model : r->models.ids.n,
				w->total, most, cents[i], cents[rows + i]);
		}
		if (rows > shown) {
			char name[64];

			snprintf(name, sizeof name, "%zu others", n - shown);
			put_matrix_row(p, name, 0, rest, r->models.ids.n, totals[shown], most,
				cents[shown], cents[rows + shown]);
		}
		buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td><td>");
		html_money(p->b, r->period);
		buf_puts(p->b, "<td>100.0%</tfoot></table></div>");
	}
	html_end(p);
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

void
report_cost_kinds(struct page *p)
{
	const struct report *r = p->r;
	size_t n = r->nkinds;
	struct report_kind *kinds = calloc(n + 1, sizeof *kinds);
	money *totals = calloc(n + 1, sizeof *totals);
	int64_t *cents = calloc(2 * n + 1, sizeof *cents);

	html_section(p, "kinds", "Cost by token type");
	if (kinds == NULL || totals == NULL || cents == NULL) {
		p->b->failed = 1;
	} else if (n == 0) {
		html_none(p, VIEWS_COST, "No cost here.");
	} else {
		memcpy(kinds, r->kinds, n * sizeof *kinds);
		qsort(kinds, n, sizeof *kinds, by_total);
		for (size_t i = 0; i < n; i++)
			totals[i] = kinds[i].total;
		money_round(totals, n, MONEY_CENT, cents);
		money_shares(totals, n, cents + n);
		html_table(p, "Cost by token type", 0);
		buf_puts(p->b, "<thead><tr><th scope=\"col\" class=\"l name\">What</th><th "
			       "scope=\"col\"></th><th scope=\"col\">Cost</th><th "
			       "scope=\"col\">Share</th></tr></thead><tbody>");
		for (size_t i = 0; i < n; i++) {
			double part = show_dollars(totals[i]);
			int slot = token_type_slot(&kinds[i]);
			char text[SHOW_TEXT];

			buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
			html_name(p->b, token_type_name(&kinds[i]), PAGE_NAME);
			buf_puts(p->b, "</th><td class=\"barcell\">");
			svg_row(p->b, &part, slot >= 0 ? &slot : (const int[]){8}, 1,
				show_dollars(totals[0]), slot >= 0 ? "t" : "m");
			buf_printf(p->b, "<td><data value=\"%s\">", money_exact(totals[i], text));
			buf_printf(p->b, "%s</data>", money_text(cents[i], text));
			buf_printf(p->b, "<td>%s", show_thousandths(cents[n + i], text));
		}
		buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td><td>");
		html_money(p->b, r->period);
		buf_puts(p->b, "<td>100.0%</tfoot></table></div>");
	}
	html_end(p);
	free(kinds);
	free(totals);
	free(cents);
}
