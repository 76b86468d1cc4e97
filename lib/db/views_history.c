#include "db/views_history.h"

#include <string.h>

/* What people know an object by, the first that it has. */
static const char *const names[] = {
	"email", "user_email", "actor_email", "name", "display_name", "group_display_name"};
enum { NAMES = sizeof names / sizeof *names };

struct views_history_column *
views_history_column(const struct views_history *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->columns[i].name, name) == 0)
			return &h->columns[i];
	return NULL;
}

static void
put_column(struct buf *b, const struct views_history *h, const char *name)
{
	buf_puts(b, "h.");
	sql_ident(b, h->p->dialect, name);
}

/* Around an expression of column C: its text, as rows have it, whatever the session is set to. */
static const char *const *
text_of(const struct views_history *h, const struct views_history_column *c)
{
	static const char *const plain[][2] = {
		{"CAST(", " AS text)"}, {"CAST(", " AS TEXT)"}, {"CAST(", " AS VARCHAR)"}};
	static const char *const times[][2] = {
		{"rtrim(rtrim(to_char(",
			" AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '0'), "
			"'.') || 'Z'"},
		{"CAST(", " AS TEXT)"},
		{"rtrim(rtrim(strftime(make_timestamp(epoch_us(",
			")), '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.') || 'Z'"}};
	/* A number that is whole needs no point. */
	static const char *const lite_number[] = {
		"rtrim(replace(CAST(", " AS TEXT) || '|', '.0|', '|'), '|')"};
	static const char *const duck_double[] = {
		"rtrim(replace(CAST(", " AS VARCHAR) || '|', '.0|', '|'), '|')"};
	static const char *const duck_decimal[] = {"rtrim(rtrim(CAST(", " AS VARCHAR), '0'), '.')"};
	static const char *const lite_boolean[] = {
		"CASE ", " WHEN 0 THEN 'false' WHEN 1 THEN 'true' END"};
	const enum sql_dialect d = h->p->dialect;
	const enum type types[] = {TYPE_TIMESTAMPTZ, TYPE_BOOLEAN, TYPE_NUMERIC, TYPE_DOUBLE};
	size_t i = 0;

	while (i < sizeof types / sizeof *types && strcmp(c->type, sql_type(d, types[i])) != 0)
		i++;
	if (i == 0)
		return times[d];
	if (i < 4 && d == SQL_SQLITE)
		return i == 1 ? lite_boolean : lite_number;
	if (i >= 2 && i < 4 && d == SQL_DUCKDB)
		return i == 2 ? duck_decimal : duck_double;
	return plain[d];
}

static void
put_text(struct buf *b, const struct views_history *h, const struct views_history_column *c)
{
	const char *const *text = text_of(h, c);

	buf_puts(b, text[0]);
	put_column(b, h, c->name);
	buf_puts(b, text[1]);
}

/* The parts of the key, joined; null is nothing. */
static void
put_id(struct buf *b, const struct views_history *h)
{
	const char *between = "";

	for (size_t i = 0; i < h->n; i++) {
		if (!h->columns[i].key || strcmp(h->columns[i].name, VIEWS_ORGANIZATIONS) == 0)
			continue;
		buf_printf(b, "%scoalesce(", between);
		put_text(b, h, &h->columns[i]);
		buf_puts(b, ", '')");
		between = " || '/' || ";
	}
}

static void
put_object_name(struct buf *b, const struct views_history *h)
{
	const struct views_history_column *c;

	buf_puts(b, "coalesce(");
	for (size_t i = 0; i < NAMES; i++)
		if ((c = views_history_column(h, names[i])) != NULL) {
			buf_puts(b, "nullif(");
			put_text(b, h, c);
			buf_puts(b, ", ''), ");
		}
	put_id(b, h);
	buf_puts(b, ", '')");
}

/* Whether column I is one whose values change. */
static int
is_value(const struct views_history *h, size_t i)
{
	const char *name = h->columns[i].name;

	return !h->columns[i].key && strcmp(name, SQL_VALID_FROM) != 0 &&
	       strcmp(name, SQL_VALID_TO) != 0 && strcmp(name, VIEWS_ORGANIZATIONS) != 0;
}

/*
 * Each version beside the one before it and the one behind it, of its key: since and until when it is
 * so, the end of the former, the start of the latter, the start of the first of all, and for column I
 * the values nI and, of the former, oI.
 */
