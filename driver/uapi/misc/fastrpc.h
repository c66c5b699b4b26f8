/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * FastRPC: the interface of /dev/fastrpc-<label> and /dev/fastrpc-<label>-secure.
 *
 * Numbers and layouts are frozen: they are those of the driver that Linux has
 * shipped since 5.1, so existing user space works unchanged.  All fields are in
 * host byte order; every layout is the same for 32- and 64-bit callers on Arm.
 *
 * If a call reaches the DSP, ioctl() returns the DSP's own result: 0 is success, any
 * other value is an error code of the DSP (0x8000_04xx, seen as a large negative number,
 * or an AEE code, seen as a small positive one).  For an error of the driver ioctl()
 * returns -1 and sets errno.
 *
 * This header has every name of the kernel's own header.  A member that has several names
 * is an anonymous union of them.
 */
/* This is the guard of the kernel's own copy: a program that includes both gets the first. */
#ifndef __QCOM_FASTRPC_H__
#define __QCOM_FASTRPC_H__

#include <linux/ioctl.h>
#include <linux/types.h>

#define FASTRPC_IOCTL_ALLOC_DMA_BUFF	_IOWR('R', 1, struct fastrpc_alloc_dma_buf)
#define FASTRPC_IOCTL_FREE_DMA_BUFF	_IOWR('R', 2, __u32)
#define FASTRPC_IOCTL_INVOKE		_IOWR('R', 3, struct fastrpc_invoke)
#define FASTRPC_IOCTL_INIT_ATTACH	_IO('R', 4)
#define FASTRPC_IOCTL_INIT_CREATE	_IOWR('R', 5, struct fastrpc_init_create)
#define FASTRPC_IOCTL_MMAP		_IOWR('R', 6, struct fastrpc_req_mmap)
#define FASTRPC_IOCTL_MUNMAP		_IOWR('R', 7, struct fastrpc_req_munmap)
#define FASTRPC_IOCTL_INIT_ATTACH_SNS	_IO('R', 8)
#define FASTRPC_IOCTL_INIT_CREATE_STATIC _IOWR('R', 9, struct fastrpc_init_create_static)
#define FASTRPC_IOCTL_MEM_MAP		_IOWR('R', 10, struct fastrpc_mem_map)
#define FASTRPC_IOCTL_MEM_UNMAP		_IOWR('R', 11, struct fastrpc_mem_unmap)
#define FASTRPC_IOCTL_SET_OPTION	_IOWR('R', 12, struct fastrpc_ioctl_set_option)
#define FASTRPC_IOCTL_GET_DSP_INFO	_IOWR('R', 13, struct fastrpc_ioctl_capability)

/**
 * struct fastrpc_alloc_dma_buf - FASTRPC_IOCTL_ALLOC_DMA_BUFF: memory to share
 * @fd: out: a dma-buf, zeroed
 * @flags: ignored
 * @size: bytes; the size of the dma-buf, which is rounded up where the kernel's pages are
 *	larger than 4,096 bytes.  It can be mapped in whole pages.
 *
 * The caller need not have attached.  The memory is freed when the last descriptor of the
 * dma-buf is closed and its last mapping is gone.  FASTRPC_IOCTL_FREE_DMA_BUFF does not
 * exist (ENOTTY).
 * errno: EINVAL @size is 0; ENOMEM no memory, or @size is more than the DSP can address;
 * EMFILE; EFAULT no descriptor remains; EINTR the caller is killed; EPIPE the DSP is gone.
 */
struct fastrpc_alloc_dma_buf {
	__s32 fd;
	__u32 flags;
	__u64 size;
};

/* The dma-buf is assigned to the DSP's virtual machine.  This needs a hypervisor. */
#define FASTRPC_ATTR_SECUREMAP	1

/**
 * struct fastrpc_invoke_args - one buffer or handle of a call
 * @ptr: of a buffer: its user address, or any value if @length is 0;
 *	 of a handle: the low 32 bits are an offset, which the DSP gets unchanged
 * @length: bytes
 * @fd: the dma-buf that is mapped at @ptr; 0 or -1: there is none, and the driver copies
 *	the bytes
 * @attr: FASTRPC_ATTR_SECUREMAP; other bits are ignored
 *
 * Caches: the driver cleans and invalidates the caches for the bytes that an argument names,
 * and for no others.  Buffers of FASTRPC_IOCTL_ALLOC_DMA_BUFF need no cache maintenance by
 * the caller.  During a call the caller must not write to a cache line that also holds an
 * output.  If a dma-buf is not kernel memory, the caller must enclose its accesses in
 * DMA_BUF_IOCTL_SYNC.
 */
