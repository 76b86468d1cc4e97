/* report/cost - cost by product, as analytics_cost bills it */
#include "report/cost.h"

static void
put_table(struct page *p)
{
	static const struct html_column columns[] = {{"Product", HTML_NAME}, {"", HTML_NUMBER},
		{"Cost", HTML_NUMBER}, {"Share", HTML_NUMBER}};
	const struct report_items *products = &p->r->products;
	money totals[PAGE_TOP + 1] = {0}, sum = 0;
	int64_t cents[PAGE_TOP + 1], shares[PAGE_TOP + 1];
	size_t n = 0, rows = 0;

	for (; n < products->ids.n && products->v[products->order[n]].total != 0; n++) {
		rows = n < PAGE_TOP ? n + 1 : PAGE_TOP + 1;
		totals[rows - 1] += products->v[products->order[n]].total;
		sum += products->v[products->order[n]].total;
	}
	money_round(totals, rows, MONEY_CENT, cents);
	money_shares(totals, rows, shares);
	html_table(p, "Cost by product", 0, columns, 4);
	for (size_t i = 0; i < rows; i++) {
		double part = show_units(p->r, totals[i]);
		const int slot =
			i + 1 < p->products.n ? (int)i : p->products.slot[p->products.n - 1];
		char text[SHOW_TEXT];

		html_row(p, i < PAGE_TOP ? products->v[products->order[i]].name : "Others", NULL);
		buf_puts(p->b, "<td class=\"barcell\">");
		svg_row(p->b, &part, &slot, 1, show_units(p->r, totals[0]), "m");
		buf_puts(p->b, "<td>");
		html_amount(p, totals[i], cents[i]);
		buf_printf(p->b, "<td>%s", show_thousandths(shares[i], text));
	}
	html_table_sum(p, "<td>", sum, "<td>100.0%");
}

int
report_cost_products(struct page *p)
{
	if (p->products.n == 0)
		return 0;
	report_cost_parts(p, &p->products, 'm', "product");
	put_table(p);
	return 1;
}
