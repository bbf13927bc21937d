// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Maps: what the kernel says of them is what the object says. */
#include "mapinmap.lskel.h"
#include "maps.lskel.h"
#include "maps_nobtf.lskel.h"
#include "maps_retry.lskel.h"
#include "sized.lskel.h"

#include "load.h"

struct want {
	int fd;
	const char *name;
	unsigned int type, key, value, entries, flags, extra;
	bool key_btf, value_btf;
};

static void check_map(const struct want *w)
{
	struct bpf_map_info info;

	map_info(w->fd, &info);
	CHECK(!strcmp(info.name, w->name), "'%s' is called '%s'", w->name, info.name);
	CHECK(info.type == w->type, "%s: type %u", w->name, info.type);
	CHECK(info.key_size == w->key, "%s: key size %u", w->name, info.key_size);
	CHECK(info.value_size == w->value, "%s: value size %u", w->name, info.value_size);
	CHECK(info.max_entries == w->entries, "%s: max_entries %u", w->name, info.max_entries);
	CHECK(info.map_flags == w->flags, "%s: flags %#x", w->name, info.map_flags);
	CHECK(info.map_extra == w->extra, "%s: map_extra %llu", w->name, info.map_extra);
	CHECK(!!info.btf_key_type_id == w->key_btf, "%s: BTF id of the key: %u", w->name, info.btf_key_type_id);
	CHECK(!!info.btf_value_type_id == w->value_btf, "%s: BTF id of the value: %u", w->name,
	      info.btf_value_type_id);
	CHECK(!!info.btf_id == (w->key_btf || w->value_btf), "%s: btf_id %u", w->name, info.btf_id);
}

