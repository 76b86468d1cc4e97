/* run/fan - what comes out of one pipe, copied into several */
#ifndef ANT_RUN_FAN_H
#define ANT_RUN_FAN_H

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

enum { FAN_BLOCK = 1 << 16 };

/* What a reader has not taken yet, in a file without a name: [from, to) of it. */
struct fan_rest {
	int fd; /* -1: there is none */
	off_t from, to;
};

/*
 * Every reader gets every byte; a slow one holds up the others and the writer, unless what it
 * does not take is put ASIDE for it, in the folder of temporary files, as long as there is room.
 * One that went away is left out, and once all have, the writer gets SIGPIPE.
 */
struct fan {
	int from; /* -1: it ended, or nobody is left to read it */
	int *to;  /* -1: a reader that is gone */
	size_t n;
	size_t *done; /* bytes of the block that each was given, or that were put aside for it */
	int aside;
	struct fan_rest *rest;
	size_t len;   /* of the block */
	char *block;  /* FAN_BLOCK bytes */
};

/* A fan from FROM to N pipes, which do not block and are yet to be set in TO.  Return 0, or -1 with errno. */
int fan_init(struct fan *f, int from, size_t n, int aside);
/* Close what is open, release the memory.  A fan of zeros is left alone. */
void fan_free(struct fan *f);

/* What to poll for, in 1 + n entries of P; and then, what it said. */
void fan_ask(const struct fan *f, struct pollfd *p);
void fan_step(struct fan *f, const struct pollfd *p);

#endif
