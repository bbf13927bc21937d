// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The model itself: its descriptors, and what it remembers. */
#include "model_priv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/btf.h>

#include "../../gen_loader/core/core.h"

int model_fail(struct model *m, int code, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(&m->err, code, "%s", text);
}

static void remember(struct model_list *list, const char *fmt, va_list ap)
{
	char text[700], *copy, **at;
	u32 i;

	vsnprintf(text, sizeof(text), fmt, ap);
	for (i = 0; i < list->cnt; i++)
		if (!strcmp(list->text[i], text))
			return;
	copy = strdup(text);
	at = copy ? PUSH(list->text, list->cnt, list->cap) : NULL;
	if (at)
		*at = copy;
	else
		free(copy);
}

void model_undecided(struct model *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	remember(&m->undecided, fmt, ap);
	va_end(ap);
}

void model_fault(struct model *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	remember(&m->faults, fmt, ap);
	va_end(ap);
}

bool model_inject(struct model *m)
{
	m->asked++;
	return m->fail_at && !--m->fail_at;
}

/* 0 to 2 are taken, as they mostly are. */
struct model *model_new(const struct target *target)
{
	struct model *m = calloc(1, sizeof(*m));
	u32 i;

	if (!m)
		return NULL;
	m->target = target;
	for (i = 0; i < 3; i++) {
		if (fd_new(m, KFD_OTHER, NULL, 0) < 0) {
			model_free(m);
			return NULL;
		}
	}
	return m;
}

static void list_free(struct model_list *list)
{
	while (list->cnt)
		free(list->text[--list->cnt]);
	free(list->text);
}

void model_free(struct model *m)
{
	u32 i;

	if (!m)
		return;
	for (i = 0; i < m->fd_cnt; i++)
		fd_close(m, (int)i);
	for (i = 0; i < m->btf_cnt; i++)
		if (m->btfs[i])
			kbtf_put(m, m->btfs[i]);
	list_free(&m->undecided);
	list_free(&m->faults);
	btf__free(m->guessed);
	free(m->btfs);
	free(m->fds);
	free(m->maps_kernel);
	free(m);
}

static void put(struct model *m, enum kfd_kind kind, void *obj)
{
	switch (kind) {
	case KFD_MAP: kmap_put(m, obj); break;
	case KFD_PROG: kprog_put(m, obj); break;
	case KFD_BTF: kbtf_put(m, obj); break;
	case KFD_LINK: klink_put(m, obj); break;
	case KFD_FILE: kfile_put(obj); break;
	case KFD_FREE:
	case KFD_OTHER: break;
	}
}

int fd_new(struct model *m, enum kfd_kind kind, void *obj, u32 lowest)
{
	u32 fd;

	for (fd = lowest; fd < m->fd_cnt && m->fds[fd].kind != KFD_FREE; fd++)
		;
	if (fd >= m->fd_cnt) {
		if (grow((void **)&m->fds, &m->fd_cap, fd + 1, sizeof(*m->fds))) {
			put(m, kind, obj);
			return model_fail(m, -ENOMEM, "out of memory");
		}
		m->fd_cnt = fd + 1;
	}
	m->fds[fd] = (struct kfd){ kind, obj };
	return (int)fd;
}

enum kfd_kind fd_kind(const struct model *m, int fd)
{
	return fd >= 0 && (u32)fd < m->fd_cnt ? m->fds[fd].kind : KFD_FREE;
}

void *fd_get(struct model *m, int fd, enum kfd_kind kind, int *err)
{
	static const char *const names[] = { "", "", "map", "program", "BTF", "link", "file" };

	if (fd_kind(m, fd) == kind)
		return m->fds[fd].obj;
	if (fd_kind(m, fd) == KFD_FREE)
		*err = model_fail(m, -EBADF, "descriptor %d is not open", fd);
	else
		*err = model_fail(m, -EINVAL, "descriptor %d is no %s", fd, names[kind]);
	return NULL;
}

/* Programs can be in a map that they refer to: it is emptied when nobody has it open any more. */
static void empty_prog_array(struct model *m, struct kmap *map)
{
	u32 i;

	for (i = 0; i < m->fd_cnt; i++)
		if (m->fds[i].kind == KFD_MAP && m->fds[i].obj == map)
			return;
	for (i = 0; map->elems && i < map->max_entries; i++) {
		struct kprog *prog = map->elems[i];

		map->elems[i] = NULL;
		kprog_put(m, prog);
	}
}

