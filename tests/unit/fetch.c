/* fetch_units - the pure parts of ant-fetch: fetch-units.bats names a group, this checks it */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utc.h"
#include "fetch/api.h"
#include "fetch/budget.h"
#include "fetch/complaint.h"
#include "fetch/organization.h"
#include "fetch/page.h"
#include "fetch/query.h"
#include "fetch/rate.h"
#include "fetch/retry.h"
#include "fetch/seen.h"
#include "fetch/window.h"
#include "stream/record.h"

static int failed, line_of;

static void
check(int ok, int line, const char *what)
{
	if (ok)
		return;
	failed = 1;
	printf("fetch.c:%d: %s (line %d)\n", line, what, line_of);
}

#define IS(x) check((x), __LINE__, #x)

static void
hints(void)
{
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	int64_t t = 0, now = 784111777;

	IS(retry_http_date(date, &t) == 0 && t == now);
	IS(retry_http_date("Sunday, 06-Nov-94 08:49:37 GMT", &t) == -1);
	IS(retry_http_date("Sun, 31 Feb 1994 08:49:37 GMT", &t) == -1);
	IS(retry_http_date("Sun, 06 Nov 1994 25:49:37 GMT", &t) == -1);
	IS(retry_http_date("", &t) == -1);
	IS(retry_hint("", "", now) == -1);
	IS(retry_hint("", "7", now) == 7000);
	IS(retry_hint("", "0", now) == 0);
	IS(retry_hint("", "1.5", now) == 1500);
	IS(retry_hint("250", "7", now) == 250);
	IS(retry_hint("abc", "7", now) == 7000);
	IS(retry_hint("", "-7", now) == -1);
	IS(retry_hint("", "nan", now) == -1);
	IS(retry_hint("", "inf", now) == -1);
	IS(retry_hint("", "0x10", now) == -1);
	IS(retry_hint("", "1e3", now) == -1);
	IS(retry_hint("", "1.2.3", now) == -1);
	IS(retry_hint("", "99999999999999999999999", now) == INT64_C(31536000000));
	IS(retry_hint("", date, now - 30) == 30000);
	IS(retry_hint("", date, now + 30) == -1);
	IS(retry_reset("2026-11-21T10:00:30Z", 1795255200) == 31000);
	IS(retry_reset("2026-11-21T10:00:00Z", 1795255200) == -1);
	IS(retry_reset("soon", 0) == -1);
	IS(retry_should("true") == 1 && retry_should("False") == 0 && retry_should("") == -1);
	IS(retry_about_size("The Limit is too large", 22) == 1);
	IS(retry_about_size("Cannot specify more than 5 group_by[] dimensions.", 49) == 0);
	IS(retry_about_size("ending date must be after starting date", 39) == 0);
}

static struct retry_plan
status(long code, int should, unsigned failures, int can_shrink)
{
	const struct retry_case c = {.status = code,
		.should_retry = should,
		.hint_ms = -1,
		.reset_ms = -1,
		.can_shrink = can_shrink,
		.failures = failures};

	return retry_decide(&c, 500, 0.5);
}

static void
decisions(void)
{
	static const long again[] = {408, 409, 429, 500, 502, 503, 504, 520, 524, 529, 599};
	static const long never[] = {201, 204, 206, 400, 402, 404, 405, 410, 413, 422, 451, 600};
	struct retry_case c = {.status = 429, .should_retry = -1, .hint_ms = 5000, .failures = 1};
	struct retry_plan p;

	for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
		line_of = (int)again[i];
		p = status(again[i], -1, 1, 0);
		IS(p.verdict == RETRY_AGAIN && p.status == ANT_TEMP);
		p = status(again[i], 0, 1, 0);
		IS(p.verdict == RETRY_NEVER && p.status == ANT_API);
	}
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		line_of = (int)never[i];
		p = status(never[i], -1, 1, 0);
		IS(p.verdict == RETRY_NEVER && p.status == ANT_API);
		p = status(never[i], 1, 1, 0);
		IS(p.verdict == RETRY_AGAIN && p.status == ANT_TEMP);
	}
	for (int again_as = -1; again_as <= 1; again_as++) { /* no word about the key */
		const struct retry_case page = {.status = 403,
			.foreign = 1,
			.should_retry = again_as,
			.hint_ms = -1,
			.reset_ms = -1,
			.failures = 1};

		IS(retry_decide(&page, 500, 0.5).status == (again_as == 1 ? ANT_TEMP : ANT_API));
	}
	IS(status(401, -1, 1, 1).status == ANT_AUTH && status(403, 1, 9, 0).status == ANT_AUTH);
	IS(status(413, -1, 1, 1).verdict == RETRY_SMALLER);
	IS(status(500, -1, 1, 1).verdict == RETRY_AGAIN);
	IS(status(500, -1, 2, 1).verdict == RETRY_SMALLER);
	IS(status(500, 0, 2, 1).verdict == RETRY_NEVER);
	IS(status(429, -1, 2, 1).verdict == RETRY_AGAIN);

	/* Waits: a hint with at most a second on top; without one, doubling to a ceiling. */
	p = retry_decide(&c, 500, 0.0);
	IS(p.wait_ms == 5000 && p.everybody);
	p = retry_decide(&c, 500, 0.999);
	IS(p.wait_ms > 5000 && p.wait_ms <= 5500);
	c.hint_ms = -1;
	c.reset_ms = 20000;
	IS(retry_decide(&c, 500, 0.0).wait_ms == 20000);
	c.reset_ms = -1;
	IS(retry_decide(&c, 500, 0.0).wait_ms == 30000);
	IS(retry_decide(&c, 500, 0.999).wait_ms < 60000);
	c.failures = 20;
	IS(retry_decide(&c, 500, 0.999).wait_ms <= 300000);
	c.spend_limit = 1;
	IS(retry_decide(&c, 500, 0.5).verdict == RETRY_NEVER);
	IS(status(500, -1, 1, 0).wait_ms == 250 && status(500, -1, 3, 0).wait_ms == 1000);
	IS(status(500, -1, 30, 0).wait_ms == 30000 && !status(500, -1, 1, 0).everybody);
	c = (struct retry_case){.cause = RETRY_TLS, .should_retry = -1, .hint_ms = -1};
	IS(retry_decide(&c, 500, 0.5).verdict == RETRY_NEVER);
	IS(retry_decide(&c, 500, 0.5).status == ANT_API);
	c.cause = RETRY_LOCAL;
	IS(retry_decide(&c, 500, 0.5).status == ANT_FAIL);
}

