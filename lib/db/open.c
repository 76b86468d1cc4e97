#include "db/open.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/ask.h"
#include "db/lake.h"

/* Behind the three slashes of a URI of a file: ant-sync writes them so. */
static const char *
after(const char *where, const char *scheme)
{
	size_t n = strlen(scheme);

	return strncmp(where, scheme, n) == 0 ? where + n : NULL;
}

/* "DUCK" stands behind a checksum of eight bytes, see DuckDB's "Storage Versions and Format". */
static int
is_duckdb(const char *file)
{
	char start[12];
	int fd = open(file, O_RDONLY | O_CLOEXEC), yes;

	if (fd == -1)
		return 0;
	yes = read(fd, start, sizeof start) == (ssize_t)sizeof start &&
	      memcmp(start + 8, "DUCK", 4) == 0;
	close(fd);
	return yes;
}

static int
is_file(const char *where)
{
	struct stat st;

	return stat(where, &st) == 0;
}

int
db_open(const char *where, const char *duckdb_library, int write, struct db *to,
	struct views_place *place, struct ant_err *e)
{
	const char *file = after(where, "sqlite:///"), *duck = after(where, "duckdb:///");
	int postgres = after(where, "postgresql://") != NULL || after(where, "postgres://") != NULL;

	if (lake_is(where))
		duck = where;
	if (!postgres && file == NULL && duck == NULL) {
		if (!is_file(where) && strchr(where, '=') != NULL)
			postgres = 1;
		else if (!is_file(where) && strstr(where, "://") != NULL)
			return err_set(e, ANT_USAGE,
				"'%.200s' is no database: use a FILE, sqlite:///FILE, "
				"duckdb:///FILE, ducklake:... or postgresql://...",
				where);
		else if (is_duckdb(where))
			duck = where;
		else
			file = where;
	}
	place->dialect = postgres ? SQL_POSTGRESQL : duck != NULL ? SQL_DUCKDB : SQL_SQLITE;
	if (postgres)
		return ask_pg(where, place->schema, write, to, &place->schema, e);
	if (place->schema != NULL)
		return err_set(e, ANT_USAGE, "--schema: only PostgreSQL has schemas");
	return duck != NULL ? ask_duckdb(duck, duckdb_library, write, to, e)
			    : ask_sqlite(file, write, to, e);
}
