#include "load/clickhouse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/clickhouse_rows.h"
#include "load/sql.h"

#define ORDER LOAD_CLICKHOUSE_OWN "order"

/* Nothing of the user's profile may change what a row means, or how many there are. */
static const char settings[] =
	"&date_time_input_format=best_effort&precise_float_parsing=1&cast_keep_nullable=1"
	"&input_format_null_as_default=0&insert_null_as_default=0"
	"&input_format_tsv_empty_as_default=0&input_format_allow_errors_num=0"
	"&input_format_allow_errors_ratio=0&insert_deduplicate=0&async_insert=0&mutations_sync=2"
	"&enable_positional_arguments=1&max_partitions_per_insert_block=0"
	"&max_table_size_to_drop=0&max_partition_size_to_drop=0";

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
	if (d->table.published && clickhouse_code(d->c) == CLICKHOUSE_LOST)
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

/* ---- names ---------------------------------------------------------------- */

/* WORD and the table's name, as SQL names it, in TO, which is returned as text. */
static const char *
put_name(struct session *s, struct buf *to, const char *word)
{
	const char *name;

	buf_clear(&s->sql);
	buf_printf(&s->sql, "%s%s", word, s->load->into);
	if ((name = buf_str(&s->sql)) == NULL)
		return NULL;
	buf_clear(to);
	sql_ident(to, SQL_CLICKHOUSE, name);
	return buf_str(to);
}

static int
check(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	const char *into = s->load->into;

	if (strncmp(into, LOAD_CLICKHOUSE_OWN, strlen(LOAD_CLICKHOUSE_OWN)) == 0)
		return err_set(e, ANT_USAGE, "--table: %s is a name of the loader's own", into);
	/* A load that waits for another one is here again. */
	d->table.of = into;
	d->history.of = s->history.name.data;
	buf_clear(&d->table.name);
	buf_clear(&d->history.name);
	buf_clear(&d->lock);
	buf_printf(&d->table.name, LOAD_CLICKHOUSE_OWN "next_%s", into);
	buf_printf(&d->history.name, LOAD_CLICKHOUSE_OWN "versions_%s", into);
	buf_printf(&d->lock, LOAD_CLICKHOUSE_OWN "lock_%s", into);
	d->ops.stage = put_name(s, &d->stage, LOAD_CLICKHOUSE_OWN "rows_");
	d->ops.again = put_name(s, &d->again, LOAD_CLICKHOUSE_OWN "again_");
	return d->ops.stage == NULL || d->ops.again == NULL || buf_str(&d->table.name) == NULL ||
			       buf_str(&d->history.name) == NULL || buf_str(&d->lock) == NULL
		       ? no_memory(e)
		       : 0;
}

/* ---- begin -------------------------------------------------------------------------- */

static int
take_engine(void *arg, const char *const *texts, struct ant_err *e)
{
	char *engine = arg;

	(void)e;
	snprintf(engine, LOAD_CLICKHOUSE_IDENTITY, "%s", texts[0]);
	return 0;
}

