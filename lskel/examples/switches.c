// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Loads switches.bpf.c through its light skeleton, waits, and prints what was counted. Needs neither libbpf nor libelf.
 * Exits with 77 when this machine does not let us load BPF programs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>

#include "switches.lskel.h"

struct row {
	char name[16];
	unsigned long long count;
};

static int more(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

/* BPF_MAP_GET_NEXT_KEY (@out: the key after @key, which may be NULL) or BPF_MAP_LOOKUP_ELEM (@out: the value of @key). */
static int map_read(int cmd, int map_fd, const void *key, void *out)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (__u32)map_fd;
	attr.key = (__u64)(unsigned long)key;
	attr.value = (__u64)(unsigned long)out;
	return (int)syscall(__NR_bpf, cmd, &attr, sizeof(attr));
}

static void print_counts(const struct switches *skel, unsigned int seconds)
{
	static struct row rows[1024];
	int map_fd = skel->maps.by_name.map_fd;
	const char *key = NULL;
	size_t cnt = 0;

	while (cnt < 1024 && !map_read(BPF_MAP_GET_NEXT_KEY, map_fd, key, rows[cnt].name)) {
		if (map_read(BPF_MAP_LOOKUP_ELEM, map_fd, rows[cnt].name, &rows[cnt].count))
			break;
		key = rows[cnt++].name;
	}
	qsort(rows, cnt, sizeof(rows[0]), more);
	printf("%llu context switches in %u s, by %zu names:\n", (unsigned long long)skel->bss->total, seconds, cnt);
	for (size_t i = 0; i < cnt && i < 8; i++)
		printf("%10llu  %.15s\n", rows[i].count, rows[i].name);
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? (unsigned int)atoi(argv[1]) : 2;
	struct switches *skel = switches__open();
	int err;

	if (!skel) {
		perror("switches__open");
		return 1;
	}
	skel->rodata->count_idle = false;
	err = switches__load(skel);
	if (!err)
		err = switches__attach(skel);
	if (err) {
		fprintf(stderr, "%s\n", switches__strerror(skel));
		switches__destroy(skel);
		return err == -EPERM || err == -EACCES ? 77 : 1;
	}
	printf("loaded: map fd %d, program fd %d, link fd %d\n", skel->maps.by_name.map_fd,
	       skel->progs.on_switch.prog_fd, skel->links.on_switch_fd);
	sleep(seconds);
	print_counts(skel, seconds);
	switches__destroy(skel);
	return 0;
}
