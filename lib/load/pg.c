#include "load/pg.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strlist.h"
#include "db/pg.h"
#include "load/sql.h"

enum { NAME_MAX_PG = 63 }; /* bytes of an identifier: NAMEDATALEN - 1; longer ones are cut */

static const char stage[] = "pg_temp._anthill_rows"; /* where the rows of a merge arrive */

struct load_pg {
	struct pg *pg;
	const char *schema_option;
	char *schema, *into;	/* of the target; INTO is SCHEMA.TABLE for the receipt */
	int new_table, guarded; /* the table was not there; rows may be kept from us */
	struct buf sql;
	const struct load *load;
};

static int
no_memory(struct ant_err *e)
{
	return err_sys(e, ANT_FAIL, "postgresql");
}

/* Run the statement in d->sql, or write it into the plan; *ROWS is how many it touched. */
static int
run(struct load_pg *d, int64_t *rows, struct ant_err *e)
{
	const char *sql = buf_str(&d->sql);

	if (sql == NULL || !d->load->dry_run)
		return pg_run(d->pg, sql, rows, e);
	buf_printf(d->load->plan, "%s;\n", sql);
	return d->load->plan->failed ? no_memory(e) : 0;
}

static int
run_text(struct load_pg *d, const char *sql, struct ant_err *e)
{
	buf_clear(&d->sql);
	buf_puts(&d->sql, sql);
	return run(d, NULL, e);
}

/* Append the target's qualified name. */
static void
put_target(struct load_pg *d)
{
	sql_name(&d->sql, SQL_POSTGRESQL, d->schema, d->load->into);
}

static int
check_name(const char *what, const char *name, struct ant_err *e)
{
	if (strlen(name) <= NAME_MAX_PG)
		return 0;
	return err_set(e, ANT_FAIL, "%s '%.200s' is longer than the %d bytes of a PostgreSQL name",
		what, name, (int)NAME_MAX_PG);
}

static int
check_names(struct load_pg *d, struct ant_err *e)
{
	const struct load *l = d->load;

	if (check_name("table", l->into, e) == -1)
		return -1;
	for (size_t i = 0; i < l->rows->ncolumns; i++)
		if (check_name("column", l->columns[i].name, e) == -1)
			return -1;
	return 0;
}

static int
take_text(void *arg, const char *const *texts, struct ant_err *e)
{
	char **text = arg;

	return texts[0] == NULL || (*text = strdup(texts[0])) != NULL ? 0 : no_memory(e);
}

/* The schema of the target: that of the option, or where CREATE TABLE would put it. */
static int
choose_schema(struct load_pg *d, struct ant_err *e)
{
	const char *name = d->schema_option;

	if (name == NULL) {
		if (pg_each(d->pg, "SELECT current_schema()", NULL, 0, take_text, &d->schema, e) ==
			-1)
			return -1;
	} else if ((d->schema = strdup(name)) == NULL) {
		return no_memory(e);
	}
	if (d->schema == NULL)
		return err_set(e, ANT_FAIL,
			"postgresql: no schema of the search path exists: name one with --schema");
	return check_name("schema", d->schema, e);
}

/* One load of a table at a time: the lock goes with the transaction, however that ends. */
static int
lock_target(struct load_pg *d, struct ant_err *e)
{
	int locked = 0;

	if (pg_ask(d->pg,
		    "SELECT pg_try_advisory_xact_lock(hashtextextended("
		    "'anthill:' || quote_ident($1) || '.' || quote_ident($2), 0))",
		    d->schema, d->load->into, &locked, e) == -1)
		return -1;
	if (locked)
		return 0;
	return err_set(e, ANT_LOCKED, "postgresql: another load of %s.%s is at work", d->schema,
		d->load->into);
}

/*
 * Create what several loads share (the schema, the ledger).  Two that do so at once
 * would collide in the catalog, IF NOT EXISTS or not: the second waits for the first.
 */
static int
create_shared(struct load_pg *d, struct ant_err *e)
{
	int unused;

	if (!d->load->dry_run &&
		pg_ask(d->pg,
			"SELECT pg_advisory_xact_lock(hashtextextended('anthill:' || "
			"quote_ident($1), 0)) IS NULL",
			d->schema, NULL, &unused, e) == -1)
		return -1;
	return run(d, NULL, e);
}

static int
make_schema(struct load_pg *d, struct ant_err *e)
{
	int there = 0;

	if (pg_ask(d->pg, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", d->schema,
		    NULL, &there, e) == -1)
		return -1;
	if (there)
		return 0;
	buf_clear(&d->sql);
	buf_puts(&d->sql, "CREATE SCHEMA IF NOT EXISTS ");
	sql_ident(&d->sql, SQL_POSTGRESQL, d->schema);
	return create_shared(d, e);
}

