#include "loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Take the option CH.  Return ANT_OK, or ANT_USAGE after a message. */
static int
take_option(struct loader *l, int ch, const char *value)
{
	struct ant_err e;

	switch (ch) {
	case 'd':
	case 'o':
		l->where = value;
		break;
	case LOADER_SCHEMA:
		l->schema = value;
		break;
	case LOADER_TABLE:
		l->o.table = value;
		break;
	case LOADER_PREFIX:
		l->o.prefix = l->place.prefix = value;
		break;
	case LOADER_MODE:
		l->o.mode = value;
		if (type_mode_find(value) == -1) {
			cli_error("--mode: '%s' is not a mode: window, replace, merge or append",
				value);
			return ANT_USAGE;
		}
		break;
	case LOADER_ALLOW_SHRINK:
		l->o.allow_shrink = 1;
		break;
	case LOADER_LEDGER:
		l->o.ledger = 1;
		break;
	case LOADER_DRY_RUN:
		l->o.dry_run = 1;
		break;
	case LOADER_VIEWS:
		l->views = 1;
		break;
	case LOADER_TABLE_NAME:
		if (views_rename(&l->place, value, &e) == -1) {
			cli_error("--table-name: %s", e.msg);
			return ANT_USAGE;
		}
		break;
	default:
		return l->option(l, ch, value);
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

static int
print_receipt(const struct loader *l, const struct buf *text)
{
	if (l->cli.verbose)
		cli_error("committed: %.*s", text->len > 0 ? (int)text->len - 1 : 0, text->data);
	if ((text->len == 0 || fwrite(text->data, 1, text->len, stdout) == text->len) &&
		fflush(stdout) == 0)
		return ANT_OK;
	/* Too late to undo: who waits for the receipt loads once more. */
	cli_error("stdout: %s%s", strerror(errno),
		l->o.dry_run ? "" : ": the rows are committed, only their receipt is lost");
	return ANT_FAIL;
}

/* A load, a dry run or the ledger. */
static int
run(struct loader *l)
{
	struct ant_err e;
	struct buf text;
	int status;

	for (size_t i = 0; i < VIEWS_TABLES; i++)
		if (l->place.names[i] != NULL)
			return cli_usage(
				&l->cli, "--table-name goes with --views; --table is for a load");
	if (l->o.ledger)
		return print_ledger(&l->dest);
	l->o.table_path = getenv("ANT_TABLES");
	buf_init(&text, LOAD_TEXT_MAX);
	if (load_run(&l->dest, &l->o, STDIN_FILENO, "stdin", &text, &e) == -1)
		status = cli_fail(&e);
	else
		status = print_receipt(l, &text);
	buf_free(&text);
	return status;
}

static int
load(struct loader *l)
{
	int status = l->make(l);

	if (status != ANT_OK)
		return status;
	status = run(l);
	if (l->warn != NULL)
		l->warn(l, status);
	l->dest.free(l->dest.self);
	return status;
}

/* The views over those of the tables that there are. */
static int
make_views(struct loader *l)
{
	struct ant_err e;
	struct db db;
	int n;

	l->place.dialect = l->dialect;
	if (l->ask(l, &db, &e) == -1)
		return cli_fail(&e);
	n = views_run(&db, &l->place, &e);
	db_close(&db);
	if (n == -1)
		return cli_fail(&e);
	if (l->cli.verbose)
		cli_error("%d views are up to date", n);
	return ANT_OK;
}

int
loader_main(struct loader *l, int argc, char **argv)
{
	const char *hint = l->hint != NULL ? l->hint : "";
	int ch, status;

	cli_start(&l->cli);
	while ((ch = cli_next(&l->cli, argc, argv)) != -1) {
		if (ch == CLI_STOP)
			return l->cli.status;
		if ((status = take_option(l, ch, optarg)) != ANT_OK)
			return cli_exit(status);
	}
	if (l->operand == NULL && argc != optind)
		return cli_exit(
			cli_usage(&l->cli, "'%s' is one operand too many%s", argv[optind], hint));
	if (l->operand != NULL && argc - optind != 1)
		return cli_exit(cli_usage(&l->cli, "one %s is needed", l->operand));
	if (l->operand != NULL)
		l->where = argv[optind];
	return cli_exit(l->views ? make_views(l) : load(l));
}
