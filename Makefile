# SPDX-License-Identifier: GPL-2.0-only
#
# What "make help" prints is what stands between the two lines of dashes; each target is in it
# (tests/static/help.sh).  Times are those of two processors with the downloads in the cache;
# "first" is the run that fills it.
#
# ---
# Without hardware, on Debian 12 or 13:
#   make run             10 s; first: 3 min   boot the board, bring the audio PD up, judge
#   make shell           10 s; first: 3 min   the same board with a shell
#   make run-example     20 s; first: 3 min   an application, its code for the DSP: both run
#
# On a machine (docs/install.md):
#   make                 10 s                 the module for the running kernel
#   make install         5 s                  module, tools, udev rules, header
#   make uninstall       5 s                  take them back
#   make dkms            1 min                the module for each later kernel, by DKMS
#   make dkms-uninstall  5 s                  take it back
#   make sign            1 s                  sign the module for Secure Boot
#   make deb             10 s                 Debian packages, in build/deb
#   make clean           1 s                  remove all that was built
#
# For a change to the tree:
#   make test            30 min               every test; the last line counts them
#   make check           10 min               every static checker; BASE=rev: of changes since
#   make test-kernels    90 min               build, boot, test on 6.1, 6.12, 7 and Debian's flavours
#   make test-debug      40 min; first: 70    the board's tests on kernels with checkers
#   make mutants         60 min               break the driver, see the tests fail
#   make coverage        20 min               which lines of the driver the tests run
#   make differential    10 min               the same tests on the in-tree driver
#   make bench           10 min               what calls and the heap cost
#   make bench-check     1 min                no call costs more than docs/evidence/performance says
#   make test-install    30 min               install, DKMS, packages on an arm64 root
#   make test-export     2 min                the driver as a patch to kernel sources
#   make test-judge      25 min               scripts/judge on patches with known faults
#   make help            1 s                  this text
#
# Variables: KERNEL=7 (default), 6.12, 6.1, 6.12-16k, 6.12-rt, 7-16k, 7-rt, sid or a path
#   DRIVER=ours (default), in-tree or a path   VARIANT=name (board/dts/variants)
#   EL=2 (default), 1   V=1 (console)   MERGE=1 (options of board/config/board.config)
#   REPORT=file.html (run: the time line of the run as a page)
#   KDIR=tree (make: another kernel's tree)   PROGRAMS="open ..." (test-kernels)
# A path has a / in it: of a kernel tree, built or not, a build directory, or a linux-image
# package; of a fastrpc.ko, or its sources.  Nothing is written there.
# ---

KERNEL	?= 7
DRIVER	?= ours
VARIANT	?=
EL	?=
V	?=

# What is said on the command line and means nothing to the command is a mistake.  kbuild
# and packaging have variables of their own.
BOARD_VARIABLES	:= BOARD_MEMORY FUZZ_SEED FUZZ_RUNS FASTRPC_BOARD_CACHE FASTRPC_MIRROR \
		   FASTRPC_MIRROR_SECURITY
known_run	:= KERNEL DRIVER VARIANT EL V MERGE REPORT
known_shell	:= KERNEL DRIVER VARIANT EL V MERGE
known_run-example := KERNEL EL V MERGE
known_test	:= KERNEL V MERGE
known_test-kernels := KERNEL PROGRAMS
known_test-debug := V
known_bench	:= KERNEL V MERGE BENCH_CASES BENCH_ROUNDS
known_bench-check := KERNEL V
known_mutants	:= KERNEL
known_check	:= BASE
known_here	:= run shell run-example test test-kernels test-debug bench bench-check differential coverage \
		   mutants check test-install test-export clean help
given		:= $(foreach v,$(.VARIABLES),$(if $(filter command line,$(origin $v)),$v))
given		:= $(filter-out -*-% MAKEFLAGS $(BOARD_VARIABLES),$(given))
check_variables	= $(if $(filter-out $(known_$1),$(given)),$(error make $1 knows no variable \
	$(firstword $(filter-out $(known_$1),$(given))): \
	$(if $(known_$1),it takes $(known_$1),it takes none)))
$(foreach goal,$(filter $(known_here),$(MAKECMDGOALS)),$(call check_variables,$(goal)))

BOOT	:= board/boot --kernel $(KERNEL) --driver $(DRIVER) $(if $(EL),--el $(EL)) \
	   $(if $(VARIANT),--variant $(VARIANT)) $(if $(filter 1,$(V)),--verbose)

module:
	$(MAKE) -C driver

help:
	@sed -n '/^# ---$$/,/^# ---$$/{ /---/d; s/^# \{0,1\}//p; }' Makefile

run:
	@$(BOOT) $(if $(REPORT),--report '$(REPORT)') $@

shell:
	@$(BOOT) $@

# docs/examples/gain
run-example:
	@$(BOOT) example

test:
	@tests/run --lanes 3 --kernel $(KERNEL) --also 6.1:hexagon --also 6.12:el1-hexagon \
		$(if $(filter 1,$(V)),--verbose)

# PROGRAMS="create_static ..." chooses; then docs/evidence/kernels.md stays as it is.
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

# Some of its cases, against the figures in docs/evidence/performance.
bench-check:
	@tests/run-bench --kernel $(KERNEL) --check $(if $(filter 1,$(V)),--verbose)

# Our driver and the in-tree one, on 6.12 and 7; writes docs/evidence/differential.md.
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

# The cases that compile or boot; "make test" has the others.
test-judge:
	@tests/run-judge --slow

# What goes where; the variables are explained there.
install uninstall dkms dkms-uninstall sign deb:
	@$(MAKE) --no-print-directory -C packaging $@

clean:
	rm -rf build
	$(MAKE) -C driver clean

.PHONY: module help run shell run-example test test-kernels test-debug bench differential coverage mutants check \
	test-install test-export test-judge install uninstall dkms dkms-uninstall sign deb bench-check clean
