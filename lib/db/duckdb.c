#include "db/duckdb.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "db/said.h"

enum { IN_PLACE = 12, TEXT_MAX = 1 << 20 }; /* bytes of a string in a vector; of an answer */

/* What stands beside a database: DuckDB's log, and those of SQLite for the catalog of a lake. */
static const char *const logs[] = {".wal", "-wal", "-shm"};

enum { LOG_SIZE = 5 }; /* with the NUL */

#define SPILL ".tmp"

/*
 * For work on files: enough for groups of rows on their way into a file, and no more threads than
 * that is enough for.  What is sorted or joined may need more, and waits on the disk then.
 */
#define WORK_MEMORY "512MB"
#define WORK_THREADS "2"

struct db_duckdb_vector {
	void *self, *data;
	uint64_t *validity; /* NULL until the chunk's first null */
};

/* The kinds of its errors that repeat values. */
static int
is_of_value(const char *text)
{
	static const char *const kinds[] = {"Constraint Error", "Conversion Error",
		"Invalid Input Error", "Out of Range Error", "Mismatch Type Error",
		"Failed to append"};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0)
			return 1;
	return 0;
}

/* Of a lake: whether another was faster, or is in the way.  The library has no numbers for its errors. */
static int
is_conflict(const char *text)
{
	static const char outdated[] = " is already outdated. Please restart your transaction";
	size_t len = strlen(text), end = sizeof outdated - 1;

	if (len > end && strcmp(text + len - end, outdated) == 0) /* Iceberg's */
		return 1;
	return strncmp(text, "TransactionContext Error", 24) == 0
		       ? strstr(text, "Transaction conflict") != NULL ||
				 strstr(text, "database is locked") != NULL ||
				 strstr(text, "Conflict_409") != NULL
		       : !is_of_value(text) && strstr(text, ": database is locked") != NULL;
}

/* What DuckDB says, its first line; of a commit into a lake the second, which has the reason. */
static int
failed(struct db_duckdb *d, const char *text, struct ant_err *e)
{
	static const char headline[] = "Failed to commit DuckLake transaction.\n";
	struct buf said;
	const char *reason;

	if (text == NULL)
		text = "out of memory";
	if (d->is_lake && is_conflict(text))
		return err_set(e, ANT_LOCKED,
			"%s: another load is at work, or was faster: nothing was changed", d->file);
	if ((reason = strstr(text, headline)) != NULL)
		text = reason + sizeof headline - 1;
	if (strstr(text, "Could not set lock") != NULL)
		return err_set(e, ANT_LOCKED, "%s: another process has it open", d->file);
	buf_init(&said, TEXT_MAX);
	if (is_of_value(text))
		said_put_of_value(&said, text);
	else
		buf_puts(&said, text);
	if (buf_str(&said) != NULL)
		s3_hide(d->s3, d->token, said.data);
	text = buf_str(&said) != NULL ? said.data : "out of memory";
	err_set(e, ANT_FAIL, "%s: %.*s", d->file, (int)strcspn(text, "\n"), text);
	buf_free(&said);
	return -1;
}

int
db_duckdb_init(struct db_duckdb *d, const char *file, const char *library, struct ant_err *e)
{
	memset(d, 0, sizeof *d);
	d->file = file;
	return duckdb_api_open(&d->api, library, e);
}

static void
drop_append(struct db_duckdb *d)
{
	if (d->appender != NULL)
		d->api.appender_destroy(&d->appender);
	if (d->chunk != NULL)
		d->api.destroy_data_chunk(&d->chunk);
	free(d->vectors);
	d->appender = d->chunk = NULL;
	d->vectors = NULL;
}

/*
 * Whether the transaction of a lake cannot be undone: its catalog's server is gone, which has done so by then.
 * To disconnect would have the library end this process.
 */
