/*
 * ant-fetch - one table of the Admin API as a record stream
 *
 * stdout: one anthill-record(5), ended only when every page has arrived, so that
 * a reader can tell "complete" from "died".  stderr: messages, log, progress.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utc.h"
#include "cli.h"
#include "fetch/api.h"
#include "fetch/check.h"
#include "fetch/fetch.h"
#include "fetch/key.h"
#include "fetch/log.h"
#include "sandbox.h"
#include "tables/sets.h"
#include "tables/tables.h"

enum { REDRAW_MS = 200 };

static const char usage[] =
	"usage: ant-fetch [--from T] [--to T] [--width 1d|1h|1m] [--group-by A,B]\n"
	"                 [--param NAME=VALUE]... [--jobs N] [--rate N]\n"
	"                 [--rate-file FILE] [--retries N] [--timeout S] [--deadline S]\n"
	"                 [--backoff S] [--page-limit N] [--base-url URL]\n"
	"                 [--key-file FILE] [--token-file FILE] [--api-version V]\n"
	"                 [--parents FILE] [--allow-cut] [--complete] [--insecure-http]\n"
	"                 [--log-format text|json] [-T DIR]... [-qv] TABLE\n"
	"       ant-fetch --check [TABLE|@SET...]\n"
	"       ant-fetch --whose\n";

static const char help[] =
	"Write one table of the Admin API to stdout as a record stream.\n"
	"\n"
	"  ant-fetch usage_report | ant-flatten | ant-load-sqlite usage.db\n"
	"  ant-fetch --from -7d --jobs 8 claude_code_usage | ant-flatten | ant-load-pg\n"
	"\n"
	"  --from, --to T   YYYY-MM-DD, RFC 3339, today, now, -3d, -12h (2023-01-01; now)\n"
	"  --jobs N         requests at a time (4)      --rate N      a minute (100)\n"
	"  --retries N      of a request (8)            --timeout S   of a request (120)\n"
	"  --deadline S     without progress (900)      --backoff S   first wait (0.5)\n"
	"  --check          say what the key may read   -v            log each request\n"
	"  --whose          say whose organization it is of, by its id\n"
	"\n"
	"The key comes from ANTHROPIC_ADMIN_KEY or --key-file, a token from\n"
	"ANTHROPIC_AUTH_TOKEN or --token-file.  See man ant-fetch.\n";

static struct cli cli = {.name = "ant-fetch", .usage = usage, .help = help};

static struct settings {
	const char *from, *to, *width, *group_by, *base_url, *key_file, *token_file, *rate_file,
		*version, *parents;
	struct cli_list folders;
	char *const *words; /* the tables of the command line */
	struct strlist params, dimensions;
	long jobs, rate, retries, page_limit;
	double timeout, deadline, backoff;
	int check, whose, insecure, json_log, allow_cut, complete;
} settings = {.version = "2023-06-01",
	.jobs = 4,
	.rate = 100,
	.retries = 8,
	.timeout = 120,
	.deadline = 900,
	.backoff = 0.5};

struct session { /* what the events of a fetch need */
	const char *table;
	int draw, drawn, log;
	int64_t began, redraw_at;
};

/* Wipe the progress line before something else is said. */
static void
clear_line(struct session *s)
{
	if (s->drawn)
		fputs("\r\033[K", stderr);
	s->drawn = 0;
}

static void
on_warn(void *ctx, const char *text)
{
	struct session *s = ctx;

	clear_line(s);
	cli_warn(&cli, "%s", text);
}

static void
on_request(void *ctx, const struct fetch_request *r)
{
	struct session *s = ctx;
	struct buf line;
	const char *text;

	if (!s->log)
		return;
	clear_line(s);
	buf_init(&line, 1 << 16);
	if (settings.json_log)
		fetch_log_json(&line, r, (int64_t)time(NULL));
	else
		fetch_log_text(&line, r);
	if ((text = buf_str(&line)) == NULL)
		text = "(a request that was too long to log)";
	if (settings.json_log)
		fprintf(stderr, "%s\n", text);
	else
		cli_error("%s", text);
	buf_free(&line);
}

