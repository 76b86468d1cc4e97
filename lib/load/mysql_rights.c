#include "load/mysql_rights.h"

#include <stdlib.h>
#include <string.h>

#include "db/sql.h"
#include "load/session.h"

/*
 * Statements that change nothing and that only a right lets pass: they end by an error of their own
 * otherwise, or explain what they would do.  The table's name stands between the two.
 */
enum { READ, WRITE, REMOVE, CHANGE, MAKE, INDEX, TEMPORARY, RIGHTS };
static const struct right {
	const char *name, *before, *after;
} rights[RIGHTS] = {
	[READ] = {"SELECT", "EXPLAIN SELECT * FROM ", ""},
	[WRITE] = {"INSERT", "EXPLAIN INSERT INTO ", " VALUES ()"},
	[REMOVE] = {"DELETE", "EXPLAIN DELETE FROM ", " WHERE 1 = 0"},
	[CHANGE] = {"UPDATE", "EXPLAIN UPDATE ", " SET " SQL_VALID_TO " = NULL WHERE 1 = 0"},
	[MAKE] = {"CREATE", "CREATE TABLE ", " (a int, a int)"},
	[INDEX] = {"INDEX", "CREATE INDEX a ON ", " (a)"},
	[TEMPORARY] = {"CREATE TEMPORARY TABLES", "CREATE TEMPORARY TABLE ", " (a int, a int)"},
};

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "mysql: rights");
}

static int
take_text(void *arg, const char *const *texts, struct ant_err *e)
{
	char **to = arg;

	free(*to);
	return (*to = strdup(texts[0] != NULL ? texts[0] : "")) != NULL ? 0 : no_memory(e);
}

/* 'user'@'host', which the server writes without quotes, and either part may hold an @. */
static int
ask_user(struct db_mysql *d, char **user, struct ant_err *e)
{
	return db_mysql_each(d,
		"SELECT QUOTE(LEFT(u, CHAR_LENGTH(u) - CHAR_LENGTH(h) - 1)) || '@' || QUOTE(h) "
		"FROM "
		"(SELECT CURRENT_USER() AS u, SUBSTRING_INDEX(CURRENT_USER(), '@', -1) AS h) x",
		take_text, user, e);
}

static int
take_found(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)texts;
	(void)e;
	*(int *)arg = 1;
	return 0;
}

static void
put_question(struct buf *sql, const char *what, const char *schema, const char *table)
{
	buf_clear(sql);
	buf_printf(sql, "SELECT %s FROM information_schema.tables t", what);
	buf_puts(sql, " LEFT JOIN information_schema.engines g ON g.engine = t.engine"
		      " WHERE t.table_schema = ");
	sql_literal(sql, SQL_MYSQL, schema);
	buf_puts(sql, " AND t.table_name = ");
	sql_literal(sql, SQL_MYSQL, table);
}

/* Append "A, B" to LACKS, those of the N rights at WHICH that the user has not on SCHEMA.TABLE. */
static int
try_rights(struct db_mysql *d, const char *schema, const char *table, const int *which, size_t n,
	struct buf *sql, struct buf *lacks, struct ant_err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct right *r = &rights[which[i]];
		int denied = 0;

		buf_clear(sql);
		buf_puts(sql, r->before);
		sql_name(sql, SQL_MYSQL, schema, table);
		buf_puts(sql, r->after);
		if (db_mysql_try(d, buf_str(sql), &denied, e) == -1)
			return -1;
		if (denied)
			buf_printf(lacks, "%s%s", lacks->len > 0 ? ", " : "", r->name);
	}
	return 0;
}

static int
add(struct strlist *missing, struct buf *line, struct ant_err *e)
{
	const char *text = buf_str(line);

	if (text == NULL)
		return no_memory(e);
	return strlist_has(missing, text, line->len) || strlist_add(missing, text, line->len) == 0
		       ? 0
		       : no_memory(e);
}

struct asking {
	struct db_mysql *d;
	struct buf *sql;
	struct strlist *missing;
	const char *user, *schema;
};

