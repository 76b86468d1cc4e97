#include "bruin/asset.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bruin/connection.h"
#include "bruin/yaml.h"

enum { ITEMS_MAX = 4096 };

struct work {
	const struct bruin *b;
	struct bruin_yaml *asset, *config,
		*pipeline;			 /* config, pipeline: NULL where there is none */
	struct bruin_conns conns;		 /* in config */
	const struct bruin_yaml_node *top, *parameters;
	struct buf *to, a, made; /* a text, and what is made of it */
	struct ant_err *e;
};

/* Memory, or a value beyond what a buffer may hold. */
static int
too_much(struct work *w)
{
	return err_sys(w->e, ANT_FAIL, "%s", w->b->asset.path);
}

/* ---- flags ------------------------------------------------------------------------------ */

/* A flag: its place, its name with the underscores of a parameter as dashes, its value. */
static int
put(struct work *w, const struct bruin_yaml_node *at, const char *flag, const char *value)
{
	size_t start;

	buf_printf(w->to, "%s:%zu", w->b->asset.path, bruin_yaml_line(at));
	buf_putc(w->to, '\0');
	start = w->to->len;
	buf_puts(w->to, flag);
	for (size_t i = start; !w->to->failed && i < w->to->len; i++)
		if (w->to->data[i] == '_')
			w->to->data[i] = '-';
	buf_putc(w->to, '\0');
	buf_puts(w->to, value);
	return buf_putc(w->to, '\0') == -1 ? too_much(w) : 0;
}

