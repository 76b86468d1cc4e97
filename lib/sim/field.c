#include "sim/field.h"

#include <string.h>

#include "sim/cost.h"
#include "sim/json.h"
#include "sim/org.h"

static const struct sim_field organization[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_org, id)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_org, name), .ways = 2},
	{"type", SIM_CONSTANT, .text = "organization"},
	{.name = NULL},
};

static const struct sim_field user[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_user, head.id)},
	{"added_at", SIM_CHARS, .at = offsetof(struct sim_user, added_at)},
	{"email", SIM_TEXT, .at = offsetof(struct sim_user, email), .shift = 4, .ways = 4},
	{"name", SIM_TEXT, .at = offsetof(struct sim_user, head.name), .shift = 8, .ways = 8},
	{"role", SIM_TEXT, .at = offsetof(struct sim_user, role)},
	{"type", SIM_CONSTANT, .text = "user"},
	{"seat", SIM_RAW, .at = offsetof(struct sim_user, seat), .optional = 1},
	{.name = NULL},
};

static const struct sim_field invite[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_invite, head.id)},
	{"accepted_at", SIM_CHARS, .at = offsetof(struct sim_invite, accepted_at)},
	{"email", SIM_TEXT, .at = offsetof(struct sim_invite, email), .shift = 4, .ways = 2},
	{"expires_at", SIM_CHARS, .at = offsetof(struct sim_invite, expires_at)},
	{"invited_at", SIM_CHARS, .at = offsetof(struct sim_invite, invited_at)},
	{"rbac_group_ids", SIM_RAW, .at = offsetof(struct sim_invite, rbac_groups)},
	{"role", SIM_TEXT, .at = offsetof(struct sim_invite, role)},
	{"status", SIM_TEXT, .at = offsetof(struct sim_invite, status)},
	{"type", SIM_CONSTANT, .text = "invite"},
	{.name = NULL},
};

static const struct sim_field workspace[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_workspace, head.id)},
	{"archived_at", SIM_CHARS, .at = offsetof(struct sim_workspace, archived_at)},
	{"compartment_id", SIM_CHARS, .at = offsetof(struct sim_workspace, compartment),
		.optional = 1},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_workspace, created_at)},
	{"data_residency", SIM_MADE, .make = sim_json_residency},
	{"display_color", SIM_CHARS, .at = offsetof(struct sim_workspace, color)},
	{"external_key_id", SIM_CHARS, .at = offsetof(struct sim_workspace, external_key)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_workspace, head.name), .shift = 8, .ways = 8},
	{"tags", SIM_MADE, .make = sim_json_tags, .shift = 12, .ways = 8},
	{"type", SIM_CONSTANT, .text = "workspace"},
	{.name = NULL},
};

static const struct sim_field key[] = {
	{"id", SIM_CHARS, .at = offsetof(struct sim_key, head.id)},
	{"created_at", SIM_CHARS, .at = offsetof(struct sim_key, created_at)},
	{"created_by", SIM_MADE, .at = offsetof(struct sim_key, creator), .make = sim_json_actor},
	{"expires_at", SIM_CHARS, .at = offsetof(struct sim_key, expires_at)},
	{"name", SIM_TEXT, .at = offsetof(struct sim_key, head.name), .shift = 8, .ways = 8},
	{"partial_key_hint", SIM_CHARS, .at = offsetof(struct sim_key, hint)},
	{"principal", SIM_MADE, .at = offsetof(struct sim_key, principal),
		.make = sim_json_principal},
	{"scope", SIM_MADE, .make = sim_json_scope},
	{"status", SIM_TEXT, .at = offsetof(struct sim_key, status)},
	{"type", SIM_CONSTANT, .text = "api_key"},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_key, workspace_id)},
	{"creator", SIM_CHARS, .at = offsetof(struct sim_key, creator.id), .hidden = 1},
	{"creator_type", SIM_TEXT, .at = offsetof(struct sim_key, creator.type), .hidden = 1},
	{"creating_user", SIM_TEXT, .at = offsetof(struct sim_key, user), .hidden = 1},
	{"principal_id", SIM_CHARS, .at = offsetof(struct sim_key, principal.id), .hidden = 1},
	{"principal_type", SIM_TEXT, .at = offsetof(struct sim_key, principal.type), .hidden = 1},
	{"scope_type", SIM_TEXT, .at = offsetof(struct sim_key, scope_type), .hidden = 1},
	{"scope_workspace_id", SIM_TEXT, .at = offsetof(struct sim_key, scope_workspace),
		.hidden = 1},
	{.name = NULL},
};

