#include "report/engagement.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/ask.h"
#include "report/html.h"
#include "report/sheet.h"
#include "report/term.h"

#define CODE(what) "claude_code_" what "_count"

/* A product, and the columns that count its sessions and messages; NULL: it has none. */
static const struct {
	const char *id, *name, *sessions, *messages;
} products[ENGAGEMENT_PRODUCTS] = {
	{"chat", "Chat", "chat_distinct_conversation_count", "chat_message_count"},
	{"claude_code", "Claude Code", CODE("distinct_session"), NULL},
	{"cowork", "Cowork", "cowork_distinct_session_count", "cowork_message_count"},
	{"unified_chat", "Unified: chat", "unified_chat_distinct_conversation_count",
		"unified_chat_message_count"},
	{"unified_sessions", "Unified: sessions", "unified_sessions_distinct_session_count",
		"unified_sessions_message_count"},
	{"excel", "Excel", "office_excel_distinct_session_count", "office_excel_message_count"},
	{"word", "Word", "office_word_distinct_session_count", "office_word_message_count"},
	{"powerpoint", "PowerPoint", "office_powerpoint_distinct_session_count",
		"office_powerpoint_message_count"},
	{"outlook", "Outlook", "office_outlook_distinct_session_count",
		"office_outlook_message_count"},
	{"design", "Claude Design", "design_distinct_session_count", "design_message_count"},
	{"science", "Claude Science", "science_distinct_session_count", "science_message_count"},
	{"claude_tag", "Claude Tag", NULL, "claude_tag_active_message_count"}};
enum { CLAUDE_CODE = 1 };

static const char *const code_columns[ENGAGEMENT_CODE] = {CODE("lines_of_code_added"),
	CODE("lines_of_code_removed"), CODE("commit"), CODE("pull_request")};

/* ---- load ------------------------------------------------------------------------------- */

/* 1 of a row whose person was active in the product, else 0. */
static void
put_active(struct buf *b, size_t product)
{
	const char * or = "";

	buf_puts(b, "CASE WHEN ");
	if (products[product].sessions != NULL) {
		buf_printf(b, "%s > 0", products[product].sessions);
		or = " OR ";
	}
	if (products[product].messages != NULL)
		buf_printf(b, "%s%s > 0", or, products[product].messages);
	for (size_t i = 0; product == CLAUDE_CODE && i < ENGAGEMENT_CODE; i++)
		buf_printf(b, " OR %s > 0", code_columns[i]);
	buf_puts(b, " THEN 1 ELSE 0 END");
}

static int
take_day(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct report *r = arg;
	struct engagement *g = &r->engagement;
	int64_t day = report_ask_day(&c[0]);

	if (!report_in_period(r, day))
		return 0;
	if (g->days == NULL &&
		(g->days = calloc((size_t)(r->last - r->first + 1), sizeof *g->days)) == NULL)
		return report_ask_no_memory(e);
	for (size_t i = 0; i < ENGAGEMENT_PRODUCTS; i++) {
		struct engagement_use *use = &g->days[day - r->first][i];

		*use = (struct engagement_use){db_integer(&c[1 + 3 * i]), db_integer(&c[2 + 3 * i]),
			db_integer(&c[3 + 3 * i])};
		g->all[i].people += use->people;
		g->all[i].sessions += use->sessions;
		g->all[i].messages += use->messages;
	}
	return 0;
}

