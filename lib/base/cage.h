/*
 * base/cage - a process gives up the system calls that its work does not need
 *
 * For what reads bytes of strangers: whoever makes it run code of theirs finds a process that
 * can spoil its own output and little else.  A cage is a filter of the kernel's, see seccomp(2).
 * It cannot be left, and holds for threads, children and programs to come, too.  What is in each
 * is listed in cmd/cage_filters.c, which runs when anthill is built.
 *
 * What a cage refuses fails with EPERM, so that code which asks for too much takes its own error
 * path and the exit status stays what it is.  Two calls fail with ENOSYS where the C library
 * falls back on an older one, which can be looked into: clone3() and openat2().  A call by another
 * table of system calls (32-bit, x32) ends the process by SIGSYS: nothing of ours makes one, and
 * the numbers mean other calls there.
 *
 * What is opened late has to be open before: in CAGE_PARSE even the time zone, which libc reads
 * at the first localtime().
 */
#ifndef ANT_BASE_CAGE_H
#define ANT_BASE_CAGE_H

#include "base/err.h"

enum cage {
	/*
	 * Read and write what is open, memory that is no code, the time, exit, abort().  No file,
	 * no socket, no process, no signal to another one.
	 */
	CAGE_PARSE,
	/* The same, and files can be opened for reading, and CAGE_PARSE entered after it. */
	CAGE_READ,
	/*
	 * For a client of the network, with what libcurl, TLS and the resolver's modules do:
	 * connections of the internet's families and to local services (never a server), threads,
	 * files for reading, and files mapped as code, which shared libraries are: no memory is
	 * ever written to and code at a time.  No program is executed and no process made; no file
	 * is opened for writing, made, renamed, removed or given other rights.  What a local
	 * service does for everybody it still does: a filter sees no paths.
	 */
	CAGE_FETCH
};

/* Instructions of a filter, at most; what stands in one for the number of the process. */
enum { CAGE_FILTER_MAX = 1024, CAGE_OWN_PID = 0x7fffabcd };

/* Whether this build has cages: it may be made without libseccomp, where there is none. */
int cage_is_built(void);

/*
 * Put the whole process, all its threads, in the cage WHICH; from then on it gains no rights by
 * executing a file, either (PR_SET_NO_NEW_PRIVS).  Return 1; 0 where there are no such filters,
 * because the kernel has none or forbids them or this build is without, with the reason in E; or
 * -1 with ANT_FAIL.  After 0 and -1 the process is in no cage that it was not in before.
 */
int cage_enter(enum cage which, struct ant_err *e);

#endif
