/* load/mysql_key - rows that have the same key, in MySQL's SQL */
#ifndef ANT_LOAD_MYSQL_KEY_H
#define ANT_LOAD_MYSQL_KEY_H

#include "load/session.h"

/*
 * All of these append to s->sql.  ALIAS.COLUMN, ALIAS NULL: the column alone; BYTES: as the bytes that it
 * has, whatever its collation takes for equal.
 */
void mysql_put_column(struct session *s, const char *alias, const char *column, int bytes);

/* The rows LEFT and RIGHT have the same key of the load, null being equal to null: text by its bytes. */
void mysql_put_same_key(struct session *s, const char *left, const char *right);

/* Whether an index on the key has a column: none has one of JSON. */
int mysql_has_key_index(const struct load *l);

#endif
