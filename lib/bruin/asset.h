/* bruin/asset - an asset of Bruin of type ingestr, as the command line of ingestr that it stands for */
#ifndef ANT_BRUIN_ASSET_H
#define ANT_BRUIN_ASSET_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { BRUIN_FILE_MAX = 256 << 10 }; /* no file of Bruin's is longer */

/* A file that was read; PATH names it in messages and is NULL where there is none. */
struct bruin_file {
	const char *path, *text;
	size_t len;
};

/*
 * The asset's file: YAML, or SQL (by its name) with the YAML in its first comment, between
 * @bruin and @bruin; the connections, .bruin.yml; and pipeline.yml, for the connections it
 * names as defaults.  SOURCE and DESTINATION say whether their connections are wanted.
 * https://getbruin.com/docs/bruin/assets/ingestr.html, .../secrets/bruinyml.html
 */
struct bruin {
	struct bruin_file asset, config, pipeline;
	int source, destination;
};

/*
 * Append the flags to TO, each as three texts that end with a NUL: "FILE:LINE" of where it is
 * said, the flag (--source-table), its value.  ${X} and {{ env_var('X') }} are the
 * environment's, in what is used and nowhere else.  The flag "note" has a text for the
 * user as its value.  Flags are passed on that may have to be refused; what is no flag and
 * cannot be honoured is refused here.  A value may be a secret: no message holds one.
 * Return 0, or -1 with ANT_USAGE and a reason that starts with the place.
 */
int bruin_flags(const struct bruin *b, struct buf *to, struct ant_err *e);

#endif
