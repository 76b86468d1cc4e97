#include "bruin.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "near.h"

enum { KEYS_MAX = 512, ITEMS_MAX = 4096, MERGES_MAX = 8, DEPTH_MAX = 32, VALUE_MAX = 64 << 10 };

/* A file as a tree.  Aliases are not expanded: a tree is never larger than its file. */
struct doc {
	const char *path;
	yaml_document_t tree;
	int loaded;
};

struct work {
	const struct bruin *b;
	struct doc asset, config, pipeline;
	yaml_node_t *top, *parameters, *connections;
	const char *prefix; /* of schemas, in this environment; owned by config's tree */
	struct buf *to, a, uri;
	struct ant_err *e;
};

/* ---- messages: a place, and never a value ---------------------------------------------- */

static int fail(struct work *w, const struct doc *d, const yaml_node_t *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int
fail(struct work *w, const struct doc *d, const yaml_node_t *at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(w->e, ANT_USAGE, "%s:%zu: %s", d->path,
		at != NULL ? at->start_mark.line + 1 : 1, text);
}

/* Memory, or a value beyond what a buffer may hold. */
static int
too_much(struct work *w, const struct doc *d)
{
	return err_sys(w->e, ANT_FAIL, "%s", d->path);
}

/* ---- trees ------------------------------------------------------------------------------ */

/* Walk through the text once: libyaml's time grows with the square of the depth. */
static int
check_depth(struct work *w, const struct doc *d, const char *text, size_t len)
{
	yaml_parser_t parser;
	yaml_event_t event;
	yaml_event_type_t type = YAML_NO_EVENT;
	int depth = 0;

	if (!yaml_parser_initialize(&parser))
		return too_much(w, d);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT &&
		depth <= DEPTH_MAX && yaml_parser_parse(&parser, &event)) {
		type = event.type;
		depth += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
		depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
		yaml_event_delete(&event);
	}
	if (depth > DEPTH_MAX)
		err_set(w->e, ANT_USAGE, "%s:%zu: nested deeper than %d", d->path,
			parser.mark.line + 1, DEPTH_MAX);
	yaml_parser_delete(&parser);
	return depth > DEPTH_MAX ? -1 : 0;
}

static int
doc_load(struct work *w, struct doc *d, const char *path, const char *text, size_t len)
{
	yaml_parser_t parser;
	int good;

	d->path = path;
	if (check_depth(w, d, text, len) == -1)
		return -1;
	if (!yaml_parser_initialize(&parser))
		return too_much(w, d);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	good = yaml_parser_load(&parser, &d->tree);
	if (!good)
		err_set(w->e, ANT_USAGE, "%s:%zu: %s", path, parser.problem_mark.line + 1,
			parser.problem != NULL ? parser.problem : "no YAML");
	yaml_parser_delete(&parser);
	d->loaded = good;
	if (good && yaml_document_get_root_node(&d->tree) == NULL)
		return fail(w, d, NULL, "nothing is in it");
	return good ? 0 : -1;
}

static yaml_node_t *
node(struct doc *d, int id)
{
	return yaml_document_get_node(&d->tree, id);
}

/* Whether N is a scalar of this text. */
static int
is(const yaml_node_t *n, const char *text)
{
	return n != NULL && n->type == YAML_SCALAR_NODE && n->data.scalar.length == strlen(text) &&
	       memcmp(n->data.scalar.value, text, n->data.scalar.length) == 0;
}

/* Null as YAML writes it; a text in quotes never is. */
static int
is_null(const yaml_node_t *n)
{
	return n == NULL ||
	       (n->type == YAML_SCALAR_NODE && n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		       (is(n, "") || is(n, "~") || is(n, "null") || is(n, "Null") ||
			       is(n, "NULL")));
}

static int
is_true(const yaml_node_t *n)
{
	return is(n, "true") || is(n, "True") || is(n, "TRUE") || is(n, "yes") || is(n, "on");
}

/* The key of a pair as a C string for comparisons, "" for what is no plain name. */
static const char *
key_name(const yaml_node_t *k)
{
	if (k == NULL || k->type != YAML_SCALAR_NODE ||
		strlen((const char *)k->data.scalar.value) != k->data.scalar.length)
		return "";
	return (const char *)k->data.scalar.value;
}

