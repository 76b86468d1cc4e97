/*
 * ant-flatten - map records to typed rows
 *
 * stdin: a record stream, or with -t plain JSON.  stdout: a row stream, whose
 * last line is written only where the input was complete.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/slurp.h"
#include "cli.h"
#include "flatten/flatten.h"
#include "flatten/mask.h"

enum { LIST_MAX = 64 };

enum {
	OPT_SELECT = 256,
	OPT_EXCLUDE,
	OPT_WHERE,
	OPT_ADD,
	OPT_MASK,
	OPT_MASK_KEY,
	OPT_RAW,
	OPT_MODE,
	OPT_ENGINE,
	OPT_EXPLAIN
};

static const struct option options[] = {
	{"table", required_argument, NULL, 't'},
	{"tables", required_argument, NULL, 'T'},
	{"select", required_argument, NULL, OPT_SELECT},
	{"exclude", required_argument, NULL, OPT_EXCLUDE},
	{"where", required_argument, NULL, OPT_WHERE},
	{"add", required_argument, NULL, OPT_ADD},
	{"mask", required_argument, NULL, OPT_MASK},
	{"mask-key-file", required_argument, NULL, OPT_MASK_KEY},
	{"raw", no_argument, NULL, OPT_RAW},
	{"mode", required_argument, NULL, OPT_MODE},
	{"engine", required_argument, NULL, OPT_ENGINE},
	{"explain", no_argument, NULL, OPT_EXPLAIN},
	{NULL, 0, NULL, 0},
};

static struct cli cli = {
	.name = "ant-flatten",
	.usage = "usage: ant-flatten [-hqv] [-t TABLE] [-T DIR]... [--select C,...]\n"
		 "           [--exclude C,...] [--where JQ] [--add 'NAME TYPE = JQ']... [--raw]\n"
		 "           [--mask C=hash|redact|email]... [--mask-key-file FILE]\n"
		 "           [--mode MODE] [--engine auto|native|jq] [--explain]\n",
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
		"  --engine ENGINE          auto, native or jq\n"
		"  --explain                print where each column is computed\n",
	.shorts = "t:T:",
	.options = options,
};

struct given {
	struct flatten_options o;
	const char *folders[LIST_MAX], *adds[LIST_MAX], *masks[LIST_MAX];
	size_t nfolders;
	struct buf mask_key;
	int explain;
};

static int
append(const char *option, const char **list, size_t *n, const char *value)
{
	if (*n == LIST_MAX) {
		cli_error("%s: given more than %d times", option, LIST_MAX);
		return -1;
	}
	list[(*n)++] = value;
	return 0;
}

static int
set_engine(struct flatten_options *o, const char *name)
{
	static const char *const names[] = {"auto", "native", "jq"};

	for (int i = 0; i < 3; i++)
		if (strcmp(names[i], name) == 0) {
			o->engine = (enum engine)i;
			return 0;
		}
	cli_error("--engine: '%s' is not auto, native or jq", name);
	return -1;
}

static int
set_mode(struct flatten_options *o, const char *name)
{
	if ((o->mode = type_mode_find(name)) != -1)
		return 0;
	cli_error("--mode: '%s' is not window, replace, merge or append", name);
	return -1;
}

static int
read_mask_key(struct buf *key, const char *file)
{
	struct ant_err e;
	int found;

	buf_clear(key);
	found = slurp(file, key, &e);
	while (found == 1 && key->len > 0 && key->data[key->len - 1] == '\n')
		key->len--;
	if (found == 1 && key->len > 0)
		return 0;
	cli_error("--mask-key-file: %s", found == -1  ? e.msg
					 : found == 0 ? "no such file"
						      : "empty");
	return -1;
}

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
	if (s.mended > 0)
		cli_warn(&cli, "%zu characters were no text or U+0000 and became U+FFFD", s.mended);
	if (s.more)
		cli_warn(&cli, "the last page says has_more: there are further pages");
	if (cli.verbose)
		cli_error("%zu records, %zu rows, %zu left out by --where", s.records, s.rows,
			s.filtered);
}

/* Return 0, or -1 after a message. */
static int
take_option(struct given *g, int ch)
{
	struct flatten_options *o = &g->o;

	switch (ch) {
	case 't':
		o->table = optarg;
		return 0;
	case 'T':
		return append("-T", g->folders, &g->nfolders, optarg);
	case OPT_SELECT:
		o->select = optarg;
		return 0;
	case OPT_EXCLUDE:
		o->exclude = optarg;
		return 0;
	case OPT_WHERE:
		o->where = optarg;
		return 0;
	case OPT_ADD:
		return append("--add", g->adds, &o->nadds, optarg);
	case OPT_MASK:
		return append("--mask", g->masks, &o->nmasks, optarg);
	case OPT_MASK_KEY:
		return read_mask_key(&g->mask_key, optarg);
	case OPT_RAW:
		o->raw = 1;
		return 0;
	case OPT_MODE:
		return set_mode(o, optarg);
	case OPT_ENGINE:
		return set_engine(o, optarg);
	default: /* OPT_EXPLAIN */
		g->explain = 1;
		return 0;
	}
}

int
main(int argc, char *argv[])
{
	struct given g = {.o = {.mode = -1, .adds = g.adds, .masks = g.masks}};
	struct tables tables = {{NULL, 0}};
	struct flatten *f = NULL;
	struct ant_err e;
	int ch, status = ANT_FAIL;

	cli_start(&cli);
	buf_init(&g.mask_key, MASK_KEY_MAX);
	/* An expression may read the environment: the key is none of its business. */
	unsetenv("ANTHROPIC_ADMIN_KEY");
	unsetenv("ANTHROPIC_ADMIN_API_KEY");
	while ((ch = cli_next(&cli, argc, argv)) != -1) {
		if (ch == CLI_STOP)
			return cli.status;
		if (take_option(&g, ch) == -1)
			return ANT_USAGE;
	}
	if (optind != argc)
		return cli_usage(&cli, "unexpected operand '%s'", argv[optind]);
	g.o.mask_key = g.mask_key.data;
	g.o.mask_key_len = g.mask_key.len;

	if (tables_init(&tables, g.folders, g.nfolders, getenv("ANT_TABLES"), &e) == -1 ||
		(f = flatten_new(&g.o, &tables, STDIN_FILENO, STDOUT_FILENO, &e)) == NULL ||
		(g.explain ? flatten_explain(f, &e) : flatten_run(f, &e)) == -1) {
		status = cli_fail(&e);
	} else {
		status = ANT_OK;
		report(f);
	}
	flatten_free(f);
	tables_free(&tables);
	buf_free(&g.mask_key);
	return cli_exit(status);
}
