/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Pinned maps. What is pinned already is found before the load and used by it, what is new is pinned
 * after it. Only in skeletons of objects with LIBBPF_PIN_BY_NAME, and of `lskel gen --pinning`.
 *
 * The root of a BPF file system is world-writable, mostly, so a name in it means nothing: what lies there
 * is used only if nobody else can have put it there or can change it. So paths are walked here, one
 * component after the other and never through symbolic links; from the root of the file system down all
 * that is met must be ours (or the superuser's) and writable by nobody else. The root itself may be
 * writable by all if it is sticky, as /tmp is.
 */
#ifndef LSKEL_PIN_H
#define LSKEL_PIN_H

#define LSKEL_PATH_SZ 512u

/* On the way to a pin. */
struct lskel_walk {
	struct lskel_io *io;
	unsigned int map;
	char path[LSKEL_PATH_SZ];
	const char *name; /* the path's last component */
	int create;       /* make directories that are missing */
	int on_bpffs;     /* has come to a BPF file system */
	int absent;       /* the error is that there is no such file: nothing is pinned */
};

/* Is a map to be pinned, as far as the object and the program say? */
static inline int lskel_map_is_pinned(const struct lskel_io *io, unsigned int map)
{
	return io->pinned && lskel_map_is_on(io, map) &&
	       (io->pin_path[map] || (io->desc->maps[map].flags & LSKEL_MAP_PIN));
}

LSKEL_ONCE int lskel_fail_pin(struct lskel_walk *w, int err, const char *what)
{
	const char *parts[] = { "'", w->path, "' ", what };

	return lskel_fail_parts(w->io->state, err, LSKEL_TEXT("map"), w->io->desc->maps[w->map].name, parts,
				4);
}

static inline int lskel_walk_start(struct lskel_walk *w, struct lskel_io *io, unsigned int map, int create)
{
	const char *parts[3];
	unsigned int i, j, len = 0;

	lskel_zero(w, sizeof(*w));
	w->io = io;
	w->map = map;
	w->create = create;
	lskel_pin_parts(io, map, parts);
	for (i = 0; i < 3; i++) {
		for (j = 0; parts[i] && parts[i][j]; j++) {
			if (len == LSKEL_PATH_SZ - 1)
				return lskel_fail_pin(w, -ENAMETOOLONG, LSKEL_TEXT("... is too long"));
			w->path[len++] = parts[i][j];
		}
	}
	return w->path[0] == '/' ? 0 : lskel_fail_pin(w, -EINVAL, LSKEL_TEXT("is not an absolute path"));
}

/* Can what is open as @fd be trusted? w->path is its name. */
LSKEL_ONCE int lskel_walk_check(struct lskel_walk *w, int fd, int is_dir)
{
	unsigned int uid, mode, euid = lskel_sys_euid();
	int err, was_on_bpffs = w->on_bpffs;

	err = lskel_sys_stat(fd, &uid, &mode);
	if (err < 0)
		return lskel_fail_pin(w, err, LSKEL_TEXT("can't be looked at"));
	if ((mode & 0170000) == 0120000)
		return lskel_fail_pin(w, -ELOOP, LSKEL_TEXT("is a symbolic link"));
	if (is_dir && (mode & 0170000) != 0040000)
		return lskel_fail_pin(w, -ENOTDIR, LSKEL_TEXT("is not a directory"));
	if (!is_dir && (mode & 0170000) != 0100000)
		return lskel_fail_pin(w, -EINVAL, LSKEL_TEXT("is not a pinned map"));
	w->on_bpffs = lskel_sys_on_bpffs(fd);
	if (w->on_bpffs < 0)
		return lskel_fail_pin(w, w->on_bpffs, LSKEL_TEXT("can't be looked at"));
	if (!w->on_bpffs)
		return 0; /* the way to it is the administrator's affair */
	if (uid && uid != euid)
		return lskel_fail_pin(w, -EPERM, LSKEL_TEXT("belongs to another user"));
	if ((mode & 0022) && (was_on_bpffs || !(mode & 01000)))
		return lskel_fail_pin(w, -EPERM, LSKEL_TEXT("is writable by group or others"));
	return 0;
}

/* One directory further. Closes @dir; returns the next one. */
static inline int lskel_walk_step(struct lskel_walk *w, int dir, const char *name)
{
	int err = 0, fd;

	if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]))) {
		lskel_sys_close(dir);
		return lskel_fail_pin(w, -EINVAL, LSKEL_TEXT("has '.' or '..' in it"));
	}
	fd = lskel_sys_look(dir, name);
	if (fd == -ENOENT && w->on_bpffs) {
		w->absent = !w->create;
		if (w->create)
			err = lskel_sys_mkdir(dir, name, 0700);
		if (w->create && (!err || err == -EEXIST))
			fd = lskel_sys_look(dir, name);
	}
	lskel_sys_close(dir);
	if (w->absent)
		return -ENOENT;
	if (err && err != -EEXIST)
		return lskel_fail_pin(w, err, LSKEL_TEXT("can't be made"));
	if (fd < 0)
		return lskel_fail_pin(w, fd, LSKEL_TEXT("can't be opened"));
	err = lskel_walk_check(w, fd, 1);
	if (err)
		lskel_sys_close(fd);
	return err ? err : fd;
}

