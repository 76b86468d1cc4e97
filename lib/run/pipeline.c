#define _GNU_SOURCE /* pipe2 */
#include "run/pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/child.h"
#include "run/fan.h"

enum { HEARD = 1 << 14, PIPE_MAX = 1 << 20 };

struct proc {
	pid_t pid, was;	  /* pid: 0 once its status is known */
	int stopped;	  /* by a signal */
	int in, out, err; /* to become its own; -1: it has ours */
	int hear;	  /* the other end of err, or -1 */
};

struct run {
	struct stage *stages;
	struct proc *procs;
	size_t n, alive;
	const struct pipeline_how *how;
	sigset_t mask; /* of before */
	int signals;   /* the descriptor that tells of them */
	int report[2]; /* of children that could not be started */
	int ending;    /* we were asked to end */
	int64_t due;   /* when the lines that linger are passed on; 0: there are none */
	struct fan fan;
	struct pollfd *polls; /* signals, then fan, then what is heard */
};

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* A pipe; of its ends, OURS (0 or 1) does not block. */
static int
make_pipe(int *from, int *to, int ours, struct ant_err *e)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) == -1)
		return err_sys(e, ANT_FAIL, "a pipe");
	*from = fd[0];
	*to = fd[1];
	if (ours != -1 && fcntl(fd[ours], F_SETFL, O_NONBLOCK) == -1)
		return err_sys(e, ANT_FAIL, "a pipe");
	return 0;
}

static int
take_signals(struct run *r, struct ant_err *e)
{
	sigset_t set;

	child_ending(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGPIPE); /* of a fan whose reader is gone */
	signal(SIGCHLD, SIG_DFL); /* ignored, no status would be known */
	sigprocmask(SIG_BLOCK, &set, &r->mask);
	if ((r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
		return err_sys(e, ANT_FAIL, "signalfd");
	return 0;
}

static int
begin(struct run *r, struct stage *stages, size_t n, const struct pipeline_how *how,
	struct ant_err *e)
{
	*r = (struct run){.stages = stages, .n = n, .how = how, .signals = -1, .report = {-1, -1}};
	if ((r->procs = calloc(n, sizeof *r->procs)) == NULL ||
		(r->polls = calloc(2 + 2 * n, sizeof *r->polls)) == NULL)
		return err_sys(e, ANT_FAIL, "the pipeline");
	for (size_t i = 0; i < n; i++)
		r->procs[i] = (struct proc){0, 0, 0, -1, -1, -1, -1};
	if (take_signals(r, e) == -1)
		return -1;
	return make_pipe(&r->report[0], &r->report[1], 0, e);
}

/* What goes into and comes out of the one of number I, but for the source's output. */
static int
connect_stage(struct run *r, size_t i, struct ant_err *e)
{
	const struct stage *s = r->stages + i, *next = s + 1;
	struct proc *p = r->procs + i;
	const int heard = i == 0 ? r->how->hear_source : r->how->hear_others;
	const int inside = i > 0 && i + 1 < r->n && next->branch == s->branch;

	if (heard && make_pipe(&p->hear, &p->err, 0, e) == -1)
		return -1;
	if (s->out != NULL &&
		(p->out = open(s->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) == -1)
		return err_sys(e, ANT_FAIL, "%s", s->out);
	if (inside && make_pipe(&r->procs[i + 1].in, &p->out, -1, e) == -1)
		return -1;
	return 0;
}

static int
connect_source(struct run *r, struct ant_err *e)
{
	const size_t branches = (size_t)r->stages[r->n - 1].branch;
	int from = -1, result;

	if (branches == 0)
		return 0;
	if (branches == 1)
		return make_pipe(&r->procs[1].in, &r->procs[0].out, -1, e);
	result = make_pipe(&from, &r->procs[0].out, 0, e);
	if (fan_init(&r->fan, from, branches, r->how->aside) == -1)
		return err_sys(e, ANT_FAIL, "the branches");
	for (size_t i = 1; result == 0 && i < r->n; i++)
		if (r->stages[i].position == 1)
			result = make_pipe(
				&r->procs[i].in, &r->fan.to[r->stages[i].branch - 1], 1, e);
	return result;
}

static void
start(struct run *r, size_t i)
{
	struct stage *s = r->stages + i;
	struct proc *p = r->procs + i;
	const struct child_how how = {p->in, p->out, p->err, r->report[1], s->deaf, &r->mask};
	pid_t pid = child_start(s->argv, &how);

	if (pid == -1) {
		s->error = errno;
		s->status = 126;
	} else {
		p->pid = p->was = pid;
		r->alive++;
	}
	shut(&p->in);
	shut(&p->out);
	shut(&p->err);
}

/* Pass SIG on, but not what the terminal has sent to all of us. */
static void
pass_on(struct run *r, int sig, int from_terminal)
{
	r->ending = 1;
	for (size_t i = 0; i < r->n && !from_terminal; i++)
		if (r->procs[i].pid > 0 && !r->stages[i].deaf)
			kill(r->procs[i].pid, sig);
}

static void
ended(struct run *r, size_t i, int how)
{
	struct stage *s = r->stages + i;

	s->signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
	s->status = s->signal > 0 ? 128 + s->signal : WEXITSTATUS(how);
	r->procs[i].pid = 0;
	r->alive--;
}

/* What became of the one of number I, if anything did. */
static void
look(struct run *r, size_t i)
{
	struct proc *p = r->procs + i;
	int how;
	pid_t got;

	while (p->pid > 0 && (got = waitpid(p->pid, &how, WNOHANG | WUNTRACED | WCONTINUED)) != 0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			ended(r, i, 255 << 8); /* cannot be; but we must not wait for ever */
		else if (WIFSTOPPED(how) || WIFCONTINUED(how))
			p->stopped = WIFSTOPPED(how);
		else
			ended(r, i, how);
	}
	/* Only one that is stopped: a leak checker that takes a SIGCONT at its end hangs. */
	if (p->pid > 0 && p->stopped && r->ending) {
		kill(p->pid, SIGCONT);
		p->stopped = 0;
	}
}

static void
take_news(struct run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof info) == (ssize_t)sizeof info)
		if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGPIPE)
			pass_on(r, (int)info.ssi_signo, info.ssi_code == SI_KERNEL);
	for (size_t i = 0; i < r->n; i++)
		look(r, i);
}