/* The value of KEY in the mapping MAP, also of those that `<<` merges into it; NULL where none is. */
static yaml_node_t *
find(struct doc *d, yaml_node_t *map, const char *key, int depth)
{
	yaml_node_t *merged = NULL, *found;

	if (map == NULL || map->type != YAML_MAPPING_NODE || depth > MERGES_MAX)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
		p++) {
		if (is(node(d, p->key), key))
			return is_null(node(d, p->value)) ? NULL : node(d, p->value);
		if (is(node(d, p->key), "<<"))
			merged = node(d, p->value);
	}
	if (merged == NULL || merged->type != YAML_SEQUENCE_NODE)
		return find(d, merged, key, depth + 1);
	for (yaml_node_item_t *i = merged->data.sequence.items.start;
		i < merged->data.sequence.items.top &&
		i < merged->data.sequence.items.start + MERGES_MAX;
		i++)
		if ((found = find(d, node(d, *i), key, MERGES_MAX)) != NULL)
			return found;
	return NULL;
}

static yaml_node_t *
get(struct doc *d, yaml_node_t *map, const char *key)
{
	return find(d, map, key, 0);
}

/* A mapping of few keys, none of them twice: which one would count? */
static int
check_mapping(struct work *w, struct doc *d, yaml_node_t *map, const char *what)
{
	yaml_node_pair_t *first, *top;

	if (map->type != YAML_MAPPING_NODE)
		return fail(w, d, map, "%s is no mapping of names and values", what);
	first = map->data.mapping.pairs.start;
	top = map->data.mapping.pairs.top;
	if (top - first > KEYS_MAX)
		return fail(w, d, map, "%s has more than %d keys", what, KEYS_MAX);
	for (yaml_node_pair_t *p = first; p < top; p++) {
		if (*key_name(node(d, p->key)) == '\0')
			return fail(w, d, node(d, p->key), "a key of %s is no name", what);
		for (yaml_node_pair_t *q = first; q < p; q++)
			if (strcmp(key_name(node(d, p->key)), key_name(node(d, q->key))) == 0)
				return fail(w, d, node(d, p->key), "%.64s is there twice",
					key_name(node(d, p->key)));
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
put_variable(struct work *w, const struct doc *d, const yaml_node_t *at, const char *name,
	size_t len, struct buf *to)
{
	char copy[256];
	const char *value;

	if (len >= sizeof copy)
		return fail(w, d, at, "the name of a variable is too long");
	memcpy(copy, name, len);
	copy[len] = '\0';
	if ((value = getenv(copy)) == NULL)
		return fail(w, d, at, "the variable %s is not set", copy);
	return buf_puts(to, value) == -1 ? too_much(w, d) : 0;
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
expand(struct work *w, const struct doc *d, const yaml_node_t *at, const char *p, struct buf *to)
{
	const char *name;
	size_t len, n;

	while (*p != '\0') {
		n = variable(p[0] == '$' && p[1] == '{' ? p + 2 : "");
		if (n > 0 && p[2 + n] == '}') {
			if (put_variable(w, d, at, p + 2, n, to) == -1)
				return -1;
			p += n + 3;
		} else if (p[0] == '{' && (p[1] == '{' || p[1] == '%')) {
			if (p[1] == '%' || (n = template(p, &name, &len)) == 0)
				return fail(w, d, at,
					"of templates, only {{ env_var('NAME') }} can be honoured");
			if (put_variable(w, d, at, name, len, to) == -1)
				return -1;
			p += n;
		} else if (buf_putc(to, *p++) == -1)
			return too_much(w, d);
	}
	return 0;
}

/* The scalar AT in TO, which is emptied first.  WHAT names it. */
static int
text(struct work *w, const struct doc *d, const yaml_node_t *at, const char *what, struct buf *to)
{
	buf_clear(to);
	if (at == NULL)
		return buf_str(to) == NULL ? too_much(w, d) : 0;
	if (at->type != YAML_SCALAR_NODE)
		return fail(w, d, at, "%s is no text", what);
	if (strlen((const char *)at->data.scalar.value) != at->data.scalar.length)
		return fail(w, d, at, "%s holds a NUL", what);
	if (at->data.scalar.length > VALUE_MAX)
		return fail(w, d, at, "%s is too long", what);
	if (expand(w, d, at, (const char *)at->data.scalar.value, to) == -1)
		return -1;
	return buf_str(to) == NULL ? too_much(w, d) : 0;
}

/* ---- flags ------------------------------------------------------------------------------ */

/* A flag: its place, its name with the underscores of a parameter as dashes, its value. */
static int
put(struct work *w, const struct doc *d, const yaml_node_t *at, const char *flag, const char *value)
{
	size_t start;

	buf_printf(w->to, "%s:%zu", d->path, at != NULL ? at->start_mark.line + 1 : 1);
	buf_putc(w->to, '\0');
	start = w->to->len;
	buf_puts(w->to, flag);
	for (size_t i = start; !w->to->failed && i < w->to->len; i++)
		if (w->to->data[i] == '_')
			w->to->data[i] = '-';
	buf_putc(w->to, '\0');
	buf_puts(w->to, value);
	return buf_putc(w->to, '\0') == -1 ? too_much(w, d) : 0;
}

/* The same with the value of the scalar AT. */
static int
put_value(struct work *w, struct doc *d, const yaml_node_t *at, const char *flag)
{
	if (text(w, d, at, flag + 2, &w->a) == -1)
		return -1;
	return put(w, d, at, flag, buf_str(&w->a));
}

static int
unknown(struct work *w, struct doc *d, const yaml_node_t *key, const char *what,
	const char *const *lists[])
{
	const char *best = NULL, *name = key_name(key);

	for (size_t l = 0; lists[l] != NULL; l++)
		for (size_t i = 0; lists[l][i] != NULL; i++)
			best = near_better(name, best, lists[l][i]);
	return fail(w, d, key, "%s %.64s cannot be honoured%s%s%s", what, name,
		best != NULL ? "; did you mean " : ": leave it out", best != NULL ? best : "",
		best != NULL ? "?" : "");
}

static int
listed(const char *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return 1;
	return 0;
}

/* ---- the asset -------------------------------------------------------------------------- */

/* Read for themselves. */
static const char *const asset_used[] = {
	"name", "type", "connection", "parameters", "materialization", "columns", NULL};
/* About the asset, not about the load. */
static const char *const asset_other[] = {"description", "owner", "tags", "domains", "meta",
	"depends", "upstream", "id", "uri", "tier", "secrets", "rerun_cooldown", "retries", NULL};
static const char *const asset_notes[] = {"custom_checks", "hooks", NULL};
static const char *const asset_flags[] = {"interval_modifiers", "start_date", NULL};

static const char *const parameter_used[] = {"source_connection", "source_table", "source",
	"destination", "destination_connection", NULL};
static const char *const parameter_flags[] = {"incremental_strategy", "incremental_key",
	"partition_by", "cluster_by", "schema_contract", "schema_naming", "loader_file_format",
	"loader_file_size", "sql_backend", "sql_reflection_level", "sql_limit",
	"sql_exclude_columns", "page_size", "extract_parallelism", "mask", "pipelines_dir",
	"staging_bucket", "staging_dataset", "flush_interval", "flush_records", "file_type", NULL};
/* Flags without a value, where they are true. */
static const char *const parameter_switches[] = {
	"no_inference", "trim_whitespace", "stream", "enforce_schema", NULL};

static int
parameter(struct work *w, yaml_node_t *key, yaml_node_t *value)
{
	const char *const *lists[] = {parameter_used, parameter_flags, parameter_switches, NULL};
	const char *name = key_name(key);
	char flag[80];

	snprintf(flag, sizeof flag, "--%.70s", name);
	if (listed(parameter_used, name) || strcmp(name, "<<") == 0)
		return 0;
	if (listed(parameter_flags, name))
		return is_null(value) ? 0 : put_value(w, &w->asset, value, flag);
	if (listed(parameter_switches, name))
		return is_true(value) ? put(w, &w->asset, value, flag, "") : 0;
	if (strcmp(name, "version") == 0)
		return fail(w, &w->asset, key,
			"parameter version cannot be honoured: leave it out: no ingestr is run");
	if (strncmp(name, "cdc", 3) == 0)
		return is(value, "false") ? 0
					  : fail(w, &w->asset, key,
						    "parameter %.64s cannot be honoured: leave it "
						    "out: the source is no database",
						    name);
	return unknown(w, &w->asset, key, "parameter", lists);
}

static int
parameters(struct work *w)
{
	struct doc *d = &w->asset;
	yaml_node_t *at;

	if ((w->parameters = get(d, w->top, "parameters")) == NULL)
		return fail(w, d, w->top,
			"no parameters: source_connection and source_table are needed");
	if (check_mapping(w, d, w->parameters, "parameters") == -1)
		return -1;
	for (yaml_node_pair_t *p = w->parameters->data.mapping.pairs.start;
		p < w->parameters->data.mapping.pairs.top; p++)
		if (parameter(w, node(d, p->key), node(d, p->value)) == -1)
			return -1;
	at = get(d, w->parameters, "source");
	if (at != NULL && !is(at, "anthropic"))
		return fail(w, d, at, "source is another: only anthropic can be honoured");
	if ((at = get(d, w->parameters, "source_table")) == NULL)
		return fail(w, d, w->parameters, "no source_table: it is one of ant-tables");
	return put_value(w, d, at, "--source-table");
}

/* Strategies of Bruin by the name that ingestr has for them. */
static int
strategy(struct work *w, yaml_node_t *at)
{
	if (is(at, "create+replace"))
		return put(w, &w->asset, at, "--incremental-strategy", "replace");
	return put_value(w, &w->asset, at, "--incremental-strategy");
}

static int
materialization(struct work *w)
{
	static const char *const names[] = {
		"type", "strategy", "incremental_key", "partition_by", "cluster_by", NULL};
	const char *const *lists[] = {names, NULL};
	struct doc *d = &w->asset;
	yaml_node_t *map = get(d, w->top, "materialization"), *at;

	if (map == NULL)
		return 0;
	if (check_mapping(w, d, map, "materialization") == -1)
		return -1;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
		p++)
		if (!listed(names, key_name(node(d, p->key))))
			return unknown(w, d, node(d, p->key), "materialization", lists);
	if ((at = get(d, map, "type")) != NULL && !is(at, "table") && !is(at, "none"))
		return fail(w, d, at, "this type of materialization cannot be honoured: use table");
	if ((at = get(d, map, "strategy")) != NULL && strategy(w, at) == -1)
		return -1;
	if ((at = get(d, map, "incremental_key")) != NULL &&
		put_value(w, d, at, "--incremental-key") == -1)
		return -1;
	if ((at = get(d, map, "partition_by")) != NULL && put(w, d, at, "--partition-by", "") == -1)
		return -1;
	if ((at = get(d, map, "cluster_by")) != NULL && put(w, d, at, "--cluster-by", "") == -1)
		return -1;
	return 0;
}

/* What a column says of keys and masks.  1 where it has checks. */
static int
column(struct work *w, yaml_node_t *map)
{
	struct doc *d = &w->asset;
	yaml_node_t *name, *at;

	if (check_mapping(w, d, map, "a column") == -1)
		return -1;
	if ((name = get(d, map, "name")) == NULL)
		return fail(w, d, map, "a column without a name");
	if (is_true(get(d, map, "primary_key")) && put_value(w, d, name, "--primary-key") == -1)
		return -1;
	if ((at = get(d, map, "mask")) != NULL) {
		if (text(w, d, name, "name", &w->uri) == -1 || text(w, d, at, "mask", &w->a) == -1)
			return -1;
		buf_putc(&w->uri, ':');
		buf_puts(&w->uri, buf_str(&w->a));
		if (buf_str(&w->uri) == NULL)
			return too_much(w, d);
		if (put(w, d, at, "--mask", buf_str(&w->uri)) == -1)
			return -1;
	}
	return get(d, map, "checks") != NULL;
}

static int
columns(struct work *w)
{
	struct doc *d = &w->asset;
	yaml_node_t *list = get(d, w->top, "columns");
	int checks = 0, n;

	if (list == NULL)
		return 0;
	if (list->type != YAML_SEQUENCE_NODE)
		return fail(w, d, list, "columns is no list");
	if (list->data.sequence.items.top - list->data.sequence.items.start > ITEMS_MAX)
		return fail(w, d, list, "more than %d columns", ITEMS_MAX);
	for (yaml_node_item_t *i = list->data.sequence.items.start;
		i < list->data.sequence.items.top; i++) {
		if ((n = column(w, node(d, *i))) == -1)
			return -1;
		checks |= n;
	}
	return checks ? put(w, d, list, "note", "the checks of the columns are not run") : 0;
}

static int
asset_keys(struct work *w)
{
	const char *const *lists[] = {asset_used, asset_other, asset_notes, asset_flags, NULL};
	struct doc *d = &w->asset;
	char note[96];

	for (yaml_node_pair_t *p = w->top->data.mapping.pairs.start;
		p < w->top->data.mapping.pairs.top; p++) {
		yaml_node_t *key = node(d, p->key);
		const char *name = key_name(key);

		snprintf(note, sizeof note, "%.64s are not run", name);
		if (listed(asset_notes, name) && put(w, d, key, "note", note) == -1)
			return -1;
		snprintf(note, sizeof note, "--%.64s", name);
		if (listed(asset_flags, name) && put(w, d, key, note, "") == -1)
			return -1;
		if (!listed(asset_used, name) && !listed(asset_other, name) &&
			!listed(asset_notes, name) && !listed(asset_flags, name) &&
			strcmp(name, "<<") != 0)
			return unknown(w, d, key, "the setting", lists);
	}
	return 0;
}

/* The table is the asset's name, with the environment's prefix before the schema. */
static int
asset_name(struct work *w)
{
	yaml_node_t *at = get(&w->asset, w->top, "name");

	if (at == NULL)
		return 0;
	if (text(w, &w->asset, at, "name", &w->a) == -1)
		return -1;
	buf_clear(&w->uri);
	if (w->prefix != NULL && strchr(buf_str(&w->a), '.') != NULL)
		buf_puts(&w->uri, w->prefix);
	buf_puts(&w->uri, buf_str(&w->a));
	if (buf_str(&w->uri) == NULL)
		return too_much(w, &w->asset);
	return put(w, &w->asset, at, "--dest-table", buf_str(&w->uri));
}

/* ---- connections ------------------------------------------------------------------------ */

/* The connections of the default environment. */
static int
environment(struct work *w)
{
	struct doc *d = &w->config;
	yaml_node_t *root = yaml_document_get_root_node(&d->tree), *at, *all;

	if (check_mapping(w, d, root, "the file") == -1)
		return -1;
	at = get(d, root, "default_environment");
	if (text(w, d, at, "default_environment", &w->a) == -1)
		return -1;
	if ((all = get(d, root, "environments")) == NULL)
		return fail(w, d, root, "no environments");
	if ((all = get(d, all, w->a.len > 0 ? buf_str(&w->a) : "default")) == NULL)
		return fail(w, d, at != NULL ? at : root, "no environment %.64s",
			w->a.len > 0 ? buf_str(&w->a) : "default");
	at = get(d, all, "schema_prefix");
	if (at != NULL && (at->type != YAML_SCALAR_NODE || *key_name(at) == '\0'))
		return fail(w, d, at, "schema_prefix is no name");
	w->prefix = at != NULL ? key_name(at) : NULL;
	if ((w->connections = get(d, all, "connections")) == NULL)
		return fail(w, d, all, "no connections in this environment");
	return check_mapping(w, d, w->connections, "connections");
}

/* The connection NAME of the type TYPE, NULL where there is none; BEST becomes the nearest name. */
static yaml_node_t *
connection(struct work *w, const char *type, const char *name, const char **best)
{
	struct doc *d = &w->config;
	yaml_node_t *list = get(d, w->connections, type);

	if (list == NULL || list->type != YAML_SEQUENCE_NODE)
		return NULL;
	for (yaml_node_item_t *i = list->data.sequence.items.start;
		i < list->data.sequence.items.top; i++) {
		yaml_node_t *at = get(d, node(d, *i), "name");

		if (is(at, name))
			return node(d, *i);
		*best = near_better(name, *best, key_name(at));
	}
	return NULL;
}

/* Append a part of a URI, with %XX for what would end it. */
static void
put_part(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		if (isalnum((unsigned char)*s) || strchr("-._~", *s) != NULL)
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
}

/* Append BEFORE and the field NAME of a connection, where it has one; 1, 0 where it has none, or -1. */
static int
field(struct work *w, yaml_node_t *c, const char *before, const char *name)
{
	yaml_node_t *at = get(&w->config, c, name);

	if (at == NULL)
		return 0;
	if (text(w, &w->config, at, name, &w->a) == -1)
		return -1;
	if (w->a.len == 0)
		return 0;
	buf_puts(&w->uri, before);
	put_part(&w->uri, buf_str(&w->a));
	return w->uri.failed ? too_much(w, &w->config) : 1;
}

static int
needed(struct work *w, yaml_node_t *c, const char *before, const char *name)
{
	int n = field(w, c, before, name);

	return n == 0 ? fail(w, &w->config, c, "this connection has no %s", name) : n;
}

/* Append the path in the field NAME, which is relative to the file's folder. */
static void
put_folder(struct work *w, int encoded)
{
	const char *path = buf_str(&w->a), *slash = strrchr(w->config.path, '/');

	if (*path != '/' && slash != NULL)
		for (const char *p = w->config.path; p <= slash; p++) {
			const char one[2] = {*p, '\0'};

			if (encoded)
				put_part(&w->uri, one);
			else
				buf_putc(&w->uri, *p);
		}
	if (encoded)
		put_part(&w->uri, path);
	else
		buf_puts(&w->uri, path);
}

static int
path_field(struct work *w, yaml_node_t *c, const char *before, const char *name, int encoded)
{
	yaml_node_t *at = get(&w->config, c, name);

	if (at == NULL)
		return 0;
	if (text(w, &w->config, at, name, &w->a) == -1)
		return -1;
	buf_puts(&w->uri, before);
	put_folder(w, encoded);
	return w->uri.failed ? too_much(w, &w->config) : 1;
}

/* RFC 4648, as the parameter credentials_base64 of ingestr wants the credentials. */
static void
put_base64(struct buf *b, const char *s, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < len; i += 3) {
		unsigned long n = (unsigned long)p[i] << 16;

		n |= i + 1 < len ? (unsigned long)p[i + 1] << 8 : 0;
		n |= i + 2 < len ? p[i + 2] : 0;
		buf_putc(b, digits[n >> 18]);
		buf_putc(b, digits[n >> 12 & 63]);
		buf_putc(b, i + 1 < len ? digits[n >> 6 & 63] : '=');
		buf_putc(b, i + 2 < len ? digits[n & 63] : '=');
	}
}

static int
bigquery_uri(struct work *w, yaml_node_t *c)
{
	yaml_node_t *json = get(&w->config, c, "service_account_json");
	int n = 0;

	if (needed(w, c, "bigquery://", "project_id") == -1)
		return -1;
	if (!is_true(get(&w->config, c, "use_application_default_credentials"))) {
		if ((n = path_field(w, c, "?credentials_path=", "service_account_file", 1)) == -1)
			return -1;
		if (n == 0 && json != NULL) {
			if (text(w, &w->config, json, "service_account_json", &w->a) == -1)
				return -1;
			buf_puts(&w->uri, "?credentials_base64=");
			put_base64(&w->uri, w->a.data, w->a.len);
			n = 1;
		}
	}
	if (field(w, c, n ? "&location=" : "?location=", "location") == -1)
		return -1;
	return w->uri.failed ? too_much(w, &w->config) : 0;
}

static int
snowflake_uri(struct work *w, yaml_node_t *c)
{
	static const char *const names[] = {
		"warehouse", "role", "private_key", "private_key_passphrase"};
	char before[40];
	const char *mark = "?";
	int n;

	if (needed(w, c, "snowflake://", "username") == -1 || field(w, c, ":", "password") == -1 ||
		needed(w, c, "@", "account") == -1 || field(w, c, ".", "region") == -1 ||
		needed(w, c, "/", "database") == -1 || field(w, c, "/", "schema") == -1)
		return -1;
	if ((n = path_field(w, c, "?private_key_path=", "private_key_path", 1)) == -1)
		return -1;
	mark = n ? "&" : "?";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(before, sizeof before, "%s%s=", mark, names[i]);
		if ((n = field(w, c, before, names[i])) == -1)
			return -1;
		mark = n ? "&" : mark;
	}
	return 0;
}