static int
is_stuck(struct db_duckdb *d)
{
	struct duckdb_result res;
	const char *error;
	int stuck;

	if (d->conn == NULL || !d->is_lake)
		return 0;
	stuck = d->api.query(d->conn, "ROLLBACK", &res) != 0;
	error = stuck ? d->api.result_error(&res) : NULL;
	stuck = stuck && (error == NULL || strstr(error, "no transaction is active") == NULL);
	d->api.destroy_result(&res);
	return stuck;
}

/* What the appender holds is gone, and what was not committed. */
static void
disconnect(struct db_duckdb *d)
{
	drop_append(d);
	if (is_stuck(d))
		d->db = d->conn = NULL; /* until the process ends */
	if (d->conn != NULL)
		d->api.disconnect(&d->conn);
	if (d->db != NULL)
		d->api.close(&d->db);
	d->conn = d->db = NULL;
}

/* Open PATH with N options. */
static int
open_with(struct db_duckdb *d, const char *path, const char *const (*options)[2], size_t n,
	struct ant_err *e)
{
	void *config = NULL;
	char *error = NULL;
	int status = d->api.create_config(&config);

	for (size_t i = 0; status == 0 && i < n; i++)
		status = d->api.set_config(config, options[i][0], options[i][1]);
	if (status != 0)
		status = failed(d, "this DuckDB lacks an option that is needed", e);
	else if (d->api.open_ext(path, &d->db, config, &error) != 0)
		status = failed(d, error, e);
	else if (d->api.connect(d->db, &d->conn) != 0)
		status = failed(d, "no connection", e);
	d->api.free(error);
	d->api.destroy_config(&config);
	if (status != 0)
		disconnect(d);
	return status;
}

/* How many of the options below, the first ones. */
enum { WITH_NOTHING_LOADED = 2, WITH_CLOSED = 3, WITH_READ_ONLY = 4 };

static int
open_path(struct db_duckdb *d, const char *path, size_t n, struct ant_err *e)
{
	static const char *const options[][2] = {{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"}, {"enable_external_access", "false"},
		{"access_mode", "READ_ONLY"}};

	return open_with(d, path, options, n, e);
}

int
db_duckdb_look(struct db_duckdb *d, int read_only, struct ant_err *e)
{
	/* An absolute path: never ":memory:" or "md:x", which mean something to DuckDB. */
	if (realpath(d->file, d->path) == NULL)
		return errno == ENOENT ? 0 : err_sys(e, ANT_FAIL, "%s", d->file);
	return open_path(d, d->path, read_only ? WITH_READ_ONLY : WITH_CLOSED, e) == 0 ? 1 : -1;
}

/* Remove the folder PATH, of files, where there is one. */
static void
remove_folder(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(path);
}

int
db_duckdb_memory(struct db_duckdb *d, struct ant_err *e)
{
	return open_path(d, ":memory:", WITH_NOTHING_LOADED, e);
}

/* Remove the new file, its logs, which another one must not read, and what it had no memory for. */
static void
remove_fresh(struct db_duckdb *d)
{
	size_t len = strlen(d->path);

	unlink(d->path);
	for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
		strcpy(d->path + len, logs[i]);
		unlink(d->path);
	}
	strcpy(d->path + len, SPILL);
	remove_folder(d->path);
	d->path[len] = '\0';
}

/* Make d->path that of NAME and SUFFIX in FOLDER, with room for what stands beside it. */
static int
set_path(struct db_duckdb *d, const char *folder, const char *name, const char *suffix,
	struct ant_err *e)
{
	/* Never a path that means something to DuckDB. */
	int n = snprintf(d->path, sizeof d->path, "%s%s/%s%s", *folder == '/' ? "" : "./", folder,
		name, suffix);

	if (n >= 0 && (size_t)n + LOG_SIZE <= sizeof d->path)
		return 0;
	d->path[0] = '\0';
	return err_set(e, ANT_FAIL, "%s: the path is too long", d->file);
}

