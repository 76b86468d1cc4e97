#include "load/ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "load/audit.h"
#include "load/sql.h"

_Static_assert((int)RECEIPT_FIELDS <= (int)DB_COLUMNS_MAX, "a line of the ledger in one answer");

static void
put_ledger(struct session *s)
{
	sql_name(&s->sql, s->ops->dialect, s->schema, SQL_LEDGER);
}

/* FROM the ledger WHERE the lines are about INTO, as the database compares the names of tables. */
static void
put_lines_of(struct session *s, const char *into)
{
	int lower = s->ops->dialect == SQL_DUCKDB;

	buf_puts(&s->sql, " FROM ");
	put_ledger(s);
	buf_puts(&s->sql, lower ? " WHERE lower(into_table) = lower(" : " WHERE into_table = ");
	sql_literal(&s->sql, s->ops->dialect, into);
	if (s->ops->dialect == SQL_SQLITE) /* as the index does */
		buf_puts(&s->sql, " COLLATE NOCASE");
	else if (lower)
		buf_putc(&s->sql, ')');
}

/* AND COLUMN is ORGANIZATION, where that is not NULL. */
static void
put_organization(struct session *s, const char *organization, const char *column)
{
	if (organization == NULL)
		return;
	buf_printf(&s->sql, " AND %s = ", column);
	sql_literal(&s->sql, s->ops->dialect, organization);
}

/* What the statement in s->sql answers. */
static int
ask(struct session *s, size_t n, db_take_texts *take, void *arg, struct ant_err *e)
{
	return s->ops->each(s, buf_str(&s->sql), n, take, arg, e);
}

static void
keep(char *to, size_t size, const char *text)
{
	if (text != NULL && strlen(text) < size)
		strcpy(to, text);
}

static int64_t
number(const char *text)
{
	return text != NULL && *text != '\0' ? strtoll(text, NULL, 10) : 0;
}

/* Whether the ledger has the column FIELD. */
static int
has(const struct session *s, enum receipt_field field)
{
	return s->ledger.fields > (int)field;
}

/* Whether there is a ledger, and which of today's columns it has. */
static int
look_at_ledger(struct session *s, struct strlist *columns, struct ant_err *e)
{
	struct session_shape is = {.found = 0};
	int status = session_shape(s, SQL_LEDGER, 1, &is, e);

	s->ledger.there = is.found;
	s->ledger.fields = RECEIPT_FIELDS_OLD;
	while (s->ledger.fields < RECEIPT_FIELDS &&
		strlist_has(&is.columns, receipt_columns[s->ledger.fields].name,
			strlen(receipt_columns[s->ledger.fields].name)))
		s->ledger.fields++;
	if (columns != NULL) {
		*columns = is.columns;
		is.columns = (struct strlist){NULL, 0};
	}
	session_shape_free(&is);
	return status;
}

static int
take_identity(void *arg, const char *const *texts, struct ant_err *e)
{
	struct session *s = arg;

	(void)e;
	keep(s->ledger.destination, sizeof s->ledger.destination, texts[0]);
	return 0;
}

static int
learn_identity(struct session *s, struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT destination_id FROM ");
	put_ledger(s);
	buf_puts(&s->sql, " WHERE destination_id IS NOT NULL LIMIT 1");
	return ask(s, 1, take_identity, s, e);
}

static int
take_line(void *arg, const char *const *texts, struct ant_err *e)
{
	struct session *s = arg;

	(void)e;
	s->ledger.line = number(texts[0]);
	keep(s->ledger.organization, sizeof s->ledger.organization, texts[1]);
	keep(s->ledger.load, sizeof s->ledger.load, texts[2]);
	return 0;
}

