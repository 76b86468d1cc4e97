#include "bruin/connection.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"

/* ---- the environment -------------------------------------------------------------------- */

/* NAME is room for the environment's name. */
static int
environment(struct bruin_conns *c, struct buf *name, struct ant_err *e)
{
	struct bruin_yaml *t = c->file;
	const struct bruin_yaml_node *root = bruin_yaml_root(t), *at, *all;
	const char *wanted;

	if (bruin_yaml_check_map(t, root, "the file", e) == -1)
		return -1;
	at = bruin_yaml_get(t, root, "default_environment");
	if (bruin_yaml_text(t, at, "default_environment", name, e) == -1)
		return -1;
	wanted = name->len > 0 ? buf_str(name) : "default";
	if ((all = bruin_yaml_get(t, root, "environments")) == NULL)
		return bruin_yaml_fail(e, t, root, "no environments");
	if ((all = bruin_yaml_get(t, all, wanted)) == NULL)
		return at != NULL
			       ? bruin_yaml_fail(e, t, at, "there is no environment of this name")
			       : bruin_yaml_fail(e, t, root, "no environment default");
	at = bruin_yaml_get(t, all, "schema_prefix");
	if (at != NULL && *bruin_yaml_name(at) == '\0')
		return bruin_yaml_fail(e, t, at, "schema_prefix is no name");
	c->prefix = at != NULL ? bruin_yaml_name(at) : NULL;
	if ((c->types = bruin_yaml_get(t, all, "connections")) == NULL)
		return bruin_yaml_fail(e, t, all, "no connections in this environment");
	return bruin_yaml_check_map(t, c->types, "connections", e);
}

int
bruin_conn_open(struct bruin_conns *c, struct bruin_yaml *file, struct ant_err *e)
{
	struct buf name;
	int result;

	c->file = file;
	buf_init(&name, BRUIN_YAML_TEXT_MAX);
	result = environment(c, &name, e);
	buf_free(&name);
	return result;
}

/* The connection NAME of the type TYPE, NULL where there is none; BEST becomes the nearest name. */
static const struct bruin_yaml_node *
find(const struct bruin_conns *c, const char *type, const char *name, const char **best)
{
	const struct bruin_yaml_node *list = bruin_yaml_get(c->file, c->types, type);

	if (!bruin_yaml_is_list(list))
		return NULL;
	for (size_t i = 0; i < bruin_yaml_count(list); i++) {
		const struct bruin_yaml_node *item = bruin_yaml_item(c->file, list, i),
					     *at = bruin_yaml_get(c->file, item, "name");

		if (bruin_yaml_is(at, name))
			return item;
		*best = near_better(name, *best, bruin_yaml_name(at));
	}
	return NULL;
}

int
bruin_conn_is_there(const struct bruin_conns *c, const char *name, const char **best)
{
	for (size_t i = 0; i < bruin_yaml_count(c->types); i++)
		if (find(c, bruin_yaml_name(bruin_yaml_key(c->file, c->types, i)), name, best) !=
			NULL)
			return 1;
	return 0;
}

/* ---- parts of a URI --------------------------------------------------------------------- */

/* The connection AT on its way to a URI. */
struct making {
	struct bruin_yaml *file;
	const struct bruin_yaml_node *at;
	const char *platform;  /* its name */
	struct buf text, *uri; /* a field, and what it is appended to */
	struct ant_err *e;
};

/* Memory, or a value beyond what a buffer may hold. */
static int
too_much(struct making *m)
{
	return err_sys(m->e, ANT_FAIL, "%s", bruin_yaml_path(m->file));
}

/* Append N bytes of a part of a URI, with %XX for what would end it. */
static void
put_part(struct buf *b, const char *s, size_t n)
{
	for (const char *end = s + n; s < end; s++)
		if (isalnum((unsigned char)*s) || strchr("-._~", *s) != NULL)
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
}

