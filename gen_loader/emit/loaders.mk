# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Included by the Makefile: the checked-in loader programs.
#	make loaders		rebuild them (needs clang-14 and llvm-objcopy-14) and the table of their digests
#	make loader-check	rebuild beside them and compare; skipped, with a word, where clang-14 is missing

LOADERS := $(foreach gear,stepper loop stepper_signed loop_signed,$(foreach target,bpfel bpfeb,$(gear)_$(target)))
LOADER_DIR := gen_loader/emit/loaders

.PHONY: loaders loader-check

loaders:
	@for l in $(LOADERS); do \
		gen_loader/emit/loader-gen.sh $${l%_*} $${l##*_} > $(LOADER_DIR)/$$l.h.tmp && \
		mv $(LOADER_DIR)/$$l.h.tmp $(LOADER_DIR)/$$l.h || { rm -f $(LOADER_DIR)/$$l.h.tmp; exit 1; }; \
	done
	@$(MAKE) --no-print-directory all > /dev/null
	@$(B)/lskel loader-digest > $(LOADER_DIR)/DIGESTS

loader-check: all
	@if ! command -v $${CLANG:-clang-14} >/dev/null; then \
		echo "loader-check: SKIP: $${CLANG:-clang-14} is not installed"; exit 0; \
	fi; \
	for l in $(LOADERS); do \
		gen_loader/emit/loader-gen.sh $${l%_*} $${l##*_} | cmp - $(LOADER_DIR)/$$l.h || exit 1; \
	done; $(B)/lskel loader-digest | cmp - $(LOADER_DIR)/DIGESTS || exit 1; \
	echo "loader-check: $(words $(LOADERS)) loaders are what loader.bpf.c compiles to, and have the digests published"
