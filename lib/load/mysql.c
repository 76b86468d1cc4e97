#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "db/mysql.h"
#include "load/mysql_history.h"
#include "load/mysql_index.h"
#include "load/mysql_key.h"
#include "load/mysql_rights.h"
#include "load/mysql_rows.h"
#include "load/session.h"
#include "load/sql.h"

/* Temporary tables: where the rows of a merge arrive, and those of a key that came before. */
#define STAGE "_anthill_rows"
#define MORE "_anthill_more"
#define LAST "_anthill_last"
#define AGAIN "_anthill_again"

enum { LOCK_SECONDS = 604800 }; /* for what all loads of a database share */

static int
run(struct session *s, const char *sql, int64_t *changed, struct ant_err *e)
{
	return db_mysql_run(s->self, sql, changed, e);
}

static int
each(struct session *s, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e)
{
	(void)n;
	return db_mysql_each(s->self, sql, take, arg, e);
}

/* A temporary table would hide one of its name. */
static int
check(struct session *s, struct ant_err *e)
{
	static const char *const taken[] = {STAGE, MORE, LAST, AGAIN};

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcasecmp(s->load->into, taken[i]) == 0)
			return err_set(
				e, ANT_FAIL, "table '%s': the name is anthill's own", taken[i]);
	return s->load->history ? mysql_check_history(s->history.name.data, e) : 0;
}

static int
look(struct session *s, struct ant_err *e)
{
	s->schema = db_mysql_database(s->self);
	return db_mysql_connect(s->self, e) == -1 ? -1 : 1;
}

static int
probe(struct session *s, struct strlist *missing, struct ant_err *e)
{
	(void)missing;
	return look(s, e);
}

/* Each line once: what is wrong with the ledger is so for every table. */
static int
lacks(struct session *s, const char *table, int mode, struct strlist *missing, struct ant_err *e)
{
	const struct mysql_need need = {s->schema, table, mode};
	struct ant_err long_name;

	if (mode == SESSION_HISTORY && mysql_check_history(table, &long_name) == -1)
		return strlist_add(missing, long_name.msg, strlen(long_name.msg)) == 0
			       ? 0
			       : err_sys(e, ANT_FAIL, "mysql");
	return mysql_rights(s->self, &need, &s->sql, missing, e);
}

static int
take_number(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int *)arg = texts[0] != NULL && *texts[0] == '1';
	return 0;
}

/* FUNCTION of the name of a lock: that of TABLE, or where it is NULL of what all loads share. */
static void
put_lock(struct buf *b, const struct session *s, const char *function, const char *table)
{
	buf_printf(b, "%s('anthill:' || SHA1(HEX(", function);
	sql_literal(b, SQL_MYSQL, s->schema);
	buf_puts(b, ")");
	if (table != NULL) {
		buf_puts(b, " || '.' || HEX(");
		sql_literal(b, SQL_MYSQL, table);
		buf_putc(b, ')');
	}
	buf_putc(b, ')');
}

/*
 * Wait so many SECONDS for the lock; it goes with the session, however that ends.  s->sql stays: it
 * may be what the lock is for.
 */
static int
lock(struct session *s, const char *table, int seconds, int *locked, struct ant_err *e)
{
	struct buf sql;
	int status;

	*locked = 0;
	buf_init(&sql, LOAD_TEXT_MAX);
	put_lock(&sql, s, "SELECT GET_LOCK", table);
	buf_printf(&sql, ", %d)", seconds);
	status = db_mysql_each(s->self, buf_str(&sql), take_number, locked, e);
	buf_free(&sql);
	return status;
}

static int
lock_shared(struct session *s, struct ant_err *e)
{
	int locked;

	if (lock(s, NULL, LOCK_SECONDS, &locked, e) == -1)
		return -1;
	return locked ? 0 : err_set(e, ANT_FAIL, "mysql: the lock of the ledger is not to be had");
}

static int
begin(struct session *s, struct ant_err *e)
{
	int locked;

	if (look(s, e) == -1 || lock(s, s->load->into, 0, &locked, e) == -1)
		return -1;
	if (!locked)
		return err_set(e, ANT_LOCKED, "mysql: another load of %s.%s is at work", s->schema,
			s->load->into);
	if (mysql_engine(s->self, s->schema, s->load->into, &s->sql, e) == -1)
		return -1;
	return s->load->history ? mysql_engine(s->self, s->schema, s->history.name.data, &s->sql, e)
				: 0;
}

