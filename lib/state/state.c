#include "state/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/out.h"
#include "base/random_id.h"

#define SUFFIX ".watermark"
#define FRESH ".new-" /* start of the name of a file that is being written */

enum { FILE_MAX = 128 << 10, NAME_TABLE_MAX = 63, NAME_SCOPE_MAX = 140, NAME_SCOPE_KEPT = 100 };

static int
alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A table name becomes part of a file name: nothing but what a table may be called. */
static int
check_table(const char *table, struct ant_err *e)
{
	size_t n = strlen(table);
	int fits = n > 0 && n <= NAME_TABLE_MAX && !(table[0] >= '0' && table[0] <= '9');

	for (const char *p = table; fits && *p != '\0'; p++)
		fits = alnum(*p) || *p == '_';
	if (!fits)
		return err_set(e, ANT_USAGE, "'%.100s' is not a table name", table);
	return 0;
}

static int
in_folder(const char *folder, const char *name, char path[static PATH_MAX], struct ant_err *e)
{
	if (snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return err_sys(e, ANT_FAIL, "%s", folder);
}

/*
 * The path of TABLE's file.  A long scope is cut and gets its hash: %% stands
 * in no other name, and the file itself holds the scope in full.
 */
static int
path_of(const struct state *s, const char *table, const char *suffix, char path[static PATH_MAX],
	struct ant_err *e)
{
	char scope[NAME_SCOPE_MAX + 4] = "", name[NAME_MAX + 1];
	size_t n = 0;

	if (check_table(table, e) == -1)
		return -1;
	for (const char *p = s->scope; *p != '\0' && n <= NAME_SCOPE_MAX; p++)
		n += (size_t)snprintf(scope + n, sizeof scope - n,
			alnum(*p) || *p == '_' || *p == '-' ? "%c" : "%%%02X", (unsigned char)*p);
	if (n > NAME_SCOPE_MAX)
		snprintf(scope + NAME_SCOPE_KEPT, sizeof scope - NAME_SCOPE_KEPT, "%%%%%016llx",
			(unsigned long long)hash_bytes(s->scope, strlen(s->scope)));
	snprintf(name, sizeof name, "%s%s%s%s", table, *scope != '\0' ? "@" : "", scope, suffix);
	return in_folder(s->folder, name, path, e);
}

/* The bytes of PATH: 1; 0 where there is no such file. */
static int
read_file(const char *path, struct buf *to, struct ant_err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *room;
	ssize_t got = -1;

	if (fd == -1 && errno == ENOENT)
		return 0;
	if (fd == -1)
		return err_sys(e, ANT_FAIL, "%s", path);
	while ((room = buf_reserve(to, 4096)) != NULL && (got = read(fd, room, 4096)) > 0)
		to->len += (size_t)got;
	if (got != 0)
		err_sys(e, ANT_FAIL, "%s", path);
	close(fd);
	return got == 0 ? 1 : -1;
}

/*
 * Read PATH.  Its scope and table go to *SCOPE and *TABLE, which point into
 * TEXT; they must be those of S and WANT where these are given.
 */
static int
load(const char *path, const struct state *s, const char *want, struct buf *text, char **scope,
	char **table, struct mark *m, struct ant_err *e)
{
	struct buf again, copy;
	int found, good = 0;

	buf_init(&again, FILE_MAX);
	buf_init(&copy, FILE_MAX);
	if ((found = read_file(path, text, e)) != 1)
		goto done;
	found = -1;
	if (buf_put(&copy, text->data, text->len) == -1 || buf_str(text) == NULL) {
		err_sys(e, ANT_FAIL, "%s", path);
		goto done;
	}
	if (text->len > 0 && mark_parse(text->data, scope, table, m) == 0)
		good = mark_render(s != NULL ? s->scope : *scope, want != NULL ? want : *table, m,
			       &again) == 0 &&
		       again.len == copy.len && memcmp(again.data, copy.data, copy.len) == 0;
	if (good)
		found = 1;
	else
		err_set(e, ANT_FAIL,
			"%s: damaged watermark file: put a copy back, or see `ant-state reset` and "
			"`ant-state set`",
			path);
done:
	buf_free(&again);
	buf_free(&copy);
	return found;
}

int
state_open(struct state *s, const char *folder, const char *scope, struct ant_err *e)
{
	*s = (struct state){NULL, NULL};
	if (scope != NULL && strlen(scope) > STATE_SCOPE_MAX)
		return err_set(e, ANT_USAGE, "scope: over %d bytes", STATE_SCOPE_MAX);
	s->folder = strdup(folder);
	s->scope = strdup(scope != NULL ? scope : "");
	if (s->folder == NULL || s->scope == NULL) {
		err_sys(e, ANT_FAIL, "%s", folder);
		state_close(s);
		return -1;
	}
	return 0;
}

void
state_close(struct state *s)
{
	free(s->folder);
	free(s->scope);
	*s = (struct state){NULL, NULL};
}

int
state_read(const struct state *s, const char *table, struct mark *m, struct ant_err *e)
{
	char path[PATH_MAX], *scope, *name;
	struct buf text;
	int found;

	memset(m, 0, sizeof *m);
	if (path_of(s, table, SUFFIX, path, e) == -1)
		return -1;
	buf_init(&text, FILE_MAX);
	found = load(path, s, table, &text, &scope, &name, m, e);
	buf_free(&text);
	return found;
}

static int
sync_folder(const char *path, struct ant_err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int bad = fd == -1 || fsync(fd) == -1;

	if (bad)
		err_sys(e, ANT_FAIL, "%s", path);
	if (fd != -1)
		close(fd);
	return bad ? -1 : 0;
}

/* Create PATH where it is missing, its entry durable. */
static int
make_one(char *path, int last, struct ant_err *e)
{
	struct ant_err ignored;
	char *slash = strrchr(path, '/');
	int why;

	if (mkdir(path, 0700) == -1) {
		if ((why = errno) == EEXIST)
			return 0;
		/* A parent that is there but that we may not write is no obstacle. */
		if (!last && access(path, X_OK) == 0)
			return 0;
		errno = why; /* access() has another */
		return err_sys(e, ANT_FAIL, "the folder of the watermarks (ANT_STATE): %s", path);
	}
	if (slash != NULL)
		*slash = '\0';
	/* A parent that cannot be read cannot be synced. */
	sync_folder(slash == NULL ? "." : slash == path ? "/" : path, &ignored);
	if (slash != NULL)
		*slash = '/';
	return 0;
}

/* Create the folder and those above it, for their owner alone. */
static int
make_folder(const char *folder, struct ant_err *e)
{
	char *path = strdup(folder), *slash;
	int result = 0;

	if (path == NULL)
		return err_sys(e, ANT_FAIL, "%s", folder);
	for (slash = strchr(path + 1, '/'); slash != NULL && result == 0;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		result = make_one(path, 0, e);
		*slash = '/';
	}
	if (result == 0)
		result = make_one(path, 1, e);
	free(path);
	return result;
}

/* Open a lock file of the folder, creating both. */
static int
open_lock(const struct state *s, const char *path, struct ant_err *e)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0600);

	if (fd == -1 && errno == ENOENT) {
		if (make_folder(s->folder, e) == -1)
			return -1;
		fd = open(path, flags, 0600);
	}
	if (fd == -1)
		return err_sys(e, ANT_FAIL, "%s", path);
	return fd;
}

