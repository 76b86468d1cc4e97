/* The table file parser: a table or a reason with file and line, and never both. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tables/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ant_err e = {0};
	char *text = malloc(size + 1);
	struct table *t;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	t = parse_table("t", "t.table", text, size, &e);
	if (t == NULL && (e.status != ANT_USAGE || strncmp(e.msg, "t.table:", 8) != 0))
		abort();
	if (t != NULL && (t->path == NULL || t->ncolumns == 0 || t->rows == NULL))
		abort();
	if (t != NULL && parse_add_column(t, "fuzz_column text = .x", &e) == -1)
		if (t->ncolumns < TABLE_COLUMNS_MAX && table_column(t, "fuzz_column") == NULL)
			abort();
	table_free(t);
	free(text);
	return 0;
}
