#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

static int told; /* that there is no sandbox */

int
sandbox_enter(const struct cli *c, enum cage which, struct ant_err *e)
{
	const char *asked = getenv("ANT_SANDBOX");
	int caged;

	if (asked != NULL && strcmp(asked, "off") == 0)
		return 0;
	if (asked != NULL && *asked != '\0' && strcmp(asked, "on") != 0)
		return err_set(e, ANT_USAGE, "ANT_SANDBOX: '%s' is neither on nor off", asked);
	if ((caged = cage_enter(which, e)) == -1)
		return -1;
	/* Who made it so knows: no word with every call. */
	if (!caged && !told && (cage_is_built() || c->verbose))
		cli_warn(c, "going on without a sandbox: %s (ANT_SANDBOX=off keeps this quiet)",
			e->msg);
	told |= !caged;
	return 0;
}
