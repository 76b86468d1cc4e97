/* flatten/options - what the options of ant-flatten ask for */
#ifndef ANT_FLATTEN_OPTIONS_H
#define ANT_FLATTEN_OPTIONS_H

#include <stddef.h>

enum engine { ENGINE_AUTO, ENGINE_NATIVE, ENGINE_JQ };

struct flatten_options {
	const char *table;	      /* NULL: the stream says it */
	const char *select, *exclude; /* comma separated column names, or NULL */
	const char *where;	      /* jq, or NULL */
	const char *const *adds;      /* NAME TYPE = JQ */
	size_t nadds;
	const char *const *masks; /* COLUMN=hash|redact|email */
	size_t nmasks;
	const char *mask_key; /* for hashes, or NULL */
	size_t mask_key_len;
	int raw;
	int allow_empty; /* plain JSON that is empty is an empty list */
	int mode;	 /* enum mode, or -1: as the stream and the table say */
	enum engine engine;
};

#endif
