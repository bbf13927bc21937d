// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Pinned maps, and maps that the program gives. Each test has a BPF file system of its own. */
static void meanwhile(void);
#define LSKEL_TEST_HOOK(io, blob) meanwhile()
#include "pin.lskel.h"
#undef LSKEL_TEST_HOOK

#include "load.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define ROOT "/sys/fs/bpf"
#define KEPT ROOT "/lskel_kept"
#define KEPT_TOO ROOT "/lskel_kept_too"

/* What somebody else does between a look at the pins and the load's end; once. */
static void (*other)(void);

static void meanwhile(void)
{
	void (*f)(void) = other;

	other = NULL;
	if (f)
		f();
}

static void new_bpffs(const char *at)
{
	mkdir(at, 0700);
	if (mount("bpf", at, "bpf", 0, "mode=1777"))
		SKIP("a BPF file system: mount at %s: %s", at, strerror(errno));
}

static void private_bpffs(void)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		SKIP("a mount namespace: %s", strerror(errno));
	new_bpffs(ROOT);
}

static int obj_get(const char *path)
{
	union bpf_attr attr = { .pathname = (__u64)(uintptr_t)path };

	return sys_bpf(BPF_OBJ_GET, &attr, sizeof(attr));
}

static void obj_pin(int fd, const char *path)
{
	union bpf_attr attr = { .pathname = (__u64)(uintptr_t)path, .bpf_fd = (__u32)fd };

	CHECK_EQ(sys_bpf(BPF_OBJ_PIN, &attr, sizeof(attr)), 0, path);
}

static int make_map(unsigned int type, unsigned int key, unsigned int value, unsigned int entries, unsigned int flags)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	union bpf_attr attr = { .map_type = type, .key_size = key, .value_size = value, .max_entries = entries,
				.map_flags = flags };
	int fd;

	setrlimit(RLIMIT_MEMLOCK, &all); /* counts before 5.11 */
	fd = sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	CHECK(fd > 0, "map: %d", fd);
	return fd;
}

static unsigned int map_id(int fd)
{
	struct bpf_map_info info;

	map_info(fd, &info);
	return info.id;
}

static unsigned long long value_at_0(int fd)
{
	unsigned long long v = 0;
	unsigned int key = 0;

	CHECK_EQ(map_lookup(fd, &key, &v), 0, "look-up");
	return v;
}

static bool exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

/* Fails to load with exactly this message; nothing stays open (main.c looks), and nothing is pinned. */
static void load_says(struct pin *skel, int err, const char *want)
{
	char msg[1024];
	int fds = open_fds();

	CHECK_EQ(LOAD_FAILS(pin, skel, msg), err, msg);
	CHECK(!strcmp(msg, want), "it says '%s', not '%s'", msg, want);
	CHECK_EQ(open_fds(), fds, "open descriptors");
	CHECK(!skel->opts.pinned.lskel_kept && !skel->opts.pinned.lskel_kept_too, "it claims pins");
}

LOAD_TEST(pin_by_name_then_found_again)
{
	struct pin *skel;
	struct stat st;
	unsigned int id;
	int fd;

	private_bpffs();
	skel = OPEN_AND_LOAD(pin);
	CHECK_EQ(skel->opts.pinned.lskel_kept, LSKEL_PIN_MADE, "pinned");
	CHECK_EQ(skel->opts.pinned.member, 0, "pinned, of a map that isn't");
	CHECK(!exists(ROOT "/member") && !exists(ROOT "/outer"), "other maps are pinned");
	CHECK(!lstat(KEPT, &st) && (st.st_mode & 0777) == 0600, "mode of the pin: %o", st.st_mode);
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 1, "member");
	id = map_id(skel->maps.lskel_kept.map_fd);
	pin__destroy(skel);

	skel = OPEN_AND_LOAD(pin);
	CHECK_EQ(skel->opts.pinned.lskel_kept, LSKEL_PIN_FOUND, "pinned");
	CHECK_EQ(map_id(skel->maps.lskel_kept.map_fd), id, "id of the map");
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 1, "member, which isn't pinned");
	CHECK_EQ(value_at_0(skel->maps.lskel_kept.map_fd), 2, "counted in both loads");
	CHECK_EQ(value_at_0(skel->maps.lskel_kept_too.map_fd), 2, "counted in both loads");
	CHECK_EQ(pin__unpin_maps(skel), 0, "unpin");
	CHECK(!exists(KEPT) && !exists(KEPT_TOO), "it is still pinned");
	CHECK_EQ(skel->opts.pinned.lskel_kept, 0, "pinned");
	CHECK_EQ(pin__unpin_maps(skel), 0, "unpin again");
	fd = obj_get(KEPT);
	CHECK_EQ(fd, -ENOENT, "BPF_OBJ_GET");
	pin__destroy(skel);
}

