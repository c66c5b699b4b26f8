# SPDX-License-Identifier: GPL-2.0-only
# How a flat binary is made of a folder of its own and of board/firmware.  The folder's
# Makefile says NAME and SUFFIX, and where it is: HERE.

TOP		:= $(abspath $(HERE)/../..)
CROSS_COMPILE	?= aarch64-linux-gnu-
CC		:= $(CROSS_COMPILE)gcc
# The MMU is off, so memory is as devices are: no access that is not aligned.
CFLAGS		:= -O2 -std=gnu11 -ffreestanding -fno-stack-protector -fno-pic -no-pie \
		   -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
		   -mgeneral-regs-only -mstrict-align -mcmodel=small \
		   -Wall -Wextra -Werror -nostdlib -static -Wl,--build-id=none
COMMON		:= $(TOP)/board/firmware
# How much memory the machine has.
RAM_GIB		?= 1
CPPFLAGS	:= -DRAM_GIB=$(RAM_GIB) -I$(HERE) -I$(COMMON) -I$(TOP)/board/dsp
SOURCES		:= $(wildcard $(HERE)/*.c $(COMMON)/*.c) $(HERE)/head.S $(COMMON)/vectors.S
HEADERS		:= $(wildcard $(HERE)/*.h $(COMMON)/*.h $(COMMON)/*.inc) $(TOP)/board/dsp/monitor_call.h \
		   $(HERE)/$(NAME).lds.S $(HERE)/Makefile $(COMMON)/firmware.mk

$(OUT)/$(NAME).$(SUFFIX): $(OUT)/$(NAME).elf
	$(CROSS_COMPILE)objcopy -O binary $< $@

$(OUT)/$(NAME).elf: $(SOURCES) $(HEADERS)
	mkdir -p $(OUT)
	$(CC) $(CPPFLAGS) -E -P -x assembler-with-cpp -o $(OUT)/$(NAME).lds $(HERE)/$(NAME).lds.S
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wl,-T,$(OUT)/$(NAME).lds -o $@ $(SOURCES)

clean:
	rm -rf $(OUT)

.PHONY: clean
