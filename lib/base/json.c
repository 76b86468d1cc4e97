#include "base/json.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"

const char *
json_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

static const char *
wrong(struct json_error *err, const char *at, const char *reason)
{
	*err = (struct json_error){at, reason, JSON_NO_JSON};
	return NULL;
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hexadecimal digits at P; -1 where they are not. */
static long
hex4(const char *p)
{
	long v = 0;

	for (int i = 0; i < 4; i++) {
		int d = hex_digit(p[i]);

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

/* The escape at P, a backslash: where it ends. */
static const char *
skip_escape(const char *p, const char *end, struct json_error *err)
{
	if (end - p < 2)
		return wrong(err, end, "the text ends in a string");
	if (memchr("\"\\/bfnrt", p[1], 8) != NULL)
		return p + 2;
	if (p[1] != 'u')
		return wrong(err, p, "unknown escape in a string");
	for (int i = 2; i < 6; i++) {
		if (p + i >= end)
			return wrong(err, end, "the text ends in a string");
		if (hex_digit(p[i]) < 0)
			return wrong(err, p, "\\u without four hexadecimal digits");
	}
	return p + 6;
}

const char *
json_skip_string(const char *p, const char *end, struct json_error *err)
{
	p++;
	for (;;) {
		p = vec_string(p, end);
		if (p >= end)
			return wrong(err, end, "the text ends in a string");
		if (*p == '"')
			return p + 1;
		if (*p != '\\')
			return wrong(err, p, "control character in a string");
		if ((p = skip_escape(p, end, err)) == NULL)
			return NULL;
	}
}

const char *
json_skip_number(const char *p, const char *end, struct json_error *err)
{
	if (p < end && *p == '-')
		p++;
	if (p >= end || !is_digit(*p))
		return wrong(err, p, "a number without digits");
	if (*p == '0')
		p++;
	else
		while (p < end && is_digit(*p))
			p++;
	if (p < end && is_digit(*p))
		return wrong(err, p, "a number with a leading zero");
	if (p < end && *p == '.') {
		p++;
		if (p >= end || !is_digit(*p))
			return wrong(err, p, "a number without digits behind its point");
		while (p < end && is_digit(*p))
			p++;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (p >= end || !is_digit(*p))
			return wrong(err, p, "a number without digits in its exponent");
		while (p < end && is_digit(*p))
			p++;
	}
	return p;
}

static const char *
skip_word(const char *p, const char *end, const char *word, size_t len, struct json_error *err)
{
	size_t have = (size_t)(end - p);

	if (memcmp(p, word, have < len ? have : len) != 0)
		return wrong(err, p, "not a JSON value");
	if (have < len) /* told at the end: a reader may have more to come */
		return wrong(err, end, "the text ends in a value");
	return p + len;
}

const char *
json_skip_scalar(const char *p, const char *end, struct json_error *err)
{
	if (p >= end)
		return wrong(err, end, "the text ends where a value should stand");
	if (*p == '"')
		return json_skip_string(p, end, err);
	if (*p == '-' || is_digit(*p))
		return json_skip_number(p, end, err);
	switch (*p) {
	case 't':
		return skip_word(p, end, "true", 4, err);
	case 'f':
		return skip_word(p, end, "false", 5, err);
	case 'n':
		return skip_word(p, end, "null", 4, err);
	default:
		return wrong(err, p, "not a JSON value");
	}
}

const char *
json_skip_key(const char *p, const char *end, struct json_error *err)
{
	if (p >= end)
		return wrong(err, end, "the text ends in an object");
	if (*p != '"')
		return wrong(err, p, "an object's key must be a string");
	if ((p = json_skip_string(p, end, err)) == NULL)
		return NULL;
	p = json_space(p, end);
	if (p >= end)
		return wrong(err, end, "the text ends in an object");
	if (*p != ':')
		return wrong(err, p, "no colon behind an object's key");
	return json_space(p + 1, end);
}

/* After an element: where the next one starts or, where its bracket CLOSED it, what follows. */
static const char *
skip_comma(const char *p, const char *end, char close, int *closed, struct json_error *err)
{
	p = json_space(p, end);
	*closed = 0;
	if (p >= end)
		return wrong(err, end,
			close == '}' ? "the text ends in an object" : "the text ends in an array");
	if (*p == ',')
		return json_space(p + 1, end);
	if (*p != close)
		return wrong(err, p,
			close == '}' ? "no comma or } behind an object's member"
				     : "no comma or ] behind an array's element");
	*closed = 1;
	return p + 1;
}

/* What is open: one byte per level, the bracket that closes it. */
struct levels {
	char close[JSON_DEPTH];
	int n;
};

const char *
json_skip(const char *p, const char *end, struct json_error *err)
{
	return json_skip_inside(p, end, 0, err);
}

const char *
json_skip_inside(const char *p, const char *end, int depth, struct json_error *err)
{
	struct levels open;
	int closed;

	open.n = 0;
	for (;;) {
		/* At the start of a value. */
		if (p < end && (*p == '{' || *p == '[')) {
			char close = *p == '{' ? '}' : ']';

			if (open.n + depth >= JSON_DEPTH) {
				wrong(err, p, "nested deeper than 512 levels");
				err->code = JSON_TOO_DEEP;
				return NULL;
			}
			open.close[open.n++] = close;
			p = json_space(p + 1, end);
			if (p < end && *p == close) {
				p++;
			} else {
				if (close == '}' && (p = json_skip_key(p, end, err)) == NULL)
					return NULL;
				continue;
			}
			open.n--;
		} else if ((p = json_skip_scalar(p, end, err)) == NULL) {
			return NULL;
		}
		/* After a value: close what ends here. */
		for (;;) {
			char close;

			if (open.n == 0)
				return p;
			close = open.close[open.n - 1];
			if ((p = skip_comma(p, end, close, &closed, err)) == NULL)
				return NULL;
			if (closed) {
				open.n--;
				continue;
			}
			if (close == '}' && (p = json_skip_key(p, end, err)) == NULL)
				return NULL;
			break;
		}
	}
}

enum json_kind
json_kind_at(const char *p)
{
	switch (*p) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
		return JSON_TRUE;
	case 'f':
		return JSON_FALSE;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

int
json_parse(const char *p, size_t len, struct json_value *v, struct json_error *err)
{
	const char *end = p + len, *stop;

	p = json_space(p, end);
	if ((stop = json_skip(p, end, err)) == NULL)
		return -1;
	*v = (struct json_value){json_kind_at(p), p, (size_t)(stop - p)};
	stop = json_space(stop, end);
	if (stop < end) {
		wrong(err, stop, "text behind the value");
		return -1;
	}
	return 0;
}

int
json_next(
	const struct json_value *of, const char **at, struct json_value *key, struct json_value *v)
{
	const char *end = of->p + of->len, *p = *at == NULL ? of->p + 1 : *at;
	struct json_error unused;

	p = json_space(p, end);
	if (*p == ',')
		p = json_space(p + 1, end);
	if (*p == '}' || *p == ']')
		return 0;
	if (of->kind == JSON_OBJECT) {
		const char *stop = json_skip_string(p, end, &unused);

		if (key != NULL)
			*key = (struct json_value){JSON_STRING, p, (size_t)(stop - p)};
		p = json_skip_key(p, end, &unused);
	}
	*at = json_skip(p, end, &unused);
	*v = (struct json_value){json_kind_at(p), p, (size_t)(*at - p)};
	return 1;
}

int
json_member(const struct json_value *object, const char *name, struct json_value *v)
{
	const char *at = NULL;
	struct json_value key, value;
	int found = 0;

	if (object->kind != JSON_OBJECT)
		return 0;
	while (json_next(object, &at, &key, &value))
		if (json_is(&key, name)) {
			*v = value;
			found = 1;
		}
	return found;
}

/* One U+FFFD for what is no text. */
static int
mend(struct buf *to, size_t *mended)
{
	if (mended != NULL)
		++*mended;
	return buf_put(to, UTF8_REPLACEMENT, 3);
}

/* The code point of the escape at P, -1 for a lone surrogate; *LEN: the bytes it takes. */
static long
escape(const char *p, size_t *len)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *letter;
	long c, low;

	*len = 2;
	if (p[1] != 'u') {
		letter = memchr(letters, p[1], sizeof letters - 1);
		return letter != NULL ? meant[letter - letters] : p[1];
	}
	*len = 6;
	c = hex4(p + 2);
	if (c < 0xd800 || c > 0xdfff)
		return c;
	if (c > 0xdbff || p[6] != '\\' || p[7] != 'u')
		return -1;
	low = hex4(p + 8);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*len = 12;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

/* Needs no memory: where it ran out, a member would be missing, and nobody would know. */
int
json_is(const struct json_value *v, const char *s)
{
	const char *p = v->p + 1, *end = v->p + v->len - 1;
	size_t len = strlen(s);

	if (v->kind != JSON_STRING)
		return 0;
	if (memchr(v->p, '\\', v->len) == NULL)
		return v->len == len + 2 && memcmp(v->p + 1, s, len) == 0;
	while (p < end) {
		char utf8[4];
		size_t taken, n = sizeof UTF8_REPLACEMENT - 1;
		long c = *p == '\\' ? escape(p, &taken) : utf8_next(p, end, &taken);

		if (c > 0)
			n = utf8_put(utf8, (unsigned long)c);
		if (strncmp(s, c > 0 ? utf8 : UTF8_REPLACEMENT, n) != 0)
			return 0;
		s += n;
		p += taken;
	}
	return *s == '\0';
}

int
json_text(struct buf *to, const struct json_value *v, size_t *mended)
{
	const char *p = v->p + 1, *end = v->p + v->len - 1;

	while (p < end) {
		const char *stop = vec_ascii(p, end);
		char utf8[4];
		size_t n;
		long c;

		if (buf_put(to, p, (size_t)(stop - p)) == -1)
			return -1;
		if ((p = stop) >= end)
			break;
		c = *p == '\\' ? escape(p, &n) : utf8_next(p, end, &n);
		if (c <= 0) {
			if (mend(to, mended) == -1)
				return -1;
		} else if (buf_put(to, utf8, utf8_put(utf8, (unsigned long)c)) == -1) {
			return -1;
		}
		p += n;
	}
	return 0;
}

int
json_same(const struct json_value *a, const struct json_value *b)
{
	struct buf x, y;
	int same = -1;

	if (a->len == b->len && memcmp(a->p, b->p, a->len) == 0)
		return 1;
	if (memchr(a->p, '\\', a->len) == NULL && memchr(b->p, '\\', b->len) == NULL)
		return 0;
	buf_init(&x, a->len * 3);
	buf_init(&y, b->len * 3);
	if (json_text(&x, a, NULL) == 0 && json_text(&y, b, NULL) == 0)
		same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	buf_free(&x);
	buf_free(&y);
	return same;
}

/* Append C, mended text without quotes, as JSON wants it inside a string. */
static int
put_escaped(struct buf *to, unsigned char c)
{
	static const char letters[] = "btn.fr"; /* 8 to 13 */

	if (c == '"' || c == '\\')
		return buf_printf(to, "\\%c", c);
	if (c >= 8 && c <= 13 && c != 11)
		return buf_printf(to, "\\%c", letters[c - 8]);
	return buf_printf(to, "\\u%04x", c);
}

int
json_put_text(struct buf *to, const char *s, size_t len)
{
	const char *p = s, *end = s + len;

	buf_putc(to, '"');
	while (p < end) {
		const char *stop = vec_find_plain(p, end, 1, 1);
		size_t n = 1;

		buf_put(to, p, (size_t)(stop - p));
		if ((p = stop) >= end)
			break;
		if ((unsigned char)*p < 0x80) {
			if (*p == '\0')
				mend(to, NULL);
			else
				put_escaped(to, (unsigned char)*p);
		} else if (utf8_next(p, end, &n) < 0) {
			mend(to, NULL);
		} else {
			buf_put(to, p, n);
		}
		p += n;
	}
	return buf_putc(to, '"');
}

int
json_put_string(struct buf *to, const char *s)
{
	return json_put_text(to, s, strlen(s));
}

int
json_put_member(struct buf *to, const char *name, const char *text)
{
	buf_printf(to, ",\"%s\":", name);
	return text != NULL ? json_put_string(to, text) : buf_puts(to, "null");
}

int
json_put_list(struct buf *to, const char *name, const struct strlist *texts)
{
	buf_printf(to, ",\"%s\":[", name);
	for (size_t i = 0; i < texts->n; i++) {
		if (i > 0)
			buf_putc(to, ',');
		json_put_string(to, texts->v[i]);
	}
	return buf_putc(to, ']');
}

/* A string: its text again, with the fewest escapes. */
static int
put_string(struct buf *to, const struct json_value *v, size_t *mended)
{
	const char *inside = v->p + 1, *end = v->p + v->len - 1;
	struct buf text;
	int result;

	if (vec_ascii(inside, end) == end)
		return buf_put(to, v->p, v->len);
	buf_init(&text, v->len * 3);
	result = json_text(&text, v, mended);
	if (result == 0)
		result = json_put_text(to, text.data, text.len);
	buf_free(&text);
	return result;
}

int
json_put_value(struct buf *to, const struct json_value *v, size_t *mended)
{
	const char *p = v->p, *end = v->p + v->len;
	struct json_error unused;

	while (p < end) {
		struct json_value s = {JSON_STRING, p, 0};

		if (*p == '"') {
			p = json_skip_string(p, end, &unused);
			s.len = (size_t)(p - s.p);
			if (put_string(to, &s, mended) == -1)
				return -1;
		} else if (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r') {
			p++;
		} else if (buf_putc(to, *p++) == -1) {
			return -1;
		}
	}
	return 0;
}