struct fastrpc_invoke_args {
	__u64 ptr;
	__u64 length;
	__s32 fd;
	__u32 attr;
};

/**
 * struct fastrpc_invoke - FASTRPC_IOCTL_INVOKE: one remote call
 * @handle: of a module on the DSP; 1 (process control) ends with EPERM
 * @sc: scalars: method in bits 28:24, number of in-buffers in 23:16, of
 *	out-buffers in 15:8, of in-handles in 7:4, of out-handles in 3:0
 * @args: user address of an array of &struct fastrpc_invoke_args, as many as
 *	  @sc counts, in the order in-buffers, out-buffers, in-handles, out-handles
 *
 * The call sleeps until the DSP answers or a signal arrives.  A signal handler without
 * SA_RESTART ends the call with EINTR; the DSP may still execute the call, and a later call
 * with the same arguments is a new call.  After any other signal the system call goes on,
 * and the DSP executes the call once.  If a dma-buf is among the arguments, such a signal
 * waits up to 1 s for the answer, and then the call ends with EINTR.
 * errno:
 * EPERM @handle is 1;
 * EINVAL a length wraps or is too large, an fd names no dma-buf, or the bytes do not lie
 * inside the dma-buf; with FASTRPC_ATTR_SECUREMAP also: the buffer is not physically
 * contiguous;
 * ERANGE the DSP cannot reach the dma-buf;
 * EFAULT an address is invalid, also if the bytes lie in a dma-buf;
 * ENOMEM;
 * EBUSY the file has no session yet, and no session is free;
 * ENOSPC the file has as many calls in flight as it may have (128, or 8 while other files
 * have many), or as many bytes of copied arguments (320 MiB); interrupted calls count;
 * EINTR;
 * EPIPE the DSP is gone, or goes during the call;
 * EOPNOTSUPP FASTRPC_ATTR_SECUREMAP without a hypervisor that knows the DSP;
 * EIO the hypervisor refuses FASTRPC_ATTR_SECUREMAP, for example because the buffer is
 * assigned through another file.
 */
struct fastrpc_invoke {
	__u32 handle;
	__u32 sc;
	__u64 args;
};

/*
 * Attributes of a process.  The driver passes all of them to the DSP.  It reads only
 * FASTRPC_MODE_UNSIGNED_MODULE: the process runs code without a signature.
 */
enum fastrpc_proc_attr {
	FASTRPC_MODE_DEBUG = 0x1,
	FASTRPC_MODE_PTRACE = 0x2,
	FASTRPC_MODE_CRC = 0x4,
	FASTRPC_MODE_UNSIGNED_MODULE = 0x8,
	FASTRPC_MODE_ADAPTIVE_QOS = 0x10,
	FASTRPC_MODE_SYSTEM_PROCESS = 0x20,
	FASTRPC_MODE_PRIVILEGED = 0x40,
};

/**
 * struct fastrpc_init_create - FASTRPC_IOCTL_INIT_CREATE: a process on the DSP
 * @filelen: bytes of the process's shell, 2 MiB at most; 0: the DSP has a shell of its own
 * @filefd: dma-buf of the shell; 0 or -1: there is none, and the driver copies @file
 * @attrs: bits of &enum fastrpc_proc_attr, for the DSP
 * @siglen: bytes of the signature, for the DSP
 * @file: user address of the shell; with @filefd the address where the caller has mapped it
 *
 * A file has at most one process.  The process ends when the file is closed.
 * errno: ECONNREFUSED this DSP allows signed processes only through the secure node, and
 * the file is of the other one; EINVAL @filelen is too large; EBADF @filefd is invalid; EBUSY
 * the file has a process, or the DSP has not answered an earlier request for one; EFAULT;
 * ENOMEM; ETIMEDOUT the DSP has not answered for 10 s; EINTR the caller is killed; EPIPE
 * the DSP is gone.
 */