static int
postgres_uri(struct work *w, yaml_node_t *c)
{
	if (needed(w, c, "postgresql://", "username") == -1 || field(w, c, ":", "password") == -1 ||
		needed(w, c, "@", "host") == -1 || field(w, c, ":", "port") == -1 ||
		needed(w, c, "/", "database") == -1 || field(w, c, "?sslmode=", "ssl_mode") == -1)
		return -1;
	return 0;
}

static int
file_uri(struct work *w, yaml_node_t *c, const char *before)
{
	int n = path_field(w, c, before, "path", 0);

	return n == 0 ? fail(w, &w->config, c, "this connection has no path") : n;
}

static int
duckdb_uri(struct work *w, yaml_node_t *c)
{
	return file_uri(w, c, "duckdb:///");
}

static int
sqlite_uri(struct work *w, yaml_node_t *c)
{
	return file_uri(w, c, "sqlite:///");
}

static int
anthropic_uri(struct work *w, yaml_node_t *c)
{
	return needed(w, c, "anthropic://?api_key=", "api_key");
}

/* What a destination is called, its connections, and the one that is taken where none is named. */
static const struct platform {
	const char *name, *type, *usual;
	int (*uri)(struct work *, yaml_node_t *);
	const char *fields[12];
} platforms[] = {
	{"bigquery", "google_cloud_platform", "gcp-default", bigquery_uri,
		{"name", "project_id", "location", "service_account_file", "service_account_json",
			"use_application_default_credentials"}},
	{"snowflake", "snowflake", "snowflake-default", snowflake_uri,
		{"name", "username", "password", "account", "database", "schema", "warehouse",
			"role", "region", "private_key_path", "private_key"}},
	{"postgres", "postgres", "postgres-default", postgres_uri,
		{"name", "username", "password", "host", "port", "database", "schema", "ssl_mode",
			"pool_max_conns"}},
	{"duckdb", "duckdb", "duckdb-default", duckdb_uri, {"name", "path"}},
	{"sqlite", "sqlite", "sqlite-default", sqlite_uri, {"name", "path"}},
};
static const struct platform anthropic = {
	"anthropic", "anthropic", NULL, anthropic_uri, {"name", "api_key"}};

