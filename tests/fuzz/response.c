// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a message from the DSP, of any length: read within their bounds,
 * refused when too short, and else taken for what they say.  The input is in a
 * block of exactly its size, so reading past its end shows.
 */
#include <errno.h>

#include "fuzz.h"
#include "message.h"

static u64 bytes_to_word(const u8 *data, u32 first, u32 len)
{
	u64 value = 0;

	for (u32 i = 0; i < len; i++)
		value |= (u64)data[first + i] << 8 * i;
	return value;
}

static void check_cookie(u64 cookie)
{
	u32 index = frpc_cookie_index(cookie), pd = cookie & 15;

	CHECK(index <= FRPC_INDEX_MAX);
	/* a slot that was found by a cookie holds that cookie, or it is not the one */
	if (!(cookie & 0xf0))
		CHECK_EQ(frpc_cookie(pd, index, cookie >> 16), cookie);
	else
		CHECK(frpc_cookie(pd, index, cookie >> 16) != cookie);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct frpc_response rsp = {};
	int ret = frpc_response_parse(data, len, &rsp);

	CHECK_EQ(frpc_response_parse(data, -(int)len - 1, &rsp), -EINVAL);
	if (len < 16) {
		CHECK_EQ(ret, -EINVAL);
		return fuzz_verdict();
	}
	CHECK_EQ(rsp.cookie, bytes_to_word(data, 0, 8));
	CHECK_EQ(rsp.retval, (s32)bytes_to_word(data, 8, 4));
	CHECK_EQ(ret, rsp.cookie == 0xabcdabcd ? -ENOMSG : 0);
	check_cookie(rsp.cookie);
	return fuzz_verdict();
}