int
ledger_learn(struct session *s, struct ant_err *e)
{
	if (!s->there)
		return 0;
	if (look_at_ledger(s, NULL, e) == -1)
		return -1;
	if (!s->ledger.there || !has(s, RECEIPT_LOAD))
		return 0;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT max(line), (SELECT organization");
	put_lines_of(s, s->load->into);
	buf_puts(&s->sql, " AND organization IS NOT NULL ORDER BY line DESC LIMIT 1), "
			  "(SELECT load_id");
	put_lines_of(s, s->load->into);
	put_organization(
		s, s->load->by_organization ? s->load->rows->organization : NULL, "organization");
	buf_puts(&s->sql, " AND load_id IS NOT NULL ORDER BY line DESC LIMIT 1)");
	put_lines_of(s, s->load->into);
	if (ask(s, 3, take_line, s, e) == -1)
		return -1;
	return learn_identity(s, e);
}

static int
create_or_widen(struct session *s, struct ant_err *e)
{
	struct sql_column all[RECEIPT_FIELDS];
	struct strlist columns = {NULL, 0};
	int status = 0;

	if (!s->ledger.there) {
		buf_clear(&s->sql);
		session_put_create(s, SQL_LEDGER, sql_ledger_columns(all), RECEIPT_FIELDS);
		return session_run_shared(s, e);
	}
	/* Another load may have been here since we looked. */
	if (session_lock_shared(s, e) == -1 || look_at_ledger(s, &columns, e) == -1)
		status = -1;
	for (size_t i = RECEIPT_FIELDS_OLD; status == 0 && i < RECEIPT_FIELDS; i++) {
		const struct receipt_column *c = &receipt_columns[i];
		const struct sql_column column = {c->name, c->type};

		if (strlist_has(&columns, c->name, strlen(c->name)))
			continue;
		buf_clear(&s->sql);
		sql_add_column(&s->sql, s->ops->dialect, s->schema, SQL_LEDGER, &column);
		status = session_run(s, NULL, e);
	}
	strlist_free(&columns);
	return status;
}

/* What answers a question about one table without reading the lines of all others. */
static int
index_ledger(struct session *s, struct ant_err *e)
{
	if (!s->ops->has_indexes)
		return 0;
	buf_clear(&s->sql);
	sql_create_ledger_index(&s->sql, s->ops->dialect, s->schema);
	return session_run(s, NULL, e);
}

/* Whether it is there with all its columns. */
static int
is_of_today(const struct session *s)
{
	return s->ledger.there && has(s, RECEIPT_FIELDS - 1);
}

int
ledger_make(struct session *s, struct ant_err *e)
{
	if (is_of_today(s))
		return 0;
	if (create_or_widen(s, e) == -1 || index_ledger(s, e) == -1)
		return -1;
	s->ledger.there = 1;
	s->ledger.fields = RECEIPT_FIELDS;
	return 0;
}

int
ledger_write(struct session *s, struct receipt_entry *entry, struct ant_err *e)
{
	int fresh = !is_of_today(s);

	if (ledger_make(s, e) == -1)
		return -1;
	/* Two first loads at once must not both name the destination. */
	if (*s->ledger.destination == '\0' && !s->load->dry_run &&
		((!fresh && session_lock_shared(s, e) == -1) || learn_identity(s, e) == -1))
		return -1;
	if (*s->ledger.destination == '\0' && random_id(s->ledger.destination, e) == -1)
		return -1;
	if (s->ledger.line == INT64_MAX)
		return err_set(e, ANT_FAIL,
			"%s: the ledger has a line of number %" PRId64 ": there is none after it",
			s->name, s->ledger.line);
	if (random_id_after(entry->load, s->ledger.load, e) == -1)
		return -1;
	strcpy(entry->destination, s->ledger.destination);
	strcpy(s->ledger.load, entry->load); /* this line is the last one now */
	entry->line = s->ledger.line + 1;
	buf_clear(&s->sql);
	load_sql_ledger(&s->sql, s->ops->dialect, s->schema, entry);
	return session_run(s, NULL, e);
}

/* ---- read --------------------------------------------------------------------------- */

/* SELECT the columns of a line as texts. */
static void
put_select(struct session *s)
{
	buf_clear(&s->sql);
	for (size_t i = 0; i < RECEIPT_FIELDS; i++) {
		const struct receipt_column *c = &receipt_columns[i];

		buf_puts(&s->sql, i == 0 ? "SELECT " : ", ");
		if (!has(s, (enum receipt_field)i)) {
			buf_puts(&s->sql, "NULL");
		} else if (c->type == TYPE_TIMESTAMPTZ) {
			buf_printf(&s->sql, "%s%s%s", s->ops->time[0], c->name, s->ops->time[1]);
		} else if (c->type == TYPE_BOOLEAN) {
			buf_printf(&s->sql, "CASE WHEN %s THEN 'true' END", c->name);
		} else if (i == RECEIPT_INTO_TABLE && s->schema != NULL) {
			sql_literal(&s->sql, s->ops->dialect, s->schema);
			buf_printf(&s->sql, " || '.' || %s", c->name);
		} else {
			sql_ident(&s->sql, s->ops->dialect, c->name);
		}
	}
}

/* Open to read: 1; 0 where there is no ledger, or no database. */
static int
look(struct session *s, struct ant_err *e)
{
	s->there = s->ops->look(s, e);
	if (s->there != 1)
		return s->there;
	return look_at_ledger(s, NULL, e) == -1 ? -1 : s->ledger.there;
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

int
ledger_print(void *self, struct out *to, struct ant_err *e)
{
	struct session *s = self;
	struct printer p = {to, s->ops->target};
	int status = look(s, e);

	if (status == 0 && !s->there)
		return err_set(e, ANT_FAIL, "%s: there is no such %s", s->name, s->ops->thing);
	if (status != 1)
		return status;
	put_select(s);
	buf_puts(&s->sql, " FROM ");
	put_ledger(s);
	buf_printf(&s->sql, " ORDER BY finished%s%s",
		has(s, RECEIPT_LINE) ? ", coalesce(line, 0)" : "", s->ops->order);
	return ask(s, RECEIPT_FIELDS, take_entry, &p, e);
}

/* ---- audit -------------------------------------------------------------------------- */

static int
take_first(void *arg, const char *const *texts, struct ant_err *e)
{
	struct audit_facts *f = arg;

	(void)e;
	f->first = number(texts[0]);
	f->found = number(texts[1]) > 0;
	f->reset = number(texts[2]);
	return 0;
}

static int
take_last(void *arg, const char *const *texts, struct ant_err *e)
{
	struct audit_facts *f = arg;

	(void)e;
	f->replaced = texts[0] != NULL && strcmp(texts[0], type_mode_name(MODE_REPLACE)) == 0;
	f->rows = number(texts[1]);
	return 0;
}

static int
take_time_column(void *arg, const char *const *texts, struct ant_err *e)
{
	struct audit_facts *f = arg;

	(void)e;
	keep(f->time_column, sizeof f->time_column, texts[0]);
	return 0;
}

/* What the ledger says of the table. */
static int
ask_ledger(struct session *s, const struct audit *a, struct audit_facts *f, struct ant_err *e)
{
	if (!has(s, RECEIPT_BUCKETS))
		return 0;
	buf_clear(&s->sql);
	/* A load that replaced a whole table of windows left nothing older, but that of others. */
	buf_puts(&s->sql,
		"SELECT max(CASE WHEN created OR (mode = 'replace' AND window_from IS NOT NULL");
	put_organization(s, a->organization, "organization");
	if (has(s, RECEIPT_ASKED)) /* which left all as it was */
		buf_puts(&s->sql, " AND (asked IS NULL OR window_from < window_to)");
	buf_printf(&s->sql,
		") THEN line END), count(CASE WHEN line = %" PRId64 " AND load_id = ", a->line);
	sql_literal(&s->sql, s->ops->dialect, a->load);
	buf_puts(&s->sql, " THEN 1 END), max(CASE WHEN mode = 'reset' AND created IS NULL");
	put_organization(s, a->organization, "organization");
	buf_puts(&s->sql, " THEN line END)");
	put_lines_of(s, a->into);
	if (ask(s, 3, take_first, f, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT mode, ");
	sql_ident(&s->sql, s->ops->dialect, receipt_columns[RECEIPT_ROWS].name);
	put_lines_of(s, a->into);
	put_organization(s, a->organization, "organization");
	buf_puts(&s->sql, " AND mode IN ('window', 'replace', 'merge', 'append')"
			  " ORDER BY coalesce(line, 0) DESC, finished DESC LIMIT 1");
	if (ask(s, 2, take_last, f, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT time_column");
	put_lines_of(s, a->into);
	buf_puts(&s->sql, " AND time_column IS NOT NULL ORDER BY line DESC LIMIT 1");
	return ask(s, 1, take_time_column, f, e);
}

static int
take_found(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int *)arg = texts[0] != NULL;
	return 0;
}

/* The type of the time column; one that the table does not have any more cannot be asked for. */
static void
take_time_type(struct session *s, const struct session_shape *is, struct audit_facts *f)
{
	for (size_t i = 0; i < is->columns.n; i++)
		if (strcmp(is->columns.v[i], f->time_column) == 0) {
			const char *date = s->ops->wanted != NULL
						   ? s->ops->wanted(is->types.v[i], TYPE_DATE)
						   : sql_type(s->ops->dialect, TYPE_DATE);

			f->time_type =
				strcmp(is->types.v[i], date) == 0 ? TYPE_DATE : TYPE_TIMESTAMPTZ;
			return;
		}
	*f->time_column = '\0';
}

static int
facts(void *self, const struct audit *a, struct audit_facts *f, struct ant_err *e)
{
	struct session *s = self;
	struct session_shape is = {.found = 0};
	int status = s->there ? session_shape(s, a->into, 1, &is, e) : 0, rows = 0;

	if (status == 0 && s->there && s->ledger.there)
		status = ask_ledger(s, a, f, e);
	f->there = is.found && !is.not_table;
	if (status == 0 && f->there) {
		buf_clear(&s->sql);
		buf_puts(&s->sql, "SELECT '1' FROM ");
		sql_name(&s->sql, s->ops->dialect, s->schema, a->into);
		buf_puts(&s->sql, " WHERE 1 = 1");
		if (strlist_has(&is.columns, ROWS_ORGANIZATION, sizeof ROWS_ORGANIZATION - 1))
			put_organization(s, a->organization, "\"" ROWS_ORGANIZATION "\"");
		buf_puts(&s->sql, " LIMIT 1");
		status = ask(s, 1, take_found, &rows, e);
		f->empty = !rows;
	}
	take_time_type(s, &is, f);
	session_shape_free(&is);
	return status;
}

static int
lines(void *self, const struct audit *a, int64_t line, int window, audit_take *take, void *arg,
	struct ant_err *e)
{
	struct session *s = self;
	char from[UTC_TEXT], to[UTC_TEXT];

	if (!s->there || !s->ledger.there)
		return 0;
	put_select(s);
	put_lines_of(s, a->into);
	put_organization(s, a->organization, "organization");
	if (line > 0 && has(s, RECEIPT_LINE))
		buf_printf(&s->sql, " AND line >= %" PRId64, line);
	if (window) {
		utc_format(a->from, from);
		utc_format(a->to, to);
		buf_puts(&s->sql, " AND window_to > ");
		load_sql_time(&s->sql, s->ops->dialect, from);
		buf_puts(&s->sql, " AND window_from < ");
		load_sql_time(&s->sql, s->ops->dialect, to);
	}
	buf_printf(&s->sql, " ORDER BY %sfinished%s",
		has(s, RECEIPT_LINE) ? "coalesce(line, 0), " : "", s->ops->order);
	return ask(s, RECEIPT_FIELDS, take, arg, e);
}

static int
take_count(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int64_t *)arg = number(texts[0]);
	return 0;
}

static int
count(void *self, const struct audit *a, const struct audit_facts *f, struct buckets *hours,
	int64_t *rows, struct ant_err *e)
{
	struct session *s = self;

	if (hours != NULL)
		return ledger_hours(s, a->into, f->time_column, f->time_type, a->from, a->to,
			a->organization, hours, e);
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT count(*) FROM ");
	sql_name(&s->sql, s->ops->dialect, s->schema, a->into);
	buf_puts(&s->sql, " WHERE 1 = 1");
	put_organization(s, a->organization, "\"" ROWS_ORGANIZATION "\"");
	return ask(s, 1, take_count, rows, e);
}

int
ledger_audit(void *self, int fd, const char *name, struct out *to, struct ant_err *e)
{
	struct session *s = self;
	const struct audit_source source = {s, s->ops->target, facts, lines, count};

	return look(s, e) == -1 ? -1 : audit_run(&source, fd, name, to, e);
}

/* ---- rows by the hour --------------------------------------------------------------- */

struct hours {
	struct buckets *to;
	const struct session *s;
};

/* "2026-11-01T13", or a day, which is its first hour. */
static int
take_hour(void *arg, const char *const *texts, struct ant_err *e)
{
	const struct hours *h = arg;
	char text[UTC_TEXT] = "";
	int64_t t;

	if (texts[0] == NULL)
		return 0;
	keep(text, sizeof text, texts[0]);
	if (strlen(text) == sizeof "2026-11-01T13" - 1)
		strcat(text, ":00:00Z");
	if (utc_parse(text, strlen(text), &t) == -1)
		return 0; /* not ours, then */
	return buckets_add(h->to, t, number(texts[1])) == 0
		       ? 0
		       : err_sys(e, ANT_FAIL, "%s", h->s->name);
}

int
ledger_hours(struct session *s, const char *table, const char *column, enum type type, int64_t from,
	int64_t to, const char *organization, struct buckets *hours, struct ant_err *e)
{
	const char *const *hour = type == TYPE_DATE ? s->ops->day : s->ops->hour;
	struct hours h = {hours, s};

	buf_clear(&s->sql);
	buf_printf(&s->sql, "SELECT %s", hour[0]);
	sql_ident(&s->sql, s->ops->dialect, column);
	buf_printf(&s->sql, "%s, count(*) FROM ", hour[1]);
	sql_name(&s->sql, s->ops->dialect, s->schema, table);
	load_sql_range(&s->sql, s->ops->dialect, column, type, from, to);
	if (organization != NULL)
		load_sql_organization(&s->sql, s->ops->dialect, " AND ", organization);
	buf_puts(&s->sql, " GROUP BY 1");
	return ask(s, 2, take_hour, &h, e);
}

/* ---- a line by hand ----------------------------------------------------------------- */

int
ledger_note(void *self, const struct load *l, struct receipt_entry *entry, struct ant_err *e)
{
	struct session *s = self;

	s->load = l;
	s->columns = l->columns;
	s->into = s->work = l->into;
	s->there = 1;
	if (s->ops->check(s, e) == -1 || s->ops->open(s, e) == -1 || ledger_learn(s, e) == -1 ||
		(s->ops->before_create != NULL && s->ops->before_create(s, e) == -1) ||
		session_transact(s, e) == -1 || ledger_write(s, entry, e) == -1)
		return -1;
	return s->ops->commit(s, e);
}
