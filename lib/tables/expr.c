#include "tables/expr.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	const char *p, *end;
	int no_memory, terms;
};

static void
space(struct parser *s)
{
	s->p = json_space(s->p, s->end);
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int
is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

/* Take TEXT where it stands next, after white space; a word only where it ends there. */
static int
take(struct parser *s, const char *text)
{
	size_t n = strlen(text);

	space(s);
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, text, n) != 0)
		return 0;
	if (is_word(text[n - 1]) && s->p + n < s->end && is_word(s->p[n]))
		return 0;
	s->p += n;
	return 1;
}

/* The JSON string that stands next, without escapes of NUL, as text.  NULL: none, or no memory. */
static char *
string(struct parser *s)
{
	struct json_value v = {JSON_STRING, s->p, 0};
	struct json_error unused;
	struct buf text;
	const char *stop;
	size_t mended = 0;
	char *copy = NULL;

	if (s->p >= s->end || *s->p != '"' ||
		(stop = json_skip_string(s->p, s->end, &unused)) == NULL)
		return NULL;
	v.len = (size_t)(stop - s->p);
	buf_init(&text, v.len * 3 + 1);
	if (json_text(&text, &v, &mended) == -1 || buf_str(&text) == NULL)
		s->no_memory = 1;
	else if (mended == 0 && (copy = strdup(text.data)) == NULL)
		s->no_memory = 1;
	buf_free(&text);
	s->p = stop;
	return copy;
}

static int
add_key(struct path *path, char *key)
{
	if (key == NULL)
		return 0;
	if (path->nkeys == EXPR_STEPS_MAX) {
		free(key);
		return 0;
	}
	path->keys[path->nkeys++] = key;
	return 1;
}

static char *
identifier(struct parser *s)
{
	const char *start = s->p;
	char *copy;

	while (s->p < s->end && is_word(*s->p))
		s->p++;
	if ((copy = strndup(start, (size_t)(s->p - start))) == NULL)
		s->no_memory = 1;
	return copy;
}

/* Behind a path's root or a key: one more step.  1 taken, 0 no step here, -1 not native. */
static int
step(struct parser *s, struct path *path, int first)
{
	int dot = 0;

	if (s->p < s->end && *s->p == '.' && !first) {
		dot = 1;
		s->p++;
	}
	if (!dot && s->p < s->end && *s->p == '[') {
		s->p++;
		space(s);
		if (s->p < s->end && *s->p == ']') {
			s->p++;
			if (path->iterate != -1)
				return -1;
			path->iterate = (int)path->nkeys;
			return 1;
		}
		if (!add_key(path, string(s)))
			return -1;
		return take(s, "]") ? 1 : -1;
	}
	if ((dot || first) && s->p < s->end && *s->p == '"')
		return add_key(path, string(s)) ? 1 : -1;
	if ((dot || first) && s->p < s->end && is_letter(*s->p))
		return add_key(path, identifier(s)) ? 1 : -1;
	return dot ? -1 : 0;
}

/* A path at s->p, which is at its root.  1, or 0 where it is not native. */
static int
parse_path(struct parser *s, struct path *path)
{
	int more = 1, first = 0;

	memset(path, 0, sizeof *path);
	path->iterate = -1;
	if (take(s, "$record")) {
		path->record = 1;
	} else if (take(s, "$asked")) { /* which ant-fetch puts into the record */
		path->record = 1;
		if (!add_key(path, strdup(EXPR_ASKED))) {
			s->no_memory = 1;
			return 0;
		}
	} else if (take(s, ".")) {
		first = 1;
	} else {
		return 0;
	}
	for (; more == 1; first = 0)
		more = step(s, path, first);
	/* `.a?`, `.a[0]` and the like are libjq's. */
	if (more == -1 || (s->p < s->end && (*s->p == '?' || *s->p == '['))) {
		expr_path_free(path);
		return 0;
	}
	return 1;
}

static struct expr *
new_expr(struct parser *s, enum expr_op op)
{
	struct expr *x;

	if (++s->terms > EXPR_TERMS_MAX)
		return NULL;
	if ((x = calloc(1, sizeof *x)) == NULL) {
		s->no_memory = 1;
		return NULL;
	}
	x->op = op;
	x->path.iterate = -1;
	return x;
}

static struct expr *parse_alt(struct parser *s);

/* A scalar literal; in a jq string, \( would start a program. */
static struct expr *
literal(struct parser *s)
{
	struct json_error unused;
	const char *start = s->p, *stop = json_skip_scalar(s->p, s->end, &unused);
	struct expr *x;

	if (stop == NULL || (stop < s->end && is_word(*stop)))
		return NULL;
	if ((x = new_expr(s, EXPR_LITERAL)) == NULL)
		return NULL;
	json_parse(start, (size_t)(stop - start), &x->literal, &unused);
	s->p = stop;
	return x;
}

/* sum(path) and the like; the name is taken. */
static struct expr *
call(struct parser *s, enum expr_op op)
{
	struct expr *x;

	if (!take(s, "(") || (x = new_expr(s, op)) == NULL)
		return NULL;
	space(s);
	if (!parse_path(s, &x->path) || !take(s, ")")) {
		expr_free(x);
		return NULL;
	}
	return x;
}

