#include <string.h>

#include "db/pg.h"
#include "load/history_sql.h"
#include "load/pg_rights.h"
#include "load/session.h"
#include "load/sql.h"

static const char stage[] = "pg_temp._anthill_rows"; /* where the rows of a merge arrive */

static int
run(struct session *s, const char *sql, int64_t *changed, struct ant_err *e)
{
	return pg_run(s->self, sql, changed, e);
}

static int
each(struct session *s, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e)
{
	(void)n;
	return pg_each(s->self, sql, NULL, 0, take, arg, e);
}

static int
check(struct session *s, struct ant_err *e)
{
	const struct load *l = s->load;

	if (pg_check_name("table", l->into, e) == -1 ||
		(l->history && pg_check_name("table", s->history.name.data, e) == -1))
		return -1;
	for (size_t i = 0; i < l->rows->ncolumns; i++)
		if (pg_check_name("column", l->columns[i].name, e) == -1)
			return -1;
	return 0;
}

static int
start(struct session *s, int read_only, struct ant_err *e)
{
	if (pg_connect(s->self, e) == -1 || pg_begin(s->self, read_only, e) == -1)
		return -1;
	return pg_choose_schema(s->self, s->schema, &s->schema, e);
}

/* Add what NEED finds missing, each line once: what is wrong with schema or ledger is so for every table. */
static int
add_missing(struct session *s, const struct pg_need *need, struct strlist *missing, int *filtered,
	struct ant_err *e)
{
	struct strlist all = {NULL, 0};
	int status = pg_rights(s->self, need, &s->sql, &all, filtered, e);

	for (size_t i = 0; i < all.n && status == 0; i++)
		if (!strlist_has(missing, all.v[i], strlen(all.v[i])) &&
			strlist_add(missing, all.v[i], strlen(all.v[i])) == -1)
			status = err_sys(e, ANT_FAIL, "postgresql");
	strlist_free(&all);
	return status;
}

/* What this load needs, as it is to go now. */
static int
ask_rights(struct session *s, struct strlist *missing, int *filtered, struct ant_err *e)
{
	const struct load *l = s->load;
	const struct pg_need need = {.schema = s->schema,
		.table = l->into,
		.columns = l->columns,
		.n = l->rows->ncolumns,
		.reads = l->mode == MODE_WINDOW || load_keeps_older(l) || s->staged || l->history,
		.deletes = l->mode != MODE_APPEND,
		.stages = s->staged};
	const struct pg_need history = {.schema = s->schema,
		.table = s->history.name.data,
		.columns = l->columns,
		.n = l->rows->ncolumns,
		.reads = 1,
		.updates = 1};
	int unused = 0;

	if (add_missing(s, &need, missing, filtered, e) == -1)
		return -1;
	return l->history ? add_missing(s, &history, missing, &unused, e) : 0;
}

/* Where row security stands between the role and the table, COPY is refused: rows come by the stage. */
static int
find_missing(struct session *s, struct strlist *missing, struct ant_err *e)
{
	int filtered = 0;

	if (ask_rights(s, missing, &filtered, e) == -1)
		return -1;
	if (!filtered || s->staged)
		return 0;
	s->staged = 1;
	strlist_free(missing);
	return ask_rights(s, missing, &filtered, e);
}

/* Refuse what would be refused anyway, but later and in fewer words. */
static int
check_rights(struct session *s, struct ant_err *e)
{
	struct strlist missing = {NULL, 0};
	int status = find_missing(s, &missing, e);

	if (status == 0 && missing.n > 1)
		status = err_set(e, ANT_FAIL, "%s; and %zu more: --check says them all",
			missing.v[0], missing.n - 1);
	else if (status == 0 && missing.n == 1)
		status = err_set(e, ANT_FAIL, "%s", missing.v[0]);
	strlist_free(&missing);
	return status;
}

static int
look(struct session *s, struct ant_err *e)
{
	struct strlist ignored = {NULL, 0};
	int status = start(s, 1, e);

	if (status == 0 && s->load != NULL)
		status = find_missing(s, &ignored, e);
	strlist_free(&ignored);
	return status == -1 ? -1 : 1;
}

static int
probe(struct session *s, struct strlist *missing, struct ant_err *e)
{
	(void)missing;
	return start(s, 0, e) == -1 ? -1 : 1;
}

