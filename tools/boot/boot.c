// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * lskel-boot: loads, attaches and pins packed skeletons (lskel/pack_format.h). One static program without a
 * libc, for an initramfs, where there is nothing else yet. `usage` below says what it does.
 */
#if __STDC_HOSTED__
#error "compile with -ffreestanding"
#endif

#include "../../gen_loader/format.h"
#include "../../lskel/runtime/desc.h"

#define LSKEL_LOG_PLACE(desc) "its log above"
#include "../../lskel/runtime/runtime.h"
#include "../../lskel/runtime/struct_ops.h"
#include "../../lskel/runtime/btf_ops.h"

#include "../../lskel/pack_format.h"
#include "../../lskel/sha256.h"
#include "../../lskel/pack_read.h"
#include "calls.h"
#include "pins.h"
#include "start.h"

static const char usage[] =
	"usage: lskel-boot [-kmnuv] [-p DIR] [-s KEYRING] [-x PROGRAM] FILE...\n"
	"Loads packed BPF skeletons (lskel pack OBJ -o FILE) and attaches what needs no more than they say.\n"
	"  -p DIR      pin what was loaded and end: DIR/NAME/maps/MAP, .../progs/PROG, .../links/PROG\n"
	"              (without it, stay until a signal comes, since the end detaches and unloads)\n"
	"  -x PROGRAM  become PROGRAM in the end, also if something has failed: as init\n"
	"  -k          keep going: a file that fails is no reason not to load the next one\n"
	"  -m          mount /proc, /sys, tracefs and bpffs first, where they are not; as process 1, always\n"
	"  -n          only check the files\n"
	"  -s KEYRING  only signed files, by a key of this keyring: 0, 1, 2 the kernel's (builtin, secondary,\n"
	"              platform), a serial number, or as KEY_SPEC_* (-3: session). Without -s, 0 for what is signed\n"
	"  -u          load signed files unchecked where the kernel can't check signatures\n"
	"  -v          say what was loaded\n"
	"Exit status: 0, or 1 if something failed (nothing of that file stays loaded),\n"
	"or 2 for a wrong command line.\n";

struct opts {
	const char *pin_dir, *next, *keyring;
	int keep_going, mounts, check_only, verbose, only_signed, keyring_id, unsigned_ok;
};

/* All that belongs to a file. What is loaded stays open until the end. */
struct job {
	const char *path;
	struct lskel_pack pack;
	struct lskel_io io;
	struct lskel_state state;
	struct lskel_hold *holds;
	int *links, *ops_links;
	unsigned int attached;
};

/* The kinds that can need no argument (lskel/attach.c: is_alone()). */
static const struct {
	const char *name;
	int (*attach)(struct lskel_attach *);
} kinds[] = {
#define KIND(name) { #name, lskel_attach_##name }
	KIND(raw_tp), KIND(trace), KIND(iter), KIND(tp), KIND(kprobe), KIND(ksyscall), KIND(uprobe),
	KIND(kprobe_multi), KIND(uprobe_multi), KIND(trace_multi),
#undef KIND
};

/* At most: the signatures behind a signed file may be shorter. */
static size_t file_sz(const struct lskel_pack_hdr *hdr)
{
	return hdr->version != LSKEL_PACK_SIGNED || hdr->sz > LSKEL_PACK_MAX ? hdr->sz : (size_t)hdr->sz + LSKEL_PACK_SIGS_MAX;
}

