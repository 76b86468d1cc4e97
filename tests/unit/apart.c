/* Work in a process of its own: what comes back, and what does not. */
#define _GNU_SOURCE
#include "base/apart.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

enum { MUCH = 3 << 20 };

static int touched;

static int
works(void *arg, struct buf *to, struct ant_err *e)
{
	(void)e;
	touched = 1;
	for (int i = 0; i < *(int *)arg; i++)
		buf_putc(to, (char)('a' + i % 26));
	return 7;
}

static int
fails(void *arg, struct buf *to, struct ant_err *e)
{
	buf_puts(to, "half of it");
	return err_set(e, *(enum ant_status *)arg, "the work's own reason");
}

static int
dies(void *arg, struct buf *to, struct ant_err *e)
{
	(void)to;
	(void)e;
	raise(*(int *)arg);
	return 0;
}

static int
leaves(void *arg, struct buf *to, struct ant_err *e)
{
	(void)to;
	(void)e;
	_exit(*(int *)arg);
}

/* A result that is none, with a reason that does not end. */
static int
lies(void *arg, struct buf *to, struct ant_err *e)
{
	(void)to;
	memset(e, 'x', sizeof *e);
	return *(int *)arg;
}

static void
comes_back(void)
{
	static const int sizes[] = {0, 1, 65536, MUCH};
	struct ant_err e;
	struct buf b;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		int n = sizes[i];

		buf_init(&b, MUCH + 10);
		buf_puts(&b, "before ");
		CHECK(apart(works, &n, &b, &e) == 7);
		CHECK(b.len == (size_t)n + 7 && memcmp(b.data, "before ", 7) == 0);
		for (int at = 0; at < n && failures == 0; at++)
			CHECK(b.data[7 + at] == (char)('a' + at % 26));
		buf_free(&b);
	}
	CHECK(!touched); /* its memory is its own */
	CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
}

static void
does_not(void)
{
	int signal_number = SIGKILL, status = 3, minus = -5, one = -1, n = 100;
	enum ant_status usage = ANT_USAGE, fail = ANT_FAIL;
	struct ant_err e;
	struct buf b, small;

	buf_init(&b, 1000);
	buf_init(&small, 99);
	CHECK(apart(fails, &usage, &b, &e) == -1 && e.status == ANT_USAGE);
	SAME(e.msg, "the work's own reason");
	CHECK(apart(fails, &fail, &b, &e) == -1 && e.status == ANT_FAIL);
	CHECK(apart(dies, &signal_number, &b, &e) == -1 && e.status == ANT_FAIL);
	SAME(e.msg, "a child process was ended by signal 9");
	CHECK(apart(leaves, &status, &b, &e) == -1 && e.status == ANT_FAIL);
	SAME(e.msg, "a child process ended with status 3");
	status = 0;
	CHECK(apart(leaves, &status, &b, &e) == -1 && e.status == ANT_FAIL);
	SAME(e.msg, "a child process ended before it was done");
	CHECK(apart(lies, &minus, &b, &e) == -1 && e.status == ANT_FAIL);
	SAME(e.msg, "a child process sent no answer");
	CHECK(apart(lies, &one, &b, &e) == -1 && e.status == ANT_FAIL);
	CHECK(strlen(e.msg) == sizeof e.msg - 1);
	CHECK(b.len == 0);
	CHECK(apart(works, &n, &small, &e) == 7 || small.failed);
	CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
	buf_free(&b);
	buf_free(&small);
}

/* Who starts us may ignore the ends of children: then there is no status to be had. */
static void
without_statuses(void)
{
	int n = 5, status = 3;
	struct ant_err e;
	struct buf b;

	buf_init(&b, 1000);
	signal(SIGCHLD, SIG_IGN);
	CHECK(apart(works, &n, &b, &e) == 7 && b.len == 5);
	CHECK(apart(leaves, &status, &b, &e) == -1 && e.status == ANT_FAIL);
	signal(SIGCHLD, SIG_DFL);
	buf_free(&b);
}

int
main(void)
{
	comes_back();
	does_not();
	without_statuses();
	DONE();
}
