// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a process: what it says before, as a crash report would, and windows, which look
 * like one at first.
 */
#include "pd.h"

/*
 * Of the context that a signal hands over: words until r0, and from there to the pc.  QEMU 8 to
 * 10 leave a word out before it, so the pc is where others have ugp, which no process here sets.
 */
#define CONTEXT_R0	6
#define CONTEXT_PC	(CONTEXT_R0 + 42)
#define CONTEXT_UGP	(CONTEXT_R0 + 41)

static void last_words(u32 signal, u32 address, const u32 *context, const char *text)
{
	struct frame_last_words words = { .signal = signal, .address = address };

	words.call = current->call;
	if (context) {
		words.pc = context[CONTEXT_UGP] ?: context[CONTEXT_PC];
		memcpy(words.r, context + CONTEXT_R0, sizeof(words.r));
	}
	strlcpy(words.text, text, sizeof(words.text));
	frames_send(FRAME_LAST_WORDS, 0, signal, &words, sizeof(words));
}

/* The way the host sees it: by the signal. */
static void __attribute__((noreturn)) end_by(u32 signal)
{
	sys_default(signal);
	sys_raise(signal);
	sys_exit(128 + signal);
}

void die(const char *text)
{
	sched_hold();
	last_words(SIGNAL_ABORT, 0, NULL, text);
	end_by(SIGNAL_ABORT);
}

/*
 * QEMU 7.2 brings all registers back but the predicates: they are kept here, from before the
 * first C function until after it.
 */
void signal_entry(int signal, void *info, void *context);
/*
 * The host gives no more processor time: it says so again each second, and then kills.  A frame
 * that is being written comes first.
 */
static void on_limit(const u32 *context)
{
	if (sched_is_held())
		return;
	sched_hold();
	last_words(SIGNAL_XCPU, 0, context, "it has used up its processor time");
	end_by(SIGNAL_XCPU);
}

void signal_taken(int signal, const void *info, const u32 *context);
asm(".globl signal_entry\n"
    "signal_entry:\n"
    "	allocframe(#8)\n"
    "	r3 = p3:0\n"
    "	memw(r29+#0) = r3\n"
    "	call signal_taken\n"
    "	r3 = memw(r29+#0)\n"
    "	p3:0 = r3\n"
    "	deallocframe\n"
    "	jumpr r31\n");

static void on_fault(int signal, const void *info, const u32 *context)
{
	u32 address = ((const u32 *)info)[3];

	if (signal == SIGNAL_SEGV && window_fault(address))
		return;
	sched_hold();
	last_words(signal, address, context, "");
	end_by(signal);
}

void signal_taken(int signal, const void *info, const u32 *context)
{
	if (signal == SIGNAL_TICK)
		sched_tick();
	else if (signal == SIGNAL_XCPU)
		on_limit(context);
	else
		on_fault(signal, info, context);
}

void death_init(void)
{
	static const int fatal[] = { SIGNAL_ILL, SIGNAL_TRAP, SIGNAL_BUS, SIGNAL_FPE, SIGNAL_SEGV };

	for (u32 i = 0; i < ARRAY_SIZE(fatal); i++)
		sys_catch(fatal[i], signal_entry);
	sys_catch(SIGNAL_XCPU, signal_entry);
	sys_catch(SIGNAL_TICK, signal_entry);
}
