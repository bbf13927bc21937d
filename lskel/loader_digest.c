// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "loader_digest.h"

#include <errno.h>

#include "sha256.h"

#define AREA_MIN 64u         /* as in gen_loader/emit/loader.c */
#define AREA_MAX (1u << 29)
#define SIGNED_MAX (1u << 23) /* kernels sign instructions and map of less than 16 MiB together */

int loader_digest(enum gear gear, bool is_signed, bool big_endian, u32 area, u8 digest[32])
{
	static const u8 zero[32];
	struct loader ld;
	int ret = is_signed ? loader_make_signed(gear, big_endian, area, zero, &ld)
			    : loader_make(gear, big_endian, area, &ld);

	if (ret)
		return ret;
	lskel_sha256_of(ld.insns, ld.insns_sz, digest);
	loader_free(&ld);
	return 0;
}

static int print_row(FILE *f, const char *name, enum gear gear, bool is_signed, bool big_endian, u32 area)
{
	u8 digest[LSKEL_SHA256_SZ];
	int ret = loader_digest(gear, is_signed, big_endian, area, digest);
	u32 i;

	if (ret)
		return ret;
	fprintf(f, "%s\t%s\t%s\t%u\t", name, is_signed ? "insns,all" : "unsigned",
		big_endian ? "big" : "little", area);
	for (i = 0; i < sizeof(digest); i++)
		fprintf(f, "%02x", digest[i]);
	fputc('\n', f);
	return 0;
}

int loader_digests_print(FILE *f)
{
	static const struct {
		enum gear gear;
		const char *name;
	} gears[] = { { GEAR_STEPPER, "stepper" }, { GEAR_LOOP, "loop" } };
	u32 i, which, area;
	int ret = 0;

	fputs("# SHA-256 of the loader programs' instructions. In signed ones the blob's hash counts as "
	      "zeroes.\n"
	      "# gear, signature schemes (insns: Linux 6.18 to 7.2, all: from 7.3 on), byte order, bytes of "
	      "the blob's area, digest\n",
	      f);
	for (i = 0; i < ARRAY_SIZE(gears); i++) {
		for (which = 0; which < 4; which++) { /* unsigned before signed, little before big */
			for (area = AREA_MIN; !ret && area <= (which < 2 ? AREA_MAX : SIGNED_MAX); area *= 2)
				ret = print_row(f, gears[i].name, gears[i].gear, which >= 2, which % 2, area);
		}
	}
	return ret;
}
