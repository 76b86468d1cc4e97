/* run/child - start a program as a child process, connected as it is told */
#ifndef ANT_RUN_CHILD_H
#define ANT_RUN_CHILD_H

#include <signal.h>
#include <sys/types.h>

struct child_how {
	int in, out, err; /* become its descriptors 0, 1 and 2; -1: it has ours */
	int report;	  /* gets a struct child_report where it cannot be run */
	int deaf;	  /* ignores what ends others, and outlives us */
	const sigset_t *mask;
};

struct child_report {
	pid_t pid;
	int error; /* an errno */
};

/* Fill SET with the signals that ask a program to end: INT, TERM, HUP and QUIT. */
void child_ending(sigset_t *set);

/*
 * Start ARGV[0], found in PATH.  All descriptors but 0, 1 and 2 should close on
 * exec.  A child that is not deaf gets SIGTERM where we die first.  One that
 * cannot be run exits with 127 where there is no such command, else with 126,
 * as of a shell.  Return its process id, or -1 with errno.
 */
pid_t child_start(char *const argv[], const struct child_how *how);

#endif
