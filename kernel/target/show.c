// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#include "target_priv.h"

static u32 count_kfuncs(const struct target *t)
{
	u32 i, n, cnt = 0;

	for (i = 0; i < t->btf_cnt; i++)
		for (n = 0; t->priv->names[i].kfuncs && n < t->priv->names[i].types.cnt; n++)
			cnt += t->priv->names[i].kfuncs[n / 8] >> n % 8 & 1;
	return cnt;
}

static u32 count_set_members(const struct target *t)
{
	u32 n, cnt = 0;

	for (n = 0; t->priv->in_set && n < t->priv->symbol_cnt; n++)
		cnt += t->priv->in_set[n / 8] >> n % 8 & 1;
	return cnt;
}

static u32 count_enumerators(const struct target *t, const char *name)
{
	const struct target_btf *where;
	int id = target_find(t, name, BTF_KIND_ENUM, &where);

	const struct btf_type *type = id > 0 ? target_type(where->btf, id) : NULL;
	u32 i, cnt = 0;

	/* not 0, UNSPEC, and not the marks of the end */
	for (i = 0; type && i < btf_vlen(type); i++)
		cnt += btf_enum(type)[i].val && strncmp(target_name(where->btf, btf_enum(type)[i].name_off), "__", 2);
	return cnt;
}

void target_show(const struct target *t, FILE *f)
{
	const struct target_priv *p = t->priv;
	u32 i, modules = 0;

	fprintf(f, "release    %s\n", t->release ? t->release : "not known");
	fprintf(f, "machine    %s, %s endian, pages of %u bytes, %u CPUs\n", t->arch ? t->arch : "not known",
		t->big_endian ? "big" : "little", t->page_size, t->cpu_cnt);
	if (!t->btf_cnt)
		fprintf(f, "BTF        none\n");
	for (i = 0; i < t->btf_cnt; i++) {
		if (i < 1 || t->btf_cnt < 12)
			fprintf(f, "BTF        %s: %u types\n", t->btfs[i].name, p->names[i].types.cnt);
		else
			modules++;
	}
	if (modules)
		fprintf(f, "BTF        of %u modules\n", modules);
	if (p->names && p->names[0].kfuncs)
		fprintf(f, "kfuncs     %u, by tags in BTF\n", count_kfuncs(t));
	else if (p->id_sets)
		fprintf(f, "kfuncs     %u, by symbols of id sets\n", count_set_members(t));
	else
		fprintf(f, "kfuncs     by a table, for releases that it has\n");
	if (t->btf_cnt)
		fprintf(f, "UAPI       %u helpers, %u types of programs, %u of maps\n", count_enumerators(t, "bpf_func_id"),
			count_enumerators(t, "bpf_prog_type"), count_enumerators(t, "bpf_map_type"));
	if (t->has_kallsyms)
		fprintf(f, "symbols    %u, from %s\n", p->symbol_cnt, p->system_map ? "a System.map" : "kallsyms");
	else
		fprintf(f, "symbols    not known\n");
	if (t->has_config)
		fprintf(f, "config     %u options are set\n", p->option_cnt);
	else
		fprintf(f, "config     not known\n");
}