/* The comment of the table file on COLUMN, or on the table where it is NULL. */
static int
comment(struct load_pg *d, const char *column, struct ant_err *e)
{
	const struct table *doc = d->load->doc;
	const struct column *c;
	const char *text;

	if (doc == NULL)
		return 0;
	c = column != NULL ? table_column(doc, column) : NULL;
	text = column == NULL ? doc->doc : c != NULL ? c->doc : "";
	if (text == NULL || *text == '\0')
		return 0;
	buf_clear(&d->sql);
	buf_puts(&d->sql, column != NULL ? "COMMENT ON COLUMN " : "COMMENT ON TABLE ");
	put_target(d);
	if (column != NULL) {
		buf_putc(&d->sql, '.');
		sql_ident(&d->sql, SQL_POSTGRESQL, column);
	}
	buf_puts(&d->sql, " IS ");
	sql_literal(&d->sql, SQL_POSTGRESQL, text);
	return run(d, NULL, e);
}

static int
create_table(struct load_pg *d, struct ant_err *e)
{
	const struct load *l = d->load;

	d->new_table = 1;
	if (make_schema(d, e) == -1)
		return -1;
	buf_clear(&d->sql);
	sql_create_table(
		&d->sql, SQL_POSTGRESQL, d->schema, l->into, l->columns, l->rows->ncolumns);
	if (run(d, NULL, e) == -1 || comment(d, NULL, e) == -1)
		return -1;
	for (size_t i = 0; i < l->rows->ncolumns; i++)
		if (comment(d, l->columns[i].name, e) == -1)
			return -1;
	return 0;
}

/* The table as it is. */
struct shape {
	char kind;   /* pg_class.relkind; 0 where there is none of that name */
	int guarded; /* it has triggers, rules or row security, which may stop a change unseen */
	struct strlist columns, types;
};

static int
take_shape(void *arg, const char *const *texts, struct ant_err *e)
{
	struct shape *s = arg;

	s->kind = *texts[0];
	s->guarded = *texts[1] == 't';
	if (texts[2] != NULL && (strlist_add(&s->columns, texts[2], strlen(texts[2])) == -1 ||
					strlist_add(&s->types, texts[3], strlen(texts[3])) == -1))
		return no_memory(e);
	return 0;
}

/* Compare the columns of the table with the stream's; add those that are missing. */
static int
widen(struct load_pg *d, const struct shape *s, struct ant_err *e)
{
	const struct load *l = d->load;

	for (size_t i = 0; i < l->rows->ncolumns; i++) {
		const struct sql_column *c = &l->columns[i];
		const char *wanted = sql_type(SQL_POSTGRESQL, c->type);
		size_t at = 0;

		while (at < s->columns.n && strcmp(s->columns.v[at], c->name) != 0)
			at++;
		if (at == s->columns.n) {
			buf_clear(&d->sql);
			sql_add_column(&d->sql, SQL_POSTGRESQL, d->schema, l->into, c);
			if (run(d, NULL, e) == -1 || comment(d, c->name, e) == -1)
				return -1;
		} else if (strcmp(s->types.v[at], wanted) != 0) {
			return load_type_differs(e, d->into, c->name, s->types.v[at], wanted);
		}
	}
	return 0;
}

static int
make_table(struct load_pg *d, struct ant_err *e)
{
	const char *const params[] = {d->schema, d->load->into};
	struct shape s = {.kind = 0};
	int status;

	status = pg_each(d->pg,
		"SELECT c.relkind, c.relhastriggers OR c.relhasrules OR c.relrowsecurity, "
		"a.attname, format_type(a.atttypid, a.atttypmod)"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		" LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
		"a.attisdropped"
		" WHERE n.nspname = $1 AND c.relname = $2",
		params, 2, take_shape, &s, e);
	if (status == 0 && s.kind == 0)
		status = create_table(d, e);
	else if (status == 0 && s.kind != 'r' && s.kind != 'p')
		status = err_set(
			e, ANT_FAIL, "postgresql: %s is a view or an index, not a table", d->into);
	else if (status == 0)
		status = widen(d, &s, e);
	d->guarded = s.guarded;
	strlist_free(&s.columns);
	strlist_free(&s.types);
	return status;
}

static int
take_number(void *arg, const char *const *texts, struct ant_err *e)
{
	int64_t *n = arg;

	(void)e;
	*n = texts[0] != NULL ? strtoll(texts[0], NULL, 10) : 0;
	return 0;
}

