/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * FastRPC: the interface of /dev/fastrpc-<label> and /dev/fastrpc-<label>-secure.
 *
 * Numbers and layouts are frozen: they are those of the driver that Linux has
 * shipped since 5.1, so existing user space works unchanged.  All fields are in
 * host byte order; every layout is the same for 32- and 64-bit callers on Arm.
 *
 * A call that reached the DSP returns the DSP's own result as the result of
 * ioctl(): 0 is success, anything else is a code of the DSP (0x8000_04xx seen
 * as a large negative number, AEE codes as small positive ones).  Errors of the
 * driver arrive as -1 with errno.
 *
 * Every name of the kernel's own header is here.  A member that has several names is an
 * anonymous union of them.
 */
/* The guard of the kernel's own copy: a program that includes both gets the first. */
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
 * @size: bytes; the file's size, of which whole pages can be mapped
 *
 * Any open node will do, attached or not.  The dma-buf belongs to its descriptors
 * and mappings alone; closing the last of them is what frees it.  There is no
 * FASTRPC_IOCTL_FREE_DMA_BUFF (ENOTTY).
 * errno: EINVAL no @size; ENOMEM, also: more than the DSP could address; EMFILE;
 * EFAULT, then there is no descriptor; EINTR killed; EPIPE.
 */
struct fastrpc_alloc_dma_buf {
	__s32 fd;
	__u32 flags;
	__u64 size;
};

/* The dma-buf is given to the DSP's virtual machine; needs a hypervisor. */
#define FASTRPC_ATTR_SECUREMAP	1

/**
 * struct fastrpc_invoke_args - one buffer or handle of a call
 * @ptr: buffer: user address, may be any value when @length is 0;
 *	 handle: its low 32 bits are an offset the DSP gets as it is
 * @length: bytes
 * @fd: dma-buf that @ptr is a mapping of; 0 or -1: none, the bytes are copied
 * @attr: FASTRPC_ATTR_SECUREMAP; other bits are ignored
 *
 * Caches: the driver looks after the bytes that an argument names, and no others; for
 * buffers of FASTRPC_IOCTL_ALLOC_DMA_BUFF nothing has to be done at all.  The caller
 * does not write what shares a cache line with an output during the call, and encloses
 * its accesses to a dma-buf that is no memory of the kernel's in DMA_BUF_IOCTL_SYNC.
 */
struct fastrpc_invoke_args {
	__u64 ptr;
	__u64 length;
	__s32 fd;
	__u32 attr;
};

/**
 * struct fastrpc_invoke - FASTRPC_IOCTL_INVOKE: one remote call
 * @handle: module on the DSP; 1 (process control) is refused with EPERM
 * @sc: scalars: method in bits 28:24, number of in-buffers in 23:16, of
 *	out-buffers in 15:8, of in-handles in 7:4, of out-handles in 3:0
 * @args: user address of an array of &struct fastrpc_invoke_args, as many as
 *	  @sc counts, in the order in-buffers, out-buffers, in-handles, out-handles
 *
 * Sleeps until the DSP has answered or a signal comes.  A handler without SA_RESTART ends
 * the call with EINTR: the DSP may execute it all the same, and a call made then is a new one.
 * After other signals the system call goes on, and the DSP executes the call once.  A call
 * with a dma-buf lets such a signal wait for the answer, for 1 s, and then ends with EINTR.
 * errno: EPERM handle 1; EINVAL a length that wraps or cannot be passed, an fd that
 * names no dma-buf, or bytes beyond its end; ERANGE a dma-buf that the DSP does not
 * reach; EFAULT, also for the address of bytes in one; ENOMEM; EBUSY the file has no
 * session yet, and none is free; ENOSPC the DSP has as many calls of this file as it may
 * have (128, or 8 while other files have many), or as many bytes that are copied for them
 * (320 MiB), interrupted ones included; EINTR; EPIPE the DSP is gone, before or during the
 * call;
 * EOPNOTSUPP FASTRPC_ATTR_SECUREMAP without a hypervisor that knows the DSP; with it
 * also EINVAL for a buffer that is not physically contiguous, EIO if it is refused, as
 * for one that is mapped so through another file.
 */
