#include "load/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load/history.h"
#include "load/ledger.h"
#include "load/sql.h"

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
session_lock_shared(struct session *s, struct ant_err *e)
{
	return s->ops->lock_shared != NULL && !s->load->dry_run ? s->ops->lock_shared(s, e) : 0;
}

int
session_run_shared(struct session *s, struct ant_err *e)
{
	return session_lock_shared(s, e) == -1 ? -1 : session_run(s, NULL, e);
}

int
session_lost_at_commit(struct ant_err *e)
{
	err_prefix(e, "the connection was lost at COMMIT, so whether the rows are in is not "
		      "known; loading them again is safe unless the mode is append: ");
	return -1;
}

void
session_put_table(struct session *s)
{
	sql_name(&s->sql, s->ops->dialect, s->schema, s->work);
}

void
session_put_create(struct session *s, const char *table, const struct sql_column *columns, size_t n)
{
	if (s->ops->put_create != NULL)
		s->ops->put_create(s, table, columns, n);
	else
		sql_create_table(&s->sql, s->ops->dialect, s->schema, table, columns, n);
}

static int
take_number(void *arg, const char *const *texts, struct ant_err *e)
{
	int64_t *n = arg;

	(void)e;
	*n = texts[0] != NULL ? strtoll(texts[0], NULL, 10) : 0;
	return 0;
}

int
session_ask_number(struct session *s, int64_t *n, struct ant_err *e)
{
	*n = 0;
	return s->ops->each(s, buf_str(&s->sql), 1, take_number, n, e);
}

const char *
session_quote(const struct session *s)
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
	struct session_shape *is = arg;

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

int
session_shape(struct session *s, const char *table, int columns, struct session_shape *is,
	struct ant_err *e)
{
	is->s = s;
	buf_clear(&s->sql);
	s->ops->put_shape(s, table);
	if (s->ops->each(s, buf_str(&s->sql), 4, take_shape, is, e) == -1)
		return -1;
	if (!columns || !is->found || is->not_table || s->ops->put_columns == NULL)
		return 0;
	buf_clear(&s->sql);
	s->ops->put_columns(s, table);
	return s->ops->each(s, buf_str(&s->sql), 4, take_shape, is, e);
}

void
session_shape_free(struct session_shape *is)
{
	strlist_free(&is->columns);
	strlist_free(&is->types);
}

/* The comment of the table file on COLUMN of TABLE, or on the table where that is NULL. */
static int
comment(struct session *s, const char *table, const char *column, struct ant_err *e)
{
	if (!s->ops->has_comments)
		return 0;
	buf_clear(&s->sql);
	return load_sql_comment(&s->sql, s->ops->dialect, s->schema, table, s->load, column)
		       ? session_run(s, NULL, e)
		       : 0;
}

int
session_create(struct session *s, const char *table, const struct sql_column *columns, size_t n,
	struct ant_err *e)
{
	buf_clear(&s->sql);
	session_put_create(s, table, columns, n);
	if (session_run(s, NULL, e) == -1 || (table == s->work && comment(s, table, NULL, e) == -1))
		return -1;
	for (size_t i = 0; i < s->load->rows->ncolumns; i++)
		if (comment(s, table, s->columns[i].name, e) == -1)
			return -1;
	return 0;
}

static int
create_table(struct session *s, struct ant_err *e)
{
	s->new_table = 1;
	if (s->ops->before_create != NULL && s->ops->before_create(s, e) == -1)
		return -1;
	if (session_create(s, s->work, s->columns, s->load->rows->ncolumns, e) == -1)
		return -1;
	return s->ops->after_create != NULL ? s->ops->after_create(s, e) : 0;
}

int
session_add_column(struct session *s, const char *table, const struct sql_column *c,
	const struct session_shape *is, struct ant_err *e)
{
	const char *like = is->types.n > 0 ? is->types.v[0] : "";

	buf_clear(&s->sql);
	if (s->ops->put_add == NULL || !s->ops->put_add(s, table, c, like))
		sql_add_column(&s->sql, s->ops->dialect, s->schema, table, c);
	return session_run(s, NULL, e) == -1 ? -1 : comment(s, table, c->name, e);
}

