#include "load/mysql_key.h"

void
mysql_put_column(struct session *s, const char *alias, const char *column, int bytes)
{
	buf_puts(&s->sql, bytes ? "CAST(" : "");
	if (alias != NULL)
		buf_printf(&s->sql, "%s.", alias);
	sql_ident(&s->sql, SQL_MYSQL, column);
	buf_puts(&s->sql, bytes ? " AS BINARY)" : "");
}

void
mysql_put_same_key(struct session *s, const char *left, const char *right)
{
	const struct load *l = s->load;

	for (size_t i = 0; i < l->rows->nkey; i++) {
		const int ways = l->key[i].type == TYPE_TEXT ? 2 : 1;

		/* The first comparison has the index. */
		for (int bytes = 0; bytes < ways; bytes++) {
			buf_puts(&s->sql, i + (size_t)bytes == 0 ? "" : "\n\tAND ");
			mysql_put_column(s, left, l->key[i].name, bytes);
			buf_puts(&s->sql, " <=> ");
			mysql_put_column(s, right, l->key[i].name, bytes);
		}
	}
}

int
mysql_has_key_index(const struct load *l)
{
	for (size_t i = 0; i < l->rows->nkey; i++)
		if (l->key[i].type != TYPE_JSON)
			return 1;
	return 0;
}
