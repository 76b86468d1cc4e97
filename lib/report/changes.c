#include "report/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/views_changes.h"
#include "report/ask.h"
#include "report/html.h"
#include "report/sheet.h"
#include "report/term.h"

enum { SHOWN = 30, TOLD = 10, COUNTED_MAX = 48 };

/* Columns that change by use alone, day after day, and what stands beside another column. */
#define USE                                                                                        \
	"'period_to_date_spend', 'period_to_date_spend_cents', 'amount_cents', "                   \
	"'spend_summary_period_to_date_spend', 'spend_summary_period_to_date_spend_cents'"

/* ---- load ------------------------------------------------------------------------------- */

struct taker {
	struct changes *to;
	const char *table, *what; /* NULL: the row tells */
};

/* A copy of a text; NULL for null, and for an empty one, which DuckDB does not tell from it. */
static int
copy(char **to, const struct db_cell *c, struct ant_err *e)
{
	return c->kind != DB_TEXT || c->len == 0 ? 0 : report_ask_text(to, c, "", e);
}

static struct change *
new_change(struct changes *s, const struct db_cell *at, struct ant_err *e)
{
	if (numbering_grow(&s->v, &s->room, s->n + 1, sizeof *s->v, 64) == -1) {
		report_ask_no_memory(e);
		return NULL;
	}
	report_ask_timestamp(s->v[s->n].at, at);
	return &s->v[s->n++];
}

/* A row of the view: when, table, id, name, what, column, from, to. */
static int
take_change(void *arg, const struct db_cell *c, struct ant_err *e)
{
	struct changes *s = arg;
	struct change *v;

	if (s->n == CHANGES_MAX) {
		s->cut = 1;
		return 0;
	}
	if ((v = new_change(s, &c[0], e)) == NULL || copy(&v->table, &c[1], e) == -1 ||
		copy(&v->id, &c[2], e) == -1 || copy(&v->name, &c[3], e) == -1 ||
		copy(&v->what, &c[4], e) == -1 || copy(&v->column, &c[5], e) == -1 ||
		copy(&v->from, &c[6], e) == -1 || copy(&v->to, &c[7], e) == -1)
		return -1;
	return 0;
}

/* A row of a table: when, id, name. */
static int
take_object(void *arg, const struct db_cell *c, struct ant_err *e)
{
	const struct taker *t = arg;
	struct change *v;

	if (t->to->n == CHANGES_MAX) {
		t->to->cut = 1;
		return 0;
	}
	if ((v = new_change(t->to, &c[0], e)) == NULL || copy(&v->id, &c[1], e) == -1 ||
		copy(&v->name, &c[2], e) == -1)
		return -1;
	v->table = strdup(t->table);
	v->what = strdup(t->what);
	return v->table != NULL && v->what != NULL ? 0 : report_ask_no_memory(e);
}

static int
load_view(struct report_ask *q, int by_organization, struct ant_err *e)
{
	struct report *r = q->r;

	buf_clear(&q->sql);
	buf_puts(&q->sql, "SELECT ");
	report_ask_time(q, "changed_at");
	buf_puts(&q->sql, ", table_name, id, name, what, column_name, from_value, to_value FROM ");
	views_put_view(&q->sql, &r->o.place, VIEWS_CHANGES);
	buf_puts(&q->sql, " c WHERE ");
	report_ask_compare(q, "changed_at", ">=", r->first);
	buf_puts(&q->sql, " AND ");
	report_ask_compare(q, "changed_at", "<", r->last + 1);
	buf_puts(&q->sql, " AND coalesce(column_name, '') NOT IN (" USE ")");
	if (by_organization && r->o.organization != NULL) {
		buf_puts(&q->sql, " AND c.organization = ");
		sql_literal(&q->sql, r->o.place.dialect, r->o.organization);
	}
	buf_printf(&q->sql, " ORDER BY changed_at DESC LIMIT %d", CHANGES_MAX + 1);
	return report_ask(q, 8, take_change, &r->changes, e);
}