int
db_duckdb_aside(struct db_duckdb *d, struct ant_err *e)
{
	if (aside_open(&d->fresh, d->file, 0, e) == -1)
		return -1;
	if (d->fresh.old != -1) {	/* it came in between */
		aside_close(&d->fresh); /* first: closing it would drop DuckDB's lock on it */
		return 0;
	}
	if (set_path(d, d->fresh.folder, d->fresh.temp, ".db", e) == -1)
		return -1;
	remove_fresh(d); /* a dead load's */
	return 1;
}

int
db_duckdb_make(struct db_duckdb *d, struct ant_err *e)
{
	int there = db_duckdb_look(d, 0, e), made;

	if (there != 0)
		return there == 1 ? 0 : -1;
	if ((made = db_duckdb_aside(d, e)) == -1)
		return -1;
	if (made == 0)
		return db_duckdb_look(d, 0, e) == 1 ? 0 : -1;
	return open_path(d, d->path, WITH_CLOSED, e);
}

/* Give FROM the name TO, which nobody has; not every file system has links. */
static int
give_name(const char *from, const char *to)
{
	if (link(from, to) == 0)
		return 0;
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
		return -1;
	return rename(from, to);
}

int
db_duckdb_publish(struct db_duckdb *d, struct ant_err *e)
{
	int fd, status = 0;

	disconnect(d);
	fd = open(d->path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) == -1 || give_name(d->path, d->fresh.path) == -1 ||
		(fsync(d->fresh.dir) == -1 && errno != EINVAL))
		status = err_sys(e, ANT_FAIL, "%s", d->file);
	if (fd != -1)
		close(fd);
	return status;
}

void
db_duckdb_close(struct db_duckdb *d)
{
	disconnect(d);
	if ((d->fresh.path != NULL || d->is_scratch) && d->path[0] != '\0')
		remove_fresh(d);
	d->is_scratch = 0;
	aside_close(&d->fresh);
}

/* Ask SQL; after 0 the result is the caller's to destroy. */
static int
query(struct db_duckdb *d, const char *sql, struct duckdb_result *res, struct ant_err *e)
{
	if (sql == NULL)
		return failed(d, NULL, e);
	if (d->api.query(d->conn, sql, res) == 0)
		return 0;
	failed(d, d->api.result_error(res), e);
	d->api.destroy_result(res);
	return -1;
}

int
db_duckdb_run(struct db_duckdb *d, const char *sql, int64_t *changed, struct ant_err *e)
{
	struct duckdb_result res;

	if (query(d, sql, &res, e) == -1)
		return -1;
	if (changed != NULL)
		*changed = (int64_t)d->api.rows_changed(&res);
	d->api.destroy_result(&res);
	return 0;
}

int
db_duckdb_shut(struct db_duckdb *d, const char *folder, const char *bucket, struct ant_err *e)
{
	char real[PATH_MAX];
	struct buf sql;
	int status;

	if (realpath(folder, real) == NULL)
		return err_sys(e, ANT_FAIL, "%s", d->file);
	if (strcmp(real, "/") != 0)
		strncat(real, "/", sizeof real - strlen(real) - 1);
	buf_init(&sql, TEXT_MAX);
	buf_puts(&sql, "SET allowed_directories = [");
	sql_literal(&sql, SQL_DUCKDB, real);
	if (bucket != NULL) {
		buf_puts(&sql, ", ");
		sql_literal(&sql, SQL_DUCKDB, bucket);
	}
	buf_puts(&sql, "]; SET enable_external_access = false; SET lock_configuration = true");
	status = db_duckdb_run(d, buf_str(&sql), NULL, e);
	buf_free(&sql);
	return status;
}

