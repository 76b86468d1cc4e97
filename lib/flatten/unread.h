/* flatten/unread - the fields of records that no path reads, each counted once a name */
#ifndef ANT_FLATTEN_UNREAD_H
#define ANT_FLATTEN_UNREAD_H

#include <stddef.h>

struct unread_field {
	char *path;
	int node;
	size_t key_len, count; /* the key is the end of the path */
};

struct unread {
	struct unread_field *fields;
	size_t n, more; /* more: how often others were met, beyond the most that are told apart */
};

/*
 * Count the field whose key, as the record writes it between its quotes, is LEN bytes at
 * KEY, a member of NODE, whose path is PATH.  Where memory is short, the report is poorer.
 */
void unread_count(struct unread *u, int node, const char *path, const char *key, size_t len);

void unread_free(struct unread *u);

#endif
