#include "report/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/cost.h"
#include "report/figures.h"
#include "report/fresh.h"
#include "report/html.h"
#include "report/keys.h"
#include "report/odd.h"
#include "report/people.h"
#include "report/style.h"
#include "report/use.h"

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
	{"keys", "API keys", "API keys", NULL, keys_put, NULL, 0, 1},
	{"people", "People", "Cost by person", NULL, people_put, "No cost by person here.",
		VIEWS_ANALYTICS_COST, 1},
	{"odd", "Days that stand out", "Days that stand out", NULL, odd_put, "No cost here.",
		VIEWS_COST, 1},
	{"fresh", "Freshness", "How fresh the data is", NULL, fresh_put, NULL, 0, 0},
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
	figures_put(pages, n);
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
