#include "sim/param.h"

#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "sim/call.h"
#include "sim/endpoint.h"

const struct sim_texts *
sim_param_texts(const char *path)
{
	static const struct sim_texts families[] = {
		{"/v1/compliance/", 1,
			"The page parameter is not a valid cursor for this request."},
		{"/v1/organizations/spend_limit", 0,
			"cursor does not match current query parameters"},
		{"", 0, "page: Invalid page token for these parameters"},
	};
	const struct sim_texts *t = families;

	while (strncmp(path, t->prefix, strlen(t->prefix)) != 0)
		t++;
	return t;
}

/* What an endpoint has besides its own: by the way it pages; sim/lists reads the values. */
static const struct {
	struct sim_param of;
	unsigned pagings; /* 1 << enum sim_paging */
} common[] = {
	{{"limit", .kind = SIM_P_TEXT}, 1U << SIM_BY_ID | 1U << SIM_BY_TOKEN},
	{{"after_id", .kind = SIM_P_TEXT}, 1U << SIM_BY_ID},
	{{"before_id", .kind = SIM_P_TEXT}, 1U << SIM_BY_ID},
	{{"page", .kind = SIM_P_TEXT}, 1U << SIM_BY_TOKEN},
	/* The official client sends beta=true to what it has under beta; no endpoint minds. */
	{{"beta", .kind = SIM_P_TEXT}, ~0U},
};

