#include "sim/ids.h"

void
sim_ids_json(struct buf *to, const void *value, unsigned escapes)
{
	const struct sim_ids *ids = value;

	(void)escapes;
	if (ids->unknown) {
		buf_puts(to, "null");
		return;
	}
	buf_putc(to, '[');
	for (size_t i = 0; i < ids->n; i++)
		buf_printf(to, "%s\"%s\"", i == 0 ? "" : ",", ids->v[i]);
	buf_putc(to, ']');
}
