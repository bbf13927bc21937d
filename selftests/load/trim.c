// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* An object whose BTF is trimmed, against the same one with all of it. */
#include "attach_ext.lskel.h"
#include "trim.lskel.h"
#include "trim_full.lskel.h"
#include "trim_nolines.lskel.h"

#include "load.h"

#include <linux/btf.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#ifndef LSKEL_PEER

struct seen {
	__u64 cnt;
	__u32 where;
	int pid;
	char comm[16];
	__u64 task;
};

static void *btf_of_map(int fd, __u32 *sz)
{
	struct bpf_map_info info;

	map_info(fd, &info);
	CHECK(info.btf_id && info.btf_value_type_id, "the map has no BTF");
	return btf_by_id(info.btf_id, sz);
}

/* The id that a program got for its own type is that of the BTF that it was loaded with. */
static void check_own(int map_fd, int id)
{
	__u32 sz;
	void *btf = btf_of_map(map_fd, &sz);

	CHECK(id > 0, "no id");
	CHECK_EQ(id, btf_find(btf, sz, "own", BTF_KIND_STRUCT), "id of the program's own type");
	free(btf);
}

/* What CO-RE reads, by a skeleton of any of the three. */
#define CHECK_READS(name)                                                                          \
	do {                                                                                       \
		struct name *skel = OPEN_AND_LOAD(name);                                           \
		struct utsname uts;                                                                \
		struct seen seen;                                                                  \
		__u32 zero = 0;                                                                    \
                                                                                                   \
		CHECK(!name##__attach(skel), "attach: %s", SKEL_ERR(name, skel));                  \
		skel->bss->pid = (__u32)getpid();                                                  \
		syscall(SYS_getppid);                                                              \
		name##__detach(skel);                                                              \
		CHECK(!uname(&uts), "uname");                                                      \
		CHECK_EQ(skel->bss->tgid, getpid(), "a member of a struct in a union");            \
		CHECK_EQ(skel->bss->leader_tgid, getpid(), "through a pointer");                   \
		CHECK_EQ(skel->bss->pgid, 2, "PIDTYPE_PGID");                                      \
		CHECK_EQ(skel->bss->no_member, 0, "a member that is not there");                   \
		CHECK_EQ(skel->bss->there, 1, "a type that is there");                             \
		CHECK_EQ(skel->bss->not_there, 0, "a type that is not there");                     \
		CHECK(skel->bss->task_sz > 1024, "struct task_struct: %d bytes", skel->bss->task_sz); \
		CHECK(!strncmp(skel->bss->node, uts.nodename, sizeof(skel->bss->node) - 1),        \
		      "nodename '%s'", skel->bss->node);                                           \
		CHECK(!map_lookup(skel->maps.seen.map_fd, &zero, &seen), "lookup");                \
		CHECK(seen.cnt > 0 && seen.where == 1, "value: cnt %llu", (unsigned long long)seen.cnt); \
		CHECK_EQ(seen.pid, getpid(), "value: pid");                                        \
		CHECK(!strcmp(seen.comm, skel->bss->comm) && seen.comm[0], "comm '%s'", seen.comm); \
		CHECK_EQ(run_pkt(skel->progs.target.prog_fd), 41 + 1001, "target");                \
		check_own(skel->maps.seen.map_fd, skel->bss->own_id);                              \
		name##__destroy(skel);                                                             \
	} while (0)

LOAD_TEST(trim_core_reads_the_same)
{
	CHECK_READS(trim);
	CHECK_READS(trim_full);
	CHECK_READS(trim_nolines);
}

static bool has_str(const void *btf, const char *str)
{
	const struct btf_header *hdr = btf;
	const char *s = (const char *)btf + hdr->hdr_len + hdr->str_off, *end = s + hdr->str_len;

	while (s < end && strcmp(s, str))
		s += strlen(s) + 1;
	return s < end;
}

LOAD_TEST(trim_keeps_what_maps_hold_and_little_else)
{
	static const char *const kept[] = { "seen", "cnt",  "where",	"last", "SEEN_IN_SYSCALL",
					    "comm", "tgid", "leader_tgid",	"own" };
	struct trim_full *full = OPEN_AND_LOAD(trim_full);
	struct trim *trim = OPEN_AND_LOAD(trim);
	__u32 sz, full_sz;
	void *btf = btf_of_map(trim->maps.seen.map_fd, &sz);
	void *full_btf = btf_of_map(full->maps.seen.map_fd, &full_sz);

	CHECK(sz < full_sz / 2, "%u bytes of BTF, with all of it %u", sz, full_sz);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		CHECK(has_str(btf, kept[i]) && has_str(full_btf, kept[i]), "'%s' is not there", kept[i]);
	CHECK(has_str(full_btf, "task_a_1") && !has_str(btf, "task_a_1"), "a member that is not read");
	CHECK(has_str(full_btf, "unread_a_1") && !has_str(btf, "unread_a_1"), "what is only pointed to");
	CHECK(btf_find(btf, sz, "task_struct", BTF_KIND_STRUCT), "struct task_struct");
	CHECK(btf_find(btf, sz, "answer", BTF_KIND_FUNC), "function 'answer'");
	free(btf);
	free(full_btf);
	trim__destroy(trim);
	trim_full__destroy(full);
}

LOAD_TEST(no_line_info_leaves_the_lines_out)
{
	struct trim_nolines *without = OPEN_AND_LOAD(trim_nolines);
	struct trim *with = OPEN_AND_LOAD(trim);
	struct bpf_prog_info info;

	prog_info(with->progs.target.prog_fd, &info);
	CHECK(info.nr_line_info > 0 && info.nr_func_info == 3, "%u lines, %u functions", info.nr_line_info,
	      info.nr_func_info);
	prog_info(without->progs.target.prog_fd, &info);
	CHECK(info.nr_line_info == 0 && info.nr_func_info == 3, "%u lines, %u functions", info.nr_line_info,
	      info.nr_func_info);
	trim_nolines__destroy(without);
	trim__destroy(with);
}

LOAD_TEST(trim_leaves_functions_that_can_be_replaced)
{
	struct attach_ext *skel;
	struct trim *to;

	need_jit("attaching to other programs");
	need_fentry();
	to = OPEN_AND_LOAD(trim);
	skel = OPEN(attach_ext);
	skel->opts.attach_prog_fd.new_answer = to->progs.target.prog_fd;
	LOAD(attach_ext, skel);
	CHECK_EQ(run_pkt(to->progs.target.prog_fd), 41 + 1001, "before");
	CHECK_EQ(attach_ext__attach(skel), 0, "attach");
	CHECK_EQ(run_pkt(to->progs.target.prog_fd), 7 + 1001, "replaced");
	attach_ext__destroy(skel);
	trim__destroy(to);
}

#endif /* LSKEL_PEER */
