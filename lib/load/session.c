#include "load/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strlist.h"
#include "load/sql.h"

/* What has the table's name. */
struct shape {
	struct session *s;
	int found, not_table, guarded;
	struct strlist columns, types;
};

static int
no_memory(struct session *s, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", s->name);
}

int
session_run(struct session *s, int64_t *changed, struct ant_err *e)
{
	const char *sql = buf_str(&s->sql);

	if (sql == NULL || !s->load->dry_run)
		return s->ops->run(s, sql, changed, e);
	buf_printf(s->load->plan, "%s;\n", sql);
	return s->load->plan->failed ? no_memory(s, e) : 0;
}

int
session_run_text(struct session *s, const char *text, struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_puts(&s->sql, text);
	return session_run(s, NULL, e);
}

int
session_run_shared(struct session *s, struct ant_err *e)
{
	if (s->ops->lock_shared != NULL && !s->load->dry_run && s->ops->lock_shared(s, e) == -1)
		return -1;
	return session_run(s, NULL, e);
}

void
session_put_table(struct session *s)
{
	sql_name(&s->sql, s->ops->dialect, s->schema, s->load->into);
}

static int
take_number(void *arg, const char *const *texts, struct ant_err *e)
{
	int64_t *n = arg;

	(void)e;
	*n = texts[0] != NULL ? strtoll(texts[0], NULL, 10) : 0;
	return 0;
}

/* The number that the question in s->sql is answered with. */
static int
ask_number(struct session *s, int64_t *n, struct ant_err *e)
{
	*n = 0;
	return s->ops->each(s, buf_str(&s->sql), 1, take_number, n, e);
}

/* What stands around the table's name in messages: SCHEMA.TABLE needs nothing. */
static const char *
quote(const struct session *s)
{
	return s->schema == NULL ? "'" : "";
}

static int
is_yes(const char *text)
{
	return text != NULL && (*text == 't' || *text == '1');
}

static int
take_shape(void *arg, const char *const *texts, struct ant_err *e)
{
	struct shape *is = arg;

	is->found = 1;
	is->not_table |= !is_yes(texts[0]);
	is->guarded |= is_yes(texts[1]);
	if (texts[2] == NULL || *texts[2] == '\0')
		return 0;
	if (strlist_add(&is->columns, texts[2], strlen(texts[2])) == -1 ||
		strlist_add(&is->types, texts[3], strlen(texts[3])) == -1)
		return no_memory(is->s, e);
	return 0;
}

/* What PUT asks about TABLE, added to IS; shape_free() it in any case. */
static int
ask_shape(struct session *s, void (*put)(struct session *, const char *), const char *table,
	struct shape *is, struct ant_err *e)
{
	is->s = s;
	buf_clear(&s->sql);
	put(s, table);
	return s->ops->each(s, buf_str(&s->sql), 4, take_shape, is, e);
}

static void
shape_free(struct shape *is)
{
	strlist_free(&is->columns);
	strlist_free(&is->types);
}

/* Whether there is a ledger: 1, 0 or -1. */
static int
has_ledger(struct session *s, struct ant_err *e)
{
	struct shape is = {.found = 0};
	int status = ask_shape(s, s->ops->put_shape, SQL_LEDGER, &is, e);

	shape_free(&is);
	return status == 0 ? is.found : -1;
}

/* The comment of the table file on COLUMN, or on the table where it is NULL. */
static int
comment(struct session *s, const char *column, struct ant_err *e)
{
	if (!s->ops->has_comments)
		return 0;
	buf_clear(&s->sql);
	return load_sql_comment(&s->sql, s->ops->dialect, s->schema, s->load, column)
		       ? session_run(s, NULL, e)
		       : 0;
}

static int
create_table(struct session *s, struct ant_err *e)
{
	const struct load *l = s->load;

	s->new_table = 1;
	if (s->ops->before_create != NULL && s->ops->before_create(s, e) == -1)
		return -1;
	buf_clear(&s->sql);
	sql_create_table(
		&s->sql, s->ops->dialect, s->schema, l->into, s->columns, l->rows->ncolumns);
	if (session_run(s, NULL, e) == -1 || comment(s, NULL, e) == -1)
		return -1;
	for (size_t i = 0; i < l->rows->ncolumns; i++)
		if (comment(s, s->columns[i].name, e) == -1)
			return -1;
	return 0;
}

