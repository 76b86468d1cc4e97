/*
 * ant-load-pg - load a row stream into PostgreSQL
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include "cli.h"
#include "db/ask.h"
#include "loader.h"

static const struct option options[] = {
	{"dbname", required_argument, NULL, 'd'},
	{"schema", required_argument, NULL, LOADER_SCHEMA},
	LOADER_OPTIONS,
	{NULL, 0, NULL, 0},
};

static const char usage[] =
	"usage: ant-load-pg [-d CONNINFO|URI] [--schema S] [--table T] [--prefix P]\n"
	"           [--mode M] [--allow-shrink] [--ledger] [--dry-run]\n"
	"           [--views [--table-name TABLE=NAME]...]\n";

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
make(struct loader *l)
{
	struct ant_err e;

	return load_pg(l->where, l->schema, &l->dest, &e) == -1 ? cli_fail(&e) : ANT_OK;
}

static int
ask(struct loader *l, struct db *to, struct ant_err *e)
{
	return ask_pg(l->where, l->schema, 1, to, &l->place.schema, e);
}

int
main(int argc, char **argv)
{
	struct loader l = {
		.cli = {.name = "ant-load-pg",
			.usage = usage,
			.help = help,
			.shorts = "d:",
			.options = options},
		.dialect = SQL_POSTGRESQL,
		.make = make,
		.ask = ask,
	};

	return loader_main(&l, argc, argv);
}
