// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* A kernel configuration: lines "CONFIG_X=value". The first of several counts; "# CONFIG_X is not set" is as nothing. */
#include "target_priv.h"

static const struct option *find(const struct target *t, const char *name)
{
	const struct target_priv *p = t->priv;
	u32 n;

	for (n = index_first(&p->by_option, name); n; n = p->by_option.next[n])
		if (!strcmp(p->options[n - 1].name, name))
			return &p->options[n - 1];
	return NULL;
}

/* "# Linux/x86 6.1.0 Kernel Configuration": better than no release. */
static int read_title(struct target *t, const char *line)
{
	const char *title = strstr(line, " Kernel Configuration"), *at = title;
	char release[64];

	if (t->release || !title || strncmp(line, "# Linux/", 8))
		return 0;
	while (at > line && at[-1] != ' ')
		at--;
	if (*at < '0' || *at > '9')
		return 0;
	snprintf(release, sizeof(release), "%.*s", (int)(title - at), at);
	return target_set_release(t, release);
}

int config_parse(struct target *t, char *data, size_t sz, struct lsk_err *err)
{
	struct target_priv *p = t->priv;
	char *line, *next, *value;
	u32 n;

	if (memchr(data, 0, sz))
		return err_set(err, -EINVAL, "is no kernel configuration");
	for (line = data; line < data + sz; line = next) {
		struct option *o;

		next = line + strcspn(line, "\n");
		if (next < data + sz)
			*next = 0;
		next++;
		line[strcspn(line, "\r")] = 0;
		if (read_title(t, line))
			return err_set(err, -ENOMEM, "out of memory");
		value = strchr(line, '=');
		if (strncmp(line, "CONFIG_", 7) || !value || !value[1])
			continue;
		*value = 0;
		o = PUSH(p->options, p->option_cnt, p->options_cap);
		if (!o)
			return err_set(err, -ENOMEM, "out of memory");
		o->name = line;
		o->value = value + 1;
	}
	if (!p->option_cnt)
		return err_set(err, -EINVAL, "is no kernel configuration: nothing is set");
	if (index_init(&p->by_option, p->option_cnt))
		return err_set(err, -ENOMEM, "out of memory");
	for (n = p->option_cnt; n; n--)
		index_add(&p->by_option, n, p->options[n - 1].name);
	p->config = data;
	p->config_sz = sz;
	t->has_config = true;
	return 0;
}

const char *target_config(const struct target *t, const char *name)
{
	const struct option *o = find(t, name);

	return o && strcmp(o->value, "n") ? o->value : NULL;
}