/* has("key"), whether the row has such a member, null or not; the name is taken. */
static struct expr *
has(struct parser *s)
{
	struct expr *x;
	int whole;

	if (!take(s, "(") || (x = new_expr(s, EXPR_HAS)) == NULL)
		return NULL;
	space(s);
	whole = add_key(&x->path, string(s)) && take(s, ")");
	if (whole)
		return x;
	expr_free(x);
	return NULL;
}

static struct expr *parse_term(struct parser *s);

/* term == literal.  NULL where it is none; numbers compare as jq's doubles, so they are libjq's. */
static struct expr *
comparison(struct parser *s)
{
	struct expr *a = parse_term(s), *x = NULL;
	enum expr_op op = EXPR_EQ;

	if (a == NULL)
		return NULL;
	if (!take(s, "==")) {
		op = EXPR_NE;
		if (!take(s, "!="))
			goto err;
	}
	if ((x = new_expr(s, op)) == NULL)
		goto err;
	x->a = a;
	a = NULL;
	space(s);
	if ((x->b = literal(s)) == NULL || x->b->literal.kind == JSON_NUMBER)
		goto err;
	return x;
err:
	expr_free(a);
	expr_free(x);
	return NULL;
}

static struct expr *
test(struct parser *s)
{
	return take(s, "has") ? has(s) : comparison(s);
}

static struct expr *
cond(struct parser *s)
{
	struct expr *x = new_expr(s, EXPR_IF);

	if (x == NULL)
		return NULL;
	if ((x->a = test(s)) != NULL && take(s, "then") && (x->b = parse_alt(s)) != NULL &&
		take(s, "else") && (x->c = parse_alt(s)) != NULL && take(s, "end"))
		return x;
	expr_free(x);
	return NULL;
}

static struct expr *
parse_term(struct parser *s)
{
	struct expr *x;

	if (take(s, "(")) {
		if (++s->terms > EXPR_TERMS_MAX) /* nesting counts: it takes stack */
			return NULL;
		x = parse_alt(s);
		if (x != NULL && take(s, ")"))
			return x;
		expr_free(x);
		return NULL;
	}
	if (take(s, "if"))
		return cond(s);
	if (take(s, "sum"))
		return call(s, EXPR_SUM);
	if (take(s, "list"))
		return call(s, EXPR_LIST);
	if (take(s, "one"))
		return call(s, EXPR_ONE);
	space(s);
	if (s->p < s->end && (*s->p == '.' || *s->p == '$')) {
		if ((x = new_expr(s, EXPR_PATH)) == NULL)
			return NULL;
		if (parse_path(s, &x->path) && x->path.iterate == -1)
			return x;
		expr_free(x);
		return NULL;
	}
	return literal(s);
}

/* jq's // leans to the right: a // b // c is a // (b // c). */
static struct expr *
parse_alt(struct parser *s)
{
	struct expr *a = parse_term(s), *x;

	if (a == NULL || !take(s, "//"))
		return a;
	if ((x = new_expr(s, EXPR_ALT)) == NULL) {
		expr_free(a);
		return NULL;
	}
	x->a = a;
	if ((x->b = parse_alt(s)) == NULL) {
		expr_free(x);
		return NULL;
	}
	return x;
}

static int
at_end(struct parser *s)
{
	space(s);
	return s->p == s->end;
}

struct expr *
expr_parse(const char *source, int *native)
{
	size_t len = strlen(source);
	char *text = calloc(1, len + 1 + BUF_PAD);
	struct parser s = {.p = text};
	struct expr *x;

	*native = 1;
	if (text == NULL)
		return NULL;
	memcpy(text, source, len);
	s.end = text + len;
	if ((x = parse_alt(&s)) != NULL && at_end(&s))
		goto done;
	expr_free(x);
	s.p = text;
	s.terms = 0;
	if ((x = test(&s)) != NULL && at_end(&s))
		goto done;
	expr_free(x);
	free(text);
	*native = s.no_memory;
	return NULL;
done:
	x->text = text;
	return x;
}

void
expr_free(struct expr *x)
{
	if (x == NULL)
		return;
	expr_path_free(&x->path);
	expr_free(x->a);
	expr_free(x->b);
	expr_free(x->c);
	free(x->text);
	free(x);
}

int
expr_is_call(const struct expr *x)
{
	return x->op == EXPR_SUM || x->op == EXPR_LIST || x->op == EXPR_ONE;
}

int
expr_path_parse(const char *source, struct path *p)
{
	size_t len = strlen(source);
	char *text = calloc(1, len + 1 + BUF_PAD);
	struct parser s = {.p = text};
	int ok;

	if (text == NULL)
		return -1;
	memcpy(text, source, len);
	s.end = text + len;
	ok = parse_path(&s, p);
	if (ok && !at_end(&s)) {
		expr_path_free(p);
		ok = 0;
	}
	free(text);
	return s.no_memory ? -1 : ok;
}

void
expr_path_free(struct path *p)
{
	for (size_t i = 0; i < p->nkeys; i++)
		free(p->keys[i]);
	p->nkeys = 0;
}
