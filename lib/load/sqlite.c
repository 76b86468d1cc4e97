#include <string.h>
#include <strings.h>

#include "db/sqlite.h"
#include "load/history_sql.h"
#include "load/place.h"
#include "load/session.h"

enum { NAMES = 3 };

/* Names in the temporary schema: the stream, and where the rows of a merge wait. */
#define SOURCE "temp._anthill_source"
#define STAGE "temp._anthill_stage"
#define SOURCE_AGAIN "temp._anthill_source_again"
#define AGAIN "temp._anthill_again"

static int
run(struct session *s, const char *sql, int64_t *changed, struct ant_err *e)
{
	return sqlite_run(s->self, sql, changed, e);
}

static int
each(struct session *s, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e)
{
	(void)n;
	return sqlite_each(s->self, sql, NULL, 0, take, arg, e);
}

/* Names that differ by case alone are one to SQLite, and an INSERT takes one of the two. */
static int
check(struct session *s, struct ant_err *e)
{
	const struct load *l = s->load;

	for (size_t i = 1; i < l->rows->ncolumns; i++)
		for (size_t j = 0; j < i; j++)
			if (strcasecmp(l->columns[i].name, l->columns[j].name) == 0)
				return err_set(e, ANT_FAIL,
					"table '%.200s': the columns '%.200s' and '%.200s' are one "
					"to SQLite",
					l->into, l->columns[j].name, l->columns[i].name);
	return 0;
}

static int
look(struct session *s, struct ant_err *e)
{
	return sqlite_look(s->self, e);
}

/* A write transaction that is taken back at once: it needs what a load needs. */
static int
probe(struct session *s, struct strlist *missing, struct ant_err *e)
{
	size_t before = missing->n;
	int there;

	if (place_lacks(s->name, missing, e) == -1)
		return -1;
	if (missing->n > before || (there = sqlite_look(s->self, e)) == 0)
		return 0;
	if (there == -1 || sqlite_run(s->self, "BEGIN IMMEDIATE; ROLLBACK", NULL, e) == -1)
		return -1;
	return 1;
}

static int
begin(struct session *s, struct ant_err *e)
{
	return sqlite_begin(s->self, e);
}

static void
put_shape(struct session *s, const char *table)
{
	buf_puts(&s->sql, "SELECT type = 'table', (SELECT count(*) > 0 FROM sqlite_schema WHERE "
			  "type = 'trigger' AND tbl_name = ");
	sql_literal(&s->sql, SQL_SQLITE, table);
	buf_puts(&s->sql, " COLLATE NOCASE), NULL, NULL FROM sqlite_schema WHERE name = ");
	sql_literal(&s->sql, SQL_SQLITE, table);
	buf_puts(&s->sql, " COLLATE NOCASE");
}

#define STRICT "STRICT " /* stands before the types of the columns of a table that is so */

/* A view is never asked: where what it reads is gone, that would be an error. */
static void
put_columns(struct session *s, const char *table)
{
	buf_puts(&s->sql,
		"SELECT 1, 0, name, iif((SELECT strict FROM pragma_table_list WHERE schema = "
		"'main' AND name = ");
	sql_literal(&s->sql, SQL_SQLITE, table);
	buf_puts(&s->sql, " COLLATE NOCASE), '" STRICT "', '') || type FROM pragma_table_xinfo(");
	sql_literal(&s->sql, SQL_SQLITE, table);
	buf_puts(&s->sql, ", 'main')");
}

/*
 * A STRICT table knows six types, and none that converts nothing but ANY, which a decimal needs: it
 * is real or text.  See "STRICT Tables" of SQLite's manual.
 */
static const char *
wanted(const char *is, enum type t)
{
	static const char *const fitting[TYPE_COUNT][2] = {
		[TYPE_TEXT] = {"TEXT"},
		[TYPE_BIGINT] = {"INTEGER", "INT"},
		[TYPE_DOUBLE] = {"REAL"},
		[TYPE_BOOLEAN] = {"INTEGER", "INT"},
		[TYPE_DATE] = {"TEXT"},
		[TYPE_TIMESTAMPTZ] = {"TEXT"},
		[TYPE_JSON] = {"TEXT"},
	};
	const char *own = is + sizeof STRICT - 1;

	if (strncmp(is, STRICT, sizeof STRICT - 1) != 0)
		return sql_type(SQL_SQLITE, t);
	for (size_t i = 0; i < 2; i++)
		if (fitting[t][i] != NULL && strcasecmp(own, fitting[t][i]) == 0)
			return is;
	return strcasecmp(own, "ANY") == 0 ? is : STRICT "ANY";
}

