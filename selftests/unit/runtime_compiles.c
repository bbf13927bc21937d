// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Uses every function of the runtime, for runtime_compiles.sh: included first and alone, nothing else is there yet. */
#include "../../lskel/runtime/runtime.h"

int use(struct lskel_io *io, struct bpf_load_and_run_opts *opts);

int use(struct lskel_io *io, struct bpf_load_and_run_opts *opts)
{
	void *skel = lskel_alloc(64), *p = lskel_data_alloc(io->desc, 0, io->maps), *q;
	__u64 addr = lskel_ptr(p);
	int err;

	err = lskel_load(io);
	if (!err)
		err = lskel_data_finalize(io, 0, p);
	if (!err)
		err = lskel_attach_raw_tp(io->state, "x", "sys_enter", io->progs[0].prog_fd);
	if (!err)
		err = lskel_attach_link(io->state, "x", io->progs[0].prog_fd, 2, 3);
	lskel_attach_skip(io->state, "x");
	lskel_attach_none(io->state, "x");
	lskel_unload(io);
	lskel_data_free(io->desc, 0, p);
	if (lskel_strerror(io->state)[0] || lskel_strerror(NULL)[0] || lskel_log(io->state))
		err--;
	lskel_state_free(io->state);
	lskel_free(skel, 64);

	q = skel_alloc(9);
	skel_free(q);
	q = skel_prep_map_data("abc", 4096, 4);
	q = skel_finalize_map_data(&addr, 4096, PROT_READ | PROT_WRITE, 3) ? q : NULL;
	skel_free_map_data(q, addr, 4096);
	err += skel_map_create(2, "m", 4, 4, 1) + skel_map_update_elem(3, "", "", 0) + skel_map_delete_elem(3, "") +
	       skel_map_get_fd_by_id(3) + skel_raw_tracepoint_open(NULL, 3) + skel_link_create(3, 0, 24) +
	       skel_map_freeze(3) + skel_closenz(3) + (int)offsetofend(struct bpf_loader_ctx, sz);
	return err + bpf_load_and_run(opts);
}