enum { PLATFORMS = sizeof platforms / sizeof *platforms };

/* The URI of a connection, as the value of FLAG, said at AT in the asset. */
static int
put_uri(struct work *w, const struct platform *f, yaml_node_t *c, const yaml_node_t *at,
	const char *flag)
{
	struct doc *d = &w->config;
	const char *const *lists[] = {f->fields, NULL};

	if (check_mapping(w, d, c, "a connection") == -1)
		return -1;
	for (yaml_node_pair_t *p = c->data.mapping.pairs.start; p < c->data.mapping.pairs.top; p++)
		if (!listed(f->fields, key_name(node(d, p->key))) &&
			strcmp(key_name(node(d, p->key)), "<<") != 0)
			return unknown(w, d, node(d, p->key), "the field", lists);
	buf_clear(&w->uri);
	if (f->uri(w, c) == -1)
		return -1;
	if (buf_str(&w->uri) == NULL)
		return too_much(w, d);
	return put(w, &w->asset, at, flag, buf_str(&w->uri));
}

static int
no_connection(struct work *w, const yaml_node_t *at, const char *name, const char *best)
{
	return fail(w, &w->asset, at, "no connection %.64s in %.256s%s%.64s%s", name,
		w->config.path, best != NULL ? "; did you mean " : "", best != NULL ? best : "",
		best != NULL ? "?" : "");
}