static void
budget(void)
{
	struct rate r;

	IS(rate_init(&r, 3) == 0);
	for (int64_t t = 0; t < 3; t++) {
		IS(rate_wait(&r, 1000 + t) == 0);
		rate_take(&r, 1000 + t);
	}
	IS(rate_wait(&r, 1010) == 59990 && rate_wait(&r, 60999) == 1 && rate_wait(&r, 61000) == 0);
	rate_take(&r, 61000);
	IS(rate_wait(&r, 61000) == 1); /* the second of the first three */
	rate_pause(&r, 70000);
	rate_pause(&r, 65000);
	IS(rate_wait(&r, 61000) == 9000);
	rate_free(&r);

	IS(rate_init(&r, 0) == 0);
	for (int i = 0; i < 1000; i++)
		rate_take(&r, 5);
	IS(rate_wait(&r, 5) == 0);
	rate_left(&r, 3, 2, 100);
	IS(rate_wait(&r, 5) == 0);
	rate_take(&r, 5);
	IS(rate_wait(&r, 5) == 95 && rate_wait(&r, 100) == 0);
	rate_take(&r, 100); /* what the server said is over */
	IS(rate_wait(&r, 101) == 0);
	rate_free(&r);
}

/* A clock that several processes see and a test turns. */
static _Atomic int64_t *hands;

static int64_t
clock_now(void)
{
	return atomic_load(hands);
}

static void
clock_start(int64_t now)
{
	hands = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (hands == MAP_FAILED)
		abort();
	atomic_store(hands, now);
}

/* Two users of one file: what one does holds for the other. */
static void
shared(void)
{
	struct budget a, b, c;
	struct ant_err e;
	struct stat st;

	clock_start(5000);
	unlink("rate");
	IS(budget_open(&a, 3, "rate", clock_now, &e) == 0);
	IS(budget_open(&b, 3, "rate", clock_now, &e) == 0);
	IS(budget_take(&a, &e) == 0 && budget_take(&b, &e) == 0);
	atomic_store(hands, 6000);
	IS(budget_take(&b, &e) == 0);
	IS(budget_take(&a, &e) == 59000 && budget_take(&b, &e) == 59000);
	budget_close(&b); /* what it took stays taken */
	IS(budget_open(&b, 3, "rate", clock_now, &e) == 0 && budget_take(&b, &e) == 59000);
	IS(budget_open(&c, 4, "rate", clock_now, &e) == -1 && e.status == ANT_USAGE);
	atomic_store(hands, 65000);
	IS(budget_take(&b, &e) == 0 && budget_take(&a, &e) == 0 && budget_take(&a, &e) == 1000);
	IS(budget_pause(&a, 200000, &e) == 0 && budget_take(&b, &e) == 135000);
	IS(budget_pause(&b, 100000, &e) == 0 && budget_take(&a, &e) == 135000);
	atomic_store(hands, 200000);
	IS(budget_left(&a, 1, 0, 230000, &e) == 0);
	IS(budget_take(&b, &e) == 0 && budget_take(&a, &e) == 30000);
	budget_close(&a);
	budget_close(&b);
	/* Once nothing in it holds any more, another rate may have the file. */
	IS(budget_open(&c, 4, "rate", clock_now, &e) == -1);
	atomic_store(hands, 300000);
	IS(budget_open(&c, 4, "rate", clock_now, &e) == 0 && budget_take(&c, &e) == 0);
	IS(budget_pause(&c, 900000, &e) == 0 && budget_take(&c, &e) == 600000);
	/* Who still uses it at the old one is told. */
	IS(budget_open(&a, 3, "rate", clock_now, &e) == -1);
	budget_close(&c);
	/* The machine was started anew: its clock, too. */
	atomic_store(hands, 10);
	IS(budget_open(&c, 2, "rate", clock_now, &e) == 0);
	IS(stat("rate", &st) == 0 && st.st_size == 72); /* no slot is left of before */
	IS(budget_take(&c, &e) == 0 && budget_take(&c, &e) == 0 && budget_take(&c, &e) == 60000);
	budget_close(&c);
	/* No limit, but pauses. */
	unlink("rate");
	IS(budget_open(&a, 0, "rate", clock_now, &e) == 0);
	IS(budget_open(&b, 0, "rate", clock_now, &e) == 0);
	for (int i = 0; i < 1000; i++)
		IS(budget_take(&a, &e) == 0);
	IS(budget_pause(&a, 60, &e) == 0 && budget_take(&b, &e) == 50);
	/* A wrong answer is not believed for ever. */
	IS(budget_pause(&a, INT64_C(1) << 55, &e) == 0 && budget_take(&b, &e) == 3600000);
	IS(budget_pause(&a, INT64_C(1) << 55, &e) == 0);
	atomic_store(hands, 3600010);
	IS(budget_take(&b, &e) == 0 && budget_left(&b, 0, 0, INT64_C(1) << 55, &e) == 0);
	IS(budget_take(&a, &e) == 3600000);
	budget_close(&a);
	budget_close(&b);
}

static int dies_at; /* before which call of pwrite() from here on the process is killed; 0: none */

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (dies_at > 0 && --dies_at == 0)
		_exit(0);
	return (ssize_t)syscall(SYS_pwrite64, fd, p, n, at);
}

/* Take one place of 3, and be killed before that call of pwrite(). */
static void
take_and_die(int call)
{
	struct budget b;
	struct ant_err e;
	pid_t pid = fork();

	if (pid == 0) {
		if (budget_open(&b, 3, "rate", clock_now, &e) == -1)
			_exit(1);
		dies_at = call;
		budget_take(&b, &e);
		_exit(0);
	}
	IS(waitpid(pid, NULL, 0) == pid);
}

/* Killed before, between or behind its writes: nobody waits for it, and nobody finds damage. */
static void
killed(void)
{
	struct budget a;
	struct ant_err e;

	for (int call = 1; call <= 3; call++) {
		int64_t wait;
		int taken = 0;

		line_of = call;
		clock_start(105000);
		unlink("rate");
		IS(budget_open(&a, 3, "rate", clock_now, &e) == 0);
		take_and_die(call); /* in a ring that fills */
		while ((wait = budget_take(&a, &e)) == 0)
			taken++;
		IS(wait == 60000 && taken == (call == 3 ? 2 : 3));
		budget_close(&a);
		unlink("rate");
		IS(budget_open(&a, 3, "rate", clock_now, &e) == 0);
		for (int i = 0; i < 3; i++) {
			atomic_store(hands, 105000 + i * 20000);
			IS(budget_take(&a, &e) == 0);
		}
		atomic_store(hands, 165000); /* and in one that is full, where the oldest is free */
		take_and_die(call);
		atomic_store(hands, 165010);
		wait = budget_take(&a, &e);
		IS(call == 1 ? wait == 0 : wait == 19990);
		budget_close(&a);
	}
}

