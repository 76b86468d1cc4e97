#include "sim/object.h"

#include <string.h>

void
sim_object_start(struct sim_object *o, struct buf *to)
{
	o->to = to;
	o->start = to->len;
	o->n = 0;
}

void
sim_object_key(struct sim_object *o, const char *name)
{
	if (o->n < SIM_OBJECT_MEMBERS)
		o->at[o->n++] = o->to->len;
	buf_putc(o->to, '"');
	buf_puts(o->to, name);
	buf_put(o->to, "\":", 2);
}

void
sim_object_end(struct sim_object *o, size_t turn)
{
	struct buf *to = o->to;
	size_t len = to->len - o->start, size = len + o->n + 1;
	char *p;

	o->at[o->n] = to->len;
	if (o->n == 0 || buf_reserve(to, size) == NULL) {
		buf_put(to, "{}", 2);
		return;
	}
	p = to->data + to->len;
	for (size_t i = 0; i < o->n; i++) {
		size_t m = (i + turn) % o->n, n = o->at[m + 1] - o->at[m];

		*p++ = i == 0 ? '{' : ',';
		memcpy(p, to->data + o->at[m], n);
		p += n;
	}
	*p = '}';
	memmove(to->data + o->start, to->data + to->len, size);
	to->len = o->start + size;
}

void
sim_object_plain(struct sim_object *o, const char *name, const char *s)
{
	sim_object_key(o, name);
	if (s == NULL) {
		buf_put(o->to, "null", 4);
		return;
	}
	buf_putc(o->to, '"');
	buf_puts(o->to, s);
	buf_putc(o->to, '"');
}

void
sim_object_digits(struct buf *to, uint64_t v)
{
	char digits[24];
	size_t n = sizeof digits;

	do {
		digits[--n] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v != 0);
	buf_put(to, digits + n, sizeof digits - n);
}

void
sim_object_number(struct sim_object *o, const char *name, uint64_t v)
{
	sim_object_key(o, name);
	sim_object_digits(o->to, v);
}
