#include "flatten/trie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 4096 };

const struct json_value trie_null = {JSON_NULL, "null", 4};

/* Make room for one more element in an array of N. */
static void *
grow(void *array, int n, size_t size)
{
	if (n >= NODES_MAX)
		return NULL;
	return realloc(array, ((size_t)n + 1) * size);
}

static int
add_scope(struct trie *t)
{
	struct scope *s = grow(t->scopes, t->nscopes, sizeof *s);

	if (s == NULL)
		return -1;
	t->scopes = s;
	memset(&s[t->nscopes], 0, sizeof *s);
	return t->nscopes++;
}

/* A new node of SCOPE whose path is PREFIX and then SUFFIX. */
static int
add_node(struct trie *t, int scope, const char *prefix, const char *suffix)
{
	struct json_value *values = grow(t->values, t->nnodes, sizeof *values);
	struct node *nodes;
	size_t size = strlen(prefix) + strlen(suffix) + 1;
	char *path;

	if (values == NULL)
		return -1;
	t->values = values;
	if ((nodes = grow(t->nodes, t->nnodes, sizeof *nodes)) == NULL)
		return -1;
	t->nodes = nodes;
	if ((path = malloc(size)) == NULL)
		return -1;
	snprintf(path, size, "%s%s", prefix, suffix);
	t->values[t->nnodes] = trie_null;
	t->nodes[t->nnodes] = (struct node){.scope = scope, .iteration = -1, .path = path};
	t->changed = 1;
	return t->nnodes++;
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
child_of(struct trie *t, int node, const char *key)
{
	struct child *children, c = {0};
	char name[300];
	struct node *n = &t->nodes[node];

	if (set_key(&c, key) == -1)
		return -1;
	for (int i = 0; i < n->nchildren; i++)
		if (n->children[i].len == c.len && memcmp(n->children[i].key, c.key, c.len) == 0) {
			free(c.key);
			return n->children[i].node;
		}
	snprintf(
		name, sizeof name, "%s%.256s", n->path[strlen(n->path) - 1] == '.' ? "" : ".", key);
	if ((c.node = add_node(t, n->scope, n->path, name)) == -1)
		goto err;
	n = &t->nodes[node]; /* they may have moved */
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
element_of(struct trie *t, int node)
{
	struct iteration *its;
	int scope, element;

	if (t->nodes[node].iteration != -1)
		return t->iterations[t->nodes[node].iteration].element;
	if ((its = grow(t->iterations, t->niterations, sizeof *its)) == NULL)
		return -1;
	t->iterations = its;
	if ((scope = add_scope(t)) == -1)
		return -1;
	if ((element = add_node(t, scope, t->nodes[node].path, "[]")) == -1)
		return -1;
	t->changed = 1;
	its[t->niterations] = (struct iteration){node, element, scope, t->nodes[node].scope};
	t->nodes[node].iteration = t->niterations++;
	return element;
}

/* `.a[]` beside `.a.b` would need both an array and an object: 1 where a step from N would ask for that. */
static int
conflicts(const struct node *n, int iterate)
{
	return n->rows || (iterate ? n->nchildren > 0 : n->iteration != -1);
}

int
trie_walk(struct trie *t, const struct path *path, int lenient, int *iteration)
{
	int node = path->record ? 0 : t->row_root;

	*iteration = -1;
	for (size_t i = 0; node != -1; i++) {
		if (path->iterate == (int)i) {
			int array = node;

			if (conflicts(&t->nodes[array], 1))
				return lenient ? array : TRIE_CONFLICT;
			if ((node = element_of(t, array)) == -1)
				return TRIE_MEMORY;
			*iteration = t->nodes[array].iteration;
		}
		if (i == path->nkeys)
			break;
		if (conflicts(&t->nodes[node], 0))
			return lenient ? node : TRIE_CONFLICT;
		node = child_of(t, node, path->keys[i]);
	}
	return node;
}

int
trie_want(struct trie *t, int node)
{
	struct scope *s = &t->scopes[t->nodes[node].scope];
	int *nodes;

	if (t->nodes[node].wanted)
		return 0;
	if ((nodes = grow(s->nodes, s->nnodes, sizeof *nodes)) == NULL)
		return -1;
	s->nodes = nodes;
	s->nodes[s->nnodes++] = node;
	t->nodes[node].wanted = 1;
	t->nodes[node].whole = 1;
	return 0;
}

/* The node of the rows' array, and the scope and root of the rows. */
static int
set_rows(struct trie *t, const struct path *path)
{
	int node = 0;

	if (path->iterate == -1) {
		t->row_root = 0;
		t->rows_node = -1;
		return 0;
	}
	for (size_t i = 0; i < path->nkeys; i++)
		if ((node = child_of(t, node, path->keys[i])) == -1)
			return -1;
	t->rows_node = node;
	t->nodes[node].rows = 1;
	t->row_root = add_node(t, TRIE_ROW, t->nodes[node].path, "[]");
	return t->row_root == -1 ? -1 : 0;
}

int
trie_init(struct trie *t, const struct path *rows)
{
	return add_scope(t) == -1 || add_scope(t) == -1 ||
			       add_node(t, TRIE_RECORD, ".", "") == -1 || set_rows(t, rows) == -1
		       ? -1
		       : 0;
}

void
trie_free(struct trie *t)
{
	for (int i = 0; i < t->nnodes; i++) {
		for (int j = 0; j < t->nodes[i].nchildren; j++)
			free(t->nodes[i].children[j].key);
		free(t->nodes[i].children);
		free(t->nodes[i].path);
	}
	for (int i = 0; i < t->nscopes; i++)
		free(t->scopes[i].nodes);
	free(t->nodes);
	free(t->values);
	free(t->scopes);
	free(t->iterations);
}
