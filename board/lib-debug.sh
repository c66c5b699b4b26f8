# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # variables are shared with the callers
#
# Kernels with checkers that Debian's have not, built from Debian's packaged
# source: "6.12-debug" has KASAN, lockdep, kmemleak, failure injection and more,
# "6.12-kcsan" watches for data races.  They take the place of a stock kernel in
# the cache.
# Needs lib.sh, lib-apt.sh, lib-kernel.sh and lib-source.sh.

debug_base=6.12

# debug_variables FLAVOUR: for make.  With KCSAN only the modules that are built later
# are instrumented, see board/config/kcsan.config.  With KASAN all is, but for the other
# checkers and what they go through all the time, which would be a third of what the
# kernel does; and the tracepoints of interrupts look no farther up the stack than the
# compiler can.
debug_variables()
{
	case $1 in
	kcsan)	echo KCSAN_SANITIZE=n ;;
	debug)	printf 'KASAN_SANITIZE_%s.o=n ' lockdep kmemleak debugobjects stacktrace page_alloc tree
		echo CFLAGS_trace_preemptirq.o=-Dreturn_address=__builtin_return_address ;;
	esac
}

# debug_recipe FLAVOUR: a number that changes with what such a kernel is made of
debug_recipe()
{
	{
		cat "$top/board/config/base.config" "$top/board/config/$1.config"
		debug_variables "$1"
	} | cksum | tr ' ' -
}

debug_make()
{
	# shellcheck disable=SC2046
	set -- $(debug_variables "$flavour") "$@"
	make -C "$work/source" O="$work/objects" ARCH=arm64 \
		CROSS_COMPILE=aarch64-linux-gnu- KBUILD_BUILD_USER=board \
		KBUILD_BUILD_HOST=board "$@"
}

# What the fragments ask for and the configuration does not have, in one line.  The
# flavour has the last word.
debug_missing_options()
{
	awk -F= '
		!/^CONFIG_/	{ next }
		FNR == NR	{ wanted[$1] = $0; next }
				{ made[$1] = $0 }
		END {
			for (option in wanted) {
				is = option in made ? made[option] : option "=n"
				if (is != wanted[option])
					printf " %s", wanted[option]
			}
		}' "$work/all.config" "$work/objects/.config"
}

# Every option a fragment asks for has to have made it into the configuration.
debug_check_config()
{
	missing=$(debug_missing_options)
	[ -z "$missing" ] ||
		die "the source of $debug_base has no$missing: board/config/base.config" \
		    "or board/config/$flavour.config needs an update"
}

debug_configure()
{
	mkdir -p "$work/objects"
	cat "$top/board/config/base.config" "$top/board/config/$flavour.config" \
		> "$work/all.config"
	debug_make KCONFIG_ALLCONFIG="$work/all.config" allnoconfig > "$work/log" 2>&1 ||
		debug_failed "configuring"
	debug_check_config
}

debug_failed()
{
	tail -n 20 "$work/log" >&2
	need_space "$cache" 100 "$1 kernel $kernel"
	cp "$work/log" "$cache/kernels/$kernel.log"
	die "$1 kernel $kernel failed: the whole output is in $cache/kernels/$kernel.log;" \
	    "if that is no help, try the newest source with: board/setup refresh $kernel"
}

# A line a minute or so: there are some 2,400 files.
debug_compile()
{
	say "building kernel $kernel: 10 to 20 minutes on two processors"
	{ debug_make -j"$(nproc)" Image modules 2>&1 || echo "debug_make: failed"; } |
		tee "$work/log" |
		awk '/^  CC / && ++n % 200 == 0 { print "  " n " files compiled" > "/dev/stderr" }'
	! grep -q '^debug_make: failed' "$work/log" || debug_failed "building"
}

# The modules of the guest, where kernel_keep_modules() looks for them.
debug_keep_modules()
{
	tree=$work/tree
	mkdir -p "$tree"
	debug_make INSTALL_MOD_PATH="$tree" modules_install > "$work/log" 2>&1 ||
		debug_failed "installing the modules of"
	mv "$tree/lib/modules/$release/kernel" "$tree/modules"
	kernel_keep_modules
}

# What running it and building modules takes, without the 2 GB it was made from.
debug_keep()
{
	release=$(cat "$work/objects/include/config/kernel.release")
	kit=$work/headers/usr/src/linux-headers-$release
	mkdir -p "$kit"
	# The same name for both compilers: the host tools stay this machine's.
	( cd "$work/objects" && srctree=$work/source SRCARCH=arm64 CC=cc HOSTCC=cc MAKE=make \
		sh "$work/source/scripts/package/install-extmod-build" "$kit" ) \
		> "$work/log" 2>&1 || debug_failed "packing"
	cp "$work/objects/arch/arm64/boot/Image" "$work/objects/.config" "$work/"
	mv "$work/.config" "$work/config"
	debug_keep_modules
	printf '%s\n' "$release" > "$work/release"
	host_suite > "$work/suite"
	rm -rf "$work/source" "$work/objects" "$work/all.config" "$work/log"
}

# debug_setup K: build the kernel K and put it where a stock one would be.
debug_setup()
{
	kernel=$1 flavour=${1#*-} final=$cache/kernels/$1
	lock_cache
	! kernel_is_here "$kernel" || return 0
	need_space "$cache" 6000 "building kernel $kernel"
	work=$cache/kernels/.new-$kernel
	rm -rf "$work"
	mkdir -p "$work"
	source_unpack "$debug_base" "$work/source"
	debug_configure
	debug_compile
	debug_keep
	kernel_made_by "$kernel" > "$work/layout"
	rm -rf "$final"
	mv "$work" "$final"
	rm -rf "$apt_dir"
	say "kernel $kernel ($release) is ready in $final"
}
