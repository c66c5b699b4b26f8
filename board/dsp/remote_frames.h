/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the DSP model and a process that runs Hexagon code say to each other.
 *
 * A frame is a head of four words and a body.  The words are little-endian, and a body ends
 * at a multiple of 8.  An answer has the type and the id of what it answers, with FRAME_ANSWER
 * set.  Each side numbers what it asks; calls overlap, and answers come in any order.
 */
#ifndef REMOTE_FRAMES_H
#define REMOTE_FRAMES_H

struct frame_head {
	unsigned int length;	/* bytes of head and body */
	unsigned int type;
	unsigned int id;
	unsigned int a;		/* what else there is to say in one word, see below */
};

#define FRAME_ANSWER	0x80
#define HEAP_AUDIO	1
#define FRAME_MAX	(96u << 20)

enum frame_type {
	/*
	 * The model asks.  OPEN: {u32 bytes of the URI with its NUL, u32 bytes of the ELF file},
	 * the URI padded to 8, the file.  Answer: struct frame_opened.
	 */
	FRAME_OPEN = 1,
	/*
	 * {u32 module, u32 scalars}, {u32 offset in a page, u32 bytes} for each buffer, {s32 fd,
	 * u32 offset} for each handle, then the in-buffers, each padded to 8.  Answer: the result
	 * in @a, and if that is 0 the out-buffers, each padded to 8.
	 */
	FRAME_INVOKE = 2,
	/* {u32 module, u32 0}.  Answer: what the module said in @a. */
	FRAME_CLOSE = 3,
	/* The process is to end; there is no answer. */
	FRAME_EXIT = 4,
	/*
	 * {u32 address, u32 bytes}: a range of the heap; from now on malloc() takes from there.
	 * With HEAP_AUDIO in @a the process is the audio PD, and begins its work.
	 */
	FRAME_HEAP = 5,
	/* {u32 bytes, u32 0}: the audio PD is to hold so much, beside what it needs itself. */
	FRAME_HOLD = 6,

	/* The process says, and gets no answer.  LOG: @a is the level, the body a text. */
	FRAME_LOG = 0x10,
	/* It dies; struct frame_last_words. */
	FRAME_LAST_WORDS = 0x11,
	/* The audio PD has worked; struct frame_audio_counts. */
	FRAME_COUNTS = 0x12,
	/* The process asks: @a is an enum frame_up, the body struct frame_up_body and data. */
	FRAME_UP = 0x20,
};

/* The answer to an OPEN. */
struct frame_opened {
	int error;		/* 0, or a DSP error; then @text says why */
	unsigned int module;
	char text[160];
};

/* What a process asks of the model.  The answer has 0 or a DSP error in @a. */
enum frame_up {
	UP_FD_SIZE = 1,		/* answer: u64 bytes behind the fd */
	UP_FD_READ = 2,		/* answer: the bytes */
	UP_FD_WRITE = 3,	/* data: the bytes */
	UP_HEAP_READ = 6,	/* the same by an address of the heap */
	UP_HEAP_WRITE = 7,
	/* A call to the host; data: its packed arguments; answer: packed results. */
	UP_REVERSE = 8,
	/*
	 * What the host has added to the heap: its name in @at and @offset, the low word first.
	 * Answer: {u32 address, u32 bytes}.
	 */
	UP_HEAP_WHERE = 9,
};

struct frame_up_body {
	unsigned int at;	/* fd, address, or handle of the host */
	unsigned int offset;	/* of a reverse call: its scalars */
	unsigned int bytes;	/* to read or write; of a reverse call: of the arguments */
	unsigned int call;	/* id of the INVOKE that this is for, 0 if none */
};

/* Bytes of one UP_..._READ or UP_..._WRITE at most. */
#define UP_MAX		0x10000

/* Of the audio PD, since it began.  Words of 4 bytes are counted. */
struct frame_audio_counts {
	unsigned long long stores;	/* words of objects that it stored */
	unsigned long long checks;	/* and found again as it had stored them */
	unsigned long long held;	/* bytes that it holds now, by FRAME_HOLD */
	unsigned long long added;	/* bytes that its malloc() got from the host, now */
	unsigned int growths;		/* times that it got some */
	unsigned int returns;		/* and gave it back */
	unsigned int refused;		/* times that it was refused */
	unsigned int rounds;
};

/* What a crash report has. */
struct frame_last_words {
	unsigned int signal;
	unsigned int address;	/* that could not be reached, or 0 */
	unsigned int pc;
	unsigned int call;	/* id of the INVOKE that ran, 0 if none */
	unsigned int r[32];
	char text[160];		/* of abort() and friends; else empty */
};

#endif
