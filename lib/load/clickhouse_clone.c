#include <stdio.h>

#include "load/clickhouse.h"

enum { THROWN = 395 }; /* by throwIf() */

void
load_clickhouse_put_cluster(struct session *s)
{
	const struct load_clickhouse *d = s->self;

	if (d->cluster == NULL)
		return;
	buf_puts(&s->sql, " ON CLUSTER ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, d->cluster);
}

void
load_clickhouse_about(struct session *s, const char *verb, const char *name)
{
	buf_clear(&s->sql);
	buf_puts(&s->sql, verb);
	sql_ident(&s->sql, SQL_CLICKHOUSE, name);
	load_clickhouse_put_cluster(s);
}

/*
 * What tells this state of the table from all others: an insert brings a part with a block of a higher
 * number, a mutation a version; that parts are merged, or emptied and removed, changes nothing.
 */
static void
put_identity(struct session *s, const struct load_clickhouse_clone *c)
{
	buf_puts(&s->sql,
		"(SELECT toString(cityHash64(groupArray((partition_id, block, version)))) FROM "
		"(SELECT partition_id, max(max_block_number) AS block, max(data_version) AS "
		"version "
		"FROM system.parts WHERE database = currentDatabase() AND table = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, c->of);
	buf_puts(&s->sql, " AND active AND rows > 0 GROUP BY partition_id ORDER BY partition_id))");
}

static int
take_identity(void *arg, const char *const *texts, struct ant_err *e)
{
	struct load_clickhouse_clone *c = arg;

	(void)e;
	snprintf(c->uuid, sizeof c->uuid, "%s", texts[0]);
	snprintf(c->parts, sizeof c->parts, "%s", texts[1]);
	return 0;
}

int
load_clickhouse_learn(struct session *s, struct load_clickhouse_clone *c, struct ant_err *e)
{
	const struct load_clickhouse *d = s->self;

	*c->uuid = '\0';
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT toString(uuid), ");
	put_identity(s, c);
	buf_puts(&s->sql, " FROM system.tables WHERE database = currentDatabase() AND engine LIKE "
			  "'%MergeTree' AND name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, c->of);
	return clickhouse_each(d->c, buf_str(&s->sql), 2, take_identity, c, e);
}

/* Stages lie on this server alone. */
static int
drop_stage(struct session *s, const char *stage, struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_printf(&s->sql, "DROP TABLE IF EXISTS %s", stage);
	return session_run(s, NULL, e);
}

int
load_clickhouse_remove(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	load_clickhouse_about(s, "DROP TABLE IF EXISTS ", d->table.name.data);
	if (session_run(s, NULL, e) == -1)
		return -1;
	load_clickhouse_about(s, "DROP TABLE IF EXISTS ", d->history.name.data);
	return session_run(s, NULL, e) == -1 || drop_stage(s, s->ops->stage, e) == -1 ||
			       drop_stage(s, s->ops->again, e) == -1
		       ? -1
		       : 0;
}

/* In two statements, since CLONE AS is refused by a database that replicates itself. */
int
load_clickhouse_clone(
	struct session *s, struct load_clickhouse_clone *c, const char *id, struct ant_err *e)
{
	load_clickhouse_about(s, "CREATE TABLE ", c->name.data);
	buf_puts(&s->sql, " AS ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, c->of);
	if (session_run(s, NULL, e) == -1)
		return -1;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "ALTER TABLE ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, c->name.data);
	buf_puts(&s->sql, " ATTACH PARTITION ");
	if (id != NULL) {
		buf_puts(&s->sql, "ID ");
		sql_literal(&s->sql, SQL_CLICKHOUSE, id);
	} else {
		buf_puts(&s->sql, "ALL");
	}
	buf_puts(&s->sql, " FROM ");
	sql_ident(&s->sql, SQL_CLICKHOUSE, c->of);
	return session_run(s, NULL, e);
}

/* Where it may be that somebody else wrote, the clone is worth nothing. */
int
load_clickhouse_unchanged(
	struct session *s, const struct load_clickhouse_clone *c, struct ant_err *e)
{
	const struct load_clickhouse *d = s->self;

	if (*c->uuid == '\0')
		return 0;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT throwIf(count() = 0, 'the table is not what was cloned') FROM "
			  "system.tables WHERE database = currentDatabase() AND name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, c->of);
	buf_puts(&s->sql, " AND toString(uuid) = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, c->uuid);
	buf_puts(&s->sql, " AND ");
	put_identity(s, c);
	buf_puts(&s->sql, " = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, c->parts);
	if (session_run(s, NULL, e) == 0)
		return 0;
	return clickhouse_code(d->c) == THROWN
		       ? err_set(e, ANT_FAIL,
				 "%s: '%.200s' was changed by another program during the "
				 "load: it stays as that left it; load again",
				 s->name, c->of)
		       : -1;
}

/* VERB A WORD B: RENAME TABLE a TO b, EXCHANGE TABLES a AND b. */
static int
swap(struct session *s, const char *verb, const char *a, const char *word, const char *b,
	struct ant_err *e)
{
	buf_clear(&s->sql);
	buf_puts(&s->sql, verb);
	sql_ident(&s->sql, SQL_CLICKHOUSE, a);
	buf_puts(&s->sql, word);
	sql_ident(&s->sql, SQL_CLICKHOUSE, b);
	load_clickhouse_put_cluster(s);
	return session_run(s, NULL, e);
}

/* The other replicas must have the rows before they show them. */
static int
wait_for_replicas(struct session *s, const struct load_clickhouse_clone *c, struct ant_err *e)
{
	const struct load_clickhouse *d = s->self;

	if (d->cluster == NULL)
		return 0;
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SYSTEM SYNC REPLICA");
	load_clickhouse_put_cluster(s);
	buf_putc(&s->sql, ' ');
	sql_name(&s->sql, SQL_CLICKHOUSE, clickhouse_database(d->c), c->name.data);
	return session_run(s, NULL, e);
}

int
load_clickhouse_publish(struct session *s, struct load_clickhouse_clone *c, struct ant_err *e)
{
	int status;

	if (wait_for_replicas(s, c, e) == -1)
		return -1;
	if (*c->uuid == '\0')
		status = swap(s, "RENAME TABLE ", c->name.data, " TO ", c->of, e);
	else
		status = swap(s, "EXCHANGE TABLES ", c->name.data, " AND ", c->of, e);
	c->published = status == 0;
	return status;
}

void
load_clickhouse_unpublish(struct session *s, struct load_clickhouse_clone *c)
{
	struct ant_err ignored;

	if (!c->published)
		return;
	if (*c->uuid == '\0')
		swap(s, "RENAME TABLE ", c->of, " TO ", c->name.data, &ignored);
	else
		swap(s, "EXCHANGE TABLES ", c->name.data, " AND ", c->of, &ignored);
}
