/*
 * ant-sim - a simulated organization behind the Admin API, on the loopback interface
 *
 * stdout: the base URL on a line of its own, at once.  Serves until SIGTERM or
 * SIGINT.  With --expect: the rows that a table must hold, and no server.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/out.h"
#include "base/slurp.h"
#include "base/utc.h"
#include "cli.h"
#include "sim/change.h"
#include "sim/expect.h"
#include "sim/http.h"
#include "sim/query.h"

static const char help[] =
	"Serve a simulated organization behind the Admin API on 127.0.0.1 and print its\n"
	"base URL.  It takes, as x-api-key or Authorization: Bearer:\n"
	"  " SIM_KEY_TEXT "   console\n"
	"  " SIM_SCOPED_TEXT "     enterprise, legacy, compliance\n"
	"  " SIM_TOKEN_TEXT "      identity: a bearer token\n"
	"\n"
	"  --port N         listen here (default 8086; 0: a free port)\n"
	"  --seed N         another organization (default 1)\n"
	"  --users N --workspaces N --api-keys N   its size (25, 6, 15)\n"
	"  --days N --now TIME   days of history before today (90); stop the clock\n"
	"  --latency MS --page-size N   delay each answer; at most N items a page\n"
	"  --faults FILE    a plan of what goes wrong, ant-sim(1)\n"
	"  --revise CHANGE  a change such as 'date=2026-11-01&factor=2' (repeatable)\n"
	"  --expect TABLE   print the rows that TABLE must hold, and end:\n"
	"                   ant-sim --expect cost_report --from -7d\n"
	"\n"
	"  ant-sim --port 8086 &\n"
	"  export ANTHROPIC_BASE_URL=http://127.0.0.1:8086\n"
	"  ANTHROPIC_ADMIN_KEY=" SIM_KEY_TEXT " ant-sync users usage_report\n";

static struct settings {
	struct sim_config config;
	struct sim_expect expect;
	long port, seed, latency, page_size;
	const char *now, *faults;
	struct strlist changes;
} set = {.config = {.users = 25, .workspaces = 6, .api_keys = 15, .days = 90},
	.seed = 1,
	.port = 8086};

static int
take_change(const char *value)
{
	return strlist_add(&set.changes, value, strlen(value)) == 0 ? ANT_OK : ANT_USAGE;
}

static const struct cli_option options[] = {
	{.name = "port", .number = &set.port, .most = 65535},
	{.name = "seed", .number = &set.seed, .most = 2147483647},
	{.name = "users", .number = &set.config.users, .least = 1, .most = 100000},
	{.name = "workspaces", .number = &set.config.workspaces, .least = 1, .most = 10000},
	{.name = "api-keys", .number = &set.config.api_keys, .least = 1, .most = 100000},
	{.name = "days", .number = &set.config.days, .most = 10000},
	{.name = "now", .text = &set.now},
	{.name = "latency", .number = &set.latency, .most = 600000},
	{.name = "page-size", .number = &set.page_size, .least = 1, .most = 100000},
	{.name = "faults", .text = &set.faults},
	{.name = "revise", .take = take_change},
	{.name = "expect", .text = &set.expect.table},
	{.name = "from", .text = &set.expect.from},
	{.name = "to", .text = &set.expect.to},
	{.name = "width", .text = &set.expect.width},
	{.name = "group-by", .text = &set.expect.group_by},
	{.name = NULL},
};

static int
apply_changes(struct sim *s, const struct strlist *changes, struct ant_err *e)
{
	for (size_t i = 0; i < changes->n; i++) {
		struct sim_query q;
		int result = sim_query_parse(&q, changes->v[i], e);

		if (result == 0)
			result = sim_change(s, &q.names, &q.values, e);
		sim_query_free(&q);
		if (result == -1) {
			err_prefix(e, "--revise %s: ", changes->v[i]);
			return -1;
		}
	}
	return 0;
}

static int
read_faults(struct sim_faults *f, const char *file, struct ant_err *e)
{
	struct buf plan;
	int result;

	buf_init(&plan, 1 << 20);
	result = slurp(file, &plan, e);
	if (result == 1)
		result = sim_faults_add(f, file, plan.data == NULL ? "" : plan.data, plan.len, e);
	else if (result == 0)
		result = err_sys(e, ANT_USAGE, "%s", file);
	buf_free(&plan);
	return result;
}

static int
print_rows(const struct sim *s, const struct sim_expect *x, struct ant_err *e)
{
	struct buf rows;
	int result;

	buf_init(&rows, (size_t)1 << 34);
	result = sim_expect(&rows, s, x, e);
	if (result == 0)
		result = out_write(STDOUT_FILENO, "stdout", rows.data, rows.len, e);
	buf_free(&rows);
	return result;
}

/* Serve until a signal says to stop. */
static int
serve(struct sim_server *server, unsigned port, struct ant_err *e)
{
	struct sim_http *http;
	sigset_t ends;
	int received, result = 0;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL); /* in all threads, which start below */
	if ((http = sim_http_start(server, port, e)) == NULL)
		return -1;
	printf("http://127.0.0.1:%u\n", sim_http_port(http));
	if (fflush(stdout) == EOF) {
		result = err_sys(e, ANT_FAIL, "stdout");
	} else {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "The key is %s; --help names others.  Stop it with Ctrl-C.\n",
				SIM_KEY_TEXT);
		sigwait(&ends, &received);
	}
	sim_http_stop(http);
	return result;
}

/* What the command was started for. */
static int
run(struct sim_server *server, struct ant_err *e)
{
	if (sim_server_open(server, &set.config, e) == -1 ||
		apply_changes(&server->sim, &set.changes, e) == -1)
		return -1;
	if (set.expect.table != NULL)
		return print_rows(&server->sim, &set.expect, e);
	server->latency = set.latency;
	server->page_size = set.page_size;
	if (set.faults != NULL && read_faults(&server->faults, set.faults, e) == -1)
		return -1;
	return serve(server, (unsigned)set.port, e);
}

int
main(int argc, char **argv)
{
	struct cli cli = {.name = "ant-sim",
		.usage = "usage: ant-sim [--port N] [--seed N] [--users N] [--workspaces N] "
			 "[--api-keys N]\n"
			 "               [--days N] [--now TIME] [--latency MS] [--page-size N]\n"
			 "               [--faults FILE] [--revise CHANGE]...\n"
			 "       ant-sim --expect TABLE [--from T] [--to T] [--width W] "
			 "[--group-by A,B]\n",
		.help = help};
	static struct sim_server server;
	struct ant_err e;
	int status;

	cli_start(&cli);
	if (cli_options(&cli, options, argc, argv) == -1)
		return cli.status;
	if (optind != argc)
		return cli_usage(&cli, "there are no operands: %s", argv[optind]);
	set.config.seed = (uint64_t)set.seed;
	if (set.now != NULL &&
		utc_argument(set.now, (int64_t)time(NULL), &set.config.now, &e) == -1) {
		status = cli_fail(&e);
	} else {
		status = run(&server, &e) == -1 ? cli_fail(&e) : ANT_OK;
		sim_server_close(&server);
	}
	strlist_free(&set.changes);
	return cli_exit(status);
}