/* Compare the table's columns with the stream's; add those that are missing. */
static int
widen(struct session *s, const struct shape *is, struct ant_err *e)
{
	int (*const differ)(const char *, const char *) =
		s->ops->ignores_case ? strcasecmp : strcmp;

	for (size_t i = 0; i < s->load->rows->ncolumns; i++) {
		const struct sql_column *c = &s->columns[i];
		const char *type = "", *wanted = sql_type(s->ops->dialect, c->type);
		size_t at = 0;

		while (at < is->columns.n && differ(is->columns.v[at], c->name) != 0)
			at++;
		if (at == is->columns.n) {
			buf_clear(&s->sql);
			sql_add_column(&s->sql, s->ops->dialect, s->schema, s->load->into, c);
			if (session_run(s, NULL, e) == -1 || comment(s, c->name, e) == -1)
				return -1;
		} else if (differ(type = is->types.v[at], wanted) != 0) {
			return err_set(e, ANT_FAIL,
				"table '%.200s', column '%.200s' is of type %s, but the rows need "
				"%s",
				s->into, c->name, *type != '\0' ? type : "(none)",
				*wanted != '\0' ? wanted : "(none)");
		}
	}
	return 0;
}

static int
make_table(struct session *s, struct ant_err *e)
{
	const char *into = s->load->into;
	struct shape is = {.found = 0};
	int status = s->there ? ask_shape(s, s->ops->put_shape, into, &is, e) : 0;

	if (status == 0 && is.found && !is.not_table && s->ops->put_columns != NULL)
		status = ask_shape(s, s->ops->put_columns, into, &is, e);
	if (status == 0 && is.not_table)
		status = err_set(e, ANT_FAIL, "%s: %s%.200s%s is a %s, not a table", s->name,
			quote(s), s->into, quote(s), s->ops->not_table);
	else if (status == 0)
		status = is.found ? widen(s, &is, e) : create_table(s, e);
	s->guarded = is.guarded;
	shape_free(&is);
	return status;
}

/* Where the table can keep rows from us, none of those that s->sql counts may be left. */
static int
check_removed(struct session *s, struct ant_err *e)
{
	int64_t left;

	if (ask_number(s, &left, e) == -1)
		return -1;
	if (left == 0)
		return 0;
	return err_set(e, ANT_FAIL, "%s: %s%.200s%s keeps %" PRId64 " old rows: a %s saves some",
		s->name, quote(s), s->into, quote(s), left, s->ops->keepers);
}

static int
check_stored(struct session *s, int64_t stored, struct ant_err *e)
{
	int64_t sent = s->load->rows->count;

	if (s->load->dry_run || s->ops->keepers == NULL || stored == sent)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: %s%.200s%s took %" PRId64 " rows of %" PRId64 ": a %s drops some", s->name,
		quote(s), s->into, quote(s), stored, sent, s->ops->keepers);
}

static void
put_replaced(struct session *s, const char *verb)
{
	buf_clear(&s->sql);
	load_sql_delete(&s->sql, s->ops->dialect, s->schema, s->load, verb);
}

/* Remove what the mode replaces; *HELD is how many rows that was, or would be. */
static int
remove_old(struct session *s, int64_t *held, struct ant_err *e)
{
	const struct load *l = s->load;

	if (s->new_table || (l->mode != MODE_WINDOW && l->mode != MODE_REPLACE))
		return 0;
	if (l->dry_run) {
		put_replaced(s, "SELECT count(*)");
		if (ask_number(s, held, e) == -1)
			return -1;
	}
	put_replaced(s, "DELETE");
	if (session_run(s, held, e) == -1)
		return -1;
	if (l->dry_run || !s->guarded)
		return 0;
	put_replaced(s, "SELECT count(*)");
	return check_removed(s, e);
}

static int
open_database(struct session *s, struct ant_err *e)
{
	if (!s->load->dry_run) {
		s->there = 1;
		return s->ops->open(s, e);
	}
	s->there = s->ops->look(s, e);
	return s->there == -1 ? -1 : session_run_text(s, s->ops->begin, e);
}

