/* base/clock - milliseconds of a clock that never goes back: for waits and time limits */
#ifndef ANT_BASE_CLOCK_H
#define ANT_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some point in the past. */
int64_t clock_ms(void);

#endif
