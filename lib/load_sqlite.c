#include "load_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load_sql.h"
#include "real.h"

enum {
	WAIT_MS = 500,	  /* for a lock: a second load must give up within a second */
	CACHE_KIB = 4096, /* of pages, and for building the index */
	NAMES = 3
};

/* Names in the temporary schema: the stream, and where the rows of a merge wait. */
#define SOURCE "temp._anthill_source"
#define STAGE "temp._anthill_stage"

struct load_sqlite {
	const char *file;
	char *path; /* FILE as a path that SQLite cannot take for anything else */
	int fd;	    /* holds the lock of loaders on FILE; closed after db, or POSIX locks go */
	int created, begun, new_table;
	int guarded;  /* the table has triggers, which may stop a change unseen */
	int rollback; /* the file was no WAL database, and is to be none unless this load commits */
	sqlite3 *db;  /* NULL in a dry run on a FILE that is not there */
	struct buf sql;
	const struct load *load;
	size_t as_text;
	struct ant_err *stream_error; /* where the source of rows leaves its reason */
	int stream_failed;
};

/* The failure of the last call on the database. */
static int
failed(struct load_sqlite *d, const char *what, struct ant_err *e)
{
	int code = sqlite3_errcode(d->db) & 0xff;

	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return err_set(e, ANT_LOCKED, "%s: another process has locked it", d->file);
	return err_set(e, ANT_FAIL, "%s: %s%s%s", d->file, what, *what != '\0' ? ": " : "",
		sqlite3_errmsg(d->db));
}

static int
no_memory(struct load_sqlite *d, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", d->file);
}

/* Run the statement in d->sql, or write it into the plan. */
static int
run(struct load_sqlite *d, struct ant_err *e)
{
	const char *sql = buf_str(&d->sql);

	if (sql == NULL)
		return no_memory(d, e);
	if (d->load->dry_run) {
		buf_printf(d->load->plan, "%s;\n", sql);
		return d->load->plan->failed ? no_memory(d, e) : 0;
	}
	if (sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return d->stream_failed ? -1 : failed(d, "", e); /* the stream's reason is the cause */
}

static int
run_text(struct load_sqlite *d, const char *sql, struct ant_err *e)
{
	buf_clear(&d->sql);
	buf_puts(&d->sql, sql);
	return run(d, e);
}

static sqlite3_stmt *
prepare(struct load_sqlite *d, const char *sql, struct ant_err *e)
{
	sqlite3_stmt *s = NULL;

	if (sql == NULL)
		no_memory(d, e);
	else if (sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) != SQLITE_OK)
		failed(d, "", e);
	return s;
}

/* The integer that SQL answers with; TEXT is bound where it is not NULL. */
static int
ask(struct load_sqlite *d, const char *sql, const char *text, int64_t *n, struct ant_err *e)
{
	sqlite3_stmt *s = prepare(d, sql, e);
	int code;

	if (s == NULL)
		return -1;
	if (text != NULL)
		sqlite3_bind_text(s, 1, text, -1, SQLITE_STATIC);
	if ((code = sqlite3_step(s)) == SQLITE_ROW)
		*n = sqlite3_column_int64(s, 0);
	else
		failed(d, "", e);
	sqlite3_finalize(s);
	return code == SQLITE_ROW ? 0 : -1;
}

/*
 * Open FILE and take the lock of loaders on it.  A loader that created FILE and
 * failed removes it while it holds this lock, so what was locked must still be
 * what stands under the name.
 */
