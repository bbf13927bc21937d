// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What the module keeps in the kernel: two listings, of all maps and of all programs, and a count of tasks
 * that were created since. With ITERATORS_ONLY just the listings, which is what the kernel's own preload
 * module has room for.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Of the kernel's structs only what is shown: where it lies is found when the programs are loaded. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id, seq_num;
};

struct bpf_map {
	__u32 id;
	__u32 key_size, value_size, max_entries;
	char name[16];
};

struct bpf_prog_aux {
	__u32 id, func_cnt;
	char name[16];
};

struct bpf_prog {
	__u32 len;
	struct bpf_prog_aux *aux;
};

struct bpf_iter__bpf_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
};

struct bpf_iter__bpf_prog {
	struct bpf_iter_meta *meta;
	struct bpf_prog *prog;
};
#pragma clang attribute pop

const volatile char title[16] = "lskel"; /* set by the module */
SEC("iter/bpf_map")
int dump_bpf_map(struct bpf_iter__bpf_map *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct bpf_map *map = ctx->map;

	if (!map)
		return 0;
	if (ctx->meta->seq_num == 0)
		BPF_SEQ_PRINTF(seq, "%s: maps\n  id name             key value entries\n", title);
	BPF_SEQ_PRINTF(seq, "%4u %-16s %3u %5u %7u\n", map->id, map->name, map->key_size, map->value_size,
		       map->max_entries);
	return 0;
}

SEC("iter/bpf_prog")
int dump_bpf_prog(struct bpf_iter__bpf_prog *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct bpf_prog *prog = ctx->prog;

	if (!prog)
		return 0;
	if (ctx->meta->seq_num == 0)
		BPF_SEQ_PRINTF(seq, "%s: programs\n  id name             insns\n", title);
	BPF_SEQ_PRINTF(seq, "%4u %-16s %5u\n", prog->aux->id, prog->aux->name, prog->len);
	return 0;
}

#ifndef ITERATORS_ONLY
__u64 tasks;	/* counted from 0 */
__u64 start = 1; /* and from what the module says */

SEC("tp_btf/task_newtask")
int count_tasks(void *ctx)
{
	__sync_fetch_and_add(&tasks, 1);
	__sync_fetch_and_add(&start, 1);
	return 0;
}
#endif
