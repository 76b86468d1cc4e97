/*
 * bruin/connection - the connections in a .bruin.yml, and the URI that ingestr has for each
 *
 * https://getbruin.com/docs/bruin/secrets/bruinyml.html
 */
#ifndef ANT_BRUIN_CONNECTION_H
#define ANT_BRUIN_CONNECTION_H

#include "base/buf.h"
#include "base/err.h"
#include "bruin/yaml.h"

struct bruin_conns {
	struct bruin_yaml *file;
	const struct bruin_yaml_node *types; /* to each type the list of its connections */
	const char *prefix;		/* of schemas; NULL: none */
};

/*
 * The connections of the default environment in FILE, which must live as long as they are
 * used.  Return 0, or -1 with a reason.
 */
int bruin_conn_open(struct bruin_conns *c, struct bruin_yaml *file, struct ant_err *e);

/* What a destination can be: BigQuery, Snowflake, PostgreSQL, DuckDB or SQLite. */
struct bruin_platform;

/* The platform that ingestr calls NAME; NULL where none is, and *BEST becomes the nearest name. */
const struct bruin_platform *bruin_conn_platform(const char *name, const char **best);

/*
 * The name of the connection that is taken where an asset names only the platform F: the
 * default in PIPELINE, which is NULL where there is no pipeline.yml, else what Bruin calls it.
 */
const char *bruin_conn_usual(const struct bruin_platform *f, struct bruin_yaml *pipeline);

/*
 * Put the URI of the connection NAME in URI, which is emptied first: as a source, of
 * Anthropic; as a destination, of the platform F, or with NULL of the first that has one.
 * Return 1; 0 where there is none, and *BEST becomes the nearest name; -1 with a reason.
 */
int bruin_conn_source(const struct bruin_conns *c, const char *name, const char **best,
	struct buf *uri, struct ant_err *e);
int bruin_conn_destination(const struct bruin_conns *c, const struct bruin_platform *f,
	const char *name, const char **best, struct buf *uri, struct ant_err *e);

/* Whether there is a connection NAME of any type, also of one that has no URI. */
int bruin_conn_is_there(const struct bruin_conns *c, const char *name, const char **best);

#endif
