#include "load/sqlite.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "db/sqlite.h"
#include "load/sql.h"

enum { NAMES = 3 };

/* Names in the temporary schema: the stream, and where the rows of a merge wait. */
#define SOURCE "temp._anthill_source"
#define STAGE "temp._anthill_stage"

struct load_sqlite {
	struct sqlite *db;
	const char *file;
	int there; /* the database is open: not so in a dry run on a FILE that is not there */
	int new_table;
	int guarded; /* the table has triggers, which may stop a change unseen */
	struct buf sql;
	const struct load *load;
};

static int
no_memory(struct load_sqlite *d, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", d->file);
}

/* Run the statement in d->sql, or write it into the plan; *ROWS is how many it touched. */
static int
run(struct load_sqlite *d, int64_t *rows, struct ant_err *e)
{
	const char *sql = buf_str(&d->sql);

	if (sql == NULL || !d->load->dry_run)
		return sqlite_run(d->db, sql, rows, e);
	buf_printf(d->load->plan, "%s;\n", sql);
	return d->load->plan->failed ? no_memory(d, e) : 0;
}

static int
run_text(struct load_sqlite *d, const char *sql, struct ant_err *e)
{
	buf_clear(&d->sql);
	buf_puts(&d->sql, sql);
	return run(d, NULL, e);
}

static int
take_number(void *arg, const char *const *texts, struct ant_err *e)
{
	int64_t *n = arg;

	(void)e;
	*n = texts[0] != NULL ? strtoll(texts[0], NULL, 10) : 0;
	return 0;
}

/* The integer that SQL answers with; TEXT is its parameter where it is not NULL. */
static int
ask(struct load_sqlite *d, const char *sql, const char *text, int64_t *n, struct ant_err *e)
{
	return sqlite_each(d->db, sql, &text, text != NULL, take_number, n, e);
}

struct declaration {
	struct load_sqlite *d;
	char *type;
};

static int
take_type(void *arg, const char *const *texts, struct ant_err *e)
{
	struct declaration *is = arg;

	is->type = strdup(texts[0] != NULL ? texts[0] : "");
	return is->type != NULL ? 0 : no_memory(is->d, e);
}

/* The declared type of COLUMN of the load's table, for free(); *TYPE NULL where there is none. */
static int
declared(struct load_sqlite *d, const char *column, char **type, struct ant_err *e)
{
	const char *const params[] = {d->load->into, column};
	struct declaration is = {d, NULL};
	int status;

	status = sqlite_each(d->db,
		"SELECT type FROM pragma_table_xinfo(?1, 'main') WHERE name = ?2 COLLATE NOCASE",
		params, 2, take_type, &is, e);
	if (status == -1) {
		free(is.type);
		is.type = NULL;
	}
	*type = is.type;
	return status;
}

/* Names that differ by case alone are one to SQLite, and an INSERT takes one of the two. */
static int
check_names(const struct load *l, struct ant_err *e)
{
	for (size_t i = 1; i < l->rows->ncolumns; i++)
		for (size_t j = 0; j < i; j++)
			if (strcasecmp(l->columns[i].name, l->columns[j].name) == 0)
				return err_set(e, ANT_FAIL,
					"table '%.200s': the columns '%.200s' and '%.200s' are one "
					"to SQLite",
					l->into, l->columns[j].name, l->columns[i].name);
	return 0;
}

/* Add to the existing table what the stream has and it has not. */
static int
widen(struct load_sqlite *d, struct ant_err *e)
{
	const struct load *l = d->load;

	for (size_t i = 0; i < l->rows->ncolumns; i++) {
		const char *wanted = sql_type(SQL_SQLITE, l->columns[i].type);
		char *is;
		int differs;

		if (declared(d, l->columns[i].name, &is, e) == -1)
			return -1;
		differs = is != NULL && strcasecmp(is, wanted) != 0;
		if (differs)
			load_type_differs(e, l->into, l->columns[i].name, is, wanted);
		free(is);
		if (differs)
			return -1;
		if (is != NULL)
			continue;
		buf_clear(&d->sql);
		sql_add_column(&d->sql, SQL_SQLITE, NULL, l->into, &l->columns[i]);
		if (run(d, NULL, e) == -1)
			return -1;
	}
	return 0;
}

