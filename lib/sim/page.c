#include "sim/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "sim/org.h"

enum { TOKEN_BYTES = 19, OF_TOKEN = 200 };

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
sim_page_init(struct sim_page *p, enum sim_envelope kind)
{
	memset(p, 0, sizeof *p);
	p->kind = kind;
	buf_init(&p->elements, (size_t)1 << 30);
}

void
sim_page_free(struct sim_page *p)
{
	buf_free(&p->elements);
	free(p->items);
	p->items = NULL;
	p->n = p->cap = 0;
}

int
sim_page_add(struct sim_page *p, size_t at)
{
	if (p->elements.failed)
		return -1;
	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 32 : p->cap * 2;
		struct sim_span *items = realloc(p->items, cap * sizeof *items);

		if (items == NULL)
			return -1;
		p->items = items;
		p->cap = cap;
	}
	p->items[p->n++] = (struct sim_span){at, p->elements.len - at};
	return 0;
}

static void
put_data(struct buf *to, const struct sim_page *p)
{
	buf_putc(to, '[');
	for (size_t i = 0; i < p->n; i++) {
		if (i > 0)
			buf_putc(to, ',');
		buf_put(to, p->elements.data + p->items[i].at, p->items[i].len);
	}
	buf_putc(to, ']');
}

/* "NAME": and TEXT, or a string or null; nothing where TEXT is "". */
static void
put_member(struct buf *to, const char *name, const char *text, const char *string)
{
	if (text != NULL && *text == '\0')
		return;
	if (to->data[to->len - 1] != '{')
		buf_putc(to, ',');
	buf_printf(to, "\"%s\":", name);
	if (text != NULL)
		buf_puts(to, text);
	else if (string != NULL && *string != '\0')
		json_put_string(to, string);
	else
		buf_puts(to, "null");
}

static void
put_envelope(struct buf *to, const struct sim_page *p, const struct sim_shape *s)
{
	const char *more = s->has_more != NULL ? s->has_more : p->has_more ? "true" : "false";

	if (p->kind == SIM_IDS) {
		put_member(to, "first_id", NULL, p->first);
		put_member(to, "has_more", more, NULL);
		put_member(to, "last_id", s->next, p->last);
	} else {
		if (p->kind == SIM_TOKENS)
			put_member(to, "has_more", more, NULL);
		put_member(to, "next_page", s->next, p->next);
	}
	if (p->extra[0] != '\0')
		buf_printf(to, ",%s", p->extra);
}

int
sim_page_render(struct buf *to, const struct sim_page *p, const struct sim_shape *shape, int odd)
{
	const struct sim_shape right = {NULL, NULL, NULL, NULL};
	const struct sim_shape *s = shape == NULL ? &right : shape;

	if (s->whole != NULL)
		return buf_puts(to, s->whole);
	if (p->kind == SIM_BARE)
		return p->n == 0 ? buf_puts(to, "{}")
				 : buf_put(to, p->elements.data, p->items[0].len);
	if (buf_reserve(to, (p->elements.len + p->n + 512) * (p->again != NULL ? 2 : 1)) == NULL)
		return -1;
	buf_putc(to, '{');
	if (odd)
		put_envelope(to, p, s);
	if (s->data != NULL) {
		put_member(to, "data", s->data, NULL);
	} else {
		buf_puts(to, odd ? ",\"data\":" : "\"data\":");
		put_data(to, p);
	}
	if (p->again != NULL && s->data == NULL) {
		buf_printf(to, ",\"%s\":", p->again);
		put_data(to, p);
	}
	if (!odd)
		put_envelope(to, p, s);
	return buf_putc(to, '}');
}

static void
mask(unsigned char *b, uint64_t seed, unsigned salt)
{
	for (size_t i = 0; i < 16; i++)
		b[i] ^= (unsigned char)(sim_hash(seed, OF_TOKEN, salt, i / 8) >> i % 8 * 8);
}

void
sim_token_make(
	char to[SIM_CURSOR], uint64_t seed, uint64_t fingerprint, int64_t position, unsigned salt)
{
	unsigned char b[TOKEN_BYTES + 2] = {0};
	size_t n = 0;

	for (size_t i = 0; i < 8; i++) {
		b[i] = (unsigned char)(fingerprint >> i * 8);
		b[i + 8] = (unsigned char)((uint64_t)position >> i * 8);
	}
	mask(b, seed, salt & 0xffffff);
	for (size_t i = 0; i < 3; i++)
		b[16 + i] = (unsigned char)(salt >> i * 8);
	memcpy(to, "page_", 5);
	n = 5;
	for (size_t i = 0; i < TOKEN_BYTES; i += 3) {
		unsigned v = (unsigned)b[i] << 16 | (unsigned)b[i + 1] << 8 | b[i + 2];

		to[n++] = base64[v >> 18];
		to[n++] = base64[v >> 12 & 63];
		to[n++] = i + 1 < TOKEN_BYTES ? base64[v >> 6 & 63] : '=';
		to[n++] = i + 2 < TOKEN_BYTES ? base64[v & 63] : '=';
	}
	to[n] = '\0';
}

int
sim_token_read(const char *token, uint64_t seed, uint64_t fingerprint, int64_t *position)
{
	char again[SIM_CURSOR];
	unsigned char b[24] = {0};
	uint64_t place = 0;
	unsigned salt;

	if (strlen(token) != 5 + 28)
		return -1;
	for (size_t i = 0; i < 28; i++) {
		const char *c = strchr(base64, token[5 + i]);
		unsigned v = c == NULL || *c == '\0' ? 0 : (unsigned)(c - base64);

		for (size_t bit = 0; bit < 6; bit++)
			if (v >> (5 - bit) & 1 && (i * 6 + bit) / 8 < sizeof b)
				b[(i * 6 + bit) / 8] |= (unsigned char)(0x80 >> (i * 6 + bit) % 8);
	}
	salt = b[16] | (unsigned)b[17] << 8 | (unsigned)b[18] << 16;
	mask(b, seed, salt);
	for (size_t i = 0; i < 8; i++)
		place |= (uint64_t)b[i + 8] << i * 8;
	*position = (int64_t)place;
	sim_token_make(again, seed, fingerprint, *position, salt);
	return strcmp(again, token) == 0 ? 0 : -1;
}
