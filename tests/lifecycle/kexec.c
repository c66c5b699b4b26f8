// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexec while a DSP has its heap.  No step of kexec stops a DSP, and firmware below Linux
 * outlives the kernel: it goes on keeping the heap from Linux.  The second kernel boots with the
 * same tree and driver.  Its driver must find out by asking, and touch nothing.
 *
 * This program begins twice.  In the first kernel it starts the second one, in which init runs
 * it again.  The model of the DSP is a module of the first kernel and ends with it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kexec.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>

#include "harness.h"

#define NOT_OPENED	"cannot be mapped or assigned"
#define NEXT		"/sys/bus/pci/devices/0000:00:05.0/"
#define FDT		"/sys/firmware/fdt"
#define CHOSEN		"/proc/device-tree/chosen/linux,initrd-"
#define PAGE		4096ul
#define FDT_MOST	(256ul << 10)
#define TREE_ALIGN	(2ul << 20)
#define KEXEC_CMD	0x45584543

/* In the command line, and as long in both kernels: which one it is, and where its heap is. */
#define LIFE		"board.life="
#define LIFE_TEXT	LIFE "%d,%#018llx,%#010llx"
#define LIFE_BYTES	(sizeof(LIFE "1,0x0000000000000000,0x00000000") - 1)

/* What board/boot has put into the device; the file of the kernel begins on the second page. */
struct next {
	const char *image;
	size_t image_bytes;
	uint64_t image_at;
	const char *initramfs;
	size_t initramfs_bytes;
};

/* The head of an Image, as the kernel's booting.rst has it. */
struct image_head {
	uint32_t code[2];
	uint64_t text_offset;
	uint64_t image_size;
};

/* It runs between the kernels: x0 is the tree, the other arguments are 0. */
struct purgatory {
	uint32_t code[6];
	uint64_t tree;
	uint64_t kernel;
};

static struct offer heap;

static int life(void)
{
	unsigned long long base = 0, size = 0;
	static char line[PAGE];
	const char *word;
	int n = 0;

	REQUIRE(file_read("/proc/cmdline", line, sizeof(line)) > 0);
	word = strstr(line, LIFE);
	REQUIRE(word && sscanf(word, LIFE "%d,%llx,%llx", &n, &base, &size) == 3);
	heap.base = base;
	heap.size = size;
	return n;
}

static size_t pages(size_t bytes)
{
	return (bytes + PAGE - 1) / PAGE * PAGE;
}

static const char *next_map(size_t bytes)
{
	int fd = open(NEXT "resource2", O_RDONLY | O_CLOEXEC);
	const char *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);

	REQUIRE(map != MAP_FAILED);
	close(fd);
	return map;
}

/* The memory of a device: read by words, into memory that may be read in any way. */
static void *next_copy(const char *from, size_t bytes)
{
	const volatile uint64_t *words = (const void *)from;
	uint64_t *copy = malloc(bytes + sizeof(*copy));

	REQUIRE(copy);
	for (size_t i = 0; i * sizeof(*copy) < bytes; i++)
		copy[i] = words[i];
	return copy;
}

static struct next next_find(void)
{
	struct next next;
	char *head;
	int words;

	REQUIRE_EQ(file_write(NEXT "enable", "1"), 0);
	head = next_copy(next_map(PAGE), PAGE);
	words = sscanf(head, "%zu %zu %" SCNx64, &next.image_bytes, &next.initramfs_bytes,
		       &next.image_at);
	free(head);
	REQUIRE_EQ(words, 3);
	next.image = next_map(PAGE + pages(next.image_bytes) + pages(next.initramfs_bytes)) + PAGE;
	next.initramfs = next.image + pages(next.image_bytes);
	return next;
}