/* Append BEFORE and the field NAME of a connection, where it has one; 1, 0 where it has none, or -1. */
static int
field(struct making *m, const char *before, const char *name)
{
	const struct bruin_yaml_node *at = bruin_yaml_get(m->file, m->at, name);

	if (at == NULL)
		return 0;
	if (bruin_yaml_text(m->file, at, name, &m->text, m->e) == -1)
		return -1;
	if (m->text.len == 0)
		return 0;
	buf_puts(m->uri, before);
	put_part(m->uri, m->text.data, m->text.len);
	return m->uri->failed ? too_much(m) : 1;
}

static int
needed(struct making *m, const char *before, const char *name)
{
	int n = field(m, before, name);

	return n == 0 ? bruin_yaml_fail(m->e, m->file, m->at, "this connection has no %s", name)
		      : n;
}

/* Append the path in the field NAME, which is relative to the file's folder. */
static void
put_folder(struct making *m, int encoded)
{
	const char *file = bruin_yaml_path(m->file), *slash = strrchr(file, '/');
	const char *path = buf_str(&m->text);
	size_t folder = *path != '/' && slash != NULL ? (size_t)(slash - file) + 1 : 0;

	if (encoded) {
		put_part(m->uri, file, folder);
		put_part(m->uri, path, strlen(path));
	} else {
		buf_put(m->uri, file, folder);
		buf_puts(m->uri, path);
	}
}

static int
path_field(struct making *m, const char *before, const char *name, int encoded)
{
	const struct bruin_yaml_node *at = bruin_yaml_get(m->file, m->at, name);

	if (at == NULL)
		return 0;
	if (bruin_yaml_text(m->file, at, name, &m->text, m->e) == -1)
		return -1;
	buf_puts(m->uri, before);
	put_folder(m, encoded);
	return m->uri->failed ? too_much(m) : 1;
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

/* ---- what each platform has ------------------------------------------------------------- */

static int
bigquery_uri(struct making *m)
{
	const struct bruin_yaml_node *json = bruin_yaml_get(m->file, m->at, "service_account_json");
	int n = 0;

	if (needed(m, "bigquery://", "project_id") == -1)
		return -1;
	if (!bruin_yaml_is_true(
		    bruin_yaml_get(m->file, m->at, "use_application_default_credentials"))) {
		if ((n = path_field(m, "?credentials_path=", "service_account_file", 1)) == -1)
			return -1;
		if (n == 0 && json != NULL) {
			if (bruin_yaml_text(
				    m->file, json, "service_account_json", &m->text, m->e) == -1)
				return -1;
			buf_puts(m->uri, "?credentials_base64=");
			put_base64(m->uri, m->text.data, m->text.len);
			n = 1;
		}
	}
	if (field(m, n ? "&location=" : "?location=", "location") == -1)
		return -1;
	return m->uri->failed ? too_much(m) : 0;
}

static int
snowflake_uri(struct making *m)
{
	static const char *const names[] = {"warehouse", "role", "private_key"};
	char before[40];
	const char *mark = "?";
	int n;

	if (needed(m, "snowflake://", "username") == -1 || field(m, ":", "password") == -1 ||
		needed(m, "@", "account") == -1 || field(m, ".", "region") == -1 ||
		needed(m, "/", "database") == -1 || field(m, "/", "schema") == -1)
		return -1;
	if ((n = path_field(m, "?private_key_path=", "private_key_path", 1)) == -1)
		return -1;
	mark = n ? "&" : "?";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(before, sizeof before, "%s%s=", mark, names[i]);
		if ((n = field(m, before, names[i])) == -1)
			return -1;
		mark = n ? "&" : mark;
	}
	return 0;
}

static int
postgres_uri(struct making *m)
{
	if (needed(m, "postgresql://", "username") == -1 || field(m, ":", "password") == -1 ||
		needed(m, "@", "host") == -1 || field(m, ":", "port") == -1 ||
		needed(m, "/", "database") == -1 || field(m, "?sslmode=", "ssl_mode") == -1)
		return -1;
	return 0;
}

static int
file_uri(struct making *m)
{
	char before[40];
	int n;

	snprintf(before, sizeof before, "%s:///", m->platform);
	n = path_field(m, before, "path", 0);
	return n == 0 ? bruin_yaml_fail(m->e, m->file, m->at, "this connection has no path") : n;
}

