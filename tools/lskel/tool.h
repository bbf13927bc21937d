/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What the commands of `lskel` share. Each command is one file, which exports one function for the table in main.c. */
#ifndef LSK_TOOL_H
#define LSK_TOOL_H

#include <stdio.h>

#include "../../gen_loader/emit/emit.h"
#include "../../lskel/gen/gen.h"

/* Exit codes. */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
	const char *name;
	const char *args;
	const char *what; /* one line */
	const char *help; /* options, one a line; may be NULL */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit code */
};

extern const struct command cmd_gen, cmd_pack, cmd_explain, cmd_run, cmd_tbs, cmd_attach_signature, cmd_target;

/* usage() - complain about the command line of @cmd: "lskel gen: MSG", and how it is used. Returns EXIT_USAGE. */
int usage(const struct command *cmd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* complain() - the one message of a failed command, on stderr. Returns EXIT_FAILED. */
int complain(const struct lsk_err *err);

#define INPUT_BTFS 64

/* The objects named on the command line and what was made of them. */
struct input {
	const char *as;   /* in: a name for the skeleton; NULL: from the first file's name, as bpftool makes it */
	char *name;       /* of the skeleton */
	char *file_name;  /* base name of the first object */
	const char *kconfig; /* in: a kernel configuration, plain or gzip, or NULL */
	bool fixed;       /* in: it will be signed */
	bool attach;      /* in: the loader attaches what it can */
	const char *btf_paths[INPUT_BTFS]; /* in: where the kernel's BTF is, and its modules'; none: found on the target */
	u32 btf_cnt;
	bool no_btf, target_has_no_btf, full_btf, no_line_info; /* in: as in struct trace_opts */
	struct btf *btf; /* the kernel's */
	struct btf *module_btfs[INPUT_BTFS];
	u32 module_btf_cnt;
	struct object *obj;
	struct trace *tr;
	struct blob *blob;
};

/* For the table of options of a command that takes objects, and what it says of them in its line of arguments. */
#define INPUT_OPTIONS                                                                                               \
	{ "name", required_argument, NULL, INPUT_NAME }, { "kconfig", required_argument, NULL, INPUT_KCONFIG },     \
	{ "btf", required_argument, NULL, INPUT_BTF }, { "no-btf", no_argument, NULL, INPUT_NO_BTF },               \
	{ "target-has-no-btf", no_argument, NULL, INPUT_TARGET_NO_BTF },                                            \
	{ "full-btf", no_argument, NULL, INPUT_FULL_BTF }, { "no-line-info", no_argument, NULL, INPUT_NO_LINES },   \
	{ "attach-in-loader", no_argument, NULL, INPUT_ATTACH }
#define INPUT_ARGS \
	"[--name NAME] [--kconfig FILE] [--btf FILE] [--no-btf] [--target-has-no-btf] [--full-btf] [--no-line-info]" \
	" [--attach-in-loader]"
enum { INPUT_NAME = 0x100, INPUT_KCONFIG, INPUT_BTF, INPUT_NO_BTF, INPUT_TARGET_NO_BTF, INPUT_FULL_BTF, INPUT_NO_LINES,
       INPUT_ATTACH };

/*
 * input_option() - option @c as getopt_long() returns it, with its argument.
 * Returns 0; -ENOENT: it is none of INPUT_OPTIONS; -E2BIG: given too often.
 */
int input_option(struct input *in, int c, const char *arg);

/*
 * input_open() - read objects (several are linked into one first), record their load, lay out the blob.
 * @in: zero, but for what says "in:", which input_option() fills
 * Fills @in on success; free with input_close(), which takes a zeroed one too.
 */
int input_open(struct input *in, char **paths, int cnt, struct lsk_err *err);
void input_close(struct input *in);

/* gears_parse() - the argument of --gear: "auto", "stepper" or "loop". -EINVAL for anything else. */
int gears_parse(const char *arg, enum gen_gears *gears);

/*
 * output_write() - write @len bytes to @path, whole or not at all: to a temporary file beside it, then renamed.
 * @path: NULL or "-": standard output
 */
int output_write(const char *path, const void *data, size_t len, struct lsk_err *err);

#endif
