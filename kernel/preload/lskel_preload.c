// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A skeleton that lives in the kernel: loaded and attached when the module comes, and no process is needed
 * for it afterwards. Bpffs mounts of later get its two listings as maps.debug and progs.debug.
 *
 * The descriptors that loading gives are those of insmod, and gone when it ends. So init takes references of
 * its own and closes them: the links hold the programs, those hold their maps, and the skeleton's data
 * pointers hold the maps that they point into.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>

static unsigned int broken;
module_param(broken, uint, 0444);
MODULE_PARM_DESC(broken, "for tests, spoil what is loaded: 1 its header, 2 an operation, 3 the last program; "
			 "4 forget a link");

/* Told to the skeleton's blob when it is ready to run. */
#define LSKEL_TEST_HOOK(io, blob) spoil((io)->desc, blob)
struct lskel_desc;
static void spoil(const struct lskel_desc *desc, unsigned char *blob);

#include "iterators.lskel.h"

static char *title = "lskel";
module_param(title, charp, 0444);
MODULE_PARM_DESC(title, "what the listings start with");

static unsigned long start = 1;
module_param(start, ulong, 0444);
MODULE_PARM_DESC(start, "where the second count starts");

static struct iterators *skel;
static struct bpf_link *links[3];
static DEFINE_MUTEX(lock); /* readers of parameters are not waited for before a module's exit */

/* The kernel's interface for the owner of these two links; its header is not among those for modules. */
struct bpf_preload_info {
	char link_name[16];
	struct bpf_link *link;
};

struct bpf_preload_ops {
	int (*preload)(struct bpf_preload_info *info);
	struct module *owner;
};
extern struct bpf_preload_ops *bpf_preload_ops;

static int publish(struct bpf_preload_info *info)
{
	static const char *const names[] = { "maps.debug", "progs.debug" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		strcpy(info[i].link_name, names[i]);
		info[i].link = links[i];
	}
	return 0;
}

static struct bpf_preload_ops ops = { .preload = publish, .owner = THIS_MODULE };

static void spoil(const struct lskel_desc *desc, unsigned char *blob)
{
	const struct lskel_prog_row *last = &desc->progs[desc->prog_cnt - 1];
	unsigned int i;

	if (broken == 1) {
		blob[0] ^= 0xff;
	} else if (broken == 2) {
		for (i = desc->op_cnt; i-- && LSKEL_OP_AT(desc, blob, i)->kind != LSKEL_OP_SYS;)
			;
		LSKEL_OP_AT(desc, blob, i)->arg = 0xff; /* a command that there is not */
	} else if (broken == 3) {
		lskel_put32(blob, last->attr + LSKEL_ATTR_OFF(lskel_attr_prog_load, insn_cnt), 1);
	}
}

/* Both counts: since init, and from `start` on. */
static int get_tasks(char *buf, const struct kernel_param *kp)
{
	int len = -ENODEV;

	mutex_lock(&lock);
	if (skel)
		len = sysfs_emit(buf, "%llu %llu\n", READ_ONCE(skel->bss->tasks), READ_ONCE(skel->data->start));
	mutex_unlock(&lock);
	return len;
}

static const struct kernel_param_ops tasks_ops = { .get = get_tasks };
module_param_cb(tasks, &tasks_ops, NULL, 0444);
MODULE_PARM_DESC(tasks, "tasks created since the module came, and that plus start");

static void put_links(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(links); i++) {
		if (!IS_ERR_OR_NULL(links[i]))
			bpf_link_put(links[i]);
		links[i] = NULL;
	}
}

static int get_links(struct iterators *s)
{
	const int fds[] = { s->links.dump_bpf_map_fd, s->links.dump_bpf_prog_fd,
			    broken == 4 ? -1 : s->links.count_tasks_fd };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		links[i] = bpf_link_get_from_fd(fds[i]);
		if (IS_ERR(links[i]))
			return PTR_ERR(links[i]);
	}
	return 0;
}

static int load(struct iterators *s)
{
	struct lskel_io io;
	int err;

	strscpy((char *)s->rodata->title, title, sizeof(s->rodata->title));
	s->data->start = start;
	err = iterators__load(s);
	if (!err)
		err = iterators__attach(s);
	if (err) {
		pr_err("%s\n", iterators__strerror(s));
		return err;
	}
	err = get_links(s);
	if (err)
		return err;
	iterators__detach(s);
	iterators__lskel_io(s, &io);
	lskel_unload(&io);
	return 0;
}

static int __init preload_init(void)
{
	struct iterators *s = iterators__open();
	int err;

	if (!s)
		return -ENOMEM;
	err = load(s);
	if (err) {
		put_links();
		iterators__destroy(s);
		return err;
	}
	mutex_lock(&lock);
	skel = s;
	mutex_unlock(&lock);
	if (!bpf_preload_ops)
		bpf_preload_ops = &ops;
	pr_info("attached\n");
	return 0;
}

static void __exit preload_exit(void)
{
	struct iterators *s = skel;

	if (bpf_preload_ops == &ops)
		bpf_preload_ops = NULL;
	mutex_lock(&lock);
	skel = NULL;
	mutex_unlock(&lock);
	put_links();
	iterators__destroy(s);
	pr_info("detached\n");
}

module_init(preload_init);
module_exit(preload_exit);
MODULE_LICENSE("Dual BSD/GPL");
MODULE_DESCRIPTION("keeps a light skeleton attached");
