#include "bruin/yaml.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/near.h"

enum { KEYS_MAX = 512, MERGES_MAX = 8, DEPTH_MAX = 32, VALUE_MAX = 64 << 10 };

struct bruin_yaml {
	const char *path;
	yaml_document_t tree;
};

/* A node of ours is one of libyaml under a name that needs no yaml.h. */
static const yaml_node_t *
yaml(const struct bruin_yaml_node *n)
{
	return (const yaml_node_t *)n;
}

static const struct bruin_yaml_node *
node(struct bruin_yaml *t, int id)
{
	return (const struct bruin_yaml_node *)yaml_document_get_node(&t->tree, id);
}

/* ---- messages: a place, and never a value ---------------------------------------------- */

int
bruin_yaml_fail(struct ant_err *e, const struct bruin_yaml *t, const struct bruin_yaml_node *at,
	const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(e, ANT_USAGE, "%s:%zu: %s", t->path, bruin_yaml_line(at), text);
}

int
bruin_yaml_unknown(const struct bruin_yaml *t, const struct bruin_yaml_node *key, const char *what,
	const char *const *const lists[], struct ant_err *e)
{
	const char *best = NULL, *name = bruin_yaml_name(key);

	for (size_t l = 0; lists[l] != NULL; l++)
		for (size_t i = 0; lists[l][i] != NULL; i++)
			best = near_better(name, best, lists[l][i]);
	return bruin_yaml_fail(e, t, key, "%s %.64s cannot be honoured%s%s%s", what, name,
		best != NULL ? "; did you mean " : ": leave it out", best != NULL ? best : "",
		best != NULL ? "?" : "");
}

/* Memory, or a value beyond what a buffer may hold. */
static int
too_much(const char *path, struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "%s", path);
}

/* ---- trees ------------------------------------------------------------------------------ */

/* Walk through the text once: libyaml's time grows with the square of the depth. */
static int
check_depth(const char *path, const char *text, size_t len, struct ant_err *e)
{
	yaml_parser_t parser;
	yaml_event_t event;
	yaml_event_type_t type = YAML_NO_EVENT;
	int depth = 0;

	if (!yaml_parser_initialize(&parser))
		return too_much(path, e);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT &&
		depth <= DEPTH_MAX && yaml_parser_parse(&parser, &event)) {
		type = event.type;
		depth += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
		depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
		yaml_event_delete(&event);
	}
	if (depth > DEPTH_MAX)
		err_set(e, ANT_USAGE, "%s:%zu: nested deeper than %d", path, parser.mark.line + 1,
			DEPTH_MAX);
	yaml_parser_delete(&parser);
	return depth > DEPTH_MAX ? -1 : 0;
}

static int
parse(struct bruin_yaml *t, const char *text, size_t len, struct ant_err *e)
{
	yaml_parser_t parser;
	int good;

	if (!yaml_parser_initialize(&parser))
		return too_much(t->path, e);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	good = yaml_parser_load(&parser, &t->tree);
	if (!good)
		err_set(e, ANT_USAGE, "%s:%zu: %s", t->path, parser.problem_mark.line + 1,
			parser.problem != NULL ? parser.problem : "no YAML");
	yaml_parser_delete(&parser);
	return good ? 0 : -1;
}

struct bruin_yaml *
bruin_yaml_load(const char *path, const char *text, size_t len, struct ant_err *e)
{
	struct bruin_yaml *t;

	if (check_depth(path, text, len, e) == -1)
		return NULL;
	if ((t = malloc(sizeof *t)) == NULL) {
		too_much(path, e);
		return NULL;
	}
	t->path = path;
	if (parse(t, text, len, e) == -1) {
		free(t);
		return NULL;
	}
	if (bruin_yaml_root(t) == NULL) {
		bruin_yaml_fail(e, t, NULL, "nothing is in it");
		bruin_yaml_free(t);
		return NULL;
	}
	return t;
}

void
bruin_yaml_free(struct bruin_yaml *t)
{
	if (t != NULL)
		yaml_document_delete(&t->tree);
	free(t);
}

const char *
bruin_yaml_path(const struct bruin_yaml *t)
{
	return t->path;
}

const struct bruin_yaml_node *
bruin_yaml_root(struct bruin_yaml *t)
{
	return (const struct bruin_yaml_node *)yaml_document_get_root_node(&t->tree);
}

size_t
bruin_yaml_line(const struct bruin_yaml_node *n)
{
	return n != NULL ? yaml(n)->start_mark.line + 1 : 1;
}

