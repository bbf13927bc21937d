#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Writes the sources of the benchmark's objects to the directory $1: small (3 maps, 1 program), medium (10 and 10, with
# CO-RE), large (60 maps, 30 programs, each with calls to the same kfuncs and CO-RE fields).
set -eu
out=$1

head() {
	cat <<'C'
/* made by tools/bench/objects.sh */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct task_struct { int pid; int tgid; int prio; int static_prio; unsigned int flags; } __attribute__((preserve_access_index));
struct bpf_cpumask { int opaque; };
extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *cpumask) __ksym;
extern void bpf_cpumask_set_cpu(__u32 cpu, struct bpf_cpumask *cpumask) __ksym;
extern void bpf_cpumask_clear_cpu(__u32 cpu, struct bpf_cpumask *cpumask) __ksym;
extern void bpf_cpumask_setall(struct bpf_cpumask *cpumask) __ksym;
extern void bpf_cpumask_clear(struct bpf_cpumask *cpumask) __ksym;
extern _Bool bpf_cpumask_test_and_set_cpu(__u32 cpu, struct bpf_cpumask *cpumask) __ksym;
extern _Bool bpf_cpumask_test_and_clear_cpu(__u32 cpu, struct bpf_cpumask *cpumask) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
C
}

maps() { # COUNT
	i=0
	while [ $i -lt "$1" ]; do
		echo "struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, int); __type(value, long); } map_$i SEC(\".maps\");"
		i=$((i + 1))
	done
}

prog() { # NUMBER MAPS KIND
	echo "SEC(\"tp_btf/sys_enter\") int prog_$1(void *ctx) { int k = $1; long *v; struct task_struct *t = (void *)bpf_get_current_task(); long s = 0;"
	[ "$3" = small ] || for f in pid tgid prio static_prio flags; do echo "	s += BPF_CORE_READ(t, $f);"; done
	i=0
	while [ $i -lt 4 ]; do
		echo "	v = bpf_map_lookup_elem(&map_$((($1 * 4 + i) % $2)), &k); if (v) s += *v;"
		i=$((i + 1))
	done
	[ "$3" != large ] || cat <<'C'
	struct bpf_cpumask *m = bpf_cpumask_create();
	if (m) {
		bpf_rcu_read_lock();
		bpf_cpumask_set_cpu(0, m); bpf_cpumask_clear_cpu(1, m); bpf_cpumask_setall(m); bpf_cpumask_clear(m);
		s += bpf_cpumask_test_and_set_cpu(2, m) + bpf_cpumask_test_and_clear_cpu(2, m);
		bpf_rcu_read_unlock();
		bpf_cpumask_release(m);
	}
C
	echo "	return s; }"
}

object() { # NAME MAPS PROGS
	{
		head
		maps "$2"
		p=0
		while [ $p -lt "$3" ]; do
			prog $p "$2" "$1"
			p=$((p + 1))
		done
		echo 'char LICENSE[] SEC("license") = "GPL";'
	} > "$out/$1.bpf.c"
}

object small 3 1
object medium 10 10
object large 60 30