/* By day: the database adds up its rows, of which there is one for each person. */
static int
load_days(struct report_ask *q, struct ant_err *e)
{
	struct report *r = q->r;
	struct buf columns;
	int status;

	buf_init(&columns, 1 << 16);
	for (size_t i = 0; i < ENGAGEMENT_PRODUCTS; i++) {
		buf_printf(&columns, "%ssum(", i > 0 ? ", " : "");
		put_active(&columns, i);
		buf_putc(&columns, ')');
		for (size_t k = 0; k < 2; k++) {
			const char *of = k == 0 ? products[i].sessions : products[i].messages;

			buf_printf(&columns, of != NULL ? ", sum(%s)" : ", NULL",
				of != NULL ? of : "");
		}
	}
	status = buf_str(&columns) == NULL
			 ? report_ask_no_memory(e)
			 : report_ask_days(q, VIEWS_ANALYTICS_USERS, "date", columns.data,
				   " GROUP BY 1", r->first, r->last + 1, take_day, r, e);
	buf_free(&columns);
	return status;
}

static int
take_people(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct engagement *g = arg;

	(void)e;
	for (size_t i = 0; i < ENGAGEMENT_PRODUCTS; i++)
		g->people[i] = db_integer(&c[i]);
	g->anybody = db_integer(&c[ENGAGEMENT_PRODUCTS]);
	for (size_t i = 0; i < ENGAGEMENT_CODE; i++)
		g->code[i] = db_integer(&c[ENGAGEMENT_PRODUCTS + 1 + i]);
	return 0;
}

/* Different people in the period: each once, by what they were active in on any day. */
static int
load_people(struct report_ask *q, struct ant_err *e)
{
	struct report *r = q->r;

	buf_clear(&q->sql);
	for (size_t i = 0; i < ENGAGEMENT_PRODUCTS; i++)
		buf_printf(&q->sql, "%ssum(a%zu)", i > 0 ? ", " : "SELECT ", i);
	buf_puts(&q->sql, ", sum(CASE WHEN ");
	for (size_t i = 0; i < ENGAGEMENT_PRODUCTS; i++)
		buf_printf(&q->sql, "%sa%zu", i > 0 ? " + " : "", i);
	buf_puts(&q->sql, " > 0 THEN 1 ELSE 0 END)");
	for (size_t i = 0; i < ENGAGEMENT_CODE; i++)
		buf_printf(&q->sql, ", sum(c%zu)", i);
	for (size_t i = 0; i < ENGAGEMENT_PRODUCTS; i++) {
		buf_puts(&q->sql, i > 0 ? ", max(" : " FROM (SELECT max(");
		put_active(&q->sql, i);
		buf_printf(&q->sql, ") AS a%zu", i);
	}
	for (size_t i = 0; i < ENGAGEMENT_CODE; i++)
		buf_printf(&q->sql, ", sum(%s) AS c%zu", code_columns[i], i);
	report_ask_from(q, VIEWS_ANALYTICS_USERS);
	buf_puts(&q->sql, " WHERE ");
	report_ask_compare(q, "date", ">=", r->first);
	buf_puts(&q->sql, " AND ");
	report_ask_compare(q, "date", "<", r->last + 1);
	report_ask_ours(q, VIEWS_ANALYTICS_USERS, " AND ");
	buf_puts(&q->sql, " GROUP BY user_id) people");
	return report_ask(
		q, ENGAGEMENT_PRODUCTS + 1 + ENGAGEMENT_CODE, take_people, &r->engagement, e);
}

int
engagement_load(struct report_ask *q, struct ant_err *e)
{
	if (load_days(q, e) == -1)
		return -1;
	return q->r->engagement.days != NULL ? load_people(q, e) : 0;
}

void
engagement_free(struct engagement *g)
{
	free(g->days);
}

/* ---- page ------------------------------------------------------------------------------- */

/* The products by their active days, the most first.  Return how many were used. */
static size_t
rank(const struct engagement *g, size_t order[ENGAGEMENT_PRODUCTS])
{
	size_t n = 0;

	for (size_t i = 0; i < ENGAGEMENT_PRODUCTS; i++) {
		size_t at = n;

		if (g->all[i].people == 0)
			continue;
		for (; at > 0 && g->all[order[at - 1]].people < g->all[i].people; at--)
			order[at] = order[at - 1];
		order[at] = i;
		n++;
	}
	return n;
}

