// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "target_priv.h"

#include <sys/stat.h>

#include "../../gen_loader/core/btf_file.h"

/* A file: saved, or something that has BTF. */
static int file_target(struct target *t, const char *path, struct lsk_err *err)
{
	struct btf *btf;
	char *data;
	size_t sz;
	int ret = file_read(path, &data, &sz, err);

	if (ret)
		return ret;
	if (save_is(data, sz) || deb_is(data, sz)) {
		ret = save_is(data, sz) ? save_read(t, path, data, sz, err) : deb_read(t, path, data, sz, err);
		free(data);
		return ret;
	}
	free(data);
	ret = btf_file_open(path, &btf, err);
	if (!ret && target_add_btf(t, "vmlinux", btf))
		ret = err_set(err, -ENOMEM, "%s: out of memory", path);
	return ret;
}

int target_open(const char *path, struct target **target, struct lsk_err *err)
{
	struct target *t = calloc(1, sizeof(*t));
	struct stat st;
	int ret = 0;

	if (!t)
		return err_set(err, -ENOMEM, "out of memory");
	t->priv = calloc(1, sizeof(*t->priv));
	t->name = strdup(path);
	if (!t->priv || !t->name)
		ret = err_set(err, -ENOMEM, "out of memory");
	else if (stat(path, &st))
		ret = err_set(err, -errno, "%s: %s", path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		ret = dir_read(t, path, err);
	else
		ret = file_target(t, path, err);
	if (!ret && (symbols_finish(t) || machine_finish(t)))
		ret = err_set(err, -ENOMEM, "%s: out of memory", path);
	if (ret) {
		target_close(t);
		return ret;
	}
	*target = t;
	return 0;
}

void target_close(struct target *t)
{
	struct target_priv *p = t ? t->priv : NULL;
	u32 i;

	if (!t)
		return;
	/* modules' before vmlinux's, on which they are built */
	for (i = t->btf_cnt; i--;) {
		btf__free(t->btfs[i].btf);
		free(t->btfs[i].name);
		index_free(&p->names[i].types);
		free(p->names[i].kfuncs);
	}
	if (p) {
		free(p->names);
		free(p->text);
		free(p->symbols);
		free(p->in_set);
		index_free(&p->by_name);
		index_free(&p->by_set);
		index_free(&p->by_option);
		free(p->options);
		free(p->config);
	}
	free(p);
	free(t->btfs);
	free(t->name);
	free(t->release);
	free(t->arch);
	free(t);
}