/* Where the table can keep rows from us, none of those that SQL counts may be left. */
static int
check_removed(struct load_pg *d, struct ant_err *e)
{
	int64_t left = 0;

	if (pg_each(d->pg, buf_str(&d->sql), NULL, 0, take_number, &left, e) == -1)
		return -1;
	if (left == 0)
		return 0;
	return err_set(e, ANT_FAIL,
		"postgresql: %s keeps %" PRId64 " old rows: a trigger or rule saves some", d->into,
		left);
}

/* Remove what the mode replaces; *HELD is how many rows that was, or would be. */
static int
remove_old(struct load_pg *d, int64_t *held, struct ant_err *e)
{
	const struct load *l = d->load;

	if (d->new_table || (l->mode != MODE_WINDOW && l->mode != MODE_REPLACE))
		return 0;
	if (l->dry_run) {
		buf_clear(&d->sql);
		load_sql_delete(&d->sql, SQL_POSTGRESQL, d->schema, l, "SELECT count(*)");
		if (pg_each(d->pg, buf_str(&d->sql), NULL, 0, take_number, held, e) == -1)
			return -1;
	}
	buf_clear(&d->sql);
	load_sql_delete(&d->sql, SQL_POSTGRESQL, d->schema, l, "DELETE");
	if (run(d, held, e) == -1)
		return -1;
	if (l->dry_run || !d->guarded)
		return 0;
	buf_clear(&d->sql);
	load_sql_delete(&d->sql, SQL_POSTGRESQL, d->schema, l, "SELECT count(*)");
	return check_removed(d, e);
}

/* A table for the rows of a merge, of exactly the target's types. */
static int
make_stage(struct load_pg *d, struct ant_err *e)
{
	buf_clear(&d->sql);
	buf_printf(&d->sql, "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS\n\tSELECT ",
		strchr(stage, '.') + 1);
	sql_idents(&d->sql, SQL_POSTGRESQL, d->load->columns, d->load->rows->ncolumns);
	buf_puts(&d->sql, " FROM ");
	put_target(d);
	buf_puts(&d->sql, " WITH NO DATA");
	return run(d, NULL, e);
}

static int
start_copy(struct load_pg *d, struct ant_err *e)
{
	const struct load *l = d->load;

	buf_clear(&d->sql);
	buf_puts(&d->sql, "COPY ");
	if (l->mode == MODE_MERGE)
		buf_puts(&d->sql, stage);
	else
		put_target(d);
	buf_puts(&d->sql, " (");
	sql_idents(&d->sql, SQL_POSTGRESQL, l->columns, l->rows->ncolumns);
	buf_puts(&d->sql, ") FROM STDIN");
	return l->dry_run ? run(d, NULL, e) : pg_copy_start(d->pg, buf_str(&d->sql), e);
}

static int
begin(void *self, const struct load *l, int64_t *held, struct ant_err *e)
{
	struct load_pg *d = self;
	struct buf into;

	d->load = l;
	if (l->dry_run)
		buf_puts(l->plan, "BEGIN;\n");
	if (check_names(d, e) == -1 || pg_connect(d->pg, e) == -1 ||
		pg_begin(d->pg, l->dry_run, e) == -1 || choose_schema(d, e) == -1)
		return -1;
	buf_init(&into, LOAD_TEXT_MAX);
	buf_printf(&into, "%s.%s", d->schema, l->into);
	if (buf_str(&into) == NULL)
		return no_memory(e);
	d->into = into.data; /* its owner now */
	if ((!l->dry_run && lock_target(d, e) == -1) || make_table(d, e) == -1 ||
		remove_old(d, held, e) == -1)
		return -1;
	if (l->mode == MODE_MERGE && make_stage(d, e) == -1)
		return -1;
	return start_copy(d, e);
}

static int
check_stored(struct load_pg *d, int64_t stored, struct ant_err *e)
{
	const struct rows *r = d->load->rows;

	if (stored == r->count)
		return 0;
	return err_set(e, ANT_FAIL,
		"postgresql: %s took %" PRId64 " rows of %" PRId64 ": a trigger or rule drops some",
		d->into, stored, r->count);
}

static int
rows(void *self, struct rows *r, struct ant_err *e)
{
	struct load_pg *d = self;
	const char *block;
	int64_t stored = 0;
	size_t len;
	int more;

	while ((more = rows_block(r, &block, &len, e)) == 1)
		if (!d->load->dry_run && pg_copy_put(d->pg, block, len, e) == -1)
			return -1;
	if (more == -1 || d->load->dry_run)
		return more;
	if (pg_copy_end(d->pg, NULL, &stored, e) == -1)
		return -1;
	return check_stored(d, stored, e);
}

