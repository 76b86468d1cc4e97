#include "tables/tables.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/near.h"
#include "base/prefix.h"
#include "base/slurp.h"
#include "tables/parse.h"

enum { FILE_MAX_BYTES = 1 << 20 };
#define SUFFIX ".table"

/* PREFIX/share/anthill/tables. */
static int
add_share(struct tables *ts, const char *prefix)
{
	char folder[PATH_MAX + sizeof "/share/anthill/tables"];
	int n = snprintf(folder, sizeof folder, "%s/share/anthill/tables", prefix);

	if (n < 0 || (size_t)n >= sizeof folder)
		return 0;
	return strlist_add(&ts->folders, folder, (size_t)n);
}

/* What was named on the command line must be there; $ANT_TABLES is a path like $PATH. */
static int
check_folder(const char *name, struct ant_err *e)
{
	struct stat st;

	if (stat(name, &st) == -1)
		return err_sys(e, errno == ENOMEM ? ANT_FAIL : ANT_USAGE, "-T %s", name);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ANT_USAGE, "-T %s: not a folder", name);
	return 0;
}

int
tables_init(
	struct tables *ts, const char *const *first, size_t n, const char *list, struct ant_err *e)
{
	char prefix[PATH_MAX];

	memset(ts, 0, sizeof *ts);
	for (size_t i = 0; i < n; i++) {
		if (check_folder(first[i], e) == -1) {
			tables_free(ts);
			return -1;
		}
		if (strlist_add(&ts->folders, first[i], strlen(first[i])) == -1)
			goto err;
	}
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, ":");

		if (len > 0 && strlist_add(&ts->folders, list, len) == -1)
			goto err;
		list += len + (list[len] == ':');
	}
	if (prefix_find(prefix, sizeof prefix) == 0 && add_share(ts, prefix) == -1)
		goto err;
	if (add_share(ts, ANT_PREFIX) == -1)
		goto err;
	return 0;
err:
	err_sys(e, ANT_FAIL, "table folders"); /* before free() has the errno */
	tables_free(ts);
	return -1;
}

void
tables_free(struct tables *ts)
{
	strlist_free(&ts->folders);
}

/* "unknown table 'x'; did you mean a?  The tables are: a, b, c" */
static void
unknown(const struct tables *ts, const char *name, struct ant_err *e)
{
	struct strlist names = {0};
	struct ant_err ignored;
	const char *guess = NULL;
	size_t used;

	err_set(e, ANT_USAGE, "unknown table '%s'", name);
	if (tables_names(ts, &names, &ignored) == -1)
		return;
	for (size_t i = 0; i < names.n; i++)
		guess = near_better(name, guess, names.v[i]);
	if (names.n == 0)
		err_set(e, ANT_USAGE, "unknown table '%s'; no table files found (see ANT_TABLES)",
			name);
	else if (guess == NULL)
		err_set(e, ANT_USAGE, "unknown table '%s'; the tables are:", name);
	else
		err_set(e, ANT_USAGE, "unknown table '%s'; did you mean %s?  The tables are:", name,
			guess);
	for (size_t i = 0; i < names.n; i++) {
		used = strlen(e->msg);
		snprintf(e->msg + used, sizeof e->msg - used, "%s %s", i == 0 ? "" : ",",
			names.v[i]);
	}
	strlist_free(&names);
}

struct table *
tables_load(const struct tables *ts, const char *name, struct ant_err *e)
{
	struct table *t = NULL;
	char path[PATH_MAX];
	struct buf b;
	int found = 0;

	buf_init(&b, FILE_MAX_BYTES);
	for (size_t i = 0; type_is_table_name(name) && i < ts->folders.n && found == 0; i++) {
		int n = snprintf(path, sizeof path, "%s/%s%s", ts->folders.v[i], name, SUFFIX);

		if (n > 0 && (size_t)n < sizeof path)
			found = slurp(path, &b, e);
	}
	if (found == 1)
		t = parse_table(name, path, b.data == NULL ? "" : b.data, b.len, e);
	else if (found == 0)
		unknown(ts, name, e);
	buf_free(&b);
	return t;
}

int
tables_is_file(const char *text)
{
	size_t len = strlen(text), suffix = sizeof SUFFIX - 1;

	return len > suffix && strcmp(text + len - suffix, SUFFIX) == 0;
}

