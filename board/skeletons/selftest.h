/* SPDX-License-Identifier: GPL-2.0-only */
/* What the DSP's libraries have, beside what skeletons use most. */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "qurt.h"

void *realloc(void *p, size_t bytes);
void *memalign(size_t align, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *p, size_t bytes);
void *__wrap_memalign(size_t align, size_t bytes);
void __wrap_free(void *p);
void *memmove(void *to, const void *from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t bytes);
char *strchr(const char *s, int c);
char *strstr(const char *s, const char *what);
size_t strlcpy(char *to, const char *from, size_t room);
size_t strlcat(char *to, const char *from, size_t room);
char *strtok_r(char *s, const char *delimiters, char **rest);
unsigned long strtoul(const char *s, char **end, int base);
int atoi(const char *s);
int vsnprintf(char *to, size_t room, const char *format, va_list args);
int snprintf(char *to, size_t room, const char *format, ...);
extern uint32_t __stack_chk_guard;
void *__register_frame_info_bases(const void *begin, void *object, void *text, void *data);
void *__deregister_frame_info_bases(const void *begin);
void __cxa_finalize(void *library);
void HAP_debug_runtime(int level, const char *file, int line, const char *format, ...);
int HAP_power_get(void *context, void *response);
int HAP_cache_unlock(void *at);
int HAP_cache_lock_addr(void *at, uint32_t bytes);
int HAP_cache_unlock_addr(void *at);
int HAP_query_avail_cachelock(void);
int HAP_query_total_cachelock(void);
uint64_t HAP_utimer_get_time(void);
uint64_t HAP_perf_get_pcycles(void);
void qurt_mutex_destroy(struct qurt_mutex *m);
void qurt_barrier_destroy(struct qurt_barrier *b);
void qurt_sem_destroy(struct qurt_sem *s);
void qurt_signal_destroy(struct qurt_signal *s);
void qurt_anysignal_init(struct qurt_signal *s);
uint32_t qurt_anysignal_set(struct qurt_signal *s, uint32_t mask);
uint32_t qurt_anysignal_clear(struct qurt_signal *s, uint32_t mask);
uint32_t qurt_anysignal_get(struct qurt_signal *s);
void qurt_anysignal_destroy(struct qurt_signal *s);

#endif
