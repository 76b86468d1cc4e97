/*
 * full_preload - an LD_PRELOAD library: a disk that gets full, without one
 *
 *     FULL_AFTER  so many bytes the process can still write to files; what goes to
 *                 descriptors 0 to 2 is not counted
 *     FULL_WHEN   a file: as soon as it is there, no process can write to a file any more
 *                 that has the first line of it in its path.  For a server, whose processes
 *                 run all the while.
 *
 * As on a disk, the write that meets the end is short, and each one behind it fails by
 * ENOSPC.  A file that is made longer takes room like one that is written.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long long left = -1; /* -1: not asked yet */

/* Whether the file FULL_WHEN says that the disk is full that FD is on. */
static int
full_now(int fd)
{
	const char *when = getenv("FULL_WHEN");
	char link[64], path[4096], part[256];
	FILE *f;
	ssize_t n;
	int full = 0;

	if (when == NULL || (f = fopen(when, "r")) == NULL)
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if (fgets(part, sizeof part, f) != NULL &&
		(n = readlink(link, path, sizeof path - 1)) > 0) {
		path[n] = '\0';
		part[strcspn(part, "\n")] = '\0';
		full = strstr(path, part) != NULL;
	}
	fclose(f);
	return full;
}

static int
counts(int fd)
{
	const char *after = getenv("FULL_AFTER");
	struct stat st;

	if (left == -1)
		left = after != NULL ? atoll(after) : 1LL << 60;
	return fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* How many of N bytes there is room for; -1 where there is none. */
static ssize_t
take(int fd, size_t n)
{
	if (n == 0 || !counts(fd))
		return (ssize_t)n;
	if (left == 0 || full_now(fd)) {
		errno = ENOSPC;
		return -1;
	}
	if ((long long)n > left)
		n = (size_t)left;
	left -= (long long)n;
	return (ssize_t)n;
}

/* The same for a file that is to be LENGTH bytes: 0 or -1. */
static int
stretch(int fd, off_t length)
{
	struct stat st;

	if (!counts(fd) || fstat(fd, &st) == -1 || length <= st.st_size)
		return 0;
	if (length - st.st_size > left || full_now(fd)) {
		errno = ENOSPC;
		return -1;
	}
	left -= length - st.st_size;
	return 0;
}

/* The function NAME that stands behind ours, to the pointer at REAL, once. */
static void
find(void *real, const char *name)
{
	if (*(void **)real == NULL)
		*(void **)real = dlsym(RTLD_NEXT, name);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);
	ssize_t room = take(fd, n);

	find(&real, "write");
	return room == -1 ? -1 : real(fd, p, (size_t)room);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off_t);
	ssize_t room = take(fd, n);

	find(&real, "pwrite");
	return room == -1 ? -1 : real(fd, p, (size_t)room, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off64_t);
	ssize_t room = take(fd, n);

	find(&real, "pwrite64");
	return room == -1 ? -1 : real(fd, p, (size_t)room, at);
}

/* Several pieces, from the start of the first on: a short write of the rest is allowed. */
ssize_t
pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	return n < 1 ? 0 : pwrite(fd, v->iov_base, v->iov_len, at);
}

ssize_t
pwritev64(int fd, const struct iovec *v, int n, off64_t at)
{
	return n < 1 ? 0 : pwrite64(fd, v->iov_base, v->iov_len, at);
}

int
ftruncate(int fd, off_t length)
{
	static int (*real)(int, off_t);

	find(&real, "ftruncate");
	return stretch(fd, length) == -1 ? -1 : real(fd, length);
}

int
ftruncate64(int fd, off64_t length)
{
	static int (*real)(int, off64_t);

	find(&real, "ftruncate64");
	return stretch(fd, length) == -1 ? -1 : real(fd, length);
}

int
posix_fallocate(int fd, off_t at, off_t len)
{
	static int (*real)(int, off_t, off_t);

	find(&real, "posix_fallocate");
	return stretch(fd, at + len) == -1 ? ENOSPC : real(fd, at, len);
}

int
posix_fallocate64(int fd, off64_t at, off64_t len)
{
	static int (*real)(int, off64_t, off64_t);

	find(&real, "posix_fallocate64");
	return stretch(fd, at + len) == -1 ? ENOSPC : real(fd, at, len);
}

int
fallocate(int fd, int mode, off_t at, off_t len)
{
	static int (*real)(int, int, off_t, off_t);

	find(&real, "fallocate");
	return stretch(fd, at + len) == -1 ? -1 : real(fd, mode, at, len);
}

int
fallocate64(int fd, int mode, off64_t at, off64_t len)
{
	static int (*real)(int, int, off64_t, off64_t);

	find(&real, "fallocate64");
	return stretch(fd, at + len) == -1 ? -1 : real(fd, mode, at, len);
}
