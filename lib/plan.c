#include "plan.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "vec.h"

enum { NODES_MAX = 4096, UNREAD_MAX = 200, NUMBER_TEXT = DECIMAL_TEXT, SUM_MEMBERS_MAX = 256 };

/* A kind beyond json_kind: a path led into a value that has no members. */
enum { KIND_NO_MEMBERS = JSON_OBJECT + 1 };

static const struct json_value null_value = {JSON_NULL, "null", 4};
static const struct json_value true_value = {JSON_TRUE, "true", 4};
static const struct json_value false_value = {JSON_FALSE, "false", 5};

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

/* The running result of one sum or list. */
struct total {
	enum expr_op op;
	int node; /* whose value is added */
	int iteration;
	int present;		/* the array was there */
	size_t values, numbers; /* seen; seen and not null */
	long long integer;	/* what fitted so far, beside... */
	struct decimal decimal; /* ...what did not */
	int has_decimal;
	struct buf text;	  /* of a list: a JSON string without its last quote */
	struct json_error failed; /* at NULL: all well */
	char number[NUMBER_TEXT];
};

struct unread {
	char *path;
	int node;
	size_t key_len, count; /* the key is the end of the path */
};

struct plan {
	struct node *nodes;
	struct json_value *values; /* by node */
	int nnodes;
	struct scope *scopes;
	int nscopes;
	struct iteration *iterations;
	int niterations;
	struct total *totals;
	int ntotals;
	struct unread *unread;
	size_t nunread, unread_more;
	int row_root;	   /* node: 0 where the record is the row */
	int rows_node;	   /* node, or -1 */
	unsigned long run; /* counts the runs of scopes */
	/* While a record is scanned: */
	const char *end;
	struct json_error *err;
	int no_memory;
	struct json_value rows; /* the array of the rows, in the record */
	const char *
		unchecked; /* ...or one that a double key replaced, whose inside nobody has checked */
	int sealed;	   /* no path was added since the last scan */
	int careful;	   /* somebody reads the array of the rows besides its rows */
};

enum { SCOPE_RECORD, SCOPE_ROW };

/* Make room for one more element in an array of N. */
static void *
grow(void *array, int n, size_t size)
{
	if (n >= NODES_MAX)
		return NULL;
	return realloc(array, ((size_t)n + 1) * size);
}

static int
add_scope(struct plan *p)
{
	struct scope *s = grow(p->scopes, p->nscopes, sizeof *s);

	if (s == NULL)
		return -1;
	p->scopes = s;
	memset(&s[p->nscopes], 0, sizeof *s);
	return p->nscopes++;
}

/* A new node of SCOPE whose path is PREFIX and then SUFFIX. */
static int
add_node(struct plan *p, int scope, const char *prefix, const char *suffix)
{
	struct json_value *values = grow(p->values, p->nnodes, sizeof *values);
	struct node *nodes;
	size_t size = strlen(prefix) + strlen(suffix) + 1;
	char *path;

	if (values == NULL)
		return -1;
	p->values = values;
	if ((nodes = grow(p->nodes, p->nnodes, sizeof *nodes)) == NULL)
		return -1;
	p->nodes = nodes;
	if ((path = malloc(size)) == NULL)
		return -1;
	snprintf(path, size, "%s%s", prefix, suffix);
	p->values[p->nnodes] = null_value;
	p->nodes[p->nnodes] = (struct node){.scope = scope, .iteration = -1, .path = path};
	p->sealed = 0;
	return p->nnodes++;
}

/* The key of a path as a record writes it. */
static int
set_key(struct child *c, const char *key)
{
	struct buf quoted;

	buf_init(&quoted, strlen(key) * 6 + 3);
	if (json_put_string(&quoted, key) == -1 || buf_str(&quoted) == NULL) {
		buf_free(&quoted);
		return -1;
	}
	c->key = quoted.data; /* now the child's */
	c->len = quoted.len;
	memcpy(c->first, c->key, c->len < 16 ? c->len : 16);
	c->mask = c->len < 16 ? (1u << c->len) - 1 : 0xffff;
	return 0;
}

/* The child KEY of NODE, made where it is missing; -1 memory. */
static int
child_of(struct plan *p, int node, const char *key)
{
	struct child *children, c = {0};
	char name[300];
	struct node *n = &p->nodes[node];

	if (set_key(&c, key) == -1)
		return -1;
	for (int i = 0; i < n->nchildren; i++)
		if (n->children[i].len == c.len && memcmp(n->children[i].key, c.key, c.len) == 0) {
			free(c.key);
			return n->children[i].node;
		}
	snprintf(
		name, sizeof name, "%s%.256s", n->path[strlen(n->path) - 1] == '.' ? "" : ".", key);
	if ((c.node = add_node(p, n->scope, n->path, name)) == -1)
		goto err;
	n = &p->nodes[node]; /* they may have moved */
	if ((children = grow(n->children, n->nchildren, sizeof *children)) == NULL)
		goto err;
	n->children = children;
	c.next = n->nchildren + 1; /* until records tell better: the order of the columns */
	n->children[n->nchildren++] = c;
	return c.node;
err:
	free(c.key);
	return -1;
}

