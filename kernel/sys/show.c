// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The commands as text, one a line, in the manner of strace. Fields that are 0 are left out. */
#include "model_priv.h"

#include <stdarg.h>
#include <string.h>
#include <bpf/libbpf.h>

enum how { DEC, HEX, PTR, NAME, MAP_TYPE, PROG_TYPE, ATTACH_TYPE };

static const struct field {
	u32 cmd, off;
	u8 sz, how;
	const char *name;
} fields[] = {
	{ BPF_MAP_CREATE, MC_TYPE, 4, MAP_TYPE, "map_type" }, { BPF_MAP_CREATE, MC_KEY, 4, DEC, "key_size" },
	{ BPF_MAP_CREATE, MC_VALUE, 4, DEC, "value_size" },
	  { BPF_MAP_CREATE, MC_ENTRIES, 4, DEC, "max_entries" },
	{ BPF_MAP_CREATE, MC_FLAGS, 4, HEX, "map_flags" },
	  { BPF_MAP_CREATE, MC_INNER, 4, DEC, "inner_map_fd" },
	{ BPF_MAP_CREATE, MC_NUMA, 4, DEC, "numa_node" }, { BPF_MAP_CREATE, MC_NAME, 16, NAME, "map_name" },
	{ BPF_MAP_CREATE, MC_BTF, 4, DEC, "btf_fd" }, { BPF_MAP_CREATE, MC_KEY_ID, 4, DEC,
	  "btf_key_type_id" },
	{ BPF_MAP_CREATE, MC_VALUE_ID, 4, DEC, "btf_value_type_id" },
	{ BPF_MAP_CREATE, MC_OPS_ID, 4, DEC, "btf_vmlinux_value_type_id" },
	  { BPF_MAP_CREATE, MC_EXTRA, 8, HEX, "map_extra" },
	{ BPF_MAP_CREATE, MC_OPS_BTF, 4, DEC, "value_type_btf_obj_fd" },
	  { BPF_MAP_CREATE, MC_EXCL_SZ, 4, DEC, "excl_prog_hash_size" },
	{ BPF_MAP_LOOKUP_ELEM, ME_MAP, 4, DEC, "map_fd" },
	{ BPF_MAP_UPDATE_ELEM, ME_MAP, 4, DEC, "map_fd" }, { BPF_MAP_UPDATE_ELEM, ME_KEY, 8, PTR, "key" },
	{ BPF_MAP_UPDATE_ELEM, ME_VALUE, 8, PTR, "value" },
	  { BPF_MAP_UPDATE_ELEM, ME_FLAGS, 8, HEX, "flags" },
	{ BPF_MAP_DELETE_ELEM, ME_MAP, 4, DEC, "map_fd" },
	{ BPF_PROG_LOAD, PL_TYPE, 4, PROG_TYPE, "prog_type" },
	  { BPF_PROG_LOAD, PL_INSN_CNT, 4, DEC, "insn_cnt" },
	{ BPF_PROG_LOAD, PL_LOG_LEVEL, 4, DEC, "log_level" },
	  { BPF_PROG_LOAD, PL_FLAGS, 4, HEX, "prog_flags" },
	{ BPF_PROG_LOAD, PL_NAME, 16, NAME, "prog_name" },
	  { BPF_PROG_LOAD, PL_ATTACH_TYPE, 4, ATTACH_TYPE, "expected_attach_type" },
	{ BPF_PROG_LOAD, PL_BTF, 4, DEC, "prog_btf_fd" },
	  { BPF_PROG_LOAD, PL_FUNC_CNT, 4, DEC, "func_info_cnt" },
	{ BPF_PROG_LOAD, PL_LINE_CNT, 4, DEC, "line_info_cnt" },
	  { BPF_PROG_LOAD, PL_CORE_CNT, 4, DEC, "core_relo_cnt" },
	{ BPF_PROG_LOAD, PL_ATTACH_ID, 4, DEC, "attach_btf_id" },
	  { BPF_PROG_LOAD, PL_ATTACH_FD, 4, DEC, "attach_btf_obj_fd" },
	{ BPF_PROG_LOAD, PL_FD_CNT, 4, DEC, "fd_array_cnt" },
	  { BPF_PROG_LOAD, PL_SIG_SZ, 4, DEC, "signature_size" },
	{ BPF_PROG_TEST_RUN, TR_PROG, 4, DEC, "prog_fd" },
	{ BPF_MAP_GET_FD_BY_ID, 0, 4, DEC, "map_id" }, { BPF_BTF_GET_FD_BY_ID, 0, 4, DEC, "btf_id" },
	{ BPF_BTF_GET_NEXT_ID, 0, 4, DEC, "start_id" }, { BPF_OBJ_GET_INFO_BY_FD, GI_FD, 4, DEC, "bpf_fd" },
	{ BPF_RAW_TRACEPOINT_OPEN, RT_PROG, 4, DEC, "prog_fd" },
	{ BPF_BTF_LOAD, BL_SIZE, 4, DEC, "btf_size" }, { BPF_BTF_LOAD, BL_LOG_LEVEL, 4, DEC,
	  "btf_log_level" },
	{ BPF_MAP_FREEZE, ME_MAP, 4, DEC, "map_fd" },
	{ BPF_LINK_CREATE, LC_PROG, 4, DEC, "prog_fd" }, { BPF_LINK_CREATE, LC_TARGET, 4, DEC, "target_fd" },
	{ BPF_LINK_CREATE, LC_TYPE, 4, ATTACH_TYPE, "attach_type" },
	  { BPF_LINK_CREATE, LC_FLAGS, 4, HEX, "flags" },
};

