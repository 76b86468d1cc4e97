/* The directives that say where a table's records come from: the path, its pages, the window. */
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "tables/expr.h"
#include "tables/parser.h"

static const char usual_width_param[] = "bucket_width";

/* One word, a copy of which goes to *TO. */
static int
take_word(struct parser *p, char **to, const char *directive, char *rest)
{
	if (parser_set(p, to, directive, parser_word(&rest)) == -1)
		return -1;
	return parser_no_more(p, rest);
}

/* All that stands behind DIRECTIVE. */
static int
take_text(struct parser *p, char **to, const char *directive, char *rest)
{
	return parser_set(p, to, directive, parser_trim(rest));
}

static int
take_span(struct parser *p, int64_t *to, const char *directive, char *rest)
{
	char *w = parser_word(&rest);

	if (w == NULL)
		return parser_wrong(p, "value missing behind", directive);
	if (utc_span(w, to, p->e) == -1)
		return parser_wrong(p, "not a span of time such as 30d, 1h or 1m:", w);
	return parser_no_more(p, rest);
}

static int
take_line(struct parser *p, struct strlist *to, const char *directive, const char *text)
{
	if (to->n == TABLE_LIST_MAX)
		return parser_wrong(p, "too many values behind", directive);
	return strlist_add(to, text, strlen(text)) == -1 ? parser_no_memory(p) : 0;
}

static int
do_path(struct parser *p, char *rest)
{
	char *path = parser_word(&rest);

	if (parser_set(p, &p->t->path, "path", path) == -1)
		return -1;
	if (*path != '/' || strpbrk(path, "?#\\\"<> ") != NULL)
		return parser_wrong(p, "path must start with / and hold no query:", path);
	return parser_no_more(p, rest);
}

static int
do_csv(struct parser *p, char *rest)
{
	return parser_add_words(p, &p->t->csv, "csv", rest);
}

static int
is_none(const char *set)
{
	return strcmp(set, "none") == 0;
}

/* The names of sets in REST, to TO, which the directive NAME fills once. */
static int
take_sets(struct parser *p, struct strlist *to, const char *name, char *rest)
{
	if (to->n > 0)
		return parser_wrong(p, "given twice:", name);
	if (parser_add_words(p, to, name, rest) == -1)
		return -1;
	for (size_t i = 0; i < to->n; i++)
		if (!type_is_table_name(to->v[i]) || strcmp(to->v[i], "all") == 0 ||
			(to->n > 1 && is_none(to->v[i])))
			return parser_wrong(p, "not the name of a set:", to->v[i]);
	return 0;
}

/* `sets none` stays in the list until ask_finish() empties it: given, it is not the usual set. */
static int
do_sets(struct parser *p, char *rest)
{
	return take_sets(p, &p->t->sets, "sets", rest);
}

static int
do_opened_by(struct parser *p, char *rest)
{
	if (take_sets(p, &p->t->opened_by, "opened_by", rest) == -1)
		return -1;
	return is_none(p->t->opened_by.v[0])
		       ? parser_wrong(p, "not the name of a set:", p->t->opened_by.v[0])
		       : 0;
}

/* `paging day` is short for `paging page` and `day starting_at`. */
static int
do_paging(struct parser *p, char *rest)
{
	char *w = parser_word(&rest);
	int by_day = w != NULL && strcmp(w, "day") == 0;
	int i = by_day ? PAGING_PAGE : w == NULL ? -1 : table_paging_find(w);

	if (i == -1)
		return parser_wrong(
			p, "paging is one of none, page, id, day; not", w == NULL ? "" : w);
	p->t->paging = (enum paging)i;
	if (by_day && parser_set(p, &p->t->day.name, "day", "starting_at") == -1)
		return -1;
	p->t->day.day = 1;
	return parser_no_more(p, rest);
}

/* A field of a request's header: what stands in it must not end it. */
static int
do_header(struct parser *p, char *rest)
{
	static const char own[] = " x-api-key authorization anthropic-version accept host "
				  "content-length transfer-encoding connection ";
	char *text = parser_trim(rest), *colon = strchr(text, ':'), name[64];
	size_t n = colon == NULL ? 0 : (size_t)(colon - text);

	if (n == 0 || n > sizeof name - 3 ||
		text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] != ':')
		return parser_wrong(
			p, "header is NAME: VALUE, the name in small letters; not", text);
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			return parser_wrong(p, "a character that no header has:", text);
	name[0] = ' ';
	memcpy(name + 1, text, n);
	memcpy(name + 1 + n, " ", 2);
	if (strstr(own, name) != NULL)
		return parser_wrong(p, "a header that ant-fetch sends itself:", text);
	return take_line(p, &p->t->headers, "header", text);
}

