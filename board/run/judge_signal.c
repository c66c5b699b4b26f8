// SPDX-License-Identifier: GPL-2.0-only
/* For the judge of the board: a program that crashes. */
#include <stdlib.h>

int main(void)
{
	abort();
}
