/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DSP's own reading of the FastRPC wire format.
 *
 * Written from the protocol's description alone, as byte offsets, and not
 * shared: if the driver under test and its peer used one header, a wrong
 * offset in it would agree with itself.
 */
#ifndef DSP_WIRE_H
#define DSP_WIRE_H

#include <linux/bits.h>
#include <linux/types.h>

#include "dsp_compat.h"

#define WIRE_PAGE		4096u
#define WIRE_PAGE_MASK		(WIRE_PAGE - 1)

/* Host to DSP: 40 bytes. */
#define REQ_BYTES		40
#define REQ_CLIENT		0	/* s32 */
#define REQ_TID			4	/* s32 */
#define REQ_CTX			8	/* u64 */
#define REQ_HANDLE		16	/* u32 */
#define REQ_SCALARS		20	/* u32 */
#define REQ_ADDR		24	/* u64 */
#define REQ_SIZE		32	/* u64 */

/* DSP to host: 16 bytes. */
#define ANSWER_BYTES		16
#define ANSWER_CTX		0	/* u64 */
#define ANSWER_RETVAL		8	/* s32 */

#define CTX_PD_MASK		0xfull
#define CTX_INDEX_ONE		BIT_ULL(8)
#define CTX_SEQUENCE_ONE	BIT_ULL(16)
#define CTX_PD_EXIT		0xabcdabcdull

#define PD_ROOT			0
#define PD_USER			1	/* the static audio PD too */
#define PD_SENSORS		2

/* The scalars word. */
#define SC_METHOD(sc)		(((sc) >> 24) & 0x1f)
#define SC_IN_BUFS(sc)		(((sc) >> 16) & 0xff)
#define SC_OUT_BUFS(sc)		(((sc) >> 8) & 0xff)
#define SC_IN_HANDLES(sc)	(((sc) >> 4) & 0xf)
#define SC_OUT_HANDLES(sc)	((sc) & 0xf)

/* The metadata buffer of a call with n scalars. */
#define META_ARG(i)		(16 * (i))	/* u64 pv, u64 len */
#define META_LIST(n, i)		(16 * (n) + 8 * (i))	/* u32 num, u32 page index */
#define META_PAGE(n, i)		(24 * (n) + 16 * (i))	/* u64 addr, u64 size */
#define META_TABLES(n)		(40 * (n))	/* bytes of the three tables */
#define META_FDS(n)		(40 * (n))	/* u64[16], the DSP's */
#define META_FDS_MAX		16
#define META_FDS_BYTES		128
#define META_POLL(n)		(40 * (n) + 128 + 256)	/* u32, the DSP's */
#define POLL_DONE		0xdecaf
#define META_MIN(n)		(40 * (n) + 128 + 256)

/* A device address: the session above this bit, the IOVA below. */
#define ADDR_SESSION_SHIFT	32
#define ADDR_SESSION_SHIFT_WIDE	56	/* kaanapali and what falls back to it */

#define HANDLE_REMOTECTL	0
#define HANDLE_INIT		1
#define HANDLE_UTILITIES	2
#define HANDLE_LISTENER		3
#define HANDLE_PROCESS		4	/* the caller's own process */
#define HANDLE_MESSAGES		5	/* the DSP's log */
#define HANDLE_LISTENER1	7
#define HANDLE_REMOTECTL1	8

#define INIT_ATTACH		0
#define INIT_RELEASE		1
#define INIT_MMAP		4
#define INIT_MUNMAP		5
#define INIT_CREATE		6
#define INIT_CREATE_ATTR	7
#define INIT_CREATE_STATIC	8
#define INIT_MEM_MAP		10
#define INIT_MEM_UNMAP		11

/* CREATE: attributes. */
#define CREATE_UNSIGNED		8

/* MMAP: memory for the pool of the static PD, or for the heap of a user PD. */
#define MAP_REMOTE_HEAP		8
#define MAP_ADD_PAGES		0x1000
#define MAP_ADD_PAGES_LLC	0x3000
/* MEM_MAP: beside 0 to 4. */
#define MAP_FD_NOMAP		16
#define MAP_DMA_HANDLE		0x20000

/* Old and new handles for the same things. */
#define REMOTECTL_OPEN		0
#define REMOTECTL_CLOSE		1
#define REMOTECTL1_OPEN		2
#define REMOTECTL1_CLOSE	3
#define LISTENER_INIT2		3
#define LISTENER_NEXT2		4
#define LISTENER_FETCH2		5
#define LISTENER1_INIT2		5
#define LISTENER1_NEXT2		6
#define LISTENER1_FETCH2	7
#define PROCESS_EXIT		2

#define UTIL_ATTRIBUTES		0
#define UTIL_ATTRIBUTE_WORDS	255

/* What the DSP answers when it refuses: 0x80000400, and a number that AEEStdErr.h names. */
#define DSP_E_FAILED		((s32)0x80000401)
#define DSP_E_NOMEM		((s32)0x80000402)
#define DSP_E_BADSTATE		((s32)0x8000040d)
#define DSP_E_BADPARM		((s32)0x8000040e)
#define DSP_E_UNSUPPORTED	((s32)0x80000414)
#define DSP_E_NOMODULE		((s32)0x8000043e)
#define DSP_E_NOPROCESS		((s32)0x80000441)

static inline u32 wire_u32(const void *base, size_t off)
{
	return get_unaligned_le32((const u8 *)base + off);
}

static inline u64 wire_u64(const void *base, size_t off)
{
	return get_unaligned_le64((const u8 *)base + off);
}

static inline s32 wire_s32(const void *base, size_t off)
{
	return (s32)wire_u32(base, off);
}

#endif
