// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Signed skeletons. Whatever a test loads was signed when the tests were built, with a key that nobody else has; the kernel
 * gets its certificate in a keyring of the test's own. On kernels that check no signatures they must be refused, clearly.
 */
#include <stdbool.h>

/* Spoils the blob, or the process's copy of it, before the kernel gets it. */
static long flip_blob = -1;
#define LSKEL_TEST_HOOK(io, blob)                                                                  \
	do {                                                                                       \
		if (flip_blob >= 0)                                                                \
			(blob)[flip_blob >> 3] ^= (unsigned char)(1 << (flip_blob & 7));           \
	} while (0)
#include "signed_sum.lskel.h"
#include "signed_refused.lskel.h"

#include "load.h"

#ifndef LSKEL_PEER

#include <pthread.h>
#include <sys/syscall.h>

#define SESSION (-3) /* KEY_SPEC_SESSION_KEYRING */

static const unsigned char cert[] = {
#include "rsa_cert.pem.h"
};
static const unsigned char other_cert[] = {
#include "other_cert.pem.h"
};

static int new_keyring(void)
{
	return (int)syscall(__NR_keyctl, 1 /* JOIN_SESSION_KEYRING */, NULL);
}

static void add_key(const void *der, size_t sz)
{
	int key = (int)syscall(__NR_add_key, "asymmetric", "lskel test", der, sz, SESSION);

	CHECK(key > 0, "add_key: %s", strerror(errno));
}

/* Whether a signature is looked at: a bad one must be found to be bad. */
static bool checks_signatures(void)
{
	static const __u64 insns[] = { 0xb7, 0x95 }; /* r0 = 0; exit */
	struct lskel_attr_prog_load attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.prog_flags = BPF_F_SLEEPABLE;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = 2;
	attr.license = (unsigned long)"GPL";
	attr.signature = (unsigned long)"none";
	attr.signature_size = 4;
	attr.keyring_id = SESSION;
	err = sys_bpf(BPF_PROG_LOAD, (void *)&attr, sizeof(attr));
	CHECK(err < 0, "a program loads with a signature that is none");
	return err != -EOPNOTSUPP;
}

static void need_signatures(void)
{
	if (DIRECT)
		SKIP("a loader program (in the direct gear nothing is signed)");
	need_kernel(KVER(6, 18), "signed programs");
	if (new_keyring() < 0)
		SKIP("keyrings: %s", strerror(errno));
	if (!checks_signatures())
		SKIP("CONFIG_SYSTEM_DATA_VERIFICATION");
}

static struct signed_sum *open_it(void)
{
	struct signed_sum *skel = OPEN(signed_sum);

	skel->keyring_id = SESSION;
	return skel;
}

/* Programs and maps that the kernel has. */
static unsigned int count(int cmd)
{
	union bpf_attr attr;
	unsigned int n = 0;

	memset(&attr, 0, sizeof(attr));
	while (!sys_bpf(cmd, &attr, 12)) {
		attr.start_id = attr.next_id;
		n++;
	}
	return n;
}

static unsigned int objects(void)
{
	return count(BPF_PROG_GET_NEXT_ID) + count(BPF_MAP_GET_NEXT_ID) + count(BPF_BTF_GET_NEXT_ID);
}

/* Loads what @io says, which must be refused, and leave no descriptor. Returns the error. */
static int refused(struct lskel_io *io, const char *what, long which)
{
	int fds = open_fds(), err = lskel_load(io);

	CHECK(err < 0, "%s %ld: it loads", what, which);
	CHECK_EQ(open_fds(), fds, "open descriptors");
	return err;
}

/* Nothing more is in the kernel than before. Some of it goes a little later than its descriptor. */
static void check_objects(unsigned int before)
{
	for (int i = 0; objects() > before && i < 500; i++)
		usleep(10000);
	CHECK(objects() <= before, "%u programs, maps and BTF in the kernel, not %u", objects(), before);
}

