#include "load/duckdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "db/duckdb.h"
#include "db/duckdb_file.h"
#include "load/sql.h"

static const char stage[] = "_anthill_rows"; /* where the rows of a merge arrive */

struct load_duckdb {
	struct db_duckdb db;
	struct db_duckdb_file file;
	struct sql_column *columns; /* those of the load, in types that the library has */
	int new_table;
	struct buf sql;
	const struct load *load;
	char warning[512];
};

static int
no_memory(struct load_duckdb *d, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", d->file.name);
}

/* Run the statement in d->sql, or write it into the plan; *ROWS is how many it touched. */
static int
run(struct load_duckdb *d, int64_t *rows, struct ant_err *e)
{
	const char *sql = buf_str(&d->sql);

	if (sql == NULL || !d->load->dry_run)
		return db_duckdb_run(&d->db, sql, rows, e);
	buf_printf(d->load->plan, "%s;\n", sql);
	return d->load->plan->failed ? no_memory(d, e) : 0;
}

static int
run_text(struct load_duckdb *d, const char *sql, struct ant_err *e)
{
	buf_clear(&d->sql);
	buf_puts(&d->sql, sql);
	return run(d, NULL, e);
}

struct answer {
	char text[128];
	int found;
};

static int
take_answer(void *arg, const char *const *texts, struct ant_err *e)
{
	struct answer *a = arg;

	(void)e;
	snprintf(a->text, sizeof a->text, "%s", texts[0]);
	a->found = 1;
	return 0;
}

/* Ask what stands in d->sql for one text. */
static int
ask(struct load_duckdb *d, struct answer *a, struct ant_err *e)
{
	memset(a, 0, sizeof *a);
	return db_duckdb_each(&d->db, buf_str(&d->sql), 1, take_answer, a, e);
}

/* The columns of the load; JSON is text where the library was built without it. */
static int
choose_columns(struct load_duckdb *d, struct ant_err *e)
{
	size_t n = d->load->rows->ncolumns;
	int json = d->db.conn == NULL || db_duckdb_has_json(&d->db);

	if ((d->columns = calloc(n, sizeof *d->columns)) == NULL)
		return no_memory(d, e);
	for (size_t i = 0; i < n; i++) {
		d->columns[i] = d->load->columns[i];
		if (d->columns[i].type == TYPE_JSON && !json)
			d->columns[i].type = TYPE_TEXT;
	}
	return 0;
}

/* Add to the existing table what the stream has and it has not.  DuckDB ignores case. */
static int
widen(struct load_duckdb *d, struct ant_err *e)
{
	const struct load *l = d->load;

	for (size_t i = 0; i < l->rows->ncolumns; i++) {
		const char *wanted = sql_type(SQL_DUCKDB, d->columns[i].type);
		struct answer is;

		buf_clear(&d->sql);
		buf_puts(&d->sql,
			"SELECT data_type FROM duckdb_columns() WHERE schema_name = 'main' AND "
			"database_name = current_database() AND lower(table_name) = lower(");
		sql_literal(&d->sql, SQL_DUCKDB, l->into);
		buf_puts(&d->sql, ") AND lower(column_name) = lower(");
		sql_literal(&d->sql, SQL_DUCKDB, d->columns[i].name);
		buf_putc(&d->sql, ')');
		if (ask(d, &is, e) == -1)
			return -1;
		if (is.found && strcasecmp(is.text, wanted) != 0)
			return load_type_differs(e, l->into, d->columns[i].name, is.text, wanted);
		if (is.found)
			continue;
		buf_clear(&d->sql);
		sql_add_column(&d->sql, SQL_DUCKDB, NULL, l->into, &d->columns[i]);
		if (run(d, NULL, e) == -1)
			return -1;
	}
	return 0;
}

