/*
 * sim/api - the API over the model: which path is answered by which endpoint, and to whom
 *
 * As strict as the API: what it refuses is refused here with its status and its
 * error body.  Reads the model only; knows nothing of HTTP beyond the names.
 */
#ifndef ANT_SIM_API_H
#define ANT_SIM_API_H

#include "sim/call.h"

/* Answer R.  Free A with sim_answer_free() in any case. */
void sim_api_answer(const struct sim *s, const struct sim_request *r, struct sim_answer *a);

#endif
