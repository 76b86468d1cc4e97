/*
 * No transaction, so: lock; clone the table; edit the clone; see that the table is still what was
 * cloned; exchange the two; write the ledger; remove what is left.  Until the exchange nobody sees
 * anything, and a load that ends before it leaves the table as it was.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "db/clickhouse.h"
#include "db/clickhouse_rows.h"
#include "load/session.h"
#include "load/sql.h"

#define OWN "_anthill_" /* what a load works with has names of its own */
#define ORDER OWN "order"

enum { IDENTITY = 64, LEDGER_TRIES = 600, LEDGER_WAIT_MS = 100, THROWN = 395 };

/* Nothing of the user's profile may change what a row means, or how many there are. */
static const char settings[] =
	"&date_time_input_format=best_effort&precise_float_parsing=1&cast_keep_nullable=1"
	"&input_format_null_as_default=0&insert_null_as_default=0"
	"&input_format_tsv_empty_as_default=0&input_format_allow_errors_num=0"
	"&input_format_allow_errors_ratio=0&insert_deduplicate=0&async_insert=0&mutations_sync=2"
	"&enable_positional_arguments=1&max_partitions_per_insert_block=0"
	"&max_table_size_to_drop=0&max_partition_size_to_drop=0";

struct load_clickhouse {
	struct clickhouse *c;
	struct session_ops ops; /* the names of the stages in it are the table's */
	const char *cluster;	/* NULL: none */
	struct buf next, lock, stage, again;
	char uuid[IDENTITY], parts[IDENTITY]; /* of the table that was cloned; "": there is none */
	int locked, locked_ledger, published;
	char warning[512];
};

static const char ledger_lock[] = OWN "lock_" SQL_LEDGER;

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "clickhouse");
}

static int
run(struct session *s, const char *sql, int64_t *changed, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	(void)changed; /* nobody says it */
	if (clickhouse_run(d->c, sql, e) == 0)
		return 0;
	if (d->published && clickhouse_code(d->c) == CLICKHOUSE_LOST)
		err_prefix(e, "the rows are in, and whether the ledger has its line is not known; "
			      "loading "
			      "them again is safe unless the mode is append: ");
	return -1;
}

static int
each(struct session *s, const char *sql, size_t n, db_take_texts *take, void *arg,
	struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	return clickhouse_each(d->c, sql, n, take, arg, e);
}

static void
put_ident(struct session *s, const char *name)
{
	sql_ident(&s->sql, SQL_CLICKHOUSE, name);
}

static void
put_cluster(struct session *s)
{
	const struct load_clickhouse *d = s->self;

	if (d->cluster == NULL)
		return;
	buf_puts(&s->sql, " ON CLUSTER ");
	put_ident(s, d->cluster);
}

/* VERB NAME, and on which cluster. */
static void
put_about(struct session *s, const char *verb, const char *name)
{
	buf_clear(&s->sql);
	buf_puts(&s->sql, verb);
	put_ident(s, name);
	put_cluster(s);
}

/* ---- names and types ---------------------------------------------------------------- */

static int
check(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	const char *into = s->load->into;

	if (strncmp(into, OWN, strlen(OWN)) == 0)
		return err_set(e, ANT_USAGE, "--table: %s is a name of the loader's own", into);
	buf_printf(&d->next, OWN "next_%s", into);
	buf_printf(&d->lock, OWN "lock_%s", into);
	buf_clear(&s->sql);
	buf_printf(&s->sql, OWN "rows_%s", into);
	sql_ident(&d->stage, SQL_CLICKHOUSE, buf_str(&s->sql) != NULL ? s->sql.data : "");
	buf_clear(&s->sql);
	buf_printf(&s->sql, OWN "again_%s", into);
	sql_ident(&d->again, SQL_CLICKHOUSE, buf_str(&s->sql) != NULL ? s->sql.data : "");
	d->ops.stage = buf_str(&d->stage);
	d->ops.again = buf_str(&d->again);
	return s->sql.failed || buf_str(&d->next) == NULL || buf_str(&d->lock) == NULL ||
			       d->ops.stage == NULL || d->ops.again == NULL
		       ? no_memory(e)
		       : 0;
}

/* The column by whose months rows lie; NULL: there is none. */
static const char *
time_column(const struct session *s)
{
	const struct rows *r = s->load->rows;

	return r->mode == MODE_WINDOW ? s->load->columns[r->time_column].name : NULL;
}

