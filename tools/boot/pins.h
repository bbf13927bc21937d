/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Pinning what was loaded: DIR/NAME/maps/MAP, DIR/NAME/progs/PROG, DIR/NAME/links/PROG. */
#ifndef LSKEL_BOOT_PINS_H
#define LSKEL_BOOT_PINS_H

struct boot_pins {
	char path[512];
	unsigned int dir_len;  /* DIR */
	unsigned int name_len; /* DIR/NAME */
	struct lskel_state *st;
};

/*
 * path = its first @len bytes, then "/@a". bpffs refuses dots in names, so ".rodata" is pinned as "_rodata".
 */
static int boot_path(struct boot_pins *pins, unsigned int len, const char *a)
{
	struct lskel_path p = { pins->path, len, sizeof(pins->path) };
	unsigned int i;

	lskel_path_add(&p, "/");
	lskel_path_add(&p, a);
	if (p.len == sizeof(pins->path) - 1)
		return lskel_fail(pins->st, -ENAMETOOLONG, "pin", pins->path, NULL);
	for (i = len; pins->path[i]; i++)
		if (pins->path[i] == '.')
			pins->path[i] = '_';
	return (int)p.len;
}

/* Makes the directory that `path` names; one that is there is as good, unless it must be @fresh. */
static int boot_mkdir(struct boot_pins *pins, int fresh)
{
	int err = lskel_sys_mkdir(-100 /* AT_FDCWD */, pins->path, 0700);

	if (err == -EEXIST && !fresh)
		err = 0;
	return err < 0 ? lskel_fail(pins->st, err, "pin", pins->path,
				    err == -EEXIST ? "is there already" : "mkdir")
		       : 0;
}

static int boot_pin_one(struct boot_pins *pins, unsigned int len, const char *name, int fd)
{
	struct lskel_attr_pin attr;
	int err = boot_path(pins, len, name);

	if (err < 0)
		return err;
	lskel_zero(&attr, sizeof(attr));
	attr.pathname = lskel_ptr(pins->path);
	attr.bpf_fd = (__u32)fd;
	err = (int)lskel_sys_bpf(LSKEL_BPF_OBJ_PIN, &attr, sizeof(attr));
	return err < 0 ? lskel_fail(pins->st, err, "pin", pins->path, "BPF_OBJ_PIN") : 0;
}

/* Removes what boot_pin() has made. Names that are not there are nothing to complain of. */
static void boot_unpin(struct boot_pins *pins, const struct lskel_desc *d)
{
	static const char *const dirs[] = { "maps", "progs", "links" };
	unsigned int i, j, cnt;
	int len;

	for (i = 0; i < 3; i++) {
		len = boot_path(pins, pins->name_len, dirs[i]);
		cnt = i ? d->prog_cnt : d->map_cnt;
		for (j = 0; len > 0 && j < cnt; j++) {
			if (boot_path(pins, (unsigned int)len, i ? d->progs[j].name : d->maps[j].name) > 0)
				(void)lskel_sys_unlink(-100, pins->path);
			pins->path[len] = 0;
		}
		if (len > 0)
			(void)LSKEL_SYS3(unlinkat, -100, pins->path, 0x200 /* AT_REMOVEDIR */);
	}
	pins->path[pins->name_len] = 0;
	(void)LSKEL_SYS3(unlinkat, -100, pins->path, 0x200);
}

/*
 * Pins maps, programs and links that are open. @links: by program, > 0: a descriptor; @ops_links: by row of
 * struct_ops, registered by a link. All or nothing: what fails leaves no pin behind.
 */
static int boot_pin(struct boot_pins *pins, const struct lskel_io *io, const int *links, const int *ops_links)
{
	const struct lskel_desc *d = io->desc;
	unsigned int i, what;
	int len, err;

	pins->path[pins->dir_len] = 0;
	err = boot_mkdir(pins, 0);
	len = err ? err : boot_path(pins, pins->dir_len, d->name);
	if (len < 0)
		return len;
	pins->name_len = (unsigned int)len;
	err = boot_mkdir(pins, 1);
	if (err)
		return err;
	for (what = 0; what < 3 && !err; what++) {
		len = boot_path(pins, pins->name_len, what == 0 ? "maps" : what == 1 ? "progs" : "links");
		err = len < 0 ? len : boot_mkdir(pins, 0);
		for (i = 0; what == 0 && i < d->map_cnt && !err; i++)
			if (io->maps[i].map_fd > 0)
				err = boot_pin_one(pins, (unsigned int)len, d->maps[i].name,
						   io->maps[i].map_fd);
		for (i = 0; what && i < d->prog_cnt && !err; i++) {
			int fd = what == 1 ? io->progs[i].prog_fd : links[i];

			if (fd > 0)
				err = boot_pin_one(pins, (unsigned int)len, d->progs[i].name, fd);
		}
		for (i = 0; what == 2 && d->ops && i < d->ops->cnt && !err; i++)
			if (ops_links[i] > 0 && (d->ops->rows[i].flags & LSKEL_OPS_LINK))
				err = boot_pin_one(pins, (unsigned int)len, d->maps[d->ops->rows[i].map].name,
						   ops_links[i]);
	}
	if (err)
		boot_unpin(pins, d);
	return err;
}

#endif
