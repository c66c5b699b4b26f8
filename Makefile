# SPDX-License-Identifier: GPL-2.0-only
#
#	make		the module, for the running kernel (KDIR=... for another)
#	make install	module, udev rules, header, tools; make uninstall (packaging/Makefile)
#	make dkms	the same module for every kernel to come; make dkms-uninstall
#	make sign	for Secure Boot (docs/secure-boot.md)
#	make deb	Debian packages
#	make run	boot the virtual board and bring the audio PD up, through the kernel's
#			own Qualcomm drivers where it has them (KERNEL=7; 6.12 with EL=1)
#	make test	every test; the last line counts them
#	make test-kernels  all supported kernels: built, booted, tested; writes docs/kernels.md
#	make test-debug	the board's tests on kernels with checkers, built from source
#	make bench	what a call costs: ours, the in-tree driver, the floor
#	make bench-check  calls cost no more than docs/performance says
#	make differential  the same tests on ours and on the in-tree driver
#	make coverage	which lines of the driver the board's tests run
#	make mutants	break the driver on purpose and see the tests fail
#	make check	what can be said of the tree without running it (BASE=rev: of commits since)
#	make test-install  the packages, and installing by them and by hand, on an arm64 root
#	make test-export  the driver as a patch, built in Debian's kernel sources
#	make shell	the same board with a shell on it
#
# Variables: KERNEL=7|6.12|6.1  DRIVER=ours|in-tree  VARIANT=name  EL=2|1  V=1 (console)

KERNEL	?= 7
DRIVER	?= ours
VARIANT	?=
EL	?=
V	?=

BOOT	:= board/boot --kernel $(KERNEL) --driver $(DRIVER) $(if $(EL),--el $(EL)) \
	   $(if $(VARIANT),--variant $(VARIANT)) $(if $(filter 1,$(V)),--verbose)

module:
	$(MAKE) -C driver

run shell:
	@$(BOOT) $@

test:
	@tests/run --lanes 3 --kernel $(KERNEL) $(if $(filter 1,$(V)),--verbose)

# PROGRAMS="create_static ..." chooses; then docs/kernels.md stays as it is.
test-kernels:
	@tests/run-kernels $(if $(filter command line,$(origin KERNEL)),$(KERNEL)) $(PROGRAMS:%=--only %)

# KASAN, lockdep, kmemleak, failure injection (board/config/debug.config); data
# races (kcsan.config).  Two boards at a time: some of it is waiting.
test-debug:
	@board/setup kernel 6.12-debug && board/setup kernel 6.12-kcsan && \
	tests/run --board --lanes 2 --kernel 6.12-debug --kernel 6.12-kcsan $(if $(filter 1,$(V)),--verbose)

# One boot: ours, the in-tree driver and the floor.  BENCH_CASES=null,bytes chooses.
bench:
	@tests/run-bench --kernel $(KERNEL) $(if $(filter 1,$(V)),--verbose)

# Some of its cases, against the figures in docs/performance.
bench-check:
	@tests/run-bench --kernel $(KERNEL) --check $(if $(filter 1,$(V)),--verbose)

# Our driver and the in-tree one, on 6.12 and 7; writes docs/differential.md.
differential:
	@tests/run-differential

coverage:
	@tests/coverage

mutants:
	@tests/run-mutants --kernel $(KERNEL)

check:
	@tests/run-check $(if $(BASE),--base $(BASE))

test-install:
	@tests/run-packages

test-export:
	@tests/run-export

# What goes where; the variables are explained there.
install uninstall dkms dkms-uninstall sign deb:
	@$(MAKE) --no-print-directory -C packaging $@

clean:
	rm -rf build
	$(MAKE) -C driver clean

.PHONY: module run shell test test-kernels test-debug bench differential coverage mutants check \
	test-install test-export install uninstall dkms dkms-uninstall sign deb bench-check clean
