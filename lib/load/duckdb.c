#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "db/duckdb.h"
#include "db/lake.h"
#include "load/history_sql.h"
#include "load/place.h"
#include "load/session.h"
#include "load/sql.h"

_Static_assert(
	(int)RECEIPT_FIELDS <= (int)DB_DUCKDB_ANSWER_MAX, "a line of the ledger in one answer");

static const char stage[] = "_anthill_rows";  /* where the rows of a merge arrive */
static const char again[] = "_anthill_again"; /* and those whose key came before in the stream */

struct load_duckdb {
	struct db_duckdb db;
	struct lake *lake; /* NULL: it is a file */
	struct session_ops ops;
	struct sql_column *columns; /* those of the load, in types that the library has */
	char warning[512];
};

static int
is_iceberg(const struct load_duckdb *d)
{
	return d->lake != NULL && d->lake->catalog == LAKE_ICEBERG;
}

static int
run(struct session *s, const char *sql, int64_t *changed, struct ant_err *e)
{
	struct load_duckdb *d = s->self;

	return db_duckdb_run(&d->db, sql, changed, e);
}

static int
each(struct session *s, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e)
{
	struct load_duckdb *d = s->self;

	return db_duckdb_each(&d->db, sql, n, take, arg, e);
}

static int
check(struct session *s, struct ant_err *e)
{
	const char *into = s->load->into;

	if (strcasecmp(into, stage) != 0 && strcasecmp(into, again) != 0)
		return 0;
	/* It would hide the table of that name. */
	return err_set(e, ANT_USAGE, "--table: %s is the loader's own", into);
}

/* The columns of the load; JSON is text where the library was built without it. */
static int
choose_columns(struct session *s, struct ant_err *e)
{
	struct load_duckdb *d = s->self;
	size_t n = s->load->rows->ncolumns;
	int json = !is_iceberg(d) && (d->db.conn == NULL || db_duckdb_has_json(&d->db));

	free(d->columns); /* of a try before, which met another load */
	if ((d->columns = calloc(n, sizeof *d->columns)) == NULL)
		return err_sys(e, ANT_FAIL, "%s", s->name);
	for (size_t i = 0; i < n; i++) {
		d->columns[i] = s->load->columns[i];
		if (d->columns[i].type == TYPE_JSON && !json)
			d->columns[i].type = TYPE_TEXT;
	}
	s->columns = d->columns;
	return 0;
}

static int
look(struct session *s, struct ant_err *e)
{
	struct load_duckdb *d = s->self;
	int there = d->lake != NULL ? lake_look(d->lake, &d->db, e) : db_duckdb_look(&d->db, 1, e);

	return there == -1 || (s->load != NULL && choose_columns(s, e) == -1) ? -1 : there;
}

/* To read alone: opening it to write could move what its log holds. */
static int
probe(struct session *s, struct strlist *missing, struct ant_err *e)
{
	struct load_duckdb *d = s->self;
	size_t before = missing->n;

	if (place_lacks(s->name, missing, e) == -1)
		return -1;
	return missing->n > before ? 0 : db_duckdb_look(&d->db, 1, e);
}

/* The folder of a lake's data, or where the lake is not THERE the one that it will be in. */
static int
lacks_data(struct session *s, int there, struct strlist *missing, struct ant_err *e)
{
	struct load_duckdb *d = s->self;
	struct buf path;
	int status;

	buf_init(&path, PATH_MAX);
	buf_puts(&path, d->lake->data);
	if (there || access(d->lake->data, F_OK) == 0)
		buf_puts(&path, "x");
	else if (path.len > 1)
		path.data[--path.len] = '\0';
	status = buf_str(&path) == NULL ? err_sys(e, ANT_FAIL, "%s", s->name)
					: place_lacks(path.data, missing, e);
	buf_free(&path);
	return status;
}

/* Of a lake also its data: the folder, or the bucket with the keys that there are. */
static int
probe_lake(struct session *s, struct strlist *missing, struct ant_err *e)
{
	struct load_duckdb *d = s->self;
	struct lake *l = d->lake;
	size_t before = missing->n;
	int there;

	if (l->catalog != LAKE_POSTGRESQL && l->catalog != LAKE_ICEBERG &&
		place_lacks(l->at, missing, e) == -1)
		return -1;
	there = missing->n > before ? 0 : lake_look(l, &d->db, e);
	if (there == -1 || missing->n > before)
		return there;
	if (l->data == NULL)
		return lake_lacks_data(l, e);
	if (there == 1 && l->catalog != LAKE_ICEBERG && s3_is(l->data) &&
		lake_try(l, &d->db, e) == -1)
		return -1;
	return s3_is(l->data) || lacks_data(s, there, missing, e) == 0 ? there : -1;
}

