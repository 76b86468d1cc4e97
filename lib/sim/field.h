/*
 * sim/field - the organization's objects as data: what each kind has, by name
 *
 * What the API writes of an object (sim/json), what a list can be filtered by (sim/param) and
 * what a table's row must hold (sim/columns, sim/expect) are read from the same tree of fields.
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
	SIM_NUMBER,   /* int64_t; below 0 is null, SIM_ABSENT no member at all */
	SIM_DIGITS,   /* an array of char: a number as it is written; "" is null */
	SIM_BOOLEAN,  /* int; below 0 is null, SIM_ABSENT no member at all */
	SIM_RAW,      /* const char *: JSON as it is; NULL is null */
	SIM_MADE,     /* JSON that a function makes */
	SIM_OBJECT,   /* the fields OF, whose offsets count from AT */
	SIM_WHO	      /* struct sim_who: an actor */
};

enum { SIM_ABSENT = -2 };

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
	int hidden;	      /* no member of the API's object: for tables and filters alone */
	/* Append the JSON of what stands at AT, escaped in a way of sim_json_text(). */
	void (*make)(struct buf *to, const void *value, unsigned escapes);

	const struct sim_field *of; /* of an object, ended by a name NULL */
	/* 0 where the value of the object that the field stands in is null; NULL: as its kind says. */
	int (*has)(const void *object);
	int old;	    /* a name that API version 2026-10-21 no longer sends; no column */
	const char *column; /* instead of the one that its path gives; "": none; see sim/columns */
	int whole;	    /* an object that is one column, of JSON */
	int cents;	    /* money: NAME as it is, NAME_cents as a number */
	int email;	    /* of SIM_WHO: the address stands under its old name, email, as well */
	const char *
		parts; /* of SIM_WHO: the columns that the endpoint can fill, such as "type id email" */
};

/* A kind of object.  Members are turned round, the one with number hash % TURNS first. */
struct sim_fields {
	const struct sim_field *v; /* in the order in which the API's reference lists them */
	uint64_t hash;		   /* makes the hashes of two kinds differ */
	unsigned every, turns;	   /* where hash % EVERY is 0 alone; TURNS 0: never */
};

/* The field NAME, of LEN bytes; NULL where there is none.  At the top of the tree alone. */
const struct sim_field *sim_field_find(const struct sim_fields *of, const char *name, size_t len);

/* 1 where the value of F in OBJECT is null. */
int sim_field_null(const struct sim_field *f, const void *object);
/* 1 where OBJECT has no member F. */
int sim_field_absent(const struct sim_field *f, const void *object);

/* The value of a field of text or JSON as it is in OBJECT; NULL for null and other kinds. */
const char *sim_field_text(const struct sim_field *f, const void *object);

#endif
