#include "load/mysql_rows.h"

#include <string.h>

#include "db/mysql.h"

enum { INSERT_BYTES = 512 << 10 }; /* of one statement, where the server lets it be as long */

void
mysql_put_into(struct session *s, const char *into)
{
	if (into != NULL)
		buf_puts(&s->sql, into);
	else
		session_put_table(s);
}

static int
converts(enum type t)
{
	return t == TYPE_TIMESTAMPTZ || t == TYPE_BOOLEAN;
}

/* The server takes no Z; it would round a seventh digit with a note, and a note is a failure. */
static void
put_converted(struct session *s, size_t i)
{
	sql_ident(&s->sql, SQL_MYSQL, s->load->columns[i].name);
	if (s->load->columns[i].type == TYPE_BOOLEAN)
		buf_printf(&s->sql, " = @c%zu = 'true'", i + 1);
	else
		buf_printf(&s->sql,
			" = IF(CHAR_LENGTH(@c%zu) > 27, LEFT(@c%zu, 19) + INTERVAL "
			"(SUBSTRING(@c%zu, "
			"21, 7) + 5) DIV 10 MICROSECOND, TRIM(TRAILING 'Z' FROM @c%zu))",
			i + 1, i + 1, i + 1, i + 1);
}

static void
put_load_data(struct session *s, const char *into)
{
	const struct load *l = s->load;
	const char *before = "\n\tSET ";

	buf_clear(&s->sql);
	buf_puts(&s->sql, "LOAD DATA LOCAL INFILE 'rows' INTO TABLE ");
	mysql_put_into(s, into);
	buf_puts(&s->sql, " CHARACTER SET utf8mb4\n\t(");
	for (size_t i = 0; i < l->rows->ncolumns; i++) {
		buf_puts(&s->sql, i == 0 ? "" : ", ");
		if (converts(l->columns[i].type))
			buf_printf(&s->sql, "@c%zu", i + 1);
		else
			sql_ident(&s->sql, SQL_MYSQL, l->columns[i].name);
	}
	buf_putc(&s->sql, ')');
	for (size_t i = 0; i < l->rows->ncolumns; i++) {
		if (!converts(l->columns[i].type))
			continue;
		buf_puts(&s->sql, before);
		put_converted(s, i);
		before = ", ";
	}
}

/* A value as the server reads it from text, whatever its type; as put_converted() makes it. */
static void
put_value(struct buf *b, enum type t, const struct row_cell *c)
{
	char text[UTC_TEXT];
	int64_t second = c->i / 1000000 - (c->i % 1000000 < 0), fraction = c->i - second * 1000000;

	if (c->null) {
		buf_puts(b, "NULL");
	} else if (t == TYPE_BOOLEAN) {
		buf_putc(b, c->i ? '1' : '0');
	} else if (t == TYPE_TIMESTAMPTZ) {
		utc_format(second, text);
		text[strcspn(text, "Z")] = '\0';
		buf_printf(b, "'%s.%06d'", text, (int)fraction);
	} else {
		buf_putc(b, '\'');
		for (size_t i = 0; i < c->len; i++) {
			if (c->p[i] == '\'' || c->p[i] == '\\')
				buf_putc(b, '\\');
			buf_putc(b, c->p[i]);
		}
		buf_putc(b, '\'');
	}
}

/* INSERT the rows of R, as many in a statement as the server likes. */
static int
insert(struct session *s, const char *into, struct rows *r, int64_t *stored, struct ant_err *e)
{
	const size_t packet = db_mysql_packet(s->self);
	const size_t full = packet / 2 < INSERT_BYTES ? packet / 2 : INSERT_BYTES;
	const struct row_cell *cells;
	size_t head;
	int64_t n;
	int more = 1;

	buf_clear(&s->sql);
	buf_puts(&s->sql, "INSERT INTO ");
	mysql_put_into(s, into);
	buf_puts(&s->sql, " (");
	sql_idents(&s->sql, SQL_MYSQL, s->load->columns, r->ncolumns);
	buf_puts(&s->sql, ") VALUES");
	head = s->sql.len;
	while (more == 1 && (more = rows_next(r, &cells, e)) != -1) {
		if (more == 1) {
			for (size_t i = 0; i < r->ncolumns; i++) {
				buf_puts(&s->sql, i > 0		       ? ","
						  : s->sql.len == head ? "\n("
								       : ",\n(");
				put_value(&s->sql, r->columns[i].type, &cells[i]);
			}
			buf_putc(&s->sql, ')');
			if (s->sql.len < full && !s->sql.failed)
				continue;
		}
		if (s->sql.len > head || s->sql.failed) {
			if (session_run(s, &n, e) == -1)
				return -1;
			*stored += n;
			s->sql.len = head;
		}
	}
	return more;
}

int
mysql_take(struct session *s, const char *into, struct rows *r, int64_t *stored, struct ant_err *e)
{
	int status = 0;

	put_load_data(s, into);
	if (s->load->dry_run)
		return session_run(s, NULL, e);
	if (db_mysql_takes_local(s->self))
		status = db_mysql_load(s->self, buf_str(&s->sql), r, stored, e);
	return status == 0 ? insert(s, into, r, stored, e) : status == 1 ? 0 : -1;
}
