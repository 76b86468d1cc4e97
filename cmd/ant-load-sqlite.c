/*
 * ant-load-sqlite - load a row stream into an SQLite database
 *
 * stdin: one anthill-rows(5).  stdout: the receipt, after the commit and only then.
 */
#include "cli.h"
#include "db/ask.h"
#include "loader.h"

static const struct option options[] = {
	LOADER_OPTIONS,
	{NULL, 0, NULL, 0},
};

static const char usage[] =
	"usage: ant-load-sqlite [--table T] [--prefix P] [--mode M] [--allow-shrink]\n"
	"           [--ledger] [--dry-run] [--views [--table-name TABLE=NAME]...] FILE\n";

static const char help[] =
	"Loads the rows on stdin into the SQLite database FILE, all of them or none.\n"
	"\n" LOADER_HELP "\n"
	"Load a table:\n"
	"  ant-fetch users | ant-flatten | ant-load-sqlite anthill.db\n"
	"Restore the watermarks on a new machine:\n"
	"  ant-load-sqlite --ledger anthill.db | ant-state commit\n";

static int
make(struct loader *l)
{
	struct ant_err e;

	return load_sqlite(l->where, &l->dest, &e) == -1 ? cli_fail(&e) : ANT_OK;
}

static int
ask(struct loader *l, struct db *to, struct ant_err *e)
{
	return ask_sqlite(l->where, 1, to, e);
}

static void
warn(const struct loader *l, int status)
{
	size_t n = load_sqlite_as_text(&l->dest);

	if (status == ANT_OK && n > 0)
		cli_warn(&l->cli, "decimals of more than 15 digits, stored as text: %zu", n);
}

int
main(int argc, char **argv)
{
	struct loader l = {
		.cli = {.name = "ant-load-sqlite",
			.usage = usage,
			.help = help,
			.shorts = "",
			.options = options},
		.operand = "FILE",
		.dialect = SQL_SQLITE,
		.make = make,
		.ask = ask,
		.warn = warn,
	};

	return loader_main(&l, argc, argv);
}
