/* loader - the commands that load: what they do alike, and what each of them says of itself */
#ifndef ANT_LOADER_H
#define ANT_LOADER_H

#include "cli.h"
#include "db/views.h"
#include "load/load.h"

/*
 * The options that all loaders of databases take, and those of the ones that have views, an option a line
 * as in the commands, for tests read them; and what --help says of them.
 */
/* clang-format off */
#define LOADER_OPTIONS \
	{.name = "table", .take = loader_table}, \
	{.name = "prefix", .text = &loader.o.prefix}, \
	{.name = "mode", .take = loader_mode}, \
	{.name = "allow-shrink", .flag = &loader.o.allow_shrink}, \
	{.name = "wait", .seconds = &loader.o.wait}, \
	{.name = "by-organization", .flag = &loader.o.by_organization}, \
	{.name = "history", .flag = &loader.o.history}, \
	{.name = "organization", .take = loader_organization}, \
	{.name = "ledger", .flag = &loader.o.ledger}, \
	{.name = "audit", .flag = &loader.audit}, \
	{.name = "set-watermark", .text = &loader.note}, \
	{.name = "dry-run", .flag = &loader.o.dry_run}, \
	{.name = "check", .flag = &loader.check}
#define LOADER_VIEWS \
	{.name = "views", .flag = &loader.views}, \
	{.name = "table-name", .take = loader_table_name}
#define LOADER_HELP LOADER_HELP_LOAD LOADER_HELP_VIEWS LOADER_HELP_REST
#define LOADER_HELP_LOAD \
	"  --table T, --prefix P  into table T, not the stream's; P before its name\n" \
	"  --mode M, --allow-shrink  window, replace, merge, append; leave under half\n" \
	"  --history, --wait SECONDS  all versions in T_history; for another load to end\n" \
	"  --by-organization, --organization UUID  of several, told apart; of this alone\n" \
	"  --ledger, --audit    receipts of all loads; answers for ant-sync; no change\n" \
	"  --set-watermark TABLE=TIME  note it in the ledger; without TIME: there is none\n" \
	"  --dry-run, --check   the SQL; what stands in the way; change nothing\n"
#define LOADER_HELP_VIEWS \
	"  --views [--table-name TABLE=NAME]...  make the SQL views of ant-tables --views\n"
#define LOADER_HELP_REST \
	"  -h, --help  --version  -q, --quiet  -v, --verbose\n"
/* clang-format on */

/* A command: it fills the upper half and leaves main() to loader.c. */
extern struct loader {
	struct cli cli;
	const struct cli_option *options;
	const char *operand; /* what has to be named: "FILE"; NULL: there is no operand */
	const char *hint;    /* after "one operand too many"; NULL: nothing */

	/* Make loader.dest.  Return ANT_OK, or another status after a message. */
	int (*make)(void);
	/* Open what the views are made in, and set place.schema.  NULL: there is no --views. */
	int (*ask)(struct db *to, struct ant_err *e);
	/* What is to be said at the end of a load with this exit status; NULL: nothing. */
	void (*warn)(int status);

	/* what the command line says */
	const char *where; /* the operand, -d or -o */
	struct load_options o;
	int audit;		/* answer questions instead of a load */
	const char *note;	/* of --set-watermark: TABLE=TIME */
	struct cli_list tables; /* those of --table; a load takes the last one */
	int check;
	int views;		  /* make the views of views.h instead of a load */
	struct views_place place; /* its dialect is the command's */
	struct load_dest dest;
} loader;

/* Take the value of --mode, --organization, --table and --table-name. */
int loader_mode(const char *value);
int loader_organization(const char *value);
int loader_table(const char *value);
int loader_table_name(const char *value);

#endif
