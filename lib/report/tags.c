#include "report/tags.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

enum { KEYS_SHOWN = 6, VALUES_SHOWN = 8, TAGS_MAX = 1 << 20 /* bytes of a workspace's tags */ };

struct tag {
	char *key, *value; /* value NULL: of workspaces without that key */
	money cost;
};

struct tags {
	struct tag *v; /* by key; of a key by cost, the largest first, and without value last */
	size_t n, room;
	money sum; /* of the cost of all workspaces */
};

static void
tags_free(struct tags *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].key);
		free(t->v[i].value);
	}
	free(t->v);
}

/* ---- tags of workspaces ----------------------------------------------------------------- */

/* Text of a checked value: what a string holds, else the value as it stands. */
static char *
text_of(const struct json_value *v)
{
	struct buf text;
	char *copy = NULL;

	buf_init(&text, TAGS_MAX);
	if (v->kind == JSON_STRING)
		json_text(&text, v, NULL);
	else
		buf_put(&text, v->p, v->len);
	if (buf_str(&text) != NULL)
		copy = strdup(text.data);
	buf_free(&text);
	return copy;
}

/* Takes KEY and VALUE, which may be NULL where memory is short. */
static int
add(struct tags *t, char *key, char *value, money cost)
{
	if (key == NULL || value == NULL ||
		numbering_grow(&t->v, &t->room, t->n + 1, sizeof *t->v, 32) == -1) {
		free(key);
		free(value);
		return -1;
	}
	t->v[t->n++] = (struct tag){key, value, cost};
	return 0;
}

/* Of a key that an object has twice, the last one counts. */
static void
drop_earlier(struct tags *t, size_t first)
{
	const struct tag last = t->v[t->n - 1];

	for (size_t i = first; i + 1 < t->n; i++)
		if (strcmp(t->v[i].key, last.key) == 0) {
			free(t->v[i].key);
			free(t->v[i].value);
			t->v[i] = last;
			t->n--;
		}
}

/* The members of the JSON object TEXT; what is none has no tags. */
static int
add_workspace(struct tags *t, const char *text, money cost)
{
	struct json_value object, key, value;
	struct json_error ignored;
	const char *at = NULL;
	const size_t first = t->n;
	struct buf padded;
	int status = 0;

	buf_init(&padded, TAGS_MAX);
	if (buf_puts(&padded, text) == 0 &&
		json_parse(padded.data, padded.len, &object, &ignored) == 0 &&
		object.kind == JSON_OBJECT)
		while (status == 0 && json_next(&object, &at, &key, &value)) {
			status = add(t, text_of(&key), text_of(&value), cost);
			if (status == 0)
				drop_earlier(t, first);
		}
	buf_free(&padded);
	return status;
}

/* ---- by key and value ------------------------------------------------------------------- */

static int
by_key_and_value(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	return c != 0 ? c : strcmp(x->value, y->value);
}

static int
by_cost(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	int c = strcmp(x->key, y->key);

	if (c != 0)
		return c;
	if ((x->value == NULL) != (y->value == NULL))
		return x->value == NULL ? 1 : -1;
	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	return x->value != NULL ? strcmp(x->value, y->value) : 0;
}

static void
merge_equal(struct tags *t)
{
	size_t n = 0;

	qsort(t->v, t->n, sizeof *t->v, by_key_and_value);
	for (size_t i = 0; i < t->n; i++) {
		if (n > 0 && by_key_and_value(&t->v[n - 1], &t->v[i]) == 0) {
			t->v[n - 1].cost += t->v[i].cost;
			free(t->v[i].key);
			free(t->v[i].value);
		} else {
			t->v[n++] = t->v[i];
		}
	}
	t->n = n;
}

/* The end of the key that begins at I. */
static size_t
end_of_key(const struct tags *t, size_t i)
{
	size_t end = i + 1;

	while (end < t->n && strcmp(t->v[end].key, t->v[i].key) == 0)
		end++;
	return end;
}

/* For each key a row of what its values leave of all cost. */
static int
add_untagged(struct tags *t)
{
	const size_t n = t->n;

	for (size_t i = 0, end; i < n; i = end) {
		money rest = t->sum;
		char *key = strdup(t->v[i].key);

		for (end = i; end < n && strcmp(t->v[end].key, t->v[i].key) == 0; end++)
			rest -= t->v[end].cost;
		if (key == NULL ||
			numbering_grow(&t->v, &t->room, t->n + 1, sizeof *t->v, 32) == -1) {
			free(key);
			return -1;
		}
		t->v[t->n++] = (struct tag){key, NULL, rest};
	}
	return 0;
}

/* What each tag cost.  The tags are text of others, which is parsed where the page is made. */
static int
collect(struct tags *t, const struct report *r)
{
	const struct report_items *of = r->billed ? &r->billed_workspaces : &r->workspaces;

	memset(t, 0, sizeof *t);
	for (size_t i = 0; i < of->ids.n; i++)
		t->sum += of->v[i].total;
	/* One without cost has its rows, too. */
	for (size_t i = 0; i < r->workspaces.ids.n; i++) {
		const struct report_item *w = &r->workspaces.v[i];
		long n = numbering_find(&of->ids, w->id, strlen(w->id));

		if (w->tags != NULL &&
			add_workspace(t, w->tags, n != -1 ? of->v[n].total : 0) == -1)
			return -1;
	}
	if (t->n == 0)
		return 0;
	merge_equal(t);
	if (add_untagged(t) == -1)
		return -1;
	qsort(t->v, t->n, sizeof *t->v, by_cost);
	return 0;
}