/* Take all that there is until the clock stops; the times go to the pipe FD. */
static void
taker(size_t per_minute, int64_t stop, int fd)
{
	struct budget b;
	struct ant_err e;
	int64_t wait, before;
	const int64_t *taken; /* when, by the clock under the lock */

	if (budget_open(&b, per_minute, "rate", clock_now, &e) == -1)
		_exit(1);
	while ((before = clock_now()) < stop) {
		if ((wait = budget_take(&b, &e)) == -1)
			_exit(1);
		taken = &b.rate.started[(b.rate.next + per_minute - 1) % per_minute];
		if (wait == 0 && write(fd, taken, sizeof *taken) != sizeof *taken)
			_exit(1);
		if (wait > 0) /* the others' turn to move the clock, or ours */
			atomic_compare_exchange_strong(
				hands, &before, before + (wait < 100 ? wait : 100));
	}
	budget_close(&b);
	_exit(0);
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Eight processes, one of them killed again and again: never more than the budget, nor much less. */
static void
crowd(void)
{
	enum { RATE = 400, MINUTES = 4, PROCESSES = 8 };
	static int64_t times[RATE * (MINUTES + 2)];
	int ends[2], left = PROCESSES, status;
	pid_t pids[PROCESSES];
	size_t n = 0;

	unlink("rate");
	clock_start(1000);
	IS(pipe(ends) == 0);
	for (int i = 0; i < PROCESSES; i++)
		if ((pids[i] = fork()) == 0)
			taker(RATE, MINUTES * 60000, ends[1]);
	for (int i = 0; i < 20; i++) { /* mostly somewhere between the lock and its end */
		usleep(2000);
		kill(pids[0], SIGKILL);
		waitpid(pids[0], NULL, 0);
		if ((pids[0] = fork()) == 0)
			taker(RATE, MINUTES * 60000, ends[1]);
	}
	while (left-- > 0)
		IS(wait(&status) > 0 && status == 0);
	close(ends[1]);
	while (n < sizeof times / sizeof *times && read(ends[0], &times[n], sizeof *times) > 0)
		n++;
	close(ends[0]);
	IS(n <= (size_t)RATE * MINUTES && n + 20 >= (size_t)RATE * MINUTES);
	qsort(times, n, sizeof *times, by_time);
	for (size_t i = RATE; i < n; i++)
		IS(times[i] - times[i - RATE] >= 60000);
}

static void
put_file(const char *name, const char *bytes, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	IS(fd != -1 && write(fd, bytes, len) == (ssize_t)len);
	close(fd);
}

/* What is not our file is refused as it is; what is damaged never leads outside. */
static void
hostile(void)
{
	static char text[200], good[200];
	struct budget b;
	struct ant_err e;
	struct stat st;
	size_t len;
	int fd;

	clock_start(5000);
	put_file("thesis", "It was a dark and stormy night", 30);
	IS(budget_open(&b, 3, "thesis", clock_now, &e) == -1 && e.status == ANT_USAGE);
	IS(stat("thesis", &st) == 0 && st.st_size == 30);
	IS(symlink("thesis", "link") == 0 || errno == EEXIST);
	IS(symlink("nowhere", "dangling") == 0 || errno == EEXIST);
	IS(budget_open(&b, 3, "link", clock_now, &e) == -1 && e.status == ANT_USAGE);
	IS(budget_open(&b, 3, "dangling", clock_now, &e) == -1 && access("nowhere", F_OK) == -1);
	IS(mkfifo("fifo", 0600) == 0 || errno == EEXIST);
	IS(budget_open(&b, 3, "fifo", clock_now, &e) == -1);
	IS(budget_open(&b, 3, ".", clock_now, &e) == -1);
	IS(budget_open(&b, 3, "none/rate", clock_now, &e) == -1 && e.status == ANT_USAGE);
	put_file("open", "", 0);
	IS(chmod("open", 0666) == 0 && budget_open(&b, 3, "open", clock_now, &e) == -1);
	put_file("one", "", 0);
	IS(link("one", "two") == 0 || errno == EEXIST);
	IS(budget_open(&b, 3, "two", clock_now, &e) == -1);
	umask(0);
	unlink("rate");
	IS(budget_open(&b, 3, "rate", clock_now, &e) == 0 && stat("rate", &st) == 0);
	IS((st.st_mode & 0777) == 0600);
	for (int i = 0; i < 4; i++)
		IS(budget_take(&b, &e) == (i < 3 ? 0 : 60000));
	budget_close(&b);
	fd = open("rate", O_RDONLY);
	len = (size_t)read(fd, good, sizeof good);
	close(fd);
	IS(len == 96);
	for (size_t n = 0; n < len; n++) { /* cut anywhere: new, refused, or a slot is missing */
		line_of = (int)n;
		put_file("rate", good, n);
		if (budget_open(&b, 3, "rate", clock_now, &e) == 0) {
			IS(n == 0 || n >= 72);
			budget_take(&b, &e);
			budget_close(&b);
		} else {
			IS(n > 0);
		}
	}
	for (size_t bit = 0; bit < len * 8; bit++) { /* any bit turned: no crash, nothing wild */
		line_of = (int)bit;
		memcpy(text, good, len);
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		put_file("rate", text, len);
		if (budget_open(&b, 3, "rate", clock_now, &e) == 0) {
			for (int i = 0; i < 4; i++)
				budget_take(&b, &e);
			budget_close(&b);
		}
	}
}

static int64_t
day(int64_t y, unsigned m, unsigned d)
{
	return utc_days(y, m, d) * UTC_DAY;
}

static const int64_t window_now = 1795257000; /* 2026-11-21T10:30:00Z */

/* The window of T from FROM to TO; where it is none, everything in it is 0. */
static struct window
make_window(const struct table *t, const char *width, const char *from, const char *to)
{
	struct ant_err e = {.status = ANT_OK};
	struct window w;

	if (window_make(&w, t, width, from, to, window_now, &e) == 0)
		return w;
	IS(e.status == ANT_USAGE);
	return (struct window){.from = 0};
}

static struct width two_widths[] = {{.name = (char[]){"1d"}, .seconds = UTC_DAY},
	{.name = (char[]){"1h"}, .seconds = UTC_HOUR}};

static void
windows(void)
{
	struct table t = {.name = (char[]){"t"},
		.paging = PAGING_PAGE,
		.widths = two_widths,
		.nwidths = 2,
		.oldest = INT64_MIN,
		.open_bucket = 1};
	struct window w;
	struct ant_err e;
	int64_t from, to;

	w = make_window(&t, NULL, NULL, NULL);
	IS(w.from == day(2023, 1, 1) && w.to == day(2026, 11, 22));
	IS(w.watermark == day(2026, 11, 21) && !w.narrowed && !w.unserved);
	IS(window_slices(&w, 31 * UTC_DAY) == 46); /* 1421 days */
	window_slice(&w, 31 * UTC_DAY, 45, &from, &to);
	IS(to == w.to && to - from == 26 * UTC_DAY);
	w = make_window(&t, "1h", "-1h", NULL);
	IS(w.to - w.from == 2 * UTC_HOUR && w.watermark == w.to - UTC_HOUR);
	w = make_window(&t, NULL, "2026-11-20", "2026-11-20");
	IS(w.from == w.to && w.from == day(2026, 11, 20) && window_slices(&w, UTC_DAY) == 0);
	w = make_window(&t, NULL, "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z");
	IS(w.from == w.to && w.from > 0);
	w = make_window(&t, NULL, "2026-11-20T12:00:00Z", "2026-11-20T12:00:01Z");
	IS(w.to - w.from == UTC_DAY);
	IS(make_window(&t, NULL, "2026-11-20", "2026-11-19").width == 0);
	IS(make_window(&t, "1m", NULL, NULL).width == 0);
	t.open_bucket = 0;
	w = make_window(&t, NULL, "-2d", "2027-01-01");
	IS(w.to == day(2026, 11, 21) && w.watermark == w.to);
	w = make_window(&t, NULL, "today", NULL);
	IS(w.from == w.to && w.watermark == w.to);
	w = make_window(
		&t, NULL, "2099-01-01", "2099-01-02"); /* that nothing came is no news of then */
	IS(w.from == w.to && w.from == day(2099, 1, 1) && w.watermark == day(2026, 11, 21));
	t.earliest = day(2025, 1, 1);
	w = make_window(&t, NULL, NULL, "2024-01-01");
	IS(w.from == w.to && w.width > 0);
	t.nwidths = 0;
	IS(make_window(&t, NULL, NULL, NULL).width == 0);
	IS(window_make(&w, &t, NULL, NULL, NULL, window_now, &e) == 0);
	IS(make_window(&t, NULL, "today", NULL).width == 0);
	t.day = (struct time_param){(char[]){"date"}, 1};
	w = make_window(&t, NULL, "-1d", NULL);
	IS(w.from == day(2026, 11, 20) && strcmp(w.width_name, "1d") == 0);
	IS(make_window(&t, "1d", NULL, NULL).width == 0); /* no choice */
}

/* A window in days or seconds; one that ends before now. */
static void
spans(void)
{
	struct table t = {.name = (char[]){"t"},
		.from = {(char[]){"created_at.gte"}, 0},
		.to = {(char[]){"created_at.lt"}, 0},
		.oldest = INT64_MIN,
		.open_bucket = 1,
		.lag = 60};
	struct window w;
	int64_t from, to;

	w = make_window(&t, NULL, "-1h", NULL);
	IS(w.width == 1 && w.width_name == NULL && w.from == window_now - UTC_HOUR);
	IS(w.to == window_now - 60 && w.watermark == w.to);
	w = make_window(&t, NULL, "2026-11-20T00:00:07Z", "2026-11-20T00:00:09Z");
	IS(w.to - w.from == 2 && w.watermark == w.to);
	w = make_window(&t, NULL, "now", NULL); /* the last minute is not known yet */
	IS(w.from == w.to && w.watermark < w.from);
	t.lag = 0;
	w = make_window(&t, NULL, "-1h", "now");
	IS(w.to == window_now && w.watermark == w.to);
	IS(window_slices(&w, 1000) == 4);
	window_slice(&w, 1000, 3, &from, &to);
	IS(from == w.to - 600 && to == w.to);
	t.from.day = t.to.day = 1;
	w = make_window(&t, NULL, "2026-11-20T07:00:00Z", NULL);
	IS(w.width == UTC_DAY && strcmp(w.width_name, "1d") == 0);
	IS(w.from == day(2026, 11, 20) && w.to == day(2026, 11, 22));
	IS(w.watermark == day(2026, 11, 21));
	/* Where the end is not there yet. */
	window_end(&w, day(2026, 11, 21));
	IS(w.to == day(2026, 11, 21) && w.watermark == w.to);
	window_end(&w, day(2026, 11, 20));
	IS(w.to == w.from && w.watermark < w.from);
	w = make_window(&t, NULL, "2026-11-20", "2026-11-21");
	window_end(&w, day(2026, 11, 10));
	IS(w.to == w.from && w.from == day(2026, 11, 20) && w.watermark < w.from);
}

/* What the API does not serve any more is cut off, and said. */
static void
served(void)
{
	struct table t = {.name = (char[]){"t"},
		.widths = two_widths,
		.nwidths = 2,
		.from = {(char[]){"starting_at"}, 0},
		.to = {(char[]){"ending_at"}, 0},
		.open_bucket = 1,
		.earliest = day(2026, 1, 1),
		.oldest = day(2026, 1, 1)};
	struct window w;

	w = make_window(&t, NULL, "2025-12-01", "2026-02-01");
	IS(w.narrowed && !w.unserved && w.asked == day(2025, 12, 1));
	IS(w.from == day(2026, 1, 1) && w.from == w.served && w.to == day(2026, 2, 1));
	w = make_window(&t, NULL, "2026-01-01", "2026-02-01");
	IS(!w.narrowed && w.from == day(2026, 1, 1));
	w = make_window(&t, NULL, "2025-12-01", "2026-01-01"); /* all of it */
	IS(w.narrowed && w.unserved && w.from == w.to && w.to == day(2026, 1, 1));
	w = make_window(&t, NULL, "2025-12-01", "2025-12-10");
	IS(w.narrowed && w.unserved && w.from == w.to && w.to == day(2025, 12, 10));
	w = make_window(&t, NULL, "2025-12-01", "2025-12-01"); /* nothing was asked for */
	IS(!w.narrowed && !w.unserved && w.from == w.to);
	w = make_window(&t, NULL, NULL, NULL); /* nor was a start */
	IS(!w.narrowed && w.from == day(2026, 1, 1));
	/* The span moves on while a fetch runs: some hours to spare, and whole buckets. */
	t.oldest_span = 100 * UTC_DAY;
	w = make_window(&t, NULL, "2026-01-01", NULL);
	IS(w.narrowed && w.asked == day(2026, 1, 1) && w.from == day(2026, 8, 14));
	w = make_window(&t, "1h", "2026-01-01", NULL);
	IS(w.from == day(2026, 8, 13) + 13 * UTC_HOUR);
	w = make_window(&t, NULL, NULL, NULL);
	IS(!w.narrowed && w.from == day(2026, 8, 14));
	t.oldest_span = 365 * UTC_DAY; /* the later of the two */
	w = make_window(&t, NULL, "2025-11-01", NULL);
	IS(w.narrowed && w.from == day(2026, 1, 1));
}

static struct page_rules read_rules; /* of the next page that is read */

/* Read TEXT as a page by read_rules; what comes out goes to LINES. */
static enum page_result
read_by_rules(const char *text, struct page *p, char *lines, char *cursor)
{
	static char reason[256];
	struct buf body, next;
	enum page_result result;

	buf_init(&body, PAGE_MAX);
	buf_init(&next, 1 << 16);
	buf_puts(&body, text);
	result = page_read(&body, &read_rules, p, &next, reason, sizeof reason);
	lines[0] = cursor[0] = '\0';
	if (result == PAGE_OK)
		snprintf(lines, 4096, "%.*s", (int)p->len, p->lines);
	if (result == PAGE_OK && p->more)
		snprintf(cursor, 4096, "%s", buf_str(&next));
	buf_free(&body);
	buf_free(&next);
	return result;
}

static enum page_result
read_page(enum paging paging, int buckets, const char *text, struct page *p, char *lines,
	char *cursor)
{
	read_rules = (struct page_rules){.paging = paging,
		.time = buckets ? "starting_at" : NULL,
		.buckets = buckets,
		.to = 10 * UTC_DAY,
		.open = 2 * UTC_DAY};
	return read_by_rules(text, p, lines, cursor);
}

/* Rows of buckets in any order, other names of the data, what is complete, what is cut off. */
static void
rules(void)
{
	static const char row[] =
		"{\"data\":[{\"starting_at\":\"1970-01-03T00:00:00Z\"},{\"starting_at\":"
		"\"1970-01-02T00:00:00Z\"},{\"starting_at\":\"1970-01-02T00:00:00Z\"}],"
		"\"has_more\":false%s}";
	static const struct {
		const char *text;
		enum page_result result;
		const char *lines;
	} renamed[] = {
		{"{\"data\":[{\"a\":1}],\"next_page\":null}", PAGE_OK, "{\"a\":1}\n"},
		{"{\"summaries\":[{\"a\":1}],\"next_page\":null}", PAGE_OK, "{\"a\":1}\n"},
		/* Under both names: the first ones, once. */
		{"{\"summaries\":[{\"a\":1}],\"data\":[{\"a\":1}],\"next_page\":null}", PAGE_OK,
			"{\"a\":1}\n"},
		{"{\"data\":[],\"summaries\":[{\"a\":1}],\"next_page\":null}", PAGE_OK, ""},
		{"{\"summaries\":[],\"summaries\":[],\"next_page\":null}", PAGE_WRONG, ""},
		{"{\"summaries\":{},\"next_page\":null}", PAGE_WRONG, ""},
		{"{\"summary\":[],\"next_page\":null}", PAGE_WRONG, ""},
	};
	static const struct {
		const char *member;
		enum page_result result;
		int64_t refreshed;
	} fresh[] = {{"", PAGE_OK, INT64_MAX}, {",\"data_refreshed_at\":null", PAGE_OK, INT64_MAX},
		{",\"data_refreshed_at\":\"1970-01-03T01:00:00Z\"", PAGE_OK,
			2 * UTC_DAY + UTC_HOUR},
		{",\"data_refreshed_at\":\"1970-01-03T01:00:00.25+01:00\"", PAGE_OK, 2 * UTC_DAY},
		{",\"data_refreshed_at\":7", PAGE_WRONG, 0},
		{",\"data_refreshed_at\":\"soon\"", PAGE_WRONG, 0},
		{",\"data_refreshed_at\":null,\"data_refreshed_at\":null", PAGE_WRONG, 0}};
	static char lines[4096], cursor[4096], text[1024];
	struct page p;

	read_rules = (struct page_rules){
		.paging = PAGING_PAGE, .time = "starting_at", .from = UTC_DAY, .to = 3 * UTC_DAY};
	for (size_t i = 0; i < sizeof fresh / sizeof *fresh; i++) {
		line_of = (int)i;
		snprintf(text, sizeof text, row, fresh[i].member);
		IS(read_by_rules(text, &p, lines, cursor) == fresh[i].result);
		IS(fresh[i].result != PAGE_OK ||
			(p.records == 3 && p.refreshed == fresh[i].refreshed));
	}
	snprintf(text, sizeof text, row, "");
	read_rules.from = 2 * UTC_DAY;
	IS(read_by_rules(text, &p, lines, cursor) == PAGE_WRONG);
	read_rules.from = UTC_DAY;
	read_rules.to = 2 * UTC_DAY;
	IS(read_by_rules(text, &p, lines, cursor) == PAGE_WRONG);
	read_rules.to = 3 * UTC_DAY;
	read_rules.time = "created_at";
	IS(read_by_rules(text, &p, lines, cursor) == PAGE_WRONG); /* a row without its time */
	IS(read_by_rules("{\"data\":[{\"\\u0063reated_at\":\"1970-01-03T23:59:59.999999Z\"}],"
			 "\"next_page\":null}",
		   &p, lines, cursor) == PAGE_OK);

	read_rules = (struct page_rules){.paging = PAGING_PAGE, .data = "summaries"};
	for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
		line_of = (int)i;
		IS(read_by_rules(renamed[i].text, &p, lines, cursor) == renamed[i].result);
		IS(strcmp(lines, renamed[i].lines) == 0);
	}
	read_rules.data = NULL;
	IS(read_by_rules(renamed[1].text, &p, lines, cursor) == PAGE_WRONG);

	/* Empty, with more behind it: the cursor decides. */
	IS(read_by_rules("{\"data\":[],\"has_more\":true,\"next_page\":\"x\"}", &p, lines,
		   cursor) == PAGE_OK);
	IS(p.records == 0 && p.more && strcmp(cursor, "x") == 0);
	IS(read_by_rules("{\"data\":[{}],\"has_more\":false,\"next_page\":\"x\"}", &p, lines,
		   cursor) == PAGE_OK &&
		!p.more);

	read_rules = (struct page_rules){.paging = PAGING_PAGE,
		.time = "starting_at",
		.buckets = 1,
		.to = UTC_DAY,
		.cut = "results",
		.most = 3};
	for (int n = 2; n <= 4; n++) { /* as many as are given, or more: there may be others */
		line_of = n;
		snprintf(text, sizeof text,
			"{\"data\":[{\"\\u0072esults\":[%.*s],\"starting_at\":\"1970-01-01T00:00:"
			"00Z\"}],"
			"\"has_more\":false}",
			2 * n - 1, "1,2,3,4,");
		IS(read_by_rules(text, &p, lines, cursor) == PAGE_OK && p.cut == (n >= 3));
	}
	read_rules.time = NULL; /* also where nothing else of an element is looked at */
	read_rules.buckets = 0;
	IS(read_by_rules(text, &p, lines, cursor) == PAGE_OK && p.cut);
	read_rules.cut = NULL;
	IS(read_by_rules(text, &p, lines, cursor) == PAGE_OK && !p.cut);
}

