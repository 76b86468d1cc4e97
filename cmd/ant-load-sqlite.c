/*
 * ant-load-sqlite - load a row stream into an SQLite database
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include "cli.h"
#include "db/ask_sqlite.h"
#include "load/sqlite.h"
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
	"usage: ant-load-sqlite [--table T] [--prefix P] [--mode M] [--allow-shrink]\n"
	"           [--ledger] [--dry-run] [--views [--table-name TABLE=NAME]...] FILE\n";

static const char help[] =
	"Loads the rows on stdin into the SQLite database FILE, all of them or none.\n"
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
	"  ant-fetch users | ant-flatten | ant-load-sqlite anthill.db\n"
	"Restore the watermarks on a new machine:\n"
	"  ant-load-sqlite --ledger anthill.db | ant-state commit\n";

int
main(int argc, char **argv)
{
	struct cli cli = {.name = "ant-load-sqlite",
		.usage = usage,
		.help = help,
		.shorts = "",
		.options = options};
	struct load_options o = {0};
	struct load_sqlite *db = NULL;
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

		o.place.dialect = SQL_SQLITE;
		status = ask_sqlite(argv[optind], 1, &views, &e);
		status = loader_views(&cli, status, &views, &o.place, &e);
		goto done;
	}
	if ((db = load_sqlite_new(argv[optind], &e)) == NULL) {
		status = cli_fail(&e);
		goto done;
	}
	dest = load_sqlite_dest(db);
	status = loader_run(&cli, &dest, &o);
	if (status == ANT_OK && load_sqlite_as_text(db) > 0)
		cli_warn(&cli, "decimals of more than 15 digits, stored as text: %zu",
			load_sqlite_as_text(db));
done:
	load_sqlite_free(db);
	return cli_exit(status);
}
