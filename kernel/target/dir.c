// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * A target as a directory: a machine's root, or files copied from one. Of each row the first file that is there counts, and
 * none has to be. RELEASE is the target's, if it is known by then.
 *
 *	release  release, proc/sys/kernel/osrelease
 *	machine  machine: lines "arch x86_64", "page_size 4096", "cpus 4", "release 6.1.0", "endian big"
 *	config   config, config.gz, .config, proc/config.gz, boot/config-RELEASE
 *	BTF      btf/vmlinux, sys/kernel/btf/vmlinux, vmlinux, vmlinux.btf, vmlinuz, bzImage, Image, boot/vmlinuz-RELEASE;
 *		 raw, in an ELF file or in a kernel's image
 *	modules  the other files of btf/ or sys/kernel/btf/; else modules/NAME.ko; all of them count as inserted
 *	symbols  kallsyms, proc/kallsyms, System.map, boot/System.map-RELEASE
 */
#include "target_priv.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "../../gen_loader/core/btf_file.h"

#define DEBIANS_MAP "ffffffffffffffff B The real System.map"
#define CONFIG_MAX (16u << 20)

struct row {
	const char *const *names;
	u32 cnt;
};

static const char *const releases[] = { "release", "proc/sys/kernel/osrelease" };
static const char *const configs[] = { "config", "config.gz", ".config", "proc/config.gz", "boot/config-RELEASE" };
static const char *const vmlinux[] = { "btf/vmlinux", "sys/kernel/btf/vmlinux", "vmlinux", "vmlinux.btf", "vmlinuz",
				       "bzImage", "Image", "boot/vmlinuz-RELEASE" };
static const char *const symbols[] = { "kallsyms", "proc/kallsyms", "System.map", "boot/System.map-RELEASE" };

#define ROW(a) (struct row){ a, ARRAY_SIZE(a) }

/* The path of the first that is there; NULL: none, or no memory. */
static char *pick(const struct target *t, const char *dir, struct row row)
{
	char *path = NULL;
	struct stat st;
	u32 i;

	for (i = 0; i < row.cnt; i++) {
		const char *rel = strstr(row.names[i], "RELEASE");

		if (rel && !t->release)
			continue;
		if (asprintf(&path, "%s/%.*s%s", strcmp(dir, "/") ? dir : "",
			     rel ? (int)(rel - row.names[i]) : (int)strlen(row.names[i]), row.names[i],
			     rel ? t->release : "") < 0)
			return NULL;
		if (!stat(path, &st) && S_ISREG(st.st_mode))
			return path;
		free(path);
		path = NULL;
	}
	return NULL;
}

static int read_release(struct target *t, const char *path, struct lsk_err *err)
{
	char line[128] = "";
	FILE *f = fopen(path, "r");

	if (!f)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	fclose(f);
	if (!line[strspn(line, " \r\n")])
		return err_set(err, -EINVAL, "%s: names no release", path);
	return target_set_release(t, line) ? err_set(err, -ENOMEM, "%s: out of memory", path) : 0;
}

static int read_machine(struct target *t, const char *path, struct lsk_err *err)
{
	char *data, *text;
	size_t sz;
	int ret = file_read(path, &data, &sz, err);

	if (ret)
		return ret;
	text = strndup(data, sz);
	free(data);
	if (!text)
		return err_set(err, -ENOMEM, "%s: out of memory", path);
	ret = machine_parse(t, path, text, err);
	free(text);
	return ret;
}

static int read_config(struct target *t, const char *path, struct lsk_err *err)
{
	gzFile f = gzopen(path, "rb"); /* reads plain files, too */
	struct lsk_err why = {};
	size_t cap = 0, sz = 0;
	char *data = NULL;
	int n, ret = 0;

	if (!f)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	do {
		if (sz > CONFIG_MAX || grow((void **)&data, &cap, sz + 65537, 1)) {
			ret = err_set(&why, -E2BIG, "is too large for a kernel configuration");
			break;
		}
		n = gzread(f, data + sz, 65536);
		if (n < 0)
			ret = err_set(&why, -EIO, "can't be read");
		sz += n > 0 ? n : 0;
	} while (n > 0);
	gzclose(f);
	if (!ret) {
		data[sz] = 0;
		ret = config_parse(t, data, sz, &why);
	}
	if (ret) {
		free(data);
		t->priv->option_cnt = 0;
		return err_set(err, ret, "%s: %s", path, why.msg);
	}
	return 0;
}

