/*
 * ant-tables - list and describe the tables
 *
 * stdout: a line per table, a description, JSON, or SQL.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "base/out.h"
#include "cli.h"
#include "db/ddl.h"
#include "db/views.h"
#include "tables/describe.h"
#include "tables/tables.h"

enum { FOLDERS_MAX = 64 };
enum {
	OPT_NAMES = 256,
	OPT_TSV,
	OPT_JSON,
	OPT_DDL,
	OPT_VIEWS,
	OPT_NEAR,
	OPT_SCHEMA,
	OPT_PREFIX,
	OPT_TABLE_NAME
};

static const struct option options[] = {
	{"tables", required_argument, NULL, 'T'},
	{"names", no_argument, NULL, OPT_NAMES},
	{"tsv", no_argument, NULL, OPT_TSV},
	{"json", no_argument, NULL, OPT_JSON},
	{"ddl", required_argument, NULL, OPT_DDL},
	{"views", required_argument, NULL, OPT_VIEWS},
	{"schema", required_argument, NULL, OPT_SCHEMA},
	{"prefix", required_argument, NULL, OPT_PREFIX},
	{"table-name", required_argument, NULL, OPT_TABLE_NAME},
	{"near", required_argument, NULL, OPT_NEAR},
	{NULL, 0, NULL, 0},
};

static struct cli cli = {
	.name = "ant-tables",
	.usage = "usage: ant-tables [-hqv] [-T DIR]... [--names | --tsv | --json] [TABLE...]\n"
		 "       ant-tables --ddl DIALECT [TABLE...]\n"
		 "       ant-tables --views DIALECT [--schema S] [--prefix P]\n"
		 "           [--table-name TABLE=NAME]...\n"
		 "       ant-tables --near WORD [NAME...]\n",
	.help = "Without TABLE, lists all tables, one a line; with TABLE, describes its columns:\n"
		"\n"
		"    ant-tables\n"
		"    ant-tables usage_report\n"
		"\n"
		"  -T, --tables DIR   look for table files here first\n"
		"  --names            only the names\n"
		"  --tsv              for scripts: name, mode, time column, paging, width,\n"
		"                     earliest, foreach; - where there is none\n"
		"  --json             everything, one JSON object a line\n"
		"  --ddl DIALECT      CREATE TABLE for postgresql, sqlite, duckdb, bigquery,\n"
		"                     snowflake, clickhouse or mysql\n"
		"  --views DIALECT    CREATE VIEW for postgresql, sqlite or duckdb: daily cost,\n"
		"                     cost by key, tokens, spend and forecast, Claude Code, keys,\n"
		"                     members; --schema S, --prefix P and --table-name TABLE=NAME\n"
		"                     say how the tables were loaded\n"
		"  --near WORD        the NAME, or without any the table, that a mistyped WORD\n"
		"                     may have been meant to be; nothing where none is near\n",
	.shorts = "T:",
	.options = options,
};

/* All tables where none is named. */
static int
names_wanted(const struct tables *ts, char **argv, struct strlist *names, struct ant_err *e)
{
	if (*argv == NULL)
		return tables_names(ts, names, e);
	for (; *argv != NULL; argv++)
		if (strlist_add(names, *argv, strlen(*argv)) == -1)
			return err_sys(e, ANT_FAIL, "%s", *argv);
	return 0;
}

static int
print_table(const struct tables *ts, const char *name, enum describe_form form, int dialect,
	struct buf *b, struct ant_err *e)
{
	struct table *t = tables_load(ts, name, e);
	int result;

	if (t == NULL)
		return -1;
	result = dialect != -1 ? ddl_table(b, (enum sql_dialect)dialect, t)
			       : describe_table(b, t, form);
	table_free(t);
	return result == 0 ? 0 : err_sys(e, ANT_FAIL, "%s", name);
}

/* Nothing is printed where a table is wrong: scripts read this. */
static int
print_all(const struct tables *ts, char **argv, enum describe_form form, int dialect,
	struct ant_err *e)
{
	struct strlist names = {NULL, 0};
	struct buf b;
	int result = -1;

	buf_init(&b, (size_t)64 << 20);
	if (names_wanted(ts, argv, &names, e) == -1)
		goto done;
	for (size_t i = 0; i < names.n; i++) {
		if ((form == DESCRIBE_TEXT || dialect != -1) && i > 0)
			buf_putc(&b, '\n');
		if (print_table(ts, names.v[i], form, dialect, &b, e) == -1)
			goto done;
	}
	result = out_write(STDOUT_FILENO, "stdout", b.data, b.len, e);
done:
	strlist_free(&names);
	buf_free(&b);
	return result;
}

