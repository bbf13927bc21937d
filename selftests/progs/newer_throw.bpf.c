// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Exceptions: the handler is called by nobody, it is part of the program because a tag names it. */
#include "prog.h"

#define __exception_cb(name) __attribute__((btf_decl_tag("exception_callback:" #name)))

extern void bpf_throw(u64 cookie) __ksym;

__noinline int handler(u64 cookie)
{
	return (int)cookie + 10;
}

static __noinline int deep(struct __sk_buff *ctx)
{
	if (ctx->len)
		bpf_throw(32);
	return 5;
}

SEC("tc")
__exception_cb(handler)
int throws(struct __sk_buff *ctx)
{
	return deep(ctx) + 1;
}

/* Without a handler of its own, what is thrown is the return value. */
SEC("tc")
int throws_plainly(struct __sk_buff *ctx)
{
	return deep(ctx) + 1;
}
