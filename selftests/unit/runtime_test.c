// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* What the runtime writes into a blob and finds on the machine; its words. */
#include "runtime_blob.h" /* with <cmocka.h> */

static void switches(void **state)
{
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER | 1 << GEAR_LOOP);
	make_skel(&s);
	s.map_on[EXTRA] = LSKEL_ON;
	s.map_on[COUNTS] = LSKEL_OFF;
	s.prog_on[FIRST] = LSKEL_OFF;
	s.prog_on[SECOND] = LSKEL_ON;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(s.maps[COUNTS].map_fd, 0);
	assert_true(s.maps[EXTRA].map_fd > 0);
	assert_int_equal(s.progs[FIRST].prog_fd, 0);
	assert_true(s.progs[SECOND].prog_fd > 0);
	lskel_unload(&s.io);

	/* What is off by default may be said to be off. */
	make_skel(&s);
	s.map_on[EXTRA] = LSKEL_OFF;
	s.prog_on[SECOND] = LSKEL_OFF;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(s.maps[EXTRA].map_fd, 0);
	assert_int_equal(s.progs[SECOND].prog_fd, 0);
	lskel_unload(&s.io);
}

static void sizes_fit_the_machine(void **state)
{
	u32 page = (u32)sysconf(_SC_PAGESIZE), ring;
	struct skel s;

	(void)state;
	NEED_BPF();
	for (ring = page; ring < 5000;)
		ring *= 2;
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	s.map_on[EXTRA] = LSKEL_ON;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(map_entries(s.maps[RING].map_fd), ring);
	assert_int_equal(map_entries(s.maps[EXTRA].map_fd), sysconf(_SC_NPROCESSORS_CONF));
	lskel_unload(&s.io);

	/* The user's number goes through the same rules. */
	make_skel(&s);
	s.map_on[EXTRA] = LSKEL_ON;
	s.maps[EXTRA].max_entries = 7;
	s.maps[RING].max_entries = 3 * page;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(map_entries(s.maps[RING].map_fd), 4 * page);
	assert_int_equal(map_entries(s.maps[EXTRA].map_fd), 7);
	lskel_unload(&s.io);
}

static void data_stays_where_it_is(void **state)
{
	int before = open_fds();
	struct skel s;
	u32 *data, *other, *conf, seen[4];
	struct lskel_attr_elem attr = { 0 };
	u32 key = 0;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	data = lskel_data_alloc(&desc, COUNTS, &s.maps[COUNTS]);
	conf = lskel_data_alloc(&desc, KCONFIG, &s.maps[KCONFIG]);
	assert_non_null(data);
	assert_non_null(conf);
	assert_int_equal(data[0], 41);
	assert_int_equal(data[1], 0);
	assert_int_equal(data[3], 43);
	data[1] = 77;
	conf[0] = 1000;
	other = data;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(lskel_data_finalize(&s.io, COUNTS, data), 0);
	assert_int_equal(lskel_data_finalize(&s.io, KCONFIG, conf), 0);
	assert_ptr_equal(other, data);
	assert_int_equal(data[1], 77);
	assert_int_equal(conf[0], 1000);
	assert_int_not_equal(conf[2], 0); /* the kernel's version came from the machine */

	/* A write through the pointer is one into the map. */
	data[2] = 78;
	attr.map_fd = (u32)s.maps[COUNTS].map_fd;
	attr.key = lskel_ptr(&key);
	attr.value = lskel_ptr(seen);
	assert_int_equal(lskel_sys_bpf(1, &attr, sizeof(attr)), 0);
	assert_int_equal(seen[1], 77);
	assert_int_equal(seen[2], 78);

	/* .kconfig is frozen: mapped read-only, so that mprotect() back is refused. */
	assert_int_equal(mprotect(conf, 24, PROT_READ | PROT_WRITE), -1);
	lskel_data_free(&desc, COUNTS, data);
	lskel_data_free(&desc, KCONFIG, conf);
	lskel_data_free(&desc, KCONFIG, NULL);
	lskel_unload(&s.io);
	assert_int_equal(open_fds(), before);

	/* Without its map the data is still there. */
	make_skel(&s);
	s.map_on[COUNTS] = LSKEL_OFF;
	data = lskel_data_alloc(&desc, COUNTS, &s.maps[COUNTS]);
	data[0] = 5;
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(lskel_data_finalize(&s.io, COUNTS, data), 0);
	assert_int_equal(data[0], 5);
	lskel_data_free(&desc, COUNTS, data);
	lskel_unload(&s.io);
}