static int
print_views(const struct views_place *place, struct ant_err *e)
{
	struct buf b;
	int result;

	buf_init(&b, 1 << 20);
	views_create(&b, place, VIEWS_ALL);
	result = b.failed ? err_sys(e, ANT_FAIL, "--views")
			  : out_write(STDOUT_FILENO, "stdout", b.data, b.len, e);
	buf_free(&b);
	return result;
}

/* The guess of our own messages, for the shell drivers to share. */
static int
print_near(const struct tables *ts, const char *word, char **argv, struct ant_err *e)
{
	struct strlist names = {NULL, 0};
	const char *best = NULL;

	if (names_wanted(ts, argv, &names, e) == -1) {
		strlist_free(&names);
		return -1;
	}
	for (size_t i = 0; i < names.n; i++)
		best = near_better(word, best, names.v[i]);
	if (best != NULL)
		puts(best);
	strlist_free(&names);
	return 0;
}

int
main(int argc, char *argv[])
{
	const char *folders[FOLDERS_MAX];
	size_t nfolders = 0;
	struct tables tables = {{NULL, 0}};
	struct views_place place = {0};
	enum describe_form form = DESCRIBE_LINE;
	const char *word = NULL;
	struct ant_err e;
	int ch, chosen = 0, dialect = -1, views = -1, placed = 0, status = ANT_OK;

	cli_start(&cli);
	while ((ch = cli_next(&cli, argc, argv)) != -1)
		switch (ch) {
		case 'T':
			if (nfolders == FOLDERS_MAX)
				return cli_usage(&cli, "-T: given more than %d times", FOLDERS_MAX);
			folders[nfolders++] = optarg;
			break;
		case OPT_NAMES:
			form = DESCRIBE_NAME;
			chosen++;
			break;
		case OPT_TSV:
			form = DESCRIBE_TSV;
			chosen++;
			break;
		case OPT_JSON:
			form = DESCRIBE_JSON;
			chosen++;
			break;
		case OPT_DDL:
			if ((dialect = sql_dialect_find(optarg)) == -1)
				return cli_usage(&cli,
					"--ddl: '%s' is none of postgresql, sqlite, duckdb, "
					"bigquery, snowflake, clickhouse and mysql",
					optarg);
			chosen++;
			break;
		case OPT_VIEWS:
			views = sql_dialect_find(optarg);
			if (views == -1 || views > SQL_DUCKDB)
				return cli_usage(&cli,
					"--views: '%s' is none of postgresql, sqlite and duckdb",
					optarg);
			chosen++;
			break;
		case OPT_SCHEMA:
			place.schema = optarg;
			placed = 1;
			break;
		case OPT_PREFIX:
			place.prefix = optarg;
			placed = 1;
			break;
		case OPT_TABLE_NAME:
			if (views_rename(&place, optarg, &e) == -1)
				return cli_usage(&cli, "--table-name: %s", e.msg);
			placed = 1;
			break;
		case OPT_NEAR:
			word = optarg;
			chosen++;
			break;
		default:
			return cli.status;
		}
	if (chosen > 1)
		return cli_usage(
			&cli, "only one of --names, --tsv, --json, --ddl, --views and --near");
	if (placed && views == -1)
		return cli_usage(&cli, "--schema, --prefix and --table-name go with --views");
	if (place.schema != NULL && views != SQL_POSTGRESQL)
		return cli_usage(&cli, "--schema: only PostgreSQL has schemas here");
	if (views != -1 && optind < argc)
		return cli_usage(&cli, "--views takes no TABLE: the views are of several");
	if (chosen == 0 && optind < argc)
		form = DESCRIBE_TEXT;

	place.dialect = (enum sql_dialect)views;
	if (views != -1)
		return cli_exit(print_views(&place, &e) == -1 ? cli_fail(&e) : ANT_OK);
	if (tables_init(&tables, folders, nfolders, getenv("ANT_TABLES"), &e) == -1 ||
		(word != NULL ? print_near(&tables, word, argv + optind, &e)
			      : print_all(&tables, argv + optind, form, dialect, &e)) == -1)
		status = cli_fail(&e);
	tables_free(&tables);
	return cli_exit(status);
}
