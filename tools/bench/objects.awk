# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Writes the source of one object to be measured, as its authors would have written it: with vmlinux.h.
#
#   awk -v maps=N -v progs=N -v fields=N -v kfuncs=N -f objects.awk
#
# Each program looks into four maps, reads `fields` fields of kernel structs, each a CO-RE relocation, and
# makes about `kfuncs` calls of kfuncs. Programs differ: they go round the lists below, each from where the
# one before it stopped.

# A step: a statement and how many kfuncs it calls. What it may use: m, a cpumask that is the program's own,
# c, the same one, read only, t, a task, and name, a string.
function step(calls, text) {
	steps++
	step_calls[steps] = calls
	step_text[steps] = text
}

function kfunc(prototype) {
	print "extern " prototype " __ksym;"
}

function write_kfuncs() {
	kfunc("struct bpf_cpumask *bpf_cpumask_create(void)")
	kfunc("struct bpf_cpumask *bpf_cpumask_acquire(struct bpf_cpumask *)")
	kfunc("void bpf_cpumask_release(struct bpf_cpumask *)")
	kfunc("void bpf_cpumask_set_cpu(u32, struct bpf_cpumask *)")
	kfunc("void bpf_cpumask_clear_cpu(u32, struct bpf_cpumask *)")
	kfunc("bool bpf_cpumask_test_cpu(u32, const struct cpumask *)")
	kfunc("bool bpf_cpumask_test_and_set_cpu(u32, struct bpf_cpumask *)")
	kfunc("bool bpf_cpumask_test_and_clear_cpu(u32, struct bpf_cpumask *)")
	kfunc("void bpf_cpumask_setall(struct bpf_cpumask *)")
	kfunc("void bpf_cpumask_clear(struct bpf_cpumask *)")
	kfunc("u32 bpf_cpumask_first(const struct cpumask *)")
	kfunc("u32 bpf_cpumask_first_zero(const struct cpumask *)")
	kfunc("u32 bpf_cpumask_first_and(const struct cpumask *, const struct cpumask *)")
	kfunc("bool bpf_cpumask_and(struct bpf_cpumask *, const struct cpumask *, const struct cpumask *)")
	kfunc("void bpf_cpumask_or(struct bpf_cpumask *, const struct cpumask *, const struct cpumask *)")
	kfunc("void bpf_cpumask_xor(struct bpf_cpumask *, const struct cpumask *, const struct cpumask *)")
	kfunc("bool bpf_cpumask_equal(const struct cpumask *, const struct cpumask *)")
	kfunc("bool bpf_cpumask_intersects(const struct cpumask *, const struct cpumask *)")
	kfunc("bool bpf_cpumask_subset(const struct cpumask *, const struct cpumask *)")
	kfunc("bool bpf_cpumask_empty(const struct cpumask *)")
	kfunc("bool bpf_cpumask_full(const struct cpumask *)")
	kfunc("void bpf_cpumask_copy(struct bpf_cpumask *, const struct cpumask *)")
	kfunc("u32 bpf_cpumask_any_distribute(const struct cpumask *)")
	kfunc("u32 bpf_cpumask_any_and_distribute(const struct cpumask *, const struct cpumask *)")
	kfunc("u32 bpf_cpumask_weight(const struct cpumask *)")
	kfunc("void bpf_rcu_read_lock(void)")
	kfunc("void bpf_rcu_read_unlock(void)")
	kfunc("void bpf_preempt_disable(void)")
	kfunc("void bpf_preempt_enable(void)")
	kfunc("void bpf_local_irq_save(unsigned long *)")
	kfunc("void bpf_local_irq_restore(unsigned long *)")
	kfunc("struct task_struct *bpf_task_acquire(struct task_struct *)")
	kfunc("struct task_struct *bpf_task_from_pid(s32)")
	kfunc("struct task_struct *bpf_task_from_vpid(s32)")
	kfunc("void bpf_task_release(struct task_struct *)")
	kfunc("struct cgroup *bpf_cgroup_from_id(u64)")
	kfunc("void bpf_cgroup_release(struct cgroup *)")
	kfunc("int bpf_strlen(const char *)")
	kfunc("int bpf_strcmp(const char *, const char *)")
	kfunc("int bpf_strchr(const char *, char)")
}

