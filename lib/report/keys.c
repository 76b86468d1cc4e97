#include "report/keys.h"

#include <string.h>

#include "report/advice.h"

enum { LISTED = 25 }; /* keys that are named */

static int
is_active(const struct report_key *k)
{
	return k->listed && k->status != NULL && strcmp(k->status, "active") == 0;
}

/* A key that could be used, and was not in all of the period. */
static int
is_idle(const struct report *r, const struct report_key *k)
{
	(void)r;
	return is_active(k) && k->tokens == 0;
}

static int
is_old(const struct report *r, const struct report_key *k)
{
	return is_active(k) && k->created > 0 && r->last - k->created > 365;
}

/* The keys that are SO, or that there are NONE. */
static void
put_key_list(struct page *p, int (*so)(const struct report *, const struct report_key *),
	const char *title, const char *none)
{
	const struct report *r = p->r;
	size_t n = 0, shown = 0;
	char text[SHOW_TEXT];

	for (size_t i = 0; i < r->key_ids.n; i++)
		n += (size_t)so(r, &r->keys[i]);
	buf_printf(p->b, "<h3>%s: %s</h3>", title, show_integer((int64_t)n, text));
	if (n == 0) {
		html_note(p, none);
		return;
	}
	buf_puts(p->b, "<p class=\"small\">");
	for (size_t i = 0; i < r->key_ids.n && shown < LISTED; i++) {
		const struct report_key *k = &r->keys[r->key_order[i]];

		if (!so(r, k))
			continue;
		buf_puts(p->b, shown++ > 0 ? " · " : "");
		html_name(p->b, k->name, 80);
		if (k->created > 0)
			buf_printf(p->b, " <span class=\"soft\">(since %s)</span>",
				show_day(k->created, 1, text));
	}
	if (n > shown)
		buf_printf(p->b, " · and %s more", show_integer((int64_t)(n - shown), text));
	buf_puts(p->b, "</p>");
}

static void
put_key(struct page *p, const struct report_key *k, int64_t cents)
{
	char text[SHOW_TEXT];

	html_row(p, k->name,
		k->listed && k->status != NULL && strcmp(k->status, "active") != 0 ? k->status
										   : NULL);
	buf_puts(p->b, "<td class=\"l name\">");
	if (k->workspace != NULL)
		html_name(p->b, k->workspace, PAGE_LABEL);
	buf_puts(p->b, "<td>");
	html_amount(p, k->cost, cents);
	html_count(p, k->tokens);
	buf_printf(p->b, "<td>%s", k->last_day > 0 ? show_day(k->last_day, 1, text) : "–");
	buf_printf(p->b, "<td>%s", k->created > 0 ? show_day(k->created, 1, text) : "–");
}

/* The first N keys in order have a cost or use. */
static void
put_keys_table(struct page *p, size_t n)
{
	static const struct html_column columns[] = {{"Key", HTML_NAME}, {"Workspace", HTML_NAME},
		{"Cost", HTML_NUMBER}, {"Tokens", HTML_NUMBER}, {"Last used", HTML_NUMBER},
		{"Created", HTML_NUMBER}};
	const struct report *r = p->r;
	size_t shown = n > PAGE_TOP ? PAGE_TOP : n;
	/* The keys that are shown, the others, and what no key used. */
	money costs[PAGE_TOP + 2] = {0};
	int64_t cents[PAGE_TOP + 2];

	for (size_t i = 0; i < n; i++)
		costs[i < shown ? i : shown] += r->keys[r->key_order[i]].cost;
	costs[shown + 1] = r->not_by_key;
	money_round(costs, shown + 2, MONEY_CENT, cents);
	html_table(p, "Cost by API key", 0, columns, 6);
	for (size_t i = 0; i < shown; i++)
		put_key(p, &r->keys[r->key_order[i]], cents[i]);
	for (size_t i = shown; i < shown + 2; i++) {
		if (costs[i] == 0)
			continue;
		buf_printf(p->b, "<tr><th scope=\"row\" class=\"name\">%s</th><td><td>",
			i == shown ? "Other keys" : "Not by key");
		html_amount(p, costs[i], cents[i]);
		buf_puts(p->b, "<td><td><td>");
	}
	if (r->billed) {
		money sum = 0;

		for (size_t i = 0; i < shown + 2; i++)
			sum += costs[i];
		html_table_sum(p, "<td>", sum, "<td><td><td>");
	} else {
		html_table_all(p, "<td><td><td>");
	}
}

int
keys_put(struct page *p)
{
	const struct report *r = p->r;
	size_t n = 0;

	while (n < r->key_ids.n &&
		(r->keys[r->key_order[n]].cost != 0 || r->keys[r->key_order[n]].tokens != 0))
		n++;
	if (n == 0 && (p->again || !advice_fits(r, VIEWS_USAGE)))
		return 0;
	if (n == 0) {
		html_none(p, VIEWS_USAGE, "No use of keys here.");
	} else {
		if (!r->billed)
			html_note(p,
				"The cost of each workspace, model and token type, shared out by "
				"the keys&#39; tokens: <code>ant-sync analytics_cost</code> loads "
				"the API&#39;s own cost by key.");
		put_keys_table(p, n);
	}
	if (p->again)
		return 1;
	if ((r->tables & VIEWS_KEYS) == 0) {
		if (advice_fits(r, VIEWS_KEYS))
			html_none(p, VIEWS_KEYS, "Names and ages of keys are not known.");
	} else {
		put_key_list(p, is_idle, "Active keys without use in this period",
			"Every active key was used.");
		put_key_list(
			p, is_old, "Active keys older than a year", "No active key is that old.");
	}
	return 1;
}

/* ---- data ------------------------------------------------------------------------------- */

static void
put_rows(struct sheet_rows *rows)
{
	const struct report *r = rows->r;

	for (size_t i = 0; i < r->key_ids.n; i++) {
		const struct report_key *k = &r->keys[r->key_order[i]];

		data_text(&rows->to, *k->id != '\0' ? k->id : NULL);
		data_text(&rows->to, k->name);
		data_text(&rows->to, k->status);
		data_text(&rows->to, k->workspace);
		sheet_amount(rows, k->cost);
		data_integer(&rows->to, k->tokens);
		sheet_day(rows, k->last_day);
		sheet_day(rows, k->created);
		sheet_row_end(rows);
	}
	if (r->not_by_key == 0)
		return;
	data_text(&rows->to, NULL);
	data_text(&rows->to, "Not by key");
	data_text(&rows->to, NULL);
	data_text(&rows->to, NULL);
	sheet_amount(rows, r->not_by_key);
	data_integer(&rows->to, 0);
	sheet_day(rows, 0);
	sheet_day(rows, 0);
	sheet_row_end(rows);
}

static const char *const columns[] = {"api_key_id", "api_key", "status", "workspace", "amount",
	"currency", "tokens", "last_used", "created"};
const struct sheet keys_sheet = {"keys", "cost and use of API keys", columns, 9, 1, put_rows};
