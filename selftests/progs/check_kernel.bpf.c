// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Never loaded: its BTF plays a kernel's for `lskel check`. Variables are plain globals here, as in no kernel of a distribution. */
#include "prog.h"

struct lskel_thing {
	u64 moved;
	int id;
};

/* A kernel says in this which types of programs it has. */
struct bpf_ctx_convert {
	struct __sk_buff BPF_PROG_TYPE_SCHED_CLS_prog;
	struct bpf_raw_tracepoint_args BPF_PROG_TYPE_RAW_TRACEPOINT_prog;
	void *BPF_PROG_TYPE_TRACING_prog;
	void *BPF_PROG_TYPE_SYSCALL_prog;
};

typedef void (*btf_trace_lskel_event)(void *data, int id);

struct lskel_thing lskel_thing;
int lskel_number;
int lskel_no_address;
enum bpf_prog_type prog_type;
enum bpf_map_type map_type;
enum bpf_attach_type attach_type;
enum bpf_func_id func_id;
enum bpf_cmd cmd;
struct bpf_ctx_convert convert;
btf_trace_lskel_event event;

__attribute__((btf_decl_tag("bpf_kfunc"), noinline)) int lskel_kfunc(int id)
{
	return id + lskel_number + lskel_no_address + (int)lskel_thing.moved;
}

__attribute__((noinline)) int lskel_function(int id)
{
	return id - lskel_thing.id;
}

SEC("tc")
int use(struct __sk_buff *ctx)
{
	return lskel_kfunc(1) + lskel_function(2) + (int)prog_type + (int)map_type + (int)attach_type + (int)func_id + (int)cmd +
	       (int)convert.BPF_PROG_TYPE_SCHED_CLS_prog.len + (event != 0);
}