function know_steps() {
	step(1, "bpf_cpumask_set_cpu(0, m);")
	step(1, "bpf_cpumask_clear_cpu(1, m);")
	step(1, "s += bpf_cpumask_test_cpu(2, c);")
	step(1, "s += bpf_cpumask_test_and_set_cpu(3, m);")
	step(1, "s += bpf_cpumask_test_and_clear_cpu(4, m);")
	step(1, "bpf_cpumask_setall(m);")
	step(1, "bpf_cpumask_clear(m);")
	step(1, "s += bpf_cpumask_first(c);")
	step(1, "s += bpf_cpumask_first_zero(c);")
	step(1, "s += bpf_cpumask_first_and(c, c);")
	step(1, "s += bpf_cpumask_and(m, c, c);")
	step(1, "bpf_cpumask_or(m, c, c);")
	step(1, "bpf_cpumask_xor(m, c, c);")
	step(1, "s += bpf_cpumask_equal(c, c);")
	step(1, "s += bpf_cpumask_intersects(c, c);")
	step(1, "s += bpf_cpumask_subset(c, c);")
	step(1, "s += bpf_cpumask_empty(c);")
	step(1, "s += bpf_cpumask_full(c);")
	step(1, "bpf_cpumask_copy(m, c);")
	step(1, "s += bpf_cpumask_any_distribute(c);")
	step(1, "s += bpf_cpumask_any_and_distribute(c, c);")
	step(1, "s += bpf_cpumask_weight(c);")
	step(2, "{ struct bpf_cpumask *n = bpf_cpumask_acquire(m); bpf_cpumask_release(n); }")
	step(2, "bpf_rcu_read_lock(); bpf_rcu_read_unlock();")
	step(2, "bpf_preempt_disable(); bpf_preempt_enable();")
	step(2, "{ unsigned long irq; bpf_local_irq_save(&irq); bpf_local_irq_restore(&irq); }")
	step(2, "{ struct task_struct *o = bpf_task_acquire(t); if (o) bpf_task_release(o); }")
	step(2, "{ struct task_struct *o = bpf_task_from_pid(1); if (o) bpf_task_release(o); }")
	step(2, "{ struct task_struct *o = bpf_task_from_vpid(1); if (o) bpf_task_release(o); }")
	step(2, "{ struct cgroup *g = bpf_cgroup_from_id(1); if (g) bpf_cgroup_release(g); }")
	step(1, "s += bpf_strlen(name);")
	step(1, "s += bpf_strcmp(name, name);")
	step(1, "s += bpf_strchr(name, 'x');")
}

function write_prog(p,   i, calls, name, parts) {
	printf "\nSEC(\"tp_btf/%s\")\nint prog_%d(void *ctx)\n{\n", hooks[p % hook_cnt + 1], p
	print "\tstruct task_struct *t = bpf_get_current_task_btf();"
	if (kfuncs)
		print "\tstruct bpf_cpumask *m;\n\tconst struct cpumask *c;"
	if (kfuncs)
		print "\tchar name[8] = \"lskel\";"
	printf "\tint k = %d;\n\tlong s = 0, *v;\n\n", p
	for (i = 0; i < fields; i += split(name, parts, ",")) {
		name = names[next_field++ % name_cnt + 1]
		printf "\ts += BPF_CORE_READ(t, %s);\n", name
	}
	for (i = 0; i < 4; i++) {
		printf "\tv = bpf_map_lookup_elem(&map_%d, &k);\n", (p * 4 + i) % maps
		print "\tif (v)\n\t\ts += *v;"
	}
	if (kfuncs) {
		print "\tm = bpf_cpumask_create();\n\tif (!m)\n\t\treturn s;\n\tc = (const struct cpumask *)m;"
		for (calls = 2; calls < kfuncs; calls += step_calls[i]) {
			i = next_step++ % steps + 1
			print "\t" step_text[i]
		}
		print "\tbpf_cpumask_release(m);"
	}
	print "\treturn s;\n}"
}

BEGIN {
	name_cnt = split("pid tgid prio static_prio normal_prio rt_priority exit_code exit_signal flags ptrace start_time" \
		" utime stime nvcsw nivcsw min_flt maj_flt pdeath_signal personality jobctl policy start_boottime" \
		" real_parent,pid real_parent,tgid group_leader,pid mm,total_vm mm,stack_vm mm,start_code" \
		" signal,nr_threads signal,nvcsw signal,nivcsw signal,oublock nsproxy,uts_ns,ns.inum" \
		" nsproxy,mnt_ns,ns.inum cred,uid.val cred,gid.val cred,euid.val files,next_fd fs,umask se.vruntime", \
		names, " ")
	hook_cnt = split("sys_enter sys_exit sched_switch sched_wakeup", hooks, " ")
	print "/* made by tools/bench/objects.awk */"
	print "#define BPF_NO_KFUNC_PROTOTYPES\n#include \"vmlinux.h\"\n#include <bpf/bpf_helpers.h>"
	print "#include <bpf/bpf_core_read.h>\n"
	if (kfuncs) {
		write_kfuncs()
		know_steps()
	}
	for (i = 0; i < maps; i++)
		printf "struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, int); " \
			"__type(value, long); } map_%d SEC(\".maps\");\n", i
	for (p = 0; p < progs; p++)
		write_prog(p)
	print "\nchar LICENSE[] SEC(\"license\") = \"GPL\";"
}
