#include "load/place.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/aside.h"

enum { ROOM_KIB = 1024 }; /* with less, the smallest first load does not fit */

static int
add(struct strlist *missing, const struct ant_err *why, struct ant_err *e)
{
	return strlist_add(missing, why->msg, strlen(why->msg)) == 0
		       ? 0
		       : err_sys(e, ANT_FAIL, "a check");
}

/* What is wrong with the folder or the file of A: 1 with a reason in WHY, or 0. */
static int
look(const struct aside *a, struct ant_err *why)
{
	struct statvfs disk;

	if (faccessat(a->dir, ".", W_OK | X_OK, AT_EACCESS) == -1)
		return -err_sys(why, ANT_FAIL, "%s: its folder cannot be written", a->path);
	if (a->old != -1 && faccessat(AT_FDCWD, a->path, R_OK | W_OK, AT_EACCESS) == -1)
		return -err_sys(why, ANT_FAIL, "%s: it cannot be written", a->path);
	if (fstatvfs(a->dir, &disk) == 0 && disk.f_frsize > 0 &&
		disk.f_bavail < ROOM_KIB * (uint64_t)1024 / disk.f_frsize)
		return -err_set(why, ANT_FAIL, "%s: its disk is full: %" PRIu64 " KiB are left",
			a->path, (uint64_t)disk.f_bavail * disk.f_frsize / 1024);
	return 0;
}

int
place_lacks(const char *file, struct strlist *missing, struct ant_err *e)
{
	struct ant_err why;
	struct aside a;
	int status = 0;

	if (aside_look(&a, file, &why) == -1)
		return add(missing, &why, e);
	if (look(&a, &why) == 1)
		status = add(missing, &why, e);
	aside_close(&a);
	return status;
}