static void
put_versions(struct buf *b, const struct views_history *h)
{
	const enum sql_dialect d = h->p->dialect;

	buf_puts(b,
		"SELECT h." SQL_VALID_FROM " AS since, h." SQL_VALID_TO " AS until_, "
		"lag(h." SQL_VALID_TO ") OVER w AS left_off, "
		"lead(h." SQL_VALID_FROM ") OVER w AS goes_on, min(h." SQL_VALID_FROM ") OVER (");
	if (h->organization)
		buf_puts(b, "PARTITION BY h." VIEWS_ORGANIZATIONS);
	buf_puts(b, ") AS started, ");
	put_id(b, h);
	buf_puts(b, " AS id, ");
	put_object_name(b, h);
	buf_puts(b, " AS name");
	if (h->organization)
		buf_puts(b, ", h." VIEWS_ORGANIZATIONS " AS organization");
	for (size_t i = 0; i < h->n; i++)
		if (is_value(h, i)) {
			buf_puts(b, ", ");
			put_column(b, h, h->columns[i].name);
			buf_printf(b, " AS n%zu, lag(", i);
			put_column(b, h, h->columns[i].name);
			buf_printf(b, ") OVER w AS o%zu", i);
		}
	buf_puts(b, " FROM ");
	sql_name(b, d, h->p->schema, h->table);
	buf_puts(b, " h WINDOW w AS (PARTITION BY ");
	for (size_t i = 0; i < h->n; i++)
		if (h->columns[i].key) {
			put_column(b, h, h->columns[i].name);
			buf_puts(b, ", ");
		}
	buf_printf(b, "%s ORDER BY h." SQL_VALID_FROM ")",
		h->organization ? "h." VIEWS_ORGANIZATIONS : "1");
}

/* The text of the values of LETTER, n or o, by the number of the kind of change. */
static void
put_values(struct buf *b, const struct views_history *h, char letter)
{
	buf_puts(b, "CASE k.n WHEN -2 THEN ''"); /* there is none: a CASE has to have one */
	for (size_t i = 0; i < h->n; i++)
		if (is_value(h, i)) {
			const char *const *text = text_of(h, &h->columns[i]);

			buf_printf(b, " WHEN %zu THEN %sv.%c%zu%s", i + 1, text[0], letter, i,
				text[1]);
		}
	buf_puts(b, " END");
}

/* Whether the kind of change, k.n, is one of the version v. */
static void
put_condition(struct buf *b, const struct views_history *h)
{
	const enum sql_dialect d = h->p->dialect;

	buf_puts(b,
		"CASE k.n WHEN -1 THEN v.since > v.started AND (v.left_off IS NULL OR v.left_off "
		"<> v.since) WHEN 0 THEN v.until_ IS NOT NULL AND (v.goes_on IS NULL OR "
		"v.goes_on <> v.until_)");
	for (size_t i = 0; i < h->n; i++)
		if (is_value(h, i))
			/* PostgreSQL's json, which is not ours, knows no equality. */
			buf_printf(b,
				d == SQL_SQLITE ? " WHEN %zu THEN v.left_off = v.since AND v.o%zu "
						  "IS NOT v.n%zu"
				: strcmp(h->columns[i].type, "json") == 0
					? " WHEN %zu THEN v.left_off = v.since AND CAST(v.o%zu AS "
					  "text) IS "
					  "DISTINCT FROM CAST(v.n%zu AS text)"
					: " WHEN %zu THEN v.left_off = v.since AND v.o%zu IS "
					  "DISTINCT FROM "
					  "v.n%zu",
				i + 1, i, i);
	buf_puts(b, " END");
}

void
views_history_put(
	struct buf *b, const struct views_history *h, const char *shown, int organizations)
{
	const enum sql_dialect d = h->p->dialect;
	const char *text = sql_type(d, TYPE_TEXT);

	buf_puts(b, "SELECT CASE k.n WHEN 0 THEN v.until_ ELSE v.since END AS changed_at, CAST(");
	sql_literal(b, d, shown);
	buf_printf(b,
		" AS %s) AS table_name, v.id AS id, v.name AS name, CASE k.n WHEN -1 THEN 'added' "
		"WHEN "
		"0 THEN 'removed' ELSE 'changed' END AS what, k.column_name AS column_name, ",
		text);
	put_values(b, h, 'o');
	buf_puts(b, " AS from_value, ");
	put_values(b, h, 'n');
	buf_puts(b, " AS to_value");
	if (organizations)
		buf_printf(b,
			h->organization ? ", CAST(v.organization AS %s) AS organization"
					: ", CAST(NULL AS %s) AS organization",
			text);
	buf_puts(b, " FROM (");
	put_versions(b, h);
	buf_printf(b,
		") v CROSS JOIN (SELECT -1 AS n, CAST(NULL AS %s) AS column_name UNION ALL SELECT "
		"0, NULL",
		text);
	for (size_t i = 0; i < h->n; i++)
		if (is_value(h, i)) {
			buf_printf(b, " UNION ALL SELECT %zu, ", i + 1);
			sql_literal(b, d, h->columns[i].name);
		}
	buf_puts(b, ") k WHERE ");
	put_condition(b, h);
}