int
db_duckdb_work(struct db_duckdb *d, const char *folder, const char *scratch, struct ant_err *e)
{
	char spill[sizeof d->path] = ""; /* in memory, nothing has a place to wait */
	const char *const options[][2] = {{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"}, {"memory_limit", WORK_MEMORY},
		{"threads", WORK_THREADS}, {"temp_directory", spill}};

	if (scratch == NULL) {
		strcpy(d->path, ":memory:");
	} else {
		if (set_path(d, folder, scratch, ".db", e) == -1)
			return -1;
		remove_fresh(d); /* a dead load's */
		d->is_scratch = 1;
		strcat(strcpy(spill, d->path), SPILL); /* set_path() has left room */
	}
	return open_with(d, d->path, options, sizeof options / sizeof *options, e);
}

int
db_duckdb_has_json(struct db_duckdb *d)
{
	struct ant_err ignored;

	return db_duckdb_run(d, "SELECT NULL::JSON", NULL, &ignored) == 0;
}

/* A column of a chunk of an answer: of texts, or of numbers. */
struct answer {
	const union duckdb_string *texts;
	const int64_t *numbers; /* NULL: it has texts */
	const uint64_t *validity;
};

/* Put the value at ROW, and its NUL, after TEXT. */
static void
put_text(const struct answer *a, uint64_t row, struct buf *text)
{
	if (a->validity == NULL || (a->validity[row / 64] >> row % 64 & 1) != 0) {
		if (a->numbers != NULL) {
			char digits[DECIMAL_TEXT];

			buf_put(text, digits, decimal_format_integer(a->numbers[row], digits));
		} else {
			const union duckdb_string *s = &a->texts[row];

			buf_put(text, s->near.len <= IN_PLACE ? s->near.p : s->far.p, s->near.len);
		}
	}
	buf_putc(text, '\0');
}

static int
take_chunk(struct db_duckdb *d, struct duckdb_result *res, void *chunk, size_t n,
	db_take_texts *take, void *arg, struct ant_err *e)
{
	const char *texts[DB_DUCKDB_ANSWER_MAX];
	struct answer columns[DB_DUCKDB_ANSWER_MAX];
	struct buf text;
	int status = 0;

	for (size_t i = 0; i < n; i++) {
		void *vector = d->api.data_chunk_get_vector(chunk, i);
		const void *data = d->api.vector_get_data(vector);
		int is_number = d->api.column_type(res, i) == DUCKDB_BIGINT;

		columns[i] = (struct answer){is_number ? NULL : data, is_number ? data : NULL,
			d->api.vector_get_validity(vector)};
	}
	buf_init(&text, TEXT_MAX);
	for (uint64_t row = 0; row < d->api.data_chunk_get_size(chunk) && status == 0; row++) {
		buf_clear(&text);
		for (size_t i = 0; i < n; i++)
			put_text(&columns[i], row, &text);
		if (text.failed) {
			status = failed(d, NULL, e);
			break;
		}
		texts[0] = text.data;
		for (size_t i = 1; i < n; i++)
			texts[i] = texts[i - 1] + strlen(texts[i - 1]) + 1;
		status = take(arg, texts, e);
	}
	buf_free(&text);
	return status;
}

int
db_duckdb_plain(struct db_duckdb *d, const char *sql, size_t n,
	int plain[static DB_DUCKDB_ANSWER_MAX], struct ant_err *e)
{
	struct duckdb_result res;
	struct buf none;
	int status;

	buf_init(&none, TEXT_MAX);
	buf_printf(&none, "SELECT * FROM (%s) LIMIT 0", sql);
	status = query(d, buf_str(&none), &res, e);
	buf_free(&none);
	if (status == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		enum duckdb_type type = d->api.column_type(&res, i);

		plain[i] = type == DUCKDB_BIGINT || type == DUCKDB_VARCHAR;
	}
	d->api.destroy_result(&res);
	return 0;
}

int
db_duckdb_each(struct db_duckdb *d, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e)
{
	struct duckdb_result res = {{0}, NULL};
	void *statement = NULL, *chunk;
	const char *wrong;
	int status = 0;

	if (sql == NULL)
		return failed(d, NULL, e);
	if (d->api.prepare(d->conn, sql, &statement) != 0)
		status = failed(d, d->api.prepare_error(statement), e);
	else if (d->api.execute_prepared_streaming(statement, &res) != 0)
		status = failed(d, d->api.result_error(&res), e);
	while (status == 0 && (chunk = d->api.fetch_chunk(res)) != NULL) {
		status = take_chunk(d, &res, chunk, n, take, arg, e);
		d->api.destroy_data_chunk(&chunk);
	}
	/* What goes wrong when rows are on their way ends them, too. */
	if (status == 0 && (wrong = d->api.result_error(&res)) != NULL)
		status = failed(d, wrong, e);
	d->api.destroy_result(&res);
	d->api.destroy_prepare(&statement);
	return status;
}

/* What a type is to DuckDB, and the bytes of its values in a vector. */
static const struct {
	enum duckdb_type type;
	size_t size;
} types[TYPE_COUNT] = {
	[TYPE_TEXT] = {DUCKDB_VARCHAR, 16},
	[TYPE_BIGINT] = {DUCKDB_BIGINT, 8},
	[TYPE_DOUBLE] = {DUCKDB_DOUBLE, 8},
	[TYPE_NUMERIC] = {.size = 16}, /* a type that is created */
	[TYPE_BOOLEAN] = {DUCKDB_BOOLEAN, 1},
	[TYPE_DATE] = {DUCKDB_DATE, 4},
	[TYPE_TIMESTAMPTZ] = {DUCKDB_TIMESTAMP_TZ, 8},
	[TYPE_JSON] = {DUCKDB_VARCHAR, 16},
};

static void *
logical_type(struct db_duckdb *d, enum type t)
{
	void *type;

	if (t == TYPE_NUMERIC)
		return d->api.create_decimal_type(DB_DUCKDB_WIDTH, DB_DUCKDB_SCALE);
	type = d->api.create_logical_type(types[t].type);
	if (t == TYPE_JSON && type != NULL)
		d->api.logical_type_set_alias(type, "JSON");
	return type;
}

/* An empty chunk: its vectors are elsewhere now, without nulls. */
static void
clear_chunk(struct db_duckdb *d)
{
	d->api.data_chunk_reset(d->chunk);
	d->used = 0;
	for (size_t i = 0; i < d->n; i++) {
		d->vectors[i].self = d->api.data_chunk_get_vector(d->chunk, i);
		d->vectors[i].data = d->api.vector_get_data(d->vectors[i].self);
		d->vectors[i].validity = NULL;
	}
}

int
db_duckdb_append_start(struct db_duckdb *d, const char *schema, const char *table,
	const struct sql_column *columns, size_t n, struct ant_err *e)
{
	void **made = calloc(n, sizeof *made);

	d->columns = columns;
	d->n = n;
	d->vectors = calloc(n, sizeof *d->vectors);
	if (made == NULL || d->vectors == NULL) {
		free(made);
		return failed(d, NULL, e);
	}
	for (size_t i = 0; i < n; i++)
		made[i] = logical_type(d, columns[i].type);
	d->chunk = d->api.create_data_chunk(made, n);
	for (size_t i = 0; i < n; i++)
		d->api.destroy_logical_type(&made[i]);
	free(made);
	if (d->chunk == NULL)
		return failed(d, NULL, e);
	d->room = d->api.vector_size();
	clear_chunk(d);
	if (d->api.appender_create(d->conn, schema, table, &d->appender) != 0)
		return failed(d, d->api.appender_error(d->appender), e);
	for (size_t i = 0; i < n; i++)
		if (d->api.appender_add_column(d->appender, columns[i].name) != 0)
			return failed(d, d->api.appender_error(d->appender), e);
	return 0;
}

/* decimal_fixed() for the usual case, 18 digits at most and no exponent; else -1. */
static int
scaled_short(const struct row_cell *c, decimal_int *v)
{
	size_t minus = c->p[0] == '-', decimals = DB_DUCKDB_SCALE;
	int64_t n = 0, unit = 1;
	int point = 0;

	if (c->len > 18)
		return -1;
	for (size_t i = minus; i < c->len; i++) {
		if (c->p[i] == '.') {
			point = 1;
			continue;
		}
		if (c->p[i] == 'e' || c->p[i] == 'E' || decimals == 0)
			return -1;
		n = n * 10 + (c->p[i] - '0');
		decimals -= (size_t)point;
	}
	while (decimals-- > 0)
		unit *= 10;
	*v = (decimal_int)(minus ? -n : n) * unit;
	return 0;
}

static int
put_numeric(struct db_duckdb *d, size_t column, const struct row_cell *c, struct ant_err *e)
{
	struct duckdb_hugeint *to = (struct duckdb_hugeint *)d->vectors[column].data + d->used;
	decimal_int v;

	if (scaled_short(c, &v) == -1 &&
		decimal_fixed(c->p, c->len, DB_DUCKDB_WIDTH, DB_DUCKDB_SCALE, &v) == -1)
		return err_set(e, ANT_FAIL,
			"%s: column '%.200s': %.*s is more than DECIMAL(%d,%d) holds exactly",
			d->file, d->columns[column].name, c->len > 100 ? 100 : (int)c->len, c->p,
			(int)DB_DUCKDB_WIDTH, (int)DB_DUCKDB_SCALE);
	to->lower = (uint64_t)v;
	to->upper = (int64_t)(v >> 64);
	return 0;
}

static void
put_string(struct db_duckdb *d, size_t column, const struct row_cell *c)
{
	union duckdb_string *to = (union duckdb_string *)d->vectors[column].data + d->used;

	if (c->len > IN_PLACE) {
		d->api.vector_assign_string_element_len(
			d->vectors[column].self, d->used, c->p, c->len);
		return;
	}
	memset(to, 0, sizeof *to);
	to->near.len = (uint32_t)c->len;
	memcpy(to->near.p, c->p, c->len);
}

static void
put_null(struct db_duckdb *d, size_t column)
{
	struct db_duckdb_vector *v = &d->vectors[column];
	size_t size = types[d->columns[column].type].size;

	/* DuckDB writes what stands there into the file, null or not. */
	memset((char *)v->data + d->used * size, 0, size);
	if (v->validity == NULL) {
		d->api.vector_ensure_validity_writable(v->self);
		v->validity = d->api.vector_get_validity(v->self);
	}
	v->validity[d->used / 64] &= ~((uint64_t)1 << d->used % 64);
}

static int
append_chunk(struct db_duckdb *d, struct ant_err *e)
{
	d->api.data_chunk_set_size(d->chunk, d->used);
	if (d->api.append_data_chunk(d->appender, d->chunk) != 0)
		return failed(d, d->api.appender_error(d->appender), e);
	clear_chunk(d);
	return 0;
}

int
db_duckdb_append_row(struct db_duckdb *d, const struct row_cell *cells, struct ant_err *e)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct row_cell *c = &cells[i];
		void *data = d->vectors[i].data;

		if (c->null) {
			put_null(d, i);
			continue;
		}
		switch (d->columns[i].type) {
		case TYPE_BIGINT:
		case TYPE_TIMESTAMPTZ:
			((int64_t *)data)[d->used] = c->i;
			break;
		case TYPE_DATE:
			((int32_t *)data)[d->used] = (int32_t)c->i;
			break;
		case TYPE_BOOLEAN:
			((bool *)data)[d->used] = c->i != 0;
			break;
		case TYPE_DOUBLE:
			((double *)data)[d->used] = strtod(c->p, NULL);
			break;
		case TYPE_NUMERIC:
			if (put_numeric(d, i, c, e) == -1)
				return -1;
			break;
		default:
			put_string(d, i, c);
		}
	}
	return ++d->used < d->room ? 0 : append_chunk(d, e);
}

int
db_duckdb_append_end(struct db_duckdb *d, struct ant_err *e)
{
	if (d->used > 0 && append_chunk(d, e) == -1)
		return -1;
	if (d->api.appender_close(d->appender) != 0)
		return failed(d, d->api.appender_error(d->appender), e);
	drop_append(d);
	return 0;
}
