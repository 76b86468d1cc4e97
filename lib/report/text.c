#include "report/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "report/advice.h"
#include "report/check.h"
#include "report/show.h"
#include "report/tags.h"
#include "report/term.h"

enum { WIDTH_LEAST = 40, WIDTH_MOST = 160 };

static void
put_figure(struct term *t, const char *name, const char *value, const char *more)
{
	char called[64];

	snprintf(called, sizeof called, "%s%s", name, t->of);
	buf_printf(t->b, "  %-22s %14s", called, value);
	/* A sign of three bytes is one column. */
	if (*more != '\0' &&
		42 + strlen(more) <= t->width + ((unsigned char)*more >= 0x80 ? 2 : 0)) {
		buf_puts(t->b, "   ");
		term_plain(t, more);
	}
	buf_putc(t->b, '\n');
}

static void
put_change(struct term *t, const char *name, const char *value, money now, money before,
	const char *than)
{
	char change[SHOW_TEXT], more[2 * SHOW_TEXT];

	snprintf(more, sizeof more, "%s %s", show_change(now, before, change), than);
	put_figure(t, name, value, before > 0 ? more : "");
}

static void
put_cost_figures(struct term *t)
{
	const struct report *r = t->r;
	char value[MONEY_TEXT], text[SHOW_TEXT], more[2 * SHOW_TEXT];

	put_figure(t, "Month to date", money_text(money_cents(r->spent), &r->currency, value),
		show_month(r->month, text));
	put_change(t, "Forecast", money_text(money_cents(r->forecast), &r->currency, value),
		r->forecast, r->spent_last_month, "against last month");
	if (report_budget(r) >= 0) {
		snprintf(more, sizeof more, "%s of it spent",
			show_percent((int64_t)(r->spent / 1000000000000000),
				(int64_t)(r->o.budget / 1000000000000000), text));
		put_figure(t, "Budget", money_text(money_cents(r->o.budget), &r->currency, value),
			more);
	}
	put_change(t, "Last 30 days", money_text(money_cents(r->last30), &r->currency, value),
		r->last30, r->prior30, "against the 30 before");
}

/* What the budget, which is in US dollars, leaves out. */
static void
put_left_out(struct term *t)
{
	struct buf amounts;

	buf_init(&amounts, 1 << 16);
	if (t->r->o.budget >= 0 && report_left_out(&amounts, t->r, 0) > 0)
		buf_printf(t->b, "  The budget is in US dollars, without\n    %s\n",
			buf_str(&amounts) != NULL ? amounts.data : "");
	t->b->failed |= amounts.failed;
	buf_free(&amounts);
}

/* What an Enterprise organization has. */
static void
put_seats(struct term *t)
{
	const struct seats_day *d = seats_last(&t->r->seats);
	const struct limits *l = &t->r->limits;
	char text[SHOW_TEXT], share[SHOW_TEXT], more[2 * SHOW_TEXT];

	if (d != NULL && d->assigned >= 0) {
		snprintf(more, sizeof more, "%s of them active in 30 days",
			show_percent(d->active[2], d->assigned, share));
		put_figure(t, "Seats", show_integer(d->assigned, text), more);
	}
	if (l->n > 0) {
		snprintf(more, sizeof more, "%s more are near",
			show_integer((int64_t)l->counts[LIMIT_NEAR], share));
		put_figure(t, "Spend limits reached",
			show_integer((int64_t)l->counts[LIMIT_REACHED], text), more);
	}
}

/* Of N currencies; what is no amount is of the first. */
static void
put_figures(struct term *all, size_t n)
{
	struct term figures = *all, *t = &figures;
	const struct report *r = t->r;
	char text[SHOW_TEXT], more[2 * SHOW_TEXT];

	for (size_t i = 0; i < n; i++)
		if (all[i].r->first_cost > 0)
			put_cost_figures(&all[i]);
	t->of[0] = '\0';
	put_left_out(t);
	if (r->first_cost == 0)
		term_none(t, r->bill);
	if (r->usage_end > 0) {
		put_change(t, "Tokens, 30 days", show_short((double)r->tokens30, "", text),
			r->tokens30, r->tokens_prior30, "against the 30 before");
		show_percent(r->read_prior30, r->input_prior30, text);
		snprintf(more, sizeof more, "%s before", text);
		put_figure(t, "Cache hits, 30 days", show_percent(r->read30, r->input30, text),
			r->input_prior30 > 0 ? more : "");
	} else {
		term_none(t, VIEWS_USAGE);
	}
	if (r->claude_end > 0)
		put_change(t, "Claude Code users", show_integer(r->users30, text), r->users30,
			r->users_prior30, "against the 30 days before");
	else
		term_none(t, VIEWS_CLAUDE_CODE);
	put_seats(t);
}

