/*
 * ant-load-pg - load a row stream into PostgreSQL
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include "cli.h"
#include "db/ask.h"
#include "loader.h"

static const char *schema;

static const struct cli_option options[] = {
	{.name = "dbname", .letter = 'd', .text = &loader.where},
	{.name = "schema", .text = &schema},
	LOADER_OPTIONS,
	LOADER_VIEWS,
	{.name = NULL},
};

static const char usage[] =
	"usage: ant-load-pg [-d CONNINFO|URI] [--schema S] [--table T] [--prefix P]\n"
	"           [--mode M] [--allow-shrink] [--wait SECONDS]\n"
	"           [--by-organization] [--organization UUID] [--history]\n"
	"           [--dry-run | --check | --ledger | --audit |\n"
	"            --set-watermark TABLE=TIME | --views [--table-name TABLE=NAME]...]\n";

static const char help[] =
	"Loads the rows on stdin into PostgreSQL, all of them or none.\n"
	"\n"
	"  -d CONNINFO     as psql takes it; else PGHOST, PGDATABASE, PGSERVICE ...\n"
	"  --schema S      into this schema, created where it is missing\n" LOADER_HELP "\n"
	"Load a table:\n"
	"  ant-fetch usage_report | ant-flatten | ant-load-pg\n"
	"Restore the watermarks on a new machine:\n"
	"  ant-load-pg --ledger | ant-state commit\n";

static int
make(void)
{
	struct ant_err e;

	return load_pg(loader.where, schema, &loader.dest, &e) == -1 ? cli_fail(&e) : ANT_OK;
}

static int
ask(struct db *to, struct ant_err *e)
{
	return ask_pg(loader.where, schema, 1, to, &loader.place.schema, e);
}

struct loader loader = {
	.cli = {.name = "ant-load-pg", .usage = usage, .help = help},
	.options = options,
	.place = {.dialect = SQL_POSTGRESQL},
	.make = make,
	.ask = ask,
};
