#define _GNU_SOURCE /* syncfs() */

#include "db/lake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/duckdb_extra.h"
#include "db/sql.h"

#define SCHEME "ducklake:"
#define DATA "?data="
#define CATALOG                                                                                    \
	"'__ducklake_metadata_lake'" /* what DuckDB calls the database that is the catalog */

enum { SQL_MAX = 1 << 20 };

enum how { TO_READ, TO_WRITE, TO_MAKE };

/* Of each catalog: what stands before it in a URI, the extension that opens it, and how it is told to wait. */
static const struct {
	const char *scheme, *extension, *options;
} catalogs[] = {
	[LAKE_DUCKDB] = {"", NULL, ""},
	[LAKE_SQLITE] = {"sqlite:", "sqlite_scanner", ", META_BUSY_TIMEOUT 5000"},
	[LAKE_POSTGRESQL] = {"postgres:", "postgres_scanner", ""},
};

/* ---- what a URI says ---------------------------------------------------------------- */

int
lake_is(const char *where)
{
	return strncmp(where, SCHEME, sizeof SCHEME - 1) == 0;
}

/* Whether libpq would find a password in CONNINFO: password=, sslpassword=, or USER:PASSWORD@. */
static int
has_password(const char *conninfo)
{
	const char *at = conninfo, *host;

	while ((at = strstr(at, "password")) != NULL) {
		at += strlen("password");
		if (at[strspn(at, " \t\r\n")] == '=')
			return 1;
	}
	if ((at = strstr(conninfo, "://")) == NULL)
		return 0;
	at += 3;
	host = at + strcspn(at, "/?");
	while (at < host && *at != '@' && *at != ':')
		at++;
	return *at == ':' && memchr(at, '@', (size_t)(host - at)) != NULL;
}

/* PATH as the catalog keeps it: whatever folder a reader starts from, a slash at its end. */
static char *
data_path(const char *path)
{
	char folder[PATH_MAX] = "";
	size_t len = strlen(path);
	char *data;

	if (!s3_is(path) && *path != '/') {
		if (getcwd(folder, sizeof folder - 1) == NULL)
			return NULL;
		strcat(folder, "/");
	}
	if ((data = malloc(strlen(folder) + len + 2)) == NULL)
		return NULL;
	strcpy(data, folder);
	strcat(data, path);
	if (path[len - 1] != '/')
		strcat(data, "/");
	return data;
}

static int
read_uri(struct lake *l, const char *uri, struct ant_err *e)
{
	const char *at = uri + sizeof SCHEME - 1, *data = strstr(at, DATA);
	size_t scheme;

	l->catalog = strncmp(at, "sqlite:", 7) == 0	? LAKE_SQLITE
		     : strncmp(at, "postgres:", 9) == 0 ? LAKE_POSTGRESQL
							: LAKE_DUCKDB;
	scheme = strlen(catalogs[l->catalog].scheme);
	l->name = strndup(uri, data != NULL ? (size_t)(data - uri) : strlen(uri));
	l->at = l->name != NULL ? strdup(l->name + sizeof SCHEME - 1 + scheme) : NULL;
	if (l->at == NULL)
		return err_sys(e, ANT_FAIL, "lake");
	if (l->catalog == LAKE_POSTGRESQL && has_password(l->at))
		return err_set(e, ANT_USAGE,
			"the password of a lake's catalog belongs into PGPASSWORD or libpq's "
			"password "
			"file: everybody can see a command line");
	if (l->catalog != LAKE_POSTGRESQL && *l->at == '\0')
		return err_set(e, ANT_USAGE,
			"'%.200s' names no catalog: " SCHEME "sqlite:FILE, " SCHEME
			"postgres:CONNINFO or " SCHEME "FILE",
			uri);
	if (data == NULL)
		return 0;
	data += sizeof DATA - 1;
	if (*data == '\0' || (strstr(data, "://") != NULL && !s3_is(data)) ||
		strcmp(data, "s3://") == 0)
		return err_set(e, ANT_USAGE,
			"%s: data=%.200s is neither a folder nor s3://BUCKET/PREFIX/", l->name,
			data);
	return (l->data = data_path(data)) != NULL ? 0 : err_sys(e, ANT_FAIL, "%s", l->name);
}

