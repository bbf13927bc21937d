/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* A row for each type of maps. */
#ifndef LSK_SYS_MAP_TYPES_H
#define LSK_SYS_MAP_TYPES_H

#include "model_priv.h"

enum { KEY_ANY, KEY_NONE, KEY_4, KEY_8_16 };
enum { VALUE_ANY, VALUE_NONE, VALUE_4, VALUE_4_8 };
enum { ENTRIES_SOME, ENTRIES_NONE, ENTRIES_ONE, ENTRIES_PAGES };

enum {
	T_ARRAY = 1, T_HASH = 2, T_LRU = 4, T_PERCPU = 8, T_FDS = 16, T_STORAGE = 32,
	T_OUTER = 64,  /* its values are maps */
	T_INNER = 128, /* may be such a value */
};

/* What BTF may say of keys and values. */
enum {
	BTF_ANY,     /* whatever it wants */
	BTF_NONE,    /* nothing: ENOTSUPP */
	BTF_KEYED,   /* the key, too */
	BTF_ARRAY,   /* the key is a 32-bit number, or missing for a DATASEC */
	BTF_I32,     /* the key is a 32-bit number */
	BTF_LPM,     /* the key is a struct */
	BTF_CGROUP,  /* the key is a 64-bit number, or struct bpf_cgroup_storage_key */
	BTF_KEYLESS, /* no key */
};

struct map_rule {
	u32 flags;
	u8 key, value, entries;
	u16 type; /* T_* */
	u8 btf;
};

const struct map_rule *model_map_rule(u32 type); /* NULL: not known */

int kmap_check_btf(struct caller *c, struct kmap *map, u32 how);
int kmap_check_ops(struct caller *c, struct kmap *map);
/* kmap_special() - what a value has that is more than bytes: "bpf_timer", "kptr"; NULL: nothing. */
const char *kmap_special(const struct kmap *map);

#endif