static void
on_progress(void *ctx, const struct fetch_stats *stats)
{
	struct session *s = ctx;
	struct winsize size = {.ws_col = 80};
	int64_t now = clock_ms();
	struct buf line;

	if (!s->draw || now < s->redraw_at)
		return;
	s->redraw_at = now + REDRAW_MS;
	ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
	buf_init(&line, 1024);
	if (fetch_log_progress(&line, s->table, stats, now - s->began, size.ws_col - 1) == 0 &&
		buf_str(&line) != NULL)
		fprintf(stderr, "\r%s\033[K", line.data);
	buf_free(&line);
	s->drawn = 1;
}

/* The reader has gone: end as a filter does, by SIGPIPE. */
static void
on_reader_gone(void *ctx)
{
	clear_line(ctx);
	raise(SIGPIPE);
}

static int
take_param(const char *text)
{
	if (strlist_add(&settings.params, text, strlen(text)) == 0)
		return ANT_OK;
	cli_error("--param: out of memory");
	return ANT_FAIL;
}

static int
take_log_format(const char *text)
{
	settings.json_log = strcmp(text, "json") == 0;
	if (settings.json_log || strcmp(text, "text") == 0)
		return ANT_OK;
	cli_error("--log-format: '%s' is neither text nor json", text);
	return ANT_USAGE;
}

static int
take_version(const char *text)
{
	int64_t day;

	if (utc_parse(text, strlen(text), &day) == -1 || strlen(text) != strlen("YYYY-MM-DD")) {
		cli_error("--api-version: '%s' is not a version such as 2023-06-01", text);
		return ANT_USAGE;
	}
	settings.version = text;
	return ANT_OK;
}

static const struct cli_option options[] = {
	{.name = "from", .text = &settings.from},
	{.name = "to", .text = &settings.to},
	{.name = "width", .text = &settings.width},
	{.name = "group-by", .text = &settings.group_by},
	{.name = "param", .take = take_param},
	{.name = "jobs", .number = &settings.jobs, .least = 1, .most = 64},
	{.name = "rate", .number = &settings.rate, .most = RATE_MAX},
	{.name = "rate-file", .text = &settings.rate_file},
	{.name = "retries", .number = &settings.retries, .most = 100},
	{.name = "timeout", .seconds = &settings.timeout, .least = 0.1},
	{.name = "deadline", .seconds = &settings.deadline, .least = 0.1},
	{.name = "backoff", .seconds = &settings.backoff, .least = 0.001},
	{.name = "page-limit", .number = &settings.page_limit, .least = 1, .most = 1000000},
	{.name = "base-url", .text = &settings.base_url},
	{.name = "key-file", .text = &settings.key_file},
	{.name = "token-file", .text = &settings.token_file},
	{.name = "api-version", .take = take_version},
	{.name = "parents", .text = &settings.parents},
	{.name = "allow-cut", .flag = &settings.allow_cut},
	{.name = "complete", .flag = &settings.complete},
	{.name = "check", .flag = &settings.check},
	{.name = "whose", .flag = &settings.whose},
	{.name = "insecure-http", .flag = &settings.insecure},
	{.name = "log-format", .take = take_log_format},
	{.name = "tables", .letter = 'T', .list = &settings.folders},
	{.name = NULL},
};

/* --group-by A,B into the list of dimensions; "" is none. */
static int
set_dimensions(struct settings *s, const struct table *t, struct ant_err *e)
{
	const char *p = s->group_by;
	long counted = 0;

	if (t->group_by.n == 0)
		return err_set(e, ANT_USAGE, "--group-by: table %s is not grouped", t->name);
	while (*p != '\0') {
		size_t n = strcspn(p, ",");

		if (n == 0 || (p[n] == ',' && p[n + 1] == '\0'))
			return err_set(
				e, ANT_USAGE, "--group-by: '%s' has an empty name", s->group_by);
		if (strlist_has(&s->dimensions, p, n))
			return err_set(
				e, ANT_USAGE, "--group-by: %.*s stands there twice", (int)n, p);
		counted += !strlist_has(&t->group_with, p, n);
		if (s->dimensions.n == TABLE_LIST_MAX ||
			(t->group_most > 0 && counted > t->group_most))
			return err_set(e, ANT_USAGE,
				"--group-by: the API takes at most %ld dimensions for table %s",
				t->group_most > 0 ? t->group_most : TABLE_LIST_MAX, t->name);
		if (strlist_add(&s->dimensions, p, n) == -1)
			return err_sys(e, ANT_FAIL, "--group-by");
		p += n + (p[n] == ',');
	}
	return 0;
}

