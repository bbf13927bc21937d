// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * What our headers do beyond bpftool's, on the running kernel. Prints a line per test, as all runners here do.
 * Built as C and as C++.
 */
#include "all.h"
#include "nomaps.h"
#include "noprogs.h"
#include "many.h"
#include "empty.h"
#include "kconfig.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int failed;
static const char *test;

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond) && !failed) {                                                          \
			failed = 1;                                                                \
			printf("not ok %s: line %d: %s\n", test, __LINE__, #cond);                 \
		}                                                                                  \
	} while (0)

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int cnt = 0;

	while (readdir(dir))
		cnt++;
	closedir(dir);
	return cnt;
}

static void attach_skips_and_says_so(void)
{
	struct all *s = all__open_and_load();

	CHECK(s);
	if (!s)
		return;
	CHECK(!strcmp(all__strerror(s), ""));
	CHECK(all__attach(s) == 0);
	CHECK(s->links.count_fd > 0 && s->links.count_btf_fd > 0 && s->links.dump_fd > 0);
	CHECK(s->links.filter_fd == 0 && s->links.pass_fd == 0);
	CHECK(strstr(all__strerror(s), "'filter'") && strstr(all__strerror(s), "'pass'"));
	CHECK(!strstr(all__strerror(s), "'count'"));
	all__destroy(s);
}

static void attach_of_one_never_pretends(void)
{
	struct all *s = all__open_and_load();

	CHECK(s);
	if (!s)
		return;
	errno = 0;
	CHECK(all__pass__attach(s) == -EOPNOTSUPP);
	CHECK(errno == EOPNOTSUPP);
	CHECK(strstr(all__strerror(s), "'pass'") && strstr(all__strerror(s), "-EOPNOTSUPP"));
	CHECK(s->links.pass_fd == 0);
	CHECK(all__count__attach(s) > 0 && s->links.count_fd > 0);
	all__destroy(s);
}

static void detach_then_attach(void)
{
	struct all *s = all__open_and_load();
	int i, fds;

	CHECK(s);
	if (!s)
		return;
	fds = count_fds();
	for (i = 0; i < 3; i++) {
		CHECK(all__attach(s) == 0);
		CHECK(s->links.count_fd > 0);
		CHECK(count_fds() == fds + 3);
		/* what is attached already stays as it is */
		CHECK(all__attach(s) == 0);
		CHECK(count_fds() == fds + 3);
		all__detach(s);
		CHECK(s->links.count_fd == 0 && s->links.count_btf_fd == 0 && s->links.dump_fd == 0);
		CHECK(count_fds() == fds);
		all__detach(s);
	}
	all__destroy(s);
}

static void attach_rolls_back(void)
{
	struct all *s = all__open_and_load();
	int fds, good, kept;

	CHECK(s);
	if (!s)
		return;
	fds = count_fds();
	kept = all__count__attach(s);
	CHECK(kept > 0);
	/* the last one that can be attached isn't a program's fd */
	good = s->progs.dump.prog_fd;
	s->progs.dump.prog_fd = s->maps.counts.map_fd;
	errno = 0;
	CHECK(all__attach(s) < 0);
	CHECK(errno != 0);
	CHECK(strstr(all__strerror(s), "'dump'"));
	CHECK(s->links.count_fd == kept && s->links.count_btf_fd == 0 && s->links.dump_fd == 0);
	CHECK(count_fds() == fds + 1);
	s->progs.dump.prog_fd = good;
	CHECK(all__attach(s) == 0);
	CHECK(s->links.dump_fd > 0);
	all__destroy(s);
}

static void attach_before_load_fails(void)
{
	struct all *s = all__open();

	CHECK(s);
	CHECK(all__attach(s) == -EBADF);
	CHECK(strstr(all__strerror(s), "'count'"));
	CHECK(s->links.count_fd == 0);
	all__destroy(s);
}

static void nothing_is_left_open(void)
{
	int fds = count_fds();
	struct all *s = all__open_and_load();

	CHECK(s);
	CHECK(s && all__attach(s) == 0);
	CHECK(count_fds() > fds + 10);
	all__destroy(s);
	CHECK(count_fds() == fds);
	all__destroy(NULL);
}

static void data_stays_at_its_address(void)
{
	struct all *s = all__open();
	const void *bss, *rodata, *hot;

	CHECK(s);
	CHECK(s->data->start == 42 && s->data->small == -7 && s->rodata->limit == 1000 && s->data_hot->hot == 5);
	bss = s->bss;
	rodata = s->rodata;
	hot = s->data_hot;
	s->rodata->limit = 17;
	s->bss->wide = 3;
	CHECK(all__load(s) == 0);
	CHECK((const void *)s->bss == bss && (const void *)s->rodata == rodata && (const void *)s->data_hot == hot);
	CHECK(s->rodata->limit == 17 && s->bss->wide == 3 && s->data->start == 42);
	CHECK(s->rodata_fixed->fixed == 11);
	all__destroy(s);
}

