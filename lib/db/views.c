#include "db/views.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "db/views_changes.h"

enum { TEXT_MAX = 16 << 20 }; /* of a view, and of all */

/* In the order in which they are made. */
static const struct views_group *const groups[VIEWS_GROUPS] = {&views_spend_and_use, &views_charge};

/* The view of a number, over all groups; NULL beyond the last. */
static const struct views_sql *
view_of(size_t i)
{
	for (size_t g = 0; g < VIEWS_GROUPS; i -= groups[g++]->n)
		if (i < groups[g]->n)
			return &groups[g]->v[i];
	return NULL;
}

const char *
views_table_name(unsigned bit)
{
	for (size_t i = 0; i < VIEWS_TABLES; i++)
		if (bit == 1u << i)
			return views_sql_tables[i].name;
	return NULL;
}

static int
is(const char *name, size_t n, const char *what)
{
	return strlen(what) == n && strncmp(name, what, n) == 0;
}

/* The number of the table whose own name this is; VIEWS_TABLES: of none. */
static size_t
table_number(const char *name, size_t len)
{
	size_t i = 0;

	while (i < VIEWS_TABLES && !is(name, len, views_sql_tables[i].name))
		i++;
	return i;
}

int
views_rename(struct views_place *p, const char *pair, struct ant_err *e)
{
	const char *equals = strchr(pair, '=');
	size_t len = equals != NULL ? (size_t)(equals - pair) : strlen(pair);
	size_t i = table_number(pair, len);
	struct buf all;

	if (equals == NULL || equals[1] == '\0')
		return err_set(e, ANT_USAGE, "'%.200s' is not TABLE=NAME", pair);
	/* The ledger is the destination's own: it has no other name. */
	if (i < VIEWS_TABLES && 1u << i != VIEWS_LEDGER) {
		p->names[i] = equals + 1;
		return 0;
	}
	buf_init(&all, 1024);
	for (i = 0; i < VIEWS_TABLES; i++)
		if (1u << i != VIEWS_LEDGER)
			buf_printf(&all, "%s%s", i > 0 ? ", " : "", views_sql_tables[i].name);
	err_set(e, ANT_USAGE, "'%.*s' is none of %s", len > 200 ? 200 : (int)len, pair,
		buf_str(&all) != NULL ? all.data : "the tables");
	buf_free(&all);
	return -1;
}

/* PREFIX, which may be NULL, and OWN: as an identifier, or as a text. */
static void
put_name(struct buf *b, const struct views_place *p, const char *prefix, const char *own,
	int as_text)
{
	struct buf name;

	buf_init(&name, 4096);
	buf_printf(&name, "%s%s", prefix != NULL ? prefix : "", own);
	if (buf_str(&name) == NULL)
		b->failed = 1;
	else if (as_text)
		sql_literal(b, p->dialect, name.data);
	else
		sql_name(b, p->dialect, p->schema, name.data);
	buf_free(&name);
}

/* What the table of BIT is called there.  The ledger has no prefix. */
static void
put_table_name(struct buf *b, const struct views_place *p, unsigned bit, int as_text)
{
	const char *own = views_table_name(bit);
	const char *given = p->names[table_number(own, strlen(own))];

	put_name(
		b, p, bit != VIEWS_LEDGER ? p->prefix : NULL, given != NULL ? given : own, as_text);
}

void
views_put_table(struct buf *b, const struct views_place *p, unsigned bit)
{
	put_table_name(b, p, bit, 0);
}

void
views_put_into(struct buf *b, const struct views_place *p, unsigned bit)
{
	put_table_name(b, p, bit, 1);
}

struct expansion {
	struct buf *b;
	const struct views_place *p;
	const struct views_there *there;
};

static void expand(struct expansion *x, const char *text, size_t len);

/* The text of the dialect, with the argument where it has a "%". */
static void
wrap(struct expansion *x, const struct views_text *t, const char *arg, size_t len)
{
	const char *text = t->texts[x->p->dialect], *at;
	struct buf whole;

	buf_init(&whole, 1 << 20);
	for (; (at = strchr(text, '%')) != NULL; text = at + 1) {
		buf_put(&whole, text, (size_t)(at - text));
		buf_put(&whole, arg, len);
	}
	if (buf_puts(&whole, text) == -1)
		x->b->failed = 1;
	else
		expand(x, whole.data, whole.len);
	buf_free(&whole);
}

