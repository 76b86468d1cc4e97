/*
 * ant-report - what the organization spends and does, on one page
 *
 * Reads the database that the loaders filled.  stdout: the page (or -o FILE), text for a
 * terminal, what exceeds a limit, or the charges as a FOCUS dataset (or -o FILE).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/apart.h"
#include "base/aside.h"
#include "base/out.h"
#include "base/utc.h"
#include "cli.h"
#include "db/open.h"
#include "report/charge.h"
#include "report/check.h"
#include "report/focus.h"
#include "report/owners.h"
#include "report/page.h"
#include "report/report.h"
#include "report/sheet.h"
#include "report/text.h"
#include "sandbox.h"

#define NO_TIME INT64_MIN
enum { PAGE_MAX = 64 << 20, CHECKS_MAX = 32, PERIOD = 90, WIDTH = 80 };

static struct cli cli = {
	.name = "ant-report",
	.usage = "usage: ant-report [-hqv] [--from T] [--to T] [--budget USD] [--title TEXT]\n"
		 "           [--organization UUID] [--text [--ascii] | --csv SECTION | --json |\n"
		 "           --by WHAT [--format text|csv|json] | --focus [--focus-version V] |\n"
		 "           --check LIMIT]... [--schema S] [--prefix P]\n"
		 "           [--table-name TABLE=NAME]... [-o FILE] DB\n",
	.help = "Shows what the organization spends and does, from the database DB that ant-sync\n"
		"filled: a FILE of SQLite or DuckDB, or postgresql://HOST/DB.\n"
		"\n"
		"  --from T, --to T  the period (the last 90 days; T as of ant-fetch)\n"
		"  --budget USD      of a month, in US dollars; --title TEXT: instead of the name\n"
		"  --organization UUID   of those in one database, this one alone\n"
		"  -o FILE           write it there; --text: for a terminal; --ascii: in ASCII\n"
		"  --csv SECTION     the rows behind a section, or help; --json: of all sections\n"
		"  --by WHAT         the bill by owner, tag:KEY, person, key, service-account,\n"
		"                    workspace, product, model, day, month; --format csv or json\n"
		"  --focus           the charges as a FOCUS dataset; --focus-version 1.2 or 1.4\n"
		"  --check LIMIT     print what exceeds it and exit 1: budget=5000, owners,\n"
		"                    forecast=5000, daily-change=50%, stale=36h, reconcile=1%\n"
		"  --schema S, --prefix P, --table-name TABLE=NAME  as the tables were loaded\n"
		"\n"
		"A page to look at, and a mail from cron when something is amiss:\n"
		"  ant-report -o report.html anthill.db\n"
		"  ant-report --check forecast=5000 --check stale=36h anthill.db\n",
};

static struct call {
	struct report_options o;
	const char *file; /* NULL: stdout */
	const char *checks[CHECKS_MAX];
	size_t nchecks;
	int owners; /* check them, too: they are of all organizations */
	const struct sheet *csv;
	int text, ascii, json, focus;
	struct charge_by by; /* of NULL: nothing */
	const char *format;
	enum focus_version focus_version;
} call = {.o = {.from = NO_TIME, .to = NO_TIME, .budget = -1}};

static int
take_budget(const char *value)
{
	if (money_parse(value, &call.o.budget) == 0)
		return ANT_OK;
	return cli_usage(&cli, "--budget: '%s' is no amount of dollars", value);
}

static int
take_check(const char *value)
{
	struct ant_err e;

	if (strcmp(value, "owners") == 0) {
		call.owners = 1;
		return ANT_OK;
	}
	if (call.nchecks == CHECKS_MAX)
		return cli_usage(&cli, "--check: given more than %d times", CHECKS_MAX);
	if (report_check(NULL, NULL, NULL, value, &e) == -1)
		return cli_usage(&cli, "%s", e.msg);
	call.checks[call.nchecks++] = value;
	call.o.reconcile |= report_check_reconciles(value);
	return ANT_OK;
}

static int
take_csv(const char *name)
{
	struct buf all;
	int status;

	if ((call.csv = sheet_find(name)) != NULL)
		return ANT_OK;
	buf_init(&all, 1 << 16);
	sheet_list(&all);
	status = cli_usage(
		&cli, "--csv: '%.100s' is none of the sections, which are listed below", name);
	fprintf(stderr, "\n%s", buf_str(&all) != NULL ? all.data : "");
	buf_free(&all);
	return status;
}

static int
take_by(const char *value)
{
	struct ant_err e;

	return charge_by(value, &call.by, &e) == 0 ? ANT_OK : cli_usage(&cli, "%s", e.msg);
}

