/*
 * ant-state - keep track of how far tables were loaded
 *
 * commit: stdin: receipts.  stdout: the same lines, each after its watermark
 * was stored, so that who reads one knows that the next run starts there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agree.h"
#include "base/json.h"
#include "base/near.h"
#include "base/utc.h"
#include "cli.h"
#include "receipts.h"
#include "run/pipeline.h"
#include "state/state.h"
#include "tables/tables.h"

#define FIRST_DAY "2023-01-01" /* no table holds anything older */
#define LOOKBACK "3d"	       /* of a table that says nothing of its own */

enum { CHUNK_MAX = 36500 }; /* days */

static const char usage[] =
	"usage: ant-state [--scope NAME] get TABLE | list [--json]\n"
	"       ant-state [--scope NAME | --dest URI] reset TABLE | set TABLE TIME\n"
	"       ant-state [--scope NAME] window [--lookback D] [--start T] [--append]\n"
	"                              [--from T] [--to T] [--chunk D] [--served T] TABLE\n"
	"       ant-state [--scope NAME] commit [--since T] [--tsv FILE]\n"
	"       ant-state ask [--all] FILE | agree [--look] FILE\n"
	"       ant-state receipts [--organization UUID] [TABLE[=NAME]...]\n"
	"       ant-state [--scope NAME] lock [--shared] [--wait|--left F] TABLE -- CMD\n";

static const char help[] =
	"Keeps the watermarks of tables: the exclusive end of what was loaded.\n"
	"\n"
	"  --scope NAME, --dest URI  of this destination; of one that keeps them itself\n"
	"  --lookback D   window starts so long before the watermark (the table's, or " LOOKBACK
	")\n"
	"  --start T      window starts here without a watermark (default " FIRST_DAY ")\n"
	"  --from, --to, --chunk 31d, --served T  this one; in steps, the first beyond T\n"
	"  --since T, --append  windows in any order, from T; without those there are\n"
	"  --tsv FILE     write the receipts as fields, too, as `receipts` prints them\n"
	"  --all, --look  ask about all rows; compare, and correct no watermark\n"
	"  --shared, --wait, --left FILE  share the lock; wait; or name TABLE and run\n"
	"  --json, -h, --help, --version, -q, --quiet, -v, --verbose\n"
	"\n"
	"Load what is new, then store how far it went; show how far all went:\n"
	"    ant-fetch $(ant-state window cost_report) cost_report | ant-flatten |\n"
	"    ant-load-pg | ant-state commit; ant-state list\n";

static struct cli cli = {.name = "ant-state", .usage = usage, .help = help};
static struct state state;
static struct {
	const char *scope, *dest, *lookback, *start, *chunk, *served, *from, *to, *since, *tsv,
		*organization, *left;
	int json, shared, wait, all, look, append;
} given;

static const struct cli_option options[] = {
	{.name = "scope", .text = &given.scope}, /* the first: all verbs have it */
	{.name = "dest", .text = &given.dest},
	{.name = "lookback", .text = &given.lookback},
	{.name = "start", .text = &given.start},
	{.name = "chunk", .text = &given.chunk},
	{.name = "served", .text = &given.served},
	{.name = "append", .flag = &given.append},
	{.name = "from", .text = &given.from},
	{.name = "to", .text = &given.to},
	{.name = "since", .text = &given.since},
	{.name = "tsv", .text = &given.tsv},
	{.name = "organization", .text = &given.organization},
	{.name = "all", .flag = &given.all},
	{.name = "look", .flag = &given.look},
	{.name = "json", .flag = &given.json},
	{.name = "left", .text = &given.left},
	{.name = "shared", .flag = &given.shared},
	{.name = "wait", .flag = &given.wait},
	{.name = NULL},
};

/* $ANT_STATE, or anthill below the user's state folder. */
static int
open_state(struct ant_err *e)
{
	const char *folder = getenv("ANT_STATE"), *base = getenv("XDG_STATE_HOME"), *tail = "";
	struct buf path;
	int result;

	if (folder != NULL && *folder != '\0')
		return state_open(&state, folder, given.scope, e);
	/* The XDG specification says to ignore a relative path. */
	if (base == NULL || *base != '/') {
		base = getenv("HOME");
		tail = "/.local/state";
	}
	if (base == NULL || *base == '\0')
		return err_set(e, ANT_USAGE, "neither ANT_STATE nor HOME is set");
	if (strcmp(base, "/") == 0)
		base = ""; /* two slashes at the start may mean something else */
	buf_init(&path, 1 << 16);
	buf_printf(&path, "%s%s/anthill", base, tail);
	if (buf_str(&path) == NULL)
		result = err_sys(e, ANT_FAIL, "%s", base);
	else
		result = state_open(&state, path.data, given.scope, e);
	buf_free(&path);
	return result;
}