/* The whole file into memory of its own; NULL, or what is wrong. */
static const char *read_all(const char *path, unsigned char **data, size_t *sz, long *err)
{
	struct lskel_pack_hdr hdr;
	long fd = LSKEL_SYS4(openat, -100 /* AT_FDCWD */, path, LSKEL_O_CLOEXEC, 0), n;
	const char *why = NULL;
	size_t want;

	*data = NULL;
	*err = fd;
	if (fd < 0)
		return "open";
	n = LSKEL_SYS3(read, fd, &hdr, sizeof(hdr));
	*err = n < 0 ? n : 0;
	/*
	 * what is no packed file need not be read; one of the other byte order is recognised by its first
	 * bytes
	 */
	want = n == (long)sizeof(hdr) && hdr.magic == LSKEL_PACK_MAGIC ? file_sz(&hdr) : n < 0 ? 0 : (size_t)n;
	if (n < 0)
		why = "read";
	else if (want > LSKEL_PACK_MAX + LSKEL_PACK_SIGS_MAX)
		why = "is malformed: its size";
	else
		*data = (unsigned char *)lskel_alloc((want > sizeof(hdr) ? want : sizeof(hdr)) + 1);
	if (!why && !*data)
		why = "no memory for it";
	if (!why) {
		lskel_copy(*data, &hdr, (size_t)n);
		*sz = (size_t)n;
		/* one byte more than it should have, to see that it has no more */
		while (n > 0 && *sz < want + 1) {
			n = LSKEL_SYS3(read, fd, *data + *sz, want + 1 - *sz);
			*err = n < 0 ? n : 0;
			*sz += n > 0 ? (size_t)n : 0;
		}
		why = *err ? "read" : NULL;
	}
	lskel_sys_close((int)fd);
	return why;
}

/* Tables of the runtime, one after the other in one piece of memory. */
static int make_room(struct job *job)
{
	const struct lskel_desc *d = &job->pack.desc;
	const unsigned int maps = d->map_cnt, progs = d->prog_cnt, ops = d->ops ? d->ops->cnt : 0;
	const size_t sz = progs * sizeof(*job->holds) + maps * sizeof(struct bpf_map_desc) +
			  ops * sizeof(struct lskel_ops) + maps * sizeof(struct lskel_arena) +
			  progs * (sizeof(struct bpf_prog_desc) + sizeof(int)) + (ops + maps) * sizeof(int) +
			  maps + 8 + (maps + 1) * sizeof(char *);
	char *mem = (char *)lskel_alloc(sz);

	if (!mem)
		return lskel_fail(&job->state, -ENOMEM, NULL, NULL, "tables");
#define TAKE(cnt, type) (type *)(void *)mem, mem += (cnt) * sizeof(type)
	job->io.desc = d;
	job->io.state = &job->state;
	job->io.pin_path = TAKE(maps + 1, const char *);
	job->holds = TAKE(progs, struct lskel_hold);
	job->io.maps = TAKE(maps, struct bpf_map_desc);
	job->io.ops = TAKE(ops, struct lskel_ops);
	job->io.arenas = TAKE(maps, struct lskel_arena);
	job->io.progs = TAKE(progs, struct bpf_prog_desc);
	job->links = TAKE(progs, int);
	job->ops_links = TAKE(ops, int);
	job->io.reuse_fd = TAKE(maps, int);
	job->io.pinned = TAKE(maps, unsigned char);
#undef TAKE
	job->io.links = job->links;
	job->io.patch_targets = lskel_patch_targets;
	job->io.patch_arenas = lskel_patch_arenas;
	if (d->sign)
		job->io.try_signed = lskel_signed_try;
	if (!ops) {
		job->io.ops = NULL;
		return 0;
	}
	job->pack.ops.patch = lskel_ops_patch;
	job->pack.ops.find = lskel_btf_find_ops;
	return lskel_ops_open(&job->io) ? lskel_fail(&job->state, -ENOMEM, NULL, NULL, "struct_ops") : 0;
}

