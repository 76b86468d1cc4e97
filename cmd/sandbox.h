/* sandbox - the cages of lib/base for commands: what ANT_SANDBOX says, and a word where there is none */
#ifndef ANT_SANDBOX_H
#define ANT_SANDBOX_H

#include "base/cage.h"
#include "cli.h"

/*
 * Go into the cage WHICH, unless $ANT_SANDBOX is "off".  Where the kernel has none, a warning says
 * so, once, and all goes on.  Return 0; or -1 with ANT_USAGE for another value of the variable, or
 * with ANT_FAIL.
 */
int sandbox_enter(const struct cli *c, enum cage which, struct ant_err *e);

#endif
