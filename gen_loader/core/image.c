// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Compressed streams inside of kernel images. Their lengths are not known, and what looks like one may be
 * something else.
 */
#include "btf_file.h"

#include <lz4.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define UNPACKED_MAX ((size_t)1 << 30)

struct out {
	u8 *data;
	size_t sz, cap;
};

/* Room for more at the end; 0: that is too much. */
static size_t out_room(struct out *out)
{
	size_t want = out->cap ? out->cap * 2 : (size_t)16 << 20;

	if (out->cap == out->sz && (want > UNPACKED_MAX || grow((void **)&out->data, &out->cap, want, 1)))
		return 0;
	return out->cap - out->sz;
}

static bool unpack_gzip(const u8 *data, size_t sz, struct out *out)
{
	z_stream z = { .next_in = (u8 *)data, .avail_in = sz > UINT32_MAX ? UINT32_MAX : (u32)sz };
	int ret = Z_OK;
	size_t room;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return false;
	while (ret == Z_OK && (room = out_room(out))) {
		z.next_out = out->data + out->sz;
		z.avail_out = room;
		ret = inflate(&z, Z_NO_FLUSH);
		out->sz += room - z.avail_out;
	}
	inflateEnd(&z);
	return ret == Z_STREAM_END;
}

static bool unpack_xz(const u8 *data, size_t sz, struct out *out)
{
	lzma_stream xz = LZMA_STREAM_INIT;
	lzma_ret ret;
	size_t room;

	ret = lzma_stream_decoder(&xz, UNPACKED_MAX, 0);
	xz.next_in = data;
	xz.avail_in = sz;
	while (ret == LZMA_OK && (room = out_room(out))) {
		xz.next_out = out->data + out->sz;
		xz.avail_out = room;
		ret = lzma_code(&xz, LZMA_RUN);
		out->sz += room - xz.avail_out;
	}
	lzma_end(&xz);
	return ret == LZMA_STREAM_END;
}

static bool unpack_zstd(const u8 *data, size_t sz, struct out *out)
{
	ZSTD_inBuffer in = { data, sz, 0 };
	ZSTD_DStream *z = ZSTD_createDStream();
	size_t ret = z ? ZSTD_initDStream(z) : 0, room;

	while (z && ret && !ZSTD_isError(ret) && (room = out_room(out))) {
		ZSTD_outBuffer o = { out->data + out->sz, room, 0 };
		size_t before = in.pos;

		ret = ZSTD_decompressStream(z, &o, &in);
		out->sz += o.pos;
		if (!o.pos && in.pos == before)
			break; /* cut off */
	}
	ZSTD_freeDStream(z);
	return z && !ret;
}

/*
 * The "legacy" format, which the kernel uses: {u32 size, data} for each 8 MiB. Nothing says that a block is
 * the last one, if not its being shorter, or what follows making no sense.
 */
#define LZ4_BLOCK (8u << 20)

static bool unpack_lz4(const u8 *data, size_t sz, struct out *out)
{
	size_t at = 4;
	int n;

	while (sz - at > 4 && out->sz + LZ4_BLOCK <= UNPACKED_MAX) {
		u32 len = get32(data + at, false);

		if (!len || len > (u32)LZ4_COMPRESSBOUND(LZ4_BLOCK) || len > sz - at - 4 ||
		    grow((void **)&out->data, &out->cap, out->sz + LZ4_BLOCK, 1))
			break;
		n = LZ4_decompress_safe((const char *)data + at + 4, (char *)out->data + out->sz, (int)len,
					LZ4_BLOCK);
		if (n <= 0)
			break;
		out->sz += (size_t)n;
		at += 4 + len;
		if (n < (int)LZ4_BLOCK)
			break;
	}
	return out->sz;
}

static const struct {
	u8 magic[6];
	u8 len;
	bool (*unpack)(const u8 *data, size_t sz, struct out *out);
} formats[] = {
	{ { 0x1f, 0x8b, 8 }, 3, unpack_gzip },
	{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, unpack_xz },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, unpack_zstd },
	{ { 0x02, 0x21, 0x4c, 0x18 }, 4, unpack_lz4 },
};

bool image_unpack(const u8 *data, size_t sz, u8 **unpacked, size_t *unpacked_sz)
{
	struct out out = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (sz > formats[i].len && !memcmp(data, formats[i].magic, formats[i].len))
			break;
	if (i == ARRAY_SIZE(formats))
		return false;
	if (!formats[i].unpack(data, sz, &out)) {
		free(out.data);
		return false;
	}
	*unpacked = out.data;
	*unpacked_sz = out.sz;
	return true;
}