/* The dimensions that are always asked for come last. */
static int
add_dimensions(struct settings *s, const struct table *t, struct ant_err *e)
{
	const struct strlist *with = &t->group_with;

	for (size_t i = 0; s->group_by == NULL && i < t->group_by.n; i++)
		if (strlist_add(&s->dimensions, t->group_by.v[i], strlen(t->group_by.v[i])) == -1)
			return err_sys(e, ANT_FAIL, "%s", t->name);
	for (size_t i = 0; i < with->n; i++)
		if (!strlist_has(&s->dimensions, with->v[i], strlen(with->v[i])) &&
			strlist_add(&s->dimensions, with->v[i], strlen(with->v[i])) == -1)
			return err_sys(e, ANT_FAIL, "%s", t->name);
	return 0;
}

/* What was asked for and is not served: a load must not delete what cannot be fetched again. */
static void
tell_window(const struct table *t, const struct window *w)
{
	char asked[UTC_TEXT], from[UTC_TEXT];

	if (!w->narrowed)
		return;
	utc_format(w->asked, asked);
	utc_format(w->served, from);
	if (w->unserved)
		cli_warn(&cli, "%s: the API serves nothing before %s any more: nothing is fetched",
			t->name, from);
	else
		cli_warn(&cli,
			"%s: the API serves nothing before %s: the window starts there, not at %s",
			t->name, from, asked);
}

/* What the command line says about the table. */
static int
plan_table(struct settings *s, const struct tables *ts, const struct table *t,
	struct parents *parents, struct fetch_plan *plan, struct ant_err *e)
{
	if (parents_load(parents, ts, t, e) == -1)
		return -1;
	if (s->parents != NULL && t->foreach_table == NULL)
		return err_set(e, ANT_USAGE, "--parents: table %s goes through no other", t->name);
	plan->table = t;
	plan->parents = (const struct table *const *)parents->v;
	plan->nparents = parents->n;
	if (window_make(&plan->window, t, s->width, s->from, s->to, (int64_t)time(NULL), e) == -1 ||
		fetch_limit(t, s->width, s->page_limit, &plan->limit, e) == -1)
		return -1;
	for (size_t i = 0; i < s->params.n; i++)
		if (fetch_param_valid(t, s->params.v[i], e) == -1)
			return -1;
	tell_window(t, &plan->window);
	if ((s->group_by != NULL && set_dimensions(s, t, e) == -1) || add_dimensions(s, t, e) == -1)
		return -1;
	if (t->group_by.n > 0 || t->group_with.n > 0)
		plan->group_by = &s->dimensions;
	return 0;
}

/* The budgets of the table and of those that it goes through: their files are opened here. */
static int
open_budgets(struct budgets *b, const struct settings *s, const struct table *t,
	const struct parents *parents, struct ant_err *e)
{
	if (budgets_open(b, (size_t)s->rate, s->rate_file, clock_ms, e) == -1 ||
		(t != NULL && budgets_add(b, t, e) == -1))
		return -1;
	for (size_t i = 0; i < parents->n; i++)
		if (budgets_add(b, parents->v[i], e) == -1)
			return -1;
	return 0;
}

