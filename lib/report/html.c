#include "report/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "report/advice.h"

/* ---- pieces --------------------------------------------------------------------------- */

void
html_escaped(struct buf *b, const char *text, size_t max)
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

void
html_name(struct buf *b, const char *text, size_t max)
{
	buf_puts(b, "<bdi>");
	html_escaped(b, text, max);
	buf_puts(b, "</bdi>");
}

void
html_cents(const struct page *p, int64_t cents)
{
	char text[MONEY_TEXT];

	buf_puts(p->b, money_text(cents, &p->r->currency, text));
}

void
html_integer(struct buf *b, int64_t n)
{
	char text[SHOW_TEXT];

	buf_puts(b, show_integer(n, text));
}

void
html_amount(const struct page *p, money m, int64_t cents)
{
	char text[MONEY_TEXT];

	buf_printf(p->b, "<data value=\"%s\">", money_exact(m, &p->r->currency, text));
	buf_printf(p->b, "%s</data>", money_text(cents, &p->r->currency, text));
}

void
html_money(const struct page *p, money m)
{
	html_amount(p, m, money_cents(m));
}

const char *
html_money_unit(const struct page *p)
{
	return currency_is_usd(&p->r->currency) ? "$" : " ";
}

void *
html_room(struct page *p, size_t n, size_t size)
{
	void *v = p->nrooms < ROOMS ? calloc(n + 1, size) : NULL;

	if (v == NULL)
		p->b->failed = 1;
	else
		p->rooms[p->nrooms++] = v;
	return v;
}

void
html_section(struct page *p, const char *id, const char *title, const char *by)
{
	const char *dash = p->again ? "-" : "", *code = p->again ? p->r->currency.code : "";

	buf_printf(p->b, "<section id=\"%s%s%s%s\" aria-labelledby=\"h-%s%s%s%s\">", p->ids, id,
		dash, code, p->ids, id, dash, code);
	buf_printf(p->b, "<h2 id=\"h-%s%s%s%s\">%s", p->ids, id, dash, code, title);
	if (by != NULL)
		buf_printf(p->b, " per %s%s", p->bins.each, by);
	buf_printf(p->b, "%s</h2>", p->of);
}

void
html_end(struct page *p)
{
	while (p->nrooms > 0)
		free(p->rooms[--p->nrooms]);
	buf_puts(p->b, "</section>\n");
}

void
html_none(struct page *p, unsigned table, const char *what)
{
	buf_printf(p->b, "<p class=\"none\">%s ", what);
	advice_put(p->b, p->r, table, "<code>", "</code>");
	buf_puts(p->b, "</p>");
}

void
html_note(struct page *p, const char *text)
{
	buf_printf(p->b, "<p class=\"soft small\">%s</p>", text);
}

/* ---- tables --------------------------------------------------------------------------- */

void
html_table(
	struct page *p, const char *caption, int tall, const struct html_column *columns, size_t n)
{
	static const char *const classes[] = {
		"", " class=\"l\"", " class=\"l name\"", ""}; /* by kind */

	buf_printf(p->b,
		"<div class=\"scroll%s\" tabindex=\"0\" role=\"region\" aria-label=\"%s%s\"><table>"
		"<caption>%s%s</caption><thead><tr>",
		tall ? " tall" : "", caption, p->of, caption, p->of);
	for (size_t i = 0; i < n; i++) {
		buf_printf(p->b, "<th scope=\"col\"%s>", classes[columns[i].kind]);
		if (columns[i].kind == HTML_OTHERS)
			html_name(p->b, columns[i].title, PAGE_LABEL);
		else
			buf_puts(p->b, columns[i].title);
		buf_puts(p->b, "</th>");
	}
	buf_puts(p->b, "</tr></thead><tbody>");
}

void
html_table_end(struct page *p)
{
	buf_puts(p->b, "</tbody></table></div>");
}