/* That of the load, as ant-tables --ddl writes it, or the ledger. */
static void
put_create(struct session *s, const char *table, const struct sql_column *columns, size_t n)
{
	const struct load_clickhouse *d = s->self;
	int own = s->load->rows->ncolumns > 0 && columns == s->columns;
	const char *time = own ? time_column(s) : NULL;

	buf_puts(&s->sql, "CREATE TABLE IF NOT EXISTS ");
	put_ident(s, table);
	put_cluster(s);
	buf_puts(&s->sql, " (");
	for (size_t i = 0; i < n; i++) {
		const char *doc = own ? load_sql_doc(s->load, columns[i].name) : NULL;

		buf_puts(&s->sql, i > 0 ? ",\n\t" : "\n\t");
		sql_clickhouse_column(&s->sql, &columns[i], time, doc);
	}
	buf_puts(&s->sql, "\n)");
	sql_clickhouse_engine(
		&s->sql, time, d->cluster != NULL, own ? load_sql_doc(s->load, NULL) : NULL);
}

static int
put_add(struct session *s, const struct sql_column *c, const char *like)
{
	(void)like;
	buf_puts(&s->sql, "ALTER TABLE ");
	session_put_table(s);
	buf_puts(&s->sql, " ADD COLUMN ");
	sql_clickhouse_column(&s->sql, c, NULL, load_sql_doc(s->load, c->name));
	return 1;
}