static int
differ(const struct session *s, const char *a, const char *b)
{
	return (s->ops->ignores_case ? strcasecmp(a, b) : strcmp(a, b)) != 0;
}

size_t
session_find(const struct session *s, const struct strlist *names, const char *name)
{
	size_t at = 0;

	while (at < names->n && differ(s, names->v[at], name))
		at++;
	return at;
}

int
session_check_type(struct session *s, const char *suffix, const struct sql_column *c,
	const char *type, struct ant_err *e)
{
	const char *wanted = s->ops->wanted != NULL ? s->ops->wanted(type, c->type)
						    : sql_type(s->ops->dialect, c->type);

	if (!differ(s, type, wanted))
		return 0;
	return err_set(e, ANT_FAIL,
		"table '%.200s%s', column '%.200s' is of type %s, but the rows need %s", s->into,
		suffix, c->name, *type != '\0' ? type : "(none)",
		*wanted != '\0' ? wanted : "(none)");
}

/* Compare the table's columns with the stream's; add those that are missing. */
static int
widen(struct session *s, const struct session_shape *is, struct ant_err *e)
{
	for (size_t i = 0; i < s->load->rows->ncolumns; i++) {
		const struct sql_column *c = &s->columns[i];
		size_t at = session_find(s, &is->columns, c->name);

		if ((at == is->columns.n ? session_add_column(s, s->work, c, is, e)
					 : session_check_type(s, "", c, is->types.v[at], e)) == -1)
			return -1;
	}
	return 0;
}

int
session_refuse_single(struct session *s, const char *suffix, struct ant_err *e)
{
	const char *table = *suffix != '\0' ? s->history.name.data : s->load->into;
	const char *is = s->ledger.organization;
	const enum sql_dialect d = s->ops->dialect;
	const struct sql_column column = {ROWS_ORGANIZATION, TYPE_TEXT};

	buf_clear(&s->sql);
	sql_add_column(&s->sql, d, s->schema, table, &column);
	buf_puts(&s->sql, d == SQL_CLICKHOUSE ? "; ALTER TABLE " : "; UPDATE ");
	sql_name(&s->sql, d, s->schema, table);
	buf_puts(&s->sql, d == SQL_CLICKHOUSE ? " UPDATE " : " SET ");
	sql_ident(&s->sql, d, ROWS_ORGANIZATION);
	buf_puts(&s->sql, " = ");
	sql_literal(&s->sql, d, *is != '\0' ? is : "UUID of the organization");
	buf_puts(&s->sql, d == SQL_CLICKHOUSE ? " WHERE 1 = 1" : "");
	if (buf_str(&s->sql) == NULL)
		return no_memory(s, e);
	return err_set(e, ANT_FAIL,
		"%s: %s%.200s%s%s was made without --by-organization; this converts it: %s",
		s->name, session_quote(s), s->into, suffix, session_quote(s), s->sql.data);
}

/*
 * A table that is there holds the rows of one organization, that of the stream, or has a column
 * that tells them apart.
 */
static int
check_organization(struct session *s, const struct session_shape *is, struct ant_err *e)
{
	const char *own = s->load->rows->organization, *its = s->ledger.organization;
	int many = strlist_has(&is->columns, ROWS_ORGANIZATION, strlen(ROWS_ORGANIZATION));

	if (many && !s->load->by_organization)
		return err_set(e, ANT_FAIL,
			"%s: %s%.200s%s holds several organizations: load it with "
			"--by-organization",
			s->name, session_quote(s), s->into, session_quote(s));
	if (!many && s->load->by_organization)
		return session_refuse_single(s, "", e);
	if (many || *own == '\0' || *its == '\0' || strcmp(own, its) == 0)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: %s%.200s%s holds rows of organization %s, and these are of %s: give each a "
		"prefix, a schema or a file of its own, or load both with --by-organization",
		s->name, session_quote(s), s->into, session_quote(s), its, own);
}

