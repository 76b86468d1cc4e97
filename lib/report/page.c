#include "report/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/check.h"
#include "report/cost.h"
#include "report/html.h"
#include "report/style.h"
#include "report/use.h"

enum { LISTED = 25 }; /* keys that are named */

/* ---- key figures ------------------------------------------------------------------------ */

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

/* PAGES are of N currencies: what is no amount is of the first. */
static void
put_figures(struct page *pages, size_t n)
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
	buf_puts(p->b, "</dl>");
	put_left_out(p);
	if (r->first_cost == 0)
		html_none(p, VIEWS_COST, "No cost yet.");
	if (r->usage_end == 0)
		html_none(p, VIEWS_USAGE, "No tokens yet.");
	if (r->claude_end == 0)
		html_none(p, VIEWS_CLAUDE_CODE, "Nothing of Claude Code yet.");
	buf_puts(p->b, "</section>\n");
}

/* ---- keys ------------------------------------------------------------------------------------------------ */

static int
is_active(const struct report_key *k)
{
	return k->listed && k->status != NULL && strcmp(k->status, "active") == 0;
}

/* A key that could be used, and was not in all of the period. */
static int
is_idle(const struct report *r, const struct report_key *k)
{
	(void)r;
	return is_active(k) && k->tokens == 0;
}

static int
is_old(const struct report *r, const struct report_key *k)
{
	return is_active(k) && k->created > 0 && r->last - k->created > 365;
}