static int
take_format(const char *value)
{
	call.format = value;
	if (strcmp(value, "text") == 0 || strcmp(value, "csv") == 0 || strcmp(value, "json") == 0)
		return ANT_OK;
	return cli_usage(&cli, "--format: '%s' is not text, csv or json", value);
}

static int
take_table_name(const char *value)
{
	struct ant_err e;

	if (views_rename(&call.o.place, value, &e) == 0)
		return ANT_OK;
	return cli_usage(&cli, "--table-name: %s", e.msg);
}

static int
take_focus_version(const char *value)
{
	if (focus_version(value, &call.focus_version) == 0)
		return ANT_OK;
	return cli_usage(&cli, "--focus-version: '%s' is neither 1.2 nor 1.4", value);
}

static const struct cli_option options[] = {
	{.name = "from", .time = &call.o.from},
	{.name = "to", .time = &call.o.to},
	{.name = "budget", .take = take_budget},
	{.name = "title", .text = &call.o.title},
	{.name = "organization", .text = &call.o.organization},
	{.name = "output", .letter = 'o', .text = &call.file},
	{.name = "text", .flag = &call.text},
	{.name = "ascii", .flag = &call.ascii},
	{.name = "csv", .take = take_csv},
	{.name = "json", .flag = &call.json},
	{.name = "by", .take = take_by},
	{.name = "format", .take = take_format},
	{.name = "check", .take = take_check},
	{.name = "focus", .flag = &call.focus},
	{.name = "focus-version", .take = take_focus_version},
	{.name = "schema", .text = &call.o.place.schema},
	{.name = "prefix", .text = &call.o.place.prefix},
	{.name = "table-name", .take = take_table_name},
	{.name = NULL},
};

/* The width of the terminal: $COLUMNS, what the terminal says, or 80. */
static size_t
width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;

	if (columns != NULL && atoi(columns) > 0)
		return (size_t)atoi(columns);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		return w.ws_col;
	return WIDTH;
}

/* The file takes its place whole, or stays as it was. */
static int
write_file(const char *file, const struct buf *b, struct ant_err *e)
{
	struct aside a = {0};
	int status = aside_open(&a, file, 1000, e);

	if (status == -1)
		return -1;
	if (out_write(a.fd, file, b->data, b->len, e) == -1 || aside_sync(&a, e) == -1 ||
		aside_rename(&a, e) == -1)
		status = -1;
	aside_close(&a);
	return status;
}

/* Print each line of TEXT, to TO or, where that is NULL, on standard error: with whose it is. */
static void
put_lines(struct buf *to, const char *of, const struct buf *text)
{
	const char *s = text->len > 0 ? text->data : "", *end;

	for (; (end = strchr(s, '\n')) != NULL; s = end + 1)
		if (to != NULL)
			buf_printf(
				to, "%s%s%.*s\n", of, *of != '\0' ? ": " : "", (int)(end - s), s);
		else
			cli_error("%s%s%.*s", of, *of != '\0' ? ": " : "", (int)(end - s), s);
}

static int
check(const struct call *c, const struct report *r, struct buf *to, int *exceeded,
	struct ant_err *e)
{
	const char *of = r->o.organization != NULL ? r->o.organization : "";
	struct buf lines, notes;
	int status = 0;

	buf_init(&lines, PAGE_MAX);
	buf_init(&notes, PAGE_MAX);
	for (size_t i = 0; i < c->nchecks && status != -1; i++) {
		status = report_check(&lines, &notes, r, c->checks[i], e);
		*exceeded += status != -1 ? status : 0;
	}
	if (status != -1 && (buf_str(&lines) == NULL || buf_str(&notes) == NULL))
		status = err_sys(e, ANT_FAIL, "--check");
	if (status != -1) {
		put_lines(to, of, &lines);
		/* What was not looked at is said even where all else is well. */
		put_lines(NULL, of, &notes);
	}
	buf_free(&lines);
	buf_free(&notes);
	return status == -1 ? -1 : 0;
}

/* The reports of a run, and whose they are. */
struct reports {
	struct strlist organizations;
	struct report *v;
	const struct report **each;
	size_t n;
	struct charge charge; /* of --by, which needs no other */
	struct owners owners; /* of --check owners */
};

/* What is to be made, of what. */
struct making {
	const struct call *call;
	const struct reports *of;
	size_t width;
};

