#include "report/cost.h"

#include <math.h>
#include <stdio.h>

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
	html_cents(p, money_cents(sum));
	for (size_t i = p->parts->n; i-- > 0;) {
		if (v[i] == 0)
			continue;
		buf_puts(b, "\n");
		html_escaped(b, p->parts->names[i], 32);
		buf_puts(b, " ");
		html_cents(p, cents[i]);
	}
}

/* ---- cost over time ----------------------------------------------------------------------- */

/* What all of them cost in the period: that of products is not the cost report's. */
static money
sum_of(const struct show_parts *parts)
{
	money sum = 0;

	for (size_t i = 0; i < parts->n; i++)
		sum += parts->totals[i];
	return sum;
}

static void
put_parts_table(struct page *p, const char *of)
{
	const struct show_parts *parts = p->parts;
	struct html_column columns[SHOW_PARTS + 2] = {
		{html_bins_head(p), HTML_LEFT}, {"Total", HTML_NUMBER}};
	int64_t cents[SHOW_PARTS];
	char caption[96];

	for (size_t i = 0; i < parts->n; i++)
		columns[i + 2] = (struct html_column){parts->names[i], HTML_OTHERS};
	snprintf(caption, sizeof caption, "Cost per %s and %s%s%s", p->bins.each, of,
		*p->of == '\0' ? ", " : "", *p->of == '\0' ? currency_name(&p->r->currency) : "");
	html_details(p, caption, columns, parts->n + 2);
	for (size_t bin = p->bins.n; bin-- > 0;) {
		money v[SHOW_PARTS] = {0}, sum = 0;

		for (size_t i = 0; i < parts->n; i++)
			sum += v[i] = parts->values[i][bin];
		money_round(v, parts->n, MONEY_CENT, cents);
		html_bin_head(p, bin);
		buf_puts(p->b, "<td>");
		html_cents(p, money_cents(sum));
		for (size_t i = 0; i < parts->n; i++) {
			buf_puts(p->b, "<td>");
			html_cents(p, cents[i]);
		}
	}
	buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td>");
	html_money(p, sum_of(parts));
	money_round(parts->totals, parts->n, MONEY_CENT, cents);
	for (size_t i = 0; i < parts->n; i++) {
		buf_puts(p->b, "<td>");
		html_amount(p, parts->totals[i], cents[i]);
	}
	buf_puts(p->b, "</tfoot></table></div></details>");
}

int
report_cost_parts(struct page *p, const struct show_parts *parts, char letter, const char *of)
{
	struct svg_series series[SHOW_PARTS];
	double *values = html_room(p, p->bins.n * SHOW_PARTS, sizeof *values);
	char classes[SHOW_PARTS][4], label[128], text[SHOW_TEXT];

	if (parts->n == 0 || values == NULL)
		return 0;
	buf_printf(p->b, "<p class=\"soft small\">%s",
		currency_is_usd(&p->r->currency) ? "US dollars; " : "");
	html_money(p, sum_of(parts));
	buf_puts(p->b, " in all");
	if (parts->others > 0)
		buf_printf(p->b, "; the %s largest of %s, the others together",
			parts->n == SHOW_PARTS ? "eight" : "five",
			show_integer((int64_t)(parts->n - 1 + parts->others), text));
	buf_puts(p->b, "</p><ul class=\"legend\">");
	p->parts = parts;
	snprintf(label, sizeof label, "Cost per %s by %s%s; the figures are in the table below",
		p->bins.each, of, p->of);
	for (size_t i = 0; i < parts->n; i++) {
		double *v = values + i * p->bins.n;

		snprintf(classes[i], sizeof classes[i], "%c%d", letter, parts->slot[i] % 10);
		html_legend(p, classes[i], parts->names[i], 1);
		for (size_t bin = 0; bin < p->bins.n; bin++)
			v[bin] = show_units(p->r, parts->values[i][bin]);
		series[i] = (struct svg_series){SVG_BARS, classes[i], v, NULL, NULL};
	}
	html_open_legend(p);
	buf_puts(p->b, "</ul>");
	html_chart(p, label, series, parts->n, html_money_unit(p), 0, money_title);
	put_parts_table(p, of);
	return 1;
}

int
report_cost_models(struct page *p)
{
	return report_cost_parts(p, &p->models, 'm', "model");
}

int
report_cost_workspaces(struct page *p)
{
	return report_cost_parts(p, &p->workspaces, 'w', "workspace");
}

/* ---- the month ---------------------------------------------------------------------------- */

