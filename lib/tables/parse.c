#include "tables/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utc.h"
#include "tables/expr.h"

enum { LINE_MAX_BYTES = 8192 };

/* A file while it is read: the table so far and the place, for messages. */
struct parser {
	struct table *t;
	size_t line;
	const char *doc; /* the comment of the line, or NULL */
	unsigned seen;	 /* bits of directives[]: those that were met */
	struct ant_err *e;
};

static int
wrong(struct parser *p, const char *what, const char *text)
{
	err_set(p->e, ANT_USAGE, "%s%s%s%s", what, text != NULL ? " '" : "",
		text != NULL ? text : "", text != NULL ? "'" : "");
	if (p->line == 0) /* a column of the command line */
		return -1;
	return err_prefix(p->e, "%s:%zu: ", p->t->file, p->line);
}

static int
no_memory(struct parser *p)
{
	return err_sys(p->e, ANT_FAIL, "%s:%zu", p->t->file, p->line);
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cut the next word off *S; NULL at the end of the line. */
static char *
word(char **s)
{
	char *start;

	while (is_space(**s))
		++*s;
	if (**s == '\0')
		return NULL;
	for (start = *s; **s != '\0' && !is_space(**s);)
		++*s;
	if (**s != '\0')
		*(*s)++ = '\0';
	return start;
}

static char *
trim(char *s)
{
	size_t n;

	while (is_space(*s))
		s++;
	for (n = strlen(s); n > 0 && is_space(s[n - 1]);)
		s[--n] = '\0';
	return s;
}

/*
 * Cut the comment off the line S and return it (NULL: there is none).  A # in a
 * jq string is text; elsewhere it starts a comment, as in jq itself.
 */
static char *
cut_comment(char *s)
{
	int in_string = 0;

	for (; *s != '\0'; s++) {
		if (in_string && *s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '"')
			in_string = !in_string;
		else if (*s == '#' && !in_string) {
			*s = '\0';
			return trim(s + 1);
		}
	}
	return NULL;
}

/* Store a copy of TEXT in *TO, which a directive may set only once. */
static int
set_once(struct parser *p, char **to, const char *directive, const char *text)
{
	if (*to != NULL)
		return wrong(p, "given twice:", directive);
	if (text == NULL || *text == '\0')
		return wrong(p, "value missing behind", directive);
	if ((*to = strdup(text)) == NULL)
		return no_memory(p);
	return 0;
}

static int
add_words(struct parser *p, struct strlist *to, const char *directive, char *rest)
{
	char *w;

	if (to->n > 0 && strcmp(directive, "group_by") == 0)
		return wrong(p, "given twice:", directive);
	if ((w = word(&rest)) == NULL)
		return wrong(p, "value missing behind", directive);
	do {
		if (to->n == TABLE_LIST_MAX)
			return wrong(p, "too many values behind", directive);
		if (strlist_add(to, w, strlen(w)) == -1)
			return no_memory(p);
	} while ((w = word(&rest)) != NULL);
	return 0;
}

static int
number(struct parser *p, const char *text, long *n)
{
	char *end;

	*n = strtol(text, &end, 10);
	if (*text < '1' || *text > '9' || *end != '\0' || *n > 1000000)
		return wrong(p, "not a whole number from 1 to 1000000:", text);
	return 0;
}

static int
no_more(struct parser *p, char *rest)
{
	char *w = word(&rest);

	return w == NULL ? 0 : wrong(p, "unexpected", w);
}

static int
do_path(struct parser *p, char *rest)
{
	char *path = word(&rest);

	if (set_once(p, &p->t->path, "path", path) == -1)
		return -1;
	if (*path != '/' || strpbrk(path, "?#\\\"<> ") != NULL)
		return wrong(p, "path must start with / and hold no query:", path);
	return no_more(p, rest);
}

static int
do_paging(struct parser *p, char *rest)
{
	char *w = word(&rest);
	int i = w == NULL ? -1 : table_paging_find(w);

	if (i == -1)
		return wrong(p, "paging is one of none, page, id, day; not", w == NULL ? "" : w);
	p->t->paging = (enum paging)i;
	return no_more(p, rest);
}

static int
do_width(struct parser *p, char *rest)
{
	struct table *t = p->t;
	char *name = word(&rest), *limit = word(&rest);
	struct width *w;

	if (name == NULL || limit == NULL || strncmp(limit, "limit=", 6) != 0)
		return wrong(p, "width needs a name and limit=N, as in: width 1d limit=31", NULL);
	if (t->nwidths == TABLE_LIST_MAX || table_width(t, name) != NULL)
		return wrong(p, "given twice: width", name);
	if ((w = realloc(t->widths, (t->nwidths + 1) * sizeof *w)) == NULL)
		return no_memory(p);
	t->widths = w;
	w += t->nwidths;
	if (utc_span(name, &w->seconds, p->e) == -1 || w->seconds <= 0 || UTC_DAY % w->seconds != 0)
		return wrong(
			p, "width is a span that divides a day, such as 1d, 1h, 1m; not", name);
	if (number(p, limit + 6, &w->limit) == -1)
		return -1;
	if ((w->name = strdup(name)) == NULL)
		return no_memory(p);
	t->nwidths++;
	return no_more(p, rest);
}

static int
do_limit(struct parser *p, char *rest)
{
	char *w = word(&rest);

	if (w == NULL)
		return wrong(p, "value missing behind", "limit");
	return number(p, w, &p->t->limit) == -1 ? -1 : no_more(p, rest);
}

static int
do_mode(struct parser *p, char *rest)
{
	char *w = word(&rest);
	int m = w == NULL ? -1 : type_mode_find(w);

	if (m == -1)
		return wrong(p, "mode is one of window COLUMN, replace, merge, append; not",
			w == NULL ? "" : w);
	p->t->mode = (enum mode)m;
	if (m == MODE_WINDOW && set_once(p, &p->t->mode_column, "mode window", word(&rest)) == -1)
		return -1;
	return no_more(p, rest);
}

static int
do_unique(struct parser *p, char *rest)
{
	p->t->unique = 1;
	return no_more(p, rest);
}

static int
do_foreach(struct parser *p, char *rest)
{
	char *table = word(&rest);

	if (set_once(p, &p->t->foreach_table, "foreach", table) == -1)
		return -1;
	if (!type_is_table_name(table))
		return wrong(p, "not a table name:", table);
	return set_once(p, &p->t->foreach_path, "foreach", trim(rest));
}

static int
do_param(struct parser *p, char *rest)
{
	char *text = trim(rest);

	if (strchr(text, '=') == NULL || *text == '=')
		return wrong(p, "param is NAME=VALUE; not", text);
	if (p->t->params.n == TABLE_LIST_MAX)
		return wrong(p, "too many values behind", "param");
	return strlist_add(&p->t->params, text, strlen(text)) == -1 ? no_memory(p) : 0;
}

static int
do_earliest(struct parser *p, char *rest)
{
	char *w = word(&rest);

	if (w == NULL || utc_parse(w, strlen(w), &p->t->earliest) == -1)
		return wrong(p, "earliest is a day, YYYY-MM-DD; not", w == NULL ? "" : w);
	return no_more(p, rest);
}

static int
do_open_bucket(struct parser *p, char *rest)
{
	char *w = word(&rest);

	if (w == NULL || (strcmp(w, "yes") != 0 && strcmp(w, "no") != 0))
		return wrong(p, "open_bucket is yes or no; not", w == NULL ? "" : w);
	p->t->open_bucket = *w == 'y';
	return no_more(p, rest);
}

/* A column whose words are known to fit. */
static int
add_column(struct parser *p, const char *name, enum type type, int key, const char *expr)
{
	struct table *t = p->t;
	struct column *c;

	if (table_column(t, name) != NULL)
		return wrong(p, "given twice: column", name);
	if (t->ncolumns == TABLE_COLUMNS_MAX)
		return wrong(p, "more than 500 columns", NULL);
	if ((c = realloc(t->columns, (t->ncolumns + 1) * sizeof *c)) == NULL)
		return no_memory(p);
	t->columns = c;
	c += t->ncolumns;
	*c = (struct column){.type = type, .key = key, .line = p->line};
	c->name = strdup(name);
	c->expr = strdup(expr);
	c->doc = strdup(p->doc == NULL ? "" : p->doc);
	if (c->name == NULL || c->expr == NULL || c->doc == NULL) {
		free(c->name);
		free(c->expr);
		free(c->doc);
		return no_memory(p);
	}
	t->ncolumns++;
	return 0;
}

static int
do_column(struct parser *p, char *rest)
{
	char *expr = strchr(rest, '='), *name, *type, *flag;
	int ty;

	if (expr == NULL)
		return wrong(p, "column needs NAME TYPE = JQ", NULL);
	*expr++ = '\0';
	name = word(&rest);
	type = word(&rest);
	flag = word(&rest);
	if (name == NULL || type == NULL || *(expr = trim(expr)) == '\0')
		return wrong(p, "column needs NAME TYPE = JQ", NULL);
	if ((ty = type_find(type, strlen(type))) == -1)
		return wrong(p,
			"type is one of text, bigint, double, numeric, boolean, date, timestamptz, "
			"json; not",
			type);
	if (flag != NULL && strcmp(flag, "key") != 0)
		return wrong(p, "unexpected", flag);
	if (!type_is_table_name(name))
		return wrong(p, "not a column name:", name);
	if (add_column(p, name, (enum type)ty, flag != NULL, expr) == -1)
		return -1;
	return no_more(p, rest);
}

/* A path that names known fields is checked here: it is never run. */
static int
do_ignore(struct parser *p, char *rest)
{
	size_t n = p->t->ignore.n;
	struct path path;

	if (add_words(p, &p->t->ignore, "ignore", rest) == -1)
		return -1;
	for (; n < p->t->ignore.n; n++)
		switch (expr_path_parse(p->t->ignore.v[n], &path)) {
		case 1:
			expr_path_free(&path);
			break;
		case 0:
			return wrong(p, "ignore takes paths such as .a.b and $record.a; not",
				p->t->ignore.v[n]);
		default:
			return no_memory(p);
		}
	return 0;
}

static int
do_rows(struct parser *p, char *rest)
{
	p->t->rows_line = p->line;
	return set_once(p, &p->t->rows, "rows", trim(rest));
}

static int
do_group_by(struct parser *p, char *rest)
{
	return add_words(p, &p->t->group_by, "group_by", rest);
}

static const struct {
	const char *name;
	int (*take)(struct parser *, char *rest);
	int once; /* a second one would silently win over the first */
} directives[] = {{"path", do_path, 0}, {"paging", do_paging, 1}, {"width", do_width, 0},
	{"limit", do_limit, 1}, {"group_by", do_group_by, 0}, {"mode", do_mode, 1},
	{"rows", do_rows, 0}, {"foreach", do_foreach, 0}, {"param", do_param, 0},
	{"earliest", do_earliest, 1}, {"open_bucket", do_open_bucket, 1}, {"column", do_column, 0},
	{"ignore", do_ignore, 0}, {"unique", do_unique, 1}};

static int
directive(struct parser *p, char *line)
{
	char *rest = line, *name;

	p->doc = cut_comment(line);
	if ((name = word(&rest)) == NULL)
		return 0;
	for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
		if (strcmp(name, directives[i].name) != 0)
			continue;
		if (directives[i].once && (p->seen & 1u << i))
			return wrong(p, "given twice:", name);
		p->seen |= 1u << i;
		return directives[i].take(p, rest);
	}
	return wrong(p, "unknown directive", name);
}

