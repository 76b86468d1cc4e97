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

static struct cli cli = {
	.name = "ant-tables",
	.usage = "usage: ant-tables [-hqv] [-T DIR]... [--names | --tsv | --json]\n"
		 "           [TABLE | @SET | FILE]...\n"
		 "       ant-tables --ddl DIALECT [TABLE | @SET | FILE]...\n"
		 "       ant-tables --views DIALECT [--schema S] [--prefix P]\n"
		 "           [--table-name TABLE=NAME]...\n"
		 "       ant-tables --near WORD [NAME...]\n",
	.help = "Lists all tables by what opens them; or tells in words how a TABLE, those of a\n"
		"SET (@all: all), or a table FILE of one's own, is asked for and loaded:\n"
		"\n"
		"    ant-tables usage_report ./chats.table\n"
		"    ant-tables --ddl postgresql @console\n"
		"\n"
		"  -T, --tables DIR   look for table files here first\n"
		"  --names            only the names\n"
		"  --tsv              for scripts: twelve fields, - where there is none\n"
		"  --json             everything, one JSON object a line\n"
		"  --ddl DIALECT      CREATE TABLE for postgresql, sqlite, duckdb, bigquery,\n"
		"                     snowflake, clickhouse or mysql\n"
		"  --views DIALECT    CREATE VIEW for postgresql, sqlite or duckdb, of cost, use,\n"
		"                     spend, keys, members; --schema S, --prefix P and\n"
		"                     --table-name TABLE=NAME say how the tables were loaded\n"
		"  --near WORD        the NAME, or without any the table, that a mistyped WORD\n"
		"                     may have been meant to be; nothing where none is near\n",
};

static struct cli_list folders, words;
static struct views_place place;
static int names, tsv, json, ddl = -1, views = -1; /* the last two: a dialect, or -1 */
static int chosen, placed;			   /* how often --ddl and --views, --table-name */

static int
take_ddl(const char *value)
{
	chosen++;
	if ((ddl = sql_dialect_find(value)) != -1)
		return ANT_OK;
	return cli_usage(&cli,
		"--ddl: '%s' is none of postgresql, sqlite, duckdb, bigquery, snowflake, "
		"clickhouse and mysql",
		value);
}

static int
take_views(const char *value)
{
	chosen++;
	views = sql_dialect_find(value);
	if (views != -1 && views <= SQL_DUCKDB)
		return ANT_OK;
	return cli_usage(&cli, "--views: '%s' is none of postgresql, sqlite and duckdb", value);
}

static int
take_table_name(const char *value)
{
	struct ant_err e;

	placed = 1;
	if (views_rename(&place, value, &e) == 0)
		return ANT_OK;
	return cli_usage(&cli, "--table-name: %s", e.msg);
}

static const struct cli_option options[] = {
	{.name = "tables", .letter = 'T', .list = &folders},
	{.name = "names", .flag = &names},
	{.name = "tsv", .flag = &tsv},
	{.name = "json", .flag = &json},
	{.name = "ddl", .take = take_ddl},
	{.name = "views", .take = take_views},
	{.name = "schema", .text = &place.schema},
	{.name = "prefix", .text = &place.prefix},
	{.name = "table-name", .take = take_table_name},
	{.name = "near", .list = &words},
	{.name = NULL},
};

/* All tables where none is named. */
static int
names_wanted(const struct tables *ts, char **argv, struct strlist *to, struct ant_err *e)
{
	if (*argv == NULL)
		return tables_names(ts, to, e);
	for (; *argv != NULL; argv++)
		if (**argv == '@' ? tables_of_set(ts, *argv + 1, to, e) == -1
				  : strlist_add(to, *argv, strlen(*argv)) == -1)
			return **argv == '@' ? -1 : err_sys(e, ANT_FAIL, "%s", *argv);
	return 0;
}

static struct table *
load(const struct tables *ts, const char *name, struct ant_err *e)
{
	return tables_is_file(name) ? tables_load_file(name, e) : tables_load(ts, name, e);
}

static int
print_table(const struct tables *ts, const char *name, enum describe_form form, struct buf *b,
	struct ant_err *e)
{
	struct table *t = load(ts, name, e);
	int result;

	if (t == NULL)
		return -1;
	result = ddl != -1 ? ddl_table(b, (enum sql_dialect)ddl, t) : describe_table(b, t, form);
	table_free(t);
	return result == 0 ? 0 : err_sys(e, ANT_FAIL, "%s", name);
}