/* The text that a group has under a name; NULL: none has. */
static const struct views_text *
text_of(const char *name, size_t n)
{
	for (size_t g = 0; g < VIEWS_GROUPS; g++)
		for (size_t i = 0; i < groups[g]->ntexts; i++)
			if (is(name, n, groups[g]->texts[i].name))
				return &groups[g]->texts[i];
	return NULL;
}

static void
put_table(struct expansion *x, const char *name, size_t len)
{
	size_t i = table_number(name, len);

	if (i == VIEWS_TABLES) {
		x->b->failed = 1;
	} else if ((x->there->tables & 1u << i) != 0) {
		views_put_table(x->b, x->p, 1u << i);
	} else {
		buf_puts(x->b, "(SELECT ");
		expand(x, views_sql_tables[i].columns, strlen(views_sql_tables[i].columns));
		buf_puts(x->b, " WHERE 1 = 0)");
	}
}

void
views_put_currency(
	struct buf *b, const struct views_place *p, const struct views_there *there, unsigned bit)
{
	/* Always text: PostgreSQL replaces a view only by one with the same types. */
	buf_printf(b,
		(there->currency & bit) != 0 ? "CAST(coalesce(c.currency, 'USD') AS %s)"
					     : "CAST('USD' AS %s)",
		sql_type(p->dialect, TYPE_TEXT));
}

/* {o:TABLE|TEXT}: TEXT, where the table is of several organizations; {one:TABLE|TEXT}: where it is not. */
static void
put_by_organization(struct expansion *x, int several, const char *arg, size_t len)
{
	const char *bar = memchr(arg, '|', len);
	size_t i = bar != NULL ? table_number(arg, (size_t)(bar - arg)) : VIEWS_TABLES;

	if (i == VIEWS_TABLES)
		x->b->failed = 1;
	else if (((x->there->organization & 1u << i) != 0) == several)
		expand(x, bar + 1, len - (size_t)(bar + 1 - arg));
}

/* {within:TIME}: " AND" and the condition that TIME is in the days of the place; nothing where all are. */
static void
put_within(struct expansion *x, const char *arg, size_t len)
{
	/* SQLite has an index on the text of a time as it is. */
	static const struct views_text day = {"", {"{day:%}", "%", "{day:%}"}};
	const char *const bounds[] = {x->p->from, x->p->to};

	for (size_t i = 0; i < 2; i++) {
		if (bounds[i] == NULL)
			continue;
		buf_puts(x->b, " AND ");
		wrap(x, &day, arg, len);
		buf_printf(x->b, " %s '%s'", i == 0 ? ">=" : "<", bounds[i]);
	}
}

/* One {NAME:ARGUMENT}. */
static void
put_macro(struct expansion *x, const char *name, size_t n, const char *arg, size_t len)
{
	static const struct views_text macros[] = {
		{"day", {"CAST(% AT TIME ZONE 'UTC' AS date)", "substr(%, 1, 10)",
				"CAST(make_timestamp(epoch_us(%)) AS DATE)"}},
		{"usd", {"trim_scale(0.01 * (%))", "%", "CAST(0.01 * (%) AS DECIMAL(38, 14))"}},
		{"bigint", {"CAST(% AS bigint)", "CAST(% AS bigint)", "CAST(% AS bigint)"}},
		{"text", {"CAST(% AS text)", "%", "CAST(% AS VARCHAR)"}},
		{"round2", {"round(%, 2)", "%", "CAST(round(%, 2) AS DECIMAL(38, 2))"}},
		{"part", {"round(s.cents * % / s.total, 12)", "",
				 "CAST(s.cents * (% / s.total) AS DECIMAL(38, 12))"}},
		{"today", {"CAST(now() AT TIME ZONE 'UTC' AS date)",
				  "CAST(julianday(date('now')) - 2440587.5 AS INTEGER)",
				  "CAST(make_timestamp(epoch_us(now())) AS DATE)"}},
		{"daynumber", {"CAST(% AS date)",
				      "CAST(julianday(substr(%, 1, 10)) - 2440587.5 AS INTEGER)",
				      "CAST(% AS DATE)"}},
		{"hours", {"round(CAST(extract(epoch FROM now() - %) / 3600 AS numeric), 1)",
				  "round((julianday('now') - julianday(%)) * 24, 1)",
				  "round((epoch_us(now()) - epoch_us(%)) / 3600e6, 1)"}},
	};
	const struct views_text *text = text_of(name, n);

	for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
		if (is(name, n, macros[i].name))
			text = &macros[i];
	if (text != NULL)
		wrap(x, text, arg, len);
	else if (is(name, n, "t"))
		put_table(x, arg, len);
	else if (is(name, n, "currency"))
		views_put_currency(x->b, x->p, x->there, 1u << table_number(arg, len));
	else if (is(name, n, "o") || is(name, n, "one"))
		put_by_organization(x, n == 1, arg, len);
	else if (is(name, n,
			 "ledgers")) { /* {ledgers:TEXT}: the same of the ledger, if any table is */
		if (views_by_organization(x->there) && (x->there->organization & VIEWS_LEDGER) != 0)
			expand(x, arg, len);
	} else if (is(name, n, "within"))
		put_within(x, arg, len);
	else if (is(name, n, "into"))
		views_put_into(x->b, x->p, 1u << table_number(arg, len));
	else if (is(name, n, "null"))
		buf_printf(x->b, "CAST(NULL AS %s)",
			sql_type(x->p->dialect, is(arg, len, "text")   ? TYPE_TEXT
						: is(arg, len, "date") ? TYPE_DATE
								       : TYPE_TIMESTAMPTZ));
	else if (is(name, n, "div")) /* {div:A,7} */
		buf_printf(x->b, "((%.*s) %s 7)", (int)len - 2, arg,
			x->p->dialect == SQL_DUCKDB ? "//" : "/");
	else if (is(name, n, "month")) /* {month:as_of,N} */
		buf_printf(x->b, "CAST(date_trunc('month', as_of) + INTERVAL '%.*s month' AS date)",
			(int)len - 6, arg + 6);
	else
		x->b->failed = 1;
}

