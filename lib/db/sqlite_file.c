#include "db/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int
sqlite_file_init(struct sqlite_file *f, const char *name, struct ant_err *e)
{
	size_t size = strlen(name) + sizeof "./";

	f->name = name;
	f->fd = -1;
	f->created = 0;
	if ((f->path = malloc(size)) == NULL)
		return err_sys(e, ANT_FAIL, "%s", name);
	/* "" and ":memory:" name no file for SQLite, "file:x" perhaps another one. */
	snprintf(f->path, size, "%s%s", *name == '/' ? "" : "./", name);
	return 0;
}

void
sqlite_file_free(struct sqlite_file *f)
{
	free(f->path);
}

int
sqlite_file_exists(const struct sqlite_file *f)
{
	return access(f->path, F_OK) == 0 || errno != ENOENT;
}

/*
 * A loader that created the file and failed removes it while it holds this lock, so what
 * was locked must still be what stands under the name.
 */
int
sqlite_file_lock(struct sqlite_file *f, struct ant_err *e)
{
	struct stat held, named;

	for (int try = 0; try < 100; try++) {
		f->fd = open(f->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		f->created = f->fd != -1;
		if (f->fd == -1 && errno == EEXIST)
			f->fd = open(f->path, O_RDWR | O_CLOEXEC);
		if (f->fd == -1 && errno == ENOENT && try < 99)
			continue;
		if (f->fd == -1)
			return err_sys(e, ANT_FAIL, "%s", f->name);
		if (flock(f->fd, LOCK_EX | LOCK_NB) == -1) {
			f->created = 0;
			return errno == EWOULDBLOCK
				       ? err_set(e, ANT_LOCKED, "%s: another load is writing to it",
						 f->name)
				       : err_sys(e, ANT_FAIL, "%s: lock", f->name);
		}
		if (fstat(f->fd, &held) == 0 && stat(f->path, &named) == 0 &&
			held.st_dev == named.st_dev && held.st_ino == named.st_ino)
			return 0;
		close(f->fd);
		f->fd = -1;
	}
	return err_set(e, ANT_LOCKED, "%s: it comes and goes: another load is at work", f->name);
}

void
sqlite_file_close(struct sqlite_file *f)
{
	if (f->created) /* while the lock is held, nobody else loads into it */
		unlink(f->path);
	f->created = 0;
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
}
