#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "load/clickhouse.h"

enum { LEDGER_TRIES = 600, LEDGER_WAIT_MS = 100 };

static const char ledger_lock[] = LOAD_CLICKHOUSE_OWN "lock_" SQL_LEDGER;

static int
take_holder(void *arg, const char *const *texts, struct ant_err *e)
{
	struct buf *who = arg;

	(void)e;
	buf_clear(who);
	buf_printf(who, "%s, since %s UTC", texts[0], texts[1]);
	return 0;
}

/* Who has LOCK, and what removes it where that is gone. */
static int
refuse(struct session *s, const char *lock, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	struct ant_err ignored;
	struct buf who;

	buf_init(&who, LOAD_TEXT_MAX);
	buf_puts(&who, "of somebody"); /* who is gone meanwhile */
	buf_clear(&s->sql);
	buf_puts(&s->sql, "SELECT comment, formatDateTime(toTimeZone(metadata_modification_time, "
			  "'UTC'), '%Y-%m-%d %H:%i:%S') FROM system.tables WHERE database = "
			  "currentDatabase() AND name = ");
	sql_literal(&s->sql, SQL_CLICKHOUSE, lock);
	clickhouse_each(d->c, buf_str(&s->sql), 2, take_holder, &who, &ignored);
	buf_clear(&s->sql);
	sql_name(&s->sql, SQL_CLICKHOUSE, clickhouse_database(d->c), lock);
	load_clickhouse_put_cluster(s);
	if (buf_str(&s->sql) == NULL || buf_str(&who) == NULL)
		err_sys(e, ANT_FAIL, "%s", s->name);
	else
		err_set(e, ANT_LOCKED,
			"%s: another load of '%.200s' is at work, %s; if that one was killed, this "
			"lets others in: DROP TABLE %s",
			s->name, s->into, who.data, s->sql.data);
	buf_free(&who);
	return -1;
}

/* A table is the lock, for the second who creates it is refused; its comment says whose it is. */
static int
lock(struct session *s, const char *name, int tries, struct ant_err *e)
{
	const struct timespec moment = {.tv_nsec = LEDGER_WAIT_MS * 1000000L};
	struct load_clickhouse *d = s->self;
	char host[256] = "", owner[300];

	gethostname(host, sizeof host - 1);
	snprintf(owner, sizeof owner, "process %ld of %s", (long)getpid(), host);
	do {
		load_clickhouse_about(s, "CREATE TABLE ", name);
		buf_puts(&s->sql, " (owner String) ENGINE = Memory COMMENT ");
		sql_literal(&s->sql, SQL_CLICKHOUSE, owner);
		if (session_run(s, NULL, e) == 0)
			return 0;
		if (clickhouse_code(d->c) != CLICKHOUSE_TABLE_EXISTS)
			return -1;
	} while (--tries > 0 && nanosleep(&moment, NULL) == 0);
	return refuse(s, name, e);
}

int
load_clickhouse_lock(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;

	if (lock(s, d->lock.data, 1, e) == -1)
		return -1;
	d->locked = 1;
	return 0;
}

/* Two first loads must not name the destination each in its way.  s->sql may hold a statement. */
int
load_clickhouse_lock_ledger(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	struct buf sql = s->sql;

	if (d->locked_ledger)
		return 0;
	buf_init(&s->sql, LOAD_TEXT_MAX);
	d->locked_ledger = lock(s, ledger_lock, LEDGER_TRIES, e) == 0;
	buf_free(&s->sql);
	s->sql = sql;
	return d->locked_ledger ? 0 : -1;
}

int
load_clickhouse_unlock(struct session *s, struct ant_err *e)
{
	struct load_clickhouse *d = s->self;
	struct ant_err why;
	int status = 0;

	if (d->locked_ledger) {
		load_clickhouse_about(s, "DROP TABLE ", ledger_lock);
		status = session_run(s, NULL, e);
	}
	if (d->locked) {
		load_clickhouse_about(s, "DROP TABLE ", d->lock.data);
		if (session_run(s, NULL, status == 0 ? e : &why) == -1)
			status = -1;
	}
	return status;
}