/* What has the name, " WHERE" it is this table: named twice, for that is how the server finds it quickly. */
static void
put_where(struct session *s, const char *schema, const char *name, const char *table)
{
	buf_printf(&s->sql, "%s = ", schema);
	sql_literal(&s->sql, SQL_MYSQL, s->schema);
	buf_printf(&s->sql, " AND %s = ", name);
	sql_literal(&s->sql, SQL_MYSQL, table);
}

static void
put_shape(struct session *s, const char *table)
{
	buf_puts(&s->sql,
		"SELECT t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED'), EXISTS (SELECT 1 FROM "
		"information_schema.triggers WHERE ");
	put_where(s, "event_object_schema", "event_object_table", table);
	/* As sql_type() has them: a width that only some servers write, and BOOLEAN is a short one. */
	buf_puts(&s->sql,
		"), c.column_name, CASE WHEN c.column_type = 'tinyint(1)' THEN 'BOOLEAN' WHEN "
		"c.data_type = 'bigint' AND c.column_type NOT LIKE '%unsigned%' THEN 'BIGINT' WHEN "
		"c.data_type IN ('enum', 'set') THEN c.column_type ELSE upper(c.column_type) END "
		"FROM information_schema.tables t LEFT JOIN "
		"information_schema.columns c ON ");
	put_where(s, "c.table_schema", "c.table_name", table);
	buf_puts(&s->sql, " WHERE ");
	put_where(s, "t.table_schema", "t.table_name", table);
}

/* JSON is LONGTEXT with a check in MariaDB, and a type in MySQL. */
static const char *
wanted(const char *is, enum type t)
{
	return t == TYPE_JSON && strcmp(is, "LONGTEXT") == 0 ? is : sql_type(SQL_MYSQL, t);
}

/* ---- the transaction ---------------------------------------------------- */

/* The index is not waited for once the rows are in: to make it would commit them. */
static int
transact(struct session *s, struct ant_err *e)
{
	if (s->load->rows->ncolumns > 0 && mysql_index_load(s, e) == -1)
		return -1;
	if (s->load->history && mysql_index_history(s, e) == -1)
		return -1;
	if (!s->load->dry_run) {
		buf_clear(&s->sql);
		put_lock(&s->sql, s, "DO RELEASE_LOCK", NULL);
		buf_putc(&s->sql, ')');
		if (session_run(s, NULL, e) == -1)
			return -1;
	}
	return session_run_text(s, "START TRANSACTION", e);
}

/* ---- rows --------------------------------------------------------------------------- */

/* A temporary table with the load's columns, after what HEAD says of others and of indexes. */
static int
make_stage(struct session *s, const char *name, const char *head, struct ant_err *e)
{
	const struct load *l = s->load;

	buf_clear(&s->sql);
	buf_printf(
		&s->sql, "CREATE TEMPORARY TABLE %s%s ENGINE = InnoDB AS\n\tSELECT ", name, head);
	sql_idents(&s->sql, SQL_MYSQL, l->columns, l->rows->ncolumns);
	buf_puts(&s->sql, " FROM ");
	session_put_table(s);
	buf_puts(&s->sql, " LIMIT 0");
	return session_run(s, NULL, e);
}

static int
rows(struct session *s, int64_t *stored, struct ant_err *e)
{
	if (s->staged && make_stage(s, STAGE, "", e) == -1)
		return -1;
	return mysql_take(s, s->staged ? STAGE : NULL, s->load->rows, stored, e);
}

/* ---- merge -------------------------------------------------------------------------- */

/* The server takes a table that was just filled for an empty one: the order of the join is ours. */
static int
put_merged(struct session *s, const char *verb, const char *from, struct ant_err *e)
{
	const struct load *l = s->load;
	const char *force = mysql_has_key_index(l) ? " FORCE INDEX (" SQL_MYSQL_KEY ")" : "";
	int by_table =
		l->mode == MODE_MERGE; /* which has the index then; else the second stage has it */

	(void)e;
	buf_printf(&s->sql, "%s%s FROM ", verb, *verb == 'D' ? " t" : "");
	if (by_table)
		buf_printf(&s->sql, "%s s STRAIGHT_JOIN ", from);
	mysql_put_into(s, l->mode == MODE_APPEND ? STAGE : NULL);
	buf_printf(&s->sql, " t%s", by_table ? force : "");
	if (!by_table)
		buf_printf(&s->sql, " STRAIGHT_JOIN %s s%s", from, force);
	buf_puts(&s->sql, "\n\tWHERE ");
	mysql_put_same_key(s, "t", "s");
	return 0;
}

