/* loader - the commands that load: what they do alike, and what each of them says of itself */
#ifndef ANT_LOADER_H
#define ANT_LOADER_H

#include "cli.h"
#include "db/views.h"
#include "load/load.h"

/* getopt_long() values of the options that loaders share. */
enum {
	LOADER_TABLE = 0x100,
	LOADER_PREFIX,
	LOADER_MODE,
	LOADER_ALLOW_SHRINK,
	LOADER_LEDGER,
	LOADER_DRY_RUN,
	LOADER_VIEWS,
	LOADER_TABLE_NAME,
	LOADER_SCHEMA,
	LOADER_OWN /* a command's own options start here */
};

/*
 * The options that all loaders of databases take, an option a line as in the commands, for tests
 * read them; and what --help says of them.
 */
/* clang-format off */
#define LOADER_OPTIONS \
	{"table", required_argument, NULL, LOADER_TABLE}, \
	{"prefix", required_argument, NULL, LOADER_PREFIX}, \
	{"mode", required_argument, NULL, LOADER_MODE}, \
	{"allow-shrink", no_argument, NULL, LOADER_ALLOW_SHRINK}, \
	{"ledger", no_argument, NULL, LOADER_LEDGER}, \
	{"dry-run", no_argument, NULL, LOADER_DRY_RUN}, \
	{"views", no_argument, NULL, LOADER_VIEWS}, \
	{"table-name", required_argument, NULL, LOADER_TABLE_NAME}
#define LOADER_HELP \
	"  --table T       into this table, not the one that the stream names\n" \
	"  --prefix P      put P before the table's name\n" \
	"  --mode M        window, replace, merge or append, not the stream's mode\n" \
	"  --allow-shrink  let a load leave fewer than half of the rows\n" \
	"  --ledger        print the receipts of all loads, read nothing\n" \
	"  --dry-run       print the SQL, change nothing\n" \
	"  --views         make the SQL views of ant-tables --views, read nothing\n" \
	"  --table-name TABLE=NAME   for the views: TABLE was loaded with --table NAME\n" \
	"  -h, --help  --version  -q, --quiet  -v, --verbose\n"
/* clang-format on */

/* A command: its main() fills the upper half and hands it to loader_main(). */
struct loader {
	struct cli cli;
	const char *operand;	  /* what has to be named: "FILE"; NULL: there is no operand */
	const char *hint;	  /* after "one operand too many"; NULL: nothing */
	enum sql_dialect dialect; /* of the views */
	void *own;		  /* for the functions below */

	/* Take an option of its own.  Return ANT_OK, or ANT_USAGE after a message.  NULL: it has none. */
	int (*option)(struct loader *l, int ch, const char *value);
	/* Make l->dest.  Return ANT_OK, or another status after a message. */
	int (*make)(struct loader *l);
	/* Open what the views are made in, and set l->place.schema.  NULL: there is no --views. */
	int (*ask)(struct loader *l, struct db *to, struct ant_err *e);
	/* What is to be said at the end of a load with this exit status; NULL: nothing. */
	void (*warn)(const struct loader *l, int status);

	/* what the command line says */
	const char *where, *schema; /* the operand, -d or -o; --schema */
	struct load_options o;
	int views; /* make the views of views.h instead of a load */
	struct views_place place;
	struct load_dest dest;
};

/*
 * Do what the command line asks for: load stdin and print the receipt, print the plan, print
 * the ledger, or make the views.  Return the exit status.
 */
int loader_main(struct loader *l, int argc, char **argv);

#endif
