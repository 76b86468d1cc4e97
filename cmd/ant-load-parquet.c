/*
 * ant-load-parquet - write a row stream as a Parquet file
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after FILE took its place and only then.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "db/s3.h"
#include "loader.h"

static int by_day;

static const struct cli_option options[] = {
	{.name = "output", .letter = 'o', .text = &loader.where},
	{.name = "days", .flag = &by_day},
	{.name = "mode", .take = loader_mode},
	{.name = "allow-shrink", .flag = &loader.o.allow_shrink},
	{.name = "by-organization", .flag = &loader.o.by_organization},
	{.name = "history", .flag = &loader.o.history},
	{.name = "organization", .take = loader_organization},
	{.name = "ledger", .flag = &loader.o.ledger},
	{.name = "audit", .flag = &loader.audit},
	{.name = "set-watermark", .text = &loader.note},
	{.name = "wait", .seconds = &loader.o.wait},
	{.name = "dry-run", .flag = &loader.o.dry_run},
	{.name = "check", .flag = &loader.check},
	{.name = NULL},
};

static const char usage[] = "usage: ant-load-parquet -o FILE [--days] [--mode M] [--allow-shrink]\n"
			    "           [--by-organization] [--organization UUID] [--history]\n"
			    "           [--wait SECONDS]\n"
			    "           [--dry-run | --check | --ledger | --audit |\n"
			    "            --set-watermark TABLE=TIME]\n";

static const char help[] =
	"Writes the rows on stdin into the Parquet file FILE, all of them or none.\n"
	"\n"
	"  -o FILE         rewrite FILE in the stream's mode, and print the receipt;\n"
	"                  or write s3://BUCKET/KEY, by --mode replace\n"
	"  --days          FILE is a folder with a file for each day\n"
	"  --mode M        window, replace, merge or append, not the stream's mode\n"
	"  --history, --allow-shrink  keep each version in FILE_history; leave under half\n"
	"  --by-organization    rows of several organizations in one file, told apart\n"
	"  --organization UUID  rows of this one alone, or none\n"
	"  --ledger, --audit    receipts of FILE's folder; answers for ant-sync about it\n"
	"  --set-watermark TABLE=TIME  note it in the ledger; without TIME: there is none\n"
	"  --wait SECONDS  for another load into FILE, not status 6 at once\n"
	"  --dry-run, --check   what would be done; what stands in the way; no change\n"
	"  -h, --help  --version  -q, --quiet  -v, --verbose\n"
	"\n"
	"Keep a file up to date; put one into a bucket:\n"
	"  ant-fetch usage_report | ant-flatten | ant-load-parquet -o usage.parquet\n"
	"  ant-fetch users | ant-flatten | ant-load-parquet -o s3://lake/users.parquet\n";

static int
make(void)
{
	const char *slash = loader.where != NULL ? strrchr(loader.where, '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : loader.where;
	struct ant_err e;

	if (name == NULL)
		return cli_usage(&loader.cli, "-o FILE is needed");
	if (s3_is(loader.where) &&
		(by_day || loader.o.ledger || loader.audit || loader.note != NULL))
		return cli_usage(&loader.cli, "--days, --ledger, --audit and --set-watermark need "
					      "a FILE: an object has no "
					      "ledger");
	if (loader.o.history && (by_day || s3_is(loader.where)))
		return cli_usage(&loader.cli, "--history needs one FILE, beside which it is: "
					      "neither --days nor an object");
	if (strcmp(name, LOAD_CSV_LEDGER) == 0)
		return cli_usage(&loader.cli, "-o: %s is the ledger itself", LOAD_CSV_LEDGER);
	return load_parquet(loader.where, by_day, getenv("ANT_LIBDUCKDB"), &loader.dest, &e) == -1
		       ? cli_fail(&e)
		       : ANT_OK;
}

struct loader loader = {
	.cli = {.name = "ant-load-parquet", .usage = usage, .help = help},
	.options = options,
	.hint = "; -o FILE names the file",
	.make = make,
};
