#include "report/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/advice.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/section.h"
#include "report/style.h"

/*
 * A section whose table no key of the organization opens is left out, and named at the end of the
 * page with the key that it takes.
 */
enum { SECTIONS_MAX = 64 };
struct left_out {
	const struct section *v[SECTIONS_MAX];
	size_t n;
};

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

static int
is_left_out(const struct left_out *out, const struct section *s)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i] == s)
			return 1;
	return 0;
}

/* The heading of a report, and its contents. */
static void
put_head(struct page *p, const char *title, const struct left_out *out)
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
	for (const struct section *s = report_sections; s->id != NULL; s++)
		if (s->link != NULL && !is_left_out(out, s))
			buf_printf(
				p->b, "<li><a href=\"#%s%s\">%s</a></li>", p->ids, s->id, s->link);
	buf_puts(p->b, "</ul></nav>\n");
}

/* The table that a section needs: cost is that of analytics_cost where there is no other. */
static unsigned
table_of(const struct report *r, const struct section *s)
{
	if ((s->is & SECTION_WORKSPACES) != 0 && !advice_has_workspaces(r))
		return VIEWS_WORKSPACES;
	return s->table == VIEWS_COST ? r->bill : s->table;
}

static void
put_section(struct page *p, const struct section *s, struct left_out *out)
{
	const unsigned table = table_of(p->r, s);
	size_t start = p->b->len;
	int there, other;

	html_section(p, s->id, s->title, s->by);
	there = !((s->is & SECTION_WORKSPACES) != 0 && !advice_has_workspaces(p->r)) && s->put(p);
	other = !there && !advice_fits(p->r, table);
	if (!there && !other && !p->again)
		html_none(p, table, s->none);
	html_end(p);
	/* Nothing in this currency, or nothing that a key of the organization opens. */
	if (!there && (p->again || other) && !p->b->failed)
		p->b->len = start;
	if (other && !p->again && out->n < SECTIONS_MAX)
		out->v[out->n++] = s;
}

/* What is left out, by the key that it takes and the table that it needs. */
static void
put_left_out(struct page *p, const struct left_out *out)
{
	if (out->n == 0)
		return;
	html_section(p, "elsewhere", "What other keys open", NULL);
	for (size_t i = 0; i < out->n; i++) {
		unsigned table = table_of(p->r, out->v[i]);
		int before = 0;

		for (size_t k = 0; k < i; k++)
			before |= table_of(p->r, out->v[k]) == table;
		if (before)
			continue;
		buf_printf(p->b, "<p class=\"none\">%s", out->v[i]->title);
		for (size_t k = i + 1; k < out->n; k++)
			if (table_of(p->r, out->v[k]) == table)
				buf_printf(p->b, " · %s", out->v[k]->title);
		buf_puts(p->b, ": ");
		advice_put(p->b, p->r, table, "<code>", "</code>");
		buf_puts(p->b, "</p>");
	}
	html_end(p);
}

/* PAGES are of N currencies: what is no amount is of the first. */
static void
put_figures_and_sections(struct page *pages, size_t n, struct left_out *out)
{
	figures_put(pages, n);
	for (const struct section *s = report_sections; s->id != NULL; s++) {
		char of[sizeof pages->of];

		if (s->put == NULL)
			continue;
		memcpy(of, pages->of, sizeof of);
		if ((s->is & SECTION_AMOUNTS) == 0)
			pages->of[0] = '\0';
		put_section(pages, s, out);
		memcpy(pages->of, of, sizeof of);
		for (size_t i = 1; i < n && (s->is & SECTION_AMOUNTS) != 0; i++)
			put_section(&pages[i], s, out);
	}
	put_left_out(pages, out);
}

static int
prepare(struct page *p, struct ant_err *e)
{
	const struct report *r = p->r;

	return show_bins(&p->bins, r, e) == -1 ||
			       show_parts(&p->models, r, &r->models, SHOW_PARTS, &p->bins, e) ==
				       -1 ||
			       show_parts(&p->workspaces, r, &r->workspaces, SHOW_PARTS, &p->bins,
				       e) == -1 ||
			       show_parts(&p->products, r, &r->products, SHOW_PRODUCTS, &p->bins,
				       e) == -1
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
	struct left_out out = {.n = 0};
	struct buf sections; /* which there are says the contents, which stand before them */
	char title[1024];

	buf_init(&sections, to->max);

	for (size_t i = 0; status == 0 && i < n; i++) {
		struct page *p = &pages[i];

		p->b = &sections;
		p->r = all[i];
		p->again = i > 0;
		if (n > 1)
			snprintf(p->of, sizeof p->of, ", %s", all[i]->currency.code);
		if (number > 0)
			snprintf(p->ids, sizeof p->ids, "o%zu-", number);
		status = prepare(p, e);
	}
	if (status == 0) {
		put_figures_and_sections(pages, n, &out);
		pages->b = to;
		put_title(title, sizeof title, r);
		put_head(pages, title, &out);
		if (number == 0)
			buf_puts(to, "<main id=\"main\">\n");
		buf_put(to, sections.data, sections.len);
		to->failed |= sections.failed;
	}
	buf_free(&sections);
	for (size_t i = 0; pages != NULL && i < n; i++) {
		show_parts_free(&pages[i].models);
		show_parts_free(&pages[i].workspaces);
		show_parts_free(&pages[i].products);
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

/* The end of the page, and what its cost is not. */
static void
put_footer(struct buf *to, const struct report *const *reports, size_t n)
{
	unsigned bills = 0;

	for (size_t i = 0; i < n; i++)
		bills |= reports[i]->bill;
	buf_puts(to, "</main>\n<footer><p>");
	if ((bills & VIEWS_COST) != 0)
		buf_puts(to, "Cost is that of the cost report: Priority Tier is not in it, and the "
			     "bill may differ. ");
	if ((bills & VIEWS_ANALYTICS_COST) != 0)
		buf_puts(to, "Cost is that of analytics_cost: after discounts and before credits, "
			     "and the bill may differ. ");
	buf_puts(to, "Cost of Claude Code is an estimate. Amounts are added up exactly and rounded "
		     "last.</p><p>Made by ant-report " ANT_VERSION
		     ", part of anthill.</p></footer>\n</body></html>\n");
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
	put_footer(to, reports, n);
	return status == 0 && to->failed ? err_sys(e, ANT_FAIL, "the page") : status;
}