static void kconfig_values(void **state)
{
	struct skel s;
	u32 *conf;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	s.kconfig[0] = 0;
	assert_int_equal(lskel_load(&s.io), -ESRCH);
	assert_string_equal(lskel_strerror(&s.state), "kconfig 'CONFIG_HZ': no value; set it before load, or generate with "
						      "--kconfig FILE: -ESRCH");
	assert_int_equal(s.state.op, ~0u);

	/* 0 is a value, if it is said to be one. */
	s.kconfig_set[0] = 1;
	conf = lskel_data_alloc(&desc, KCONFIG, &s.maps[KCONFIG]);
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(lskel_data_finalize(&s.io, KCONFIG, conf), 0);
	assert_int_equal(conf[0], 0);
	assert_int_equal(conf[1], 0);
	assert_int_equal(conf[2], lskel_kernel_version());
	assert_true(conf[2] >= (5 << 16) + (16 << 8));
	assert_int_equal(conf[3], 1);
	assert_int_equal(conf[4], lskel_has_syscall_wrapper(conf[2]));
	assert_int_equal(conf[5], 0);
	lskel_data_free(&desc, KCONFIG, conf);
	lskel_unload(&s.io);

	/* The user's word counts more than the machine's. */
	make_skel(&s);
	s.kconfig[2] = 0x50607;
	s.kconfig_set[3] = 1;
	conf = lskel_data_alloc(&desc, KCONFIG, &s.maps[KCONFIG]);
	memcpy(conf, s.kconfig, sizeof(s.kconfig));
	assert_int_equal(lskel_load(&s.io), 0);
	assert_int_equal(lskel_data_finalize(&s.io, KCONFIG, conf), 0);
	assert_int_equal(conf[0], 250);
	assert_int_equal(conf[2], 0x50607);
	assert_int_equal(conf[3], 0);
	lskel_data_free(&desc, KCONFIG, conf);
	lskel_unload(&s.io);
	lskel_state_free(&s.state);
}

static void attach_messages(void **state)
{
	static const struct lskel_attach_to fentry = { "first", NULL, 24, 0 };
	int fd, link = 0;
	struct skel s;

	(void)state;
	NEED_BPF();
	make_desc(1 << GEAR_STEPPER);
	make_skel(&s);
	assert_int_equal(lskel_load(&s.io), 0);
	fd = attach_raw_tp(&s, "first", "sys_enter", s.progs[FIRST].prog_fd);
	assert_true(fd > 0);
	lskel_close(&fd);
	assert_int_equal(fd, 0);
	lskel_close(&fd);
	assert_int_equal(attach_raw_tp(&s, "first", "no_such_tp", s.progs[FIRST].prog_fd), -ENOENT);
	assert_string_equal(lskel_strerror(&s.state), "prog 'first': BPF_RAW_TRACEPOINT_OPEN: -ENOENT");
	assert_int_equal(attach_raw_tp(&s, "second", "sys_enter", s.progs[SECOND].prog_fd), -EBADF);
	assert_string_equal(lskel_strerror(&s.state), "prog 'second': not loaded: -EBADF");
	fd = lskel_attach_one(lskel_attach_trace, &s.state, &fentry, s.progs[FIRST].prog_fd, NULL, &link, NULL);
	assert_int_equal(fd, -EINVAL);
	assert_string_equal(lskel_strerror(&s.state), "prog 'first': BPF_LINK_CREATE: -EINVAL");
	assert_int_equal(lskel_attach_none(NULL, "first"), -EOPNOTSUPP);
	assert_string_equal(lskel_strerror(NULL), "prog 'first': can't be attached without more arguments: -EOPNOTSUPP");
	lskel_state_clear(&s.state);
	assert_int_equal(lskel_attach_skip(&s.state, "first"), 0);
	assert_int_equal(lskel_attach_skip(&s.state, "second"), 0);
	assert_string_equal(lskel_strerror(&s.state), "prog 'first': not attached, it needs more arguments; "
						      "prog 'second': not attached, it needs more arguments");
	assert_int_equal(s.state.err, 0);
	lskel_unload(&s.io);
}

