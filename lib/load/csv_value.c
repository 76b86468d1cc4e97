#include "load/csv_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

long
csv_value_column(const struct csv_file *csv, const struct load *l, const char *name)
{
	int safe = csv->dialect->safe && *name == '\'';

	for (size_t i = 0; i < l->rows->ncolumns; i++) {
		const char *is = l->columns[i].name;

		if (strcmp(is, name) == 0)
			return (long)i;
		if (safe && csv_file_is_risky(csv, is, strlen(is)) && strcmp(is, name + 1) == 0)
			return (long)i;
	}
	return -1;
}

void
csv_value_put(struct buf *to, const struct csv_file *csv, enum type type, const struct row_cell *c,
	int guard)
{
	char text[DECIMAL_TEXT];
	struct decimal number;
	const char *p = c->p;
	size_t len = c->len, size;
	double v;

	buf_putc(to, c->null ? 'n' : 'v');
	if (c->null)
		return;
	if (type == TYPE_DOUBLE) {
		v = strtod(c->p, NULL) + 0.0; /* -0 is 0 */
		buf_put(to, &v, sizeof v);
	} else if (type != TYPE_TEXT && type != TYPE_JSON && type != TYPE_NUMERIC) {
		buf_put(to, &c->i, sizeof c->i);
	} else {
		if (type == TYPE_NUMERIC && decimal_parse(p, len, &number) == DECIMAL_OK) {
			len = decimal_format(&number, text);
			p = text;
		}
		guard = guard && type == TYPE_TEXT && csv->dialect->safe &&
			csv_file_is_risky(csv, p, len);
		size = len + (size_t)guard;
		buf_put(to, &size, sizeof size);
		buf_put(to, "'", (size_t)guard);
		buf_put(to, p, len);
	}
}
