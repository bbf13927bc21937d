// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* The runtime loads, and fails to load, a skeleton made by hand, in both gears on the running kernel. */
#include "runtime_blob.h" /* with <cmocka.h> */

static void loads_in_every_gear(void **state)
{
	u32 g;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		int before = open_fds();
		struct skel s;
		u32 *p;

		make_desc(gear_sets[g]);
		make_skel(&s);
		assert_int_equal(lskel_load(&s.io), 0);
		assert_int_equal(s.state.err, 0);
		assert_string_equal(lskel_strerror(&s.state), "");
		assert_int_equal(inject.runs, 1);
		assert_true(s.maps[COUNTS].map_fd > 0);
		assert_true(s.maps[RING].map_fd > 0);
		assert_int_equal(s.maps[EXTRA].map_fd, 0); /* off by default */
		assert_true(s.maps[KCONFIG].map_fd > 0);
		assert_true(s.progs[FIRST].prog_fd > 0);
		assert_int_equal(s.progs[SECOND].prog_fd, 0);
		assert_int_equal(open_fds(), before + 4);
		p = mmap(NULL, 16, PROT_READ, MAP_SHARED, s.maps[COUNTS].map_fd, 0);
		assert_ptr_not_equal(p, MAP_FAILED);
		assert_int_equal(p[0], 41);
		assert_int_equal(p[3], 43);
		munmap(p, 16);
		lskel_unload(&s.io);
		assert_int_equal(s.progs[FIRST].prog_fd, 0);
		assert_int_equal(open_fds(), before);
		lskel_state_free(&s.state);
	}
}

static const char *subject_of(u32 op)
{
	static const char *const names[] = { "map 'counts'", "map 'ring'", "map 'extra'", "map '.kconfig'",
					     "ksym 'task_struct'", "prog 'first'", "prog 'second'", "loader" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		if (op >= spans[i].first_op && op < spans[i].first_op + spans[i].op_cnt)
			return names[i];
	}
	return "?";
}

/* Everything on, so that every operation runs; each one fails once. */
static void each_operation_fails_once(void **state)
{
	u32 g, op;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		for (op = 0; op <= END; op++) {
			int before = open_fds();
			char want[128];
			struct skel s;

			make_desc(gear_sets[g]);
			make_skel(&s);
			s.map_on[EXTRA] = LSKEL_ON;
			s.prog_on[SECOND] = LSKEL_ON;
			inject.fail_op = (int)op;
			assert_int_equal(lskel_load(&s.io), -EINVAL);
			assert_int_equal(s.state.err, -EINVAL);
			assert_int_equal(errno, EINVAL);
			assert_int_equal(s.state.op, op);
			snprintf(want, sizeof(want), "%s: bpf: -EINVAL", subject_of(op));
			assert_string_equal(lskel_strerror(&s.state), want);
			assert_string_equal(lskel_strerror(NULL), want);
			assert_null(lskel_log(&s.state));
			assert_int_equal(s.maps[COUNTS].map_fd, 0);
			assert_int_equal(s.progs[FIRST].prog_fd, 0);
			assert_int_equal(open_fds(), before);
			lskel_state_free(&s.state);
		}
	}
}

static const struct {
	const char *name;
	u32 at, val;
	bool map_extra, prog_second;
	int err;
	const char *msg;
} refusals[] = {
	{ "map", ATTR(A_COUNTS), 999, .err = -EINVAL, .msg = "map 'counts': BPF_MAP_CREATE: -EINVAL" },
	{ "freeze", OPS + 13 * 16 + 8, CELL(15), .err = -EBADF, .msg = "map '.kconfig': BPF_MAP_FREEZE: -EBADF" },
	{ "update", OPS + 1 * 16 + 8, CELL(15), .err = -EBADF, .msg = "map 'counts': BPF_MAP_UPDATE_ELEM: -EBADF" },
	{ "find", STR(1), 0x78787878, .prog_second = true, .err = -ENOENT,
	  .msg = "ksym 'task_struct': not in kernel BTF: -ENOENT" },
	{ "find_nobody_needs", STR(1), 0x78787878, .err = 0, .msg = "" },
	{ "find_broken", OPS + 15 * 16, 2 << 24 | 4 << 8 | LSKEL_OP_FIND, .prog_second = true, .err = -EINVAL,
	  .msg = "ksym 'task_struct': look-up in kernel BTF: -EINVAL" },
	{ "prog", ATTR(A_SECOND), 9999, .prog_second = true, .err = -EINVAL, .msg = "prog 'second': BPF_PROG_LOAD: -EINVAL" },
	{ "prog_nobody_needs", ATTR(A_SECOND), 9999, .err = 0, .msg = "" },
};

