// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* For `lskel check`: what it asks of check_kernel.bpf.c, there or not, as it should be or not. */
#include "prog.h"

struct lskel_thing {
	int id;
	int gone;
} KERNEL_TYPE;

extern struct lskel_thing lskel_thing __ksym;
extern const int lskel_number __ksym;
extern struct lskel_thing *lskel_no_address __ksym __attribute__((weak));
extern int lskel_absent __ksym __attribute__((weak));
extern const void lskel_symbol __ksym;
extern int lskel_kfunc(int id) __ksym;
extern int lskel_function(int id) __ksym;
extern int CONFIG_LSKEL_NUMBER __attribute__((section(".kconfig")));
extern int CONFIG_LSKEL_OTHER __attribute__((section(".kconfig"))) __attribute__((weak));

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 1);
} stacks SEC(".maps");

long seen;

SEC("tc")
int asks(struct __sk_buff *ctx)
{
	struct lskel_thing *thing = bpf_get_current_task() ? (void *)ctx : 0;

	seen = (long)&lskel_thing + lskel_number + (long)&lskel_no_address + (long)&lskel_absent + (long)&lskel_symbol;
	seen += CONFIG_LSKEL_NUMBER + CONFIG_LSKEL_OTHER;
	seen += __builtin_preserve_field_info(thing->id, 0) + __builtin_preserve_field_info(thing->gone, 2);
	if (__builtin_preserve_field_info(thing->gone, 2))
		seen += __builtin_preserve_field_info(thing->gone, 0);
	return lskel_kfunc(1);
}

SEC("tc")
int asks_too_much(struct __sk_buff *ctx)
{
	return lskel_function(1);
}

SEC("fentry/lskel_function")
int attaches(void *ctx)
{
	return 0;
}

SEC("tp_btf/lskel_event")
int attaches_to_tracepoint(void *ctx)
{
	return 0;
}

SEC("raw_tp/lskel_no_event")
int attaches_to_nothing(void *ctx)
{
	return 0;
}

SEC("fmod_ret/lskel_function")
int modifies(void *ctx)
{
	return 0;
}