struct fastrpc_invoke {
	__u32 handle;
	__u32 sc;
	__u64 args;
};

/*
 * Attributes of a process.  The driver looks at FASTRPC_MODE_UNSIGNED_MODULE alone, which
 * says that the process runs code without a signature; all of them go to the DSP.
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
 * @filelen: bytes of its shell, 2 MiB at most; 0: the DSP has one
 * @filefd: dma-buf of the shell; 0 or -1: none, it is at @file
 * @attrs: of &enum fastrpc_proc_attr, passed on
 * @siglen: bytes of the signature, passed on
 * @file: user address of the shell; with @filefd the caller's mapping of it
 *
 * A file has one process, until it is closed.
 * errno: ECONNREFUSED the plain node of a DSP that keeps signed processes for the
 * secure one; EINVAL @filelen; EBADF @filefd; EBUSY there is a process, or was one
 * that the DSP did not answer for; EFAULT; ENOMEM; ETIMEDOUT; EINTR killed; EPIPE.
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
 * @memlen: bytes of heap wanted; ignored, the audio PD gets its whole region
 * @name: user address of the protection domain's name, "audiopd" for audio
 *
 * Attaches to a protection domain that the DSP's firmware started itself.  The
 * first call for "audiopd" after it started also gives it its remote heap.
 * errno: EINVAL @namelen, or no NUL at its end; EFAULT; ENOMEM, also: no usable heap region;
 * EBUSY, ESHUTDOWN the heap cannot be given while the system hibernates or goes down;
 * ENOTCONN the audio PD is down; ETIMEDOUT no answer for 10 s; EINTR killed; EPIPE.
 */
struct fastrpc_init_create_static {
	__u32 namelen;
	__u32 memlen;
	__u64 name;
};

/**
 * struct fastrpc_ioctl_capability - FASTRPC_IOCTL_GET_DSP_INFO
 * @unused: ignored; the node that was opened says which DSP is asked
 * @domain: the name of @unused in headers before 7
 * @attribute_id: number of the attribute, below 256
 * @capability: out: its value
 * @reserved: ignored
 *
 * errno: EOVERFLOW @attribute_id; EOPNOTSUPP the DSP cannot tell; EFAULT;
 * ETIMEDOUT; EPIPE.
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

/* Two flags that the kernel's header does not name. */
#define FASTRPC_MAP_REMOTE_HEAP	8
#define FASTRPC_MAP_ADD_PAGES	0x1000

/**
 * struct fastrpc_req_mmap - FASTRPC_IOCTL_MMAP: more memory for a DSP-side heap
 * @fd: ignored
 * @flags: FASTRPC_MAP_REMOTE_HEAP: the audio PD's; FASTRPC_MAP_ADD_PAGES: the
 *	   file's own process's
 * @vaddrin: 0
 * @size: bytes; the file's size, of which whole pages can be mapped
 * @vaddrout: out: the DSP's address of it
 *
 * The memory of the audio PD's heap belongs to it, not to the file.
 * errno: EINVAL; EPERM the file has joined no protection domain, or it is the audio PD's
 * heap and the file is not attached to that one; ENOMEM,
 * also: 64 MiB were added already, or 256 MiB to the file's process; ENOTCONN the audio
 * PD is down; EBUSY the system hibernates; ESHUTDOWN it goes down; ETIMEDOUT; EPIPE.
 */
struct fastrpc_req_mmap {
	__s32 fd;
	__u32 flags;
	__u64 vaddrin;
	__u64 size;
	__u64 vaddrout;
};