LOAD_TEST(pin_incompatible_attribute_is_named)
{
	static const struct {
		unsigned int type, key, value, entries, flags;
		const char *msg;
	} rows[] = {
		{ BPF_MAP_TYPE_LRU_HASH, 4, 8, 8, 0, "type 9, not 1" },
		{ BPF_MAP_TYPE_HASH, 8, 8, 8, BPF_F_NO_PREALLOC, "key_size 8, not 4" },
		{ BPF_MAP_TYPE_HASH, 4, 4, 8, BPF_F_NO_PREALLOC, "value_size 4, not 8" },
		{ BPF_MAP_TYPE_HASH, 4, 8, 5, BPF_F_NO_PREALLOC, "max_entries 5, not 8" },
		{ BPF_MAP_TYPE_HASH, 4, 8, 8, 0, "map_flags 0x0, not 0x1" },
		{ BPF_MAP_TYPE_HASH, 4, 8, 8, BPF_F_NO_PREALLOC, NULL },
	};
	char want[256];

	private_bpffs();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fd = make_map(rows[i].type, rows[i].key, rows[i].value, rows[i].entries, rows[i].flags);
		struct pin *skel = OPEN(pin);

		obj_pin(fd, KEPT);
		if (rows[i].msg) {
			snprintf(want, sizeof(want), "map 'lskel_kept': pinned map '" KEPT "' has %s: -EINVAL",
				 rows[i].msg);
			load_says(skel, -EINVAL, want);
			CHECK(!exists(KEPT_TOO), "the other one is pinned");
		} else {
			LOAD(pin, skel);
			CHECK_EQ(map_id(skel->maps.lskel_kept.map_fd), map_id(fd), "id");
		}
		CHECK(!unlink(KEPT), "the pin is gone");
		pin__destroy(skel);
		close(fd);
	}
}

/* The kernel makes more of some maps than it was asked for. */
LOAD_TEST(pin_found_again_although_rounded)
{
	struct pin *skel;

	private_bpffs();
	for (int i = 0; i < 2; i++) {
		skel = OPEN(pin);
		skel->opts.pin_path.rounded = ROOT "/rounded";
		LOAD(pin, skel);
		CHECK_EQ(skel->opts.pinned.rounded, i ? LSKEL_PIN_FOUND : LSKEL_PIN_MADE, "pinned");
		pin__destroy(skel);
	}
}

/* What is compared is what this load would create. */
LOAD_TEST(pin_compared_with_the_size_that_is_set)
{
	struct pin *skel;
	int fd;

	private_bpffs();
	fd = make_map(BPF_MAP_TYPE_HASH, 4, 8, 5, BPF_F_NO_PREALLOC);
	obj_pin(fd, KEPT);
	skel = OPEN(pin);
	skel->maps.lskel_kept.max_entries = 5;
	LOAD(pin, skel);
	CHECK_EQ(map_id(skel->maps.lskel_kept.map_fd), map_id(fd), "id");
	pin__destroy(skel);
	close(fd);
}

LOAD_TEST(pin_root_and_paths_and_new_directories)
{
	struct pin *skel;
	struct stat st;

	private_bpffs();
	umask(0);
	skel = OPEN(pin);
	skel->opts.pin_root = ROOT "/a/b";
	skel->opts.pin_path.member = ROOT "//c/m";
	LOAD(pin, skel);
	CHECK(!lstat(ROOT "/a/b", &st) && (st.st_mode & 0777) == 0700, "mode of the directory: %o", st.st_mode);
	CHECK(exists(ROOT "/a/b/lskel_kept") && exists(ROOT "/c/m") && !exists(KEPT), "where they are pinned");
	CHECK_EQ(skel->opts.pinned.member, LSKEL_PIN_MADE, "pinned");
	CHECK_EQ(pin__unpin_maps(skel), 0, "unpin");
	CHECK(!exists(ROOT "/a/b/lskel_kept") && !exists(ROOT "/c/m"), "it is still pinned");
	pin__destroy(skel);
}