/* The root of the elements of the array NODE; -1 memory. */
static int
element_of(struct plan *p, int node)
{
	struct iteration *its;
	int scope, element;

	if (p->nodes[node].iteration != -1)
		return p->iterations[p->nodes[node].iteration].element;
	if ((its = grow(p->iterations, p->niterations, sizeof *its)) == NULL)
		return -1;
	p->iterations = its;
	if ((scope = add_scope(p)) == -1)
		return -1;
	if ((element = add_node(p, scope, p->nodes[node].path, "[]")) == -1)
		return -1;
	p->sealed = 0;
	its[p->niterations] = (struct iteration){node, element, scope, p->nodes[node].scope};
	p->nodes[node].iteration = p->niterations++;
	return element;
}

enum { WALK_MEMORY = -1, WALK_CONFLICT = -2 };

/* `.a[]` beside `.a.b` would need both an array and an object: 1 where a step from N would ask for that. */
static int
conflicts(const struct node *n, int iterate)
{
	return n->rows || (iterate ? n->nchildren > 0 : n->iteration != -1);
}

/*
 * Where PATH leads; *ITERATION its [] or -1.  Where it conflicts with another
 * path: WALK_CONFLICT, or with LENIENT the node before that.
 */
static int
walk(struct plan *p, const struct path *path, int lenient, int *iteration)
{
	int node = path->record ? 0 : p->row_root;

	*iteration = -1;
	for (size_t i = 0; node != -1; i++) {
		if (path->iterate == (int)i) {
			int array = node;

			if (conflicts(&p->nodes[array], 1))
				return lenient ? array : WALK_CONFLICT;
			if ((node = element_of(p, array)) == -1)
				return WALK_MEMORY;
			*iteration = p->nodes[array].iteration;
		}
		if (i == path->nkeys)
			break;
		if (conflicts(&p->nodes[node], 0))
			return lenient ? node : WALK_CONFLICT;
		node = child_of(p, node, path->keys[i]);
	}
	return node;
}

static int
want(struct plan *p, int node)
{
	struct scope *s = &p->scopes[p->nodes[node].scope];
	int *nodes;

	if (p->nodes[node].wanted)
		return 0;
	if ((nodes = grow(s->nodes, s->nnodes, sizeof *nodes)) == NULL)
		return -1;
	s->nodes = nodes;
	s->nodes[s->nnodes++] = node;
	p->nodes[node].wanted = 1;
	p->nodes[node].whole = 1;
	return 0;
}

static int
add_total(struct plan *p, enum expr_op op, int node, int iteration)
{
	struct total *t = grow(p->totals, p->ntotals, sizeof *t);

	if (t == NULL)
		return -1;
	p->totals = t;
	memset(&t[p->ntotals], 0, sizeof *t);
	t[p->ntotals].op = op;
	t[p->ntotals].node = node;
	t[p->ntotals].iteration = iteration;
	buf_init(&t[p->ntotals].text, (size_t)64 << 20);
	return p->ntotals++;
}

int
plan_add(struct plan *p, struct expr *x)
{
	int node, iteration;
	struct expr *parts[] = {x->a, x->b, x->c};

	if (x->op == EXPR_PATH || x->op == EXPR_SUM || x->op == EXPR_LIST) {
		if ((node = walk(p, &x->path, 0, &iteration)) == WALK_CONFLICT)
			return 0;
		if (node == WALK_MEMORY || want(p, node) == -1)
			return -1;
		x->slot = node;
		if (x->op != EXPR_PATH && (x->slot = add_total(p, x->op, node, iteration)) == -1)
			return -1;
	}
	for (size_t i = 0; i < 3; i++) {
		int r = parts[i] == NULL ? 1 : plan_add(p, parts[i]);

		if (r != 1)
			return r;
	}
	return 1;
}

static int
ignore_path(struct plan *p, const struct path *path)
{
	int iteration, node = walk(p, path, 1, &iteration);

	if (node == WALK_MEMORY)
		return -1;
	p->nodes[node].whole = 1;
	return 1;
}

int
plan_ignore(struct plan *p, const char *source)
{
	struct path path;
	int found = path_parse(source, &path);

	if (found != 1)
		return found;
	found = ignore_path(p, &path);
	path_free(&path);
	return found;
}