/* "t"."key" = s."key", where NULL equals NULL, in a way that PostgreSQL can hash. */
static void
put_same_key(struct load_pg *d, const struct sql_column *c, int nulls)
{
	/* Any value will do, for the plain comparison behind it decides. */
	static const char *const any[TYPE_COUNT] = {
		"''", "0", "0", "0", "false", "'-infinity'", "'-infinity'", "'null'"};
	struct buf *b = &d->sql;

	if (nulls) {
		buf_puts(b, "coalesce(t.");
		sql_ident(b, SQL_POSTGRESQL, c->name);
		buf_printf(b, ", %s) = coalesce(s.", any[c->type]);
		sql_ident(b, SQL_POSTGRESQL, c->name);
		buf_printf(b, ", %s) AND ", any[c->type]);
	}
	buf_puts(b, "t.");
	sql_ident(b, SQL_POSTGRESQL, c->name);
	buf_puts(b, nulls ? " IS NOT DISTINCT FROM s." : " = s.");
	sql_ident(b, SQL_POSTGRESQL, c->name);
}

/* VERB for the rows of the target whose key is in the stage, which JOIN adds. */
static void
put_old(struct load_pg *d, const char *verb, const char *join)
{
	const struct load *l = d->load;

	buf_clear(&d->sql);
	buf_printf(&d->sql, "%s FROM ", verb);
	put_target(d);
	buf_printf(&d->sql, " t %s %s s\n\tWHERE ", join, stage);
	for (size_t i = 0; i < l->rows->nkey; i++) {
		if (i > 0)
			buf_puts(&d->sql, "\n\tAND ");
		/* A key part that is never null in the stream only meets what is not null. */
		put_same_key(d, &l->key[i], l->rows->columns[l->rows->key[i]].nulls > 0);
	}
}

/* Replace the rows of the same key by those in the stage. */
static int
merge(struct load_pg *d, struct ant_err *e)
{
	const struct load *l = d->load;
	int64_t stored = 0;

	buf_clear(&d->sql);
	buf_printf(&d->sql, "ANALYZE %s (", stage); /* or the planner guesses */
	sql_idents(&d->sql, SQL_POSTGRESQL, l->key, l->rows->nkey);
	buf_putc(&d->sql, ')');
	if (run(d, NULL, e) == -1)
		return -1;
	put_old(d, "DELETE", "USING");
	if (run(d, NULL, e) == -1)
		return -1;
	if (!l->dry_run && d->guarded) {
		put_old(d, "SELECT count(*)", "CROSS JOIN");
		if (check_removed(d, e) == -1)
			return -1;
	}
	buf_clear(&d->sql);
	load_sql_insert(&d->sql, SQL_POSTGRESQL, d->schema, l, stage);
	if (run(d, &stored, e) == -1)
		return -1;
	return l->dry_run ? 0 : check_stored(d, stored, e);
}

static int
create_index(struct load_pg *d, struct ant_err *e)
{
	buf_clear(&d->sql);
	return load_sql_index(&d->sql, SQL_POSTGRESQL, d->schema, d->load) ? run(d, NULL, e) : 0;
}

static int
write_ledger(struct load_pg *d, const struct receipt_entry *entry, struct ant_err *e)
{
	int there = 0;

	if (pg_ask(d->pg, "SELECT to_regclass(quote_ident($1) || '." SQL_LEDGER "') IS NOT NULL",
		    d->schema, NULL, &there, e) == -1)
		return -1;
	if (!there) {
		buf_clear(&d->sql);
		sql_create_ledger(&d->sql, SQL_POSTGRESQL, d->schema);
		if (create_shared(d, e) == -1)
			return -1;
	}
	buf_clear(&d->sql);
	load_sql_ledger(&d->sql, SQL_POSTGRESQL, d->schema, entry);
	return run(d, NULL, e);
}

static int
commit(void *self, const struct receipt_entry *entry, const char **into, struct ant_err *e)
{
	struct load_pg *d = self;

	*into = d->into;
	if (d->load->mode == MODE_MERGE && merge(d, e) == -1)
		return -1;
	if (d->new_table && create_index(d, e) == -1)
		return -1;
	if (write_ledger(d, entry, e) == -1)
		return -1;
	if (run_text(d, "COMMIT", e) == 0)
		return 0;
	if (!pg_is_connected(d->pg))
		err_prefix(e,
			"the connection was lost at COMMIT, so whether the rows are in is not "
			"known; loading them again is safe unless the mode is append: ");
	return -1;
}

