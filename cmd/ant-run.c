/*
 * ant-run - run the commands of a pipeline, and say how each of them ended
 *
 * stdin: the first command's.  stdout: the last one's of each branch that no
 * --out sends elsewhere.
 */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "cli.h"
#include "run/pipeline.h"

static const char usage[] =
	"usage: ant-run [--prefix TEXT] [--results FILE [--last-words]] [--fetch-log]\n"
	"               [--on-page TEXT] [--page-file FILE] [--aside] [-qv]\n"
	"               COMMAND... [--pipe|--finish COMMAND...]... [--out FILE]\n"
	"               [--branch COMMAND... [--pipe|--finish COMMAND...]...\n"
	"                         [--out FILE]]...\n";

static const char help[] =
	"Runs a pipeline; its status is that of the leftmost cause of a failure.\n"
	"\n"
	"  --pipe           the next command reads what the one before writes\n"
	"  --finish         the same, but no signal ends it: it ends with its input\n"
	"  --branch         another branch, which reads what the first command writes\n"
	"  --out FILE       the branch writes to FILE\n"
	"  --prefix TEXT    stands before each line that the commands say on stderr\n"
	"  --results FILE   how each command ended and what it said, as lines of fields\n"
	"  --last-words     there, too, what the first command says before it ends\n"
	"  --fetch-log      the first is ant-fetch, with a log in JSON: count its pages\n"
	"  --on-page TEXT   a line on stderr when the first page is there (--page-file)\n"
	"  --aside          a slow branch holds up no other: what it is to read waits\n"
	"  -h, --help  --version  -q, --quiet  -v, --verbose\n"
	"\n"
	"A pipeline that is complete or tells the cause; one stream, two uses of it:\n"
	"  ant-run ant-fetch users --pipe ant-flatten --pipe ant-load-sqlite users.db\n"
	"  ant-run ant-fetch users --branch gzip --out users.gz --branch ant-flatten\n";

/* With --last-words a line waits so long for the command's end. */
enum { LINGER_MS = 200 };

static struct cli cli = {.name = "ant-run", .usage = usage, .help = help, .wraps = 1};
static const char *prefix = "", *results, *on_page, *page_file;
static int fetch_log, last_words, aside;
/* Counted in the log of ant-fetch; the HTTP status of the last answer, 0: there was none. */
static long pages, repeated, last_status;

/* It stands between commands, where no option is looked for. */
static int
take_word(const char *word)
{
	return cli_usage(&cli, "%s: no command stands before it", word);
}

static const struct cli_option options[] = {
	{.name = "prefix", .text = &prefix},
	{.name = "results", .text = &results},
	{.name = "fetch-log", .flag = &fetch_log},
	{.name = "last-words", .flag = &last_words},
	{.name = "on-page", .text = &on_page},
	{.name = "page-file", .text = &page_file},
	{.name = "aside", .flag = &aside},
	{.name = "pipe", .take = take_word, .bare = 1},
	{.name = "finish", .take = take_word, .bare = 1},
	{.name = "branch", .take = take_word, .bare = 1},
	{.name = "out", .take = take_word, .bare = 1},
	{.name = NULL},
};

/* A line on stderr, in one write, so that those of parallel commands do not mix. */
static void
say(const char *start, const char *line, size_t len)
{
	struct ant_err ignored;
	struct out out;

	out_init(&out, STDERR_FILENO, "stderr");
	if (out_put(&out, start, strlen(start), &ignored) == 0 &&
		out_put(&out, line, len, &ignored) == 0 && out_put(&out, "\n", 1, &ignored) == 0)
		out_flush(&out, &ignored);
	out_free(&out);
}

/* The first page is there.  Who reads the file, a pipe perhaps, may be gone. */
static void
tell_page(void)
{
	struct ant_err ignored;
	int fd;

	if (on_page != NULL)
		say("", on_page, strlen(on_page));
	if (page_file == NULL ||
		(fd = open(page_file, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666)) == -1)
		return;
	out_write(fd, page_file, "page\n", strlen("page\n"), &ignored);
	close(fd);
}

/* The text is not ended by a null: the digits of a status are. */
static long
status_in(const char *line, size_t len)
{
	static const char name[] = "\"status\":";
	const char *p = memmem(line, len, name, sizeof name - 1), *end = line + len;
	long status = 0;

	for (p = p != NULL ? p + sizeof name - 1 : end; p < end && *p >= '0' && *p <= '9' && status < 1000; p++)
		status = 10 * status + (*p - '0');
	return status;
}

/* 1 where LINE is one of ant-fetch's log. */
static int
count_page(const char *line, size_t len)
{
	static const char start[] = "{\"time\":", good[] = "\"error\":null}",
			  first[] = "\"attempt\":1,";
	const size_t tail = sizeof good - 1;

	if (len < sizeof start - 1 || memcmp(line, start, sizeof start - 1) != 0)
		return 0;
	if (memmem(line, len, first, sizeof first - 1) == NULL)
		repeated++;
	last_status = status_in(line, len);
	if (len >= tail && memcmp(line + len - tail, good, tail) == 0 && pages++ == 0)
		tell_page();
	return 1;
}

