/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Loading by several threads, for objects with many programs: most of a load is the verifier's time, and no
 * program needs another one to be loaded. A program asks for it by defining LSKEL_THREADS before it includes the header: an
 * expression, how many threads may work at a time, the caller's included. It takes a libc with POSIX threads.
 *
 * The process executes the operations itself, as in the direct gear; only names are looked up by the loader, one
 * run of the stepper for each. BTF, names and maps come first and programs last, in any order; what is reported is
 * the first failure in the order of the list, as if there had been one thread. A verifier's log for all programs
 * (ctx.log_level) and a skeleton without a stepper are not for several threads: then there is one, as ever.
 */
#ifndef LSKEL_TEAM_H
#define LSKEL_TEAM_H

#ifndef LSKEL_THREADS

#define LSKEL_TEAM_WANTED(io) 0

static inline int lskel_team_looks_up(const struct lskel_desc *desc, unsigned char *blob)
{
	(void)desc;
	(void)blob;
	return 0;
}

static inline int lskel_team_run(const struct lskel_desc *desc, unsigned char *blob, int prog_fd,
				 int direct)
{
	(void)direct;
	(void)desc;
	(void)blob;
	(void)prog_fd;
	return -EOPNOTSUPP;
}

#else

#if !LSKEL_HOSTED
#error "LSKEL_THREADS takes a libc"
#endif
#include <pthread.h>

/* Not more than these, whatever LSKEL_THREADS says. */
#define LSKEL_TEAM_MAX 64

/* Programs that wait for each other to be verified gain nothing: two are the least. */
#define LSKEL_TEAM_WANTED(io) \
	((LSKEL_THREADS) > 1 && (io)->desc->prog_cnt > 1 && (LSKEL_DIRECT_WANTED(io) || (io)->desc->stepper.insns_sz))

struct lskel_team {
	const struct lskel_desc *desc;
	unsigned char *blob;
	unsigned int next, end; /* spans */
	unsigned int stop;      /* one has failed: take no more */
	int direct;             /* for kernels that have no loaders, too */
};

struct lskel_member {
	struct lskel_team *team;
	pthread_t thread;
	unsigned int failed;  /* the span in which an operation failed; ~0u: none */
	struct lskel_hdr hdr; /* its err and at */
};

static inline unsigned int lskel_team_off(const struct lskel_desc *desc, unsigned int op)
{
	return desc->ops_off + op * (unsigned int)sizeof(struct lskel_op);
}

/*
 * Loads programs until there is none left. They are taken in order: when one fails, those before it are done or in
 * work, so the first failure of all is among those that the members have met.
 */
static inline void *lskel_team_work(void *arg)
{
	struct lskel_member *m = (struct lskel_member *)arg;
	struct lskel_team *team = m->team;
	struct lskel_direct d;
	unsigned int i, end;

	memset(&d, 0, sizeof(d));
	d.n.desc = team->desc;
	d.n.blob = team->blob;
	d.fd_array = !team->direct;
	while (m->failed == ~0u && !__atomic_load_n(&team->stop, __ATOMIC_RELAXED)) {
		i = __atomic_fetch_add(&team->next, 1, __ATOMIC_RELAXED);
		if (i >= team->end)
			break;
		end = lskel_team_off(d.n.desc, d.n.desc->spans[i].first_op + d.n.desc->spans[i].op_cnt);
		m->hdr.magic = LSKEL_MAGIC;
		m->hdr.pc = lskel_team_off(d.n.desc, d.n.desc->spans[i].first_op);
		if (!lskel_direct_upto(&d, &m->hdr, end) && m->hdr.pc == end)
			continue;
		m->failed = i;
		__atomic_store_n(&team->stop, 1, __ATOMIC_RELAXED);
	}
	lskel_direct_free(&d);
	return NULL;
}

