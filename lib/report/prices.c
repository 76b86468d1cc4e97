#include "report/prices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/ask.h"
#include "report/html.h"
#include "report/sheet.h"

/* Models have five kinds of tokens, two tiers, windows and places. */
enum { PRICES_MAX = 20000, CHANGED_MAX = 20000, DECIMALS = 6 };

/* ---- load ------------------------------------------------------------------------------- */

/* The day comes first and is sorted by last. */
enum { DAY, MODEL, KIND, TIER, WINDOW, PLACE, CURRENCY, PAID, LIST, DISCOUNT, CELLS };

/* A decimal without zeros at its end; more than there is room for is none of a price. */
static int
take_decimal(char *to, size_t size, const struct db_cell *c, struct ant_err *e)
{
	size_t len = c->kind == DB_TEXT ? c->len : 0;

	if (len >= size)
		return err_set(e, ANT_FAIL, "ant_prices: a price is too large");
	if (len > 0 && memchr(c->p, '.', len) != NULL) {
		while (c->p[len - 1] == '0')
			len--;
		len -= c->p[len - 1] == '.' ? 1 : 0;
	}
	memcpy(to, len > 0 ? c->p : "", len);
	to[len] = '\0';
	return 0;
}

static int
same_text(const char *text, const struct db_cell *c)
{
	return strcmp(text, c->kind == DB_TEXT ? c->p : "") == 0;
}

static int
is_of(const struct price_of *o, const struct db_cell *c)
{
	return same_text(o->model, &c[MODEL]) && same_text(o->token_type, &c[KIND]) &&
	       same_text(o->tier, &c[TIER]) && same_text(o->window, &c[WINDOW]) &&
	       same_text(o->place, &c[PLACE]) && same_text(o->currency, &c[CURRENCY]);
}

static struct price_of *
add_of(struct prices *s, const struct db_cell *c, struct ant_err *e)
{
	struct price_of *o;

	if (s->n == PRICES_MAX) {
		err_set(e, ANT_FAIL, "ant_prices: more than %d prices", PRICES_MAX);
		return NULL;
	}
	if (numbering_grow(&s->v, &s->room, s->n + 1, sizeof *s->v, 64) == -1) {
		report_ask_no_memory(e);
		return NULL;
	}
	o = &s->v[s->n++];
	if (report_ask_text(&o->model, &c[MODEL], "", e) == -1 ||
		report_ask_text(&o->token_type, &c[KIND], "", e) == -1 ||
		report_ask_text(&o->tier, &c[TIER], "", e) == -1 ||
		report_ask_text(&o->window, &c[WINDOW], "", e) == -1 ||
		report_ask_text(&o->place, &c[PLACE], "", e) == -1)
		return NULL;
	snprintf(o->currency, sizeof o->currency, "%.7s",
		c[CURRENCY].kind == DB_TEXT ? c[CURRENCY].p : "");
	return o;
}

static int
same_price(const struct price *a, const struct price *b)
{
	return strcmp(a->paid, b->paid) == 0 && strcmp(a->discount, b->discount) == 0;
}

static int
add_change(struct prices *s, const struct price_of *o, const struct price *to, int64_t day,
	struct ant_err *e)
{
	if (s->nchanges == CHANGED_MAX)
		return err_set(e, ANT_FAIL, "ant_prices: more than %d changes", CHANGED_MAX);
	if (numbering_grow(
		    &s->changes, &s->changes_room, s->nchanges + 1, sizeof *s->changes, 64) == -1)
		return report_ask_no_memory(e);
	s->changes[s->nchanges++] = (struct price_change){(size_t)(o - s->v), day, o->steady, *to};
	return 0;
}

/* The price of the day after those that were seen. */
static int
take_price(
	struct prices *s, struct price_of *o, const struct price *p, int64_t day, struct ant_err *e)
{
	const int again = o->day != 0 && same_price(&o->now, p);

