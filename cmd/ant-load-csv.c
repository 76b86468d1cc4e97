/*
 * ant-load-csv - write a row stream as CSV
 *
 * stdin: one anthill-rows(5).  stdout: the CSV; or with -o the receipt, after FILE took its place.
 */
#include <string.h>

#include "cli.h"
#include "load/csv_file.h"
#include "loader.h"

enum { OPT_NO_HEADER = LOADER_OWN, OPT_DELIMITER, OPT_NULL, OPT_BOM, OPT_SAFE, OPT_CRLF };

static const struct option options[] = {
	{"output", required_argument, NULL, 'o'},
	{"delimiter", required_argument, NULL, OPT_DELIMITER},
	{"no-header", no_argument, NULL, OPT_NO_HEADER},
	{"null", required_argument, NULL, OPT_NULL},
	{"bom", no_argument, NULL, OPT_BOM},
	{"crlf", no_argument, NULL, OPT_CRLF},
	{"safe", no_argument, NULL, OPT_SAFE},
	{"mode", required_argument, NULL, LOADER_MODE},
	{"allow-shrink", no_argument, NULL, LOADER_ALLOW_SHRINK},
	{"ledger", no_argument, NULL, LOADER_LEDGER},
	{"dry-run", no_argument, NULL, LOADER_DRY_RUN},
	{NULL, 0, NULL, 0},
};

static const char usage[] =
	"usage: ant-load-csv [-o FILE [--mode M] [--allow-shrink] [--ledger] [--dry-run]]\n"
	"           [--delimiter C] [--no-header] [--null TEXT] [--bom] [--crlf] [--safe]\n";

static const char help[] =
	"Writes the rows on stdin as CSV to stdout, or with -o into FILE, all or none.\n"
	"\n"
	"  -o FILE         write FILE aside, rename it at the end, print the receipt;\n"
	"                  a FILE that is there is rewritten in the stream's mode\n"
	"  --mode M        window, replace, merge or append, not the stream's mode\n"
	"  --allow-shrink  let a load leave fewer than half of the rows\n"
	"  --ledger        print the receipts of all loads of FILE's folder, read nothing\n"
	"  --dry-run       say what would be done to FILE, change nothing\n"
	"  --delimiter C   between fields, instead of a comma; \\t is a tab\n"
	"  --no-header     no line with the columns' names\n"
	"  --null TEXT     for null, instead of nothing at all\n"
	"  --bom           start with a byte order mark\n"
	"  --crlf          end lines with CR LF\n"
	"  --safe          put ' before text that a spreadsheet would run as a formula\n"
	"  -h, --help  --version  -q, --quiet  -v, --verbose\n"
	"\n"
	"See a table:\n"
	"  ant-fetch users | ant-flatten | ant-load-csv\n"
	"Keep a file up to date:\n"
	"  ant-fetch --from -3d usage_report | ant-flatten | ant-load-csv -o usage.csv\n";

/* Take an option of the dialect.  Return ANT_OK, or ANT_USAGE after a message. */
static int
dialect_option(struct loader *l, int ch, const char *value)
{
	struct csv_file_dialect *d = l->own;

	switch (ch) {
	case OPT_DELIMITER:
		if (strcmp(value, "\\t") == 0)
			value = "\t";
		if (strlen(value) != 1) {
			cli_error("--delimiter: '%s' is not one ASCII character", value);
			return ANT_USAGE;
		}
		d->delimiter = *value;
		break;
	case OPT_NO_HEADER:
		d->header = 0;
		break;
	case OPT_NULL:
		d->null = value;
		break;
	case OPT_BOM:
		d->bom = 1;
		break;
	case OPT_SAFE:
		d->safe = 1;
		break;
	case OPT_CRLF:
		d->crlf = 1;
		break;
	}
	return ANT_OK;
}

static int
make(struct loader *l)
{
	const char *slash = l->where != NULL ? strrchr(l->where, '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : l->where;
	const struct load_options *o = &l->o;
	struct ant_err e;

	if (name == NULL && (o->mode != NULL || o->allow_shrink || o->ledger || o->dry_run))
		return cli_usage(
			&l->cli, "--mode, --allow-shrink, --ledger and --dry-run need -o FILE");
	if (name != NULL && strcmp(name, LOAD_CSV_LEDGER) == 0)
		return cli_usage(&l->cli, "-o: %s is the ledger itself", LOAD_CSV_LEDGER);
	if (csv_file_check(l->own, &e) == -1 || load_csv(l->where, l->own, &l->dest, &e) == -1)
		return cli_fail(&e);
	return ANT_OK;
}

static void
warn(const struct loader *l, int status)
{
	size_t n = load_csv_risky(&l->dest);

	(void)status; /* what went to stdout is there in any case */
	if (n > 0)
		cli_warn(&l->cli,
			"texts that a spreadsheet could run as formulas: %zu; --safe guards them",
			n);
}

int
main(int argc, char **argv)
{
	struct csv_file_dialect dialect = {.delimiter = ',', .null = "", .header = 1};
	struct loader l = {
		.cli = {.name = "ant-load-csv",
			.usage = usage,
			.help = help,
			.shorts = "o:",
			.options = options},
		.hint = "; -o FILE names a file",
		.own = &dialect,
		.option = dialect_option,
		.make = make,
		.warn = warn,
	};

	return loader_main(&l, argc, argv);
}