static void
put_shape(struct session *s, const char *table)
{
	buf_puts(&s->sql, "SELECT if(t.engine LIKE '%MergeTree', '1', '0'), '1', c.name, c.type "
			  "FROM system.tables t LEFT JOIN system.columns c ON c.database = "
			  "t.database AND c.table = t.name WHERE t.database = currentDatabase() "
			  "AND t.name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, table);
	buf_puts(&s->sql, " ORDER BY c.position");
}

/* Whether IS, which has blanks, is TYPE, which has none. */
static int
is_type(const char *is, const char *type, size_t len)
{
	size_t n = 0;

	for (; *is != '\0' && *is != ')'; is++)
		if (*is != ' ' && (n == len || *is != type[n++]))
			return 0;
	return n == len || type[n] == ')';
}

/* One that holds no null, or few different values, does as well. */
static const char *
wanted(const char *is, enum type t)
{
	static const char *const wrappers[] = {"LowCardinality(", "Nullable("};
	const char *type = sql_type(SQL_CLICKHOUSE, t), *bare = is;

	for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
		if (strncmp(bare, wrappers[i], strlen(wrappers[i])) == 0)
			bare += strlen(wrappers[i]);
	return is_type(bare, type + strlen("Nullable("), strlen(type) - strlen("Nullable()"))
		       ? is
		       : type;
}

/* ---- locks -------------------------------------------------------------------------- */

struct holder {
	const struct session *s;
	char who[512];
};

static int
take_holder(void *arg, const char *const *texts, struct ant_err *e)
{
	struct holder *h = arg;

	(void)e;
	snprintf(h->who, sizeof h->who, "%s, since %s UTC", texts[0], texts[1]);
	return 0;
}

/* Who has LOCK, and what removes it where that is gone. */
static int
refuse_locked(struct session *s, const char *lock, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	struct holder h = {s, "of somebody"};
	struct ant_err ignored;

	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT comment, formatDateTime(toTimeZone(metadata_modification_time, "
			  "'UTC'), '%Y-%m-%d %H:%i:%S') FROM system.tables WHERE database = "
			  "currentDatabase() AND name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, lock);
	clickhouse_each(d->c, buf_str(&s->sql), 2, take_holder, &h, &ignored);
	buf_clear(&s->sql);
	sql_name(&s->sql, SQL_CLICKHOUSE, clickhouse_database(d->c), lock);
	put_cluster(s);
	if (buf_str(&s->sql) == NULL)
		return no_memory(e);
	return err_set(e, ANT_LOCKED,
		"clickhouse: another load of '%.200s' is at work, %s; if that one was killed, this "
		"lets others in: DROP TABLE %s",
		s->into, h.who, s->sql.data);
}

/* The table whose creation fails where it is there is the lock; its comment says whose it is. */
static int
lock(struct session *s, const char *name, int tries, struct ant_err *e)
{
	const struct timespec moment = {.tv_nsec = LEDGER_WAIT_MS * 1000000L};
	struct load_clickhouse *d = s->self;
	char host[256] = "", owner[300];

	gethostname(host, sizeof host - 1);
	snprintf(owner, sizeof owner, "process %ld of %s", (long)getpid(), host);
	do {
		put_about(s, "CREATE TABLE ", name);
		buf_puts(&s->sql, " (owner String) ENGINE = Memory COMMENT ");
		sql_literal(&s->sql, SQL_CLICKHOUSE, owner);
		if (session_run(s, NULL, e) == 0)
			return 0;
		if (clickhouse_code(d->c) != CLICKHOUSE_TABLE_EXISTS)
			return -1;
	} while (--tries > 0 && nanosleep(&moment, NULL) == 0);
	return refuse_locked(s, name, e);
}

/* Two first loads must not name the destination each in its way: the second waits. */
static int
lock_shared(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	struct buf sql = s->sql;
	int status = 0;

	if (d->locked_ledger)
		return 0;
	buf_init(&s->sql, LOAD_TEXT_MAX);
	if ((status = lock(s, ledger_lock, LEDGER_TRIES, e)) == 0)
		d->locked_ledger = 1;
	buf_free(&s->sql);
	s->sql = sql;
	return status;
}

/* ---- begin -------------------------------------------------------------------------- */

static int
take_engine(void *arg, const char *const *texts, struct ant_err *e)
{
	char *engine = arg;

	(void)e;
	snprintf(engine, IDENTITY, "%s", texts[0]);
	return 0;
}

/* Reach the server; the database must be one whose tables can be exchanged. */
static int
connect_it(struct load_clickhouse *d, struct ant_err *e)
{
	char engine[IDENTITY] = "";

	if (clickhouse_connect(d->c, e) == -1 ||
		clickhouse_each(d->c,
			"SELECT engine FROM system.databases WHERE name = currentDatabase()", 1,
			take_engine, engine, e) == -1)
		return -1;
	if (strcmp(engine, "Atomic") == 0 || strcmp(engine, "Replicated") == 0 ||
		strcmp(engine, "Shared") == 0)
		return 0;
	if (*engine == '\0')
		return err_set(e, ANT_FAIL, "clickhouse: there is no database '%.200s'",
			clickhouse_database(d->c));
	return err_set(e, ANT_FAIL,
		"clickhouse: the database '%.200s' has the engine %s, which exchanges no tables: "
		"it takes one with ENGINE = Atomic",
		clickhouse_database(d->c), engine);
}

/*
 * What tells this state of the table from all others: an insert brings a part with a block of a higher
 * number, a mutation a version; that parts are merged, or emptied and removed, changes nothing.
 */
static void
put_identity(struct session *s)
{
	buf_puts(&s->sql,
		"(SELECT toString(cityHash64(groupArray((partition_id, block, version)))) FROM "
		"(SELECT partition_id, max(max_block_number) AS block, max(data_version) AS "
		"version "
		"FROM system.parts WHERE database = currentDatabase() AND table = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, s->load->into);
	buf_puts(&s->sql, " AND active AND rows > 0 GROUP BY partition_id ORDER BY partition_id))");
}

static int
take_identity(void *arg, const char *const *texts, struct ant_err *e)
{
	struct load_clickhouse *d = arg;

	(void)e;
	snprintf(d->uuid, sizeof d->uuid, "%s", texts[0]);
	snprintf(d->parts, sizeof d->parts, "%s", texts[1]);
	return 0;
}

static int
learn_identity(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT toString(uuid), ");
	put_identity(s);
	buf_puts(&s->sql, " FROM system.tables WHERE database = currentDatabase() AND engine LIKE "
			  "'%MergeTree' AND name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, s->load->into);
	return clickhouse_each(d->c, buf_str(&s->sql), 2, take_identity, d, e);
}

/* DROP TABLE IF EXISTS the NAME, as SQL writes it, of what lies on this server alone; NULL: next. */
static int
drop(struct session *s, const char *name, struct ant_err *e)
{
	const struct load_clickhouse *d = s->self;

	if (name == NULL) {
		put_about(s, "DROP TABLE IF EXISTS ", d->next.data);
	} else {
		buf_clear(&s->sql);
		buf_printf(&s->sql, "DROP TABLE IF EXISTS %s", name);
	}
	return session_run(s, NULL, e);
}

/* What a load that was killed has left, and then the clone, which costs nothing but links. */
static int
clone(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	if (drop(s, NULL, e) == -1 || drop(s, d->ops.stage, e) == -1 ||
		drop(s, d->ops.again, e) == -1)
		return -1;
	s->work = d->next.data;
	if (*d->uuid == '\0')
		return 0;
	put_about(s, "CREATE TABLE ", s->work);
	buf_puts(&s->sql, " AS ");
	put_ident(s, s->load->into);
	if (session_run(s, NULL, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "ALTER TABLE ");
	session_put_table(s);
	buf_puts(&s->sql, " ATTACH PARTITION ALL FROM ");
	put_ident(s, s->load->into);
	return session_run(s, NULL, e);
}

/* The same for a load and its dry run; a line by hand clones nothing. */
static int
start(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	if (lock(s, d->lock.data, 1, e) == -1)
		return -1;
	d->locked = !s->load->dry_run;
	if (s->load->rows->ncolumns == 0)
		return 0;
	s->staged = 1;
	return learn_identity(s, e) == -1 ? -1 : clone(s, e);
}

static int
begin(struct session *s, struct ant_err *e)
{
	return connect_it(s->self, e) == -1 ? -1 : start(s, e);
}

static int
look(struct session *s, struct ant_err *e)
{
	if (connect_it(s->self, e) == -1 || (s->load != NULL && start(s, e) == -1))
		return -1;
	return 1;
}

static int
probe(struct session *s, struct strlist *missing, struct ant_err *e)
{
	(void)missing;
	return connect_it(s->self, e) == -1 ? -1 : 1;
}

static int
take_flag(void *arg, const char *const *texts, struct ant_err *e)
{
	(void)e;
	*(int *)arg = texts[0] != NULL && *texts[0] == '1';
	return 0;
}

/* Rights are asked for by what they are on: the load's own tables have names of their own. */
static int
lacks(struct session *s, const char *table, int mode, struct strlist *missing, struct ant_err *e)
{
	static const char *const rights[] = {"SHOW TABLES", "SHOW COLUMNS", "CREATE TABLE",
		"DROP TABLE", "SELECT", "INSERT", "TRUNCATE", "ALTER DELETE", "ALTER ADD COLUMN"};
	struct load_clickhouse *d = s->self;
	int has = 1;

	(void)table;
	(void)mode;
	for (size_t i = 0; i <= sizeof rights / sizeof *rights; i++) {
		int parts = i == sizeof rights / sizeof *rights;

		buf_clear(&s->sql);
		buf_printf(&s->sql, "CHECK GRANT %s ON ", parts ? "SELECT" : rights[i]);
		if (!parts)
			put_ident(s, clickhouse_database(d->c));
		buf_puts(&s->sql, parts ? "system.parts" : ".*");
		if (clickhouse_each(d->c, buf_str(&s->sql), 1, take_flag, &has, e) == -1)
			return -1;
		if (has)
			continue;
		buf_printf(&s->sql, " is missing");
		if (buf_str(&s->sql) == NULL)
			return no_memory(e);
		memmove(s->sql.data, "clickhouse:", strlen("clickhouse:")); /* over CHECK GRANT */
		if (!strlist_has(missing, s->sql.data, s->sql.len) &&
			strlist_add(missing, s->sql.data, s->sql.len) == -1)
			return no_memory(e);
	}
	return 0;
}

/* ---- rows --------------------------------------------------------------------------- */

/* Take the rows of R into STAGE, which is created; *STORED is how many it has then. */
static int
fill(struct session *s, const char *stage, struct rows *r, int numbered, int64_t *stored,
	struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	buf_clear(&s->sql);
	buf_printf(&s->sql, "CREATE TABLE %s (", stage);
	if (numbered)
		buf_puts(&s->sql, "\n\t" ORDER " UInt64,");
	for (size_t i = 0; i < r->ncolumns; i++) {
		buf_puts(&s->sql, i > 0 ? ",\n\t" : "\n\t");
		sql_clickhouse_column(&s->sql, &s->load->columns[i], NULL, NULL);
	}
	buf_puts(&s->sql, "\n)");
	sql_clickhouse_engine(&s->sql, NULL, 0, NULL);
	if (session_run(s, NULL, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "INSERT INTO %s FORMAT TabSeparated", stage);
	if (s->load->dry_run)
		return session_run(s, NULL, e);
	if (clickhouse_rows(d->c, buf_str(&s->sql), r, numbered, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "SELECT count(*) FROM %s", stage);
	return session_ask_number(s, stored, e);
}

static int
rows(struct session *s, int64_t *stored, struct ant_err *e)
{
	return fill(s, s->ops->stage, s->load->rows, 0, stored, e);
}

static int
take_again(struct session *s, struct rows *r, int64_t *dropped, struct ant_err *e)
{
	int64_t before = 0, after = 0;

	if (fill(s, s->ops->again, r, 1, &before, e) == -1)
		return -1;
	buf_clear(&s->sql);
	load_sql_last(&s->sql, SQL_CLICKHOUSE, s->load, s->ops->again, ORDER);
	if (session_run(s, NULL, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "ALTER TABLE %s DROP COLUMN " ORDER, s->ops->again);
	if (session_run(s, NULL, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_printf(&s->sql, "SELECT count(*) FROM %s", s->ops->again);
	if (session_ask_number(s, &after, e) == -1)
		return -1;
	*dropped = before - after;
	return 0;
}

/* The key as one text, in which null is equal to null and to nothing else. */
static void
put_key(struct session *s)
{
	buf_puts(&s->sql, "toJSONString(tuple(");
	sql_idents(&s->sql, SQL_CLICKHOUSE, s->load->key, s->load->rows->nkey);
	buf_puts(&s->sql, "))");
}

static int
put_merged(struct session *s, const char *verb, const char *from, struct ant_err *e)
{
	(void)e;
	buf_printf(&s->sql, "%s FROM ", verb);
	if (s->load->mode == MODE_APPEND)
		buf_puts(&s->sql, s->ops->stage);
	else
		session_put_table(s);
	buf_puts(&s->sql, " WHERE ");
	put_key(s);
	buf_puts(&s->sql, " IN (SELECT ");
	put_key(s);
	buf_printf(&s->sql, " FROM %s)", from);
	return 0;
}

/* ---- publish and end ---------------------------------------------------------------- */

/* Where it may be that somebody else wrote, the clone is worth nothing. */
static int
check_unchanged(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT throwIf(count() = 0, 'the table is not what was cloned') FROM "
			  "system.tables WHERE database = currentDatabase() AND name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, s->load->into);
	buf_puts(&s->sql, " AND toString(uuid) = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, d->uuid);
	buf_puts(&s->sql, " AND ");
	put_identity(s);
	buf_puts(&s->sql, " = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, d->parts);
	if (session_run(s, NULL, e) == 0)
		return 0;
	return clickhouse_code(d->c) == THROWN
		       ? err_set(e, ANT_FAIL,
				 "clickhouse: '%.200s' was changed by another program during the "
				 "load: it stays as that left it; load again",
				 s->into)
		       : -1;
}

/* VERB A WORD B: RENAME TABLE a TO b, EXCHANGE TABLES a AND b. */
static int
swap(struct session *s, const char *verb, const char *a, const char *word, const char *b,
	struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_puts(&s->sql, verb);
	put_ident(s, a);
	buf_puts(&s->sql, word);
	put_ident(s, b);
	put_cluster(s);
	return session_run(s, NULL, e);
}

static int
publish(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	const char *into = s->load->into;
	int status;

	/* The other replicas must have the rows before they show them. */
	if (d->cluster != NULL) {
		buf_clear(&s->sql);
		buf_puts(&s->sql, "SYSTEM SYNC REPLICA");
		put_cluster(s);
		buf_putc(&s->sql, ' ');
		sql_name(&s->sql, SQL_CLICKHOUSE, clickhouse_database(d->c), s->work);
		if (session_run(s, NULL, e) == -1)
			return -1;
	}
	if (*d->uuid == '\0')
		status = swap(s, "RENAME TABLE ", s->work, " TO ", into, e);
	else if (check_unchanged(s, e) == -1)
		return -1;
	else
		status = swap(s, "EXCHANGE TABLES ", s->work, " AND ", into, e);
	d->published = status == 0;
	if (status == -1 && clickhouse_code(d->c) == CLICKHOUSE_LOST)
		err_prefix(e,
			"the answer was lost when the rows became the table's, so whether they are "
			"in is not known; loading them again is safe unless the mode is append: ");
	return status;
}

/* Remove what the load worked with, the locks last.  Return 0, or -1 with the first reason. */
static int
clean_up(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	int status = 0;

	if (s->load->rows->ncolumns > 0 &&
		(drop(s, NULL, e) == -1 || drop(s, d->ops.stage, e) == -1 ||
			drop(s, d->ops.again, e) == -1))
		status = -1;
	if (status == -1 && clickhouse_code(d->c) == CLICKHOUSE_LOST)
		return -1;
	for (int i = 0; i < 2; i++) {
		struct ant_err why;

		if (!(i == 0 ? d->locked_ledger : d->locked || s->load->dry_run))
			continue;
		put_about(s, "DROP TABLE ", i == 0 ? ledger_lock : d->lock.data);
		if (session_run(s, NULL, &why) == -1 && status == 0) {
			*e = why;
			status = -1;
		}
	}
	return status;
}

static int
commit(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	struct ant_err why;

	(void)e;
	d->published = 0; /* for good */
	if (clean_up(s, &why) == -1)
		snprintf(d->warning, sizeof d->warning, "%.500s", why.msg);
	return 0;
}

/* The ledger has refused its line: the table is as it was, unless nobody answers any more. */
static void
undo_publish(struct session *s)
{
	const struct load_clickhouse *d = s->self;
	struct ant_err ignored;

	if (*d->uuid == '\0')
		swap(s, "RENAME TABLE ", s->load->into, " TO ", s->work, &ignored);
	else
		swap(s, "EXCHANGE TABLES ", s->work, " AND ", s->load->into, &ignored);
}

static void
undo(struct session *s, const char *reason)
{
	struct load_clickhouse *d = s->self;
	struct ant_err ignored;

	(void)reason;
	clickhouse_drop(d->c);
	if (s->load->dry_run || !d->locked)
		return;
	if (d->published && clickhouse_code(d->c) != CLICKHOUSE_LOST)
		undo_publish(s);
	clean_up(s, &ignored);
}

static void
free_it(void *self)
{
	struct load_clickhouse *d = self;

	clickhouse_free(d->c);
	buf_free(&d->next);
	buf_free(&d->lock);
	buf_free(&d->stage);
	buf_free(&d->again);
	free(d);
}

int
load_clickhouse(const char *uri, const char *password, const char *ca_file, const char *cluster,
	struct load_dest *to, struct ant_err *e)
{
	static const struct session_ops ops = {
		.dialect = SQL_CLICKHOUSE,
		.target = "clickhouse",
		.not_table = "view or a table of another engine than MergeTree",
		.keepers = "row policy or the table's engine",
		.time = {"formatDateTime(", ", '%Y-%m-%dT%H:%i:%SZ')"},
		.hour = {"formatDateTime(", ", '%Y-%m-%dT%H')"},
		.day = {"formatDateTime(", ", '%Y-%m-%d')"},
		.order = "",
		.is_blind = 1,
		.check = check,
		.look = look,
		.open = begin,
		.probe = probe,
		.lacks = lacks,
		.run = run,
		.each = each,
		.put_shape = put_shape,
		.wanted = wanted,
		.put_add = put_add,
		.put_create = put_create,
		.lock_shared = lock_shared,
		.rows = rows,
		.put_merged = put_merged,
		.take_again = take_again,
		.publish = publish,
		.commit = commit,
		.abort = undo,
		.free = free_it,
	};
	struct load_clickhouse *d = calloc(1, sizeof *d);

	if (d == NULL)
		return no_memory(e);
	d->ops = ops;
	buf_init(&d->next, LOAD_TEXT_MAX);
	buf_init(&d->lock, LOAD_TEXT_MAX);
	buf_init(&d->stage, LOAD_TEXT_MAX);
	buf_init(&d->again, LOAD_TEXT_MAX);
	if ((d->c = clickhouse_new(uri, password, ca_file, settings, e)) == NULL) {
		free_it(d);
		return -1;
	}
	d->cluster = cluster != NULL ? cluster : clickhouse_cluster(d->c);
	return session_new(&d->ops, d, "clickhouse", NULL, to, e);
}

const char *
load_clickhouse_warning(const struct load_dest *dest)
{
	return ((struct load_clickhouse *)((struct session *)dest->self)->self)->warning;
}