int
plan_ignore_expr(struct plan *p, const struct expr *x)
{
	if (x == NULL)
		return 1;
	if ((x->op == EXPR_PATH || x->op == EXPR_SUM || x->op == EXPR_LIST) &&
		ignore_path(p, &x->path) == -1)
		return -1;
	return plan_ignore_expr(p, x->a) == -1 || plan_ignore_expr(p, x->b) == -1 ||
			       plan_ignore_expr(p, x->c) == -1
		       ? -1
		       : 1;
}

/* The node of the rows' array, and the scope and root of the rows. */
static int
set_rows(struct plan *p, const struct path *path)
{
	int node = 0;

	if (path->iterate == -1) {
		p->row_root = 0;
		p->rows_node = -1;
		return 0;
	}
	for (size_t i = 0; i < path->nkeys; i++)
		if ((node = child_of(p, node, path->keys[i])) == -1)
			return -1;
	p->rows_node = node;
	p->nodes[node].rows = 1;
	p->row_root = add_node(p, SCOPE_ROW, p->nodes[node].path, "[]");
	return p->row_root == -1 ? -1 : 0;
}

struct plan *
plan_new(const char *rows, int *native)
{
	struct plan *p = NULL;
	struct path path = {.nkeys = 0};
	int found = path_parse(rows, &path);

	*native = found != 0;
	if (found != 1)
		return NULL;
	if (path.record || (path.iterate == -1 && path.nkeys > 0) ||
		(path.iterate != -1 && path.iterate != (int)path.nkeys)) {
		*native = 0;
		goto err;
	}
	if ((p = calloc(1, sizeof *p)) == NULL)
		goto err;
	if (add_scope(p) == -1 || add_scope(p) == -1 || add_node(p, SCOPE_RECORD, ".", "") == -1 ||
		set_rows(p, &path) == -1)
		goto err;
	path_free(&path);
	return p;
err:
	path_free(&path);
	plan_free(p);
	return NULL;
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	for (int i = 0; i < p->nnodes; i++) {
		for (int j = 0; j < p->nodes[i].nchildren; j++)
			free(p->nodes[i].children[j].key);
		free(p->nodes[i].children);
		free(p->nodes[i].path);
	}
	for (int i = 0; i < p->nscopes; i++)
		free(p->scopes[i].nodes);
	for (int i = 0; i < p->ntotals; i++)
		buf_free(&p->totals[i].text);
	for (size_t i = 0; i < p->nunread; i++)
		free(p->unread[i].path);
	free(p->nodes);
	free(p->values);
	free(p->scopes);
	free(p->iterations);
	free(p->totals);
	free(p->unread);
	free(p);
}

/* 1 where two JSON strings hold the same text. */
static int
same_text(struct plan *p, const struct json_value *a, const struct json_value *b)
{
	struct buf x, y;
	int same = 0;

	if (a->len == b->len && memcmp(a->p, b->p, a->len) == 0)
		return 1;
	if (memchr(a->p, '\\', a->len) == NULL && memchr(b->p, '\\', b->len) == NULL)
		return 0;
	buf_init(&x, a->len * 3);
	buf_init(&y, b->len * 3);
	if (json_text(&x, a, NULL) == -1 || json_text(&y, b, NULL) == -1)
		p->no_memory = 1;
	else
		same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	buf_free(&x);
	buf_free(&y);
	return same;
}

/*
 * Totals: sum(path) and list(path).
 */

static void
total_clear(struct total *t)
{
	t->present = 0;
	t->values = t->numbers = 0;
	t->integer = 0;
	t->has_decimal = 0;
	t->failed.at = NULL;
	buf_clear(&t->text);
}

static void
total_fail(struct total *t, const char *at, const char *reason)
{
	t->failed.at = at;
	t->failed.reason = reason;
}

/* Add the number of LEN bytes at S; AT is its value in the record, for messages. */
static void
add_number(struct total *t, const char *s, size_t len, const char *at)
{
	struct decimal d;
	long long n = 0, sum;
	size_t i = 0;

	for (; i < len && i < 18 && s[i] >= '0' && s[i] <= '9'; i++)
		n = n * 10 + (s[i] - '0');
	if (i == len && i > 0 && !__builtin_add_overflow(t->integer, n, &sum)) {
		t->integer = sum;
		return;
	}
	switch (decimal_parse(s, len, &d)) {
	case DECIMAL_SYNTAX:
		total_fail(t, at, "is a string that holds no number");
		return;
	case DECIMAL_RANGE:
		total_fail(t, at, "is a number beyond 38 digits");
		return;
	default:
		break;
	}
	if (!t->has_decimal)
		t->decimal = (struct decimal){0, 0};
	t->has_decimal = 1;
	if (decimal_add(&t->decimal, &d) != DECIMAL_OK)
		total_fail(t, at, "makes a sum beyond 38 digits");
}