static int
make_table(struct load_sqlite *d, struct ant_err *e)
{
	const struct load *l = d->load;
	int64_t tables = 0, others = 0, triggers = 0;

	if (d->there && (ask(d,
				 "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND "
				 "name = ?1 COLLATE NOCASE",
				 l->into, &tables, e) == -1 ||
				ask(d,
					"SELECT count(*) FROM sqlite_schema WHERE type = "
					"'trigger' AND tbl_name = ?1 COLLATE NOCASE",
					l->into, &triggers, e) == -1 ||
				ask(d,
					"SELECT count(*) FROM sqlite_schema WHERE type <> "
					"'table' AND name = ?1 COLLATE NOCASE",
					l->into, &others, e) == -1))
		return -1;
	if (others > 0)
		return err_set(e, ANT_FAIL, "%s: '%.200s' is a view or an index, not a table",
			d->file, l->into);
	d->guarded = triggers > 0;
	if (tables > 0)
		return widen(d, e);
	d->new_table = 1;
	buf_clear(&d->sql);
	sql_create_table(&d->sql, SQL_SQLITE, NULL, l->into, l->columns, l->rows->ncolumns);
	return run(d, NULL, e);
}

/* Where a trigger can keep rows from us, none of those that SQL counts may be left. */
static int
check_removed(struct load_sqlite *d, struct ant_err *e)
{
	int64_t left;

	if (ask(d, buf_str(&d->sql), NULL, &left, e) == -1)
		return -1;
	if (left == 0)
		return 0;
	return err_set(e, ANT_FAIL, "%s: '%.200s' keeps %" PRId64 " old rows: a trigger saves some",
		d->file, d->load->into, left);
}

/* Insert FROM, all rows of the stream. */
static int
insert(struct load_sqlite *d, const char *from, struct ant_err *e)
{
	const struct load *l = d->load;
	int64_t stored = 0;

	buf_clear(&d->sql);
	load_sql_insert(&d->sql, SQL_SQLITE, "main", l, from);
	if (run(d, &stored, e) == -1)
		return -1;
	if (l->dry_run || stored == l->rows->count)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: '%.200s' took %" PRId64 " rows of %" PRId64 ": a trigger drops some", d->file,
		l->into, stored, l->rows->count);
}

/* Remove what the mode replaces; *HELD is how many rows that was. */
static int
remove_old(struct load_sqlite *d, int64_t *held, struct ant_err *e)
{
	const struct load *l = d->load;

	if (d->new_table || (l->mode != MODE_WINDOW && l->mode != MODE_REPLACE))
		return 0;
	if (l->dry_run) {
		buf_clear(&d->sql);
		load_sql_delete(&d->sql, SQL_SQLITE, NULL, l, "SELECT count(*)");
		if (ask(d, buf_str(&d->sql), NULL, held, e) == -1)
			return -1;
	}
	buf_clear(&d->sql);
	load_sql_delete(&d->sql, SQL_SQLITE, NULL, l, "DELETE");
	if (run(d, held, e) == -1)
		return -1;
	if (l->dry_run || !d->guarded)
		return 0;
	buf_clear(&d->sql);
	load_sql_delete(&d->sql, SQL_SQLITE, NULL, l, "SELECT count(*)");
	return check_removed(d, e);
}

static int
create_index(struct load_sqlite *d, struct ant_err *e)
{
	buf_clear(&d->sql);
	return load_sql_index(&d->sql, SQL_SQLITE, "main", d->load) ? run(d, NULL, e) : 0;
}

/* A name of the row's number that no column of the table has taken; NULL where all are. */
static const char *
rowid_name(struct load_sqlite *d, struct ant_err *e)
{
	static const char *const names[NAMES] = {"_rowid_", "rowid", "oid"};
	const struct load *l = d->load;

	for (size_t i = 0; i < NAMES; i++) {
		char *type = NULL;
		int taken = 0;

		if (d->there && declared(d, names[i], &type, e) == -1)
			return NULL;
		taken = type != NULL;
		free(type);
		for (size_t c = 0; c < l->rows->ncolumns; c++)
			taken |= strcasecmp(l->columns[c].name, names[i]) == 0;
		if (!taken)
			return names[i];
	}
	err_set(e, ANT_FAIL, "table '%.200s': columns hide the row's number, which merge needs",
		l->into);
	return NULL;
}

/* VERB for the rows of the target whose key is in the stage. */
static void
put_old(struct load_sqlite *d, const char *verb, const char *rowid)
{
	const struct load *l = d->load;

	buf_clear(&d->sql);
	buf_printf(&d->sql, "%s FROM main.", verb);
	sql_ident(&d->sql, SQL_SQLITE, l->into);
	buf_printf(&d->sql, "\n\tWHERE %s IN (SELECT t.%s FROM " STAGE " s CROSS JOIN main.", rowid,
		rowid);
	sql_ident(&d->sql, SQL_SQLITE, l->into);
	buf_puts(&d->sql, " t\n\tON ");
	for (size_t i = 0; i < l->rows->nkey; i++) {
		buf_puts(&d->sql, i == 0 ? "t." : " AND t.");
		sql_ident(&d->sql, SQL_SQLITE, l->key[i].name);
		buf_printf(&d->sql, " IS s.c%zu", l->rows->key[i]);
	}
	buf_putc(&d->sql, ')');
}

