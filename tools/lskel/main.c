// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <stdarg.h>
#include <string.h>
#include <bpf/libbpf.h>

#include "../../lskel/version.h"
#include "tool.h"

static const struct command *const commands[] = {
	&cmd_gen, &cmd_pack, &cmd_explain, &cmd_run, &cmd_check, &cmd_target, &cmd_tbs, &cmd_attach_signature, &cmd_verify,
	&cmd_loader_digest,
};

int usage(const struct command *cmd, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "lskel %s: ", cmd->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: lskel %s %s\n", cmd->name, cmd->args);
	return EXIT_USAGE;
}

int complain(const struct lsk_err *err)
{
	fprintf(stderr, "lskel: %s\n", err->msg);
	return EXIT_FAILED;
}

static void help(FILE *f)
{
	size_t i;

	fprintf(f, "lskel - light skeletons for BPF objects\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(f, "  lskel %s %s\n      %s\n%s", commands[i]->name, commands[i]->args, commands[i]->what,
			commands[i]->help ? commands[i]->help : "");
	fprintf(f, "  lskel --help | --version\n");
}

/* libbpf is only asked to parse and to link; what it says goes into our own message, or is not said. */
static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

int main(int argc, char **argv)
{
	size_t i;

	libbpf_set_print(quiet);
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help(stdout);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("lskel %s, libbpf %s\n", LSKEL_VERSION, libbpf_version_string());
		return EXIT_OK;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i]->name))
			return commands[i]->run(argc - 1, argv + 1);
	fprintf(stderr, "lskel: unknown command '%s' (lskel --help lists them)\n", argv[1]);
	return EXIT_USAGE;
}
