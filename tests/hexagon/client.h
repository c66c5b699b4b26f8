/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client of a process that runs Hexagon code: it speaks the frames as the DSP model does.
 *
 * A struct pd is one process, started by qemu-hexagon itself over a socket, or by pdhost over a
 * slot.  Memory behind fds, the heap and the host's answers are what a test fills in.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "remote_frames.h"

#define ARGS_MAX	8
#define FDS_MAX		4

struct arg {
	const void *in;		/* or NULL */
	void *out;
	uint32_t bytes;
	uint32_t offset;	/* within a page */
};

struct answer {
	struct answer *next;
	struct frame_head head;
	uint8_t *body;
};

/* How frames travel: 0, or -1 if the process has gone. */
struct pd;
struct transport {
	int (*send)(struct pd *pd, const void *from, size_t bytes);
	int (*receive)(struct pd *pd, void *to, size_t bytes);
};

struct pd {
	const struct transport *transport;
	int fd;
	pid_t pid;
	int slot;
	uint32_t life;
	uint32_t ids;
	struct answer *answers;
	struct { uint8_t *data; uint64_t bytes; } memory[FDS_MAX];	/* behind fds 0, 1, ... */
	uint8_t *heap;
	uint32_t heap_at, heap_bytes;
	uint32_t ups[10];
	struct frame_audio_counts counts;
	/* Of apps_std, if it is there: one file, and how often that was opened and closed. */
	bool has_files;
	uint8_t file[1 << 17];
	uint32_t file_bytes, file_opened, file_closed;
	/* Of apps_mem, which gives the audio PD what lies behind its heap. */
	uint32_t given, given_bytes;
	/* The next page of the heap that is read or written is answered late: see client.c. */
	uint32_t late;
	struct answer *held;
	void *held_bytes;
	uint32_t logs;
	bool has_last_words;
	struct frame_last_words last_words;
};

int pd_start(struct pd *pd);
int pd_wait(struct pd *pd);
void pd_send(struct pd *pd, uint32_t type, uint32_t id, uint32_t a, const void *body,
	     size_t bytes);
struct answer *pd_await(struct pd *pd, uint32_t id);
bool pd_await_held(struct pd *pd);
bool pd_await_round(struct pd *pd);
void pd_forget(struct answer *answer);
int pd_open(struct pd *pd, const char *skeleton, uint32_t *module, char *why);
int pd_open_bytes(struct pd *pd, const char *uri, const void *elf, uint32_t bytes,
		  uint32_t *module, char *why);
uint32_t pd_invoke(struct pd *pd, uint32_t module, uint32_t method, unsigned int in,
		   const struct arg *in_args, unsigned int out, struct arg *out_args, int handle);
int64_t pd_result(struct pd *pd, uint32_t id, unsigned int out, struct arg *out_args);
int64_t pd_close(struct pd *pd, uint32_t module);
void *read_file(const char *name, uint32_t *bytes);

#endif