	if (again && !o->is_steady) { /* steady from the day before on */
		if (o->since != 0 && !same_price(&o->steady, p) &&
			add_change(s, o, p, o->day, e) == -1)
			return -1;
		if (o->since == 0 || !same_price(&o->steady, p))
			o->since = o->day;
		o->steady = *p;
	}
	o->is_steady = again;
	o->now = *p;
	o->day = day;
	return 0;
}

/* Rows come by what they are of, and by day. */
static int
take(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct prices *s = arg;
	struct price_of *o = s->n > 0 && is_of(&s->v[s->n - 1], c) ? &s->v[s->n - 1] : NULL;
	struct price p;

	if (take_decimal(p.paid, sizeof p.paid, &c[PAID], e) == -1 ||
		take_decimal(p.list, sizeof p.list, &c[LIST], e) == -1 ||
		take_decimal(p.discount, sizeof p.discount, &c[DISCOUNT], e) == -1)
		return -1;
	if (o == NULL && (o = add_of(s, c, e)) == NULL)
		return -1;
	return take_price(s, o, &p, report_ask_day(&c[DAY]), e);
}

static int
by_day(const void *a, const void *b)
{
	const struct price_change *x = a, *y = b;

	if (x->day != y->day)
		return x->day > y->day ? -1 : 1;
	return x->of < y->of ? -1 : x->of > y->of;
}

/* The question: those of the days whose price is known, as texts. */
static int
ask(struct report_ask *q, struct ant_err *e)
{
	static const char *const columns[CELLS] = {"day", "model", "token_type", "service_tier",
		"context_window", "inference_geo", "currency", "price_per_mtok",
		"list_price_per_mtok", "discount"};
	const struct report *r = q->r;
	struct views_place place = r->o.place;
	const char *text = sql_type(place.dialect, TYPE_TEXT);
	char from[SHOW_TEXT], to[SHOW_TEXT];
	unsigned needs;

	place.from = show_iso(
		r->last - r->first < PRICES_DAYS ? r->first : r->last - PRICES_DAYS + 1, from);
	place.to = show_iso(r->last + 1, to);
	buf_clear(&q->sql);
	for (size_t i = 0; i < CELLS; i++)
		buf_printf(
			&q->sql, "%s CAST(f.%s AS %s)", i == 0 ? "SELECT" : ",", columns[i], text);
	buf_puts(&q->sql, " FROM (");
	if (!views_put_question(&q->sql, &place, &r->o.there, "ant_prices", &needs))
		return 0;
	buf_puts(&q->sql, ") f WHERE f.price_per_mtok IS NOT NULL");
	if (r->o.organization != NULL && (r->o.there.organization & VIEWS_COST) != 0) {
		buf_puts(&q->sql, " AND f.organization = ");
		sql_literal(&q->sql, place.dialect, r->o.organization);
	}
	/* By bytes, as all databases can. */
	for (size_t i = 0; i < PAID; i++)
		buf_printf(&q->sql, "%s coalesce(CAST(f.%s AS %s), '')%s",
			i == 0 ? " ORDER BY" : ",", columns[(i + 1) % PAID], text,
			place.dialect == SQL_POSTGRESQL ? " COLLATE \"C\"" : "");
	return report_ask(q, CELLS, take, &q->r->prices, e);
}

int
prices_load(struct report_ask *q, struct ant_err *e)
{
	struct prices *s = &q->r->prices;

	/* By usage_report alone places are mixed, and it takes long. */
	if ((q->r->tables & VIEWS_USAGE_BY_COST) == 0 || (q->r->tables & VIEWS_COST) == 0)
		return 0;
	if (ask(q, e) == -1)
		return -1;
	if (s->nchanges > 0)
		qsort(s->changes, s->nchanges, sizeof *s->changes, by_day);
	return 0;
}