static int
do_param(struct parser *p, char *rest)
{
	char *text = parser_trim(rest);

	if (strchr(text, '=') == NULL || *text == '=')
		return parser_wrong(p, "param is NAME=VALUE; not", text);
	return take_line(p, &p->t->params, "param", text);
}

static int
do_data(struct parser *p, char *rest)
{
	return take_word(p, &p->t->data, "data", rest);
}

static int
do_limit(struct parser *p, char *rest)
{
	char *w = parser_word(&rest);

	if (w == NULL)
		return parser_wrong(p, "value missing behind", "limit");
	return parser_number(p, w, &p->t->limit) == -1 ? -1 : parser_no_more(p, rest);
}

static int
do_budget(struct parser *p, char *rest)
{
	struct table_budget *b = &p->t->budget;
	char *rate;

	if (parser_set(p, &b->name, "budget", parser_word(&rest)) == -1)
		return -1;
	if (!type_is_table_name(b->name))
		return parser_wrong(p, "not the name of a budget:", b->name);
	if ((rate = parser_word(&rest)) == NULL)
		return parser_wrong(p,
			"budget needs a name and requests a minute, as in: budget "
			"analytics 60",
			NULL);
	return parser_number(p, rate, &b->rate) == -1 ? -1 : parser_no_more(p, rest);
}

/* PATH N TABLE */
static int
do_cut(struct parser *p, char *rest)
{
	struct cut *c = &p->t->cut;
	struct path path;
	char *most;

	if (parser_set(p, &c->path, "cut", parser_word(&rest)) == -1)
		return -1;
	switch (expr_path_parse(c->path, &path)) {
	case 1:
		break;
	case 0:
		return parser_wrong(p, "cut takes a path such as .results; not", c->path);
	default:
		return parser_no_memory(p);
	}
	if (path.record || path.iterate != -1 || path.nkeys != 1) {
		expr_path_free(&path);
		return parser_wrong(
			p, "cut takes the path of a member, such as .results; not", c->path);
	}
	expr_path_free(&path);
	if ((most = parser_word(&rest)) == NULL)
		return parser_wrong(
			p, "cut needs a path, a number and the table that has all", NULL);
	if (parser_number(p, most, &c->most) == -1)
		return -1;
	return take_word(p, &c->table, "cut", rest);
}

static int
do_hint(struct parser *p, char *rest)
{
	char *text = parser_trim(rest);

	if (strchr(text, ' ') == NULL)
		return parser_wrong(p, "hint needs a word of the API's message, and a text", NULL);
	return take_line(p, &p->t->hints, "hint", text);
}

/*
 * A path in a record of the parent: names such as .id and .a.b, or $asked.NAME, what that was asked for
 * with.  What else jq has is not read here: it would find nothing, or the record as a whole.
 */
static int
check_hole_path(struct parser *p, const char *source)
{
	static const char asked[] = "$asked", letters[] = "abcdefghijklmnopqrstuvwxyz_"
							  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *s = source;
	size_t len;

	if (strncmp(s, asked, sizeof asked - 1) == 0)
		s += sizeof asked - 1;
	do {
		len = *s == '.' ? strspn(s + 1, letters) : 0;
		if (len == 0 || len > TABLE_STEP_MAX)
			return parser_wrong(
				p, "foreach takes paths such as .id and $asked.id; not", source);
		s += 1 + len;
	} while (*s != '\0');
	return 0;
}

static int
add_hole(struct parser *p, const char *name, size_t len, const char *path)
{
	struct table *t = p->t;
	struct hole *h = &t->holes[t->nholes];

	if (t->nholes == TABLE_HOLES_MAX)
		return parser_wrong(p, "more than four values behind", "foreach");
	if (check_hole_path(p, path) == -1)
		return -1;
	if ((h->name = strndup(name, len)) == NULL || (h->path = strdup(path)) == NULL) {
		free(h->name);
		h->name = NULL;
		return parser_no_memory(p);
	}
	t->nholes++;
	return 0;
}