/* ORDER of the last row of each key. */
static int
find_last(struct session *s, const char *order, struct ant_err *e)
{
	const struct load *l = s->load;

	buf_clear(&s->sql);
	buf_printf(&s->sql,
		"CREATE TEMPORARY TABLE " LAST " (PRIMARY KEY (n)) ENGINE = InnoDB AS\n\tSELECT "
		"max(%s) AS n FROM " MORE " GROUP BY ",
		order);
	for (size_t i = 0; i < l->rows->nkey; i++) {
		buf_puts(&s->sql, i == 0 ? "" : ", ");
		mysql_put_column(s, NULL, l->key[i].name, l->key[i].type == TYPE_TEXT);
	}
	return session_run(s, NULL, e);
}

/*
 * A table keeps no order of its own: the rows are numbered as they come.  Nothing is removed from a
 * temporary table by what it holds, for MySQL reads none twice in a statement; and none is altered, for
 * that would commit.
 */
static int
take_again(struct session *s, struct rows *r, int64_t *dropped, struct ant_err *e)
{
	const struct load *l = s->load;
	const char *order = load_sql_order_name(l);
	struct buf head;
	int64_t stored = 0, kept = 0;
	int status;

	buf_init(&head, LOAD_TEXT_MAX);
	buf_printf(&head, " (%s bigint AUTO_INCREMENT PRIMARY KEY)", order);
	status = buf_str(&head) != NULL ? make_stage(s, MORE, head.data, e)
					: err_sys(e, ANT_FAIL, "mysql");
	buf_free(&head);
	if (status == -1 || mysql_take(s, MORE, r, &stored, e) == -1 ||
		find_last(s, order, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "CREATE TEMPORARY TABLE " AGAIN);
	if (mysql_has_key_index(l)) {
		buf_puts(&s->sql, " (KEY " SQL_MYSQL_KEY);
		sql_mysql_index(&s->sql, l->key, l->rows->nkey);
		buf_putc(&s->sql, ')');
	}
	buf_puts(&s->sql, " ENGINE = InnoDB AS\n\tSELECT ");
	for (size_t i = 0; i < r->ncolumns; i++) {
		buf_puts(&s->sql, i == 0 ? "" : ", ");
		mysql_put_column(s, "m", l->columns[i].name, 0);
	}
	buf_printf(&s->sql, " FROM " LAST " l STRAIGHT_JOIN " MORE " m ON l.n = m.%s ORDER BY l.n",
		order);
	if (session_run(s, &kept, e) == -1)
		return -1;
	*dropped = stored - kept;
	return 0;
}

static int
commit(struct session *s, struct ant_err *e)
{
	if (session_run_text(s, "COMMIT", e) == 0) {
		if (!s->load->dry_run)
			db_mysql_unlock(s->self);
		return 0;
	}
	return db_mysql_is_connected(s->self) ? -1 : session_lost_at_commit(e);
}

static void
undo(struct session *s, const char *reason)
{
	(void)reason;
	db_mysql_abort(s->self);
}

static void
free_it(void *self)
{
	db_mysql_free(self);
}

int
load_mysql(const char *uri, struct load_dest *to, struct ant_err *e)
{
	static const struct session_ops ops = {
		.dialect = SQL_MYSQL,
		.target = "mysql",
		.begin = DB_MYSQL_SETTINGS ";\n" DB_MYSQL_ISOLATION,
		.not_table = "view",
		.keepers = "trigger",
		.stage = STAGE,
		.again = AGAIN,
		.time = {"date_format(", ", '%Y-%m-%dT%H:%i:%sZ')"},
		.hour = {"date_format(", ", '%Y-%m-%dT%H')"},
		.day = {"date_format(", ", '%Y-%m-%d')"},
		.order = "",
		.ignores_case = 1,
		.has_indexes = 1,
		.check = check,
		.look = look,
		.open = begin,
		.probe = probe,
		.lacks = lacks,
		.run = run,
		.each = each,
		.put_shape = put_shape,
		.wanted = wanted,
		.transact = transact,
		.lock_shared = lock_shared,
		.rows = rows,
		.put_merged = put_merged,
		.take_again = take_again,
		.put_close = mysql_put_close,
		.put_open = mysql_put_open,
		.commit = commit,
		.abort = undo,
		.free = free_it,
	};
	struct db_mysql *d = db_mysql_new(uri, e);

	return d == NULL ? -1 : session_new(&ops, d, "mysql", NULL, to, e);
}

int
load_mysql_by_insert(const struct load_dest *dest)
{
	return !db_mysql_takes_local(((const struct session *)dest->self)->self);
}
