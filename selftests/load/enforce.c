// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The example that refuses unsigned programs (lskel/examples/enforce.bpf.c). While it is attached, it does so
 * for all processes. */
#include "enforce.lskel.h"
#include "enforce_signed.lskel.h"
#include "signed_sum.lskel.h"

#include "load.h"

#ifndef LSKEL_PEER

#include <sys/syscall.h>

#define SESSION (-3) /* KEY_SPEC_SESSION_KEYRING */

static const unsigned char cert[] = {
#include "rsa_cert.pem.h"
};

/* A new keyring for this process, with the key in it: its serial number. */
static int keyring_with_key(void)
{
	int ring = (int)syscall(__NR_keyctl, 1 /* JOIN_SESSION_KEYRING */, NULL);

	CHECK(ring > 0 && syscall(__NR_add_key, "asymmetric", "lskel test", cert, sizeof(cert), SESSION) > 0,
	      "keyring: %s", strerror(errno));
	return ring;
}

static void need_lsm_and_loader(void)
{
	if (DIRECT)
		SKIP("a loader program (in the direct gear nothing is signed)");
	need_tracing(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_file_open", "BPF LSM");
}

static bool can_enforce(void)
{
	struct enforce *skel = OPEN(enforce);
	int can;

	skel->opts.autoload.on_load = LSKEL_OFF;
	LOAD(enforce, skel);
	can = enforce__can_enforce__run(skel, NULL, 0);
	CHECK(can >= 0, "can_enforce: %d: %s", can, enforce__strerror(skel));
	enforce__destroy(skel);
	return can;
}

LOAD_TEST(enforce_knows_the_kernels_where_it_can)
{
	need_lsm_and_loader();
	CHECK_EQ(can_enforce(), kernel_version() >= KVER(7, 2), "what it says of this kernel");
}

static int load_unsigned(void)
{
	struct enforce *skel = OPEN(enforce);
	int err = enforce__load(skel);

	if (err)
		check_says(enforce__strerror(skel), "loader: BPF_PROG_LOAD: -EPERM");
	enforce__destroy(skel);
	return err;
}

static int load_signed(void)
{
	struct signed_sum *skel = OPEN(signed_sum);
	int err;

	skel->keyring_id = SESSION;
	err = signed_sum__load(skel);
	if (!err)
		CHECK_EQ(run_pkt(skel->progs.add.prog_fd), 2, "returned");
	signed_sum__destroy(skel);
	return err;
}

/* --- a signed loader, with relocations that are none of the signer's */

/* As the loader's own BTF, with a string more: [1] void (*)(void), [2] static f; f at 1, "0" at 3. */
static const struct {
	__u16 magic;
	__u8 version, flags;
	__u32 hdr_len, type_off, type_len, str_off, str_len;
	__u32 types[6];
	char strs[5];
} other_btf = { 0xeb9f, 1, 0, 24, 0, 24, 24, 5, { 0, 13u << 24, 0, 1, 12u << 24, 1 }, { 0, 'f', 0, '0', 0 } };

struct relo { /* struct bpf_core_relo */
	__u32 insn_off, type_id, access_str_off, kind;
};

#define TYPE 2        /* what the instruction's constant becomes */
#define TYPE_ID_LOCAL 6 /* BPF_CORE_TYPE_ID_LOCAL: asks nothing of the kernel's BTF */

static __s32 imm(const unsigned char *insn)
{
	__s32 v;

	memcpy(&v, insn + 4, sizeof(v));
	return v;
}

static int load_with(struct lskel_io *io, unsigned char *insns, const struct relo *relo, bool all)
{
	const struct lskel_loader *ld = &io->desc->loop;
	const struct lskel_sig_row *sig = &io->desc->sign->loop;
	struct lskel_run r = { .map_fd = -1, .prog_fd = -1 };
	struct lskel_attr_prog_load attr;
	struct lskel_attr_btf_load btf;
	unsigned char digest[32];
	const char *what;
	int err, btf_fd;

	/* up to 7.2 the map must be tied to what the program becomes, from 7.3 on to what was signed */
	if (!all)
		memcpy(insns + relo->insn_off + 4, &(__s32){ TYPE }, 4);
	lskel_sha256_of(insns, ld->insns_sz, digest);
	memcpy(insns, ld->insns, ld->insns_sz);
	r.blob_sz = io->desc->value_sz;
	r.blob = calloc(1, r.blob_sz);
	memcpy(r.blob, io->desc->blob, io->desc->blob_sz);
	err = lskel_signed_map(io, &r, digest, &what);
	CHECK(!err, "%s: %d", what, err);
	memset(&btf, 0, sizeof(btf));
	btf.btf = (unsigned long)&other_btf;
	btf.btf_size = 24 + 24 + 5;
	btf_fd = sys_bpf(BPF_BTF_LOAD, (void *)&btf, sizeof(btf));
	CHECK(btf_fd > 0, "BPF_BTF_LOAD: %d", btf_fd);
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.prog_flags = BPF_F_SLEEPABLE;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = ld->insns_sz / 8;
	attr.license = (unsigned long)"Dual BSD/GPL";
	attr.prog_btf_fd = (__u32)btf_fd;
	attr.func_info = (unsigned long)ld->func_info;
	attr.func_info_rec_size = 8;
	attr.func_info_cnt = ld->func_info_sz / 8;
	attr.core_relos = (unsigned long)relo;
	attr.core_relo_rec_size = sizeof(*relo);
	attr.core_relo_cnt = 1;
	attr.fd_array = (unsigned long)&r.map_fd;
	attr.fd_array_cnt = all;
	attr.keyring_id = SESSION;
	attr.signature = (unsigned long)(all ? sig->all : sig->insns);
	attr.signature_size = all ? sig->all_sz : sig->insns_sz;
	err = sys_bpf(BPF_PROG_LOAD, (void *)&attr, sizeof(attr));
	close(btf_fd);
	close(r.map_fd);
	free(r.blob);
	return err;
}

/* Changes what the first `w2 = 40` loads: how much of the blob's hash the loader looks at. The program's fd,
 * or an error. */
static int load_relocated(void)
{
	struct signed_sum *skel = OPEN(signed_sum);
	struct relo relo = { .type_id = TYPE, .access_str_off = 3, .kind = TYPE_ID_LOCAL };
	unsigned char insns[4096], xlated[4096];
	struct bpf_prog_info info;
	union bpf_attr attr;
	struct lskel_io io;
	int fd;

	signed_sum__lskel_io(skel, &io);
	CHECK(io.desc->loop.insns_sz <= sizeof(insns), "the test's room is too small");
	memcpy(insns, io.desc->loop.insns, io.desc->loop.insns_sz);
	while (insns[relo.insn_off] != 0xb4 || imm(insns + relo.insn_off) != 40) {
		relo.insn_off += 8;
		CHECK(relo.insn_off < io.desc->loop.insns_sz, "no such instruction in the loader");
	}
	fd = load_with(&io, insns, &relo, true);
	if (fd == -EKEYREJECTED)
		fd = load_with(&io, insns, &relo, false);
	if (fd > 0) {
		memset(&info, 0, sizeof(info));
		memset(&attr, 0, sizeof(attr));
		info.xlated_prog_len = sizeof(xlated);
		info.xlated_prog_insns = (unsigned long)xlated;
		attr.info.bpf_fd = (__u32)fd;
		attr.info.info = (unsigned long)&info;
		attr.info.info_len = sizeof(info);
		CHECK_EQ(sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)), 0, "info");
		CHECK_EQ(xlated[relo.insn_off], 0xb4, "operation of the instruction");
		CHECK_EQ(imm(xlated + relo.insn_off), TYPE, "its constant, which was signed as 40");
	}
	signed_sum__destroy(skel);
	return fd;
}

