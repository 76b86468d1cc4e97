/* mono - milliseconds of a clock that never goes back: for waits and time limits */
#ifndef ANT_MONO_H
#define ANT_MONO_H

#include <stdint.h>

/* Milliseconds since some point in the past. */
int64_t mono_ms(void);

#endif
