/*
 * bruin [-s] [-d] ASSET [CONFIG] - a part of ant-ingest that reads an asset of Bruin
 *
 * stdout: triples of place, flag and value, each ended by a NUL, see lib/bruin.h.
 * -s: the source, -d: the destination is known already.  Without CONFIG, the first
 * .bruin.yml in the folder of the asset or above it.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "base/slurp.h"
#include "bruin/asset.h"
#include "cli.h"
#include "sandbox.h"

static struct cli cli = {
	.name = "ant-ingest",
	.usage = "usage: bruin [-sd] ASSET [CONFIG]\n",
	.help = "A part of ant-ingest.\n",
};

static int source_known, destination_known;

static const struct cli_option options[] = {
	{.name = "source-known", .letter = 's', .flag = &source_known},
	{.name = "destination-known", .letter = 'd', .flag = &destination_known},
	{.name = NULL},
};

/* A file in memory, and its name. */
struct held {
	struct buf b;
	char path[PATH_MAX + 64];
};

/* Read PATH; 1, 0 where there is no such file, -1. */
static int
hold(struct held *h, const char *path, struct bruin_file *f, struct ant_err *e)
{
	int n;

	if (strlen(path) >= sizeof h->path)
		return err_set(e, ANT_USAGE, "%.100s...: the path is too long", path);
	strcpy(h->path, path);
	if ((n = slurp(path, &h->b, e)) != 1)
		return n;
	if (buf_str(&h->b) == NULL)
		return err_sys(e, ANT_FAIL, "%s", path);
	f->path = h->path;
	f->text = h->b.data;
	f->len = h->b.len;
	return 1;
}

static int
must_hold(struct held *h, const char *path, struct bruin_file *f, struct ant_err *e)
{
	int n = hold(h, path, f, e);

	return n == 0 ? err_set(e, ANT_USAGE, "%s: there is no such file", path) : n;
}

/* The first file of one of the NAMES in the folder of ASSET or above it, if there is one. */
static int
look_up(struct held *h, const char *asset, const char *const *names, struct bruin_file *f,
	struct ant_err *e)
{
	char folder[PATH_MAX], path[PATH_MAX + 32], *slash;
	int n = 0;

	if (realpath(asset, folder) == NULL)
		return err_sys(e, ANT_USAGE, "%s", asset);
	while (n == 0 && (slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		for (size_t i = 0; n == 0 && names[i] != NULL; i++) {
			snprintf(path, sizeof path, "%s/%s", folder, names[i]);
			n = hold(h, path, f, e);
		}
	}
	return n;
}

static int
run(const char *path, const char *config, struct bruin *b, struct ant_err *e)
{
	static const char *const configs[] = {".bruin.yml", NULL};
	static const char *const pipelines[] = {"pipeline.yml", "pipeline.yaml", NULL};
	static struct held files[3];
	struct buf to;
	int result = -1;

	for (size_t i = 0; i < 3; i++)
		buf_init(&files[i].b, BRUIN_FILE_MAX);
	buf_init(&to, 16 * BRUIN_FILE_MAX);
	if (must_hold(&files[0], path, &b->asset, e) == -1)
		goto done;
	if (config != NULL ? must_hold(&files[1], config, &b->config, e) == -1
			   : look_up(&files[1], path, configs, &b->config, e) == -1)
		goto done;
	if (look_up(&files[2], path, pipelines, &b->pipeline, e) == -1)
		goto done;
	/* libyaml sees the files' bytes when there is nothing left to open. */
	if (sandbox_enter(&cli, CAGE_PARSE, e) == 0 && bruin_flags(b, &to, e) == 0)
		result = out_write(STDOUT_FILENO, "stdout", to.data, to.len, e);
done:
	for (size_t i = 0; i < 3; i++)
		buf_free(&files[i].b);
	buf_free(&to);
	return result;
}

int
main(int argc, char *argv[])
{
	struct bruin b = {0};
	struct ant_err e;

	cli_start(&cli);
	if (cli_options(&cli, options, argc, argv) == -1)
		return cli.status;
	if (argc - optind < 1 || argc - optind > 2)
		return cli_usage(&cli, "one asset, and at most one configuration");
	b.source = !source_known;
	b.destination = !destination_known;
	return cli_exit(run(argv[optind], argv[optind + 1], &b, &e) == -1 ? cli_fail(&e) : ANT_OK);
}
