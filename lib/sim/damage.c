#include "sim/damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- damage to a page ---- */

int
sim_damage_needs_page(const struct sim_fault *f)
{
	return f->shape != NULL || f->results_object || f->lose != NULL || f->endless || f->cycle ||
	       f->no_cursor || f->empty_more || f->outside || f->disorder || f->repeat || f->skip ||
	       f->fewer > 0;
}

/* In all elements, "NAME": becomes "x_NAME": there is no such member any more. */
static int
lose_member(struct sim_page *p, const char *name)
{
	struct buf to;
	char find[256];
	size_t len = (size_t)snprintf(find, sizeof find, "\"%s\":", name);

	buf_init(&to, p->elements.max);
	for (size_t i = 0; i < p->n && len < sizeof find; i++) {
		const char *s = p->elements.data + p->items[i].at, *end = s + p->items[i].len;
		size_t at = to.len;

		while (s < end) {
			if (*s == '"' && (size_t)(end - s) >= len && memcmp(s, find, len) == 0) {
				buf_puts(&to, "\"x_");
				s++;
			} else {
				buf_putc(&to, *s++);
			}
		}
		p->items[i] = (struct sim_span){at, to.len - at};
	}
	buf_free(&p->elements);
	p->elements = to;
	return to.failed ? -1 : 0;
}

/* The text of the first element that matters: its results array becomes {}. */
static void
results_object(struct sim_page *p)
{
	static const char find[] = "\"results\":[";

	for (size_t i = 0; i < p->n; i++) {
		char *s = p->elements.data + p->items[i].at, *end = s + p->items[i].len;
		int depth = 1;

		while (s + sizeof find < end && memcmp(s, find, sizeof find - 1) != 0)
			s++;
		if (s + sizeof find >= end)
			continue;
		s += sizeof find - 2;
		*s++ = '{';
		for (; s < end && depth > 0; s++) {
			depth += *s == '[' ? 1 : *s == ']' ? -1 : 0;
			if (depth > 0)
				*s = ' ';
		}
		s[-1] = '}';
	}
}

/* The times of the first element become those of the year 2001. */
static void
move_outside(struct sim_page *p)
{
	static const char *const names[] = {"\"starting_at\":\"", "\"ending_at\":\"", "\"date\":\"",
		"\"created_at\":\"", "\"updated_at\":\""};

	for (size_t n = 0; n < sizeof names / sizeof *names && p->n > 0; n++) {
		size_t len = strlen(names[n]);
		char *s = p->elements.data + p->items[0].at, *end = s + p->items[0].len;

		for (; s + len + 4 < end; s++)
			if (memcmp(s, names[n], len) == 0)
				memcpy(s + len, "2001", 4);
	}
}

static int
repeat_first(struct sim_page *p)
{
	size_t at = p->elements.len;

	if (p->n == 0)
		return 0;
	/* The memory may move while it grows, so the room comes first. */
	if (buf_reserve(&p->elements, p->items[0].len) == NULL)
		return -1;
	memcpy(p->elements.data + at, p->elements.data + p->items[0].at, p->items[0].len);
	p->elements.len += p->items[0].len;
	return sim_page_add(p, at);
}

static void
turn_cursor(struct sim_page *p, const struct sim_fault *f, uint64_t seed, unsigned salt)
{
	char *to = p->kind == SIM_IDS ? p->last : p->next;
	int tokens = p->own[0] != '\0';

	if (f->endless || f->cycle)
		p->has_more = 1;
	if (f->endless && tokens)
		sim_token_make(to, seed, p->fingerprint, p->position, salt & 0xffffff);
	else if (f->endless)
		snprintf(to, SIM_CURSOR, SIM_ENDLESS "%08x", salt);
	else if (f->cycle && p->asked[0] != '\0')
		memcpy(to, p->asked, SIM_CURSOR);
	else if (f->cycle && tokens)
		memcpy(to, p->own, SIM_CURSOR);
	else if (f->cycle && p->kind == SIM_NEXT)
		snprintf(to, SIM_CURSOR, SIM_ENDLESS "cycle");
}

int
sim_damage_page(
	struct buf *to, struct sim_page *p, const struct sim_fault *f, uint64_t seed, unsigned salt)
{
	struct sim_shape shape = {NULL, NULL, NULL, NULL};

