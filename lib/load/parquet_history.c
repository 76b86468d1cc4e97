#include "load/parquet_history.h"

#include <string.h>
#include <strings.h>

#include "load/history_file.h"
#include "load/parquet_file.h"
#include "load/sql.h"

static const char was[] = "_anthill_history"; /* the history as it is, a view */
static const char now[] = "_anthill_now";     /* the rows, a table */

static int
no_memory(const struct parquet_history *h, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", h->file.path);
}

int
parquet_history_open(
	struct parquet_history *h, const struct load *l, const char *file, struct ant_err *e)
{
	memset(h, 0, sizeof *h);
	h->load = l;
	return history_file_open(&h->file, l, file, e);
}

static int
run(struct parquet_history *h, struct buf *sql, struct ant_err *e)
{
	int status =
		buf_str(sql) != NULL ? db_duckdb_run(h->db, sql->data, NULL, e) : no_memory(h, e);

	buf_free(sql);
	return status;
}

static int
ask_number(struct parquet_history *h, struct buf *sql, int64_t *n, struct ant_err *e)
{
	int status = buf_str(sql) != NULL ? parquet_file_number(h->db, sql->data, n, e)
					  : no_memory(h, e);

	buf_free(sql);
	return status;
}

/* ---- the history as it is ------------------------------------------------------------ */

/* The number of NAME among NAMES, which DuckDB tells apart without regard to case; N: there is none. */
static size_t
find(const struct strlist *names, const char *name)
{
	size_t i = 0;

	while (i < names->n && strcasecmp(names->v[i], name) != 0)
		i++;
	return i;
}

/* The column C must be there where NEEDED, and of its type where it is there. */
static int
check_column(
	const struct parquet_history *h, const struct sql_column *c, int needed, struct ant_err *e)
{
	size_t at = find(&h->names, c->name);
	const char *wanted = sql_type(SQL_DUCKDB, c->type);

	if (at == h->names.n && needed)
		return err_set(e, ANT_FAIL,
			"%s: it has no column '%.200s', so it is no history of such rows: rename "
			"it, "
			"or leave out --history",
			h->file.path, c->name);
	if (at < h->names.n && strcmp(h->types.v[at], wanted) != 0)
		return err_set(e, ANT_FAIL,
			"%s: column '%.200s' is of type %.100s, but the rows need %s", h->file.path,
			c->name, h->types.v[at], wanted);
	return 0;
}

static int
check_columns(const struct parquet_history *h, const struct sql_column *columns, struct ant_err *e)
{
	static const struct sql_column own[] = {
		{SQL_VALID_FROM, TYPE_TIMESTAMPTZ}, {SQL_VALID_TO, TYPE_TIMESTAMPTZ}};
	const struct load *l = h->load;

	for (size_t i = 0; i < 2; i++)
		if (check_column(h, &own[i], 1, e) == -1)
			return -1;
	for (size_t i = 0; i < l->rows->ncolumns; i++)
		if (check_column(h, &columns[i], l->rows->columns[i].key, e) == -1)
			return -1;
	if (l->by_organization || find(&h->names, ROWS_ORGANIZATION) == h->names.n)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: it holds several organizations: load it with --by-organization", h->file.path);
}

int
parquet_history_learn(struct parquet_history *h, struct db_duckdb *db,
	const struct sql_column *columns, struct ant_err *e)
{
	struct buf sql;

	h->db = db;
	if (h->file.old == -1)
		return 0;
	buf_init(&sql, LOAD_TEXT_MAX);
	buf_printf(&sql, "CREATE VIEW %s AS SELECT * FROM ", was);
	parquet_file_put_source(&sql, h->file.old);
	if (run(h, &sql, e) == -1 || parquet_file_columns(db, was, &h->names, &h->types, e) == -1)
		return -1;
	return check_columns(h, columns, e);
}

/* ---- the history to be --------------------------------------------------------------- */

/* AND the row is of the organization that the load is about. */
static void
put_own(const struct parquet_history *h, struct buf *b, const char *word)
{
	if (h->load->by_organization)
		load_sql_organization(b, SQL_DUCKDB, word, h->load->rows->organization);
}

