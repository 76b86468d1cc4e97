#include "load/parquet_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "db/sql.h"
#include "load/load.h"
#include "load/sql.h"

enum { GROUP_ROWS = 122880, GROUP_CELLS = 1500000, GROUP_LEAST = 2048 };

void
parquet_file_put_path(struct buf *b, int fd)
{
	buf_printf(b, "'/proc/self/fd/%d'", fd);
}

void
parquet_file_put_source(struct buf *b, int fd)
{
	buf_puts(b, "read_parquet(");
	parquet_file_put_path(b, fd);
	buf_putc(b, ')');
}

void
parquet_file_put_copy(struct buf *b, const char *select, size_t n, int fd, const char *object)
{
	size_t rows = n > 0 ? GROUP_CELLS / n : GROUP_ROWS;

	rows = rows > GROUP_ROWS ? GROUP_ROWS : rows < GROUP_LEAST ? GROUP_LEAST : rows;
	buf_printf(b, "COPY (%s) TO ", select);
	if (fd != -1)
		parquet_file_put_path(b, fd);
	else
		sql_literal(b, SQL_DUCKDB, object);
	/* The file is there, and ours: nothing is to be written beside it. */
	buf_printf(b, " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE %zu, USE_TMP_FILE false)",
		rows);
}

int
parquet_file_write(struct db_duckdb *d, const char *shown, const char *select, size_t n, int fd,
	struct ant_err *e)
{
	int64_t wrote = -1, reads = -1;
	struct buf sql;
	int status;

	buf_init(&sql, LOAD_TEXT_MAX);
	parquet_file_put_copy(&sql, select, n, fd, NULL);
	status = db_duckdb_run(d, buf_str(&sql), &wrote, e);
	buf_clear(&sql);
	buf_puts(&sql, "SELECT count(*) FROM ");
	parquet_file_put_source(&sql, fd);
	if (status == 0)
		status = parquet_file_number(d, buf_str(&sql), &reads, e);
	buf_free(&sql);
	if (status == 0 && wrote != reads)
		status = err_set(e, ANT_FAIL,
			"%s: %" PRId64 " rows were written, and %" PRId64 " can be read", shown,
			wrote, reads);
	return status;
}

struct columns {
	struct strlist *names, *types;
};

static int
take_column(void *arg, const char *const *texts, struct ant_err *e)
{
	const struct columns *c = arg;

	return strlist_add(c->names, texts[0], strlen(texts[0])) == 0 &&
			       strlist_add(c->types, texts[1], strlen(texts[1])) == 0
		       ? 0
		       : err_sys(e, ANT_FAIL, "columns");
}

int
parquet_file_columns(struct db_duckdb *d, const char *from, struct strlist *names,
	struct strlist *types, struct ant_err *e)
{
	struct columns c = {names, types};
	struct buf sql;
	int status;

	buf_init(&sql, LOAD_TEXT_MAX);
	buf_printf(&sql, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM %s)", from);
	status = db_duckdb_each(d, buf_str(&sql), 2, take_column, &c, e);
	buf_free(&sql);
	return status;
}

static int
take_number(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int64_t *)arg = strtoll(texts[0], NULL, 10);
	return 0;
}

int
parquet_file_number(struct db_duckdb *d, const char *sql, int64_t *n, struct ant_err *e)
{
	*n = 0;
	return db_duckdb_each(d, sql, 1, take_number, n, e);
}

static int
take_hour(void *arg, const char *const *texts, struct ant_err *e)
{
	struct buckets *hours = arg;

	if (*texts[0] == '\0')
		return 0;
	return buckets_add(hours, strtoll(texts[0], NULL, 10), strtoll(texts[1], NULL, 10)) == 0
		       ? 0
		       : err_sys(e, ANT_FAIL, "hours");
}

int
parquet_file_hours(struct db_duckdb *d, const char *from, const char *column, enum type type,
	int64_t start, int64_t end, const char *organization, struct buckets *hours,
	struct ant_err *e)
{
	struct buf sql;
	int status;

	buf_init(&sql, LOAD_TEXT_MAX);
	/* Seconds since 1970, in ways that need no time zones, an extension. */
	buf_puts(&sql, type == TYPE_DATE
			       ? "SELECT 86400 * date_diff('day', DATE '1970-01-01', "
			       : "SELECT epoch_us(date_trunc('hour', make_timestamp(epoch_us(");
	sql_ident(&sql, SQL_DUCKDB, column);
	buf_printf(&sql, "%s, count(*) FROM %s", type == TYPE_DATE ? ")" : ")))) // 1000000", from);
	load_sql_range(&sql, SQL_DUCKDB, column, type, start, end);
	if (organization != NULL)
		load_sql_organization(&sql, SQL_DUCKDB, " AND ", organization);
	buf_puts(&sql, " GROUP BY 1");
	status = db_duckdb_each(d, buf_str(&sql), 2, take_hour, hours, e);
	buf_free(&sql);
	return status;
}