/* The bill by what was asked for; of formats, text is the usual one. */
static int
make_charge(struct buf *to, const struct making *m, struct ant_err *e)
{
	const char *format = m->call->format;

	if (format == NULL || *format == 't')
		return charge_text(to, &m->of->charge, m->width, m->call->ascii, e);
	return charge_data(to, &m->of->charge, *format == 'c' ? DATA_CSV_SAFE : DATA_JSON, e);
}

/* What is amiss with owners, who are those of all organizations. */
static int
put_owners(struct buf *to, const struct owners *w, struct ant_err *e)
{
	struct buf notes;
	int failed;

	buf_init(&notes, PAGE_MAX);
	owners_put(to, &notes, w);
	failed = to->failed || buf_str(&notes) == NULL;
	if (!failed)
		put_lines(NULL, "", &notes);
	buf_free(&notes);
	return failed ? err_sys(e, ANT_FAIL, "--check owners") : 0;
}

/*
 * Make what was asked for in TO, in the cage: the names in it come from the network.  Return how
 * many limits are exceeded, or -1.
 */
static int
make(void *arg, struct buf *to, struct ant_err *e)
{
	const struct making *m = arg;
	const struct call *c = m->call;
	const struct reports *r = m->of;
	int exceeded = (int)r->owners.n, status = 0;

	if (sandbox_enter(&cli, CAGE_PARSE, e) == -1)
		return -1;
	if (c->by.of != NULL)
		return make_charge(to, m, e);
	if (c->csv != NULL)
		return sheet_csv(to, c->csv, r->each, r->n, e);
	if (c->json)
		return sheet_json(to, r->each, r->n, e);
	if (c->nchecks == 0 && !c->owners && !c->text)
		return report_page(to, r->each, r->n, e);
	if (c->owners)
		status = put_owners(to, &r->owners, e);
	for (size_t i = 0; i < r->n && status == 0; i++) {
		if (c->nchecks == 0 && i > 0)
			buf_puts(to, "\n\n");
		status = c->nchecks > 0 ? check(c, r->each[i], to, &exceeded, e)
					: report_text(to, r->each[i], m->width, c->ascii, e);
	}
	return status == -1 ? -1 : exceeded;
}

/*
 * Make it and write it.  To stdout all of it is done in the cage.  A file takes its place by a
 * rename, and a cage that allowed one would allow any: a process of its own makes the page then.
 */
static int
make_and_write(const struct call *c, const struct reports *r, struct ant_err *e)
{
	struct making m = {c, r, width()};
	struct buf b;
	int exceeded, written = -1;

	buf_init(&b, PAGE_MAX);
	exceeded = c->file == NULL ? make(&m, &b, e) : apart(make, &m, &b, e);
	if (exceeded != -1)
		written = c->file != NULL ? write_file(c->file, &b, e)
					  : out_write(STDOUT_FILENO, "stdout", b.data, b.len, e);
	buf_free(&b);
	return written == -1 ? -1 : exceeded;
}

/* Which organizations the report is of, to ALL: none where the tables are of one. */
static int
choose(struct call *c, const struct db *db, struct strlist *all, struct ant_err *e)
{
	const char *one = c->o.organization;

	if (report_look(db, &c->o, all, e) == -1)
		return -1;
	if (one == NULL || strlist_has(all, one, strlen(one)))
		return 0;
	if (all->n == 0)
		return err_set(e, ANT_FAIL,
			"--organization: the tables have no column _organization: all of them is "
			"of one");
	return err_set(e, ANT_FAIL,
		"--organization: there is nothing of '%.100s', but of '%.100s'%s", one, all->v[0],
		all->n > 1 ? " and others" : "");
}

/* Load a report for each organization that there is, or for the chosen one. */
static int
load_each(struct call *c, const struct db *db, struct reports *r, struct ant_err *e)
{
	const struct strlist *all = &r->organizations;

	r->n = c->o.organization != NULL || all->n == 0 ? 1 : all->n;
	r->v = calloc(r->n, sizeof *r->v);
	r->each = calloc(r->n, sizeof *r->each);
	if (r->v == NULL || r->each == NULL)
		return err_sys(e, ANT_FAIL, "report");
	for (size_t i = 0; i < r->n; i++) {
		struct report_options o = c->o;

		if (o.organization == NULL && all->n > 0)
			o.organization = all->v[i];
		r->each[i] = &r->v[i];
		if (report_load(&r->v[i], db, &o, e) == -1)
			return -1;
	}
	return 0;
}

