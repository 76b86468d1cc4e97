#include "tables/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utc.h"
#include "tables/expr.h"
#include "tables/parser.h"

enum { LINE_MAX_BYTES = 8192 };

int
parser_wrong(struct parser *p, const char *what, const char *text)
{
	err_set(p->e, ANT_USAGE, "%s%s%s%s", what, text != NULL ? " '" : "",
		text != NULL ? text : "", text != NULL ? "'" : "");
	if (p->line == 0) /* a column of the command line */
		return -1;
	return err_prefix(p->e, "%s:%zu: ", p->t->file, p->line);
}

int
parser_no_memory(struct parser *p)
{
	return err_sys(p->e, ANT_FAIL, "%s:%zu", p->t->file, p->line);
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

char *
parser_word(char **s)
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

char *
parser_trim(char *s)
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
			return parser_trim(s + 1);
		}
	}
	return NULL;
}

/* Store a copy of TEXT in *TO, which a directive may set only once. */
int
parser_set(struct parser *p, char **to, const char *directive, const char *text)
{
	if (*to != NULL)
		return parser_wrong(p, "given twice:", directive);
	if (text == NULL || *text == '\0')
		return parser_wrong(p, "value missing behind", directive);
	if ((*to = strdup(text)) == NULL)
		return parser_no_memory(p);
	return 0;
}

int
parser_add_words(struct parser *p, struct strlist *to, const char *directive, char *rest)
{
	char *w;

	if (to->n > 0 && strcmp(directive, "group_by") == 0)
		return parser_wrong(p, "given twice:", directive);
	if ((w = parser_word(&rest)) == NULL)
		return parser_wrong(p, "value missing behind", directive);
	do {
		if (to->n == TABLE_LIST_MAX)
			return parser_wrong(p, "too many values behind", directive);
		if (strlist_add(to, w, strlen(w)) == -1)
			return parser_no_memory(p);
	} while ((w = parser_word(&rest)) != NULL);
	return 0;
}

int
parser_number(struct parser *p, const char *text, long *n)
{
	char *end;

	*n = strtol(text, &end, 10);
	if (*text < '1' || *text > '9' || *end != '\0' || *n > 1000000)
		return parser_wrong(p, "not a whole number from 1 to 1000000:", text);
	return 0;
}

int
parser_no_more(struct parser *p, char *rest)
{
	char *w = parser_word(&rest);

	return w == NULL ? 0 : parser_wrong(p, "unexpected", w);
}

static int
do_mode(struct parser *p, char *rest)
{
	char *w = parser_word(&rest);
	int m = w == NULL ? -1 : type_mode_find(w);

	if (m == -1)
		return parser_wrong(p, "mode is one of window COLUMN, replace, merge, append; not",
			w == NULL ? "" : w);
	p->t->mode = (enum mode)m;
	if (m == MODE_WINDOW && parser_set(p, &p->t->mode_column, "mode window", parser_word(&rest)) == -1)
		return -1;
	return parser_no_more(p, rest);
}

static int
do_unique(struct parser *p, char *rest)
{
	p->t->unique = 1;
	return parser_no_more(p, rest);
}

/* A column whose words are known to fit. */
static int
add_column(struct parser *p, const char *name, enum type type, int key, const char *expr)
{
	struct table *t = p->t;
	struct column *c;

	if (table_column(t, name) != NULL)
		return parser_wrong(p, "given twice: column", name);
	if (t->ncolumns == TABLE_COLUMNS_MAX)
		return parser_wrong(p, "more than 500 columns", NULL);
	if ((c = realloc(t->columns, (t->ncolumns + 1) * sizeof *c)) == NULL)
		return parser_no_memory(p);
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
		return parser_no_memory(p);
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
		return parser_wrong(p, "column needs NAME TYPE = JQ", NULL);
	*expr++ = '\0';
	name = parser_word(&rest);
	type = parser_word(&rest);
	flag = parser_word(&rest);
	if (name == NULL || type == NULL || *(expr = parser_trim(expr)) == '\0')
		return parser_wrong(p, "column needs NAME TYPE = JQ", NULL);
	if ((ty = type_find(type, strlen(type))) == -1)
		return parser_wrong(p,
			"type is one of text, bigint, double, numeric, boolean, date, timestamptz, "
			"json; not",
			type);
	if (flag != NULL && strcmp(flag, "key") != 0)
		return parser_wrong(p, "unexpected", flag);
	if (!type_is_table_name(name))
		return parser_wrong(p, "not a column name:", name);
	if (add_column(p, name, (enum type)ty, flag != NULL, expr) == -1)
		return -1;
	return parser_no_more(p, rest);
}

