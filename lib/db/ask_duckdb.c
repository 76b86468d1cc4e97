#include "db/ask.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/duckdb.h"
#include "db/lake.h"

struct ask_duckdb {
	struct db_duckdb db;
	struct lake *lake; /* NULL: it is a file */
	struct buf sql;
};

struct taker {
	size_t n;
	db_take *take;
	void *arg;
};

/* An empty text is taken for null: DuckDB's answers do not tell them apart here. */
static int
take_texts(void *arg, const char *const *texts, struct ant_err *e)
{
	struct taker *t = arg;
	struct db_cell row[DB_DUCKDB_ANSWER_MAX];

	for (size_t i = 0; i < t->n; i++) {
		row[i].kind = *texts[i] != '\0' ? DB_TEXT : DB_NULL;
		row[i].p = texts[i];
		row[i].len = strlen(texts[i]);
	}
	return t->take(t->arg, row, e);
}

static int
each(void *self, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e)
{
	struct ask_duckdb *d = self;
	struct taker t = {n, take, arg};
	int plain[DB_DUCKDB_ANSWER_MAX];

	if (n > DB_DUCKDB_ANSWER_MAX)
		return err_set(e, ANT_FAIL, "%s: too many columns are asked for", d->db.file);
	if (sql == NULL)
		return err_sys(e, ANT_FAIL, "%s", d->db.file);
	if (db_duckdb_plain(&d->db, sql, n, plain, e) == -1)
		return -1;
	buf_clear(&d->sql);
	for (size_t i = 0; i < n; i++)
		buf_printf(&d->sql, plain[i] ? "%s #%zu" : "%s CAST(#%zu AS VARCHAR)",
			i == 0 ? "SELECT" : ",", i + 1);
	buf_printf(&d->sql, " FROM (%s)", sql);
	if (buf_str(&d->sql) == NULL)
		return err_sys(e, ANT_FAIL, "%s", d->db.file);
	return db_duckdb_each(&d->db, d->sql.data, n, take_texts, &t, e);
}

static int
run(void *self, const char *sql, struct ant_err *e)
{
	struct ask_duckdb *d = self;
	struct ant_err ignored;

	if (db_duckdb_run(&d->db, "BEGIN", NULL, e) == -1)
		return -1;
	if (db_duckdb_run(&d->db, sql, NULL, e) == 0 &&
		db_duckdb_run(&d->db, "COMMIT", NULL, e) == 0)
		return 0;
	db_duckdb_run(&d->db, "ROLLBACK", NULL, &ignored);
	return -1;
}

static void
close_it(void *self)
{
	struct ask_duckdb *d = self;

	db_duckdb_close(&d->db);
	lake_free(d->lake);
	buf_free(&d->sql);
	free(d);
}

/* Open what WHERE names: 1, 0 where it is not there, -1. */
static int
open_it(struct ask_duckdb *d, const char *where, const char *library, int write, struct ant_err *e)
{
	if (!lake_is(where)) {
		if (access(where, F_OK) == -1)
			return 0;
		if (db_duckdb_init(&d->db, where, library, e) == -1)
			return -1;
		return db_duckdb_look(&d->db, !write, e);
	}
	if ((d->lake = lake_new(where, library, e)) == NULL ||
		db_duckdb_init(&d->db, d->lake->name, library, e) == -1)
		return -1;
	return write ? lake_change(d->lake, &d->db, e) : lake_look(d->lake, &d->db, e);
}

int
ask_duckdb(const char *where, const char *library, int write, struct db *to, struct ant_err *e)
{
	struct ask_duckdb *d = calloc(1, sizeof *d);
	int there;

	if (d == NULL)
		return err_sys(e, ANT_FAIL, "%s", where);
	buf_init(&d->sql, 1 << 20);
	there = open_it(d, where, library, write, e);
	if (there == 0 && d->lake != NULL)
		err_set(e, ANT_FAIL, "%s: there is no such lake", d->lake->name);
	else if (there == 0)
		err_sys(e, ANT_FAIL, "%s", where);
	if (there == 1 && (write || db_duckdb_run(&d->db, "BEGIN", NULL, e) == 0)) {
		*to = (struct db){d, SQL_DUCKDB, each, run, close_it};
		return 0;
	}
	close_it(d);
	return -1;
}