static void show_enum(FILE *f, const char *name, u32 v)
{
	if (name)
		fprintf(f, "%s", name);
	else
		fprintf(f, "%u", v);
}

static bool show_field(FILE *f, const struct caller *c, const struct field *field, bool first)
{
	const u64 v = field->sz == 8 ? a64(c, field->off) : a32(c, field->off);

	if (field->how == NAME ? !c->attr[field->off]
			       : !v && field->how != PROG_TYPE && field->how != MAP_TYPE && field->off)
		return false;
	fprintf(f, "%s%s=", first ? "" : ", ", field->name);
	switch (field->how) {
	case DEC: fprintf(f, "%u", (u32)v); break;
	case HEX: fprintf(f, "0x%llx", (unsigned long long)v); break;
	case PTR: fprintf(f, "..."); break; /* addresses are others each time */
	case NAME: fprintf(f, "\"%.15s\"", (const char *)c->attr + field->off); break;
	case MAP_TYPE: show_enum(f, libbpf_bpf_map_type_str((enum bpf_map_type)v), (u32)v); break;
	case PROG_TYPE: show_enum(f, libbpf_bpf_prog_type_str((enum bpf_prog_type)v), (u32)v); break;
	case ATTACH_TYPE: show_enum(f, libbpf_bpf_attach_type_str((enum bpf_attach_type)v), (u32)v); break;
	}
	return true;
}

void model_show_ret(struct model *m, long ret)
{
	if (!m->log)
		return;
	if (ret >= 0)
		fprintf(m->log, " = %ld\n", ret);
	else if (m->err.msg[0])
		fprintf(m->log, " = %s (%s)\n", err_name((int)ret), m->err.msg);
	else
		fprintf(m->log, " = %s\n", err_name((int)ret));
}

void model_show_call(struct model *m, const char *fmt, ...)
{
	va_list ap;

	if (!m->log)
		return;
	va_start(ap, fmt);
	if (m->in)
		fputs("    ", m->log);
	vfprintf(m->log, fmt, ap);
	va_end(ap);
}

void model_show_cmd(const struct caller *c, u32 cmd, long ret)
{
	struct model *m = c->m;
	bool first = true;
	u32 i;

	if (!m->log)
		return;
	/* said when it started; the stepper gives it once for each operation */
	if (cmd == BPF_PROG_TEST_RUN && ret >= 0)
		return;
	model_show_call(m, "%s {", model_cmd_name(cmd));
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].cmd == cmd && show_field(m->log, c, &fields[i], first))
			first = false;
	fputc('}', m->log);
	model_show_ret(m, ret);
}
