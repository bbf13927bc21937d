// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* CO-RE, done by the kernel from the records that the skeleton passes. */
#include "core.lskel.h"
#include "core_missing.lskel.h"

#include "load.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static int thread_tid;

static void *in_thread(void *arg)
{
	thread_tid = (int)syscall(SYS_gettid);
	prctl(PR_SET_NAME, "lskel-thread");
	syscall(SYS_getppid);
	(void)arg;
	return NULL;
}

LOAD_TEST(core_wrong_layouts_are_relocated)
{
	struct core *skel = OPEN_AND_LOAD(core);
	pthread_t thread;

	CHECK(core__attach(skel) == 0, "attach: %s", SKEL_ERR(core, skel));
	/* Only from here: in a thread, pid and tgid differ. */
	skel->bss->pid = (__u32)getpid();
	CHECK(!pthread_create(&thread, NULL, in_thread, NULL), "thread");
	pthread_join(thread, NULL);
	core__detach(skel);
	CHECK(thread_tid != getpid(), "no thread");
	syscall(SYS_getppid);
	/* The last syscalls seen were this thread's or the other's; both have the same tgid and leader. */
	CHECK_EQ(skel->bss->self_tgid, getpid(), "tgid");
	CHECK_EQ(skel->bss->leader_pid, getpid(), "pid of the group leader, read in a subprogram");
	CHECK(skel->bss->self_pid == thread_tid || skel->bss->self_pid == getpid(), "pid %d", skel->bss->self_pid);
	CHECK_EQ(skel->bss->other_pid, skel->bss->self_pid, "pid by the other flavour");
	core__destroy(skel);
}

static struct core *core_run(void)
{
	struct core *skel = OPEN_AND_LOAD(core);

	CHECK(core__attach(skel) == 0, "attach: %s", SKEL_ERR(core, skel));
	prctl(PR_SET_NAME, "lskel-core");
	skel->bss->pid = (__u32)getpid();
	syscall(SYS_getppid);
	core__detach(skel);
	CHECK_EQ(skel->bss->self_pid, getpid(), "pid");
	return skel;
}

LOAD_TEST(core_reads_an_array_field)
{
	struct core *skel = core_run();

	CHECK(!strcmp((char *)skel->bss->comm, "lskel-core"), "comm '%.16s'", (char *)skel->bss->comm);
	core__destroy(skel);
}

LOAD_TEST(core_sizes_and_offsets_are_the_kernels)
{
	struct core *skel = core_run();

	CHECK_EQ(skel->bss->prio_sz, 4, "size of prio");
	CHECK(skel->bss->task_sz > 1024 && skel->bss->task_sz != skel->bss->local_sz, "size of task_struct: %d",
	      skel->bss->task_sz);
	CHECK(skel->bss->pid_off > 128, "offset of pid: %d", skel->bss->pid_off);
	core__destroy(skel);
}

LOAD_TEST(core_existence_tests)
{
	struct core *skel = core_run();

	CHECK_EQ(skel->bss->comm_there, 1, "task_struct.comm");
	CHECK_EQ(skel->bss->no_field, 0, "a field that no kernel has");
	CHECK_EQ(skel->bss->no_bit, 0, "a bit field that no kernel has");
	CHECK_EQ(skel->bss->type_there, 1, "task_struct");
	CHECK_EQ(skel->bss->no_type, 0, "a type that no kernel has");
	CHECK_EQ(skel->bss->value_there, 1, "BPF_MAP_TYPE_HASH");
	CHECK_EQ(skel->bss->no_value, 0, "an enum value that no kernel has");
	core__destroy(skel);
}

LOAD_TEST(core_enum_value_is_the_kernels)
{
	struct core *skel = core_run();

	CHECK_EQ(skel->bss->hash_value, BPF_MAP_TYPE_HASH, "BPF_MAP_TYPE_HASH");
	core__destroy(skel);
}

LOAD_TEST(core_bit_field)
{
	struct core *skel = core_run();

	/* A process in a system call other than execve. Still 77: the kernel has no such bit. */
	CHECK(skel->data->in_execve == 0 || skel->data->in_execve == 77, "in_execve %d", skel->data->in_execve);
	core__destroy(skel);
}

LOAD_TEST(core_missing_field_is_refused)
{
	struct core_missing *skel = OPEN(core_missing);
	char msg[1024];

	CHECK_EQ(LOAD_FAILS(core_missing, skel, msg), -EINVAL, "error");
	check_says(msg, "prog 'look'");
	core_missing__destroy(skel);
}