static int
get(char **arg)
{
	struct ant_err e;
	struct mark m;
	char text[UTC_TEXT];

	if (state_read(&state, arg[0], &m, &e) == -1)
		return cli_fail(&e);
	if (!m.known)
		return ANT_FAIL;
	utc_format(m.watermark, text);
	puts(text);
	return ANT_OK;
}

/*
 * The ledger of a destination is told, by ant-sync, which knows destinations.  TIME is "" where
 * there is to be no watermark any more.
 */
static int
note(const char *table, const char *time_text)
{
	const char *argv[] = {"ant-sync", "--dest", given.dest, "--set-watermark", NULL, NULL};
	struct ant_err e;
	struct buf word;

	buf_init(&word, 1 << 16);
	buf_printf(&word, "%s=%s", table, time_text);
	if ((argv[4] = buf_str(&word)) != NULL)
		execvp(*argv, (char **)argv); /* which changes none of them, by POSIX */
	err_sys(&e, ANT_FAIL, "%s", *argv);
	buf_free(&word);
	return cli_fail(&e);
}

static int
set(char **arg)
{
	char text[UTC_TEXT];
	struct ant_err e;
	int64_t t;

	if (utc_argument(arg[1], time(NULL), &t, &e) == -1)
		return cli_fail(&e);
	utc_format(t, text);
	if (given.dest != NULL)
		return note(arg[0], text);
	return state_set(&state, arg[0], &t, &e) == -1 ? cli_fail(&e) : ANT_OK;
}

static int
reset(char **arg)
{
	struct ant_err e;

	if (given.dest != NULL)
		return note(arg[0], "");
	return state_set(&state, arg[0], NULL, &e) == -1 ? cli_fail(&e) : ANT_OK;
}

/* How long before its watermark TABLE is read again: what its file says, where it has one. */
static int
own_lookback(const char *table, int64_t *span, struct ant_err *e)
{
	struct tables ts = {.folders = {NULL, 0}};
	struct strlist names = {NULL, 0};
	struct table *t = NULL;
	int status = -1;

	if (utc_span(LOOKBACK, span, e) == -1 ||
		tables_init(&ts, NULL, 0, getenv("ANT_TABLES"), e) == -1)
		return -1;
	if (tables_names(&ts, &names, e) == -1)
		goto done;
	if (strlist_has(&names, table, strlen(table)) && (t = tables_load(&ts, table, e)) == NULL)
		goto done;
	if (t != NULL && t->lookback >= 0)
		*span = t->lookback;
	status = 0;
done:
	table_free(t);
	strlist_free(&names);
	tables_free(&ts);
	return status;
}

/*
 * What is to be loaded next: from --from, or the look-back before the watermark, up to --to, or now.
 * M is what is known of the table; with --from nothing is, for nobody asks.
 */
static int
bounds(const char *table, struct mark *m, int64_t *from, int64_t *to, struct ant_err *e)
{
	const int64_t now = time(NULL), first = utc_days(1, 1, 1) * UTC_DAY;
	const char *start = given.start != NULL ? given.start : FIRST_DAY;
	int64_t before = 0;
	char text[UTC_TEXT];

	*m = (struct mark){.known = 0};
	*to = now;
	if ((given.lookback != NULL && utc_span(given.lookback, &before, e) == -1) ||
		utc_argument(given.from != NULL ? given.from : start, now, from, e) == -1 ||
		(given.to != NULL && utc_argument(given.to, now, to, e) == -1) ||
		(given.from == NULL && state_read(&state, table, m, e) == -1) ||
		(given.lookback == NULL && m->known && own_lookback(table, &before, e) == -1))
		return -1;
	if (m->known) {
		*from = m->watermark - before;
		/* What lies before the first load was not wanted. */
		if (m->begin_known && m->begin < m->watermark && *from < m->begin)
			*from = m->begin;
	} else if (given.from == NULL && m->begin_known) {
		*from = m->begin; /* it was there, and is gone: all of it again */
	}
	if (*from < first)
		*from = first;
	if (*from > now && m->known) {
		utc_format(m->watermark, text);
		cli_warn(&cli,
			"%s: the watermark, %s, is in the future, so nothing is asked for: "
			"see `ant-state set`",
			table, text);
	}
	if (*from > now && given.from == NULL)
		*from = now;
	if (*from > *to)
		*from = *to;
	return 0;
}