static void
add_string(struct plan *p, struct total *t, const struct json_value *v)
{
	struct buf text;

	if (memchr(v->p, '\\', v->len) == NULL) {
		add_number(t, v->p + 1, v->len - 2, v->p);
		return;
	}
	buf_init(&text, v->len * 3);
	if (json_text(&text, v, NULL) == -1)
		p->no_memory = 1;
	else
		add_number(t, text.data, text.len, v->p);
	buf_free(&text);
}

static void add_to_sum(struct plan *p, struct total *t, const struct json_value *v);

/* The values of an object; of a double key the last. */
static void
add_members(struct plan *p, struct total *t, const struct json_value *v)
{
	struct json_value key, other, member, unused;
	const char *at = NULL, *rest;
	int n = 0, last;

	while (json_next(v, &at, &key, &member)) {
		if (++n > SUM_MEMBERS_MAX) {
			total_fail(t, v->p, "has more than 256 members, too many for sum()");
			return;
		}
		for (rest = at, last = 1; last && json_next(v, &rest, &other, &unused);)
			last = !same_text(p, &key, &other);
		if (last)
			add_to_sum(p, t, &member);
	}
}

/* Add a number, a string that is one, or those in an object. */
static void
add_to_sum(struct plan *p, struct total *t, const struct json_value *v)
{
	switch (v->kind) {
	case JSON_NULL:
		return;
	case JSON_NUMBER:
		add_number(t, v->p, v->len, v->p);
		break;
	case JSON_STRING:
		add_string(p, t, v);
		break;
	case JSON_OBJECT:
		add_members(p, t, v);
		break;
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_ARRAY:
		total_fail(t, v->p, "is nothing that sum() adds");
		break;
	}
	t->numbers++;
}

static void
add_to_list(struct plan *p, struct total *t, const struct json_value *v)
{
	if (v->kind == JSON_NULL)
		return;
	if (v->kind != JSON_STRING) {
		total_fail(t, v->p, "is no string, which list() joins");
		return;
	}
	/* The texts stay as they are written: the whole is a JSON string again. */
	buf_putc(&t->text, t->numbers == 0 ? '"' : ',');
	if (buf_put(&t->text, v->p + 1, v->len - 2) == -1)
		p->no_memory = 1;
	t->numbers++;
}

static void
total_add(struct plan *p, struct total *t)
{
	const struct json_value *v = &p->values[t->node];

	t->values++;
	if ((int)v->kind == KIND_NO_MEMBERS)
		total_fail(t, v->p, "has no members, but a path leads through it");
	else if (t->op == EXPR_SUM)
		add_to_sum(p, t, v);
	else
		add_to_list(p, t, v);
}

static int
total_value(struct plan *p, struct total *t, struct json_value *v, struct json_error *err)
{
	struct decimal sum;

	if (t->iteration == -1) { /* one value, of this row */
		total_clear(t);
		t->present = 1;
		total_add(p, t);
	}
	if (t->failed.at != NULL) {
		*err = t->failed;
		return PLAN_TYPE;
	}
	*v = null_value;
	if (!t->present || (t->values > 0 && t->numbers == 0))
		return PLAN_OK;
	if (t->op == EXPR_LIST) {
		if (t->numbers == 0)
			return PLAN_OK;
		if (buf_putc(&t->text, '"') == -1)
			return PLAN_MEMORY;
		*v = (struct json_value){JSON_STRING, t->text.data, t->text.len};
		t->text.len--; /* asked for again, it is put again */
		return PLAN_OK;
	}
	v->kind = JSON_NUMBER;
	v->p = t->number;
	if (!t->has_decimal) {
		v->len = decimal_format_integer(t->integer, t->number);
		return PLAN_OK;
	}
	sum = t->decimal;
	if (decimal_add_integer(&sum, t->integer) != DECIMAL_OK) {
		*err = (struct json_error){p->values[t->node].p, "makes a sum beyond 38 digits"};
		return PLAN_TYPE;
	}
	v->len = decimal_format(&sum, t->number);
	return PLAN_OK;
}

/*
 * The scan.
 */

static void
scope_start(struct plan *p, int scope)
{
	struct scope *s = &p->scopes[scope];

	s->stamp = ++p->run;
	for (int i = 0; i < s->nnodes; i++)
		p->values[s->nodes[i]] = null_value;
}

/* The totals over arrays that belong to SCOPE start anew. */
static void
totals_start(struct plan *p, int scope)
{
	for (int i = 0; i < p->ntotals; i++) {
		struct total *t = &p->totals[i];

		if (t->iteration != -1 && p->iterations[t->iteration].outer == scope)
			total_clear(t);
	}
}

