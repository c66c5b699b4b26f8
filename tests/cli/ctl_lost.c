// SPDX-License-Identifier: GPL-2.0-only
/* fastrpcctl heap, where memory was lost to a DSP: quarantine has run on this board before. */
#include "command.h"

TEST(lost_memory_is_a_failure)
{
	if (!heap_pieces("region", "lost") && !heap_pieces("growth", "lost"))
		test_skip("nothing was lost: run quarantine first");
	CHECK_EQ(fastrpcctl("heap", NULL), 1);
	ctl_prints("lost");
	ctl_complains("memory was lost to a DSP");
	CHECK_EQ(fastrpcctl("heap", "--json", NULL), 1);
	CHECK(json_is_valid(ctl.out));
	ctl_prints("\"state\": \"lost\"");
}