/* Wait for the rollback: the next load must not find the lock of this one. */
static void
undo(void *self, const char *reason)
{
	struct load_pg *d = self;
	struct ant_err ignored;
	int64_t rows;

	if (pg_is_connected(d->pg)) {
		if (pg_is_copying(d->pg))
			pg_copy_end(d->pg, reason, &rows, &ignored);
		pg_run(d->pg, "ROLLBACK", NULL, &ignored);
	}
	pg_close(d->pg);
}

static int
take_entry(void *arg, const char *const *texts, struct ant_err *e)
{
	return receipt_print(arg, "postgresql", texts, e);
}

static int
ledger(void *self, struct out *to, struct ant_err *e)
{
	struct load_pg *d = self;
	int there = 0;

	if (pg_connect(d->pg, e) == -1 || pg_begin(d->pg, 1, e) == -1 ||
		choose_schema(d, e) == -1 ||
		pg_ask(d->pg,
			"SELECT to_regclass(quote_ident($1) || '." SQL_LEDGER "') IS NOT NULL",
			d->schema, NULL, &there, e) == -1)
		return -1;
	if (!there)
		return 0;
	buf_clear(&d->sql);
	buf_puts(&d->sql, "SELECT table_name, ");
	sql_literal(&d->sql, SQL_POSTGRESQL, d->schema);
	buf_puts(&d->sql, " || '.' || into_table, mode");
	buf_puts(&d->sql, ", to_char(window_from, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
	buf_puts(&d->sql, ", to_char(window_to, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), rows");
	buf_puts(&d->sql, ", to_char(watermark, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
	buf_puts(&d->sql, ", to_char(finished, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM ");
	sql_name(&d->sql, SQL_POSTGRESQL, d->schema, SQL_LEDGER);
	buf_puts(&d->sql, " ORDER BY finished");
	return pg_each(d->pg, buf_str(&d->sql), NULL, 0, take_entry, to, e);
}

struct load_pg *
load_pg_new(const char *conninfo, const char *schema, struct ant_err *e)
{
	struct load_pg *d = calloc(1, sizeof *d);

	if (d == NULL) {
		no_memory(e);
		return NULL;
	}
	d->schema_option = schema;
	buf_init(&d->sql, LOAD_TEXT_MAX);
	if ((d->pg = pg_new(conninfo, e)) != NULL)
		return d;
	load_pg_free(d);
	return NULL;
}

void
load_pg_free(struct load_pg *d)
{
	if (d == NULL)
		return;
	pg_free(d->pg);
	buf_free(&d->sql);
	free(d->schema);
	free(d->into);
	free(d);
}

struct load_dest
load_pg_dest(struct load_pg *d)
{
	const struct load_dest dest = {d, "postgresql", begin, rows, commit, undo, ledger};

	return dest;
}

static int
asked_each(void *self, const char *sql, size_t n, db_take *take, void *arg, struct ant_err *e)
{
	struct load_pg *d = self;

	return pg_copy_out(d->pg, sql, n, take, arg, e);
}

static int
asked_run(void *self, const char *sql, struct ant_err *e)
{
	struct load_pg *d = self;
	/* Two that define the same at once would collide in the catalog: one waits. */
	const char *const steps[] = {
		"DO $$ BEGIN PERFORM pg_advisory_xact_lock(hashtextextended('anthill:views', 0)); "
		"END $$",
		sql, "COMMIT"};

	if (pg_begin(d->pg, 0, e) == -1)
		return -1;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (pg_run(d->pg, steps[i], NULL, e) == -1)
			return -1;
	return 0;
}

static void
asked_close(void *self)
{
	load_pg_free(self);
}

int
load_pg_db(const char *conninfo, const char *schema, int write, struct db *to, const char **chosen,
	struct ant_err *e)
{
	static const char snapshot[] =
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL TimeZone = 'UTC'; "
		"SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL standard_conforming_strings = on; "
		"SET LOCAL work_mem = '64MB'";
	const struct db asked = {NULL, SQL_POSTGRESQL, asked_each, asked_run, asked_close};
	struct load_pg *d = load_pg_new(conninfo, schema, e);

	if (d == NULL)
		return -1;
	if (pg_connect(d->pg, e) == -1 || (!write && pg_run(d->pg, snapshot, NULL, e) == -1) ||
		choose_schema(d, e) == -1) {
		load_pg_free(d);
		return -1;
	}
	*to = asked;
	to->self = d;
	*chosen = d->schema;
	return 0;
}