static int
source(struct work *w)
{
	yaml_node_t *at = get(&w->asset, w->parameters, "source_connection"), *c;
	const char *best = NULL, *name;

	if (at == NULL)
		return fail(w, &w->asset, w->parameters, "no source_connection");
	if (at->type != YAML_SCALAR_NODE || *(name = key_name(at)) == '\0')
		return fail(w, &w->asset, at, "source_connection is no name");
	if ((c = connection(w, anthropic.type, name, &best)) != NULL)
		return put_uri(w, &anthropic, c, at, "--source-uri");
	for (yaml_node_pair_t *p = w->connections->data.mapping.pairs.start;
		p < w->connections->data.mapping.pairs.top; p++)
		if (connection(w, key_name(node(&w->config, p->key)), name, &best) != NULL)
			return fail(w, &w->asset, at,
				"the connection %.64s is not of anthropic: only that source can be "
				"honoured",
				name);
	return no_connection(w, at, name, best);
}

/* The platform that the parameter destination names. */
static const struct platform *
platform(struct work *w, yaml_node_t *at)
{
	const char *best = NULL;

	for (size_t i = 0; i < PLATFORMS; i++) {
		if (is(at, platforms[i].name))
			return &platforms[i];
		best = near_better(key_name(at), best, platforms[i].name);
	}
	fail(w, &w->asset, at,
		"this destination cannot be honoured: use bigquery, snowflake, postgres, duckdb or "
		"sqlite%s%s%s",
		best != NULL ? "; did you mean " : "", best != NULL ? best : "",
		best != NULL ? "?" : "");
	return NULL;
}

