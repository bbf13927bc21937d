// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A global function that takes the context of any program: kernels before 6.8 know no such thing by the
 * tag alone.
 */
#include "prog.h"

#ifndef __arg_ctx
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#endif

#define CURRENT_CPU 0xffffffff

u32 hits;
u64 stack_sz, packet_sz;

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, u32);
	__type(value, u32);
} events SEC(".maps");

__noinline int report(void *ctx __arg_ctx, u32 what)
{
	hits += what;
	/* a helper that accepts nothing but a context there */
	return (int)bpf_perf_event_output(ctx, &events, CURRENT_CPU, &what, sizeof(what));
}

__noinline int outer(u32 what, void *ctx __arg_ctx)
{
	return report(ctx, what + 1);
}

SEC("xdp")
int by_xdp(struct xdp_md *ctx)
{
	return report(ctx, 10) ? 3 : 2;
}

SEC("tc")
int by_tc(struct __sk_buff *ctx)
{
	outer(100, ctx);
	return report(ctx, 1000) ? 3 : 2;
}

SEC("socket")
int by_socket(struct __sk_buff *ctx)
{
	report(ctx, 10000);
	return 1;
}

SEC("kprobe")
int by_kprobe(void *ctx)
{
	return report(ctx, 1);
}

struct pt_regs;
__noinline int regs(struct pt_regs *ctx __arg_ctx)
{
	static u32 buf[4];

	return (int)bpf_get_stack(ctx, buf, sizeof(buf), 0);
}

SEC("kprobe")
int by_regs(void *ctx)
{
	return regs(ctx);
}

SEC("perf_event")
int by_perf(struct bpf_perf_event_data *ctx)
{
	return report(ctx, 1);
}

__noinline int raw(u64 *ctx __arg_ctx)
{
	u32 what = 7;

	return (int)bpf_perf_event_output(ctx, &events, CURRENT_CPU, &what, sizeof(what));
}

SEC("raw_tp/sys_enter")
int by_raw_tp(struct bpf_raw_tracepoint_args *ctx)
{
	return report(ctx, 1) + raw((u64 *)ctx);
}

/*
 * The copy has the other tags, too: without this one the kernel would want to see a test for NULL. Since
 * 6.8.
 */
__noinline int tagged(void *ctx __arg_ctx, u32 *what __attribute__((btf_decl_tag("arg:nonnull"))))
{
	return report(ctx, *what);
}

SEC("?tc")
int by_tagged(struct __sk_buff *ctx)
{
	u32 what = 5;

	return tagged(ctx, &what);
}

/* No name for the context: it is as the file says, and left alone. Not loaded by default. */
SEC("?tracepoint/raw_syscalls/sys_enter")
int by_tracepoint(void *ctx)
{
	return report(ctx, 1);
}
