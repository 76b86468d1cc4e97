/*
 * base/aside - a file that is replaced whole or not at all: written beside it, renamed over it
 *
 * The new file is written as .NAME.anthill in the same folder, and its lock (flock)
 * is the lock of writers: one at a time.  What a killed writer left is not locked any
 * more; the next one removes it, so nothing blocks and nothing piles up.
 */
#ifndef ANT_BASE_ASIDE_H
#define ANT_BASE_ASIDE_H

#include "base/err.h"

struct aside {
	char *path;   /* of the file, a symbolic link followed; for messages, too */
	char *folder; /* that holds it */
	char *temp;   /* name in FOLDER of the file that is written */
	int dir;      /* FOLDER */
	int fd;	      /* the new file, empty at first */
	int old;      /* the file as it is, to be read from its start; -1 where there is none */
};

/*
 * Start to replace PATH, waiting at most WAIT_MS for another writer to finish.  The
 * new file has the old one's permissions.  Return 0; -1 with ANT_LOCKED where another
 * writer is at work, ANT_FAIL for all else; then nothing needs to be undone.
 */
int aside_open(struct aside *a, const char *path, int wait_ms, struct ant_err *e);

/* The same for a look only: nothing is created or locked, fd is -1. */
int aside_look(struct aside *a, const char *path, struct ant_err *e);

/* Create a file without a name in the same folder.  Return its descriptor, the caller's to close, or -1. */
int aside_scratch(struct aside *a, struct ant_err *e);

/* Put the new file on the disk; it has no name of its own yet.  Return 0 or -1. */
int aside_sync(struct aside *a, struct ant_err *e);

/*
 * Let the new file take the old one's place, for good once this returns 0.  On -1 the
 * old file is still there, unless the reason says otherwise.
 */
int aside_rename(struct aside *a, struct ant_err *e);

/* Drop a new file that was not renamed, and the lock.  A zeroed struct: no effect. */
void aside_close(struct aside *a);

#endif
