/*
 * ant-load-mysql - load a row stream into MySQL or MariaDB
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include <signal.h>

#include "cli.h"
#include "loader.h"

static const struct cli_option options[] = {
	LOADER_OPTIONS,
	{.name = NULL},
};

static const char usage[] =
	"usage: ant-load-mysql [--table T] [--prefix P] [--mode M] [--allow-shrink]\n"
	"           [--wait SECONDS] [--by-organization] [--organization UUID]\n"
	"           [--history]\n"
	"           [--dry-run | --check | --ledger | --audit |\n"
	"            --set-watermark TABLE=TIME] URI\n";

static const char help[] = "Loads the rows on stdin into MySQL or MariaDB, all of them or none.\n"
			   "\n"
			   "  URI             mysql://USER@HOST:PORT/DATABASE; the password: "
			   "MYSQL_PWD\n" LOADER_HELP_LOAD LOADER_HELP_REST "\n"
			   "Load a table:\n"
			   "  ant-fetch users | ant-flatten | ant-load-mysql mysql://me@db/usage\n"
			   "Restore the watermarks on a new machine:\n"
			   "  ant-load-mysql --ledger mysql://me@db/usage | ant-state commit\n";

static int
make(void)
{
	struct ant_err e;

	/* A connection that breaks is an error with a reason, under TLS, too. */
	signal(SIGPIPE, SIG_IGN);
	return load_mysql(loader.where, &loader.dest, &e) == -1 ? cli_fail(&e) : ANT_OK;
}

static void
warn(int status)
{
	if (status == ANT_OK && loader.cli.verbose && load_mysql_by_insert(&loader.dest))
		cli_error("the server takes no LOAD DATA LOCAL: rows come by INSERT");
}

struct loader loader = {
	.cli = {.name = "ant-load-mysql", .usage = usage, .help = help},
	.options = options,
	.operand = "URI",
	.make = make,
	.warn = warn,
};