static int
flock_again(int fd, int how)
{
	int r;

	while ((r = flock(fd, how)) == -1 && errno == EINTR)
		;
	return r;
}

/* One writer at a time, so that no two read the same watermark and write theirs. */
static int
begin_update(const struct state *s, const char *table, struct ant_err *e)
{
	char path[PATH_MAX];
	int fd;

	if (check_table(table, e) == -1 || in_folder(s->folder, "update", path, e) == -1 ||
		(fd = open_lock(s, path, e)) == -1)
		return -1;
	if (flock_again(fd, LOCK_EX) == 0)
		return fd;
	err_sys(e, ANT_FAIL, "%s", path);
	close(fd);
	return -1;
}

/* Remove what a writer that was killed left behind: we are the only one. */
static void
sweep(const char *folder)
{
	DIR *d = opendir(folder);

	for (struct dirent *f; d != NULL && (f = readdir(d)) != NULL;)
		if (strncmp(f->d_name, FRESH, sizeof FRESH - 1) == 0)
			unlinkat(dirfd(d), f->d_name, 0);
	if (d != NULL)
		closedir(d);
}

/* Write aside, fsync, rename, fsync of the folder: a reader sees the old file or the new one. */
static int
replace_file(const struct state *s, const char *path, const struct buf *text, struct ant_err *e)
{
	char fresh[PATH_MAX];
	int fd, rc;

	if (in_folder(s->folder, FRESH "XXXXXX", fresh, e) == -1)
		return -1;
	sweep(s->folder);
	if ((fd = mkstemp(fresh)) == -1)
		return err_sys(e, ANT_FAIL, "%s", s->folder);
	rc = out_write(fd, path, text->data, text->len, e);
	if (rc == 0 && fsync(fd) == -1)
		rc = err_sys(e, ANT_FAIL, "%s", path);
	if (close(fd) == -1 && rc == 0)
		rc = err_sys(e, ANT_FAIL, "%s", path);
	if (rc == 0 && rename(fresh, path) == -1)
		rc = err_sys(e, ANT_FAIL, "%s", path);
	if (rc == 0)
		return sync_folder(s->folder, e);
	unlink(fresh);
	return -1;
}

static int
save(const struct state *s, const char *table, const struct mark *m, struct ant_err *e)
{
	char path[PATH_MAX];
	struct buf text;
	int result;

	if (path_of(s, table, SUFFIX, path, e) == -1)
		return -1;
	buf_init(&text, FILE_MAX);
	if (mark_render(s->scope, table, m, &text) == -1)
		result = err_sys(e, ANT_FAIL, "%s", path);
	else
		result = replace_file(s, path, &text, e);
	buf_free(&text);
	return result;
}

