#include "sim/field.h"

#include <string.h>

const struct sim_field *
sim_field_find(const struct sim_fields *of, const char *name, size_t len)
{
	for (const struct sim_field *f = of->v; f->name != NULL; f++)
		if (strncmp(f->name, name, len) == 0 && f->name[len] == '\0')
			return f;
	return NULL;
}

/* The number or truth that stands at F in OBJECT; 0 for other kinds. */
static int64_t
number(const struct sim_field *f, const void *object)
{
	const char *value = (const char *)object + f->at;

	return f->kind == SIM_NUMBER	? *(const int64_t *)(const void *)value
	       : f->kind == SIM_BOOLEAN ? *(const int *)(const void *)value
					: 0;
}

int
sim_field_null(const struct sim_field *f, const void *object)
{
	if (f->has != NULL && !f->has(object))
		return 1;
	switch (f->kind) {
	case SIM_TEXT:
	case SIM_CHARS:
	case SIM_DIGITS:
	case SIM_RAW:
		return sim_field_text(f, object) == NULL;
	case SIM_NUMBER:
	case SIM_BOOLEAN:
		return number(f, object) < 0;
	case SIM_WHO:
		return ((const struct sim_who *)(const void *)((const char *)object + f->at))
			       ->type == NULL;
	case SIM_CONSTANT:
	case SIM_MADE:
	case SIM_OBJECT:
	default:
		return 0;
	}
}

int
sim_field_absent(const struct sim_field *f, const void *object)
{
	return f->hidden || (f->optional && sim_field_null(f, object)) ||
	       number(f, object) == SIM_ABSENT;
}

const char *
sim_field_text(const struct sim_field *f, const void *object)
{
	const char *value = (const char *)object + f->at, *text;

	if (f->has != NULL && !f->has(object))
		return NULL;
	switch (f->kind) {
	case SIM_CONSTANT:
		return f->text;
	case SIM_CHARS:
	case SIM_DIGITS:
		return *value == '\0' ? NULL : value;
	case SIM_TEXT:
	case SIM_RAW:
		memcpy(&text, value, sizeof text); /* char * or const char * */
		return text;
	case SIM_NUMBER:
	case SIM_BOOLEAN:
	case SIM_MADE:
	case SIM_OBJECT:
	case SIM_WHO:
	default:
		return NULL;
	}
}
