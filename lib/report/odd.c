#include "report/odd.h"

int
odd_put(struct page *p)
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

static void
put_rows(struct sheet_rows *rows)
{
	static const char *const what[] = {"all", "model", "workspace"};
	const struct report *r = rows->r;

	for (size_t i = 0; i < r->nodd; i++) {
		const struct report_odd *o = &r->odd[i];

		sheet_day(rows, o->day);
		data_text(&rows->to, what[o->what]);
		data_text(&rows->to, o->what > 0 ? o->name : NULL);
		data_money(&rows->to, o->usual, &r->currency);
		sheet_amount(rows, o->cost);
		sheet_row_end(rows);
	}
}

static const char *const columns[] = {"day", "what", "name", "usual", "amount", "currency"};
const struct sheet odd_sheet = {"odd", "days that stand out", columns, 6, 1, put_rows};