static int
anthropic_uri(struct making *m)
{
	return needed(m, "anthropic://?api_key=", "api_key");
}

/* What a destination is called, its connections, and the one that is taken where none is named. */
struct bruin_platform {
	const char *name, *type, *usual;
	int (*uri)(struct making *);
	const char *fields[12];
};

static const struct bruin_platform platforms[] = {
	{"bigquery", "google_cloud_platform", "gcp-default", bigquery_uri,
		{"name", "project_id", "location", "service_account_file", "service_account_json",
			"use_application_default_credentials"}},
	{"snowflake", "snowflake", "snowflake-default", snowflake_uri,
		{"name", "username", "password", "account", "database", "schema", "warehouse",
			"role", "region", "private_key_path", "private_key"}},
	{"postgres", "postgres", "postgres-default", postgres_uri,
		{"name", "username", "password", "host", "port", "database", "schema", "ssl_mode",
			"pool_max_conns"}},
	{"duckdb", "duckdb", "duckdb-default", file_uri, {"name", "path"}},
	{"sqlite", "sqlite", "sqlite-default", file_uri, {"name", "path"}},
};
static const struct bruin_platform anthropic = {
	"anthropic", "anthropic", NULL, anthropic_uri, {"name", "api_key"}};

enum { PLATFORMS = sizeof platforms / sizeof *platforms };

const struct bruin_platform *
bruin_conn_platform(const char *name, const char **best)
{
	for (size_t i = 0; i < PLATFORMS; i++) {
		if (strcmp(name, platforms[i].name) == 0)
			return &platforms[i];
		*best = near_better(name, *best, platforms[i].name);
	}
	return NULL;
}

const char *
bruin_conn_usual(const struct bruin_platform *f, struct bruin_yaml *pipeline)
{
	const struct bruin_yaml_node *at = NULL;

	if (pipeline != NULL)
		at = bruin_yaml_get(pipeline,
			bruin_yaml_get(pipeline, bruin_yaml_root(pipeline), "default_connections"),
			f->type);
	return *bruin_yaml_name(at) != '\0' ? bruin_yaml_name(at) : f->usual;
}

/* Put the URI of the connection AT, one of F, in URI.  Return 1 or -1. */
static int
make(const struct bruin_conns *c, const struct bruin_platform *f, const struct bruin_yaml_node *at,
	struct buf *uri, struct ant_err *e)
{
	struct making m = {.file = c->file, .at = at, .platform = f->name, .uri = uri, .e = e};
	const char *const *lists[] = {f->fields, NULL};
	int result;

	if (bruin_yaml_check_map(c->file, at, "a connection", e) == -1)
		return -1;
	for (size_t i = 0; i < bruin_yaml_count(at); i++) {
		const struct bruin_yaml_node *key = bruin_yaml_key(c->file, at, i);

		if (!bruin_yaml_is_one(key, f->fields) && !bruin_yaml_is(key, "<<"))
			return bruin_yaml_unknown(c->file, key, "the field", lists, e);
	}
	buf_clear(uri);
	buf_init(&m.text, BRUIN_YAML_TEXT_MAX);
	result = f->uri(&m);
	if (result != -1)
		result = buf_str(uri) != NULL ? 1 : too_much(&m);
	buf_free(&m.text);
	return result;
}

int
bruin_conn_source(const struct bruin_conns *c, const char *name, const char **best, struct buf *uri,
	struct ant_err *e)
{
	const struct bruin_yaml_node *at = find(c, anthropic.type, name, best);

	return at != NULL ? make(c, &anthropic, at, uri, e) : 0;
}

int
bruin_conn_destination(const struct bruin_conns *c, const struct bruin_platform *f,
	const char *name, const char **best, struct buf *uri, struct ant_err *e)
{
	const struct bruin_yaml_node *at;

	for (const struct bruin_platform *p = platforms; p < platforms + PLATFORMS; p++)
		if ((f == NULL || f == p) && (at = find(c, p->type, name, best)) != NULL)
			return make(c, p, at, uri, e);
	return 0;
}
