// SPDX-License-Identifier: GPL-2.0-only
/* For the judge of the board: all is well but for one unannounced SMMU fault. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "dsp_control.h"

int main(void)
{
	struct dsp_control_access access = { .is_write = 1, .addr = 0x70000000 };
	int fd = open(DSP_CONTROL_NODE, O_RDWR);

	/* The kernel log may tell of it: faults are judged without that as well. */
	puts("@allow SMMU fault");
	puts("@allow .smmuv3: event");
	strcpy(access.label, "adsp");
	return fd < 0 || ioctl(fd, DSP_CONTROL_ACCESS, &access);
}
