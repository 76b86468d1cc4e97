/*
 * ant-load-duckdb - load a row stream into a DuckDB database
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include <stdlib.h>

#include "cli.h"
#include "db/ask_duckdb.h"
#include "load/duckdb.h"
#include "loader.h"

static const struct option options[] = {
	{"table", required_argument, NULL, LOADER_TABLE},
	{"prefix", required_argument, NULL, LOADER_PREFIX},
	{"mode", required_argument, NULL, LOADER_MODE},
	{"allow-shrink", no_argument, NULL, LOADER_ALLOW_SHRINK},
	{"ledger", no_argument, NULL, LOADER_LEDGER},
	{"dry-run", no_argument, NULL, LOADER_DRY_RUN},
	{"views", no_argument, NULL, LOADER_VIEWS},
	{"table-name", required_argument, NULL, LOADER_TABLE_NAME},
	{NULL, 0, NULL, 0},
};

static const char usage[] =
	"usage: ant-load-duckdb [--table T] [--prefix P] [--mode M] [--allow-shrink]\n"
	"           [--ledger] [--dry-run] [--views [--table-name TABLE=NAME]...] FILE\n";

static const char help[] =
	"Loads the rows on stdin into the DuckDB database FILE, all of them or none.\n"
	"\n"
	"  --table T       into this table, not the one that the stream names\n"
	"  --prefix P      put P before the table's name\n"
	"  --mode M        window, replace, merge or append, not the stream's mode\n"
	"  --allow-shrink  let a load leave fewer than half of the rows\n"
	"  --ledger        print the receipts of all loads, read nothing\n"
	"  --dry-run       print the SQL, change nothing\n"
	"  --views         make the SQL views of ant-tables --views, read nothing\n"
	"  --table-name TABLE=NAME   for the views: TABLE was loaded with --table NAME\n"
	"  -h, --help  --version  -q, --quiet  -v, --verbose\n"
	"\n"
	"Load a table:\n"
	"  ant-fetch users | ant-flatten | ant-load-duckdb anthill.duckdb\n"
	"Restore the watermarks on a new machine:\n"
	"  ant-load-duckdb --ledger anthill.duckdb | ant-state commit\n";

int
main(int argc, char **argv)
{
	struct cli cli = {.name = "ant-load-duckdb",
		.usage = usage,
		.help = help,
		.shorts = "",
		.options = options};
	struct load_options o = {0};
	struct load_duckdb *db = NULL;
	struct load_dest dest;
	struct ant_err e;
	int ch, status = ANT_OK;

	cli_start(&cli);
	while ((ch = cli_next(&cli, argc, argv)) != -1) {
		if (ch == CLI_STOP)
			return cli.status;
		if ((status = loader_option(&o, ch, optarg)) != ANT_OK)
			goto done;
	}
	if (argc - optind != 1) {
		status = cli_usage(&cli, "one FILE is needed");
		goto done;
	}
	if (o.views) {
		struct db views;

		o.place.dialect = SQL_DUCKDB;
		status = ask_duckdb(argv[optind], getenv("ANT_LIBDUCKDB"), 1, &views, &e);
		status = loader_views(&cli, status, &views, &o.place, &e);
		goto done;
	}
	if ((db = load_duckdb_new(argv[optind], getenv("ANT_LIBDUCKDB"), &e)) == NULL) {
		status = cli_fail(&e);
		goto done;
	}
	dest = load_duckdb_dest(db);
	status = loader_run(&cli, &dest, &o);
	if (*load_duckdb_warning(db) != '\0')
		cli_warn(&cli, "the rows are committed, but stay in %s.wal: %s", argv[optind],
			load_duckdb_warning(db));
done:
	load_duckdb_free(db);
	return cli_exit(status);
}
