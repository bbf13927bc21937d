// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What a target is besides BTF, symbols and configuration: release, architecture, byte order, pages, CPUs. */
#include "target_priv.h"

int target_set_release(struct target *t, const char *release)
{
	u32 v[3] = {};

	free(t->release);
	t->release = strndup(release, strcspn(release, " \r\n"));
	if (!t->release)
		return -ENOMEM;
	if (sscanf(t->release, "%3u.%4u.%4u", &v[0], &v[1], &v[2]) < 2)
		v[0] = 0;
	t->version = v[0] ? v[0] << 16 | (v[1] & 0xff) << 8 | (v[2] > 255 ? 255 : v[2]) : 0;
	return 0;
}

/*
 * Lines "release 6.1.0", "arch x86_64", "page_size 4096", "cpus 4", "endian big". What else is said is not
 * for us.
 */
int machine_parse(struct target *t, const char *path, const char *text, struct lsk_err *err)
{
	char key[32], value[128];
	int n;

	for (; *text; text += n) {
		u32 num;

		n = 0;
		if (sscanf(text, " %31s %127[^\n]%n", key, value, &n) != 2 || !n)
			break;
		num = strtoul(value, NULL, 10);
		if (!strcmp(key, "release")) {
			if (target_set_release(t, value))
				return err_set(err, -ENOMEM, "%s: out of memory", path);
		} else if (!strcmp(key, "arch")) {
			free(t->arch);
			t->arch = strndup(value, strcspn(value, " \r"));
			if (!t->arch)
				return err_set(err, -ENOMEM, "%s: out of memory", path);
		} else if (!strcmp(key, "page_size")) {
			if (num < 4096 || num > 1 << 20 || num & (num - 1))
				return err_set(err, -EINVAL, "%s: no pages have %s bytes", path, value);
			t->page_size = num;
		} else if (!strcmp(key, "cpus")) {
			if (!num || num > 1 << 20)
				return err_set(err, -EINVAL, "%s: %s is no number of CPUs", path, value);
			t->cpu_cnt = num;
		} else if (!strcmp(key, "endian")) {
			t->big_endian = !strncmp(value, "big", 3);
		} else if (!strcmp(key, "symbols")) {
			t->priv->system_map = !strncmp(value, "map", 3);
		}
	}
	if (text[strspn(text, " \t\r\n")])
		return err_set(err, -EINVAL, "%s: '%.40s' says nothing of a machine", path, text);
	return 0;
}

void machine_print(const struct target *t, FILE *f)
{
	if (t->release)
		fprintf(f, "release %s\n", t->release);
	if (t->arch)
		fprintf(f, "arch %s\n", t->arch);
	fprintf(f, "endian %s\npage_size %u\ncpus %u\n", t->big_endian ? "big" : "little", t->page_size,
		t->cpu_cnt);
	if (t->priv->system_map)
		fprintf(f, "symbols map\n");
}

static const struct {
	const char *option, *arch;
} archs[] = {
	{ "CONFIG_X86_64", "x86_64" }, { "CONFIG_ARM64", "aarch64" }, { "CONFIG_S390", "s390x" },
	{ "CONFIG_RISCV", "riscv64" }, { "CONFIG_PPC64", "ppc64le" }, { "CONFIG_LOONGARCH", "loongarch64" },
	{ "CONFIG_ARM", "armv7l" },    { "CONFIG_X86_32", "i686" },
};

/* Distributions say it in the release: "6.1.0-13-amd64", "6.5.6-300.fc39.x86_64". */
static const char *arch_of_release(const char *release)
{
	static const char *const names[][2] = { { "amd64", "x86_64" },	  { "x86_64", "x86_64" },
						{ "arm64", "aarch64" },	  { "aarch64", "aarch64" },
						{ "riscv64", "riscv64" }, { "s390x", "s390x" } };
	u32 i;

	for (i = 0; release && i < ARRAY_SIZE(names); i++)
		if (strstr(release, names[i][0]))
			return names[i][1];
	return NULL;
}

int machine_finish(struct target *t)
{
	const char *s;
	u32 i;

	for (i = 0; !t->arch && i < ARRAY_SIZE(archs); i++) {
		if (!target_config(t, archs[i].option))
			continue;
		t->arch = strdup(archs[i].arch);
		if (!t->arch)
			return -ENOMEM;
	}
	if (!t->arch && arch_of_release(t->release)) {
		t->arch = strdup(arch_of_release(t->release));
		if (!t->arch)
			return -ENOMEM;
	}
	if (t->btf_cnt)
		t->big_endian = btf__endianness(t->btfs[0].btf) == BTF_BIG_ENDIAN;
	else if (target_config(t, "CONFIG_CPU_BIG_ENDIAN") || (t->arch && !strcmp(t->arch, "s390x")))
		t->big_endian = true;
	s = target_config(t, "CONFIG_NR_CPUS");
	if (!t->cpu_cnt)
		t->cpu_cnt = s && !strcmp(s, "1") ? 1 : 2;
	if (!t->page_size && target_config(t, "CONFIG_ARM64_64K_PAGES"))
		t->page_size = 65536;
	else if (!t->page_size && target_config(t, "CONFIG_ARM64_16K_PAGES"))
		t->page_size = 16384;
	else if (!t->page_size)
		t->page_size = 4096;
	return 0;
}

enum target_answer target_since(const struct target *t, u32 version)
{
	if (!t->version)
		return TARGET_UNKNOWN;
	return t->version >= version ? TARGET_YES : TARGET_NO;
}