static const struct sim_param *
find(const struct sim_call *c, const char *name)
{
	const struct sim_endpoint *e = c->endpoint;

	for (const struct sim_param *p = e->params; p != NULL && p->name != NULL; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if (strcmp(common[i].of.name, name) == 0 && common[i].pagings >> e->paging & 1 &&
			(e->most > 0 || strcmp(name, "limit") != 0))
			return &common[i].of;
	return NULL;
}

static int
may_repeat(const struct sim_param *p)
{
	size_t len = strlen(p->name);

	return p->many || (len > 2 && strcmp(p->name + len - 2, "[]") == 0);
}

/* How many of the first N parameters are called NAME. */
static size_t
count(const struct sim_call *c, const char *name, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += strcmp(c->q.names.v[i], name) == 0;
	return found;
}

/* 1 where V, of LEN bytes, is one of LIST. */
static int
listed(const char *const *list, const char *v, size_t len)
{
	for (; list != NULL && *list != NULL; list++)
		if (strlen(*list) == len && strncmp(*list, v, len) == 0)
			return 1;
	return list == NULL;
}

/* ---- values ---- */

static int
is_bool(const char *v)
{
	return strcasecmp(v, "true") == 0 || strcasecmp(v, "false") == 0;
}

/* An instant with its zone, or where DAY is set a date, in seconds. */
static int
read_time(const char *v, int day, int64_t *t)
{
	size_t len = strlen(v);
	const char *zone = len > 10 ? strpbrk(v + 10, "Zz+-") : NULL;

	if (day)
		return len == 10 ? utc_parse(v, len, t) : -1;
	return zone == NULL ? -1 : utc_parse(v, len, t);
}

static int
check_instant(struct sim_call *c, const struct sim_param *p, const char *v)
{
	int64_t t;

	if (read_time(v, p->kind == SIM_P_DAY, &t) == 0)
		return 0;
	if (sim_param_texts(c->r->path)->compliance)
		return sim_call_refuse(c, 400,
			"The `%s` parameter contains an invalid timestamp format. Use RFC 3339, "
			"such as 2026-01-31T00:00:00Z.",
			p->name);
	if (p->kind == SIM_P_DAY)
		return sim_call_refuse(c, 400, "%s: Invalid date format. Use YYYY-MM-DD.", p->name);
	return sim_call_refuse(
		c, 400, "%s: Input should be a valid datetime with timezone", p->name);
}

static int
check_pair(struct sim_call *c, const struct sim_param *p, const char *v)
{
	size_t len = strcspn(v, ":");

	if (v[len] == '\0')
		return sim_call_refuse(
			c, 400, "%s: Input should be dimension:value, not '%.80s'", p->name, v);
	if (!listed(p->values, v, len))
		return sim_call_refuse(c, 400, "%s: '%.*s' is not supported by this endpoint",
			p->name, (int)(len < 80 ? len : 80), v);
	return 0;
}

static int
check_value(struct sim_call *c, const struct sim_param *p, const char *v)
{
	switch (p->kind) {
	case SIM_P_INSTANT:
	case SIM_P_DAY:
		return check_instant(c, p, v);
	case SIM_P_PAIR:
		return check_pair(c, p, v);
	case SIM_P_BOOL:
	case SIM_P_ALSO:
		if (is_bool(v))
			return 0;
		break;
	case SIM_P_WORD:
	case SIM_P_TEXT:
	default:
		if (listed(p->values, v, strlen(v)))
			return 0;
	}
	return sim_call_refuse(c, 400, "%s: Input should be one of the documented values", p->name);
}

int
sim_param_check(struct sim_call *c)
{
	const struct sim_param *p;

	for (size_t i = 0; i < c->q.names.n; i++) {
		const char *name = c->q.names.v[i];

		if ((p = find(c, name)) == NULL)
			return sim_call_refuse(c, 400, "%s: Extra inputs are not permitted", name);
		if (!may_repeat(p) && count(c, name, i) > 0)
			return sim_call_refuse(c, 400, "%s: Input should be a single value", name);
		if (p->most > 0 && count(c, name, i + 1) > (size_t)p->most)
			return sim_call_refuse(
				c, 400, "%s: At most %d values are allowed", name, p->most);
	}
	for (size_t i = 0; i < c->q.names.n; i++)
		if (check_value(c, find(c, c->q.names.v[i]), c->q.values.v[i]) == -1)
			return -1;
	return 0;
}

/* ---- what a list shows ---- */

/* 1 where one of the parameters P asks for TEXT, or none of them is there. */
static int
wanted(const struct sim_call *c, const struct sim_param *p, const char *text)
{
	int (*compare)(const char *, const char *) = p->compare != NULL ? p->compare : strcmp;
	int any = 0;

	for (size_t i = 0; i < c->q.names.n; i++) {
		if (strcmp(c->q.names.v[i], p->name) != 0)
			continue;
		if (compare(c->q.values.v[i], text) == 0)
			return 1;
		any = 1;
	}
	return !any;
}

int
sim_param_shows(const struct sim_call *c, const struct sim_fields *of, const void *object)
{
	for (const struct sim_param *p = c->endpoint->params; p != NULL && p->name != NULL; p++) {
		const struct sim_field *f;
		const char *text;

		if (p->field == NULL ||
			(f = sim_field_find(of, p->field, strlen(p->field))) == NULL)
			continue;
		if (p->kind == SIM_P_ALSO) {
			if (!sim_field_null(f, object) && !sim_param_true(c, p->name))
				return 0;
			continue;
		}
		text = sim_field_text(f, object);
		if (!wanted(c, p, text == NULL ? "" : text))
			return 0;
	}
	return 1;
}

/* ---- single values ---- */

int
sim_param_time(const struct sim_call *c, const char *name, int64_t *t)
{
	const struct sim_param *p = find(c, name);
	const char *v = sim_query_value(&c->q, name);

	return v != NULL && p != NULL && read_time(v, p->kind == SIM_P_DAY, t) == 0;
}

int
sim_param_true(const struct sim_call *c, const char *name)
{
	const char *v = sim_query_value(&c->q, name);

	return v != NULL && strcasecmp(v, "true") == 0;
}

const char *
sim_param_value(const struct sim_call *c, const char *name, size_t i)
{
	for (size_t k = 0; k < c->q.names.n; k++)
		if (strcmp(c->q.names.v[k], name) == 0 && i-- == 0)
			return c->q.values.v[k];
	return NULL;
}
