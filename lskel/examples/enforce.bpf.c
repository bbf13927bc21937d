// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Lets no process load an unsigned BPF program: an LSM hook, for kernels that tell it what they made of the
 * signature (7.2 and later). It refuses
 *	- a load without a signature,
 *	- one whose signature was checked with keys that the loading process may have brought itself (any keyring
 *	  but the kernel's own), except trusted_keyring's,
 *	- one that brings CO-RE relocations. They change instructions after the signature over them has been
 *	  checked, and are not signed themselves.
 *
 * What a light skeleton loads is not signed: each of its programs has just been patched. Its loader is, and with
 * it all that it may do; the programs are then loaded from inside of the kernel (bpf_sys_bpf), which the hook is
 * told. Only a program of type syscall can do that, which has been through here itself, or a kernel module.
 * Hence: attach this before anything else that loads programs gets to run, or programs from before can do it.
 *
 * Not its business: filters in classic BPF (seccomp, SO_ATTACH_FILTER), and who may detach it.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define EPERM 1

/* Of the kernel's types, only what is used; the values, too, are found on the target. */
enum bpf_sig_verdict { BPF_SIG_VERIFIED = 1 };
enum bpf_sig_keyring { BPF_SIG_KEYRING_USER = 4 };

struct bpf_prog_aux {
	struct {
		__s32 keyring_serial;
		__u8 keyring_type;
		__u8 verdict;
	} sig;
} __attribute__((preserve_access_index));

struct bpf_prog {
	struct bpf_prog_aux *aux;
} __attribute__((preserve_access_index));

struct bpf_token;

/* The serial number of a key or keyring that counts besides the kernel's own; 0: none. */
const volatile int trusted_keyring = 0;

__u64 signed_cnt, inside_cnt; /* let in: with a signature; by the kernel itself */
__u64 unsigned_cnt, stranger_cnt, relocated_cnt; /* refused, in the order of the list above */

SEC("lsm/bpf_prog_load")
int BPF_PROG(on_load, struct bpf_prog *prog, union bpf_attr *attr, struct bpf_token *token, bool kernel,
	     int ret)
{
	struct bpf_prog_aux *aux = prog->aux;

	if (ret)
		return ret;
	if (kernel) {
		__sync_fetch_and_add(&inside_cnt, 1);
		return 0;
	}
	if (aux->sig.verdict != bpf_core_enum_value(enum bpf_sig_verdict, BPF_SIG_VERIFIED)) {
		__sync_fetch_and_add(&unsigned_cnt, 1);
		return -EPERM;
	}
	if (aux->sig.keyring_type == bpf_core_enum_value(enum bpf_sig_keyring, BPF_SIG_KEYRING_USER) &&
	    (!trusted_keyring || aux->sig.keyring_serial != trusted_keyring)) {
		__sync_fetch_and_add(&stranger_cnt, 1);
		return -EPERM;
	}
	if (attr->core_relo_cnt) {
		__sync_fetch_and_add(&relocated_cnt, 1);
		return -EPERM;
	}
	__sync_fetch_and_add(&signed_cnt, 1);
	return 0;
}

/* To be run before anything is attached: does this kernel say what the hook asks for? */
SEC("syscall")
int can_enforce(void *ctx)
{
	struct bpf_prog_aux *aux = 0;

	return bpf_core_field_exists(aux->sig.verdict);
}

char _license[] SEC("license") = "GPL";
