#include "sim/gzip.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

int
sim_gzip(struct buf *b)
{
	enum { GZIP = 16 + 15, MEMORY = 8 };
	struct buf to;
	z_stream z;
	uLong room;
	int done;

	memset(&z, 0, sizeof z);
	if (b->len > UINT_MAX || deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP, MEMORY,
					 Z_DEFAULT_STRATEGY) != Z_OK)
		return -1;
	buf_init(&to, b->max);
	room = deflateBound(&z, (uLong)b->len);
	if (room > UINT_MAX || buf_reserve(&to, room) == NULL) {
		deflateEnd(&z);
		buf_free(&to);
		return -1;
	}
	z.next_in = (Bytef *)b->data;
	z.avail_in = (uInt)b->len;
	z.next_out = (Bytef *)to.data;
	z.avail_out = (uInt)room;
	done = deflate(&z, Z_FINISH);
	to.len = room - z.avail_out;
	deflateEnd(&z);
	if (done != Z_STREAM_END) {
		buf_free(&to);
		return -1;
	}
	buf_free(b);
	*b = to;
	return 0;
}