/* By the name that the asset gives, else by the default of the pipeline, else by the usual one. */
static int
destination(struct work *w)
{
	struct doc *d = &w->asset;
	yaml_node_t *named = get(d, w->top, "connection"),
		    *kind = get(d, w->parameters, "destination");
	yaml_node_t *c, *root = NULL;
	const struct platform *f = NULL;
	const char *name, *best = NULL;

	if (named == NULL)
		named = get(d, w->parameters, "destination_connection");
	if (named == NULL && kind == NULL)
		return fail(w, d, w->parameters, "no destination");
	if (named != NULL && *(name = key_name(named)) == '\0')
		return fail(w, d, named, "the connection is no name");
	if (named == NULL) {
		if ((f = platform(w, kind)) == NULL)
			return -1;
		if (w->pipeline.loaded)
			root = get(&w->pipeline, yaml_document_get_root_node(&w->pipeline.tree),
				"default_connections");
		root = get(&w->pipeline, root, f->type);
		name = *key_name(root) != '\0' ? key_name(root) : f->usual;
		named = kind;
	}
	for (const struct platform *p = platforms; p < platforms + PLATFORMS; p++)
		if ((f == NULL || f == p) && (c = connection(w, p->type, name, &best)) != NULL)
			return put_uri(w, p, c, named, "--dest-uri");
	return no_connection(w, named, name, best);
}

