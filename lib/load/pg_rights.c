#include "load/pg_rights.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "stream/receipt.h"

enum { LINE_MAX_BYTES = 4096 };

/* The answer, a line for the table and one for the ledger; names come quoted where they must be. */
enum {
	HAS_SCHEMA,
	USES_SCHEMA,
	CREATES_IN_SCHEMA,
	CREATES_SCHEMA,
	MAKES_TEMPORARY,
	ROLE,
	DATABASE,
	SCHEMA,
	NAME,
	IS_THERE, /* t, f, or nothing for what is no table */
	LACKS,	  /* "INSERT, DELETE" */
	OWNS,
	OWNER,
	NEW_COLUMNS, /* "a, b": those that come and are not there */
	IS_FILTERED,
	HIDES, /* the policies that hide rows, or all that there are; NULL: none is hidden */
	ANSWERS
};

struct finding {
	const struct pg_need *need;
	struct strlist *missing;
	int *filtered;
	int line;
};

static int add(struct finding *f, struct ant_err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int
add(struct finding *f, struct ant_err *e, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES] = "postgresql: ";
	size_t at = strlen(text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(text + at, sizeof text - at, fmt, args);
	va_end(args);
	return strlist_add(f->missing, text, strlen(text)) == 0
		       ? 0
		       : err_sys(e, ANT_FAIL, "postgresql: rights");
}

static int
is_yes(const char *text)
{
	return text != NULL && *text == 't';
}

static int
look_at_schema(struct finding *f, const char *const *a, struct ant_err *e)
{
	int status = 0;

	if (!is_yes(a[HAS_SCHEMA])) {
		if (!is_yes(a[CREATES_SCHEMA]))
			status = add(f, e,
				"there is no schema %s, and role %s may not create it: it needs "
				"CREATE on the database (GRANT CREATE ON DATABASE %s TO %s)",
				a[SCHEMA], a[ROLE], a[DATABASE], a[ROLE]);
	} else if (!is_yes(a[USES_SCHEMA])) {
		status = add(f, e,
			"role %s may not use schema %s: it needs USAGE on the schema (GRANT USAGE "
			"ON SCHEMA %s TO %s)",
			a[ROLE], a[SCHEMA], a[SCHEMA], a[ROLE]);
	}
	if (status == 0 && f->need->stages && !is_yes(a[MAKES_TEMPORARY]))
		status = add(f, e,
			"role %s may not create a temporary table, where the rows of this load "
			"wait: it needs TEMPORARY on the database (GRANT TEMPORARY ON DATABASE %s "
			"TO %s)",
			a[ROLE], a[DATABASE], a[ROLE]);
	return status;
}

static int
look_at_policies(struct finding *f, const char *const *a, struct ant_err *e)
{
	*f->filtered |= is_yes(a[IS_FILTERED]);
	if ((!f->need->deletes && !f->need->updates) || a[HIDES] == NULL)
		return 0;
	return add(f, e,
		"row security hides rows of %s.%s from role %s (%s%s): a load could not replace "
		"what it does not see, and would leave it beside the new rows: give the role "
		"BYPASSRLS or the table, or a policy that shows it every row (CREATE POLICY "
		"anthill ON %s.%s TO %s USING (true) WITH CHECK (true))",
		a[SCHEMA], a[NAME], a[ROLE], *a[HIDES] != '\0' ? "policy " : "no policy is for it",
		a[HIDES], a[SCHEMA], a[NAME], a[ROLE]);
}

/* The table, and after it the ledger. */
static int
take(void *arg, const char *const *a, struct ant_err *e)
{
	struct finding *f = arg;
	int is_ledger = f->line++ > 0;

	if (!is_ledger && look_at_schema(f, a, e) == -1)
		return -1;
	if (a[NAME] == NULL)
		return 0;
	if (*a[IS_THERE] == '\0') /* a view or the like: who loads says so */
		return 0;
	if (!is_yes(a[IS_THERE]))
		return !is_yes(a[HAS_SCHEMA]) || is_yes(a[CREATES_IN_SCHEMA])
			       ? 0
			       : add(f, e,
					 "role %s may not create %s in schema %s: it needs CREATE "
					 "on the schema (GRANT CREATE ON SCHEMA %s TO %s)",
					 a[ROLE], a[NAME], a[SCHEMA], a[SCHEMA], a[ROLE]);
	if (a[LACKS] != NULL && *a[LACKS] != '\0' &&
		add(f, e,
			"role %s may not load %s.%s: it needs %s on the table (GRANT %s ON %s.%s "
			"TO %s)",
			a[ROLE], a[SCHEMA], a[NAME], a[LACKS], a[LACKS], a[SCHEMA], a[NAME],
			a[ROLE]) == -1)
		return -1;
	if (a[NEW_COLUMNS] != NULL && !is_yes(a[OWNS]) &&
		add(f, e,
			"role %s may not add columns to %s.%s, which lacks %s: only its owner may "
			"(GRANT %s TO %s, or ALTER TABLE %s.%s ADD COLUMN as %s)",
			a[ROLE], a[SCHEMA], a[NAME], a[NEW_COLUMNS], a[OWNER], a[ROLE], a[SCHEMA],
			a[NAME], a[OWNER]) == -1)
		return -1;
	return is_ledger ? 0 : look_at_policies(f, a, e);
}

static void
put_literal(struct buf *b, const char *text)
{
	if (text == NULL)
		buf_puts(b, "NULL");
	else
		sql_literal(b, SQL_POSTGRESQL, text);
}

/* "'a', 'b'": the names of the columns that come. */
static void
put_names(struct buf *b, const struct pg_need *need)
{
	for (size_t i = 0; i < need->n; i++) {
		buf_puts(b, i == 0 ? "" : ", ");
		sql_literal(b, SQL_POSTGRESQL, need->columns[i].name);
	}
}

/* RIGHT, needed WHERE, if the role has it neither on the table nor on each column that comes; else null. */
static void
put_lacks(struct buf *b, const struct pg_need *need, const char *right, const char *where)
{
	buf_printf(b,
		", CASE WHEN %s AND NOT has_table_privilege(c.oid, '%s') AND (w.is_ledger OR "
		"EXISTS ("
		"SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT "
		"a.attisdropped AND NOT has_column_privilege(c.oid, a.attnum, '%s')",
		where, right, right);
	if (need->n > 0) {
		buf_puts(b, " AND a.attname IN (");
		put_names(b, need);
		buf_putc(b, ')');
	}
	buf_printf(b, ")) THEN '%s' END", right);
}

/* FROM those policies p that are for the role and for the command CMD. */
static void
put_policies(struct buf *b, const char *cmd)
{
	buf_printf(b,
		"FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', '%s') AND EXISTS "
		"(SELECT FROM unnest(p.polroles) r WHERE CASE WHEN r = 0 THEN true ELSE "
		"pg_has_role(r, 'USAGE') END)",
		cmd);
}

/* Whether the policies let CMD see all rows: a permissive one does, and none takes any away. */
static void
put_shows_all(struct buf *b, const char *cmd)
{
	buf_puts(b, "EXISTS (SELECT ");
	put_policies(b, cmd);
	buf_puts(b, " AND p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) = 'true') AND NOT "
		    "EXISTS (SELECT ");
	put_policies(b, cmd);
	buf_puts(b, " AND NOT p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) IS DISTINCT "
		    "FROM 'true')");
}

/* The policies where they hide rows from the role; who changes rows looks for them first: both count. */
static void
put_hides(struct buf *b, const struct pg_need *need)
{
	const char *changes = need->updates ? "w" : "d";

	buf_puts(b, "CASE WHEN row_security_active(c.oid) AND NOT (");
	put_shows_all(b, "r");
	buf_puts(b, " AND ");
	put_shows_all(b, changes);
	buf_puts(b, ") THEN coalesce((SELECT string_agg(quote_ident(polname), ', ' ORDER BY "
		    "polname) FROM (SELECT p.polname ");
	put_policies(b, "r");
	buf_puts(b, " UNION SELECT p.polname ");
	put_policies(b, changes);
	buf_puts(b, ") x), '') END");
}

/* The names that the relation lacks, of the columns that come or of today's ledger. */
static void
put_new_columns(struct buf *b, const struct pg_need *need)
{
	buf_puts(b, "CASE WHEN c.oid IS NOT NULL THEN (SELECT string_agg(quote_ident(x), ', ') "
		    "FROM unnest(CASE WHEN w.is_ledger THEN ARRAY[");
	for (size_t i = 0; i < RECEIPT_FIELDS; i++) {
		buf_puts(b, i == 0 ? "" : ", ");
		sql_literal(b, SQL_POSTGRESQL, receipt_columns[i].name);
	}
	buf_puts(b, "] ELSE CAST(ARRAY[");
	put_names(b, need);
	buf_puts(b, "] AS text[]) END) x WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE "
		    "a.attrelid = c.oid AND a.attname = x AND a.attnum > 0 AND NOT "
		    "a.attisdropped)) END");
}

static void
put_question(struct buf *b, const struct pg_need *need)
{
	buf_puts(b, "SELECT n.oid IS NOT NULL, has_schema_privilege(n.oid, 'USAGE'), "
		    "has_schema_privilege(n.oid, 'CREATE'), "
		    "has_database_privilege(current_database(), 'CREATE'), "
		    "has_database_privilege(current_database(), 'TEMPORARY'), "
		    "quote_ident(current_user), quote_ident(current_database()), quote_ident(");
	put_literal(b, need->schema);
	buf_puts(b, "), quote_ident(w.name), CASE WHEN c.oid IS NULL THEN 'f' WHEN "
		    "c.relkind IN ('r', 'p') THEN 't' ELSE '' END, concat_ws(', '");
	put_lacks(b, need, "SELECT", need->reads ? "true" : "w.is_ledger");
	put_lacks(b, need, "INSERT", "true");
	if (need->deletes)
		buf_puts(b, ", CASE WHEN NOT w.is_ledger AND NOT has_table_privilege(c.oid, "
			    "'DELETE') THEN 'DELETE' END");
	if (need->updates)
		buf_puts(b, ", CASE WHEN NOT w.is_ledger AND NOT has_table_privilege(c.oid, "
			    "'UPDATE') AND NOT EXISTS (SELECT FROM pg_attribute a WHERE "
			    "a.attrelid = c.oid AND a.attname = '" SQL_VALID_TO "' AND "
			    "has_column_privilege(c.oid, a.attnum, 'UPDATE')) THEN 'UPDATE' END");
	buf_puts(b, "), pg_has_role(c.relowner, 'USAGE'), "
		    "quote_ident(pg_get_userbyid(c.relowner)), ");
	put_new_columns(b, need);
	buf_puts(b, ", row_security_active(c.oid), ");
	put_hides(b, need);
	buf_puts(b, " FROM (VALUES (CAST(");
	put_literal(b, need->table);
	buf_puts(b, " AS text), false), ('" SQL_LEDGER "', true)) AS w (name, is_ledger)"
		    " LEFT JOIN pg_namespace n ON n.nspname = ");
	put_literal(b, need->schema);
	buf_puts(b, " LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name ORDER "
		    "BY w.is_ledger");
}

int
pg_rights(struct pg *p, const struct pg_need *need, struct buf *sql, struct strlist *missing,
	int *filtered, struct ant_err *e)
{
	struct finding f = {need, missing, filtered, 0};

	*filtered = 0;
	buf_clear(sql);
	put_question(sql, need);
	return pg_each(p, buf_str(sql), NULL, 0, take, &f, e);
}