/* The versions that are open, and that the load is about. */
static void
put_open(const struct parquet_history *h, struct buf *b)
{
	buf_printf(b, "(SELECT * FROM %s WHERE " SQL_VALID_TO " IS NULL", was);
	put_own(h, b, " AND ");
	buf_puts(b, ") h");
}

static void
put_same(struct buf *b, const char *column)
{
	buf_puts(b, "h.");
	sql_ident(b, SQL_DUCKDB, column);
	buf_puts(b, " IS NOT DISTINCT FROM t.");
	sql_ident(b, SQL_DUCKDB, column);
}

/* JOIN those of the rows, t, that have the key of a version, h. */
static void
put_join_by_key(const struct parquet_history *h, struct buf *b, const char *join)
{
	buf_printf(b, " %s JOIN %s t ON ", join, now);
	for (size_t i = 0; i < h->load->rows->nkey; i++) {
		buf_puts(b, i > 0 ? " AND " : "");
		put_same(b, h->load->key[i].name);
	}
}

/* A version, h, and a row, t, have the same values; a column that one of them lacks is null. */
static void
put_same_row(const struct parquet_history *h, struct buf *b)
{
	const char *between = "";

	for (size_t i = 0; i < h->now.n; i++, between = " AND ") {
		buf_puts(b, between);
		if (find(&h->names, h->now.v[i]) < h->names.n) {
			put_same(b, h->now.v[i]);
			continue;
		}
		buf_puts(b, "t.");
		sql_ident(b, SQL_DUCKDB, h->now.v[i]);
		buf_puts(b, " IS NULL");
	}
	for (size_t i = 0; i < h->names.n; i++) {
		const char *name = h->names.v[i];

		if (find(&h->now, name) < h->now.n || strcasecmp(name, SQL_VALID_FROM) == 0 ||
			strcasecmp(name, SQL_VALID_TO) == 0)
			continue;
		buf_puts(b, " AND h.");
		sql_ident(b, SQL_DUCKDB, name);
		buf_puts(b, " IS NULL");
	}
}

/* Append SELECT WHAT of the open versions that end: no row is like them, and a merge brought their key. */
static void
put_ending(const struct parquet_history *h, struct buf *b, const char *what)
{
	buf_printf(b, "SELECT %s FROM (SELECT * FROM ", what);
	put_open(h, b);
	if (h->load->mode == MODE_MERGE)
		put_join_by_key(h, b, "SEMI");
	buf_printf(b, ") h ANTI JOIN %s t ON ", now);
	put_same_row(h, b);
}

/* Append SELECT WHAT of the rows that no open version is like. */
static void
put_beginning(const struct parquet_history *h, struct buf *b, const char *what)
{
	buf_printf(b, "SELECT %s FROM %s t", what, now);
	if (h->file.old == -1)
		return;
	buf_puts(b, " ANTI JOIN ");
	put_open(h, b);
	buf_puts(b, " ON ");
	put_same_row(h, b);
}

/* Append the SELECT of the versions that stay as they are: those that are not among the others. */
static void
put_staying(const struct parquet_history *h, struct buf *b)
{
	buf_printf(b, "SELECT * FROM %s h WHERE " SQL_VALID_TO " IS NOT NULL", was);
	put_own(h, b, " OR NOT ");
	buf_puts(b, " UNION ALL BY NAME SELECT * FROM ");
	put_open(h, b);
	buf_printf(b, " SEMI JOIN %s t ON ", now);
	put_same_row(h, b);
	if (h->load->mode != MODE_MERGE)
		return;
	buf_puts(b, " UNION ALL BY NAME SELECT * FROM ");
	put_open(h, b);
	put_join_by_key(h, b, "ANTI");
}

