/*
 * ant-load-pg - load a row stream into PostgreSQL
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include "cli.h"
#include "db/ask_pg.h"
#include "load/pg.h"
#include "loader.h"

enum { OPT_SCHEMA = LOADER_OWN };

static const struct option options[] = {
	{"dbname", required_argument, NULL, 'd'},
	{"schema", required_argument, NULL, OPT_SCHEMA},
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
	"usage: ant-load-pg [-d CONNINFO|URI] [--schema S] [--table T] [--prefix P]\n"
	"           [--mode M] [--allow-shrink] [--ledger] [--dry-run]\n"
	"           [--views [--table-name TABLE=NAME]...]\n";

static const char help[] =
	"Loads the rows on stdin into PostgreSQL, all of them or none.\n"
	"\n"
	"  -d CONNINFO     as psql takes it; else PGHOST, PGDATABASE, PGSERVICE ...\n"
	"  --schema S      into this schema, created where it is missing\n"
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
	"  ant-fetch usage_report | ant-flatten | ant-load-pg\n"
	"Restore the watermarks on a new machine:\n"
	"  ant-load-pg --ledger | ant-state commit\n";

int
main(int argc, char **argv)
{
	struct cli cli = {.name = "ant-load-pg",
		.usage = usage,
		.help = help,
		.shorts = "d:",
		.options = options};
	struct load_options o = {0};
	const char *conninfo = NULL, *schema = NULL;
	struct load_pg *db = NULL;
	struct load_dest dest;
	struct ant_err e;
	int ch, status = ANT_OK;

	cli_start(&cli);
	while ((ch = cli_next(&cli, argc, argv)) != -1) {
		if (ch == CLI_STOP)
			return cli.status;
		if (ch == 'd')
			conninfo = optarg;
		else if (ch == OPT_SCHEMA)
			schema = optarg;
		else if ((status = loader_option(&o, ch, optarg)) != ANT_OK)
			goto done;
	}
	if (argc != optind) {
		status = cli_usage(&cli, "'%s' is one operand too many", argv[optind]);
		goto done;
	}
	if (o.views) {
		struct db views;

		o.place.dialect = SQL_POSTGRESQL;
		status = ask_pg(conninfo, schema, 1, &views, &o.place.schema, &e);
		status = loader_views(&cli, status, &views, &o.place, &e);
		goto done;
	}
	if ((db = load_pg_new(conninfo, schema, &e)) == NULL) {
		status = cli_fail(&e);
		goto done;
	}
	dest = load_pg_dest(db);
	status = loader_run(&cli, &dest, &o);
done:
	load_pg_free(db);
	return cli_exit(status);
}
