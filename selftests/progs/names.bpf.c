// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* So many names of the kernel's that the runtime finds them in one pass; two of them are nowhere. */
#include "prog.h"

#define NAMES(X)                                                                                             \
	X(vfs_read) X(vfs_write) X(lskel_no_such_name) X(vfs_open) X(vfs_fsync) X(filp_close) X(path_get)    \
	X(do_exit) X(kernel_clone) X(wake_up_process) X(kthread_stop) X(tcp_sendmsg) X(tcp_recvmsg)          \
	X(sock_create) X(ip_rcv) X(security_file_open) X(bpf_prog_put) X(lskel_nor_such) X(kernel_wait4)     \
	X(do_nanosleep)

#define DECLARE(name) extern void name(void) __ksym __weak;
NAMES(DECLARE)

enum {
#define NUMBER(name) NR_##name,
	NAMES(NUMBER)
};

unsigned int there;

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
#define LOOK(name) if (name) there |= 1u << NR_##name;
	NAMES(LOOK)
	return 0;
}