static int attach_prog(struct job *job, unsigned int i)
{
	const struct lskel_attach_row *row = &job->pack.attach[i];
	const struct lskel_prog_row *prog = &job->io.desc->progs[i];
	struct lskel_attach_to to;
	unsigned int k;

	if (job->io.progs[i].prog_fd <= 0 || job->links[i] > 0 || (prog->flags & LSKEL_PROG_APART))
		return 0;
	if (!(row->how & LSKEL_HOW_ALONE) || !row->kind) {
		SAY(job->path, ": prog '", prog->name, "' is not attached: SEC(\"", row->sec,
		    "\") does not say what to");
		return 0;
	}
	to.prog = prog->name;
	to.target = row->target;
	to.attach_type = row->type;
	to.flags = row->flags;
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (lskel_same(kinds[k].name, row->kind))
			return lskel_attach_one(kinds[k].attach, &job->state, &to, job->io.progs[i].prog_fd,
						NULL, &job->links[i], &job->holds[i]);
	return lskel_fail(&job->state, -EOPNOTSUPP, "prog", prog->name,
			  "is attached in a way that is not known here");
}

static int attach(struct job *job)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < job->io.desc->prog_cnt && err >= 0; i++)
		err = attach_prog(job, i);
	if (err >= 0 && job->io.ops)
		err = lskel_ops_attach_all(&job->io, job->ops_links);
	for (i = 0; i < job->io.desc->prog_cnt; i++)
		job->attached += job->links[i] > 0;
	for (i = 0; job->io.ops && i < job->io.desc->ops->cnt; i++)
		job->attached += job->ops_links[i] > 0;
	return err < 0 ? err : 0;
}

/* After a failure: nothing of the file stays. The message does. */
static void undo(struct job *job)
{
	unsigned int i;

	for (i = 0; i < job->io.desc->prog_cnt; i++)
		lskel_detach_one(job->io.progs[i].prog_fd, &job->links[i], &job->holds[i]);
	if (job->io.ops)
		lskel_ops_detach_all(&job->io, job->ops_links);
	job->io.state = NULL;
	lskel_unpin(&job->io, LSKEL_PIN_MADE);
	lskel_unload(&job->io);
	lskel_arena_free(&job->io);
}

static void say_loaded(const struct job *job)
{
	unsigned int i, maps = 0, progs = 0;
	char num[3][24];

	for (i = 0; i < job->io.desc->map_cnt; i++)
		maps += job->io.maps[i].map_fd > 0;
	for (i = 0; i < job->io.desc->prog_cnt; i++)
		progs += job->io.progs[i].prog_fd > 0;
	SAY(job->path, ": loaded: maps ", lskel_num_text(num[0], maps, 10), ", programs ",
	    lskel_num_text(num[1], progs, 10), ", attached ", lskel_num_text(num[2], job->attached, 10));
}

static int load(struct job *job, const struct opts *opts)
{
	struct boot_pins pins;
	struct lskel_path dir = { pins.path, 0, sizeof(pins.path) - 1 };
	int err = make_room(job);
	unsigned int i;

	job->io.keyring_id = opts->keyring_id;
	job->io.unsigned_ok = opts->unsigned_ok;
	for (i = 0; i < job->io.desc->target_cnt && !err; i++)
		if (job->io.desc->targets[i].flags & LSKEL_TARGET_MUST)
			err = lskel_fail(&job->state, -EOPNOTSUPP, "prog",
					 job->io.desc->progs[job->io.desc->targets[i].prog].name,
					 "attaches to another program, which nobody can name here");
	if (!err)
		err = lskel_pin_load(&job->io, job->io.ops ? lskel_ops_load : lskel_load);
	if (err) {
		if (lskel_log(&job->state))
			boot_write(2, job->state.log, boot_len(job->state.log));
		return err;
	}
	err = attach(job);
	if (!err && opts->pin_dir) {
		pins.st = &job->state;
		lskel_path_add(&dir, opts->pin_dir);
		while (dir.len > 1 && pins.path[dir.len - 1] == '/')
			dir.len--;
		pins.dir_len = dir.len;
		err = boot_pin(&pins, &job->io, job->links, job->ops_links);
	}
	if (err)
		undo(job);
	return err;
}

