#include "load/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "load/history_sql.h"

static const struct sql_column own[] = {
	{SQL_VALID_FROM, TYPE_TIMESTAMPTZ}, {SQL_VALID_TO, TYPE_TIMESTAMPTZ}};
enum { OWN = sizeof own / sizeof *own };

static int
no_memory(struct session *s, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", s->name);
}

static void
forget(struct session_history *h)
{
	session_shape_free(&h->is);
	h->is = (struct session_shape){.found = 0};
	strlist_free(&h->other);
	strlist_free(&h->other_types);
	h->opened = h->closed = 0;
}

void
history_free(struct session *s)
{
	forget(&s->history);
	buf_free(&s->history.name);
}

int
history_name(struct session *s, struct ant_err *e)
{
	struct buf *name = &s->history.name;

	forget(&s->history); /* of a try before */
	buf_clear(name);
	if (!s->load->history)
		return 0;
	if (s->ops->put_close == NULL && s->ops->fill_history == NULL)
		return err_set(e, ANT_USAGE, "--history: %s keeps none", s->ops->target);
	buf_printf(name, "%s" SQL_HISTORY, s->load->into);
	s->history.work = buf_str(name);
	return s->history.work == NULL ? no_memory(s, e) : 0;
}

/* ---- what is there ------------------------------------------------------------------ */

static int
is_own(const struct session *s, const char *column)
{
	const struct strlist one = {(char *[]){(char *)column}, 1};

	return session_find(s, &one, SQL_VALID_FROM) == 0 ||
	       session_find(s, &one, SQL_VALID_TO) == 0;
}

static int
is_brought(const struct session *s, const char *column)
{
	const struct strlist one = {(char *[]){(char *)column}, 1};

	for (size_t i = 0; i < s->load->rows->ncolumns; i++)
		if (session_find(s, &one, s->columns[i].name) == 0)
			return 1;
	return 0;
}

/* The columns that TABLE has and the load does not bring: a history has them, too. */
static int
take_others(struct session *s, const struct session_shape *table, struct ant_err *e)
{
	struct session_history *h = &s->history;

	for (size_t i = 0; i < table->columns.n; i++) {
		const char *name = table->columns.v[i], *type = table->types.v[i];

		if (is_own(s, name))
			return err_set(e, ANT_FAIL,
				"table '%.200s' has a column '%.200s', a name that --history needs "
				"for one of its own",
				s->into, name);
		if (is_brought(s, name))
			continue;
		if (strlist_add(&h->other, name, strlen(name)) == -1 ||
			strlist_add(&h->other_types, type, strlen(type)) == -1)
			return no_memory(s, e);
	}
	return 0;
}

static int
refuse(struct session *s, const char *column, struct ant_err *e)
{
	return err_set(e, ANT_FAIL,
		"%s: %s%.200s" SQL_HISTORY "%s is no history: it has no column '%.200s'; --history "
		"would keep one in a table of that name",
		s->name, session_quote(s), s->into, session_quote(s), column);
}

/* What a history of this load must have: its own columns, and those that tell rows apart. */
static int
check_columns(struct session *s, struct ant_err *e)
{
	const struct load *l = s->load;
	const struct session_shape *is = &s->history.is;
	size_t at;

	for (size_t i = 0; i < OWN; i++)
		if ((at = session_find(s, &is->columns, own[i].name)) == is->columns.n)
			return refuse(s, own[i].name, e);
		else if (session_check_type(s, SQL_HISTORY, &own[i], is->types.v[at], e) == -1)
			return -1;
	at = session_find(s, &is->columns, ROWS_ORGANIZATION);
	if (at == is->columns.n && l->by_organization)
		return session_refuse_single(s, SQL_HISTORY, e);
	if (at < is->columns.n && !l->by_organization)
		return err_set(e, ANT_FAIL,
			"%s: %s%.200s" SQL_HISTORY "%s holds several organizations: load with "
			"--by-organization",
			s->name, session_quote(s), s->into, session_quote(s));
	for (size_t i = 0; i < l->rows->nkey; i++)
		if (session_find(s, &is->columns, l->key[i].name) == is->columns.n)
			return refuse(s, l->key[i].name, e);
	return 0;
}

/* A column of SQLite's without a type takes every value as it is: add_others() makes some. */
static int
takes_all(const struct session *s, const char *type)
{
	return s->ops->dialect == SQL_SQLITE && *type == '\0';
}

/* The columns that it shares with the load are of types that take what comes. */
static int
check_types(struct session *s, struct ant_err *e)
{
	const struct session_shape *is = &s->history.is;

	for (size_t i = 0; i < s->load->rows->ncolumns; i++) {
		const struct sql_column *c = &s->columns[i];
		size_t at = session_find(s, &is->columns, c->name);

		if (at < is->columns.n && !takes_all(s, is->types.v[at]) &&
			session_check_type(s, SQL_HISTORY, c, is->types.v[at], e) == -1)
			return -1;
	}
	return 0;
}

int
history_look(struct session *s, const struct session_shape *table, struct ant_err *e)
{
	struct session_history *h = &s->history;

	if (!s->load->history)
		return 0;
	if (take_others(s, table, e) == -1 ||
		(s->there && session_shape(s, h->name.data, 1, &h->is, e) == -1))
		return -1;
	if (h->is.not_table)
		return err_set(e, ANT_FAIL, "%s: %s%.200s" SQL_HISTORY "%s is a %s, not a table",
			s->name, session_quote(s), s->into, session_quote(s), s->ops->not_table);
	return h->is.found && (check_columns(s, e) == -1 || check_types(s, e) == -1) ? -1 : 0;
}

/* ---- made --------------------------------------------------------------------------- */