struct fastrpc_init_create {
	__u32 filelen;
	__s32 filefd;
	__u32 attrs;
	__u32 siglen;
	__u64 file;
};

/**
 * struct fastrpc_init_create_static - FASTRPC_IOCTL_INIT_CREATE_STATIC
 * @namelen: bytes at @name with the closing NUL, 1 to 128
 * @memlen: ignored; the audio PD always gets its whole heap region
 * @name: user address of the protection domain's name; "audiopd" for the audio PD
 *
 * Attaches to a protection domain that the DSP's firmware has started.  The first
 * call for "audiopd" after the start of the audio PD also offers it its remote heap.
 * errno: EINVAL @namelen is invalid, or the name does not end with a NUL; EFAULT; ENOMEM no
 * memory, or no usable heap region; ESHUTDOWN the system shuts down, so that the heap cannot
 * be offered; ENOTCONN the audio PD is down; ETIMEDOUT the DSP has not answered for 10 s; EINTR
 * the caller is killed; EPIPE the DSP is gone.
 */
struct fastrpc_init_create_static {
	__u32 namelen;
	__u32 memlen;
	__u64 name;
};

/**
 * struct fastrpc_ioctl_capability - FASTRPC_IOCTL_GET_DSP_INFO
 * @unused: ignored; the driver asks the DSP whose node is open
 * @domain: the name of @unused in headers before Linux 7
 * @attribute_id: number of the attribute, below 256
 * @capability: out: its value
 * @reserved: ignored
 *
 * errno: EOVERFLOW @attribute_id is too large; EOPNOTSUPP the DSP does not report its
 * attributes; EFAULT; ETIMEDOUT the DSP has not answered for 10 s; EPIPE the DSP is gone.
 */
__extension__ struct fastrpc_ioctl_capability {
	union {
		__u32 unused;
		__u32 domain;
	};
	__u32 attribute_id;
	__u32 capability;
	__u32 reserved[4];
};

/* The kernel's header does not name these two flags. */
#define FASTRPC_MAP_REMOTE_HEAP	8
#define FASTRPC_MAP_ADD_PAGES	0x1000

/**
 * struct fastrpc_req_mmap - FASTRPC_IOCTL_MMAP: add memory to a heap on the DSP
 * @fd: ignored
 * @flags: FASTRPC_MAP_REMOTE_HEAP: add it to the remote heap of the audio PD;
 *	   FASTRPC_MAP_ADD_PAGES: add it to the heap of the file's own process
 * @vaddrin: 0
 * @size: bytes; the driver rounds them up to whole pages
 * @vaddrout: out: the DSP's address of the memory
 *
 * Memory of the remote heap belongs to the audio PD, so it stays when the file is closed.
 * errno: EINVAL an argument is invalid; EPERM the file has joined no protection domain, or
 * for FASTRPC_MAP_REMOTE_HEAP not the audio PD; ENOMEM no memory, or the sum of what was added
 * would exceed 64 MiB (remote heap) or 256 MiB (the file's process); ENOTCONN the audio PD is
 * down; ESHUTDOWN the system shuts down; ETIMEDOUT the DSP has not answered for 10 s; EPIPE
 * the DSP is gone.
 */
struct fastrpc_req_mmap {
	__s32 fd;
	__u32 flags;
	__u64 vaddrin;
	__u64 size;
	__u64 vaddrout;
};

/**
 * struct fastrpc_req_munmap - FASTRPC_IOCTL_MUNMAP: remove memory from a heap on the DSP
 * @vaddrout: result of FASTRPC_IOCTL_MMAP; for the remote heap also that of another file
 * @size: bytes, as in FASTRPC_IOCTL_MMAP
 *
 * If the DSP refuses, or does not answer, the memory stays with the DSP.
 * errno: EINVAL there is no such memory; ETIMEDOUT the DSP has not answered for 10 s; EPIPE
 * the DSP is gone.
 */
struct fastrpc_req_munmap {
	__u64 vaddrout;
	__u64 size;
};

