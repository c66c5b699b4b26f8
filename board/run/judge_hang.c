// SPDX-License-Identifier: GPL-2.0-only
/* For the judge of the board: a program that never ends, nor does its child. */
#include <unistd.h>

int main(void)
{
	if (!fork())
		setsid();
	for (;;)
		pause();
}
