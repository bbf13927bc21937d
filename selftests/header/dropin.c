// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A program written for `bpftool gen skeleton -L`, over the whole surface of such a header. run.sh compiles it once with
 * bpftool's header and once with ours (HEADER), and compares what both print. It uses nothing that only one of them has.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/bpf.h>

typedef __u64 u64;
typedef __u32 u32;

#include HEADER

#define SHOW(expr) printf("%s: %lld\n", #expr, (long long)(expr))
#define SIZE(expr) printf("sizeof(%s): %zu\n", #expr, sizeof(expr))
#define AT(type, member) printf("%s.%s at %zu\n", #type, #member, offsetof(type, member))

/* Pointers to the types by their names, as a program would pass them around. */
static void show_types(struct all *s)
{
	struct bpf_loader_ctx *ctx = &s->ctx;
	struct bpf_map_desc *map = &s->maps.counts;
	struct bpf_prog_desc *prog = &s->progs.count;

	SIZE(*ctx);
	SIZE(*map);
	SIZE(*prog);
	SIZE(s->ctx.sz);
	SIZE(s->ctx.flags);
	SIZE(s->ctx.log_level);
	SIZE(s->ctx.log_size);
	SIZE(s->ctx.log_buf);
	SIZE(map->map_fd);
	SIZE(map->max_entries);
	SIZE(map->initial_value);
	SIZE(prog->prog_fd);
	SIZE(s->maps);
	SIZE(s->progs);
	SIZE(s->links);
	AT(struct bpf_loader_ctx, log_buf);
	AT(struct bpf_map_desc, initial_value);
	AT(struct all, ctx);
	AT(struct all, maps);
	AT(struct all, progs);
	AT(struct all, links);
	AT(struct all, maps.data_hot);
	AT(struct all, maps.rodata_fixed);
	AT(struct all, progs.pass);
	AT(struct all, links.pass_fd);
	SHOW(s->ctx.sz);
	SHOW(s->ctx.flags);
}

#ifndef __cplusplus
static u64 sum(const struct all__bss *bss, const struct all__data *data, const struct all__rodata *rodata,
	       const struct all__data_hot *hot, const struct all__rodata_fixed *fixed)
{
	return bss->total + (u64)data->start + rodata->limit + (u64)hot->hot + (u64)fixed->fixed;
}

/* In C the types have names of their own. */
static void show_sections(struct all *s)
{
	SIZE(struct all__bss);
	SIZE(struct all__data);
	SIZE(struct all__rodata);
	SIZE(struct all__data_hot);
	SIZE(struct all__rodata_fixed);
	AT(struct all__bss, total);
	AT(struct all__bss, seen);
	AT(struct all__bss, ticks);
	AT(struct all__bss, grid);
	AT(struct all__bss, note);
	AT(struct all__bss, anon);
	AT(struct all__bss, pointer);
	AT(struct all__bss, text);
	AT(struct all__bss, wide);
	AT(struct all__rodata, tag);
	SHOW(sum(s->bss, s->data, s->rodata, s->data_hot, s->rodata_fixed));
}
#else
static void show_sections(struct all *s) { (void)s; }
#endif

/* Types that a program would use for what it reads: a wrong one is a warning, thus an error. */
static void show_data(struct all *s)
{
	int *pointer = s->bss->pointer;
	char *text = s->bss->text;

	SIZE(*s->bss);
	SIZE(*s->data);
	SIZE(*s->rodata);
	SIZE(s->bss->note);
	SIZE(s->bss->grid);
	SIZE(s->bss->anon);
	printf("total %llu seen %d ticks %ld note '%s' pointer %d text %d wide %llu\n", s->bss->total, s->bss->seen,
	       s->bss->ticks, s->bss->note, !!pointer, !!text, s->bss->wide);
	printf("start %d small %d step %lld\n", s->data->start, s->data->small, s->data->step);
	printf("limit %llu pid %d tag '%s' hot %d fixed %d\n", s->rodata->limit, !!s->rodata->pid, s->rodata->tag,
	       s->data_hot->hot, s->rodata_fixed->fixed);
	printf("grid %u anon %d q %ld c %d\n", s->bss->grid[2][1], s->bss->anon.a, s->bss->anon.u.q, s->bss->anon.u.c[0]);
}

static void show_fds(struct all *s)
{
	SHOW(s->maps.counts.map_fd > 0);
	SHOW(s->maps.table.map_fd > 0);
	SHOW(s->maps.bss.map_fd > 0);
	SHOW(s->maps.rodata_fixed.map_fd > 0);
	SHOW(s->progs.count.prog_fd > 0);
	SHOW(s->progs.count_btf.prog_fd > 0);
	SHOW(s->progs.dump.prog_fd > 0);
	SHOW(s->progs.filter.prog_fd > 0);
	SHOW(s->progs.pass.prog_fd > 0);
	SHOW(s->links.count_fd > 0);
	SHOW(s->links.count_btf_fd > 0);
	SHOW(s->links.dump_fd > 0);
	SHOW(s->links.filter_fd);
	SHOW(s->links.pass_fd);
}

