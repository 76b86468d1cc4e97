#include "base/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TEMP_SUFFIX ".anthill"

enum { TRIES = 100, POLL_MS = 10 };

/* "FOLDER" and ".NAME.anthill" of a->path. */
static int
split(struct aside *a, struct ant_err *e)
{
	const char *slash = strrchr(a->path, '/'), *name = slash != NULL ? slash + 1 : a->path;
	size_t size = strlen(name) + sizeof "." TEMP_SUFFIX;

	if (*name == '\0')
		return err_set(e, ANT_FAIL, "%s: this is a folder, not a file", a->path);
	a->folder = slash == NULL      ? strdup(".")
		    : slash == a->path ? strdup("/")
				       : strndup(a->path, (size_t)(slash - a->path));
	if (a->folder == NULL || (a->temp = malloc(size)) == NULL)
		return err_sys(e, ANT_FAIL, "%s", a->path);
	snprintf(a->temp, size, ".%s%s", name, TEMP_SUFFIX);
	a->dir = open(a->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return a->dir != -1 ? 0 : err_sys(e, ANT_FAIL, "%s", a->path);
}

/* Find the file that PATH stands for, and its folder. */
static int
locate(struct aside *a, const char *path, struct ant_err *e)
{
	char *real = NULL;
	struct stat st;

	memset(a, 0, sizeof *a);
	a->dir = a->fd = a->old = -1;
	if (lstat(path, &st) == 0) {
		/* Through a link: the rename must not replace the link by a file. */
		if (S_ISLNK(st.st_mode) && (real = realpath(path, NULL)) == NULL)
			return err_sys(e, ANT_FAIL, "%s", path);
		if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
			free(real);
			return err_set(e, ANT_FAIL, "%s: not a regular file", path);
		}
	} else if (errno != ENOENT) {
		return err_sys(e, ANT_FAIL, "%s", path);
	}
	if ((a->path = real != NULL ? real : strdup(path)) == NULL)
		return err_sys(e, ANT_FAIL, "%s", path);
	return split(a, e);
}

/*
 * Create the new file and lock it.  Return 1; 0 where another try may do better: it
 * was held (*HELD), vanished in between, or was a dead writer's and is now removed.
 */
static int
take(struct aside *a, int *held, struct ant_err *e)
{
	struct stat mine, named;
	int fresh = 1;

	*held = 0;
	a->fd = openat(a->dir, a->temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (a->fd == -1 && errno == EEXIST) {
		fresh = 0;
		a->fd = openat(a->dir, a->temp, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	}
	if (a->fd == -1)
		return errno == ENOENT && !fresh
			       ? 0
			       : err_sys(e, ANT_FAIL, "%s: %s in its folder", a->path, a->temp);
	if (flock(a->fd, LOCK_EX | LOCK_NB) == -1) {
		*held = errno == EWOULDBLOCK;
		if (!*held)
			return err_sys(e, ANT_FAIL, "%s: lock", a->path);
	} else if (fstat(a->fd, &mine) == 0 &&
		   fstatat(a->dir, a->temp, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		   mine.st_dev == named.st_dev && mine.st_ino == named.st_ino) {
		if (fresh)
			return 1;
		if (unlinkat(a->dir, a->temp, 0) == -1)
			return err_sys(e, ANT_FAIL, "%s: %s in its folder", a->path, a->temp);
	}
	close(a->fd);
	a->fd = -1;
	return 0;
}

static int
lock(struct aside *a, int wait_ms, struct ant_err *e)
{
	const struct timespec pause = {0, POLL_MS * 1000000L};
	int held, result, tries = TRIES;

	for (;;) {
		if ((result = take(a, &held, e)) == -1 && a->fd != -1) {
			close(a->fd);
			a->fd = -1;
		}
		if (result != 0)
			return result == 1 ? 0 : -1;
		if (held ? wait_ms <= 0 : --tries == 0)
			return err_set(e, ANT_LOCKED, "%s: another load is writing to it", a->path);
		if (held) {
			wait_ms -= POLL_MS;
			nanosleep(&pause, NULL);
		}
	}
}

/* Open the file as it is, where it is. */
static int
open_old(struct aside *a, struct ant_err *e)
{
	struct stat st;

	a->old = open(a->path, O_RDONLY | O_CLOEXEC);
	if (a->old == -1)
		return errno == ENOENT ? 0 : err_sys(e, ANT_FAIL, "%s", a->path);
	if (a->fd == -1)
		return 0;
	/* A rename would get around a file that its owner has made read-only. */
	if (faccessat(AT_FDCWD, a->path, W_OK, AT_EACCESS) == -1)
		return err_sys(e, ANT_FAIL, "%s", a->path);
	/* The owner as far as we may: a plain user's own file is what matters. */
	if (fstat(a->old, &st) == -1 ||
		(fchown(a->fd, st.st_uid, st.st_gid) == -1 && errno != EPERM) ||
		fchmod(a->fd, st.st_mode & 0777) == -1)
		return err_sys(e, ANT_FAIL, "%s: permissions", a->path);
	return 0;
}

/* The name of scratch files: the lock's holder alone uses it, and never for long. */
static void
scratch_name(const struct aside *a, char to[static NAME_MAX + 8])
{
	snprintf(to, NAME_MAX + 8, "%s~", a->temp);
}

int
aside_open(struct aside *a, const char *path, int wait_ms, struct ant_err *e)
{
	char name[NAME_MAX + 8];

	if (locate(a, path, e) == 0 && lock(a, wait_ms, e) == 0 && open_old(a, e) == 0) {
		scratch_name(a, name);
		unlinkat(a->dir, name, 0);
		return 0;
	}
	aside_close(a);
	return -1;
}

int
aside_look(struct aside *a, const char *path, struct ant_err *e)
{
	if (locate(a, path, e) == 0 && open_old(a, e) == 0)
		return 0;
	aside_close(a);
	return -1;
}

int
aside_scratch(struct aside *a, struct ant_err *e)
{
	char name[NAME_MAX + 8];
	int fd;

	scratch_name(a, name);
	fd = openat(a->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1 || unlinkat(a->dir, name, 0) == -1) {
		err_sys(e, ANT_FAIL, "%s: %s in its folder", a->path, name);
		if (fd != -1)
			close(fd);
		return -1;
	}
	return fd;
}

int
aside_sync(struct aside *a, struct ant_err *e)
{
	return fsync(a->fd) == 0 ? 0 : err_sys(e, ANT_FAIL, "%s", a->path);
}

int
aside_rename(struct aside *a, struct ant_err *e)
{
	const char *slash = strrchr(a->path, '/');

	if (renameat(a->dir, a->temp, a->dir, slash != NULL ? slash + 1 : a->path) == -1)
		return err_sys(e, ANT_FAIL, "%s: rename", a->path);
	free(a->temp); /* it is no name of ours any more */
	a->temp = NULL;
	if (fsync(a->dir) == -1 && errno != EINVAL) /* some file systems have no such thing */
		return err_sys(e, ANT_FAIL,
			"%s: the new file is in its place, but a power cut may undo that", a->path);
	return 0;
}

void
aside_close(struct aside *a)
{
	if (a->path == NULL)
		return;
	if (a->fd != -1 && a->temp != NULL)
		unlinkat(a->dir, a->temp, 0); /* while it is locked, it is ours */
	if (a->fd != -1)
		close(a->fd);
	if (a->old != -1)
		close(a->old);
	if (a->dir != -1)
		close(a->dir);
	free(a->path);
	free(a->folder);
	free(a->temp);
	memset(a, 0, sizeof *a);
}