/* TABLE PATH, or TABLE NAME=PATH...; then perhaps `unless PATH`. */
static int
do_foreach(struct parser *p, char *rest)
{
	char *table = parser_word(&rest), *w, *equals;

	if (parser_set(p, &p->t->foreach_table, "foreach", table) == -1)
		return -1;
	if (!type_is_table_name(table))
		return parser_wrong(p, "not a table name:", table);
	while ((w = parser_word(&rest)) != NULL && strcmp(w, "unless") != 0) {
		equals = strchr(w, '=');
		if (equals == NULL ? add_hole(p, "", 0, w) == -1
				   : add_hole(p, w, (size_t)(equals - w), equals + 1) == -1)
			return -1;
	}
	if (p->t->nholes == 0)
		return parser_wrong(p, "value missing behind", "foreach");
	if (w == NULL)
		return 0;
	if (parser_set(p, &p->t->foreach_unless, "unless", parser_word(&rest)) == -1 ||
		check_hole_path(p, p->t->foreach_unless) == -1)
		return -1;
	return parser_no_more(p, rest);
}

/* PARAM, or PARAM day. */
static int
take_time_param(struct parser *p, struct time_param *to, const char *directive, char *rest)
{
	char *form;

	if (parser_set(p, &to->name, directive, parser_word(&rest)) == -1)
		return -1;
	if ((form = parser_word(&rest)) == NULL)
		return 0;
	if (strcmp(form, "day") != 0)
		return parser_wrong(
			p, "a time is written as RFC 3339, or with `day` as a day; not", form);
	to->day = 1;
	return parser_no_more(p, rest);
}

static int
do_from(struct parser *p, char *rest)
{
	return take_time_param(p, &p->t->from, "from", rest);
}

static int
do_to(struct parser *p, char *rest)
{
	return take_time_param(p, &p->t->to, "to", rest);
}

static int
do_day(struct parser *p, char *rest)
{
	p->t->day.day = 1;
	return take_word(p, &p->t->day.name, "day", rest);
}

/* limit=N, rows=N, span=SPAN */
static int
take_width_option(struct parser *p, struct width *w, const char *text)
{
	if (strncmp(text, "span=", 5) == 0) {
		if (w->span == 0 && utc_span(text + 5, &w->span, p->e) == 0 && w->span > 0)
			return 0;
		return parser_wrong(p, "span= needs a span such as 1d:", text);
	}
	if (strncmp(text, "limit=", 6) != 0 && strncmp(text, "rows=", 5) != 0)
		return parser_wrong(p, "width takes limit=N or rows=N, and span=SPAN; not", text);
	if (w->limit != 0)
		return parser_wrong(p, "width takes one limit; not", text);
	w->grain = *text == 'r' ? GRAIN_ROW : GRAIN_BUCKET;
	return parser_number(p, strchr(text, '=') + 1, &w->limit);
}

static int
do_width(struct parser *p, char *rest)
{
	struct table *t = p->t;
	char *name = parser_word(&rest), *option;
	struct width *w;

	if (name == NULL)
		return parser_wrong(p, "width needs a name, as in: width 1d limit=31", NULL);
	if (t->nwidths == TABLE_LIST_MAX || table_width(t, name) != NULL)
		return parser_wrong(p, "given twice: width", name);
	if ((w = realloc(t->widths, (t->nwidths + 1) * sizeof *w)) == NULL)
		return parser_no_memory(p);
	t->widths = w;
	w += t->nwidths;
	*w = (struct width){.grain = GRAIN_BUCKET};
	if (utc_span(name, &w->seconds, p->e) == -1 || w->seconds <= 0 || UTC_DAY % w->seconds != 0)
		return parser_wrong(
			p, "width is a span that divides a day, such as 1d, 1h, 1m; not", name);
	while ((option = parser_word(&rest)) != NULL)
		if (take_width_option(p, w, option) == -1)
			return -1;
	if ((w->name = strdup(name)) == NULL)
		return parser_no_memory(p);
	t->nwidths++;
	return 0;
}

static int
do_width_param(struct parser *p, char *rest)
{
	return take_word(p, &p->t->width_param, "width_param", rest);
}

static int
do_group_by(struct parser *p, char *rest)
{
	return parser_add_words(p, &p->t->group_by, "group_by", rest);
}

static int
do_group_with(struct parser *p, char *rest)
{
	return parser_add_words(p, &p->t->group_with, "group_with", rest);
}

static int
do_group_most(struct parser *p, char *rest)
{
	char *w = parser_word(&rest);

	if (w == NULL)
		return parser_wrong(p, "value missing behind", "group_most");
	return parser_number(p, w, &p->t->group_most) == -1 ? -1 : parser_no_more(p, rest);
}