static void link_file(void) { CHECK(!symlink(ROOT "/elsewhere", KEPT), "symlink"); }
static void link_dir(void) { CHECK(!mkdir(ROOT "/real", 0700) && !symlink(ROOT "/real", ROOT "/d"), "symlink"); }
static void foreign_dir(void) { CHECK(!mkdir(ROOT "/d", 0700) && !chown(ROOT "/d", 1234, 0), "chown"); }
static void open_dir(void) { CHECK(!mkdir(ROOT "/d", 0700) && !chmod(ROOT "/d", 0770), "chmod"); }
static void sticky_dir(void) { CHECK(!mkdir(ROOT "/d", 0700) && !chmod(ROOT "/d", 01777), "chmod"); }
static void dir_for_map(void) { CHECK(!mkdir(KEPT, 0700), "mkdir"); }
static void open_root(void) { CHECK(!chmod(ROOT, 0777), "chmod"); }
static void foreign_root(void) { CHECK(!chown(ROOT, 1234, 0), "chown"); }

static void pin_good(void)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, 4, 8, 8, BPF_F_NO_PREALLOC);

	obj_pin(fd, KEPT);
	close(fd);
}

static void foreign_pin(void)
{
	pin_good();
	CHECK(!chown(KEPT, 1234, 0), "chown");
}

static void open_pin(void)
{
	pin_good();
	CHECK(!chmod(KEPT, 0620), "chmod");
}

/* Somebody's link to a map of ours: what is behind it would do, the link would not. */
static void link_to_pin(void)
{
	int fd = make_map(BPF_MAP_TYPE_HASH, 4, 8, 8, BPF_F_NO_PREALLOC);

	obj_pin(fd, ROOT "/good");
	CHECK(!symlink(ROOT "/good", KEPT), "symlink");
	close(fd);
}

static void pin_a_prog(void)
{
	const struct bpf_insn insns[] = { { .code = 0xb7 }, { .code = 0x95 } };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2,
				.insns = (__u64)(uintptr_t)insns, .license = (__u64)(uintptr_t)"GPL" };
	int fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));

	CHECK(fd > 0, "program: %d", fd);
	obj_pin(fd, KEPT);
	close(fd);
}

LOAD_TEST(pin_path_that_others_can_touch_is_refused)
{
	static const struct {
		void (*make)(void);
		const char *path, *msg;
		int err;
	} rows[] = {
		{ link_file, NULL, "'" KEPT "' is a symbolic link: -ELOOP", -ELOOP },
		{ link_to_pin, NULL, "'" KEPT "' is a symbolic link: -ELOOP", -ELOOP },
		{ link_dir, ROOT "/d/m", "'" ROOT "/d' is a symbolic link: -ELOOP", -ELOOP },
		{ foreign_dir, ROOT "/d/m", "'" ROOT "/d' belongs to another user: -EPERM", -EPERM },
		{ foreign_pin, NULL, "'" KEPT "' belongs to another user: -EPERM", -EPERM },
		{ open_dir, ROOT "/d/m", "'" ROOT "/d' is writable by group or others: -EPERM", -EPERM },
		{ sticky_dir, ROOT "/d/m", "'" ROOT "/d' is writable by group or others: -EPERM", -EPERM },
		{ open_pin, NULL, "'" KEPT "' is writable by group or others: -EPERM", -EPERM },
		{ open_root, NULL, "'" ROOT "' is writable by group or others: -EPERM", -EPERM },
		{ foreign_root, NULL, "'" ROOT "' belongs to another user: -EPERM", -EPERM },
		{ dir_for_map, NULL, "'" KEPT "' is not a pinned map: -EINVAL", -EINVAL },
		{ pin_good, KEPT "/m", "'" KEPT "' is not a directory: -ENOTDIR", -ENOTDIR },
		{ NULL, "/tmp/lskel_kept", "'/tmp/lskel_kept' is not on a BPF file system: -EINVAL", -EINVAL },
		{ NULL, "/no/such/path", "'/no' can't be opened: -ENOENT", -ENOENT },
		{ NULL, "lskel_kept", "'lskel_kept' is not an absolute path: -EINVAL", -EINVAL },
		{ NULL, ROOT "/../bpf/m", "'" ROOT "/..' has '.' or '..' in it: -EINVAL", -EINVAL },
		{ NULL, ROOT "/", "'" ROOT "/' ends without a name: -EINVAL", -EINVAL },
	};
	char want[256];

	private_bpffs();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pin *skel;

		if (umount2(ROOT, MNT_DETACH))
			test_fail(__FILE__, __LINE__, "umount: %s", strerror(errno));
		new_bpffs(ROOT);
		if (rows[i].make)
			rows[i].make();
		skel = OPEN(pin);
		skel->opts.pin_path.lskel_kept = rows[i].path;
		snprintf(want, sizeof(want), "map 'lskel_kept': %s", rows[i].msg);
		load_says(skel, rows[i].err, want);
		CHECK(!exists(KEPT_TOO), "the other map was pinned");
		pin__destroy(skel);
	}
	/* and what isn't a map, though it is ours */
	CHECK(!umount2(ROOT, MNT_DETACH), "umount");
	new_bpffs(ROOT);
	pin_a_prog();
	{
		struct pin *skel = OPEN(pin);
		char msg[1024];

		CHECK_EQ(LOAD_FAILS(pin, skel, msg), -EINVAL, "error");
		check_says(msg, "map 'lskel_kept': pinned map '" KEPT "' has ");
		pin__destroy(skel);
	}
}

