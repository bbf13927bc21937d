// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * The ELF file: sections, symbols, relocation entries. libelf checks headers and section bounds; the entries
 * of tables are decoded here, in either byte order. Not supported: extended section numbers (SHN_XINDEX),
 * RELA, 32-bit files.
 */
#include "object_priv.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define SYM_SZ sizeof(Elf64_Sym)
#define REL_SZ sizeof(Elf64_Rel)

#ifndef EM_BPF
#define EM_BPF 247
#endif

static int check_ident(struct reader *r, const u8 *data, size_t sz)
{
	bool be;

	if (sz < sizeof(Elf64_Ehdr) || memcmp(data, ELFMAG, SELFMAG))
		return BAD(r, "not an ELF file");
	if (data[EI_CLASS] != ELFCLASS64)
		return BAD(r, "not a 64-bit ELF file");
	if (data[EI_DATA] != ELFDATA2LSB && data[EI_DATA] != ELFDATA2MSB)
		return BAD(r, "unknown byte order %u", data[EI_DATA]);
	be = data[EI_DATA] == ELFDATA2MSB;
	r->obj->big_endian = be;
	if (get16(data + offsetof(Elf64_Ehdr, e_machine), be) != EM_BPF)
		return BAD(r, "not a BPF object (ELF machine %u)", get16(data + offsetof(Elf64_Ehdr,
			   e_machine), be));
	if (get16(data + offsetof(Elf64_Ehdr, e_type), be) != ET_REL)
		return BAD(r, "not a relocatable object (ELF type %u)", get16(data + offsetof(Elf64_Ehdr,
			   e_type), be));
	return 0;
}

static int read_secs(struct reader *r)
{
	size_t cnt, strndx, i;

	if (elf_getshdrnum(r->elf, &cnt) || elf_getshdrstrndx(r->elf, &strndx))
		return BAD(r, "broken section table: %s", elf_errmsg(-1));
	if (cnt < 2 || cnt >= SHN_LORESERVE)
		return BAD(r, "%zu sections", cnt);
	r->secs = calloc(cnt, sizeof(*r->secs));
	if (!r->secs)
		return -ENOMEM;
	r->sec_cnt = cnt;
	r->secs[0].name = "";
	for (i = 1; i < cnt; i++) {
		struct elf_sec *sec = &r->secs[i];
		Elf_Scn *scn = elf_getscn(r->elf, i);
		Elf_Data *data;
		GElf_Shdr sh; /* a copy: in the file it may lie unaligned */

		if (!scn || !gelf_getshdr(scn, &sh))
			return BAD(r, "section %zu: %s", i, elf_errmsg(-1));
		sec->name = elf_strptr(r->elf, strndx, sh.sh_name);
		if (!sec->name)
			return BAD(r, "section %zu: broken name", i);
		sec->type = sh.sh_type;
		sec->flags = sh.sh_flags;
		sec->link = sh.sh_link;
		sec->info = sh.sh_info;
		sec->size = sh.sh_size;
		if (sec->type == SHT_NOBITS || sec->type == SHT_NULL || !sec->size)
			continue;
		if (sec->flags & SHF_COMPRESSED)
			return UNSUP(r, "section '%s' is compressed", sec->name);
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf || data->d_size != sec->size)
			return BAD(r, "section '%s' lies beyond the end of the file", sec->name);
		sec->data = data->d_buf;
	}
	return 0;
}

static int cmp_by_name(const void *a, const void *b, void *arg)
{
	const struct elf_sym *syms = arg;
	u32 x = *(const u32 *)a, y = *(const u32 *)b;
	int c = strcmp(syms[x].name, syms[y].name);

	return c ?: (x > y) - (x < y);
}

static int read_sym(struct reader *r, u32 symtab, u32 i)
{
	const u8 *p = r->secs[symtab].data + i * SYM_SZ;
	bool be = r->obj->big_endian;
	struct elf_sym *sym = &r->syms[i];
	u16 shndx = get16(p + offsetof(Elf64_Sym, st_shndx), be);
	u32 name = get32(p + offsetof(Elf64_Sym, st_name), be);

	sym->name = name ? elf_strptr(r->elf, r->secs[symtab].link, name) : "";
	if (!sym->name)
		return BAD(r, "symbol %u: broken name", i);
	sym->bind = ELF64_ST_BIND(p[offsetof(Elf64_Sym, st_info)]);
	sym->type = ELF64_ST_TYPE(p[offsetof(Elf64_Sym, st_info)]);
	sym->vis = ELF64_ST_VISIBILITY(p[offsetof(Elf64_Sym, st_other)]);
	sym->value = get64(p + offsetof(Elf64_Sym, st_value), be);
	sym->size = get64(p + offsetof(Elf64_Sym, st_size), be);
	sym->undef = shndx == SHN_UNDEF;
	sym->ext = -1;
	if (shndx == SHN_COMMON && sym->bind != STB_LOCAL)
		return UNSUP(r, "symbol '%s' is a common symbol; build with -fno-common", sym->name);
	if (shndx == SHN_XINDEX)
		return UNSUP(r, "symbol '%s': extended section numbers", sym->name);
	if (shndx < SHN_LORESERVE) {
		if (shndx >= r->sec_cnt)
			return BAD(r, "symbol '%s': there is no section %u", sym->name, shndx);
		sym->sec = shndx;
	}
	return 0;
}

