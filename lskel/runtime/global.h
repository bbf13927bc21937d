/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What only generated headers use: for the declarations of global variables, and before loading. */
#ifndef LSKEL_GLOBAL_H
#define LSKEL_GLOBAL_H

#ifdef __cplusplus
typedef bool lskel_bool;
#else
typedef _Bool lskel_bool;
#endif

/*
 * LSKEL_FIELD() - the compiler's word that a variable lies where the BPF program has it.
 * If one of these fails, a type of that name in your program differs from the one in the BPF program.
 */
#define LSKEL_FIELD_OK(skel, sec, var, off, sz) \
	(__builtin_offsetof(__typeof__(*((struct skel *)0)->sec), var) == (off) && \
	 sizeof(((struct skel *)0)->sec->var) == (sz))
#if defined(__cplusplus)
#define LSKEL_FIELD(skel, sec, var, off, sz) \
	static_assert(LSKEL_FIELD_OK(skel, sec, var, off, sz), \
		      "variable " #var " is not what the BPF program has")
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define LSKEL_FIELD(skel, sec, var, off, sz) \
	_Static_assert(LSKEL_FIELD_OK(skel, sec, var, off, sz), \
		       "variable " #var " is not what the BPF program has")
#else
#define LSKEL_FIELD(skel, sec, var, off, sz) \
	extern char skel##__##sec##__##var##__is_not_what_the_bpf_program_has \
		[LSKEL_FIELD_OK(skel, sec, var, off, sz) ? 1 : -1]
#endif

#ifndef EBUSY /* no libc; the same number everywhere */
#define EBUSY 16
#endif

/* -EBUSY if something is loaded: loading over it would lose the descriptors that are open. */
static inline int lskel_not_loaded(const struct lskel_io *io)
{
	unsigned int i;
	int fds = 0;

	for (i = 0; i < io->desc->map_cnt; i++)
		fds |= io->maps[i].map_fd > 0;
	for (i = 0; i < io->desc->prog_cnt; i++)
		fds |= io->progs[i].prog_fd > 0;
	return fds ? lskel_fail(io->state, -EBUSY, LSKEL_TEXT("skeleton"), io->desc->name,
				LSKEL_TEXT("already loaded"))
		   : 0;
}

#endif
