/*
 * lost_preload - an LD_PRELOAD library: a connection that is lost between a COMMIT and its answer
 *
 * The server gets the COMMIT, and whoever sent it reads an end instead of what the server says.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

static int lost;

/* Whether a message of N bytes at P ends with that word, and the null byte that PostgreSQL wants. */
static int
commits(const char *p, size_t n)
{
	n -= n > 0 && p[n - 1] == '\0';
	return n >= 6 && memcmp(p + n - 6, "COMMIT", 6) == 0;
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	ssize_t (*const real)(int, const void *, size_t, int) =
		(ssize_t(*)(int, const void *, size_t, int))dlsym(RTLD_NEXT, "send");

	lost |= commits(p, n);
	return real(fd, p, n, flags);
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	ssize_t (*const real)(int, void *, size_t, int) =
		(ssize_t(*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv");

	return lost ? 0 : real(fd, p, n, flags);
}