/* What is refused then, and what is not; and that it can be loaded once more, and detached. */
LOAD_TEST(enforce_lets_in_what_is_signed)
{
	struct enforce_signed *second;
	struct enforce *skel;
	int ring, fd;

	need_lsm_and_loader();
	if (!getenv("LSKEL_VM"))
		SKIP("a virtual machine: it refuses programs to all processes");
	need_kernel(KVER(7, 2), "a kernel that tells LSM programs what signatures are worth");
	need_jit("bpf_loop()");
	need_fentry();
	ring = keyring_with_key();
	fd = load_relocated();
	CHECK(fd > 0, "signed, with relocations, while nobody objects: %d", fd);
	close(fd);

	skel = OPEN(enforce);
	skel->rodata->trusted_keyring = ring;
	LOAD(enforce, skel);
	CHECK_EQ(enforce__attach(skel), 0, "attach");
	CHECK_EQ(load_unsigned(), -EPERM, "unsigned");
	CHECK_EQ(skel->bss->unsigned_cnt, 1, "unsigned ones refused");
	CHECK_EQ(skel->bss->inside_cnt, 0, "loads from inside, before there was a signed loader");
	CHECK_EQ(load_signed(), 0, "signed");
	CHECK_EQ(skel->bss->signed_cnt, 1, "signed ones let in");
	CHECK(skel->bss->inside_cnt > 0, "its programs are not counted");
	CHECK_EQ(load_relocated(), -EPERM, "signed, with relocations");
	CHECK_EQ(skel->bss->relocated_cnt, 1, "those with relocations");

	second = OPEN(enforce_signed);
	second->keyring_id = SESSION;
	LOAD(enforce_signed, second);
	CHECK_EQ(enforce_signed__attach(second), 0, "attach of the second");
	CHECK_EQ(load_signed(), -EPERM, "signed, in a keyring that the second does not trust");
	CHECK_EQ(second->bss->stranger_cnt, 1, "those of other keyrings");
	enforce_signed__destroy(second);
	CHECK_EQ(load_signed(), 0, "signed, once more");

	keyring_with_key();
	CHECK_EQ(load_signed(), -EPERM, "the same key, in a keyring that the process made");
	CHECK_EQ(skel->bss->stranger_cnt, 1, "those of other keyrings");
	enforce__detach(skel);
	CHECK_EQ(load_unsigned(), 0, "unsigned, after it was detached");
	enforce__destroy(skel);
}

#endif
