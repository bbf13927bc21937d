// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the skeleton of an object with arenas has besides: its runtime is not in other headers. */
#include "priv.h"

bool gen_has_arenas(const struct gen *g)
{
	u32 i;

	for (i = 0; i < g->desc->map_cnt; i++)
		if (g->desc->maps[i].flags & LSKEL_MAP_ARENA)
			return true;
	return false;
}

bool gen_is_arena(const struct gen *g, const struct gen_sec *sec)
{
	return g->desc->maps[sec->map].flags & LSKEL_MAP_ARENA;
}

/* As bpftool calls it, whatever the map's name is. */
const char *gen_sec_ident(const struct gen *g, const struct gen_sec *sec)
{
	return gen_is_arena(g, sec) ? "arena" : g->maps[sec->map].ident;
}

const char *gen_sec_member(const struct gen *g, const struct gen_sec *sec)
{
	return gen_is_arena(g, sec) ? "arena" : g->maps[sec->map].member;
}

void gen_print_arena_struct(struct gen *g)
{
	if (gen_has_arenas(g))
		text_printf(&g->text,
			    "\t/* after load, an arena's address is in its maps.X.initial_value */\n"
			    "\tstruct lskel_arena lskel_arenas[%u];\n",
			    g->desc->map_cnt);
}

const char gen_arena_io[] = "\tio->arenas = skel->lskel_arenas;\n"
			    "\tio->patch_arenas = lskel_patch_arenas;\n";

/* At the end of load: err says how it went. */
void gen_print_arena_finalize(const struct gen *g, struct text *t)
{
	u32 i;

	text_puts(t, "\tif (err) {\n\t\tlskel_arena_free(&io);\n\t\treturn err;\n\t}\n"
		     "\tlskel_arena_keep(&io);\n");
	for (i = 0; i < g->sec_cnt; i++)
		if (gen_is_arena(g, &g->secs[i]))
			text_printf(t,
				    "\tskel->arena = (__typeof__(skel->arena))\n"
				    "\t\tlskel_arena_take(&io, %u, skel->arena);\n",
				    g->secs[i].map);
}

void gen_print_arena_release(const struct gen *g, struct text *t)
{
	u32 i;

	for (i = 0; i < g->sec_cnt; i++)
		if (gen_is_arena(g, &g->secs[i]))
			text_printf(t, "\tif (!skel->lskel_arenas[%u].addr)\n"
				       "\t\tlskel_data_free(io.desc, %u, skel->arena);\n",
				    g->secs[i].map, g->secs[i].map);
	text_puts(t, "\tlskel_arena_free(&io);\n");
}
