/* base/err - the reason of a failure, and what the caller of the program can do about it */
#ifndef ANT_BASE_ERR_H
#define ANT_BASE_ERR_H

#include <stddef.h>

/*
 * Exit statuses of every command, documented once in anthill(7).  A library
 * function that fails stores one of them with the reason; cmd/ exits with it.
 */
enum ant_status {
	ANT_OK = 0,
	ANT_FAIL = 1,	/* run time: destination, disk, database */
	ANT_USAGE = 2,	/* option, table name, table file */
	ANT_AUTH = 3,	/* the API refused the key (401, 403) */
	ANT_API = 4,	/* the API said no or made no sense: trying again does not help */
	ANT_INPUT = 5,	/* the input stream is incomplete or malformed */
	ANT_LOCKED = 6, /* another run holds the lock */
	ANT_TEMP = 75	/* EX_TEMPFAIL: try again later */
};

/* What a caller may have to tell apart within one status.  It decides by this, never by the words. */
enum ant_cause {
	CAUSE_ANY,
	CAUSE_FORBIDDEN /* of ANT_AUTH: the key is good, but may not read this (403) */
};

struct ant_err {
	enum ant_status status;
	char msg[2048]; /* one line, no newline, what and where; "" where there is no error */
	enum ant_cause cause;
};

/*
 * Store STATUS, no cause and a reason made by printf's rules in E, cutting a
 * reason that is too long.  Return -1, so that a function can `return err_set(...)`.
 * The reason may hold foreign text: cli_error() makes it safe to print.
 */
int err_set(struct ant_err *e, enum ant_status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, followed by ": " and the text of errno. */
int err_sys(struct ant_err *e, enum ant_status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put a prefix, such as "file:12: ", before the reason that E holds.  Return -1. */
int err_prefix(struct ant_err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
