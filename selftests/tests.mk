# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Included by the Makefile: building the tests and running them.

# `// CLANG: clang-19` among a source's first lines: it takes that compiler. Without it the program is left out, and
# loading tests that include its skeleton are skipped by name.
ALL_BPF_SRC := $(sort $(wildcard selftests/progs/*.bpf.c))
NO_CLANG := $(shell for f in $(ALL_BPF_SRC); do c=$$(sed -n '1,5s,^// CLANG: ,,p' $$f); [ -z "$$c" ] || \
	command -v $$c > /dev/null || echo $$f; done; \
	command -v openssl > /dev/null || grep -l '^// LSKEL:.* --sign ' $(ALL_BPF_SRC))
BPF_SRC := $(filter-out $(NO_CLANG),$(ALL_BPF_SRC))
NO_SKEL := $(NO_CLANG:selftests/progs/%.bpf.c=%)
BPF_NAMES := $(BPF_SRC:selftests/progs/%.bpf.c=%)
BPF_OBJ := $(BPF_NAMES:%=$(B)/progs/%.bpf.o)
UNIT := $(patsubst selftests/unit/%.c,$(B)/unit/%,$(sort $(shell grep -l cmocka_run_group_tests selftests/unit/*.c)))
LOAD_SRC := $(sort $(wildcard selftests/load/*.c))
GEARS := stepper loop direct
# The skeletons that the loading tests include; other objects are for other tests, some of them are not to be generated.
LOAD_SKELS := $(sort $(shell sed -n 's/^.*include "\(.*\)\.lskel\.h".*/\1/p' $(LOAD_SRC)))
LOAD_SKELS := $(filter-out $(NO_SKEL),$(LOAD_SKELS))
NO_LOAD := $(if $(NO_SKEL),$(sort $(shell grep -l $(NO_SKEL:%=-e '"%.lskel.h"') $(LOAD_SRC))))

# <linux/types.h> wants <asm/types.h>, which lies in the host's multiarch directory. Line info names files: without the
# prefix map, objects (and the golden traces) would depend on where the tree lies.
BPF_TARGET ?= bpf
HOSTCC ?= cc
BPF_CFLAGS = -O2 -g -target $(BPF_TARGET) -mcpu=v3 -Wall -Werror -ffile-prefix-map=$(CURDIR)=. $(shell $(HOSTCC) -print-multiarch 2>/dev/null | sed 's,^.,-idirafter /usr/include/&,')
# A source's own flags: `// CFLAGS: ...` among its first lines.
own_cflags = $$(sed -n '1,5s,^// CFLAGS: ,,p' $<)
own_clang = $$(sed -n '1,5s,^// CLANG: ,,p' $< | grep . || echo $(CLANG))

# `// EDIT: attributes`: selftests/btf_edit.c has a hand in it.
BPF_EDIT := $(shell grep -l '^// EDIT: ' $(BPF_SRC))
$(BPF_EDIT:selftests/progs/%.bpf.c=$(B)/progs/%.bpf.o): $(B)/btf-edit
$(B)/btf-edit: selftests/btf_edit.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $< -o $@

$(B)/progs/%.bpf.o: selftests/progs/%.bpf.c
	@mkdir -p $(@D)
	$(own_clang) $(BPF_CFLAGS) -I. -MMD -MP $(own_cflags) -c $< -o $@
	$(if $(filter $<,$(BPF_EDIT)),$(B)/btf-edit $@)

# For machines of the other byte order, where only bytes are looked at.
$(B)/progs/%.be.o: selftests/progs/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -target bpfeb -I. -c $< -o $@

selftests/progs/%.bpf.c:
	@echo "$@: a loading test includes the skeleton of this program, but it is not there" >&2; exit 1

# What its skeleton is generated with: `// LSKEL: ...`; @B@ is the build directory.
own_gen = $$(sed -n '1,5s,^// LSKEL: ,,p' selftests/progs/$*.bpf.c | sed 's,@B@,$(B),g')

# The direct gear is made when a skeleton is compiled, from the same skeletons as the stepper's.
skels_of = $(if $(filter direct,$(1)),stepper,$(1))
gear_flags = $(if $(filter direct,$(1)),-DLSKEL_DIRECT)

# A file of tests that need another compiler, without it.
skip_all = { echo '\#include "selftests/load/load.h"'; \
	sed -n 's/^LOAD_TEST(\(.*\))$$/LOAD_TEST(\1) { SKIP("the compiler or the openssl that its program takes"); }/p' $<; }

# The generator; that of this machine when the rest is for another one.
GEN ?= $(B)/lskel

# Skeletons, and the runner of the loading tests, once per gear.
define gear_rules
SKEL_$(1) := $(LOAD_SKELS:%=$(B)/skel/$(call skels_of,$(1))/%.lskel.h)
LOAD_OBJ_$(1) := $(LOAD_SRC:selftests/load/%.c=$(B)/load/$(1)/%.o)

ifneq ($(1),direct)
$(B)/skel/$(1)/%.lskel.h: $(B)/progs/%.bpf.o $(GEN)
	@mkdir -p $$(@D)
	$(GEN) gen --gear $(1) --name $$* $$(own_gen) $$< -o $$@
endif

$(B)/load/$(1)/%.o: selftests/load/%.c | $$(SKEL_$(1))
	@mkdir -p $$(@D)
	$$(if $$(filter $$<,$(NO_LOAD)),$$(skip_all) | $(CC) $(call gear_flags,$(1)) -x c -I. $$(ALL_CFLAGS) -c - -o $$@,\
	$(CC) $$(ALL_CPPFLAGS) $(call gear_flags,$(1)) -I$(B)/skel/$(call skels_of,$(1)) -I$(B)/sign $$(ALL_CFLAGS) -O1 -g1 -c $$< -o $$@)

$(B)/load/load-$(1): $$(LOAD_OBJ_$(1))
	$(CC) $$(ALL_LDFLAGS) $$^ -o $$@

-include $$(LOAD_OBJ_$(1):.o=.d)
endef
$(foreach gear,$(GEARS),$(eval $(call gear_rules,$(gear))))

# For kernels without CO-RE of their own: the tests whose objects use it, in the direct gear, resolved for the kernel that
# KERNEL_IMAGE is. tools/vm/matrix.sh makes them when it has the kernel.
CORE_SRC := $(patsubst %,selftests/load/%.c,main util needs attach core ksyms struct_ops)
CORE_SKELS := $(sort $(shell sed -n 's/^.*include "\(.*\)\.lskel\.h".*/\1/p' $(CORE_SRC)))
$(CORE_SKELS:%=$(B)/skel/core/%.lskel.h): $(B)/skel/core/%.lskel.h: $(B)/progs/%.bpf.o $(GEN) $(KERNEL_IMAGE)
	@mkdir -p $(@D)
	$(GEN) gen --gear stepper --btf $(KERNEL_IMAGE) --name $* $< -o $@
$(CORE_SRC:selftests/load/%.c=$(B)/load/core/%.o): $(B)/load/core/%.o: selftests/load/%.c $(CORE_SKELS:%=$(B)/skel/core/%.lskel.h)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -DLSKEL_DIRECT -DCORE_RESOLVED -I$(B)/skel/core $(ALL_CFLAGS) -O1 -c $< -o $@
$(B)/load/load-core: $(CORE_SRC:selftests/load/%.c=$(B)/load/core/%.o)
	$(CC) $(ALL_LDFLAGS) $^ -o $@

# Keys to sign with, new ones in each tree, and as bytes for the tests to put into keyrings.
$(B)/sign/%_cert.pem:
	@mkdir -p $(@D)
	openssl req -x509 -newkey $(if $(findstring ec,$*),ec -pkeyopt ec_paramgen_curve:P-256,rsa:2048) -nodes -days 36500 \
		-keyout $(@D)/$*_key.pem.tmp -out $@.tmp -subj '/CN=lskel test $*' -addext subjectKeyIdentifier=hash 2> /dev/null
	@mv $(@D)/$*_key.pem.tmp $(@D)/$*_key.pem; mv $@.tmp $@
$(B)/sign/%.pem.h: $(B)/sign/%.pem
	openssl x509 -in $< -outform DER | od -An -v -tx1 | sed 's/ \(..\)/0x\1,/g' > $@
SIGNED := $(shell grep -l '^// LSKEL:.* --sign ' $(BPF_SRC))
$(foreach s,$(SIGNED:selftests/progs/%.bpf.c=%),$(GEARS:%=$(B)/skel/%/$s.lskel.h)): $(B)/sign/rsa_cert.pem
$(foreach g,$(GEARS),$(B)/load/$g/signed.o $(B)/load/$g/enforce.o): $(if $(SIGNED),$(B)/sign/rsa_cert.pem.h $(B)/sign/other_cert.pem.h)

# Generated with another object's BTF in place of a kernel's.
$(foreach s,core_file core_poison,$(GEARS:%=$(B)/skel/%/$s.lskel.h)): $(B)/progs/core_target.bpf.o

$(B)/unit/%: selftests/unit/%.c $(B)/liblskel.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $< $(B)/liblskel.a $(LIBS) -lcmocka -o $@

# What the verifier's model says of objects: for tools/corpus/judge.sh.
$(B)/judge: selftests/verify/judge.c $(B)/liblskel.a
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $< $(B)/liblskel.a $(LIBS) -o $@

# Can this machine load anything? Says why not.
$(B)/can-bpf: selftests/can_bpf.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $< -o $@

# Unless -j says something else.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

.PHONY: test check check-vm progs tests
progs: $(BPF_OBJ) $(B)/progs/globals.be.o

# Unit tests without cmocka are skipped by name, see tools/test.sh.
HAVE_CMOCKA = $(shell $(CC) -fsyntax-only -include stdarg.h -include stddef.h -include stdint.h -include setjmp.h \
	-include cmocka.h -x c /dev/null 2>/dev/null && echo yes)
# What matrix.sh tries lskel-boot with on x86-64; names of functions are others elsewhere.
BOOT_TRIES := $(B)/boot/peek $(B)/boot/attach_probe.lskel $(B)/boot/struct_ops_cc.lskel
LOAD_RUNNERS := $(if $(LOAD_SRC),$(GEARS:%=$(B)/load/load-%))
tests: all progs $(LOAD_RUNNERS) $(B)/can-bpf $(BOOT_TRIES) $(B)/demo/enforce
	@if [ "$(HAVE_CMOCKA)" = yes ]; then $(MAKE) --no-print-directory unit-tests; fi

.PHONY: unit-tests
unit-tests: $(UNIT)

# The time counts from here: what is left of it when it is their turn is the VMs' (tools/test.sh).
test:
	@export LSKEL_TEST_START=$$(date +%s) B=$(B); tools/deps.sh && \
	$(MAKE) --no-print-directory $(PARALLEL) tests && $(MAKE) --no-print-directory $(PARALLEL) arch-small && tools/test.sh host arch demo module vm

check: tests
	@B=$(B) tools/test.sh host

# Other machines: the runners, cross-compiled and static, in $(B)/ARCH, from objects of their byte order. `make test` makes
# small ones of a few sources, in $(B)/ARCH-small.
ARCHES := arm64 riscv64 s390x
TRIPLE_arm64 := aarch64-linux-gnu
TRIPLE_riscv64 := riscv64-linux-gnu
TRIPLE_s390x := s390x-linux-gnu
BPF_TARGET_s390x := bpfeb
SMALL_SRC := $(patsubst %,selftests/load/%.c,main util needs globals maps core core_file subprogs switches)
# Call with architecture, directory, more arguments.
cross = $(MAKE) --no-print-directory B=$(2) GEN=$(B)/lskel CC=$(TRIPLE_$(1))-gcc LDFLAGS=-static SANITIZE= \
	BPF_TARGET=$(or $(BPF_TARGET_$(1)),bpf) $(3)

# Without a cross compiler, or its libc, there is none, and what it was for is skipped.
.PHONY: arch-small
arch-small: all
	@for a in $(foreach a,$(ARCHES),$(a):$(TRIPLE_$(a))); do \
		echo '#include <stdio.h>' | $${a#*:}-gcc -x c -fsyntax-only - 2> /dev/null || continue; \
		$(MAKE) --no-print-directory arch-small-$${a%:*} || exit 1; \
	done
arch-small-%:
	+@$(call cross,$*,$(B)/$*-small,LOAD_SRC="$(SMALL_SRC)" $(B)/$*-small/load/load-stepper $(B)/$*-small/boot/peek)

# What matrix.sh tries lskel-boot with.
$(B)/boot/first.lskel: lskel/examples/initramfs/first.bpf.c $(GEN)
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $(@D)/first.bpf.o
	$(GEN) pack $(@D)/first.bpf.o --name first -o $@

$(B)/boot/%.lskel: $(B)/progs/%.bpf.o $(GEN)
	@mkdir -p $(@D)
	$(GEN) pack $< --name $* -o $@

$(B)/boot/peek: lskel/examples/initramfs/peek.c $(B)/boot/first.lskel $(B)/lskel-boot
	$(GEN) gen $(@D)/first.bpf.o --name first -o $(@D)/first.lskel.h
	$(CC) -I$(@D) -Os -static $< -o $@
	cp $(B)/lskel-boot $(@D)

# An ARCH in the environment may mean anything.
ifeq ($(origin ARCH),command line)
ifeq ($(filter amd64 $(ARCHES),$(ARCH)),)
$(error ARCH=$(ARCH): one of amd64 $(ARCHES))
endif
endif
ifeq ($(filter $(ARCHES),$(if $(findstring command line,$(origin ARCH)),$(ARCH))),)
check-vm: all $(LOAD_RUNNERS) $(B)/can-bpf $(BOOT_TRIES)
	@B=$(B) tools/test.sh vm
else
check-vm: all
	+@$(call cross,$(ARCH),$(B)/$(ARCH),$(GEARS:%=$(B)/$(ARCH)/load/load-%) $(B)/$(ARCH)/boot/peek)
	@B=$(B)/$(ARCH) LSKEL_ARCH=$(ARCH) tools/test.sh vm
endif

-include $(BPF_OBJ:.o=.d) $(UNIT:=.d) $(B)/can-bpf.d $(B)/judge.d
