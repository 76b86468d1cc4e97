/* The row reader: any bytes are a stream or are refused with a line; complete is said of whole ones only. */
#define _GNU_SOURCE /* memfd_create */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stream/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct row_cell *cells;
	const char *block;
	struct ant_err e = {0};
	struct rows *r;
	int64_t n = 0;
	size_t len;
	int fd, more;

	if (size < 1 || (fd = memfd_create("rows", 0)) == -1)
		return 0;
	if (write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
		abort();
	lseek(fd, 0, SEEK_SET);
	if ((r = rows_open(fd, "in", &e)) == NULL) {
		if (e.status != ANT_INPUT)
			abort();
		close(fd);
		return 0;
	}
	if (data[0] % 2 == 0)
		while ((more = rows_next(r, &cells, &e)) == 1)
			n++;
	else
		while ((more = rows_block(r, &block, &len, &e)) == 1)
			for (size_t i = 0; i < len; i++)
				n += block[i] == '\n';
	if (more == 0 ? !r->complete || n != r->count : e.status != ANT_INPUT)
		abort();
	rows_close(r);
	close(fd);
	return 0;
}