/* Append the template TEXT with what is in its braces, which may be nested. */
static void
expand(struct expansion *x, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t start = i + 1, colon, depth = 1;

		if (text[i] != '{') {
			buf_putc(x->b, text[i]);
			continue;
		}
		for (i++; i < len && depth > 0; i++)
			depth += (size_t)(text[i] == '{') - (size_t)(text[i] == '}');
		i--; /* at the closing one */
		for (colon = start; colon < i && text[colon] != ':'; colon++)
			;
		put_macro(x, text + start, colon - start, text + colon + (colon < i),
			colon < i ? i - colon - 1 : 0);
	}
}

void
views_put(struct buf *b, const struct views_place *p, const struct views_there *there,
	const char *template)
{
	struct expansion x = {b, p, there};

	expand(&x, template, strlen(template));
}

/*
 * SQLite has 64-bit integers and doubles.  So cents and trillionths of a cent are summed
 * apart, as integers, and put together as text; a sum that overflows is an error of
 * SQLite's, not a wrong figure.
 */
static void
put_sqlite_money(struct expansion *x, const struct views_sql *v)
{
	struct buf *b = x->b, after;
	struct expansion columns = {&after, x->p, x->there};
	const char *name = v->money, *more;
	size_t n = 1;

	buf_init(&after, 4096);
	expand(&columns, v->after, strlen(v->after));
	b->failed |= buf_str(&after) == NULL;
	more = after.data != NULL ? after.data : "";

	for (const char *s = name; *s != '\0'; s++)
		n += *s == ' ';
	buf_printf(b, "SELECT %s", v->keys);
	for (size_t i = 0; i < n; i++, name += strcspn(name, " ") + 1)
		buf_printf(b,
			", CASE WHEN currency <> 'USD' THEN NULL WHEN "
			"length(ltrim(replace(replace(m%zu, '-', ''), '.', ''), '0')) "
			"<= 15 THEN CAST(m%zu AS REAL) ELSE m%zu END AS %.*s",
			i, i, i, (int)strcspn(name, " "), name);
	buf_printf(b, ", %s FROM (SELECT %s", more, v->keys);
	for (size_t i = 0; i < n; i++)
		buf_printf(b,
			", rtrim(rtrim(printf('%%s%%d.%%02d%%012d', CASE WHEN w%zu < 0 OR f%zu < 0 "
			"THEN '-' ELSE '' END, abs(w%zu) / 100, abs(w%zu) %% 100, abs(f%zu)), "
			"'0'), '.') AS m%zu",
			i, i, i, i, i, i);
	buf_printf(b, ", %s FROM (SELECT %s", more, v->keys);
	for (size_t i = 0; i < n; i++) /* both of one sign */
		buf_printf(b,
			", w%zu - (w%zu > 0 AND f%zu < 0) + (w%zu < 0 AND f%zu > 0) AS w%zu, f%zu "
			"+ "
			"1000000000000 * ((w%zu > 0 AND f%zu < 0) - (w%zu < 0 AND f%zu > 0)) AS "
			"f%zu",
			i, i, i, i, i, i, i, i, i, i, i, i);
	buf_printf(b, ", %s FROM (SELECT %s", more, v->keys);
	for (size_t i = 0; i < n; i++)
		buf_printf(b,
			", coalesce(w%zu, 0) + coalesce(f%zu, 0) / 1000000000000 AS w%zu, "
			"coalesce(f%zu, 0) %% 1000000000000 AS f%zu",
			i, i, i, i, i);
	buf_printf(b, ", %s FROM (", more);
	expand(x, v->sqlite, strlen(v->sqlite));
	buf_puts(b, "))))");
	buf_free(&after);
}