/*
 * Merge: the rows wait in a temporary table, for those of the stream that share a key
 * all stay; only then the old rows of their keys go.
 */
static int
merge(struct load_sqlite *d, struct ant_err *e)
{
	const struct load *l = d->load;
	const char *rowid = rowid_name(d, e);

	if (rowid == NULL || (!d->new_table && create_index(d, e) == -1))
		return -1;
	put_old(d, "DELETE", rowid);
	if (run(d, NULL, e) == -1)
		return -1;
	if (!l->dry_run && d->guarded) {
		put_old(d, "SELECT count(*)", rowid);
		if (check_removed(d, e) == -1)
			return -1;
	}
	return insert(d, STAGE, e);
}

static int
begin(void *self, const struct load *l, int64_t *held, struct ant_err *e)
{
	struct load_sqlite *d = self;
	int there = 1;

	d->load = l;
	if (l->dry_run) {
		if ((there = sqlite_look(d->db, e)) == -1 ||
			run_text(d, "BEGIN IMMEDIATE", e) == -1)
			return -1;
	} else if (sqlite_begin(d->db, e) == -1) {
		return -1;
	}
	d->there = there;
	if (check_names(l, e) == -1 || make_table(d, e) == -1 || remove_old(d, held, e) == -1)
		return -1;
	return l->dry_run ? 0 : sqlite_stream(d->db, SOURCE, l->rows, l->columns, e);
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct load_sqlite *d = self;
	const struct row_cell *cells;
	int more = 0, merged = d->load->mode == MODE_MERGE;

	if (merged ? run_text(d, "CREATE TABLE " STAGE " AS SELECT * FROM " SOURCE, e) == -1
		   : insert(d, SOURCE, e) == -1)
		return -1;
	while (d->load->dry_run && (more = rows_next(r, &cells, e)) == 1)
		;
	return more == -1 || !merged ? more : merge(d, e);
}

static int
commit(void *self, const struct receipt_entry *entry, const char **into, struct ant_err *e)
{
	struct load_sqlite *d = self;

	(void)into; /* the bare name is the receipt's, too */
	if (d->new_table && create_index(d, e) == -1)
		return -1;
	buf_clear(&d->sql);
	sql_create_ledger(&d->sql, SQL_SQLITE, NULL);
	if (run(d, NULL, e) == -1)
		return -1;
	buf_clear(&d->sql);
	load_sql_ledger(&d->sql, SQL_SQLITE, NULL, entry);
	if (run(d, NULL, e) == -1)
		return -1;
	return d->load->dry_run ? run_text(d, "COMMIT", e) : sqlite_commit(d->db, e);
}

static void
undo(void *self, const char *reason)
{
	struct load_sqlite *d = self;

	(void)reason;
	sqlite_close(d->db);
}

static int
take_entry(void *arg, const char *const *texts, struct ant_err *e)
{
	return receipt_print(arg, "sqlite", texts, e);
}

static int
ledger(void *self, struct out *to, struct ant_err *e)
{
	struct load_sqlite *d = self;
	int64_t there = 0;
	int status;

	if ((status = sqlite_look(d->db, e)) != 1)
		return status == 0 ? err_set(e, ANT_FAIL, "%s: there is no such file", d->file)
				   : -1;
	if (ask(d, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1",
		    SQL_LEDGER, &there, e) == -1)
		return -1;
	if (there == 0)
		return 0;
	return sqlite_each(d->db,
		"SELECT table_name, into_table, mode, window_from, window_to, rows, watermark, "
		"finished FROM " SQL_LEDGER " ORDER BY finished, _rowid_",
		NULL, 0, take_entry, to, e);
}

struct load_sqlite *
load_sqlite_new(const char *file, struct ant_err *e)
{
	struct load_sqlite *d = calloc(1, sizeof *d);

	if (d == NULL) {
		err_sys(e, ANT_FAIL, "%s", file);
		return NULL;
	}
	d->file = file;
	buf_init(&d->sql, LOAD_TEXT_MAX);
	if ((d->db = sqlite_new(file, e)) != NULL)
		return d;
	load_sqlite_free(d);
	return NULL;
}

void
load_sqlite_free(struct load_sqlite *d)
{
	if (d == NULL)
		return;
	sqlite_free(d->db);
	buf_free(&d->sql);
	free(d);
}

struct load_dest
load_sqlite_dest(struct load_sqlite *d)
{
	const struct load_dest dest = {d, "sqlite", begin, rows, commit, undo, ledger};

	return dest;
}

size_t
load_sqlite_as_text(const struct load_sqlite *d)
{
	return sqlite_as_text(d->db);
}
