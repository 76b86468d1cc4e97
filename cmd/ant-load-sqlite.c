/*
 * ant-load-sqlite - load a row stream into an SQLite database
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include "cli.h"
#include "db/ask.h"
#include "loader.h"

static const struct cli_option options[] = {
	LOADER_OPTIONS,
	LOADER_VIEWS,
	{.name = NULL},
};

static const char usage[] =
	"usage: ant-load-sqlite [--table T] [--prefix P] [--mode M] [--allow-shrink]\n"
	"           [--wait SECONDS] [--by-organization] [--organization UUID]\n"
	"           [--history]\n"
	"           [--dry-run | --check | --ledger | --audit |\n"
	"            --set-watermark TABLE=TIME | --views [--table-name TABLE=NAME]...]\n"
	"           FILE\n";

static const char help[] =
	"Loads the rows on stdin into the SQLite database FILE, all of them or none.\n"
	"\n" LOADER_HELP "\n"
	"Load a table:\n"
	"  ant-fetch users | ant-flatten | ant-load-sqlite anthill.db\n"
	"Restore the watermarks on a new machine:\n"
	"  ant-load-sqlite --ledger anthill.db | ant-state commit\n";

static int
make(void)
{
	struct ant_err e;

	return load_sqlite(loader.where, &loader.dest, &e) == -1 ? cli_fail(&e) : ANT_OK;
}

static int
ask(struct db *to, struct ant_err *e)
{
	return ask_sqlite(loader.where, 1, to, e);
}

static void
warn(int status)
{
	size_t n = load_sqlite_as_text(&loader.dest);

	if (status == ANT_OK && n > 0)
		cli_warn(&loader.cli, "decimals of more than 15 digits, stored as text: %zu", n);
}

struct loader loader = {
	.cli = {.name = "ant-load-sqlite", .usage = usage, .help = help},
	.options = options,
	.operand = "FILE",
	.place = {.dialect = SQL_SQLITE},
	.make = make,
	.ask = ask,
	.warn = warn,
};