struct lake *
lake_new(const char *uri, const char *library, struct ant_err *e)
{
	struct lake *l = calloc(1, sizeof *l);

	if (l == NULL) {
		err_sys(e, ANT_FAIL, "lake");
		return NULL;
	}
	l->library = library;
	if (read_uri(l, uri, e) == 0)
		return l;
	lake_free(l);
	return NULL;
}

void
lake_free(struct lake *l)
{
	if (l == NULL)
		return;
	free(l->name);
	free(l->at);
	free(l->data);
	free(l);
}

/* ---- opened ------------------------------------------------------------------------- */

/* ATTACH the catalog at AT, the path of a file or what libpq is to connect to. */
static int
attach(struct lake *l, struct db_duckdb *d, const char *at, enum how how, struct ant_err *e)
{
	struct buf name, sql;
	int status;

	buf_init(&name, SQL_MAX);
	buf_init(&sql, SQL_MAX);
	buf_printf(&name, SCHEME "%s%s", catalogs[l->catalog].scheme, at);
	buf_puts(&sql, "ATTACH ");
	sql_literal(&sql, SQL_DUCKDB, buf_str(&name) != NULL ? name.data : "");
	buf_printf(&sql, " AS lake (%s%s", how == TO_READ ? "READ_ONLY, " : "",
		how == TO_MAKE ? "CREATE_IF_NOT_EXISTS true" : "CREATE_IF_NOT_EXISTS false");
	if (l->data != NULL) {
		buf_puts(&sql, ", DATA_PATH ");
		sql_literal(&sql, SQL_DUCKDB, l->data);
	}
	/* Who reads a catalog of SQLite is in no writer's way then, nor the other way round. */
	if (l->catalog == LAKE_SQLITE && how != TO_READ)
		buf_puts(&sql, ", META_JOURNAL_MODE 'WAL'");
	buf_printf(&sql, "%s)", catalogs[l->catalog].options);
	status = name.failed ? err_sys(e, ANT_FAIL, "%s", l->name)
			     : db_duckdb_run(d, buf_str(&sql), NULL, e);
	buf_free(&name);
	buf_free(&sql);
	return status;
}

static int
take_path(void *arg, const char *const *texts, struct ant_err *e)
{
	char **path = arg;

	free(*path);
	return (*path = data_path(*texts != NULL && **texts != '\0' ? *texts : ".")) != NULL
		       ? 0
		       : err_sys(e, ANT_FAIL, "lake");
}

/* From here on DuckDB reads and writes where the data is, and nowhere else. */
static int
close_off(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	struct buf sql;
	int status;

	if (db_duckdb_each(d,
		    "SELECT value FROM ducklake_options('lake') WHERE option_name = 'data_path' "
		    "AND scope = "
		    "'GLOBAL'",
		    1, take_path, &l->data, e) == -1)
		return -1;
	if (l->data == NULL)
		return err_set(
			e, ANT_FAIL, "%s: the catalog does not say where its data is", l->name);
	if (s3_is(l->data) && d->s3 == NULL &&
		duckdb_extra_bucket(d, l->library, &l->s3, l->data, e) == -1)
		return -1;
	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "SET allowed_directories = [");
	sql_literal(&sql, SQL_DUCKDB, l->data);
	buf_puts(&sql, "]; SET enable_external_access = false; SET lock_configuration = true");
	status = db_duckdb_run(d, buf_str(&sql), NULL, e);
	buf_free(&sql);
	return status;
}

/* Open a database in memory with what it takes to attach the lake. */
static int
prepare(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	const char *scanner = catalogs[l->catalog].extension;

	d->is_lake = 1;
	d->s3 = NULL;
	if (db_duckdb_memory(d, e) == -1 ||
		/* Months are UTC's; no key is read from somebody's home: no folder is there. */
		db_duckdb_run(d,
			"SET TimeZone = 'UTC'; SET secret_directory = '/dev/null/none'; "
			"SET allow_community_extensions = false",
			NULL, e) == -1 ||
		(scanner != NULL && duckdb_extra_load(d, l->library, scanner, e) == -1) ||
		duckdb_extra_load(d, l->library, "ducklake", e) == -1)
		return -1;
	return l->data != NULL && s3_is(l->data)
		       ? duckdb_extra_bucket(d, l->library, &l->s3, l->data, e)
		       : 0;
}

/* The catalog's place, as attach() takes it: NULL where there is no such file, or errno says why. */
static const char *
place(struct lake *l)
{
	return l->catalog == LAKE_POSTGRESQL ? l->at : realpath(l->at, l->path);
}