static int
begin(void *self, const struct load *l, int64_t *held, struct ant_err *e)
{
	struct session *s = self;

	s->load = l;
	s->columns = l->columns;
	s->into = l->into;
	s->staged = l->mode == MODE_MERGE;
	if (s->ops->check(s, e) == -1 || open_database(s, e) == -1)
		return -1;
	if (s->schema != NULL) {
		buf_printf(&s->qualified, "%s.%s", s->schema, l->into);
		if ((s->into = buf_str(&s->qualified)) == NULL)
			return no_memory(s, e);
	}
	return make_table(s, e) == -1 ? -1 : remove_old(s, held, e);
}

/* A table for the rows of a merge, of exactly the target's types. */
static int
make_stage(struct session *s, struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_printf(&s->sql, "CREATE TEMPORARY TABLE %s AS\n\tSELECT ", s->ops->stage_head);
	sql_idents(&s->sql, s->ops->dialect, s->columns, s->load->rows->ncolumns);
	buf_puts(&s->sql, " FROM ");
	session_put_table(s);
	buf_puts(&s->sql, s->ops->stage_tail);
	return session_run(s, NULL, e);
}

int
session_insert(struct session *s, const char *from, int64_t *stored, struct ant_err *e)
{
	buf_clear(&s->sql);
	load_sql_insert(&s->sql, s->ops->dialect, s->schema, s->load, from);
	return session_run(s, stored, e);
}

/* VERB for the rows of the table whose key is in the stage, into s->sql. */
static int
put_merged(struct session *s, const char *verb, struct ant_err *e)
{
	buf_clear(&s->sql);
	if (s->ops->put_merged != NULL)
		return s->ops->put_merged(s, verb, e);
	load_sql_merged(&s->sql, s->ops->dialect, s->schema, s->load, verb, s->ops->stage);
	return 0;
}

/*
 * Remove the rows whose key is in the stage.  Those of the stream that share a key all stay, so
 * that the old ones have to go before the first of them comes.
 */
static int
remove_merged(struct session *s, struct ant_err *e)
{
	if (s->ops->before_merge != NULL && s->ops->before_merge(s, e) == -1)
		return -1;
	if (put_merged(s, "DELETE", e) == -1 || session_run(s, NULL, e) == -1)
		return -1;
	if (!s->load->dry_run && s->guarded &&
		(put_merged(s, "SELECT count(*)", e) == -1 || check_removed(s, e) == -1))
		return -1;
	return 0;
}

/* Take the rows out of the stage into the table. */
static int
from_stage(struct session *s, struct ant_err *e)
{
	int64_t stored = 0;

	if (s->load->mode == MODE_MERGE && remove_merged(s, e) == -1)
		return -1;
	if (session_insert(s, s->ops->stage, &stored, e) == -1)
		return -1;
	return check_stored(s, stored, e);
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct session *s = self;
	int more = 0;
	const struct row_cell *cells;
	int64_t stored = 0;

	if (s->staged && s->ops->stage_head != NULL && make_stage(s, e) == -1)
		return -1;
	if (s->ops->rows(s, &stored, e) == -1)
		return -1;
	while (s->load->dry_run && (more = rows_next(r, &cells, e)) == 1)
		;
	if (more == -1 || check_stored(s, stored, e) == -1)
		return -1;
	return s->staged ? from_stage(s, e) : 0;
}

int
session_index(struct session *s, struct ant_err *e)
{
	buf_clear(&s->sql);
	return load_sql_index(&s->sql, s->ops->dialect, s->schema, s->load)
		       ? session_run(s, NULL, e)
		       : 0;
}

static int
write_ledger(struct session *s, const struct receipt_entry *entry, struct ant_err *e)
{
	int there = s->ops->lock_shared != NULL ? has_ledger(s, e) : 0;

	if (there == -1)
		return -1;
	buf_clear(&s->sql);
	sql_create_ledger(&s->sql, s->ops->dialect, s->schema);
	if (!there && session_run_shared(s, e) == -1)
		return -1;
	buf_clear(&s->sql);
	load_sql_ledger(&s->sql, s->ops->dialect, s->schema, entry);
	return session_run(s, NULL, e);
}

