/*
 * ant-report - what the organization spends and does, on one page
 *
 * Reads the database that the loaders filled.  stdout: the page (or -o FILE), text for a
 * terminal, or what exceeds a limit.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/aside.h"
#include "base/out.h"
#include "base/utc.h"
#include "cli.h"
#include "db/open.h"
#include "report/check.h"
#include "report/page.h"
#include "report/report.h"
#include "report/text.h"

#define NO_TIME INT64_MIN
enum { PAGE_MAX = 64 << 20, CHECKS_MAX = 32, PERIOD = 90, WIDTH = 80 };

static struct cli cli = {
	.name = "ant-report",
	.usage = "usage: ant-report [-hqv] [--from T] [--to T] [--budget USD] [--title TEXT]\n"
		 "           [--organization UUID]\n"
		 "           [--text [--ascii] | --check LIMIT]... [--schema S] [--prefix P]\n"
		 "           [--table-name TABLE=NAME]... [-o FILE] DB\n",
	.help = "Shows what the organization spends and does, from the database DB that ant-sync\n"
		"filled: a FILE of SQLite or DuckDB, or postgresql://HOST/DB.\n"
		"\n"
		"  --from T, --to T  the period (the last 90 days; T as of ant-fetch)\n"
		"  --budget USD      of a month, in US dollars\n"
		"  --title TEXT      instead of the organization's name\n"
		"  --organization UUID   of those in one database, this one alone\n"
		"  -o FILE           write the page there, not to stdout\n"
		"  --text            for a terminal; --ascii: without other characters\n"
		"  --check LIMIT     print what exceeds it and exit 1; may be repeated:\n"
		"                    budget=5000, forecast=5000, daily-change=50%, stale=36h\n"
		"  --schema S, --prefix P, --table-name TABLE=NAME  as the tables were loaded\n"
		"\n"
		"A page to look at, and a mail from cron when something is amiss:\n"
		"  ant-report -o report.html anthill.db\n"
		"  ant-report --check forecast=5000 --check stale=36h anthill.db\n",
};

static struct call {
	struct report_options o;
	const char *file; /* NULL: stdout */
	const char *checks[CHECKS_MAX];
	size_t nchecks;
	int text, ascii;
} call = {.o = {.from = NO_TIME, .to = NO_TIME, .budget = -1}};

static int
take_budget(const char *value)
{
	if (money_parse(value, &call.o.budget) == 0)
		return ANT_OK;
	return cli_usage(&cli, "--budget: '%s' is no amount of dollars", value);
}

static int
take_check(const char *value)
{
	struct ant_err e;

	if (call.nchecks == CHECKS_MAX)
		return cli_usage(&cli, "--check: given more than %d times", CHECKS_MAX);
	if (report_check(NULL, NULL, NULL, value, &e) == -1)
		return cli_usage(&cli, "%s", e.msg);
	call.checks[call.nchecks++] = value;
	return ANT_OK;
}

static int
take_table_name(const char *value)
{
	struct ant_err e;

	if (views_rename(&call.o.place, value, &e) == 0)
		return ANT_OK;
	return cli_usage(&cli, "--table-name: %s", e.msg);
}

static const struct cli_option options[] = {
	{.name = "from", .time = &call.o.from},
	{.name = "to", .time = &call.o.to},
	{.name = "budget", .take = take_budget},
	{.name = "title", .text = &call.o.title},
	{.name = "organization", .text = &call.o.organization},
	{.name = "output", .letter = 'o', .text = &call.file},
	{.name = "text", .flag = &call.text},
	{.name = "ascii", .flag = &call.ascii},
	{.name = "check", .take = take_check},
	{.name = "schema", .text = &call.o.place.schema},
	{.name = "prefix", .text = &call.o.place.prefix},
	{.name = "table-name", .take = take_table_name},
	{.name = NULL},
};

/* The width of the terminal: $COLUMNS, what the terminal says, or 80. */
static size_t
width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;

	if (columns != NULL && atoi(columns) > 0)
		return (size_t)atoi(columns);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		return w.ws_col;
	return WIDTH;
}

/* The file takes its place whole, or stays as it was. */
static int
write_file(const char *file, const struct buf *b, struct ant_err *e)
{
	struct aside a = {0};
	int status = aside_open(&a, file, 1000, e);

	if (status == -1)
		return -1;
	if (out_write(a.fd, file, b->data, b->len, e) == -1 || aside_sync(&a, e) == -1 ||
		aside_rename(&a, e) == -1)
		status = -1;
	aside_close(&a);
	return status;
}

/* Print each line of TEXT, to TO or, where that is NULL, on standard error: with whose it is. */
static void
put_lines(struct buf *to, const struct report *r, const struct buf *text)
{
	const char *s = text->len > 0 ? text->data : "", *end;
	const char *of = r->o.organization != NULL ? r->o.organization : "";

	for (; (end = strchr(s, '\n')) != NULL; s = end + 1)
		if (to != NULL)
			buf_printf(
				to, "%s%s%.*s\n", of, *of != '\0' ? ": " : "", (int)(end - s), s);
		else
			cli_error("%s%s%.*s", of, *of != '\0' ? ": " : "", (int)(end - s), s);
}