LOAD_TEST(pin_without_bpffs_is_refused)
{
	struct pin *skel;

	private_bpffs();
	CHECK(!mount("none", ROOT, "tmpfs", 0, NULL), "tmpfs: %s", strerror(errno));
	skel = OPEN(pin);
	load_says(skel, -EINVAL, "map 'lskel_kept': '" KEPT "' is not on a BPF file system: -EINVAL");
	pin__destroy(skel);
}

/* The last pin can't be made: those of this load go, those of others stay. */
LOAD_TEST(pin_that_fails_undoes_the_load)
{
	struct pin *skel;
	int fd;

	private_bpffs();
	pin_good();
	CHECK(!mount("none", "/tmp", "tmpfs", 0, NULL), "tmpfs: %s", strerror(errno));
	new_bpffs("/tmp/ro");
	CHECK(!mount("none", "/tmp/ro", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), "remount: %s", strerror(errno));
	skel = OPEN(pin);
	skel->opts.pin_path.outer = "/tmp/ro/outer";
	load_says(skel, -EROFS, "map 'outer': '/tmp/ro/outer' can't be pinned: BPF_OBJ_PIN: -EROFS");
	CHECK_EQ(skel->maps.outer.map_fd, 0, "fd");
	CHECK(!exists(KEPT_TOO), "what this load has pinned is still there");
	fd = obj_get(KEPT);
	CHECK(fd > 0, "what was pinned before is gone");
	close(fd);
	/* Another attempt, without it. */
	skel->opts.pin_path.outer = NULL;
	LOAD(pin, skel);
	CHECK_EQ(skel->opts.pinned.lskel_kept, LSKEL_PIN_FOUND, "pinned");
	CHECK_EQ(skel->opts.pinned.lskel_kept_too, LSKEL_PIN_MADE, "pinned");
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 1, "count");
	pin__destroy(skel);
}

/* Two programs start at once: the one that comes second uses the first one's map. */
LOAD_TEST(pin_made_by_another_meanwhile_is_used)
{
	struct pin *skel;
	int fd;

	private_bpffs();
	other = pin_good;
	skel = OPEN_AND_LOAD(pin);
	CHECK(!other, "the hook didn't run");
	CHECK_EQ(skel->opts.pinned.lskel_kept, LSKEL_PIN_FOUND, "pinned");
	CHECK_EQ(skel->opts.pinned.lskel_kept_too, LSKEL_PIN_MADE, "pinned");
	fd = obj_get(KEPT);
	CHECK_EQ(map_id(skel->maps.lskel_kept.map_fd), map_id(fd), "id");
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 1, "count");
	CHECK_EQ(value_at_0(fd), 1, "counted in the other's map");
	close(fd);
	pin__destroy(skel);
}

LOAD_TEST(pin_of_a_map_switched_off)
{
	struct pin *skel;

	private_bpffs();
	skel = OPEN(pin);
	skel->opts.autocreate.lskel_kept = LSKEL_OFF;
	skel->opts.autoload.count = LSKEL_OFF;
	LOAD(pin, skel);
	CHECK(!exists(KEPT) && exists(KEPT_TOO), "what is pinned");
	CHECK_EQ(skel->maps.lskel_kept.map_fd, 0, "fd");
	pin__destroy(skel);
}

