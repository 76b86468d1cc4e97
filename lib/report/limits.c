#include "report/limits.h"

#include <stdlib.h>
#include <string.h>

#include "report/ask.h"
#include "report/html.h"
#include "report/sheet.h"
#include "report/term.h"

enum { SHARE_MAX = 999999 }; /* a limit may be a trillionth of a cent */

static const char *const states[LIMIT_STATES] = {"reached", "near", "below", "none"};

/* ---- load ------------------------------------------------------------------------------- */

static void
judge(struct limit *l)
{
	/* Both are at most 1e35: there is room for a thousand times as much. */
	money share = l->amount > 0 ? (l->spent * 1000 + l->amount / 2) / l->amount
				    : (l->spent > 0 ? 1000 : 0);

	l->share = share < 0 ? 0 : share > SHARE_MAX ? SHARE_MAX : (int64_t)share;
	if (l->amount <= 0 ? l->spent > 0 : l->spent >= l->amount)
		l->state = LIMIT_REACHED;
	else
		l->state = l->amount > 0 && l->spent * 100 >= l->amount * 80 ? LIMIT_NEAR
									     : LIMIT_BELOW;
}

static int
take(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct limits *s = arg;
	const struct db_cell *called = c[1].kind == DB_TEXT && c[1].len > 0   ? &c[1]
				       : c[2].kind == DB_TEXT && c[2].len > 0 ? &c[2]
									      : &c[0];
	const char *code = c[6].kind == DB_TEXT ? c[6].p : "USD";
	struct limit *l;

	if (numbering_grow(&s->v, &s->room, s->n + 1, sizeof *s->v, 64) == -1)
		return report_ask_no_memory(e);
	l = &s->v[s->n++];
	if (report_ask_text(&l->id, &c[0], "", e) == -1 ||
		report_ask_text(&l->name, called, "", e) == -1 ||
		report_ask_text(&l->period, &c[3], "", e) == -1)
		return -1;
	if (report_ask_money(&c[4], &l->amount) == -1 || report_ask_money(&c[5], &l->spent) == -1)
		return err_set(e, ANT_FAIL,
			"spend_limits_effective: an amount that is no number, or too large");
	if (currency_of(code, strlen(code), &l->currency) == -1)
		return err_set(e, ANT_FAIL,
			"spend_limits_effective: '%.40s' is no currency: that is a code of "
			"letters, such as USD",
			code);
	if (c[4].kind == DB_NULL)
		l->state = LIMIT_NONE;
	else
		judge(l);
	s->counts[l->state]++;
	return 0;
}

static int
by_share(const void *a, const void *b)
{
	const struct limit *x = a, *y = b;
	int c;

	if ((x->state == LIMIT_NONE) != (y->state == LIMIT_NONE))
		return x->state == LIMIT_NONE ? 1 : -1;
	if (x->share != y->share)
		return x->share > y->share ? -1 : 1;
	if (x->spent != y->spent)
		return x->spent > y->spent ? -1 : 1;
	c = strcmp(x->id, y->id);
	return c != 0 ? c : strcmp(x->period, y->period);
}

int
limits_load(struct report_ask *q, struct ant_err *e)
{
	struct report *r = q->r;

	if ((r->tables & VIEWS_LIMITS) == 0)
		return 0;
	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT actor_id, actor_name, actor_email, period, amount_cents, "
			  "period_to_date_spend_cents, currency");
	report_ask_from(q, VIEWS_LIMITS);
	report_ask_ours(q, VIEWS_LIMITS, " WHERE ");
	if (report_ask(q, 7, take, &r->limits, e) == -1)
		return -1;
	if (r->limits.n > 0)
		qsort(r->limits.v, r->limits.n, sizeof *r->limits.v, by_share);
	return 0;
}

void
limits_free(struct limits *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].id);
		free(s->v[i].name);
		free(s->v[i].period);
	}
	free(s->v);
}

/* ---- page ------------------------------------------------------------------------------- */

static size_t
of_interest(const struct limits *s)
{
	return s->counts[LIMIT_REACHED] + s->counts[LIMIT_NEAR];
}

static void
put_amount(struct page *p, money m, const struct currency *c)
{
	char exact[MONEY_TEXT], shown[MONEY_TEXT];

	buf_printf(p->b, "<td><data value=\"%s\">%s</data>", money_exact(m, c, exact),
		money_text(money_cents(m), c, shown));
}

