#include "report/sheet.h"

#include <string.h>

#include "base/json.h"
#include "base/utc.h"
#include "report/section.h"
#include "report/show.h"

/* ---- cells ------------------------------------------------------------------------------ */

void
sheet_day(struct sheet_rows *rows, int64_t day)
{
	char text[SHOW_TEXT];

	data_text(&rows->to, day != 0 ? show_iso(day, text) : NULL);
}

void
sheet_amount(struct sheet_rows *rows, money amount)
{
	data_money(&rows->to, amount, &rows->r->currency);
	data_text(&rows->to, rows->r->currency.code);
}

void
sheet_row_end(struct sheet_rows *rows)
{
	if (rows->organizations)
		data_text(&rows->to, rows->r->o.organization);
}

/* ---- sheets ----------------------------------------------------------------------------- */

/* The next of all sheets: start with *SECTION and *AT 0.  NULL behind the last. */
static const struct sheet *
next(size_t *section, size_t *at)
{
	for (; report_sections[*section].id != NULL; ++*section, *at = 0)
		if (*at < SECTION_SHEETS && report_sections[*section].sheets[*at] != NULL)
			return report_sections[*section].sheets[(*at)++];
	return NULL;
}

const struct sheet *
sheet_find(const char *name)
{
	const struct sheet *s;

	for (size_t i = 0, at = 0; (s = next(&i, &at)) != NULL;)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

void
sheet_list(struct buf *to)
{
	const struct sheet *s;

	for (size_t i = 0, at = 0; (s = next(&i, &at)) != NULL;)
		buf_printf(to, "%-16s %s\n", s->name, s->about);
}

/* Rows of S, of one report or of N that follow each other. */
static void
put_rows(struct buf *to, enum data_format format, const struct sheet *s,
	const struct report *const *reports, size_t n)
{
	const char *columns[SHEET_COLUMNS_MAX + 1];
	struct sheet_rows rows = {.organizations = reports[0]->o.organization != NULL};

	memcpy(columns, s->columns, s->n * sizeof *columns);
	columns[s->n] = "organization";
	data_start(&rows.to, to, format, columns, s->n + (rows.organizations ? 1 : 0));
	for (size_t i = 0; i < n; i++) {
		const struct report *all[REPORT_CURRENCIES_MAX];
		size_t currencies = report_currencies(reports[i], all);

		for (size_t k = 0; k < currencies && (k == 0 || s->amounts); k++) {
			rows.r = all[k];
			s->put(&rows);
		}
	}
	data_end(&rows.to);
}

int
sheet_csv(struct buf *to, const struct sheet *s, const struct report *const *reports, size_t n,
	struct ant_err *e)
{
	/* Names in it are others': a spreadsheet must not run one as a formula. */
	put_rows(to, DATA_CSV_SAFE, s, reports, n);
	return to->failed ? err_sys(e, ANT_FAIL, "--csv") : 0;
}

static void
put_organization(struct buf *to, const struct report *r)
{
	const char *before = "";
	const struct sheet *s;

	buf_puts(to, "{\"id\":");
	if (r->o.organization != NULL)
		json_put_string(to, r->o.organization);
	else
		buf_puts(to, "null");
	json_put_member(to, "name", r->organization);
	buf_puts(to, ",\"sections\":{");
	for (size_t i = 0, at = 0; (s = next(&i, &at)) != NULL; before = ",") {
		buf_printf(to, "%s\n\"%s\":", before, s->name);
		put_rows(to, DATA_JSON, s, &r, 1);
	}
	buf_puts(to, "}}");
}

int
sheet_json(struct buf *to, const struct report *const *reports, size_t n, struct ant_err *e)
{
	char from[SHOW_TEXT], end[UTC_TEXT];

	utc_format(reports[0]->o.to, end);
	buf_printf(to, "{\"from\":\"%s\",\"to\":\"%s\",\"organizations\":[",
		show_iso(reports[0]->first, from), end);
	for (size_t i = 0; i < n; i++) {
		buf_puts(to, i > 0 ? ",\n" : "\n");
		put_organization(to, reports[i]);
	}
	buf_puts(to, "]}\n");
	return to->failed ? err_sys(e, ANT_FAIL, "--json") : 0;
}
