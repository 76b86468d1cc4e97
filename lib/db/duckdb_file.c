#include "db/duckdb_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG ".wal"

static int
open_existing(struct db_duckdb_file *f, int read_only, struct ant_err *e)
{
	/* An absolute path: never ":memory:" or "md:x", which mean something to DuckDB. */
	if (realpath(f->name, f->path) == NULL)
		return errno == ENOENT ? 0 : err_sys(e, ANT_FAIL, "%s", f->name);
	return db_duckdb_open(f->db, f->path, read_only, e) == 0 ? 1 : -1;
}

/* Remove the new file, and its log: another one must not read that. */
static void
remove_fresh(struct db_duckdb_file *f)
{
	size_t len = strlen(f->path);

	unlink(f->path);
	strcpy(f->path + len, LOG);
	unlink(f->path);
	f->path[len] = '\0';
}

int
db_duckdb_file_look(struct db_duckdb_file *f, struct ant_err *e)
{
	return open_existing(f, 1, e);
}

int
db_duckdb_file_open(struct db_duckdb_file *f, struct ant_err *e)
{
	int there = open_existing(f, 0, e), n;

	if (there != 0)
		return there == 1 ? 0 : -1;
	if (aside_open(&f->fresh, f->name, 0, e) == -1)
		return -1;
	if (f->fresh.old != -1) {	/* it came in between */
		aside_close(&f->fresh); /* first: closing it would drop DuckDB's lock on it */
		return open_existing(f, 0, e) == 1 ? 0 : -1;
	}
	n = snprintf(f->path, sizeof f->path, "%s%s/%s.db", *f->fresh.folder == '/' ? "" : "./",
		f->fresh.folder, f->fresh.temp);
	if (n < 0 || (size_t)n + sizeof LOG > sizeof f->path) {
		f->path[0] = '\0';
		return err_set(e, ANT_FAIL, "%s: the path is too long", f->name);
	}
	remove_fresh(f); /* a dead load's */
	return db_duckdb_open(f->db, f->path, 0, e);
}

int
db_duckdb_file_is_new(const struct db_duckdb_file *f)
{
	return f->fresh.path != NULL;
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
db_duckdb_file_publish(struct db_duckdb_file *f, struct ant_err *e)
{
	int fd, status = 0;

	db_duckdb_close(f->db);
	fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) == -1 || give_name(f->path, f->fresh.path) == -1 ||
		(fsync(f->fresh.dir) == -1 && errno != EINVAL))
		status = err_sys(e, ANT_FAIL, "%s", f->name);
	if (fd != -1)
		close(fd);
	return status;
}

void
db_duckdb_file_close(struct db_duckdb_file *f)
{
	db_duckdb_close(f->db);
	if (db_duckdb_file_is_new(f) && f->path[0] != '\0')
		remove_fresh(f);
	aside_close(&f->fresh);
}