/*
 * Where what was created outlives a failed load, the table may be there without a load in it: an empty
 * one of which the ledger knows nothing is as good as new.
 */
static int
take_for_new(struct session *s, struct ant_err *e)
{
	int64_t rows;

	if (s->ops->transact == NULL || s->ledger.line != 0)
		return 0;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT EXISTS (SELECT 1 FROM ");
	session_put_table(s);
	buf_putc(&s->sql, ')');
	if (session_ask_number(s, &rows, e) == -1)
		return -1;
	s->new_table = rows == 0;
	return 0;
}

static int
make_table(struct session *s, struct ant_err *e)
{
	const char *into = s->load->into;
	struct session_shape is = {.found = 0};
	int status = s->there ? session_shape(s, into, 1, &is, e) : 0;

	if (status == 0 && is.not_table)
		status = err_set(e, ANT_FAIL, "%s: %s%.200s%s is a %s, not a table", s->name,
			session_quote(s), s->into, session_quote(s), s->ops->not_table);
	if (status == 0 && is.found)
		status = check_organization(s, &is, e);
	if (status == 0)
		status = history_look(s, &is, e);
	if (status == 0 && !is.found)
		status = create_table(s, e);
	else if (status == 0)
		status = widen(s, &is, e) == -1 || take_for_new(s, e) == -1 ? -1 : 0;
	if (status == 0)
		status = history_make(s, e);
	s->guarded = is.guarded;
	session_shape_free(&is);
	return status;
}

/* Where the table can keep rows from us, none of those that s->sql counts may be left. */
static int
check_removed(struct session *s, struct ant_err *e)
{
	int64_t left;

	if (session_ask_number(s, &left, e) == -1)
		return -1;
	if (left == 0)
		return 0;
	return err_set(e, ANT_FAIL, "%s: %s%.200s%s keeps %" PRId64 " old rows: a %s saves some",
		s->name, session_quote(s), s->into, session_quote(s), left, s->ops->keepers);
}

static int
check_stored(struct session *s, int64_t stored, struct ant_err *e)
{
	if (s->load->dry_run || s->ops->keepers == NULL || stored == s->sent)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: %s%.200s%s took %" PRId64 " rows of %" PRId64 ": a %s drops some", s->name,
		session_quote(s), s->into, session_quote(s), stored, s->sent, s->ops->keepers);
}

static void
put_replaced(struct session *s, const char *verb)
{
	/* In a dry run nothing stands for the table. */
	const char *table = *verb == 'S' && s->load->dry_run ? s->load->into : s->work;

	buf_clear(&s->sql);
	load_sql_delete(&s->sql, s->ops->dialect, s->schema, table, s->load, verb);
}

