/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Preloaded into a program that asks the kernel about its BPF programs (libbpf_load, `lskel run`): writes the translated
 * instructions of each into the directory $XLATED, one file a program, with maps by name. What two loaders make of an
 * object is then compared by diff (see xlated.sh).
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int info_by_fd(int fd, void *info, unsigned int *len)
{
	union bpf_attr attr;
	int ret;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = *len;
	attr.info.info = (unsigned long)info;
	ret = syscall(__NR_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	*len = attr.info.info_len;
	return ret;
}

static void map_name(unsigned int id, char *name, size_t sz)
{
	struct bpf_map_info info;
	unsigned int len = sizeof(info);
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	memset(&info, 0, sizeof(info));
	attr.map_id = id;
	fd = syscall(__NR_bpf, BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr));
	if (fd >= 0)
		info_by_fd(fd, &info, &len);
	/* The name of a data map starts with the object's, and each loader has its own idea of that. */
	snprintf(name, sz, "map %s type %u value %u entries %u", strchr(info.name, '.') ? strchr(info.name, '.') : info.name,
		 info.type, info.value_size, info.max_entries);
	if (fd >= 0)
		close(fd);
}

static struct bpf_insn insns[1 << 20];
static struct bpf_func_info funcs[1024];
static unsigned int func_cnt;
static struct btf *btf;

/* Functions by name, as the order in which loaders append them is their own affair. */
static const char *func_at(unsigned int insn)
{
	const struct btf_type *t;
	unsigned int i;

	for (i = 0; i < func_cnt; i++) {
		if (funcs[i].insn_off != insn)
			continue;
		t = btf__type_by_id(btf, funcs[i].type_id);
		return t ? btf__name_by_offset(btf, t->name_off) : NULL;
	}
	return NULL;
}

static void print_insns(const char *path, unsigned int cnt)
{
	const char *func, *to;
	char file[PATH_MAX + 256], name[128];
	unsigned int i, start = 0;
	bool after_func = false;
	FILE *f = NULL;

	for (i = 0; i < cnt; i++) {
		const struct bpf_insn *insn = insns + i;
		bool is_call = insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
		bool is_wide = insn->code == (BPF_LD | BPF_IMM | BPF_DW);

		func = func_at(i);
		if (func || !f) {
			if (f)
				fclose(f);
			snprintf(file, sizeof(file), "%s.%s", path, func ? func : "");
			f = fopen(file, "w");
			if (!f)
				return;
			start = i;
		}
		fprintf(f, "%5u %02x r%u ", i - start, insn->code, insn->dst_reg);
		to = is_call ? func_at(i + insn->off + 1) : NULL;
		if (is_wide && insn->src_reg == BPF_PSEUDO_FUNC)
			to = func_at(i + insn->imm + 1);
		if (is_wide && (insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE)) {
			map_name(insn->imm, name, sizeof(name));
			fprintf(f, "src %u %s + %d\n", insn->src_reg, name, insn[1].imm);
		} else if (is_wide && after_func && insn->dst_reg == BPF_REG_3) {
			/* bpf_timer_set_callback(): the kernel puts the program's own address there */
			fprintf(f, "the program\n");
		} else if (to) {
			fprintf(f, "func %s\n", to);
		} else {
			/* A module's kfunc: off is the index of the module's BTF fd, which nobody but the loader cares for. */
			bool is_kfunc = insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL;

			fprintf(f, "r%u off %d imm %d\n", insn->src_reg, is_kfunc ? 0 : insn->off, insn->imm);
			if (is_wide)
				fprintf(f, "%5u imm %d\n", i + 1 - start, insn[1].imm);
		}
		after_func = is_wide && insn->src_reg == BPF_PSEUDO_FUNC;
		i += is_wide;
	}
	if (f)
		fclose(f);
}

static void dump(const char *dir, int fd)
{
	struct bpf_prog_info info;
	unsigned int len = sizeof(info), n;
	char path[PATH_MAX];
	FILE *f;

	memset(&info, 0, sizeof(info));
	info.xlated_prog_insns = (unsigned long)insns;
	info.xlated_prog_len = sizeof(insns);
	info.func_info = (unsigned long)funcs;
	info.func_info_rec_size = sizeof(*funcs);
	info.nr_func_info = sizeof(funcs) / sizeof(*funcs);
	if (info_by_fd(fd, &info, &len))
		return;
	btf = btf__load_from_kernel_by_id(info.btf_id);
	func_cnt = btf ? info.nr_func_info : 0;
	for (n = 0; n < 1000; n++) {
		snprintf(path, sizeof(path), "%s/%s.%u", dir, info.name, n);
		if (access(path, F_OK))
			break;
	}
	f = fopen(path, "w");
	if (!f)
		return;
	fprintf(f, "type %u insns %zu func_info %u line_info %u\n", info.type, info.xlated_prog_len / sizeof(*insns),
		info.nr_func_info, info.nr_line_info);
	fclose(f);
	print_insns(path, info.xlated_prog_len / sizeof(*insns));
	btf__free(btf);
}

int bpf_obj_get_info_by_fd(int fd, void *info, unsigned int *len)
{
	const char *dir = getenv("XLATED");
	char link[64], target[64];
	ssize_t got;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	got = readlink(link, target, sizeof(target) - 1);
	if (dir && got > 0) {
		target[got] = '\0';
		if (strstr(target, "bpf-prog"))
			dump(dir, fd);
	}
	return info_by_fd(fd, info, len);
}