static int
has_key(const struct table *t)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (t->columns[i].key)
			return 1;
	return 0;
}

/* What only the whole file can tell. */
static int
finish(struct parser *p)
{
	struct table *t = p->t;
	const struct column *time;

	if (t->path == NULL)
		return wrong(p, "no path", NULL);
	if (t->ncolumns == 0)
		return wrong(p, "no column", NULL);
	if (t->unique && !has_key(t))
		return wrong(p, "unique needs a column that is of the key", NULL);
	if (t->rows == NULL && (t->rows = strdup(".")) == NULL)
		return no_memory(p);
	if ((strstr(t->path, "{}") != NULL) != (t->foreach_table != NULL))
		return wrong(p, "foreach and {} in the path need one another", NULL);
	if (t->foreach_table != NULL && strcmp(t->foreach_table, t->name) == 0)
		return wrong(p, "foreach of the table itself", NULL);
	if (t->nwidths > 0 && t->paging != PAGING_PAGE)
		return wrong(p, "width goes with paging page only", NULL);
	if (t->mode == MODE_WINDOW) {
		time = table_column(t, t->mode_column);
		if (time == NULL || (time->type != TYPE_TIMESTAMPTZ && time->type != TYPE_DATE))
			return wrong(p,
				"mode window needs a column of type timestamptz or date; not",
				t->mode_column);
		if (t->nwidths == 0 && t->paging != PAGING_DAY)
			return wrong(p, "mode window needs a width, or paging day", NULL);
	}
	return 0;
}