static int
commit(void *self, const struct receipt_entry *entry, const char **into, struct ant_err *e)
{
	struct session *s = self;

	*into = s->into;
	if (s->new_table && s->ops->has_indexes && session_index(s, e) == -1)
		return -1;
	return write_ledger(s, entry, e) == -1 ? -1 : s->ops->commit(s, e);
}

static void
undo(void *self, const char *reason)
{
	struct session *s = self;

	s->ops->abort(s, reason);
}

/* What keeps a load from TABLE, which may not be there yet. */
static int
check_table(
	struct session *s, const char *table, int mode, struct strlist *missing, struct ant_err *e)
{
	struct shape is = {.found = 0};
	int status = s->ops->lacks != NULL ? s->ops->lacks(s, table, mode, missing, e) : 0;

	if (status == 0)
		status = ask_shape(s, s->ops->put_shape, table, &is, e);
	if (status == 0 && is.not_table) {
		buf_clear(&s->sql);
		buf_printf(&s->sql, "%s: '%.200s' is a %s, not a table", s->name, table,
			s->ops->not_table);
		status = buf_str(&s->sql) != NULL &&
					 strlist_add(missing, s->sql.data, s->sql.len) == 0
				 ? 0
				 : no_memory(s, e);
	}
	shape_free(&is);
	return status;
}

static int
check(void *self, const char *const *tables, size_t n, int mode, struct strlist *missing,
	struct ant_err *e)
{
	struct session *s = self;
	int there = s->ops->probe(s, missing, e), status = 0;

	if (there != 1)
		return there;
	if (n == 0 && s->ops->lacks != NULL)
		status = s->ops->lacks(s, NULL, mode, missing, e);
	for (size_t i = 0; i < n && status == 0; i++)
		status = check_table(s, tables[i], mode, missing, e);
	return status;
}

struct printer {
	struct out *to;
	const char *target;
};

static int
take_entry(void *arg, const char *const *texts, struct ant_err *e)
{
	const struct printer *p = arg;

	return receipt_print(p->to, p->target, texts, e);
}

static void
put_time(struct session *s, const char *column, const char *after)
{
	buf_printf(&s->sql, "%s%s%s%s", s->ops->time[0], column, s->ops->time[1], after);
}

static int
ledger(void *self, struct out *to, struct ant_err *e)
{
	struct session *s = self;
	struct printer p = {to, s->ops->target};
	int status = s->ops->look(s, e);

	if (status != 1)
		return status == 0 ? err_set(e, ANT_FAIL, "%s: there is no such file", s->name)
				   : -1;
	if ((status = has_ledger(s, e)) != 1)
		return status;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT table_name, ");
	if (s->schema != NULL) {
		sql_literal(&s->sql, s->ops->dialect, s->schema);
		buf_puts(&s->sql, " || '.' || ");
	}
	buf_puts(&s->sql, "into_table, mode, ");
	put_time(s, "window_from", ", ");
	put_time(s, "window_to", ", rows, ");
	put_time(s, "watermark", ", ");
	put_time(s, "finished", " FROM ");
	sql_name(&s->sql, s->ops->dialect, s->schema, SQL_LEDGER);
	buf_printf(&s->sql, " ORDER BY finished%s", s->ops->order);
	return s->ops->each(s, buf_str(&s->sql), RECEIPT_TEXTS, take_entry, &p, e);
}

static void
free_all(void *self)
{
	struct session *s = self;

	buf_free(&s->sql);
	buf_free(&s->qualified);
	s->ops->free(s->self);
	free(s);
}

int
session_new(const struct session_ops *ops, void *self, const char *name, const char *schema,
	struct load_dest *to, struct ant_err *e)
{
	struct session *s = calloc(1, sizeof *s);

	if (s == NULL) {
		err_sys(e, ANT_FAIL, "%s", name);
		ops->free(self);
		return -1;
	}
	s->ops = ops;
	s->self = self;
	s->name = name;
	s->schema = schema;
	buf_init(&s->sql, LOAD_TEXT_MAX);
	buf_init(&s->qualified, LOAD_TEXT_MAX);
	*to = (struct load_dest){
		s, ops->target, begin, rows, commit, undo, check, ledger, free_all};
	return 0;
}