static money
cost_in(const struct report *r, const struct show_bins *bins, size_t i)
{
	money sum = 0;

	for (int64_t day = bins->from[i]; day < bins->from[i + 1]; day++)
		sum += report_day_of(r, day)->cost;
	return sum;
}

static void
put_days(struct term *t)
{
	struct show_bins bins = {0};
	struct ant_err ignored;
	money most = 0;

	if (show_bins(&bins, t->r, &ignored) == -1) {
		t->b->failed = 1;
		return;
	}
	for (size_t i = 0; i < bins.n; i++)
		most = cost_in(t->r, &bins, i) > most ? cost_in(t->r, &bins, i) : most;
	buf_printf(t->b, "\nCost per %s%s\n", bins.each, t->of);
	for (size_t i = 0; i < bins.n; i++) {
		char value[MONEY_TEXT], day[SHOW_TEXT];
		money cost = cost_in(t->r, &bins, i);

		buf_printf(t->b, "  %-10s %14s ", show_iso(bins.from[i], day),
			money_text(money_cents(cost), &t->r->currency, value));
		if (i == bins.open && cost == 0)
			buf_puts(t->b, "not over yet");
		term_bar(t, show_units(t->r, cost), show_units(t->r, most));
		buf_putc(t->b, '\n');
	}
	show_bins_free(&bins);
}

static void
put_items(struct term *t, const char *title, const struct report_items *items)
{
	struct term_list l = {.n = 0};

	for (size_t i = 0; i < items->ids.n; i++) {
		const struct report_item *v = &items->v[items->order[i]];

		if (v->total == 0)
			break;
		term_list_add(&l, v->name, v->total);
	}
	term_list(t, title, &l);
}

static void
put_keys(struct term *t)
{
	const struct report *r = t->r;
	struct term_list l = {.n = 0};

	for (size_t i = 0; i < r->key_ids.n; i++) {
		const struct report_key *k = &r->keys[r->key_order[i]];

		if (k->cost == 0)
			break;
		term_list_add(&l, k->name, k->cost);
	}
	if (l.n > 0 && r->not_by_key != 0)
		term_list_add(&l, "Not by key", r->not_by_key);
	term_list(t, r->billed ? "Cost by API key" : "Cost by API key, shared out by tokens", &l);
}

static void
put_users(struct term *t)
{
	const struct report *r = t->r;
	char a[SHOW_TEXT], b[SHOW_TEXT], c[SHOW_TEXT], value[MONEY_TEXT];
	int narrow = t->width < t->name + 44;

	if (r->user_ids.n == 0 || (r->claude_end <= r->first && !t->again))
		return;
	buf_printf(t->b, "\nClaude Code by estimated cost%s\n", t->of);
	if (!narrow) {
		buf_puts(t->b, "  ");
		term_padded(t, "", t->name);
		buf_printf(t->b, " %14s %8s %7s %8s\n", "", "sessions", "commits", "accepted");
	}
	for (size_t i = 0, n = 0; i < r->user_ids.n && n < TERM_LIST; i++) {
		const struct report_user *u = &r->users[r->user_order[i]];

		/* Who is of another currency is there. */
		if (*t->of != '\0' && u->cost == 0 && u->did[DID_SESSIONS] == 0)
			continue;
		n++;
		buf_puts(t->b, "  ");
		term_padded(t, u->name, t->name);
		buf_printf(t->b, " %14s", money_text(money_cents(u->cost), &t->r->currency, value));
		if (!narrow) {
			show_percent(u->did[DID_ACCEPTED],
				u->did[DID_ACCEPTED] + u->did[DID_REJECTED], c);
			buf_printf(t->b, " %8s %7s%*s", show_integer(u->did[DID_SESSIONS], a),
				show_integer(u->did[DID_COMMITS], b),
				(unsigned char)*c < 0x80 ? 9 - (int)strlen(c) : 8, "");
			term_plain(t, c);
		}
		buf_putc(t->b, '\n');
	}
}