LOAD_TEST(signed_loads_and_works)
{
	struct signed_sum *skel;
	struct bpf_map_info info;
	__u32 key = 0, limit = 45;

	need_signatures();
	add_key(other_cert, sizeof(other_cert));
	add_key(cert, sizeof(cert));
	skel = open_it();
	LOAD(signed_sum, skel);
	CHECK_EQ(run_pkt(skel->progs.add.prog_fd), 2, "returned, with a kconfig value that was signed");
	CHECK_EQ(skel->data->sum, 43, "the sum, seen in this process");
	/* what must vary goes into a map after the load */
	CHECK_EQ(map_update(skel->maps.limits.map_fd, &key, &limit, BPF_ANY), 0, "update");
	CHECK_EQ(run_pkt(skel->progs.add.prog_fd), 1, "returned over the limit");
	CHECK_EQ(skel->progs.unused.prog_fd, 0, "descriptor of what is not loaded");
	map_info(skel->maps.events.map_fd, &info);
	CHECK_EQ(info.max_entries, 65536, "bytes of the ring buffer");
	map_info(skel->maps.samples.map_fd, &info);
	CHECK_EQ(info.max_entries, 8192, "entries of the perf event array");
	signed_sum__destroy(skel);
}

LOAD_TEST(signed_without_keys_is_refused)
{
	struct signed_sum *skel;
	char msg[1024];

	need_signatures();
	skel = open_it();
	CHECK_EQ(LOAD_FAILS(signed_sum, skel, msg), -ENOKEY, "error");
	check_says(msg, "loader: the keyring of keyring_id has no key in it: -ENOKEY");
	add_key(other_cert, sizeof(other_cert));
	CHECK_EQ(LOAD_FAILS(signed_sum, skel, msg), -ENOKEY, "error");
	check_says(msg, "loader: none of the keys in the keyring of keyring_id made its signature: -ENOKEY");
	skel->keyring_id = 0x7ffffff0;
	CHECK_EQ(LOAD_FAILS(signed_sum, skel, msg), -EINVAL, "error");
	check_says(msg, "loader: there is no keyring of that keyring_id: -EINVAL");
	skel->keyring_id = 0;
	CHECK_EQ(LOAD_FAILS(signed_sum, skel, msg), -ENOKEY, "error");
	check_says(msg, "loader: none of the kernel's own keys of that keyring_id made its signature: -ENOKEY");
	signed_sum__destroy(skel);
}

static bool has_jit(void)
{
	FILE *f = fopen("/proc/sys/net/core/bpf_jit_enable", "r");
	int c = f ? fgetc(f) : '0';

	if (f)
		fclose(f);
	return c != '0';
}

/* A description that can be changed, of one gear: that which loads here. */
struct altered {
	struct lskel_loader *ld;
	struct lskel_sig_row *row;
	struct lskel_desc desc;
	struct lskel_sign sign;
	struct lskel_io io;
	unsigned char insns[4096], digest[32], sigs[2][8200];
	struct signed_sum *skel;
};

static void alter(struct altered *a)
{
	struct lskel_sig_row *row;

	a->skel = open_it();
	signed_sum__lskel_io(a->skel, &a->io);
	a->desc = *a->io.desc;
	a->sign = *a->desc.sign;
	a->desc.sign = &a->sign;
	a->io.desc = &a->desc;
	if (!has_jit() && a->desc.stepper.insns_sz) {
		a->desc.loop.insns_sz = 0;
		a->ld = &a->desc.stepper;
		row = a->row = &a->sign.stepper;
	} else {
		need_jit("bpf_loop()");
		a->desc.stepper.insns_sz = 0;
		a->ld = &a->desc.loop;
		row = a->row = &a->sign.loop;
	}
	CHECK(a->ld->insns_sz <= sizeof(a->insns) && row->insns_sz <= sizeof(a->sigs[0]) && row->all_sz <= sizeof(a->sigs[1]),
	      "the test's room is too small");
	memcpy(a->insns, a->ld->insns, a->ld->insns_sz);
	memcpy(a->digest, row->digest, sizeof(a->digest));
	memcpy(a->sigs[0], row->insns, row->insns_sz);
	memcpy(a->sigs[1], row->all, row->all_sz);
	a->ld->insns = a->insns;
	row->digest = a->digest;
	row->insns = a->sigs[0];
	row->all = a->sigs[1];
}

static unsigned int random_below(unsigned int n)
{
	static unsigned int x = 20261128;

	x = x * 1664525 + 1013904223;
	return (x >> 8) % n;
}

