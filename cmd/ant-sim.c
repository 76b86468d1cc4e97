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
#include "base/utc.h"
#include "cli.h"
#include "sim/expect.h"
#include "sim/http.h"
#include "sim/query.h"

enum {
	OPT_PORT = 256,
	OPT_SEED,
	OPT_USERS,
	OPT_WORKSPACES,
	OPT_KEYS,
	OPT_DAYS,
	OPT_NOW,
	OPT_LATENCY,
	OPT_PAGE_SIZE,
	OPT_FAULTS,
	OPT_REVISE,
	OPT_EXPECT,
	OPT_FROM,
	OPT_TO,
	OPT_WIDTH,
	OPT_GROUP
};

static const struct option options[] = {
	{"port", required_argument, NULL, OPT_PORT},
	{"seed", required_argument, NULL, OPT_SEED},
	{"users", required_argument, NULL, OPT_USERS},
	{"workspaces", required_argument, NULL, OPT_WORKSPACES},
	{"api-keys", required_argument, NULL, OPT_KEYS},
	{"days", required_argument, NULL, OPT_DAYS},
	{"now", required_argument, NULL, OPT_NOW},
	{"latency", required_argument, NULL, OPT_LATENCY},
	{"page-size", required_argument, NULL, OPT_PAGE_SIZE},
	{"faults", required_argument, NULL, OPT_FAULTS},
	{"revise", required_argument, NULL, OPT_REVISE},
	{"expect", required_argument, NULL, OPT_EXPECT},
	{"from", required_argument, NULL, OPT_FROM},
	{"to", required_argument, NULL, OPT_TO},
	{"width", required_argument, NULL, OPT_WIDTH},
	{"group-by", required_argument, NULL, OPT_GROUP},
	{NULL, 0, NULL, 0},
};

static const char help[] =
	"Serve a simulated organization behind the Admin API on 127.0.0.1 and print its\n"
	"base URL.  The key is " SIM_KEY_TEXT ".\n"
	"\n"
	"  --port N         listen here (default 8086; 0: a free port)\n"
	"  --seed N         another organization (default 1)\n"
	"  --users N --workspaces N --api-keys N   its size (25, 6, 15)\n"
	"  --days N         days of history before today (90)\n"
	"  --now TIME       stop the clock at TIME\n"
	"  --latency MS     delay each answer\n"
	"  --page-size N    put at most N items on a page\n"
	"  --faults FILE    a plan of what goes wrong, ant-sim(1)\n"
	"  --revise CHANGE  a change such as 'date=2026-11-01&factor=2' (repeatable)\n"
	"  --expect TABLE   print the rows that TABLE must hold, and end:\n"
	"                   ant-sim --expect cost_report --from -7d\n"
	"\n"
	"Try the suite without a key:\n"
	"  ant-sim --port 8086 &\n"
	"  export ANTHROPIC_BASE_URL=http://127.0.0.1:8086\n"
	"  ANTHROPIC_ADMIN_KEY=" SIM_KEY_TEXT " ant-sync users usage_report\n";

struct settings {
	struct sim_config config;
	struct sim_expect expect;
	long port, latency, page_size;
	const char *now, *faults;
	struct strlist changes;
};

/* A number option: 0 or -1. */
static int
number(int ch, struct settings *s)
{
	long seed = 0;
	int result;

	switch (ch) {
	case OPT_PORT:
		return cli_number("--port", optarg, 0, 65535, &s->port);
	case OPT_SEED:
		result = cli_number("--seed", optarg, 0, 2147483647, &seed);
		s->config.seed = (uint64_t)seed;
		return result;
	case OPT_USERS:
		return cli_number("--users", optarg, 1, 100000, &s->config.users);
	case OPT_WORKSPACES:
		return cli_number("--workspaces", optarg, 1, 10000, &s->config.workspaces);
	case OPT_KEYS:
		return cli_number("--api-keys", optarg, 1, 100000, &s->config.api_keys);
	case OPT_DAYS:
		return cli_number("--days", optarg, 0, 10000, &s->config.days);
	case OPT_LATENCY:
		return cli_number("--latency", optarg, 0, 600000, &s->latency);
	case OPT_PAGE_SIZE:
	default:
		return cli_number("--page-size", optarg, 1, 100000, &s->page_size);
	}
}