/* The library has no numbers for its errors: whether there is a database, but no lake in it. */
static int
is_missing(const struct lake *l, const struct ant_err *e)
{
	return l->catalog == LAKE_POSTGRESQL &&
	       strstr(e->msg, "creating a new DuckLake is explicitly disabled") != NULL;
}

/* And whether it is only now known that the data is in a bucket. */
static int
wants_bucket(const struct lake *l, const struct ant_err *e)
{
	return l->data == NULL && strstr(e->msg, " requires the extension httpfs ") != NULL;
}

/* Open it where it is there: 1, 0 or -1. */
static int
open_it(struct lake *l, struct db_duckdb *d, enum how how, struct ant_err *e)
{
	const char *at = place(l);
	int status;

	if (at == NULL)
		return errno == ENOENT ? 0 : err_sys(e, ANT_FAIL, "%s", l->name);
	if (prepare(l, d, e) == -1)
		return -1;
	status = attach(l, d, at, how, e);
	if (status == -1 && wants_bucket(l, e) &&
		duckdb_extra_load(d, l->library, "httpfs", e) == 0)
		status = attach(l, d, at, how, e);
	if (status == -1 && is_missing(l, e)) {
		db_duckdb_close(d);
		return 0;
	}
	return status == -1 || close_off(l, d, e) == -1 ? -1 : 1;
}

/* And let names be its own. */
static int
use_it(struct lake *l, struct db_duckdb *d, enum how how, struct ant_err *e)
{
	int there = open_it(l, d, how, e);

	return there == 1 && db_duckdb_run(d, "USE lake", NULL, e) == -1 ? -1 : there;
}

int
lake_look(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	return use_it(l, d, TO_READ, e);
}

int
lake_change(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	return use_it(l, d, TO_WRITE, e);
}

/* ---- made --------------------------------------------------------------------------- */

/* A file is made aside and takes its name whole: a killed process leaves no half of one. */
static int
make_file(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	struct db_duckdb made = {.api = d->api, .file = l->at};
	int status = db_duckdb_aside(&made, e);

	if (status == 1) {
		status = prepare(l, &made, e);
		if (status == 0)
			status = attach(l, &made, made.path, TO_MAKE, e);
		if (status == 0)
			status = db_duckdb_publish(&made, e);
	}
	db_duckdb_close(&made);
	return status;
}

/* Two that make the catalog's tables at once would meet in it: the second waits, and finds them. */
static int
make_tables(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	struct buf sql;
	int status = prepare(l, d, e);

	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "ATTACH ");
	sql_literal(&sql, SQL_DUCKDB, l->at);
	buf_puts(&sql,
		" AS guard (TYPE postgres); BEGIN; SELECT * FROM postgres_query('guard', 'SELECT "
		"pg_advisory_xact_lock(hashtextextended(''anthill:ducklake'', 0)) IS NULL')");
	if (status == 0)
		status = db_duckdb_run(d, buf_str(&sql), NULL, e);
	if (status == 0)
		status = attach(l, d, l->at, TO_MAKE, e);
	if (status == 0)
		status = db_duckdb_run(d, "COMMIT", NULL, e);
	buf_free(&sql);
	db_duckdb_close(d);
	return status;
}

int
lake_lacks_data(const struct lake *l, struct ant_err *e)
{
	return err_set(e, ANT_USAGE,
		"%s: there is no lake yet; say where its data goes: %s" DATA "PATH", l->name,
		l->name);
}

int
lake_make(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	int there = open_it(l, d, TO_WRITE, e), status;

	if (there != 0)
		return there == 1 ? 0 : -1;
	if (l->data == NULL)
		return lake_lacks_data(l, e);
	if (!s3_is(l->data) && mkdir(l->data, 0777) == -1 && errno != EEXIST)
		return err_sys(e, ANT_FAIL, "%s", l->data);
	status = l->catalog == LAKE_POSTGRESQL ? make_tables(l, d, e) : make_file(l, d, e);
	if (status == -1)
		return -1;
	there = open_it(l, d, TO_WRITE, e);
	if (there == 0)
		err_set(e, ANT_FAIL, "%s: it was made, and is gone", l->name);
	return there == 1 ? 0 : -1;
}

/* ---- locked ------------------------------------------------------------------------- */