static int do_file(struct job *job, const struct opts *opts)
{
	const char *why, *more = "";
	char text[LSKEL_MSG_SZ];
	unsigned char *data;
	size_t sz = 0;
	long err = 0;

	why = read_all(job->path, &data, &sz, &err);
	if (why && err < 0) {
		SAY(job->path, ": ", why, ": ", boot_errno(text, err));
		return 1;
	}
	if (!why)
		why = lskel_pack_open(&job->pack, data, sz, 0, &more);
	if (why) {
		SAY(job->path, ": ", why, more);
		return 1;
	}
	if (opts->only_signed && !job->pack.is_signed) {
		SAY(job->path, ": is not signed");
		return 1;
	}
	if (opts->check_only)
		return 0;
	if (load(job, opts)) {
		SAY(job->path, ": ", lskel_strerror(&job->state));
		return 1;
	}
	if (opts->verbose)
		say_loaded(job);
	return 0;
}

/* A decimal number, which may be negative. */
static int parse_keyring(const char *s, int *id)
{
	const int minus = *s == '-';
	unsigned int n;

	s += minus;
	n = lskel_parse_num(&s);
	if (n == ~0u || *s || n > 0x7fffffff)
		return -1;
	*id = minus ? -(int)n : (int)n;
	return 0;
}

/* Options up to the first argument that is none. Returns its index, or -1. */
static int parse(int argc, char **argv, struct opts *opts)
{
	const char *a, **arg;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		for (a = argv[i] + 1; *a; a++) {
			arg = NULL;
			if (*a == 'k')
				opts->keep_going = 1;
			else if (*a == 'm')
				opts->mounts = 1;
			else if (*a == 'n')
				opts->check_only = 1;
			else if (*a == 'v')
				opts->verbose = 1;
			else if (*a == 'u')
				opts->unsigned_ok = 1;
			else if (*a == 's')
				arg = &opts->keyring, opts->only_signed = 1;
			else if (*a == 'p')
				arg = &opts->pin_dir;
			else if (*a == 'x')
				arg = &opts->next;
			else
				return -1;
			if (!arg)
				continue;
			if (a[1])
				*arg = a + 1;
			else if (i + 1 < argc)
				*arg = argv[++i];
			else
				return -1;
			break;
		}
	}
	if (opts->keyring && parse_keyring(opts->keyring, &opts->keyring_id))
		return -1;
	return i < argc ? i : -1;
}

/* @sp: argc, argv, NULL, the environment, NULL */
__attribute__((used, noreturn)) void boot_main(long *sp);
void boot_main(long *sp)
{
	static struct opts opts;
	static struct job none;
	char text[LSKEL_MSG_SZ], **argv = (char **)(sp + 1), **env;
	const int argc = (int)sp[0], first = LSKEL_SYS3(getpid, 0, 0, 0) == 1;
	int i = parse(argc, argv, &opts), failed = 0;

	env = argv + argc + 1;
	if (i < 0) {
		boot_write(2, usage, sizeof(usage) - 1);
		failed = 2;
	} else if (opts.mounts || first) {
		failed = boot_mounts();
	}
	for (; i > 0 && i < argc && (!failed || opts.keep_going); i++) {
		struct job *job = (struct job *)lskel_alloc(sizeof(*job));

		if (!job) {
			job = &none; /* and then lskel_alloc() fails once more, with a message */
			lskel_zero(job, sizeof(*job));
		}
		job->path = argv[i];
		if (do_file(job, &opts))
			failed = 1;
	}
	if (opts.next) {
		char *next[] = { (char *)(unsigned long)opts.next, NULL };
		long err = LSKEL_SYS3(execve, opts.next, next, env);

		SAY(opts.next, ": execve: ", boot_errno(text, err));
		failed = 1;
	} else if (!failed && !opts.pin_dir && !opts.check_only) {
		boot_wait();
	}
	boot_exit(failed);
}
