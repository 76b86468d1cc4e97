#include "load/parquet_days.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/utc.h"

#define SUFFIX ".parquet"

enum { DAY_LEN = sizeof "2026-11-01" - 1 };

/* Whether NAME is that of a file of ours. */
static int
is_ours(const char *name)
{
	static const char *const others[] = {"none", "rows"};
	const char *dot = strchr(name, '.');
	size_t len = dot != NULL ? (size_t)(dot - name) : 0;
	int64_t t;
	int known = len == DAY_LEN && utc_parse(name, len, &t) == 0;

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		known |= len == strlen(others[i]) && memcmp(name, others[i], len) == 0;
	return known && strspn(dot + 1, "0123456789abcdef") == RANDOM_ID_TEXT - 1 &&
	       strcmp(dot + RANDOM_ID_TEXT, SUFFIX) == 0;
}

static int
list(struct parquet_days *d, struct ant_err *e)
{
	int fd = fcntl(d->old, F_DUPFD_CLOEXEC, 0), status = 0;
	const struct dirent *entry;
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;

	if (dir == NULL) {
		err_sys(e, ANT_FAIL, "%s", d->shown);
		if (fd != -1)
			close(fd);
		return -1;
	}
	for (errno = 0; status == 0 && (entry = readdir(dir)) != NULL; errno = 0) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!is_ours(entry->d_name))
			status = err_set(e, ANT_FAIL,
				"%s: '%.200s' in it is no file of a day: a load would lose it",
				d->shown, entry->d_name);
		else if (strlist_add(&d->names, entry->d_name, strlen(entry->d_name)) == -1)
			status = err_sys(e, ANT_FAIL, "%s", d->shown);
	}
	if (status == 0 && errno != 0)
		status = err_sys(e, ANT_FAIL, "%s", d->shown);
	closedir(dir);
	strlist_sort(&d->names);
	return status;
}

int
parquet_days_open(
	struct parquet_days *d, int parent, const char *name, const char *shown, struct ant_err *e)
{
	memset(d, 0, sizeof *d);
	d->shown = shown;
	d->parent = parent;
	d->fresh = -1;
	d->old = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->old == -1)
		return errno == ENOENT ? 0 : err_sys(e, ANT_FAIL, "%s", shown);
	return list(d, e);
}

/* Remove the folder BESIDE of the parent, with what is in it. */
static void
remove_beside(const struct parquet_days *d, const char *beside)
{
	int fd = openat(d->parent, beside, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(fd, entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	else if (fd != -1)
		close(fd);
	unlinkat(d->parent, beside, AT_REMOVEDIR);
}

void
parquet_days_close(struct parquet_days *d)
{
	if (d->shown == NULL)
		return;
	if (d->beside != NULL)
		remove_beside(d, d->beside);
	if (d->old != -1)
		close(d->old);
	if (d->fresh != -1)
		close(d->fresh);
	free(d->beside);
	strlist_free(&d->names);
	strlist_free(&d->kept);
	strlist_free(&d->written);
	memset(d, 0, sizeof *d);
}

int
parquet_days_meets(const char *name, int64_t from, int64_t to)
{
	int64_t day;

	if (utc_parse(name, strcspn(name, "."), &day) == -1)
		return 1; /* it is of no day */
	return day < to && day + UTC_DAY > from;
}

void
parquet_days_put_source(struct buf *b, int fd, const struct strlist *names)
{
	for (size_t i = 0; i < names->n; i++)
		buf_printf(b, "%s'/proc/self/fd/%d/%s'", i == 0 ? "read_parquet([" : ", ", fd,
			names->v[i]);
	buf_puts(b, "], union_by_name = true)");
}

int
parquet_days_make(struct parquet_days *d, const char *beside, struct ant_err *e)
{
	struct stat st;

	if (random_id(d->id, e) == -1)
		return -1;
	remove_beside(d, beside);
	if ((d->beside = strdup(beside)) == NULL || mkdirat(d->parent, beside, 0777) == -1)
		return err_sys(e, ANT_FAIL, "%s: %s beside it", d->shown, beside);
	d->fresh = openat(d->parent, beside, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->fresh == -1)
		return err_sys(e, ANT_FAIL, "%s: %s beside it", d->shown, beside);
	/* The owner as far as we may: a plain user's own folder is what matters. */
	if (d->old != -1 &&
		(fstat(d->old, &st) == -1 ||
			(fchown(d->fresh, st.st_uid, st.st_gid) == -1 && errno != EPERM) ||
			fchmod(d->fresh, st.st_mode & 07777) == -1))
		return err_sys(e, ANT_FAIL, "%s: permissions", d->shown);
	return 0;
}

int
parquet_days_keep(struct parquet_days *d, const char *name, struct ant_err *e)
{
	if (linkat(d->old, name, d->fresh, name, 0) == -1 ||
		strlist_add(&d->kept, name, strlen(name)) == -1)
		return err_sys(e, ANT_FAIL, "%s: a link to %s", d->shown, name);
	return 0;
}

int
parquet_days_create(struct parquet_days *d, const char *day, struct ant_err *e)
{
	char name[NAME_MAX];
	int fd;

	snprintf(name, sizeof name, "%.100s.%s" SUFFIX, day, d->id);
	fd = openat(d->fresh, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (is_ours(name) && fd != -1 && strlist_add(&d->written, name, strlen(name)) == 0)
		return fd;
	err_sys(e, ANT_FAIL, "%s: %s", d->shown, name);
	if (fd != -1)
		close(fd);
	return -1;
}

int
parquet_days_publish(struct parquet_days *d, const char *name, struct ant_err *e)
{
	long moved;

	if (fsync(d->fresh) == -1)
		return err_sys(e, ANT_FAIL, "%s", d->shown);
	/* The C library's own wants _GNU_SOURCE. */
	moved = syscall(SYS_renameat2, d->parent, d->beside, d->parent, name,
		d->old != -1 ? RENAME_EXCHANGE : RENAME_NOREPLACE);
	if (moved == -1)
		return err_sys(e, ANT_FAIL, "%s: its file system exchanges no folders", d->shown);
	/* What stands beside it now is the old one, or nothing. */
	if (fsync(d->parent) == -1 && errno != EINVAL)
		return err_sys(e, ANT_FAIL,
			"%s: the new folder is in its place, but a power cut may undo that",
			d->shown);
	return 0;
}