/* One after the other: SQLite's and DuckDB's catalogs see to it at the commit, PostgreSQL's has a lock. */
static int
begin_lake(struct session *s, struct ant_err *e)
{
	struct load_duckdb *d = s->self;

	if (lake_make(d->lake, &d->db, e) == -1 || choose_columns(s, e) == -1)
		return -1;
	return lake_begin(d->lake, &d->db, s->load->into, e);
}

static int
begin(struct session *s, struct ant_err *e)
{
	struct load_duckdb *d = s->self;

	if (db_duckdb_make(&d->db, e) == -1 || choose_columns(s, e) == -1)
		return -1;
	return session_run_text(s, s->ops->begin, e);
}

static void
put_shape(struct session *s, const char *table)
{
	buf_puts(&s->sql,
		"SELECT CASE table_type WHEN 'BASE TABLE' THEN '1' ELSE '0' END, '', '', '' FROM "
		"information_schema.tables WHERE table_schema = current_schema() AND table_catalog "
		"= "
		"current_database() AND lower(table_name) = lower(");
	sql_literal(&s->sql, SQL_DUCKDB, table);
	buf_putc(&s->sql, ')');
}

/* DuckDB looks at the columns of all there is: tens of milliseconds. */
static void
put_columns(struct session *s, const char *table)
{
	buf_puts(&s->sql,
		"SELECT '1', '', column_name, data_type FROM duckdb_columns() WHERE schema_name = "
		"current_schema() AND database_name = current_database() AND lower(table_name) = "
		"lower(");
	sql_literal(&s->sql, SQL_DUCKDB, table);
	buf_putc(&s->sql, ')');
}

/* Iceberg's columns are not listed before a table was touched. */
static void
put_described(struct session *s, const char *table)
{
	buf_puts(&s->sql, "SELECT '1', '', column_name, column_type FROM (DESCRIBE ");
	sql_ident(&s->sql, SQL_DUCKDB, table);
	buf_putc(&s->sql, ')');
}

/* Append the rows of R to TABLE, in SCHEMA where that is not NULL. */
static int
append(struct session *s, const char *schema, const char *table, struct rows *r, struct ant_err *e)
{
	struct load_duckdb *d = s->self;
	const struct row_cell *cells;
	int more;

	if (db_duckdb_append_start(&d->db, schema, table, d->columns, r->ncolumns, e) == -1)
		return -1;
	while ((more = rows_next(r, &cells, e)) == 1)
		if (db_duckdb_append_row(&d->db, cells, e) == -1)
			return -1;
	return more == -1 ? -1 : db_duckdb_append_end(&d->db, e);
}

static int
rows(struct session *s, int64_t *stored, struct ant_err *e)
{
	const struct load_duckdb *d = s->self;
	const struct load *l = s->load;

	(void)stored; /* nothing in DuckDB keeps a row away */
	if (l->dry_run)
		return 0;
	return s->staged ? append(s, NULL, stage, l->rows, e)
			 : append(s, d->lake != NULL ? d->lake->space : NULL, l->into, l->rows, e);
}

static int
take_again(struct session *s, struct rows *r, int64_t *dropped, struct ant_err *e)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (strcasecmp(r->columns[i].name, "rowid") == 0)
			return err_set(e, ANT_FAIL,
				"the column '%s' hides the row's number, by which the last is "
				"found",
				r->columns[i].name);
	if (session_make_stage(s, s->ops->again_head, e) == -1 ||
		append(s, NULL, s->ops->again, r, e) == -1)
		return -1;
	buf_clear(&s->sql);
	load_sql_last(&s->sql, SQL_DUCKDB, s->load, s->ops->again, "rowid");
	return session_run(s, dropped, e);
}

static int
commit(struct session *s, struct ant_err *e)
{
	struct load_duckdb *d = s->self;
	int is_new = d->db.fresh.path != NULL;
	struct ant_err why;

	if (session_run_text(s, "COMMIT", e) == -1)
		return -1;
	/* What the log holds is safe, but duckdb_close() would not say that it stays there. */
	if (session_run_text(s, "CHECKPOINT", &why) == -1) {
		if (is_new) {
			*e = why;
			return -1;
		}
		snprintf(d->warning, sizeof d->warning, "%.500s", why.msg);
	}
	return is_new ? db_duckdb_publish(&d->db, e) : 0;
}

static int
commit_lake(struct session *s, struct ant_err *e)
{
	struct load_duckdb *d = s->self;

	if (!s->load->dry_run && lake_settle(d->lake, &d->db, e) == -1)
		return -1;
	if (session_run_text(s, "COMMIT", e) == 0)
		return 0;
	if ((d->lake->catalog == LAKE_POSTGRESQL || is_iceberg(d)) && e->status != ANT_LOCKED)
		err_prefix(e, "COMMIT failed, and where the connection was lost in it, whether the "
			      "rows are in is not "
			      "known; loading them again is safe unless the mode is append: ");
	return -1;
}

