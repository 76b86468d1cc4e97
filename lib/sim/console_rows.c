#include "sim/console_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "sim/console_fields.h"

/* ---- limits ---- */

static void
limits_of(struct sim_oracle *o, const struct sim_override *v)
{
	struct sim_one_limit l = {.of = *v};

	for (size_t i = 0; i < SIM_LIMITS && v->group.limits[i].type != NULL; i++) {
		l.type = v->group.limits[i].type;
		l.value = v->group.limits[i].value;
		l.org = v->org[i];
		sim_expect_row(o, &l);
	}
}

int
sim_console_limits(struct sim_oracle *o, struct ant_err *e)
{
	struct sim_override v = {.workspace_id = NULL};

	(void)e;
	for (size_t g = 0; sim_org_limits(&o->s->org, g, &v.group); g++)
		limits_of(o, &v);
	return 0;
}

int
sim_console_overrides(struct sim_oracle *o, struct ant_err *e)
{
	struct sim_override v;
	int has;

	(void)e;
	for (size_t w = 0; w <= o->s->org.nworkspaces; w++)
		for (size_t g = 0; !sim_org_workspace(&o->s->org, w)->head.gone &&
				   (has = sim_org_override(&o->s->org, w, g, 0, &v)) != -1;
			g++)
			if (has)
				limits_of(o, &v);
	return 0;
}

/* ---- usage and cost ---- */

static int
take_dimension(const char *name, void *dims)
{
	int d = sim_dim_find(name);

	if (d < 0)
		return -1;
	*(unsigned *)dims |= 1U << d;
	return 0;
}

/* By GROUPS, unless the call says otherwise. */
static int
usage(struct sim_oracle *o, const char *groups, struct ant_err *e)
{
	const struct strlist none[SIM_DIMS] = {{NULL, 0}};
	struct sim_usage_row r;
	struct sim_usage u;
	unsigned dims = 0;

	if (sim_expect_groups(
		    o->group_by != NULL ? o->group_by : groups, take_dimension, &dims, e) == -1 ||
		sim_usage_open(&u, o->s, dims, none, e) == -1)
		return -1;
	for (int64_t at = o->from; at < o->end; at += o->width) {
		sim_usage_bucket(&u, at, o->width);
		for (size_t g = 0; g < u.groups.ids.n; g++)
			if (sim_usage_row(&u, g, &r))
				sim_expect_row(o, &r);
	}
	sim_usage_close(&u);
	return 0;
}

int
sim_console_usage(struct sim_oracle *o, struct ant_err *e)
{
	return usage(o, "api_key_id,workspace_id,model,service_tier,context_window", e);
}

int
sim_console_usage_by_cost(struct sim_oracle *o, struct ant_err *e)
{
	return usage(o, "workspace_id,model,service_tier,context_window,inference_geo", e);
}

int
sim_console_usage_total(struct sim_oracle *o, struct ant_err *e)
{
	return usage(o, "", e);
}

enum { BY_WORKSPACE = 1, BY_DESCRIPTION = 2 };

static int
take_cost(const char *name, void *groups)
{
	unsigned bit = strcmp(name, "workspace_id") == 0  ? BY_WORKSPACE
		       : strcmp(name, "description") == 0 ? BY_DESCRIPTION
							  : 0;

	*(unsigned *)groups |= bit;
	return bit == 0 ? -1 : 0;
}

/* The same. */
static int
cost(struct sim_oracle *o, const char *groups, struct ant_err *e)
{
	const char *list = o->group_by != NULL ? o->group_by : groups;
	struct sim_cost_row r;
	struct sim_cost c;
	unsigned by = 0;

	if (sim_expect_groups(list, take_cost, &by, e) == -1 ||
		sim_cost_open(&c, o->s, by & BY_WORKSPACE, by & BY_DESCRIPTION, e) == -1)
		return -1;
	for (int64_t at = o->from; at < o->end; at += UTC_DAY) {
		sim_cost_day(&c, at / UTC_DAY);
		for (size_t g = 0; g < c.groups.ids.n; g++)
			if (sim_cost_row(&c, g, &r))
				sim_expect_row(o, &r);
	}
	sim_cost_close(&c);
	return 0;
}

int
sim_console_cost(struct sim_oracle *o, struct ant_err *e)
{
	return cost(o, "workspace_id,description", e);
}

int
sim_console_cost_total(struct sim_oracle *o, struct ant_err *e)
{
	return cost(o, "", e);
}

int64_t
sim_console_whole_days(const struct sim *s, int64_t width)
{
	return utc_floor(sim_now(s), width);
}

/* ---- Claude Code ---- */

/* One row with the sum of all models. */
static void
code_sum(struct sim_oracle *o, struct sim_code_row *c)
{
	struct buf names;

	buf_init(&names, 1 << 16);
	for (size_t i = 0; i < c->r.nmodels; i++) {
		const struct sim_code_model *m = &c->r.models[i];

		c->m.input += m->input;
		c->m.output += m->output;
		c->m.read += m->read;
		c->m.create += m->create;
		c->m.units += m->units;
		buf_printf(&names, "%s%s", i == 0 ? "" : ",", m->model);
	}
	sim_money(c->m.cost, c->m.units, 0);
	c->models = c->r.nmodels == 0 ? NULL : buf_str(&names);
	c->currency = c->r.nmodels == 0 ? NULL : "USD";
	sim_expect_row(o, c);
	buf_free(&names);
}

/* A row for each model. */
static void
code_each(struct sim_oracle *o, struct sim_code_row *c)
{
	for (size_t i = 0; i < c->r.nmodels; i++) {
		c->m = c->r.models[i];
		sim_expect_row(o, c);
	}
}

static int
code_days(struct sim_oracle *o, void (*put)(struct sim_oracle *o, struct sim_code_row *c),
	struct ant_err *e)
{
	for (int64_t at = o->from; at < o->end; at += UTC_DAY) {
		struct sim_code *records;
		size_t n;

		if (sim_code_day(o->s, at / UTC_DAY, &records, &n) == -1)
			return err_set(e, ANT_FAIL, "out of memory for a day of Claude Code");
		for (size_t i = 0; i < n; i++) {
			struct sim_code_row c = {.r = records[i], .organization = o->s->org.id};

			c.actor_type = c.r.is_key ? "api_actor" : "user_actor";
			utc_format(at, c.date);
			put(o, &c);
		}
		free(records);
	}
	return 0;
}

int
sim_console_code_usage(struct sim_oracle *o, struct ant_err *e)
{
	return code_days(o, code_sum, e);
}

int
sim_console_code_models(struct sim_oracle *o, struct ant_err *e)
{
	return code_days(o, code_each, e);
}
