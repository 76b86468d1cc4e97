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

int
out_write(int fd, const char *name, const void *from, size_t n, struct ant_err *e)
{
	const char *p = from;

	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1)
			return err_sys(e, ANT_FAIL, "%s", name);
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
	return out_write(o->fd, o->name, o->buf.data, n, e);
}

int
out_put(struct out *o, const void *p, size_t n, struct ant_err *e)
{
	if (o->buf.len + n > BLOCK && out_flush(o, e) == -1)
		return -1;
	if (n >= BLOCK) /* larger than the block: without a copy */
		return out_write(o->fd, o->name, p, n, e);
	if (buf_put(&o->buf, p, n) == -1)
		return err_sys(e, ANT_FAIL, "%s", o->name);
	return 0;
}