static int
take_yes(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int *)arg = texts[0] != NULL && *texts[0] != '0';
	return 0;
}

/* Some catalogs of Iceberg confirm both of two commits that come at once, and keep one: which, the ledger knows. */
static int
commit_iceberg(struct session *s, struct ant_err *e)
{
	int kept = 0;

	if (commit_lake(s, e) == -1)
		return -1;
	if (s->load->dry_run)
		return 0;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT CAST(count(*) AS BIGINT) FROM ");
	sql_name(&s->sql, SQL_DUCKDB, s->schema, SQL_LEDGER);
	buf_puts(&s->sql, " WHERE load_id = ");
	sql_literal(&s->sql, SQL_DUCKDB, s->ledger.load);
	if (each(s, buf_str(&s->sql), 1, take_yes, &kept, e) == -1)
		return err_prefix(
			e, "COMMIT was confirmed, and what the catalog has is not known: ");
	if (kept)
		return 0;
	/* Loaded again nothing comes twice, but what is appended: of a catalog like that nobody knows. */
	return err_set(e, s->load->mode == MODE_APPEND ? ANT_FAIL : ANT_LOCKED,
		"%s: the catalog has confirmed this load, and lost it to another one that came at "
		"once: load it again",
		s->name);
}

/* Where a table is read by time, a window of it is in the files of its months. */
static int
partition(struct session *s, struct ant_err *e)
{
	const struct rows *r = s->load->rows;
	const char *column;

	if (!r->window)
		return 0;
	column = s->load->columns[r->time_column].name;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "ALTER TABLE ");
	session_put_table(s);
	buf_puts(&s->sql, " SET PARTITIONED BY (year(");
	sql_ident(&s->sql, SQL_DUCKDB, column);
	buf_puts(&s->sql, "), month(");
	sql_ident(&s->sql, SQL_DUCKDB, column);
	buf_puts(&s->sql, "))");
	return session_run(s, NULL, e);
}

static void
undo(struct session *s, const char *reason)
{
	struct load_duckdb *d = s->self;

	(void)reason;
	db_duckdb_close(&d->db);
}

static void
free_it(void *self)
{
	struct load_duckdb *d = self;

	db_duckdb_close(&d->db);
	lake_free(d->lake);
	free(d->columns);
	free(d);
}

static const struct session_ops file_ops = {
	.dialect = SQL_DUCKDB,
	.target = "duckdb",
	.begin = "BEGIN TRANSACTION",
	.thing = "file",
	.not_table = "view",
	.stage = stage,
	.stage_head = stage,
	.stage_tail = " LIMIT 0",
	.again = again,
	.again_head = again,
	/* This way needs no time zones, an extension. */
	.time = {"strftime(make_timestamp(epoch_us(", ")), '%Y-%m-%dT%H:%M:%SZ')"},
	.hour = {"strftime(make_timestamp(epoch_us(", ")), '%Y-%m-%dT%H')"},
	.day = {"strftime(", ", '%Y-%m-%d')"},
	.order = ", rowid",
	.ignores_case = 1,
	.check = check,
	.look = look,
	.open = begin,
	.probe = probe,
	.run = run,
	.each = each,
	.put_shape = put_shape,
	.put_columns = put_columns,
	.rows = rows,
	.take_again = take_again,
	.put_close = history_put_close,
	.put_open = history_put_open,
	.commit = commit,
	.abort = undo,
	.free = free_it,
};

/* What is different in a lake. */
static void
be_lake(struct session_ops *ops)
{
	ops->target = "ducklake";
	ops->thing = "lake";
	ops->open = begin_lake;
	ops->probe = probe_lake;
	ops->after_create = partition;
	ops->commit = commit_lake;
}

/* And in one of Iceberg, which knows less. */
static void
be_iceberg(struct session_ops *ops)
{
	ops->target = "iceberg";
	ops->put_columns = put_described;
	ops->after_create = NULL;
	ops->commit = commit_iceberg;
	ops->order = "";
}

int
load_duckdb(const char *where, const char *library, struct load_dest *to, struct ant_err *e)
{
	struct load_duckdb *d = calloc(1, sizeof *d);

	if (d == NULL)
		return err_sys(e, ANT_FAIL, "%s", where);
	d->ops = file_ops;
	if (lake_is(where)) {
		if ((d->lake = lake_new(where, library, e)) == NULL) {
			free(d);
			return -1;
		}
		where = d->lake->name;
		be_lake(&d->ops);
		if (is_iceberg(d))
			be_iceberg(&d->ops);
	}
	if (db_duckdb_init(&d->db, where, library, e) == -1) {
		lake_free(d->lake);
		free(d);
		return -1;
	}
	return session_new(&d->ops, d, where, NULL, to, e);
}

const char *
load_duckdb_warning(const struct load_dest *dest)
{
	return ((struct load_duckdb *)((struct session *)dest->self)->self)->warning;
}
