#include "base/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The file is what is wrong, unless this machine is. */
static int
fail(const char *path, struct ant_err *e)
{
	int ours = errno == ENOMEM || errno == EIO || errno == EMFILE || errno == ENFILE;

	return err_sys(e, ours ? ANT_FAIL : ANT_USAGE, "%s", path);
}

int
slurp(const char *path, struct buf *b, struct ant_err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char block[4096];
	ssize_t n;

	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd == -1)
		return fail(path, e);
	while ((n = read(fd, block, sizeof block)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || buf_put(b, block, (size_t)n) == -1)
			break;
	}
	if (n != 0)
		fail(path, e);
	close(fd);
	return n == 0 ? 1 : -1;
}
