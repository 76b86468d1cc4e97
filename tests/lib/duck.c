/*
 * duck DATABASE SQL... - what the suites ask DuckDB with: rows as lines, cells between |, null as NULL
 *
 * The library is $ANT_LIBDUCKDB.  DUCK_HOLD: keep the database open until stdin ends.  DUCK_UNSIGNED: load
 * extensions without a look at their signatures, which takes most of the time.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct result {
	uint64_t deprecated[5];
	void *internal;
};

static void *library;

static void *
symbol(const char *name)
{
	void *s = dlsym(library, name);

	if (s == NULL) {
		fprintf(stderr, "duck: %s\n", dlerror());
		exit(2);
	}
	return s;
}

static void
print(struct result *res)
{
	uint64_t (*columns)(struct result *) = symbol("duckdb_column_count");
	uint64_t (*rows)(struct result *) = symbol("duckdb_row_count");
	char *(*text)(struct result *, uint64_t, uint64_t) = symbol("duckdb_value_varchar");
	void (*release)(void *) = symbol("duckdb_free");
	const char *(*name)(struct result *, uint64_t) = symbol("duckdb_column_name");

	if (columns(res) == 1 &&
		(strcmp(name(res, 0), "Count") == 0 || strcmp(name(res, 0), "Success") == 0))
		return; /* of a statement that is no question */
	for (uint64_t row = 0; row < rows(res); row++)
		for (uint64_t i = 0; i < columns(res); i++) {
			char *s = text(res, i, row);

			printf("%s%s", s != NULL ? s : "NULL", i + 1 < columns(res) ? "|" : "\n");
			release(s);
		}
}

int
main(int argc, char **argv)
{
	const char *path = getenv("ANT_LIBDUCKDB");
	void *db = NULL, *conn = NULL, *config = NULL;
	char *error = NULL;
	int status = 0;

	if (argc < 2 || (library = dlopen(path != NULL ? path : "", RTLD_NOW)) == NULL) {
		fprintf(stderr, "duck: %s\n", argc < 2 ? "usage: duck DATABASE SQL..." : dlerror());
		return 2;
	}
	((int (*)(void **))symbol("duckdb_create_config"))(&config);
	if (getenv("DUCK_UNSIGNED") != NULL)
		((int (*)(void *, const char *, const char *))symbol("duckdb_set_config"))(
			config, "allow_unsigned_extensions", "true");
	if (((int (*)(const char *, void **, void *, char **))symbol("duckdb_open_ext"))(
		    argv[1], &db, config, &error) != 0) {
		fprintf(stderr, "duck: %s\n", error);
		return 1;
	}
	((void (*)(void **))symbol("duckdb_destroy_config"))(&config);
	((int (*)(void *, void **))symbol("duckdb_connect"))(db, &conn);
	for (int i = 2; i < argc && status == 0; i++) {
		struct result res;

		status = ((int (*)(void *, const char *, struct result *))symbol("duckdb_query"))(
			conn, argv[i], &res);
		if (status != 0)
			fprintf(stderr, "duck: %s\n",
				((const char *(*)(struct result *))symbol("duckdb_result_error"))(
					&res));
		else
			print(&res);
		((void (*)(struct result *))symbol("duckdb_destroy_result"))(&res);
	}
	if (getenv("DUCK_HOLD") != NULL) {
		fflush(stdout);
		while (getchar() != EOF)
			;
	}
	((void (*)(void **))symbol("duckdb_disconnect"))(&conn);
	((void (*)(void **))symbol("duckdb_close"))(&db);
	return status;
}
