/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layouts the DSP's firmware owns.  Nothing here may change with the driver.
 *
 * All words are little-endian and naturally aligned.  A name that starts with
 * dsp_ or DSP_ is the firmware's.
 */
#ifndef FRPC_WIRE_H
#define FRPC_WIRE_H

#include <linux/align.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* Protection domains, bits 3:0 of the context cookie. */
#define DSP_PD_ROOT		0
#define DSP_PD_USER		1	/* user PDs and the static audio PD */
#define DSP_PD_SENSORS		2

/* Module handles that the kernel uses; user space must not use the first. */
#define DSP_HANDLE_INIT		1
#define DSP_HANDLE_UTILITIES	2

/* Methods of DSP_HANDLE_INIT. */
#define DSP_INIT_ATTACH		0
#define DSP_INIT_RELEASE	1
#define DSP_INIT_MMAP		4
#define DSP_INIT_MUNMAP		5
#define DSP_INIT_CREATE		6
#define DSP_INIT_CREATE_ATTR	7	/* the same, with attributes */
#define DSP_INIT_CREATE_STATIC	8
#define DSP_INIT_MEM_MAP	10
#define DSP_INIT_MEM_UNMAP	11

/* Methods of DSP_HANDLE_UTILITIES. */
#define DSP_UTILITIES_GET_INFO	0

/* A result of the DSP: it does not know the method. */
#define DSP_ERR_UNSUPPORTED	0x80000414u

/* Unsolicited word in place of a context: a protection domain went away. */
#define DSP_PD_EXIT		0xABCDABCDull

/* Scalars: what a call carries. */
#define DSP_SCALARS(method, ins, outs) \
	(((u32)(method) & 0x1f) << 24 | ((u32)(ins) & 0xff) << 16 | ((u32)(outs) & 0xff) << 8)
#define DSP_SCALARS_INS(sc)		(((sc) >> 16) & 0xff)
#define DSP_SCALARS_OUTS(sc)		(((sc) >> 8) & 0xff)
#define DSP_SCALARS_IN_HANDLES(sc)	(((sc) >> 4) & 0x0f)
#define DSP_SCALARS_OUT_HANDLES(sc)	((sc) & 0x0f)

/* Host to DSP, one per call. */
struct dsp_request {
	__le32 client_id;	/* 0: the kernel speaks for itself */
	__le32 tid;
	__le64 ctx;		/* comes back in the response, bit for bit */
	__le32 handle;
	__le32 sc;
	__le64 addr;		/* of the metadata buffer, with the session id */
	__le64 size;		/* of the metadata buffer, whole pages of the DSP's */
};

static_assert(sizeof(struct dsp_request) == 40);

/* DSP to host. */
struct dsp_response {
	__le64 ctx;
	__le32 retval;
	__le32 pad;
};

static_assert(sizeof(struct dsp_response) == 16);

/* The metadata buffer: args[n], lists[n], pages[n], tail, then inline bytes. */
union dsp_arg {
	struct {
		__le64 pv;	/* token; its low bits place the bytes in the DSP's page */
		__le64 len;
	} buf;
	struct {
		__le32 fd;
		__le32 offset;
		__le32 len;
		__le32 unused;
	} dma;
};

static_assert(sizeof(union dsp_arg) == 16);

struct dsp_list {
	__le32 num;		/* pages[] entries of this argument */
	__le32 pgidx;		/* the first of them */
};

static_assert(sizeof(struct dsp_list) == 8);

struct dsp_page {
	__le64 addr;
	__le64 size;
};

static_assert(sizeof(struct dsp_page) == 16);

#define DSP_FDLIST_LEN		16
#define DSP_CRCLIST_LEN		64

/* Written by the DSP only. */
struct dsp_tail {
	__le64 fdlist[DSP_FDLIST_LEN];
	__le32 crclist[DSP_CRCLIST_LEN];
	__le32 poll;
} __packed;
static_assert(sizeof(struct dsp_tail) == 128 + 256 + 4);

/* What it writes into @poll when a call of a user PD has ended with success. */
#define DSP_POLL_DONE		0xDECAFu
/* Modules up to here are the firmware's own, and do not. */
#define DSP_HANDLE_STATIC_MAX	20

/* What the DSP counts in, whatever the kernel's pages are. */
#define DSP_PAGE_BYTES		4096u
#define DSP_PAGE_ALIGN(bytes)	ALIGN(bytes, (u64)DSP_PAGE_BYTES)

#define DSP_ALIGN		128	/* of the inline bytes of each argument */

/*
 * First input of DSP_INIT_CREATE; the others are the name, the shell, and a
 * struct dsp_page of memory to begin with.
 */
struct dsp_create {
	__le32 client_id;
	__le32 namelen;
	__le32 filelen;
	__le32 pageslen;	/* page records */
	__le32 attrs;
	__le32 siglen;
};

static_assert(sizeof(struct dsp_create) == 24);

/* How much memory a process begins with: at least, times its shell, in units. */
#define DSP_PROCESS_BYTES_MIN	0x200000u
#define DSP_PROCESS_PER_SHELL	4
#define DSP_PROCESS_UNIT	0x100000u

/* First input of DSP_INIT_CREATE_STATIC. */
struct dsp_create_static {
	__le32 client_id;
	__le32 namelen;
	__le32 pageslen;	/* page records of memory for the PD's heap */
};

static_assert(sizeof(struct dsp_create_static) == 12);

/* What DSP_INIT_MMAP memory is for. */
#define DSP_MAP_REMOTE_HEAP	8	/* static PD's heap; a physical address */
#define DSP_MAP_ADD_PAGES	0x1000	/* user PD's heap; an address of its context bank */

/* First input of DSP_INIT_MMAP; the second is a struct dsp_page. */
struct dsp_mmap {
	__le32 client_id;
	__le32 flags;
	__le64 vaddr;		/* always 0: the DSP chooses */
	__le32 num;		/* bytes of the page records, not their number */
	__le32 pad;
};

static_assert(sizeof(struct dsp_mmap) == 24);

/* Input of DSP_INIT_MUNMAP. */
struct dsp_munmap {
	__le32 client_id;
	__le32 pad;
	__le64 vaddr;		/* as DSP_INIT_MMAP told it */
	__le64 size;
};

static_assert(sizeof(struct dsp_munmap) == 24);

/* First input of DSP_INIT_MEM_MAP; the others are a struct dsp_page, and nothing. */
struct dsp_mem_map {
	__le32 client_id;
	__le32 fd;
	__le32 offset;
	__le32 flags;
	__le64 vaddr;		/* wished for */
	__le32 num;		/* bytes of the page records */
	__le32 data_len;	/* of the third input */
};

static_assert(sizeof(struct dsp_mem_map) == 32);

/* Input of DSP_INIT_MEM_UNMAP. */
struct dsp_mem_unmap {
	__le32 client_id;
	__le32 fd;
	__le64 vaddr;		/* as DSP_INIT_MEM_MAP told it */
	__le64 len;
};

static_assert(sizeof(struct dsp_mem_unmap) == 24);

/* Attributes of DSP_UTILITIES_GET_INFO: the DSP tells 1 to 255. */
#define DSP_ATTRIBUTES		256

#endif /* FRPC_WIRE_H */
