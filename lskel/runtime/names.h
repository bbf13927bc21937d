/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Names in the kernel's BTF: all that a blob asks for, in one pass. For the direct gear, and for skeletons that ask for
 * many (lskel/gen/skel.c knows how many): until the kernel's BTF is sorted, its own search looks at up to a hundred
 * thousand names for each one. Here the operations that would look them up become such that do nothing. Where the
 * BTF can't be read, the loader finds the names as ever.
 */
#ifndef LSKEL_NAMES_H
#define LSKEL_NAMES_H

/* What an operation has found under a name, see lskel_names_*(). */
struct lskel_found {
	__s64 value;   /* a type's id, an address, a negative errno; 0: not looked for yet */
	__u32 module;  /* id of the BTF that the type is in; 0: vmlinux's */
	__u32 next;    /* operation that looks for a name of the same slot, plus 1; 0: none */
};

#define LSKEL_NAME_SLOTS 256u

struct lskel_names {
	const struct lskel_desc *desc;
	unsigned char *blob;
	struct lskel_found *found; /* by operation; NULL: no names have been needed so far */
	/* The names that are being looked for, hashed: the first operation of each slot, plus 1 */
	__u32 slots[LSKEL_NAME_SLOTS];
};

static inline size_t lskel_found_sz(const struct lskel_names *n)
{
	return (size_t)n->desc->op_cnt * sizeof(*n->found);
}

/* The name that operation @i looks up in this way, if it has not been found yet; else NULL. */
static inline const char *lskel_wanted(const struct lskel_names *n, unsigned int i, unsigned int how)
{
	const struct lskel_op *op = LSKEL_OP_AT(n->desc, n->blob, i);

	return op->kind == how && !n->found[i].value ? (const char *)n->blob + op->a : NULL;
}

static inline unsigned int lskel_name_slot(const char *s)
{
	__u32 h = 2166136261u; /* FNV-1a */

	while (*s)
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return (h ^ h >> 16) % LSKEL_NAME_SLOTS;
}

/* Kernels have a hundred thousand names: what each of them costs must not depend on how many are wanted. */
static inline void lskel_names_hash(struct lskel_names *n, unsigned int how)
{
	unsigned int i;

	lskel_zero(n->slots, sizeof(n->slots));
	for (i = 0; i < n->desc->op_cnt; i++) {
		const char *name = lskel_wanted(n, i, how);
		const unsigned int slot = name ? lskel_name_slot(name) : 0;

		if (!name)
			continue;
		n->found[i].next = n->slots[slot];
		n->slots[slot] = i + 1;
	}
}

/* What was not found is not there. */
static inline void lskel_names_end(struct lskel_names *n, unsigned int how, int err)
{
	unsigned int i;

	for (i = 0; i < n->desc->op_cnt; i++) {
		if (lskel_wanted(n, i, how))
			n->found[i].value = err;
	}
}

/* Every name that @btf has. The first type of a name and kind is the one. */
static inline void lskel_names_in(struct lskel_names *n, const struct lskel_btf *btf, __u32 module)
{
	unsigned int i, id, kinds = 0;

	for (i = 0; i < n->desc->op_cnt; i++) {
		if (lskel_wanted(n, i, LSKEL_OP_FIND))
			kinds |= 1u << (LSKEL_OP_AT(n->desc, n->blob, i)->arg & 31);
	}
	lskel_names_hash(n, LSKEL_OP_FIND);
	for (id = btf->first; kinds && id < btf->end; id++) {
		const struct lskel_btf_type *t = lskel_btf_by_id(btf, id);
		const unsigned int kind = t ? lskel_btf_kind(t) : 0;
		const char *name, *s;

		if (!(kinds >> (kind & 31) & 1))
			continue;
		s = lskel_btf_str(btf, t->name_off);
		for (i = n->slots[lskel_name_slot(s)]; i; i = n->found[i - 1].next) {
			name = lskel_wanted(n, i - 1, LSKEL_OP_FIND);
			if (name && LSKEL_OP_AT(n->desc, n->blob, i - 1)->arg == kind && lskel_same(name, s)) {
				n->found[i - 1].value = id;
				n->found[i - 1].module = module;
			}
		}
	}
}

static inline int lskel_names_wanted(const struct lskel_names *n, unsigned int how)
{
	unsigned int i;

	for (i = 0; i < n->desc->op_cnt; i++) {
		if (lskel_wanted(n, i, how))
			return 1;
	}
	return 0;
}

/* So that the kernel finds a name in microseconds. */
static inline int lskel_btf_is_sorted(void)
{
	return lskel_kernel_version() >= 7u << 16;
}

/* What vmlinux has. What it does not have, may be in a module, or nowhere: the loader will say. */
static inline void lskel_find_names(const struct lskel_desc *desc, unsigned char *blob)
{
	struct lskel_names n;
	struct lskel_btf vmlinux;
	unsigned int i;

	if (lskel_btf_is_sorted() || lskel_btf_open_vmlinux(&vmlinux))
		return;
	lskel_zero(&n, sizeof(n));
	n.desc = desc;
	n.blob = blob;
	n.found = (struct lskel_found *)lskel_alloc(lskel_found_sz(&n));
	if (n.found)
		lskel_names_in(&n, &vmlinux, 0);
	for (i = 0; n.found && i < desc->op_cnt; i++) {
		struct lskel_op *op = LSKEL_OP_AT(desc, blob, i);

		if (op->kind != LSKEL_OP_FIND || n.found[i].value <= 0)
			continue;
		lskel_copy(blob + op->c, &n.found[i].value, sizeof(n.found[i].value));
		op->kind = LSKEL_OP_COPY; /* to where it is */
		op->min = 0;
		op->a = op->c;
	}
	if (n.found)
		lskel_free(n.found, lskel_found_sz(&n));
	lskel_btf_close(&vmlinux);
}

#endif
