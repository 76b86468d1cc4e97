#include <string.h>

#include "base/json.h"
#include "sim/domains.h"
#include "sim/seats.h"

/* {"type":"user","user_id":...} and the like. */
static void
put_scope(struct buf *to, const void *object, unsigned escapes)
{
	const struct sim_spend_scope *s = object;

	(void)escapes;
	buf_printf(to, "{\"type\":\"%s\"", s->type);
	if (s->member != NULL) {
		buf_printf(to, ",\"%s\":", s->member);
		json_put_string(to, s->id);
	}
	buf_putc(to, '}');
}

#define WHO "type id email name deleted"

static const struct sim_field limit[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_spend_limit, id)},
	{"type", SIM_CONSTANT, .text = "spend_limit"},
	{"amount", SIM_CHARS, .at = offsetof(struct sim_spend_limit, amount), .cents = 1},
	{"currency", SIM_TEXT, .at = offsetof(struct sim_spend_limit, currency)},
	{"period", SIM_TEXT, .at = offsetof(struct sim_spend_limit, period)},
	{"scope", SIM_MADE, .at = offsetof(struct sim_spend_limit, scope), .make = put_scope,
		.column = ""},
	{"scope_type", SIM_TEXT, .at = offsetof(struct sim_spend_limit, scope.type), .hidden = 1},
	{"scope_id", SIM_CHARS, .at = offsetof(struct sim_spend_limit, scope.id), .hidden = 1},
	{"is_enabled", SIM_BOOLEAN, .at = offsetof(struct sim_spend_limit, enabled)},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_spend_limit, created_at)},
	{"updated_at", SIM_CHARS, .at = offsetof(struct sim_spend_limit, updated_at)},
	{.name = NULL},
};

static const struct sim_field effective[] = {
	{"actor", SIM_WHO, .at = offsetof(struct sim_effective, actor), .parts = WHO},
	{"scope", SIM_MADE, .at = offsetof(struct sim_effective, scope), .make = put_scope,
		.column = ""},
	{"scope_type", SIM_TEXT, .at = offsetof(struct sim_effective, scope.type), .hidden = 1},
	{"scope_id", SIM_CHARS, .at = offsetof(struct sim_effective, scope.id), .hidden = 1},
	{"source", SIM_MADE, .at = offsetof(struct sim_effective, source), .make = put_scope},
	{"amount", SIM_CHARS, .at = offsetof(struct sim_effective, amount), .cents = 1},
	{"currency", SIM_TEXT, .at = offsetof(struct sim_effective, currency)},
	{"period", SIM_TEXT, .at = offsetof(struct sim_effective, period)},
	{"period_to_date_spend", SIM_CHARS, .at = offsetof(struct sim_effective, spent),
		.cents = 1},
	{"spend_limit_id", SIM_CHARS, .at = offsetof(struct sim_effective, limit_id)},
	{"user_id", SIM_TEXT, .at = offsetof(struct sim_effective, actor.id), .hidden = 1,
		.column = ""},
	{.name = NULL},
};

static int
summed(const void *request)
{
	return ((const struct sim_increase *)request)->summed;
}

static const struct sim_field increase[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_increase, id)},
	{"type", SIM_CONSTANT, .text = "spend_limit_increase_request"},
	{"actor", SIM_WHO, .at = offsetof(struct sim_increase, actor), .parts = WHO},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_increase, created_at)},
	{"period", SIM_TEXT, .at = offsetof(struct sim_increase, period)},
	{"status", SIM_TEXT, .at = offsetof(struct sim_increase, status)},
	{"resolved_at", SIM_CHARS, .at = offsetof(struct sim_increase, resolved_at)},
	{"resolved_by", SIM_WHO, .at = offsetof(struct sim_increase, resolver), .parts = WHO},
	{"spend_summary", SIM_OBJECT, .at = offsetof(struct sim_increase, summary), .of = effective,
		.has = summed},
	{"actor_id", SIM_TEXT, .at = offsetof(struct sim_increase, actor.id), .hidden = 1,
		.column = ""},
	{.name = NULL},
};

static const struct sim_fields limit_fields = {limit, 31, 2, 9},
			       effective_fields = {effective, 32, 2, 8},
			       increase_fields = {increase, 33, 2, 9};

static const char *const periods[] = {"daily", "weekly", "monthly", NULL};
static const char *const statuses[] = {"pending", "approved", "denied", NULL};
static const char *const scopes[] = {"organization", "organization_service", "rbac_group",
	"seat_tier", "usage_tier", "user", "workspace", NULL};

static const struct sim_param limit_params[] = {
	{"scope_type[]", .kind = SIM_P_WORD, .values = scopes, .field = "scope_type"},
	{"workspace_id", .kind = SIM_P_TEXT},
	{.name = NULL},
};

static const struct sim_param effective_params[] = {
	{"period[]", .kind = SIM_P_WORD, .values = periods, .field = "period"},
	{"user_ids[]", .kind = SIM_P_TEXT, .most = 100, .field = "user_id"},
	{.name = NULL},
};

static const struct sim_param increase_params[] = {
	{"status[]", .kind = SIM_P_WORD, .values = statuses, .field = "status"},
	{"actor_ids[]", .kind = SIM_P_TEXT, .field = "actor_id"},
	{.name = NULL},
};

/* What only a Console has. */
static int
check_limits(struct sim_call *c)
{
	if (sim_query_value(&c->q, "workspace_id") != NULL)
		return sim_call_refuse(c, 400,
			"workspace_id: This organization's spend limits have no workspaces");
	for (size_t i = 0; sim_param_value(c, "scope_type[]", i) != NULL; i++)
		if (strcmp(sim_param_value(c, "scope_type[]", i), "workspace") == 0)
			return sim_call_refuse(c, 400,
				"scope_type[]: workspace does not apply to this organization");
	return 0;
}

/* All periods of a member stand on one page. */
static int
same_member(const void *before, const void *object)
{
	const struct sim_effective *a = before, *b = object;

	return strcmp(a->actor.id, b->actor.id) == 0;
}

const struct sim_endpoint sim_seats_endpoints[] = {
	{"organizations/spend_limits", SIM_SCOPED, "read:spend_limits",
		"spend-limit-reads-2026-09-26", 400, limit_params, .paging = SIM_BY_TOKEN,
		.limit = 20, .most = 1000, .envelope = SIM_NEXT, .of = &limit_fields,
		.source = &sim_seats_limits, .check = check_limits},
	{"organizations/spend_limits/effective", SIM_SCOPED, "read:spend_limits",
		.params = effective_params, .paging = SIM_BY_TOKEN, .limit = 20, .most = 1000,
		.envelope = SIM_NEXT, .flags = SIM_RAGGED, .of = &effective_fields,
		.source = &sim_seats_effective, .together = same_member},
	{"organizations/spend_limit_increase_requests", SIM_SCOPED, "read:spend_limits",
		.params = increase_params, .paging = SIM_BY_TOKEN, .limit = 20, .most = 1000,
		.envelope = SIM_NEXT, .flags = SIM_RAGGED, .of = &increase_fields,
		.source = &sim_seats_increases},
	{.path = NULL},
};

const struct sim_table sim_seats_tables[] = {
	{"spend_limits", &limit_fields, .source = &sim_seats_limits},
	{"spend_limits_effective", &effective_fields, .source = &sim_seats_effective},
	{"spend_limit_increase_requests", &increase_fields, .source = &sim_seats_increases},
	{.name = NULL},
};