int fd_close(struct model *m, int fd)
{
	struct kfd was;

	if (fd_kind(m, fd) == KFD_FREE)
		return -EBADF;
	was = m->fds[fd];
	m->fds[fd] = (struct kfd){ KFD_FREE, NULL };
	if (was.kind == KFD_MAP && ((struct kmap *)was.obj)->type == BPF_MAP_TYPE_PROG_ARRAY)
		empty_prog_array(m, was.obj);
	put(m, was.kind, was.obj);
	return 0;
}

struct kmap *model_map(const struct model *m, int fd)
{
	return fd_kind(m, fd) == KFD_MAP ? m->fds[fd].obj : NULL;
}

struct kprog *model_prog(const struct model *m, int fd)
{
	return fd_kind(m, fd) == KFD_PROG ? m->fds[fd].obj : NULL;
}

u32 model_open_fds(const struct model *m, char *what, size_t sz)
{
	u32 fd, cnt = 0;
	size_t len = 0;

	if (what && sz)
		*what = 0;
	for (fd = 3; fd < m->fd_cnt; fd++) {
		const struct kfd *f = &m->fds[fd];
		const char *name = "";

		if (f->kind == KFD_FREE)
			continue;
		if (f->kind == KFD_MAP)
			name = ((struct kmap *)f->obj)->name;
		else if (f->kind == KFD_PROG)
			name = ((struct kprog *)f->obj)->name;
		if (what && len < sz) {
			static const char *const kinds[] = { "",    "something", "map", "prog",
							     "BTF", "link",	 "file" };

			len += (size_t)snprintf(what + len, sz - len, "%s%u %s%s%s%s", cnt ? ", " : "", fd,
						kinds[f->kind], *name ? " '" : "", name, *name ? "'" : "");
		}
		cnt++;
	}
	return cnt;
}

void kmap_put(struct model *m, struct kmap *map)
{
	u32 i;

	if (!map || --map->refs)
		return;
	for (i = 0; map->elems && i < map->max_entries; i++) {
		if (map->elems[i] && map->type == BPF_MAP_TYPE_PROG_ARRAY)
			kprog_put(m, map->elems[i]);
		else if (map->elems[i])
			kmap_put(m, map->elems[i]);
	}
	kmap_put(m, map->inner);
	kbtf_put(m, map->btf);
	if (map->value) {
		model_kernel_memory_end(m, map->value);
		if (map->value_map_sz)
			munmap(map->value, map->value_map_sz);
		else
			free(map->value);
	}
	if (map->memfd >= 0)
		close(map->memfd);
	if (map->object)
		model_kernel_memory_end(m, map->object);
	free(map->object);
	free(map->elems);
	free(map);
}

void kprog_put(struct model *m, struct kprog *prog)
{
	if (!prog || --prog->refs)
		return;
	while (prog->map_cnt)
		kmap_put(m, prog->maps[--prog->map_cnt]);
	kbtf_put(m, prog->btf);
	kprog_put(m, prog->attach_prog);
	free(prog->maps);
	free(prog->insns);
	free(prog->run);
	free(prog->funcs);
	free(prog);
}

/* Kernel BTFs stay: the model holds one reference. */
void kbtf_put(struct model *m, struct kbtf *btf)
{
	if (!btf || --btf->refs)
		return;
	if (btf->id && btf->id <= m->btf_cnt)
		m->btfs[btf->id - 1] = NULL;
	core_free(btf->core);
	btf__free(btf->btf);
	free(btf->raw);
	free(btf);
}

void klink_put(struct model *m, struct klink *link)
{
	if (!link || --link->refs)
		return;
	kprog_put(m, link->prog);
	kmap_put(m, link->map);
	free(link);
}

void kfile_put(struct kfile *file)
{
	if (!file || --file->refs)
		return;
	free(file->own);
	free(file);
}

int model_check_obj_name(struct model *m, const u8 *name, char out[16], const char *what)
{
	u32 i;

	for (i = 0; i < 16 && name[i]; i++) {
		const u8 ch = name[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
		      ch == '_' || ch == '.'))
			return model_fail(m, -EINVAL,
					  "the %s's name has a character that it may not have: 0x%02x", what,
					  ch);
	}
	if (i == 16)
		return model_fail(m, -EINVAL, "the %s's name has no end", what);
	memset(out, 0, 16);
	memcpy(out, name, i);
	return 0;
}
