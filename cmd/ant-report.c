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

enum {
	OPT_FROM = 256,
	OPT_TO,
	OPT_BUDGET,
	OPT_TITLE,
	OPT_TEXT,
	OPT_ASCII,
	OPT_CHECK,
	OPT_SCHEMA,
	OPT_PREFIX,
	OPT_TABLE_NAME
};
enum { PAGE_MAX = 64 << 20, CHECKS_MAX = 32, PERIOD = 90, WIDTH = 80 };

static const struct option options[] = {
	{"from", required_argument, NULL, OPT_FROM},
	{"to", required_argument, NULL, OPT_TO},
	{"budget", required_argument, NULL, OPT_BUDGET},
	{"title", required_argument, NULL, OPT_TITLE},
	{"output", required_argument, NULL, 'o'},
	{"text", no_argument, NULL, OPT_TEXT},
	{"ascii", no_argument, NULL, OPT_ASCII},
	{"check", required_argument, NULL, OPT_CHECK},
	{"schema", required_argument, NULL, OPT_SCHEMA},
	{"prefix", required_argument, NULL, OPT_PREFIX},
	{"table-name", required_argument, NULL, OPT_TABLE_NAME},
	{NULL, 0, NULL, 0},
};

static struct cli cli = {
	.name = "ant-report",
	.usage = "usage: ant-report [-hqv] [--from T] [--to T] [--budget USD] [--title TEXT]\n"
		 "           [--text [--ascii] | --check LIMIT]... [--schema S] [--prefix P]\n"
		 "           [--table-name TABLE=NAME]... [-o FILE] DB\n",
	.help = "Shows what the organization spends and does, from the database DB that ant-sync\n"
		"filled: a FILE of SQLite or DuckDB, or postgresql://HOST/DB.\n"
		"\n"
		"  --from T, --to T  the period (the last 90 days; T as of ant-fetch)\n"
		"  --budget USD      of a month\n"
		"  --title TEXT      instead of the organization's name\n"
		"  -o FILE           write the page there, not to stdout\n"
		"  --text            for a terminal; --ascii: without other characters\n"
		"  --check LIMIT     print what exceeds it and exit 1; may be repeated:\n"
		"                    budget=5000, forecast=5000, daily-change=50%, stale=36h\n"
		"  --schema S, --prefix P, --table-name TABLE=NAME  as the tables were loaded\n"
		"\n"
		"A page to look at, and a mail from cron when something is amiss:\n"
		"  ant-report -o report.html anthill.db\n"
		"  ant-report --check forecast=5000 --check stale=36h anthill.db\n",
	.shorts = "o:",
	.options = options,
};

struct call {
	struct report_options o;
	const char *file; /* NULL: stdout */
	const char *checks[CHECKS_MAX];
	size_t nchecks;
	int text, ascii;
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

/* Make what was asked for in TO; *EXCEEDED is how many limits are. */
static int
make(const struct call *c, const struct report *r, struct buf *to, int *exceeded, struct ant_err *e)
{
	for (size_t i = 0; i < c->nchecks; i++) {
		int n = report_check(to, r, c->checks[i], e);

		if (n == -1)
			return -1;
		*exceeded += n;
	}
	if (c->nchecks > 0)
		return 0;
	return c->text ? report_text(to, r, width(), c->ascii, e) : report_page(to, r, e);
}

static int
run(struct call *c, const char *where)
{
	struct report r = {0};
	struct db db = {0};
	struct ant_err e;
	struct buf b;
	int status = ANT_OK, exceeded = 0;

	buf_init(&b, PAGE_MAX);
	if (db_open(where, getenv("ANT_LIBDUCKDB"), 0, &db, &c->o.place, &e) == -1 ||
		report_load(&r, &db, &c->o, &e) == -1 || make(c, &r, &b, &exceeded, &e) == -1 ||
		(c->file != NULL ? write_file(c->file, &b, &e)
				 : out_write(STDOUT_FILENO, "stdout", b.data, b.len, &e)) == -1)
		status = cli_fail(&e);
	report_free(&r);
	db_close(&db);
	buf_free(&b);
	return status == ANT_OK && exceeded > 0 ? ANT_FAIL : status;
}

/* One option; ANT_OK, or the status after a message. */
static int
take_option(struct call *c, int ch, int64_t now)
{
	struct ant_err e;

	switch (ch) {
	case OPT_FROM:
		if (utc_argument(optarg, now, &c->o.from, &e) == -1)
			return cli_usage(&cli, "--from: %s", e.msg);
		break;
	case OPT_TO:
		if (utc_argument(optarg, now, &c->o.to, &e) == -1)
			return cli_usage(&cli, "--to: %s", e.msg);
		break;
	case OPT_BUDGET:
		if (money_parse(optarg, &c->o.budget) == -1)
			return cli_usage(&cli, "--budget: '%s' is no amount of dollars", optarg);
		break;
	case OPT_TITLE:
		c->o.title = optarg;
		break;
	case 'o':
		c->file = optarg;
		break;
	case OPT_ASCII:
		c->ascii = 1;
		break;
	case OPT_TEXT:
		c->text = 1;
		break;
	case OPT_CHECK:
		if (c->nchecks == CHECKS_MAX)
			return cli_usage(&cli, "--check: given more than %d times", CHECKS_MAX);
		if (report_check(NULL, NULL, optarg, &e) == -1)
			return cli_usage(&cli, "%s", e.msg);
		c->checks[c->nchecks++] = optarg;
		break;
	case OPT_SCHEMA:
		c->o.place.schema = optarg;
		break;
	case OPT_PREFIX:
		c->o.place.prefix = optarg;
		break;
	case OPT_TABLE_NAME:
		if (views_rename(&c->o.place, optarg, &e) == -1)
			return cli_usage(&cli, "--table-name: %s", e.msg);
		break;
	}
	return ANT_OK;
}

int
main(int argc, char *argv[])
{
	const int64_t now = (int64_t)time(NULL), none = INT64_MIN;
	struct call c = {.o = {.from = none, .to = none, .budget = -1}};
	int ch, status;

	cli_start(&cli);
	while ((ch = cli_next(&cli, argc, argv)) != -1) {
		if (ch == CLI_STOP)
			return cli.status;
		if ((status = take_option(&c, ch, now)) != ANT_OK)
			return status;
	}
	if (argc - optind != 1)
		return cli_usage(&cli, "one DB is needed");
	if (c.ascii && !c.text)
		return cli_usage(&cli, "--ascii goes with --text");
	if (c.text && c.nchecks > 0)
		return cli_usage(&cli, "only one of --text and --check");
	if (c.o.to == none || c.o.to > now)
		c.o.to = now;
	if (c.o.from == none)
		c.o.from = utc_floor(c.o.to - 1, UTC_DAY) - (PERIOD - 1) * UTC_DAY;
	return cli_exit(run(&c, argv[optind]));
}
