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

#include "base/json.h"
#include "base/near.h"
#include "base/utc.h"
#include "cli.h"
#include "receipts.h"
#include "run/pipeline.h"
#include "state/state.h"

#define FIRST_DAY "2023-01-01" /* no table holds anything older */
#define LOOKBACK "3d"

enum { CHUNK_MAX = 36500 }; /* days */

/* Letters, so that a verb can list its options in a string; they are no short options. */
enum {
	OPT_SCOPE = 'c',
	OPT_LOOKBACK = 'l',
	OPT_START = 'b',
	OPT_CHUNK = 'k',
	OPT_FROM = 'f',
	OPT_TO = 't',
	OPT_TSV = 'm',
	OPT_SINCE = 's',
	OPT_JSON = 'j',
	OPT_SHARED = 'r',
	OPT_WAIT = 'w'
};

struct settings {
	struct cli cli;
	struct state state;
	const char *value[128]; /* of an option, by its letter; NULL: not given */
};

static const struct option options[] = {
	{"scope", required_argument, NULL, OPT_SCOPE},
	{"lookback", required_argument, NULL, OPT_LOOKBACK},
	{"start", required_argument, NULL, OPT_START},
	{"chunk", required_argument, NULL, OPT_CHUNK},
	{"from", required_argument, NULL, OPT_FROM},
	{"to", required_argument, NULL, OPT_TO},
	{"since", required_argument, NULL, OPT_SINCE},
	{"tsv", required_argument, NULL, OPT_TSV},
	{"json", no_argument, NULL, OPT_JSON},
	{"shared", no_argument, NULL, OPT_SHARED},
	{"wait", no_argument, NULL, OPT_WAIT},
	{NULL, 0, NULL, 0},
};

static const char usage[] =
	"usage: ant-state [--scope NAME] get|reset TABLE | set TABLE TIME\n"
	"       ant-state [--scope NAME] list [--json]\n"
	"       ant-state [--scope NAME] window [--lookback D] [--start T] [--from T]\n"
	"                                       [--to T] [--chunk DAYS] TABLE\n"
	"       ant-state [--scope NAME] commit [--since T] [--tsv FILE]\n"
	"       ant-state [--scope NAME] adopt TABLE[=NAME]\n"
	"       ant-state receipts [TABLE[=NAME]...]\n"
	"       ant-state [--scope NAME] lock [--shared] [--wait] TABLE -- COMMAND...\n";

static const char help[] =
	"Keeps the watermarks of tables: the exclusive end of what was loaded.\n"
	"\n"
	"  --scope NAME   the watermarks of this destination\n"
	"  --lookback D   window starts this long before the watermark (default " LOOKBACK ")\n"
	"  --start T      window starts here without a watermark (default " FIRST_DAY ")\n"
	"  --from, --to   the window is this one; --chunk DAYS: in steps, one a line\n"
	"  --since T      windows arrive in any order; nothing before T is wanted\n"
	"  --tsv FILE     write the receipts as fields, too, as `receipts` prints them\n"
	"  --shared, --wait  share the lock with others that share it; wait for it\n"
	"  --json, -h, --help, --version, -q, --quiet, -v, --verbose\n"
	"\n"
	"Load what is new, then store how far it went; show how far all went:\n"
	"    ant-fetch $(ant-state window cost_report) cost_report | ant-flatten |\n"
	"    ant-load-pg | ant-state commit\n"
	"    ant-state list\n";

/* $ANT_STATE, or anthill below the user's state folder. */
static int
open_state(struct settings *o, struct ant_err *e)
{
	const char *folder = getenv("ANT_STATE"), *base = getenv("XDG_STATE_HOME"), *tail = "";
	struct buf path;
	int result;

	if (folder != NULL && *folder != '\0')
		return state_open(&o->state, folder, o->value[OPT_SCOPE], e);
	/* The XDG specification says to ignore a relative path. */
	if (base == NULL || *base != '/') {
		base = getenv("HOME");
		tail = "/.local/state";
	}
	if (base == NULL || *base == '\0')
		return err_set(e, ANT_USAGE, "neither ANT_STATE nor HOME is set");
	buf_init(&path, 1 << 16);
	buf_printf(&path, "%s%s/anthill", base, tail);
	if (buf_str(&path) == NULL)
		result = err_sys(e, ANT_FAIL, "%s", base);
	else
		result = state_open(&o->state, path.data, o->value[OPT_SCOPE], e);
	buf_free(&path);
	return result;
}