static int
lacks(struct session *s, const char *table, int mode, struct strlist *missing, struct ant_err *e)
{
	const struct pg_need need = {.schema = s->schema,
		.table = table,
		.reads = mode != MODE_REPLACE && mode != MODE_APPEND,
		.deletes = mode != MODE_APPEND && mode != SESSION_HISTORY,
		.updates = mode == SESSION_HISTORY,
		.stages = mode == MODE_MERGE};
	struct ant_err long_name;
	int unused = 0;

	if (table != NULL && pg_check_name("table", table, &long_name) == -1)
		return strlist_add(missing, long_name.msg, strlen(long_name.msg)) == 0
			       ? 0
			       : err_sys(e, ANT_FAIL, "postgresql");
	return add_missing(s, &need, missing, &unused, e);
}

/* One load of a table at a time: the lock goes with the transaction, however that ends. */
static int
begin(struct session *s, struct ant_err *e)
{
	int locked = 0;

	if (start(s, 0, e) == -1 ||
		pg_ask(s->self,
			"SELECT pg_try_advisory_xact_lock(hashtextextended("
			"'anthill:' || quote_ident($1) || '.' || quote_ident($2), 0))",
			s->schema, s->load->into, &locked, e) == -1)
		return -1;
	if (locked)
		return check_rights(s, e);
	return err_set(e, ANT_LOCKED, "postgresql: another load of %s.%s is at work", s->schema,
		s->load->into);
}

static void
put_shape(struct session *s, const char *table)
{
	buf_puts(&s->sql,
		"SELECT c.relkind IN ('r', 'p'), c.relhastriggers OR c.relhasrules OR "
		"c.relrowsecurity, a.attname, format_type(a.atttypid, a.atttypmod)"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		" LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
		"a.attisdropped"
		" WHERE n.nspname = ");
	sql_literal(&s->sql, SQL_POSTGRESQL, s->schema);
	buf_puts(&s->sql, " AND c.relname = ");
	sql_literal(&s->sql, SQL_POSTGRESQL, table);
}

/*
 * Two that create the schema or the ledger at once would collide in the catalog, IF NOT
 * EXISTS or not: the second waits for the first.
 */
static int
lock_shared(struct session *s, struct ant_err *e)
{
	int unused = 0;

	return pg_ask(s->self,
		"SELECT pg_advisory_xact_lock(hashtextextended('anthill:' || quote_ident($1), 0)) "
		"IS NULL",
		s->schema, NULL, &unused, e);
}

static int
make_schema(struct session *s, struct ant_err *e)
{
	int there = 0;

	if (pg_ask(s->self, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)",
		    s->schema, NULL, &there, e) == -1)
		return -1;
	if (there)
		return 0;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "CREATE SCHEMA IF NOT EXISTS ");
	sql_ident(&s->sql, SQL_POSTGRESQL, s->schema);
	return session_run_shared(s, e);
}

/* COPY the rows of R into INTO; NULL: the table. */
static int
copy(struct session *s, const char *into, struct rows *r, int64_t *stored, struct ant_err *e)
{
	const struct load *l = s->load;
	struct pg *pg = s->self;
	const char *block;
	size_t len;
	int more;

	buf_clear(&s->sql);
	buf_puts(&s->sql, "COPY ");
	if (into != NULL)
		buf_puts(&s->sql, into);
	else
		session_put_table(s);
	buf_puts(&s->sql, " (");
	sql_idents(&s->sql, SQL_POSTGRESQL, l->columns, l->rows->ncolumns);
	buf_puts(&s->sql, ") FROM STDIN");
	if (l->dry_run)
		return session_run(s, NULL, e);
	if (pg_copy_start(pg, buf_str(&s->sql), e) == -1)
		return -1;
	while ((more = rows_block(r, &block, &len, e)) == 1)
		if (pg_copy_put(pg, block, len, e) == -1)
			return -1;
	return more == -1 ? -1 : pg_copy_end(pg, NULL, stored, e);
}

static int
rows(struct session *s, int64_t *stored, struct ant_err *e)
{
	return copy(s, s->staged ? stage : NULL, s->load->rows, stored, e);
}