/* Remove what the mode replaces; *HELD is how many rows that was, or would be. */
static int
remove_old(struct session *s, int64_t *held, struct ant_err *e)
{
	const struct load *l = s->load;

	if (s->new_table || (l->mode != MODE_WINDOW && l->mode != MODE_REPLACE))
		return 0;
	if (l->dry_run || s->ops->is_blind) {
		put_replaced(s, "SELECT count(*)");
		if (session_ask_number(s, held, e) == -1)
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
	if (s->there == -1 || s->ops->begin == NULL)
		return s->there == -1 ? -1 : 0;
	return session_run_text(s, s->ops->begin, e);
}

int
session_transact(struct session *s, struct ant_err *e)
{
	if (s->ops->transact == NULL)
		return 0;
	return ledger_make(s, e) == -1 ? -1 : s->ops->transact(s, e);
}

static int
begin(void *self, const struct load *l, int64_t *held, struct ant_err *e)
{
	struct session *s = self;

	s->load = l;
	s->columns = l->columns;
	s->into = s->work = l->into;
	s->new_table = 0;
	s->ledger = (struct session_ledger){0};
	buf_clear(&s->qualified);
	if (history_name(s, e) == -1)
		return -1;
	s->staged = l->mode == MODE_MERGE || (l->unique != NULL && l->mode == MODE_APPEND);
	if (s->ops->check(s, e) == -1 || open_database(s, e) == -1)
		return -1;
	if (s->schema != NULL) {
		buf_printf(&s->qualified, "%s.%s", s->schema, l->into);
		if ((s->into = buf_str(&s->qualified)) == NULL)
			return no_memory(s, e);
	}
	if (ledger_learn(s, e) == -1)
		return -1;
	if (make_table(s, e) == -1 || session_transact(s, e) == -1)
		return -1;
	return remove_old(s, held, e);
}

int
session_make_stage(struct session *s, const char *head, struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_printf(&s->sql, "CREATE TEMPORARY TABLE %s AS\n\tSELECT ", head);
	sql_idents(&s->sql, s->ops->dialect, s->columns, s->load->rows->ncolumns);
	buf_puts(&s->sql, " FROM ");
	session_put_table(s);
	buf_puts(&s->sql, s->ops->stage_tail);
	return session_run(s, NULL, e);
}

/* How many rows the table has, or the stage where that is not NULL; s->sql stays as it is. */
static int
count_rows(struct session *s, const char *stage, int64_t *n, struct ant_err *e)
{
	struct buf sql = s->sql;
	int status;

	buf_init(&s->sql, LOAD_TEXT_MAX);
	buf_puts(&s->sql, "SELECT count(*) FROM ");
	if (stage != NULL)
		buf_puts(&s->sql, stage);
	else
		session_put_table(s);
	status = session_ask_number(s, n, e);
	buf_free(&s->sql);
	s->sql = sql;
	return status;
}

/* Run the INSERT in s->sql into the table, or the stage where that is not NULL. */
static int
run_insert(struct session *s, const char *stage, int64_t *stored, struct ant_err *e)
{
	int64_t before = 0;

	if (!s->ops->is_blind || s->load->dry_run)
		return session_run(s, stored, e);
	if (count_rows(s, stage, &before, e) == -1 || session_run(s, NULL, e) == -1 ||
		count_rows(s, stage, stored, e) == -1)
		return -1;
	*stored -= before;
	return 0;
}

int
session_insert(struct session *s, const char *from, int64_t *stored, struct ant_err *e)
{
	buf_clear(&s->sql);
	load_sql_insert(&s->sql, s->ops->dialect, s->schema, s->work, s->load, from);
	return run_insert(s, NULL, stored, e);
}

/* VERB for the rows of the table, in an append of the stage, whose key is in FROM, into s->sql. */
static int
put_merged(struct session *s, const char *verb, const char *from, struct ant_err *e)
{
	struct buf table;

	buf_clear(&s->sql);
	if (s->ops->put_merged != NULL)
		return s->ops->put_merged(s, verb, from, e);
	buf_init(&table, LOAD_TEXT_MAX);
	if (s->load->mode == MODE_APPEND)
		buf_puts(&table, s->ops->stage);
	else
		sql_name(&table, s->ops->dialect, s->schema, s->work);
	if (buf_str(&table) != NULL)
		load_sql_merged(&s->sql, s->ops->dialect, table.data, s->load, verb, from);
	else
		s->sql.failed = 1;
	buf_free(&table);
	return 0;
}

/* Remove the rows whose key is in FROM, all of them; *CHANGED, where not NULL, is how many. */
static int
remove_merged(struct session *s, const char *from, int64_t *changed, struct ant_err *e)
{
	if (changed != NULL && s->ops->is_blind &&
		(put_merged(s, "SELECT count(*)", from, e) == -1 ||
			session_ask_number(s, changed, e) == -1))
		return -1;
	if (put_merged(s, "DELETE", from, e) == -1 || session_run(s, changed, e) == -1)
		return -1;
	if (!s->load->dry_run && s->guarded &&
		(put_merged(s, "SELECT count(*)", from, e) == -1 || check_removed(s, e) == -1))
		return -1;
	return 0;
}

/*
 * Take the rows out of the stage into the table; in a merge the old ones of their keys go first,
 * all of them before the first row comes: where rows may share a key, all of the stream's stay.
 */
static int
from_stage(struct session *s, struct ant_err *e)
{
	int64_t stored = 0;

	if (s->load->mode == MODE_MERGE &&
		((s->ops->before_merge != NULL && s->ops->before_merge(s, e) == -1) ||
			remove_merged(s, s->ops->stage, NULL, e) == -1))
		return -1;
	if (session_insert(s, s->ops->stage, &stored, e) == -1)
		return -1;
	return check_stored(s, stored, e);
}

/* INSERT the rows of the second stage to where the others of the stream are. */
static int
insert_again(struct session *s, int64_t *stored, struct ant_err *e)
{
	if (s->load->mode != MODE_APPEND)
		return session_insert(s, s->ops->again, stored, e);
	buf_clear(&s->sql);
	buf_printf(&s->sql, "INSERT INTO %s SELECT * FROM %s", s->ops->stage, s->ops->again);
	return run_insert(s, s->ops->stage, stored, e);
}

/*
 * The rows whose key came before in the stream replace those that came first: those in the table,
 * which by now has all others, or in an append, which leaves alone what the table had, in the stage.
 */
static int
replace_repeated(struct session *s, struct ant_err *e)
{
	struct unique *u = s->load->unique;
	int64_t dropped = 0, replaced = 0, stored = 0;
	struct rows *again = unique_again(u, e);
	int status = -1;

	if (again == NULL)
		return -1;
	if (s->ops->take_again(s, again, &dropped, e) == 0 &&
		remove_merged(s, s->ops->again, &replaced, e) == 0 &&
		insert_again(s, &stored, e) == 0)
		status = 0;
	rows_close(again);
	/* What lay outside the window and has moved into it is no row of this stream. */
	u->repeated = dropped + replaced < u->held ? dropped + replaced : u->held;
	s->sent = u->held - dropped;
	if (status == -1)
		return err_prefix(e, "%" PRId64 " rows repeat a key: ", u->held);
	return check_stored(s, stored, e);
}

/* What is left to do when the rows have arrived. */
static int
settle(struct session *s, struct ant_err *e)
{
	const struct unique *u = s->load->unique;
	int repeats = u != NULL && u->held > 0, append = s->load->mode == MODE_APPEND;

	if (repeats && append && replace_repeated(s, e) == -1)
		return -1;
	if (repeats && append)
		s->sent = s->load->rows->count - u->repeated;
	if (s->staged && from_stage(s, e) == -1)
		return -1;
	return repeats && !append ? replace_repeated(s, e) : 0;
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct session *s = self;
	int more = 0;
	const struct row_cell *cells;
	int64_t stored = 0;

	if (s->staged && s->ops->stage_head != NULL &&
		session_make_stage(s, s->ops->stage_head, e) == -1)
		return -1;
	if (s->ops->rows(s, &stored, e) == -1)
		return -1;
	while (s->load->dry_run && (more = rows_next(r, &cells, e)) == 1)
		;
	s->sent = r->count - (s->load->unique != NULL ? s->load->unique->held : 0);
	if (more == -1 || check_stored(s, stored, e) == -1)
		return -1;
	return settle(s, e);
}

int
session_index_key(struct session *s, struct ant_err *e)
{
	buf_clear(&s->sql);
	return load_sql_key_index(&s->sql, s->ops->dialect, s->schema, s->work, s->load)
		       ? session_run(s, NULL, e)
		       : 0;
}

/* The index of a new table: once the rows are in, that is quicker. */
static int
index_new(struct session *s, struct ant_err *e)
{
	buf_clear(&s->sql);
	return load_sql_index(&s->sql, s->ops->dialect, s->schema, s->work, s->load)
		       ? session_run(s, NULL, e)
		       : 0;
}

/*
 * How many rows each hour of the window holds now.  A load that replaces a window has counted
 * them as they came; after any other the table is asked.
 */
static int
put_buckets(struct session *s, struct buf *to, struct ant_err *e)
{
	const struct load *l = s->load;
	const struct rows *r = l->rows;
	struct buckets held = {NULL, 0, 0, 0};
	int status = 0;

	if (l->mode == MODE_WINDOW && !r->unique)
		buckets_put(to, &r->buckets);
	else
		status = ledger_hours(s, s->work, l->columns[r->time_column].name,
			r->columns[r->time_column].type, r->from, r->to,
			l->by_organization ? r->organization : NULL, &held, e);
	if (status == 0 && to->len == 0)
		buckets_put(to, &held);
	buckets_free(&held);
	return status == 0 && buf_str(to) == NULL ? no_memory(s, e) : status;
}

static int
commit(void *self, struct receipt_entry *entry, struct ant_err *e)
{
	struct session *s = self;
	const struct load *l = s->load;
	struct buf buckets;
	int status = 0;

	buf_init(&buckets, LOAD_TEXT_MAX);
	if (s->new_table && s->ops->has_indexes && s->ops->transact == NULL)
		status = index_new(s, e);
	if (status == 0 && l->rows->window && !l->dry_run) {
		status = put_buckets(s, &buckets, e);
		entry->time_column = l->columns[l->rows->time_column].name;
		entry->buckets = buckets.data;
	}
	entry->created = s->new_table;
	if (status == 0)
		status = history_fill(s, entry, e);
	if (status == 0 && s->ops->publish != NULL)
		status = s->ops->publish(s, e);
	if (status == 0)
		status = ledger_write(s, entry, e);
	buf_free(&buckets);
	entry->buckets = NULL;
	entry->into = s->into;
	return status == 0 ? s->ops->commit(s, e) : -1;
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
	struct session_shape is = {.found = 0};
	int status = s->ops->lacks != NULL ? s->ops->lacks(s, table, mode, missing, e) : 0;

	if (status == 0)
		status = session_shape(s, table, 0, &is, e);
	if (status == 0 && is.not_table) {
		buf_clear(&s->sql);
		buf_printf(&s->sql, "%s: '%.200s' is a %s, not a table", s->name, table,
			s->ops->not_table);
		status = buf_str(&s->sql) != NULL &&
					 strlist_add(missing, s->sql.data, s->sql.len) == 0
				 ? 0
				 : no_memory(s, e);
	}
	session_shape_free(&is);
	return status;
}

/* And from the history of that. */
static int
check_history(struct session *s, const char *table, struct strlist *missing, struct ant_err *e)
{
	struct buf name;
	int status;

	buf_init(&name, LOAD_TEXT_MAX);
	buf_printf(&name, "%s" SQL_HISTORY, table);
	status = buf_str(&name) == NULL ? no_memory(s, e)
					: check_table(s, name.data, SESSION_HISTORY, missing, e);
	buf_free(&name);
	return status;
}

static int
check(void *self, const char *const *tables, size_t n, int mode, int history,
	struct strlist *missing, struct ant_err *e)
{
	struct session *s = self;
	int there = s->ops->probe(s, missing, e), status = 0;
	/* For its history a table is read, as for a window. */
	int reads = history && mode == MODE_REPLACE ? -1 : mode;

	if (there != 1)
		return there;
	if (n == 0 && s->ops->lacks != NULL)
		status = s->ops->lacks(s, NULL, mode, missing, e);
	for (size_t i = 0; i < n && status == 0; i++)
		if ((status = check_table(s, tables[i], reads, missing, e)) == 0 && history)
			status = check_history(s, tables[i], missing, e);
	return status;
}

static void
free_all(void *self)
{
	struct session *s = self;

	buf_free(&s->sql);
	buf_free(&s->qualified);
	history_free(s);
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
	buf_init(&s->history.name, LOAD_TEXT_MAX);
	*to = (struct load_dest){s, ops->target, begin, rows, commit, undo, check, ledger_print,
		ledger_audit, ledger_note, free_all};
	return 0;
}