static void refusals_are_named(void **state)
{
	u32 g, i;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		for (i = 0; i < ARRAY_SIZE(refusals); i++) {
			int before = open_fds();
			struct skel s;

			make_desc(gear_sets[g]);
			make_skel(&s);
			s.prog_on[SECOND] = refusals[i].prog_second ? LSKEL_ON : LSKEL_DEFAULT;
			inject.put_at = refusals[i].at;
			inject.put = refusals[i].val;
			assert_int_equal(lskel_load(&s.io), refusals[i].err);
			assert_string_equal(lskel_strerror(&s.state), refusals[i].msg);
			lskel_unload(&s.io);
			lskel_state_free(&s.state);
			assert_int_equal(open_fds(), before);
		}
	}
}

/* "exit" alone: R0 was never set. */
static void verifier_log_by_a_second_run(void **state)
{
	u32 g;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		int before = open_fds();
		struct skel s;

		make_desc(gear_sets[g]);
		make_skel(&s);
		inject.put_at = INSNS;
		inject.put = 0x95;
		assert_int_equal(lskel_load(&s.io), -EINVAL);
		assert_int_equal(inject.runs, 2);
		assert_string_equal(lskel_strerror(&s.state), "prog 'first': rejected by the verifier, see hand__log(): -EINVAL");
		assert_non_null(lskel_log(&s.state));
		assert_non_null(strstr(lskel_log(&s.state), "unreachable insn 1"));
		assert_int_equal(open_fds(), before);

		/* The next load forgets it. */
		inject_reset();
		assert_int_equal(lskel_load(&s.io), 0);
		assert_null(lskel_log(&s.state));
		assert_string_equal(lskel_strerror(&s.state), "");
		lskel_unload(&s.io);
		lskel_state_free(&s.state);
		assert_int_equal(open_fds(), before);
	}
}

static void verifier_log_in_the_users_buffer(void **state)
{
	static char buf[65536];
	struct skel s;
	int level;

	(void)state;
	NEED_BPF();
	for (level = 0; level <= 2; level++) {
		make_desc(1 << GEAR_STEPPER);
		make_skel(&s);
		memset(buf, 0, sizeof(buf));
		s.ctx.log_level = (u32)level;
		s.ctx.log_buf = lskel_ptr(buf);
		s.ctx.log_size = sizeof(buf);
		inject.put_at = INSNS;
		inject.put = 0x95;
		assert_int_equal(lskel_load(&s.io), -EINVAL);
		/* With a level the log is on from the start. */
		assert_int_equal(inject.runs, level ? 1 : 2);
		assert_ptr_equal(lskel_log(&s.state), buf);
		assert_non_null(strstr(buf, "unreachable insn 1"));
		assert_int_equal(s.state.log_own, 0);
		lskel_state_free(&s.state);
	}

	/* As bpftool's skeletons do, a load that works leaves its log too. */
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	memset(buf, 0, sizeof(buf));
	s.ctx.log_level = 2;
	s.ctx.log_buf = lskel_ptr(buf);
	s.ctx.log_size = sizeof(buf);
	assert_int_equal(lskel_load(&s.io), 0);
	assert_non_null(strstr(buf, "exit"));
	lskel_unload(&s.io);
	lskel_state_free(&s.state);
}

/* The error is the first run's, if the log turns out to be too small for the second. */
static void small_log_hides_no_error(void **state)
{
	static char buf[256];
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	s.ctx.log_buf = lskel_ptr(buf);
	s.ctx.log_size = 8; /* EINVAL before 6.4, ENOSPC since */
	memcpy(blob + INSNS + 8, "\x61\x00\x00\x00\x00\x00\x00\x00", 8); /* r0 = *(u32 *)(r0 + 0): -EACCES */
	put(ATTR(A_FIRST) + 4, 3);
	memcpy(blob + INSNS + 16, good_insns + 1, 8);
	assert_int_equal(lskel_load(&s.io), -EACCES);
	/* kernels before 6.4 refuse so small a buffer and leave it empty */
	assert_string_equal(lskel_strerror(&s.state),
			    lskel_log(&s.state) ? "prog 'first': rejected by the verifier, see hand__log(): -EACCES" :
						  "prog 'first': BPF_PROG_LOAD: -EACCES");
	lskel_state_free(&s.state);
}

