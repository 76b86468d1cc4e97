#include "sim/columns.h"

#include <stdio.h>
#include <string.h>

#include "sim/json.h"

/* What part of a column's name the segment NAME of a path becomes, *LEN bytes of it; NULL: none. */
static const char *
segment(const char *name, size_t *len)
{
	static const char *const containers[] = {
		"group", "usage", "cost", "core_metrics", "tool_actions", "server_tool_use"};
	static const char ending[] = "_metrics";

	*len = strlen(name);
	for (size_t i = 0; i < sizeof containers / sizeof *containers; i++)
		if (strcmp(containers[i], name) == 0)
			return NULL;
	if (strcmp(name, "chat_cowork_unified_metrics") == 0) {
		*len = strlen("unified");
		return "unified";
	}
	if (*len >= sizeof ending && strcmp(name + *len - (sizeof ending - 1), ending) == 0)
		*len -= sizeof ending - 1;
	return name;
}

/* A column while its tree is walked: the path to it, and the name so far. */
struct place {
	const struct sim_field *path[SIM_DEPTH];
	size_t depth;
	char name[SIM_COLUMN_NAME];
};

static int
append(char name[SIM_COLUMN_NAME], const char *s, size_t len)
{
	size_t n = strlen(name);
	int written =
		snprintf(name + n, SIM_COLUMN_NAME - n, "%s%.*s", n == 0 ? "" : "_", (int)len, s);

	return written >= 0 && n + (size_t)written < SIM_COLUMN_NAME ? 0 : -1;
}

/* The column at P, its name with the ending SUFFIX of LEN bytes. */
static int
add(struct sim_columns *c, const struct place *p, const char *suffix, size_t len, const char *part,
	int standard)
{
	struct sim_column *to = &c->v[c->n];

	if (c->n == SIM_COLUMNS)
		return -1;
	memcpy(to->name, p->name, sizeof to->name);
	memcpy(to->path, p->path, sizeof to->path);
	to->depth = p->depth;
	to->part = part;
	to->standard = standard;
	c->n++;
	return suffix == NULL ? 0 : append(to->name, suffix, len);
}

static int
add_who(struct sim_columns *c, const struct place *p, const char *parts)
{
	for (size_t len; *parts != '\0'; parts += len + (parts[len] == ' ')) {
		len = strcspn(parts, " ");
		if (add(c, p, parts, len, parts, 1) == -1)
			return -1;
	}
	return 0;
}

static int add_tree(struct sim_columns *c, const struct place *p, const struct sim_field *of);

static int
add_field(struct sim_columns *c, const struct place *above, const struct sim_field *f)
{
	struct place p = *above;
	size_t len;
	const char *s = f->column != NULL ? f->column : segment(f->name, &len);
	int standard = f->kind != SIM_CONSTANT && !f->old;

	if (f->column != NULL) {
		len = strlen(s);
		p.name[0] = '\0'; /* all of the name, not a segment of it */
	}
	if (p.depth == SIM_DEPTH || (s != NULL && *s != '\0' && append(p.name, s, len) == -1))
		return -1;
	p.path[p.depth++] = f;
	if (f->column != NULL && *f->column == '\0')
		return 0;
	if (f->kind == SIM_OBJECT && !f->whole)
		return add_tree(c, &p, f->of);
	if (f->kind == SIM_WHO)
		return add_who(c, &p, f->parts);
	if (add(c, &p, NULL, 0, NULL, standard) == -1)
		return -1;
	return f->cents ? add(c, &p, "cents", 5, NULL, standard) : 0;
}

static int
add_tree(struct sim_columns *c, const struct place *p, const struct sim_field *of)
{
	for (; of->name != NULL; of++)
		if (add_field(c, p, of) == -1)
			return -1;
	return 0;
}

static const struct sim_column *
find(const struct sim_columns *c, const char *name, size_t len)
{
	for (size_t i = 0; i < c->n; i++)
		if (strncmp(c->v[i].name, name, len) == 0 && c->v[i].name[len] == '\0')
			return &c->v[i];
	return NULL;
}

/* The columns of TREE that LIST names. */
static int
choose(struct sim_columns *c, const struct sim_columns *tree, const char *list, struct ant_err *e)
{
	for (size_t len; *list != '\0'; list += len + (list[len] == ' ')) {
		size_t name = strcspn(list, " ="), skip;
		const struct sim_column *from;

		len = strcspn(list, " ");
		skip = name < len ? name + 1 : 0; /* to the other's name */
		from = find(tree, list + skip, len - skip);
		if (c->n == SIM_COLUMNS || name >= SIM_COLUMN_NAME || (from == NULL && len > skip))
			return err_set(e, ANT_FAIL, "there is no field for %.*s", (int)len, list);
		if (from != NULL)
			c->v[c->n] = *from;
		else
			memset(&c->v[c->n], 0, sizeof *c->v);
		snprintf(c->v[c->n++].name, SIM_COLUMN_NAME, "%.*s", (int)name, list);
	}
	return 0;
}

int
sim_columns_make(
	struct sim_columns *c, const struct sim_fields *of, const char *list, struct ant_err *e)
{
	const struct place top = {.depth = 0};
	struct sim_columns tree = {.n = 0};

	c->n = 0;
	if (add_tree(&tree, &top, of->v) == -1)
		return err_set(e, ANT_FAIL, "the fields have too many columns, or too long names");
	if (list != NULL)
		return choose(c, &tree, list, e);
	for (size_t i = 0; i < tree.n; i++)
		if (tree.v[i].standard)
			c->v[c->n++] = tree.v[i];
	return 0;
}

/* ---- values ---- */

/* Part PART of an actor; its length is up to the next space. */
static int
put_part(struct buf *to, const struct sim_who *w, const char *part)
{
	static const char *const names[] = {
		"type", "id", "email", "name", "deleted", "provider", "subject"};
	const char *const values[] = {w->type, w->id, w->email, w->name,
		w->deleted < 0 ? NULL
		: w->deleted   ? "true"
			       : "false",
		w->provider, w->subject};
	size_t len = strcspn(part, " ");

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(names[i], part, len) == 0 && names[i][len] == '\0' && w->type != NULL &&
			values[i] != NULL) {
			buf_puts(to, values[i]);
			return 1;
		}
	return 0;
}

int
sim_column_put(struct buf *to, const struct sim_column *c, const void *object)
{
	const struct sim_field *f = NULL;
	const char *text;
	size_t at = to->len;

	for (size_t i = 0; i < c->depth; i++) {
		if (f != NULL) /* that is an object */
			object = (const char *)object + f->at;
		f = c->path[i];
		if (sim_field_null(f, object))
			return 0;
	}
	if (f == NULL)
		return 0;
	if (c->part != NULL)
		return put_part(to, (const void *)((const char *)object + f->at), c->part);
	if ((text = sim_field_text(f, object)) != NULL) {
		buf_puts(to, text);
		return 1;
	}
	sim_json_value(to, f, object, 0, 0);
	return to->len - at != 4 || memcmp(to->data + at, "null", 4) != 0;
}
