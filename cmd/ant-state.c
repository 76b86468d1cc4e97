/*
 * ant-state - keep track of how far tables were loaded
 *
 * commit: stdin: receipts.  stdout: the same lines, each after its watermark
 * was stored, so that who reads one knows that the next run starts there.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/lines.h"
#include "base/near.h"
#include "base/out.h"
#include "base/utc.h"
#include "cli.h"
#include "state/state.h"
#include "stream/receipt.h"

#define FIRST_DAY "2023-01-01" /* no table holds anything older */
#define LOOKBACK "3d"

/* Letters, so that a verb can list its options in a string; they are no short options. */
enum {
	OPT_SCOPE = 'c',
	OPT_LOOKBACK = 'l',
	OPT_START = 'b',
	OPT_SINCE = 's',
	OPT_JSON = 'j',
	OPT_SHARED = 'r',
	OPT_WAIT = 'w'
};

struct settings {
	struct cli cli;
	struct state state;
	const char *scope, *lookback, *start, *since;
	int json, shared, wait;
};

static const struct option options[] = {
	{"scope", required_argument, NULL, OPT_SCOPE},
	{"lookback", required_argument, NULL, OPT_LOOKBACK},
	{"start", required_argument, NULL, OPT_START},
	{"since", required_argument, NULL, OPT_SINCE},
	{"json", no_argument, NULL, OPT_JSON},
	{"shared", no_argument, NULL, OPT_SHARED},
	{"wait", no_argument, NULL, OPT_WAIT},
	{NULL, 0, NULL, 0},
};

static const char usage[] =
	"usage: ant-state [--scope NAME] get|reset TABLE\n"
	"       ant-state [--scope NAME] set TABLE TIME\n"
	"       ant-state [--scope NAME] list [--json]\n"
	"       ant-state [--scope NAME] window [--lookback D] [--start T] TABLE\n"
	"       ant-state [--scope NAME] commit [--since T]\n"
	"       ant-state [--scope NAME] lock [--shared] [--wait] TABLE -- COMMAND...\n";

static const char help[] =
	"Keeps the watermarks of tables: the exclusive end of what was loaded.\n"
	"\n"
	"  --scope NAME   the watermarks of this destination\n"
	"  --lookback D   window starts this long before the watermark (default " LOOKBACK ")\n"
	"  --start T      window starts here without a watermark (default " FIRST_DAY ")\n"
	"  --since T      windows arrive in any order; nothing before T is wanted\n"
	"  --json         one object a line\n"
	"  --shared       hold the lock together with others that share it\n"
	"  --wait         wait for the lock\n"
	"  -h, --help  --version  -q, --quiet  -v, --verbose\n"
	"\n"
	"Load what is new, then store how far it went:\n"
	"  ant-fetch $(ant-state window usage_report) usage_report | ant-flatten |\n"
	"      ant-load-pg | ant-state commit\n"
	"Show all watermarks:\n"
	"  ant-state list\n";

/* $ANT_STATE, or anthill below the user's state folder. */
static int
open_state(struct settings *o, struct ant_err *e)
{
	const char *folder = getenv("ANT_STATE"), *base = getenv("XDG_STATE_HOME"), *tail = "";
	struct buf path;
	int result;

	if (folder != NULL && *folder != '\0')
		return state_open(&o->state, folder, o->scope, e);
	/* The XDG specification says to ignore a relative path. */
	if (base == NULL || *base != '/') {
		base = getenv("HOME");
		tail = "/.local/state";
	}
	if (base == NULL || *base == '\0')
		return err_set(e, ANT_USAGE, "neither ANT_STATE nor HOME is set");
	buf_init(&path, 1 << 16);
	buf_printf(&path, "%s%s/anthill", base, tail);
	if (buf_str(&path) == NULL)
		result = err_sys(e, ANT_FAIL, "%s", base);
	else
		result = state_open(&o->state, path.data, o->scope, e);
	buf_free(&path);
	return result;
}

static int
get(struct settings *o, char **arg)
{
	struct ant_err e;
	struct mark m;
	char text[UTC_TEXT];

	if (state_read(&o->state, arg[0], &m, &e) == -1)
		return cli_fail(&e);
	if (!m.known)
		return ANT_FAIL;
	utc_format(m.watermark, text);
	puts(text);
	return ANT_OK;
}

static int
set(struct settings *o, char **arg)
{
	struct ant_err e;
	int64_t t;

	if (utc_argument(arg[1], time(NULL), &t, &e) == -1 ||
		state_set(&o->state, arg[0], t, &e) == -1)
		return cli_fail(&e);
	return ANT_OK;
}

static int
reset(struct settings *o, char **arg)
{
	struct ant_err e;

	return state_reset(&o->state, arg[0], &e) == -1 ? cli_fail(&e) : ANT_OK;
}