static int
load_tables(struct report_ask *q, struct ant_err *e)
{
	static const struct {
		unsigned bit;
		const char *time, *columns, *what;
	} objects[] = {{VIEWS_USERS, "created_at",
			       "id, CASE WHEN name <> '' THEN name ELSE email END", "added"},
		{VIEWS_KEYS, "created_at", "id, name", "added"},
		{VIEWS_WORKSPACES, "created_at", "id, name", "added"},
		{VIEWS_WORKSPACES, "archived_at", "id, name", "archived"}};
	struct report *r = q->r;

	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		struct taker t = {&r->changes, views_table_name(objects[i].bit), objects[i].what};

		if (report_ask_days(q, objects[i].bit, objects[i].time, objects[i].columns, "",
			    r->first, r->last + 1, take_object, &t, e) == -1)
			return -1;
	}
	return 0;
}

static int
compare(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int
by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int c = strcmp(y->at, x->at);

	if (c == 0)
		c = compare(x->table, y->table);
	if (c == 0)
		c = compare(x->id, y->id);
	if (c == 0)
		c = compare(x->what, y->what);
	return c != 0 ? c : compare(x->column, y->column);
}

int
changes_load(struct report_ask *q, struct ant_err *e)
{
	struct changes *s = &q->r->changes;
	int by_organization, status;

	if (views_look_for(
		    q->db, &q->r->o.place, VIEWS_CHANGES, &s->recorded, &by_organization, e) == -1)
		return -1;
	/* Histories that do not say whose they are tell nothing of one of several. */
	s->recorded &= by_organization || q->r->o.organization == NULL;
	status = s->recorded ? load_view(q, by_organization, e) : load_tables(q, e);
	if (status == 0 && s->n > 0)
		qsort(s->v, s->n, sizeof *s->v, by_time);
	return status;
}

void
changes_free(struct changes *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct change *v = &s->v[i];

		free(v->table);
		free(v->id);
		free(v->name);
		free(v->what);
		free(v->column);
		free(v->from);
		free(v->to);
	}
	free(s->v);
}

/* ---- what it is ------------------------------------------------------------------------- */

static const char *
text(const char *s)
{
	return s != NULL ? s : "";
}

/* What people call a row of a table; of one that is not known here, its name. */
static const char *
kind(const struct change *v)
{
	static const struct {
		const char *table, *name;
	} kinds[] = {{"users", "Member"}, {"api_keys", "API key"}, {"workspaces", "Workspace"},
		{"workspace_members", "Workspace member"}, {"invites", "Invite"},
		{"spend_limits", "Spend limit"}, {"spend_limits_effective", "Limit of a member"},
		{"spend_limit_increase_requests", "Request for a limit"}, {"rbac_groups", "Group"},
		{"rbac_group_members", "Group member"}, {"rbac_roles", "Role"},
		{"rbac_role_permissions", "Permission of a role"}, {"rate_limits", "Rate limit"},
		{"workspace_rate_limits", "Workspace rate limit"},
		{"service_accounts", "Service account"}};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(text(v->table), kinds[i].table) == 0)
			return kinds[i].name;
	return text(v->table);
}

/* How many there are of each kind: objects, whatever many columns of one changed at a time. */
struct counted {
	const struct change *first;
	size_t n;
};

static size_t
count(const struct changes *s, struct counted to[COUNTED_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct change *v = &s->v[i], *before = i > 0 ? &s->v[i - 1] : NULL;
		size_t k = 0;

		if (before != NULL && strcmp(before->at, v->at) == 0 &&
			compare(before->table, v->table) == 0 && compare(before->id, v->id) == 0 &&
			compare(before->what, v->what) == 0)
			continue;
		while (k < n && (compare(to[k].first->table, v->table) != 0 ||
					compare(to[k].first->what, v->what) != 0))
			k++;
		if (k == COUNTED_MAX)
			continue;
		if (k == n)
			to[n++] = (struct counted){v, 0};
		to[k].n++;
	}
	return n;
}

/* ---- page ------------------------------------------------------------------------------- */

static void
put_counts(struct page *p, const struct changes *s)
{
	struct counted counts[COUNTED_MAX];
	size_t n = count(s, counts);
	char number[SHOW_TEXT];

	buf_puts(p->b, "<p>");
	for (size_t i = 0; i < n; i++) {
		buf_puts(p->b, i > 0 ? " · " : "");
		html_escaped(p->b, kind(counts[i].first), PAGE_LABEL);
		buf_puts(p->b, " ");
		html_escaped(p->b, text(counts[i].first->what), PAGE_LABEL);
		buf_printf(p->b, ": %s", show_integer((int64_t)counts[i].n, number));
	}
	buf_puts(p->b, "</p>");
}