static int
put_add(struct session *s, const char *table, const struct sql_column *c, const char *like)
{
	if (strncmp(like, STRICT, sizeof STRICT - 1) != 0)
		return 0;
	buf_puts(&s->sql, "ALTER TABLE ");
	sql_name(&s->sql, SQL_SQLITE, s->schema, table);
	buf_puts(&s->sql, " ADD COLUMN ");
	sql_ident(&s->sql, SQL_SQLITE, c->name);
	buf_puts(&s->sql, " ANY");
	return 1;
}

static int
rows(struct session *s, int64_t *stored, struct ant_err *e)
{
	const struct load *l = s->load;

	if (!l->dry_run && sqlite_stream(s->self, SOURCE, l->rows, l->columns, e) == -1)
		return -1;
	if (!s->staged)
		return session_insert(s, SOURCE, stored, e);
	if (session_run_text(s, "CREATE TABLE " STAGE " AS SELECT * FROM " SOURCE, e) == -1)
		return -1;
	*stored = l->rows->count; /* no trigger is on the stage */
	if (l->unique != NULL)
		*stored -= l->unique->held;
	return 0;
}

static int
before_merge(struct session *s, struct ant_err *e)
{
	return s->new_table ? 0 : session_index_key(s, e);
}

static int
take_count(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int *)arg = *texts[0] != '0';
	return 0;
}

/* A name of the row's number that no column of the table has taken; NULL where all are. */
static const char *
rowid_name(struct session *s, struct ant_err *e)
{
	static const char *const names[NAMES] = {"_rowid_", "rowid", "oid"};
	static const char there[] = "SELECT count(*) FROM pragma_table_xinfo(?1, 'main') WHERE "
				    "name = ?2 COLLATE NOCASE";
	const struct load *l = s->load;

	for (size_t i = 0; i < NAMES; i++) {
		const char *const params[] = {l->into, names[i]};
		int taken = 0;

		if (s->there && sqlite_each(s->self, there, params, 2, take_count, &taken, e) == -1)
			return NULL;
		for (size_t c = 0; c < l->rows->ncolumns; c++)
			taken |= strcasecmp(l->columns[c].name, names[i]) == 0;
		if (!taken)
			return names[i];
	}
	err_set(e, ANT_FAIL, "table '%.200s': columns hide the row's number, which merge needs",
		l->into);
	return NULL;
}

/* "t.KEY IS s.cN AND ..."; the stage's own columns have such names, too. */
static void
put_same_key(struct session *s, int in_stage)
{
	const struct load *l = s->load;

	for (size_t i = 0; i < l->rows->nkey; i++) {
		buf_puts(&s->sql, i == 0 ? "t." : " AND t.");
		if (in_stage)
			buf_printf(&s->sql, "c%zu", l->rows->key[i]);
		else
			sql_ident(&s->sql, SQL_SQLITE, l->key[i].name);
		buf_printf(&s->sql, " IS s.c%zu", l->rows->key[i]);
	}
}

static int
take_name(void *arg, const char *const *texts, struct ant_err *e)
{
	return strlist_add(arg, texts[0], strlen(texts[0])) == 0 ? 0
								 : err_sys(e, ANT_FAIL, "sqlite");
}

/* The columns of the primary key of a table WITHOUT ROWID, whose rows have no number; else none. */
static int
find_primary_key(struct session *s, struct strlist *names, struct ant_err *e)
{
	static const char columns[] =
		"SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE pk > 0 AND (SELECT wr FROM "
		"pragma_table_list WHERE schema = 'main' AND name = ?1 COLLATE NOCASE) ORDER BY pk";
	const char *const params[] = {s->load->into};

	if (!s->there)
		return 0;
	return sqlite_each(s->self, columns, params, 1, take_name, names, e);
}

