// SPDX-License-Identifier: GPL-2.0-only
/* How much memory the kernel has left, and whether it gets less and less. */
#include "harness.h"

static void read_slabs(struct memory *m)
{
	static char text[256 << 10];
	char *line;

	m->nr_slabs = 0;
	if (file_read("/proc/slabinfo", text, sizeof(text)) <= 0)
		return;
	for (line = strtok(text, "\n"); line && m->nr_slabs < MEMORY_SLABS;
	     line = strtok(NULL, "\n")) {
		struct memory_slab *s = &m->slabs[m->nr_slabs];

		if (sscanf(line, "%47s %ld %*d %ld", s->name, &s->active, &s->size) != 3)
			continue;
		/* vfree() frees pages at once, and hundreds of areas later */
		if (strcmp(s->name, "vmap_area"))
			m->nr_slabs++;
	}
}

/* Free pages that the processors keep to themselves; nr_free_pages leaves them out. */
static long pages_in_cpu_lists(void)
{
	static char text[64 << 10];
	const char *at = text;
	long sum = 0;

	REQUIRE(file_read("/proc/zoneinfo", text, sizeof(text)) > 0);
	while ((at = strstr(at, " count:"))) {
		at += strlen(" count:");
		sum += strtol(at, NULL, 10);
	}
	return sum;
}

void memory_read(struct memory *m)
{
	sync();
	for (int i = 0; i < 3; i++)
		REQUIRE_EQ(file_write("/proc/sys/vm/drop_caches", "3"), 0);
	m->free_pages = file_number("/proc/vmstat", "nr_free_pages") + pages_in_cpu_lists();
	REQUIRE(m->free_pages > 0);
	read_slabs(m);
}

static int compare_slopes(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double memory_trend(const long *free_pages, int count, int every)
{
	static double slopes[MEMORY_FIGURES * MEMORY_FIGURES];
	int n = 0;

	REQUIRE(count > 1 && count <= MEMORY_FIGURES);
	for (int i = 0; i < count; i++)
		for (int j = i + 1; j < count; j++)
			slopes[n++] = (double)(free_pages[i] - free_pages[j]) / ((j - i) * every);
	qsort(slopes, n, sizeof(*slopes), compare_slopes);
	return slopes[n / 2];
}

void memory_check_trend(const long *free_pages, int count, int every, double most)
{
	double lost = memory_trend(free_pages, count, every);

	printf("free pages, after every %d:", every);
	for (int i = 0; i < count; i++)
		printf(" %ld", free_pages[i]);
	printf("\nlost each time: %.3f\n", lost);
	CHECK(lost < most);
}

void memory_compare_slabs(const struct memory *before, const struct memory *after, long slack)
{
	CHECK(before->nr_slabs);
	for (int i = 0; i < after->nr_slabs; i++) {
		const struct memory_slab *a = &after->slabs[i];

		for (int j = 0; j < before->nr_slabs; j++) {
			const struct memory_slab *b = &before->slabs[j];

			if (strcmp(a->name, b->name) || a->active <= b->active)
				continue;
			test_context("slab %s of %ld bytes: %ld objects more", a->name,
				     a->size, a->active - b->active);
			CHECK(a->active - b->active < slack);
		}
	}
}