static int
check(const struct call *c, const struct report *r, struct buf *to, int *exceeded,
	struct ant_err *e)
{
	struct buf lines, notes;
	int status = 0;

	buf_init(&lines, PAGE_MAX);
	buf_init(&notes, PAGE_MAX);
	for (size_t i = 0; i < c->nchecks && status != -1; i++) {
		status = report_check(&lines, &notes, r, c->checks[i], e);
		*exceeded += status != -1 ? status : 0;
	}
	if (status != -1 && (buf_str(&lines) == NULL || buf_str(&notes) == NULL))
		status = err_sys(e, ANT_FAIL, "--check");
	if (status != -1) {
		put_lines(to, r, &lines);
		/* What was not looked at is said even where all else is well. */
		put_lines(NULL, r, &notes);
	}
	buf_free(&lines);
	buf_free(&notes);
	return status == -1 ? -1 : 0;
}

/* Make what was asked for of N reports in TO; *EXCEEDED is how many limits are. */
static int
make(const struct call *c, const struct report *const *reports, size_t n, struct buf *to,
	int *exceeded, struct ant_err *e)
{
	int status = 0;

	if (c->nchecks == 0 && !c->text)
		return report_page(to, reports, n, e);
	for (size_t i = 0; i < n && status == 0; i++) {
		if (c->nchecks == 0 && i > 0)
			buf_puts(to, "\n\n");
		status = c->nchecks > 0 ? check(c, reports[i], to, exceeded, e)
					: report_text(to, reports[i], width(), c->ascii, e);
	}
	return status;
}

/* Which organizations the report is of, to ALL: none where the tables are of one. */
static int
choose(struct call *c, const struct db *db, struct strlist *all, struct ant_err *e)
{
	const char *one = c->o.organization;

	if (report_look(db, &c->o, all, e) == -1)
		return -1;
	if (one == NULL || strlist_has(all, one, strlen(one)))
		return 0;
	if (all->n == 0)
		return err_set(e, ANT_FAIL,
			"--organization: the tables have no column _organization: all of them is "
			"of one");
	return err_set(e, ANT_FAIL,
		"--organization: there is nothing of '%.100s', but of '%.100s'%s", one, all->v[0],
		all->n > 1 ? " and others" : "");
}

/* Load a report for each organization of ALL, or the chosen one, and make what was asked for. */
static int
report_all(struct call *c, const struct db *db, const struct strlist *all, struct buf *b,
	int *exceeded, struct ant_err *e)
{
	const size_t n = c->o.organization != NULL || all->n == 0 ? 1 : all->n;
	struct report *r = calloc(n, sizeof *r);
	const struct report **each = calloc(n, sizeof *each);
	int status = r != NULL && each != NULL ? 0 : err_sys(e, ANT_FAIL, "report");

	for (size_t i = 0; i < n && status == 0; i++) {
		struct report_options o = c->o;

		if (o.organization == NULL && all->n > 0)
			o.organization = all->v[i];
		each[i] = &r[i];
		status = report_load(&r[i], db, &o, e);
	}
	if (status == 0)
		status = make(c, each, n, b, exceeded, e);
	for (size_t i = 0; r != NULL && i < n; i++)
		report_free(&r[i]);
	free(r);
	free(each);
	return status;
}

static int
run(struct call *c, const char *where)
{
	struct strlist all = {0};
	struct db db = {0};
	struct ant_err e;
	struct buf b;
	int status = ANT_OK, exceeded = 0;

	buf_init(&b, PAGE_MAX);
	if (db_open(where, getenv("ANT_LIBDUCKDB"), 0, &db, &c->o.place, &e) == -1 ||
		choose(c, &db, &all, &e) == -1 ||
		report_all(c, &db, &all, &b, &exceeded, &e) == -1 ||
		(c->file != NULL ? write_file(c->file, &b, &e)
				 : out_write(STDOUT_FILENO, "stdout", b.data, b.len, &e)) == -1)
		status = cli_fail(&e);
	db_close(&db);
	strlist_free(&all);
	buf_free(&b);
	return status == ANT_OK && exceeded > 0 ? ANT_FAIL : status;
}

int
main(int argc, char *argv[])
{
	const int64_t now = (int64_t)time(NULL);

	cli_start(&cli);
	if (cli_options(&cli, options, argc, argv) == -1)
		return cli.status;
	if (argc - optind != 1)
		return cli_usage(&cli, "one DB is needed");
	if (call.ascii && !call.text)
		return cli_usage(&cli, "--ascii goes with --text");
	if (call.text && call.nchecks > 0)
		return cli_usage(&cli, "only one of --text and --check");
	if (call.o.to == NO_TIME || call.o.to > now)
		call.o.to = now;
	if (call.o.from == NO_TIME)
		call.o.from = utc_floor(call.o.to - 1, UTC_DAY) - (PERIOD - 1) * UTC_DAY;
	return cli_exit(run(&call, argv[optind]));
}
