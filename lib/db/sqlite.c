#include "db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utc.h"
#include "db/real.h"
#include "db/said.h"

enum {
	WAIT_MS = 500,	  /* for a lock: a second load must give up within a second */
	CACHE_KIB = 4096, /* of pages, and for building the index */
	SQL_MAX = 16 << 20,
};

struct sqlite {
	const char *name; /* of the file as the user gave it, always a path */
	char *path;	  /* the same as SQLite cannot take it for anything else */
	int fd;		  /* holds the lock of loaders on it; -1: there is none */
	int created;	  /* the lock's owner has made it, and removes it unless the load commits */
	int begun;
	int rollback; /* the file was no WAL database, and is to be none unless this load commits */
	sqlite3 *db;  /* NULL: not open */
	struct buf sql;

	/* the stream, where it is a table */
	struct rows *rows;
	const struct sql_column *columns;
	size_t as_text;
	struct ant_err *error; /* of the statement that runs: where the stream leaves its reason */
	int stream_failed;
};

/* The failure of the last call on the database. */
static int
failed(struct sqlite *s, struct ant_err *e)
{
	int code = sqlite3_errcode(s->db) & 0xff;
	struct buf said;

	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return err_set(e, ANT_LOCKED, "%s: another process has locked it", s->name);
	buf_init(&said, sizeof e->msg);
	said_put(&said, sqlite3_errmsg(s->db)); /* a trigger's own words may hold a value */
	err_set(e, ANT_FAIL, "%s: %s", s->name,
		buf_str(&said) != NULL ? said.data : "out of memory");
	buf_free(&said);
	return -1;
}

static int
no_memory(struct sqlite *s, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", s->name);
}

int
sqlite_run(struct sqlite *s, const char *sql, int64_t *changed, struct ant_err *e)
{
	if (sql == NULL)
		return no_memory(s, e);
	s->error = e;
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return s->stream_failed ? -1 : failed(s, e); /* the stream's reason is the cause */
	if (changed != NULL)
		*changed = sqlite3_changes64(s->db);
	return 0;
}

static sqlite3_stmt *
prepare(struct sqlite *s, const char *sql, struct ant_err *e)
{
	sqlite3_stmt *q = NULL;

	if (sql == NULL)
		no_memory(s, e);
	else if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
		failed(s, e);
	return q;
}

int
sqlite_each(struct sqlite *s, const char *sql, const char *const *params, int n,
	db_take_texts *take, void *arg, struct ant_err *e)
{
	const char *texts[DB_COLUMNS_MAX] = {NULL};
	sqlite3_stmt *q = prepare(s, sql, e);
	int code = SQLITE_DONE, status = 0;

	if (q == NULL)
		return -1;
	for (int i = 0; i < n && status == 0; i++)
		if (sqlite3_bind_text(q, i + 1, params[i], -1, SQLITE_STATIC) != SQLITE_OK)
			status = failed(s, e);
	while (status == 0 && (code = sqlite3_step(q)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(q) && i < DB_COLUMNS_MAX; i++) {
			int null = sqlite3_column_type(q, i) == SQLITE_NULL;

			texts[i] = (const char *)sqlite3_column_text(q, i);
			if (texts[i] == NULL && !null)
				status = no_memory(s, e);
		}
		if (status == 0)
			status = take(arg, texts, e);
	}
	if (status == 0 && code != SQLITE_DONE)
		status = failed(s, e);
	sqlite3_finalize(q);
	return status;
}

/*
 * A value may be read without the locks of sqlite3_column_text() and the like: the connection
 * has none, nor a second thread.
 */
static int
read_cell(struct sqlite *s, sqlite3_value *v, struct db_cell *to, struct ant_err *e)
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
			return no_memory(s, e);
		to->len = (size_t)sqlite3_value_bytes(v);
		return 0;
	}
}