/* A failure that is gone in the second run was none. */
static void passing_failure_is_forgotten(void **state)
{
	int before = open_fds();
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	inject.put_at = INSNS;
	inject.put = 0x95;
	inject.only_first = true;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(inject.runs, 2);
	assert_null(lskel_log(&s.state));
	assert_int_equal(s.state.err, 0);
	assert_true(s.progs[FIRST].prog_fd > 0);
	lskel_unload(&s.io);
	lskel_state_free(&s.state);
	assert_int_equal(open_fds(), before);
}

static void state_and_ctx_may_be_missing(void **state)
{
	int before = open_fds();
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	s.io.state = NULL;
	s.io.ctx = NULL;
	s.io.map_on = s.io.prog_on = s.io.kconfig_set = NULL;
	assert_int_equal(lskel_load(&s.io), 0);
	lskel_unload(&s.io);
	inject.put_at = INSNS;
	inject.put = 0x95;
	assert_int_equal(lskel_load(&s.io), -EINVAL);
	assert_string_equal(lskel_strerror(NULL), "prog 'first': BPF_PROG_LOAD: -EINVAL");
	assert_int_equal(open_fds(), before);
}

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
	(void)sig;
	ticks++;
}

static void timer_fails_no_load(void **state)
{
	static const struct itimerval off, every = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction sa = { .sa_handler = tick }, old;
	sigset_t before, after;
	u32 g;
	int i;

	(void)state;
	NEED_BPF();
	sigaction(SIGALRM, &sa, &old);
	sigprocmask(SIG_BLOCK, NULL, &before);
	for (g = 0; g < gear_set_cnt(); g++) {
		make_desc(gear_sets[g]);
		ticks = 0;
		setitimer(ITIMER_REAL, &every, NULL);
		for (i = 0; i < 50 || (ticks < 10 && i < 1000); i++) {
			struct skel s;
			int err;

			make_skel(&s);
			err = lskel_load(&s.io);
			if (err)
				setitimer(ITIMER_REAL, &off, NULL);
			assert_int_equal(err, 0);
			assert_int_equal(inject.runs, 1);
			inject.runs = 0;
			lskel_unload(&s.io);
		}
		setitimer(ITIMER_REAL, &off, NULL);
		assert_true(ticks >= 10); /* signals came, and come through after a load */
	}
	sigprocmask(SIG_BLOCK, NULL, &after);
	assert_memory_equal(&before, &after, 8); /* what the kernel has of it */
	sigaction(SIGALRM, &old, NULL);
}

/* In a child, because the test's own output needs descriptors 1 and 2. Returns 0, or the line that went wrong. */
static int without_stdio(void)
{
	struct skel s;
	int i, fd;

	for (i = 0; i < 3; i++)
		close(i);
	make_skel(&s);
	if (lskel_load(&s.io))
		return __LINE__;
	for (i = 0; i < MAPS; i++) {
		if (i != EXTRA && s.maps[i].map_fd <= 0)
			return __LINE__;
	}
	if (s.progs[FIRST].prog_fd <= 0)
		return __LINE__;
	/* The link would be 0 by itself. */
	if (dup(s.progs[FIRST].prog_fd) != 0)
		return __LINE__;
	close(0);
	fd = attach_raw_tp(&s, "first", "sys_enter", s.progs[FIRST].prog_fd);
	if (fd <= 0)
		return __LINE__;
	if (dup(fd) != 0) /* and 0 is free again */
		return __LINE__;
	lskel_unload(&s.io);
	return 0;
}