/* What tells a row from all others: its number, or the N columns of KEY, each after BEFORE. */
static void
put_identity(struct session *s, const char *before, const char *rowid, const struct strlist *key)
{
	if (key->n == 0)
		buf_printf(&s->sql, "%s%s", before, rowid);
	for (size_t i = 0; i < key->n; i++) {
		buf_printf(&s->sql, "%s%s", i == 0 ? "" : ", ", before);
		sql_ident(&s->sql, SQL_SQLITE, key->v[i]);
	}
}

static void
put_target(struct session *s, int in_stage)
{
	buf_puts(&s->sql, in_stage ? STAGE : "main.");
	if (!in_stage)
		session_put_table(s);
}

static int
put_merged(struct session *s, const char *verb, const char *from, struct ant_err *e)
{
	int in_stage = s->load->mode == MODE_APPEND;
	const char *rowid = "_rowid_";
	struct strlist key = {NULL, 0};

	if (!in_stage && (find_primary_key(s, &key, e) == -1 ||
				 (key.n == 0 && (rowid = rowid_name(s, e)) == NULL))) {
		strlist_free(&key);
		return -1;
	}
	buf_clear(&s->sql);
	buf_printf(&s->sql, "%s FROM ", verb);
	put_target(s, in_stage);
	buf_puts(&s->sql, key.n > 1 ? "\n\tWHERE (" : "\n\tWHERE ");
	put_identity(s, "", rowid, &key);
	buf_puts(&s->sql, key.n > 1 ? ") IN (SELECT " : " IN (SELECT ");
	put_identity(s, "t.", rowid, &key);
	buf_printf(&s->sql, " FROM %s s CROSS JOIN ", from);
	put_target(s, in_stage);
	buf_puts(&s->sql, " t\n\tON ");
	put_same_key(s, in_stage);
	buf_putc(&s->sql, ')');
	strlist_free(&key);
	return 0;
}

static int
take_again(struct session *s, struct rows *r, int64_t *dropped, struct ant_err *e)
{
	if (sqlite_stream(s->self, SOURCE_AGAIN, r, s->load->columns, e) == -1 ||
		session_run_text(s, "CREATE TABLE " AGAIN " AS SELECT * FROM " SOURCE_AGAIN, e) ==
			-1)
		return -1;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "DELETE FROM " AGAIN
			  " WHERE _rowid_ NOT IN (SELECT max(_rowid_) FROM " AGAIN " GROUP BY ");
	for (size_t i = 0; i < r->nkey; i++)
		buf_printf(&s->sql, "%sc%zu", i == 0 ? "" : ", ", r->key[i]);
	buf_putc(&s->sql, ')');
	return session_run(s, dropped, e);
}

static int
commit(struct session *s, struct ant_err *e)
{
	return s->load->dry_run ? session_run_text(s, "COMMIT", e) : sqlite_commit(s->self, e);
}

static void
undo(struct session *s, const char *reason)
{
	(void)reason;
	sqlite_close(s->self);
}

static void
free_it(void *self)
{
	sqlite_free(self);
}

int
load_sqlite(const char *file, struct load_dest *to, struct ant_err *e)
{
	static const struct session_ops ops = {
		.dialect = SQL_SQLITE,
		.target = "sqlite",
		.begin = "BEGIN IMMEDIATE",
		.thing = "file",
		.not_table = "view or an index",
		.keepers = "trigger",
		.stage = STAGE,
		.again = AGAIN,
		.time = {"", ""},
		.hour = {"substr(", ", 1, 13)"},
		.day = {"substr(", ", 1, 10)"},
		.order = ", _rowid_",
		.ignores_case = 1,
		.has_indexes = 1,
		.check = check,
		.look = look,
		.open = begin,
		.probe = probe,
		.run = run,
		.each = each,
		.put_shape = put_shape,
		.put_columns = put_columns,
		.wanted = wanted,
		.put_add = put_add,
		.rows = rows,
		.before_merge = before_merge,
		.put_merged = put_merged,
		.take_again = take_again,
		.index_history = history_index,
		.put_close = history_put_close,
		.put_open = history_put_open,
		.commit = commit,
		.abort = undo,
		.free = free_it,
	};
	struct sqlite *db = sqlite_new(file, e);

	return db == NULL ? -1 : session_new(&ops, db, file, NULL, to, e);
}

size_t
load_sqlite_as_text(const struct load_dest *dest)
{
	return sqlite_as_text(((const struct session *)dest->self)->self);
}