/* The keys that are SO, or that there are NONE. */
static void
put_key_list(struct page *p, int (*so)(const struct report *, const struct report_key *),
	const char *title, const char *none)
{
	const struct report *r = p->r;
	size_t n = 0, shown = 0;
	char text[SHOW_TEXT];

	for (size_t i = 0; i < r->key_ids.n; i++)
		n += (size_t)so(r, &r->keys[i]);
	buf_printf(p->b, "<h3>%s: %s</h3>", title, show_integer((int64_t)n, text));
	if (n == 0) {
		html_note(p, none);
		return;
	}
	buf_puts(p->b, "<p class=\"small\">");
	for (size_t i = 0; i < r->key_ids.n && shown < LISTED; i++) {
		const struct report_key *k = &r->keys[r->key_order[i]];

		if (!so(r, k))
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
put_key(struct page *p, const struct report_key *k, int64_t cents)
{
	char text[SHOW_TEXT];

	html_row(p, k->name,
		k->listed && k->status != NULL && strcmp(k->status, "active") != 0 ? k->status
										   : NULL);
	buf_puts(p->b, "<td class=\"l name\">");
	if (k->workspace != NULL)
		html_name(p->b, k->workspace, PAGE_LABEL);
	buf_puts(p->b, "<td>");
	html_amount(p, k->cost, cents);
	html_count(p, k->tokens);
	buf_printf(p->b, "<td>%s", k->last_day > 0 ? show_day(k->last_day, 1, text) : "–");
	buf_printf(p->b, "<td>%s", k->created > 0 ? show_day(k->created, 1, text) : "–");
}

/*
 * The end of a table of what the API bills: that is of all products, and not the sum of the cost
 * report.  BEFORE and BEHIND are the cells around the amount.
 */
static void
put_sum(struct page *p, const char *before, money sum, const char *behind)
{
	buf_printf(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th>%s<td>", before);
	html_money(p, sum);
	buf_printf(p->b, "%s</tfoot></table></div>", behind);
}

/* The first N keys in order have a cost or use. */
static void
put_keys_table(struct page *p, size_t n)
{
	static const struct html_column columns[] = {{"Key", HTML_NAME}, {"Workspace", HTML_NAME},
		{"Cost", HTML_NUMBER}, {"Tokens", HTML_NUMBER}, {"Last used", HTML_NUMBER},
		{"Created", HTML_NUMBER}};
	const struct report *r = p->r;
	size_t shown = n > PAGE_TOP ? PAGE_TOP : n;
	/* The keys that are shown, the others, and what no key used. */
	money costs[PAGE_TOP + 2] = {0};
	int64_t cents[PAGE_TOP + 2];

	for (size_t i = 0; i < n; i++)
		costs[i < shown ? i : shown] += r->keys[r->key_order[i]].cost;
	costs[shown + 1] = r->not_by_key;
	money_round(costs, shown + 2, MONEY_CENT, cents);
	html_table(p, "Cost by API key", 0, columns, 6);
	for (size_t i = 0; i < shown; i++)
		put_key(p, &r->keys[r->key_order[i]], cents[i]);
	for (size_t i = shown; i < shown + 2; i++) {
		if (costs[i] == 0)
			continue;
		buf_printf(p->b, "<tr><th scope=\"row\" class=\"name\">%s</th><td><td>",
			i == shown ? "Other keys" : "Not by key");
		html_amount(p, costs[i], cents[i]);
		buf_puts(p->b, "<td><td><td>");
	}
	if (r->billed) {
		money sum = 0;

		for (size_t i = 0; i < shown + 2; i++)
			sum += costs[i];
		put_sum(p, "<td>", sum, "<td><td><td>");
	} else {
		html_table_all(p, "<td><td><td>");
	}
}

static int
put_keys(struct page *p)
{
	const struct report *r = p->r;
	size_t n = 0;

	while (n < r->key_ids.n &&
		(r->keys[r->key_order[n]].cost != 0 || r->keys[r->key_order[n]].tokens != 0))
		n++;
	if (n == 0 && p->again)
		return 0;
	if (n == 0) {
		html_none(p, VIEWS_USAGE, "No use of keys here.");
	} else {
		if (!r->billed)
			html_note(p,
				"The cost of each workspace, model and token type, shared out by "
				"the keys&#39; tokens: <code>ant-sync analytics_cost</code> loads "
				"the API&#39;s own cost by key.");
		put_keys_table(p, n);
	}
	if (p->again)
		return 1;
	if ((r->tables & VIEWS_KEYS) == 0) {
		html_none(p, VIEWS_KEYS, "Names and ages of keys are not known.");
	} else {
		put_key_list(p, is_idle, "Active keys without use in this period",
			"Every active key was used.");
		put_key_list(
			p, is_old, "Active keys older than a year", "No active key is that old.");
	}
	return 1;
}

/* ---- people ---------------------------------------------------------------------------------------------- */

static int
put_people(struct page *p)
{
	static const struct html_column columns[] = {{"Person", HTML_NAME}, {"Cost", HTML_NUMBER}};
	const struct report_items *people = &p->r->people;
	money costs[PAGE_TOP + 1] = {0};
	int64_t cents[PAGE_TOP + 1];
	size_t n = 0, shown;
	money sum = 0;

	while (n < people->ids.n && people->v[people->order[n]].total != 0)
		n++;
	if (n == 0)
		return 0;
	shown = n > PAGE_TOP ? PAGE_TOP : n;
	for (size_t i = 0; i < n; i++)
		costs[i < shown ? i : shown] += people->v[people->order[i]].total;
	money_round(costs, shown + 1, MONEY_CENT, cents);
	html_note(p,
		"Members, service accounts and keys, by what the API bills them with; nobody is "
		"known where it names none");
	html_table(p, "Cost by person", 0, columns, 2);
	for (size_t i = 0; i < shown; i++) {
		html_row(p, people->v[people->order[i]].name, NULL);
		buf_puts(p->b, "<td>");
		html_amount(p, costs[i], cents[i]);
	}
	if (n > shown) {
		buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">Others</th><td>");
		html_amount(p, costs[shown], cents[shown]);
	}
	for (size_t i = 0; i <= shown; i++)
		sum += costs[i];
	put_sum(p, "", sum, "");
	return 1;
}

/* ---- the rest ---------------------------------------------------------------------------------------------- */

static int
put_odd(struct page *p)
{
	static const struct html_column columns[] = {{"Day", HTML_LEFT}, {"What", HTML_NAME},
		{"Cost", HTML_NUMBER}, {"Usual", HTML_NUMBER}, {"Change", HTML_NUMBER}};
	static const char *const what[] = {"All cost", "Model ", "Workspace "};
	const struct report *r = p->r;

	if (r->first_cost == 0)
		return 0;
	buf_printf(p->b,
		"<p class=\"soft small\">Cost far from the median of the same kind of day, working "
		"days "
		"or weekends, of the four weeks before: by more than 3.5 robust standard "
		"deviations, a "
		"fifth and %s</p>",
		currency_is_usd(&r->currency)
			? "ten dollars"
			: money_text(1000, &r->currency, (char[MONEY_TEXT]){0}));
	if (r->nodd == 0) {
		buf_puts(p->b, "<p class=\"none\">No day of this period does.</p>");
		return 1;
	}
	html_table(p, "Days that stand out", 0, columns, 5);
	for (size_t i = 0; i < r->nodd; i++) {
		const struct report_odd *o = &r->odd[i];
		char text[SHOW_TEXT];

		buf_printf(p->b, "<tr><th scope=\"row\">%s</th><td class=\"l name\">%s",
			show_day(o->day, 1, text), what[o->what]);
		if (o->what > 0)
			html_name(p->b, o->name, PAGE_NAME);
		buf_puts(p->b, "<td>");
		html_money(p, o->cost);
		buf_puts(p->b, "<td>");
		html_cents(p, money_cents(o->usual));
		buf_printf(p->b, "<td>%s", show_change(o->cost, o->usual, text));
	}
	html_table_end(p);
	return 1;
}

static int
put_fresh(struct page *p)
{
	static const struct html_column columns[] = {{"Table", HTML_LEFT},
		{"Complete up to", HTML_NUMBER}, {"Behind", HTML_NUMBER},
		{"Last load", HTML_NUMBER}, {"Loads", HTML_NUMBER}, {"Rows loaded", HTML_NUMBER}};
	const struct report *r = p->r;

	if (r->nfresh == 0) {
		buf_puts(p->b, "<p class=\"none\">No load is known: the ledger _anthill_loads is "
			       "missing or empty. <code>ant-sync</code> loads all tables.</p>");
		return 1;
	}
	html_table(p, "Loads by table", 0, columns, 6);
	for (size_t i = 0; i < r->nfresh; i++) {
		const struct report_fresh *f = &r->fresh[i];
		char text[SHOW_TEXT];

		buf_puts(p->b, "<tr><th scope=\"row\">");
		html_name(p->b, f->table, PAGE_LABEL);
		buf_printf(p->b, "</th><td>%.10s%s%.5s", f->watermark, *f->watermark ? " " : "–",
			*f->watermark ? f->watermark + 11 : "");
		buf_printf(p->b, "<td%s>%s", f->age > 36 * UTC_HOUR ? " class=\"warn\"" : "",
			show_age(f->age, text));
		buf_printf(
			p->b, "<td>%.10s %.5s", f->finished, *f->finished ? f->finished + 11 : "");
		html_count(p, f->loads);
		html_count(p, f->rows);
	}
	html_table_end(p);
	return 1;
}

/* ---- the page ---------------------------------------------------------------------------- */

static const struct section {
	const char *id, *link;	    /* what the contents call it; NULL: not in there */
	const char *title, *by;	    /* see html_section() */
	int (*put)(struct page *p); /* return 0 where there is nothing, and say so: */
	const char *none;
	unsigned table;
	int amounts; /* it shows some: once for each currency */
} sections[] = {
	{"models", "Cost by model", "Cost", " by model", report_cost_models, "No cost here.",
		VIEWS_COST, 1},
	{"workspaces", "Cost by workspace", "Cost", " by workspace", report_cost_workspaces,
		"No cost here.", VIEWS_COST, 1},
	{"month", "Month", "The month so far", NULL, report_cost_month, "No cost here.", VIEWS_COST,
		1},
	{"tokens", "Tokens", "Tokens", "", report_use_tokens, "No tokens here.", VIEWS_USAGE, 0},
	{"cache", "Cache", "Cache hit rate", NULL, report_use_cache, "No tokens here.", VIEWS_USAGE,
		0},
	{"matrix", "Workspaces and models", "Cost by workspace and model", NULL, report_cost_matrix,
		"No cost here.", VIEWS_COST, 1},
	{"kinds", "Token types", "Cost by token type", NULL, report_cost_kinds, "No cost here.",
		VIEWS_COST, 1},
	{"users", "Claude Code", "Claude Code: who uses it most", NULL, report_use_users,
		"Nothing of Claude Code here.", VIEWS_CLAUDE_CODE, 1},
	{"tools", NULL, "Claude Code: acceptance per tool", NULL, report_use_tools,
		"No decisions on tools here.", VIEWS_CLAUDE_CODE, 0},
	{"code", NULL, "Claude Code: lines, commits and pull requests", "", report_use_code,
		"Nothing of Claude Code here.", VIEWS_CLAUDE_CODE, 0},
	{"activity", NULL, "Claude Code: active users and sessions", "", report_use_activity,
		"Nothing of Claude Code here.", VIEWS_CLAUDE_CODE, 0},
	{"keys", "API keys", "API keys", NULL, put_keys, NULL, 0, 1},
	{"people", "People", "Cost by person", NULL, put_people, "No cost by person here.",
		VIEWS_ANALYTICS_COST, 1},
	{"odd", "Days that stand out", "Days that stand out", NULL, put_odd, "No cost here.",
		VIEWS_COST, 1},
	{"fresh", "Freshness", "How fresh the data is", NULL, put_fresh, NULL, 0, 0},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

static void
put_title(char *to, size_t size, const struct report *r)
{
	if (r->o.title != NULL)
		snprintf(to, size, "%s", r->o.title);
	else
		snprintf(to, size, "%s%s", r->organization != NULL ? r->organization : "",
			r->organization != NULL ? ": Claude cost and use" : "Claude cost and use");
}

/* Of a page of N reports, up to the link that leads past the contents. */
static void
put_start(struct buf *b, const char *title, size_t n)
{
	buf_puts(b, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
		    "<meta name=\"color-scheme\" content=\"light dark\">"
		    "<meta name=\"generator\" content=\"ant-report " ANT_VERSION "\"><title>");
	html_escaped(b, title, 200);
	buf_puts(b, "</title><style>");
	buf_puts(b, report_style_page);
	buf_puts(b, report_style_charts);
	buf_puts(b, n > 1 ? report_style_several : "");
	buf_puts(b, "</style></head><body>\n<a class=\"skip\" href=\"#main\">To the figures</a>");
}

/* The heading of a report, and its contents. */
static void
put_head(struct page *p, const char *title)
{
	const struct report *r = p->r;
	char from[SHOW_TEXT], to[SHOW_TEXT], at[UTC_TEXT];

	buf_puts(p->b, "<header><h1>");
	html_name(p->b, title, PAGE_NAME);
	buf_puts(p->b, "</h1><p class=\"soft\">");
	if (r->o.organization != NULL) {
		buf_puts(p->b, "Organization ");
		html_name(p->b, r->o.organization, PAGE_NAME);
		buf_puts(p->b, ". ");
	}
	utc_format(r->o.to, at);
	buf_printf(p->b,
		"%s to %s; as of %.10s %.5s. Days are in UTC.</p></header>\n"
		"<nav aria-label=\"Contents",
		show_day(r->first, 1, from), show_day(r->last, 1, to), at, at + 11);
	if (*p->ids != '\0') {
		buf_puts(p->b, " of ");
		html_escaped(p->b, r->o.organization, PAGE_NAME);
	}
	buf_puts(p->b, "\"><ul>");
	for (const struct section *s = sections; s < sections + SECTIONS; s++)
		if (s->link != NULL)
			buf_printf(
				p->b, "<li><a href=\"#%s%s\">%s</a></li>", p->ids, s->id, s->link);
	buf_puts(p->b, "</ul></nav>\n");
}

static void
put_section(struct page *p, const struct section *s)
{
	size_t start = p->b->len;
	int there;

	html_section(p, s->id, s->title, s->by);
	there = s->put(p);
	if (!there && !p->again)
		html_none(p, s->table, s->none);
	html_end(p);
	if (!there && p->again && !p->b->failed) /* nothing in this currency */
		p->b->len = start;
}

/* PAGES are of N currencies: what is no amount is of the first. */
static void
put_figures_and_sections(struct page *pages, size_t n)
{
	put_figures(pages, n);
	for (const struct section *s = sections; s < sections + SECTIONS; s++) {
		char of[sizeof pages->of];

		memcpy(of, pages->of, sizeof of);
		if (!s->amounts)
			pages->of[0] = '\0';
		put_section(pages, s);
		memcpy(pages->of, of, sizeof of);
		for (size_t i = 1; i < n && s->amounts; i++)
			put_section(&pages[i], s);
	}
}

static int
prepare(struct page *p, struct ant_err *e)
{
	const struct report *r = p->r;

	return show_bins(&p->bins, r, e) == -1 ||
			       show_parts(&p->models, r, &r->models, &p->bins, e) == -1 ||
			       show_parts(&p->workspaces, r, &r->workspaces, &p->bins, e) == -1
		       ? -1
		       : 0;
}

/* One report: of an organization, the one of that NUMBER where there are several, else 0. */
static int
put_report(struct buf *to, const struct report *r, size_t number, struct ant_err *e)
{
	const struct report *all[REPORT_CURRENCIES_MAX];
	size_t n = report_currencies(r, all);
	struct page *pages = calloc(n, sizeof *pages);
	int status = pages != NULL ? 0 : err_sys(e, ANT_FAIL, "the page");
	char title[1024];

	for (size_t i = 0; status == 0 && i < n; i++) {
		struct page *p = &pages[i];

		p->b = to;
		p->r = all[i];
		p->again = i > 0;
		if (n > 1)
			snprintf(p->of, sizeof p->of, ", %s", all[i]->currency.code);
		if (number > 0)
			snprintf(p->ids, sizeof p->ids, "o%zu-", number);
		status = prepare(p, e);
	}
	if (status == 0) {
		put_title(title, sizeof title, r);
		put_head(pages, title);
		if (number == 0)
			buf_puts(to, "<main id=\"main\">\n");
		put_figures_and_sections(pages, n);
	}
	for (size_t i = 0; pages != NULL && i < n; i++) {
		show_parts_free(&pages[i].models);
		show_parts_free(&pages[i].workspaces);
		show_bins_free(&pages[i].bins);
	}
	free(pages);
	return status;
}

/* Of several organizations, which ones, with links. */
static void
put_organizations(struct buf *b, const struct report *const *reports, size_t n)
{
	buf_puts(b, "<nav aria-label=\"Organizations\"><ul>");
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "<li><a href=\"#o%zu\">", i + 1);
		if (reports[i]->organization != NULL) {
			html_name(b, reports[i]->organization, PAGE_NAME);
			buf_putc(b, ' ');
		}
		html_name(b, reports[i]->o.organization, PAGE_NAME);
		buf_puts(b, "</a></li>");
	}
	buf_puts(b, "</ul></nav>\n<main id=\"main\" class=\"several\">\n");
}

int
report_page(struct buf *to, const struct report *const *reports, size_t n, struct ant_err *e)
{
	char title[1024] = "Claude cost and use";
	int status = 0;

	if (n == 1 || reports[0]->o.title != NULL)
		put_title(title, sizeof title, reports[0]);
	put_start(to, title, n);
	if (n > 1)
		put_organizations(to, reports, n);
	for (size_t i = 0; status == 0 && i < n; i++) {
		if (n > 1)
			buf_printf(to, "<article id=\"o%zu\">\n", i + 1);
		status = put_report(to, reports[i], n > 1 ? i + 1 : 0, e);
		if (n > 1)
			buf_puts(to, "</article>\n");
	}
	buf_puts(to, "</main>\n<footer><p>Cost is that of the cost report: Priority Tier is not in "
		     "it, and the bill may differ. Cost of Claude Code is an estimate. Amounts are "
		     "added up exactly and rounded last.</p><p>Made by ant-report " ANT_VERSION
		     ", part of anthill.</p></footer>\n</body></html>\n");
	return status == 0 && to->failed ? err_sys(e, ANT_FAIL, "the page") : status;
}