static int
lock_file(struct load_sqlite *d, struct ant_err *e)
{
	struct stat held, named;

	for (int try = 0; try < 100; try++) {
		d->fd = open(d->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		d->created = d->fd != -1;
		if (d->fd == -1 && errno == EEXIST)
			d->fd = open(d->path, O_RDWR | O_CLOEXEC);
		if (d->fd == -1 && errno == ENOENT && try < 99)
			continue;
		if (d->fd == -1)
			return err_sys(e, ANT_FAIL, "%s", d->file);
		if (flock(d->fd, LOCK_EX | LOCK_NB) == -1) {
			d->created = 0;
			return errno == EWOULDBLOCK
				       ? err_set(e, ANT_LOCKED, "%s: another load is writing to it",
						 d->file)
				       : err_sys(e, ANT_FAIL, "%s: lock", d->file);
		}
		if (fstat(d->fd, &held) == 0 && stat(d->path, &named) == 0 &&
			held.st_dev == named.st_dev && held.st_ino == named.st_ino)
			return 0;
		close(d->fd);
		d->fd = -1;
	}
	return err_set(e, ANT_LOCKED, "%s: it comes and goes: another load is at work", d->file);
}

static int
open_database(struct load_sqlite *d, int flags, struct ant_err *e)
{
	if (sqlite3_open_v2(d->path, &d->db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		return sqlite3_busy_timeout(d->db, WAIT_MS) == SQLITE_OK ? 0 : failed(d, "", e);
	if (d->db == NULL)
		return no_memory(d, e);
	return failed(d, "", e);
}

/* For a look only: 1 where FILE is there, 0 where it is not. */
static int
open_to_read(struct load_sqlite *d, struct ant_err *e)
{
	/* Read-write, for a reader of a WAL database leaves its helper files behind. */
	if (access(d->path, F_OK) == -1 && errno == ENOENT)
		return 0;
	return open_database(d, SQLITE_OPEN_READWRITE, e) == -1 ? -1 : 1;
}

/* Which way the file, as it is, goes back after a failure. */
static int
note_journal(struct load_sqlite *d, struct ant_err *e)
{
	sqlite3_stmt *s = prepare(d, "PRAGMA journal_mode", e);
	int code;

	if (s == NULL)
		return -1;
	if ((code = sqlite3_step(s)) == SQLITE_ROW)
		d->rollback = sqlite3_stricmp((const char *)sqlite3_column_text(s, 0), "wal") != 0;
	else
		failed(d, "", e);
	sqlite3_finalize(s);
	return code == SQLITE_ROW ? 0 : -1;
}

static int
open_to_write(struct load_sqlite *d, struct ant_err *e)
{
	char pragmas[128];

	if (lock_file(d, e) == -1 || open_database(d, SQLITE_OPEN_READWRITE, e) == -1 ||
		note_journal(d, e) == -1)
		return -1;
	sqlite3_snprintf(sizeof pragmas, pragmas,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-%d",
		(int)CACHE_KIB);
	if (sqlite3_exec(d->db, pragmas, NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_exec(d->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return failed(d, "", e);
	d->begun = 1;
	return 0;
}

/* The declared type of COLUMN of the load's table, for free(); *TYPE NULL where there is none. */
static int
declared(struct load_sqlite *d, const char *column, char **type, struct ant_err *e)
{
	sqlite3_stmt *s;
	int code;

	*type = NULL;
	s = prepare(d,
		"SELECT type FROM pragma_table_xinfo(?1, 'main') WHERE name = ?2 COLLATE NOCASE",
		e);
	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, d->load->into, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, column, -1, SQLITE_STATIC);
	if ((code = sqlite3_step(s)) == SQLITE_ROW) {
		const unsigned char *text = sqlite3_column_text(s, 0);

		*type = strdup(text != NULL ? (const char *)text : "");
	}
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		failed(d, "", e);
	else if (code == SQLITE_ROW && *type == NULL)
		code = no_memory(d, e);
	sqlite3_finalize(s);
	return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
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
		if (run(d, e) == -1)
			return -1;
	}
	return 0;
}

static int
make_table(struct load_sqlite *d, struct ant_err *e)
{
	const struct load *l = d->load;
	int64_t tables = 0, others = 0, triggers = 0;

	if (d->db != NULL && (ask(d,
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
	return run(d, e);
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
	int64_t stored;

	buf_clear(&d->sql);
	load_sql_insert(&d->sql, SQL_SQLITE, "main", l, from);
	if (run(d, e) == -1)
		return -1;
	if (l->dry_run || (stored = sqlite3_changes64(d->db)) == l->rows->count)
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
	if (run(d, e) == -1)
		return -1;
	if (l->dry_run)
		return 0;
	*held = sqlite3_changes64(d->db);
	if (!d->guarded)
		return 0;
	buf_clear(&d->sql);
	load_sql_delete(&d->sql, SQL_SQLITE, NULL, l, "SELECT count(*)");
	return check_removed(d, e);
}

static int
create_index(struct load_sqlite *d, struct ant_err *e)
{
	buf_clear(&d->sql);
	return load_sql_index(&d->sql, SQL_SQLITE, "main", d->load) ? run(d, e) : 0;
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

		if (d->db != NULL && declared(d, names[i], &type, e) == -1)
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

static void
result_numeric(struct load_sqlite *d, sqlite3_context *to, const struct row_cell *c)
{
	double v;

	if (real_exact(c->p, c->len, &v) == 0) {
		sqlite3_result_double(to, v);
		return;
	}
	d->as_text++;
	sqlite3_result_text(to, c->p, (int)c->len, SQLITE_STATIC);
}

/* A time with a fraction: one text for one instant, so that equal times are equal texts. */
static void
result_fraction(sqlite3_context *to, const struct row_cell *c)
{
	int64_t seconds = utc_floor(c->i, 1000000) / 1000000, micros = c->i - seconds * 1000000;
	char text[UTC_TEXT + 8];

	utc_format(seconds, text);
	if (micros != 0) {
		size_t end = UTC_TEXT + 5; /* of "YYYY-MM-DDTHH:MM:SS.ffffff" */

		sqlite3_snprintf(9, text + UTC_TEXT - 2, ".%06d", (int)micros);
		while (text[end - 1] == '0')
			end--;
		strcpy(text + end, "Z");
	}
	sqlite3_result_text(to, text, -1, SQLITE_TRANSIENT);
}

/*
 * The stream as a virtual table: one INSERT ... SELECT takes all rows, which saves
 * what a statement costs for each.  See "The Virtual Table Mechanism Of SQLite".
 */
struct source {
	sqlite3_vtab base;
	struct load_sqlite *d;
};

struct source_cursor {
	sqlite3_vtab_cursor base;
	const struct row_cell *cells;
	int more;
};

static int
source_connect(
	sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **to, char **why)
{
	struct load_sqlite *d = aux;
	struct source *s;
	struct buf sql;
	int code = SQLITE_NOMEM;

	(void)argc;
	(void)argv;
	(void)why;
	if ((s = sqlite3_malloc(sizeof *s)) == NULL)
		return SQLITE_NOMEM;
	memset(s, 0, sizeof *s);
	s->d = d;
	buf_init(&sql, LOAD_TEXT_MAX);
	for (size_t i = 0; i < d->load->rows->ncolumns; i++)
		buf_printf(&sql, "%sc%zu", i == 0 ? "CREATE TABLE x(" : ", ", i);
	buf_putc(&sql, ')');
	if (buf_str(&sql) != NULL)
		code = sqlite3_declare_vtab(db, sql.data);
	buf_free(&sql);
	if (code == SQLITE_OK)
		*to = &s->base;
	else
		sqlite3_free(s);
	return code;
}

static int
source_disconnect(sqlite3_vtab *s)
{
	sqlite3_free(s);
	return SQLITE_OK;
}

static int
source_plan(sqlite3_vtab *s, sqlite3_index_info *info)
{
	(void)s;
	(void)info; /* there is one way to read a stream */
	return SQLITE_OK;
}

static int
source_open(sqlite3_vtab *s, sqlite3_vtab_cursor **to)
{
	struct source_cursor *c = sqlite3_malloc(sizeof *c);

	(void)s;
	if (c == NULL)
		return SQLITE_NOMEM;
	memset(c, 0, sizeof *c);
	*to = &c->base;
	return SQLITE_OK;
}

static int
source_close(sqlite3_vtab_cursor *c)
{
	sqlite3_free(c);
	return SQLITE_OK;
}

static int
source_next(sqlite3_vtab_cursor *base)
{
	struct source_cursor *c = (struct source_cursor *)base;
	struct load_sqlite *d = ((struct source *)base->pVtab)->d;

	c->more = rows_next(d->load->rows, &c->cells, d->stream_error);
	d->stream_failed = c->more == -1;
	return d->stream_failed ? SQLITE_ERROR : SQLITE_OK;
}

static int
source_start(sqlite3_vtab_cursor *c, int plan, const char *name, int argc, sqlite3_value **argv)
{
	(void)plan;
	(void)name;
	(void)argc;
	(void)argv;
	return source_next(c);
}

static int
source_eof(sqlite3_vtab_cursor *c)
{
	return ((struct source_cursor *)c)->more != 1;
}

static int
source_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int column)
{
	struct load_sqlite *d = ((struct source *)base->pVtab)->d;
	const struct row_cell *c = &((struct source_cursor *)base)->cells[column];
	enum type type = d->load->columns[column].type;

	if (c->null)
		sqlite3_result_null(to);
	else if (type == TYPE_BIGINT || type == TYPE_BOOLEAN)
		sqlite3_result_int64(to, c->i);
	else if (type == TYPE_DOUBLE)
		sqlite3_result_double(to, strtod(c->p, NULL));
	else if (type == TYPE_NUMERIC)
		result_numeric(d, to, c);
	else if (type == TYPE_TIMESTAMPTZ && c->len != UTC_TEXT - 1)
		result_fraction(to, c);
	else /* valid until the next row, and by then it is stored */
		sqlite3_result_text(to, c->p, (int)c->len, SQLITE_STATIC);
	return SQLITE_OK;
}

static int
source_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *id)
{
	*id = ((struct source *)base->pVtab)->d->load->rows->count;
	return SQLITE_OK;
}

/* Make the stream readable as SOURCE; in the temporary schema, where no name of the file's is. */
static int
make_source(struct load_sqlite *d, struct ant_err *e)
{
	static const sqlite3_module module = {
		.xCreate = source_connect,
		.xConnect = source_connect,
		.xBestIndex = source_plan,
		.xDisconnect = source_disconnect,
		.xDestroy = source_disconnect,
		.xOpen = source_open,
		.xClose = source_close,
		.xFilter = source_start,
		.xNext = source_next,
		.xEof = source_eof,
		.xColumn = source_column,
		.xRowid = source_rowid,
	};

	if (sqlite3_create_module(d->db, "_anthill_stream", &module, d) != SQLITE_OK ||
		sqlite3_exec(d->db, "CREATE VIRTUAL TABLE " SOURCE " USING _anthill_stream", NULL,
			NULL, NULL) != SQLITE_OK)
		return failed(d, "", e);
	return 0;
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
	if (run(d, e) == -1)
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

	d->load = l;
	if (l->dry_run) {
		if (open_to_read(d, e) == -1 || run_text(d, "BEGIN IMMEDIATE", e) == -1)
			return -1;
	} else if (open_to_write(d, e) == -1) {
		return -1;
	}
	if (check_names(l, e) == -1 || make_table(d, e) == -1 || remove_old(d, held, e) == -1)
		return -1;
	return l->dry_run ? 0 : make_source(d, e);
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct load_sqlite *d = self;
	const struct row_cell *cells;
	int more = 0, merged = d->load->mode == MODE_MERGE;

	d->stream_error = e;
	if (merged ? run_text(d, "CREATE TABLE " STAGE " AS SELECT * FROM " SOURCE, e) == -1
		   : insert(d, SOURCE, e) == -1)
		return -1;
	while (d->load->dry_run && (more = rows_next(r, &cells, e)) == 1)
		;
	return more == -1 || !merged ? more : merge(d, e);
}

static int
commit(void *self, const struct load_entry *entry, const char **into, struct ant_err *e)
{
	struct load_sqlite *d = self;

	(void)into; /* the bare name is the receipt's, too */
	if (d->new_table && create_index(d, e) == -1)
		return -1;
	buf_clear(&d->sql);
	sql_create_ledger(&d->sql, SQL_SQLITE, NULL);
	if (run(d, e) == -1)
		return -1;
	buf_clear(&d->sql);
	load_sql_ledger(&d->sql, SQL_SQLITE, NULL, entry);
	if (run(d, e) == -1 || run_text(d, "COMMIT", e) == -1)
		return -1;
	d->begun = 0;
	d->created = 0;
	d->rollback = 0;
	return 0;
}

static void
close_all(struct load_sqlite *d)
{
	if (d->begun)
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	d->begun = 0;
	if (d->rollback && !d->created) /* who reads it now keeps it from that */
		sqlite3_exec(d->db, "PRAGMA busy_timeout=0; PRAGMA journal_mode=DELETE", NULL, NULL,
			NULL);
	d->rollback = 0;
	sqlite3_close(d->db);
	d->db = NULL;
	if (d->created) /* and not committed: while the lock is held, nobody else loads into it */
		unlink(d->path);
	d->created = 0;
	if (d->fd != -1)
		close(d->fd);
	d->fd = -1;
}

static void
undo(void *self, const char *reason)
{
	(void)reason;
	close_all(self);
}

static const char *
text_of(sqlite3_stmt *s, int column)
{
	const unsigned char *text = sqlite3_column_text(s, column);

	return text != NULL ? (const char *)text : "";
}

static int
print_entries(struct load_sqlite *d, sqlite3_stmt *s, struct out *to, struct ant_err *e)
{
	struct load_entry entry;
	int code, status = 0;

	while (status == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
		memset(&entry, 0, sizeof entry);
		entry.table = text_of(s, 0);
		entry.into = text_of(s, 1);
		entry.mode = text_of(s, 2);
		sqlite3_snprintf(sizeof entry.from, entry.from, "%s", text_of(s, 3));
		sqlite3_snprintf(sizeof entry.to, entry.to, "%s", text_of(s, 4));
		entry.rows = sqlite3_column_int64(s, 5);
		sqlite3_snprintf(sizeof entry.watermark, entry.watermark, "%s", text_of(s, 6));
		sqlite3_snprintf(sizeof entry.finished, entry.finished, "%s", text_of(s, 7));
		buf_clear(&d->sql);
		load_ledger_receipt(&d->sql, "sqlite", &entry);
		status = d->sql.failed ? no_memory(d, e) : out_put(to, d->sql.data, d->sql.len, e);
	}
	if (status == 0 && code != SQLITE_DONE)
		return failed(d, "", e);
	return status;
}

static int
ledger(void *self, struct out *to, struct ant_err *e)
{
	struct load_sqlite *d = self;
	sqlite3_stmt *s;
	int64_t there = 0;
	int status;

	if ((status = open_to_read(d, e)) != 1)
		return status == 0 ? err_set(e, ANT_FAIL, "%s: there is no such file", d->file)
				   : -1;
	if (ask(d, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1",
		    SQL_LEDGER, &there, e) == -1)
		return -1;
	if (there == 0)
		return 0;
	s = prepare(d,
		"SELECT table_name, into_table, mode, window_from, window_to, rows, watermark, "
		"finished FROM " SQL_LEDGER " ORDER BY finished, _rowid_",
		e);
	if (s == NULL)
		return -1;
	status = print_entries(d, s, to, e);
	sqlite3_finalize(s);
	return status;
}

struct load_sqlite *
load_sqlite_new(const char *file, struct ant_err *e)
{
	struct load_sqlite *d = calloc(1, sizeof *d);
	size_t size = strlen(file) + sizeof "./";

	if (d == NULL || (d->path = malloc(size)) == NULL) {
		err_sys(e, ANT_FAIL, "%s", file);
		free(d);
		return NULL;
	}
	/* "" and ":memory:" name no file for SQLite, "file:x" perhaps another one. */
	sqlite3_snprintf((int)size, d->path, "%s%s", *file == '/' ? "" : "./", file);
	d->file = file;
	d->fd = -1;
	buf_init(&d->sql, LOAD_TEXT_MAX);
	return d;
}

void
load_sqlite_free(struct load_sqlite *d)
{
	if (d == NULL)
		return;
	close_all(d);
	buf_free(&d->sql);
	free(d->path);
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
	return d->as_text;
}

/*
 * A database that is asked, see db.h.  A value may be read without the locks of
 * sqlite3_column_text() and the like: the connection has none, nor a second thread.
 */
static int
asked_cell(struct load_sqlite *d, sqlite3_value *v, struct db_cell *to, struct ant_err *e)
{
	to->p = "";
	to->len = 0;
	switch (sqlite3_value_type(v)) {
	case SQLITE_NULL:
		to->kind = DB_NULL;
		return 0;
	case SQLITE_INTEGER:
		to->kind = DB_INTEGER;
		to->i = sqlite3_value_int64(v);
		return 0;
	case SQLITE_FLOAT:
		to->kind = DB_REAL;
		to->real = sqlite3_value_double(v);
		return 0;
	default:
		to->kind = DB_TEXT;
		if ((to->p = (const char *)sqlite3_value_text(v)) == NULL)
			return no_memory(d, e);
		to->len = (size_t)sqlite3_value_bytes(v);
		return 0;
	}
}

static int
asked_each(void *self, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e)
{
	struct load_sqlite *d = self;
	sqlite3_stmt *s = prepare(d, sql, e);
	struct db_cell row[DB_COLUMNS_MAX];
	int code = SQLITE_DONE, status = 0;

	if (s == NULL)
		return -1;
	while (status == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
		for (size_t i = 0; i < n && status == 0; i++)
			status = asked_cell(d, sqlite3_column_value(s, (int)i), &row[i], e);
		if (status == 0)
			status = take(arg, row, e);
	}
	if (status == 0 && code != SQLITE_DONE)
		status = failed(d, "", e);
	sqlite3_finalize(s);
	return status;
}

static int
asked_run(void *self, const char *sql, struct ant_err *e)
{
	struct load_sqlite *d = self;
	const char *const steps[] = {"BEGIN IMMEDIATE", sql, "COMMIT"};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (sqlite3_exec(d->db, steps[i], NULL, NULL, NULL) != SQLITE_OK) {
			failed(d, "", e);
			sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
			return -1;
		}
	return 0;
}

static void
asked_close(void *self)
{
	load_sqlite_free(self);
}

/*
 * Open it as one that nobody changes, see https://www.sqlite.org/uri.html, immutable: even a
 * reader of a WAL database wants to write beside it.  What waits in a WAL would be missed.
 */
static int
open_unchanging(struct load_sqlite *d, struct ant_err *e)
{
	struct stat st;
	int code;

	buf_clear(&d->sql);
	buf_printf(&d->sql, "%s-wal", d->path);
	if (buf_str(&d->sql) == NULL)
		return no_memory(d, e);
	if (stat(d->sql.data, &st) == 0 && st.st_size > 0)
		return err_set(e, ANT_FAIL,
			"%s: %s-wal holds changes that can be read only where its folder can be "
			"written: copy both",
			d->file, d->file);
	buf_clear(&d->sql);
	buf_puts(&d->sql, "file:");
	for (const char *c = d->path; *c != '\0'; c++)
		if (strchr("?#%", *c) != NULL)
			buf_printf(&d->sql, "%%%02X", (unsigned)*c);
		else
			buf_putc(&d->sql, *c);
	buf_puts(&d->sql, "?immutable=1");
	if (buf_str(&d->sql) == NULL)
		return no_memory(d, e);
	sqlite3_close(d->db);
	d->db = NULL;
	code = sqlite3_open_v2(d->sql.data, &d->db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	return code == SQLITE_OK ? 0 : d->db == NULL ? no_memory(d, e) : failed(d, "", e);
}

/* All answers are of one moment: that of the first, which is asked here. */
static int
start_reading(struct load_sqlite *d, struct ant_err *e)
{
	static const char first[] =
		"PRAGMA query_only=ON; BEGIN; SELECT count(*) FROM sqlite_schema";
	int code = sqlite3_exec(d->db, first, NULL, NULL, NULL) & 0xff;

	if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN) {
		if (open_unchanging(d, e) == -1)
			return -1;
		code = sqlite3_exec(d->db, first, NULL, NULL, NULL);
	}
	return code == SQLITE_OK ? 0 : failed(d, "", e);
}

int
load_sqlite_db(const char *file, int write, struct db *to, struct ant_err *e)
{
	const struct db asked = {NULL, SQL_SQLITE, asked_each, asked_run, asked_close};
	struct load_sqlite *d = load_sqlite_new(file, e);
	int there;

	if (d == NULL)
		return -1;
	if ((there = open_to_read(d, e)) == 0)
		err_set(e, ANT_FAIL, "%s: there is no such file", file);
	else if (there == 1 && !write && start_reading(d, e) == -1)
		there = -1;
	if (there != 1) {
		load_sqlite_free(d);
		return -1;
	}
	*to = asked;
	to->self = d;
	return 0;
}
