# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Included by the Makefile: `make demo`.

D := $(B)/demo

$(D)/%.bpf.o: lskel/examples/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(D)/%.lskel.h: $(D)/%.bpf.o $(B)/lskel
	$(B)/lskel gen $< --name $* -o $@

# switches is what the demo runs; enforce is for kernels that are new enough.
$(D)/switches $(D)/enforce: $(D)/%: lskel/examples/%.c $(D)/%.lskel.h
	$(CC) $(ALL_CPPFLAGS) -I$(D) $(ALL_CFLAGS) $(ALL_LDFLAGS) $< -o $@

.PHONY: demo
demo:
	@tools/deps.sh
	@$(MAKE) --no-print-directory $(D)/switches
	@B=$(B) lskel/examples/demo.sh

.PHONY: demo-initramfs sizes
demo-initramfs: all
	@B=$(B) lskel/examples/initramfs/demo.sh

sizes: all
	@B=$(B) tools/sizes.sh

-include $(D)/switches.d $(D)/enforce.d
