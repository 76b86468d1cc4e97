#include "report/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/cost.h"
#include "report/html.h"
#include "report/style.h"
#include "report/use.h"

enum { LISTED = 25 }; /* keys that are named */

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
	html_money(p->b, r->spent);
	if (r->o.budget >= 0)
		put_budget(p);
	else
		buf_printf(p->b, "</dd><dd class=\"small\">%s, %s %s</dd></div>",
			show_month(r->month, text), r->as_of > r->month ? "up to" : "before",
			show_day(r->as_of > r->month ? r->as_of - 1 : r->month, 0, day));
	put_kpi(p, "Forecast for the month");
	html_money(p->b, r->forecast);
	if (r->o.budget >= 0 && r->forecast > r->o.budget) {
		buf_puts(p->b, "</dd><dd class=\"small warn\">");
		html_cents(p->b, money_cents(r->forecast - r->o.budget));
		buf_puts(p->b, " over the budget</dd></div>");
	} else {
		put_change(p, r->forecast, r->spent_last_month, "last month");
	}
	put_kpi(p, "Last 30 days");
	html_money(p->b, r->last30);
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
		html_integer(p->b, active);
		put_change(p, active, r->users_prior30, "the 30 days before");
	}
	buf_puts(p->b, "</dl>");
	if (r->first_cost == 0)
		html_none(p, VIEWS_COST, "No cost yet.");
	if (r->usage_end == 0)
		html_none(p, VIEWS_USAGE, "No tokens yet.");
	if (r->claude_end == 0)
		html_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code yet.");
	html_end(p);
}

/* ---- keys ------------------------------------------------------------------------------------------------ */

static void
put_key(struct page *p, const struct report_key *k, int64_t cents)
{
	char text[SHOW_TEXT];

	buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
	html_name(p->b, k->name, PAGE_NAME);
	if (k->listed && k->status != NULL && strcmp(k->status, "active") != 0) {
		buf_puts(p->b, " <span class=\"soft\">(");
		html_escaped(p->b, k->status, 20);
		buf_puts(p->b, ")</span>");
	}
	buf_puts(p->b, "</th><td class=\"l name\">");
	if (k->workspace != NULL)
		html_name(p->b, k->workspace, PAGE_LABEL);
	buf_printf(p->b, "<td><data value=\"%s\">", money_exact(k->cost, text));
	buf_printf(p->b, "%s</data><td>", money_text(cents, text));
	html_integer(p->b, k->tokens);
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
		html_name(p->b, k->name, 80);
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
	size_t shown = n > PAGE_TOP ? PAGE_TOP : n;
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
	html_table(p, "Cost by API key", 0);
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
	html_money(p->b, r->period);
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

	html_section(p, "keys", "API keys");
	while (n < r->key_ids.n &&
		(r->keys[r->key_order[n]].cost != 0 || r->keys[r->key_order[n]].tokens != 0))
		n++;
	if (n == 0)
		html_none(p, VIEWS_USAGE, "No use of keys here.");
	else {
		buf_puts(p->b,
			"<p class=\"soft small\">The API has no cost by key: this is the cost "
			"of each workspace, model and token type, shared out by the keys&#39; "
			"tokens</p>");
		put_keys_table(p, n);
	}
	if ((r->tables & VIEWS_KEYS) == 0) {
		html_none(p, VIEWS_KEYS, "Names and ages of keys are not known.");
	} else {
		put_key_list(p, 0, "Active keys without use in this period",
			"Every active key was used.");
		put_key_list(p, 1, "Active keys older than a year", "No active key is that old.");
	}
	html_end(p);
}

/* ---- the rest ---------------------------------------------------------------------------------------------- */

static void
put_odd(struct page *p)
{
	static const char *const what[] = {"All cost", "Model ", "Workspace "};
	const struct report *r = p->r;

	html_section(p, "odd", "Days that stand out");
	if (r->first_cost == 0) {
		html_none(p, VIEWS_COST, "No cost here.");
		html_end(p);
		return;
	}
	buf_puts(p->b,
		"<p class=\"soft small\">Cost far from the median of the same kind of day, "
		"working days or weekends, of the four weeks before: by more than 3.5 robust "
		"standard deviations, a fifth and ten dollars</p>");
	if (r->nodd == 0) {
		buf_puts(p->b, "<p class=\"none\">No day of this period does.</p>");
		html_end(p);
		return;
	}
	html_table(p, "Days that stand out", 0);
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
			html_name(p->b, o->name, PAGE_NAME);
		buf_puts(p->b, "<td>");
		html_money(p->b, o->cost);
		buf_puts(p->b, "<td>");
		html_cents(p->b, money_cents(o->usual));
		buf_printf(p->b, "<td>%s", show_change(o->cost, o->usual, text));
	}
	buf_puts(p->b, "</tbody></table></div>");
	html_end(p);
}

static void
put_fresh(struct page *p)
{
	const struct report *r = p->r;

	html_section(p, "fresh", "How fresh the data is");
	if (r->nfresh == 0) {
		buf_puts(p->b, "<p class=\"none\">No load is known: the ledger _anthill_loads is "
			       "missing or empty. <code>ant-sync</code> loads all tables.</p>");
		html_end(p);
		return;
	}
	html_table(p, "Loads by table", 0);
	buf_puts(p->b,
		"<thead><tr><th scope=\"col\" class=\"l\">Table</th><th scope=\"col\">Complete up "
		"to</th><th scope=\"col\">Behind</th><th scope=\"col\">Last load</th><th "
		"scope=\"col\">Loads</th><th scope=\"col\">Rows loaded</th></tr></thead><tbody>");
	for (size_t i = 0; i < r->nfresh; i++) {
		const struct report_fresh *f = &r->fresh[i];
		char text[SHOW_TEXT];

		buf_puts(p->b, "<tr><th scope=\"row\">");
		html_name(p->b, f->table, PAGE_LABEL);
		buf_printf(p->b, "</th><td>%.10s%s%.5s", f->watermark, *f->watermark ? " " : "–",
			*f->watermark ? f->watermark + 11 : "");
		buf_printf(p->b, "<td%s>%s", f->age > 36 * UTC_HOUR ? " class=\"warn\"" : "",
			show_age(f->age, text));
		buf_printf(p->b, "<td>%.10s %.5s<td>", f->finished,
			*f->finished ? f->finished + 11 : "");
		html_integer(p->b, f->loads);
		buf_puts(p->b, "<td>");
		html_integer(p->b, f->rows);
	}
	buf_puts(p->b, "</tbody></table></div>");
	html_end(p);
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
	html_escaped(p->b, name, 200);
	buf_puts(p->b, "</title><style>");
	buf_puts(p->b, report_style_page);
	buf_puts(p->b, report_style_charts);
	buf_puts(p->b, "</style></head><body>\n<a class=\"skip\" href=\"#main\">To the figures</a>"
		       "<header><h1>");
	html_name(p->b, name, PAGE_NAME);
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
	report_cost_daily(p);
	report_cost_month(p);
	report_use_tokens(p);
	report_use_cache(p);
	report_cost_matrix(p);
	report_cost_kinds(p);
	report_use_users(p);
	report_use_tools(p);
	report_use_code(p);
	report_use_activity(p);
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
report_page(struct buf *to, const struct report *r, struct ant_err *e)
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
