#include "report/people.h"

int
people_put(struct page *p)
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
	html_table_sum(p, "", sum, "");
	return 1;
}

static void
put_rows(struct sheet_rows *rows)
{
	const struct report_items *people = &rows->r->people;

	for (size_t i = 0; i < people->ids.n; i++) {
		const struct report_item *person = &people->v[people->order[i]];

		data_text(&rows->to, *person->id != '\0' ? person->id : NULL);
		data_text(&rows->to, person->name);
		sheet_amount(rows, person->total);
		sheet_row_end(rows);
	}
}

static const char *const columns[] = {"person_id", "person", "amount", "currency"};
const struct sheet people_sheet = {"people", "cost by person", columns, 4, 1, put_rows};