static int read_symbols(struct target *t, const char *path, struct lsk_err *err)
{
	char *data;
	size_t sz;
	int ret = file_read(path, &data, &sz, err);

	if (ret)
		return ret;
	t->priv->system_map = strstr(path, "System.map");
	/* Debian's is a note that says where to find the real one */
	if (sz < strlen(DEBIANS_MAP) || memcmp(data, DEBIANS_MAP, strlen(DEBIANS_MAP)))
		ret = symbols_parse(t, path, data, sz, err);
	free(data);
	return ret;
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* The file's name without ".ko", with '_' for '-', is the module's. */
static int add_module(struct target *t, const char *dir, const char *file, bool is_ko, struct lsk_err *err)
{
	char path[4096], name[256], *c;
	struct btf *btf;
	int ret;

	snprintf(name, sizeof(name), "%.*s", (int)(strlen(file) - (is_ko ? 3 : 0)), file);
	for (c = name; is_ko && *c; c++)
		if (*c == '-')
			*c = '_';
	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path))
		return err_set(err, -ENAMETOOLONG, "%s/%s: the path is too long", dir, file);
	ret = btf_file_open_module(path, t->btfs[0].btf, &btf, err);
	if (ret)
		return ret;
	return target_add_btf(t, name, btf) ? err_set(err, -ENOMEM, "%s: out of memory", path) : 0;
}

/* -ENOENT: no such directory */
static int read_modules(struct target *t, const char *dir, bool is_ko, struct lsk_err *err)
{
	struct dirent **files;
	int cnt = scandir(dir, &files, visible, alphasort), i, ret = 0;

	if (cnt < 0)
		return -ENOENT;
	for (i = 0; i < cnt; i++) {
		const char *name = files[i]->d_name;
		size_t len = strlen(name);

		if (!ret && (is_ko ? len > 3 && !strcmp(name + len - 3, ".ko") : strcmp(name, "vmlinux") != 0))
			ret = add_module(t, dir, name, is_ko, err);
		free(files[i]);
	}
	free(files);
	return ret;
}

static int read_btf(struct target *t, const char *dir, const char *path, struct lsk_err *err)
{
	static const struct {
		const char *dir;
		bool is_ko;
	} rows[] = { { "btf", false }, { "sys/kernel/btf", false }, { "modules", true } };
	struct btf *btf;
	char sub[4096];
	int ret = btf_file_open(path, &btf, err);
	u32 i;

	if (ret)
		return ret;
	if (target_add_btf(t, "vmlinux", btf))
		return err_set(err, -ENOMEM, "%s: out of memory", path);
	for (i = 0, ret = -ENOENT; ret == -ENOENT && i < ARRAY_SIZE(rows); i++) {
		snprintf(sub, sizeof(sub), "%s/%s", strcmp(dir, "/") ? dir : "", rows[i].dir);
		ret = read_modules(t, sub, rows[i].is_ko, err);
		if (ret == -ENOENT && err->msg[0])
			return ret;
	}
	return ret == -ENOENT ? 0 : ret;
}

/* The running one answers itself. */
static int ask_machine(struct target *t)
{
	struct utsname u;
	long n;

	if (uname(&u))
		return -errno;
	t->arch = strdup(u.machine);
	n = sysconf(_SC_PAGESIZE);
	t->page_size = n > 0 ? n : 0;
	n = sysconf(_SC_NPROCESSORS_CONF);
	t->cpu_cnt = n > 0 ? n : 0;
	return t->arch ? target_set_release(t, u.release) : -ENOMEM;
}

static bool is_image(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return !strncmp(name, "vmlinuz", 7) || !strcmp(name, "bzImage") || !strcmp(name, "Image");
}

int dir_read(struct target *t, const char *dir, struct lsk_err *err)
{
	int (*const readers[])(struct target *t, const char *path, struct lsk_err *err) = {
		read_release, read_machine, read_config, read_symbols,
	};
	static const char *const machines[] = { "machine" };
	const struct row rows[] = { ROW(releases), ROW(machines), ROW(configs), ROW(symbols) };
	struct lsk_err why = {};
	u32 found = 0, i;
	char *path;
	int ret = 0;

	if (!strcmp(dir, "/") && ask_machine(t))
		return err_set(err, -ENOMEM, "the running machine: out of memory");
	for (i = !strcmp(dir, "/") ? 2 : 0; i < ARRAY_SIZE(rows) && !ret; i++) {
		path = pick(t, dir, rows[i]);
		if (path)
			ret = readers[i](t, path, err);
		found += path != NULL;
		free(path);
	}
	path = ret ? NULL : pick(t, dir, ROW(vmlinux));
	if (path)
		ret = read_btf(t, dir, path, found && is_image(path) ? &why : err);
	/* an image need not have BTF, if there is more to know of that kernel */
	if (ret && why.msg[0])
		ret = t->btf_cnt ? err_set(err, ret, "%s", why.msg) : 0;
	if (!ret && !found && !path)
		ret = err_set(err, -ENOENT, "%s: nothing of a kernel is in it: no BTF, symbols, configuration or release",
			      dir);
	free(path);
	return ret;
}