static void works_without_stdio(void **state)
{
	u32 g;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		int status;
		pid_t pid;

		make_desc(gear_sets[g]);
		pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			_exit(without_stdio() % 251);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* Returns 0, or the line that went wrong; in a child, which gives its privileges up. */
static int without_privileges(void)
{
	struct skel s;

	if (setgid(65534) || setuid(65534))
		return __LINE__;
	make_skel(&s);
	if (lskel_load(&s.io) != -EPERM)
		return __LINE__;
	if (strcmp(lskel_strerror(&s.state), "loader: BPF_MAP_CREATE: -EPERM") &&
	    strcmp(lskel_strerror(&s.state), "loader: BPF_PROG_LOAD: -EPERM"))
		return __LINE__;
	return 0;
}

static void unprivileged_is_told(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (getuid()) {
		print_message("not root\n");
		skip();
	}
	make_desc(1 << GEAR_STEPPER);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(without_privileges() % 251);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Where callbacks are refused, as without a JIT, the stepper takes over; alone, the loop is an error. */
static void stepper_replaces_a_refused_loop(void **state)
{
	static const u32 wrong_func_info[] = { 0, 2, 1, 2 };
	struct lskel_loader loop;
	int before = open_fds();
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER | 1 << GEAR_LOOP);
	desc.loop.func_info = wrong_func_info;
	make_skel(&s);
	assert_int_equal(lskel_load(&s.io), 0);
	lskel_unload(&s.io);
	loop = desc.loop;
	make_desc(1 << GEAR_LOOP);
	desc.loop = loop;
	assert_int_equal(lskel_load(&s.io), -EINVAL);
	assert_string_equal(lskel_strerror(&s.state), "loader: BPF_PROG_LOAD: -EINVAL");
	desc.loop.btf = wrong_func_info;
	assert_int_equal(lskel_load(&s.io), -EINVAL);
	assert_string_equal(lskel_strerror(&s.state), "loader: BPF_BTF_LOAD: -EINVAL");
	assert_int_equal(open_fds(), before);
}

/* Run on 5.10 in the kernel matrix; elsewhere only the condition is there to be tested. */
static void old_kernel_is_told(void **state)
{
	int before = open_fds();
	struct skel s;

	(void)state;
	if (!may_bpf() || !TOO_OLD) {
		print_message("no permission for bpf(2), or the kernel is new enough\n");
		skip();
	}
	make_desc(1 << GEAR_STEPPER | 1 << GEAR_LOOP);
	make_skel(&s);
	assert_true(lskel_load(&s.io) < 0);
	assert_non_null(strstr(lskel_strerror(&s.state), "loader: this kernel can't run it: it takes Linux 6.1 or later, or LSKEL_DIRECT: -"));
	assert_int_equal(open_fds(), before);
}

static void foreign_blob_is_refused(void **state)
{
	int before = open_fds();
	struct skel s;
	u32 g;

	(void)state;
	NEED_BPF();
	for (g = 0; g < gear_set_cnt(); g++) {
		make_desc(gear_sets[g]);
		make_skel(&s);
		inject.put_magic = true;
		inject.put = __builtin_bswap32(LSKEL_MAGIC);
		assert_int_equal(lskel_load(&s.io), -EINVAL);
		assert_string_equal(lskel_strerror(&s.state), "loader: BPF_PROG_RUN: -EINVAL");
		assert_int_equal(open_fds(), before);
	}
}

/* A jump back would go round for ever, one step a run; what it has opened is closed from outside. */
static void endless_blob_is_stopped(void **state)
{
	int before = open_fds();
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	blob[OPS + END * sizeof(struct lskel_op) + offsetof(struct lskel_op, min)] = 1;
	inject.put_at = OPS + END * sizeof(struct lskel_op) + offsetof(struct lskel_op, skip);
	inject.put = -(u32)((END + 1 - 6) * sizeof(struct lskel_op)); /* back to where two maps are open */
	assert_int_equal(lskel_load(&s.io), -ELOOP);
	assert_string_equal(lskel_strerror(&s.state), "loader: BPF_PROG_RUN: -ELOOP");
	/* Two maps were opened twice and their first descriptors are gone; the rest is closed. */
	assert_true(open_fds() <= before + 2 + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_in_every_gear),
		cmocka_unit_test(each_operation_fails_once),
		cmocka_unit_test(refusals_are_named),
		cmocka_unit_test(verifier_log_by_a_second_run),
		cmocka_unit_test(verifier_log_in_the_users_buffer),
		cmocka_unit_test(small_log_hides_no_error),
		cmocka_unit_test(passing_failure_is_forgotten),
		cmocka_unit_test(state_and_ctx_may_be_missing),
		cmocka_unit_test(timer_fails_no_load),
		cmocka_unit_test(works_without_stdio),
		cmocka_unit_test(unprivileged_is_told),
		cmocka_unit_test(stepper_replaces_a_refused_loop),
		cmocka_unit_test(old_kernel_is_told),
		cmocka_unit_test(foreign_blob_is_refused),
		cmocka_unit_test(endless_blob_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