/* Nothing is printed where a table is wrong: scripts read this. */
static int
print_all(const struct tables *ts, char **argv, enum describe_form form, struct ant_err *e)
{
	struct strlist all = {NULL, 0};
	struct buf b;
	int result = -1;

	buf_init(&b, (size_t)64 << 20);
	if (names_wanted(ts, argv, &all, e) == -1)
		goto done;
	for (size_t i = 0; i < all.n; i++) {
		if ((form == DESCRIBE_TEXT || ddl != -1) && i > 0)
			buf_putc(&b, '\n');
		if (print_table(ts, all.v[i], form, &b, e) == -1)
			goto done;
	}
	result = out_write(STDOUT_FILENO, "stdout", b.data, b.len, e);
done:
	strlist_free(&all);
	buf_free(&b);
	return result;
}

/* All tables, set by set. */
static int
print_sets(const struct tables *ts, struct ant_err *e)
{
	struct strlist names_there = {NULL, 0};
	struct table **loaded = NULL;
	size_t n = 0;
	struct buf b;
	int result = -1;

	buf_init(&b, (size_t)64 << 20);
	if (tables_names(ts, &names_there, e) == -1)
		goto done;
	if ((loaded = calloc(names_there.n + 1, sizeof *loaded)) == NULL) {
		err_sys(e, ANT_FAIL, "tables");
		goto done;
	}
	for (; n < names_there.n; n++)
		if ((loaded[n] = tables_load(ts, names_there.v[n], e)) == NULL)
			goto done;
	if (describe_sets(&b, loaded, n) == -1)
		err_sys(e, ANT_FAIL, "tables");
	else
		result = out_write(STDOUT_FILENO, "stdout", b.data, b.len, e);
done:
	while (n > 0)
		table_free(loaded[--n]);
	free(loaded);
	strlist_free(&names_there);
	buf_free(&b);
	return result;
}

static int
print_views(struct ant_err *e)
{
	struct buf b;
	int result;

	buf_init(&b, 1 << 20);
	views_create(&b, &place, &views_all);
	result = b.failed ? err_sys(e, ANT_FAIL, "--views")
			  : out_write(STDOUT_FILENO, "stdout", b.data, b.len, e);
	buf_free(&b);
	return result;
}

/* The guess of our own messages, for the shell drivers to share. */
static int
print_near(const struct tables *ts, char **argv, struct ant_err *e)
{
	struct strlist all = {NULL, 0};
	const char *best = NULL;
	int result = *argv == NULL ? tables_names(ts, &all, e) : 0;

	for (size_t i = 0; i < all.n; i++)
		best = near_better(words.v[0], best, all.v[i]);
	for (; *argv != NULL; argv++) /* a @SET among them is one of the words */
		best = near_better(words.v[0], best, *argv);
	if (best != NULL)
		puts(best);
	strlist_free(&all);
	return result;
}

static int
print(const struct tables *ts, char **argv, enum describe_form form, struct ant_err *e)
{
	if (words.n > 0)
		return print_near(ts, argv, e);
	if (chosen == 0 && *argv == NULL)
		return print_sets(ts, e);
	return print_all(ts, argv, form, e);
}

int
main(int argc, char *argv[])
{
	struct tables tables = {{NULL, 0}};
	enum describe_form form;
	struct ant_err e;
	int status = ANT_OK;

	cli_start(&cli);
	if (cli_options(&cli, options, argc, argv) == -1)
		return cli.status;
	chosen += names + tsv + json + (int)words.n;
	if (chosen > 1)
		return cli_usage(
			&cli, "only one of --names, --tsv, --json, --ddl, --views and --near");
	if ((placed || place.schema != NULL || place.prefix != NULL) && views == -1)
		return cli_usage(&cli, "--schema, --prefix and --table-name go with --views");
	if (place.schema != NULL && views != SQL_POSTGRESQL)
		return cli_usage(&cli, "--schema: only PostgreSQL has schemas here");
	if (views != -1 && optind < argc)
		return cli_usage(&cli, "--views takes no TABLE: the views are of several");
	form = names ? DESCRIBE_NAME : tsv ? DESCRIBE_TSV : json ? DESCRIBE_JSON : DESCRIBE_TEXT;
	place.dialect = (enum sql_dialect)views;
	if (views != -1)
		return cli_exit(print_views(&e) == -1 ? cli_fail(&e) : ANT_OK);
	if (tables_init(&tables, folders.v, folders.n, getenv("ANT_TABLES"), &e) == -1 ||
		print(&tables, argv + optind, form, &e) == -1)
		status = cli_fail(&e);
	tables_free(&tables);
	return cli_exit(status);
}
