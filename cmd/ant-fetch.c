/*
 * ant-fetch - one table of the Admin API as a record stream
 *
 * stdout: one anthill-record(5), ended only when every page has arrived, so that
 * a reader can tell "complete" from "died".  stderr: messages, log, progress.
 */
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
#include "cli.h"
#include "fetch/api.h"
#include "fetch/check.h"
#include "fetch/fetch.h"
#include "fetch/key.h"
#include "fetch/log.h"
#include "sandbox.h"
#include "tables/tables.h"

enum { REDRAW_MS = 200 };

static const char usage[] =
	"usage: ant-fetch [--from T] [--to T] [--width 1d|1h|1m] [--group-by A,B]\n"
	"                 [--param NAME=VALUE]... [--jobs N] [--rate N]\n"
	"                 [--rate-file FILE] [--retries N] [--timeout S] [--deadline S]\n"
	"                 [--backoff S] [--page-limit N] [--base-url URL]\n"
	"                 [--key-file FILE] [--insecure-http] [--log-format text|json]\n"
	"                 [-T DIR]... [-qv] TABLE\n"
	"       ant-fetch --check [TABLE]\n"
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
	"The key comes from ANTHROPIC_ADMIN_KEY or --key-file.  See man ant-fetch.\n";

static struct cli cli = {.name = "ant-fetch", .usage = usage, .help = help};

static struct settings {
	const char *from, *to, *width, *group_by, *base_url, *key_file, *rate_file;
	struct cli_list folders;
	struct strlist params, dimensions;
	long jobs, rate, retries, page_limit;
	double timeout, deadline, backoff;
	int check, whose, insecure, json_log;
} settings = {
	.jobs = 4, .rate = 100, .retries = 8, .timeout = 120, .deadline = 900, .backoff = 0.5};

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
	struct strlist *params = &settings.params;
	struct ant_err e = {.status = ANT_FAIL, .msg = "out of memory"};

	if (fetch_param_valid(text, &e) == 0 && strlist_add(params, text, strlen(text)) == 0)
		return ANT_OK;
	cli_error("--param: %s", e.msg);
	return ANT_USAGE;
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
		if (s->dimensions.n == FETCH_GROUP_BY_MAX)
			return err_set(e, ANT_USAGE,
				"--group-by: the API takes at most %d dimensions",
				FETCH_GROUP_BY_MAX);
		if (strlist_add(&s->dimensions, p, n) == -1)
			return err_sys(e, ANT_FAIL, "--group-by");
		p += n + (p[n] == ',');
	}
	return 0;
}

/* What the command line says about the table. */
static int
plan_table(struct settings *s, const struct tables *ts, const char *name, struct table **table,
	struct table **parent, struct fetch_plan *plan, struct ant_err *e)
{
	const struct table *t;

	if ((t = *table = tables_load(ts, name, e)) == NULL)
		return -1;
	if (t->foreach_table != NULL && (*parent = tables_load(ts, t->foreach_table, e)) == NULL)
		return -1;
	plan->table = t;
	plan->parent = *parent;
	if (window_make(&plan->window, t, s->width, s->from, s->to, (int64_t)time(NULL), e) == -1 ||
		fetch_limit(t, s->width, s->page_limit, &plan->limit, e) == -1)
		return -1;
	if (s->group_by != NULL && set_dimensions(s, t, e) == -1)
		return -1;
	if (t->group_by.n > 0)
		plan->group_by = s->group_by != NULL ? &s->dimensions : &t->group_by;
	return 0;
}

static int
run_check(const struct tables *ts, const char *name, const struct fetch_plan *plan, struct out *out,
	struct ant_err *e)
{
	struct strlist names = {NULL, 0};
	int rc = -1;

	if (name != NULL ? strlist_add(&names, name, strlen(name)) == 0
			 : tables_names(ts, &names, e) == 0)
		rc = check_tables(ts, &names, plan, out, e);
	else if (name != NULL)
		err_sys(e, ANT_FAIL, "--check");
	strlist_free(&names);
	return rc;
}

static struct http *
open_client(const struct settings *s, struct ant_err *e)
{
	const char *base = s->base_url != NULL ? s->base_url : getenv("ANTHROPIC_BASE_URL");
	struct http_options o = {
		.base_url = base != NULL && *base != '\0' ? base : "https://api.anthropic.com",
		.insecure_http = s->insecure,
		.user_agent = "ant-fetch/" ANT_VERSION,
		.ca_file = getenv("CURL_CA_BUNDLE"),
		.jobs = (size_t)s->jobs,
		.timeout_ms = (int64_t)(s->timeout * 1000)};
	struct key key;
	struct http *h = NULL;

	if (key_load(&key, s->key_file, e) == 0) {
		if (key.exposed)
			cli_warn(&cli,
				"--key-file %s: others can read it; chmod 600 keeps it yours",
				s->key_file);
		api_header(&o, key.text);
		h = http_open(&o, e);
	}
	explicit_bzero(&key, sizeof key);
	return h;
}

/* All but the command line: load, connect, fetch. */
static int
work(struct settings *s, struct session *session, const char *name, struct ant_err *e)
{
	struct fetch_plan plan = {.params = &s->params,
		.jobs = (size_t)s->jobs,
		.retries = (unsigned)s->retries,
		.deadline_ms = (int64_t)(s->deadline * 1000),
		.backoff_ms = (int64_t)(s->backoff * 1000),
		.events = {session, on_request, on_warn, on_progress, on_reader_gone}};
	struct tables ts = {.folders = {NULL, 0}};
	struct table *table = NULL, *parent = NULL;
	struct budget budget = {0};
	struct organization organization = {""};
	struct out out;
	int rc = -1;

	out_init(&out, STDOUT_FILENO, "stdout");
	if (tables_init(&ts, s->folders.v, s->folders.n, getenv("ANT_TABLES"), e) == -1)
		goto done;
	if (name != NULL && plan_table(s, &ts, name, &table, &parent, &plan, e) == -1)
		goto done;
	if (budget_open(&budget, (size_t)s->rate, s->rate_file, clock_ms, e) == -1)
		goto done;
	plan.budget = &budget;
	plan.organization = &organization;
	if ((plan.http = open_client(s, e)) == NULL)
		goto done;
	/* All that is written to is open, and no byte of the network was read. */
	if (sandbox_enter(&cli, CAGE_FETCH, e) == -1)
		goto done;
	rc = s->whose	? check_whose(&ts, &plan, &out, e)
	     : s->check ? run_check(&ts, name, &plan, &out, e)
			: fetch_run(&plan, &out, e);
done:
	http_free(plan.http);
	budget_close(&budget);
	table_free(parent);
	table_free(table);
	tables_free(&ts);
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
	if (tables > 1)
		return cli_usage(&cli, "one table at a time");
	return tables == 0 && !s->check && !s->whose ? cli_usage(&cli, "which table?") : ANT_OK;
}

int
main(int argc, char **argv)
{
	struct session session = {.table = "check"};
	struct settings *s = &settings;
	struct ant_err e = {.status = ANT_FAIL};
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
	if (optind < argc)
		session.table = argv[optind];
	session.log = cli.verbose > 0 || s->json_log;
	session.draw = isatty(STDERR_FILENO) && !cli.quiet && !session.log;
	session.began = clock_ms();
	status = work(s, &session, argv[optind], &e) == 0 ? ANT_OK : ANT_FAIL;
	clear_line(&session);
	if (status != ANT_OK)
		status = cli_fail(&e);
done:
	strlist_free(&s->params);
	strlist_free(&s->dimensions);
	return cli_exit(status);
}