/**
 * struct fastrpc_req_munmap - FASTRPC_IOCTL_MUNMAP: take it back
 * @vaddrout: as FASTRPC_IOCTL_MMAP gave it; the audio PD's also to another file
 * @size: as then
 *
 * What the DSP does not let go of stays its own.
 * errno: EINVAL there is no such memory; ETIMEDOUT; EPIPE.
 */
struct fastrpc_req_munmap {
	__u64 vaddrout;
	__u64 size;
};

/**
 * enum fastrpc_map_flags - how a DSP maps memory; all are the DSP's affair
 * @FASTRPC_MAP_STATIC: now, at an address that all calls use
 * @FASTRPC_MAP_RESERVED: without a meaning
 * @FASTRPC_MAP_FD: now; the program on the DSP finds it by the descriptor
 * @FASTRPC_MAP_FD_DELAYED: when the program on the DSP asks for the descriptor
 * @FASTRPC_MAP_FD_NOMAP: likewise, and the caller has not mapped it itself
 * @FASTRPC_MAP_MAX: one more than the greatest of them
 */
enum fastrpc_map_flags {
	FASTRPC_MAP_STATIC = 0,
	FASTRPC_MAP_RESERVED = 1,
	FASTRPC_MAP_FD = 2,
	FASTRPC_MAP_FD_DELAYED = 3,
	FASTRPC_MAP_FD_NOMAP = 16,
	FASTRPC_MAP_MAX = 17,
};

/* Not a name of the kernel's header: the DSP gets the buffer as a handle. */
#define FASTRPC_MAP_DMA_HANDLE	0x20000

/**
 * struct fastrpc_mem_map - FASTRPC_IOCTL_MEM_MAP: map a dma-buf for the process
 * @version: ignored
 * @fd: the dma-buf
 * @offset: for the DSP, not below 0
 * @flags: of &enum fastrpc_map_flags, passed on; those of FASTRPC_IOCTL_MMAP are refused
 * @vaddrin: address wished for on the DSP
 * @length: bytes
 * @vaddrout: out: the DSP's address of it
 * @attrs: ignored
 * @reserved: ignored
 *
 * It stays mapped until FASTRPC_IOCTL_MEM_UNMAP, or until the file is closed, also
 * when the descriptor is closed before.
 * errno: EBADF; EPERM the file has joined no protection domain; EINVAL no dma-buf,
 * @offset + @length are not inside of it, @flags, or it is not contiguous for the DSP;
 * ENOMEM, also: 4096 maps; EFAULT, then it is not mapped; ETIMEDOUT; EINTR killed; EPIPE.
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
 * struct fastrpc_mem_unmap - FASTRPC_IOCTL_MEM_UNMAP
 * @vesion: ignored
 * @version: the same, spelt right
 * @fd: the descriptor it was mapped by; negative: whichever it was
 * @vaddr: the DSP's address of it; 0 takes back a DMA handle of a call, too
 * @length: ignored
 * @reserved: ignored
 *
 * What the DSP does not let go of stays mapped.
 * errno: EINVAL there is no such map; ETIMEDOUT; EINTR killed; EPIPE.
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

/* The option, and its values. */
#define FASTRPC_POLL_MODE		1
#define FASTRPC_POLL_MODE_DISABLE	0
#define FASTRPC_POLL_MODE_ENABLE	1

/**
 * struct fastrpc_ioctl_set_option - FASTRPC_IOCTL_SET_OPTION
 * @request_id: FASTRPC_POLL_MODE: calls of the file to modules of its process look for
 *		their end in memory for a while, before they sleep
 * @value: FASTRPC_POLL_MODE_ENABLE or FASTRPC_POLL_MODE_DISABLE
 * @reserved: 0
 *
 * errno: EINVAL; EOPNOTSUPP the DSP of this SoC does not flag the end of calls; EFAULT.
 */
struct fastrpc_ioctl_set_option {
	__u32 request_id;
	__u32 value;
	__s32 reserved[6];
};

#endif /* __QCOM_FASTRPC_H__ */
