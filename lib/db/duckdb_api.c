#include "db/duckdb_api.h"

#include <dlfcn.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/prefix.h"

struct symbol {
	const char *name;
	size_t at; /* in struct duckdb_api */
};

static const struct symbol symbols[] = {
	{"duckdb_library_version", offsetof(struct duckdb_api, library_version)},
	{"duckdb_create_config", offsetof(struct duckdb_api, create_config)},
	{"duckdb_set_config", offsetof(struct duckdb_api, set_config)},
	{"duckdb_destroy_config", offsetof(struct duckdb_api, destroy_config)},
	{"duckdb_open_ext", offsetof(struct duckdb_api, open_ext)},
	{"duckdb_free", offsetof(struct duckdb_api, free)},
	{"duckdb_close", offsetof(struct duckdb_api, close)},
	{"duckdb_connect", offsetof(struct duckdb_api, connect)},
	{"duckdb_disconnect", offsetof(struct duckdb_api, disconnect)},
	{"duckdb_query", offsetof(struct duckdb_api, query)},
	{"duckdb_prepare", offsetof(struct duckdb_api, prepare)},
	{"duckdb_prepare_error", offsetof(struct duckdb_api, prepare_error)},
	{"duckdb_execute_prepared_streaming",
		offsetof(struct duckdb_api, execute_prepared_streaming)},
	{"duckdb_destroy_prepare", offsetof(struct duckdb_api, destroy_prepare)},
	{"duckdb_result_error", offsetof(struct duckdb_api, result_error)},
	{"duckdb_rows_changed", offsetof(struct duckdb_api, rows_changed)},
	{"duckdb_fetch_chunk", offsetof(struct duckdb_api, fetch_chunk)},
	{"duckdb_column_type", offsetof(struct duckdb_api, column_type)},
	{"duckdb_destroy_result", offsetof(struct duckdb_api, destroy_result)},
	{"duckdb_create_logical_type", offsetof(struct duckdb_api, create_logical_type)},
	{"duckdb_create_decimal_type", offsetof(struct duckdb_api, create_decimal_type)},
	{"duckdb_logical_type_set_alias", offsetof(struct duckdb_api, logical_type_set_alias)},
	{"duckdb_destroy_logical_type", offsetof(struct duckdb_api, destroy_logical_type)},
	{"duckdb_vector_size", offsetof(struct duckdb_api, vector_size)},
	{"duckdb_create_data_chunk", offsetof(struct duckdb_api, create_data_chunk)},
	{"duckdb_data_chunk_reset", offsetof(struct duckdb_api, data_chunk_reset)},
	{"duckdb_data_chunk_set_size", offsetof(struct duckdb_api, data_chunk_set_size)},
	{"duckdb_data_chunk_get_size", offsetof(struct duckdb_api, data_chunk_get_size)},
	{"duckdb_data_chunk_get_vector", offsetof(struct duckdb_api, data_chunk_get_vector)},
	{"duckdb_destroy_data_chunk", offsetof(struct duckdb_api, destroy_data_chunk)},
	{"duckdb_vector_get_data", offsetof(struct duckdb_api, vector_get_data)},
	{"duckdb_vector_get_validity", offsetof(struct duckdb_api, vector_get_validity)},
	{"duckdb_vector_ensure_validity_writable",
		offsetof(struct duckdb_api, vector_ensure_validity_writable)},
	{"duckdb_vector_assign_string_element_len",
		offsetof(struct duckdb_api, vector_assign_string_element_len)},
	{"duckdb_appender_create", offsetof(struct duckdb_api, appender_create)},
	{"duckdb_appender_add_column", offsetof(struct duckdb_api, appender_add_column)},
	{"duckdb_append_data_chunk", offsetof(struct duckdb_api, append_data_chunk)},
	{"duckdb_appender_close", offsetof(struct duckdb_api, appender_close)},
	{"duckdb_appender_error", offsetof(struct duckdb_api, appender_error)},
	{"duckdb_appender_destroy", offsetof(struct duckdb_api, appender_destroy)},
};

static void *
try_beside(const char *prefix)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/lib/anthill/libduckdb.so", prefix);

	return n > 0 && (size_t)n < sizeof path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
}

static void *
find(const char *named, struct ant_err *e)
{
	char prefix[PATH_MAX];
	void *library;

	if (named != NULL && *named != '\0') {
		if ((library = dlopen(named, RTLD_NOW | RTLD_LOCAL)) == NULL)
			err_set(e, ANT_FAIL, "ANT_LIBDUCKDB: %s", dlerror());
		return library;
	}
	library = dlopen("libduckdb.so", RTLD_NOW | RTLD_LOCAL);
	if (library == NULL && prefix_find(prefix, sizeof prefix) == 0)
		library = try_beside(prefix);
	if (library == NULL)
		library = try_beside(ANT_PREFIX);
	if (library == NULL)
		err_set(e, ANT_FAIL,
			"DuckDB's library was not found: scripts/setup --duckdb gets it, or set "
			"ANT_LIBDUCKDB to a libduckdb.so (%s)",
			dlerror());
	return library;
}

int
duckdb_api_open(struct duckdb_api *a, const char *named, struct ant_err *e)
{
	void *library = find(named, e); /* for the rest of the process: it starts threads */

	if (library == NULL)
		return -1;
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
		void *function = dlsym(library, symbols[i].name);

		if (function == NULL)
			return err_set(e, ANT_FAIL,
				"DuckDB's library has no %s: it is too old, or none; version 1.2 "
				"or "
				"later is needed; scripts/setup --duckdb gets one",
				symbols[i].name);
		/* ISO C has no cast from an object's pointer to a function's; POSIX has dlsym(). */
		memcpy((char *)a + symbols[i].at, &function, sizeof function);
	}
	return 0;
}
