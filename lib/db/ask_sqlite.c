#include "db/ask.h"

#include "db/sqlite.h"

static int
run(void *self, const char *sql, struct ant_err *e)
{
	const char *const steps[] = {"BEGIN IMMEDIATE", sql, "COMMIT"};
	struct ant_err ignored;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (sqlite_run(self, steps[i], NULL, e) == -1) {
			sqlite_run(self, "ROLLBACK", NULL, &ignored);
			return -1;
		}
	return 0;
}

static void
close_it(void *self)
{
	sqlite_free(self);
}

int
ask_sqlite(const char *file, int write, struct db *to, struct ant_err *e)
{
	struct sqlite *s = sqlite_new(file, e);
	int there;

	if (s == NULL)
		return -1;
	if ((there = sqlite_look(s, e)) == 0)
		err_set(e, ANT_FAIL, "%s: there is no such file", file);
	else if (there == 1 && !write && sqlite_snapshot(s, e) == -1)
		there = -1;
	if (there != 1) {
		sqlite_free(s);
		return -1;
	}
	*to = (struct db){s, SQL_SQLITE, sqlite_cells, run, close_it};
	return 0;
}
