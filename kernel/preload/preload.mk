# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Included by the Makefile: the skeletons of the kernel modules, and the test that builds modules of them.

M := $(B)/module
MODULE_SKELS := $(M)/iterators.lskel.h $(M)/iterators_bpf.lskel.h

$(M)/iterators.bpf.o $(M)/iterators_bpf.bpf.o: kernel/preload/iterators.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) $(if $(findstring iterators_bpf,$@),-DITERATORS_ONLY) -c $< -o $@

$(M)/%.lskel.h: $(M)/%.bpf.o $(GEN)
	$(GEN) gen $< --name $* -o $@

tests: $(MODULE_SKELS)

.PHONY: check-module
check-module: all $(MODULE_SKELS)
	@B=$(B) LSKEL_GET_SOURCE=1 LSKEL_MODULE_KERNELS="$(or $(KERNELS),6.1 6.12 7.2)" tools/test.sh module