static int
window(struct settings *o, char **arg)
{
	struct ant_err e;
	struct mark m;
	const int64_t now = time(NULL), first = utc_days(1, 1, 1) * UTC_DAY;
	int64_t from, lookback;
	char text[UTC_TEXT], till[UTC_TEXT];

	if (utc_span(o->lookback, &lookback, &e) == -1 ||
		utc_argument(o->start, now, &from, &e) == -1 ||
		state_read(&o->state, arg[0], &m, &e) == -1)
		return cli_fail(&e);
	if (m.known)
		from = m.watermark - lookback;
	if (from < first)
		from = first;
	if (from > now && m.known) {
		utc_format(m.watermark, text);
		cli_warn(&o->cli,
			"%s: the watermark, %s, is in the future, so nothing is asked for: "
			"see `ant-state set`",
			arg[0], text);
	}
	if (from > now)
		from = now;
	utc_format(from, text);
	utc_format(now, till);
	printf("--from %s --to %s\n", text, till);
	return ANT_OK;
}

static int
print_mark(const struct settings *o, const char *scope, const char *table, const struct mark *m)
{
	struct buf line;
	char text[UTC_TEXT];
	int bad;

	buf_init(&line, 1 << 16);
	utc_format(m->watermark, text);
	if (o->json) {
		buf_puts(&line, "{\"table\":");
		json_put_string(&line, table);
		buf_puts(&line, ",\"watermark\":");
		if (m->known)
			json_put_string(&line, text);
		else
			buf_puts(&line, "null");
		buf_puts(&line, ",\"scope\":");
		json_put_string(&line, scope);
		buf_puts(&line, "}");
	} else {
		buf_printf(&line, "%s\t%s\t%s", table, m->known ? text : "-",
			*scope != '\0' ? scope : "-");
	}
	if (!(bad = buf_str(&line) == NULL))
		puts(line.data);
	buf_free(&line);
	return bad ? -1 : 0;
}

/* A damaged file does not hide the others, but the status tells. */
static int
list(struct settings *o, char **arg)
{
	struct ant_err e;
	struct strlist names;
	struct state s;
	struct mark m;
	char table[64];
	int status = ANT_OK;

	(void)arg;
	if (state_names(o->state.folder, &names, &e) == -1)
		return cli_fail(&e);
	for (size_t i = 0; i < names.n; i++) {
		int found = state_describe(
			o->state.folder, names.v[i], &s, table, sizeof table, &m, &e);

		if (found == -1)
			status = cli_fail(&e);
		if (found != 1)
			continue;
		if ((o->scope == NULL || strcmp(o->scope, s.scope) == 0) &&
			print_mark(o, s.scope, table, &m) == -1)
			status = ANT_FAIL;
		state_close(&s);
	}
	strlist_free(&names);
	return status;
}

/* Store the watermark of one receipt: 0, 1 where it leaves a gap, -1. */
static int
commit_line(
	struct settings *o, const int64_t *since, const char *line, size_t len, struct ant_err *e)
{
	struct receipt r;
	char end[UTC_TEXT], start[UTC_TEXT];
	int64_t gap;
	int result;

	if (receipt_parse(line, len, &r, e) == -1)
		return -1;
	if (!r.watermark_known)
		return 0;
	result = state_advance(
		&o->state, r.table, r.from_known ? &r.from : NULL, r.watermark, since, &gap, e);
	if (result == 1) {
		utc_format(gap, end);
		utc_format(r.from, start);
		cli_error("%s: nothing was loaded from %s to %s: the watermark stays "
			  "(`ant-state set` overrides)",
			r.table, end, start);
	}
	if (result == -1 && e->status == ANT_USAGE)
		e->status = ANT_INPUT; /* a wrong table name came with the stream */
	return result;
}

static int
commit(struct settings *o, char **arg)
{
	struct ant_err e = {.status = ANT_OK};
	struct lines in;
	struct out out;
	char *line;
	size_t len;
	int64_t since = 0;
	int more, step, status = ANT_OK;

	(void)arg;
	if (o->since != NULL && utc_argument(o->since, time(NULL), &since, &e) == -1)
		return cli_fail(&e);
	lines_init(&in, STDIN_FILENO, "stdin", 1 << 20);
	out_init(&out, STDOUT_FILENO, "stdout");
	while ((more = lines_next(&in, &line, &len, &e)) == 1) {
		if (in.partial) {
			err_set(&e, ANT_INPUT, "stdin:%zu: the receipt is cut off", in.number);
			break;
		}
		if ((step = commit_line(o, o->since != NULL ? &since : NULL, line, len, &e)) ==
			-1) {
			if (e.status == ANT_INPUT)
				err_prefix(&e, "stdin:%zu: ", in.number);
			break;
		}
		if (step == 1)
			status = ANT_FAIL;
		if (out_put(&out, line, len, &e) == -1 || out_put(&out, "\n", 1, &e) == -1 ||
			out_flush(&out, &e) == -1)
			break;
	}
	if (more != 0)
		status = cli_fail(&e);
	lines_free(&in);
	out_free(&out);
	return status;
}

/* The signals that end a command are passed on to it; the lock is ours until it is gone. */
static void
passed_on(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGCHLD);
}