/* What was asked for. */
static int
ask(struct call *c, const struct db *db, struct reports *r, struct ant_err *e)
{
	if (c->by.of != NULL)
		return charge_load(&r->charge, db, &c->o, &c->by, e);
	if (c->owners && owners_load(&r->owners, db, &c->o, e) == -1)
		return -1;
	return c->owners && c->nchecks == 0 ? 0 : load_each(c, db, r, e);
}

/* Read all that the database has to say, and leave it. */
static int
load(struct call *c, const char *where, struct reports *r, struct ant_err *e)
{
	struct db db = {0};
	int status = -1;

	if (db_open(where, getenv("ANT_LIBDUCKDB"), 0, &db, &c->o.place, e) == 0 &&
		choose(c, &db, &r->organizations, e) == 0)
		status = ask(c, &db, r, e);
	db_close(&db);
	return status;
}

static int
run(struct call *c, const char *where)
{
	struct reports r = {.n = 0};
	struct ant_err e;
	int exceeded = -1, status;

	if (load(c, where, &r, &e) == 0)
		exceeded = make_and_write(c, &r, &e);
	status = exceeded == -1 ? cli_fail(&e) : exceeded > 0 ? ANT_FAIL : ANT_OK;
	for (size_t i = 0; r.v != NULL && i < r.n; i++)
		report_free(&r.v[i]);
	free(r.v);
	free(r.each);
	charge_free(&r.charge);
	owners_free(&r.owners);
	strlist_free(&r.organizations);
	return status;
}

/*
 * Write the charges as they come, to stdout or aside.  This is done in no cage: with what the
 * database is asked, row for row, it is one, and all that is made of a row is its quotes.
 */
static int
write_focus(const struct call *c, const struct db *db, struct ant_err *e)
{
	struct aside a = {0};
	int status = -1;

	if (c->file == NULL)
		return focus_write(db, &c->o, c->focus_version, STDOUT_FILENO, "stdout", e);
	if (aside_open(&a, c->file, 1000, e) == -1)
		return -1;
	if (focus_write(db, &c->o, c->focus_version, a.fd, c->file, e) == 0 &&
		aside_sync(&a, e) == 0)
		status = aside_rename(&a, e);
	aside_close(&a);
	return status;
}

static int
run_focus(struct call *c, const char *where)
{
	struct strlist organizations = {NULL, 0};
	struct db db = {0};
	struct ant_err e;
	int status = -1;

	if (db_open(where, getenv("ANT_LIBDUCKDB"), 0, &db, &c->o.place, &e) == 0 &&
		choose(c, &db, &organizations, &e) == 0)
		status = write_focus(c, &db, &e);
	if (status == 0 && (c->o.there.tables & VIEWS_USAGE_BY_COST) == 0)
		cli_error("--focus: there is no table usage_by_cost, so that ConsumedQuantity and "
			  "PricingQuantity are null: ant-sync usage_by_cost loads it, and \"focus "
			  "on\" in its file does so in each run");
	db_close(&db);
	strlist_free(&organizations);
	return status == 0 ? ANT_OK : cli_fail(&e);
}

/* Charges are of whole days, and all of them, unless the call says otherwise. */
static void
settle_focus(struct report_options *o)
{
	o->from = o->from == NO_TIME ? INT64_MIN : utc_floor(o->from, UTC_DAY);
	o->to = o->to == NO_TIME ? INT64_MAX : utc_floor(o->to + UTC_DAY - 1, UTC_DAY);
}

int
main(int argc, char *argv[])
{
	const int64_t now = (int64_t)time(NULL);

	cli_start(&cli);
	if (cli_options(&cli, options, argc, argv) == -1)
		return cli.status;
	if (argc - optind != 1)
		return cli_usage(&cli, "one DB is needed");
	if (call.ascii && !call.text && call.by.of == NULL)
		return cli_usage(&cli, "--ascii goes with --text or --by");
	if (call.format != NULL && call.by.of == NULL)
		return cli_usage(&cli, "--format goes with --by");
	if (call.text + call.json + (call.csv != NULL) + (call.nchecks > 0 || call.owners) +
			(call.by.of != NULL) + call.focus >
		1)
		return cli_usage(
			&cli, "only one of --text, --csv, --json, --by, --focus and --check");
	if (call.focus) {
		settle_focus(&call.o);
		return cli_exit(run_focus(&call, argv[optind]));
	}
	if (call.o.to == NO_TIME || call.o.to > now)
		call.o.to = now;
	if (call.o.from == NO_TIME)
		call.o.from = utc_floor(call.o.to - 1, UTC_DAY) - (PERIOD - 1) * UTC_DAY;
	return cli_exit(run(&call, argv[optind]));
}