static int64_t
active_in(const struct page *p, size_t bin, size_t product)
{
	int64_t sum = 0;

	for (int64_t day = p->bins.from[bin]; day < p->bins.from[bin + 1]; day++)
		sum += p->r->engagement.days[day - p->r->first][product].people;
	return sum;
}

/* The N products in their ORDER over the bins: the five largest, and the others as one. */
static void
put_chart(struct page *p, const size_t *order, size_t n)
{
	const size_t shown = n < SHOW_PRODUCTS ? n : SHOW_PRODUCTS;
	double *v = html_room(p, p->bins.n * SHOW_PRODUCTS, sizeof *v);
	struct svg_series series[SHOW_PRODUCTS];
	struct html_column columns[SHOW_PRODUCTS + 1] = {{html_bins_head(p), HTML_LEFT}};
	char classes[SHOW_PRODUCTS][4], label[96];

	if (v == NULL)
		return;
	buf_puts(p->b, "<ul class=\"legend\">");
	for (size_t i = 0; i < shown; i++) {
		const char *name = i < SHOW_PRODUCTS - 1 ? products[order[i]].name : "Others";

		snprintf(classes[i], sizeof classes[i], "m%d",
			i < SHOW_PRODUCTS - 1 ? (int)i : SHOW_PARTS - 1);
		html_legend(p, classes[i], name, 0);
		series[i] =
			(struct svg_series){SVG_BARS, classes[i], v + i * p->bins.n, NULL, name};
		columns[i + 1] = (struct html_column){name, HTML_NUMBER};
	}
	html_open_legend(p);
	buf_puts(p->b, "</ul>");
	for (size_t bin = 0; bin < p->bins.n; bin++)
		for (size_t i = 0; i < n; i++)
			v[(i < shown ? i : shown - 1) * p->bins.n + bin] +=
				(double)active_in(p, bin, order[i]);
	snprintf(label, sizeof label, "Active days of people per %s and product", p->bins.each);
	html_chart(p, label, series, shown, "", 1, html_values);
	html_details(p, label, columns, shown + 1);
	for (size_t bin = p->bins.n; bin-- > 0;) {
		html_bin_head(p, bin);
		for (size_t i = 0; i < shown; i++) {
			int64_t sum = 0;

			for (size_t k = i; k < (i < SHOW_PRODUCTS - 1 ? i + 1 : n); k++)
				sum += active_in(p, bin, order[k]);
			html_count(p, sum);
		}
	}
	html_details_end(p);
}

/* A count of what not all products have. */
static void
put_count(struct page *p, const char *column, int64_t n)
{
	if (column == NULL)
		buf_puts(p->b, "<td>–");
	else
		html_count(p, n);
}

static void
put_table(struct page *p, const size_t *order, size_t n)
{
	static const struct html_column columns[] = {{"Product", HTML_NAME},
		{"People", HTML_NUMBER}, {"Active days", HTML_NUMBER}, {"Sessions", HTML_NUMBER},
		{"Messages", HTML_NUMBER}};
	const struct engagement *g = &p->r->engagement;

	html_table(p, "Activity by product", 0, columns, 5);
	for (size_t i = 0; i < n; i++) {
		const struct engagement_use *use = &g->all[order[i]];

		html_row(p, products[order[i]].name, NULL);
		html_count(p, g->people[order[i]]);
		html_count(p, use->people);
		put_count(p, products[order[i]].sessions, use->sessions);
		put_count(p, products[order[i]].messages, use->messages);
	}
	html_table_end(p);
}