/* The rights on one table; where ANYWHERE, the message is about all of the database. */
static int
look_at(const struct asking *a, const char *table, int anywhere, const int *which, size_t n,
	struct ant_err *e)
{
	struct buf lacks, line;
	int status;

	buf_init(&lacks, 1 << 12);
	buf_init(&line, 1 << 16);
	status = try_rights(a->d, a->schema, table, which, n, a->sql, &lacks, e);
	if (status == 0 && lacks.len > 0 && buf_str(&lacks) != NULL) {
		buf_printf(&line, "mysql: user %s needs %s on ", a->user, lacks.data);
		buf_printf(&line, anywhere ? "the database %s" : "%s.%s", a->schema, table);
		buf_printf(&line, " (GRANT %s ON ", lacks.data);
		sql_ident(&line, SQL_MYSQL, a->schema);
		buf_puts(&line, anywhere ? ".*" : ".");
		if (!anywhere)
			sql_ident(&line, SQL_MYSQL, table);
		buf_printf(&line, " TO %s)", a->user);
		status = add(a->missing, &line, e);
	}
	buf_free(&lacks);
	buf_free(&line);
	return status;
}

/*
 * A table that is not there takes the right to make it, too; one of an engine without transactions none.  ALSO
 * is a right beside those to read and to add; RIGHTS: none is needed.
 */
static int
look_at_table(const struct asking *a, const char *table, int anywhere, int also, struct ant_err *e)
{
	int which[RIGHTS], there = 0;
	size_t n = 0;
	struct ant_err why;

	put_question(a->sql, "1", a->schema, table);
	if (db_mysql_each(a->d, buf_str(a->sql), take_found, &there, e) == -1)
		return -1;
	which[n++] = READ;
	which[n++] = WRITE;
	if (also != RIGHTS)
		which[n++] = also;
	if (!there) {
		which[n++] = MAKE;
		which[n++] = INDEX;
	}
	if (look_at(a, table, anywhere, which, n, e) == -1)
		return -1;
	if (!there || mysql_engine(a->d, a->schema, table, a->sql, &why) == 0)
		return 0;
	return strlist_has(a->missing, why.msg, strlen(why.msg)) ||
			       strlist_add(a->missing, why.msg, strlen(why.msg)) == 0
		       ? 0
		       : no_memory(e);
}

int
mysql_rights(struct db_mysql *d, const struct mysql_need *need, struct buf *sql,
	struct strlist *missing, struct ant_err *e)
{
	static const int temporary = TEMPORARY;
	const int also = need->mode == SESSION_HISTORY ? CHANGE
			 : need->mode == MODE_APPEND   ? RIGHTS
						       : REMOVE;
	char *user = NULL;
	struct asking a = {d, sql, missing, NULL, need->schema};
	int status = ask_user(d, &user, e);

	a.user = user;
	if (status == 0)
		status = look_at_table(&a, need->table != NULL ? need->table : "_anthill_new",
			need->table == NULL, also, e);
	if (status == 0)
		status = look_at_table(&a, SQL_LEDGER, 0, RIGHTS, e);
	if (status == 0 && need->mode == MODE_MERGE)
		status = look_at(&a, "_anthill_rows", 1, &temporary, 1, e);
	free(user);
	return status;
}

int
mysql_engine(struct db_mysql *d, const char *schema, const char *table, struct buf *sql,
	struct ant_err *e)
{
	const char *const names[] = {table, SQL_LEDGER};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *engine = NULL;
		int status;

		put_question(sql, "t.engine", schema, names[i]);
		buf_puts(sql, " AND g.transactions <> 'YES'");
		status = db_mysql_each(d, buf_str(sql), take_text, &engine, e);
		if (status == 0 && engine != NULL) {
			status = err_set(e, ANT_FAIL,
				"mysql: %s.%.200s is of engine %s, which takes back no load that "
				"fails: ALTER TABLE ... ENGINE = InnoDB first",
				schema, names[i], engine);
		}
		free(engine);
		if (status == -1)
			return -1;
	}
	return 0;
}