/**
 * enum fastrpc_map_flags - how the DSP maps memory; the driver only passes them on
 * @FASTRPC_MAP_STATIC: map it at once, at an address that all calls use
 * @FASTRPC_MAP_RESERVED: has no meaning
 * @FASTRPC_MAP_FD: map it at once; the program on the DSP finds it by the descriptor
 * @FASTRPC_MAP_FD_DELAYED: map it when the program on the DSP asks for the descriptor
 * @FASTRPC_MAP_FD_NOMAP: likewise, and the caller has not mapped the dma-buf
 * @FASTRPC_MAP_MAX: one more than the greatest value
 */
enum fastrpc_map_flags {
	FASTRPC_MAP_STATIC = 0,
	FASTRPC_MAP_RESERVED = 1,
	FASTRPC_MAP_FD = 2,
	FASTRPC_MAP_FD_DELAYED = 3,
	FASTRPC_MAP_FD_NOMAP = 16,
	FASTRPC_MAP_MAX = 17,
};

/* The DSP gets the buffer as a handle.  The kernel's header does not name this flag. */
#define FASTRPC_MAP_DMA_HANDLE	0x20000

/**
 * struct fastrpc_mem_map - FASTRPC_IOCTL_MEM_MAP: map a dma-buf for the process
 * @version: ignored
 * @fd: the dma-buf
 * @offset: for the DSP; not negative
 * @flags: of &enum fastrpc_map_flags, for the DSP; not those of FASTRPC_IOCTL_MMAP
 * @vaddrin: the address on the DSP that the caller would like
 * @length: bytes
 * @vaddrout: out: the DSP's address of the memory
 * @attrs: ignored
 * @reserved: ignored
 *
 * The mapping lasts until FASTRPC_IOCTL_MEM_UNMAP, or until the file is closed.  The caller
 * may close the descriptor before.
 * errno: EBADF @fd is invalid; EPERM the file has joined no protection domain; EINVAL @fd is
 * no dma-buf, @offset + @length is beyond its end, @flags are not allowed, or the buffer is
 * not contiguous for the DSP; ENOMEM no memory, or the file has 4096 mappings; EFAULT no
 * mapping remains; ETIMEDOUT the DSP has not answered for 10 s; EINTR the caller is killed;
 * EPIPE the DSP is gone.
 */
struct fastrpc_mem_map {
	__s32 version;
	__s32 fd;
	__s32 offset;
	__u32 flags;
	__u64 vaddrin;
	__u64 length;
	__u64 vaddrout;
	__s32 attrs;
	__s32 reserved[4];
};

/**
 * struct fastrpc_mem_unmap - FASTRPC_IOCTL_MEM_UNMAP: end a mapping
 * @vesion: ignored
 * @version: the name of @vesion without the misspelling
 * @fd: the descriptor in FASTRPC_IOCTL_MEM_MAP; negative: any
 * @vaddr: the DSP's address of the memory; with 0 a DMA handle of a call is found, too
 * @length: ignored
 * @reserved: ignored
 *
 * If the DSP refuses, or does not answer, the memory stays mapped.
 * errno: EINVAL there is no such mapping; ETIMEDOUT the DSP has not answered for 10 s; EINTR
 * the caller is killed; EPIPE the DSP is gone.
 */
__extension__ struct fastrpc_mem_unmap {
	union {
		__s32 vesion;
		__s32 version;
	};
	__s32 fd;
	__u64 vaddr;
	__u64 length;
	__s32 reserved[5];
};

/* The only option, and its values. */
#define FASTRPC_POLL_MODE		1
#define FASTRPC_POLL_MODE_DISABLE	0
#define FASTRPC_POLL_MODE_ENABLE	1

/**
 * struct fastrpc_ioctl_set_option - FASTRPC_IOCTL_SET_OPTION
 * @request_id: FASTRPC_POLL_MODE: before a call to a module of the file's process sleeps, it
 *		polls for the answer in memory for a short time
 * @value: FASTRPC_POLL_MODE_ENABLE or FASTRPC_POLL_MODE_DISABLE
 * @reserved: 0
 *
 * errno: EINVAL an argument is invalid; EOPNOTSUPP the DSP of this SoC does not write the end
 * of a call to memory; EFAULT.
 */
struct fastrpc_ioctl_set_option {
	__u32 request_id;
	__u32 value;
	__s32 reserved[6];
};

#endif /* __QCOM_FASTRPC_H__ */