static int
take_yes(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int *)arg = *texts != NULL && **texts == '1';
	return 0;
}

/* Ask the catalog's server, by the connection that holds the lock, for a number. */
static int
ask_server(struct db_duckdb *d, const char *question, int *yes, struct ant_err *e)
{
	struct buf sql;
	int status;

	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "SELECT CAST(n AS BIGINT) FROM postgres_query(" CATALOG ", ");
	sql_literal(&sql, SQL_DUCKDB, question);
	buf_puts(&sql, ")");
	*yes = 0;
	status = buf_str(&sql) == NULL ? err_sys(e, ANT_FAIL, "%s", d->file)
				       : db_duckdb_each(d, sql.data, 1, take_yes, yes, e);
	buf_free(&sql);
	return status;
}

/* FUNCTION of the lock that is called NAME, in lower case as the names of tables are compared. */
static int
lock(struct db_duckdb *d, const char *function, const char *name, int *held, struct ant_err *e)
{
	struct buf sql;
	int status;

	buf_init(&sql, SQL_MAX);
	buf_printf(&sql, "SELECT CASE WHEN %s(hashtextextended('anthill:ducklake:' || lower(",
		function);
	sql_literal(&sql, SQL_POSTGRESQL, name);
	buf_puts(&sql, "), 0))::text IN ('true', '') THEN 1 ELSE 0 END AS n");
	status = buf_str(&sql) == NULL ? err_sys(e, ANT_FAIL, "%s", d->file)
				       : ask_server(d, sql.data, held, e);
	buf_free(&sql);
	return status;
}

/* Whether the ledger is there, and names the lake. */
static int
is_named(struct db_duckdb *d)
{
	struct ant_err ignored;
	int yes = 0;

	return db_duckdb_each(d,
		       "SELECT CAST(1 AS BIGINT) FROM lake.main." SQL_LEDGER
		       " WHERE destination_id IS NOT NULL LIMIT 1",
		       1, take_yes, &yes, &ignored) == 0 &&
	       yes;
}

/*
 * PostgreSQL: two loads into a window that is empty would both succeed, so one at a time.  The lock is held by
 * a transaction of its own on the server, which begins before the lake's and ends after it: what the load
 * before has committed is in the lake as this one sees it.  SQLite and DuckDB see to that by themselves.
 */
static int
lock_tables(struct lake *l, struct db_duckdb *d, const char *table, int first, struct ant_err *e)
{
	int held = 0;

	if (lock(d, "pg_try_advisory_xact_lock", table, &held, e) == -1)
		return -1;
	if (!held)
		return err_set(
			e, ANT_LOCKED, "%s: another load of '%.200s' is at work", l->name, table);
	return first ? lock(d, "pg_advisory_xact_lock", "", &held, e) : 0;
}

int
lake_begin(struct lake *l, struct db_duckdb *d, const char *table, struct ant_err *e)
{
	int server = l->catalog == LAKE_POSTGRESQL, first = server && !is_named(d);

	if (db_duckdb_run(d, "BEGIN TRANSACTION", NULL, e) == -1 ||
		(server && lock_tables(l, d, table, first, e) == -1))
		return -1;
	return db_duckdb_run(d, "USE lake", NULL, e);
}

/* Put the files of the data on the disk. */
static int
sync_data(const struct lake *l, struct ant_err *e)
{
	int fd = open(l->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status = 0;

	if (fd == -1)
		return err_sys(e, ANT_FAIL, "%s", l->data);
#ifdef __linux__
	status = syncfs(fd);
#else
	sync();
#endif
	if (status == -1)
		err_sys(e, ANT_FAIL, "%s", l->data);
	close(fd);
	return status;
}

int
lake_settle(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	int yes;

	if (!s3_is(l->data) && sync_data(l, e) == -1)
		return -1;
	return l->catalog == LAKE_POSTGRESQL ? ask_server(d, "SELECT 1 AS n", &yes, e) : 0;
}

int
lake_try(struct lake *l, struct db_duckdb *d, struct ant_err *e)
{
	struct buf sql;
	int status;

	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "SELECT count(*) FROM (SELECT * FROM glob(");
	sql_literal(&sql, SQL_DUCKDB, l->data);
	buf_puts(&sql, " || '*') LIMIT 1)");
	status = db_duckdb_run(d, buf_str(&sql), NULL, e);
	buf_free(&sql);
	return status;
}
