/*
 * db/duckdb_api - the functions of libduckdb, found when they are needed
 *
 * Nothing is linked, so building needs nothing, and who does not use DuckDB needs no
 * library.  The prototypes are those of duckdb.h, https://duckdb.org/docs/stable/clients/c/api,
 * which keeps them stable from version to version.
 */
#ifndef ANT_DB_DUCKDB_API_H
#define ANT_DB_DUCKDB_API_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum duckdb_type { /* as far as a row stream has them */
	DUCKDB_BOOLEAN = 1,
	DUCKDB_BIGINT = 5,
	DUCKDB_DOUBLE = 11,
	DUCKDB_DATE = 13,
	DUCKDB_VARCHAR = 17,
	DUCKDB_TIMESTAMP_TZ = 31
};

typedef int duckdb_state; /* 0: it went well */

struct duckdb_result {
	uint64_t deprecated[5];
	void *internal;
};

struct duckdb_hugeint { /* a decimal of more than 18 digits */
	uint64_t lower;
	int64_t upper;
};

union duckdb_string { /* in a vector: up to 12 bytes in place, zeros after them */
	struct {
		uint32_t len;
		char p[12];
	} near;
	struct {
		uint32_t len;
		char prefix[4];
		const char *p;
	} far;
};

struct duckdb_api {
	const char *(*library_version)(void);
	duckdb_state (*create_config)(void **config);
	duckdb_state (*set_config)(void *config, const char *name, const char *value);
	void (*destroy_config)(void **config);
	duckdb_state (*open_ext)(const char *path, void **db, void *config, char **error);
	void (*free)(void *p);
	void (*close)(void **db);
	duckdb_state (*connect)(void *db, void **conn);
	void (*disconnect)(void **conn);
	duckdb_state (*query)(void *conn, const char *sql, struct duckdb_result *res);
	duckdb_state (*prepare)(void *conn, const char *sql, void **statement);
	const char *(*prepare_error)(void *statement);
	duckdb_state (*execute_prepared_streaming)(void *statement, struct duckdb_result *res);
	void (*destroy_prepare)(void **statement);
	const char *(*result_error)(struct duckdb_result *res);
	uint64_t (*rows_changed)(struct duckdb_result *res);
	void *(*fetch_chunk)(struct duckdb_result res);
	enum duckdb_type (*column_type)(struct duckdb_result *res, uint64_t column);
	void (*destroy_result)(struct duckdb_result *res);

	void *(*create_logical_type)(enum duckdb_type type);
	void *(*create_decimal_type)(uint8_t width, uint8_t scale);
	void (*logical_type_set_alias)(void *type, const char *alias);
	void (*destroy_logical_type)(void **type);

	uint64_t (*vector_size)(void);
	void *(*create_data_chunk)(void **types, uint64_t n);
	void (*data_chunk_reset)(void *chunk);
	void (*data_chunk_set_size)(void *chunk, uint64_t n);
	uint64_t (*data_chunk_get_size)(void *chunk);
	void *(*data_chunk_get_vector)(void *chunk, uint64_t column);
	void (*destroy_data_chunk)(void **chunk);
	void *(*vector_get_data)(void *vector);
	uint64_t *(*vector_get_validity)(void *vector);
	void (*vector_ensure_validity_writable)(void *vector);
	void (*vector_assign_string_element_len)(
		void *vector, uint64_t row, const char *p, uint64_t len);

	duckdb_state (*appender_create)(
		void *conn, const char *schema, const char *table, void **appender);
	duckdb_state (*appender_add_column)(void *appender, const char *name);
	duckdb_state (*append_data_chunk)(void *appender, void *chunk);
	duckdb_state (*appender_close)(void *appender);
	const char *(*appender_error)(void *appender);
	duckdb_state (*appender_destroy)(void **appender);
};

/*
 * Find libduckdb and its functions: in the file NAMED where that is not NULL; else on
 * the loader's own search path, then in lib/anthill beside the running program's bin
 * and in that of the build's PREFIX.  Return 0, or -1 with ANT_FAIL and the way to get it.
 */
int duckdb_api_open(struct duckdb_api *a, const char *named, struct ant_err *e);

#endif