/* Give all values below NODE the value V: null, or what has no members. */
static void
set_below(struct plan *p, int node, const struct json_value *v)
{
	const struct node *n = &p->nodes[node];

	for (int i = 0; i < n->nchildren; i++) {
		int c = n->children[i].node;

		p->values[c] = *v;
		if (p->nodes[c].rows) {
			p->rows = *v;
			if (v->kind == JSON_NULL)
				p->rows.p = NULL; /* as if it had not been there */
		}
		set_below(p, c, v);
		if (p->nodes[c].iteration == -1)
			continue;
		for (int j = 0; j < p->ntotals; j++)
			if (p->totals[j].iteration == p->nodes[c].iteration) {
				total_clear(&p->totals[j]);
				if ((int)v->kind == KIND_NO_MEMBERS)
					total_fail(&p->totals[j], v->p,
						"has no members, but a path leads through it");
			}
	}
}

static const char *
fail(struct plan *p, const char *at, const char *reason)
{
	p->err->at = at;
	p->err->reason = reason;
	return NULL;
}

/* White space is rare in what the API sends. */
static inline const char *
space(const struct plan *p, const char *s)
{
	return (unsigned char)*s <= ' ' ? json_space(s, p->end) : s;
}

static inline int
key_matches(const struct plan *p, const struct child *c, const char *s)
{
	if (c->len > BUF_PAD && (size_t)(p->end - s) < c->len) /* never beyond the padding */
		return 0;
#ifdef __SSE2__
	__m128i have = _mm_loadu_si128((const __m128i *)(const void *)s);
	__m128i need = _mm_loadu_si128((const __m128i *)(const void *)c->first);

	if (((unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(have, need)) & c->mask) != c->mask)
		return 0;
	return c->len <= 16 || memcmp(s + 16, c->key + 16, c->len - 16) == 0;
#else
	return memcmp(s, c->key, c->len) == 0;
#endif
}

/* A field that no path reads: count it by name. */
static void
count_unread(struct plan *p, int node, const char *key, size_t len)
{
	const struct node *n = &p->nodes[node];
	struct unread *u;
	size_t size;

	for (size_t i = 0; i < p->nunread; i++) {
		u = &p->unread[i];
		if (u->node == node && u->key_len == len &&
			memcmp(u->path + strlen(u->path) - len, key, len) == 0) {
			u->count++;
			return;
		}
	}
	if (p->nunread == UNREAD_MAX || len > 256) {
		p->unread_more++;
		return;
	}
	if ((u = realloc(p->unread, (p->nunread + 1) * sizeof *u)) == NULL)
		return; /* a report less, no row less */
	p->unread = u;
	u += p->nunread;
	size = strlen(n->path) + len + 2;
	if ((u->path = malloc(size)) == NULL)
		return;
	snprintf(u->path, size, "%s%s%.*s", n->path, n->path[strlen(n->path) - 1] == '.' ? "" : ".",
		(int)len, key);
	u->node = node;
	u->key_len = len;
	u->count = 1;
	p->nunread++;
}

/* The child whose key, written with escapes, is the string of LEN bytes at S; -1. */
static int
escaped_child(struct plan *p, const struct node *n, const char *s, size_t len)
{
	struct json_value v = {JSON_STRING, s, len};
	struct buf text, quoted;
	int found = -1;

	buf_init(&text, len * 3);
	buf_init(&quoted, len * 18 + 2);
	if (json_text(&text, &v, NULL) == -1 || json_put_text(&quoted, text.data, text.len) == -1)
		p->no_memory = 1;
	for (int i = 0; i < n->nchildren && !p->no_memory; i++)
		if (n->children[i].len == quoted.len &&
			memcmp(n->children[i].key, quoted.data, quoted.len) == 0)
			found = i;
	buf_free(&text);
	buf_free(&quoted);
	return found;
}

/* The key at *S was not the one expected: find its child (-1: unwanted) and go behind it. */
static int
find_child(struct plan *p, int node, const char **s)
{
	struct node *n = &p->nodes[node];
	const char *start = *s, *stop;
	size_t len;
	int found = -1;

	if (*start != '"') {
		fail(p, start < p->end ? start : p->end,
			start < p->end ? "an object's key must be a string"
				       : "the text ends in an object");
		*s = NULL;
		return -1;
	}
	if ((stop = json_skip_string(start, p->end, p->err)) == NULL) {
		*s = NULL;
		return -1;
	}
	*s = stop;
	len = (size_t)(stop - start);
	if (memchr(start, '\\', len) != NULL)
		found = escaped_child(p, n, start, len);
	else
		for (int i = 0; i < n->nchildren && found == -1; i++)
			if (n->children[i].len == len &&
				memcmp(n->children[i].key, start, len) == 0)
				found = i;
	if (found == -1 && !n->whole)
		count_unread(p, node, start + 1, len - 2);
	return found;
}

