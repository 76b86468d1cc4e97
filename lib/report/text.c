#include "report/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "base/utf8.h"
#include "report/show.h"

enum { LIST = 10, WIDTH_LEAST = 40, WIDTH_MOST = 160 };

struct text {
	struct buf *b;
	const struct report *r;
	size_t width, name, bar; /* columns of a line, a name, a bar */
	int ascii;
};

/*
 * Columns of a character: 0 for what combines and for what would turn the direction of the
 * line, which is left out; 2 for East Asian ones and pictures (Unicode TR 11, roughly).
 */
static size_t
columns_of(long c)
{
	if ((c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
		(c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfe0f ||
		c == 0x061c || c == 0xfeff)
		return 0;
	if ((c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
		(c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
		(c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
		(c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
		(c >= 0x20000 && c <= 0x3fffd))
		return 2;
	return 1;
}

/* NAME in exactly N columns: cut with a dot dot, or filled with blanks. */
static void
put_padded(struct text *t, const char *name, size_t n)
{
	struct buf clean;
	const char *p, *end;
	size_t used = 0, all = 0, len;

	buf_init(&clean, 1 << 16);
	show_name(&clean, name, NAMES_MAX);
	p = clean.data == NULL ? "" : clean.data;
	end = p + clean.len;
	for (const char *s = p; s < end; s += len)
		all += columns_of(utf8_next(s, end, &len));
	for (; p < end; p += len) {
		long c = utf8_next(p, end, &len);
		size_t wide = columns_of(c);

		if (used + wide > (all > n ? n - 2 : n))
			break;
		if (wide == 0 && !(c >= 0x300 && c <= 0x36f))
			continue;
		if (t->ascii && c >= 0x80)
			buf_puts(t->b, wide == 2 ? "??" : wide == 1 ? "?" : "");
		else
			buf_put(t->b, p, len);
		used += wide;
	}
	if (all > n && n >= 2) {
		buf_puts(t->b, "..");
		used += 2;
	}
	for (; used < n; used++)
		buf_putc(t->b, ' ');
	buf_free(&clean);
}

/* A bar of VALUE, of at most t->bar columns where it is MOST. */
static void
put_bar(struct text *t, double value, double most)
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	double columns =
		most > 0 && value > 0 ? (value < most ? value / most : 1) * (double)t->bar : 0;
	size_t parts = (size_t)(columns * 8 + 0.5);

	if (t->ascii) {
		for (size_t i = 0; i < (size_t)(columns + 0.5); i++)
			buf_putc(t->b, '#');
		return;
	}
	for (; parts >= 8; parts -= 8)
		buf_puts(t->b, "█");
	buf_puts(t->b, eighths[parts]);
}

/* Signs beyond ASCII in what show_change() and the like write. */
static void
put_plain(struct text *t, const char *s)
{
	for (; *s != '\0'; s++) {
		if (!t->ascii || (unsigned char)*s < 0x80) {
			buf_putc(t->b, *s);
		} else if ((*s & 0xc0) != 0x80) { /* the first byte of a sign */
			buf_puts(t->b, strncmp(s, "±", 2) == 0 ? "+-" : "-");
		}
	}
}

static void
put_figure(struct text *t, const char *name, const char *value, const char *more)
{
	buf_printf(t->b, "  %-22s %14s", name, value);
	/* A sign of three bytes is one column. */
	if (*more != '\0' &&
		42 + strlen(more) <= t->width + ((unsigned char)*more >= 0x80 ? 2 : 0)) {
		buf_puts(t->b, "   ");
		put_plain(t, more);
	}
	buf_putc(t->b, '\n');
}

static void
put_change(struct text *t, const char *name, const char *value, money now, money before,
	const char *than)
{
	char change[SHOW_TEXT], more[2 * SHOW_TEXT];

	snprintf(more, sizeof more, "%s %s", show_change(now, before, change), than);
	put_figure(t, name, value, before > 0 ? more : "");
}

static void
put_none(struct text *t, unsigned table)
{
	int there = (t->r->tables & table) != 0;

	buf_printf(t->b, "  %s %s:%sant-sync %s\n", views_table_name(table),
		there ? "has nothing here" : "is missing", t->width < 64 ? "\n    " : " ",
		views_table_name(table));
}

static void
put_figures(struct text *t)
{
	const struct report *r = t->r;
	char value[MONEY_TEXT], text[SHOW_TEXT], more[2 * SHOW_TEXT];

	if (r->first_cost > 0) {
		put_figure(t, "Month to date", money_text(money_cents(r->spent), value),
			show_month(r->month, text));
		put_change(t, "Forecast", money_text(money_cents(r->forecast), value), r->forecast,
			r->spent_last_month, "against last month");
		if (r->o.budget >= 0) {
			snprintf(more, sizeof more, "%s of it spent",
				show_percent((int64_t)(r->spent / 1000000000000000),
					(int64_t)(r->o.budget / 1000000000000000), text));
			put_figure(t, "Budget", money_text(money_cents(r->o.budget), value), more);
		}
		put_change(t, "Last 30 days", money_text(money_cents(r->last30), value), r->last30,
			r->prior30, "against the 30 before");
	} else {
		put_none(t, VIEWS_COST);
	}
	if (r->usage_end > 0) {
		put_change(t, "Tokens, 30 days", show_short((double)r->tokens30, "", text),
			r->tokens30, r->tokens_prior30, "against the 30 before");
		show_percent(r->read_prior30, r->input_prior30, text);
		snprintf(more, sizeof more, "%s before", text);
		put_figure(t, "Cache hits, 30 days", show_percent(r->read30, r->input30, text),
			r->input_prior30 > 0 ? more : "");
	} else {
		put_none(t, VIEWS_USAGE);
	}
	if (r->claude_end > 0)
		put_change(t, "Claude Code users", show_integer(r->users30, text), r->users30,
			r->users_prior30, "against the 30 days before");
	else
		put_none(t, VIEWS_CLAUDE_CODE);
}

static void
put_days(struct text *t)
{
	const struct report *r = t->r;
	struct show_bins bins = {0};
	struct ant_err ignored;
	double most = 0, *v;
	money *exact;

	if (show_bins(&bins, r, &ignored) == -1) {
		t->b->failed = 1;
		return;
	}
	v = calloc(bins.n + 1, sizeof *v);
	exact = calloc(bins.n + 1, sizeof *exact);
	for (size_t i = 0; v != NULL && exact != NULL && i < bins.n; i++) {
		for (int64_t day = bins.from[i]; day < bins.from[i + 1]; day++)
			exact[i] += report_day_of(r, day)->cost;
		v[i] = show_dollars(exact[i]);
		most = v[i] > most ? v[i] : most;
	}
	buf_printf(t->b, "\nCost per %s\n", bins.each);
	for (size_t i = 0; v != NULL && exact != NULL && i < bins.n; i++) {
		char value[MONEY_TEXT], day[SHOW_TEXT];

		show_iso(bins.from[i], day);
		buf_printf(t->b, "  %-10s %14s ", day, money_text(money_cents(exact[i]), value));
		if (i == bins.open && exact[i] == 0)
			buf_puts(t->b, "not over yet");
		put_bar(t, v[i], most);
		buf_putc(t->b, '\n');
	}
	if (v == NULL || exact == NULL)
		t->b->failed = 1;
	free(v);
	free(exact);
	show_bins_free(&bins);
}

/* One line of a list: name, amount, share, bar. */
static void
put_line(struct text *t, const char *name, int64_t cents, int64_t share, money cost, money most)
{
	char value[MONEY_TEXT], text[SHOW_TEXT];

	buf_puts(t->b, "  ");
	put_padded(t, name, t->name);
	buf_printf(t->b, " %14s %6s ", money_text(cents, value), show_thousandths(share, text));
	put_bar(t, show_dollars(cost), show_dollars(most));
	buf_putc(t->b, '\n');
}

/*
 * The largest of N costs, then the others in one line; parts and shares add up.  NAMES and
 * COSTS are in order.
 */
static void
put_list(struct text *t, const char *title, const char *const *names, const money *costs, size_t n)
{
	money parts[LIST + 1] = {0}, most = 0;
	int64_t cents[LIST + 1], shares[LIST + 1];
	size_t shown = n > LIST ? LIST : n, rows = shown + (n > shown);
	char others[40];

	buf_printf(t->b, "\n%s\n", title);
	for (size_t i = 0; i < n; i++)
		parts[i < shown ? i : shown] += costs[i];
	/* What comes last, the others or what belongs to no key, can be more than the first. */
	for (size_t i = 0; i < rows; i++)
		most = parts[i] > most ? parts[i] : most;
	money_round(parts, rows, MONEY_CENT, cents);
	money_shares(parts, rows, shares);
	snprintf(others, sizeof others, "%zu others", n - shown);
	for (size_t i = 0; i < rows; i++)
		put_line(t, i < shown ? names[i] : others, cents[i], shares[i], parts[i], most);
}

static void
put_items(struct text *t, const char *title, const struct report_items *items)
{
	const char **names = calloc(items->ids.n + 1, sizeof *names);
	money *costs = calloc(items->ids.n + 1, sizeof *costs);
	size_t n = 0;

	if (names == NULL || costs == NULL)
		t->b->failed = 1;
	for (; !t->b->failed && n < items->ids.n; n++) {
		const struct report_item *v = &items->v[items->order[n]];

		if (v->total == 0)
			break;
		names[n] = v->name;
		costs[n] = v->total;
	}
	if (n > 0)
		put_list(t, title, names, costs, n);
	free(names);
	free(costs);
}

static void
put_keys(struct text *t)
{
	const struct report *r = t->r;
	const char **names = calloc(r->key_ids.n + 2, sizeof *names);
	money *costs = calloc(r->key_ids.n + 2, sizeof *costs);
	size_t n = 0;

	if (names == NULL || costs == NULL)
		t->b->failed = 1;
	for (; !t->b->failed && n < r->key_ids.n; n++) {
		const struct report_key *k = &r->keys[r->key_order[n]];

		if (k->cost == 0)
			break;
		names[n] = k->name;
		costs[n] = k->cost;
	}
	if (n > 0 && r->not_by_key != 0) {
		names[n] = "Not by key";
		costs[n++] = r->not_by_key;
	}
	if (n > 0)
		put_list(t, "Cost by API key, shared out by tokens", names, costs, n);
	free(names);
	free(costs);
}

static void
put_users(struct text *t)
{
	const struct report *r = t->r;
	char a[SHOW_TEXT], b[SHOW_TEXT], c[SHOW_TEXT], value[MONEY_TEXT];
	int narrow = t->width < t->name + 44;

	if (r->user_ids.n == 0 || r->claude_end <= r->first)
		return;
	buf_puts(t->b, "\nClaude Code by estimated cost\n");
	if (!narrow) {
		buf_puts(t->b, "  ");
		put_padded(t, "", t->name);
		buf_printf(t->b, " %14s %8s %7s %8s\n", "", "sessions", "commits", "accepted");
	}
	for (size_t i = 0; i < r->user_ids.n && i < LIST; i++) {
		const struct report_user *u = &r->users[r->user_order[i]];

		buf_puts(t->b, "  ");
		put_padded(t, u->name, t->name);
		buf_printf(t->b, " %14s", money_text(money_cents(u->cost), value));
		if (!narrow) {
			show_percent(u->accepted, u->accepted + u->rejected, c);
			buf_printf(t->b, " %8s %7s%*s", show_integer(u->sessions, a),
				show_integer(u->commits, b),
				(unsigned char)*c < 0x80 ? 9 - (int)strlen(c) : 8, "");
			put_plain(t, c);
		}
		buf_putc(t->b, '\n');
	}
}

static void
put_odd(struct text *t)
{
	static const char *const what[] = {"all cost", "model ", "workspace "};
	const struct report *r = t->r;

	if (r->nodd == 0)
		return;
	buf_puts(t->b, "\nDays that stand out\n");
	for (size_t i = 0; i < r->nodd && i < LIST; i++) {
		const struct report_odd *o = &r->odd[i];
		char day[SHOW_TEXT], cost[MONEY_TEXT], usual[MONEY_TEXT];

		buf_printf(t->b, "  %-10s %14s", show_iso(o->day, day),
			money_text(money_cents(o->cost), cost));
		if (t->width >= 76)
			buf_printf(
				t->b, "  usually %12s", money_text(money_cents(o->usual), usual));
		buf_printf(t->b, "  %s", o->what == 0 || t->width >= 76 ? what[o->what] : "");
		if (o->what > 0)
			put_padded(t, o->name, t->width >= 76 ? t->width - 64 : t->width - 30);
		while (t->b->len > 0 && t->b->data[t->b->len - 1] == ' ')
			t->b->len--;
		buf_putc(t->b, '\n');
	}
}

int
report_text(struct buf *to, const struct report *r, size_t width, int ascii, struct ant_err *e)
{
	struct text t = {.b = to, .r = r, .ascii = ascii};
	char from[SHOW_TEXT], last[SHOW_TEXT], at[UTC_TEXT];
	const char *title = r->o.title != NULL	      ? r->o.title
			    : r->organization != NULL ? r->organization
						      : "Claude cost and use";

	t.width = width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
	t.bar = t.width - 28;
	put_padded(&t, title, t.width);
	while (to->len > 0 && to->data[to->len - 1] == ' ')
		to->len--;
	utc_format(r->o.to, at);
	buf_printf(to, "\n%s to %s%sas of %.10s %.5s UTC\n\n", show_day(r->first, 1, from),
		show_day(r->last, 1, last), t.width < 60 ? "\n" : ", ", at, at + 11);
	put_figures(&t);
	if (r->first_cost > 0) {
		put_days(&t);
		t.name = t.width >= 72 ? t.width / 3 : 12;
		t.bar = t.width > t.name + 26 ? t.width - t.name - 26 : 0;
		put_items(&t, "Cost by model", &r->models);
		put_items(&t, "Cost by workspace", &r->workspaces);
		put_keys(&t);
	}
	t.name = t.width >= 72 ? t.width / 3 : 12;
	put_users(&t);
	put_odd(&t);
	return to->failed ? err_sys(e, ANT_FAIL, "the report") : 0;
}