static void
put_limit(struct page *p, const struct limit *l)
{
	const int reached = l->state == LIMIT_REACHED;
	double parts[] = {reached ? 1000 : (double)l->share, reached ? 0 : 1000 - (double)l->share};
	const int slots[] = {reached ? 1 : 0, 4};
	char text[SHOW_TEXT];

	html_row(p, l->name, reached ? "reached" : NULL);
	buf_printf(p->b, "<td%s>%s", reached ? " class=\"warn\"" : "",
		l->amount > 0 ? show_thousandths(l->share, text) : "–");
	put_amount(p, l->spent, &l->currency);
	put_amount(p, l->amount, &l->currency);
	buf_puts(p->b, "<td class=\"l\">");
	html_escaped(p->b, l->period, PAGE_LABEL);
	buf_puts(p->b, "<td class=\"barcell\">");
	svg_row(p->b, parts, slots, 2, 1000, "c");
}

int
limits_put(struct page *p)
{
	static const struct html_column columns[] = {{"Member", HTML_NAME}, {"Used", HTML_NUMBER},
		{"Spent", HTML_NUMBER}, {"Limit", HTML_NUMBER}, {"Period", HTML_LEFT},
		{"", HTML_NUMBER}};
	const struct limits *s = &p->r->limits;
	size_t n = of_interest(s);
	char a[SHOW_TEXT], b[SHOW_TEXT], c[SHOW_TEXT], d[SHOW_TEXT];

	if (s->n == 0)
		return 0;
	buf_printf(p->b,
		"<p class=\"soft small\">As of the last load: %s reached, %s near (80%% spent), %s "
		"below, %s without a limit</p>",
		show_integer((int64_t)s->counts[LIMIT_REACHED], a),
		show_integer((int64_t)s->counts[LIMIT_NEAR], b),
		show_integer((int64_t)s->counts[LIMIT_BELOW], c),
		show_integer((int64_t)s->counts[LIMIT_NONE], d));
	if (n == 0) {
		buf_puts(p->b, "<p class=\"none\">No limit is near.</p>");
		return 1;
	}
	html_table(p, "Limits that are reached or near", 0, columns, 6);
	for (size_t i = 0; i < n && i < PAGE_TOP; i++)
		put_limit(p, &s->v[i]);
	html_table_end(p);
	if (n > PAGE_TOP)
		buf_printf(p->b, "<p class=\"soft small\">And %s more.</p>",
			show_integer((int64_t)(n - PAGE_TOP), a));
	return 1;
}

/* ---- text and data ---------------------------------------------------------------------- */

void
limits_text(struct term *t)
{
	const struct limits *s = &t->r->limits;
	size_t n = of_interest(s), name = t->width / 3;
	char text[SHOW_TEXT], spent[MONEY_TEXT], amount[MONEY_TEXT];

	if (n == 0)
		return;
	buf_puts(t->b, "\nSpend limits that are reached or near\n");
	for (size_t i = 0; i < n && i < TERM_LIST; i++) {
		const struct limit *l = &s->v[i];

		buf_puts(t->b, "  ");
		term_padded(t, l->name, name);
		buf_printf(t->b, " %12s", money_text(money_cents(l->spent), &l->currency, spent));
		if (t->width >= 72)
			buf_printf(t->b, " of %12s ",
				money_text(money_cents(l->amount), &l->currency, amount));
		buf_printf(t->b, " %8s", show_thousandths(l->share, text));
		if (t->width >= 76) {
			buf_putc(t->b, ' ');
			term_padded(t, l->period, 7);
			while (t->b->len > 0 && t->b->data[t->b->len - 1] == ' ')
				t->b->len--;
		}
		buf_putc(t->b, '\n');
	}
	if (n > TERM_LIST)
		buf_printf(t->b, "  and %s more\n", show_integer((int64_t)(n - TERM_LIST), text));
}

static void
put_rows(struct sheet_rows *rows)
{
	const struct limits *s = &rows->r->limits;

	for (size_t i = 0; i < s->n; i++) {
		const struct limit *l = &s->v[i];

		data_text(&rows->to, *l->id != '\0' ? l->id : NULL);
		data_text(&rows->to, l->name);
		data_text(&rows->to, *l->period != '\0' ? l->period : NULL);
		data_text(&rows->to, states[l->state]);
		data_money(&rows->to, l->spent, &l->currency);
		if (l->state != LIMIT_NONE)
			data_money(&rows->to, l->amount, &l->currency);
		else
			data_text(&rows->to, NULL);
		data_text(&rows->to, l->currency.code);
		sheet_row_end(rows);
	}
}

static const char *const columns[] = {
	"member_id", "member", "period", "state", "spent", "limit", "currency"};
const struct sheet limits_sheet = {
	"limits", "spend of each member against the limit", columns, 7, 0, put_rows};