/*
 * The directory that a map's pin is in, or is to be in: open, and found trustworthy. w->name is the pin's
 * name there.
 */
LSKEL_ONCE int lskel_walk_dir(struct lskel_walk *w, struct lskel_io *io, unsigned int map, int create)
{
	char *at, *from;
	int dir, err = lskel_walk_start(w, io, map, create);

	if (err)
		return err;
	dir = lskel_sys_look(-100 /* AT_FDCWD */, "/");
	for (at = w->path;;) {
		while (*at == '/')
			at++;
		from = at;
		while (*at && *at != '/')
			at++;
		if (!*at || dir < 0)
			break;
		*at = 0; /* messages show the path up to here */
		dir = lskel_walk_step(w, dir, from);
		if (dir < 0)
			return dir;
		*at = '/';
	}
	w->name = from;
	if (dir < 0)
		return lskel_fail_pin(w, dir, LSKEL_TEXT("can't be looked at"));
	if (!w->on_bpffs)
		err = lskel_fail_pin(w, -EINVAL, LSKEL_TEXT("is not on a BPF file system"));
	else if (!*from || (from[0] == '.' && (!from[1] || (from[1] == '.' && !from[2]))))
		err = lskel_fail_pin(w, -EINVAL, LSKEL_TEXT("ends without a name"));
	if (err)
		lskel_sys_close(dir);
	return err ? err : dir;
}

/*
 * BPF_OBJ_PIN and BPF_OBJ_GET take paths and follow links, so they get one that leads nowhere but to what
 * was checked: through /proc. Where that is not mounted it must be the path itself; nobody else can move
 * anything on it.
 */
LSKEL_ONCE int lskel_pin_cmd(struct lskel_walk *w, unsigned int cmd, int dir, const char *name, int bpf_fd)
{
	struct lskel_attr_pin attr;
	char path[16 + 12 + 256], num[24];
	const char *parts[4];
	unsigned int i, j, len = 0;
	int ret;

	parts[0] = "/proc/self/fd/";
	parts[1] = lskel_num_text(num, (__u64)dir, 10);
	parts[2] = name ? "/" : "";
	parts[3] = name ? name : "";
	for (i = 0; i < 4; i++) {
		for (j = 0; parts[i][j] && len < sizeof(path) - 1; j++)
			path[len++] = parts[i][j];
	}
	path[len] = 0;
	lskel_zero(&attr, sizeof(attr));
	attr.pathname = lskel_ptr(path);
	attr.bpf_fd = (__u32)bpf_fd;
	ret = (int)lskel_sys_bpf(cmd, &attr, sizeof(attr));
	if (ret == -ENOENT) {
		attr.pathname = lskel_ptr(w->path);
		ret = (int)lskel_sys_bpf(cmd, &attr, sizeof(attr));
	}
	return ret;
}

/* What is pinned at a map's path: an fd > 0, 0 if nothing is, or a negative errno. */
static inline int lskel_pin_find(struct lskel_io *io, unsigned int map)
{
	struct lskel_walk w;
	int dir = lskel_walk_dir(&w, io, map, 0), file, fd;

	if (dir < 0)
		return w.absent ? 0 : dir;
	file = lskel_sys_look(dir, w.name);
	lskel_sys_close(dir);
	if (file == -ENOENT)
		return 0;
	if (file < 0)
		return lskel_fail_pin(&w, file, LSKEL_TEXT("can't be opened"));
	fd = lskel_walk_check(&w, file, 0);
	if (!fd) {
		fd = lskel_pin_cmd(&w, LSKEL_BPF_OBJ_GET, file, NULL, 0);
		if (fd == 0) { /* stands for "none" */
			fd = lskel_sys_dup_nonzero(0);
			lskel_sys_close(0);
		}
		if (fd < 0)
			lskel_fail_pin(&w, fd, LSKEL_TEXT("is pinned: BPF_OBJ_GET"));
	}
	lskel_sys_close(file);
	return fd;
}