/* Add WORD, a table or @SET, to NAMES: each table once. */
static int
add_named(const struct tables *ts, const char *word, struct strlist *names, struct ant_err *e)
{
	struct strlist of_set = {NULL, 0}, one = {(char **)&word, 1};
	const struct strlist *some = *word == '@' ? &of_set : &one;
	int status = -1;

	if (*word == '@' && tables_of_set(ts, word + 1, &of_set, e) == -1)
		return -1;
	for (size_t i = 0; i < some->n; i++)
		if (!strlist_has(names, some->v[i], strlen(some->v[i])) &&
			strlist_add(names, some->v[i], strlen(some->v[i])) == -1) {
			err_sys(e, ANT_FAIL, "--check");
			goto done;
		}
	status = 0;
done:
	strlist_free(&of_set);
	return status;
}

/* All tables that are fetched; one whose file is wrong is told as well. */
static int
add_fetched(const struct tables *ts, struct strlist *to, struct ant_err *e)
{
	struct strlist all = {NULL, 0};
	int status = tables_names(ts, &all, e);

	for (size_t i = 0; i < all.n && status == 0; i++) {
		struct ant_err wrong;
		struct table *t = tables_load(ts, all.v[i], &wrong);

		if ((t == NULL || t->csv.n == 0) &&
			strlist_add(to, all.v[i], strlen(all.v[i])) == -1)
			status = err_sys(e, ANT_FAIL, "--check");
		table_free(t);
	}
	strlist_free(&all);
	return status;
}

/* What --check and --whose ask about: the tables and sets named, all, or none but the organization. */
static int
load_check(const struct settings *s, const struct tables *ts, struct strlist *names,
	struct check *check, struct budgets *budgets, struct ant_err *e)
{
	for (char *const *word = s->words; *word != NULL; word++)
		if (add_named(ts, *word, names, e) == -1)
			return -1;
	if (s->check && names->n == 0 && add_fetched(ts, names, e) == -1)
		return -1;
	return check_load(check, ts, names, budgets, e);
}

static void
tell_exposed(const struct key *k, const char *option, const char *file)
{
	if (k->exposed)
		cli_warn(&cli, "%s %s: others can read it; chmod 600 keeps it yours", option, file);
}

static struct http *
open_client(const struct settings *s, const struct table *table, struct api_access *access,
	struct ant_err *e)
{
	const char *base = s->base_url != NULL ? s->base_url : getenv("ANTHROPIC_BASE_URL");
	struct http_options o = {
		.base_url = base != NULL && *base != '\0' ? base : "https://api.anthropic.com",
		.insecure_http = s->insecure,
		.user_agent = "ant-fetch/" ANT_VERSION,
		.ca_file = getenv("CURL_CA_BUNDLE"),
		.jobs = (size_t)s->jobs,
		.timeout_ms = (int64_t)(s->timeout * 1000)};
	struct credentials c;
	struct http *h = NULL;
	char takes[512];

	if (table != NULL)
		sets_credentials(&table->sets, &table->opened_by, takes, sizeof takes);
	else
		snprintf(takes, sizeof takes, "%s", sets_takes("console"));
	if (credentials_load(&c, s->key_file, s->token_file, takes, e) == 0) {
		tell_exposed(&c.key, "--key-file", s->key_file);
		tell_exposed(&c.token, "--token-file", s->token_file);
		*access = (struct api_access){c.has_key, c.has_token, s->version};
		api_options(&o, c.has_key ? c.key.text : NULL, c.has_token ? c.token.text : NULL);
		h = http_open(&o, e);
	}
	explicit_bzero(&c, sizeof c);
	return h;
}

/* The record stream of the table that ours goes through, where somebody has fetched it already. */
static int
open_parents(const struct settings *s, struct lines *in, struct fetch_plan *plan, struct ant_err *e)
{
	int fd;

	if (s->parents == NULL)
		return 0;
	if ((fd = open(s->parents, O_RDONLY | O_CLOEXEC)) == -1)
		return err_sys(e, ANT_USAGE, "--parents %s", s->parents);
	lines_init(in, fd, s->parents, LINES_MAX);
	plan->parents_file = in;
	return 0;
}

