/*
 * ant-load-duckdb - load a row stream into a DuckDB database or a lake
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include <stdlib.h>

#include "cli.h"
#include "db/ask.h"
#include "loader.h"

static const struct cli_option options[] = {
	LOADER_OPTIONS,
	LOADER_VIEWS,
	{.name = NULL},
};

static const char usage[] =
	"usage: ant-load-duckdb [--table T] [--prefix P] [--mode M] [--allow-shrink]\n"
	"           [--wait SECONDS] [--by-organization] [--organization UUID]\n"
	"           [--history]\n"
	"           [--dry-run | --check | --ledger | --audit |\n"
	"            --set-watermark TABLE=TIME | --views [--table-name TABLE=NAME]...]\n"
	"           FILE | ducklake:CATALOG[?data=PATH] | iceberg+https://...\n";

static const char help[] =
	"Loads the rows on stdin into a DuckDB database or a lake, all of them or none.\n"
	"\n" LOADER_HELP "\n"
	"Load a table:\n"
	"  ant-fetch users | ant-flatten | ant-load-duckdb anthill.duckdb\n"
	"Restore the watermarks on a new machine:\n"
	"  ant-load-duckdb --ledger anthill.duckdb | ant-state commit\n";

static int
make(void)
{
	struct ant_err e;

	return load_duckdb(loader.where, getenv("ANT_LIBDUCKDB"), &loader.dest, &e) == -1
		       ? cli_fail(&e)
		       : ANT_OK;
}

static int
ask(struct db *to, struct ant_err *e)
{
	return ask_duckdb(loader.where, getenv("ANT_LIBDUCKDB"), 1, to, e);
}

static void
warn(int status)
{
	const char *why = load_duckdb_warning(&loader.dest);

	(void)status; /* the rows are in, even where the receipt could not be printed */
	if (*why != '\0')
		cli_warn(&loader.cli, "the rows are committed, but stay in %s.wal: %s",
			loader.where, why);
}

struct loader loader = {
	.cli = {.name = "ant-load-duckdb", .usage = usage, .help = help},
	.options = options,
	.operand = "FILE",
	.place = {.dialect = SQL_DUCKDB},
	.make = make,
	.ask = ask,
	.warn = warn,
};