int
engagement_put(struct page *p)
{
	const struct engagement *g = &p->r->engagement;
	size_t order[ENGAGEMENT_PRODUCTS], n = rank(g, order);
	char people[SHOW_TEXT], a[SHOW_TEXT], b[SHOW_TEXT], c[SHOW_TEXT], d[SHOW_TEXT];

	if (n == 0)
		return 0;
	buf_printf(p->b,
		"<p class=\"soft small\">%s people were active in this period. An active day is a "
		"day on which a person used the product; who uses two is active in both.</p>",
		show_integer(g->anybody, people));
	put_chart(p, order, n);
	put_table(p, order, n);
	if (g->all[CLAUDE_CODE].people > 0)
		buf_printf(p->b,
			"<p class=\"soft small\">Claude Code: %s lines added, %s removed, %s "
			"commits, %s pull requests</p>",
			show_integer(g->code[0], a), show_integer(g->code[1], b),
			show_integer(g->code[2], c), show_integer(g->code[3], d));
	return 1;
}

/* ---- text and data ---------------------------------------------------------------------- */

void
engagement_text(struct term *t)
{
	const struct engagement *g = &t->r->engagement;
	size_t order[ENGAGEMENT_PRODUCTS], n = rank(g, order);
	char a[SHOW_TEXT], b[SHOW_TEXT], c[SHOW_TEXT];
	int narrow = t->width < 64;

	if (n == 0)
		return;
	buf_puts(t->b, "\nActivity by product\n  ");
	term_padded(t, "", t->width / 3);
	buf_printf(t->b, " %8s %8s", "people", "days");
	buf_printf(t->b, narrow ? "\n" : " %10s %10s\n", "sessions", "messages");
	for (size_t i = 0; i < n; i++) {
		const struct engagement_use *use = &g->all[order[i]];

		buf_puts(t->b, "  ");
		term_padded(t, products[order[i]].name, t->width / 3);
		buf_printf(t->b, " %8s %8s", show_integer(g->people[order[i]], a),
			show_integer(use->people, b));
		if (!narrow)
			buf_printf(t->b, " %10s %10s",
				products[order[i]].sessions != NULL ? show_integer(use->sessions, a)
								    : "-",
				products[order[i]].messages != NULL ? show_integer(use->messages, c)
								    : "-");
		buf_putc(t->b, '\n');
	}
}

/* The counts of a product, and the end of the row. */
static void
put_use(struct sheet_rows *rows, size_t product, const struct engagement_use *use)
{
	data_integer(&rows->to, use->people);
	if (products[product].sessions != NULL)
		data_integer(&rows->to, use->sessions);
	else
		data_text(&rows->to, NULL);
	if (products[product].messages != NULL)
		data_integer(&rows->to, use->messages);
	else
		data_text(&rows->to, NULL);
	sheet_row_end(rows);
}

static void
put_rows(struct sheet_rows *rows)
{
	const struct engagement *g = &rows->r->engagement;
	size_t order[ENGAGEMENT_PRODUCTS], n = rank(g, order);

	for (size_t i = 0; i < n; i++) {
		data_text(&rows->to, products[order[i]].id);
		data_text(&rows->to, products[order[i]].name);
		data_integer(&rows->to, g->people[order[i]]);
		put_use(rows, order[i], &g->all[order[i]]);
	}
}

static void
put_days(struct sheet_rows *rows)
{
	const struct report *r = rows->r;

	for (int64_t day = r->first; r->engagement.days != NULL && day <= r->last; day++)
		for (size_t i = 0; i < ENGAGEMENT_PRODUCTS; i++) {
			const struct engagement_use *use = &r->engagement.days[day - r->first][i];

			if (use->people == 0)
				continue;
			sheet_day(rows, day);
			data_text(&rows->to, products[i].id);
			put_use(rows, i, use);
		}
}

static const char *const columns[] = {
	"product_id", "product", "people", "active_days", "sessions", "messages"};
static const char *const days[] = {"day", "product_id", "people", "sessions", "messages"};
const struct sheet engagement_sheet = {
	"engagement", "activity by product", columns, 6, 0, put_rows};
const struct sheet engagement_days_sheet = {
	"engagement-days", "the same by day", days, 5, 0, put_days};