void
prices_free(struct prices *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].model);
		free(s->v[i].token_type);
		free(s->v[i].tier);
		free(s->v[i].window);
		free(s->v[i].place);
	}
	free(s->v);
	free(s->changes);
}

/* ---- page ------------------------------------------------------------------------------- */

/* "Output, batch, 200k-1M, us": what is not the usual stands behind the kind. */
static void
put_of(struct page *p, const struct price_of *o)
{
	html_row(p, o->model, NULL);
	buf_puts(p->b, "<td class=\"l\">");
	html_escaped(p->b, report_type_name(o->token_type), PAGE_LABEL);
	if (strcmp(o->tier, "standard") != 0 && *o->tier != '\0') {
		buf_puts(p->b, ", ");
		html_escaped(p->b, o->tier, PAGE_LABEL);
	}
	if (strcmp(o->window, "0-200k") != 0 && *o->window != '\0') {
		buf_puts(p->b, ", ");
		html_escaped(p->b, o->window, PAGE_LABEL);
	}
	if (strcmp(o->place, "not_available") != 0 && *o->place != '\0') {
		buf_puts(p->b, ", ");
		html_escaped(p->b, o->place, PAGE_LABEL);
	}
}

/* A price as it is, or what there is room for, cut off, with all digits for machines. */
static void
put_price(struct page *p, const struct price_of *o, const char *price)
{
	const char *point = strchr(price, '.');
	size_t len = strlen(price);
	int cut = point != NULL && strlen(point + 1) > DECIMALS;

	buf_puts(p->b, "<td>");
	if (len == 0) {
		buf_puts(p->b, "–");
		return;
	}
	if (cut)
		len = (size_t)(point - price) + 1 + DECIMALS;
	buf_printf(p->b, "<data value=\"%s\">%s%.*s%s</data>", price, cut ? "≈ " : "", (int)len,
		price, strcmp(o->currency, "USD") == 0 ? "" : " ");
	if (strcmp(o->currency, "USD") != 0)
		html_escaped(p->b, o->currency, PAGE_LABEL);
}

/* "0.125" as 12.5%. */
static void
put_discount(struct page *p, const char *discount)
{
	char *end, text[SHOW_TEXT];
	long whole = strtol(discount, &end, 10), part = 0;
	int digits = 0;

	buf_puts(p->b, "<td>");
	if (*discount == '\0') {
		buf_puts(p->b, "–");
		return;
	}
	for (end += *end == '.'; digits < 3; digits++)
		part = part * 10 + (*end != '\0' ? *end++ - '0' : 0);
	buf_puts(p->b,
		show_thousandths((*discount == '-' ? -1 : 1) * (labs(whole) * 1000 + part), text));
}

static void
put_changes(struct page *p)
{
	static const struct html_column columns[] = {{"Model", HTML_NAME}, {"Tokens", HTML_LEFT},
		{"Day", HTML_NUMBER}, {"From", HTML_NUMBER}, {"To", HTML_NUMBER},
		{"Discount before", HTML_NUMBER}, {"Discount", HTML_NUMBER}};
	const struct prices *s = &p->r->prices;
	char text[SHOW_TEXT];

	if (s->nchanges == 0) {
		buf_puts(p->b,
			"<p class=\"none\">No price and no discount changed in this period.</p>");
		return;
	}
	html_table(p, "Changes of price or discount", 0, columns, 7);
	for (size_t i = 0; i < s->nchanges && i < PAGE_TOP; i++) {
		const struct price_change *c = &s->changes[i];

		put_of(p, &s->v[c->of]);
		buf_printf(p->b, "<td class=\"warn\">%s", show_day(c->day, 1, text));
		put_price(p, &s->v[c->of], c->from.paid);
		put_price(p, &s->v[c->of], c->to.paid);
		put_discount(p, c->from.discount);
		put_discount(p, c->to.discount);
	}
	html_table_end(p);
	if (s->nchanges > PAGE_TOP)
		buf_printf(p->b, "<p class=\"soft small\">And %s more.</p>",
			show_integer((int64_t)(s->nchanges - PAGE_TOP), text));
}

