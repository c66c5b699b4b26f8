/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's log.  Of a machine whose files are elsewhere (file_set_root()) it is the
 * file /var/log/dmesg, as "dmesg -r" writes it.
 */
#ifndef TOOLS_KLOG_H
#define TOOLS_KLOG_H

#include <stddef.h>

/* All of it, or NULL and errno: the caller may not read it. */
char *klog_read(void);

/*
 * The last line with both words, without what is in front of the message; NULL: there is
 * none.  @count, which may be NULL: how many there are.  To be freed.
 */
char *klog_last(const char *log, const char *word, const char *other, size_t *count);

#endif
