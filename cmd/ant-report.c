/*
 * ant-report - what the organization spends and does, on one page
 *
 * Reads the database that the loaders filled.  stdout: the page, or text for a terminal,
 * or what a check found.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "db_open.h"
#include "out.h"
#include "report.h"
#include "report_html.h"
#include "slurp.h"
#include "utc.h"

enum {
	OPT_FROM = 256,
	OPT_TO,
	OPT_BUDGET,
	OPT_TITLE,
	OPT_TEXT,
	OPT_ASCII,
	OPT_CHECK,
	OPT_SCHEMA,
	OPT_PREFIX
};
enum { PAGE_MAX = 64 << 20 };

static const struct option options[] = {
	{"from", required_argument, NULL, OPT_FROM},
	{"to", required_argument, NULL, OPT_TO},
	{"budget", required_argument, NULL, OPT_BUDGET},
	{"title", required_argument, NULL, OPT_TITLE},
	{"schema", required_argument, NULL, OPT_SCHEMA},
	{"prefix", required_argument, NULL, OPT_PREFIX},
	{"output", required_argument, NULL, 'o'},
	{NULL, 0, NULL, 0},
};

int
main(int argc, char *argv[])
{
	struct cli cli = {.name = "ant-report",
		.usage = "usage: ant-report\n",
		.help = "",
		.shorts = "o:",
		.options = options};
	struct report_options o = {.budget = -1, .to = time(NULL)};
	struct db db = {0};
	struct report r = {0};
	struct buf page;
	struct out out;
	struct ant_err e;
	int ch, status = ANT_OK;

	cli_start(&cli);
	buf_init(&page, PAGE_MAX);
	out_init(&out, STDOUT_FILENO, "stdout");
	while ((ch = cli_next(&cli, argc, argv)) != -1)
		switch (ch) {
		case OPT_TO:
			if (utc_argument(optarg, time(NULL), &o.to, &e) == -1)
				return cli_fail(&e);
			break;
		case OPT_FROM:
			if (utc_argument(optarg, time(NULL), &o.from, &e) == -1)
				return cli_fail(&e);
			break;
		case OPT_BUDGET:
			if (money_parse(optarg, &o.budget) == -1)
				return 2;
			break;
		case OPT_TITLE:
			o.title = optarg;
			break;
		case OPT_SCHEMA:
			o.place.schema = optarg;
			break;
		case OPT_PREFIX:
			o.place.prefix = optarg;
			break;
		case CLI_STOP:
			return cli.status;
		}
	if (o.from == 0)
		o.from = utc_floor(o.to - 1, UTC_DAY) - 89 * UTC_DAY;
	if (db_open(argv[optind], NULL, 0, &db, &o.place, &e) == -1 ||
		report_load(&r, &db, &o, &e) == -1 || report_html(&page, &r, &e) == -1 ||
		out_put(&out, page.data, page.len, &e) == -1 || out_flush(&out, &e) == -1)
		status = cli_fail(&e);
	report_free(&r);
	db_close(&db);
	out_free(&out);
	buf_free(&page);
	return cli_exit(status);
}
