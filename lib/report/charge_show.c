/* What charge.c has asked for, written: for a terminal, as CSV, as JSON. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "report/charge.h"
#include "report/show.h"
#include "report/term.h"

enum { WIDTH_LEAST = 40, WIDTH_MOST = 160, COLUMNS_MAX = 6 };

/* ---- text --------------------------------------------------------------------------------- */

/* How a row is called: by its name, else its id, else what nobody is. */
static void
put_called(struct term *t, const struct charge *c, const struct charge_row *row)
{
	struct buf nobody;
	const char *name = row->name != NULL && *row->name != '\0' ? row->name : row->id;

	buf_init(&nobody, 1 << 16);
	if (name == NULL) {
		charge_put_nobody(&nobody, &c->by);
		name = buf_str(&nobody);
	}
	term_padded(t, name != NULL ? name : "", t->name);
	buf_free(&nobody);
}

static void
put_heading(struct term *t, const struct charge *c, const struct charge_row *row)
{
	char from[SHOW_TEXT], last[SHOW_TEXT];

	buf_puts(t->b, "Cost by ");
	show_name(t->b, c->by.text, 60);
	buf_printf(t->b, ", %s to %s", show_day(c->from, 1, from), show_day(c->to - 1, 1, last));
	if (!currency_is_usd(&row->currency))
		buf_printf(t->b, ", %s", row->currency.code);
	if (row->organization != NULL) {
		buf_puts(t->b, "\nOrganization ");
		show_name(t->b, row->organization, t->width - 13);
	}
	buf_putc(t->b, '\n');
}

/* A line for each of N rows and their sum, which they are together as they stand there. */
static void
put_group(struct term *t, const struct charge *c, size_t i, size_t n, money *amounts,
	int64_t *cents, int64_t *shares)
{
	const struct charge_row *rows = &c->v[i];
	char value[MONEY_TEXT], text[SHOW_TEXT];
	int64_t sum = 0;
	money most = 0;

	for (size_t k = 0; k < n; k++) {
		amounts[k] = rows[k].amount;
		most = amounts[k] > most ? amounts[k] : most;
	}
	money_round(amounts, n, MONEY_CENT, cents);
	money_shares(amounts, n, shares);
	put_heading(t, c, rows);
	for (size_t k = 0; k < n; k++) {
		buf_puts(t->b, "  ");
		put_called(t, c, &rows[k]);
		buf_printf(t->b, " %14s %6s ", money_text(cents[k], &rows->currency, value),
			show_thousandths(shares[k], text));
		term_bar(t, (double)amounts[k], (double)most);
		buf_putc(t->b, '\n');
		sum += cents[k];
	}
	buf_puts(t->b, "  ");
	term_padded(t, "Sum", t->name);
	buf_printf(t->b, " %14s\n", money_text(sum, &rows->currency, value));
}

int
charge_text(struct buf *to, const struct charge *c, size_t width, int ascii, struct ant_err *e)
{
	money *amounts = calloc(c->n + 1, sizeof *amounts);
	int64_t *cents = calloc(c->n + 1, sizeof *cents),
		*shares = calloc(c->n + 1, sizeof *shares);
	struct term t = {.b = to, .ascii = ascii};
	struct decimal unused;
	size_t n;

	t.width = width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
	t.name = t.width >= 72 ? t.width / 3 : 12;
	t.bar = t.width > t.name + 26 ? t.width - t.name - 26 : 0;
	if (amounts == NULL || cents == NULL || shares == NULL)
		to->failed = 1;
	for (size_t i = 0; i < c->n && !to->failed; i += n) {
		n = charge_sum(c, i, &unused);
		buf_puts(to, i > 0 ? "\n" : "");
		put_group(&t, c, i, n, amounts, cents, shares);
	}
	if (c->n == 0)
		buf_puts(to, "There is no cost in this period.\n");
	free(amounts);
	free(cents);
	free(shares);
	return to->failed ? err_sys(e, ANT_FAIL, "--by") : 0;
}

/* ---- data --------------------------------------------------------------------------------- */

/* The last columns of a row: what it costs, of whom. */
static void
put_cost(struct data *d, const struct charge *c, const struct charge_row *row,
	const struct decimal *cents)
{
	const struct decimal dollars = {cents->mantissa, cents->scale + 2};
	char text[DECIMAL_TEXT];

	decimal_format(cents, text);
	data_text(d, text);
	decimal_format(&dollars, text);
	data_text(d, currency_is_usd(&row->currency) ? text : NULL);
	data_text(d, row->currency.code);
	if (c->several)
		data_text(d, row->organization);
}

/* Add what put_cost() writes to N COLUMNS.  Return how many there are. */
static size_t
add_cost(const struct charge *c, const char *columns[static COLUMNS_MAX], size_t n)
{
	columns[n++] = "cost_cents";
	columns[n++] = "cost_usd";
	columns[n++] = "currency";
	if (c->several)
		columns[n++] = "organization";
	return n;
}

static void
put_rows(struct buf *to, const struct charge *c, enum data_format format)
{
	const char *const *own = charge_columns(&c->by);
	const char *columns[COLUMNS_MAX];
	struct data d;
	size_t n = 0;

	columns[n++] = own[0];
	if (own[1] != NULL)
		columns[n++] = own[1];
	data_start(&d, to, format, columns, add_cost(c, columns, n));
	for (size_t i = 0; i < c->n; i++) {
		data_text(&d, c->v[i].id);
		if (own[1] != NULL)
			data_text(&d, c->v[i].name);
		put_cost(&d, c, &c->v[i], &c->v[i].cents);
	}
	data_end(&d);
}

static void
put_totals(struct buf *to, const struct charge *c)
{
	const char *columns[COLUMNS_MAX];
	struct decimal sum;
	struct data d;
	size_t n;

	data_start(&d, to, DATA_JSON, columns, add_cost(c, columns, 0));
	for (size_t i = 0; i < c->n; i += n) {
		n = charge_sum(c, i, &sum);
		put_cost(&d, c, &c->v[i], &sum);
	}
	data_end(&d);
}

int
charge_data(struct buf *to, const struct charge *c, enum data_format format, struct ant_err *e)
{
	char day[SHOW_TEXT];

	if (format == DATA_JSON) {
		buf_puts(to, "{\"by\":");
		json_put_string(to, c->by.text);
		json_put_member(to, "from", show_iso(c->from, day));
		json_put_member(to, "to", show_iso(c->to, day));
		buf_puts(to, ",\"rows\":");
	}
	put_rows(to, c, format);
	if (format == DATA_JSON) {
		buf_puts(to, ",\"totals\":");
		put_totals(to, c);
		buf_puts(to, "}\n");
	}
	return to->failed ? err_sys(e, ANT_FAIL, "--by") : 0;
}