/* The comment lines at the head of the file are the table's text; of very many, the first ones. */
static int
head_comment(struct parser *p, struct buf *doc, const char *line)
{
	line++;
	while (is_space(*line))
		line++;
	if (p->line > TABLE_LIST_MAX)
		return 0;
	if (doc->len > 0)
		buf_putc(doc, ' ');
	return buf_put(doc, line, strcspn(line, "\r")) == -1 ? no_memory(p) : 0;
}

static int
parse_lines(struct parser *p, const char *text, size_t len)
{
	const char *end = text + len;
	struct buf doc;
	int head = 1, result = -1;

	buf_init(&doc, TABLE_LIST_MAX * LINE_MAX_BYTES);
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl == NULL ? end : nl) - text);
		char line[LINE_MAX_BYTES];

		p->line++;
		if (n >= sizeof line || memchr(text, '\0', n) != NULL) {
			wrong(p, "line too long, or with a NUL byte", NULL);
			goto done;
		}
		memcpy(line, text, n);
		line[n] = '\0';
		text += n + 1;
		head = head && line[0] == '#';
		if (head ? head_comment(p, &doc, line) == -1 : directive(p, line) == -1)
			goto done;
	}
	if (p->line == 0) /* an empty file: what it lacks, it lacks on its first line */
		p->line = 1;
	if (buf_str(&doc) == NULL || (p->t->doc = strdup(doc.data)) == NULL)
		no_memory(p);
	else
		result = finish(p);
done:
	buf_free(&doc);
	return result;
}

struct table *
parse_table(const char *name, const char *file, const char *text, size_t len, struct ant_err *e)
{
	struct parser p = {.e = e};

	if ((p.t = calloc(1, sizeof *p.t)) == NULL)
		goto err0;
	p.t->mode = MODE_REPLACE;
	p.t->open_bucket = 1;
	p.t->earliest = utc_days(2023, 1, 1) * UTC_DAY;
	p.t->name = strdup(name);
	p.t->file = strdup(file);
	if (p.t->name == NULL || p.t->file == NULL)
		goto err0;
	if (parse_lines(&p, text, len) == -1)
		goto err1;
	return p.t;
err0:
	err_sys(e, ANT_FAIL, "%s", file);
err1:
	table_free(p.t);
	return NULL;
}

int
parse_add_column(struct table *t, const char *text, struct ant_err *e)
{
	struct parser p = {.t = t, .e = e};
	char *copy = strdup(text);
	int result;

	if (copy == NULL)
		return err_sys(e, ANT_FAIL, "%s", text);
	result = do_column(&p, copy);
	free(copy);
	return result;
}
