/* cli - what all commands do alike: options, messages, the end of stdout */
#ifndef ANT_CLI_H
#define ANT_CLI_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct cli {
	const char *name;   /* of the command: starts every message */
	const char *usage;  /* shaped as the SYNOPSIS, ends with a newline */
	const char *help;   /* what --help prints after the usage */
	int wraps;	    /* its operands are commands, whose options are not its own */
	int quiet, verbose; /* counted by cli_options() */
	int status;	    /* what to return where that says so */
};

/* Call first: signals as a filter wants them, no core dump that could hold a key. */
void cli_start(const struct cli *c);

enum { CLI_LIST_MAX = 64 };

struct cli_list { /* the values of an option that may be repeated */
	const char *v[CLI_LIST_MAX];
	size_t n;
};

/* An option of a command, and one place where it goes. */
struct cli_option {
	const char *name;
	int letter;	       /* the short one; 0: none */
	int *flag;	       /* counted; all others have a value */
	const char **text;     /* kept as it is */
	struct cli_list *list; /* kept, too */
	int64_t *time;	       /* seconds, see utc_argument() */
	long *number;	       /* from LEAST to MOST */
	double *seconds;       /* with decimals, from LEAST to a day */
	/* Anything else.  Return ANT_OK, or another status after a message. */
	int (*take)(const char *value);
	int bare; /* has no value: take() gets the option itself */
	double least;
	long most;
};

/*
 * Take all options that stand in OWN, which ends with a name of NULL, and those of all commands:
 * -h, --help, --version, -q and -v.  Return 0, or -1 where c->status is to be returned at once.
 */
int cli_options(struct cli *c, const struct cli_option *own, int argc, char **argv);

/* "ant-NAME: reason" on stderr, control characters made visible.  A warning keeps still under -q. */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_warn(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Report E and return its status. */
int cli_fail(const struct ant_err *e);

/* Say what is wrong with the command line, then the usage.  Return ANT_USAGE. */
int cli_usage(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * A whole number from MIN to MAX as the value of OPTION.  Return 0, or -1 after
 * a message.
 */
int cli_number(const char *option, const char *text, long min, long max, long *n);

/*
 * Flush and close stdout.  Return STATUS, or ANT_FAIL with a message where
 * STATUS was ANT_OK but the output did not get out.
 */
int cli_exit(int status);

#endif
