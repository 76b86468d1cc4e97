#include "load/mysql_rows.h"

#include <inttypes.h>
#include <string.h>

#include "db/mysql.h"

enum {
	INSERT_BYTES = 512 << 10, /* of one statement, where the server lets it be as long */
	PACKET_REST = 16	  /* what a packet has beside the statement */
};

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

/* Run the INSERT in s->sql, if it has rows; HEAD bytes of it stay for the next. */
static int
run_insert(struct session *s, size_t head, int64_t *stored, struct ant_err *e)
{
	int64_t n;

	if (s->sql.len == head && !s->sql.failed)
		return 0;
	if (session_run(s, &n, e) == -1)
		return -1;
	*stored += n;
	s->sql.len = head;
	return 0;
}

static void
put_row(struct buf *b, const struct rows *r, const struct row_cell *cells)
{
	buf_clear(b);
	for (size_t i = 0; i < r->ncolumns; i++) {
		buf_puts(b, i > 0 ? "," : "\n(");
		put_value(b, r->columns[i].type, &cells[i]);
	}
	buf_putc(b, ')');
}

/*
 * Append ROW to the INSERT, which runs before where it is full with it.  A statement that is too long
 * is refused here: the server hangs up on it, and who still writes then may not get to read why.
 */
static int
add_row(struct session *s, size_t head, const struct buf *row, int64_t number, int64_t *stored,
	struct ant_err *e)
{
	const size_t packet = db_mysql_packet(s->self);
	const size_t full = packet / 2 < INSERT_BYTES ? packet / 2 : INSERT_BYTES;

	if (s->sql.len > head && s->sql.len + row->len >= full &&
		run_insert(s, head, stored, e) == -1)
		return -1;
	if (packet > 0 && head + row->len + PACKET_REST > packet)
		return err_set(e, ANT_FAIL,
			"%s: row %" PRId64 " needs an INSERT of %zu bytes, and the server's "
			"max_allowed_packet is %zu: let it have more, or take LOAD DATA LOCAL",
			s->name, number, head + row->len, packet);
	if (s->sql.len > head)
		buf_putc(&s->sql, ',');
	buf_put(&s->sql, row->data, row->len);
	s->sql.failed |= row->failed;
	return 0;
}

/* INSERT the rows of R, as many in a statement as the server likes. */
static int
insert(struct session *s, const char *into, struct rows *r, int64_t *stored, struct ant_err *e)
{
	const struct row_cell *cells;
	struct buf row;
	size_t head;
	int more;

	buf_init(&row, LOAD_TEXT_MAX);
	buf_clear(&s->sql);
	buf_puts(&s->sql, "INSERT INTO ");
	mysql_put_into(s, into);
	buf_puts(&s->sql, " (");
	sql_idents(&s->sql, SQL_MYSQL, s->load->columns, r->ncolumns);
	buf_puts(&s->sql, ") VALUES");
	head = s->sql.len;
	while ((more = rows_next(r, &cells, e)) == 1) {
		put_row(&row, r, cells);
		if (add_row(s, head, &row, r->count, stored, e) == -1) {
			more = -1;
			break;
		}
	}
	if (more == 0 && run_insert(s, head, stored, e) == -1)
		more = -1;
	buf_free(&row);
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
