/*
 * ant-flatten - map records to typed rows
 *
 * stdin: a record stream, or with -t plain JSON.  stdout: a row stream, whose
 * last line is written only where the input was complete.
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/slurp.h"
#include "cli.h"
#include "flatten/flatten.h"
#include "flatten/mask.h"
#include "sandbox.h"

static struct cli cli = {
	.name = "ant-flatten",
	.usage = "usage: ant-flatten [-hqv] [-t TABLE] [-T DIR]... [--select C,...]\n"
		 "           [--exclude C,...] [--where JQ] [--add 'NAME TYPE = JQ']... [--raw]\n"
		 "           [--mask C=hash|redact|email]... [--mask-key-file FILE]\n"
		 "           [--mode MODE] [--allow-empty] [--engine auto|native|jq] [--explain]\n",
	.help = "Reads a record stream of ant-fetch and writes its rows for a loader:\n"
		"\n"
		"    ant-fetch usage_report | ant-flatten | ant-load-pg\n"
		"    curl ... | ant-flatten -t users --mask email=email | ant-load-csv\n"
		"\n"
		"  -t, --table TABLE        map as this table; the input may then be plain JSON\n"
		"  -T, --tables DIR         look for table files here first\n"
		"  --select C,... / --exclude C,...   keep / leave out columns\n"
		"  --where JQ               keep the rows for which the expression is true\n"
		"  --add 'NAME TYPE = JQ'   one more column\n"
		"  --mask C=hash|redact|email         hide a column's values\n"
		"  --mask-key-file FILE     key of the hashes (HMAC)\n"
		"  --raw                    one more column: the record, verbatim\n"
		"  --mode MODE              window, replace, merge or append\n"
		"  --allow-empty            no JSON at all is an empty list\n"
		"  --engine ENGINE          auto, native or jq\n"
		"  --explain                print where each column is computed\n",
};

static struct flatten_options given = {.mode = -1};
static struct cli_list folders, adds, masks;
static struct buf mask_key;
static int explain;

static int
take_engine(const char *name)
{
	static const char *const names[] = {"auto", "native", "jq"};

	for (int i = 0; i < 3; i++)
		if (strcmp(names[i], name) == 0) {
			given.engine = (enum engine)i;
			return ANT_OK;
		}
	cli_error("--engine: '%s' is not auto, native or jq", name);
	return ANT_USAGE;
}

static int
take_mode(const char *name)
{
	if ((given.mode = type_mode_find(name)) != -1)
		return ANT_OK;
	cli_error("--mode: '%s' is not window, replace, merge or append", name);
	return ANT_USAGE;
}

static int
take_mask_key(const char *file)
{
	struct ant_err e;
	int found;

	buf_clear(&mask_key);
	found = slurp(file, &mask_key, &e);
	while (found == 1 && mask_key.len > 0 && mask_key.data[mask_key.len - 1] == '\n')
		mask_key.len--;
	if (found == 1 && mask_key.len > 0)
		return ANT_OK;
	cli_error("--mask-key-file: %s", found == -1  ? e.msg
					 : found == 0 ? "no such file"
						      : "empty");
	return ANT_USAGE;
}

static const struct cli_option options[] = {
	{.name = "table", .letter = 't', .text = &given.table},
	{.name = "tables", .letter = 'T', .list = &folders},
	{.name = "select", .text = &given.select},
	{.name = "exclude", .text = &given.exclude},
	{.name = "where", .text = &given.where},
	{.name = "add", .list = &adds},
	{.name = "mask", .list = &masks},
	{.name = "mask-key-file", .take = take_mask_key},
	{.name = "raw", .flag = &given.raw},
	{.name = "mode", .take = take_mode},
	{.name = "allow-empty", .flag = &given.allow_empty},
	{.name = "engine", .take = take_engine},
	{.name = "explain", .flag = &explain},
	{.name = NULL},
};

/* What is worth knowing although the rows are right. */
static void
report(const struct flatten *f)
{
	struct flatten_stats s;
	const char *path;
	size_t count;

	flatten_stats(f, &s);
	for (size_t i = 0; flatten_unread(f, i, &path, &count); i++)
		cli_warn(&cli, "field %s is read by no column (%zu times)", path, count);
	for (size_t i = 0; flatten_strays(f, i, &path, &count); i++)
		cli_warn(&cli, "column %s is text: %zu numbers or booleans became their own text",
			path, count);
	if (s.mended > 0)
		cli_warn(&cli, "%zu characters were no text or U+0000 and became U+FFFD", s.mended);
	if (s.more)
		cli_warn(&cli, "the last page says that there are further pages");
	if (cli.verbose)
		cli_error("%zu records, %zu rows, %zu left out by --where", s.records, s.rows,
			s.filtered);
}

/*
 * What libjq looks for late.  libc reads the time zone's file then, and in the cage that would be
 * UTC without a word; where no zone is named it looks at the file again each time, so it is named.
 * ~/.jq is found by HOME, and without that by what knows the users, which may be a service.
 */
static int
find_early(struct ant_err *e)
{
	const struct passwd *user;

	if (getenv("TZ") == NULL && setenv("TZ", ":/etc/localtime", 0) == -1)
		return err_sys(e, ANT_FAIL, "TZ");
	tzset();
	if (getenv("HOME") == NULL && (user = getpwuid(getuid())) != NULL &&
		setenv("HOME", user->pw_dir, 0) == -1)
		return err_sys(e, ANT_FAIL, "HOME");
	return 0;
}

/*
 * Nothing of the input is read outside of a cage.  Its first line says which table file is
 * opened; from there on, no file is.
 */
static int
run(struct flatten *f, struct ant_err *e)
{
	if (find_early(e) == -1 || sandbox_enter(&cli, CAGE_READ, e) == -1 ||
		flatten_open(f, explain, e) == -1 || sandbox_enter(&cli, CAGE_PARSE, e) == -1)
		return -1;
	return explain ? flatten_explain(f, e) : flatten_run(f, e);
}

int
main(int argc, char *argv[])
{
	struct tables tables = {{NULL, 0}};
	struct flatten *f = NULL;
	struct ant_err e;
	int status = ANT_FAIL;

	cli_start(&cli);
	buf_init(&mask_key, MASK_KEY_MAX);
	/* An expression may read the environment: the key is none of its business. */
	unsetenv("ANTHROPIC_ADMIN_KEY");
	unsetenv("ANTHROPIC_ADMIN_API_KEY");
	if (cli_options(&cli, options, argc, argv) == -1)
		return cli.status;
	if (optind != argc)
		return cli_usage(&cli, "unexpected operand '%s'", argv[optind]);
	given.adds = adds.v;
	given.nadds = adds.n;
	given.masks = masks.v;
	given.nmasks = masks.n;
	given.mask_key = mask_key.data;
	given.mask_key_len = mask_key.len;

	if (tables_init(&tables, folders.v, folders.n, getenv("ANT_TABLES"), &e) == -1 ||
		(f = flatten_new(&given, &tables, STDIN_FILENO, STDOUT_FILENO, &e)) == NULL ||
		run(f, &e) == -1) {
		status = cli_fail(&e);
	} else {
		status = ANT_OK;
		report(f);
	}
	flatten_free(f);
	tables_free(&tables);
	buf_free(&mask_key);
	return cli_exit(status);
}
