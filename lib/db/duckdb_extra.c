#include "db/duckdb_extra.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/prefix.h"

#define FOLDER "duckdb-extensions"

enum { SQL_MAX = 1 << 16 };

/* Whether there is a folder A/B, put into TO. */
static int
is_folder(char to[static PATH_MAX], const char *a, size_t len, const char *b)
{
	struct stat st;
	int n = snprintf(to, PATH_MAX, "%.*s%s", (int)len, a, b);

	return n > 0 && n < PATH_MAX && stat(to, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder of the extensions: where the user says, or beside the library. */
static int
find_extensions(const char *library, char to[static PATH_MAX], struct ant_err *e)
{
	const char *named = getenv("ANT_DUCKDB_EXTENSIONS"),
		   *slash = library != NULL ? strrchr(library, '/') : NULL;
	char prefix[PATH_MAX];

	if (named != NULL && *named != '\0')
		return is_folder(to, named, strlen(named), "")
			       ? 0
			       : err_sys(e, ANT_FAIL, "ANT_DUCKDB_EXTENSIONS");
	if (slash != NULL && is_folder(to, library, (size_t)(slash + 1 - library), FOLDER))
		return 0;
	if (prefix_find(prefix, sizeof prefix) == 0 &&
		is_folder(to, prefix, strlen(prefix), "/lib/anthill/" FOLDER))
		return 0;
	if (is_folder(to, ANT_PREFIX, strlen(ANT_PREFIX), "/lib/anthill/" FOLDER))
		return 0;
	return err_set(e, ANT_FAIL,
		"DuckDB's extensions, which lakes and buckets need, were not found: scripts/setup "
		"--duckdb "
		"gets them "
		"(on x86-64), or set ANT_DUCKDB_EXTENSIONS to their folder");
}

int
duckdb_extra_load(struct db_duckdb *d, const char *library, const char *name, struct ant_err *e)
{
	char folder[PATH_MAX];
	struct buf sql;
	int status;

	if (find_extensions(library, folder, e) == -1)
		return -1;
	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "LOAD '");
	for (const char *p = folder; *p != '\0'; p++)
		buf_printf(&sql, *p == '\'' ? "''" : "%c", *p);
	buf_printf(&sql, "/%s.duckdb_extension'", name);
	status = db_duckdb_run(d, buf_str(&sql), NULL, e);
	buf_free(&sql);
	return status;
}

/* What DuckDB says of that statement would show it. */
int
duckdb_extra_bucket(struct db_duckdb *d, const char *library, struct s3 *s, const char *scope,
	struct ant_err *e)
{
	struct ant_err ignored;
	struct buf sql;
	int status;

	if (s3_read(s, e) == -1 || duckdb_extra_load(d, library, "httpfs", e) == -1)
		return -1;
	d->s3 = s;
	buf_init(&sql, SQL_MAX);
	s3_put_secret(&sql, s, scope);
	status = db_duckdb_run(d, buf_str(&sql), NULL, &ignored);
	if (sql.data != NULL)
		memset(sql.data, 0, sql.len);
	buf_free(&sql);
	return status == 0
		       ? 0
		       : err_set(e, ANT_FAIL,
				 "%s: DuckDB does not take the keys of the environment (AWS_...)",
				 d->file);
}