/* A table keeps no order of its own: the rows are numbered as they come. */
static int
take_again(struct session *s, struct rows *r, int64_t *dropped, struct ant_err *e)
{
	const char *order = load_sql_order_name(s->load);
	int64_t stored;

	if (session_make_stage(s, s->ops->again_head, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "ALTER TABLE %s ADD COLUMN %s bigint GENERATED ALWAYS AS IDENTITY",
		s->ops->again, order);
	if (session_run(s, NULL, e) == -1 || copy(s, s->ops->again, r, &stored, e) == -1)
		return -1;
	buf_clear(&s->sql);
	load_sql_last(&s->sql, SQL_POSTGRESQL, s->load, s->ops->again, order);
	if (session_run(s, dropped, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "ALTER TABLE %s DROP COLUMN %s", s->ops->again, order);
	return session_run(s, NULL, e);
}

/* Append the names of the key's columns that an index has, as an array. */
static void
put_key_names(struct session *s)
{
	const struct load *l = s->load;
	size_t used = 0;

	buf_puts(&s->sql, "ARRAY[");
	for (size_t i = 0; i < l->rows->nkey && used < SQL_INDEX_MAX; i++)
		if (l->key[i].type != TYPE_JSON) {
			buf_puts(&s->sql, used++ == 0 ? "" : ", ");
			sql_literal(&s->sql, SQL_POSTGRESQL, l->key[i].name);
		}
	buf_puts(&s->sql, "]::text[]");
}

static int
take_yes(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)texts;
	(void)e;
	*(int *)arg = 1;
	return 0;
}

/*
 * A table that was there has the index on its key from the first merge on: made by us where it has
 * none and the role may.  Who only writes into it merges without.
 */
static int
index_key(struct session *s, struct ant_err *e)
{
	int wanted = 0;

	if (s->new_table)
		return 0;
	buf_clear(&s->sql);
	buf_puts(&s->sql,
		"SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL "
		"(SELECT ");
	put_key_names(s);
	buf_puts(&s->sql, " AS names) k WHERE n.nspname = ");
	sql_literal(&s->sql, SQL_POSTGRESQL, s->schema);
	buf_puts(&s->sql, " AND c.relname = ");
	sql_literal(&s->sql, SQL_POSTGRESQL, s->load->into);
	buf_puts(&s->sql,
		" AND pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE')"
		" AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid"
		" AND i.indpred IS NULL AND k.names = ARRAY(SELECT a.attname::text"
		" FROM unnest(i.indkey::smallint[]) WITH ORDINALITY x (number, at)"
		" JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.number"
		" WHERE x.at <= cardinality(k.names) ORDER BY x.at))");
	if (pg_each(s->self, buf_str(&s->sql), NULL, 0, take_yes, &wanted, e) == -1)
		return -1;
	return wanted ? session_index_key(s, e) : 0;
}

/* Without the figures of the stage the planner guesses. */
static int
before_merge(struct session *s, struct ant_err *e)
{
	if (index_key(s, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "ANALYZE %s (", stage);
	sql_idents(&s->sql, SQL_POSTGRESQL, s->load->key, s->load->rows->nkey);
	buf_putc(&s->sql, ')');
	return session_run(s, NULL, e);
}

static int
commit(struct session *s, struct ant_err *e)
{
	if (session_run_text(s, "COMMIT", e) == 0)
		return 0;
	return pg_is_connected(s->self) ? -1 : session_lost_at_commit(e);
}

static void
undo(struct session *s, const char *reason)
{
	pg_abort(s->self, reason);
}

static void
free_it(void *self)
{
	pg_free(self);
}

int
load_pg(const char *conninfo, const char *schema, struct load_dest *to, struct ant_err *e)
{
	static const struct session_ops ops = {
		.dialect = SQL_POSTGRESQL,
		.target = "postgresql",
		.begin = "BEGIN",
		.thing = "server",
		.not_table = "view or an index",
		.keepers = "trigger or rule",
		.stage = stage,
		.stage_head = "_anthill_rows ON COMMIT DROP",
		.stage_tail = " WITH NO DATA",
		.again = "pg_temp._anthill_again",
		.again_head = "_anthill_again ON COMMIT DROP",
		.time = {"to_char(", ", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"},
		.hour = {"to_char(", ", 'YYYY-MM-DD\"T\"HH24')"},
		.day = {"to_char(", ", 'YYYY-MM-DD')"},
		.order = "",
		.has_indexes = 1,
		.has_comments = 1,
		.check = check,
		.look = look,
		.open = begin,
		.probe = probe,
		.lacks = lacks,
		.run = run,
		.each = each,
		.put_shape = put_shape,
		.before_create = make_schema,
		.lock_shared = lock_shared,
		.rows = rows,
		.before_merge = before_merge,
		.take_again = take_again,
		.index_history = history_index,
		.put_close = history_put_close,
		.put_open = history_put_open,
		.commit = commit,
		.abort = undo,
		.free = free_it,
	};
	struct pg *pg = pg_new(conninfo, e);

	return pg == NULL ? -1 : session_new(&ops, pg, "postgresql", schema, to, e);
}