/* All but the command line: load, connect, fetch. */
static int
work(struct settings *s, struct session *session, const char *name, struct ant_err *e)
{
	struct api_access access;
	struct fetch_plan plan = {.params = &s->params,
		.jobs = (size_t)s->jobs,
		.retries = (unsigned)s->retries,
		.deadline_ms = (int64_t)(s->deadline * 1000),
		.backoff_ms = (int64_t)(s->backoff * 1000),
		.allow_cut = s->allow_cut,
		.complete = s->complete,
		.access = &access,
		.events = {session, on_request, on_warn, on_progress, on_reader_gone}};
	struct tables ts = {.folders = {NULL, 0}};
	struct table *table = NULL;
	struct parents parents = {.n = 0};
	struct budgets budgets = {.n = 0};
	struct organization organization = {""};
	struct strlist names = {NULL, 0};
	struct check check = {.n = 0};
	struct lines in = {.fd = -1};
	struct out out;
	int rc = -1;

	out_init(&out, STDOUT_FILENO, "stdout");
	if (tables_init(&ts, s->folders.v, s->folders.n, getenv("ANT_TABLES"), e) == -1)
		goto done;
	if (name != NULL && ((table = tables_load(&ts, name, e)) == NULL ||
				    plan_table(s, &ts, table, &parents, &plan, e) == -1))
		goto done;
	plan.budgets = &budgets;
	plan.organization = &organization;
	if (open_budgets(&budgets, s, table, &parents, e) == -1 ||
		((s->check || s->whose) && load_check(s, &ts, &names, &check, &budgets, e) == -1) ||
		open_parents(s, &in, &plan, e) == -1 ||
		(plan.http = open_client(s, table, &access, e)) == NULL)
		goto done;
	/* All that is written to is open, and no byte of the network was read. */
	if (sandbox_enter(&cli, CAGE_FETCH, e) == -1)
		goto done;
	rc = s->whose	? check_whose(&check, &plan, &out, e)
	     : s->check ? check_run(&check, &plan, &out, e)
			: fetch_run(&plan, &out, e);
done:
	http_free(plan.http);
	budgets_close(&budgets);
	check_free(&check);
	strlist_free(&names);
	parents_free(&parents);
	table_free(table);
	tables_free(&ts);
	lines_free(&in);
	if (in.fd != -1)
		close(in.fd);
	out_free(&out);
	return rc;
}

/* Is so many tables what goes with the options?  ANT_OK, or ANT_USAGE after a message. */
static int
check_words(const struct settings *s, int tables)
{
	if (s->whose && s->check)
		return cli_usage(&cli, "--check or --whose: one of them");
	if (s->whose && tables > 0)
		return cli_usage(&cli, "--whose asks for no table");
	if (s->parents != NULL && (s->check || s->whose))
		return cli_usage(&cli, "--parents goes with a table that is fetched");
	if (tables > 1 && !s->check)
		return cli_usage(&cli, "one table at a time");
	return tables == 0 && !s->check && !s->whose ? cli_usage(&cli, "which table?") : ANT_OK;
}

int
main(int argc, char **argv)
{
	struct session session = {.table = "check"};
	struct settings *s = &settings;
	struct ant_err e = {.status = ANT_FAIL};
	const char *only = NULL;
	int status;

	cli_start(&cli);
#ifdef __linux__
	prctl(PR_SET_DUMPABLE, 0); /* a core pattern that is a pipe ignores the limit */
#endif
	if (cli_options(&cli, options, argc, argv) == -1) {
		status = cli.status;
		goto done;
	}
	if ((status = check_words(s, argc - optind)) != ANT_OK)
		goto done;
	s->words = argv + optind;
	if (argc - optind == 1 && !(s->check && *argv[optind] == '@'))
		session.table = only = argv[optind];
	session.log = cli.verbose > 0 || s->json_log;
	session.draw = isatty(STDERR_FILENO) && !cli.quiet && !session.log;
	session.began = clock_ms();
	status = work(s, &session, only, &e) == 0 ? ANT_OK : ANT_FAIL;
	clear_line(&session);
	if (status != ANT_OK)
		status = cli_fail(&e);
done:
	strlist_free(&s->params);
	strlist_free(&s->dimensions);
	return cli_exit(status);
}
