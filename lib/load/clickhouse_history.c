#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "load/clickhouse.h"
#include "load/sql.h"

#define PARTITION "isNull(" SQL_VALID_TO ")"
/* As the engine names the two partitions. */
#define CLOSED "0"
#define OPEN "1"

void
load_clickhouse_history_engine(struct session *s)
{
	const struct load_clickhouse *d = s->self;

	buf_printf(&s->sql,
		"\nENGINE = %sMergeTree\nPARTITION BY " PARTITION "\nORDER BY " SQL_VALID_FROM,
		d->cluster != NULL ? "Replicated" : "");
}

int
load_clickhouse_history_clone(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	s->history.work = d->history.name.data;
	if (load_clickhouse_learn(s, &d->history, e) == -1)
		return -1;
	return *d->history.uuid != '\0' ? load_clickhouse_clone(s, &d->history, CLOSED, e) : 0;
}

/* ---- rows that are the same --------------------------------------------------------- */

/*
 * The row as one text, by value: of the table, or of a HISTORY, which lacks the columns that are new.  Zero has
 * one text here, whatever its sign.
 */
static void
put_row(struct session *s, int history)
{
	const struct session_history *h = &s->history;

	buf_puts(&s->sql, "toJSONString(tuple(");
	for (size_t i = 0; i < s->load->rows->ncolumns + h->other.n; i++) {
		const size_t n = s->load->rows->ncolumns;
		const char *name = i < n ? s->columns[i].name : h->other.v[i - n];

		buf_puts(&s->sql, i == 0 ? "" : ", ");
		if (history && session_find(s, &h->is.columns, name) == h->is.columns.n) {
			buf_puts(&s->sql, "NULL");
			continue;
		}
		sql_ident(&s->sql, SQL_CLICKHOUSE, name);
		if (i < n && s->columns[i].type == TYPE_DOUBLE)
			buf_puts(&s->sql, " + 0");
	}
	buf_puts(&s->sql, "))");
}

/* AND the row is of what the load is about: its organization's, and in a merge of the keys that it brought. */
static void
put_own(struct session *s)
{
	const struct load *l = s->load;
	const struct unique *u = l->unique;

	if (l->by_organization)
		load_sql_organization(&s->sql, SQL_CLICKHOUSE, " AND ", l->rows->organization);
	if (l->mode != MODE_MERGE)
		return;
	buf_puts(&s->sql, "\n\tAND ");
	load_clickhouse_put_text(s, l->key, l->rows->nkey);
	buf_puts(&s->sql, " IN (SELECT ");
	load_clickhouse_put_text(s, l->key, l->rows->nkey);
	buf_printf(&s->sql, " FROM %s", s->ops->stage);
	if (u != NULL && u->held > 0) {
		buf_puts(&s->sql, " UNION ALL SELECT ");
		load_clickhouse_put_text(s, l->key, l->rows->nkey);
		buf_printf(&s->sql, " FROM %s", s->ops->again);
	}
	buf_putc(&s->sql, ')');
}

/* The condition that a version, which is open, ends with this load. */
static void
put_ends(struct session *s)
{
	buf_puts(&s->sql, "(1");
	put_own(s);
	buf_puts(&s->sql, "\n\tAND ");
	put_row(s, 1);
	buf_puts(&s->sql, " NOT IN (SELECT ");
	put_row(s, 0);
	buf_puts(&s->sql, " FROM ");
	session_put_table(s);
	buf_puts(&s->sql, "))");
}

