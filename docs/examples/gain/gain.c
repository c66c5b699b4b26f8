// SPDX-License-Identifier: GPL-2.0-only
/*
 * The half of the example that the application processor runs: it has the DSP make samples
 * louder, and compares the result with its own.
 */
#include <stdint.h>
#include <stdio.h>

#include <remote.h>

#include "gain.h"

#define SAMPLES		1000

static int16_t samples[SAMPLES], louder[SAMPLES];

static int scale(remote_handle64 dsp, int32_t gain, uint32_t *clipped)
{
	remote_arg args[4] = {
		{ .buf = { &gain, sizeof(gain) } },
		{ .buf = { samples, sizeof(samples) } },
		{ .buf = { clipped, sizeof(*clipped) } },
		{ .buf = { louder, sizeof(louder) } },
	};

	return remote_handle64_invoke(dsp, REMOTE_SCALARS_MAKE(GAIN_SCALE, 2, 2), args);
}

static int count(remote_handle64 dsp, uint32_t *samples_scaled)
{
	remote_arg args[1] = { { .buf = { samples_scaled, sizeof(*samples_scaled) } } };

	return remote_handle64_invoke(dsp, REMOTE_SCALARS_MAKE(GAIN_COUNT, 0, 1), args);
}

/* How many samples of the DSP's are not what this processor makes of them. */
static unsigned int differences(int32_t gain, uint32_t clipped)
{
	unsigned int wrong = 0, clipped_here = 0;

	for (int i = 0; i < SAMPLES; i++) {
		int64_t here = (int64_t)samples[i] * gain / GAIN_ONE;
		int16_t fits = here > INT16_MAX ? INT16_MAX : here < INT16_MIN ? INT16_MIN : here;

		clipped_here += fits != here;
		wrong += louder[i] != fits;
	}
	return wrong + (clipped != clipped_here);
}

static int scale_and_compare(remote_handle64 dsp, int32_t gain)
{
	uint32_t clipped = 0;
	unsigned int wrong;
	int ret = scale(dsp, gain, &clipped);

	if (ret) {
		printf("the call failed: 0x%x\n", ret);
		return ret;
	}
	wrong = differences(gain, clipped);
	printf("%d samples times %d/%d: %u clipped, %u wrong\n", SAMPLES, gain, GAIN_ONE, clipped,
	       wrong);
	return wrong;
}

static int work(remote_handle64 dsp)
{
	uint32_t scaled = 0;

	for (int i = 0; i < SAMPLES; i++)
		samples[i] = i * 64 - 32000;
	if (scale_and_compare(dsp, GAIN_ONE / 2) || scale_and_compare(dsp, GAIN_ONE * 2))
		return 1;
	if (count(dsp, &scaled) || scaled != 2 * SAMPLES)
		return 1;
	printf("the DSP has scaled %u samples\n", scaled);
	return 0;
}

int main(void)
{
	/* A process on the DSP for code without a signature, which every application may have. */
	struct remote_rpc_control_unsigned_module without_signature = {
		.domain = CDSP_DOMAIN_ID, .enable = 1,
	};
	remote_handle64 dsp;
	int ret;

	ret = remote_session_control(DSPRPC_CONTROL_UNSIGNED_MODULE, &without_signature,
				     sizeof(without_signature));
	if (!ret)
		ret = remote_handle64_open(GAIN_URI, &dsp);
	if (ret) {
		printf("the DSP does not open %s: 0x%x\n", GAIN_URI, ret);
		return 1;
	}
	ret = work(dsp);
	return remote_handle64_close(dsp) || ret;
}
