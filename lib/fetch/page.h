/*
 * fetch/page - check one answer of the API in a single pass and turn it into lines
 *
 * Sources: the API's pages on pagination: {data, has_more, next_page}, {data,
 * has_more, first_id, last_id}, {data, next_page}, and bare objects.
 */
#ifndef ANT_FETCH_PAGE_H
#define ANT_FETCH_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strlist.h"
#include "tables/table.h"

enum { PAGE_MAX = 64 << 20 };	 /* bytes of an answer, at most */
enum { PAGE_CURSOR_MAX = 8192 }; /* bytes of a cursor, at most */

/* What the answer must be like. */
struct page_rules {
	enum paging paging;
	const char *time; /* the member of an element that says when it is, or NULL ... */
	int64_t from, to; /* ... in [from, to) ... */
	int buckets;	  /* ... and where elements are buckets, each later than the one before */
	int64_t open;	  /* start of the bucket that is open now */
	const struct strlist *members; /* PAGING_NONE: what the object must hold; NULL: nothing */
	int64_t next;	  /* buckets before this one have arrived: they must not repeat */
	const char *data; /* what else the array of elements may be called, or NULL */
	int64_t whole; /* buckets of so many seconds that are not complete are left out; 0: none */
	int64_t refreshed; /* what earlier answers said of that; INT64_MAX: nothing */
	const char *cut;   /* the array of an element that may be cut off at MOST, or NULL */
	long most;
};

struct page {
	const char *lines; /* the records in BODY, each ended by a newline */
	size_t len, records;
	size_t closed;	   /* buckets among them that are complete */
	int64_t last;	   /* start of the last bucket */
	int more;	   /* another page follows */
	int cut;	   /* an element's array is as long as one that was cut off */
	int64_t refreshed; /* what is later is incomplete; INT64_MAX: it does not say */
	size_t chain;	   /* the number of its chain: set by whom the page was for */
};

enum page_result {
	PAGE_OK,
	PAGE_BROKEN, /* not one whole JSON text: damaged on the way, try again */
	PAGE_WRONG,  /* JSON, but not what is documented: trying again does not help */
	PAGE_MEMORY
};

/*
 * Read the answer in BODY; the records are rewritten in place, without line
 * breaks between tokens, and stay BODY's.  CURSOR gets the text of the next
 * page's cursor.  What is wrong is put in REASON.
 */
enum page_result page_read(struct buf *body, const struct page_rules *rules, struct page *p,
	struct buf *cursor, char *reason, size_t size);

#endif
