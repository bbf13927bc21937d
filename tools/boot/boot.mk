# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Included by the Makefile: lskel-boot, which has neither a libc nor a build for sanitizers.

BOOT_CC ?= $(CC)
# The machines whose system calls the runtime knows; on others there is no lskel-boot.
BOOT := $(if $(filter x86_64-% aarch64-% riscv64-% s390x-%,$(shell $(BOOT_CC) -dumpmachine)),$(B)/lskel-boot)
all: $(BOOT)

BOOT_CFLAGS := -std=gnu11 $(WARN) -Os -ffreestanding -fno-builtin -fno-stack-protector -fno-pic -fno-pie \
	-fomit-frame-pointer -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-ident \
	-ffunction-sections -fdata-sections -fno-strict-aliasing -fno-tree-loop-distribute-patterns
BOOT_LDFLAGS := -nostdlib -static -no-pie -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,norelro \
	-Wl,-z,$(if $(findstring riscv,$(BOOT_CC)),,no)separate-code -Wl,-z,noexecstack -s

$(B)/lskel-boot: tools/boot/boot.c
	@mkdir -p $(@D)
	$(BOOT_CC) -I. -MMD -MP $(BOOT_CFLAGS) $(BOOT_LDFLAGS) $< -o $@

-include $(B)/lskel-boot.d
