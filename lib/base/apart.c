#include "base/apart.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/out.h"

/* What the child sends: this, then so many bytes. */
struct answer {
	int result;
	size_t len;
	struct ant_err e;
};

static void
send_answer(int fd, int (*work)(void *, struct buf *, struct ant_err *), void *arg, struct buf *to)
{
	const size_t before = to->len;
	struct answer a;
	struct ant_err lost; /* who should have it is gone */

	memset(&a, 0, sizeof a);
	a.result = work(arg, to, &a.e);
	a.len = a.result == -1 ? 0 : to->len - before;
	if (out_write(fd, "", &a, sizeof a, &lost) == 0 && a.len > 0)
		out_write(fd, "", to->data + before, a.len, &lost);
}

/* LEN bytes: 1; 0 where they end before. */
static int
receive(int fd, void *to, size_t len)
{
	char *p = to;
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n)
		while ((n = read(fd, p, len)) <= 0)
			if (n == 0 || errno != EINTR)
				return 0;
	return 1;
}

/* The child may have been taken over: nothing of it is believed that could do harm here. */
static int
take_answer(int fd, struct buf *to, struct ant_err *e)
{
	struct answer a;
	char *p;

	if (!receive(fd, &a, sizeof a))
		return err_set(e, ANT_FAIL, "a child process ended before it was done");
	a.e.msg[sizeof a.e.msg - 1] = '\0';
	if (a.result == -1)
		return err_set(e, a.e.status == ANT_USAGE ? ANT_USAGE : ANT_FAIL, "%s", a.e.msg);
	if (a.result < 0)
		return err_set(e, ANT_FAIL, "a child process sent no answer");
	if ((p = buf_reserve(to, a.len)) == NULL)
		return err_sys(e, ANT_FAIL, "what a child process made");
	if (!receive(fd, p, a.len))
		return err_set(e, ANT_FAIL, "a child process ended before all was sent");
	to->len += a.len;
	return a.result;
}

/* How the child ended is the reason where it did not end well. */
static int
judge(int status, struct ant_err *e)
{
	if (WIFSIGNALED(status))
		return err_set(
			e, ANT_FAIL, "a child process was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_set(
			e, ANT_FAIL, "a child process ended with status %d", WEXITSTATUS(status));
	return 0;
}

int
apart(int (*work)(void *arg, struct buf *to, struct ant_err *e), void *arg, struct buf *to,
	struct ant_err *e)
{
	int ends[2], result, status = 0;
	pid_t child;

	if (pipe(ends) == -1)
		return err_sys(e, ANT_FAIL, "pipe");
	if ((child = fork()) == -1) {
		err_sys(e, ANT_FAIL, "fork");
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	if (child == 0) {
		close(ends[0]);
		send_answer(ends[1], work, arg, to);
		_exit(0);
	}
	close(ends[1]);
	result = take_answer(ends[0], to, e);
	close(ends[0]);
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		; /* ECHILD: our parent has SIGCHLD ignored, and the answer is all there is */
	return judge(status, e) == -1 ? -1 : result;
}
