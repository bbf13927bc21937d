// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the skeleton of an object with pinned maps has besides: its runtime is not in other headers. */
#include "priv.h"

bool gen_has_pins(const struct gen *g)
{
	u32 i;

	for (i = 0; i < g->desc->map_cnt; i++)
		if (g->opts->pinning || (g->desc->maps[i].flags & LSKEL_MAP_PIN))
			return true;
	return false;
}

void gen_print_pin_options(struct gen *g)
{
	u32 cnt = g->desc->map_cnt;

	text_puts(&g->text, "\t\t/* where a map is pinned; 0: by its name in pin_root, if the object says so */\n");
	gen_print_members(g, "\t\t", "const char *", g->maps, cnt, "pin_path");
	text_puts(&g->text, "\t\tconst char *pin_root; /* 0: /sys/fs/bpf */\n"
			    "\t\t/* set by load: LSKEL_PIN_FOUND: it was pinned already; LSKEL_PIN_MADE: by this load */\n");
	gen_print_members(g, "\t\t", "unsigned char", g->maps, cnt, "pinned");
}

const char gen_pin_io[] = "\tio->pin_root = skel->opts.pin_root;\n"
			  "\tio->pin_path = (const char *const *)(const void *)&skel->opts.pin_path;\n"
			  "\tio->pinned = (unsigned char *)(void *)&skel->opts.pinned;\n";

const char gen_pin_undo[] = "\tif (err) {\n"
			    "\t\tlskel_unload(&io);\n"
			    "\t\tlskel_unpin(&io, LSKEL_PIN_MADE);\n"
			    "\t}\n";

void gen_print_pin_funcs(struct gen *g)
{
	static const char tmpl[] =
		"/*\n"
		" * Remove the pins of the maps, those that load has found and those that it has made. The maps\n"
		" * live on for as long as something uses them. 0, or the first negative errno.\n"
		" */\n"
		"static inline int\n"
		"@N@__unpin_maps(struct @N@ *skel)\n"
		"{\n"
		"	struct lskel_io io;\n"
		"\n"
		"	@N@__lskel_io(skel, &io);\n"
		"	lskel_state_clear(&skel->state);\n"
		"	return lskel_unpin(&io, LSKEL_PIN_FOUND | LSKEL_PIN_MADE);\n"
		"}\n"
		"\n";
	const char *const keys[] = { "N" }, *const values[] = { g->name };

	text_template(&g->text, tmpl, keys, values, 1);
}