/* ---- page ------------------------------------------------------------------------------- */

/* The rows of the key from I to END, of which the values that are not shown are one. */
static void
put_key(struct page *p, const struct tags *t, size_t i, size_t end)
{
	static const struct html_column columns[] = {{"Value", HTML_NAME}, {"", HTML_NUMBER},
		{"Cost", HTML_NUMBER}, {"Share", HTML_NUMBER}};
	money totals[VALUES_SHOWN + 2] = {0}, most = 0;
	int64_t cents[VALUES_SHOWN + 2], shares[VALUES_SHOWN + 2];
	size_t values = end - i - 1, shown = values > VALUES_SHOWN ? VALUES_SHOWN : values;

	for (size_t k = 0; k < values; k++)
		totals[k < shown ? k : shown] += t->v[i + k].cost;
	totals[shown + 1] = t->v[end - 1].cost;
	for (size_t k = 0; k < shown + 2; k++)
		most = totals[k] > most ? totals[k] : most;
	money_round(totals, shown + 2, MONEY_CENT, cents);
	money_shares(totals, shown + 2, shares);
	buf_puts(p->b, "<h3>");
	html_name(p->b, t->v[i].key, PAGE_LABEL);
	buf_puts(p->b, "</h3>");
	html_table(p, "Cost by value of a tag", 0, columns, 4);
	for (size_t k = 0; k < shown + 2; k++) {
		double part = show_units(p->r, totals[k]);
		char text[SHOW_TEXT];

		if (k == shown && values == shown)
			continue;
		if (k < shown)
			html_row(p, t->v[i + k].value, NULL);
		else
			buf_printf(p->b, "<tr><th scope=\"row\" class=\"name soft\">%s</th>",
				k == shown ? "Other values" : "Without this tag");
		buf_puts(p->b, "<td class=\"barcell\">");
		svg_row(p->b, &part, (const int[]){k < shown ? 0 : 4}, 1, show_units(p->r, most),
			"c");
		buf_puts(p->b, "<td>");
		html_amount(p, totals[k], cents[k]);
		buf_printf(p->b, "<td>%s", show_thousandths(shares[k], text));
	}
	html_table_sum(p, "<td>", t->sum, "<td>100.0%");
}

int
tags_put(struct page *p)
{
	struct tags t;
	size_t keys = 0;
	char text[SHOW_TEXT];

	if ((p->r->tables & VIEWS_WORKSPACES) == 0 || (p->r->tables & (p->r->bill)) == 0)
		return 0;
	if (collect(&t, p->r) == -1)
		p->b->failed = 1;
	if (p->again && t.sum == 0) {
		tags_free(&t);
		return 0;
	}
	if (t.n == 0 && !p->again)
		html_note(p, "No workspace has a tag.");
	if (t.n > 0)
		html_note(p,
			"By the tags of workspaces as they are now; a workspace counts once for "
			"each of its "
			"keys");
	for (size_t i = 0, end; i < t.n; i = end, keys++) {
		end = end_of_key(&t, i);
		if (keys < KEYS_SHOWN)
			put_key(p, &t, i, end);
	}
	if (keys > KEYS_SHOWN)
		buf_printf(p->b, "<p class=\"soft small\">And %s more keys.</p>",
			show_integer((int64_t)(keys - KEYS_SHOWN), text));
	tags_free(&t);
	return keys > 0 || !p->again;
}

/* ---- text and data ---------------------------------------------------------------------- */

void
tags_text(struct term *to)
{
	struct tags t;
	size_t keys = 0;

	if (collect(&t, to->r) == -1)
		to->b->failed = 1;
	for (size_t i = 0, end; i < t.n && keys < KEYS_SHOWN; i = end, keys++) {
		struct term_list l = {.n = 0};
		struct term title = *to;
		struct buf line;

		end = end_of_key(&t, i);
		for (size_t k = i; k < end; k++)
			if (t.v[k].cost != 0)
				term_list_add(&l,
					t.v[k].value != NULL ? t.v[k].value : "Without this tag",
					t.v[k].cost);
		buf_init(&line, 1 << 16);
		title.b = &line;
		buf_puts(&line, "Cost by tag ");
		term_padded(&title, t.v[i].key, 24);
		while (line.len > 0 && line.data[line.len - 1] == ' ')
			line.len--;
		if (buf_str(&line) != NULL)
			term_list(to, line.data, &l);
		to->b->failed |= line.failed;
		buf_free(&line);
	}
	tags_free(&t);
}

static void
put_rows(struct sheet_rows *rows)
{
	struct tags t;

	if (collect(&t, rows->r) == -1)
		rows->to.to->failed = 1;
	for (size_t i = 0; i < t.n; i++) {
		data_text(&rows->to, t.v[i].key);
		data_text(&rows->to, t.v[i].value);
		sheet_amount(rows, t.v[i].cost);
		sheet_row_end(rows);
	}
	tags_free(&t);
}

static const char *const columns[] = {"tag", "value", "amount", "currency"};
const struct sheet tags_sheet = {"tags",
	"cost by tag of workspaces; without a value: has no such tag", columns, 4, 1, put_rows};