int
state_set(const struct state *s, const char *table, const int64_t *t, struct ant_err *e)
{
	struct ant_err ignored;
	struct mark m;
	int fd = begin_update(s, table, e), result;

	if (fd == -1)
		return -1;
	/* Whoever sets one says more than a damaged file does. */
	if (state_read(s, table, &m, &ignored) == -1)
		memset(&m, 0, sizeof m);
	mark_set(&m, t, (int64_t)time(NULL));
	result = save(s, table, &m, e);
	close(fd);
	return result;
}

/* Save M unless it is as BEFORE was. */
static int
save_changed(const struct state *s, const char *table, const struct mark *before,
	const struct mark *m, struct ant_err *e)
{
	return memcmp(before, m, sizeof *m) != 0 ? save(s, table, m, e) : 0;
}

/*
 * Whether the ledger ended where the mark does when the load came.  If not, other loads were in
 * between, or it is an older copy: only comparing the two will tell what counts.
 */
static int
is_next(const struct mark *m, const struct mark_load *l)
{
	size_t len = strlen(l->load);

	/* A name that another loader gave does not say what came before it. */
	if (l->created || (len > 0 && len < RANDOM_ID_TEXT - 1))
		return 1;
	return random_id_is_after(l->load, m->load);
}

int
state_take(const struct state *s, const char *table, const struct mark_load *load,
	const int64_t *since, int64_t *gap, struct ant_err *e)
{
	struct mark m, before;
	int fd = begin_update(s, table, e), result = -1, next;

	if (fd == -1)
		return -1;
	if (state_read(s, table, &m, e) == -1)
		goto done;
	memcpy(&before, &m, sizeof m);
	next = is_next(&m, load);
	/* Whoever set or reset it meant what is loaded next. */
	if (!load->created && !m.by_hand && *m.destination != '\0' && *load->destination != '\0' &&
		strcmp(m.destination, load->destination) != 0) {
		err_set(e, ANT_FAIL,
			"%s: the watermark is of destination %s, and this load went into %s: keep "
			"them apart with --scope, or forget the watermark with `ant-state reset`",
			table, m.destination, load->destination);
		goto done;
	}
	if ((result = mark_take(&m, load, since, gap, e)) == 0) {
		if (!next)
			mark_unname(&m);
		result = save_changed(s, table, &before, &m, e);
	}
done:
	close(fd);
	return result;
}

int
state_write(const struct state *s, const char *table, const struct mark *m, struct ant_err *e)
{
	struct mark before;
	int fd = begin_update(s, table, e), result = -1;

	if (fd == -1)
		return -1;
	if (state_read(s, table, &before, e) != -1)
		result = save_changed(s, table, &before, m, e);
	close(fd);
	return result;
}

int
state_names(const char *folder, struct strlist *names, struct ant_err *e)
{
	const size_t tail = sizeof SUFFIX - 1;
	DIR *d = opendir(folder);
	struct dirent *f;

	*names = (struct strlist){NULL, 0};
	if (d == NULL && errno == ENOENT)
		return 0;
	if (d == NULL)
		return err_sys(e, ANT_FAIL, "%s", folder);
	while (errno = 0, (f = readdir(d)) != NULL) {
		size_t n = strlen(f->d_name);

		if (n > tail && strcmp(f->d_name + n - tail, SUFFIX) == 0 &&
			strlist_add(names, f->d_name, n) == -1)
			break;
	}
	if (errno != 0) {
		err_sys(e, ANT_FAIL, "%s", folder);
		closedir(d);
		strlist_free(names);
		return -1;
	}
	closedir(d);
	strlist_sort(names);
	return 0;
}

int
state_describe(const char *folder, const char *name, struct state *s, char *table, size_t size,
	struct mark *m, struct ant_err *e)
{
	char path[PATH_MAX], right[PATH_MAX], *scope, *found;
	struct buf text;
	int result;

	*s = (struct state){NULL, NULL};
	if (in_folder(folder, name, path, e) == -1)
		return -1;
	buf_init(&text, FILE_MAX);
	if ((result = load(path, NULL, NULL, &text, &scope, &found, m, e)) != 1)
		goto done;
	result = -1;
	if (state_open(s, folder, scope, e) == -1 || path_of(s, found, SUFFIX, right, e) == -1)
		goto done;
	if (strcmp(right, path) == 0) {
		snprintf(table, size, "%s", found);
		result = 1;
	} else {
		err_set(e, ANT_FAIL, "%s: damaged watermark file: it belongs to %s", path, right);
	}
done:
	if (result != 1)
		state_close(s);
	buf_free(&text);
	return result;
}

int
state_lock(const struct state *s, const char *table, int shared, int wait, struct ant_err *e)
{
	char path[PATH_MAX];
	int fd;

	if (path_of(s, table, ".lock", path, e) == -1 || (fd = open_lock(s, path, e)) == -1)
		return -1;
	if (flock_again(fd, (shared ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB)) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		err_set(e, ANT_LOCKED, "%s: another run holds the lock %s", table, path);
	else
		err_sys(e, ANT_FAIL, "%s", path);
	close(fd);
	return -1;
}
