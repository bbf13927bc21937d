// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Whose memory an address is. The kernel's and the user's are told apart, as a kernel does: a program that
 * runs can only name what it may touch, user space only what is not the kernel's. A map's value has two
 * addresses, if user space maps it.
 */
#include "model_priv.h"

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

int model_kernel_memory(struct model *m, const void *addr, u64 sz)
{
	u64 *at;

	if (grow((void **)&m->maps_kernel, &m->kernel_cap, 2 * ((size_t)m->kernel_cnt + 1), sizeof(*at)))
		return model_fail(m, -ENOMEM, "out of memory");
	at = &m->maps_kernel[2 * m->kernel_cnt++];
	at[0] = (u64)(uintptr_t)addr;
	at[1] = sz;
	return 0;
}

void model_kernel_memory_end(struct model *m, const void *addr)
{
	u32 i;

	for (i = 0; i < m->kernel_cnt; i++) {
		if (m->maps_kernel[2 * i] != (u64)(uintptr_t)addr)
			continue;
		m->kernel_cnt--;
		memmove(&m->maps_kernel[2 * i], &m->maps_kernel[2 * m->kernel_cnt],
			2 * sizeof(*m->maps_kernel));
		return;
	}
}

/* Good enough for callers that are honest: the lowest page is nobody's, the upper half is the kernel's. */
static bool is_user(const struct model *m, u64 addr, u64 sz)
{
	u32 i;

	if (addr < 4096 || addr >> 47 || sz >> 40)
		return false;
	for (i = 0; i < m->kernel_cnt; i++)
		if (addr < m->maps_kernel[2 * i] + m->maps_kernel[2 * i + 1] &&
		    m->maps_kernel[2 * i] < addr + sz)
			return false;
	return true;
}

/*
 * A program that runs may have made the address up. The kernel finds out what lies there, if it may be asked: it tells
 * EFAULT from all else that can go wrong.
 */
static bool user_move(const struct model *m, void *to, const void *from, u64 sz, void *user)
{
	struct iovec local = { user == to ? (void *)(uintptr_t)from : to, sz }, remote = { user, sz };
	ssize_t n;

	if (m->in) {
		n = user == to ? process_vm_writev(getpid(), &local, 1, &remote, 1, 0) :
				 process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
		if (n == (ssize_t)sz)
			return true;
		if (n >= 0 || errno == EFAULT)
			return false;
	}
	memcpy(to, from, sz);
	return true;
}

static int no_user(struct model *m, u64 addr)
{
	return model_fail(m, -EFAULT, "0x%llx is no address of user space", (unsigned long long)addr);
}

int model_copy_in_user(struct model *m, void *dst, u64 addr, u64 sz)
{
	void *p = (void *)(uintptr_t)addr;

	return !sz || (is_user(m, addr, sz) && user_move(m, dst, p, sz, p)) ? 0 : no_user(m, addr);
}

int model_copy_out_user(struct model *m, u64 addr, const void *src, u64 sz)
{
	void *p = (void *)(uintptr_t)addr;

	return !sz || (is_user(m, addr, sz) && user_move(m, p, src, sz, p)) ? 0 : no_user(m, addr);
}

int model_copy_in(struct caller *c, void *dst, u64 addr, u64 sz)
{
	const void *p;

	if (!c->kernel)
		return model_copy_in_user(c->m, dst, addr, sz);
	if (!sz)
		return 0;
	p = c->m->in ? interp_mem(c->m->in, addr, sz, false) : NULL;
	if (!p)
		return model_fail(c->m, -EFAULT, "0x%llx (%llu bytes) is no memory of the loader's",
				  (unsigned long long)addr, (unsigned long long)sz);
	memcpy(dst, p, sz);
	return 0;
}

int model_copy_str_user(struct model *m, char *dst, u32 sz, u64 addr)
{
	u32 i;
	int err;

	for (i = 0; i + 1 < sz; i++) {
		err = model_copy_in_user(m, dst + i, addr + i, 1);
		if (err)
			return err;
		if (!dst[i])
			return 0;
	}
	dst[i] = 0;
	return 0;
}
