#include "fetch/pieces.h"

#include <stdlib.h>

enum { SPARE_BYTES = 32 << 20 }; /* memory of bodies that is kept for the next page */

struct piece *
pieces_take(struct pieces *of)
{
	struct piece *p = of->spare;

	if (p != NULL) {
		of->spare = p->next;
		of->spare_bytes -= p->body.cap;
	} else if ((p = malloc(sizeof *p)) != NULL) {
		buf_init(&p->body, PAGE_MAX);
	}
	return p; /* pieces_push() and pieces_release() set its next one */
}

void
pieces_release(struct pieces *of, struct piece *p)
{
	if (p == NULL)
		return;
	if (of->spare_bytes + p->body.cap > SPARE_BYTES) {
		buf_free(&p->body);
		free(p);
		return;
	}
	p->next = of->spare;
	of->spare = p;
	of->spare_bytes += p->body.cap;
}

void
pieces_free(struct pieces *of)
{
	while (of->spare != NULL) {
		struct piece *p = of->spare;

		of->spare = p->next;
		buf_free(&p->body);
		free(p);
	}
	of->spare_bytes = 0;
}

void
pieces_push(struct pieces *of, struct queue *q, struct piece *p)
{
	p->next = NULL;
	if (q->last != NULL)
		q->last->next = p;
	else
		q->first = p;
	q->last = p;
	of->ahead++;
	of->ahead_bytes += p->body.len;
}

void
pieces_pop(struct pieces *of, struct queue *q)
{
	struct piece *p = q->first;

	q->first = p->next;
	if (q->first == NULL)
		q->last = NULL;
	of->ahead--;
	of->ahead_bytes -= p->body.len;
	pieces_release(of, p);
}

void
pieces_clear(struct pieces *of, struct queue *q)
{
	while (q->first != NULL)
		pieces_pop(of, q);
}
