// SPDX-License-Identifier: GPL-2.0-only
/* Every symbol that a skeleton may need of its DSP.  README.md says what each means. */
#include "pd.h"
#include "hap.h"
#include "qurt.h"

static u32 stack_guard = 0x5afe57ac;

struct symbol {
	const char *name;
	void *value;
};

#define SAME(name)		{ #name, name }
#define AS(name, value)		{ name, value }

static const struct symbol symbols[] = {
	/* libc */
	SAME(memcpy), SAME(memmove), SAME(memset), SAME(memcmp), SAME(strlen), SAME(strcmp),
	SAME(strncmp), SAME(strchr), SAME(strstr), SAME(strlcpy), SAME(strlcat), SAME(strtok_r),
	SAME(strtoul), SAME(atoi), SAME(vsnprintf), SAME(snprintf),
	AS("malloc", user_malloc), AS("calloc", user_calloc), AS("realloc", user_realloc),
	AS("memalign", user_memalign), AS("free", user_free),
	AS("__wrap_malloc", user_malloc), AS("__wrap_calloc", user_calloc),
	AS("__wrap_realloc", user_realloc), AS("__wrap_memalign", user_memalign),
	AS("__wrap_free", user_free),
	AS("abort", HAP_abort), AS("exit", HAP_exit), AS("_Assert", HAP_assert),
	/* start and end of a library */
	AS("__stack_chk_guard", &stack_guard), AS("__stack_chk_fail", HAP_stack_smashed),
	AS("__register_frame_info_bases", qurt_nothing),
	AS("__deregister_frame_info_bases", HAP_zero), AS("__cxa_finalize", qurt_nothing),
	/* compiler */
	SAME(__hexagon_udivdi3), SAME(__hexagon_umoddi3), SAME(__hexagon_divdi3),
	SAME(__hexagon_moddi3), SAME(__hexagon_udivsi3), SAME(__hexagon_umodsi3),
	SAME(__hexagon_divsi3), SAME(__hexagon_modsi3),
	SAME(__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes),
	/* HAP */
	SAME(HAP_debug), SAME(HAP_debug_v2), AS("HAP_debug_runtime", HAP_debug_v2),
	SAME(HAP_mmap_get), SAME(HAP_mmap_put), SAME(HAP_mmap), SAME(HAP_munmap),
	SAME(adsp_mmap_fd_getinfo), SAME(HAP_mem_set_grow_size), SAME(HAP_mem_get_stats),
	SAME(HAP_timer_sleep), SAME(HAP_perf_get_time_us), SAME(HAP_perf_qtimer_count_to_us),
	AS("HAP_utimer_get_time", HAP_zero), AS("HAP_perf_get_pcycles", HAP_zero),
	SAME(HAP_power_set), AS("HAP_power_get", HAP_unsupported),
	SAME(HAP_cache_lock), AS("HAP_cache_unlock", HAP_unsupported),
	AS("HAP_cache_lock_addr", HAP_unsupported), AS("HAP_cache_unlock_addr", HAP_unsupported),
	AS("HAP_query_avail_cachelock", HAP_zero), AS("HAP_query_total_cachelock", HAP_zero),
	/* of the host */
	SAME(remote_handle_open), SAME(remote_handle_invoke), SAME(remote_handle_close),
	SAME(remote_handle64_open), SAME(remote_handle64_invoke), SAME(remote_handle64_close),
	SAME(HAP_reverse_call),
	/* QuRT */
	SAME(qurt_thread_create), SAME(qurt_thread_exit), SAME(qurt_thread_join),
	SAME(qurt_thread_get_id), SAME(qurt_thread_get_name), SAME(qurt_thread_get_priority),
	SAME(qurt_thread_set_priority),
	SAME(qurt_mutex_init), SAME(qurt_mutex_lock), SAME(qurt_mutex_try_lock),
	SAME(qurt_mutex_unlock), AS("qurt_mutex_destroy", qurt_nothing),
	SAME(qurt_barrier_init), SAME(qurt_barrier_wait), AS("qurt_barrier_destroy", qurt_nothing),
	SAME(qurt_signal_init), SAME(qurt_signal_wait), SAME(qurt_signal_set),
	SAME(qurt_signal_clear), SAME(qurt_signal_get), AS("qurt_signal_destroy", qurt_nothing),
	AS("qurt_anysignal_init", qurt_signal_init), SAME(qurt_anysignal_wait),
	AS("qurt_anysignal_set", qurt_signal_set), AS("qurt_anysignal_clear", qurt_signal_clear),
	AS("qurt_anysignal_get", qurt_signal_get), AS("qurt_anysignal_destroy", qurt_nothing),
	SAME(qurt_sem_init), SAME(qurt_sem_init_val), SAME(qurt_sem_add), SAME(qurt_sem_up),
	SAME(qurt_sem_down), SAME(qurt_sem_try_down), AS("qurt_sem_destroy", qurt_nothing),
	SAME(qurt_timer_sleep), SAME(qurt_sysclock_get_hw_ticks), SAME(qurt_hvx_lock),
	SAME(qurt_hvx_unlock),
};

void *symbol_find(const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(symbols); i++)
		if (!strcmp(symbols[i].name, name))
			return symbols[i].value;
	return NULL;
}