static int
make_table(struct load_duckdb *d, struct ant_err *e)
{
	const struct load *l = d->load;
	struct answer kind = {"", 0};

	buf_clear(&d->sql);
	buf_puts(&d->sql,
		"SELECT table_type FROM information_schema.tables WHERE table_schema = 'main' AND "
		"table_catalog = current_database() AND lower(table_name) = lower(");
	sql_literal(&d->sql, SQL_DUCKDB, l->into);
	buf_putc(&d->sql, ')');
	if (d->db.conn != NULL && ask(d, &kind, e) == -1)
		return -1;
	if (kind.found && strcmp(kind.text, "BASE TABLE") != 0)
		return err_set(
			e, ANT_FAIL, "%s: '%.200s' is a view, not a table", d->file.name, l->into);
	if (kind.found)
		return widen(d, e);
	d->new_table = 1;
	buf_clear(&d->sql);
	sql_create_table(&d->sql, SQL_DUCKDB, NULL, l->into, d->columns, l->rows->ncolumns);
	return run(d, NULL, e);
}

/* Remove what the mode replaces; *HELD is how many rows that was, or would be. */
static int
remove_old(struct load_duckdb *d, int64_t *held, struct ant_err *e)
{
	const struct load *l = d->load;
	struct answer count;

	if (d->new_table || (l->mode != MODE_WINDOW && l->mode != MODE_REPLACE))
		return 0;
	if (l->dry_run) {
		buf_clear(&d->sql);
		load_sql_delete(&d->sql, SQL_DUCKDB, NULL, l, "SELECT count(*)::VARCHAR");
		if (ask(d, &count, e) == -1)
			return -1;
		*held = strtoll(count.text, NULL, 10);
	}
	buf_clear(&d->sql);
	load_sql_delete(&d->sql, SQL_DUCKDB, NULL, l, "DELETE");
	return run(d, held, e);
}

/* A table for the rows of a merge, of exactly the target's types. */
static int
make_stage(struct load_duckdb *d, struct ant_err *e)
{
	buf_clear(&d->sql);
	buf_printf(&d->sql, "CREATE TEMPORARY TABLE %s AS\n\tSELECT ", stage);
	sql_idents(&d->sql, SQL_DUCKDB, d->columns, d->load->rows->ncolumns);
	buf_puts(&d->sql, " FROM ");
	sql_ident(&d->sql, SQL_DUCKDB, d->load->into);
	buf_puts(&d->sql, " LIMIT 0");
	return run(d, NULL, e);
}

static int
begin(void *self, const struct load *l, int64_t *held, struct ant_err *e)
{
	struct load_duckdb *d = self;

	d->load = l;
	if (strcasecmp(l->into, stage) == 0) /* it would hide the table of that name */
		return err_set(e, ANT_USAGE, "--table: %s is the loader's own", stage);
	if ((l->dry_run ? db_duckdb_file_look(&d->file, e) : db_duckdb_file_open(&d->file, e)) ==
			-1 ||
		choose_columns(d, e) == -1 || run_text(d, "BEGIN TRANSACTION", e) == -1 ||
		make_table(d, e) == -1 || remove_old(d, held, e) == -1)
		return -1;
	if (l->mode == MODE_MERGE && make_stage(d, e) == -1)
		return -1;
	if (l->dry_run)
		return 0;
	return db_duckdb_append_start(
		&d->db, l->mode == MODE_MERGE ? stage : l->into, d->columns, l->rows->ncolumns, e);
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct load_duckdb *d = self;
	const struct row_cell *cells;
	int more;

	while ((more = rows_next(r, &cells, e)) == 1)
		if (!d->load->dry_run && db_duckdb_append_row(&d->db, cells, e) == -1)
			return -1;
	if (more == -1 || d->load->dry_run)
		return more;
	return db_duckdb_append_end(&d->db, e);
}

/* Replace the rows of the same key by those in the stage. */
static int
merge(struct load_duckdb *d, struct ant_err *e)
{
	const struct load *l = d->load;

	buf_clear(&d->sql);
	buf_puts(&d->sql, "DELETE FROM ");
	sql_ident(&d->sql, SQL_DUCKDB, l->into);
	buf_printf(&d->sql, " t USING %s s\n\tWHERE ", stage);
	for (size_t i = 0; i < l->rows->nkey; i++) {
		buf_puts(&d->sql, i > 0 ? "\n\tAND t." : "t.");
		sql_ident(&d->sql, SQL_DUCKDB, l->key[i].name);
		buf_puts(&d->sql, " IS NOT DISTINCT FROM s.");
		sql_ident(&d->sql, SQL_DUCKDB, l->key[i].name);
	}
	if (run(d, NULL, e) == -1)
		return -1;
	buf_clear(&d->sql);
	load_sql_insert(&d->sql, SQL_DUCKDB, NULL, l, stage);
	return run(d, NULL, e);
}