int
bruin_yaml_is(const struct bruin_yaml_node *n, const char *text)
{
	const yaml_node_t *y = yaml(n);

	return y != NULL && y->type == YAML_SCALAR_NODE && y->data.scalar.length == strlen(text) &&
	       memcmp(y->data.scalar.value, text, y->data.scalar.length) == 0;
}

int
bruin_yaml_is_one(const struct bruin_yaml_node *n, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (bruin_yaml_is(n, *texts))
			return 1;
	return 0;
}

int
bruin_yaml_is_null(const struct bruin_yaml_node *n)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};

	return n == NULL || (yaml(n)->type == YAML_SCALAR_NODE &&
				    yaml(n)->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
				    bruin_yaml_is_one(n, nulls));
}

int
bruin_yaml_is_true(const struct bruin_yaml_node *n)
{
	static const char *const truths[] = {"true", "True", "TRUE", "yes", "on", NULL};

	return bruin_yaml_is_one(n, truths);
}

int
bruin_yaml_is_list(const struct bruin_yaml_node *n)
{
	return n != NULL && yaml(n)->type == YAML_SEQUENCE_NODE;
}

static int
is_map(const struct bruin_yaml_node *n)
{
	return n != NULL && yaml(n)->type == YAML_MAPPING_NODE;
}

const char *
bruin_yaml_name(const struct bruin_yaml_node *n)
{
	const yaml_node_t *y = yaml(n);

	if (y == NULL || y->type != YAML_SCALAR_NODE ||
		strlen((const char *)y->data.scalar.value) != y->data.scalar.length)
		return "";
	return (const char *)y->data.scalar.value;
}

size_t
bruin_yaml_count(const struct bruin_yaml_node *n)
{
	const yaml_node_t *y = yaml(n);

	if (is_map(n))
		return (size_t)(y->data.mapping.pairs.top - y->data.mapping.pairs.start);
	if (bruin_yaml_is_list(n))
		return (size_t)(y->data.sequence.items.top - y->data.sequence.items.start);
	return 0;
}

const struct bruin_yaml_node *
bruin_yaml_key(struct bruin_yaml *t, const struct bruin_yaml_node *map, size_t i)
{
	return node(t, yaml(map)->data.mapping.pairs.start[i].key);
}

const struct bruin_yaml_node *
bruin_yaml_value(struct bruin_yaml *t, const struct bruin_yaml_node *map, size_t i)
{
	return node(t, yaml(map)->data.mapping.pairs.start[i].value);
}

const struct bruin_yaml_node *
bruin_yaml_item(struct bruin_yaml *t, const struct bruin_yaml_node *list, size_t i)
{
	return node(t, yaml(list)->data.sequence.items.start[i]);
}

static const struct bruin_yaml_node *
find(struct bruin_yaml *t, const struct bruin_yaml_node *map, const char *key, int depth)
{
	const struct bruin_yaml_node *merged = NULL, *found;

	if (!is_map(map) || depth > MERGES_MAX)
		return NULL;
	for (size_t i = 0; i < bruin_yaml_count(map); i++) {
		if (bruin_yaml_is(bruin_yaml_key(t, map, i), key))
			return bruin_yaml_is_null(bruin_yaml_value(t, map, i))
				       ? NULL
				       : bruin_yaml_value(t, map, i);
		if (bruin_yaml_is(bruin_yaml_key(t, map, i), "<<"))
			merged = bruin_yaml_value(t, map, i);
	}
	if (!bruin_yaml_is_list(merged))
		return find(t, merged, key, depth + 1);
	for (size_t i = 0; i < bruin_yaml_count(merged) && i < MERGES_MAX; i++)
		if ((found = find(t, bruin_yaml_item(t, merged, i), key, MERGES_MAX)) != NULL)
			return found;
	return NULL;
}

const struct bruin_yaml_node *
bruin_yaml_get(struct bruin_yaml *t, const struct bruin_yaml_node *map, const char *key)
{
	return find(t, map, key, 0);
}

int
bruin_yaml_check_map(struct bruin_yaml *t, const struct bruin_yaml_node *map, const char *what,
	struct ant_err *e)
{
	const size_t n = bruin_yaml_count(map);

