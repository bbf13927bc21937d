// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Which functions programs of type TRACING and LSM may attach to, that are asked when they are loaded: not
 * those that tracing itself uses, fmod_ret only where a return value may be changed, sleepable ones only
 * where sleeping is fine.
 */
#include "check_priv.h"

static enum target_answer both(enum target_answer a, enum target_answer b)
{
	if (a == TARGET_NO || b == TARGET_NO)
		return TARGET_NO;
	return a == TARGET_YES && b == TARGET_YES ? TARGET_YES : TARGET_UNKNOWN;
}

static enum target_answer either(enum target_answer a, enum target_answer b)
{
	if (a == TARGET_YES || b == TARGET_YES)
		return TARGET_YES;
	return a == TARGET_NO && b == TARGET_NO ? TARGET_NO : TARGET_UNKNOWN;
}

static enum target_answer opposite(enum target_answer a)
{
	return a == TARGET_UNKNOWN ? a : a == TARGET_YES ? TARGET_NO : TARGET_YES;
}

/* ALLOW_ERROR_INJECTION(): each leaves a variable. */
static enum target_answer injectable(const struct check *c, const char *name)
{
	enum target_answer answer;
	char symbol[300];

	if (c->t->has_config && !target_config(c->t, "CONFIG_FUNCTION_ERROR_INJECTION"))
		return TARGET_NO;
	snprintf(symbol, sizeof(symbol), "_eil_addr_%s", name);
	answer = target_symbol(c->t, symbol, NULL);
	if (answer == TARGET_NO && !target_config(c->t, "CONFIG_KALLSYMS_ALL"))
		return TARGET_UNKNOWN;
	return answer;
}

/* Since 7.0 or so, kernels without error injection treat system calls as if they had it. */
static enum target_answer is_syscall(const struct check *c, const char *name)
{
	static const char *const prefixes[] = { "__x64_", "__arm64_", "__s390x_", "__riscv_" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			break;
	if (i == ARRAY_SIZE(prefixes) || target_config(c->t, "CONFIG_FUNCTION_ERROR_INJECTION"))
		return TARGET_NO;
	if (target_since(c->t, KVER(6, 13)) == TARGET_NO)
		return TARGET_NO;
	return target_since(c->t, KVER(7, 2)) == TARGET_YES && c->t->has_config ? TARGET_YES : TARGET_UNKNOWN;
}

/* Sets of functions whose value may be changed, from 6.2. Of each: one of them may sleep, if that. */
static enum target_answer in_fmodret_set(const struct check *c, const char *name)
{
	static const char *const sets[] = { "bpf_test_modify_return_ids", "bpf_mptcp_fmodret_ids" };
	enum target_answer answer = TARGET_NO;
	u32 i;

	if (strncmp(name, "bpf_", 4) && strncmp(name, "update_socket_protocol", 22))
		return TARGET_NO;
	for (i = 0; i < ARRAY_SIZE(sets); i++)
		answer = either(answer, target_in_id_set(c->t, sets[i], name));
	if (answer == TARGET_UNKNOWN && target_since(c->t, KVER(6, 2)) == TARGET_NO)
		return TARGET_NO;
	return answer;
}

static enum target_answer modifiable(const struct check *c, const char *name)
{
	if (!strncmp(name, "security_", 9))
		return TARGET_YES;
	return either(either(injectable(c, name), is_syscall(c, name)), in_fmodret_set(c, name));
}

static enum target_answer may_sleep(const struct check *c, const char *name)
{
	enum target_answer denied = target_in_id_set(c->t, "btf_non_sleepable_error_inject", name),
			   set = TARGET_NO;

	/* known to have that flag */
	if (!strcmp(name, "bpf_fentry_test1"))
		set = in_fmodret_set(c, name);
	return either(either(both(injectable(c, name), opposite(denied)), is_syscall(c, name)), set);
}

/* Where there are no symbols to tell: those that have been in the set for long. */
static enum target_answer denied(const struct check *c, const char *name)
{
	static const char *const known[] = { "migrate_disable",	       "migrate_enable",
					     "__rcu_read_lock",	       "__rcu_read_unlock",
					     "rcu_read_unlock_strict", "preempt_count_add",
					     "preempt_count_sub" };
	enum target_answer answer = target_in_id_set(c->t, "btf_id_deny", name);
	u32 i;

	for (i = 0; answer == TARGET_UNKNOWN && i < ARRAY_SIZE(known); i++)
		if (!strcmp(name, known[i]))
			return TARGET_UNKNOWN;
	return answer == TARGET_YES ? TARGET_YES : TARGET_NO;
}

static bool say(struct check *c, struct check_prog *p, const char *what, enum target_answer answer,
		const char *no)
{
	if (answer == TARGET_YES)
		return true;
	if (answer == TARGET_NO)
		item(c, CHECK_ATTACH, CHECK_FATAL, p, 0, what, "%s", no);
	else
		item(c, CHECK_ATTACH, CHECK_UNDECIDED, p, 0, what, "perhaps: %s", no);
	p->lost = true;
	return false;
}

static bool lsm_rules(struct check *c, struct check_prog *p, const char *name, const char *what)
{
	enum target_answer off = target_in_id_set(c->t, "bpf_lsm_disabled_hooks", name);

	if (c->t->has_config && !target_config(c->t, "CONFIG_BPF_LSM"))
		return say(c, p, what, TARGET_NO, "the kernel has no CONFIG_BPF_LSM");
	if (target_in_id_set(c->t, "bpf_lsm_hooks", name) == TARGET_NO)
		return say(c, p, what, TARGET_NO, "no hook");
	/* none was switched off before 6.12 */
	if (off == TARGET_UNKNOWN && target_since(c->t, KVER(6, 11)) == TARGET_NO)
		off = TARGET_NO;
	if (!say(c, p, what, opposite(off), "a hook that is not for BPF programs"))
		return false;
	if (!(p->func->def->flags & SEC_SLEEPABLE))
		return true;
	return say(c, p, what, target_in_id_set(c->t, "sleepable_lsm_hooks", name),
		   "not for sleepable programs");
}

bool check_attach_rules(struct check *c, struct check_prog *p, const char *name, const char *what)
{
	const struct sec_def *def = p->func->def;

	if (def->prog_type == PROG_LSM)
		return lsm_rules(c, p, name, what);
	if (def->prog_type != PROG_TRACING || def->expected_attach_type == ATTACH_TRACE_ITER)
		return true;
	if (!say(c, p, what, opposite(denied(c, name)), "nothing may be attached to it"))
		return false;
	if (def->expected_attach_type != ATTACH_TRACE_FENTRY &&
	    target_in_id_set(c->t, "noreturn_deny", name) == TARGET_YES)
		return say(c, p, what, TARGET_NO, "it does not return");
	if (def->flags & SEC_SLEEPABLE && !say(c, p, what, may_sleep(c, name), "not for sleepable programs"))
		return false;
	/* sleepable or else: the kernel asks for one of the two */
	if (def->expected_attach_type == ATTACH_MODIFY_RETURN && !(def->flags & SEC_SLEEPABLE))
		return say(c, p, what, modifiable(c, name), "its return value may not be modified");
	return true;
}
