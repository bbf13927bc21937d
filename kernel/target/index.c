// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "target_priv.h"

static u32 hash(const char *name)
{
	u32 h = 2166136261u; /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (u8)*name) * 16777619u;
	return h;
}

int index_init(struct index *x, u32 cnt)
{
	u32 size = 64;

	while (size < cnt && size < 1u << 30)
		size *= 2;
	x->mask = size - 1;
	x->cnt = cnt;
	x->heads = calloc(size, sizeof(*x->heads));
	x->next = calloc((size_t)cnt + 1, sizeof(*x->next));
	return x->heads && x->next ? 0 : -ENOMEM;
}

void index_add(struct index *x, u32 n, const char *name)
{
	u32 *head = &x->heads[hash(name) & x->mask];

	x->next[n] = *head;
	*head = n;
}

u32 index_first(const struct index *x, const char *name)
{
	return x->heads ? x->heads[hash(name) & x->mask] : 0;
}

void index_free(struct index *x)
{
	free(x->heads);
	free(x->next);
	memset(x, 0, sizeof(*x));
}
