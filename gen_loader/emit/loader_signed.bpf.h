/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * What the loader program of a signed skeleton does besides: it insists on the blob that it was made for, and takes the few
 * bytes that the loading process may decide. Part of loader.bpf.c.
 *
 * Up to Linux 7.2 a signature covers the instructions alone, and so they have to check the blob: BPF_OBJ_GET_INFO_BY_FD has
 * made the kernel hash it, which only works once it is frozen. From 7.3 on the kernel has checked the blob itself when this
 * program was loaded; then this finds the same once more.
 */

/* Placeholders, as in loader.bpf.c: the map itself (BPF_PSEUDO_MAP_IDX of fd_array[0]), and the four words of its hash. */
#define MAP 0x7ead5000
#define HASH0 0x7ead7000
#define HASH1 0x7ead7001
#define HASH2 0x7ead7002
#define HASH3 0x7ead7003

/* struct bpf_map: its first 40 bytes, in all kernels that check signatures so far. */
struct map_head {
	u64 sha[4];
	/* 7.2, and stable releases before: 1 if only one program can use the map, else 0. Others: a pointer */
	u32 excl, upper;
};

/* By value, not in BTF: the types of members differ, and kernels refuse what doesn't fit them. */
static long (*const probe_read_kernel)(void *dst, u32 sz, const void *src) = (void *)113;

static inline int is_another_blob(void)
{
	struct map_head m;
	u64 want[4], diff;
	void *map;

	LD_IMM64(map, MAP);
	if (probe_read_kernel(&m, sizeof(m), map))
		return 1;
	LD_IMM64(want[0], HASH0);
	LD_IMM64(want[1], HASH1);
	LD_IMM64(want[2], HASH2);
	LD_IMM64(want[3], HASH3);
	diff = (m.sha[0] ^ want[0]) | (m.sha[1] ^ want[1]) | (m.sha[2] ^ want[2]) | (m.sha[3] ^ want[3]);
	/* A map that other programs could write to is refused, where that can be seen. A pointer has two halves. */
	return diff || (m.excl != 1 && (!m.excl || !m.upper));
}

/* Behind the header; the trace copies it to where it belongs. */
static inline void take_host(u8 *blob, const struct lskel_host *ctx)
{
	volatile struct lskel_host *host = (void *)(blob + LSKEL_HOST_OFF);

	host->log_level = ctx->log_level;
	host->log_size = ctx->log_size;
	host->log_buf = ctx->log_buf;
}