/* Days, with or without their letter: other spans have one. */
static int
chunk_days(const char *text, long *days)
{
	char number[16];
	size_t len = strlen(text);

	if (len < 2 || len > sizeof number || text[len - 1] != 'd')
		return cli_number("--chunk", text, 0, CHUNK_MAX, days);
	snprintf(number, sizeof number, "%.*s", (int)len - 1, text);
	return cli_number("--chunk", number, 0, CHUNK_MAX, days);
}

/* The latest of the times of --served, by commas: the API serves nothing that is older. */
static int
served_from(int64_t *t, struct ant_err *e)
{
	const char *p = given.served;
	char one[64];
	int64_t each;

	*t = INT64_MIN;
	while (p != NULL) {
		size_t len = strcspn(p, ",");

		snprintf(one, sizeof one, "%.*s", (int)(len < sizeof one ? len : sizeof one), p);
		if (utc_argument(one, time(NULL), &each, e) == -1)
			return err_prefix(e, "--served: ");
		if (each > *t)
			*t = each;
		p = p[len] == ',' ? p + len + 1 : NULL;
	}
	return 0;
}

/* A line for FROM to TO, or one a step of so many DAYS; the first step ends beyond SERVED. */
static void
put_steps(int64_t from, int64_t to, int64_t served, long days)
{
	char text[UTC_TEXT], till[UTC_TEXT];
	int64_t end;

	do {
		end = days > 0 ? utc_floor(from, UTC_DAY) + days * UTC_DAY : to;
		if (days > 0 && end <= served)
			end = utc_floor(served, UTC_DAY) + days * UTC_DAY;
		if (end > to)
			end = to;
		utc_format(from, text);
		utc_format(end, till);
		printf("--from %s --to %s\n", text, till);
		from = end;
	} while (from < to);
}

static int
window(char **arg)
{
	struct ant_err e;
	struct mark m;
	int64_t from, to, served;
	long days = 0;
	int told = 0;

	if (given.chunk != NULL && chunk_days(given.chunk, &days) == -1)
		return ANT_USAGE;
	if (bounds(arg[0], &m, &from, &to, &e) == -1 || served_from(&served, &e) == -1)
		return cli_fail(&e);
	/* A window that is replaced may be loaded once more; what is appended would be there twice. */
	for (size_t i = 0; given.append && i < m.n && m.loaded[i].from < to; i++) {
		if (m.loaded[i].from > from) {
			put_steps(from, m.loaded[i].from, served, days);
			told = 1;
		}
		if (m.loaded[i].to > from)
			from = m.loaded[i].to < to ? m.loaded[i].to : to;
	}
	if (from < to || !told)
		put_steps(from, to, served, days);
	return ANT_OK;
}

/* A scope may hold any byte, such as a newline in the path of a file: a line stays a line. */
static void
put_scope(struct buf *line, const char *scope)
{
	for (const char *p = *scope != '\0' ? scope : "-"; *p != '\0'; p++) {
		if (*p == '\n')
			buf_puts(line, "\\n");
		else if (*p == '\t')
			buf_puts(line, "\\t");
		else if (*p == '\r')
			buf_puts(line, "\\r");
		else if (*p == '\\')
			buf_puts(line, "\\\\");
		else
			buf_putc(line, *p);
	}
}

static int
print_mark(const char *scope, const char *table, const struct mark *m)
{
	struct buf line;
	char text[UTC_TEXT];
	int bad;

	buf_init(&line, 1 << 16);
	utc_format(m->watermark, text);
	if (given.json) {
		buf_puts(&line, "{\"table\":");
		json_put_string(&line, table);
		buf_puts(&line, ",\"watermark\":");
		if (m->known)
			json_put_string(&line, text);
		else
			buf_puts(&line, "null");
		buf_puts(&line, ",\"scope\":");
		json_put_string(&line, scope);
		buf_puts(&line, "}");
	} else {
		buf_printf(&line, "%s\t%s\t", table, m->known ? text : "-");
		put_scope(&line, scope);
	}
	if (!(bad = buf_str(&line) == NULL))
		puts(line.data);
	buf_free(&line);
	return bad ? -1 : 0;
}

/* A damaged file does not hide the others, but the status tells. */
static int
list(char **arg)
{
	struct ant_err e;
	struct strlist names;
	struct state s;
	struct mark m;
	char table[64];
	int status = ANT_OK;

	(void)arg;
	if (state_names(state.folder, &names, &e) == -1)
		return cli_fail(&e);
	for (size_t i = 0; i < names.n; i++) {
		int found =
			state_describe(state.folder, names.v[i], &s, table, sizeof table, &m, &e);

		if (found == -1)
			status = cli_fail(&e);
		if (found != 1)
			continue;
		if ((m.known || m.n > 0) &&
			(given.scope == NULL || strcmp(given.scope, s.scope) == 0) &&
			print_mark(s.scope, table, &m) == -1)
			status = ANT_FAIL;
		state_close(&s);
	}
	strlist_free(&names);
	return status;
}

