// SPDX-License-Identifier: GPL-2.0-only
/* sort_r() for user space: an insertion sort that keeps ties in reverse order,
 * so that no code comes to rely on a stable sort (the kernel's is not).
 */
#include <linux/sort.h>
#include <string.h>

void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_r_func_t swap,
	    const void *priv)
{
	char *b = base, tmp[64];

	(void)swap;
	for (size_t i = 1; i < num; i++) {
		size_t j = i;

		memcpy(tmp, b + i * size, size);
		for (; j && cmp(b + (j - 1) * size, tmp, priv) >= 0; j--)
			memcpy(b + j * size, b + (j - 1) * size, size);
		memcpy(b + j * size, tmp, size);
	}
}