/* The same with the value of the scalar AT. */
static int
put_value(struct work *w, const struct bruin_yaml_node *at, const char *flag)
{
	if (bruin_yaml_text(w->asset, at, flag + 2, &w->a, w->e) == -1)
		return -1;
	return put(w, at, flag, buf_str(&w->a));
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
parameter(struct work *w, const struct bruin_yaml_node *key, const struct bruin_yaml_node *value)
{
	const char *const *lists[] = {parameter_used, parameter_flags, parameter_switches, NULL};
	const char *name = bruin_yaml_name(key);
	char flag[80];

	snprintf(flag, sizeof flag, "--%.70s", name);
	if (bruin_yaml_is_one(key, parameter_used) || bruin_yaml_is(key, "<<"))
		return 0;
	if (bruin_yaml_is_one(key, parameter_flags))
		return bruin_yaml_is_null(value) ? 0 : put_value(w, value, flag);
	if (bruin_yaml_is_one(key, parameter_switches))
		return bruin_yaml_is_true(value) ? put(w, value, flag, "") : 0;
	if (bruin_yaml_is(key, "version"))
		return bruin_yaml_fail(w->e, w->asset, key,
			"parameter version cannot be honoured: leave it out: no ingestr is run");
	if (strncmp(name, "cdc", 3) == 0)
		return bruin_yaml_is(value, "false")
			       ? 0
			       : bruin_yaml_fail(w->e, w->asset, key,
					 "parameter %.64s cannot be honoured: leave it "
					 "out: the source is no database",
					 name);
	return bruin_yaml_unknown(w->asset, key, "parameter", lists, w->e);
}

static int
parameters(struct work *w)
{
	struct bruin_yaml *t = w->asset;
	const struct bruin_yaml_node *at;

	if ((w->parameters = bruin_yaml_get(t, w->top, "parameters")) == NULL)
		return bruin_yaml_fail(w->e, t, w->top,
			"no parameters: source_connection and source_table are needed");
	if (bruin_yaml_check_map(t, w->parameters, "parameters", w->e) == -1)
		return -1;
	for (size_t i = 0; i < bruin_yaml_count(w->parameters); i++)
		if (parameter(w, bruin_yaml_key(t, w->parameters, i),
			    bruin_yaml_value(t, w->parameters, i)) == -1)
			return -1;
	at = bruin_yaml_get(t, w->parameters, "source");
	if (at != NULL && !bruin_yaml_is(at, "anthropic"))
		return bruin_yaml_fail(
			w->e, t, at, "source is another: only anthropic can be honoured");
	if ((at = bruin_yaml_get(t, w->parameters, "source_table")) == NULL)
		return bruin_yaml_fail(
			w->e, t, w->parameters, "no source_table: it is one of ant-tables");
	return put_value(w, at, "--source-table");
}

/* Strategies of Bruin by the name that ingestr has for them. */
static int
strategy(struct work *w, const struct bruin_yaml_node *at)
{
	if (bruin_yaml_is(at, "create+replace"))
		return put(w, at, "--incremental-strategy", "replace");
	return put_value(w, at, "--incremental-strategy");
}

static int
materialization(struct work *w)
{
	static const char *const names[] = {
		"type", "strategy", "incremental_key", "partition_by", "cluster_by", NULL};
	const char *const *lists[] = {names, NULL};
	struct bruin_yaml *t = w->asset;
	const struct bruin_yaml_node *map = bruin_yaml_get(t, w->top, "materialization"), *at;

	if (map == NULL)
		return 0;
	if (bruin_yaml_check_map(t, map, "materialization", w->e) == -1)
		return -1;
	for (size_t i = 0; i < bruin_yaml_count(map); i++)
		if (!bruin_yaml_is_one(bruin_yaml_key(t, map, i), names))
			return bruin_yaml_unknown(
				t, bruin_yaml_key(t, map, i), "materialization", lists, w->e);
	if ((at = bruin_yaml_get(t, map, "type")) != NULL && !bruin_yaml_is(at, "table") &&
		!bruin_yaml_is(at, "none"))
		return bruin_yaml_fail(
			w->e, t, at, "this type of materialization cannot be honoured: use table");
	if ((at = bruin_yaml_get(t, map, "strategy")) != NULL && strategy(w, at) == -1)
		return -1;
	if ((at = bruin_yaml_get(t, map, "incremental_key")) != NULL &&
		put_value(w, at, "--incremental-key") == -1)
		return -1;
	if ((at = bruin_yaml_get(t, map, "partition_by")) != NULL &&
		put(w, at, "--partition-by", "") == -1)
		return -1;
	if ((at = bruin_yaml_get(t, map, "cluster_by")) != NULL &&
		put(w, at, "--cluster-by", "") == -1)
		return -1;
	return 0;
}

/* What a column says of keys and masks.  1 where it has checks. */
static int
column(struct work *w, const struct bruin_yaml_node *map)
{
	struct bruin_yaml *t = w->asset;
	const struct bruin_yaml_node *name, *at;

	if (bruin_yaml_check_map(t, map, "a column", w->e) == -1)
		return -1;
	if ((name = bruin_yaml_get(t, map, "name")) == NULL)
		return bruin_yaml_fail(w->e, t, map, "a column without a name");
	if (bruin_yaml_is_true(bruin_yaml_get(t, map, "primary_key")) &&
		put_value(w, name, "--primary-key") == -1)
		return -1;
	if ((at = bruin_yaml_get(t, map, "mask")) != NULL) {
		if (bruin_yaml_text(t, name, "name", &w->made, w->e) == -1 ||
			bruin_yaml_text(t, at, "mask", &w->a, w->e) == -1)
			return -1;
		buf_putc(&w->made, ':');
		buf_puts(&w->made, buf_str(&w->a));
		if (buf_str(&w->made) == NULL)
			return too_much(w);
		if (put(w, at, "--mask", buf_str(&w->made)) == -1)
			return -1;
	}
	return bruin_yaml_get(t, map, "checks") != NULL;
}

static int
columns(struct work *w)
{
	struct bruin_yaml *t = w->asset;
	const struct bruin_yaml_node *list = bruin_yaml_get(t, w->top, "columns");
	int checks = 0, n;

	if (list == NULL)
		return 0;
	if (!bruin_yaml_is_list(list))
		return bruin_yaml_fail(w->e, t, list, "columns is no list");
	if (bruin_yaml_count(list) > ITEMS_MAX)
		return bruin_yaml_fail(w->e, t, list, "more than %d columns", ITEMS_MAX);
	for (size_t i = 0; i < bruin_yaml_count(list); i++) {
		if ((n = column(w, bruin_yaml_item(t, list, i))) == -1)
			return -1;
		checks |= n;
	}
	return checks ? put(w, list, "note", "the checks of the columns are not run") : 0;
}

static int
asset_keys(struct work *w)
{
	const char *const *lists[] = {asset_used, asset_other, asset_notes, asset_flags, NULL};
	struct bruin_yaml *t = w->asset;
	char note[96];

	for (size_t i = 0; i < bruin_yaml_count(w->top); i++) {
		const struct bruin_yaml_node *key = bruin_yaml_key(t, w->top, i);
		const char *name = bruin_yaml_name(key);

		snprintf(note, sizeof note, "%.64s are not run", name);
		if (bruin_yaml_is_one(key, asset_notes) && put(w, key, "note", note) == -1)
			return -1;
		snprintf(note, sizeof note, "--%.64s", name);
		if (bruin_yaml_is_one(key, asset_flags) && put(w, key, note, "") == -1)
			return -1;
		if (!bruin_yaml_is_one(key, asset_used) && !bruin_yaml_is_one(key, asset_other) &&
			!bruin_yaml_is_one(key, asset_notes) &&
			!bruin_yaml_is_one(key, asset_flags) && !bruin_yaml_is(key, "<<"))
			return bruin_yaml_unknown(t, key, "the setting", lists, w->e);
	}
	return 0;
}

/* The table is the asset's name, with the environment's prefix before the schema. */
static int
asset_name(struct work *w)
{
	const struct bruin_yaml_node *at = bruin_yaml_get(w->asset, w->top, "name");

	if (at == NULL)
		return 0;
	if (bruin_yaml_text(w->asset, at, "name", &w->a, w->e) == -1)
		return -1;
	buf_clear(&w->made);
	if (w->conns.prefix != NULL && strchr(buf_str(&w->a), '.') != NULL)
		buf_puts(&w->made, w->conns.prefix);
	buf_puts(&w->made, buf_str(&w->a));
	if (buf_str(&w->made) == NULL)
		return too_much(w);
	return put(w, at, "--dest-table", buf_str(&w->made));
}

/* ---- its connections -------------------------------------------------------------------- */

static int
no_connection(struct work *w, const struct bruin_yaml_node *at, const char *name, const char *best)
{
	return bruin_yaml_fail(w->e, w->asset, at, "no connection %.64s in %.256s%s%.64s%s", name,
		w->b->config.path, best != NULL ? "; did you mean " : "", best != NULL ? best : "",
		best != NULL ? "?" : "");
}

static int
source(struct work *w)
{
	const struct bruin_yaml_node *at =
		bruin_yaml_get(w->asset, w->parameters, "source_connection");
	const char *best = NULL, *name;
	int n;

	if (at == NULL)
		return bruin_yaml_fail(w->e, w->asset, w->parameters, "no source_connection");
	if (*(name = bruin_yaml_name(at)) == '\0')
		return bruin_yaml_fail(w->e, w->asset, at, "source_connection is no name");
	if ((n = bruin_conn_source(&w->conns, name, &best, &w->made, w->e)) == -1)
		return -1;
	if (n == 1)
		return put(w, at, "--source-uri", buf_str(&w->made));
	if (bruin_conn_is_there(&w->conns, name, &best))
		return bruin_yaml_fail(w->e, w->asset, at,
			"the connection %.64s is not of anthropic: only that source can be "
			"honoured",
			name);
	return no_connection(w, at, name, best);
}

/* The platform that the parameter destination names. */
static const struct bruin_platform *
platform(struct work *w, const struct bruin_yaml_node *at)
{
	const char *best = NULL;
	const struct bruin_platform *f = bruin_conn_platform(bruin_yaml_name(at), &best);

	if (f == NULL)
		bruin_yaml_fail(w->e, w->asset, at,
			"this destination cannot be honoured: use bigquery, snowflake, postgres, "
			"duckdb or sqlite%s%s%s",
			best != NULL ? "; did you mean " : "", best != NULL ? best : "",
			best != NULL ? "?" : "");
	return f;
}

/* By the name that the asset gives, else by the default of the pipeline, else by the usual one. */
static int
destination(struct work *w)
{
	struct bruin_yaml *t = w->asset;
	const struct bruin_yaml_node *named = bruin_yaml_get(t, w->top, "connection"),
				     *kind = bruin_yaml_get(t, w->parameters, "destination");
	const struct bruin_platform *f = NULL;
	const char *name, *best = NULL;
	int n;

	if (named == NULL)
		named = bruin_yaml_get(t, w->parameters, "destination_connection");
	if (named == NULL && kind == NULL)
		return bruin_yaml_fail(w->e, t, w->parameters, "no destination");
	if (named != NULL && *(name = bruin_yaml_name(named)) == '\0')
		return bruin_yaml_fail(w->e, t, named, "the connection is no name");
	if (named == NULL) {
		if ((f = platform(w, kind)) == NULL)
			return -1;
		name = bruin_conn_usual(f, w->pipeline);
		named = kind;
	}
	if ((n = bruin_conn_destination(&w->conns, f, name, &best, &w->made, w->e)) == -1)
		return -1;
	return n == 1 ? put(w, named, "--dest-uri", buf_str(&w->made))
		      : no_connection(w, named, name, best);
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
from_sql(const struct bruin_file *f, struct buf *yaml, struct ant_err *e)
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
		return err_sys(e, ANT_FAIL, "%s", f->path);
	if (at != BEHIND)
		return err_set(e, ANT_USAGE, "%s:1: %s", f->path,
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

static struct bruin_yaml *
load_asset(const struct bruin_file *f, struct ant_err *e)
{
	struct bruin_yaml *t = NULL;
	struct buf yaml;

	buf_init(&yaml, 2 * BRUIN_FILE_MAX);
	if (ends_with(f->path, ".sql")) {
		if (from_sql(f, &yaml, e) == 0)
			t = bruin_yaml_load(f->path, yaml.data, yaml.len, e);
	} else if (ends_with(f->path, ".yml") || ends_with(f->path, ".yaml")) {
		t = bruin_yaml_load(f->path, f->text, f->len, e);
	} else
		err_set(e, ANT_USAGE, "%s:1: an asset is a .sql, .yml or .yaml file", f->path);
	buf_free(&yaml);
	return t;
}

/* The asset itself: what it is, and its flags in the order of the file. */
static int
asset(struct work *w)
{
	const struct bruin_yaml_node *at;

	w->top = bruin_yaml_root(w->asset);
	if (bruin_yaml_check_map(w->asset, w->top, "the asset", w->e) == -1)
		return -1;
	at = bruin_yaml_get(w->asset, w->top, "type");
	if (!bruin_yaml_is(at, "ingestr"))
		return bruin_yaml_fail(w->e, w->asset, at != NULL ? at : w->top,
			"the type is not ingestr: no other asset can be run");
	if (asset_keys(w) == -1 || parameters(w) == -1 || materialization(w) == -1)
		return -1;
	return columns(w);
}

static struct bruin_yaml *
load(const struct bruin_file *f, struct ant_err *e)
{
	return bruin_yaml_load(f->path, f->text, f->len, e);
}

static int
flags(struct work *w)
{
	const struct bruin *b = w->b;

	if ((w->asset = load_asset(&b->asset, w->e)) == NULL || asset(w) == -1)
		return -1;
	if (b->config.path == NULL && (b->source || b->destination))
		return bruin_yaml_fail(w->e, w->asset, w->top,
			"no .bruin.yml with its connections here or above: name it by "
			"--bruin-config");
	if (b->config.path != NULL && ((w->config = load(&b->config, w->e)) == NULL ||
					      bruin_conn_open(&w->conns, w->config, w->e) == -1))
		return -1;
	if (b->pipeline.path != NULL && (w->pipeline = load(&b->pipeline, w->e)) == NULL)
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

	buf_init(&w.a, BRUIN_YAML_TEXT_MAX);
	buf_init(&w.made, BRUIN_YAML_TEXT_MAX);
	result = flags(&w);
	bruin_yaml_free(w.asset);
	bruin_yaml_free(w.config);
	bruin_yaml_free(w.pipeline);
	buf_free(&w.a);
	buf_free(&w.made);
	return result;
}