static void
pages(void)
{
	static const struct {
		enum paging paging;
		int buckets;
		const char *text;
		enum page_result result;
		const char *lines, *cursor;
	} cases[] = {
		{PAGING_PAGE, 0,
			"{\"data\":[{\"a\":1},{\"b\":2}],\"has_more\":true,\"next_page\":\"x=\"}",
			PAGE_OK, "{\"a\":1}\n{\"b\":2}\n", "x="},
		{PAGING_PAGE, 0, "{\"next_page\":null,\"data\":[]}", PAGE_OK, "", ""},
		{PAGING_PAGE, 0, "{\"next_page\":\"y\",\"data\":[{}]}", PAGE_OK, "{}\n", "y"},
		{PAGING_PAGE, 0,
			" {\r\n\"data\" : [ {\"a\" :\n[1,\r\n 2] } ,\n\n{ } "
			"]\n,\"has_more\":false}\n",
			PAGE_OK, "{\"a\" :[1, 2] }\n{ }\n", ""},
		{PAGING_PAGE, 0,
			"{\"data\":[{\"a\":\"\\n\\u0041\"}],\"has_more\":false,\"next_page\":"
			"\"left over\"}",
			PAGE_OK, "{\"a\":\"\\n\\u0041\"}\n", ""},
		{PAGING_ID, 0, "{\"data\":[{}],\"has_more\":true,\"last_id\":\"\\u0069d\"}",
			PAGE_OK, "{}\n", "id"},
		{PAGING_ID, 0, "{\"data\":[{}],\"has_more\":false,\"last_id\":\"id\"}", PAGE_OK,
			"{}\n", ""},
		{PAGING_ID, 0, "{\"data\":[{}],\"has_more\":true,\"last_id\":null}", PAGE_WRONG, "",
			""},
		{PAGING_ID, 0, "{\"data\":[{}],\"has_more\":true,\"last_id\":\"\"}", PAGE_WRONG, "",
			""},
		{PAGING_ID, 0, "{\"data\":[],\"has_more\":true,\"last_id\":\"id\"}", PAGE_WRONG, "",
			""},
		{PAGING_ID, 0, "{\"data\":[{}],\"last_id\":\"id\"}", PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{}]}", PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{}],\"has_more\":1,\"next_page\":null}", PAGE_WRONG,
			"", ""},
		{PAGING_PAGE, 0, "{\"data\":[{}],\"has_more\":null,\"next_page\":null}", PAGE_WRONG,
			"", ""},
		{PAGING_PAGE, 0, "{\"data\":[{}],\"has_more\":true,\"next_page\":7}", PAGE_WRONG,
			"", ""},
		{PAGING_PAGE, 0, "{\"data\":[{}],\"data\":[],\"next_page\":null}", PAGE_WRONG, "",
			""},
		{PAGING_PAGE, 0, "{\"data\":[{}],\"has_more\":true,\"has_more\":false}", PAGE_WRONG,
			"", ""},
		{PAGING_PAGE, 0, "{\"data\":[[]],\"next_page\":null}", PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{},1],\"next_page\":null}", PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0, "{\"data\":{},\"next_page\":null}", PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0, "[]", PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0, "null", PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0, "", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, " \n", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, "<html>", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{}],\"next_page\":null}x", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{}] \"next_page\":null}", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{},],\"next_page\":null}", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{} {}],\"next_page\":null}", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{}],\"next_page\":null,}", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[1", PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[{\"a\":\"\n\"}],\"next_page\":null}", PAGE_BROKEN, "",
			""},
		{PAGING_PAGE, 1,
			"{\"data\":[{\"results\":[{\"starting_at\":9}],\"starting_at\":\"1970-01-"
			"02T00:00:00Z\"},"
			"{\"starting_at\":\"1970-01-04T00:00:00Z\"}],\"has_more\":false}",
			PAGE_OK,
			"{\"results\":[{\"starting_at\":9}],\"starting_at\":\"1970-01-02T00:00:"
			"00Z\"}\n"
			"{\"starting_at\":\"1970-01-04T00:00:00Z\"}\n",
			""},
		{PAGING_PAGE, 1, "{\"data\":[{}],\"has_more\":false}", PAGE_WRONG, "", ""},
		{PAGING_PAGE, 1, "{\"data\":[{\"starting_at\":1}],\"has_more\":false}", PAGE_WRONG,
			"", ""},
		{PAGING_PAGE, 1,
			"{\"data\":[{\"starting_at\":\"1969-12-31T00:00:00Z\"}],\"has_more\":"
			"false}",
			PAGE_WRONG, "", ""},
		{PAGING_PAGE, 1,
			"{\"data\":[{\"starting_at\":\"1970-01-11T00:00:00Z\"}],\"has_more\":"
			"false}",
			PAGE_WRONG, "", ""},
		{PAGING_PAGE, 1,
			"{\"data\":[{\"starting_at\":\"1970-01-02T00:00:00Z\"},{\"starting_at\":"
			"\"1970-01-02T00:"
			"00:00Z\"}],\"has_more\":false}",
			PAGE_WRONG, "", ""},
		{PAGING_PAGE, 1,
			"{\"data\":[{\"starting_at\":\"1970-01-02T00:00:00Z\",}],\"has_more\":"
			"false}",
			PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 1, "{\"data\":[{\"starting_at\":\"1970-01-02T00:00:00Z\"",
			PAGE_BROKEN, "", ""},
		{PAGING_PAGE, 1,
			"{\"\\u0064ata\":[{\"starting\\u005fat\":\"1970-01-02\\u005400:00:"
			"00\\u005a\"}],"
			"\"h\\u0061s_more\":true,\"next_pag\\u0065\":\"\\u0078\\/\"}",
			PAGE_OK, "{\"starting\\u005fat\":\"1970-01-02\\u005400:00:00\\u005a\"}\n",
			"x/"},
		{PAGING_PAGE, 1,
			"{\"data\":[{\"starting_at\":\"1970-01-0\\u0000\"}],\"has_more\":false}",
			PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0, "{\"data\":[],\"\\u0064ata\":[],\"has_more\":false}", PAGE_WRONG,
			"", ""},
		{PAGING_PAGE, 0, "{\"data\":[],\"has_more\":false,\"\\u0065rror\":{}}", PAGE_WRONG,
			"", ""},
		{PAGING_PAGE, 0, "{\"typ\\u0065\":\"err\\u006fr\",\"data\":[],\"has_more\":false}",
			PAGE_WRONG, "", ""},
		{PAGING_PAGE, 0,
			"{\"type\":\"list\",\"error\":null,\"data\":[],\"has_more\":false}",
			PAGE_OK, "", ""},
		{PAGING_NONE, 0, "{ }", PAGE_WRONG, "", ""},
		{PAGING_NONE, 0, "{\"error\":{\"typ\\u0065\":\"api_error\"}}", PAGE_WRONG, "", ""},
		{PAGING_NONE, 0, "{\"id\":1,\n\"b\":2}", PAGE_OK, "{\"id\":1,\"b\":2}\n", ""},
		{PAGING_NONE, 0, "{\"type\":\"error\"}", PAGE_WRONG, "", ""},
		{PAGING_NONE, 0, "[1]", PAGE_WRONG, "", ""},
		{PAGING_NONE, 0, "{\"id\":", PAGE_BROKEN, "", ""},
		/* A cursor without a letter is none, as the official client has it. */
		{PAGING_PAGE, 0, "{\"next_page\":\"\",\"data\":[{}]}", PAGE_OK, "{}\n", ""},
		{PAGING_PAGE, 0, "{\"next_page\":\"\",\"data\":[{}],\"has_more\":true}", PAGE_WRONG, "",
			""},
	};
	static char lines[4096], cursor[4096];
	struct page p;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		line_of = (int)i;
		IS(read_page(cases[i].paging, cases[i].buckets, cases[i].text, &p, lines, cursor) ==
			cases[i].result);
		IS(strcmp(lines, cases[i].lines) == 0 && strcmp(cursor, cases[i].cursor) == 0);
	}
	read_page(PAGING_PAGE, 1, cases[32].text, &p, lines, cursor);
	IS(p.records == 2 && p.closed == 1 && p.last == 3 * UTC_DAY);
}