static int
commit(char **arg)
{
	struct ant_err e;
	int64_t since = 0;

	(void)arg;
	if (given.since != NULL && utc_argument(given.since, time(NULL), &since, &e) == -1)
		return cli_fail(&e);
	return receipts_commit(&state, given.since != NULL ? &since : NULL, given.tsv);
}

static int
ask(char **arg)
{
	return agree_ask(state.folder, arg[0], given.all);
}

static int
agree_with(char **arg)
{
	return agree_answers(state.folder, arg[0], given.look);
}

/* Another has the lock of TABLE: who runs all the same is told so, by a line of the file. */
static int
leave(const char *table, struct ant_err *e)
{
	FILE *f = fopen(given.left, "a");
	int written;

	if (f == NULL)
		return err_sys(e, ANT_FAIL, "--left %s", given.left);
	written = fprintf(f, "%s\n", table) >= 0;
	if (fclose(f) == 0 && written)
		return 0;
	return err_sys(e, ANT_FAIL, "--left %s", given.left);
}

/* The signals that end a command are passed on to it; the lock is ours until it is gone. */
static int
lock(char **arg)
{
	const struct pipeline_how how = {.line = NULL};
	struct stage command = {.argv = arg + 1};
	struct ant_err e;
	int fd = state_lock(&state, arg[0], given.shared, given.wait, &e);

	if (fd == -1 && e.status == ANT_LOCKED && given.left != NULL) {
		cli_error("%s", e.msg);
		if (leave(arg[0], &e) == -1)
			return cli_fail(&e);
	} else if (fd == -1) {
		return cli_fail(&e);
	}
	if (pipeline_run(&command, 1, &how, &e) == -1)
		command.status = cli_fail(&e);
	else if (command.error != 0)
		cli_error("%s: %s", arg[1], strerror(command.error));
	if (fd != -1)
		close(fd);
	return command.status;
}

static int
receipts(char **wanted)
{
	return receipts_list(wanted, given.organization);
}

static const struct verb {
	const char *name;
	int (*run)(char **);
	int least, most;	/* operands; most -1: any number */
	const char *options[7]; /* but for --scope; ended by NULL */
} verbs[] = {
	{"get", get, 1, 1, {NULL}},
	{"set", set, 2, 2, {"dest"}},
	{"reset", reset, 1, 1, {"dest"}},
	{"list", list, 0, 0, {"json"}},
	{"window", window, 1, 1, {"lookback", "start", "chunk", "served", "append", "from", "to"}},
	{"commit", commit, 0, 0, {"since", "tsv"}},
	{"ask", ask, 1, 1, {"all"}},
	{"agree", agree_with, 1, 1, {"look"}},
	{"receipts", receipts, 0, -1, {"organization"}},
	{"lock", lock, 2, -1, {"shared", "wait", "left"}},
};

static int
unknown_verb(const char *name)
{
	const char *guess = NULL;

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		guess = near_better(name, guess, verbs[i].name);
	if (guess != NULL)
		return cli_usage(&cli, "unknown command '%s'; did you mean %s?", name, guess);
	return cli_usage(&cli, "unknown command '%s'", name);
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* Whether an option was given that only other verbs have. */
static int
has_wrong_option(const struct verb *verb)
{
	for (const struct cli_option *o = options + 1; o->name != NULL; o++) {
		const char *const *own = verb->options;

		while (*own != NULL && strcmp(*own, o->name) != 0)
			own++;
		if (*own == NULL && (o->text != NULL ? *o->text != NULL : *o->flag > 0))
			return 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const struct verb *verb;
	struct ant_err e;
	int status;

	cli_start(&cli);
	if (cli_options(&cli, options, argc, argv) == -1)
		return cli.status;
	argc -= optind;
	argv += optind;
	if (argc == 0)
		return cli_usage(&cli, "what is to be done?");
	if ((verb = find_verb(argv[0])) == NULL)
		return unknown_verb(argv[0]);
	if (argc - 1 < verb->least || (verb->most != -1 && argc - 1 > verb->most))
		return cli_usage(&cli, "%s: wrong number of arguments", verb->name);
	if (has_wrong_option(verb))
		return cli_usage(&cli, "%s: an option that it does not have", verb->name);
	status = open_state(&e) == -1 ? cli_fail(&e) : verb->run(argv + 1);
	state_close(&state);
	return cli_exit(status);
}
