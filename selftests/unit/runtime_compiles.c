// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Uses every function of the runtime, for runtime_compiles.sh: included first and alone, nothing else is there yet. */
#include "../../lskel/runtime/runtime.h"

int use(struct lskel_io *io, struct bpf_load_and_run_opts *opts, const struct lskel_attach_opts *at);

int use(struct lskel_io *io, struct bpf_load_and_run_opts *opts, const struct lskel_attach_opts *at)
{
	static int (*const kinds[])(struct lskel_attach *) = {
		lskel_attach_raw_tp,	   lskel_attach_trace,	lskel_attach_iter,     lskel_attach_cgroup,
		lskel_attach_netns,	   lskel_attach_netdev, lskel_attach_netfilter, lskel_attach_sockmap,
		lskel_attach_socket,	   lskel_attach_tp,	lskel_attach_kprobe,   lskel_attach_ksyscall,
		lskel_attach_uprobe,	   lskel_attach_perf_event, lskel_attach_kprobe_multi,
		lskel_attach_uprobe_multi,
	};
	static const struct lskel_attach_to to = { "x", "sys_enter", 3, 0 };
	static struct lskel_hold hold;
	unsigned int i;
	int link = 0;
	void *skel = lskel_alloc(64), *p = lskel_data_alloc(io->desc, 0, io->maps), *q;
	__u64 addr = lskel_ptr(p);
	int err;

	io->try_signed = lskel_signed_try;
	err = lskel_load(io) + lskel_pin_load(io, lskel_load) + lskel_unpin(io, 3);
	p = lskel_data_take(io, 0, p, &err);
	for (i = 0; !err && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		err = lskel_attach_one(kinds[i], io->state, &to, io->progs[0].prog_fd, at, &link, &hold);
	lskel_detach_one(3, &link, &hold);
	err += lskel_run_prog(io->state, "x", 3, &err, sizeof(err));
	lskel_attach_skip(io->state, "x");
	lskel_attach_none(io->state, "x");
	lskel_disown(io);
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
