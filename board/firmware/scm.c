// SPDX-License-Identifier: GPL-2.0-only
/*
 * The calls of Qualcomm's firmware: those by which Debian's qcom_scm finds out what is
 * there, the one that moves memory between VMs, and those that start subsystems.
 */
#include "firmware.h"

/* Service and command; bit 30 says "64 bit", bit 31 "fast". */
#define FUNCTION(id)	((id) & 0xffff)

#define QSEECOM_1_2	0x1402000u

static u64 is_available(u32 function)
{
	switch (function) {
	case SCM_DISABLE_SDI:
	case SCM_DLOAD_MODE:
	case SCM_PAS_INIT_IMAGE:
	case SCM_PAS_MEM_SETUP:
	case SCM_PAS_AUTH_AND_RESET:
	case SCM_PAS_SHUTDOWN:
	case SCM_PAS_GET_RSCTABLE:
	case SCM_IS_AVAILABLE:
	case SCM_QSEECOM_VERSION:
	case SCM_ASSIGN:
		return 1;
	default:
		return 0;
	}
}

static void answer(struct frame *frame, u64 result)
{
	frame->x[0] = 0;
	frame->x[1] = result;
}

void scm_call(struct frame *frame)
{
	u32 function = FUNCTION(frame->x[0]);

	switch (function) {
	case SCM_IS_AVAILABLE:
		answer(frame, is_available(FUNCTION(frame->x[2])));
		break;
	case SCM_DLOAD_MODE:
	case SCM_DISABLE_SDI:
		answer(frame, 0);
		break;
	case SCM_QSEECOM_VERSION:
		answer(frame, QSEECOM_1_2);
		break;
	case SCM_ASSIGN:
		assign(frame);
		break;
	case SCM_PAS_INIT_IMAGE:
	case SCM_PAS_MEM_SETUP:
	case SCM_PAS_AUTH_AND_RESET:
	case SCM_PAS_SHUTDOWN:
	case SCM_PAS_GET_RSCTABLE:
		pas_call(function, frame);
		break;
	default:
		frame->x[0] = NOT_SUPPORTED;
	}
}