/* " FROM" the open versions, as they were before the load. */
static void
put_from_open(struct session *s)
{
	buf_puts(&s->sql, " FROM ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, s->history.name.data);
	buf_puts(&s->sql, " WHERE " SQL_VALID_TO " IS NULL");
}

/* " FROM" the rows of the table of which no version is open. */
static void
put_from_new(struct session *s)
{
	buf_puts(&s->sql, " FROM ");
	session_put_table(s);
	buf_puts(&s->sql, " WHERE 1");
	put_own(s);
	if (!s->history.is.found)
		return;
	buf_puts(&s->sql, "\n\tAND ");
	put_row(s, 0);
	buf_puts(&s->sql, " NOT IN (SELECT ");
	put_row(s, 1);
	put_from_open(s);
	buf_putc(&s->sql, ')');
}

/* ---- filled ------------------------------------------------------------------------- */

static void
put_time(struct session *s, const char *time)
{
	buf_puts(&s->sql, "toDateTime64(");
	load_sql_time(&s->sql, SQL_CLICKHOUSE, time);
	buf_puts(&s->sql, ", 6, 'UTC')");
}

/* The open versions, each as it is from now on, into one partition or the other. */
static void
put_keep(struct session *s, const char *time)
{
	const struct strlist *columns = &s->history.is.columns;

	buf_puts(&s->sql, "INSERT INTO ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, s->history.work);
	for (size_t i = 0; i < columns->n; i++) {
		buf_puts(&s->sql, i == 0 ? " (" : ", ");
		sql_ident(&s->sql, SQL_CLICKHOUSE, columns->v[i]);
	}
	for (size_t i = 0; i < columns->n; i++) {
		buf_puts(&s->sql, i == 0 ? ")\n\tSELECT " : ", ");
		if (strcmp(columns->v[i], SQL_VALID_TO) != 0) {
			sql_ident(&s->sql, SQL_CLICKHOUSE, columns->v[i]);
			continue;
		}
		buf_puts(&s->sql, "if(");
		put_ends(s);
		buf_puts(&s->sql, ", ");
		put_time(s, time);
		buf_puts(&s->sql, ", NULL)");
	}
	put_from_open(s);
}

static void
put_all_columns(struct session *s)
{
	for (size_t i = 0; i < s->load->rows->ncolumns; i++) {
		sql_ident(&s->sql, SQL_CLICKHOUSE, s->columns[i].name);
		buf_puts(&s->sql, ", ");
	}
	for (size_t i = 0; i < s->history.other.n; i++) {
		sql_ident(&s->sql, SQL_CLICKHOUSE, s->history.other.v[i]);
		buf_puts(&s->sql, ", ");
	}
}

static void
put_open(struct session *s, const char *time)
{
	buf_puts(&s->sql, "INSERT INTO ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, s->history.work);
	buf_puts(&s->sql, " (");
	put_all_columns(s);
	buf_puts(&s->sql, SQL_VALID_FROM ")\n\tSELECT ");
	put_all_columns(s);
	put_time(s, time);
	put_from_new(s);
}

/*
 * Open versions are written anew: all of them must be seen, and none lie elsewhere.  Where rows were deleted by
 * hand, parts have more of them than there are.
 */
static int
check_open(struct session *s, struct ant_err *e)
{
	const struct load_clickhouse *d = s->self;
	int64_t ours, hidden;

	/* As the function or as the operator, whichever the server writes. */
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT count() FROM system.tables WHERE partition_key IN ('" PARTITION
			  "', '(" PARTITION ")', '" SQL_VALID_TO " IS NULL', '(" SQL_VALID_TO
			  " IS NULL)') AND database = currentDatabase() AND name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, d->history.of);
	if (session_ask_number(s, &ours, e) == -1)
		return -1;
	if (!ours)
		return err_set(e, ANT_FAIL,
			"%s: '%.200s' keeps no history: it is not PARTITION BY " PARTITION, s->name,
			d->history.of);
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT if(sum(has_lightweight_delete) > 0, 0, sum(rows) - (SELECT "
			  "count()");
	put_from_open(s);
	buf_puts(&s->sql, ")) FROM system.parts WHERE database = currentDatabase() AND active AND "
			  "partition_id = '" OPEN "' AND table = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, d->history.of);
	if (session_ask_number(s, &hidden, e) == -1)
		return -1;
	if (hidden == 0)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: '%.200s' hides %" PRId64 " versions that are open: a row policy keeps them "
		"from this user",
		s->name, d->history.of, hidden);
}

static int
ask(struct session *s, void (*put)(struct session *s), int64_t *n, struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT count()");
	put(s);
	return session_ask_number(s, n, e);
}

static void
put_from_ending(struct session *s)
{
	put_from_open(s);
	buf_puts(&s->sql, " AND ");
	put_ends(s);
}

/* All versions that the clone has. */
static void
put_from_clone(struct session *s)
{
	buf_puts(&s->sql, " FROM ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, s->history.work);
}

static int
write_versions(struct session *s, const char *time, struct ant_err *e)
{
	buf_clear(&s->sql);
	if (s->history.is.found) {
		put_keep(s, time);
		if (session_run(s, NULL, e) == -1)
			return -1;
	}
	buf_clear(&s->sql);
	put_open(s, time);
	return session_run(s, NULL, e);
}

int
load_clickhouse_history_fill(struct session *s, const char *time, struct ant_err *e)
{
	struct session_history *h = &s->history;
	int64_t before = 0, open = 0, after = 0;

	if (h->is.found && check_open(s, e) == -1)
		return -1;
	if (s->load->dry_run)
		return write_versions(s, time, e);
	if ((h->is.found && (ask(s, put_from_open, &open, e) == -1 ||
				    ask(s, put_from_ending, &h->closed, e) == -1)) ||
		ask(s, put_from_new, &h->opened, e) == -1 ||
		ask(s, put_from_clone, &before, e) == -1 || write_versions(s, time, e) == -1 ||
		ask(s, put_from_clone, &after, e) == -1)
		return -1;
	if (after == before + open + h->opened)
		return 0;
	return err_set(e, ANT_FAIL,
		"%s: '%.200s' took %" PRId64 " versions of %" PRId64 ": a %s drops some", s->name,
		h->name.data, after - before, open + h->opened, s->ops->keepers);
}