static int
get(struct settings *o, char **arg)
{
	struct ant_err e;
	struct mark m;
	char text[UTC_TEXT];

	if (state_read(&o->state, arg[0], &m, &e) == -1)
		return cli_fail(&e);
	if (!m.known)
		return ANT_FAIL;
	utc_format(m.watermark, text);
	puts(text);
	return ANT_OK;
}

static int
set(struct settings *o, char **arg)
{
	struct ant_err e;
	int64_t t;

	if (utc_argument(arg[1], time(NULL), &t, &e) == -1 ||
		state_set(&o->state, arg[0], t, &e) == -1)
		return cli_fail(&e);
	return ANT_OK;
}

static int
reset(struct settings *o, char **arg)
{
	struct ant_err e;

	return state_reset(&o->state, arg[0], &e) == -1 ? cli_fail(&e) : ANT_OK;
}

/* What is to be loaded next: from --from, or the look-back before the watermark, up to --to, or now. */
static int
bounds(const struct settings *o, const char *table, int64_t *from, int64_t *to, struct ant_err *e)
{
	const int64_t now = time(NULL), first = utc_days(1, 1, 1) * UTC_DAY;
	const char *given = o->value[OPT_FROM], *until = o->value[OPT_TO];
	int64_t lookback;
	struct mark m = {.known = 0};
	char text[UTC_TEXT];

	*to = now;
	if (utc_span(o->value[OPT_LOOKBACK], &lookback, e) == -1 ||
		utc_argument(given != NULL ? given : o->value[OPT_START], now, from, e) == -1 ||
		(until != NULL && utc_argument(until, now, to, e) == -1) ||
		(given == NULL && state_read(&o->state, table, &m, e) == -1))
		return -1;
	if (m.known)
		*from = m.watermark - lookback;
	if (*from < first)
		*from = first;
	if (*from > now && m.known) {
		utc_format(m.watermark, text);
		cli_warn(&o->cli,
			"%s: the watermark, %s, is in the future, so nothing is asked for: "
			"see `ant-state set`",
			table, text);
	}
	if (*from > now && given == NULL)
		*from = now;
	if (*from > *to)
		*from = *to;
	return 0;
}

static int
window(struct settings *o, char **arg)
{
	struct ant_err e;
	int64_t from, to, end;
	char text[UTC_TEXT], till[UTC_TEXT];
	const char *chunk = o->value[OPT_CHUNK];
	long days = 0;

	if (chunk != NULL && cli_number("--chunk", chunk, 0, CHUNK_MAX, &days) == -1)
		return ANT_USAGE;
	if (bounds(o, arg[0], &from, &to, &e) == -1)
		return cli_fail(&e);
	do {
		end = days > 0 ? utc_floor(from, UTC_DAY) + days * UTC_DAY : to;
		if (end > to)
			end = to;
		utc_format(from, text);
		utc_format(end, till);
		printf("--from %s --to %s\n", text, till);
		from = end;
	} while (from < to);
	return ANT_OK;
}

static int
print_mark(const struct settings *o, const char *scope, const char *table, const struct mark *m)
{
	struct buf line;
	char text[UTC_TEXT];
	int bad;

	buf_init(&line, 1 << 16);
	utc_format(m->watermark, text);
	if (o->value[OPT_JSON] != NULL) {
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
		buf_printf(&line, "%s\t%s\t%s", table, m->known ? text : "-",
			*scope != '\0' ? scope : "-");
	}
	if (!(bad = buf_str(&line) == NULL))
		puts(line.data);
	buf_free(&line);
	return bad ? -1 : 0;
}

/* A damaged file does not hide the others, but the status tells. */
static int
list(struct settings *o, char **arg)
{
	struct ant_err e;
	struct strlist names;
	struct state s;
	struct mark m;
	char table[64];
	int status = ANT_OK;

	(void)arg;
	if (state_names(o->state.folder, &names, &e) == -1)
		return cli_fail(&e);
	for (size_t i = 0; i < names.n; i++) {
		int found = state_describe(
			o->state.folder, names.v[i], &s, table, sizeof table, &m, &e);

		if (found == -1)
			status = cli_fail(&e);
		if (found != 1)
			continue;
		if ((o->value[OPT_SCOPE] == NULL || strcmp(o->value[OPT_SCOPE], s.scope) == 0) &&
			print_mark(o, s.scope, table, &m) == -1)
			status = ANT_FAIL;
		state_close(&s);
	}
	strlist_free(&names);
	return status;
}