LOAD_TEST(signed_then_altered_instructions_are_refused)
{
	struct altered a;
	unsigned int before;

	need_signatures();
	add_key(cert, sizeof(cert));
	alter(&a);
	before = objects();
	for (int i = 0; i < 100; i++) {
		unsigned int at = random_below(a.ld->insns_sz);
		unsigned char bits = (unsigned char)(1 + random_below(255));

		a.insns[at] ^= bits;
		/* every other time the map is tied to what it has become */
		if (i & 1)
			lskel_sha256_of(a.insns, a.ld->insns_sz, a.digest);
		CHECK(refused(&a.io, "instructions", at) == -EKEYREJECTED || !(i & 1), "byte %u: %s", at,
		      lskel_strerror(a.io.state));
		if (!(i & 1))
			check_says(lskel_strerror(a.io.state), "loader: the loader program has been altered: "
				   "it is not the one that was signed");
		a.insns[at] ^= bits;
		lskel_sha256_of(a.insns, a.ld->insns_sz, a.digest);
	}
	check_objects(before);
	CHECK_EQ(lskel_load(&a.io), 0, "unaltered again");
	signed_sum__destroy(a.skel);
}

LOAD_TEST(signed_then_altered_blob_is_refused)
{
	struct altered a;
	unsigned int before;

	need_signatures();
	add_key(cert, sizeof(cert));
	alter(&a);
	before = objects();
	for (int i = 0; i < 100; i++) {
		flip_blob = random_below(8 * (i % 4 ? a.desc.blob_sz : a.desc.value_sz));
		CHECK_EQ(refused(&a.io, "blob, bit", flip_blob), -EKEYREJECTED, "error");
		check_says(lskel_strerror(a.io.state), "loader: the blob has been altered: it is not the one that was signed");
	}
	flip_blob = -1;
	check_objects(before);
	CHECK_EQ(lskel_load(&a.io), 0, "unaltered again");
	signed_sum__destroy(a.skel);
}

LOAD_TEST(signed_with_a_bad_signature_is_refused)
{
	struct altered a;
	unsigned int before;

	need_signatures();
	add_key(cert, sizeof(cert));
	alter(&a);
	before = objects();
	for (int i = 0; i < 2; i++) /* in the number that RSA made */
		a.sigs[i][(i ? a.row->all_sz : a.row->insns_sz) - 9] ^= 4;
	CHECK_EQ(refused(&a.io, "signatures", 0), -EKEYREJECTED, "error");
	check_says(lskel_strerror(a.io.state), "loader: its signature is not that of the key whose name it has, over this loader and blob");
	a.sigs[1][0] = 0;
	CHECK_EQ(refused(&a.io, "form", 0), -EBADMSG, "error");
	check_says(lskel_strerror(a.io.state), "loader: its signature is damaged");
	a.sigs[1][0] = 0x30;
	a.row->all_sz = a.row->insns_sz = 8193; /* more than KMALLOC_MAX_CACHE_SIZE */
	CHECK_EQ(refused(&a.io, "size", 0), -EINVAL, "error");
	a.row->all_sz = a.row->insns_sz = 1;
	CHECK_EQ(refused(&a.io, "none", 0), -EKEYREJECTED, "error");
	check_says(lskel_strerror(a.io.state), "loader: its signature has been removed, or was never attached: -EKEYREJECTED");
	check_objects(before);
	signed_sum__destroy(a.skel);
}