/* Reach the server; the database must be one whose tables can be exchanged. */
static int
connect_it(struct load_clickhouse *d, struct ant_err *e)
{
	char engine[LOAD_CLICKHOUSE_IDENTITY] = "";

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

/* The same for a load and its dry run; a line by hand clones nothing. */
static int
start(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	if (load_clickhouse_lock(s, e) == -1)
		return -1;
	s->staged = s->load->rows->ncolumns > 0;
	if (!s->staged)
		return 0;
	if (load_clickhouse_learn(s, &d->table, e) == -1 || load_clickhouse_remove(s, e) == -1)
		return -1;
	s->work = d->table.name.data;
	if (*d->table.uuid != '\0' && load_clickhouse_clone(s, &d->table, NULL, e) == -1)
		return -1;
	return s->load->history ? load_clickhouse_history_clone(s, e) : 0;
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

/* ---- rows --------------------------------------------------------------------------- */

static int
count(struct session *s, const char *stage, int64_t *n, struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_printf(&s->sql, "SELECT count(*) FROM %s", stage);
	return session_ask_number(s, n, e);
}

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
	return count(s, stage, stored, e);
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
	if (count(s, s->ops->again, &after, e) == -1)
		return -1;
	*dropped = before - after;
	return 0;
}

void
load_clickhouse_put_text(struct session *s, const struct sql_column *columns, size_t n)
{
	buf_puts(&s->sql, "toJSONString(tuple(");
	sql_idents(&s->sql, SQL_CLICKHOUSE, columns, n);
	buf_puts(&s->sql, "))");
}

static void
put_key(struct session *s)
{
	load_clickhouse_put_text(s, s->load->key, s->load->rows->nkey);
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

/* That WHAT was exchanged nobody knows whose answer is lost. */
static int
lost(const struct load_clickhouse *d, const char *what, struct ant_err *e)
{
	if (clickhouse_code(d->c) == CLICKHOUSE_LOST) {
		err_prefix(e, "%s", what);
		err_prefix(e, "the answer was lost when ");
	}
	return -1;
}

/*
 * The history first: a load that ends between the two has left versions there, and is repeated, which finds
 * them.  The other way round they would be missed.
 */
static int
publish(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	int history = s->load->history;

	if (load_clickhouse_unchanged(s, &d->table, e) == -1 ||
		(history && load_clickhouse_unchanged(s, &d->history, e) == -1))
		return -1;
	if (history && load_clickhouse_publish(s, &d->history, e) == -1)
		return lost(d,
			"the history was exchanged, so it may have versions of rows that the table "
			"does not have; loading them again is safe: ",
			e);
	return load_clickhouse_publish(s, &d->table, e) == 0
		       ? 0
		       : lost(d,
				 "the rows became the table's, so whether they are in is not "
				 "known; loading them again is safe unless the mode is append: ",
				 e);
}

/* Remove what the load worked with, the locks last. */
static int
clean_up(struct session *s, struct ant_err *e)
{
	const struct load_clickhouse *d = s->self;
	int status = s->staged ? load_clickhouse_remove(s, e) : 0;
	struct ant_err why;

	if (status == -1 && clickhouse_code(d->c) == CLICKHOUSE_LOST)
		return -1;
	return load_clickhouse_unlock(s, status == 0 ? e : &why) == -1 ? -1 : status;
}

static int
commit(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	struct ant_err why;

	(void)e;
	d->table.published = d->history.published = 0; /* for good */
	if (clean_up(s, &why) == -1)
		snprintf(d->warning, sizeof d->warning, "%.500s", why.msg);
	return 0;
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
	/* The ledger has refused its line: all is as it was, unless nobody answers any more. */
	if (clickhouse_code(d->c) != CLICKHOUSE_LOST) {
		load_clickhouse_unpublish(s, &d->table);
		load_clickhouse_unpublish(s, &d->history);
	}
	clean_up(s, &ignored);
}

static void
free_it(void *self)
{
	struct load_clickhouse *d = self;

	clickhouse_free(d->c);
	buf_free(&d->table.name);
	buf_free(&d->history.name);
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
		.thing = "database",
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
		.lacks = load_clickhouse_lacks,
		.run = run,
		.each = each,
		.put_shape = load_clickhouse_put_shape,
		.wanted = load_clickhouse_wanted,
		.put_add = load_clickhouse_put_add,
		.put_create = load_clickhouse_put_create,
		.lock_shared = load_clickhouse_lock_ledger,
		.rows = rows,
		.put_merged = put_merged,
		.take_again = take_again,
		.fill_history = load_clickhouse_history_fill,
		.publish = publish,
		.commit = commit,
		.abort = undo,
		.free = free_it,
	};
	struct load_clickhouse *d = calloc(1, sizeof *d);

	if (d == NULL)
		return no_memory(e);
	d->ops = ops;
	buf_init(&d->table.name, LOAD_TEXT_MAX);
	buf_init(&d->history.name, LOAD_TEXT_MAX);
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