LOAD_TEST(maps_have_all_their_attributes)
{
	struct maps *skel = OPEN_AND_LOAD(maps);
	const struct want want[] = {
		{ skel->maps.hash_btf.map_fd, "hash_btf", BPF_MAP_TYPE_HASH, 8, 16, 17, BPF_F_NO_PREALLOC, 0,
		  true, true },
		{ skel->maps.hash_sizes.map_fd, "hash_sizes", BPF_MAP_TYPE_HASH, 12, 20, 5, 0, 0, false, false },
		{ skel->maps.on_node.map_fd, "on_node", BPF_MAP_TYPE_LRU_HASH, 4, 8, 100, BPF_F_NUMA_NODE, 0,
		  true, true },
		{ skel->maps.bloom.map_fd, "bloom", BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 64, 0, 3, false, true },
		{ skel->maps.trie.map_fd, "trie", BPF_MAP_TYPE_LPM_TRIE, 8, 4, 3, BPF_F_NO_PREALLOC, 0, true, true },
		{ skel->maps.array_mmap.map_fd, "array_mmap", BPF_MAP_TYPE_ARRAY, 4, 32, 9,
		  BPF_F_MMAPABLE | BPF_F_RDONLY_PROG, 0, true, true },
		{ skel->maps.percpu.map_fd, "percpu", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 2, 0, 0, true, true },
		{ skel->maps.fifteen_letters.map_fd, "fifteen_letters", BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, 0, true,
		  true },
		{ skel->maps.more_than_fifteen_letters.map_fd, "more_than_fifte", BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0,
		  0, true, true },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		check_map(&want[i]);
	maps__destroy(skel);
}

LOAD_TEST(maps_spin_lock_in_value)
{
	struct maps *skel = OPEN_AND_LOAD(maps);
	unsigned int key[2] = { 1, 2 };
	struct {
		unsigned int lock, n;
		unsigned long long m;
	} val = { 0, 4, 10 };

	CHECK_EQ(run_pkt(skel->progs.use.prog_fd), 1, "without the element");
	CHECK(!map_update(skel->maps.hash_btf.map_fd, key, &val, 0), "update");
	CHECK_EQ(run_pkt(skel->progs.use.prog_fd), 0, "with it");
	CHECK(!map_lookup(skel->maps.hash_btf.map_fd, key, &val), "lookup");
	CHECK(val.n == 5 && val.m == 15, "n %u, m %llu", val.n, val.m);
	maps__destroy(skel);
}

LOAD_TEST(maps_btf_ids_name_the_types)
{
	struct maps *skel = OPEN_AND_LOAD(maps);
	struct bpf_map_info info;
	__u32 sz;
	void *btf;

	map_info(skel->maps.hash_btf.map_fd, &info);
	btf = btf_by_id(info.btf_id, &sz);
	CHECK_EQ(btf_find(btf, sz, "key", 4), info.btf_key_type_id, "id of struct key");
	CHECK_EQ(btf_find(btf, sz, "val", 4), info.btf_value_type_id, "id of struct val");
	free(btf);
	maps__destroy(skel);
}

LOAD_TEST(maps_max_entries_set_before_load)
{
	struct maps *skel = OPEN(maps);
	struct bpf_map_info info;

	skel->maps.hash_sizes.max_entries = 1234;
	LOAD(maps, skel);
	map_info(skel->maps.hash_sizes.map_fd, &info);
	CHECK_EQ(info.max_entries, 1234, "max_entries");
	map_info(skel->maps.hash_btf.map_fd, &info);
	CHECK_EQ(info.max_entries, 17, "max_entries of another map");
	maps__destroy(skel);
}

LOAD_TEST(maps_bad_max_entries_names_the_map)
{
	struct maps *skel = OPEN(maps);
	char msg[1024];

	skel->maps.percpu.max_entries = 0xffffffff;
	CHECK(LOAD_FAILS(maps, skel, msg) < 0, "it loads");
	check_says(msg, "map 'percpu': BPF_MAP_CREATE: -E");
	maps__destroy(skel);
}

LOAD_TEST(maps_that_refuse_btf)
{
	struct maps_nobtf *skel = OPEN_AND_LOAD(maps_nobtf);
	const struct want want[] = {
		{ skel->maps.m_perf.map_fd, "m_perf", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4, 0, 0, false, false },
		{ skel->maps.m_cgroup.map_fd, "m_cgroup", BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 4, 0, 0, false, false },
		{ skel->maps.m_dev.map_fd, "m_dev", BPF_MAP_TYPE_DEVMAP, 4, 4, 4, BPF_F_RDONLY_PROG, 0, false,
		  false },
		{ skel->maps.m_cpu.map_fd, "m_cpu", BPF_MAP_TYPE_CPUMAP, 4, 4, 4, 0, 0, false, false },
		{ skel->maps.m_sock.map_fd, "m_sock", BPF_MAP_TYPE_SOCKMAP, 4, 4, 4, 0, 0, false, false },
		{ skel->maps.m_sockhash.map_fd, "m_sockhash", BPF_MAP_TYPE_SOCKHASH, 4, 4, 4, 0, 0, false, false },
		{ skel->maps.m_queue.map_fd, "m_queue", BPF_MAP_TYPE_QUEUE, 0, 8, 4, 0, 0, false, false },
		{ skel->maps.m_stack.map_fd, "m_stack", BPF_MAP_TYPE_STACK, 0, 8, 4, 0, 0, false, false },
		{ skel->maps.m_trace.map_fd, "m_trace", BPF_MAP_TYPE_STACK_TRACE, 4, 64, 4, 0, 0, false, false },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		check_map(&want[i]);
	CHECK(skel->maps.m_devhash.map_fd > 0 && skel->maps.m_xsk.map_fd > 0 && skel->maps.m_reuse.map_fd > 0 &&
	      skel->maps.m_prog.map_fd > 0, "a map is missing");
	CHECK_EQ(run_pkt(skel->progs.push.prog_fd), 5, "first in, first out");
	maps_nobtf__destroy(skel);
}

LOAD_TEST(maps_created_without_btf_that_is_refused)
{
	struct maps_retry *skel = OPEN_AND_LOAD(maps_retry);
	const struct want want[] = {
		{ skel->maps.trie_without_key_type.map_fd, "trie_without_ke", BPF_MAP_TYPE_LPM_TRIE, 8, 4, 3,
		  BPF_F_NO_PREALLOC, 0, false, false },
		{ skel->maps.array_odd_key.map_fd, "array_odd_key", BPF_MAP_TYPE_ARRAY, 4, 8, 2, 0, 0, false, false },
	};

	check_map(&want[0]);
	check_map(&want[1]);
	CHECK_EQ(run_pkt(skel->progs.put.prog_fd), 7, "value");
	maps_retry__destroy(skel);
}

LOAD_TEST(map_in_map_members_from_the_object)
{
	struct mapinmap *skel = OPEN_AND_LOAD(mapinmap);
	struct bpf_map_info info;
	unsigned int key = 0;
	unsigned long long v;
	int id;

	skel->bss->slot = 0;
	CHECK_EQ((int)run_pkt(skel->progs.add.prog_fd), -1, "slot 0");
	skel->bss->slot = 1;
	CHECK_EQ((int)run_pkt(skel->progs.add.prog_fd), 11, "slot 1");
	CHECK_EQ((int)run_pkt(skel->progs.add.prog_fd), 22, "slot 1 again");
	skel->bss->slot = 4;
	CHECK_EQ((int)run_pkt(skel->progs.add.prog_fd), 14, "slot 4");
	CHECK(!map_lookup(skel->maps.in_one.map_fd, &key, &v) && v == 22, "in_one holds %llu", v);
	CHECK(!map_lookup(skel->maps.in_two.map_fd, &key, &v) && v == 14, "in_two holds %llu", v);
	key = 4;
	map_info(skel->maps.in_two.map_fd, &info);
	CHECK(!map_lookup(skel->maps.outer_array.map_fd, &key, &id), "lookup in the outer map");
	CHECK_EQ(id, info.id, "id of the member in slot 4");
	mapinmap__destroy(skel);
}

LOAD_TEST(map_in_map_takes_what_fits_the_inner_definition)
{
	struct mapinmap *skel = OPEN_AND_LOAD(mapinmap);
	int good = map_create(BPF_MAP_TYPE_HASH, 8, 4, 7), bad = map_create(BPF_MAP_TYPE_HASH, 8, 8, 7);
	unsigned int key = 6, val = 321;
	unsigned long long inner_key = 77;

	CHECK(good >= 0 && bad >= 0, "inner maps");
	CHECK(!map_update(good, &inner_key, &val, 0), "update of the inner map");
	CHECK_EQ(map_update(skel->maps.outer_hash.map_fd, &key, &bad, 0), -EINVAL, "another value size");
	CHECK_EQ(map_update(skel->maps.outer_hash.map_fd, &key, &good, 0), 0, "a fitting map");
	skel->bss->slot = 6;
	CHECK_EQ((int)run_pkt(skel->progs.look.prog_fd), 321, "value");
	close(good);
	close(bad);
	mapinmap__destroy(skel);
}

LOAD_TEST(ring_buffers_sized_in_target_pages)
{
	struct sized *skel = OPEN_AND_LOAD(sized);
	unsigned int page = (unsigned int)sysconf(_SC_PAGESIZE), odd = page;
	struct bpf_map_info info;

	while (odd < 5000)
		odd *= 2;
	map_info(skel->maps.ring_page.map_fd, &info);
	CHECK_EQ(info.max_entries, page > 4096 ? page : 4096, "4096");
	map_info(skel->maps.ring_odd.map_fd, &info);
	CHECK_EQ(info.max_entries, odd, "5000");
	map_info(skel->maps.ring_tiny.map_fd, &info);
	CHECK_EQ(info.max_entries, page, "1");
	CHECK_EQ(run_pkt(skel->progs.emit.prog_fd), 1, "output");
	sized__destroy(skel);
}

LOAD_TEST(perf_event_arrays_sized_by_cpus)
{
	struct sized *skel = OPEN_AND_LOAD(sized);
	struct bpf_map_info info;

	map_info(skel->maps.perf_all.map_fd, &info);
	CHECK_EQ(info.max_entries, possible_cpus(), "without max_entries");
	map_info(skel->maps.perf_three.map_fd, &info);
	CHECK_EQ(info.max_entries, 3, "with max_entries");
	sized__destroy(skel);
}

LOAD_TEST(ring_buffer_size_set_before_load)
{
	struct sized *skel = OPEN(sized);
	unsigned int page = (unsigned int)sysconf(_SC_PAGESIZE);
	struct bpf_map_info info;

	skel->maps.ring_odd.max_entries = 16 * page;
	skel->maps.perf_all.max_entries = 2;
	LOAD(sized, skel);
	map_info(skel->maps.ring_odd.map_fd, &info);
	CHECK_EQ(info.max_entries, 16 * page, "max_entries");
	map_info(skel->maps.perf_all.map_fd, &info);
	CHECK_EQ(info.max_entries, 2, "max_entries of the perf event array");
	sized__destroy(skel);
}
