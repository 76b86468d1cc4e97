#include "loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
loader_option(struct load_options *o, int ch, const char *value)
{
	struct ant_err e;

	switch (ch) {
	case LOADER_TABLE:
		o->table = value;
		break;
	case LOADER_PREFIX:
		o->prefix = o->place.prefix = value;
		break;
	case LOADER_MODE:
		o->mode = value;
		if (type_mode_find(value) == -1) {
			cli_error("--mode: '%s' is not a mode: window, replace, merge or append",
				value);
			return ANT_USAGE;
		}
		break;
	case LOADER_ALLOW_SHRINK:
		o->allow_shrink = 1;
		break;
	case LOADER_LEDGER:
		o->ledger = 1;
		break;
	case LOADER_DRY_RUN:
		o->dry_run = 1;
		break;
	case LOADER_VIEWS:
		o->views = 1;
		break;
	case LOADER_TABLE_NAME:
		if (views_rename(&o->place, value, &e) == -1) {
			cli_error("--table-name: %s", e.msg);
			return ANT_USAGE;
		}
		break;
	}
	return ANT_OK;
}

static int
print_ledger(const struct load_dest *dest)
{
	struct ant_err e;
	struct out out;
	int status = ANT_OK;

	out_init(&out, STDOUT_FILENO, "stdout");
	if (dest->ledger(dest->self, &out, &e) == -1 || out_flush(&out, &e) == -1)
		status = cli_fail(&e);
	out_free(&out);
	return status;
}

int
loader_run(const struct cli *c, const struct load_dest *dest, struct load_options *o)
{
	struct ant_err e;
	struct buf text;
	int status = ANT_OK;

	for (size_t i = 0; i < VIEWS_TABLES; i++)
		if (o->place.names[i] != NULL)
			return cli_usage(
				c, "--table-name goes with --views; --table is for a load");
	if (o->ledger)
		return print_ledger(dest);
	o->table_path = getenv("ANT_TABLES");
	buf_init(&text, LOAD_TEXT_MAX);
	if (load_run(dest, o, STDIN_FILENO, "stdin", &text, &e) == -1) {
		status = cli_fail(&e);
	} else {
		if (c->verbose)
			cli_error(
				"committed: %.*s", text.len > 0 ? (int)text.len - 1 : 0, text.data);
		if ((text.len > 0 && fwrite(text.data, 1, text.len, stdout) != text.len) ||
			fflush(stdout) != 0) {
			/* Too late to undo: who waits for the receipt loads once more. */
			cli_error("stdout: %s%s", strerror(errno),
				o->dry_run
					? ""
					: ": the rows are committed, only their receipt is lost");
			status = ANT_FAIL;
		}
	}
	buf_free(&text);
	return status;
}

int
loader_views(const struct cli *c, int status, struct db *db, const struct views_place *p,
	struct ant_err *e)
{
	int n = status == 0 ? views_run(db, p, e) : -1;

	if (status == 0)
		db_close(db);
	if (n == -1)
		return cli_fail(e);
	if (c->verbose)
		cli_error("%d views are up to date", n);
	return ANT_OK;
}