struct table *
tables_load_file(const char *file, struct ant_err *e)
{
	const char *base = strrchr(file, '/') != NULL ? strrchr(file, '/') + 1 : file;
	char name[TYPE_TABLE_NAME_MAX + 1];
	int n = snprintf(name, sizeof name, "%.*s", (int)(strlen(base) - strlen(SUFFIX)), base);
	struct table *t = NULL;
	struct buf b;

	if (n < 0 || (size_t)n >= sizeof name || !type_is_table_name(name)) {
		err_set(e, ANT_USAGE, "%s: a table file is NAME.table, NAME a table's name", file);
		return NULL;
	}
	buf_init(&b, FILE_MAX_BYTES);
	switch (slurp(file, &b, e)) {
	case 1:
		t = parse_table(name, file, b.data == NULL ? "" : b.data, b.len, e);
		break;
	case 0:
		err_set(e, ANT_USAGE, "%s: no such file", file);
		break;
	default:
		break;
	}
	buf_free(&b);
	return t;
}

int
tables_of_set(const struct tables *ts, const char *set, struct strlist *names, struct ant_err *e)
{
	struct strlist all = {NULL, 0};
	size_t before = names->n;
	int result = tables_names(ts, &all, e);

	for (size_t i = 0; result == 0 && i < all.n; i++) {
		struct table *t = tables_load(ts, all.v[i], e);

		if (t == NULL)
			result = -1;
		else if ((table_in_set(t, set) || (strcmp(set, "all") == 0 && t->sets.n > 0)) &&
			 strlist_add(names, all.v[i], strlen(all.v[i])) == -1)
			result = err_sys(e, ANT_FAIL, "%s", set);
		table_free(t);
	}
	strlist_free(&all);
	if (result == 0 && names->n == before)
		return err_set(e, ANT_USAGE, "no table is of the set '%s': see ant-tables", set);
	return result;
}

int
parents_load(struct parents *p, const struct tables *ts, const struct table *t, struct ant_err *e)
{
	p->n = 0;
	if (t->csv.n > 0)
		return err_set(e, ANT_USAGE,
			"table %s comes from a CSV file, not from the API: ant-flatten -t %s <FILE",
			t->name, t->name);
	for (; t->foreach_table != NULL; t = p->v[p->n++]) {
		if (p->n == TABLE_HOLES_MAX)
			return err_set(e, ANT_USAGE,
				"%s: foreach goes through more than %d tables, or in a circle",
				t->file, TABLE_HOLES_MAX);
		if ((p->v[p->n] = tables_load(ts, t->foreach_table, e)) == NULL)
			return -1;
		if (p->v[p->n]->csv.n > 0)
			return err_set(e, ANT_USAGE,
				"%s: foreach of table %s, which comes from a CSV file", t->file,
				p->v[p->n++]->name);
	}
	return 0;
}

void
parents_free(struct parents *p)
{
	while (p->n > 0)
		table_free(p->v[--p->n]);
}

/* Add the tables of one folder to NAMES; a folder that is not there has none. */
static int
folder_names(const char *folder, struct strlist *names)
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	int result = 0;

	if (d == NULL)
		return 0;
	while (result == 0 && (entry = readdir(d)) != NULL) {
		char name[TYPE_TABLE_NAME_MAX + 1];
		size_t len = strlen(entry->d_name), suffix = sizeof SUFFIX - 1;

		if (len <= suffix || len - suffix > TYPE_TABLE_NAME_MAX ||
			strcmp(entry->d_name + len - suffix, SUFFIX) != 0)
			continue;
		memcpy(name, entry->d_name, len - suffix);
		name[len - suffix] = '\0';
		if (type_is_table_name(name) && !strlist_has(names, name, len - suffix))
			result = strlist_add(names, name, len - suffix);
	}
	closedir(d);
	return result;
}

int
tables_names(const struct tables *ts, struct strlist *names, struct ant_err *e)
{
	for (size_t i = 0; i < ts->folders.n; i++)
		if (folder_names(ts->folders.v[i], names) == -1) {
			strlist_free(names);
			return err_sys(e, ANT_FAIL, "%s", ts->folders.v[i]);
		}
	strlist_sort(names);
	return 0;
}
