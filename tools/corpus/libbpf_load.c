/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Loads an object through libbpf and exits: the yardstick of the corpus. Prints the first warning if that fails. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char first_warning[512];

static int keep_first_warning(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN && !first_warning[0])
		vsnprintf(first_warning, sizeof(first_warning), fmt, args);
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_program *prog;
	struct bpf_object *obj;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: libbpf_load OBJECT\n");
		return 2;
	}
	libbpf_set_print(keep_first_warning);
	obj = bpf_object__open_file(argv[1], NULL);
	err = obj ? bpf_object__load(obj) : -errno;
	if (!err) {
		/* asked for xlated.c, which may be listening */
		bpf_object__for_each_program(prog, obj) {
			struct bpf_prog_info info = {};
			__u32 len = sizeof(info);

			if (bpf_program__fd(prog) >= 0)
				bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len);
		}
	}
	bpf_object__close(obj);
	if (!err)
		return 0;
	first_warning[strcspn(first_warning, "\n")] = '\0';
	printf("%s: %s (%d)\n", obj ? "load" : "open", first_warning, err);
	return 1;
}