static void
put_odd(struct term *t)
{
	static const char *const what[] = {"all cost", "model ", "workspace "};
	const struct report *r = t->r;

	if (r->nodd == 0)
		return;
	buf_printf(t->b, "\nDays that stand out%s\n", t->of);
	for (size_t i = 0; i < r->nodd && i < TERM_LIST; i++) {
		const struct report_odd *o = &r->odd[i];
		char day[SHOW_TEXT], cost[MONEY_TEXT], usual[MONEY_TEXT];

		buf_printf(t->b, "  %-10s %14s", show_iso(o->day, day),
			money_text(money_cents(o->cost), &t->r->currency, cost));
		if (t->width >= 76)
			buf_printf(t->b, "  usually %12s",
				money_text(money_cents(o->usual), &t->r->currency, usual));
		buf_printf(t->b, "  %s", o->what == 0 || t->width >= 76 ? what[o->what] : "");
		if (o->what > 0)
			term_padded(t, o->name, t->width >= 76 ? t->width - 64 : t->width - 30);
		while (t->b->len > 0 && t->b->data[t->b->len - 1] == ' ')
			t->b->len--;
		buf_putc(t->b, '\n');
	}
}

/* Whether there is anything to say of a currency that is not the first. */
static int
is_told(const struct term *t)
{
	const struct report *r = t->r;

	return !t->again || r->period != 0 || r->spent != 0 || r->last30 != 0;
}

static void
put_cost(struct term *t)
{
	int told = t->r->first_cost != 0 && is_told(t);

	t->bar = t->width - 28;
	if (told)
		put_days(t);
	t->name = t->width >= 72 ? t->width / 3 : 12;
	t->bar = t->width > t->name + 26 ? t->width - t->name - 26 : 0;
	if (told) {
		put_items(t, "Cost by model", &t->r->models);
		if (advice_has_workspaces(t->r))
			put_items(t, "Cost by workspace", &t->r->workspaces);
	}
	/* Both may be of analytics_cost alone: who has no Admin key has no cost report. */
	put_keys(t);
	put_items(t, "Cost by product", &t->r->products);
	put_items(t, "Cost by person", &t->r->people);
	tags_text(t);
}

static void
put_head(struct term *t)
{
	const struct report *r = t->r;
	char from[SHOW_TEXT], last[SHOW_TEXT], at[UTC_TEXT];
	const char *title = r->o.title != NULL	      ? r->o.title
			    : r->organization != NULL ? r->organization
						      : "Claude cost and use";

	term_padded(t, title, t->width);
	while (t->b->len > 0 && t->b->data[t->b->len - 1] == ' ')
		t->b->len--;
	if (r->o.organization != NULL) {
		buf_puts(t->b, "\nOrganization ");
		show_name(t->b, r->o.organization, t->width - 13);
	}
	utc_format(r->o.to, at);
	buf_printf(t->b, "\n%s to %s%sas of %.10s %.5s UTC\n\n", show_day(r->first, 1, from),
		show_day(r->last, 1, last), t->width < 60 ? "\n" : ", ", at, at + 11);
}

int
report_text(struct buf *to, const struct report *r, size_t width, int ascii, struct ant_err *e)
{
	const struct report *all[REPORT_CURRENCIES_MAX];
	struct term texts[REPORT_CURRENCIES_MAX] = {{.b = to, .r = r}};
	size_t n = report_currencies(r, all);

	for (size_t i = 0; i < n; i++) {
		texts[i] = (struct term){.b = to, .r = all[i], .again = i > 0, .ascii = ascii};
		texts[i].width = width < WIDTH_LEAST  ? WIDTH_LEAST
				 : width > WIDTH_MOST ? WIDTH_MOST
						      : width;
		if (n > 1)
			snprintf(texts[i].of, sizeof texts[i].of, ", %s", all[i]->currency.code);
	}
	put_head(texts);
	put_figures(texts, n);
	for (size_t i = 0; i < n; i++)
		put_cost(&texts[i]);
	seats_text(texts);
	engagement_text(texts);
	limits_text(texts);
	for (size_t i = 0; i < n; i++) {
		texts[i].name = texts[i].width >= 72 ? texts[i].width / 3 : 12;
		put_users(&texts[i]);
	}
	for (size_t i = 0; i < n; i++)
		put_odd(&texts[i]);
	changes_text(texts);
	return to->failed ? err_sys(e, ANT_FAIL, "the report") : 0;
}
