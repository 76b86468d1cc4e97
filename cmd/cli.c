#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/near.h"
#include "base/utc.h"

enum { OPTIONS_MAX = 64, VERSION_OPTION = 0x100, OWN };

static const struct option common[] = {
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, VERSION_OPTION},
	{"quiet", no_argument, NULL, 'q'},
	{"verbose", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

static const char *command = "ant"; /* set once, before anything can fail */

void
cli_start(const struct cli *c)
{
	const struct rlimit none = {0, 0};

	command = c->name;
	signal(SIGPIPE, SIG_DFL); /* services and some shells start us with it ignored */
	setrlimit(RLIMIT_CORE, &none);
	/* A stream that was closed must not become the number of a file or socket of ours. */
	for (int fd = open("/dev/null", O_RDONLY); fd != -1; fd = open("/dev/null", O_RDONLY))
		if (fd > 2) {
			close(fd);
			break;
		}
}

/* All options as getopt_long() takes them; OWN and LONGS share their indexes. */
static void
list_options(const struct cli *c, const struct cli_option *own, struct option *longs, char *shorts)
{
	int n = 0;

	if (c->wraps)
		*shorts++ = '+';
	for (; n < OPTIONS_MAX && own[n].name != NULL; n++) {
		const int letter = own[n].letter, has_value = own[n].flag == NULL && !own[n].bare;

		longs[n] = (struct option){
			own[n].name, has_value, NULL, letter != 0 ? letter : OWN + n};
		if (letter != 0)
			*shorts++ = (char)letter;
		if (letter != 0 && has_value)
			*shorts++ = ':';
	}
	memcpy(longs + n, common, sizeof common);
	strcpy(shorts, "hqv");
}

/* After getopt_long() has refused WORD: name the option that it may have been meant to be. */
static void
suggest(const struct option *longs, const char *word)
{
	char name[NEAR_MAX + 1];
	const char *best = NULL;
	const size_t len = strcspn(word, "=");

	if (strncmp(word, "--", 2) != 0 || len - 2 > NEAR_MAX)
		return;
	memcpy(name, word + 2, len - 2);
	name[len - 2] = '\0';
	for (const struct option *o = longs; o->name != NULL; o++) {
		if (strncmp(o->name, name, len - 2) == 0)
			return; /* it was short for several, which getopt_long() has named */
		best = near_better(name, best, o->name);
	}
	if (best != NULL)
		cli_error("did you mean --%s?", best);
}

/* Seconds with decimals, up to a day. */
static int
take_seconds(const char *option, const char *text, double least, double *to)
{
	char *end;

	*to = strtod(text, &end);
	if (*text >= '0' && *text <= '9' && *end == '\0' && *to >= least && *to <= 86400)
		return 0;
	cli_error("%s: '%s' is not a number of seconds from %g to 86400", option, text, least);
	return -1;
}

/* Put the value of an option where it goes.  Return ANT_OK, or the status after a message. */
static int
take(const struct cli *c, const struct cli_option *o, int64_t now)
{
	struct ant_err e;
	char option[NEAR_MAX + 3];

	if (o->letter != 0)
		snprintf(option, sizeof option, "-%c", o->letter);
	else
		snprintf(option, sizeof option, "--%s", o->name);
	if (o->flag != NULL) {
		++*o->flag;
	} else if (o->text != NULL) {
		*o->text = optarg;
	} else if (o->list != NULL) {
		if (o->list->n == CLI_LIST_MAX) {
			cli_error("%s: given more than %d times", option, CLI_LIST_MAX);
			return ANT_USAGE;
		}
		o->list->v[o->list->n++] = optarg;
	} else if (o->time != NULL) {
		if (utc_argument(optarg, now, o->time, &e) == -1)
			return cli_usage(c, "%s: %s", option, e.msg);
	} else if (o->number != NULL) {
		if (cli_number(option, optarg, (long)o->least, o->most, o->number) == -1)
			return ANT_USAGE;
	} else if (o->seconds != NULL) {
		if (take_seconds(option, optarg, o->least, o->seconds) == -1)
			return ANT_USAGE;
	} else {
		return o->take(o->bare ? option : optarg);
	}
	return ANT_OK;
}

int
cli_options(struct cli *c, const struct cli_option *own, int argc, char **argv)
{
	const int64_t now = (int64_t)time(NULL);
	struct option longs[OPTIONS_MAX + sizeof common / sizeof *common];
	char shorts[2 * OPTIONS_MAX + 8];
	int ch, i;

	if (argc > 0)
		argv[0] = (char *)c->name; /* starts getopt's messages as it does ours */
	list_options(c, own, longs, shorts);
	while ((ch = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		switch (ch) {
		case 'h':
			printf("%s\n%s", c->usage, c->help);
			c->status = cli_exit(ANT_OK);
			return -1;
		case VERSION_OPTION:
			printf("%s %s\n", c->name, ANT_VERSION);
			c->status = cli_exit(ANT_OK);
			return -1;
		case 'q':
			c->quiet++;
			break;
		case 'v':
			c->verbose++;
			break;
		case '?': /* getopt_long has said what is wrong */
			if (optopt == 0)
				suggest(longs, argv[optind - 1]);
			fputs(c->usage, stderr);
			c->status = ANT_USAGE;
			return -1;
		default:
			for (i = 0; longs[i].val != ch;)
				i++;
			if ((c->status = take(c, &own[i], now)) != ANT_OK)
				return -1;
		}
	}
	return 0;
}

/*
 * Foreign text must not move the cursor or forge a line: control characters become
 * \xNN, and so do those that Unicode has beyond ASCII, U+0080 to U+009F, for which a
 * terminal does the same.  One write a message, so that those of parallel commands do not mix.
 */
static void
say(const char *fmt, va_list ap)
{
	char text[4096], line[4 * sizeof text + 64];
	size_t n;

	vsnprintf(text, sizeof text, fmt, ap);
	n = (size_t)snprintf(line, 32, "%.28s: ", command);
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			n += (size_t)snprintf(line + n, 5, "\\x%02x", *p);
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			n += (size_t)snprintf(line + n, 5, "\\x%02x", *++p);
		else
			line[n++] = (char)*p;
	}
	line[n++] = '\n';
	fwrite(line, 1, n, stderr);
}

void
cli_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
cli_warn(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	if (c->quiet)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

int
cli_fail(const struct ant_err *e)
{
	cli_error("%s", e->msg);
	return (int)e->status;
}

int
cli_usage(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	fputs(c->usage, stderr);
	return ANT_USAGE;
}

int
cli_number(const char *option, const char *text, long min, long max, long *n)
{
	char *end;

	errno = 0;
	*n = strtol(text, &end, 10);
	if (*text == '\0' || *text == ' ' || *end != '\0' || errno != 0 || *n < min || *n > max) {
		cli_error("%s: '%s' is not a whole number from %ld to %ld", option, text, min, max);
		return -1;
	}
	return 0;
}

int
cli_exit(int status)
{
	static int closed; /* after --help, say, it is */
	int broken;

	if (closed)
		return status;
	closed = 1;
	broken = ferror(stdout);
	if ((fclose(stdout) != 0 || broken) && status == ANT_OK) {
		cli_error("stdout: %s", errno != 0 ? strerror(errno) : "write error");
		return ANT_FAIL;
	}
	return status;
}