void
html_table_all(struct page *p, const char *rest)
{
	buf_puts(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th><td><td>");
	html_money(p, p->r->period);
	buf_printf(p->b, "%s</tfoot></table></div>", rest);
}

void
html_table_sum(struct page *p, const char *before, money sum, const char *behind)
{
	buf_printf(p->b, "</tbody><tfoot><tr><th scope=\"row\">All</th>%s<td>", before);
	html_money(p, sum);
	buf_printf(p->b, "%s</tfoot></table></div>", behind);
}

void
html_details(struct page *p, const char *caption, const struct html_column *columns, size_t n)
{
	buf_puts(p->b, "<details><summary>Figures as a table</summary>");
	html_table(p, caption, p->bins.n > 20, columns, n);
}

void
html_details_end(struct page *p)
{
	buf_puts(p->b, "</tbody></table></div></details>");
}

void
html_row(struct page *p, const char *name, const char *note)
{
	buf_puts(p->b, "<tr><th scope=\"row\" class=\"name\">");
	html_name(p->b, name, PAGE_NAME);
	if (note != NULL) {
		buf_puts(p->b, " <span class=\"soft\">(");
		html_escaped(p->b, note, 20);
		buf_puts(p->b, ")</span>");
	}
	buf_puts(p->b, "</th>");
}

void
html_count(struct page *p, int64_t n)
{
	buf_puts(p->b, "<td>");
	html_integer(p->b, n);
}

void
html_bin_head(struct page *p, size_t i)
{
	char text[SHOW_TEXT];

	buf_printf(p->b, "<tr><th scope=\"row\">%s%s</th>", show_bin(&p->bins, i, text),
		i == p->bins.open ? " (open)" : "");
}

const char *
html_bins_head(const struct page *p)
{
	return *p->bins.each == 'd' ? "Day" : *p->bins.each == 'w' ? "Week" : "Month";
}

void
html_legend(struct page *p, const char *class, const char *name, int text_of_others)
{
	buf_printf(p->b, "<li><i class=\"%s\"></i>", class);
	if (text_of_others)
		html_name(p->b, name, PAGE_LABEL);
	else
		buf_printf(p->b, "<span>%s</span>", name);
	buf_puts(p->b, "</li>");
}

void
html_open_legend(struct page *p)
{
	if (p->bins.open < p->bins.n)
		buf_printf(p->b, "<li><i class=\"today\"></i><span>%s, not over yet</span></li>",
			*p->bins.each == 'd'   ? "today"
			: *p->bins.each == 'w' ? "this week"
					       : "this month");
}

/* ---- charts over the bins --------------------------------------------------------------- */

static void
put_tick(void *arg, size_t bin, size_t before, char *to)
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

void
html_values(void *arg, struct buf *b, size_t bin)
{
	const struct page *p = arg;
	char text[SHOW_TEXT];

	buf_printf(b, "%s%s", show_bin(&p->bins, bin, text), bin == p->bins.open ? ", so far" : "");
	for (size_t i = p->nseries; i-- > 0;) {
		double v = p->series[i].v[bin];

		if (isnan(v))
			continue;
		buf_printf(b, "\n%s: ", p->series[i].name);
		if (*p->unit == '%')
			buf_printf(b, "%.1f%%", v);
		else
			html_integer(b, (int64_t)fabs(v));
	}
}

void
html_chart(struct page *p, const char *label, const struct svg_series *series, size_t n,
	const char *unit, int low, void (*title)(void *page, struct buf *b, size_t bin))
{
	const struct svg_chart c = {.label = label,
		.n = p->bins.n,
		.open = p->bins.open,
		.nseries = n,
		.series = series,
		.unit = unit,
		.least_max = *unit == '%' ? 100 : 0,
		.title = title,
		.tick = put_tick,
		.arg = p,
		.week = *p->bins.each == 'd' ? 7 : 0,
		.low = low};

	p->series = series;
	p->nseries = n;
	p->unit = unit;
	svg_chart(p->b, &c);
}
