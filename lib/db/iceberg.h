/*
 * db/iceberg - a lake of Iceberg tables, whose catalog is a REST server
 *
 * See https://iceberg.apache.org/rest-catalog-spec.  What is here is what differs from a DuckLake; lake.c
 * does the rest.
 */
#ifndef ANT_DB_ICEBERG_H
#define ANT_DB_ICEBERG_H

#include "base/buf.h"
#include "db/lake.h"

/* Whether WHERE names one: iceberg+https://..., or on loopback iceberg+http://... */
int iceberg_is(const char *where);

/*
 * Read iceberg+https://HOST/[PATH/]CATALOG?namespace=NAME into L: name, at (the server), warehouse and
 * namespace, each to be freed.  Return 0; -1 with ANT_USAGE, or ANT_FAIL where memory ran out.
 */
int iceberg_read(struct lake *l, const char *uri, struct ant_err *e);

/*
 * Append the statements that attach it, to be read alone where READ_ONLY is not 0.  Where TOKEN is not NULL,
 * it is the one that the server wants: then they are not to be shown.  Where the server is to hand out keys
 * of its own for the data, VENDED is 1.
 */
void iceberg_put_attach(
	struct buf *b, const struct lake *l, const char *token, int vended, int read_only);

#endif
