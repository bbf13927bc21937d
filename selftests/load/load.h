/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * The loading tests: each loads a generated skeleton into the running kernel and looks at what it does there. One
 * program holds all tests; main.c runs each in a child of its own, so that a test may simply stop where it fails.
 */
#ifndef LOAD_H
#define LOAD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/types.h>

#ifdef LSKEL_DIRECT
#define DIRECT 1 /* this runner's skeletons load without a loader program */
#else
#define DIRECT 0
#endif

struct load_test {
	const char *name;
	void (*run)(void);
	bool any_kernel; /* also runs where the kernel is too old for any light skeleton */
	struct load_test *next;
};

void load_test_add(struct load_test *test);

#define LOAD_TEST_FLAGS(fn, any)                                                                   \
	static void test_##fn(void);                                                               \
	static struct load_test info_##fn = { .name = #fn, .run = test_##fn, .any_kernel = any };  \
	__attribute__((constructor)) static void add_##fn(void)                                    \
	{                                                                                          \
		load_test_add(&info_##fn);                                                         \
	}                                                                                          \
	static void test_##fn(void)

/* LOAD_TEST(name) { ... } - the name says the behaviour; the runner's list reads as a specification. */
#define LOAD_TEST(fn) LOAD_TEST_FLAGS(fn, false)
#define LOAD_TEST_ANY_KERNEL(fn) LOAD_TEST_FLAGS(fn, true)

/* End the test (its process): a failure, or something that this machine lacks. The kernel closes what is open. */
void test_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
void test_skip(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define CHECK(cond, ...)                                                                           \
	do {                                                                                       \
		if (!(cond))                                                                       \
			test_fail(__FILE__, __LINE__, __VA_ARGS__);                                \
	} while (0)
#define CHECK_EQ(a, b, what)                                                                       \
	do {                                                                                       \
		long long a_ = (long long)(a), b_ = (long long)(b);                                \
		if (a_ != b_)                                                                      \
			test_fail(__FILE__, __LINE__, "%s: %lld, not %lld", what, a_, b_);         \
	} while (0)
#define SKIP(...) test_skip(__VA_ARGS__)

/*
 * LSKEL_PEER: built against bpftool's light skeletons, to check the tests themselves. Those have no NAME__strerror().
 */
#ifdef LSKEL_PEER
#define SKEL_ERR(name, skel) ((void)(skel), "")
#define NEED_OURS() SKIP("an lskel header (this is bpftool's)")
#else
#define SKEL_ERR(name, skel) name##__strerror(skel)
#define NEED_OURS() ((void)0)
#endif

/* Open, or load, a skeleton that must work. */
#define OPEN(name)                                                                                 \
	({                                                                                         \
		need_object(#name);                                                                \
		struct name *s_ = name##__open();                                                  \
		CHECK(s_, "open: %s", strerror(errno));                                            \
		s_;                                                                                \
	})
#define LOAD(name, skel)                                                                           \
	do {                                                                                       \
		int e_ = name##__load(skel);                                                       \
		CHECK(!e_, "load: %d: %s", e_, SKEL_ERR(name, skel));                              \
	} while (0)
#define OPEN_AND_LOAD(name)                                                                        \
	({                                                                                         \
		struct name *l_ = OPEN(name);                                                      \
		LOAD(name, l_);                                                                    \
		l_;                                                                                \
	})

/* Load a skeleton that must be refused: evaluates to the error; @msg (1 KiB) gets the words. */
#define LOAD_FAILS(name, skel, msg)                                                                \
	({                                                                                         \
		int f_ = name##__load(skel);                                                       \
		CHECK(f_ < 0, "it loads");                                                         \
		snprintf(msg, 1024, "%s", SKEL_ERR(name, skel));                                   \
		f_;                                                                                \
	})

/* @text must contain @part. Headers without words (LSKEL_PEER) pass. */
void check_says(const char *text, const char *part);

/* bpf(2), directly: tests look at the kernel with other means than the code under test. Negative errno on failure. */
int sys_bpf(int cmd, union bpf_attr *attr, unsigned int size);
int map_lookup(int fd, const void *key, void *value);
int map_update(int fd, const void *key, const void *value, __u64 flags);
int map_delete(int fd, const void *key);
int map_freeze(int fd);
int map_create(unsigned int type, unsigned int key_sz, unsigned int value_sz, unsigned int entries);
void map_info(int fd, struct bpf_map_info *info);
void prog_info(int fd, struct bpf_prog_info *info);
int link_create(int prog_fd, int target_fd, unsigned int attach_type);
/* The BTF of id @id, malloc'ed, *@sz bytes. Fails the test if there is none. */
void *btf_by_id(__u32 id, __u32 *sz);
/* The id of the first type @name of @kind (0: any) in raw BTF, or 0; and in the kernel's own (skips if that has none). */
__u32 btf_find(const void *btf, __u32 sz, const char *name, unsigned int kind);
__u32 vmlinux_find(const char *name, unsigned int kind);
/* The offset of a member, in bytes; -1: there is none. */
int vmlinux_field(const char *type, const char *field);
/* Does vmlinux have such a type, and the module another one? (Skips if one of them has no BTF.) */
bool is_in_both(const char *module, const char *name, unsigned int kind);

/* Run a program over a 64-byte packet, or with a context, and return what it returns. */
__u32 run_pkt(int prog_fd);
__u32 run_ctx(int prog_fd, void *ctx, __u32 sz);
int try_run_pkt(int prog_fd, __u32 *retval);

unsigned int kernel_version(void); /* as KERNEL_VERSION() makes it */
#define KVER(a, b) (((a) << 16) | ((b) << 8))
void need_kernel(unsigned int version, const char *what);
void need_object(const char *name); /* on what only the direct gear loads on: kernels before 6.1 */
int possible_cpus(void);
/* The address of a symbol (of ksym_names[] in util.c) as /proc/kallsyms has it; 0 if it is not there. */
unsigned long long ksym_addr(const char *name);
/* Where in its file a function of this program lies. */
__u64 file_offset(const void *func);
int open_fds(void);
int bpf_mappings(void);
/* Skip unless such a program loads and attaches at all: tried with plain system calls. */
void need_tracing(unsigned int prog_type, unsigned int attach_type, const char *func, const char *what);
void need_fentry(void);
void need_jit(const char *what);
void skip_if_no_lockless_memory(int err);
/* Enter a new network namespace, loopback up; make a cgroup of our own: its fd. Skip where that is not to be had. */
void new_netns(void);
int new_cgroup(void);
void move_to_cgroup(int cg, const char *procs); /* @procs: path from @cg; this process */
void end_cgroup(int fd);
void keep_caps(__u64 caps); /* by number: 1ull << CAP_BPF; all others are gone */

#endif
