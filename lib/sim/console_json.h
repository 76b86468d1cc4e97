/*
 * sim/console_json - members of the Console's objects that are more than text, for SIM_MADE
 */
#ifndef ANT_SIM_CONSOLE_JSON_H
#define ANT_SIM_CONSOLE_JSON_H

#include "base/buf.h"

/* What SIM_MADE is made by: of a struct sim_workspace, */
void sim_console_json_residency(struct buf *to, const void *workspace, unsigned escapes);
void sim_console_json_tags(struct buf *to, const void *workspace, unsigned escapes);
/* of a struct sim_actor, {"id":...,"type":...} or null, */
void sim_console_json_actor(struct buf *to, const void *actor, unsigned escapes);
/* the same where a key acts for it, {"type":"user_actor","user_id":...} or null; of a struct sim_key, */
void sim_console_json_principal(struct buf *to, const void *actor, unsigned escapes);
void sim_console_json_scope(struct buf *to, const void *key, unsigned escapes);
/* of a struct sim_limit_group, of a struct sim_override. */
void sim_console_json_models(struct buf *to, const void *group, unsigned escapes);
void sim_console_json_limits(struct buf *to, const void *group, unsigned escapes);
void sim_console_json_overrides(struct buf *to, const void *override, unsigned escapes);

#endif
