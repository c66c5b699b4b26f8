/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The service registry of the DSP: it tells where a protection domain is (the
 * locator), and tells those who listen whether it is up (the notifier).  The DSP model
 * has one on boards with the kernel's own Qualcomm stack; the kernel's PDR helper talks
 * to it through QRTR.
 *
 * The driver has one listener as long as it is loaded.  It registers again in each run of
 * the DSP.
 */
#ifndef TESTS_SERVREG_H
#define TESTS_SERVREG_H

#include <stdbool.h>
#include <stdint.h>

#include "dsp_control.h"

#ifndef AF_QIPCRTR
#define AF_QIPCRTR	42
#endif

/* States of a protection domain as they are on the wire. */
#define SERVREG_DOWN	DSP_SERVREG_DOWN
#define SERVREG_UP	DSP_SERVREG_UP
#define SERVREG_EARLY	DSP_SERVREG_EARLY	/* about to go down */
#define SERVREG_UNINIT	DSP_SERVREG_UNINIT

/* What it does wrong. */
#define SERVREG_HONEST		DSP_SERVREG_HONEST
#define SERVREG_MUTE		DSP_SERVREG_MUTE
#define SERVREG_REFUSES		DSP_SERVREG_REFUSES
#define SERVREG_ELSEWHERE	DSP_SERVREG_ELSEWHERE
#define SERVREG_BABBLE		DSP_SERVREG_BABBLE
#define SERVREG_DEAF		DSP_SERVREG_DEAF
#define SERVREG_STATELESS	DSP_SERVREG_STATELESS

/* Whether this board's DSP has one. */
bool servreg_is_possible(void);

/* The DSP withdraws its registry until servreg_stop().  A board without one stays as it is. */
void servreg_leave_out(void);
/* From now on the test tells, and the DSP does not; listeners are counted from 0. */
void servreg_start(enum dsp_servreg_fault fault);
/* The DSP tells what becomes of its audio PD. */
void servreg_stop(void);

/*
 * Until so many listen, or the locator was asked; both abort when it takes too long.
 * From then on it is the newest who is told.
 */
void servreg_wait_listeners(unsigned int count);
void servreg_wait_asked(void);
/* How often a listener came since the start; it may have gone, or have come again. */
unsigned int servreg_came(void);
void servreg_wait_came(unsigned int count);
/* How often the locator was asked since the start. */
unsigned int servreg_asked(void);

/* Tell the listener; all but servreg_send() return when it has acknowledged. */
void servreg_send(uint32_t state);
void servreg_wait_ack(void);
void servreg_tell(uint32_t state);

/*
 * The same when the DSP is off.  The helper has workers for the registry's news and for its
 * end, so it may call back for the former behind the latter.
 */
void servreg_send_behind(uint32_t state);

/* Anything, which may be nothing that can be acknowledged. */
void servreg_send_of(const char *path, uint32_t state);
void servreg_send_raw(const void *data, unsigned int len);

#endif /* TESTS_SERVREG_H */