/* Nesting: 512 levels in a record are read, one more is not, and that is no damage. */
static void
depth(void)
{
	static char lines[4096], cursor[4096];
	struct page p;

	for (size_t n = 511; n <= 512; n++) { /* arrays inside the record, itself a level */
		struct buf text;

		buf_init(&text, 1 << 16);
		buf_puts(&text, "{\"data\":[{\"a\":");
		for (size_t i = 0; i < n; i++)
			buf_putc(&text, '[');
		for (size_t i = 0; i < n; i++)
			buf_putc(&text, ']');
		buf_puts(&text, "}],\"next_page\":null}");
		IS(read_page(PAGING_PAGE, 0, buf_str(&text), &p, lines, cursor) ==
			(n == 511 ? PAGE_OK : PAGE_WRONG));
		buf_free(&text);
	}
}

/* The first LEN bytes of TEXT, in memory that ends where a body may be read to. */
static struct complaint
complain(const char *text, size_t len)
{
	struct complaint c;
	struct buf body;

	buf_init(&body, 1 << 20);
	buf_put(&body, text, len);
	IS(complaint_read(&c, &body) == 0);
	buf_free(&body);
	return c;
}

static void
complaints(void)
{
	static const struct {
		const char *text;
		int from_api;
		const char *type, *message, *title;
		long status;
	} cases[] = {
		{"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}",
			1, "overloaded_error", "m", "", 529},
		{" {\"\\u0065rror\":{\"typ\\u0065\":\"api\\u005ferror\",\"message\":7}}", 1,
			"api_error", "", "", 500},
		{"{\"error\":{\"type\":\"a_new_error\"},\"typ\\u0065\":\"err\\u006fr\"}", 1,
			"a_new_error", "", "", 400},
		{"{\"error\":{\"type\":\"auth_error\",\"message\":\"m\"}}", 0, "auth_error", "m",
			"", 400},
		{"{\"error\":{}}", 0, "", "the body starts: {\"error\":{}}", "", 400},
		{"{\"error\":[]}", 0, "", "the body starts: {\"error\":[]}", "", 400},
		{"{\"type\":\"error\"}", 0, "", "the body starts: {\"type\":\"error\"}", "", 400},
		{"", 0, "", "", "", 400},
		{"<TITLE\n id=a>\t A \x01\x7f\r\n B </title>", 0, "",
			"the body starts: <TITLE\n id=a>\t A \x01\x7f\r\n B </title>", "A B", 400},
		{"<title><b>x</title>", 0, "", "the body starts: <title><b>x</title>", "", 400},
	};
	static const char key[] =
		"{\"error\":{\"type\":\"rate_limit_error\",\"details\":{\"error_code\":"
		"\"enforced_spend_limit_reached\"}}}";
	char text[400] = "<title>", name[16];
	struct http_answer a = {.status = 403, .field = {[API_SERVER] = "s", [API_CF_RAY] = "r"}};
	struct complaint c;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].text);

		line_of = (int)i;
		c = complain(cases[i].text, len);
		IS(c.from_api == cases[i].from_api && complaint_status(&c) == cases[i].status);
		IS(strcmp(c.type, cases[i].type) == 0 && strcmp(c.message, cases[i].message) == 0);
		IS(strcmp(c.title, cases[i].title) == 0);
		while (len-- > 0)
			IS(!complain(cases[i].text, len).from_api);
	}
	IS(complain(key, sizeof key - 1).spend_limit && !complain(cases[0].text, 50).spend_limit);
	/* Cut between characters, wherever they stand. */
	for (size_t shift = 0; shift < 3; shift++) {
		size_t n = 7 + shift;

		memset(text + 7, 'x', shift);
		for (; n + 3 < sizeof text; n += 3)
			memcpy(text + n, "\xe2\x82\xac", 3);
		line_of = (int)shift;
		c = complain(text, n);
		IS(strlen(c.title) % 3 == shift && strlen(c.title) > 90);
		IS((strlen(c.message) - strlen("the body starts: ") - 7) % 3 == shift);
	}
	complaint_describe(&c, &a, NULL, text, sizeof text);
	IS(strstr(text, "HTTP 403: the body starts: <title>") == text);
	IS(strstr(text, "; it came from Server: s, CF-Ray: r, page \"xx") != NULL);
	complaint_describe(&c, &a, NULL, name, sizeof name); /* no room: cut, and no further */
	IS(strcmp(name, "HTTP 403: the b") == 0);
}

