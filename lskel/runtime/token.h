/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * BPF tokens (Linux 6.9): permission that a mount of bpffs delegates to a user namespace. The one who has
 * the descriptor shows it with each command that makes something: those of the runtime, and those in the
 * blob, whose attrs have room for it behind what they use.
 */
#ifndef LSKEL_TOKEN_H
#define LSKEL_TOKEN_H

#define LSKEL_BPF_F_TOKEN_FD (1u << 16) /* in map_flags, btf_flags, prog_flags */

static inline void lskel_patch_token(const struct lskel_io *io, void *blob)
{
	static const struct {
		unsigned char cmd, flags, fd; /* offsets in the attr */
	} fields[] = {
		{ LSKEL_BPF_MAP_CREATE, LSKEL_ATTR_OFF(lskel_attr_map_create, map_flags),
		  LSKEL_ATTR_OFF(lskel_attr_map_create, map_token_fd) },
		{ LSKEL_BPF_BTF_LOAD, LSKEL_ATTR_OFF(lskel_attr_btf_load, btf_flags),
		  LSKEL_ATTR_OFF(lskel_attr_btf_load, btf_token_fd) },
		{ LSKEL_BPF_PROG_LOAD, LSKEL_ATTR_OFF(lskel_attr_prog_load, prog_flags),
		  LSKEL_ATTR_OFF(lskel_attr_prog_load, prog_token_fd) },
	};
	unsigned int i, j;

	for (i = 0; io->token_fd > 0 && i < io->desc->op_cnt; i++) {
		struct lskel_op *op = LSKEL_OP_AT(io->desc, blob, i);

		for (j = 0; op->kind == LSKEL_OP_SYS && j < sizeof(fields) / sizeof(fields[0]); j++) {
			const unsigned int flags = op->a + fields[j].flags;

			if (op->arg != fields[j].cmd)
				continue;
			lskel_put32(blob, flags, lskel_get32(blob, flags) | LSKEL_BPF_F_TOKEN_FD);
			lskel_put32(blob, op->a + fields[j].fd, (__u32)io->token_fd);
			if (op->len < fields[j].fd + 3u)
				op->len = (unsigned char)(fields[j].fd + 3u);
		}
	}
}

#endif