int
sqlite_cells(void *db, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e)
{
	struct sqlite *s = db;
	sqlite3_stmt *q = prepare(s, sql, e);
	struct db_cell row[DB_COLUMNS_MAX];
	int code = SQLITE_DONE, status = 0;

	if (q == NULL)
		return -1;
	while (status == 0 && (code = sqlite3_step(q)) == SQLITE_ROW) {
		for (size_t i = 0; i < n && status == 0; i++)
			status = read_cell(s, sqlite3_column_value(q, (int)i), &row[i], e);
		if (status == 0)
			status = take(arg, row, e);
	}
	if (status == 0 && code != SQLITE_DONE)
		status = failed(s, e);
	sqlite3_finalize(q);
	return status;
}

static int
open_database(struct sqlite *s, int flags, struct ant_err *e)
{
	if (sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		return sqlite3_busy_timeout(s->db, WAIT_MS) == SQLITE_OK ? 0 : failed(s, e);
	if (s->db == NULL)
		return no_memory(s, e);
	return failed(s, e);
}

int
sqlite_look(struct sqlite *s, struct ant_err *e)
{
	if (access(s->path, F_OK) == -1 && errno == ENOENT)
		return 0; /* what else is wrong, the opening says */
	/* Read-write, for a reader of a WAL database leaves its helper files behind. */
	return open_database(s, SQLITE_OPEN_READWRITE, e) == -1 ? -1 : 1;
}

/*
 * Open it as one that nobody changes, see https://www.sqlite.org/uri.html, immutable: even a
 * reader of a WAL database wants to write beside it.  What waits in a WAL would be missed.
 */
static int
open_unchanging(struct sqlite *s, struct ant_err *e)
{
	struct stat st;
	int code;

	buf_clear(&s->sql);
	buf_printf(&s->sql, "%s-wal", s->path);
	if (buf_str(&s->sql) == NULL)
		return no_memory(s, e);
	if (stat(s->sql.data, &st) == 0 && st.st_size > 0)
		return err_set(e, ANT_FAIL,
			"%s: %s-wal holds changes that can be read only where its folder can be "
			"written: copy both",
			s->name, s->name);
	buf_clear(&s->sql);
	buf_puts(&s->sql, "file:");
	for (const char *c = s->path; *c != '\0'; c++)
		if (strchr("?#%", *c) != NULL)
			buf_printf(&s->sql, "%%%02X", (unsigned)*c);
		else
			buf_putc(&s->sql, *c);
	buf_puts(&s->sql, "?immutable=1");
	if (buf_str(&s->sql) == NULL)
		return no_memory(s, e);
	sqlite3_close(s->db);
	s->db = NULL;
	code = sqlite3_open_v2(s->sql.data, &s->db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	return code == SQLITE_OK ? 0 : s->db == NULL ? no_memory(s, e) : failed(s, e);
}

int
sqlite_snapshot(struct sqlite *s, struct ant_err *e)
{
	static const char first[] = /* the moment of all answers is that of the first */
		"PRAGMA query_only=ON; BEGIN; SELECT count(*) FROM sqlite_schema";
	int code = sqlite3_exec(s->db, first, NULL, NULL, NULL) & 0xff;

	if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN) {
		if (open_unchanging(s, e) == -1)
			return -1;
		code = sqlite3_exec(s->db, first, NULL, NULL, NULL);
	}
	return code == SQLITE_OK ? 0 : failed(s, e);
}

/*
 * Lock the file without waiting, and create it where it is missing.  SQLite's own locks keep
 * two writers apart, but say nothing of a file that is removed again because the load that
 * created it failed.  That is done while this lock is held, so what was locked must still be
 * what stands under the name.
 */
static int
lock_file(struct sqlite *s, struct ant_err *e)
{
	struct stat held, named;

	for (int try = 0; try < 100; try++) {
		s->fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		s->created = s->fd != -1;
		if (s->fd == -1 && errno == EEXIST)
			s->fd = open(s->path, O_RDWR | O_CLOEXEC);
		if (s->fd == -1 && errno == ENOENT && try < 99)
			continue;
		if (s->fd == -1)
			return err_sys(e, ANT_FAIL, "%s", s->name);
		if (flock(s->fd, LOCK_EX | LOCK_NB) == -1) {
			s->created = 0;
			return errno == EWOULDBLOCK
				       ? err_set(e, ANT_LOCKED, "%s: another load is writing to it",
						 s->name)
				       : err_sys(e, ANT_FAIL, "%s: lock", s->name);
		}
		if (fstat(s->fd, &held) == 0 && stat(s->path, &named) == 0 &&
			held.st_dev == named.st_dev && held.st_ino == named.st_ino)
			return 0;
		close(s->fd);
		s->fd = -1;
	}
	return err_set(e, ANT_LOCKED, "%s: it comes and goes: another load is at work", s->name);
}

static int
take_journal(void *arg, const char *const *texts, struct ant_err *e)
{
	struct sqlite *s = arg;

	(void)e;
	s->rollback = sqlite3_stricmp(texts[0], "wal") != 0; /* how the file goes back */
	return 0;
}

int
sqlite_begin(struct sqlite *s, struct ant_err *e)
{
	char pragmas[128];

	if (lock_file(s, e) == -1 || open_database(s, SQLITE_OPEN_READWRITE, e) == -1 ||
		sqlite_each(s, "PRAGMA journal_mode", NULL, 0, take_journal, s, e) == -1)
		return -1;
	sqlite3_snprintf(sizeof pragmas, pragmas,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-%d",
		(int)CACHE_KIB);
	if (sqlite_run(s, pragmas, NULL, e) == -1 ||
		sqlite_run(s, "BEGIN IMMEDIATE", NULL, e) == -1)
		return -1;
	s->begun = 1;
	return 0;
}

int
sqlite_commit(struct sqlite *s, struct ant_err *e)
{
	if (sqlite_run(s, "COMMIT", NULL, e) == -1)
		return -1;
	s->begun = 0;
	s->created = 0;
	s->rollback = 0;
	return 0;
}

void
sqlite_close(struct sqlite *s)
{
	if (s->begun)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->begun = 0;
	if (s->rollback && !s->created) /* who reads it now keeps it from that */
		sqlite3_exec(s->db, "PRAGMA busy_timeout=0; PRAGMA journal_mode=DELETE", NULL, NULL,
			NULL);
	s->rollback = 0;
	sqlite3_close(s->db);
	s->db = NULL;
	/* Only now: closing a second descriptor of the file drops SQLite's locks, which are POSIX's. */
	if (s->created) /* while our lock is held, nobody else loads into it */
		unlink(s->path);
	s->created = 0;
	if (s->fd != -1)
		close(s->fd);
	s->fd = -1;
}

static void
result_numeric(struct sqlite *s, sqlite3_context *to, const struct row_cell *c)
{
	double v;

	if (real_exact(c->p, c->len, &v) == 0) {
		sqlite3_result_double(to, v);
		return;
	}
	s->as_text++;
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
struct stream {
	sqlite3_vtab base;
	struct sqlite *s;
};

struct stream_cursor {
	sqlite3_vtab_cursor base;
	const struct row_cell *cells;
	int more;
};

static int
stream_connect(
	sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **to, char **why)
{
	struct sqlite *s = aux;
	struct stream *made;
	struct buf sql;
	int code = SQLITE_NOMEM;

	(void)argc;
	(void)argv;
	(void)why;
	if ((made = sqlite3_malloc(sizeof *made)) == NULL)
		return SQLITE_NOMEM;
	memset(made, 0, sizeof *made);
	made->s = s;
	buf_init(&sql, SQL_MAX);
	for (size_t i = 0; i < s->rows->ncolumns; i++)
		buf_printf(&sql, "%sc%zu", i == 0 ? "CREATE TABLE x(" : ", ", i);
	buf_putc(&sql, ')');
	if (buf_str(&sql) != NULL)
		code = sqlite3_declare_vtab(db, sql.data);
	buf_free(&sql);
	if (code == SQLITE_OK)
		*to = &made->base;
	else
		sqlite3_free(made);
	return code;
}

static int
stream_disconnect(sqlite3_vtab *made)
{
	sqlite3_free(made);
	return SQLITE_OK;
}

static int
stream_plan(sqlite3_vtab *made, sqlite3_index_info *info)
{
	(void)made;
	(void)info; /* there is one way to read a stream */
	return SQLITE_OK;
}

static int
stream_open(sqlite3_vtab *made, sqlite3_vtab_cursor **to)
{
	struct stream_cursor *c = sqlite3_malloc(sizeof *c);

	(void)made;
	if (c == NULL)
		return SQLITE_NOMEM;
	memset(c, 0, sizeof *c);
	*to = &c->base;
	return SQLITE_OK;
}

static int
stream_close(sqlite3_vtab_cursor *c)
{
	sqlite3_free(c);
	return SQLITE_OK;
}

static int
stream_next(sqlite3_vtab_cursor *base)
{
	struct stream_cursor *c = (struct stream_cursor *)base;
	struct sqlite *s = ((struct stream *)base->pVtab)->s;

	c->more = rows_next(s->rows, &c->cells, s->error);
	s->stream_failed = c->more == -1;
	return s->stream_failed ? SQLITE_ERROR : SQLITE_OK;
}

static int
stream_start(sqlite3_vtab_cursor *c, int plan, const char *name, int argc, sqlite3_value **argv)
{
	(void)plan;
	(void)name;
	(void)argc;
	(void)argv;
	return stream_next(c);
}

static int
stream_eof(sqlite3_vtab_cursor *c)
{
	return ((struct stream_cursor *)c)->more != 1;
}

static int
stream_column(sqlite3_vtab_cursor *base, sqlite3_context *to, int column)
{
	struct sqlite *s = ((struct stream *)base->pVtab)->s;
	const struct row_cell *c = &((struct stream_cursor *)base)->cells[column];
	enum type type = s->columns[column].type;

	if (c->null)
		sqlite3_result_null(to);
	else if (type == TYPE_BIGINT || type == TYPE_BOOLEAN)
		sqlite3_result_int64(to, c->i);
	else if (type == TYPE_DOUBLE)
		sqlite3_result_double(to, strtod(c->p, NULL));
	else if (type == TYPE_NUMERIC)
		result_numeric(s, to, c);
	else if (type == TYPE_TIMESTAMPTZ && c->len != UTC_TEXT - 1)
		result_fraction(to, c);
	else /* valid until the next row, and by then it is stored */
		sqlite3_result_text(to, c->p, (int)c->len, SQLITE_STATIC);
	return SQLITE_OK;
}

static int
stream_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *id)
{
	*id = ((struct stream *)base->pVtab)->s->rows->count;
	return SQLITE_OK;
}

int
sqlite_stream(struct sqlite *s, const char *name, struct rows *r, const struct sql_column *columns,
	struct ant_err *e)
{
	static const sqlite3_module module = {
		.xCreate = stream_connect,
		.xConnect = stream_connect,
		.xBestIndex = stream_plan,
		.xDisconnect = stream_disconnect,
		.xDestroy = stream_disconnect,
		.xOpen = stream_open,
		.xClose = stream_close,
		.xFilter = stream_start,
		.xNext = stream_next,
		.xEof = stream_eof,
		.xColumn = stream_column,
		.xRowid = stream_rowid,
	};

	s->rows = r;
	s->columns = columns;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "CREATE VIRTUAL TABLE %s USING _anthill_stream", name);
	if (sqlite3_create_module(s->db, "_anthill_stream", &module, s) != SQLITE_OK)
		return failed(s, e);
	return sqlite_run(s, buf_str(&s->sql), NULL, e);
}

size_t
sqlite_as_text(const struct sqlite *s)
{
	return s->as_text;
}

struct sqlite *
sqlite_new(const char *file, struct ant_err *e)
{
	struct sqlite *s = calloc(1, sizeof *s);
	size_t size = strlen(file) + sizeof "./";

	if (s == NULL || (s->path = malloc(size)) == NULL) {
		err_sys(e, ANT_FAIL, "%s", file);
		free(s);
		return NULL;
	}
	/* "" and ":memory:" name no file for SQLite, "file:x" perhaps another one. */
	snprintf(s->path, size, "%s%s", *file == '/' ? "" : "./", file);
	s->name = file;
	s->fd = -1;
	buf_init(&s->sql, SQL_MAX);
	return s;
}

void
sqlite_free(struct sqlite *s)
{
	if (s == NULL)
		return;
	sqlite_close(s);
	free(s->path);
	buf_free(&s->sql);
	free(s);
}