static void
organizations(void)
{
	static const char low[] = "5f0c1a9e-3b77-4d0e-9a54-c2f4d1e86b30",
			  high[] = "5F0C1A9E-3B77-4D0E-9A54-C2F4D1E86B30";
	static const char *const none[] = {"a b", "a,b", " a", "\xc3\xa9", "a\x01",
		"0123456789012345678901234567890123456789012345678901234567890123x"};
	struct organization o = {""};
	struct ant_err e;

	IS(organization_note(&o, "", &e) == 0 && o.id[0] == '\0');
	IS(organization_note(&o, high, &e) == 0 && strcmp(o.id, low) == 0);
	IS(organization_note(&o, low, &e) == 0 && organization_note(&o, high, &e) == 0);
	IS(organization_note(&o, "", &e) == 0 && strcmp(o.id, low) == 0);
	IS(organization_note(&o, "5f0c1a9e-3b77-4d0e-9a54-c2f4d1e86b31", &e) == -1);
	IS(e.status == ANT_API && strstr(e.msg, low) != NULL && strstr(e.msg, "b31") != NULL);
	IS(o.id[0] == '\0');
	IS(organization_note(&o, "Org_1", &e) == 0 && strcmp(o.id, "Org_1") == 0);
	IS(organization_note(&o, "org_1", &e) == -1);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		line_of = (int)i;
		o.id[0] = '\0';
		IS(organization_note(&o, none[i], &e) == -1 && e.status == ANT_API);
		IS(organization_note(&o, none[5] + 1, &e) == 0 && strlen(o.id) == 64);
	}
}