	if (!is_map(map))
		return bruin_yaml_fail(e, t, map, "%s is no mapping of names and values", what);
	if (n > KEYS_MAX)
		return bruin_yaml_fail(e, t, map, "%s has more than %d keys", what, KEYS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct bruin_yaml_node *key = bruin_yaml_key(t, map, i);
		const char *name = bruin_yaml_name(key);

		if (*name == '\0')
			return bruin_yaml_fail(e, t, key, "a key of %s is no name", what);
		for (size_t j = 0; j < i; j++)
			if (strcmp(name, bruin_yaml_name(bruin_yaml_key(t, map, j))) == 0)
				return bruin_yaml_fail(e, t, key, "%.64s is there twice", name);
	}
	return 0;
}

/* ---- values: text, with what it takes from the environment ------------------------------ */

/* The length of the name of a variable at P. */
static size_t
variable(const char *p)
{
	size_t n = 0;

	while (isalpha((unsigned char)p[n]) || p[n] == '_' ||
		(n > 0 && isdigit((unsigned char)p[n])))
		n++;
	return n;
}

static int
put_variable(const struct bruin_yaml *t, const struct bruin_yaml_node *at, const char *name,
	size_t len, struct buf *to, struct ant_err *e)
{
	char copy[256];
	const char *value;

	if (len >= sizeof copy)
		return bruin_yaml_fail(e, t, at, "the name of a variable is too long");
	memcpy(copy, name, len);
	copy[len] = '\0';
	if ((value = getenv(copy)) == NULL)
		return bruin_yaml_fail(e, t, at, "the variable %s is not set", copy);
	return buf_puts(to, value) == -1 ? too_much(t->path, e) : 0;
}

/* {{ env_var('X') }} at P, with either quote: its length, and where the name is; 0 for anything else. */
static size_t template(const char *p, const char **name, size_t *len)
{
	const char *start = p;
	char quote;

	p += 2 + strspn(p + 2, " \t");
	if (strncmp(p, "env_var", 7) != 0)
		return 0;
	p += 7;
	p += strspn(p, " \t");
	if (*p++ != '(')
		return 0;
	p += strspn(p, " \t");
	quote = *p++;
	if (quote != '\'' && quote != '"') /* or the text has ended */
		return 0;
	*name = p;
	*len = variable(p);
	p += *len;
	if (*len == 0 || *p++ != quote)
		return 0;
	p += strspn(p, " \t");
	if (*p++ != ')')
		return 0;
	p += strspn(p, " \t");
	return strncmp(p, "}}", 2) == 0 ? (size_t)(p + 2 - start) : 0;
}

/* What TEXT, the value at AT, says, at the end of TO; what a variable holds is not looked at again. */
static int
expand(const struct bruin_yaml *t, const struct bruin_yaml_node *at, const char *p, struct buf *to,
	struct ant_err *e)
{
	const char *name;
	size_t len, n;

	while (*p != '\0') {
		n = variable(p[0] == '$' && p[1] == '{' ? p + 2 : "");
		if (n > 0 && p[2 + n] == '}') {
			if (put_variable(t, at, p + 2, n, to, e) == -1)
				return -1;
			p += n + 3;
		} else if (p[0] == '{' && (p[1] == '{' || p[1] == '%')) {
			if (p[1] == '%' || (n = template(p, &name, &len)) == 0)
				return bruin_yaml_fail(e, t, at,
					"of templates, only {{ env_var('NAME') }} can be honoured");
			if (put_variable(t, at, name, len, to, e) == -1)
				return -1;
			p += n;
		} else if (buf_putc(to, *p++) == -1)
			return too_much(t->path, e);
	}
	return 0;
}

int
bruin_yaml_text(const struct bruin_yaml *t, const struct bruin_yaml_node *n, const char *what,
	struct buf *to, struct ant_err *e)
{
	const yaml_node_t *y = yaml(n);

	buf_clear(to);
	if (n == NULL)
		return buf_str(to) == NULL ? too_much(t->path, e) : 0;
	if (y->type != YAML_SCALAR_NODE)
		return bruin_yaml_fail(e, t, n, "%s is no text", what);
	if (strlen((const char *)y->data.scalar.value) != y->data.scalar.length)
		return bruin_yaml_fail(e, t, n, "%s holds a NUL", what);
	if (y->data.scalar.length > VALUE_MAX)
		return bruin_yaml_fail(e, t, n, "%s is too long", what);
	if (expand(t, n, (const char *)y->data.scalar.value, to, e) == -1)
		return -1;
	return buf_str(to) == NULL ? too_much(t->path, e) : 0;
}