static int
commit(void *self, const struct receipt_entry *entry, const char **into, struct ant_err *e)
{
	struct load_duckdb *d = self;
	struct ant_err why;

	(void)into; /* the bare name is the receipt's, too */
	if (d->load->mode == MODE_MERGE && merge(d, e) == -1)
		return -1;
	buf_clear(&d->sql);
	sql_create_ledger(&d->sql, SQL_DUCKDB, NULL);
	if (run(d, NULL, e) == -1)
		return -1;
	buf_clear(&d->sql);
	load_sql_ledger(&d->sql, SQL_DUCKDB, NULL, entry);
	if (run(d, NULL, e) == -1 || run_text(d, "COMMIT", e) == -1)
		return -1;
	/* What the log holds is safe, but duckdb_close() would not say that it stays there. */
	if (run_text(d, "CHECKPOINT", &why) == -1) {
		if (db_duckdb_file_is_new(&d->file)) {
			*e = why;
			return -1;
		}
		snprintf(d->warning, sizeof d->warning, "%.500s", why.msg);
	}
	return db_duckdb_file_is_new(&d->file) ? db_duckdb_file_publish(&d->file, e) : 0;
}

static void
close_all(struct load_duckdb *d)
{
	db_duckdb_file_close(&d->file);
	free(d->columns);
	d->columns = NULL;
}

static void
undo(void *self, const char *reason)
{
	(void)reason;
	close_all(self);
}

static int
take_entry(void *arg, const char *const *texts, struct ant_err *e)
{
	return receipt_print(arg, "duckdb", texts, e);
}

static int
ledger(void *self, struct out *to, struct ant_err *e)
{
	static const char *const times[] = {"window_from", "window_to", "watermark", "finished"};
	struct load_duckdb *d = self;
	struct answer there;
	struct buf sql;
	int status = db_duckdb_file_look(&d->file, e);

	if (status != 1)
		return status == 0 ? err_set(e, ANT_FAIL, "%s: there is no such file", d->file.name)
				   : -1;
	buf_clear(&d->sql);
	buf_puts(&d->sql, "SELECT 'yes' FROM duckdb_tables() WHERE schema_name = 'main' AND "
			  "table_name = '" SQL_LEDGER "'");
	if ((status = ask(d, &there, e)) == -1 || !there.found)
		return status;
	buf_init(&sql, LOAD_TEXT_MAX);
	buf_puts(&sql, "SELECT table_name, into_table, mode");
	for (size_t i = 0; i < 4; i++) /* this way needs no time zones, an extension */
		buf_printf(&sql,
			"%s, strftime(make_timestamp(epoch_us(%s)), '%%Y-%%m-%%dT%%H:%%M:%%SZ')",
			i == 2 ? ", rows::VARCHAR" : "", times[i]);
	buf_puts(&sql, " FROM " SQL_LEDGER " ORDER BY finished, rowid");
	status = db_duckdb_each(&d->db, buf_str(&sql), 8, take_entry, to, e);
	buf_free(&sql);
	return status;
}

struct load_duckdb *
load_duckdb_new(const char *file, const char *library, struct ant_err *e)
{
	struct load_duckdb *d = calloc(1, sizeof *d);

	if (d == NULL) {
		err_sys(e, ANT_FAIL, "%s", file);
		return NULL;
	}
	d->file.db = &d->db;
	d->file.name = file;
	buf_init(&d->sql, LOAD_TEXT_MAX);
	if (db_duckdb_init(&d->db, file, library, e) == 0)
		return d;
	free(d);
	return NULL;
}

void
load_duckdb_free(struct load_duckdb *d)
{
	if (d == NULL)
		return;
	close_all(d);
	buf_free(&d->sql);
	free(d);
}

struct load_dest
load_duckdb_dest(struct load_duckdb *d)
{
	const struct load_dest dest = {d, "duckdb", begin, rows, commit, undo, ledger};

	return dest;
}

const char *
load_duckdb_warning(const struct load_duckdb *d)
{
	return d->warning;
}