/* Whether a folder of PATH has a file NAME. */
static int
in_path(const char *name)
{
	const char *folder = getenv("PATH");
	char path[PATH_MAX];
	struct stat st;
	int n, len;

	if (folder == NULL)
		return 1; /* execvp() has a default, and an errno that fits */
	for (;; folder += len + 1) {
		len = (int)strcspn(folder, ":");
		n = snprintf(path, sizeof path, "%.*s%s%s", len, folder, len > 0 ? "/" : "", name);
		if (n >= 0 && n < (int)sizeof path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
			return 1;
		if (folder[len] == '\0')
			return 0;
	}
}

static void
run(char **argv, const sigset_t *mask, pid_t parent)
{
	/* Without us nobody holds the lock, so the command must not go on. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(ANT_FAIL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	/* It tells of a folder in PATH that may not be searched; a shell says: not found. */
	if (strchr(argv[0], '/') == NULL && !in_path(argv[0]))
		errno = ENOENT;
	cli_error("%s: %s", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Wait for CHILD; a signal from the terminal has reached it already. */
static int
attend(pid_t child, const sigset_t *set)
{
	siginfo_t info;
	int how, sig;

	for (;;) {
		if ((sig = sigwaitinfo(set, &info)) == -1)
			continue;
		if (sig != SIGCHLD && info.si_code != SI_KERNEL)
			kill(child, sig);
		if (sig == SIGCHLD && waitpid(child, &how, WNOHANG) == child)
			return WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
	}
}

static int
lock(struct settings *o, char **arg)
{
	struct ant_err e;
	sigset_t set, old;
	const pid_t self = getpid();
	pid_t child;
	int fd, status = ANT_FAIL;

	if ((fd = state_lock(&o->state, arg[0], o->shared, o->wait, &e)) == -1)
		return cli_fail(&e);
	passed_on(&set);
	signal(SIGCHLD, SIG_DFL); /* ignored, it would not be reported */
	sigprocmask(SIG_BLOCK, &set, &old);
	if ((child = fork()) == 0)
		run(arg + 1, &old, self);
	if (child == -1)
		cli_error("cannot start %s: %s", arg[1], strerror(errno));
	else
		status = attend(child, &set);
	close(fd);
	return status;
}

static const struct verb {
	const char *name;
	int (*run)(struct settings *, char **);
	int least, most;     /* operands; most -1: any number */
	const char *options; /* the options it knows, by their OPT_ letters */
} verbs[] = {
	{"get", get, 1, 1, ""},
	{"set", set, 2, 2, ""},
	{"reset", reset, 1, 1, ""},
	{"list", list, 0, 0, "j"},
	{"window", window, 1, 1, "lb"},
	{"commit", commit, 0, 0, "s"},
	{"lock", lock, 2, -1, "rw"},
};

static int
unknown_verb(const struct cli *c, const char *name)
{
	const char *guess = NULL;

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		guess = near_better(name, guess, verbs[i].name);
	if (guess != NULL)
		return cli_usage(c, "unknown command '%s'; did you mean %s?", name, guess);
	return cli_usage(c, "unknown command '%s'", name);
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* GIVEN gets the letters of the options that not every verb has. */
static int
read_options(struct settings *o, int argc, char **argv, char *given, size_t size)
{
	size_t n = 0;
	int ch;

	while ((ch = cli_next(&o->cli, argc, argv)) != -1) {
		switch (ch) {
		case OPT_SCOPE:
			o->scope = optarg;
			continue;
		case OPT_LOOKBACK:
			o->lookback = optarg;
			break;
		case OPT_START:
			o->start = optarg;
			break;
		case OPT_SINCE:
			o->since = optarg;
			break;
		case OPT_JSON:
			o->json = 1;
			break;
		case OPT_SHARED:
			o->shared = 1;
			break;
		case OPT_WAIT:
			o->wait = 1;
			break;
		default:
			return CLI_STOP;
		}
		if (n + 1 < size)
			given[n++] = (char)ch;
	}
	given[n] = '\0';
	return 0;
}

int
main(int argc, char **argv)
{
	struct settings o = {.cli = {"ant-state", usage, help, "", options, 0, 0, 0},
		.lookback = LOOKBACK,
		.start = FIRST_DAY};
	const struct verb *verb;
	struct ant_err e;
	char given[64];
	int status = ANT_FAIL;

	cli_start(&o.cli);
	if (read_options(&o, argc, argv, given, sizeof given) == CLI_STOP)
		return o.cli.status;
	argc -= optind;
	argv += optind;
	if (argc == 0)
		return cli_usage(&o.cli, "what is to be done?");
	if ((verb = find_verb(argv[0])) == NULL)
		return unknown_verb(&o.cli, argv[0]);
	if (argc - 1 < verb->least || (verb->most != -1 && argc - 1 > verb->most))
		return cli_usage(&o.cli, "%s: wrong number of arguments", verb->name);
	if (given[strspn(given, verb->options)] != '\0')
		return cli_usage(&o.cli, "%s: an option that it does not have", verb->name);
	if (open_state(&o, &e) == -1) {
		status = cli_fail(&e);
		goto done;
	}
	status = verb->run(&o, argv + 1);
done:
	state_close(&o.state);
	return cli_exit(status);
}