/* What an unsigned skeleton lets its program set. */
LOAD_TEST(signed_lets_nothing_be_set)
{
	static const struct {
		const char *says;
	} cases[] = {
		{ "map '.rodata': an initial value is set" }, { "map '.data': an initial value is set" },
		{ "map 'limits': max_entries is set" },	      { "map 'limits': autocreate is set" },
		{ "map 'limits': reuse_fd is set" },	      { "prog 'add': autoload is set" },
		{ "prog 'unused': autoload is set" },	      { "map '.kconfig': a kconfig value is set" },
		{ "kconfig 'CONFIG_HZ': kconfig_set is set" }, { "prog 'entry': its target is set" },
		{ "prog 'entry': its target is set" },	      { "loader: token_fd is set" },
	};
	struct signed_sum *skel;
	char msg[1024];
	int err;

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		skel = open_it();
		skel->opts.allow_unsigned = 1;
		switch (i) {
		case 0: skel->rodata->step++; break;
		case 1: skel->data->sum = 0; break;
		case 2: skel->maps.limits.max_entries = 8; break;
		case 3: skel->opts.autocreate.limits = LSKEL_OFF; break;
		case 4: skel->opts.reuse_fd.limits = 1; break;
		case 5: skel->opts.autoload.add = LSKEL_OFF; break;
		case 6: skel->opts.autoload.unused = LSKEL_ON; break;
		case 7: skel->kconfig->CONFIG_HZ = 1000; break;
		case 8: skel->opts.kconfig_set.CONFIG_HZ = 1; break;
		case 9: skel->opts.attach_prog_fd.entry = 1; break;
		case 10: skel->opts.attach_func.entry = "f"; break;
		case 11: skel->opts.token_fd = 1; break;
		}
		err = LOAD_FAILS(signed_sum, skel, msg);
		CHECK_EQ(err, -EPERM, cases[i].says);
		check_says(msg, cases[i].says);
		check_says(msg, " is set, but what is loaded is what was signed: -EPERM");
		signed_sum__destroy(skel);
	}
}

/* Values that are what was signed anyway are no wish for others. */
LOAD_TEST(signed_can_be_told_what_it_is_anyway)
{
	struct signed_sum *skel;

	need_signatures();
	add_key(cert, sizeof(cert));
	skel = open_it();
	skel->maps.limits.max_entries = 7;
	skel->rodata->step = 3;
	skel->opts.autoload.add = LSKEL_ON;
	skel->opts.autoload.unused = LSKEL_OFF;
	skel->opts.autocreate.limits = LSKEL_ON;
	LOAD(signed_sum, skel);
	signed_sum__destroy(skel);
}

LOAD_TEST(signed_prog_that_the_verifier_refuses)
{
	struct signed_refused *skel;
	char msg[1024];

	need_signatures();
	add_key(cert, sizeof(cert));
	skel = OPEN(signed_refused);
	skel->keyring_id = SESSION;
	CHECK_EQ(LOAD_FAILS(signed_refused, skel, msg), -EACCES, "error");
	check_says(msg, "prog 'broken': rejected by the verifier, see signed_refused__log()");
	CHECK(signed_refused__log(skel) && strstr(signed_refused__log(skel), "R7 !read_ok"), "log: %s", signed_refused__log(skel));
	signed_refused__destroy(skel);
}

/* Where nothing can be checked it loads only if it is told to; a wrong signature is refused even then. */
LOAD_TEST(signed_loads_unchecked_only_if_allowed)
{
	struct signed_sum *skel;
	struct altered a;
	char msg[1024];
	bool checks;

	need_kernel(KVER(6, 18), "signed programs");
	checks = !DIRECT && new_keyring() > 0 && checks_signatures();
	skel = open_it();
	skel->opts.allow_unsigned = 1;
	if (checks) {
		add_key(cert, sizeof(cert));
		alter(&a);
		a.io.unsigned_ok = 1;
		a.insns[8] ^= 1;
		lskel_sha256_of(a.insns, a.ld->insns_sz, a.digest);
		CHECK_EQ(refused(&a.io, "altered", 0), -EKEYREJECTED, "error");
		signed_sum__destroy(a.skel);
	} else {
		skel->opts.allow_unsigned = 0;
		CHECK_EQ(LOAD_FAILS(signed_sum, skel, msg), DIRECT ? -EPERM : -EOPNOTSUPP, "error");
		check_says(msg, DIRECT ? "loader: LSKEL_DIRECT loads without signatures: that takes allow_unsigned" :
			   "loader: this kernel can't check signatures: it is built without CONFIG_SYSTEM_DATA_VERIFICATION");
		skel->opts.allow_unsigned = 1;
	}
	LOAD(signed_sum, skel);
	CHECK_EQ(run_pkt(skel->progs.add.prog_fd), 2, "returned");
	signed_sum__destroy(skel);
}

LOAD_TEST(signed_is_refused_on_kernels_before_6_18)
{
	struct signed_sum *skel;
	char msg[1024];

	if (kernel_version() >= KVER(6, 18) || DIRECT)
		SKIP("a kernel before 6.18, and a loader program");
	skel = open_it();
	CHECK(LOAD_FAILS(signed_sum, skel, msg) < 0, "it loads");
	check_says(msg, "loader: this kernel checks no signatures of BPF programs: that takes Linux 6.18 or later");
	skel->opts.allow_unsigned = 1;
	CHECK(LOAD_FAILS(signed_sum, skel, msg) < 0, "it loads");
	signed_sum__destroy(skel);
}