struct month {
	const struct page *p;
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
		html_cents(m->p, money_cents(m->now_exact[bin]));
	}
	if (!isnan(m->before[bin])) {
		buf_printf(b, "\n%s: ", show_month(m->r->last_month, text));
		html_cents(m->p, money_cents(m->before_exact[bin]));
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
		m->limit[i] = show_units(r, report_budget(r));
		if (day < r->as_of && day < r->next_month)
			m->now[i] = show_units(r, m->now_exact[i] = sum += cost_on(r, day));
		else if (day < r->next_month && left > 0)
			m->ahead[i] = show_units(r, r->spent) +
				      show_units(r, r->forecast - r->spent) *
					      (double)(day - r->as_of + 1) / left;
		if (then < r->month)
			m->before[i] = show_units(r, m->before_exact[i] = old += cost_on(r, then));
		if (day == r->as_of - 1) /* where the forecast starts */
			m->ahead[i] = m->now[i];
	}
}

static void
put_month_chart(struct page *p, const struct month *m)
{
	const struct report *r = p->r;
	const struct svg_series series[] = {{SVG_LINE, "c4", m->before, "", NULL},
		{SVG_LINE, "c0", m->ahead, "dash", NULL}, {SVG_LINE, "c0", m->now, "", NULL},
		{SVG_LINE, "c1", m->limit, "dash", NULL}};
	char label[160];
	const struct svg_chart c = {.label = label,
		.n = m->days,
		.open = r->open <= r->last && r->open >= r->month ? (size_t)(r->open - r->month)
								  : m->days,
		.nseries = report_budget(r) >= 0 ? 4 : 3,
		.series = series,
		.unit = html_money_unit(p),
		.title = month_title,
		.tick = month_tick,
		.arg = (void *)(uintptr_t)m};
	char now[SHOW_TEXT], before[SHOW_TEXT], caption[96];
	const struct html_column columns[] = {{"Day of the month", HTML_LEFT},
		{show_month(r->month, now), HTML_NUMBER},
		{show_month(r->last_month, before), HTML_NUMBER}};

	snprintf(label, sizeof label,
		"Cost of the month, day by day added up, beside the last month%s; the figures are "
		"in "
		"the table below",
		p->of);
	snprintf(caption, sizeof caption, "Cost of the month added up%s%s",
		*p->of == '\0' ? ", " : "", *p->of == '\0' ? currency_name(&r->currency) : "");
	buf_puts(p->b, "<ul class=\"legend\">");
	html_legend(p, "rule c0", now, 0);
	html_legend(p, "rule dashed c0", "forecast", 0);
	html_legend(p, "rule c4", before, 0);
	if (report_budget(r) >= 0)
		html_legend(p, "rule dashed c1", "budget", 0);
	buf_puts(p->b, "</ul>");
	svg_chart(p->b, &c);
	buf_puts(p->b, "<details><summary>Figures as a table</summary>");
	html_table(p, caption, 1, columns, 3);
	for (size_t i = 0; i < m->days; i++) {
		buf_printf(p->b, "<tr><th scope=\"row\">%zu</th><td>", i + 1);
		if (!isnan(m->now[i]))
			html_cents(p, money_cents(m->now_exact[i]));
		buf_puts(p->b, "<td>");
		if (!isnan(m->before[i]))
			html_cents(p, money_cents(m->before_exact[i]));
	}
	html_details_end(p);
}

int
report_cost_month(struct page *p)
{
	const struct report *r = p->r;
	size_t a = (size_t)(r->next_month - r->month), b = (size_t)(r->month - r->last_month);
	struct month m = {.p = p, .r = r, .days = a > b ? a : b};
	double *v = html_room(p, m.days * 4, sizeof *v);
	money *exact = html_room(p, m.days * 2, sizeof *exact);

	if (r->first_cost == 0 || v == NULL || exact == NULL)
		return 0;
	m.now = v;
	m.before = v + m.days;
	m.ahead = v + 2 * m.days;
	m.limit = v + 3 * m.days;
	m.now_exact = exact;
	m.before_exact = exact + m.days;
	fill_month(&m);
	buf_printf(p->b,
		"<p class=\"soft small\">%s, added up day by day; the forecast takes the mean of "
		"each "
		"weekday of the last four weeks</p>",
		currency_name(&r->currency));
	put_month_chart(p, &m);
	return 1;
}

/* ---- cost by what --------------------------------------------------------------------------------- */

/* The end of a row: its amount, and what share of all that is. */
static void
put_share(struct page *p, money total, int64_t cents, int64_t share)
{
	char text[SHOW_TEXT];

	buf_puts(p->b, "<td>");
	html_amount(p, total, cents);
	buf_printf(p->b, "<td>%s", show_thousandths(share, text));
}

