#include "report/seats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/ask.h"
#include "report/html.h"
#include "report/sheet.h"
#include "report/term.h"

static const struct {
	const char *id, *name; /* what its columns begin with */
} products[SEATS_PRODUCTS] = {{"chat", "Chat"}, {"claude_code", "Claude Code"},
	{"cowork", "Cowork"}, {"chat_cowork_unified", "Chat and Cowork, unified"},
	{"office_agent", "Claude in Office"}, {"claude_design", "Claude Design"},
	{"science", "Claude Science"}, {"claude_tag", "Claude Tag"}};

static const char *const spans[SEATS_SPANS] = {"daily", "weekly", "monthly"};

/* ---- load ------------------------------------------------------------------------------- */

static int64_t
count_of(const struct db_cell *c)
{
	int64_t n = db_integer(c);

	return c->kind == DB_NULL || n < 0 ? -1 : n;
}

static int
take(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct seats *s = arg;
	int64_t day = report_ask_day(&c[0]);
	struct seats_day *d = s->n > 0 ? &s->days[s->n - 1] : NULL;

	if (d == NULL || d->day != day) {
		if (numbering_grow(&s->days, &s->room, s->n + 1, sizeof *s->days, 64) == -1)
			return report_ask_no_memory(e);
		d = &s->days[s->n++];
	}
	d->day = day;
	d->assigned = count_of(&c[1]);
	d->invites = count_of(&c[2]);
	for (size_t i = 0; i < SEATS_SPANS; i++)
		d->active[i] = count_of(&c[3 + i]);
	for (size_t i = 0; i < SEATS_PRODUCTS * SEATS_SPANS; i++)
		d->products[i / SEATS_SPANS][i % SEATS_SPANS] = count_of(&c[3 + SEATS_SPANS + i]);
	return 0;
}

int
seats_load(struct report_ask *q, struct ant_err *e)
{
	struct report *r = q->r;
	struct buf columns;
	int status;

	buf_init(&columns, 1 << 16);
	buf_puts(&columns, "assigned_seat_count, pending_invite_count");
	for (size_t i = 0; i < SEATS_SPANS; i++)
		buf_printf(&columns, ", %s_active_user_count", spans[i]);
	for (size_t i = 0; i < SEATS_PRODUCTS * SEATS_SPANS; i++)
		buf_printf(&columns, ", %s_%s_active_user_count", products[i / SEATS_SPANS].id,
			spans[i % SEATS_SPANS]);
	status = buf_str(&columns) == NULL
			 ? report_ask_no_memory(e)
			 : report_ask_days(q, VIEWS_ANALYTICS_SUMMARIES, "starting_at",
				   columns.data, " ORDER BY starting_at", r->first, r->last + 1,
				   take, &r->seats, e);
	buf_free(&columns);
	return status;
}

void
seats_free(struct seats *s)
{
	free(s->days);
}

const struct seats_day *
seats_last(const struct seats *s)
{
	return s->n > 0 ? &s->days[s->n - 1] : NULL;
}

/* ---- page ------------------------------------------------------------------------------- */

/* The last day of a bin that is known; NULL: none. */
static const struct seats_day *
day_in(const struct page *p, size_t bin)
{
	const struct seats *s = &p->r->seats;
	size_t i = s->n;

	while (i > 0 && s->days[i - 1].day >= p->bins.from[bin + 1])
		i--;
	return i > 0 && s->days[i - 1].day >= p->bins.from[bin] ? &s->days[i - 1] : NULL;
}

static void
put_count(struct page *p, int64_t n)
{
	if (n < 0)
		buf_puts(p->b, "<td>–");
	else
		html_count(p, n);
}

static void
put_chart(struct page *p)
{
	static const struct html_column columns[] = {{"", HTML_LEFT}, {"Seats", HTML_NUMBER},
		{"Invites pending", HTML_NUMBER}, {"Active that day", HTML_NUMBER},
		{"In 7 days", HTML_NUMBER}, {"In 30 days", HTML_NUMBER}};
	struct html_column heads[6];
	double *v = html_room(p, p->bins.n * 4, sizeof *v);
	const size_t n = p->bins.n;

	if (v == NULL)
		return;
	for (size_t i = 0; i < n * 4; i++) {
		const struct seats_day *d = day_in(p, i % n);
		int64_t count = d == NULL ? -1 : i < n ? d->assigned : d->active[i / n - 1];

		v[i] = count < 0 ? NAN : (double)count;
	}
	const struct svg_series series[] = {{SVG_LINE, "c4", v, "dash", "Seats"},
		{SVG_LINE, "c3", v + 3 * n, "", "Active in 30 days"},
		{SVG_LINE, "c2", v + 2 * n, "", "Active in 7 days"},
		{SVG_LINE, "c0", v + n, "", "Active that day"}};

	buf_puts(p->b, "<ul class=\"legend\">");
	html_legend(p, "rule dashed c4", "Seats", 0);
	html_legend(p, "rule c3", "Active in 30 days", 0);
	html_legend(p, "rule c2", "Active in 7 days", 0);
	html_legend(p, "rule c0", "Active that day", 0);
	buf_puts(p->b, "</ul>");
	html_chart(p, "Seats and active users; the figures are in the table below", series, 4, "",
		0, html_values);
	memcpy(heads, columns, sizeof heads);
	heads[0].title = html_bins_head(p);
	html_details(p, "Seats and active users", heads, 6);
	for (size_t bin = n; bin-- > 0;) {
		const struct seats_day *d = day_in(p, bin);

		html_bin_head(p, bin);
		put_count(p, d != NULL ? d->assigned : -1);
		put_count(p, d != NULL ? d->invites : -1);
		for (size_t i = 0; i < SEATS_SPANS; i++)
			put_count(p, d != NULL ? d->active[i] : -1);
	}
	html_details_end(p);
}