#define SQLITE_MARK "/* anthill */ "

/*
 * "CREATE VIEW name AS ..."; the dialects that can replace one do.  SQLite, which keeps the
 * text and no comments on objects, has the mark by which anthill's are known in there.
 */
static void
put_view(struct buf *b, const struct views_place *p, const struct views_there *there,
	const struct views_sql *v)
{
	struct expansion x = {b, p, there};

	buf_puts(b, p->dialect == SQL_SQLITE ? "CREATE VIEW " : "CREATE OR REPLACE VIEW ");
	put_name(b, p, p->prefix, v->name, 0);
	buf_puts(b, p->dialect == SQL_SQLITE ? " AS " SQLITE_MARK : " AS ");
	if (v->made != NULL)
		buf_puts(b, v->made);
	else if (p->dialect == SQL_SQLITE && v->whole != NULL)
		expand(&x, v->whole, strlen(v->whole));
	else if (p->dialect == SQL_SQLITE && v->sqlite != NULL)
		put_sqlite_money(&x, v);
	else
		expand(&x, v->sql, strlen(v->sql));
}

/*
 * The comment by which a view is known again: of the bytes of its definition.
 * Databases other than SQLite do not keep them as they are.
 */
static void
put_mark(struct buf *b, const char *sql, size_t len)
{
	buf_printf(b, "'anthill %016llx'", (unsigned long long)hash_bytes(sql, len));
}

static void
put_statements(struct buf *b, const struct views_place *p, const struct views_there *there,
	const struct views_sql *v)
{
	size_t start;

	if (p->dialect == SQL_SQLITE) {
		buf_puts(b, "DROP VIEW IF EXISTS ");
		put_name(b, p, p->prefix, v->name, 0);
		buf_puts(b, ";\n");
	}
	start = b->len;
	put_view(b, p, there, v);
	if (p->dialect != SQL_SQLITE && !b->failed) {
		size_t len = b->len - start;

		buf_puts(b, ";\nCOMMENT ON VIEW ");
		put_name(b, p, p->prefix, v->name, 0);
		buf_puts(b, " IS ");
		if (!b->failed)
			put_mark(b, b->data + start, len);
	}
	buf_puts(b, ";\n");
}

static int
is_made(const struct views_there *there, const struct views_sql *v)
{
	return (v->needs & there->tables) == v->needs && (v->unless & there->tables) == 0 &&
	       (v->any == 0 || (v->any & there->tables) != 0);
}

const struct views_there views_all = {VIEWS_ALL, VIEWS_ALL, 0};

void
views_create(struct buf *b, const struct views_place *p, const struct views_there *there)
{
	const struct views_sql *v;

	for (size_t i = 0; (v = view_of(i)) != NULL; i++)
		if (is_made(there, v))
			put_statements(b, p, there, v);
}

/* ---- what is there ------------------------------------------------------------------------- */

int
views_by_organization(const struct views_there *there)
{
	return (there->organization & ~(unsigned)VIEWS_LEDGER) != 0;
}

/*
 * The question whether a table is there, 1, whether it has a column `currency`, 2 more, and
 * whether one that is called ORGANIZATION, 4 more; the table's name, a text, is to follow.
 */