static void
pass_on(void *to, const struct stage *s, const char *line, size_t len)
{
	(void)to;
	if (s->branch > 0 || !fetch_log || !count_page(line, len) || cli.verbose)
		say(prefix, line, len);
}

static void
put_message(void *to, const struct stage *s, const char *line, size_t len)
{
	if (s->branch == 0 && fetch_log && count_page(line, len)) {
		if (cli.verbose)
			say(prefix, line, len);
		return;
	}
	if (results == NULL) {
		say(prefix, line, len);
		return;
	}
	buf_printf(to, "message\t%d\t%d\t", s->branch, s->position);
	buf_put(to, line, len);
	buf_putc(to, '\n');
}

/* The stages' last words, but for those whose input ended early because of another; and those of us about them. */
static void
put_messages(struct buf *b, struct stage *stages, size_t n)
{
	char line[4096];

	for (struct stage *s = stages; s < stages + n; s++) {
		const char *why = s->error != 0 ? strerror(s->error) : NULL;

		if (!stages_no_news(stages, (size_t)(s - stages)))
			stages_lines(s, 1, put_message, b);
		if (s->signal > 0 && s->signal != SIGPIPE && s->signal != SIGTERM &&
			s->signal != SIGINT && s->signal != SIGHUP && !cli.quiet)
			why = strsignal(s->signal);
		if (why == NULL)
			continue;
		snprintf(line, sizeof line, "ant-run: %.4000s: %s", s->argv[0], why);
		put_message(b, s, line, strlen(line));
	}
}

/* WHAT, the place of S, and its name: a tab or newline in there would make fields of its own. */
static void
put_stage(struct buf *b, const char *what, const struct stage *s)
{
	buf_printf(b, "%s\t%d\t%d\t", what, s->branch, s->position);
	for (const char *p = s->argv[0]; *p != '\0'; p++)
		buf_putc(b, *p == '\t' || *p == '\n' ? '?' : *p);
}

static void
put_statuses(struct buf *b, const struct stage *stages, size_t n, const struct stage *cause)
{
	const struct stage *of;
	char what[32];

	for (const struct stage *s = stages; s < stages + n; s++) {
		put_stage(b, "stage", s);
		buf_printf(b, "\t%d\n", s->status);
	}
	for (int branch = 1; branch <= stages[n - 1].branch; branch++) {
		of = stages_cause(stages, n, branch);
		buf_printf(b, "branch\t%d\t%d\n", branch, of != NULL ? of->status : 0);
	}
	if (cause != NULL) {
		snprintf(what, sizeof what, "cause\t%d", cause->status);
		put_stage(b, what, cause);
	} else {
		buf_puts(b, "cause\t0\t-\t-\t-");
	}
	buf_putc(b, '\n');
	if (fetch_log)
		buf_printf(b, "fetched\t%ld\t%ld\t%ld\n", pages, repeated, last_status);
}

/* Tell how it went; FD is the file of results, or -1. */
static int
tell(int fd, struct stage *stages, size_t n)
{
	const struct stage *cause = stages_cause(stages, n, 0);
	struct ant_err e;
	struct buf text;
	int status = cause != NULL ? cause->status : ANT_OK, failed = 0;

	buf_init(&text, SIZE_MAX / 2); /* each stage has a bound of its own */
	put_messages(&text, stages, n);
	if (fd != -1) {
		put_statuses(&text, stages, n, cause);
		failed = text.failed ? err_sys(&e, ANT_FAIL, "%s", results)
				     : out_write(fd, results, text.data, text.len, &e);
	}
	if (failed == -1) {
		cli_fail(&e);
		status = status != ANT_OK ? status : ANT_FAIL;
	}
	buf_free(&text);
	return status;
}

static int
run(char **argv)
{
	struct pipeline_how how = {
		.hear_source = *prefix != '\0' || fetch_log,
		.hear_others = 1,
		.aside = aside,
		.linger = results != NULL && last_words ? LINGER_MS : 0,
		.line = pass_on,
	};
	struct stage *stages = NULL;
	struct ant_err e;
	size_t n = 0;
	int fd = -1, status = ANT_OK;

	if (stages_parse(argv, &stages, &n, &e) == -1)
		return e.status == ANT_USAGE ? cli_usage(&cli, "%s", e.msg) : cli_fail(&e);
	if (results != NULL &&
		(fd = open(results, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) == -1) {
		err_sys(&e, ANT_FAIL, "%s", results);
		status = cli_fail(&e);
		goto done;
	}
	stages[0].at_once = 1;
	if (pipeline_run(stages, n, &how, &e) == -1)
		status = cli_fail(&e);
	else
		status = tell(fd, stages, n);
	if (fd != -1 && close(fd) == -1 && status == ANT_OK) {
		err_sys(&e, ANT_FAIL, "%s", results);
		status = cli_fail(&e);
	}
done:
	stages_free(stages, n);
	return status;
}

int
main(int argc, char **argv)
{
	cli_start(&cli);
	if (cli_options(&cli, options, argc, argv) == -1)
		return cli.status;
	if (optind == argc)
		return cli_usage(&cli, "what is to be run?");
	return cli_exit(run(argv + optind));
}
