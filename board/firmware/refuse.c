// SPDX-License-Identifier: GPL-2.0-only
/* A test may have calls refused: one order at a time for each function. */
#include "firmware.h"

static const u32 functions[] = {
	SCM_ASSIGN,
	SCM_PAS_INIT_IMAGE,
	SCM_PAS_MEM_SETUP,
	SCM_PAS_AUTH_AND_RESET,
	SCM_PAS_SHUTDOWN,
	SCM_PAS_GET_RSCTABLE,
};

/* The @n-th call from now on and those after it, @count in all; @n 0: none. */
static struct refusal {
	u64 n;
	u64 count;
	u64 status;
	u64 result;
} refusals[ARRAY_SIZE(functions)];

static struct refusal *refusal_of(u64 function)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(functions); i++)
		if (functions[i] == function)
			return &refusals[i];
	return NULL;
}

/* x1: n, x2: how many, x3: status, x4: result, x5: function.  0 or REFUSED. */
u64 refuse_order(const u64 *x)
{
	struct refusal *refusal = refusal_of(x[5] ? x[5] : SCM_ASSIGN);

	if (!refusal)
		return REFUSED;
	lock_take();
	if (!x[1] && !x[5])
		memset(refusals, 0, sizeof(refusals));
	else
		*refusal = (struct refusal){ x[2] ? x[1] : 0, x[2], x[3], x[4] };
	lock_release();
	return 0;
}

/* Is it this call's turn to be refused?  Then @frame has the answer.  The lock is held. */
bool refuse_turn(u32 function, struct frame *frame)
{
	struct refusal *refusal = refusal_of(function);

	if (!refusal || !refusal->n)
		return false;
	if (refusal->n > 1) {
		refusal->n--;
		return false;
	}
	if (!--refusal->count)
		refusal->n = 0;
	frame->x[0] = refusal->status;
	frame->x[1] = refusal->result;
	return true;
}