/* ---- the file of the asset -------------------------------------------------------------- */

/* Whether the line from P to END is TEXT, spaces aside. */
static int
line_is(const char *p, const char *end, const char *word)
{
	const size_t n = strlen(word);

	while (p < end && isspace((unsigned char)*p))
		p++;
	while (p < end && isspace((unsigned char)end[-1]))
		end--;
	return (size_t)(end - p) == n && memcmp(p, word, n) == 0;
}

/* The line that ends the comment: with a space or more, or none, between its parts. */
static int
line_ends(const char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	if ((size_t)(end - p) >= 6 && memcmp(p, "@bruin", 6) == 0)
		p += 6;
	return line_is(p, end, "*/");
}

/* The line that starts it: a comment sign and @bruin. */
static int
line_starts(const char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	return (size_t)(end - p) > 2 && memcmp(p, "/*", 2) == 0 && line_is(p + 2, end, "@bruin");
}

/*
 * The YAML of the first comment of SQL, with every line at its number.  An older form has the
 * parameters between @ingestr and @end.
 */
static int
from_sql(struct work *w, const struct bruin_file *f, struct buf *yaml)
{
	const char *end, *stop = f->text + f->len;
	enum { BEFORE, INSIDE, PARAMETERS, BEHIND } at = BEFORE;

	for (const char *p = f->text; p < stop && at != BEHIND; p = end < stop ? end + 1 : stop) {
		if ((end = memchr(p, '\n', (size_t)(stop - p))) == NULL)
			end = stop;
		if (at == BEFORE) {
			if (line_starts(p, end))
				at = INSIDE;
			else if (!line_is(p, end, ""))
				break;
		} else if (line_ends(p, end)) {
			at = BEHIND;
		} else if (at == INSIDE && line_is(p, end, "@ingestr")) {
			at = PARAMETERS;
			buf_puts(yaml, "parameters:");
		} else if (at == PARAMETERS && line_is(p, end, "@end")) {
			at = INSIDE;
		} else {
			buf_puts(yaml, at == PARAMETERS ? "  " : "");
			buf_put(yaml, p, (size_t)(end - p));
		}
		buf_putc(yaml, '\n');
	}
	if (yaml->failed)
		return too_much(w, &w->asset);
	if (at != BEHIND)
		return err_set(w->e, ANT_USAGE, "%s:1: %s", f->path,
			at == BEFORE ? "no asset: the first lines are no /* @bruin ... @bruin */"
				     : "the comment of the asset does not end");
	return 0;
}

