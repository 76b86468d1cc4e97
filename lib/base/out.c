#include "base/out.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

void
out_init(struct out *o, int fd, const char *name)
{
	memset(o, 0, sizeof *o);
	o->fd = fd;
	o->name = name;
	buf_init(&o->buf, BLOCK);
}

void
out_free(struct out *o)
{
	buf_free(&o->buf);
}

static int
write_all(struct out *o, const char *p, size_t n, struct ant_err *e)
{
	while (n > 0) {
		ssize_t w = write(o->fd, p, n);

		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1)
			return err_sys(e, ANT_FAIL, "%s", o->name);
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int
out_flush(struct out *o, struct ant_err *e)
{
	size_t n = o->buf.len;

	o->buf.len = 0;
	return write_all(o, o->buf.data, n, e);
}

int
out_put(struct out *o, const void *p, size_t n, struct ant_err *e)
{
	if (o->buf.len + n > BLOCK && out_flush(o, e) == -1)
		return -1;
	if (n >= BLOCK) /* larger than the block: without a copy */
		return write_all(o, p, n, e);
	if (buf_put(&o->buf, p, n) == -1)
		return err_sys(e, ANT_FAIL, "%s", o->name);
	return 0;
}
