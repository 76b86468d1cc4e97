/* sim/activity_users - what analytics/users tells of one: its fields, and what they count */
#ifndef ANT_SIM_ACTIVITY_USERS_H
#define ANT_SIM_ACTIVITY_USERS_H

#include "sim/activity.h"
#include "sim/field.h"

enum { SIM_USER_COUNTS = 108 };

extern const struct sim_activity_count sim_activity_user_counts[SIM_USER_COUNTS];

#endif