static uint64_t initrd_bound(const char *which)
{
	uint8_t bytes[8 + 1];	/* file_read() ends it */
	uint64_t value = 0;
	char path[80];
	int n;

	snprintf(path, sizeof(path), CHOSEN "%s", which);
	n = file_read(path, (char *)bytes, sizeof(bytes));
	REQUIRE(n == 4 || n == 8);
	for (int i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* The tree as firmware gave it, for the second kernel. */
static void *next_tree(size_t *bytes)
{
	char text[LIFE_BYTES + 1];
	char *tree = malloc(FDT_MOST);
	char *word;
	int len;

	REQUIRE(tree);
	len = file_read(FDT, tree, FDT_MOST);
	REQUIRE(len > 0);
	word = memmem(tree, len, LIFE, strlen(LIFE));
	REQUIRE(word);
	snprintf(text, sizeof(text), LIFE_TEXT, 2, (unsigned long long)heap.base,
		 (unsigned long long)heap.size);
	memcpy(word, text, LIFE_BYTES);
	*bytes = len;
	return tree;
}

/* What the new kernel has at @at, in whole pages; returns the first page behind it. */
static uint64_t segment_fill(struct kexec_segment *segment, const void *buf, size_t bytes,
			     uint64_t at, size_t room)
{
	segment->buf = buf;
	segment->bufsz = bytes;
	segment->mem = (void *)at;
	segment->memsz = pages(room);
	return at + segment->memsz;
}

/* The kernel goes to where the first was loaded, and the initramfs to where the tree says. */
static void next_load(void)
{
	static struct purgatory purgatory = {
		.code = {
			0x580000c0,	/* ldr x0, tree */
			0x580000e4,	/* ldr x4, kernel */
			0xaa1f03e1,	/* mov x1, xzr */
			0xaa1f03e2,	/* mov x2, xzr */
			0xaa1f03e3,	/* mov x3, xzr */
			0xd61f0080,	/* br x4 */
		},
	};
	const struct next next = next_find();
	const struct image_head *image = next_copy(next.image, next.image_bytes);
	uint64_t at = initrd_bound("start");
	struct kexec_segment segments[4];
	size_t tree_bytes;
	void *tree = next_tree(&tree_bytes);

	REQUIRE_EQ(initrd_bound("end") - at, next.initramfs_bytes);
	segment_fill(&segments[0], image, next.image_bytes, next.image_at, image->image_size);
	at = segment_fill(&segments[1], next_copy(next.initramfs, next.initramfs_bytes),
			  next.initramfs_bytes, at, next.initramfs_bytes);
	at = (at + TREE_ALIGN - 1) / TREE_ALIGN * TREE_ALIGN;
	purgatory.tree = at;
	purgatory.kernel = next.image_at;
	at = segment_fill(&segments[2], tree, tree_bytes, at, tree_bytes);
	segment_fill(&segments[3], &purgatory, sizeof(purgatory), at,
		     sizeof(purgatory));
	REQUIRE_EQ(syscall(SYS_kexec_load, at, ARRAY_SIZE(segments), segments,
			   KEXEC_ARCH_AARCH64), 0);
}

/* Is this the first kernel?  It starts the second. */
static bool second_is_started(void)
{
	int fd;

	if (life() != 1)
		return false;
	fd = daemon_open();
	control_offer(0, &heap);
	control_heap_in_use();
	next_load();
	CHECK_EQ(reboot(KEXEC_CMD), 0);
	node_close(fd);
	return true;
}

/* On the own edge a second DSP runs beside the second kernel, and wants its heap. */
TEST(heap_is_left_alone)
{
	uint64_t refused;
	int fd;

	own_edge_require();
	monitor_require();
	if (second_is_started())
		return;
	monitor_check_owners(heap.base, heap.size, VM_DSP);
	refused = monitor_refused();
	kernel_log_mark();
	test_allow("Assign memory protection call failed");
	test_allow(NOT_OPENED);
	for (int i = 0; i < 2; i++) {
		fd = node_open();
		CHECK_EQ(create_audio(fd), -ENOMEM);
		CHECK_EQ(attach(fd), 0);
		CHECK_EQ(invoke_null(fd), 0);
		node_close(fd);
	}
	CHECK_EQ(kernel_log_count(NOT_OPENED), 1);
	CHECK(monitor_refused() > refused);
	monitor_check_owners(heap.base, heap.size, VM_DSP);
	CHECK_EQ(heap_account("lost="), 0);
	CHECK_EQ(driver_unload(), 0);
	CHECK_EQ(driver_load(), 0);
	node_wait(NODE, true);
}

/*
 * PAS asks for the table of what the DSP needs where Linux has the IOMMU, and else begins with
 * the headers of the image.  Firmware does neither for an image that runs already: the DSP cannot
 * be started, and the driver finds no channel.
 */
TEST(dsp_is_not_started)
{
	const char *refusal = board_has_monitor() ? "error -22 initializing firmware" :
						    "Error in getting resource table: -22";

	soc_require();
	if (second_is_started())
		return;
	test_allow(refusal);
	test_allow("can't start rproc");
	test_allow("Boot failed: ");
	/* the boot by itself, in which PAS has been refused */
	kernel_log_rewind();
	kernel_log_wait(refusal);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(dsp_state_write("start"), -EINVAL);
		soc_check_left_running(&heap);
	}
	CHECK_EQ(driver_unload(), 0);
	CHECK_EQ(driver_load(), 0);
	soc_check_left_running(&heap);
}
