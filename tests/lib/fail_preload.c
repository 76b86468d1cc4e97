/*
 * fail_preload - an LD_PRELOAD library that makes every call of a kind fail in turn
 *
 *     FAIL_KIND   malloc (malloc, calloc, realloc, strdup, strndup) or
 *                 socket (socket, connect, send, recv, poll, setsockopt, getsockopt)
 *     FAIL_ALL    set: not only that call fails, but every one from there on
 *     FAIL_ERRNO  errno of a failing socket call (104, ECONNRESET)
 *     FAIL_WANT   a file: what the command writes when nothing fails
 *     FAIL_SHARE  I/N: only every Nth call, beginning with the Ith, so that several can share
 *
 * Before main() the process forks once for each call: the child runs main() with
 * that call failing, the parent judges it, and ends after the child in which
 * no call failed any more.  A child is right when it exits (no signal, no hang)
 * and either status is 0 and its output is FAIL_WANT, or status is 1, 2 or 75
 * and its output has no end record.  The parent prints each child that is wrong, then
 * "calls N wrong M"; its status is 0 where M is 0.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static long calls, fail_at;
static int sockets, started, all, reason = ECONNRESET;
static int *reached; /* shared with the parent: the call was made */

static char *
slurp(int fd, size_t *len)
{
	struct stat st;
	char *p;

	if (fstat(fd, &st) == -1 || (p = __libc_malloc((size_t)st.st_size + 1)) == NULL)
		_exit(98);
	*len = (size_t)st.st_size;
	if (pread(fd, p, *len, 0) != st.st_size)
		_exit(98);
	p[*len] = '\0';
	return p;
}

/* NULL where the child was right, else what was wrong. */
static const char *
judge(int status, int out, const char *want, size_t want_len)
{
	static char text[64];
	const char *wrong = NULL;
	size_t len;
	char *got = slurp(out, &len);

	if (WIFSIGNALED(status)) {
		snprintf(text, sizeof text, "signal %d", WTERMSIG(status));
		wrong = text;
	} else if (WEXITSTATUS(status) == 0) {
		if (len != want_len || memcmp(got, want, len) != 0)
			wrong = "status 0 with another output";
	} else if (WEXITSTATUS(status) > 2 && WEXITSTATUS(status) != 75) {
		snprintf(text, sizeof text, "status %d", WEXITSTATUS(status));
		wrong = text;
	} else if (strstr(got, "{\"@ant\":\"end\"") != NULL && memcmp(got, want, len) != 0) {
		wrong = "an end record in an output that is not complete";
	}
	free(got);
	return wrong;
}

/* Run main() in a child for each call that can fail; in the child, return. */
static void
try_all(long first, long step)
{
	const char *file = getenv("FAIL_WANT");
	int fd = file == NULL ? -1 : open(file, O_RDONLY);
	long wrong = 0, last = 0;
	size_t want_len, len;
	char *want;

	if (fd == -1)
		_exit(98);
	want = slurp(fd, &want_len);
	for (fail_at = first;; fail_at += step) {
		const char *what;
		int out = memfd_create("out", 0), err = memfd_create("err", 0), status;
		pid_t pid;

		*reached = 0;
		if (out == -1 || err == -1 || (pid = fork()) == -1)
			_exit(98);
		if (pid == 0) {
			dup2(out, 1);
			dup2(err, 2);
			alarm(30);
			return;
		}
		waitpid(pid, &status, 0);
		if ((what = judge(status, out, want, want_len)) != NULL) {
			wrong++;
			dprintf(1, "call %ld: %s: %s\n", fail_at, what, slurp(err, &len));
		}
		close(out);
		close(err);
		if (!*reached)
			break;
		last = fail_at;
	}
	dprintf(1, "calls %ld wrong %ld\n", last, wrong);
	_exit(wrong != 0);
}

__attribute__((constructor)) static void
start(void)
{
	const char *kind = getenv("FAIL_KIND"), *no = getenv("FAIL_ERRNO");
	const char *share = getenv("FAIL_SHARE");
	long first = 1, step = 1;

	if (kind == NULL)
		return;
	sockets = strcmp(kind, "socket") == 0;
	all = getenv("FAIL_ALL") != NULL;
	if (no != NULL)
		reason = atoi(no);
	if (share != NULL && sscanf(share, "%ld/%ld", &first, &step) != 2)
		_exit(98);
	reached = mmap(
		NULL, sizeof *reached, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reached == MAP_FAILED)
		_exit(98);
	try_all(first, step);
	started = 1;
}

__attribute__((destructor)) static void
stop(void)
{
	started = 0;
}

static int
fails(int of_sockets)
{
	if (!started || of_sockets != sockets)
		return 0;
	calls++;
	if (calls == fail_at)
		*reached = 1;
	return all ? calls >= fail_at : calls == fail_at;
}

void *
malloc(size_t n)
{
	if (fails(0)) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	if (fails(0)) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	if (fails(0)) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(p, n);
}

char *
strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = malloc(n);

	return p == NULL ? NULL : memcpy(p, s, n);
}

char *
strndup(const char *s, size_t most)
{
	size_t n = strnlen(s, most);
	char *p = malloc(n + 1);

	if (p == NULL)
		return NULL;
	p[n] = '\0';
	return memcpy(p, s, n);
}

static int
socket_fails(void)
{
	if (!fails(1))
		return 0;
	errno = reason;
	return 1;
}

int
socket(int domain, int type, int protocol)
{
	static int (*real)(int, int, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "socket");
	return socket_fails() ? -1 : real(domain, type, protocol);
}

int
connect(int fd, const struct sockaddr *to, socklen_t len)
{
	static int (*real)(int, const struct sockaddr *, socklen_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "connect");
	return socket_fails() ? -1 : real(fd, to, len);
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "send");
	return socket_fails() ? -1 : real(fd, p, n, flags);
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	static ssize_t (*real)(int, void *, size_t, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "recv");
	return socket_fails() ? -1 : real(fd, p, n, flags);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	static int (*real)(struct pollfd *, nfds_t, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "poll");
	return socket_fails() ? -1 : real(fds, n, timeout);
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	static int (*real)(int, int, int, const void *, socklen_t);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "setsockopt");
	return socket_fails() ? -1 : real(fd, level, name, value, len);
}

int
getsockopt(int fd, int level, int name, void *restrict value, socklen_t *restrict len)
{
	static int (*real)(int, int, int, void *, socklen_t *);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "getsockopt");
	return socket_fails() ? -1 : real(fd, level, name, value, len);
}