static u64 counted(struct all *s)
{
	union bpf_attr attr;
	u32 key = 1;
	u64 value = 0;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (u32)s->maps.counts.map_fd;
	attr.key = (u64)(unsigned long)&key;
	attr.value = (u64)(unsigned long)&value;
	if (skel_sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)))
		return ~0ull;
	return value;
}

static void show_map(const char *name, int fd)
{
	struct bpf_map_info info;
	union bpf_attr attr;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (u32)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (u64)(unsigned long)&info;
	if (skel_sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))
		printf("map %s: no info\n", name);
	else
		printf("map %s: type %u key %u value %u entries %u\n", name, info.type, info.key_size, info.value_size,
		       info.max_entries);
}

static void use_maps(struct all *s)
{
	u32 key = 7, val = 8, zero = 0;

	show_map("counts", s->maps.counts.map_fd);
	show_map("table", s->maps.table.map_fd);
	show_map("bss", s->maps.bss.map_fd);
	show_map("data", s->maps.data.map_fd);
	SHOW(skel_map_update_elem(s->maps.table.map_fd, &key, &val, BPF_ANY));
	SHOW(skel_map_delete_elem(s->maps.table.map_fd, &key));
	SHOW(skel_map_delete_elem(s->maps.table.map_fd, &key) < 0);
	SHOW(skel_closenz(0) < 0);
	/* a map that only programs may not write: the kernel knows what is frozen */
	SHOW(skel_map_update_elem(s->maps.rodata.map_fd, &zero, s->rodata, BPF_ANY) < 0);
}

/* Whether the programs see what they are meant to: some system calls, and what was counted of them. */
static void use_programs(struct all *s)
{
	u64 before = counted(s);
	long ticks = s->bss->ticks;
	int i;

	for (i = 0; i < 10; i++)
		getppid();
	SHOW(counted(s) - before >= 10);
	SHOW(s->bss->ticks - ticks >= 10);
	SHOW(s->bss->total == s->rodata->limit || s->bss->total >= 30);
}

static void use_links(struct all *s)
{
	int fd;

	fd = all__count__attach(s);
	SHOW(fd > 0);
	SHOW(fd == s->links.count_fd);
	SHOW(s->links.count_btf_fd);
	all__detach(s);
	memset(&s->links, 0, sizeof(s->links)); /* bpftool's leaves them; zeroed, attaching again is clean with both */

	fd = all__count_btf__attach(s);
	SHOW(fd > 0 && fd == s->links.count_btf_fd);
	all__detach(s);
	memset(&s->links, 0, sizeof(s->links));

	SHOW(all__attach(s));
	show_fds(s);
	use_programs(s);
	all__detach(s);
	memset(&s->links, 0, sizeof(s->links));
	SHOW(all__attach(s));
	use_programs(s);
}

int main(void)
{
	struct all *s;
	void *bss, *rodata;

	s = all__open();
	if (!s) {
		printf("open: %d\n", errno);
		return 1;
	}
	show_types(s);
	show_sections(s);
	show_data(s);
	show_fds(s);
	SHOW(s->maps.bss.initial_value == (u64)(unsigned long)s->bss);
	SHOW(s->maps.counts.initial_value);
	bss = s->bss;
	rodata = s->rodata;

	/* everything can be set before load, constants too */
	s->rodata->pid = getpid();
	s->rodata->limit = 1000000;
	s->rodata_fixed->fixed = 2;
	s->data->start = 100;
	s->bss->total = 5;
	s->bss->anon.u.q = 77;
	strcpy(s->bss->note, "before");
	s->maps.table.max_entries = 32;
	s->ctx.log_level = 0;
	s->ctx.log_size = 0;
	s->ctx.log_buf = 0;

	SHOW(all__load(s));
	SHOW(s->bss == bss);
	SHOW((void *)s->rodata == rodata);
	show_data(s);
	show_fds(s);
	use_maps(s);
	use_links(s);

	/* .data and .bss stay writable, and the programs' writes are seen */
	s->data->step = 1000;
	s->bss->total = 0;
	getppid();
	SHOW(s->bss->total >= 1000);
	SHOW(s->bss->seen);
	SHOW(s->data_hot->hot > 5);
	all__destroy(s);

	all__destroy(NULL);
	s = all__open_and_load();
	SHOW(s != NULL);
	if (s) {
		SHOW(s->links.count_fd);
		SHOW(all__attach(s));
	}
	all__destroy(s);
	return 0;
}
