#include "flatten/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

static void
scope_start(struct plan *p, int scope)
{
	struct scope *s = &p->trie.scopes[scope];

	s->stamp = ++p->run;
	for (int i = 0; i < s->nnodes; i++)
		p->trie.values[s->nodes[i]] = trie_null;
}

/* The totals over arrays that belong to SCOPE start anew. */
static void
total_start(struct plan *p, int scope)
{
	for (int i = 0; i < p->totals.n; i++) {
		struct total *t = &p->totals.v[i];

		if (t->iteration != -1 && p->trie.iterations[t->iteration].outer == scope)
			total_clear(t);
	}
}

/* Give all values below NODE the value V: null, or what has no members. */
static void
set_below(struct plan *p, int node, const struct json_value *v)
{
	const struct node *n = &p->trie.nodes[node];

	for (int i = 0; i < n->nchildren; i++) {
		int c = n->children[i].node;

		p->trie.values[c] = *v;
		if (p->trie.nodes[c].rows) {
			p->rows = *v;
			if (v->kind == JSON_NULL)
				p->rows.p = NULL; /* as if it had not been there */
		}
		set_below(p, c, v);
		if (p->trie.nodes[c].iteration == -1)
			continue;
		for (int j = 0; j < p->totals.n; j++)
			if (p->totals.v[j].iteration == p->trie.nodes[c].iteration) {
				total_clear(&p->totals.v[j]);
				if ((int)v->kind == TRIE_NO_MEMBERS)
					total_fail(&p->totals.v[j], v->p,
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

/* What ant-fetch puts into a record for those who ask for it is no field of the API's. */
static int
is_asked(int node, const char *key, size_t len)
{
	static const char asked[] = "\"" EXPR_ASKED "\"";

	return node == 0 && len == sizeof asked - 1 && memcmp(key, asked, len) == 0;
}

/* The key at *S was not the one expected: find its child (-1: unwanted) and go past it. */
static int
find_child(struct plan *p, int node, const char **s)
{
	struct node *n = &p->trie.nodes[node];
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
	if (found == -1 && !n->whole && !is_asked(node, start, len))
		unread_count(&p->unread, node, n->path, start + 1, len - 2);
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
	struct json_value *v = &p->trie.values[node];
	const char *stop;

	if (!p->trie.nodes[node].leaf || *s == '{' || *s == '[')
		return scan_value(p, node, s, depth);
	if ((stop = scan_scalar(p, s, &v->kind)) == NULL)
		return NULL;
	v->p = s;
	v->len = (size_t)(stop - s);
	return stop;
}

/* S stands after a member or an element: go to the next, or past the closing bracket with *DONE. */
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
	struct node *n = &p->trie.nodes[node];
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

	total_element(&p->totals, *iteration, p->trie.values, &p->no_memory);
	return 0;
}

/* A value that sums or lists iterate. */
static const char *
scan_iteration(struct plan *p, int node, const char *s, int depth)
{
	int iteration = p->trie.nodes[node].iteration;
	const struct iteration *it = &p->trie.iterations[iteration];
	int iterable = *s == '[' || *s == '{';

	for (int i = 0; i < p->totals.n; i++) {
		struct total *t = &p->totals.v[i];

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
	struct node *n = &p->trie.nodes[node];

	if (n->nchildren > 0) {
		unsigned long stamp = p->trie.scopes[n->scope].stamp;

		if (n->stamp == stamp) /* a double key: the last one counts, as in jq */
			set_below(p, node, &trie_null);
		n->stamp = stamp;
	}
	if (n->rows)
		return find_rows(p, s, depth);
	if (n->iteration != -1)
		return scan_iteration(p, node, s, depth);
	if (*s == '{' && (n->nchildren > 0 || !n->whole))
		return scan_object(p, node, s, depth);
	if (*s == '[' && n->nchildren > 0) {
		const struct json_value array = {(enum json_kind)TRIE_NO_MEMBERS, s, 1};

		set_below(p, node, &array);
	}
	return json_skip_inside(s, p->end, depth, p->err);
}

/* A scalar where a path wants to go on: null has null members, others have none. */
static void
scalar_below(struct plan *p, int node, const struct json_value *v)
{
	struct node *n = &p->trie.nodes[node];
	struct json_value below = trie_null;

	n->stamp = p->trie.scopes[n->scope].stamp; /* an object of the same key must clear it */
	if (v->kind != JSON_NULL) {
		below = *v;
		below.kind = (enum json_kind)TRIE_NO_MEMBERS;
	}
	set_below(p, node, &below);
}

/* The value at S, which belongs to NODE.  Where it ends, or NULL. */
static const char *
scan_value(struct plan *p, int node, const char *s, int depth)
{
	struct json_value v = {JSON_NULL, s, 0};
	const struct node *n = &p->trie.nodes[node];
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
	p->trie.values[node] = v;
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

	total_start(p, TRIE_ROW);
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
	total_start(p, TRIE_ROW);
	stop = scan_elements(p, TRIE_ROW, p->trie.row_root, p->rows.p, 1, each_row, call);
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
	for (int i = 0; i < p->trie.nnodes; i++) {
		struct node *n = &p->trie.nodes[i];

		n->leaf = n->nchildren == 0 && n->iteration == -1 && !n->rows;
		/* What stands in a column as a whole is read, whoever else reads parts of it. */
		for (int k = 0; k < n->nchildren && n->whole; k++)
			p->trie.nodes[n->children[k].node].whole = 1;
		/* A wanted value around the rows: it must be JSON before it is read. */
		if (n->wanted && n->scope == TRIE_RECORD && !n->leaf)
			p->careful = 1;
	}
	p->trie.changed = 0;
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
	if (p->trie.changed)
		seal(p);
	scope_start(p, TRIE_RECORD);
	total_start(p, TRIE_RECORD);
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
	if (p->trie.rows_node != -1)
		result = scan_rows(p, &call);
	else if (call_row(p, &call) != 0)
		result = PLAN_STOP;
	if (result == PLAN_SYNTAX)
		return find_wrong(p, text);
	return p->no_memory ? PLAN_MEMORY : result;
}