/* A string or a number, the usual ones without a call. */
static inline const char *
scan_scalar(struct plan *p, const char *s, enum json_kind *kind)
{
	const char *q = s;

	if (*s == '"') {
		*kind = JSON_STRING;
		q = vec_string(s + 1, p->end);
		return *q == '"' && q < p->end ? q + 1 : json_skip_string(s, p->end, p->err);
	}
	if (*s >= '0' && *s <= '9') {
		*kind = JSON_NUMBER;
		q += vec_digits(s);
		if (*q == '.' || *q == 'e' || *q == 'E' || (*s == '0' && q > s + 1) || q == s + 16)
			return json_skip_number(s, p->end, p->err);
		return q;
	}
	*kind = *s == 'n'   ? JSON_NULL
		: *s == 't' ? JSON_TRUE
		: *s == 'f' ? JSON_FALSE
			    : JSON_NUMBER;
	return json_skip_scalar(s, p->end, p->err);
}

static const char *scan_value(struct plan *p, int node, const char *s, int depth);

/* The value of a member: scalars that no path goes through, nearly all there are, without a call. */
static inline const char *
scan_member(struct plan *p, int node, const char *s, int depth)
{
	struct json_value *v = &p->values[node];
	const char *stop;

	if (!p->nodes[node].leaf || *s == '{' || *s == '[')
		return scan_value(p, node, s, depth);
	if ((stop = scan_scalar(p, s, &v->kind)) == NULL)
		return NULL;
	v->p = s;
	v->len = (size_t)(stop - s);
	return stop;
}

/* Behind a member or an element: at the next, or *DONE behind the closing bracket. */
static inline const char *
scan_comma(struct plan *p, const char *s, char close, int *done)
{
	s = space(p, s);
	if (*s == ',')
		return space(p, s + 1);
	if (*s == close) {
		*done = 1;
		return s + 1;
	}
	if (s >= p->end)
		return fail(p, p->end,
			close == '}' ? "the text ends in an object" : "the text ends in an array");
	return fail(p, s,
		close == '}' ? "no comma or } behind an object's member"
			     : "no comma or ] behind an array's element");
}

/* The object at S, a brace, whose members the children of NODE want. */
static const char *
scan_object(struct plan *p, int node, const char *s, int depth)
{
	struct node *n = &p->nodes[node];
	int expected = n->first, *link = &n->first, done = 0;

	if (depth >= JSON_DEPTH)
		return fail(p, s, "nested deeper than 512 levels");
	s = space(p, s + 1);
	if (*s == '}')
		return s + 1;
	while (!done) {
		int c = expected;

		if (c < n->nchildren && key_matches(p, &n->children[c], s)) {
			s += n->children[c].len;
		} else if (c < n->nchildren && n->children[c].next < n->nchildren &&
			   key_matches(p, &n->children[n->children[c].next], s)) {
			c = n->children[c].next; /* one member is missing */
			s += n->children[c].len;
		} else {
			c = find_child(p, node, &s);
			if (s == NULL)
				return NULL;
			if (c != -1)
				*link = c;
		}
		s = space(p, s);
		if (*s != ':')
			return fail(p, s < p->end ? s : p->end, "no colon behind an object's key");
		s = space(p, s + 1);
		if (c == -1) {
			s = json_skip_inside(s, p->end, depth + 1, p->err);
		} else {
			link = &n->children[c].next;
			expected = *link;
			s = scan_member(p, n->children[c].node, s, depth + 1);
		}
		if (s == NULL || (s = scan_comma(p, s, '}', &done)) == NULL)
			return NULL;
	}
	return s;
}

/*
 * The array (or object, whose values jq iterates as well) at S: run SCOPE and
 * scan ROOT for each element, then do EACH with ARG.
 */
static const char *
scan_elements(struct plan *p, int scope, int root, const char *s, int depth,
	int (*each)(struct plan *, void *), void *arg)
{
	char close = *s == '[' ? ']' : '}';
	int done = 0;

	if (depth >= JSON_DEPTH)
		return fail(p, s, "nested deeper than 512 levels");
	s = space(p, s + 1);
	if (*s == close)
		return s + 1;
	while (!done) {
		if (close == '}' && (s = json_skip_key(s, p->end, p->err)) == NULL)
			return NULL;
		scope_start(p, scope);
		if ((s = scan_value(p, root, s, depth + 1)) == NULL)
			return NULL;
		if (each(p, arg) != 0)
			return NULL;
		if ((s = scan_comma(p, s, close, &done)) == NULL)
			return NULL;
	}
	return s;
}

static int
add_element(struct plan *p, void *arg)
{
	const int *iteration = arg;

	for (int i = 0; i < p->ntotals; i++)
		if (p->totals[i].iteration == *iteration)
			total_add(p, &p->totals[i]);
	return 0;
}

