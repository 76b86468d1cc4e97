#include "loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utc.h"

int
loader_mode(const char *value)
{
	loader.o.mode = value;
	if (type_mode_find(value) != -1)
		return ANT_OK;
	cli_error("--mode: '%s' is not a mode: window, replace, merge or append", value);
	return ANT_USAGE;
}

int
loader_organization(const char *value)
{
	loader.o.organization = value;
	if (type_is_organization(value, strlen(value)))
		return ANT_OK;
	cli_error("--organization: '%s' is not the name of one: it is a UUID", value);
	return ANT_USAGE;
}

int
loader_table(const char *value)
{
	struct cli_list *all = &loader.tables;

	loader.o.table = value;
	if (all->n == sizeof all->v / sizeof *all->v) {
		cli_error("--table: more than %zu are too many", all->n);
		return ANT_USAGE;
	}
	all->v[all->n++] = value;
	return ANT_OK;
}

int
loader_table_name(const char *value)
{
	struct ant_err e;

	if (views_rename(&loader.place, value, &e) == 0)
		return ANT_OK;
	cli_error("--table-name: %s", e.msg);
	return ANT_USAGE;
}

static int
print_ledger(void)
{
	const struct load_dest *dest = &loader.dest;
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
answer_audit(void)
{
	const struct load_dest *dest = &loader.dest;
	struct ant_err e;
	struct out out;
	int status = ANT_OK;

	out_init(&out, STDOUT_FILENO, "stdout");
	if (dest->audit(dest->self, STDIN_FILENO, "stdin", &out, &e) == -1 ||
		out_flush(&out, &e) == -1)
		status = cli_fail(&e);
	out_free(&out);
	return status;
}

/* TABLE=TIME, or TABLE= for none. */
static int
set_watermark(void)
{
	const char *time_text = strchr(loader.note, '=');
	char table[TYPE_TABLE_NAME_MAX + 1] = "";
	struct ant_err e;
	int64_t t;

	if (time_text != NULL && (size_t)(time_text - loader.note) < sizeof table)
		memcpy(table, loader.note, (size_t)(time_text - loader.note));
	if (!type_is_table_name(table))
		return cli_usage(
			&loader.cli, "--set-watermark: '%s' is not TABLE=TIME", loader.note);
	time_text++;
	if (*time_text != '\0' && utc_argument(time_text, time(NULL), &t, &e) == -1)
		return cli_fail(&e);
	return load_note(&loader.dest, &loader.o, table, *time_text != '\0' ? &t : NULL, &e) == -1
		       ? cli_fail(&e)
		       : ANT_OK;
}

static int
print_receipt(const struct buf *text)
{
	if (loader.cli.verbose)
		cli_error("committed: %.*s", text->len > 0 ? (int)text->len - 1 : 0, text->data);
	if ((text->len == 0 || fwrite(text->data, 1, text->len, stdout) == text->len) &&
		fflush(stdout) == 0)
		return ANT_OK;
	/* Too late to undo: who waits for the receipt loads once more. */
	cli_error("stdout: %s%s", strerror(errno),
		loader.o.dry_run ? "" : ": the rows are committed, only their receipt is lost");
	return ANT_FAIL;
}

/* Everything that is missing, a line each. */
static int
check(void)
{
	struct strlist missing = {NULL, 0};
	struct ant_err e;
	int status = ANT_OK;

	if (load_check(&loader.dest, &loader.o, loader.tables.v, loader.tables.n, &missing, &e) ==
		-1)
		status = cli_fail(&e);
	for (size_t i = 0; i < missing.n; i++)
		cli_error("%s", missing.v[i]);
	if (missing.n > 0 && status == ANT_OK)
		status = ANT_FAIL;
	if (loader.cli.verbose && status == ANT_OK)
		cli_error("ready for a load");
	strlist_free(&missing);
	return status;
}

/* A load, a dry run, a check or the ledger. */
static int
run(void)
{
	struct ant_err e;
	struct buf text, note;
	int status;

	for (size_t i = 0; i < VIEWS_TABLES; i++)
		if (loader.place.names[i] != NULL)
			return cli_usage(&loader.cli,
				"--table-name goes with --views; --table is for a load");
	if (loader.check)
		return check();
	if (loader.o.ledger)
		return print_ledger();
	if (loader.audit)
		return answer_audit();
	if (loader.note != NULL)
		return set_watermark();
	loader.o.table_path = getenv("ANT_TABLES");
	loader.o.note = &note;
	buf_init(&text, LOAD_TEXT_MAX);
	buf_init(&note, LOAD_TEXT_MAX);
	if (load_run(&loader.dest, &loader.o, STDIN_FILENO, "stdin", &text, &e) == -1)
		status = cli_fail(&e);
	else
		status = print_receipt(&text);
	if (note.len > 0 && buf_str(&note) != NULL)
		cli_warn(&loader.cli, "%s", note.data);
	buf_free(&note);
	buf_free(&text);
	return status;
}

static int
load(void)
{
	int status = loader.make();

	if (status != ANT_OK)
		return status;
	status = run();
	if (loader.warn != NULL)
		loader.warn(status);
	loader.dest.free(loader.dest.self);
	return status;
}

/* The views over those of the tables that there are. */
static int
make_views(void)
{
	struct ant_err e;
	struct db db;
	int n;

	loader.place.prefix = loader.o.prefix;
	loader.place.table_path = getenv("ANT_TABLES");
	if (loader.ask(&db, &e) == -1)
		return cli_fail(&e);
	n = views_run(&db, &loader.place, &e);
	db_close(&db);
	if (n == -1)
		return cli_fail(&e);
	if (loader.cli.verbose)
		cli_error("%d views are up to date", n);
	return ANT_OK;
}

int
main(int argc, char **argv)
{
	struct loader *l = &loader;
	const char *hint = l->hint != NULL ? l->hint : "";

	cli_start(&l->cli);
	if (cli_options(&l->cli, l->options, argc, argv) == -1)
		return l->cli.status;
	if (l->operand == NULL && argc != optind)
		return cli_usage(&l->cli, "'%s' is one operand too many%s", argv[optind], hint);
	if (l->operand != NULL && argc - optind != 1)
		return cli_usage(&l->cli, "one %s is needed", l->operand);
	if (l->operand != NULL)
		l->where = argv[optind];
	return cli_exit(l->views ? make_views() : load());
}
