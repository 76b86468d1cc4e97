/*
 * sim/field - the organization's objects as data: what each kind has, by name
 *
 * What the API writes of an object (sim/json), what a list can be filtered by (sim/lists) and
 * what a table's row must hold (sim/expect) are read from the same fields.
 */
#ifndef ANT_SIM_FIELD_H
#define ANT_SIM_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum sim_field_kind {
	SIM_TEXT,     /* const char *; NULL is null */
	SIM_CHARS,    /* an array of char; "" is null */
	SIM_CONSTANT, /* the same text in every object */
	SIM_NUMBER,   /* int64_t; below 0 is null */
	SIM_BOOLEAN,  /* int; below 0 is null */
	SIM_RAW,      /* const char *: JSON as it is; NULL is null */
	SIM_MADE      /* JSON that a function makes */
};

/* Who did something. */
struct sim_who {
	const char *type;	  /* user_actor, ...; NULL: nobody, null */
	const char *id;		  /* NULL: not known */
	const char *email, *name; /* of a user; NULL: null */
	int deleted;		  /* of a user; below 0: no such member */
	const char *provider;	  /* of a federated identity: JSON */
	const char *subject;	  /* the same; NULL: null */
};

struct sim_field {
	const char *name; /* NULL ends a list */
	enum sim_field_kind kind;
	size_t at;	      /* offset in the object */
	const char *text;     /* the constant */
	unsigned shift, ways; /* its text is escaped in one of WAYS (0: one), by hash >> SHIFT */
	int optional;	      /* where it is null, the object has no such member */
	int hidden;	      /* no member of the API's object: for tables alone */
	/* Append the JSON of what stands at AT, escaped in a way of sim_json_text(). */
	void (*make)(struct buf *to, const void *value, unsigned escapes);
};

/* A kind of object.  Members are turned round, the one with number hash % TURNS first. */
struct sim_fields {
	const struct sim_field *v; /* in the order in which the API's reference lists them */
	uint64_t hash;		   /* makes the hashes of two kinds differ */
	unsigned every, turns;	   /* where hash % EVERY is 0 alone; TURNS 0: never */
};

extern const struct sim_fields sim_fields_organization, /* struct sim_org */
	sim_fields_user, sim_fields_invite, sim_fields_workspace, sim_fields_key, sim_fields_member,
	sim_fields_limit,		      /* struct sim_limit_group */
	sim_fields_override, sim_fields_cost; /* struct sim_cost_row */

/* The field NAME, of LEN bytes; NULL where there is none. */
const struct sim_field *sim_field_find(const struct sim_fields *of, const char *name, size_t len);

/* The value of a field of text or JSON as it is in OBJECT; NULL for null and other kinds. */
const char *sim_field_text(const struct sim_field *f, const void *object);

#endif
