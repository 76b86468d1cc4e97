#include "report/fresh.h"

#include "base/utc.h"
#include "report/advice.h"

int
fresh_put(struct page *p)
{
	static const struct html_column columns[] = {{"Table", HTML_LEFT},
		{"Complete up to", HTML_NUMBER}, {"Behind", HTML_NUMBER},
		{"Last load", HTML_NUMBER}, {"Loads", HTML_NUMBER}, {"Rows loaded", HTML_NUMBER}};
	const struct report *r = p->r;

	if (r->nfresh == 0) {
		buf_printf(p->b,
			"<p class=\"none\">No load is known: the ledger _anthill_loads is missing "
			"or empty. <code>ant-sync%s</code> loads all tables.</p>",
			r->opened_by == ADVICE_ENTERPRISE ? " @enterprise" : "");
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

static void
put_rows(struct sheet_rows *rows)
{
	for (size_t i = 0; i < rows->r->nfresh; i++) {
		const struct report_fresh *f = &rows->r->fresh[i];

		data_text(&rows->to, f->table);
		data_text(&rows->to, *f->watermark != '\0' ? f->watermark : NULL);
		data_integer(&rows->to, f->age);
		data_text(&rows->to, *f->finished != '\0' ? f->finished : NULL);
		data_integer(&rows->to, f->loads);
		data_integer(&rows->to, f->rows);
		sheet_row_end(rows);
	}
}

static const char *const columns[] = {
	"table", "complete_up_to", "behind_seconds", "last_load", "loads", "rows"};
const struct sheet fresh_sheet = {"fresh", "loads by table", columns, 6, 0, put_rows};
