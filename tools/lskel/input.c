// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "../../gen_loader/core/btf_file.h"
#include "../../gen_loader/object/kconfig.h"
#include "../../lskel/attach.h"
#include "tool.h"

/* MAX_OBJ_NAME_LEN of bpftool, NUL included: its names are cut there. */
#define NAME_MAX_LEN 63

/* "dir/foo.bpf.o" -> "foo_bpf", as bpftool names its skeletons. */
static char *name_from_path(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char *name = strndup(base, NAME_MAX_LEN);
	size_t len, i;

	if (!name)
		return NULL;
	len = strlen(name);
	if (len > 2 && !strcmp(name + len - 2, ".o"))
		name[len - 2] = 0;
	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			name[i] = '_';
	return name;
}

static int check_name(const char *name, struct lsk_err *err)
{
	size_t i;

	if (!*name || isdigit((unsigned char)*name))
		return err_set(err, -EINVAL, "name '%s' is not a C identifier (choose one with --name)", name);
	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return err_set(err, -EINVAL, "name '%s' is not a C identifier", name);
	return 0;
}

/* libbpf's linker (1.1) crashes on what libelf takes for no ELF file. */
static int check_is_elf(const char *path, struct lsk_err *err)
{
	char *data;
	size_t sz;
	int ret = file_read(path, &data, &sz, err);

	if (!ret && (sz < sizeof(Elf64_Ehdr) || memcmp(data, ELFMAG, SELFMAG)))
		ret = err_set(err, -EINVAL, "%s: not an ELF file", path);
	free(data);
	return ret;
}

/* Several objects become one, through libbpf's linker, which writes a file. */
static int link_objects(char **paths, int cnt, char **data, size_t *sz, struct lsk_err *err)
{
	const char *dir = getenv("TMPDIR");
	struct bpf_linker *linker;
	char tmp[4096];
	int fd, i, ret;

	for (i = 0; i < cnt; i++) {
		ret = check_is_elf(paths[i], err);
		if (ret)
			return ret;
	}
	snprintf(tmp, sizeof(tmp), "%s/lskel-link-XXXXXX", dir && *dir ? dir : "/tmp");
	fd = mkstemp(tmp);
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", tmp, strerror(errno));
	close(fd);
	linker = bpf_linker__new(tmp, NULL);
	if (!linker) {
		ret = err_set(err, -errno, "linking: %s", err_name(-errno));
		goto out;
	}
	for (i = 0; i < cnt; i++) {
		ret = bpf_linker__add_file(linker, paths[i], NULL);
		if (ret) {
			err_set(err, ret, "%s: libbpf's linker refuses it: %s", paths[i], err_name(ret));
			goto out;
		}
	}
	ret = bpf_linker__finalize(linker);
	if (ret)
		err_set(err, ret, "%s and %d more: libbpf's linker can't join them: %s", paths[0], cnt - 1, err_name(ret));
	else
		ret = file_read(tmp, data, sz, err);
out:
	bpf_linker__free(linker);
	unlink(tmp);
	return ret;
}

static int lower(struct input *in, struct lsk_err *err)
{
	const struct trace_opts topts = {
		.attaches = in->attach ? attach_in_loader : NULL,
		.kernel_btf = in->btf,
		.module_btfs = in->module_btfs,
		.module_btf_cnt = in->module_btf_cnt,
		.no_btf = in->no_btf,
		.target_has_no_btf = in->target_has_no_btf,
		.full_btf = in->full_btf,
		.no_line_info = in->no_line_info,
		.fixed = in->fixed,
	};
	int ret = in->kconfig ? kconfig_apply(in->obj, in->kconfig, err) : 0;

	if (!ret)
		ret = trace_record_opts(in->obj, &topts, &in->tr, err);
	if (!ret)
		ret = blob_emit(in->tr, &in->blob, err);
	return ret;
}

int input_option(struct input *in, int c, const char *arg)
{
	switch (c) {
	case INPUT_NAME: in->as = arg; return 0;
	case INPUT_KCONFIG: in->kconfig = arg; return 0;
	case INPUT_NO_BTF: in->no_btf = true; return 0;
	case INPUT_TARGET_NO_BTF: in->target_has_no_btf = true; return 0;
	case INPUT_FULL_BTF: in->full_btf = true; return 0;
	case INPUT_NO_LINES: in->no_line_info = true; return 0;
	case INPUT_ATTACH: in->attach = true; return 0;
	case INPUT_BTF:
		if (in->btf_cnt == INPUT_BTFS)
			return -E2BIG;
		in->btf_paths[in->btf_cnt++] = arg;
		return 0;
	}
	return -ENOENT;
}

static int open_btfs(struct input *in, struct lsk_err *err)
{
	u32 i;
	int ret = in->btf_cnt ? btf_file_open(in->btf_paths[0], &in->btf, err) : 0;

	for (i = 1; i < in->btf_cnt && !ret; i++) {
		ret = btf_file_open_module(in->btf_paths[i], in->btf, &in->module_btfs[in->module_btf_cnt], err);
		in->module_btf_cnt += !ret;
	}
	return ret;
}

int input_open(struct input *in, char **paths, int cnt, struct lsk_err *err)
{
	const char *slash = strrchr(paths[0], '/');
	struct lsk_err why = {};
	char *data = NULL;
	size_t sz;
	int ret;

	in->name = in->as ? strdup(in->as) : name_from_path(paths[0]);
	in->file_name = strdup(slash ? slash + 1 : paths[0]);
	if (!in->name || !in->file_name)
		ret = err_set(err, -ENOMEM, "out of memory");
	else
		ret = check_name(in->name, err);
	if (!ret)
		ret = cnt > 1 ? link_objects(paths, cnt, &data, &sz, err) :
				file_read(paths[0], &data, &sz, err);
	if (!ret)
		ret = object_open(paths[0], data, sz, in->name, &in->obj, err);
	free(data);
	if (!ret)
		ret = open_btfs(in, err);
	if (!ret) {
		/* the stages after object_open() know no file */
		ret = lower(in, &why);
		if (ret)
			err_set(err, ret, "%s: %s", paths[0], why.msg);
	}
	if (ret)
		input_close(in);
	return ret;
}

void input_close(struct input *in)
{
	blob_free(in->blob);
	trace_free(in->tr);
	object_free(in->obj);
	while (in->module_btf_cnt)
		btf__free(in->module_btfs[--in->module_btf_cnt]);
	btf__free(in->btf);
	free(in->name);
	free(in->file_name);
	memset(in, 0, sizeof(*in));
}
