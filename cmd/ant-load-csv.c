/*
 * ant-load-csv - write a row stream as CSV
 *
 * stdin: one anthill-rows(5).  stdout: the CSV; or with -o the receipt, after FILE took its place.
 */
#include <string.h>

#include "base/csv_file.h"
#include "cli.h"
#include "loader.h"

static struct csv_file_dialect dialect = {.delimiter = ',', .null = "", .header = 1};
static int no_header;

static int
take_delimiter(const char *value)
{
	if (strcmp(value, "\\t") == 0)
		value = "\t";
	dialect.delimiter = *value;
	if (strlen(value) == 1)
		return ANT_OK;
	cli_error("--delimiter: '%s' is not one ASCII character", value);
	return ANT_USAGE;
}

static const struct cli_option options[] = {
	{.name = "output", .letter = 'o', .text = &loader.where},
	{.name = "delimiter", .take = take_delimiter},
	{.name = "no-header", .flag = &no_header},
	{.name = "null", .text = &dialect.null},
	{.name = "bom", .flag = &dialect.bom},
	{.name = "crlf", .flag = &dialect.crlf},
	{.name = "safe", .flag = &dialect.safe},
	{.name = "mode", .take = loader_mode},
	{.name = "allow-shrink", .flag = &loader.o.allow_shrink},
	{.name = "wait", .seconds = &loader.o.wait},
	{.name = "by-organization", .flag = &loader.o.by_organization},
	{.name = "history", .flag = &loader.o.history},
	{.name = "organization", .take = loader_organization},
	{.name = "ledger", .flag = &loader.o.ledger},
	{.name = "audit", .flag = &loader.audit},
	{.name = "set-watermark", .text = &loader.note},
	{.name = "dry-run", .flag = &loader.o.dry_run},
	{.name = "check", .flag = &loader.check},
	{.name = NULL},
};

static const char usage[] =
	"usage: ant-load-csv [-o FILE [--mode M] [--allow-shrink] [--wait SECONDS]\n"
	"            [--dry-run | --check | --ledger | --audit |\n"
	"            --set-watermark TABLE=TIME]]\n"
	"           [--by-organization] [--organization UUID] [--history]\n"
	"           [--delimiter C] [--no-header] [--null TEXT] [--bom] [--crlf] [--safe]\n";

static const char help[] =
	"Writes the rows on stdin as CSV to stdout, or with -o into FILE, all or none.\n"
	"\n"
	"  -o FILE         rewrite FILE in the stream's mode, and print the receipt\n"
	"  --mode M        window, replace, merge or append, not the stream's mode\n"
	"  --history, --allow-shrink  keep each version in FILE_history; leave under half\n"
	"  --by-organization, --organization UUID  of several, told apart; of this alone\n"
	"  --ledger, --audit    receipts of FILE's folder; answers for ant-sync about it\n"
	"  --set-watermark TABLE=TIME  note it in the ledger; without TIME: there is none\n"
	"  --dry-run, --check, --wait SECONDS  change nothing; for another load to end\n"
	"  --delimiter C, --null TEXT  between fields (\\t: a tab); for null, not nothing\n"
	"  --no-header, --bom, --crlf  no names; a byte order mark; CR LF ends lines\n"
	"  --safe          put ' before text that a spreadsheet would run as a formula\n"
	"  -h, --help  --version  -q, --quiet  -v, --verbose\n"
	"\n"
	"See a table:\n"
	"  ant-fetch users | ant-flatten | ant-load-csv\n"
	"Keep a file up to date:\n"
	"  ant-fetch --from -3d usage_report | ant-flatten | ant-load-csv -o usage.csv\n";

static int
make(void)
{
	const char *slash = loader.where != NULL ? strrchr(loader.where, '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : loader.where;
	const struct load_options *o = &loader.o;
	struct ant_err e;

	if (name == NULL &&
		(o->mode != NULL || o->allow_shrink || o->history || o->ledger || o->dry_run ||
			loader.check || loader.audit || loader.note != NULL))
		return cli_usage(&loader.cli,
			"--mode, --allow-shrink, --history, --ledger, --dry-run, --check, --audit "
			"and --set-watermark need -o FILE");
	if (name != NULL && strcmp(name, LOAD_CSV_LEDGER) == 0)
		return cli_usage(&loader.cli, "-o: %s is the ledger itself", LOAD_CSV_LEDGER);
	dialect.header = !no_header;
	if (csv_file_check(&dialect, &e) == -1 ||
		load_csv(loader.where, &dialect, &loader.dest, &e) == -1)
		return cli_fail(&e);
	return ANT_OK;
}

static void
warn(int status)
{
	size_t n = load_csv_risky(&loader.dest);

	(void)status; /* what went to stdout is there in any case */
	if (n > 0)
		cli_warn(&loader.cli,
			"texts that a spreadsheet could run as formulas: %zu; --safe guards them",
			n);
}

struct loader loader = {
	.cli = {.name = "ant-load-csv", .usage = usage, .help = help},
	.options = options,
	.hint = "; -o FILE names a file",
	.make = make,
	.warn = warn,
};