/* A row of the matrix up to its amount: BY_MODEL, N of them, as parts of a bar. */
static void
put_models(
	struct page *p, const char *name, int archived, const money *by_model, size_t n, money most)
{
	static const int slots[SHOW_PARTS] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
	double parts[SHOW_PARTS] = {0};

	for (size_t i = 0; i < n && i < p->r->models.ids.n; i++)
		parts[show_slot(&p->r->models, i)] += show_units(p->r, by_model[i]);
	html_row(p, name, archived ? "archived" : NULL);
	buf_puts(p->b, "<td class=\"barcell\">");
	svg_row(p->b, parts, slots, SHOW_PARTS, show_units(p->r, most), "m");
}

static void
put_matrix_head(struct page *p)
{
	static const struct html_column columns[] = {{"Workspace", HTML_NAME},
		{"Models", HTML_LEFT}, {"Cost", HTML_NUMBER}, {"Share", HTML_NUMBER}};

	buf_puts(p->b, "<ul class=\"legend\">");
	for (size_t i = 0; i < p->models.n; i++) {
		char class[4];

		snprintf(class, sizeof class, "m%d", p->models.slot[i] % 10);
		html_legend(p, class, p->models.names[i], 1);
	}
	buf_puts(p->b, "</ul>");
	html_table(p, "Cost by workspace; the bars show the models", 0, columns, 4);
}

int
report_cost_matrix(struct page *p)
{
	const struct report_items *ws = &p->r->workspaces;
	size_t models = p->r->models.ids.n, n = 0, shown, rows;
	money totals[PAGE_TOP] = {0}, most, *rest = html_room(p, models, sizeof *rest);
	int64_t cents[PAGE_TOP], shares[PAGE_TOP];
	char others[64];

	while (n < ws->ids.n && ws->v[ws->order[n]].total != 0)
		n++;
	if (n == 0 || rest == NULL)
		return 0;
	shown = n > PAGE_TOP ? PAGE_TOP - 1 : n;
	rows = shown + (n > shown);
	for (size_t i = 0; i < n; i++) {
		const struct report_item *w = &ws->v[ws->order[i]];

		totals[i < shown ? i : shown] += w->total;
		for (size_t m = 0; i >= shown && m < w->nby_model && m < models; m++)
			rest[m] += w->by_model[m];
	}
	/* All the others can be more than the first. */
	most = totals[0] > totals[rows - 1] ? totals[0] : totals[rows - 1];
	money_round(totals, rows, MONEY_CENT, cents);
	money_shares(totals, rows, shares);
	put_matrix_head(p);
	for (size_t i = 0; i < rows; i++) {
		const struct report_item *w = &ws->v[ws->order[i]];

		snprintf(others, sizeof others, "%zu others", n - shown);
		if (i < shown)
			put_models(p, w->name, w->archived, w->by_model, w->nby_model, most);
		else
			put_models(p, others, 0, rest, models, most);
		put_share(p, totals[i], cents[i], shares[i]);
	}
	html_table_all(p, "<td>100.0%");
	return 1;
}

int
report_cost_kinds(struct page *p)
{
	static const struct html_column columns[] = {{"What", HTML_NAME}, {"", HTML_NUMBER},
		{"Cost", HTML_NUMBER}, {"Share", HTML_NUMBER}};
	const struct report *r = p->r;
	money totals[REPORT_KINDS_MAX];
	int64_t cents[REPORT_KINDS_MAX], shares[REPORT_KINDS_MAX];

	if (r->nkinds == 0)
		return 0;
	for (size_t i = 0; i < r->nkinds; i++)
		totals[i] = r->kinds[i].total;
	money_round(totals, r->nkinds, MONEY_CENT, cents);
	money_shares(totals, r->nkinds, shares);
	html_table(p, "Cost by token type", 0, columns, 4);
	for (size_t i = 0; i < r->nkinds; i++) {
		const struct report_kind *k = &r->kinds[i];
		double part = show_units(p->r, totals[i]);
		int type = report_type(k->token_type), token = type >= 0 && type < TOKEN_KINDS;

		html_row(p, report_type_name(*k->token_type != '\0' ? k->token_type : k->cost_type),
			NULL);
		buf_puts(p->b, "<td class=\"barcell\">");
		svg_row(p->b, &part, token ? &type : (const int[]){8}, 1,
			show_units(p->r, totals[0]), token ? "t" : "m");
		put_share(p, totals[i], cents[i], shares[i]);
	}
	html_table_all(p, "<td>100.0%");
	return 1;
}