static inline int lskel_pin_make(struct lskel_io *io, unsigned int map)
{
	struct lskel_walk w;
	int dir = lskel_walk_dir(&w, io, map, 1), err;

	if (dir < 0)
		return dir;
	err = lskel_pin_cmd(&w, LSKEL_BPF_OBJ_PIN, dir, w.name, io->maps[map].map_fd);
	if (err < 0)
		lskel_fail_pin(&w, err, LSKEL_TEXT("can't be pinned: BPF_OBJ_PIN"));
	lskel_sys_close(dir);
	return err;
}

/*
 * Remove the pins of the maps that are pinned so (LSKEL_PIN_*, or both). The maps stay. The first error
 * is returned.
 */
LSKEL_ONCE int lskel_unpin(struct lskel_io *io, unsigned int which)
{
	struct lskel_walk w;
	unsigned int i;
	int first = 0, dir, err;

	for (i = 0; i < io->desc->map_cnt; i++) {
		if (!(io->pinned[i] & which))
			continue;
		dir = lskel_walk_dir(&w, io, i, 0);
		err = dir;
		if (dir >= 0) {
			err = lskel_sys_unlink(dir, w.name);
			lskel_sys_close(dir);
		}
		if (err == -ENOENT)
			err = 0; /* somebody else was faster */
		else if (err < 0 && dir >= 0)
			lskel_fail_pin(&w, err, LSKEL_TEXT("can't be removed"));
		if (err < 0 && !first)
			first = err;
		if (err >= 0)
			io->pinned[i] = 0;
	}
	return first;
}

/*
 * Pin the maps that this load has created. -EEXIST with *@again set: somebody else did so since we
 * looked.
 */
static inline int lskel_pin_new(struct lskel_io *io, int *again)
{
	unsigned int i;
	int err;

	for (i = 0; i < io->desc->map_cnt; i++) {
		if (io->pinned[i] || io->reuse_fd[i] > 0 || io->maps[i].map_fd <= 0 ||
		    !lskel_map_is_pinned(io, i))
			continue;
		err = lskel_pin_make(io, i);
		if (err < 0) {
			struct lskel_state said;

			if (io->state)
				lskel_copy(&said, io->state, sizeof(said));
			lskel_unpin(io, LSKEL_PIN_MADE);
			lskel_unload(io);
			if (io->state)
				lskel_copy(io->state, &said, sizeof(said));
			*again = err == -EEXIST;
			return err;
		}
		io->pinned[i] = LSKEL_PIN_MADE;
	}
	return 0;
}

/*
 * @load, which is lskel_load() or one of its kind, with pins: afterwards io->pinned says what was found
 * and what was made. A map whose fd the program gives is neither looked for nor pinned. After a failure
 * nothing is pinned that wasn't before; directories may have been made.
 */
static inline int lskel_pin_load(struct lskel_io *io, int (*load)(struct lskel_io *io))
{
	unsigned int i;
	int err, fd, again, tries = 0;

	do {
		lskel_state_clear(io->state);
		again = 0;
		err = 0;
		for (i = 0; i < io->desc->map_cnt; i++)
			io->pinned[i] = 0;
		for (i = 0; i < io->desc->map_cnt && !err; i++) {
			if (io->reuse_fd[i] > 0 || !lskel_map_is_pinned(io, i))
				continue;
			fd = lskel_pin_find(io, i);
			err = fd < 0 ? fd : 0;
			io->reuse_fd[i] = fd > 0 ? fd : io->reuse_fd[i];
			io->pinned[i] = fd > 0 ? LSKEL_PIN_FOUND : 0;
		}
		if (!err)
			err = load(io);
		if (!err)
			err = lskel_pin_new(io, &again);
		for (i = 0; i < io->desc->map_cnt; i++) {
			if (io->pinned[i] == LSKEL_PIN_FOUND)
				lskel_close(&io->reuse_fd[i]);
			if (err)
				io->pinned[i] = 0;
		}
	} while (again && ++tries < 5);
	return err;
}

#endif
