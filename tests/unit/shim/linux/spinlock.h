/* SPDX-License-Identifier: GPL-2.0-only */
/* User-space stand-in for the kernel header of this name: a mutex of pthreads. */
#ifndef SHIM_LINUX_SPINLOCK_H
#define SHIM_LINUX_SPINLOCK_H

#include <pthread.h>

#define spinlock_t		pthread_mutex_t

#define spin_lock_init(lock)	pthread_mutex_init(lock, NULL)
#define spin_lock(lock)		pthread_mutex_lock(lock)
#define spin_unlock(lock)	pthread_mutex_unlock(lock)

#endif