static void
put_there(struct buf *b, const struct views_place *p, const char *organization)
{
	static const char *const before[] = {
		" FROM pg_class t LEFT JOIN (SELECT attrelid, attname AS name FROM pg_attribute "
		"WHERE attnum > 0 AND NOT attisdropped) c ON c.attrelid = t.oid WHERE relkind IN "
		"('r', 'p', 'v', 'm', 'f') AND "
		"relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ",
		" FROM sqlite_schema t LEFT JOIN pragma_table_info(t.name) c WHERE t.type IN "
		"('table', "
		"'view') AND t.name = ",
		" FROM (SELECT table_name, column_name AS name FROM information_schema.columns "
		"WHERE "
		"table_catalog = current_database() AND table_schema = current_schema()) c WHERE "
		"table_name "
		"= "};

	buf_printf(b,
		"SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END + 2 * count(*) FILTER (WHERE "
		"c.name = "
		"'currency') + 4 * count(*) FILTER (WHERE c.name = '%s')",
		organization);
	buf_puts(b, before[p->dialect]);
	if (p->dialect == SQL_POSTGRESQL) {
		sql_literal(b, p->dialect, p->schema);
		buf_puts(b, ") AND relname = ");
	}
}

int
views_look(const struct db *db, const struct views_place *p, struct views_there *there,
	struct ant_err *e)
{
	struct buf sql;
	int status = 0;

	*there = (struct views_there){0};
	buf_init(&sql, 1 << 16);
	for (size_t i = 0; i < VIEWS_TABLES && status == 0; i++) {
		int64_t n = 0;

		buf_clear(&sql);
		put_there(&sql, p, 1u << i == VIEWS_LEDGER ? "organization" : "_organization");
		views_put_into(&sql, p, 1u << i);
		status = buf_str(&sql) == NULL ? err_sys(e, ANT_FAIL, "views")
					       : db_ask(db, sql.data, &n, e);
		there->tables |= (unsigned)(n & 1) << i;
		there->currency |= (unsigned)(n >> 1 & 1) << i;
		there->organization |= (unsigned)(n >> 2 & 1) << i;
	}
	buf_free(&sql);
	return status;
}

int
views_look_for(const struct db *db, const struct views_place *p, const char *view, int *there,
	int *by_organization, struct ant_err *e)
{
	struct buf sql;
	int64_t n = 0;
	int status;

	buf_init(&sql, 1 << 16);
	put_there(&sql, p, "organization");
	put_name(&sql, p, p->prefix, view, 1);
	status =
		buf_str(&sql) == NULL ? err_sys(e, ANT_FAIL, "views") : db_ask(db, sql.data, &n, e);
	buf_free(&sql);
	*there = (n & 1) != 0;
	*by_organization = (n & 4) != 0;
	return status;
}

void
views_put_view(struct buf *b, const struct views_place *p, const char *view)
{
	put_name(b, p, p->prefix, view, 0);
}

/* ---- made ---------------------------------------------------------------------------------- */

/* The question whether a view is there as it would be made. */
static void
put_same(struct buf *b, const struct views_place *p, const struct views_there *there,
	const struct views_sql *v)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	put_view(&text, p, there, v);
	if (buf_str(&text) == NULL) {
		b->failed = 1;
	} else if (p->dialect == SQL_SQLITE) {
		buf_puts(b, "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND sql = ");
		sql_literal(b, p->dialect, text.data);
		buf_puts(b, " AND name = ");
	} else if (p->dialect == SQL_POSTGRESQL) {
		buf_puts(b, "SELECT count(*) FROM pg_class WHERE relkind = 'v' AND relnamespace = "
			    "(SELECT oid FROM pg_namespace WHERE nspname = ");
		sql_literal(b, p->dialect, p->schema);
		buf_puts(b, ") AND obj_description(oid, 'pg_class') = ");
		put_mark(b, text.data, text.len);
		buf_puts(b, " AND relname = ");
	} else {
		buf_puts(b, "SELECT count(*) FROM duckdb_views() WHERE comment = ");
		put_mark(b, text.data, text.len);
		buf_puts(b, " AND view_name = ");
	}
	put_name(b, p, p->prefix, v->name, 1);
	buf_free(&text);
}

/* How the text of a view of SQLite begins that was made before there was a mark: as it does now. */
static void
put_unmarked(struct buf *b, const struct views_place *p, const struct views_there *there,
	const struct views_sql *v)
{
	struct buf text;
	const char *at;
	char start[48] = "";

	buf_init(&text, TEXT_MAX);
	put_view(&text, p, there, v);
	if (buf_str(&text) == NULL || (at = strstr(text.data, SQLITE_MARK)) == NULL)
		b->failed = 1;
	else
		snprintf(start, sizeof start, " AS %s", at + strlen(SQLITE_MARK));
	sql_literal(b, p->dialect, start);
	buf_free(&text);
}

