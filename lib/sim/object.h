/*
 * sim/object - a JSON object whose members are written in order and then turned round
 *
 * A failure stays in the buffer.
 */
#ifndef ANT_SIM_OBJECT_H
#define ANT_SIM_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { SIM_OBJECT_MEMBERS = 64 };

struct sim_object {
	struct buf *to;
	size_t start, n, at[SIM_OBJECT_MEMBERS + 1];
};

void sim_object_start(struct sim_object *o, struct buf *to);
/* The next member's name; append its value to o->to. */
void sim_object_key(struct sim_object *o, const char *name);
/* Members of text known to need no escape (an id, a date; NULL: null), and of a number. */
void sim_object_plain(struct sim_object *o, const char *name, const char *s);
void sim_object_number(struct sim_object *o, const char *name, uint64_t v);
/* Put the members together, the one with number TURN first. */
void sim_object_end(struct sim_object *o, size_t turn);

/* Append V in digits. */
void sim_object_digits(struct buf *to, uint64_t v);

#endif
