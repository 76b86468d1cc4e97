/* db/views_parts - what the templates of several groups of views have in common */
#ifndef ANT_DB_VIEWS_PARTS_H
#define ANT_DB_VIEWS_PARTS_H

/* clang-format off: it would break the SQL at every name */
/* Behind the currency, where a table is of several organizations. */
#define ORGANIZATION(table) "{o:" table "|, organization}"
#define ORGANIZATION_OF(table, t) "{o:" table "|, " t "._organization AS organization}"

/* Every lookup has one row an id, whatever was loaded: a second one would double the money. */
#define WORKSPACES "(SELECT id, min(name) AS name FROM {t:workspaces} t GROUP BY id)"
#define API_KEYS "(SELECT id, min(name) AS name FROM {t:api_keys} t GROUP BY id)"

#define WORKSPACE(id)                                                                              \
	"CASE WHEN " id " IS NULL THEN 'Default workspace' ELSE coalesce(w.name, " id ") END"
/* Cost that is not of tokens has no model: its kind stands there. */
#define MODEL(c)                                                                                   \
	"coalesce(" c ".model, CASE " c                                                            \
	".cost_type WHEN 'web_search' THEN 'Web search' WHEN 'code_execution' THEN 'Code "         \
	"execution' WHEN 'session_usage' THEN 'Agent sessions' ELSE coalesce(" c                   \
	".cost_type, 'Other') END)"
/* clang-format on */

#endif