/* NAME COLUMN... */
static int
do_dimension(struct parser *p, char *rest)
{
	struct table *t = p->t;
	char *name = parser_word(&rest);
	struct dimension *d;

	if (name == NULL)
		return parser_wrong(p, "dimension needs a name and its columns", NULL);
	if (t->ndimensions == TABLE_LIST_MAX || table_dimension(t, name) != NULL)
		return parser_wrong(p, "given twice: dimension", name);
	if ((d = realloc(t->dimensions, (t->ndimensions + 1) * sizeof *d)) == NULL)
		return parser_no_memory(p);
	t->dimensions = d;
	d += t->ndimensions;
	*d = (struct dimension){.name = strdup(name), .line = p->line};
	if (d->name == NULL)
		return parser_no_memory(p);
	t->ndimensions++;
	return parser_add_words(p, &d->columns, "dimension", rest);
}

static int
do_earliest(struct parser *p, char *rest)
{
	char *w = parser_word(&rest);

	if (w == NULL || utc_parse(w, strlen(w), &p->t->earliest) == -1)
		return parser_wrong(p, "earliest is a day, YYYY-MM-DD; not", w == NULL ? "" : w);
	return parser_no_more(p, rest);
}

/* A day, a span of time back from now, or both. */
static int
do_oldest(struct parser *p, char *rest)
{
	struct table *t = p->t;
	char *w = parser_word(&rest);

	if (w == NULL)
		return parser_wrong(p, "value missing behind", "oldest");
	for (; w != NULL; w = parser_word(&rest))
		if (utc_parse(w, strlen(w), &t->oldest) == -1 &&
			(utc_span(w, &t->oldest_span, p->e) == -1 || t->oldest_span <= 0))
			return parser_wrong(
				p, "oldest is a day, YYYY-MM-DD, or a span such as 365d; not", w);
	return 0;
}

static int
do_span(struct parser *p, char *rest)
{
	if (take_span(p, &p->t->span, "span", rest) == -1)
		return -1;
	return p->t->span > 0 ? 0 : parser_wrong(p, "span is longer than nothing", NULL);
}

static int
do_lag(struct parser *p, char *rest)
{
	return take_span(p, &p->t->lag, "lag", rest);
}

static int
do_lookback(struct parser *p, char *rest)
{
	return take_span(p, &p->t->lookback, "lookback", rest);
}

static int
do_open_bucket(struct parser *p, char *rest)
{
	char *w = parser_word(&rest);

	if (w == NULL || (strcmp(w, "yes") != 0 && strcmp(w, "no") != 0))
		return parser_wrong(p, "open_bucket is yes or no; not", w == NULL ? "" : w);
	p->t->open_bucket = *w == 'y';
	return parser_no_more(p, rest);
}

static int
do_not_yet(struct parser *p, char *rest)
{
	return take_text(p, &p->t->not_yet, "not_yet", rest);
}

static int
do_watermark(struct parser *p, char *rest)
{
	char *w = parser_word(&rest);

	if (w == NULL || strcmp(w, "newest") != 0)
		return parser_wrong(p, "watermark is newest; not", w == NULL ? "" : w);
	p->t->newest = 1;
	return parser_no_more(p, rest);
}

const struct directive ask_directives[] = {{"path", do_path, 0}, {"csv", do_csv, 1},
	{"sets", do_sets, 0}, {"opened_by", do_opened_by, 0}, {"header", do_header, 0},
	{"param", do_param, 0}, {"paging", do_paging, 1}, {"data", do_data, 0},
	{"limit", do_limit, 1}, {"budget", do_budget, 0}, {"cut", do_cut, 0}, {"hint", do_hint, 0},
	{"foreach", do_foreach, 0}, {"from", do_from, 0}, {"to", do_to, 0}, {"day", do_day, 0},
	{"width", do_width, 0}, {"width_param", do_width_param, 0}, {"group_by", do_group_by, 0},
	{"group_with", do_group_with, 0}, {"group_most", do_group_most, 1},
	{"dimension", do_dimension, 0}, {"earliest", do_earliest, 1}, {"oldest", do_oldest, 1},
	{"span", do_span, 1}, {"lag", do_lag, 1}, {"lookback", do_lookback, 1},
	{"open_bucket", do_open_bucket, 1}, {"not_yet", do_not_yet, 0},
	{"watermark", do_watermark, 1}, {NULL, NULL, 0}};

/* The number of the hole whose name is the LEN bytes at NAME, or t->nholes. */
static size_t
find_hole(const struct table *t, const char *name, size_t len)
{
	size_t i = 0;

	while (i < t->nholes &&
		(strlen(t->holes[i].name) != len || memcmp(t->holes[i].name, name, len) != 0))
		i++;
	return i;
}

