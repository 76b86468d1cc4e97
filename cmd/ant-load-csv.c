/*
 * ant-load-csv - write a row stream as CSV
 *
 * stdin: one anthill-rows(5).  stdout: the CSV; or with -o the receipt, after FILE took its place.
 */
#include <string.h>

#include "cli.h"
#include "load/csv.h"
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
dialect_option(struct csv_file_dialect *d, int ch, const char *value)
{
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

int
main(int argc, char **argv)
{
	struct cli cli = {.name = "ant-load-csv",
		.usage = usage,
		.help = help,
		.shorts = "o:",
		.options = options};
	struct csv_file_dialect dialect = {.delimiter = ',', .null = "", .header = 1};
	struct load_options o = {0};
	const char *file = NULL, *name;
	struct load_csv *csv = NULL;
	struct load_dest dest;
	struct ant_err e;
	int ch, status = ANT_OK;

	cli_start(&cli);
	while ((ch = cli_next(&cli, argc, argv)) != -1) {
		if (ch == CLI_STOP)
			return cli.status;
		if (ch == 'o')
			file = optarg;
		else if (ch >= LOADER_OWN)
			status = dialect_option(&dialect, ch, optarg);
		else
			status = loader_option(&o, ch, optarg);
		if (status != ANT_OK)
			goto done;
	}
	name = file != NULL && strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file;
	if (argc != optind)
		status = cli_usage(
			&cli, "'%s' is one operand too many; -o FILE names a file", argv[optind]);
	else if (file == NULL && (o.mode != NULL || o.allow_shrink || o.ledger || o.dry_run))
		status = cli_usage(
			&cli, "--mode, --allow-shrink, --ledger and --dry-run need -o FILE");
	else if (name != NULL && strcmp(name, LOAD_CSV_LEDGER) == 0)
		status = cli_usage(&cli, "-o: %s is the ledger itself", LOAD_CSV_LEDGER);
	else if (csv_file_check(&dialect, &e) == -1)
		status = cli_fail(&e);
	else if ((csv = load_csv_new(file, &dialect, &e)) == NULL)
		status = cli_fail(&e);
	if (status != ANT_OK)
		goto done;
	dest = load_csv_dest(csv);
	status = loader_run(&cli, &dest, &o);
	if (load_csv_risky(csv) > 0)
		cli_warn(&cli,
			"texts that a spreadsheet could run as formulas: %zu; --safe guards them",
			load_csv_risky(csv));
done:
	load_csv_free(csv);
	return cli_exit(status);
}
