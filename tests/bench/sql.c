/*
 * sql LIBRARY STATEMENT... - run statements in a DuckDB in memory, with the library given
 *
 * DuckDB has no package with its shell; this is as much of one as a benchmark needs.
 */
#include <dlfcn.h>
#include <stdio.h>

typedef int (*open_t)(const char *, void **);
typedef int (*connect_t)(void *, void **);
typedef int (*query_t)(void *, const char *, void *);
typedef const char *(*error_t_)(void *);

int
main(int argc, char *argv[])
{
	union {
		void *object;
		open_t open;
		connect_t connect;
		query_t query;
		error_t_ error;
	} open_, connect_, query_, error_;
	void *library = argc > 2 ? dlopen(argv[1], RTLD_NOW) : NULL, *db, *connection;
	long long result[32]; /* larger than a duckdb_result */

	if (library == NULL) {
		fprintf(stderr, "sql: %s\n", argc > 2 ? dlerror() : "usage: sql LIBRARY STATEMENT...");
		return 2;
	}
	open_.object = dlsym(library, "duckdb_open");
	connect_.object = dlsym(library, "duckdb_connect");
	query_.object = dlsym(library, "duckdb_query");
	error_.object = dlsym(library, "duckdb_result_error");
	if (open_.open(NULL, &db) != 0 || connect_.connect(db, &connection) != 0)
		return 1;
	for (int i = 2; i < argc; i++)
		if (query_.query(connection, argv[i], result) != 0) {
			fprintf(stderr, "sql: %s\n", error_.error(result));
			return 1;
		}
	return 0;
}