/* Pass on what lingers, but for a line that is not whole yet. */
static void
let_go(struct run *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->stages[i].at_once)
			stages_lines(r->stages + i, 0, r->how->line, r->how->to);
	r->due = 0;
}

static void
keep(struct run *r, struct stage *s, const char *p, size_t n)
{
	const int lingers = s->at_once && r->how->linger > 0;

	if (lingers && r->due != 0)
		stages_lines(s, 0, r->how->line, r->how->to);
	if (lingers)
		r->due = clock_ms() + r->how->linger;
	while (n > 0) {
		size_t room = STAGE_SAID_MAX - s->said.len, some = n < room ? n : room;

		if (buf_put(&s->said, p, some) == -1)
			buf_clear(&s->said); /* no memory: better to lose words than the rows */
		p += some;
		n -= some;
		if (s->said.len == STAGE_SAID_MAX)
			s->at_once = 1;
		if (s->at_once && (!lingers || s->said.len == STAGE_SAID_MAX))
			stages_lines(s, 0, r->how->line, r->how->to);
	}
}

/* Read what the one of number I says: 1; 0 where there is nothing now. */
static int
hear(struct run *r, size_t i)
{
	char said[HEARD];
	ssize_t n;

	if (r->procs[i].hear == -1)
		return 0;
	n = read(r->procs[i].hear, said, sizeof said);
	if (n > 0)
		keep(r, r->stages + i, said, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		shut(&r->procs[i].hear);
	return n > 0;
}

/* How long to wait for news, in ms; -1: until there are some. */
static int
patience(const struct run *r)
{
	int64_t rest;

	if (r->due == 0)
		return -1;
	rest = r->due - clock_ms();
	return rest > 0 ? (int)rest : 0;
}

static void
step(struct run *r)
{
	struct pollfd *fan = r->polls + 1, *heard = fan + 1 + r->fan.n;

	r->polls[0] = (struct pollfd){r->signals, POLLIN, 0};
	*fan = (struct pollfd){-1, 0, 0};
	if (r->fan.n > 0)
		fan_ask(&r->fan, fan);
	for (size_t i = 0; i < r->n; i++)
		heard[i] = (struct pollfd){r->procs[i].hear, POLLIN, 0};
	if (poll(r->polls, 2 + r->fan.n + r->n, patience(r)) == -1)
		return; /* EINTR: we were stopped, and go on */
	if (r->fan.n > 0)
		fan_step(&r->fan, fan);
	for (size_t i = 0; i < r->n; i++)
		if (heard[i].revents != 0)
			hear(r, i);
	if (r->polls[0].revents != 0)
		take_news(r);
	if (r->due != 0 && r->alive > 0 && clock_ms() >= r->due)
		let_go(r);
}

/* All have ended: what they said last is in the pipes, which others may hold open. */
static void
hear_rest(struct run *r)
{
	struct child_report report;

	for (size_t i = 0; i < r->n; i++) {
		for (int most = PIPE_MAX / HEARD; most > 0 && hear(r, i); most--)
			;
		if (r->stages[i].at_once && r->how->linger == 0)
			stages_lines(r->stages + i, 1, r->how->line, r->how->to);
	}
	while (read(r->report[0], &report, sizeof report) == (ssize_t)sizeof report)
		for (size_t i = 0; i < r->n; i++)
			if (r->procs[i].was == report.pid)
				r->stages[i].error = report.error;
}

static void
finish(struct run *r)
{
	for (size_t i = 0; r->procs != NULL && i < r->n; i++) {
		shut(&r->procs[i].in);
		shut(&r->procs[i].out);
		shut(&r->procs[i].err);
		shut(&r->procs[i].hear);
	}
	fan_free(&r->fan);
	shut(&r->report[0]);
	shut(&r->report[1]);
	shut(&r->signals);
	free(r->procs);
	free(r->polls);
}

int
pipeline_run(struct stage *stages, size_t n, const struct pipeline_how *how, struct ant_err *e)
{
	struct run r;
	int result = begin(&r, stages, n, how, e);

	if (result == 0)
		result = connect_source(&r, e);
	for (size_t i = 0; result == 0 && i < n; i++)
		result = connect_stage(&r, i, e);
	if (result == 0) {
		for (size_t i = 0; i < n; i++)
			start(&r, i);
		while (r.alive > 0)
			step(&r);
		hear_rest(&r);
	}
	finish(&r);
	return result;
}
