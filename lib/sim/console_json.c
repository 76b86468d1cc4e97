#include "sim/console_json.h"

#include <string.h>

#include "sim/json.h"
#include "sim/org.h"

void
sim_console_json_residency(struct buf *to, const void *workspace, unsigned escapes)
{
	const struct sim_workspace *w = workspace;

	(void)escapes;
	buf_puts(to, "{\"allowed_inference_geos\":");
	if (w->geos[0] == NULL)
		buf_puts(to, "\"unrestricted\"");
	for (size_t i = 0; w->geos[i] != NULL; i++)
		buf_printf(to, "%s\"%s\"%s", i == 0 ? "[" : ",", w->geos[i],
			w->geos[i + 1] == NULL ? "]" : "");
	buf_printf(
		to, ",\"default_inference_geo\":\"%s\",\"workspace_geo\":\"us\"}", w->default_geo);
}

void
sim_console_json_tags(struct buf *to, const void *workspace, unsigned escapes)
{
	const struct sim_workspace *w = workspace;

	buf_putc(to, '{');
	for (size_t i = 0; i < w->ntags; i++) {
		if (i > 0)
			buf_putc(to, ',');
		sim_json_text(to, w->tags[i].name, escapes);
		buf_putc(to, ':');
		sim_json_text(to, w->tags[i].value, escapes);
	}
	buf_putc(to, '}');
}

void
sim_console_json_actor(struct buf *to, const void *actor, unsigned escapes)
{
	const struct sim_actor *a = actor;

	(void)escapes;
	if (a->id[0] == '\0')
		buf_puts(to, "null");
	else
		buf_printf(to, "{\"id\":\"%s\",\"type\":\"%s\"}", a->id, a->type);
}

void
sim_console_json_principal(struct buf *to, const void *actor, unsigned escapes)
{
	const struct sim_actor *a = actor;

	(void)escapes;
	if (a->id[0] == '\0')
		buf_puts(to, "null");
	else
		buf_printf(to, "{\"type\":\"%s\",\"%s\":\"%s\"}", a->type,
			strcmp(a->type, "user_actor") == 0 ? "user_id" : "service_account_id",
			a->id);
}

void
sim_console_json_scope(struct buf *to, const void *of, unsigned escapes)
{
	const struct sim_key *k = of;

	(void)escapes;
	buf_printf(to, "{\"type\":\"%s\"", k->scope_type);
	if (k->scope_workspace != NULL)
		buf_printf(to, ",\"workspace_id\":\"%s\"", k->scope_workspace);
	buf_putc(to, '}');
}

void
sim_console_json_models(struct buf *to, const void *group, unsigned escapes)
{
	const struct sim_limit_group *g = group;

	(void)escapes;
	if (g->models[0] == NULL) {
		buf_puts(to, "null");
		return;
	}
	for (size_t i = 0; i < SIM_MODEL_GROUP && g->models[i] != NULL; i++)
		buf_printf(to, "%s\"%s\"", i == 0 ? "[" : ",", g->models[i]);
	buf_putc(to, ']');
}

/* One limit, but for the brace that closes it. */
static void
put_limit(struct buf *to, size_t i, const struct sim_limit *l)
{
	buf_printf(to, "%s{\"type\":\"%s\",\"value\":%lld", i == 0 ? "" : ",", l->type,
		(long long)l->value);
}

void
sim_console_json_limits(struct buf *to, const void *group, unsigned escapes)
{
	const struct sim_limit_group *g = group;

	(void)escapes;
	buf_putc(to, '[');
	for (size_t i = 0; i < SIM_LIMITS && g->limits[i].type != NULL; i++) {
		put_limit(to, i, &g->limits[i]);
		buf_putc(to, '}');
	}
	buf_putc(to, ']');
}

void
sim_console_json_overrides(struct buf *to, const void *override, unsigned escapes)
{
	const struct sim_override *o = override;

	(void)escapes;
	buf_putc(to, '[');
	for (size_t i = 0; i < SIM_LIMITS && o->group.limits[i].type != NULL; i++) {
		put_limit(to, i, &o->group.limits[i]);
		if (o->org[i] < 0)
			buf_puts(to, ",\"org_limit\":null");
		else
			buf_printf(to, ",\"org_limit\":%lld", (long long)o->org[i]);
		buf_printf(to, ",\"source\":{\"type\":\"%s\"}}",
			o->inherited[i] ? "organization" : "workspace");
	}
	buf_putc(to, ']');
}
