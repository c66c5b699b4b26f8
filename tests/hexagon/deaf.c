// SPDX-License-Identifier: GPL-2.0-only
/* In the place of qemu-hexagon: it reads nothing, says nothing and does not end. */
#include <poll.h>

int main(void)
{
	for (;;)
		poll(0, 0, -1);
}