/* One loader over one blob. */
struct loaded {
	struct altered a;
	struct lskel_run r;
	pthread_barrier_t start;
	unsigned int ran;
	bool done;
};

static void load_loader(struct loaded *l)
{
	alter(&l->a);
	l->r.blob_sz = (l->a.desc.value_sz + 4095) & ~4095u;
	l->r.blob = mmap(NULL, l->r.blob_sz, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(l->r.blob, l->a.desc.blob, l->a.desc.blob_sz);
	l->r.map_fd = l->r.prog_fd = -1;
}

static void unload_loader(struct loaded *l)
{
	lskel_signed_close(&l->r);
	munmap(l->r.blob, l->r.blob_sz);
	signed_sum__destroy(l->a.skel);
}

static __u32 run_loader(struct loaded *l)
{
	struct lskel_host host = {};
	struct lskel_attr_run attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_fd = (__u32)l->r.prog_fd;
	attr.ctx_in = (unsigned long)&host;
	attr.ctx_size_in = sizeof(host);
	CHECK_EQ(lskel_sys_bpf(LSKEL_BPF_PROG_RUN, &attr, sizeof(attr)), 0, "BPF_PROG_RUN");
	return attr.retval;
}

/* The loop gear does all in one run, the stepper one operation; both are refused while another one is at it, and at the end. */
static void *run_thread(void *arg)
{
	struct loaded *l = arg;
	__u32 ret;

	pthread_barrier_wait(&l->start);
	do {
		ret = run_loader(l);
		CHECK(ret != LSKEL_ALTERED, "returned %x", ret);
		if (ret != LSKEL_REFUSED)
			__atomic_add_fetch(&l->ran, 1, __ATOMIC_SEQ_CST);
		else
			usleep(1000); /* the one that is at it may need the only CPU */
		if (!ret)
			__atomic_store_n(&l->done, true, __ATOMIC_SEQ_CST);
	} while (!__atomic_load_n(&l->done, __ATOMIC_SEQ_CST));
	return NULL;
}

LOAD_TEST(signed_blob_runs_once)
{
	struct loaded l = {};
	pthread_t threads[4];

	need_signatures();
	add_key(cert, sizeof(cert));
	load_loader(&l);
	pthread_barrier_init(&l.start, NULL, 4);
	CHECK_EQ(lskel_signed_load_gear(&l.a.io, &l.r), 0, "loading the loader");
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, run_thread, &l), "pthread_create");
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	if (l.a.desc.loop.insns_sz)
		CHECK_EQ(l.ran, 1, "runs that did something");
	else
		CHECK(l.ran > 1 && l.ran <= l.a.desc.op_cnt, "%u runs that did something, of %u operations", l.ran, l.a.desc.op_cnt);
	CHECK_EQ(run_loader(&l), LSKEL_REFUSED, "one more run");
	CHECK_EQ(map_lookup(l.r.map_fd, &(__u32){ 0 }, l.r.blob), 0, "look-up");
	CHECK_EQ(lskel_outcome(&l.a.io, &l.r), 0, "outcome");
	lskel_unwind(&l.a.desc, l.r.blob, 0);
	lskel_take_fds(&l.a.io, l.r.blob);
	CHECK_EQ(run_pkt(l.a.skel->progs.add.prog_fd), 2, "returned");
	pthread_barrier_destroy(&l.start);
	unload_loader(&l);
}