static void
put_value(struct page *p, const char *value)
{
	if (value == NULL)
		buf_puts(p->b, "<span class=\"soft\">nothing</span>");
	else
		html_name(p->b, value, 80);
}

static void
put_change(struct page *p, const struct change *v)
{
	buf_printf(p->b, "<tr><th scope=\"row\">%.10s %.5s</th><td class=\"l name\">", v->at,
		*v->at != '\0' ? v->at + 11 : "");
	html_escaped(p->b, kind(v), PAGE_LABEL);
	buf_puts(p->b, " ");
	html_escaped(p->b, text(v->what), PAGE_LABEL);
	buf_puts(p->b, "<td class=\"l name\">");
	html_name(p->b, v->name != NULL ? v->name : text(v->id), 120);
	buf_puts(p->b, "<td class=\"l name\">");
	if (v->column == NULL)
		return;
	html_escaped(p->b, v->column, PAGE_LABEL);
	buf_puts(p->b, ": ");
	put_value(p, v->from);
	buf_puts(p->b, " → ");
	put_value(p, v->to);
}

int
changes_put(struct page *p)
{
	static const struct html_column columns[] = {{"When", HTML_LEFT}, {"What", HTML_NAME},
		{"Which", HTML_NAME}, {"Change", HTML_NAME}};
	const struct changes *s = &p->r->changes;
	size_t shown = s->n > SHOWN ? SHOWN : s->n;
	char number[SHOW_TEXT];

	if (!s->recorded)
		html_note(p,
			"What was created or archived. Who left, and what changed of roles, keys "
			"and limits, is on record with <code>ant-sync --history</code>, or "
			"<code>history on</code> in sync.conf.");
	if (s->n == 0) {
		buf_puts(p->b, "<p class=\"none\">Nothing in this period.</p>");
		return 1;
	}
	put_counts(p, s);
	html_table(p, "What changed, the latest first", 0, columns, 4);
	for (size_t i = 0; i < shown; i++)
		put_change(p, &s->v[i]);
	html_table_end(p);
	if (s->n > shown)
		buf_printf(p->b, "<p class=\"soft small\">And %s%s more.</p>",
			show_integer((int64_t)(s->n - shown), number), s->cut ? " or" : "");
	return 1;
}

/* ---- text and data ---------------------------------------------------------------------- */

void
changes_text(struct term *t)
{
	const struct changes *s = &t->r->changes;

	if (s->n == 0)
		return;
	buf_puts(t->b, "\nWhat changed\n");
	for (size_t i = 0; i < s->n && i < TOLD; i++) {
		const struct change *v = &s->v[i];
		struct buf line;

		buf_init(&line, 1 << 20);
		buf_printf(&line, "%s %s %s", kind(v), text(v->what),
			v->name != NULL ? v->name : text(v->id));
		if (v->column != NULL)
			buf_printf(&line, ", %s: %s > %s", v->column, text(v->from), text(v->to));
		buf_printf(t->b, "  %.10s ", v->at);
		if (buf_str(&line) != NULL)
			term_padded(t, line.data, t->width - 13);
		while (t->b->len > 0 && t->b->data[t->b->len - 1] == ' ')
			t->b->len--;
		buf_putc(t->b, '\n');
		t->b->failed |= line.failed;
		buf_free(&line);
	}
	if (s->n > TOLD)
		buf_printf(t->b, "  and %zu more\n", s->n - TOLD);
}

static void
put_rows(struct sheet_rows *rows)
{
	const struct changes *s = &rows->r->changes;

	for (size_t i = 0; i < s->n; i++) {
		const struct change *v = &s->v[i];
		const char *const cells[] = {
			v->at, v->table, v->id, v->name, v->what, v->column, v->from, v->to};

		for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
			data_text(&rows->to, cells[k]);
		sheet_row_end(rows);
	}
}

static const char *const columns[] = {
	"changed_at", "table", "id", "name", "what", "column", "from", "to"};
const struct sheet changes_sheet = {
	"changes", "people, keys, roles and limits that changed", columns, 8, 0, put_rows};