int
prices_put(struct page *p)
{
	static const struct html_column columns[] = {{"Model", HTML_NAME}, {"Tokens", HTML_LEFT},
		{"Price", HTML_NUMBER}, {"List price", HTML_NUMBER}, {"Discount", HTML_NUMBER},
		{"Last day", HTML_NUMBER}};
	enum { SHOWN = 200 };
	const struct prices *s = &p->r->prices;
	char text[SHOW_TEXT];

	if (s->n == 0)
		return 0;
	html_note(p, "What was paid for a million tokens, in US dollars unless another currency is "
		     "named. A price "
		     "that is another one each day is mixed with that of flex or fast mode, which "
		     "the bill has in "
		     "the same rows; a change is one from a price of two days or more to another");
	put_changes(p);
	buf_puts(p->b, "<details><summary>Prices as of the last day with use</summary>");
	html_table(p, "Prices of a million tokens", 1, columns, 6);
	for (size_t i = 0; i < s->n && i < SHOWN; i++) {
		const struct price_of *o = &s->v[i];

		put_of(p, o);
		put_price(p, o, o->now.paid);
		put_price(p, o, o->now.list);
		put_discount(p, o->now.discount);
		buf_printf(p->b, "<td>%s", show_day(o->day, 1, text));
	}
	html_details_end(p);
	if (s->n > SHOWN)
		buf_printf(p->b, "<p class=\"soft small\">And %s more.</p>",
			show_integer((int64_t)(s->n - SHOWN), text));
	return 1;
}

/* ---- data ------------------------------------------------------------------------------- */

static void
put_text(struct sheet_rows *rows, const char *text)
{
	data_text(&rows->to, *text != '\0' ? text : NULL);
}

static void
put_of_data(struct sheet_rows *rows, const struct price_of *o)
{
	put_text(rows, o->model);
	put_text(rows, o->token_type);
	put_text(rows, o->tier);
	put_text(rows, o->window);
	put_text(rows, o->place);
}

static void
put_rows(struct sheet_rows *rows)
{
	const struct prices *s = &rows->r->prices;

	for (size_t i = 0; i < s->n; i++) {
		const struct price_of *o = &s->v[i];

		put_of_data(rows, o);
		sheet_day(rows, o->day);
		put_text(rows, o->now.paid);
		put_text(rows, o->now.list);
		put_text(rows, o->now.discount);
		sheet_day(rows, o->is_steady ? o->since : 0);
		put_text(rows, o->currency);
		sheet_row_end(rows);
	}
}

static void
put_change_rows(struct sheet_rows *rows)
{
	const struct prices *s = &rows->r->prices;

	for (size_t i = 0; i < s->nchanges; i++) {
		const struct price_change *c = &s->changes[i];

		sheet_day(rows, c->day);
		put_of_data(rows, &s->v[c->of]);
		put_text(rows, c->from.paid);
		put_text(rows, c->to.paid);
		put_text(rows, c->from.discount);
		put_text(rows, c->to.discount);
		put_text(rows, s->v[c->of].currency);
		sheet_row_end(rows);
	}
}

static const char *const price_columns[] = {"model", "token_type", "service_tier", "context_window",
	"inference_geo", "day", "price_per_mtok", "list_price_per_mtok", "discount", "steady_since",
	"currency"};
const struct sheet prices_sheet = {"prices", "what a million tokens cost on the last day with use",
	price_columns, 11, 0, put_rows};

static const char *const change_columns[] = {"day", "model", "token_type", "service_tier",
	"context_window", "inference_geo", "from", "to", "discount_from", "discount_to",
	"currency"};
const struct sheet price_changes_sheet = {
	"price-changes", "changes of price or discount", change_columns, 11, 0, put_change_rows};