static void long_names_are_cut(void **state)
{
	struct lskel_state st;
	char name[1000];

	(void)state;
	memset(&st, 0x55, sizeof(st));
	st.log = NULL;
	st.log_own = 0;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	assert_int_equal(lskel_fail(&st, -12345, "map", name, "x"), -12345);
	assert_int_equal(strlen(lskel_strerror(&st)), LSKEL_MSG_SZ - 1);
	lskel_fail(&st, -12345, NULL, NULL, NULL);
	assert_string_equal(lskel_strerror(&st), "-12345");
	lskel_fail(&st, -524, "map", NULL, "x");
	assert_string_equal(lskel_strerror(&st), "map: x: -ENOTSUPP");
}

static void ringbuf_sizes(void **state)
{
	static const struct { u32 sz, page, want; } t[] = {
		{ 0, 4096, 0 }, { 1, 4096, 4096 }, { 4096, 4096, 4096 }, { 4097, 4096, 8192 }, { 4096, 65536, 65536 },
		{ 3 << 16, 65536, 4 << 16 }, { 1u << 31, 4096, 1u << 31 }, { (1u << 31) + 1, 4096, (1u << 31) + 1 },
		{ ~0u, 65536, ~0u },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(lskel_round_ringbuf(t[i].sz, t[i].page), t[i].want);
	assert_int_equal(lskel_sys_page_size(), sysconf(_SC_PAGESIZE));
}

static void cpu_lists(void **state)
{
	static const struct { const char *s; u32 want; } t[] = {
		{ "0\n", 1 }, { "0-1\n", 2 }, { "0-3,8-11\n", 12 }, { "8,0-3", 9 }, { "", 0 }, { "\n", 0 }, { "0-", 0 },
		{ "0-3,", 0 }, { "x", 0 }, { "0-3x", 0 }, { "0-127\n", 128 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(lskel_parse_cpus(t[i].s), t[i].want);
}

static void versions(void **state)
{
	static const struct { const char *s; u32 want; } t[] = {
		{ "6.1.192-1 (2026-01-01)", 6 << 16 | 1 << 8 | 192 }, { "6.18.44-fc-v782", 6 << 16 | 18 << 8 | 44 },
		{ "7.2", 7 << 16 | 2 << 8 }, { "7.2-rc1", 7 << 16 | 2 << 8 }, { "4.19.300", 4 << 16 | 19 << 8 | 255 },
		{ "6.1.x", 6 << 16 | 1 << 8 }, { "6", 0 }, { "6.", 0 }, { "", 0 }, { "x6.1", 0 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(lskel_parse_version(t[i].s), t[i].want);
	assert_string_equal(lskel_find("#1 SMP Debian 6.1.192-1", "Debian "), "6.1.192-1");
	assert_null(lskel_find("#1 SMP Debia", "Debian "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ringbuf_sizes),
		cmocka_unit_test(cpu_lists),
		cmocka_unit_test(versions),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(switches),
		cmocka_unit_test(sizes_fit_the_machine),
		cmocka_unit_test(data_stays_where_it_is),
		cmocka_unit_test(kconfig_values),
		cmocka_unit_test(attach_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
