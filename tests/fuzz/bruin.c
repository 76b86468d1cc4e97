/* Assets and connections: flags in whole triples, or a reason with its place, and never a crash or a hang. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bruin/asset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"a.yml", "a.sql"};
	struct ant_err e = {0};
	struct bruin b = {.source = 1, .destination = 1};
	struct buf to;
	char *text = malloc(size + 1), *config;
	size_t nuls = 0;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	/* Asset and connections stand in one input, a line of dashes between them. */
	config = strstr(text, "\n=====\n");
	b.asset = (struct bruin_file){
		names[size & 1], text, config != NULL ? (size_t)(config - text) : size};
	if (config != NULL) {
		config += 7;
		b.config =
			(struct bruin_file){".bruin.yml", config, size - (size_t)(config - text)};
		b.pipeline = b.config;
	}
	buf_init(&to, 1 << 20);
	if (bruin_flags(&b, &to, &e) == 0) {
		for (size_t i = 0; i < to.len; i++)
			nuls += to.data[i] == '\0';
		if (nuls % 3 != 0 || to.len == 0 || to.data[to.len - 1] != '\0')
			abort();
	} else if (e.status != ANT_USAGE && e.status != ANT_FAIL)
		abort();
	else if (strchr(e.msg, ':') == NULL)
		abort();
	buf_free(&to);
	free(text);
	return 0;
}
