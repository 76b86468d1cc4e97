/*
 * flatten/trie - the paths of a plan as a tree of what a record's members lead to, and where their values go
 *
 * A node is a place in a record: the record itself, a member of it, an element of an array.
 * The values of nodes that live as long as one another (those of a record, of a row, of an
 * element) share a scope, which clears them together.  Built by plan.c, filled by scan.c.
 */
#ifndef ANT_FLATTEN_TRIE_H
#define ANT_FLATTEN_TRIE_H

#include "base/json.h"
#include "tables/expr.h"

/* What comes of a record, and of an expression over its values. */
enum plan_result {
	PLAN_OK = 0,
	PLAN_SYNTAX = -1, /* the record is not JSON */
	PLAN_TYPE = -2, /* a path leads through a value that has no members, a sum over text, ... */
	PLAN_STOP = -3, /* the row function said so */
	PLAN_MEMORY = -4
};

/* A kind beyond json_kind: a path led into a value that has no members. */
enum { TRIE_NO_MEMBERS = JSON_OBJECT + 1 };

/* A member that some path wants. */
struct child {
	char *key;		 /* as it stands in a record without escapes: with its quotes */
	size_t len;		 /* of key */
	unsigned char first[16]; /* the first bytes of key, then zeros */
	unsigned mask;		 /* which of them count */
	int node;
	int next; /* the member that followed last time: what is tried first */
};

struct node {
	struct child *children;
	int nchildren;
	int first;	     /* the child that came first last time */
	int scope;	     /* what it is cleared with */
	int iteration;	     /* its [] : index, or -1 */
	int wanted;	     /* a path ends here: its value is kept */
	int whole;	     /* nothing below is reported as unread */
	int rows;	     /* the array that holds the rows */
	int leaf;	     /* no path goes on below: set by seal() */
	unsigned long stamp; /* of the scope's run that met it last: twice is a double key */
	char *path;	     /* for messages: .model_breakdown[].tokens */
};

/* What lives as long as one record, one row or one element of an array. */
struct scope {
	int *nodes; /* those whose values are kept */
	int nnodes;
	unsigned long stamp;
};

/* A [] inside a sum or a list. */
struct iteration {
	int node, element; /* the array; the root of its elements */
	int scope;	   /* of the elements */
	int outer;	   /* the scope that the array belongs to */
};

/* The scopes that are always there; those of iterations follow. */
enum { TRIE_RECORD, TRIE_ROW };

struct trie {
	struct node *nodes;	   /* 0: the record */
	struct json_value *values; /* by node */
	int nnodes;
	struct scope *scopes;
	int nscopes;
	struct iteration *iterations;
	int niterations;
	int row_root;  /* node: 0 where the record is the row */
	int rows_node; /* the array of the rows; -1 where the record is the row */
	int changed;   /* a path was added since whoever scans has set this to 0 */
};

extern const struct json_value trie_null;

/*
 * Begin with the path of the rows, as plan_new() says which.  T is all zeros.  Return 0,
 * or -1 where memory ran out; trie_free() it in any case.
 */
int trie_init(struct trie *t, const struct path *rows);
void trie_free(struct trie *t);

enum { TRIE_MEMORY = -1, TRIE_CONFLICT = -2 };

/*
 * The node where PATH leads, made where it is missing; *ITERATION is its [], or -1.  Where
 * it conflicts with another path (`.a[]` beside `.a.b` would need both an array and an
 * object): TRIE_CONFLICT, or with LENIENT the node before that.
 */
int trie_walk(struct trie *t, const struct path *path, int lenient, int *iteration);

/* Keep the value of NODE.  Return 0 or -1. */
int trie_want(struct trie *t, int node);

#endif
