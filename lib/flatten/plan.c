#include "flatten/plan.h"

#include <stdlib.h>
#include <string.h>

#include "flatten/scan.h"

static const struct json_value true_value = {JSON_TRUE, "true", 4};
static const struct json_value false_value = {JSON_FALSE, "false", 5};

struct plan *
plan_new(const char *rows, int *native)
{
	struct plan *p = NULL;
	struct path path = {.nkeys = 0};
	int found = expr_path_parse(rows, &path);

	*native = found != 0;
	if (found != 1)
		return NULL;
	if (path.record || (path.iterate == -1 && path.nkeys > 0) ||
		(path.iterate != -1 && path.iterate != (int)path.nkeys)) {
		*native = 0;
		goto err;
	}
	if ((p = calloc(1, sizeof *p)) == NULL || trie_init(&p->trie, &path) == -1)
		goto err;
	expr_path_free(&path);
	return p;
err:
	expr_path_free(&path);
	plan_free(p);
	return NULL;
}

void
plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	trie_free(&p->trie);
	total_free(&p->totals);
	unread_free(&p->unread);
	free(p);
}

int
plan_add(struct plan *p, struct expr *x)
{
	int node, iteration;
	struct expr *parts[] = {x->a, x->b, x->c};

	if (x->op == EXPR_PATH || x->op == EXPR_HAS || expr_is_call(x)) {
		if ((node = trie_walk(&p->trie, &x->path, 0, &iteration)) == TRIE_CONFLICT)
			return 0;
		if (node == TRIE_MEMORY || trie_want(&p->trie, node) == -1)
			return -1;
		x->slot = node;
		if (expr_is_call(x) &&
			(x->slot = total_add(&p->totals, x->op, node, iteration)) == -1)
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
	int iteration, node = trie_walk(&p->trie, path, 1, &iteration);

	if (node == TRIE_MEMORY)
		return -1;
	p->trie.nodes[node].whole = 1;
	return 1;
}

int
plan_ignore(struct plan *p, const char *source)
{
	struct path path;
	int found = expr_path_parse(source, &path);

	if (found != 1)
		return found;
	found = ignore_path(p, &path);
	expr_path_free(&path);
	return found;
}

int
plan_ignore_expr(struct plan *p, const struct expr *x)
{
	if (x == NULL)
		return 1;
	if ((x->op == EXPR_PATH || x->op == EXPR_HAS || expr_is_call(x)) &&
		ignore_path(p, &x->path) == -1)
		return -1;
	return plan_ignore_expr(p, x->a) == -1 || plan_ignore_expr(p, x->b) == -1 ||
			       plan_ignore_expr(p, x->c) == -1
		       ? -1
		       : 1;
}

const char *
plan_null_row(const struct plan *p)
{
	int root = p->trie.row_root;

	return p->trie.values[root].kind == JSON_NULL && !p->trie.nodes[root].whole
		       ? p->trie.values[root].p
		       : NULL;
}

void
plan_be_careful(struct plan *p)
{
	p->careful = 1;
}

static int
eval_test(struct plan *p, struct expr *x, struct json_value *v, struct json_error *err)
{
	const struct json_value *right = &x->b->literal;
	int same, result = plan_eval(p, x->a, v, err);

	if (result != PLAN_OK)
		return result;
	same = v->kind == right->kind;
	if (same && v->kind == JSON_STRING && (same = json_same(v, right)) == -1)
		return PLAN_MEMORY;
	*v = same == (x->op == EXPR_EQ) ? true_value : false_value;
	return PLAN_OK;
}

/* A member that is not there has the null that no record holds; jq asks objects, and null. */
static int
eval_has(const struct plan *p, const struct expr *x, struct json_value *v, struct json_error *err)
{
	const struct json_value *row = &p->trie.values[p->trie.row_root];

	if (row->kind != JSON_OBJECT && row->kind != JSON_NULL) {
		*err = (struct json_error){
			.at = row->p, .reason = "is no object, but has() asks for a member of it"};
		return PLAN_TYPE;
	}
	*v = p->trie.values[x->slot].p == trie_null.p ? false_value : true_value;
	return PLAN_OK;
}

int
plan_eval(struct plan *p, struct expr *x, struct json_value *v, struct json_error *err)
{
	struct total *total;
	int result;

	switch (x->op) {
	case EXPR_PATH:
		*v = p->trie.values[x->slot];
		if ((int)v->kind != TRIE_NO_MEMBERS)
			return PLAN_OK;
		*err = (struct json_error){
			.at = v->p, .reason = "has no members, but a path leads through it"};
		return PLAN_TYPE;
	case EXPR_LITERAL:
		*v = x->literal;
		return PLAN_OK;
	case EXPR_SUM:
	case EXPR_LIST:
	case EXPR_ONE:
		total = &p->totals.v[x->slot];
		return total_value(total, &p->trie.values[total->node], v, err, &p->no_memory);
	case EXPR_ALT: /* what fails on the left fails the whole, as in jq 1.6 */
		result = plan_eval(p, x->a, v, err);
		if (result != PLAN_OK || (v->kind != JSON_NULL && v->kind != JSON_FALSE))
			return result;
		return plan_eval(p, x->b, v, err);
	case EXPR_IF:
		if ((result = plan_eval(p, x->a, v, err)) != PLAN_OK)
			return result;
		return plan_eval(p, v->kind == JSON_TRUE ? x->b : x->c, v, err);
	case EXPR_HAS:
		return eval_has(p, x, v, err);
	case EXPR_EQ:
	case EXPR_NE:
		break;
	}
	return eval_test(p, x, v, err);
}

const struct json_value *
plan_slot(const struct plan *p, const struct expr *x)
{
	return x->op == EXPR_PATH ? &p->trie.values[x->slot] : NULL;
}

int
plan_knows(const struct plan *p, const char *key)
{
	const struct node *record = &p->trie.nodes[0];
	size_t len = strlen(key);

	for (int i = 0; i < record->nchildren; i++)
		if (record->children[i].len == len + 2 &&
			memcmp(record->children[i].key + 1, key, len) == 0)
			return 1;
	return record->whole;
}

int
plan_unread(const struct plan *p, size_t n, const char **path, size_t *count)
{
	const struct unread *u = &p->unread;

	if (n >= u->n + (u->more > 0))
		return 0;
	*path = n < u->n ? u->fields[n].path : "(further names)";
	*count = n < u->n ? u->fields[n].count : u->more;
	return 1;
}
