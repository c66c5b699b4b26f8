/* SPDX-License-Identifier: GPL-2.0-only */
/* What a skeleton has of HAP here. */
#ifndef PD_HAP_H
#define PD_HAP_H

#include <stddef.h>
#include <stdint.h>

void HAP_debug(const char *text, int level, const char *file, int line);
void HAP_debug_v2(int level, const char *file, int line, const char *format, ...);
int HAP_mmap_get(int fd, void **at, uint64_t *physical);
int HAP_mmap_put(int fd);
void *HAP_mmap(void *at, int bytes, int prot, int flags, int fd, long offset);
int HAP_munmap(void *at, int bytes);
int adsp_mmap_fd_getinfo(int fd, uint32_t *bytes);
int HAP_mem_set_grow_size(uint32_t least, uint32_t most);
int HAP_mem_get_stats(uint64_t *stats);
void HAP_timer_sleep(uint64_t us);
uint64_t HAP_perf_get_time_us(void);
uint64_t HAP_perf_qtimer_count_to_us(uint64_t count);
int HAP_power_set(void *context, void *request);
uint32_t HAP_unsupported(void);
uint64_t HAP_zero(void);
void *HAP_cache_lock(uint32_t bytes, uint64_t *physical);
void HAP_abort(void);
void HAP_exit(int status);
void HAP_assert(const char *what, const char *file, int line);
void HAP_stack_smashed(void);
int HAP_reverse_call(uint32_t handle, uint32_t scalars, const void *packed, uint32_t bytes,
		     void *results, uint32_t room, uint32_t *got);
union remote_arg;
int remote_handle_open(const char *name, uint32_t *handle);
int remote_handle_invoke(uint32_t handle, uint32_t scalars, union remote_arg *args);
int remote_handle_close(uint32_t handle);
int remote_handle64_open(const char *name, uint64_t *handle);
int remote_handle64_invoke(uint64_t handle, uint32_t scalars, union remote_arg *args);
int remote_handle64_close(uint64_t handle);
void *user_malloc(size_t bytes);
void *user_memalign(size_t align, size_t bytes);
void *user_calloc(size_t n, size_t bytes);
void *user_realloc(void *p, size_t bytes);
void user_free(void *p);

#endif