static int
ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static int
load_asset(struct work *w)
{
	const struct bruin_file *f = &w->b->asset;
	struct buf yaml;
	int result = -1;

	w->asset.path = f->path;
	buf_init(&yaml, 2 * BRUIN_FILE_MAX);
	if (ends_with(f->path, ".sql")) {
		if (from_sql(w, f, &yaml) == 0)
			result = doc_load(w, &w->asset, f->path, yaml.data, yaml.len);
	} else if (ends_with(f->path, ".yml") || ends_with(f->path, ".yaml")) {
		result = doc_load(w, &w->asset, f->path, f->text, f->len);
	} else
		err_set(w->e, ANT_USAGE, "%s:1: an asset is a .sql, .yml or .yaml file", f->path);
	buf_free(&yaml);
	return result;
}

/* The asset itself: what it is, and its flags in the order of the file. */
static int
asset(struct work *w)
{
	yaml_node_t *at;

	w->top = yaml_document_get_root_node(&w->asset.tree);
	if (check_mapping(w, &w->asset, w->top, "the asset") == -1)
		return -1;
	at = get(&w->asset, w->top, "type");
	if (!is(at, "ingestr"))
		return fail(w, &w->asset, at != NULL ? at : w->top,
			"the type is not ingestr: no other asset can be run");
	if (asset_keys(w) == -1 || parameters(w) == -1 || materialization(w) == -1)
		return -1;
	return columns(w);
}

static int
flags(struct work *w)
{
	const struct bruin *b = w->b;

	if (load_asset(w) == -1 || asset(w) == -1)
		return -1;
	if (b->config.path == NULL && (b->source || b->destination))
		return fail(w, &w->asset, w->top,
			"no .bruin.yml with its connections here or above: name it by "
			"--bruin-config");
	if (b->config.path != NULL &&
		(doc_load(w, &w->config, b->config.path, b->config.text, b->config.len) == -1 ||
			environment(w) == -1))
		return -1;
	if (b->pipeline.path != NULL && doc_load(w, &w->pipeline, b->pipeline.path,
						b->pipeline.text, b->pipeline.len) == -1)
		return -1;
	if (asset_name(w) == -1 || (b->source && source(w) == -1))
		return -1;
	return b->destination ? destination(w) : 0;
}

int
bruin_flags(const struct bruin *b, struct buf *to, struct ant_err *e)
{
	struct work w = {.b = b, .to = to, .e = e};
	int result;

	buf_init(&w.a, 4 * BRUIN_FILE_MAX);
	buf_init(&w.uri, 4 * BRUIN_FILE_MAX);
	result = flags(&w);
	for (struct doc **d = (struct doc *[]){&w.asset, &w.config, &w.pipeline, NULL}; *d != NULL;
		d++)
		if ((*d)->loaded)
			yaml_document_delete(&(*d)->tree);
	buf_free(&w.a);
	buf_free(&w.uri);
	return result;
}