static int
commit(struct settings *o, char **arg)
{
	struct ant_err e;
	const char *text = o->value[OPT_SINCE];
	int64_t since = 0;

	(void)arg;
	if (text != NULL && utc_argument(text, time(NULL), &since, &e) == -1)
		return cli_fail(&e);
	return receipts_commit(&o->state, text != NULL ? &since : NULL, o->value[OPT_TSV]);
}

static int
adopt(struct settings *o, char **arg)
{
	return receipts_adopt(&o->state, arg[0]);
}

static int
receipts(struct settings *o, char **arg)
{
	(void)o;
	return receipts_list(arg);
}

/* The signals that end a command are passed on to it; the lock is ours until it is gone. */
static int
lock(struct settings *o, char **arg)
{
	const struct pipeline_how how = {0, 0, NULL, NULL};
	struct stage command = {.argv = arg + 1};
	struct ant_err e;
	int fd = state_lock(
		&o->state, arg[0], o->value[OPT_SHARED] != NULL, o->value[OPT_WAIT] != NULL, &e);

	if (fd == -1)
		return cli_fail(&e);
	if (pipeline_run(&command, 1, &how, &e) == -1)
		command.status = cli_fail(&e);
	else if (command.error != 0)
		cli_error("%s: %s", arg[1], strerror(command.error));
	close(fd);
	return command.status;
}

static const struct verb {
	const char *name;
	int (*run)(struct settings *, char **);
	int least, most;     /* operands; most -1: any number */
	const char *options; /* the options it knows, by their OPT_ letters */
} verbs[] = {
	{"get", get, 1, 1, ""},
	{"set", set, 2, 2, ""},
	{"reset", reset, 1, 1, ""},
	{"list", list, 0, 0, "j"},
	{"window", window, 1, 1, "lbkft"},
	{"commit", commit, 0, 0, "sm"},
	{"adopt", adopt, 1, 1, ""},
	{"receipts", receipts, 0, -1, ""},
	{"lock", lock, 2, -1, "rw"},
};

static int
unknown_verb(const struct cli *c, const char *name)
{
	const char *guess = NULL;

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		guess = near_better(name, guess, verbs[i].name);
	if (guess != NULL)
		return cli_usage(c, "unknown command '%s'; did you mean %s?", name, guess);
	return cli_usage(c, "unknown command '%s'", name);
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* GIVEN gets the letters of the options that not every verb has. */
static int
read_options(struct settings *o, int argc, char **argv, char *given, size_t size)
{
	size_t n = 0;
	int ch;

	while ((ch = cli_next(&o->cli, argc, argv)) != -1) {
		if (ch == CLI_STOP)
			return CLI_STOP;
		o->value[ch] = optarg != NULL ? optarg : "";
		if (ch != OPT_SCOPE && n + 1 < size)
			given[n++] = (char)ch;
	}
	given[n] = '\0';
	return 0;
}

int
main(int argc, char **argv)
{
	struct settings o = {.cli = {"ant-state", usage, help, "", options, 0, 0, 0},
		.value = {[OPT_LOOKBACK] = LOOKBACK, [OPT_START] = FIRST_DAY}};
	const struct verb *verb;
	struct ant_err e;
	char given[64];
	int status = ANT_FAIL;

	cli_start(&o.cli);
	if (read_options(&o, argc, argv, given, sizeof given) == CLI_STOP)
		return o.cli.status;
	argc -= optind;
	argv += optind;
	if (argc == 0)
		return cli_usage(&o.cli, "what is to be done?");
	if ((verb = find_verb(argv[0])) == NULL)
		return unknown_verb(&o.cli, argv[0]);
	if (argc - 1 < verb->least || (verb->most != -1 && argc - 1 > verb->most))
		return cli_usage(&o.cli, "%s: wrong number of arguments", verb->name);
	if (given[strspn(given, verb->options)] != '\0')
		return cli_usage(&o.cli, "%s: an option that it does not have", verb->name);
	if (open_state(&o, &e) == -1) {
		status = cli_fail(&e);
		goto done;
	}
	status = verb->run(&o, argv + 1);
done:
	state_close(&o.state);
	return cli_exit(status);
}