static const struct sim_field member[] = {
	{"type", SIM_CONSTANT, .text = "workspace_member"},
	{"user_id", SIM_TEXT, .at = offsetof(struct sim_member, user_id)},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_member, workspace_id)},
	{"workspace_role", SIM_TEXT, .at = offsetof(struct sim_member, role)},
	{.name = NULL},
};

static const struct sim_field limit[] = {
	{"id", SIM_TEXT, .at = offsetof(struct sim_limit_group, id)},
	{"group_type", SIM_TEXT, .at = offsetof(struct sim_limit_group, type)},
	{"limits", SIM_MADE, .make = sim_json_limits},
	{"models", SIM_MADE, .make = sim_json_models},
	{"type", SIM_CONSTANT, .text = "rate_limit"},
	{.name = NULL},
};

static const struct sim_field override[] = {
	{"group_type", SIM_TEXT, .at = offsetof(struct sim_override, group.type)},
	{"limits", SIM_MADE, .make = sim_json_overrides},
	{"models", SIM_MADE, .at = offsetof(struct sim_override, group), .make = sim_json_models},
	{"rate_limit_id", SIM_TEXT, .at = offsetof(struct sim_override, group.id)},
	{"type", SIM_CONSTANT, .text = "workspace_rate_limit"},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_override, workspace_id)},
	{.name = NULL},
};

static const struct sim_field cost[] = {
	{"amount", SIM_CHARS, .at = offsetof(struct sim_cost_row, amount)},
	{"context_window", SIM_TEXT, .at = offsetof(struct sim_cost_row, window)},
	{"cost_type", SIM_TEXT, .at = offsetof(struct sim_cost_row, cost_type)},
	{"currency", SIM_CONSTANT, .text = "USD"},
	{"description", SIM_CHARS, .at = offsetof(struct sim_cost_row, description)},
	{"inference_geo", SIM_TEXT, .at = offsetof(struct sim_cost_row, geo)},
	{"model", SIM_TEXT, .at = offsetof(struct sim_cost_row, model)},
	{"service_tier", SIM_TEXT, .at = offsetof(struct sim_cost_row, tier)},
	{"token_type", SIM_TEXT, .at = offsetof(struct sim_cost_row, token_type)},
	{"workspace_id", SIM_TEXT, .at = offsetof(struct sim_cost_row, workspace)},
	{"starting_at", SIM_CHARS, .at = offsetof(struct sim_cost_row, start), .hidden = 1},
	{"ending_at", SIM_CHARS, .at = offsetof(struct sim_cost_row, end), .hidden = 1},
	{.name = NULL},
};

const struct sim_fields sim_fields_organization = {organization, 0, 1, 0},
			sim_fields_user = {user, 1, 3, 6}, sim_fields_invite = {invite, 2, 3, 9},
			sim_fields_workspace = {workspace, 3, 2, 10},
			sim_fields_key = {key, 4, 2, 11}, sim_fields_member = {member, 5, 1, 4},
			sim_fields_limit = {limit, 0, 1, 0},
			sim_fields_override = {override, 0, 1, 0},
			sim_fields_cost = {cost, 7, 4, 10};

const struct sim_field *
sim_field_find(const struct sim_fields *of, const char *name, size_t len)
{
	for (const struct sim_field *f = of->v; f->name != NULL; f++)
		if (strncmp(f->name, name, len) == 0 && f->name[len] == '\0')
			return f;
	return NULL;
}

const char *
sim_field_text(const struct sim_field *f, const void *object)
{
	const char *value = (const char *)object + f->at, *text;

	switch (f->kind) {
	case SIM_CONSTANT:
		return f->text;
	case SIM_CHARS:
		return *value == '\0' ? NULL : value;
	case SIM_TEXT:
	case SIM_RAW:
		memcpy(&text, value, sizeof text); /* char * or const char * */
		return text;
	case SIM_NUMBER:
	case SIM_BOOLEAN:
	case SIM_MADE:
	default:
		return NULL;
	}
}