/* A value that sums or lists iterate. */
static const char *
scan_iteration(struct plan *p, int node, const char *s, int depth)
{
	int iteration = p->nodes[node].iteration;
	const struct iteration *it = &p->iterations[iteration];
	int iterable = *s == '[' || *s == '{';

	for (int i = 0; i < p->ntotals; i++) {
		struct total *t = &p->totals[i];

		if (t->iteration != iteration)
			continue;
		total_clear(t);
		t->present = iterable;
		if (!iterable && *s != 'n')
			total_fail(t, s, "is not an array");
	}
	if (!iterable)
		return json_skip_scalar(s, p->end, p->err);
	return scan_elements(p, it->scope, it->element, s, depth, add_element, &iteration);
}

/*
 * The rows wait until the rest of the record is known.  They are checked when
 * they are scanned: for now, only their end is looked for.
 */
static const char *
find_rows(struct plan *p, const char *s, int depth)
{
	const char *stop = NULL;

	/* A double key: these replace those before, which must be JSON all the same. */
	if (p->unchecked != NULL && json_skip_inside(p->unchecked, p->end, depth, p->err) == NULL)
		return NULL;
	p->rows.p = s;
	p->rows.kind = *s == '[' ? JSON_ARRAY : JSON_OBJECT;
	if (p->rows.kind == JSON_ARRAY && !p->careful)
		stop = vec_array_end(s, p->end);
	p->unchecked = stop != NULL ? s : NULL;
	if (stop == NULL && (stop = json_skip_inside(s, p->end, depth, p->err)) == NULL)
		return NULL;
	p->rows.len = (size_t)(stop - s);
	return stop;
}

/* An object or array; the node may want its members, its elements, or all of it. */
static const char *
scan_container(struct plan *p, int node, const char *s, int depth)
{
	struct node *n = &p->nodes[node];

	if (n->nchildren > 0) {
		unsigned long stamp = p->scopes[n->scope].stamp;

		if (n->stamp == stamp) /* a double key: the last one counts, as in jq */
			set_below(p, node, &null_value);
		n->stamp = stamp;
	}
	if (n->rows)
		return find_rows(p, s, depth);
	if (n->iteration != -1)
		return scan_iteration(p, node, s, depth);
	if (*s == '{' && (n->nchildren > 0 || !n->whole))
		return scan_object(p, node, s, depth);
	if (*s == '[' && n->nchildren > 0) {
		const struct json_value array = {(enum json_kind)KIND_NO_MEMBERS, s, 1};

		set_below(p, node, &array);
	}
	return json_skip_inside(s, p->end, depth, p->err);
}

/* A scalar where a path wants to go on: null has null members, others have none. */
static void
scalar_below(struct plan *p, int node, const struct json_value *v)
{
	struct node *n = &p->nodes[node];
	struct json_value below = null_value;

	n->stamp = p->scopes[n->scope].stamp; /* an object of the same key must clear it */
	if (v->kind != JSON_NULL) {
		below = *v;
		below.kind = (enum json_kind)KIND_NO_MEMBERS;
	}
	set_below(p, node, &below);
}

/* The value at S, which belongs to NODE.  Where it ends, or NULL. */
static const char *
scan_value(struct plan *p, int node, const char *s, int depth)
{
	struct json_value v = {JSON_NULL, s, 0};
	const struct node *n = &p->nodes[node];
	const char *stop;

	if (*s == '{' || *s == '[') {
		v.kind = *s == '{' ? JSON_OBJECT : JSON_ARRAY;
		stop = scan_container(p, node, s, depth);
	} else if (n->iteration != -1) {
		stop = scan_iteration(p, node, s, depth);
	} else {
		stop = scan_scalar(p, s, &v.kind);
	}
	if (stop == NULL)
		return NULL;
	v.len = (size_t)(stop - s);
	if (v.kind < JSON_ARRAY) {
		if (n->nchildren > 0)
			scalar_below(p, node, &v);
		if (n->rows)
			p->rows = v;
	}
	p->values[node] = v;
	return stop;
}

struct row_call {
	int (*row)(void *);
	void *arg;
};

static int
call_row(struct plan *p, void *arg)
{
	const struct row_call *call = arg;

	if (p->no_memory || call->row(call->arg) != 0) {
		p->err->reason = NULL; /* told apart from what the scan finds wrong */
		return -1;
	}
	return 0;
}

/* A row's own arrays are totalled row by row. */
static int
each_row(struct plan *p, void *arg)
{
	int result = call_row(p, arg);

	totals_start(p, SCOPE_ROW);
	return result;
}

/* The rows of a record that was scanned, from their array. */
static int
scan_rows(struct plan *p, struct row_call *call)
{
	const char *stop;

	if (p->rows.p == NULL || (p->rows.kind != JSON_ARRAY && p->rows.kind != JSON_OBJECT)) {
		p->err->at = p->rows.p != NULL ? p->rows.p : p->end;
		p->err->reason = "the record has no array of rows";
		return PLAN_TYPE;
	}
	totals_start(p, SCOPE_ROW);
	stop = scan_elements(p, SCOPE_ROW, p->row_root, p->rows.p, 1, each_row, call);
	if (stop == NULL)
		return p->err->reason == NULL ? PLAN_STOP : PLAN_SYNTAX;
	if (stop != p->rows.p + p->rows.len) {
		fail(p, stop, "the array of rows ends early");
		return PLAN_SYNTAX;
	}
	return PLAN_OK;
}