/* Any option: 0 or -1. */
static int
option(int ch, struct settings *s)
{
	switch (ch) {
	case OPT_NOW:
		s->now = optarg;
		return 0;
	case OPT_FAULTS:
		s->faults = optarg;
		return 0;
	case OPT_REVISE:
		return strlist_add(&s->changes, optarg, strlen(optarg));
	case OPT_EXPECT:
		s->expect.table = optarg;
		return 0;
	case OPT_FROM:
		s->expect.from = optarg;
		return 0;
	case OPT_TO:
		s->expect.to = optarg;
		return 0;
	case OPT_WIDTH:
		s->expect.width = optarg;
		return 0;
	case OPT_GROUP:
		s->expect.group_by = optarg;
		return 0;
	default:
		return number(ch, s);
	}
}

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
	ssize_t n = 1;
	int fd = open(file, O_RDONLY | O_CLOEXEC), result;

	if (fd == -1)
		return err_sys(e, ANT_USAGE, "%s", file);
	buf_init(&plan, 1 << 20);
	while (n > 0 && buf_reserve(&plan, 4096) != NULL) {
		n = read(fd, plan.data + plan.len, 4096);
		if (n > 0)
			plan.len += (size_t)n;
	}
	if (n != 0)
		result = err_sys(e, ANT_USAGE, "%s", file);
	else
		result = sim_faults_add(f, file, plan.data == NULL ? "" : plan.data, plan.len, e);
	close(fd);
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
	sigset_t set;
	int received;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL); /* in all threads, which start below */
	if ((http = sim_http_start(server, port, e)) == NULL)
		return -1;
	printf("http://127.0.0.1:%u\n", sim_http_port(http));
	if (fflush(stdout) == EOF) {
		err_sys(e, ANT_FAIL, "stdout");
		sim_http_stop(http);
		return -1;
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "The key is %s.  Stop it with Ctrl-C.\n", SIM_KEY_TEXT);
	sigwait(&set, &received);
	sim_http_stop(http);
	return 0;
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
		.help = help,
		.shorts = "",
		.options = options};
	struct settings set = {.config = {1, 25, 6, 15, 90, 0}, .port = 8086};
	struct sim_server *server = NULL;
	static struct sim_server the_server;
	struct ant_err e;
	int ch, status = ANT_FAIL;

	cli_start(&cli);
	while ((ch = cli_next(&cli, argc, argv)) != -1) {
		if (ch == CLI_STOP)
			return cli.status;
		if (option(ch, &set) == -1)
			return ANT_USAGE;
	}
	if (optind != argc)
		return cli_usage(&cli, "there are no operands: %s", argv[optind]);
	if (set.now != NULL &&
		utc_argument(set.now, (int64_t)time(NULL), &set.config.now, &e) == -1) {
		status = cli_fail(&e);
		goto done;
	}
	server = &the_server;
	if (sim_server_open(server, &set.config, &e) == -1 ||
		apply_changes(&server->sim, &set.changes, &e) == -1) {
		status = cli_fail(&e);
		goto done;
	}
	server->latency = set.latency;
	server->page_size = set.page_size;
	if (set.expect.table != NULL)
		status = print_rows(&server->sim, &set.expect, &e);
	else if (set.faults != NULL && read_faults(&server->faults, set.faults, &e) == -1)
		status = -1;
	else
		status = serve(server, (unsigned)set.port, &e);
	status = status == -1 ? cli_fail(&e) : ANT_OK;
done:
	if (server != NULL)
		sim_server_close(server);
	strlist_free(&set.changes);
	return cli_exit(status);
}
