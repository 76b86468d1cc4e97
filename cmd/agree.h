/* agree - the commands of ant-state that compare watermarks with what a destination says */
#ifndef ANT_AGREE_H
#define ANT_AGREE_H

/*
 * WANTED is a file that names the tables, a line each, fields by tabs and escaped as those of a row
 * stream, `-` for what is not known:
 * table, scope, name in the destination, look-back, organization.  Both return the exit status.
 *
 * The first prints the questions of lib/load/audit.h about them; with ALL about all rows, else
 * about those of the look-back.  The second reads the answers, corrects the watermarks unless it
 * only LOOKs, and prints what came of it:
 *
 *	table NAME WATERMARK FINISHED THERE ORGANIZATION
 *	missing NAME FROM TO ROWS HELD
 *	adopted NAME WATERMARK
 *	moved NAME WATERMARK
 *	note NAME TEXT
 *	failed NAME TEXT
 */
int agree_ask(const char *folder, const char *wanted, int all);
int agree_answers(const char *folder, const char *wanted, int look);

#endif
