/*
 * full_preload - an LD_PRELOAD library: a disk that gets full, without one
 *
 *     FULL_AFTER  so many bytes the process can still write to files; what goes to
 *                 descriptors 0 to 2 is not counted
 *
 * As on a disk, the write that meets the end is short, and each one behind it fails by
 * ENOSPC.  A file that is made longer takes room like one that is written.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long long left = -1; /* -1: not asked yet */

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
	if (left == 0) {
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
	if (length - st.st_size > left) {
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
