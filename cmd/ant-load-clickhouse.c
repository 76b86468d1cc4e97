/*
 * ant-load-clickhouse - load a row stream into ClickHouse
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the rows are the table's and only then.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "loader.h"

static const char *cluster;

static const struct cli_option options[] = {
	{.name = "cluster", .text = &cluster},
	LOADER_OPTIONS,
	{.name = NULL},
};

static const char usage[] =
	"usage: ant-load-clickhouse [--cluster NAME] [--table T] [--prefix P] [--mode M]\n"
	"           [--allow-shrink] [--wait SECONDS] [--by-organization]\n"
	"           [--organization UUID] [--history]\n"
	"           [--dry-run | --check | --ledger | --audit |\n"
	"            --set-watermark TABLE=TIME] URI\n";

static const char help[] =
	"Loads the rows on stdin, all of them or none, into the ClickHouse database of\n"
	"clickhouse[s]://USER@HOST:8123/DB.  The password is in CLICKHOUSE_PASSWORD.\n"
	"\n"
	"  --cluster NAME  make tables on each host of it, and replicated\n" LOADER_HELP_LOAD
		LOADER_HELP_REST "\n"
	"Load a table:\n"
	"  ant-fetch users | ant-flatten | ant-load-clickhouse clickhouse://db.lan/x\n"
	"Restore the watermarks on a new machine:\n"
	"  ant-load-clickhouse --ledger clickhouse://db.lan/x | ant-state commit\n";

static int nothing = -1; /* /dev/null */

/* No transaction undoes what a load that dies has begun: the stream breaks off instead, and it ends. */
static void
end_stream(int number)
{
	int was = errno;

	(void)number;
	dup2(nothing, STDIN_FILENO);
	errno = was;
}

static void
catch_signals(void)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
	struct sigaction action = {.sa_handler = end_stream}, was;

	if ((nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)) == -1)
		return;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (sigaction(numbers[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN) /* nohup */
			sigaction(numbers[i], &action, NULL);
}

static int
make(void)
{
	const char *password = getenv("CLICKHOUSE_PASSWORD");
	struct ant_err e;

	catch_signals();

	if (password != NULL && *password == '\0')
		password = NULL;
	return load_clickhouse(loader.where, password, getenv("CURL_CA_BUNDLE"), cluster,
		       &loader.dest, &e) == -1
		       ? cli_fail(&e)
		       : ANT_OK;
}

static void
warn(int status)
{
	const char *why = load_clickhouse_warning(&loader.dest);

	(void)status; /* the rows are in, even where the receipt could not be printed */
	if (*why != '\0')
		cli_warn(&loader.cli,
			"the rows are committed, but what the load worked with is still there: %s",
			why);
}

struct loader loader = {
	.cli = {.name = "ant-load-clickhouse", .usage = usage, .help = help},
	.options = options,
	.operand = "URI",
	.make = make,
	.warn = warn,
};