static void failed_load_leaves_nothing(void)
{
	struct all *s = all__open();
	int fds = count_fds();

	CHECK(s);
	/* no array has 2^32 - 1 elements of 8 bytes, and no kernel has the memory for it */
	s->maps.counts.max_entries = 0xffffffff;
	errno = 0;
	CHECK(all__load(s) < 0);
	CHECK(errno != 0);
	CHECK(strstr(all__strerror(s), "map 'counts'") && strstr(all__strerror(s), "BPF_MAP_CREATE"));
	CHECK(!strcmp(all__strerror(s), all__strerror(NULL)));
	CHECK(all__log(s) == NULL);
	CHECK(s->maps.bss.map_fd == 0 && s->progs.count.prog_fd == 0);
	CHECK(count_fds() == fds);
	/* and the same skeleton can be loaded with better numbers */
	s->maps.counts.max_entries = 4;
	CHECK(all__load(s) == 0);
	CHECK(s->progs.count.prog_fd > 0 && !strcmp(all__strerror(s), ""));
	all__destroy(s);
}

static void second_load_is_refused(void)
{
	struct all *s = all__open_and_load();
	int fds = count_fds();

	CHECK(s);
	if (!s)
		return;
	CHECK(all__load(s) == -EBUSY);
	CHECK(strstr(all__strerror(s), "already loaded"));
	CHECK(s->progs.count.prog_fd > 0 && count_fds() == fds);
	all__destroy(s);
}

static void programs_are_switched_off_and_on(void)
{
	struct nomaps *s = nomaps__open();

	CHECK(s);
	CHECK(nomaps__load(s) == 0);
	CHECK(s->progs.first.prog_fd == 0 && s->progs.second.prog_fd > 0 && s->progs.no_target.prog_fd > 0);
	CHECK(nomaps__attach(s) == 0);
	CHECK(s->links.first_fd == 0 && s->links.second_fd > 0);
	/* off, so not even worth a remark; but a raw_tp without a name is */
	CHECK(!strstr(nomaps__strerror(s), "'first'") && strstr(nomaps__strerror(s), "'no_target'"));
	nomaps__destroy(s);

	s = nomaps__open();
	CHECK(s);
	s->opts.autoload.first = LSKEL_ON;
	s->opts.autoload.second = LSKEL_OFF;
	CHECK(nomaps__load(s) == 0);
	CHECK(s->progs.first.prog_fd > 0 && s->progs.second.prog_fd == 0 && s->progs.no_target.prog_fd > 0);
	CHECK(nomaps__attach(s) == 0);
	CHECK(s->links.second_fd == 0);
	nomaps__destroy(s);
}

static void maps_without_programs(void)
{
	struct noprogs *s = noprogs__open();

	CHECK(s);
	CHECK(s->data->answer == 42);
	s->data->answer = 43;
	CHECK(noprogs__load(s) == 0);
	CHECK(s->maps.lonely.map_fd > 0 && s->maps.data.map_fd > 0 && s->data->answer == 43);
	CHECK(noprogs__attach(s) == 0);
	noprogs__detach(s);
	noprogs__destroy(s);
}

static void neither_maps_nor_programs(void)
{
	struct empty *s = empty__open_and_load();

	CHECK(s);
	CHECK(empty__attach(s) == 0);
	empty__destroy(s);
}

static void more_than_64_maps_and_32_programs(void)
{
	struct many *s = many__open_and_load();
	const int *fd;
	size_t i;

	CHECK(s);
	if (!s) {
		printf("# %s\n", many__strerror(NULL));
		return;
	}
	for (i = 0, fd = &s->progs.prog_a_00.prog_fd; i < sizeof(s->progs) / sizeof(*fd); i++)
		CHECK(fd[i] > 0);
	CHECK(s->maps.map_79.map_fd > 0);
	CHECK(many__attach(s) == 0);
	CHECK(s->links.prog_a_79_fd == 0 && s->links.prog_b_79_fd > 0);
	many__destroy(s);
}

static void kconfig_is_set_before_load(void)
{
	struct kconfig *s = kconfig__open();

	CHECK(s);
	s->kconfig->CONFIG_HZ = 250;
	s->kconfig->CONFIG_BPF_SYSCALL = 1;
	s->kconfig->CONFIG_VXLAN = 2;
	CHECK(kconfig__load(s) == 0);
	CHECK(s->kconfig->CONFIG_HZ == 250 && s->kconfig->LINUX_KERNEL_VERSION >= 0x50f00);
	CHECK(kconfig__attach(s) == 0);
	getppid();
	CHECK(s->bss->hz == 253);
	CHECK(s->bss->version == s->kconfig->LINUX_KERNEL_VERSION);
	kconfig__destroy(s);
}

#define TEST(name) { #name, name }

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		TEST(attach_skips_and_says_so), TEST(attach_of_one_never_pretends), TEST(detach_then_attach),
		TEST(attach_rolls_back), TEST(attach_before_load_fails), TEST(nothing_is_left_open),
		TEST(data_stays_at_its_address), TEST(failed_load_leaves_nothing), TEST(second_load_is_refused),
		TEST(programs_are_switched_off_and_on), TEST(maps_without_programs), TEST(neither_maps_nor_programs),
		TEST(more_than_64_maps_and_32_programs), TEST(kconfig_is_set_before_load),
	};
	int all_failed = 0;
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		failed = 0;
		test = tests[i].name;
		tests[i].run();
		if (!failed)
			printf("ok %s\n", test);
		all_failed |= failed;
		fflush(stdout);
	}
	return all_failed;
}
