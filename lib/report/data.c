#include "report/data.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

static const struct csv_file_dialect dialects[] = {
	[DATA_CSV] = {.delimiter = ',', .null = "", .header = 1},
	[DATA_CSV_SAFE] = {.delimiter = ',', .null = "", .header = 1, .safe = 1},
};

/* What stands before a cell: in JSON its name, too. */
static void
put_before(struct data *d)
{
	if (d->format != DATA_JSON) {
		if (d->at > 0)
			buf_putc(d->to, dialects[d->format].delimiter);
		return;
	}
	if (d->at == 0)
		buf_puts(d->to, d->rows > 0 ? ",\n{" : "\n{");
	else
		buf_putc(d->to, ',');
	json_put_string(d->to, d->columns[d->at]);
	buf_putc(d->to, ':');
}

static void
put_after(struct data *d)
{
	if (++d->at < d->ncolumns)
		return;
	d->at = 0;
	d->rows++;
	if (d->format == DATA_JSON)
		buf_putc(d->to, '}');
	else
		csv_file_put_end(&d->csv, d->to);
}

static void
put_csv_text(struct data *d, const char *text)
{
	csv_file_put(&d->csv, d->to, text, strlen(text), csv_file_guarded);
}

void
data_start(struct data *d, struct buf *to, enum data_format format, const char *const *columns,
	size_t n)
{
	*d = (struct data){.to = to, .format = format, .columns = columns, .ncolumns = n};
	if (format == DATA_JSON) {
		buf_putc(to, '[');
		return;
	}
	csv_file_init(&d->csv, &dialects[format]);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(to, dialects[format].delimiter);
		put_csv_text(d, columns[i]);
	}
	csv_file_put_end(&d->csv, to);
}

void
data_text(struct data *d, const char *text)
{
	put_before(d);
	if (d->format == DATA_JSON && text == NULL)
		buf_puts(d->to, "null");
	else if (d->format == DATA_JSON)
		json_put_string(d->to, text);
	else if (text == NULL)
		csv_file_put_null(&d->csv, d->to);
	else
		put_csv_text(d, text);
	put_after(d);
}

void
data_integer(struct data *d, int64_t n)
{
	put_before(d);
	buf_printf(d->to, "%" PRId64, n);
	put_after(d);
}

void
data_money(struct data *d, money m, const struct currency *c)
{
	char text[MONEY_TEXT];

	data_text(d, money_exact(m, c, text));
}

void
data_end(struct data *d)
{
	if (d->format == DATA_JSON)
		buf_puts(d->to, d->rows > 0 ? "\n]" : "]");
}
