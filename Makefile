# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# lskel: light skeletons for BPF objects. `make help` lists what can be made.

B ?= build
ifdef SANITIZE
B := build/asan
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
PREFIX ?= /usr/local
CC ?= cc
CLANG ?= clang

WARN := -Wall -Wextra -Werror
ALL_CFLAGS = -std=gnu11 $(WARN) -O2 -g $(SAN) $(CFLAGS)
ALL_CPPFLAGS = -I. -D_GNU_SOURCE= -MMD -MP $(CPPFLAGS)
ALL_LDFLAGS = $(SAN) $(LDFLAGS)
LIBS := -lbpf -lelf -lz -llzma -lzstd -llz4 -lcrypto

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: all
all: $(B)/lskel

# The library is all of the generator, the tool's own files apart. Assembler sources embed the runtime (.incbin).
LIB_SRC := $(sort $(wildcard gen_loader/*.c gen_loader/*/*.c lskel/*.c lskel/sign/*.c lskel/gen/*.c lskel/gen/*.S))
LIB_SRC += $(sort $(wildcard $(patsubst %,kernel/%/*.c,target interp sys verify check)))
LIB_SRC := $(filter-out %.bpf.c,$(LIB_SRC))
TOOL_SRC := $(sort $(wildcard tools/lskel/*.c))
LIB_OBJ := $(LIB_SRC:%=$(B)/obj/%.o)
TOOL_OBJ := $(TOOL_SRC:%=$(B)/obj/%.o)

$(B)/lskel: $(TOOL_OBJ) $(B)/liblskel.a
	$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

$(B)/liblskel.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/obj/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

# The compiler doesn't see what .incbin reads: name it.
$(B)/obj/%.S.o: %.S $(wildcard lskel/runtime/*.h gen_loader/format.h)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -c $< -o $@

include gen_loader/emit/loaders.mk
include selftests/tests.mk
include lskel/examples/demo.mk
include tools/boot/boot.mk
include kernel/preload/preload.mk

.PHONY: deps install clean help bench
deps:
	@tools/deps.sh

bench: all
	@B=$(B) tools/bench/run.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/lskel
	install -m 755 $(B)/lskel $(BOOT) $(DESTDIR)$(PREFIX)/bin
	install -m 644 README.md LICENSE LICENSE.LGPL-2.1 LICENSE.BSD-2-Clause $(DESTDIR)$(PREFIX)/share/doc/lskel

clean:
	rm -rf build

help:
	@sed -n 's/^#: //p' Makefile

#: make              build/lskel, build/lskel-boot
#: make deps         say which packages are missing; as root, install them (not with LSKEL_NO_INSTALL=1)
#: make demo         generate a skeleton, look at its trace, load it, print what it counted
#: make demo-initramfs  boot a kernel whose first process is lskel-boot, in a virtual machine
#: make sizes        how large programs are with lskel's skeletons, bpftool's and libbpf's
#: make test         everything: deps, all, check, check-vm
#: make check        all tests that need no virtual machine, on the running kernel
#: make check-vm     the loading tests on Debian's kernels, in virtual machines (KERNELS="6.1 7.2": only these)
#: make check-vm ARCH=arm64|riscv64|s390x  the same for another machine, cross-compiled
#: make check-module a skeleton in a kernel module, in a virtual machine, and the kernel's own preload module on a header of ours
#: make bench        times, sizes, system calls, against bpftool's and libbpf's skeletons (BENCH_JSON=FILE, see tools/bench/run.sh)
#: make loader-check are the checked-in loader programs what their source compiles to?
#: make install      to DESTDIR PREFIX (/usr/local)
#: make clean
#: SANITIZE=1        as an argument to any of these: with the address and undefined behaviour sanitizers, in build/asan

-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d)