/* Every prefix of a page is broken, never wrong, and never a page. */
static void
prefixes(void)
{
	static const char text[] =
		"{\"data\":[{\"starting_at\":\"1970-01-02T00:00:00Z\",\"results\":[{\"a\":1.5,"
		"\"b\":null,"
		"\"c\":\"\\u00e9\"}]}],\"has_more\":true,\"next_page\":\"page_x\"}";
	static char lines[4096], cursor[4096], part[512];
	struct page p;

	for (size_t n = 0; n < sizeof text - 1; n++) {
		memcpy(part, text, n);
		part[n] = '\0';
		line_of = (int)n;
		IS(read_page(PAGING_PAGE, 1, part, &p, lines, cursor) == PAGE_BROKEN);
		IS(read_page(PAGING_PAGE, 0, part, &p, lines, cursor) == PAGE_BROKEN);
		IS(read_page(PAGING_NONE, 0, part, &p, lines, cursor) == PAGE_BROKEN);
	}
	IS(read_page(PAGING_PAGE, 1, text, &p, lines, cursor) == PAGE_OK);
}

static int
parse(const char *line, struct record_begin *b, struct record_end *end, struct ant_err *e)
{
	struct buf text;
	int rc;

	buf_init(&text, 1 << 16);
	buf_puts(&text, line);
	buf_str(&text);
	rc = b != NULL ? record_begin_parse(text.data, text.len, b, e)
		       : record_end_parse(text.data, text.len, end, e);
	buf_free(&text);
	return rc;
}

