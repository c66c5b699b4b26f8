// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of bytes in shared memory, with one writer and one reader.
 *
 * Each end owns one index and reads the other's.  The index of the other end can
 * hold anything, so it is checked each time it is read.  The DSP keeps its own index
 * to itself as well, and never reads it back from shared memory.
 */
#include <asm/barrier.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "soc.h"

#define FIFO_MIN	256u
#define FIFO_MAX	((u32)SZ_1M)

int soc_fifo_init(struct soc_fifo *fifo, u8 *data, u32 size, __le32 *mine, __le32 *theirs)
{
	if (size < FIFO_MIN || size > FIFO_MAX || size % SOC_FIFO_UNIT)
		return -EPROTO;
	fifo->data = data;
	fifo->size = size;
	fifo->mine = mine;
	fifo->theirs = theirs;
	fifo->at = 0;
	return 0;
}

static int fifo_their_index(const struct soc_fifo *fifo)
{
	u32 index = le32_to_cpu(READ_ONCE(*fifo->theirs));

	return index < fifo->size && index % SOC_FIFO_UNIT == 0 ? index : -EPROTO;
}

static u32 fifo_wrap(const struct soc_fifo *fifo, u32 index)
{
	return index < fifo->size ? index : index - fifo->size;
}

static void fifo_move(struct soc_fifo *fifo, u32 len)
{
	fifo->at = fifo_wrap(fifo, fifo->at + len);
	WRITE_ONCE(*fifo->mine, cpu_to_le32(fifo->at));
}

int soc_fifo_used(const struct soc_fifo *fifo)
{
	int head = fifo_their_index(fifo);

	if (head < 0)
		return head;
	/* The bytes are read after the index that says that they are there. */
	rmb();
	return fifo_wrap(fifo, head + fifo->size - fifo->at);
}

void soc_fifo_peek(const struct soc_fifo *fifo, u32 offset, void *data, u32 len)
{
	u32 from = fifo_wrap(fifo, fifo->at + offset);
	u32 first = min(len, fifo->size - from);

	memcpy(data, fifo->data + from, first);
	memcpy(data + first, fifo->data, len - first);
}

void soc_fifo_skip(struct soc_fifo *fifo, u32 len)
{
	/* The writer uses the room again as soon as it sees the index. */
	mb();
	fifo_move(fifo, len);
}

int soc_fifo_room(const struct soc_fifo *fifo)
{
	int tail = fifo_their_index(fifo);

	if (tail < 0)
		return tail;
	/* The reader has finished with what is overwritten now. */
	mb();
	return fifo->size - fifo_wrap(fifo, fifo->at + fifo->size - tail);
}

void soc_fifo_write(struct soc_fifo *fifo, const void *data, u32 len)
{
	u32 first = min(len, fifo->size - fifo->at);

	memcpy(fifo->data + fifo->at, data, first);
	memcpy(fifo->data, data + first, len - first);
	/* The index makes the bytes valid. */
	wmb();
	fifo_move(fifo, len);
}
