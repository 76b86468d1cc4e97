#include "sim/json.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "sim/object.h"

/* Ways to escape text, as bits. */
enum { ESCAPE_WIDE = 1, ESCAPE_SLASH = 2, ESCAPE_HEX = 4 };
enum { OF_ORDER = 300 };

void
sim_json_text(struct buf *to, const char *s, unsigned escapes)
{
	const char *end = s + strlen(s);

	if (escapes == 0) {
		json_put_string(to, s);
		return;
	}
	buf_putc(to, '"');
	while (s < end) {
		size_t n = 1;
		long c = utf8_next(s, end, &n);

		if (c >= 0x10000 && escapes & ESCAPE_WIDE)
			buf_printf(to, "\\u%04lx\\u%04lx",
				0xd800 + ((unsigned long)(c - 0x10000) >> 10),
				0xdc00 + ((unsigned long)c & 0x3ff));
		else if ((c >= 0x80 && escapes & ESCAPE_WIDE) || (c < 0x20 && escapes & ESCAPE_HEX))
			buf_printf(to, "\\u%04lx", (unsigned long)c);
		else if (c == '/' && escapes & ESCAPE_SLASH)
			buf_put(to, "\\/", 2);
		else if (c == '\n' || c == '\t' || c == '\r')
			buf_puts(to, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
		else if (c == '"' || c == '\\')
			buf_printf(to, "\\%c", (char)c);
		else
			buf_put(to, s, n);
		s += n;
	}
	buf_putc(to, '"');
}

uint64_t
sim_json_variant(const struct sim *s, uint64_t kind, uint64_t i)
{
	return sim_hash(s->config.seed, OF_ORDER, kind, i);
}

static void
put_member(struct buf *to, const char *name, const char *text)
{
	buf_printf(to, "%s\"%s\":", to->data[to->len - 1] == '{' ? "" : ",", name);
	if (text == NULL)
		buf_put(to, "null", 4);
	else
		sim_json_text(to, text, 0);
}

static void
put_who(struct buf *to, const struct sim_who *w, int old_email)
{
	static const struct {
		const char *type, *id;
	} ids[] = {{"user_actor", "user_id"}, {"service_account_actor", "service_account_id"},
		{"api_actor", "api_key_id"}, {"scoped_api_key_actor", "scoped_api_key_id"}};
	int user = strcmp(w->type, "user_actor") == 0;

	buf_putc(to, '{');
	put_member(to, "type", w->type);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (strcmp(ids[i].type, w->type) == 0)
			put_member(to, ids[i].id, w->id);
	if (user) {
		if (old_email)
			put_member(to, "email", w->email);
		put_member(to, "email_address", w->email);
		put_member(to, "name", w->name);
		if (w->deleted >= 0)
			buf_printf(to, ",\"deleted\":%s", w->deleted ? "true" : "false");
	}
	if (w->provider != NULL) {
		buf_printf(to, ",\"provider\":%s", w->provider);
		put_member(to, "subject", w->subject);
	}
	buf_putc(to, '}');
}

static void
put_inner(struct buf *to, const struct sim_field *of, const void *object, int old)
{
	buf_putc(to, '{');
	for (const struct sim_field *f = of; f->name != NULL; f++) {
		if (sim_field_absent(f, object) || (f->old && !old))
			continue;
		buf_printf(to, "%s\"%s\":", to->data[to->len - 1] == '{' ? "" : ",", f->name);
		sim_json_value(to, f, object, 0, old);
	}
	buf_putc(to, '}');
}

void
sim_json_value(
	struct buf *to, const struct sim_field *f, const void *object, unsigned escapes, int old)
{
	const void *value = (const char *)object + f->at;
	const char *text = sim_field_text(f, object);

	if (sim_field_null(f, object))
		buf_put(to, "null", 4);
	else if (f->kind == SIM_NUMBER)
		sim_object_digits(to, *(const uint64_t *)value);
	else if (f->kind == SIM_BOOLEAN)
		buf_puts(to, *(const int *)value ? "true" : "false");
	else if (f->kind == SIM_MADE)
		f->make(to, value, escapes);
	else if (f->kind == SIM_OBJECT)
		put_inner(to, f->of, value, old);
	else if (f->kind == SIM_WHO)
		put_who(to, value, old && f->email);
	else if (f->kind == SIM_RAW || f->kind == SIM_DIGITS)
		buf_puts(to, text);
	else
		sim_json_text(to, text, escapes);
}

void
sim_json_object(
	struct buf *to, const struct sim_fields *of, const void *object, uint64_t h, int old)
{
	struct sim_object o;

	sim_object_start(&o, to);
	for (const struct sim_field *f = of->v; f->name != NULL; f++) {
		if (sim_field_absent(f, object) || (f->old && !old))
			continue;
		sim_object_key(&o, f->name);
		sim_json_value(
			to, f, object, f->ways == 0 ? 0 : (unsigned)(h >> f->shift) % f->ways, old);
	}
	sim_object_end(&o, of->turns > 0 && h % of->every == 0 ? h % of->turns : 0);
}