/* A path that names known fields is checked here: it is never run. */
static int
do_ignore(struct parser *p, char *rest)
{
	size_t n = p->t->ignore.n;
	struct path path;

	if (parser_add_words(p, &p->t->ignore, "ignore", rest) == -1)
		return -1;
	for (; n < p->t->ignore.n; n++)
		switch (expr_path_parse(p->t->ignore.v[n], &path)) {
		case 1:
			expr_path_free(&path);
			break;
		case 0:
			return parser_wrong(p, "ignore takes paths such as .a.b and $record.a; not",
				p->t->ignore.v[n]);
		default:
			return parser_no_memory(p);
		}
	return 0;
}

static int
do_rows(struct parser *p, char *rest)
{
	p->t->rows_line = p->line;
	return parser_set(p, &p->t->rows, "rows", parser_trim(rest));
}

static const struct directive directives[] = {{"mode", do_mode, 1}, {"rows", do_rows, 0},
	{"column", do_column, 0}, {"ignore", do_ignore, 0}, {"unique", do_unique, 1},
	{NULL, NULL, 0}};

/* The directive NAME in LIST, the first of which has the bit FIRST; 1 where it was there and is taken. */
static int
take(struct parser *p, const struct directive *list, unsigned first, const char *name, char *rest)
{
	for (unsigned bit = first; list->name != NULL; list++, bit++) {
		if (strcmp(name, list->name) != 0)
			continue;
		if (list->once && (p->seen & 1ull << bit))
			return parser_wrong(p, "given twice:", name);
		p->seen |= 1ull << bit;
		return list->take(p, rest) == -1 ? -1 : 1;
	}
	return 0;
}

static int
directive(struct parser *p, char *line)
{
	char *rest = line, *name;
	int taken;

	p->doc = cut_comment(line);
	if ((name = parser_word(&rest)) == NULL)
		return 0;
	if ((taken = take(p, directives, 0, name, rest)) == 0)
		taken = take(p, ask_directives, sizeof directives / sizeof *directives, name, rest);
	if (taken == 0)
		return parser_wrong(p, "unknown directive", name);
	return taken == 1 ? 0 : -1;
}

static int
has_key(const struct table *t)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (t->columns[i].key)
			return 1;
	return 0;
}

/* A dimension with columns of its own must have them. */
static int
check_dimensions(struct parser *p)
{
	const struct table *t = p->t;

	for (size_t i = 0; i < t->ndimensions; i++)
		for (size_t c = 0; c < t->dimensions[i].columns.n; c++) {
			const char *name = t->dimensions[i].columns.v[c];

			if (table_column(t, name) != NULL)
				continue;
			p->line = t->dimensions[i].line;
			return parser_wrong(p, "dimension: no column", name);
		}
	return 0;
}

/* What only the whole file can tell. */
static int
finish(struct parser *p)
{
	struct table *t = p->t;
	const struct column *time;

	if (ask_finish(p) == -1)
		return -1;
	if (t->ncolumns == 0)
		return parser_wrong(p, "no column", NULL);
	if (t->unique && !has_key(t))
		return parser_wrong(p, "unique needs a column that is of the key", NULL);
	if (t->rows == NULL && (t->rows = strdup(".")) == NULL)
		return parser_no_memory(p);
	if (check_dimensions(p) == -1)
		return -1;
	if (t->mode != MODE_WINDOW)
		return 0;
	time = table_column(t, t->mode_column);
	if (time == NULL || (time->type != TYPE_TIMESTAMPTZ && time->type != TYPE_DATE))
		return parser_wrong(p, "mode window needs a column of type timestamptz or date; not",
			t->mode_column);
	if (!table_has_window(t))
		return parser_wrong(p, "mode window needs a width, from and to, or paging day", NULL);
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
	return buf_put(doc, line, strcspn(line, "\r")) == -1 ? parser_no_memory(p) : 0;
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
			parser_wrong(p, "line too long, or with a NUL byte", NULL);
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
		parser_no_memory(p);
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
	p.t->lookback = -1;
	p.t->oldest = INT64_MIN;
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
