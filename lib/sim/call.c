#include "sim/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "sim/endpoint.h"
#include "sim/json.h"
#include "sim/param.h"

enum { OF_FINGERPRINT = 400 };

const char *
sim_error_type(int status)
{
	static const struct {
		int status;
		const char *type;
	} types[] = {{401, "authentication_error"}, {402, "billing_error"},
		{403, "permission_error"}, {404, "not_found_error"}, {409, "conflict_error"},
		{413, "request_too_large"}, {429, "rate_limit_error"}, {504, "timeout_error"},
		{529, "overloaded_error"}};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].status == status)
			return types[i].type;
	return status >= 500 ? "api_error" : "invalid_request_error";
}

static void
put_error(struct buf *to, const char *type, const char *message)
{
	buf_puts(to, "\"error\":{\"type\":");
	json_put_string(to, type);
	buf_puts(to, ",\"message\":");
	json_put_string(to, message);
	buf_putc(to, '}');
}

int
sim_error_body(struct buf *to, const char *type, const char *message, const char *id)
{
	buf_puts(to, "{\"type\":\"error\",");
	put_error(to, type, message);
	if (id != NULL)
		buf_printf(to, ",\"request_id\":\"%s\"", id);
	return buf_putc(to, '}');
}

/* As the Compliance API writes it at times: without the outer type and the request's id. */
static void
bare_error(struct buf *to, const char *type, const char *message)
{
	buf_putc(to, '{');
	put_error(to, type, message);
	buf_putc(to, '}');
}

int
sim_call_refuse(struct sim_call *c, int status, const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	c->a->status = status;
	buf_clear(&c->a->body);
	if (c->endpoint != NULL && c->endpoint->flags & SIM_BARE_ERRORS && c->r->number % 2 == 1)
		bare_error(&c->a->body, sim_error_type(status), message);
	else
		sim_error_body(&c->a->body, sim_error_type(status), message, c->r->id);
	return -1;
}

void
sim_answer_free(struct sim_answer *a)
{
	sim_page_free(&a->page);
	buf_free(&a->body);
}

int
sim_call_version(const char *version, int *old)
{
	*old = strcmp(version, "2023-06-01") == 0;
	return *old || strcmp(version, "2026-10-21") == 0;
}

int
sim_call_beta(const struct sim_request *r, const char *beta)
{
	const char *p = r->beta;
	size_t len = strlen(beta);

	while (p != NULL && *p != '\0') {
		size_t n = strcspn(p += strspn(p, ", \t"), ", \t");

		if (n == len && strncmp(p, beta, n) == 0)
			return 1;
		p += n;
	}
	return 0;
}

/* ---- parameters ---- */

int
sim_call_limit(struct sim_call *c, long standard, long max, long *limit)
{
	const struct sim_texts *texts = sim_param_texts(c->r->path);
	const char *v = sim_query_value(&c->q, "limit");
	char *end;

	*limit = standard;
	if (v != NULL) {
		*limit = strtol(v, &end, 10);
		if (*v < '0' || *v > '9' || *end != '\0')
			return sim_call_refuse(c, 400,
				"limit: Input should be a valid integer, unable to parse string as "
				"an integer");
		if ((*limit < 1 || *limit > max) && texts->compliance)
			return sim_call_refuse(c, 400,
				"The limit parameter must be between 1 and %ld, inclusive. Got %s.",
				max, v);
		if (*limit < 1)
			return sim_call_refuse(
				c, 400, "limit: Input should be greater than or equal to 1");
		if (*limit > max)
			return sim_call_refuse(
				c, 400, "limit: Input should be less than or equal to %ld", max);
	}
	if (c->r->page_size > 0 && *limit > c->r->page_size)
		*limit = c->r->page_size;
	return 0;
}

int
sim_call_wanted(const struct sim_call *c, const char *name, const char *v,
	int (*compare)(const char *, const char *))
{
	size_t len = strlen(name);
	int any = 0;

	for (size_t i = 0; i < c->q.names.n; i++) {
		const char *n = c->q.names.v[i];

		if (strncmp(n, name, len) != 0 || (n[len] != '\0' && strcmp(n + len, "[]") != 0))
			continue;
		if (compare(c->q.values.v[i], v) == 0)
			return 1;
		any = 1;
	}
	return !any;
}

/* What a page token is tied to: the path and every parameter except the page and its size. */
static uint64_t
fingerprint(const struct sim_call *c)
{
	struct strlist pairs = {NULL, 0};
	uint64_t h = sim_hash(c->s->config.seed, OF_FINGERPRINT, 0, 0);
	struct buf pair;

	buf_init(&pair, 1 << 20);
	for (size_t i = 0; i < c->q.names.n; i++) {
		/* The same list, whatever its pages are like and whichever client asks. */
		if (strcmp(c->q.names.v[i], "page") == 0 || strcmp(c->q.names.v[i], "limit") == 0 ||
			strcmp(c->q.names.v[i], "beta") == 0)
			continue;
		buf_clear(&pair);
		buf_printf(&pair, "%s=%s", c->q.names.v[i], c->q.values.v[i]);
		strlist_add(&pairs, pair.data, pair.len);
	}
	strlist_sort(&pairs);
	for (const char *p = c->r->path; *p != '\0'; p++)
		h = sim_hash(h, (unsigned char)*p, 1, 0);
	for (size_t i = 0; i < pairs.n; i++)
		for (const char *p = pairs.v[i]; p == pairs.v[i] || p[-1] != '\0'; p++)
			h = sim_hash(h, (unsigned char)*p, 2, 0);
	strlist_free(&pairs);
	buf_free(&pair);
	return h;
}

int
sim_call_token(struct sim_call *c, int64_t standard, int64_t *position)
{
	struct sim_page *p = &c->a->page;
	const char *token = sim_query_value(&c->q, "page");

	p->fingerprint = fingerprint(c);
	*position = standard;
	if (token != NULL) {
		if (sim_token_read(token, c->s->config.seed, p->fingerprint, position) == -1)
			return sim_call_refuse(c, 400, "%s", sim_param_texts(c->r->path)->cursor);
		snprintf(p->asked, sizeof p->asked, "%s", token);
	}
	p->position = *position;
	sim_token_make(p->own, c->s->config.seed, p->fingerprint, *position, 1);
	return 0;
}

void
sim_call_next(struct sim_call *c, int64_t position)
{
	struct sim_page *p = &c->a->page;

	p->has_more = 1;
	sim_token_make(p->next, c->s->config.seed, p->fingerprint, position,
		(unsigned)sim_hash(p->fingerprint, (uint64_t)position, 0, 0) & 0xffffff);
}

int
sim_call_put(struct sim_call *c, const struct sim_fields *of, const void *object, uint64_t h)
{
	struct sim_page *p = &c->a->page;
	size_t at = p->elements.len;

	sim_json_object(&p->elements, of, object, h, c->old);
	if (sim_page_add(p, at) == -1)
		return sim_call_refuse(c, 500, "Internal server error");
	return 0;
}