static void
records(void)
{
	static const char line[] =
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\",\"from\":\"2026-11-01T00:00:"
		"00Z\","
		"\"to\":\"2026-11-02T00:00:00Z\",\"width\":\"1d\",\"group_by\":[\"a\",\"b\"]}\n";
	static const char *const bad[] = {"", "{}", "[]", "{\"@ant\":\"end\"}",
		"{\"@ant\":\"begin\"}", "{\"@ant\":\"begin\",\"version\":2,\"table\":\"t\"}",
		"{\"@ant\":\"begin\",\"version\":1}",
		"{\"@ant\":\"begin\",\"version\":1,\"table\":7}",
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"\"}",
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\",\"from\":\"2026-11-01\"}",
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\",\"from\":\"x\",\"to\":\"y\"}",
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\",\"from\":\"2026-11-02\",\"to\":"
		"\"2026-11-01\"}",
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\",\"group_by\":\"a\"}",
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\",\"group_by\":[1]}",
		"{\"@ant\":\"begin\",\"version\":1,\"table\":\"t\"",
		"{\"x\":1,\"@ant\":\"begin\"}"};
	static const char *const bad_end[] = {"{\"@ant\":\"end\"}",
		"{\"@ant\":\"end\",\"records\":-1,\"pages\":1}",
		"{\"@ant\":\"end\",\"records\":1.5,\"pages\":1}",
		"{\"@ant\":\"end\",\"records\":1,\"pages\":\"1\"}",
		"{\"@ant\":\"end\",\"records\":99999999999999999999999,\"pages\":1}",
		"{\"@ant\":\"end\",\"records\":1,\"pages\":1,\"watermark\":7}"};
	struct record_begin b;
	struct record_end end;
	struct ant_err e;
	struct buf out;

	IS(parse(line, &b, NULL, &e) == 0);
	IS(strcmp(b.table, "t") == 0 && b.has_window && b.to - b.from == UTC_DAY &&
		b.group_by.n == 2);
	buf_init(&out, 4096);
	IS(record_begin_put(&out, &b) == 0 && strcmp(buf_str(&out), line) == 0);
	record_begin_free(&b);
	buf_clear(&out);
	IS(parse(" { \"@ant\" : \"end\" , \"x\" : 1 , \"pages\" : 2 , \"records\" : "
		 "18446744073709551615 }",
		   NULL, &end, &e) == 0);
	IS(end.records == UINT64_MAX && end.pages == 2 && !end.has_watermark);
	IS(record_end_put(&out, &end) == 0 &&
		strcmp(buf_str(&out),
			"{\"@ant\":\"end\",\"records\":18446744073709551615,\"pages\":2}\n") == 0);
	buf_free(&out);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		line_of = (int)i;
		IS(parse(bad[i], &b, NULL, &e) == -1 && e.status == ANT_INPUT && b.table == NULL);
	}
	for (size_t i = 0; i < sizeof bad_end / sizeof *bad_end; i++) {
		line_of = (int)i;
		IS(parse(bad_end[i], NULL, &end, &e) == -1 && e.status == ANT_INPUT);
	}
	IS(record_kind("{\"@ant\":\"other\"}", 16) == RECORD_UNKNOWN);
	IS(record_kind("{\"id\":\"@ant\"}", 13) == RECORD_DATA);
}

static void
queries(void)
{
	struct table t = {.path = (char[]){"/a/{}/b"},
		.holes = {{(char[]){""}, (char[]){".id"}}},
		.nholes = 1};
	struct table two = {.path = (char[]){"/o/{organization}/r/{role}"},
		.holes = {{(char[]){"role"}, (char[]){".id"}},
			{(char[]){"organization"}, (char[]){"$asked.organization"}}},
		.nholes = 2};
	char *ids[] = {(char[]){"x/../y?z#%\xc3\xa9"}},
	     *pair[] = {(char[]){"r{}"}, (char[]){"{role}"}};
	struct buf to;

	buf_init(&to, 4096);
	IS(query_path(&to, &t, ids) == 0);
	IS(query_add(&to, "group_by[]", "a&b") == 0 && query_add(&to, "page", "page_=+ ") == 0);
	IS(query_add(&to, "created_at.gte", "1") == 0);
	IS(strcmp(buf_str(&to),
		   "/a/x%2F..%2Fy%3Fz%23%25%C3%A9/b?group_by%5B%5D=a%26b&page=page_%3D%2B%20"
		   "&created_at.gte=1") == 0);
	buf_clear(&to);
	IS(query_path(&to, &two, pair) == 0); /* a value is no pattern */
	IS(strcmp(buf_str(&to), "/o/%7Brole%7D/r/r%7B%7D") == 0);
	buf_free(&to);
}

static void
sets(void)
{
	struct seen s = {0};
	char text[32];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5000; i++) {
			size_t n = (size_t)snprintf(text, sizeof text, "page_%d", i);

			IS(seen_add(&s, text, n) == 0);
			IS(seen_add(&s, text, n) == 1);
		}
		seen_clear(&s);
	}
	seen_free(&s);
}

/* The hash of seen.c as it would be without a secret. */
static uint64_t
open_hash(const char *p)
{
	uint64_t h = 0xcbf29ce484222325U;

	for (; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 0x100000001b3U;
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15U;
	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9U;
	return h ^ h >> 32;
}

/* Texts that somebody has chosen so that they meet are spread like any others. */
static void
chosen(void)
{
	struct seen s = {0};
	size_t filled = 0;
	char text[32];

	for (int i = 0; s.ids.n < 1000; i++) {
		size_t n = (size_t)snprintf(text, sizeof text, "%d", i);

		if ((open_hash(text) & 0x7ff) == 0)
			IS(seen_add(&s, text, n) == 0);
	}
	for (size_t i = 0; i < 500; i++)
		filled += s.ids.slots[i].number != 0;
	IS(filled < 400); /* of them all, were they where their hash says; else about 244 */
	seen_free(&s);
}

int
main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		void (*run)(void);
	} groups[] = {{"hints", hints}, {"decisions", decisions}, {"budget", budget},
		{"shared", shared}, {"killed", killed}, {"crowd", crowd}, {"hostile", hostile},
		{"windows", windows}, {"spans", spans}, {"served", served}, {"rules", rules},
		{"pages", pages}, {"depth", depth}, {"complaints", complaints},
		{"organizations", organizations}, {"prefixes", prefixes}, {"records", records},
		{"queries", queries}, {"sets", sets}, {"chosen", chosen}};

	for (size_t i = 0; argc == 2 && i < sizeof groups / sizeof *groups; i++)
		if (strcmp(argv[1], groups[i].name) == 0) {
			groups[i].run();
			return failed;
		}
	return 2;
}