LOAD_TEST(reuse_fd_is_used_and_stays_the_programs)
{
	struct pin *skel;
	unsigned int key = 1, id;
	int given, member;

	private_bpffs();
	given = make_map(BPF_MAP_TYPE_HASH, 4, 8, 8, BPF_F_NO_PREALLOC);
	member = make_map(BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0);
	skel = OPEN(pin);
	skel->opts.reuse_fd.lskel_kept = given;
	skel->opts.reuse_fd.member = member;
	LOAD(pin, skel);
	CHECK(skel->maps.lskel_kept.map_fd > 0 && skel->maps.lskel_kept.map_fd != given, "no fd of its own");
	CHECK_EQ(map_id(skel->maps.lskel_kept.map_fd), map_id(given), "id");
	CHECK(!exists(KEPT), "it is pinned");
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 1, "through the outer map");
	CHECK_EQ(map_lookup(skel->maps.outer.map_fd, &key, &id), 0, "slot of the outer map");
	CHECK_EQ(id, map_id(member), "id in the slot of the outer map");
	CHECK_EQ(skel->opts.reuse_fd.lskel_kept, given, "what the program has set");
	pin__destroy(skel);
	CHECK_EQ(value_at_0(given), 1, "counted in the given map");
	CHECK_EQ(value_at_0(member), 1, "counted in the given member");
	close(given);
	close(member);
}

/* Global variables live on in a map that is taken over; initial values are not written again. */
LOAD_TEST(reuse_fd_of_global_data)
{
	struct pin *first, *second;

	private_bpffs();
	first = OPEN_AND_LOAD(pin);
	run_pkt(first->progs.count.prog_fd);
	second = OPEN(pin);
	second->opts.reuse_fd.data = first->maps.data.map_fd;
	second->data->runs = 7;
	second->rodata->step = 10;
	LOAD(pin, second);
	CHECK_EQ(second->data->runs, 101, "the variable as the first one has left it");
	run_pkt(second->progs.count.prog_fd);
	CHECK_EQ(first->data->runs, 111, "seen by the first one");
	CHECK_EQ(first->rodata->step, 1, "the first one's constant");
	pin__destroy(first);
	CHECK_EQ(second->data->runs, 111, "after the first one is gone");
	pin__destroy(second);
}

LOAD_TEST(reuse_fd_incompatible_is_named)
{
	static const struct {
		unsigned int key, value, entries;
		const char *msg;
		int err;
	} rows[] = {
		{ 4, 8, 9, "map 'lskel_kept': given map has max_entries 9, not 8: -EINVAL", -EINVAL },
		{ 4, 16, 8, "map 'lskel_kept': given map has value_size 16, not 8: -EINVAL", -EINVAL },
		{ 0, 0, 0, "map 'lskel_kept': given descriptor: -EBADF", -EBADF },
	};

	private_bpffs();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pin *skel = OPEN(pin);
		int fd = 999;

		if (rows[i].key)
			fd = make_map(BPF_MAP_TYPE_HASH, rows[i].key, rows[i].value, rows[i].entries, BPF_F_NO_PREALLOC);
		skel->opts.reuse_fd.lskel_kept = fd;
		load_says(skel, rows[i].err, rows[i].msg);
		if (rows[i].key)
			CHECK(!close(fd), "the given descriptor was closed");
		pin__destroy(skel);
	}
}

/* A load that fails later keeps nothing of a given map either. */
LOAD_TEST(reuse_fd_survives_a_failed_load)
{
	struct pin *skel;
	int given;

	private_bpffs();
	given = make_map(BPF_MAP_TYPE_HASH, 4, 8, 8, BPF_F_NO_PREALLOC);
	skel = OPEN(pin);
	skel->opts.reuse_fd.lskel_kept = given;
	skel->opts.autocreate.outer = LSKEL_OFF;
	load_says(skel, -EINVAL, "prog 'count': uses map 'outer', which is switched off: -EINVAL");
	CHECK(map_id(given), "the given descriptor was closed");
	skel->opts.autocreate.outer = LSKEL_DEFAULT;
	LOAD(pin, skel);
	CHECK_EQ(run_pkt(skel->progs.count.prog_fd), 1, "count");
	pin__destroy(skel);
	close(given);
}