/* A map that is not as the runtime makes it: the kernel or the loader must find that out before anything is done. */
static void try_map(unsigned int type, bool exclusive, bool frozen, bool hashed, bool others, int newer)
{
	unsigned char hash[32] = {}, digest[32];
	struct lskel_attr_map_create attr;
	struct lskel_map_info info;
	struct lskel_attr_info get;
	struct loaded l = {};
	const char *what;
	__u32 ret;

	add_key(cert, sizeof(cert));
	load_loader(&l);
	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = 4;
	attr.value_size = l.a.desc.value_sz;
	attr.max_entries = 1;
	memcpy(digest, l.a.row->digest, sizeof(digest));
	digest[0] ^= others;
	attr.excl_prog_hash = exclusive ? (unsigned long)digest : 0;
	attr.excl_prog_hash_size = exclusive ? sizeof(digest) : 0;
	l.r.map_fd = sys_bpf(BPF_MAP_CREATE, (void *)&attr, sizeof(attr));
	CHECK(l.r.map_fd > 0, "BPF_MAP_CREATE: %s", strerror(-l.r.map_fd));
	CHECK_EQ(map_update(l.r.map_fd, &(__u32){ 0 }, l.r.blob, BPF_ANY), 0, "update");
	if (frozen)
		CHECK_EQ(map_freeze(l.r.map_fd), 0, "freeze");
	memset(&info, 0, sizeof(info));
	info.hash = (unsigned long)hash;
	info.hash_size = sizeof(hash);
	memset(&get, 0, sizeof(get));
	get.bpf_fd = (__u32)l.r.map_fd;
	get.info_len = sizeof(info);
	get.info = (unsigned long)&info;
	if (hashed)
		CHECK_EQ(sys_bpf(BPF_OBJ_GET_INFO_BY_FD, (void *)&get, sizeof(get)), frozen ? 0 : -EPERM, "hash");
	if (hashed && frozen)
		CHECK(!memcmp(hash, l.a.sign.blob_digest, sizeof(hash)), "the kernel's hash of the blob is another");
	if (frozen)
		CHECK_EQ(map_update(l.r.map_fd, &(__u32){ 0 }, l.r.blob, BPF_ANY), -EPERM, "update of the frozen map");
	l.r.prog_fd = lskel_signed_prog(&l.a.io, l.a.ld, l.a.row, l.r.map_fd, &what);
	if (kernel_version() >= KVER(7, 3))
		CHECK_EQ(l.r.prog_fd < 0 ? l.r.prog_fd : 0, newer, "from 7.3 on the kernel itself looks at the map: error");
	if (l.r.prog_fd >= 0) {
		ret = run_loader(&l);
		CHECK(ret == LSKEL_ALTERED, "exclusive %d, frozen %d, hashed %d, others %d: it runs (%x)", exclusive, frozen, hashed,
		      others, ret);
	}
	unload_loader(&l);
}

LOAD_TEST(signed_loader_insists_on_a_map_of_its_own)
{
	need_signatures();
	try_map(BPF_MAP_TYPE_ARRAY, true, false, true, false, -EPERM);
	try_map(BPF_MAP_TYPE_ARRAY, true, true, false, false, 0);
	try_map(BPF_MAP_TYPE_ARRAY, true, true, true, true, -EACCES);
	try_map(BPF_MAP_TYPE_HASH, true, true, false, false, -EINVAL);
	/* 6.18 and its stable releases up to .39 have nothing by which it could be seen */
	if (kernel_version() >= KVER(7, 2))
		try_map(BPF_MAP_TYPE_ARRAY, false, true, true, false, -EPERM);
}

LOAD_TEST(signed_loader_binds_nothing_else)
{
	struct loaded l = {};
	union bpf_attr attr;
	const char *what;
	int fd;

	need_signatures();
	need_jit("bpf_loop()"); /* its BTF is at hand */
	add_key(cert, sizeof(cert));
	load_loader(&l);
	memset(&attr, 0, sizeof(attr));
	attr.btf = (unsigned long)l.a.ld->btf;
	attr.btf_size = l.a.ld->btf_sz;
	fd = sys_bpf(BPF_BTF_LOAD, &attr, 28);
	CHECK(fd > 0, "BPF_BTF_LOAD: %s", strerror(-fd));
	l.r.prog_fd = lskel_signed_prog(&l.a.io, l.a.ld, l.a.row, fd, &what);
	CHECK(l.r.prog_fd < 0, "BTF in place of the map: it loads");
	if (kernel_version() >= KVER(7, 3))
		CHECK_EQ(l.r.prog_fd, -EACCES, "error");
	close(fd);
	/* a number that is no descriptor */
	CHECK_EQ(lskel_signed_prog(&l.a.io, l.a.ld, l.a.row, 1000, &what) < 0, 1, "no descriptor: it is refused");
	unload_loader(&l);
}

#endif
