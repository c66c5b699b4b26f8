// SPDX-License-Identifier: GPL-2.0-only
/*
 * An application, linked to the archive's libcdsprpc: a process of its own on the
 * compute DSP, unsigned, a module opened there, and calls of it with memory that
 * the two share and with memory that is copied.
 *
 * It says "called" when all of that went well, waits for the end of its input, and
 * leaves in good order.  Else it says what went wrong; the exit status is 1 then.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <remote.h>
#include <rpcmem.h>

#define MODULE	"file:///libboard_skel.so?board_skel_handle_invoke&_modver=1.0&_dom=cdsp"
#define XOR	4		/* method of the module: out = in ^ 0x5a */
#define SHARED	(1 << 20)
#define COPIED	1000

static remote_handle64 module;

static void check(int err, const char *what)
{
	if (!err)
		return;
	printf("%s: 0x%x\n", what, err);
	exit(1);
}

static void call(uint8_t *in, uint8_t *out, size_t len, const char *what)
{
	remote_arg args[2] = {
		{ .buf = { .pv = in, .nLen = len } }, { .buf = { .pv = out, .nLen = len } },
	};

	for (size_t i = 0; i < len; i++)
		in[i] = i * 7 + (i >> 8);
	memset(out, 0, len);
	check(remote_handle64_invoke(module, REMOTE_SCALARS_MAKE(XOR, 1, 1), args), what);
	for (size_t i = 0; i < len; i++) {
		if (out[i] != (in[i] ^ 0x5a)) {
			printf("%s: byte %zu is 0x%02x\n", what, i, out[i]);
			exit(1);
		}
	}
}

int main(void)
{
	struct remote_rpc_control_unsigned_module unsign = {
		.domain = CDSP_DOMAIN_ID, .enable = 1,
	};
	static uint8_t in[COPIED], out[COPIED];
	uint8_t *shared_in, *shared_out;
	char c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	check(remote_session_control(DSPRPC_CONTROL_UNSIGNED_MODULE, &unsign, sizeof(unsign)),
	      "asking for an unsigned process");
	check(remote_handle64_open(MODULE, &module), "opening the module");
	shared_in = rpcmem_alloc(RPCMEM_HEAP_ID_SYSTEM, RPCMEM_DEFAULT_FLAGS, SHARED);
	shared_out = rpcmem_alloc(RPCMEM_HEAP_ID_SYSTEM, RPCMEM_DEFAULT_FLAGS, SHARED);
	check(!shared_in || !shared_out, "memory to share");
	call(in, out, COPIED, "call with copied buffers");
	for (int i = 0; i < 20; i++)
		call(shared_in, shared_out, SHARED, "call with shared buffers");
	puts("called");
	while (read(0, &c, 1) > 0)
		;
	rpcmem_free(shared_in);
	rpcmem_free(shared_out);
	check(remote_handle64_close(module), "closing the module");
	puts("closed");
	return 0;
}