/* The first scan after paths were added: settle what the hot loop asks. */
static void
seal(struct plan *p)
{
	for (int i = 0; i < p->nnodes; i++) {
		struct node *n = &p->nodes[i];

		n->leaf = n->nchildren == 0 && n->iteration == -1 && !n->rows;
		/* A wanted value around the rows: it must be JSON before it is read. */
		if (n->wanted && n->scope == SCOPE_RECORD && !n->leaf)
			p->careful = 1;
	}
	p->sealed = 1;
}

void
plan_be_careful(struct plan *p)
{
	p->careful = 1;
}

/* The rows' end was found by counting brackets, which in what is no JSON may mislead: what is really wrong? */
static int
find_wrong(struct plan *p, const char *text)
{
	struct json_error first;

	if (p->unchecked != NULL && json_skip(text, p->end, &first) == NULL)
		*p->err = first;
	return PLAN_SYNTAX;
}

int
plan_scan(struct plan *p, const char *text, size_t len, int (*row)(void *), void *arg,
	struct json_error *err)
{
	struct row_call call = {row, arg};
	const char *stop;
	int result = PLAN_OK;

	p->end = text + len;
	p->err = err;
	p->no_memory = 0;
	p->rows.p = NULL;
	p->unchecked = NULL;
	if (!p->sealed)
		seal(p);
	scope_start(p, SCOPE_RECORD);
	totals_start(p, SCOPE_RECORD);
	text = json_space(text, p->end);
	if (text >= p->end) {
		fail(p, p->end, "the text ends where a value should stand");
		return PLAN_SYNTAX;
	}
	if ((stop = scan_value(p, 0, text, 0)) == NULL)
		return find_wrong(p, text);
	if ((stop = json_space(stop, p->end)) < p->end) {
		fail(p, stop, "text behind the value");
		return find_wrong(p, text);
	}
	if (p->rows_node != -1)
		result = scan_rows(p, &call);
	else if (call_row(p, &call) != 0)
		result = PLAN_STOP;
	if (result == PLAN_SYNTAX)
		return find_wrong(p, text);
	return p->no_memory ? PLAN_MEMORY : result;
}

/*
 * Expressions.
 */

static int
eval_test(struct plan *p, struct expr *x, struct json_value *v, struct json_error *err)
{
	const struct json_value *right = &x->b->literal;
	int same, result = plan_eval(p, x->a, v, err);

	if (result != PLAN_OK)
		return result;
	same = v->kind == right->kind && (v->kind != JSON_STRING || same_text(p, v, right));
	*v = same == (x->op == EXPR_EQ) ? true_value : false_value;
	return p->no_memory ? PLAN_MEMORY : PLAN_OK;
}

int
plan_eval(struct plan *p, struct expr *x, struct json_value *v, struct json_error *err)
{
	int result;

	switch (x->op) {
	case EXPR_PATH:
		*v = p->values[x->slot];
		if ((int)v->kind != KIND_NO_MEMBERS)
			return PLAN_OK;
		*err = (struct json_error){v->p, "has no members, but a path leads through it"};
		return PLAN_TYPE;
	case EXPR_LITERAL:
		*v = x->literal;
		return PLAN_OK;
	case EXPR_SUM:
	case EXPR_LIST:
		return total_value(p, &p->totals[x->slot], v, err);
	case EXPR_ALT: /* what fails on the left fails the whole, as in jq 1.6 */
		result = plan_eval(p, x->a, v, err);
		if (result != PLAN_OK || (v->kind != JSON_NULL && v->kind != JSON_FALSE))
			return result;
		return plan_eval(p, x->b, v, err);
	case EXPR_IF:
		if ((result = eval_test(p, x->a, v, err)) != PLAN_OK)
			return result;
		return plan_eval(p, v->kind == JSON_TRUE ? x->b : x->c, v, err);
	case EXPR_EQ:
	case EXPR_NE:
		break;
	}
	return eval_test(p, x, v, err);
}

int
plan_unread(const struct plan *p, size_t n, const char **path, size_t *count)
{
	if (n < p->nunread) {
		*path = p->unread[n].path;
		*count = p->unread[n].count;
		return 1;
	}
	if (n == p->nunread && p->unread_more > 0) {
		*path = "(further names)";
		*count = p->unread_more;
		return 1;
	}
	return 0;
}

const struct json_value *
plan_slot(const struct plan *p, const struct expr *x)
{
	return x->op == EXPR_PATH ? &p->values[x->slot] : NULL;
}