static int read_syms(struct reader *r)
{
	u32 i, symtab = 0;
	int ret;

	for (i = 1; i < r->sec_cnt; i++) {
		if (r->secs[i].type != SHT_SYMTAB)
			continue;
		if (symtab)
			return BAD(r, "two symbol tables");
		symtab = i;
	}
	if (!symtab)
		return BAD(r, "no symbol table; was the object stripped?");
	if (r->secs[symtab].size % SYM_SZ || r->secs[symtab].size / SYM_SZ > UINT32_MAX)
		return BAD(r, "broken symbol table");
	r->sym_cnt = r->secs[symtab].size / SYM_SZ;
	r->syms = calloc((size_t)r->sym_cnt + 1, sizeof(*r->syms));
	r->by_name = calloc((size_t)r->sym_cnt + 1, sizeof(*r->by_name));
	if (!r->syms || !r->by_name)
		return -ENOMEM;
	for (i = 0; i < r->sym_cnt; i++) {
		ret = read_sym(r, symtab, i);
		if (ret)
			return ret;
		if (r->syms[i].name[0] && (r->syms[i].bind == STB_GLOBAL || r->syms[i].bind == STB_WEAK))
			r->by_name[r->by_name_cnt++] = i;
	}
	qsort_r(r->by_name, r->by_name_cnt, sizeof(*r->by_name), cmp_by_name, r->syms);
	return 0;
}

int elf_read(struct reader *r, const void *data, size_t sz)
{
	int ret = check_ident(r, data, sz);

	if (ret)
		return ret;
	r->copy = malloc(sz);
	if (!r->copy)
		return -ENOMEM;
	memcpy(r->copy, data, sz);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return BAD(r, "libelf: %s", elf_errmsg(-1));
	r->elf = elf_memory(r->copy, sz);
	if (!r->elf || elf_kind(r->elf) != ELF_K_ELF)
		return BAD(r, "broken ELF header");
	ret = read_secs(r);
	return ret ?: read_syms(r);
}

void elf_close(struct reader *r)
{
	elf_end(r->elf);
	free(r->copy);
	free(r->secs);
	free(r->syms);
	free(r->by_name);
}

u32 elf_find_sec(const struct reader *r, const char *name)
{
	u32 i;

	for (i = 1; i < r->sec_cnt; i++)
		if (!strcmp(r->secs[i].name, name))
			return i;
	return 0;
}

const struct elf_sym *elf_find_sym(const struct reader *r, const char *name)
{
	u32 lo = 0, hi = r->by_name_cnt;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (strcmp(r->syms[r->by_name[mid]].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == r->by_name_cnt || strcmp(r->syms[r->by_name[lo]].name, name))
		return NULL;
	return &r->syms[r->by_name[lo]];
}

int elf_rel_check(struct reader *r, u32 sec, u32 *cnt)
{
	const struct elf_sec *s = &r->secs[sec];
	struct elf_rel rel;
	u32 i;

	if (s->size % REL_SZ || s->size / REL_SZ > UINT32_MAX)
		return BAD(r, "section '%s': broken size", s->name);
	*cnt = s->size / REL_SZ;
	for (i = 0; i < *cnt; i++) {
		elf_rel(r, sec, i, &rel);
		if (rel.sym >= r->sym_cnt)
			return BAD(r, "section '%s': relocation %u: there is no symbol %u", s->name, i,
				   rel.sym);
		if (rel.off >= r->secs[s->info].size)
			return BAD(r, "section '%s': relocation %u: offset 0x%llx is beyond '%s'", s->name, i,
				   (unsigned long long)rel.off, r->secs[s->info].name);
	}
	return 0;
}

void elf_rel(const struct reader *r, u32 sec, u32 i, struct elf_rel *rel)
{
	const u8 *p = r->secs[sec].data + (size_t)i * REL_SZ;
	u64 info = get64(p + offsetof(Elf64_Rel, r_info), r->obj->big_endian);

	rel->off = get64(p + offsetof(Elf64_Rel, r_offset), r->obj->big_endian);
	rel->sym = ELF64_R_SYM(info);
	rel->type = ELF64_R_TYPE(info);
}

bool sec_is_code(const struct elf_sec *sec)
{
	return sec->type == SHT_PROGBITS && (sec->flags & SHF_EXECINSTR) && sec->size;
}

int sec_data_kind(const struct elf_sec *sec)
{
	static const struct {
		const char *name;
		int kind;
	} kinds[] = {
		{ ".data", MAP_DATA },
		{ ".bss", MAP_BSS },
		{ ".rodata", MAP_RODATA },
	};
	size_t i, len;

	if ((sec->type != SHT_PROGBITS && sec->type != SHT_NOBITS) || (sec->flags & SHF_EXECINSTR))
		return -1;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		len = strlen(kinds[i].name);
		if (!strncmp(sec->name, kinds[i].name, len) && (!sec->name[len] || sec->name[len] == '.'))
			return kinds[i].kind;
	}
	return -1;
}
