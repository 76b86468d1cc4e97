/* stream/type - the words of both streams: column types, load modes, table names */
#ifndef ANT_STREAM_TYPE_H
#define ANT_STREAM_TYPE_H

#include <stddef.h>

/* The types of a row stream, anthill-rows(5); type_name() and type_find() agree with this order. */
enum type {
	TYPE_TEXT,
	TYPE_BIGINT,
	TYPE_DOUBLE,
	TYPE_NUMERIC,
	TYPE_BOOLEAN,
	TYPE_DATE,
	TYPE_TIMESTAMPTZ,
	TYPE_JSON,
	TYPE_COUNT
};

enum mode { MODE_WINDOW, MODE_REPLACE, MODE_MERGE, MODE_APPEND, MODE_COUNT };

enum { TYPE_TABLE_NAME_MAX = 63, TYPE_ORGANIZATION_MAX = 64 };

const char *type_name(enum type t);
int type_find(const char *s, size_t len); /* -1 where there is none */
const char *type_mode_name(enum mode m);
int type_mode_find(const char *s); /* -1 where there is none */

/* 1 where S is a table name: a letter or _, then letters, digits or _, at most TYPE_TABLE_NAME_MAX bytes. */
int type_is_table_name(const char *s);

/*
 * 1 where the LEN bytes at S can name an organization: letters, digits, _ and -, at most
 * TYPE_ORGANIZATION_MAX.  The API has UUIDs in lower case.
 */
int type_is_organization(const char *s, size_t len);

#endif
