// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * btf_edit OBJECT: makes attributes of the BTF tags whose text starts with "attr", as newer compilers do:
 * sets the flag. Tests are compiled by a clang that has no way to say it.
 */
#include <bpf/btf.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The header of section @name; NULL if there is none. The objects are made here: no checks. */
static const Elf64_Shdr *section(const char *data, const char *name)
{
	const Elf64_Ehdr *eh = (const void *)data;
	const Elf64_Shdr *sh = (const void *)(data + eh->e_shoff);

	for (int i = 1; i < eh->e_shnum; i++)
		if (!strcmp(data + sh[eh->e_shstrndx].sh_offset + sh[i].sh_name, name))
			return &sh[i];
	return NULL;
}

static size_t type_size(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(*t) + 4;
	case BTF_KIND_ARRAY:
		return sizeof(*t) + 12;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return sizeof(*t) + 12 * btf_vlen(t);
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return sizeof(*t) + 8 * btf_vlen(t);
	}
	return sizeof(*t);
}

static int edit(char *btf)
{
	const struct btf_header *hdr = (const void *)btf;
	char *p = btf + hdr->hdr_len + hdr->type_off, *end = p + hdr->type_len;
	const char *strs = btf + hdr->hdr_len + hdr->str_off;
	int cnt = 0;

	while (p < end) {
		struct btf_type *t = (void *)p;

		p += type_size(t);
		if ((!btf_is_decl_tag(t) && !btf_is_type_tag(t)) || strncmp(strs + t->name_off, "attr", 4))
			continue;
		t->info |= 1u << 31;
		cnt++;
	}
	return cnt;
}

int main(int argc, char **argv)
{
	FILE *f = argc == 2 ? fopen(argv[1], "r+b") : NULL;
	const Elf64_Shdr *sec;
	char *data;
	long sz;
	int cnt;

	if (!f) {
		perror(argc == 2 ? argv[1] : "usage: btf_edit OBJECT");
		return 1;
	}
	fseek(f, 0, SEEK_END);
	sz = ftell(f);
	rewind(f);
	data = malloc(sz);
	if (!data || fread(data, 1, sz, f) != (size_t)sz)
		return 1;
	sec = section(data, ".BTF");
	cnt = sec ? edit(data + sec->sh_offset) : 0;
	if (!cnt) {
		fprintf(stderr, "%s: no tags to edit\n", argv[1]);
		return 1;
	}
	rewind(f);
	if (fwrite(data, 1, sz, f) != (size_t)sz || fclose(f))
		return 1;
	free(data);
	return 0;
}