static int
create(struct session *s, struct ant_err *e)
{
	const size_t n = s->load->rows->ncolumns;
	struct sql_column *columns = calloc(n + OWN, sizeof *columns);
	int status;

	if (columns == NULL)
		return no_memory(s, e);
	memcpy(columns, s->columns, n * sizeof *columns);
	memcpy(columns + n, own, sizeof own);
	status = session_create(s, s->history.work, columns, n + OWN, e);
	free(columns);
	if (status == -1)
		return -1;
	return s->ops->index_history != NULL ? s->ops->index_history(s, e) : 0;
}

/* Add the columns that the load brings. */
static int
add_brought(struct session *s, struct ant_err *e)
{
	const struct session_history *h = &s->history;

	for (size_t i = 0; i < s->load->rows->ncolumns; i++)
		if (session_find(s, &h->is.columns, s->columns[i].name) == h->is.columns.n &&
			session_add_column(s, h->work, &s->columns[i], &h->is, e) == -1)
			return -1;
	return 0;
}

/* Add those that it does not bring, of the types that the table says. */
static int
add_others(struct session *s, struct ant_err *e)
{
	const struct session_history *h = &s->history;

	for (size_t i = 0; i < h->other.n; i++) {
		if (session_find(s, &h->is.columns, h->other.v[i]) < h->is.columns.n)
			continue;
		buf_clear(&s->sql);
		buf_puts(&s->sql, "ALTER TABLE ");
		sql_name(&s->sql, s->ops->dialect, s->schema, h->work);
		buf_puts(&s->sql, " ADD COLUMN ");
		sql_ident(&s->sql, s->ops->dialect, h->other.v[i]);
		if (s->ops->dialect != SQL_SQLITE)
			buf_printf(&s->sql, " %s", h->other_types.v[i]);
		if (session_run(s, NULL, e) == -1)
			return -1;
	}
	return 0;
}

int
history_make(struct session *s, struct ant_err *e)
{
	const struct session_history *h = &s->history;

	if (!s->load->history)
		return 0;
	if ((h->is.found ? add_brought(s, e) : create(s, e)) == -1)
		return -1;
	return add_others(s, e);
}

/* ---- filled ------------------------------------------------------------------------- */

static int
take_newest(void *arg, const char *const *texts, struct ant_err *e)
{
	int64_t *newest = arg, t;

	for (size_t i = 0; i < OWN; i++) {
		if (texts[i] == NULL || *texts[i] == '\0')
			continue;
		if (utc_parse(texts[i], strlen(texts[i]), &t) == -1)
			return err_set(e, ANT_FAIL, "the newest %s, '%.100s', is no time",
				own[i].name, texts[i]);
		if (t > *newest)
			*newest = t;
	}
	return 0;
}

/* When the versions begin and end that this load finds. */
static int
choose_time(struct session *s, char time[static UTC_TEXT], struct ant_err *e)
{
	int64_t t = s->load->started, newest = INT64_MIN;

	if (s->history.is.found) {
		buf_clear(&s->sql);
		history_put_newest(s);
		if (s->ops->each(s, buf_str(&s->sql), OWN, take_newest, &newest, e) == -1)
			return err_prefix(e, "%s: ", s->history.name.data);
	}
	if (newest >= t)
		t = newest + 1;
	utc_format(t, time);
	return 0;
}

/* Where the history can keep changes from us, none may be left to do. */
static int
check_done(struct session *s, const char *stage, const char *time, struct ant_err *e)
{
	int64_t left = 0, more = 0;

	buf_clear(&s->sql);
	s->ops->put_close(s, 1, stage, time);
	if (session_ask_number(s, &left, e) == -1)
		return -1;
	buf_clear(&s->sql);
	s->ops->put_open(s, 1, stage, time);
	if (session_ask_number(s, &more, e) == -1)
		return -1;
	if (left + more == 0)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: %s%.200s" SQL_HISTORY "%s lacks %" PRId64
		" changes of this load: a %s keeps them out",
		s->name, session_quote(s), s->into, session_quote(s), left + more, s->ops->keepers);
}

/* Those of the keys in STAGE; NULL: all. */
static int
settle(struct session *s, const char *stage, const char *time, struct ant_err *e)
{
	struct session_history *h = &s->history;
	int64_t closed = 0, opened = 0;

	buf_clear(&s->sql);
	s->ops->put_close(s, 0, stage, time);
	if (session_run(s, &closed, e) == -1)
		return -1;
	buf_clear(&s->sql);
	s->ops->put_open(s, 0, stage, time);
	if (session_run(s, &opened, e) == -1)
		return -1;
	h->closed += closed;
	h->opened += opened;
	return h->is.guarded && !s->load->dry_run ? check_done(s, stage, time, e) : 0;
}

/* All keys that the load brought: where it is a merge, in its stages. */
static int
settle_all(struct session *s, const char *time, struct ant_err *e)
{
	const struct load *l = s->load;
	const char *stage = l->mode == MODE_MERGE ? s->ops->stage : NULL;
	int again = stage != NULL && l->unique != NULL && l->unique->held > 0;

	if (settle(s, stage, time, e) == -1)
		return -1;
	return again ? settle(s, s->ops->again, time, e) : 0;
}

int
history_fill(struct session *s, struct receipt_entry *entry, struct ant_err *e)
{
	char time[UTC_TEXT];

	if (!s->load->history)
		return 0;
	if (choose_time(s, time, e) == -1 ||
		(s->ops->fill_history != NULL ? s->ops->fill_history(s, time, e)
					      : settle_all(s, time, e)) == -1)
		return -1;
	entry->history = 1;
	entry->opened = s->history.opened;
	entry->closed = s->history.closed;
	return 0;
}
