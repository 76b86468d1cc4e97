#include "db/ask.h"

#include "db/pg.h"

static int
run(void *self, const char *sql, struct ant_err *e)
{
	/* Two that define the same at once would collide in the catalog: one waits. */
	const char *const steps[] = {
		"DO $$ BEGIN PERFORM pg_advisory_xact_lock(hashtextextended('anthill:views', 0)); "
		"END $$",
		sql, "COMMIT"};

	if (pg_begin(self, 0, e) == -1)
		return -1;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (pg_run(self, steps[i], NULL, e) == -1)
			return -1;
	return 0;
}

static void
close_it(void *self)
{
	pg_free(self);
}

int
ask_pg(const char *conninfo, const char *schema, int write, struct db *to, const char **chosen,
	struct ant_err *e)
{
	static const char snapshot[] =
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL TimeZone = 'UTC'; "
		"SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL standard_conforming_strings = on; "
		"SET LOCAL work_mem = '64MB'";
	struct pg *p = pg_new(conninfo, e);

	if (p == NULL)
		return -1;
	if (pg_connect(p, e) == -1 || (!write && pg_run(p, snapshot, NULL, e) == -1) ||
		pg_choose_schema(p, schema, chosen, e) == -1) {
		pg_free(p);
		return -1;
	}
	*to = (struct db){p, SQL_POSTGRESQL, pg_copy_out, run, close_it};
	return 0;
}