/* Take the rows of the load into a table, and learn its columns. */
static int
take_rows(struct parquet_history *h, const char *rows, struct ant_err *e)
{
	struct strlist types = {NULL, 0};
	struct buf sql;
	int status;

	buf_init(&sql, LOAD_TEXT_MAX);
	buf_printf(&sql, "CREATE TABLE %s AS SELECT * FROM (%s)", now, rows);
	put_own(h, &sql, " WHERE ");
	if (run(h, &sql, e) == -1)
		return -1;
	status = parquet_file_columns(h->db, now, &h->now, &types, e);
	strlist_free(&types);
	for (size_t i = 0; status == 0 && i < h->now.n; i++)
		if (strcasecmp(h->now.v[i], SQL_VALID_FROM) == 0 ||
			strcasecmp(h->now.v[i], SQL_VALID_TO) == 0)
			status = err_set(e, ANT_FAIL,
				"%s: the file beside it has a column '%s', a name that --history "
				"needs for one of its own",
				h->file.path, h->now.v[i]);
	return status;
}

/* How many versions end and begin, and when. */
static int
count(struct parquet_history *h, struct ant_err *e)
{
	int64_t newest = 0;
	struct buf sql;

	buf_init(&sql, LOAD_TEXT_MAX);
	put_beginning(h, &sql, "count(*)");
	if (ask_number(h, &sql, &h->opened, e) == -1)
		return -1;
	if (h->file.old != -1) {
		put_ending(h, &sql, "count(*)");
		if (ask_number(h, &sql, &h->closed, e) == -1)
			return -1;
		buf_printf(&sql,
			"SELECT coalesce(max(epoch_us(coalesce(" SQL_VALID_TO ", " SQL_VALID_FROM
			"))), 0) FROM %s",
			was);
		put_own(h, &sql, " WHERE ");
		if (ask_number(h, &sql, &newest, e) == -1)
			return -1;
	}
	history_file_time(h->load, newest, h->time);
	return 0;
}

static int
has_changed(const struct parquet_history *h)
{
	return h->file.old == -1 || h->closed > 0 || h->opened > 0;
}

static void
put_time(const struct parquet_history *h, struct buf *b)
{
	buf_puts(b, "CAST(");
	load_sql_time(b, SQL_DUCKDB, h->time);
	buf_printf(b, " AS %s)", sql_type(SQL_DUCKDB, TYPE_TIMESTAMPTZ));
}

/* Append the SELECT of all versions. */
static void
put_all(const struct parquet_history *h, struct buf *b)
{
	if (h->file.old != -1) {
		put_staying(h, b);
		buf_puts(b, " UNION ALL BY NAME SELECT * REPLACE (");
		put_time(h, b);
		buf_puts(b, " AS " SQL_VALID_TO ") FROM (");
		put_ending(h, b, "*");
		buf_puts(b, ") UNION ALL BY NAME ");
	}
	buf_puts(b, "SELECT *, ");
	put_time(h, b);
	buf_printf(b, " AS " SQL_VALID_FROM ", NULL::%s AS " SQL_VALID_TO " FROM (",
		sql_type(SQL_DUCKDB, TYPE_TIMESTAMPTZ));
	put_beginning(h, b, "*");
	buf_putc(b, ')');
}

int
parquet_history_write(struct parquet_history *h, const char *rows, struct ant_err *e)
{
	struct buf all;
	int status;

	if (take_rows(h, rows, e) == -1 || count(h, e) == -1)
		return -1;
	if (!has_changed(h))
		return 0;
	buf_init(&all, LOAD_TEXT_MAX);
	put_all(h, &all);
	status = buf_str(&all) != NULL ? parquet_file_write(h->db, h->file.path, all.data,
						 h->now.n + 2, h->file.fd, e)
				       : no_memory(h, e);
	buf_free(&all);
	return status;
}

int
parquet_history_sync(struct parquet_history *h, struct ant_err *e)
{
	return h->load != NULL && has_changed(h) ? aside_sync(&h->file, e) : 0;
}

int
parquet_history_publish(struct parquet_history *h, struct ant_err *e)
{
	return h->load != NULL && has_changed(h) ? aside_rename(&h->file, e) : 0;
}

void
parquet_history_close(struct parquet_history *h)
{
	strlist_free(&h->names);
	strlist_free(&h->types);
	strlist_free(&h->now);
	aside_close(&h->file);
	memset(h, 0, sizeof *h);
}