/* Each {NAME} of the path has a value, and each value a {NAME}. */
static int
check_holes(struct parser *p)
{
	const struct table *t = p->t;
	unsigned used = 0;

	for (const char *hole = t->path; (hole = strchr(hole, '{')) != NULL; hole++) {
		size_t len = strcspn(hole + 1, "}"), i = find_hole(t, hole + 1, len);

		if (hole[1 + len] == '\0')
			return parser_wrong(p, "a { without its } in path", t->path);
		if (i == t->nholes)
			return parser_wrong(p, "foreach and {} in the path need one another", NULL);
		used |= 1u << i;
	}
	return used == (1u << t->nholes) - 1
		       ? 0
		       : parser_wrong(p, "foreach and {} in the path need one another", NULL);
}

/* A directive that says something of a window, or NULL. */
static const char *
says_of_window(const struct table *t)
{
	return t->oldest != INT64_MIN || t->oldest_span > 0 ? "oldest"
	       : t->span > 0				    ? "span"
	       : t->lag > 0				    ? "lag"
	       : t->lookback >= 0			    ? "lookback"
	       : !t->open_bucket			    ? "open_bucket"
	       : t->not_yet != NULL			    ? "not_yet"
	       : t->newest				    ? "watermark"
							    : NULL;
}

static int
check_window(struct parser *p)
{
	const struct table *t = p->t;
	const char *of_window = says_of_window(t);

	if (t->nwidths > 0 && t->paging != PAGING_PAGE)
		return parser_wrong(p, "width goes with paging page only", NULL);
	if (t->day.name != NULL && t->paging != PAGING_PAGE)
		return parser_wrong(p, "day goes with paging page only", NULL);
	if (t->day.name != NULL && (t->nwidths > 0 || t->from.name != NULL || t->to.name != NULL))
		return parser_wrong(p, "day goes without width, from and to", NULL);
	if ((t->from.name != NULL) != (t->to.name != NULL))
		return parser_wrong(p, "from and to need one another", NULL);
	if (t->from.day != t->to.day)
		return parser_wrong(p, "from and to need the same form", NULL);
	if (t->width_param != NULL && t->nwidths == 0)
		return parser_wrong(p, "width_param needs a width", NULL);
	if (table_has_window(t) && t->foreach_table != NULL)
		return parser_wrong(p, "foreach goes without a window", NULL);
	if (!table_has_window(t) && of_window != NULL)
		return parser_wrong(
			p, "a window (width, from and to, or day) is needed by", of_window);
	if (t->group_most > 0 && t->group_by.n > (size_t)t->group_most)
		return parser_wrong(p, "group_by has more than group_most says", NULL);
	return 0;
}

/* The names that the API's first reports have. */
static int
fill_params(struct parser *p)
{
	struct table *t = p->t;

	if (t->nwidths == 0)
		return 0;
	if (t->from.name == NULL && ((t->from.name = strdup("starting_at")) == NULL ||
					    (t->to.name = strdup("ending_at")) == NULL))
		return parser_no_memory(p);
	if (t->width_param == NULL && t->widths[0].limit > 0 &&
		(t->width_param = strdup(usual_width_param)) == NULL)
		return parser_no_memory(p);
	return 0;
}

/* Nobody is asked for what comes from a file. */
static int
check_file(struct parser *p)
{
	struct table *t = p->t;

	if (t->path != NULL || t->paging != PAGING_NONE || t->foreach_table != NULL ||
		t->params.n > 0 || t->headers.n > 0 || t->group_by.n > 0 || t->opened_by.n > 0 ||
		table_has_window(t))
		return parser_wrong(p,
			"csv: a file has no path, paging, parameters or window, and nobody opens "
			"it",
			NULL);
	if (t->sets.n > 0 && !is_none(t->sets.v[0]))
		return parser_wrong(p, "csv: a file is in no set, not in", t->sets.v[0]);
	strlist_free(&t->sets);
	return 0;
}

int
ask_finish(struct parser *p)
{
	struct table *t = p->t;

	if (t->csv.n > 0)
		return check_file(p);
	if (t->path == NULL)
		return parser_wrong(p, "no path", NULL);
	if (t->foreach_table != NULL && strcmp(t->foreach_table, t->name) == 0)
		return parser_wrong(p, "foreach of the table itself", NULL);
	if (check_holes(p) == -1 || check_window(p) == -1 || fill_params(p) == -1)
		return -1;
	if (t->oldest != INT64_MIN && t->earliest < t->oldest)
		t->earliest = t->oldest;
	if (t->sets.n == 0 && strlist_add(&t->sets, "console", strlen("console")) == -1)
		return parser_no_memory(p);
	if (is_none(t->sets.v[0]))
		strlist_free(&t->sets);
	return 0;
}