/* The question what has a view's name and is no view that anthill made: what, in a word, and its name. */
static void
put_in_the_way(struct buf *b, const struct views_place *p, const struct views_there *there,
	const struct views_sql *v)
{
	static const char *const before[] = {
		"SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN "
		"'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'S' "
		"THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'index' END, relname FROM pg_class "
		"WHERE NOT (relkind = 'v' AND coalesce(obj_description(oid, 'pg_class'), '') LIKE "
		"'anthill %') AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ",
		"SELECT type, name FROM sqlite_schema WHERE type <> 'trigger' AND NOT (type = "
		"'view' AND (instr(sql, ' AS " SQLITE_MARK "') > 0 OR instr(sql, ",
		"SELECT * FROM (SELECT 'table', table_name AS name FROM duckdb_tables() WHERE "
		"database_name = current_database() AND schema_name = current_schema() UNION ALL "
		"SELECT "
		"'view', view_name FROM duckdb_views() WHERE database_name = current_database() "
		"AND "
		"schema_name = current_schema() AND coalesce(comment, '') NOT LIKE 'anthill %') "
		"WHERE "
		"lower(name) = lower("};
	static const char *const after[] = {"", " COLLATE NOCASE", ")"};

	buf_puts(b, before[p->dialect]);
	if (p->dialect == SQL_POSTGRESQL) {
		sql_literal(b, p->dialect, p->schema);
		buf_puts(b, ") AND relname = ");
	} else if (p->dialect == SQL_SQLITE) {
		put_unmarked(b, p, there, v);
		buf_puts(b, ") > 0)) AND name = ");
	}
	put_name(b, p, p->prefix, v->name, 1);
	buf_puts(b, after[p->dialect]);
}

static int
take_in_the_way(void *arg, const struct db_cell *c, struct ant_err *e)
{
	(void)arg;
	return err_set(e, ANT_FAIL,
		"'%.200s' is a %s that anthill did not make, and a view has to have that name: "
		"rename or drop it, or leave out the views (views off); no view was made",
		c[1].p, c[0].p);
}

/* Append what makes one view, unless it is there already. */
static int
add_view(struct buf *b, const struct db *db, const struct views_place *p,
	const struct views_there *there, const struct views_sql *v, struct ant_err *e)
{
	struct buf question;
	int64_t same = 0;
	int status;

	buf_init(&question, TEXT_MAX);
	put_same(&question, p, there, v);
	status = buf_str(&question) == NULL ? err_sys(e, ANT_FAIL, "views")
					    : db_ask(db, question.data, &same, e);
	/* One that did not change is left alone: who reads it would wait. */
	if (status == 0 && same == 0) {
		buf_clear(&question);
		put_in_the_way(&question, p, there, v);
		status = buf_str(&question) == NULL
				 ? err_sys(e, ANT_FAIL, "views")
				 : db->each(db->self, question.data, 2, take_in_the_way, NULL, e);
		put_statements(b, p, there, v);
	}
	buf_free(&question);
	return status;
}

/* The one that is made of what there is; N counts it. */
static int
add_changes(struct buf *b, const struct db *db, const struct views_place *p,
	const struct views_there *there, int *n, struct ant_err *e)
{
	struct views_sql v = {.name = VIEWS_CHANGES};
	struct buf made;
	int status;

	if ((there->tables & VIEWS_LEDGER) == 0)
		return 0;
	buf_init(&made, TEXT_MAX);
	if ((status = views_changes(db, p, &made, e)) == 1) {
		v.made = buf_str(&made);
		*n += 1;
		status = add_view(b, db, p, there, &v, e);
	}
	buf_free(&made);
	return status;
}

int
views_run(const struct db *db, const struct views_place *p, struct ant_err *e)
{
	const struct views_sql *v;
	struct views_there there;
	struct buf sql;
	int n = 0, status;

	buf_init(&sql, TEXT_MAX);
	status = views_look(db, p, &there, e);
	for (size_t i = 0; status == 0 && (v = view_of(i)) != NULL; i++) {
		if (!is_made(&there, v))
			continue;
		n++;
		status = add_view(&sql, db, p, &there, v, e);
	}
	if (status == 0)
		status = add_changes(&sql, db, p, &there, &n, e);
	if (status == 0 && sql.failed)
		status = err_sys(e, ANT_FAIL, "views");
	if (status == 0 && sql.len > 0)
		status = db->run(db->self, buf_str(&sql), e);
	buf_free(&sql);
	return status == 0 ? n : -1;
}
