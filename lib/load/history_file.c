#include "load/history_file.h"

#include <string.h>

#include "load/place.h"

void
history_file_path(struct buf *b, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash != NULL ? slash + 1 : file;
	const char *dot = *name != '\0' ? strrchr(name + 1, '.') : NULL;
	size_t stem = dot != NULL ? (size_t)(dot - file) : strlen(file);

	buf_put(b, file, stem);
	buf_puts(b, SQL_HISTORY);
	buf_puts(b, file + stem);
}

int
history_file_open(struct aside *a, const struct load *l, const char *file, struct ant_err *e)
{
	struct buf path;
	int status;

	buf_init(&path, LOAD_TEXT_MAX);
	history_file_path(&path, file);
	if (buf_str(&path) == NULL)
		status = err_sys(e, ANT_FAIL, "%s", file);
	else
		status = l->dry_run ? aside_look(a, path.data, e) : aside_open(a, path.data, 0, e);
	buf_free(&path);
	return status;
}

int
history_file_lacks(const char *file, struct strlist *missing, struct ant_err *e)
{
	struct buf path;
	int status;

	buf_init(&path, LOAD_TEXT_MAX);
	history_file_path(&path, file);
	status = buf_str(&path) != NULL ? place_lacks(path.data, missing, e)
					: err_sys(e, ANT_FAIL, "%s", file);
	buf_free(&path);
	return status;
}

void
history_file_time(const struct load *l, int64_t newest, char to[static UTC_TEXT])
{
	const int64_t second = 1000000;
	int64_t last = utc_floor(newest, second) / second;

	utc_format(l->started > last ? l->started : last + 1, to);
}