static void
put_products(struct page *p, const struct seats_day *d)
{
	static const struct html_column columns[] = {{"Product", HTML_NAME},
		{"That day", HTML_NUMBER}, {"7 days", HTML_NUMBER}, {"30 days", HTML_NUMBER},
		{"Of seats", HTML_NUMBER}, {"", HTML_NUMBER}};
	char text[SHOW_TEXT];

	buf_printf(p->b, "<h3>Active users by product, %s</h3>", show_day(d->day, 1, text));
	html_table(p, "Active users by product", 0, columns, 6);
	for (size_t i = 0; i <= SEATS_PRODUCTS; i++) {
		const int64_t *active = i > 0 ? d->products[i - 1] : d->active;
		double part = (double)active[2];

		if (i > 0 && active[0] < 0 && active[1] < 0 && active[2] < 0)
			continue;
		html_row(p, i > 0 ? products[i - 1].name : "Any product", NULL);
		for (size_t k = 0; k < SEATS_SPANS; k++)
			put_count(p, active[k]);
		buf_printf(p->b, "<td>%s<td class=\"barcell\">",
			show_percent(active[2], d->assigned, text));
		svg_row(p->b, &part, (const int[]){3}, 1,
			(double)(d->assigned > active[2] ? d->assigned : active[2]), "c");
	}
	html_table_end(p);
}

int
seats_put(struct page *p)
{
	const struct seats_day *d = seats_last(&p->r->seats);
	char day[SHOW_TEXT], seats[SHOW_TEXT], invites[SHOW_TEXT], share[SHOW_TEXT];

	if (d == NULL)
		return 0;
	buf_printf(p->b,
		"<p class=\"soft small\">On %s: %s seats assigned, %s invites pending; %s of the "
		"seats were active in the 30 days before. Users of several products count in "
		"each.</p>",
		show_day(d->day, 1, day), d->assigned < 0 ? "–" : show_integer(d->assigned, seats),
		d->invites < 0 ? "–" : show_integer(d->invites, invites),
		show_percent(d->active[2], d->assigned, share));
	put_chart(p);
	put_products(p, d);
	return 1;
}

/* ---- text and data ---------------------------------------------------------------------- */

void
seats_text(struct term *t)
{
	const struct seats_day *d = seats_last(&t->r->seats);
	char text[SHOW_TEXT], numbers[SEATS_SPANS][SHOW_TEXT];

	if (d == NULL)
		return;
	buf_printf(t->b, "\nActive users on %s\n", show_iso(d->day, text));
	if (d->assigned >= 0)
		buf_printf(t->b, "  %s seats\n", show_integer(d->assigned, text));
	buf_puts(t->b, "  ");
	term_padded(t, "", t->width / 3);
	buf_printf(t->b, " %7s %7s %7s\n", "day", "7 days", "30 days");
	for (size_t i = 0; i <= SEATS_PRODUCTS; i++) {
		const int64_t *active = i > 0 ? d->products[i - 1] : d->active;

		if (active[0] < 0 && active[1] < 0 && active[2] < 0)
			continue;
		for (size_t k = 0; k < SEATS_SPANS; k++)
			strcpy(numbers[k], "-");
		for (size_t k = 0; k < SEATS_SPANS; k++)
			if (active[k] >= 0)
				show_integer(active[k], numbers[k]);
		buf_puts(t->b, "  ");
		term_padded(t, i > 0 ? products[i - 1].name : "Any product", t->width / 3);
		buf_printf(t->b, " %7s %7s %7s\n", numbers[0], numbers[1], numbers[2]);
	}
}

static void
put_cell(struct sheet_rows *rows, int64_t n)
{
	if (n < 0)
		data_text(&rows->to, NULL);
	else
		data_integer(&rows->to, n);
}

static void
put_rows(struct sheet_rows *rows)
{
	const struct seats *s = &rows->r->seats;

	for (size_t i = 0; i < s->n; i++) {
		const struct seats_day *d = &s->days[i];

		sheet_day(rows, d->day);
		put_cell(rows, d->assigned);
		put_cell(rows, d->invites);
		for (size_t k = 0; k < SEATS_SPANS; k++)
			put_cell(rows, d->active[k]);
		for (size_t k = 0; k < SEATS_PRODUCTS * SEATS_SPANS; k++)
			put_cell(rows, d->products[k / SEATS_SPANS][k % SEATS_SPANS]);
		sheet_row_end(rows);
	}
}

static const char *const columns[] = {"day", "assigned_seats", "pending_invites",
	"daily_active_users", "weekly_active_users", "monthly_active_users", "chat_daily",
	"chat_weekly", "chat_monthly", "claude_code_daily", "claude_code_weekly",
	"claude_code_monthly", "cowork_daily", "cowork_weekly", "cowork_monthly",
	"chat_cowork_unified_daily", "chat_cowork_unified_weekly", "chat_cowork_unified_monthly",
	"office_agent_daily", "office_agent_weekly", "office_agent_monthly", "claude_design_daily",
	"claude_design_weekly", "claude_design_monthly", "science_daily", "science_weekly",
	"science_monthly", "claude_tag_daily", "claude_tag_weekly", "claude_tag_monthly"};
const struct sheet seats_sheet = {"seats", "seats and active users by day, in all and by product",
	columns, sizeof columns / sizeof *columns, 0, put_rows};