static inline int lskel_span_loads(const struct lskel_desc *desc, unsigned char *blob, const struct lskel_span *span)
{
	unsigned int i;

	for (i = 0; span->kind == LSKEL_SUBJ_PROG && i < span->op_cnt; i++) {
		const struct lskel_op *op = LSKEL_OP_AT(desc, blob, span->first_op + i);

		if (op->kind == LSKEL_OP_SYS && op->arg == LSKEL_BPF_PROG_LOAD)
			return 1;
	}
	return 0;
}

/* The programs, from team->next to team->end. Returns the span of the first failure, and its err and at in *@hdr. */
static inline unsigned int lskel_team_progs(struct lskel_team *team, struct lskel_hdr *hdr)
{
	struct lskel_member members[LSKEL_TEAM_MAX];
	unsigned int want = (unsigned int)(LSKEL_THREADS), cnt, i, first = ~0u;

	if (want > LSKEL_TEAM_MAX)
		want = LSKEL_TEAM_MAX;
	if (want > team->end - team->next)
		want = team->end - team->next;
	memset(members, 0, sizeof(members));
	for (i = 0; i < want; i++) {
		members[i].team = team;
		members[i].failed = ~0u;
	}
	/* The threads have the signals blocked, as the caller has. One that can't be had is done without. */
	for (cnt = 1; cnt < want; cnt++) {
		if (pthread_create(&members[cnt].thread, NULL, lskel_team_work, &members[cnt]))
			break;
	}
	if (want)
		lskel_team_work(&members[0]);
	for (i = 1; i < cnt; i++)
		pthread_join(members[i].thread, NULL);
	for (i = 0; i < want; i++) {
		if (members[i].failed >= first)
			continue;
		first = members[i].failed;
		hdr->err = members[i].hdr.err;
		hdr->at = members[i].hdr.at;
	}
	return first;
}

/* Does it take the loader? */
static inline int lskel_team_looks_up(const struct lskel_desc *desc, unsigned char *blob)
{
	unsigned int i;

	for (i = 0; i < desc->op_cnt; i++) {
		const struct lskel_op *op = LSKEL_OP_AT(desc, blob, i);

		if (op->kind == LSKEL_OP_FIND || op->kind == LSKEL_OP_KSYM)
			return 1;
	}
	return 0;
}

/* Run @blob to its end. @prog_fd: the stepper, or -1; @direct: the gear. The outcome is in its header. */
static inline int lskel_team_run(const struct lskel_desc *desc, unsigned char *blob, int prog_fd,
				 int direct)
{
	struct lskel_hdr *hdr = (struct lskel_hdr *)(void *)blob;
	struct lskel_team team;
	struct lskel_direct d;
	unsigned int i;
	int err;

	if (hdr->magic != LSKEL_MAGIC)
		return -EINVAL;
	memset(&d, 0, sizeof(d));
	d.n.desc = desc;
	d.n.blob = blob;
	d.prog_fd = prog_fd > 0 ? prog_fd : 0;
	memset(&team, 0, sizeof(team));
	team.desc = desc;
	team.blob = blob;
	team.direct = direct;
	d.fd_array = !direct;
	for (i = 0; i < desc->span_cnt && !lskel_span_loads(desc, blob, &desc->spans[i]); i++)
		;
	team.next = i;
	for (; i < desc->span_cnt && lskel_span_loads(desc, blob, &desc->spans[i]); i++)
		;
	team.end = i;
	i = team.next < team.end ? lskel_team_off(desc, desc->spans[team.next].first_op) : ~0u;
	err = lskel_direct_upto(&d, hdr, i);
	if (!err && hdr->magic && hdr->pc == i) {
		i = desc->spans[team.end - 1].first_op + desc->spans[team.end - 1].op_cnt;
		hdr->pc = lskel_team_progs(&team, hdr) == ~0u ? lskel_team_off(desc, i) : hdr->unwind;
	}
	if (!err)
		err = lskel_direct_upto(&d, hdr, ~0u);
	lskel_direct_free(&d);
	return err;
}

#endif /* LSKEL_THREADS */
#endif