	if (f->lose != NULL && lose_member(p, f->lose) == -1)
		return -1;
	if (f->outside)
		move_outside(p);
	if (f->repeat && repeat_first(p) == -1)
		return -1;
	if (f->skip && p->n > 0) {
		p->n--;
		memmove(&p->items[p->n / 2], &p->items[p->n / 2 + 1],
			(p->n - p->n / 2) * sizeof *p->items);
	}
	if (f->disorder && p->n > 1) {
		struct sim_span first = p->items[0];

		p->items[0] = p->items[p->n - 1];
		p->items[p->n - 1] = first;
	}
	turn_cursor(p, f, seed, salt);
	if (f->no_cursor) {
		shape.has_more = "true";
		shape.next = "null";
	}
	if (f->empty_more) {
		shape.data = "[]";
		shape.has_more = "true";
	}
	if (f->empty_more && p->own[0] != '\0' && p->next[0] == '\0')
		sim_token_make(p->next, seed, p->fingerprint, p->position, salt & 0xffffff);
	if (f->results_object)
		results_object(p);
	if (f->shape != NULL)
		shape = *f->shape;
	return sim_page_render(to, p, &shape, 0);
}

/* ---- damage to a body ---- */

static int
pretty(struct buf *b)
{
	struct buf to;
	int depth = 0, quoted = 0;

	buf_init(&to, b->max);
	for (size_t i = 0; i < b->len; i++) {
		char c = b->data[i];

		if (quoted) {
			buf_putc(&to, c);
			if (c == '\\' && i + 1 < b->len)
				buf_putc(&to, b->data[++i]);
			quoted = c != '"';
			continue;
		}
		quoted = c == '"';
		depth -= c == '}' || c == ']';
		if (c == '}' || c == ']')
			buf_printf(&to, "\r\n%*s", depth * 2, "");
		buf_putc(&to, c);
		depth += c == '{' || c == '[';
		if (c == '{' || c == '[' || c == ',')
			buf_printf(&to, "\r\n%*s", depth * 2, "");
		else if (c == ':')
			buf_putc(&to, ' ');
	}
	buf_puts(&to, "\r\n");
	buf_free(b);
	*b = to;
	return to.failed ? -1 : 0;
}

/* All of ASCII in strings, those of keys as well, becomes \u escapes. */
static int
escape(struct buf *b)
{
	struct buf to;
	int quoted = 0;

	buf_init(&to, b->max);
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->data[i];

		if (quoted && c == '\\' && i + 1 < b->len) {
			size_t n = b->data[i + 1] == 'u' && b->len - i >= 6 ? 6 : 2;

			buf_put(&to, b->data + i, n);
			i += n - 1;
		} else if (c == '"') {
			quoted = !quoted;
			buf_putc(&to, '"');
		} else if (quoted && c < 0x80) {
			buf_printf(&to, "\\u%04x", c);
		} else {
			buf_putc(&to, (char)c);
		}
	}
	buf_free(b);
	*b = to;
	return to.failed ? -1 : 0;
}

/* One more member at the start of the object, with N bytes of text. */
static int
grow(struct buf *b, size_t n)
{
	static const char head[] = "{\"padding\":\"";
	size_t more = sizeof head - 1 + n + 2;
	size_t rest = b->len - 1;

	if (b->len < 2 || b->data[0] != '{' || buf_reserve(b, more) == NULL)
		return b->failed ? -1 : 0;
	memmove(b->data + more, b->data + 1, rest);
	memcpy(b->data, head, sizeof head - 1);
	memset(b->data + sizeof head - 1, 'x', n);
	memcpy(b->data + more - 2, "\",", 2);
	b->len = more + rest;
	return 0;
}

/* The colon after a member's name, from the middle of the body on; NULL where there is none. */
static char *
member_colon(struct buf *b)
{
	for (size_t i = b->len / 2 + 1; i < b->len; i++)
		if (b->data[i] == ':' && b->data[i - 1] == '"')
			return b->data + i;
	return NULL;
}

int
sim_damage_body(struct buf *b, const struct sim_fault *f)
{
	char *colon;

	if (f->html) {
		buf_clear(b);
		return buf_puts(b,
			"<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head>"
			"<body><h1>502 Bad Gateway</h1></body></html>\n");
	}
	if (f->huge > 0 && grow(b, (size_t)f->huge) == -1)
		return -1;
	if ((f->escape && escape(b) == -1) || (f->pretty && pretty(b) == -1))
		return -1;
	if (f->broken && (colon = member_colon(b)) != NULL)
		*colon = '=';
	if (f->empty)
		buf_clear(b);
	return 0;
}
