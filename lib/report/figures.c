#include "report/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/advice.h"
#include "report/check.h"
#include "report/html.h"

static void
put_kpi(struct page *p, const char *name)
{
	buf_printf(p->b, "<div class=\"kpi\"><dt>%s%s</dt><dd class=\"big\">", name, p->of);
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
	double share = show_units(r, r->spent) / (show_units(r, r->o.budget) + 1e-9);
	double parts[] = {share > 1 ? 1 : share, share > 1 ? 0 : 1 - share};
	const int slots[] = {r->spent > r->o.budget ? 1 : 0, 4};

	buf_puts(p->b, "</dd><dd class=\"small\">");
	svg_row(p->b, parts, slots, 1, 1, "c");
	buf_printf(p->b, "%s of the budget of %s</dd></div>",
		show_percent((int64_t)(r->spent / 1000000000000000),
			(int64_t)(r->o.budget / 1000000000000000), text),
		money_text(money_cents(r->o.budget), &r->currency, amount));
}

static void
put_cost_figures(struct page *p)
{
	const struct report *r = p->r;
	char text[SHOW_TEXT], day[SHOW_TEXT];

	put_kpi(p, "Month to date");
	html_money(p, r->spent);
	if (report_budget(r) >= 0)
		put_budget(p);
	else
		buf_printf(p->b, "</dd><dd class=\"small\">%s, %s %s</dd></div>",
			show_month(r->month, text), r->as_of > r->month ? "up to" : "before",
			show_day(r->as_of > r->month ? r->as_of - 1 : r->month, 0, day));
	put_kpi(p, "Forecast for the month");
	html_money(p, r->forecast);
	if (report_budget(r) >= 0 && r->forecast > r->o.budget) {
		buf_puts(p->b, "</dd><dd class=\"small warn\">");
		html_cents(p, money_cents(r->forecast - r->o.budget));
		buf_puts(p->b, " over the budget</dd></div>");
	} else {
		put_change(p, r->forecast, r->spent_last_month, "last month");
	}
	put_kpi(p, "Last 30 days");
	html_money(p, r->last30);
	put_change(p, r->last30, r->prior30, "the 30 days before");
}

/* What the budget, which is in US dollars, leaves out. */
static void
put_left_out(struct page *p)
{
	struct buf amounts;

	buf_init(&amounts, 1 << 16);
	if (p->r->o.budget >= 0 && report_left_out(&amounts, p->r, 0) > 0)
		buf_printf(p->b,
			"<p class=\"none\">The budget is in US dollars: %s spent in this month %s "
			"not "
			"held against it.</p>",
			buf_str(&amounts), strchr(amounts.data, ',') != NULL ? "are" : "is");
	p->b->failed |= amounts.failed;
	buf_free(&amounts);
}

/* Of what is MISSING and could be loaded, how. */
static void
put_missing(struct page *p, int missing, unsigned table, const char *what)
{
	if (missing && advice_fits(p->r, table))
		html_none(p, table, what);
}

static void
put_seats(struct page *p)
{
	const struct seats_day *d = seats_last(&p->r->seats);
	char day[SHOW_TEXT], invites[SHOW_TEXT], share[SHOW_TEXT];

	if (d == NULL || d->assigned < 0)
		return;
	put_kpi(p, "Seats");
	html_integer(p->b, d->assigned);
	buf_printf(p->b, "</dd><dd class=\"small\">on %s; %s invites pending</dd></div>",
		show_day(d->day, 0, day),
		d->invites < 0 ? "no" : show_integer(d->invites, invites));
	if (d->active[2] < 0)
		return;
	put_kpi(p, "Active users, 30 days");
	html_integer(p->b, d->active[2]);
	buf_printf(p->b, "</dd><dd class=\"small\">%s of the seats</dd></div>",
		show_percent(d->active[2], d->assigned, share));
}

static void
put_limits(struct page *p)
{
	const struct limits *l = &p->r->limits;
	char near[SHOW_TEXT];

	if (l->n == 0)
		return;
	put_kpi(p, "Spend limits reached");
	html_integer(p->b, (int64_t)l->counts[LIMIT_REACHED]);
	buf_printf(p->b, "</dd><dd class=\"small\">%s more are near</dd></div>",
		show_integer((int64_t)l->counts[LIMIT_NEAR], near));
}

void
figures_put(struct page *pages, size_t n)
{
	struct page figures = *pages, *p = &figures;
	const struct report *r = p->r;
	char text[SHOW_TEXT], before[SHOW_TEXT];
	int64_t active = r->users30;

	buf_printf(p->b, "<section id=\"%sfigures\" aria-label=\"Key figures\"><dl class=\"kpis\">",
		p->ids);
	for (size_t i = 0; i < n; i++)
		if (pages[i].r->first_cost > 0)
			put_cost_figures(&pages[i]);
	p->of[0] = '\0';
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
		html_integer(p->b, active);
		put_change(p, active, r->users_prior30, "the 30 days before");
	}
	put_seats(p);
	put_limits(p);
	buf_puts(p->b, "</dl>");
	put_left_out(p);
	put_missing(p, r->first_cost == 0, r->bill, "No cost yet.");
	put_missing(p, r->usage_end == 0, VIEWS_USAGE, "No tokens yet.");
	put_missing(p, r->claude_end == 0, VIEWS_CLAUDE_CODE, "Nothing of Claude Code yet.");
	buf_puts(p->b, "</section>\n");
}

/* ---- data ------------------------------------------------------------------------------- */

static void
put_amount(struct sheet_rows *rows, const char *figure, money amount)
{
	data_text(&rows->to, figure);
	sheet_amount(rows, amount);
	sheet_row_end(rows);
}

static void
put_number(struct sheet_rows *rows, const char *figure, int64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, n);
	data_text(&rows->to, figure);
	data_text(&rows->to, text);
	data_text(&rows->to, NULL);
	sheet_row_end(rows);
}

static void
put_rows(struct sheet_rows *rows)
{
	const struct report *r = rows->r;
	const struct seats_day *seats = seats_last(&r->seats);

	if (r->first_cost > 0) {
		put_amount(rows, "month_to_date", r->spent);
		put_amount(rows, "last_month", r->spent_last_month);
		put_amount(rows, "forecast", r->forecast);
		put_amount(rows, "last_30_days", r->last30);
		put_amount(rows, "30_days_before", r->prior30);
		put_amount(rows, "period", r->period);
	}
	if (r->usage_end > 0) {
		put_number(rows, "tokens_last_30_days", r->tokens30);
		put_number(rows, "tokens_30_days_before", r->tokens_prior30);
		put_number(rows, "input_tokens_last_30_days", r->input30);
		put_number(rows, "cache_read_tokens_last_30_days", r->read30);
	}
	if (seats != NULL && seats->assigned >= 0)
		put_number(rows, "seats", seats->assigned);
	if (seats != NULL && seats->active[2] >= 0)
		put_number(rows, "active_users_last_30_days", seats->active[2]);
	if (r->limits.n > 0) {
		put_number(rows, "limits_reached", (int64_t)r->limits.counts[LIMIT_REACHED]);
		put_number(rows, "limits_near", (int64_t)r->limits.counts[LIMIT_NEAR]);
	}
	if (r->claude_end > 0) {
		put_number(rows, "claude_code_users_last_30_days", r->users30);
		put_number(rows, "claude_code_users_30_days_before", r->users_prior30);
	}
}

static const char *const columns[] = {"figure", "value", "currency"};
const struct sheet figures_sheet = {"figures", "key figures", columns, 3, 1, put_rows};
