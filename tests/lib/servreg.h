/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A service registry, as Qualcomm's DSPs have one: tells who asks where a
 * protection domain is (the locator) and who listens whether it is up (the
 * notifier).  Two QMI services over QRTR sockets, run by a thread of the test.
 */
#ifndef TESTS_SERVREG_H
#define TESTS_SERVREG_H

#include <stdbool.h>
#include <stdint.h>

/* States of a protection domain as they are on the wire. */
#define SERVREG_DOWN	0x0fffffffu
#define SERVREG_UP	0x1fffffffu
#define SERVREG_EARLY	0x2fffffffu	/* about to go down */
#define SERVREG_UNINIT	0x7fffffffu

/* What it does wrong. */
enum servreg_fault {
	SERVREG_HONEST,
	SERVREG_MUTE,		/* the locator takes requests and answers none */
	SERVREG_REFUSES,	/* the locator answers with an error */
	SERVREG_ELSEWHERE,	/* the locator knows other domains only */
	SERVREG_BABBLE,		/* the locator's answer is no QMI message */
	SERVREG_DEAF,		/* the notifier takes no listeners */
	SERVREG_STATELESS,	/* the notifier's answer has no state in it */
};

/* Whether this kernel has the sockets and the helper that would ask. */
bool servreg_is_possible(void);

/* The registry appears, or goes.  Listeners start from 0. */
void servreg_start(enum servreg_fault fault);
void servreg_stop(void);

/* Until as many listen, or the locator was asked; aborts when it takes too long. */
void servreg_wait_listeners(unsigned int count);
void servreg_wait_asked(void);
/* The same for listeners that came since the start, of whom some may have gone. */
unsigned int servreg_came(void);
void servreg_wait_came(unsigned int at_least);

/*
 * Tell the listener who came last, or first; all but servreg_send() return when it has
 * acknowledged.
 */
void servreg_send(uint32_t state);
void servreg_wait_ack(void);
void servreg_tell(uint32_t state);
void servreg_tell_oldest(uint32_t state);

/* Anything, which may be nothing that can be acknowledged. */
void servreg_send_of(const char *path, uint32_t state);
void servreg_send_raw(const void *data, unsigned int len);

#endif /* TESTS_SERVREG_H */
