// SPDX-License-Identifier: GPL-2.0-only
/*
 * The peripheral authentication service: it starts and stops subsystems.
 *
 * Linux names the image's headers, then the memory of the image, then has it started.
 * A subsystem without a DSP behind it, as the device tree blob of a DSP, just runs and
 * stops.  One that the dsp module watches has its interrupt pended at both changes; while
 * it runs, a VM of its own has the pages of its image.  A stop takes time there: the
 * DSP does its last work while Linux is told to call again, until the module says
 * that the DSP has halted.
 */
#include "firmware.h"

/* x0 of an answer: Linux is to make the call again, or has made it wrong. */
#define BUSY		((u64)-12)
#define BAD_ARGUMENT	((u64)-2)

#define ELF_HEADER	52u	/* bytes of the 32-bit one */

/* Argument info of GET_RSCTABLE: five, of which the second is read, the fourth written. */
#define RSCTABLE_ARGUMENTS	0x845
#define RSCTABLE_MOST	0x4000u

struct pas {
	u64 region;	/* of MEM_SETUP; stays after a stop */
	u64 bytes;	/* whole pages; 0: there was no MEM_SETUP since the stop */
	u64 boots;
	u32 state;	/* MONITOR_PAS_... */
	u32 interrupt;	/* at the GIC; 0: there is no DSP behind it */
	u32 vm;		/* that has the image while it runs */
	bool has_headers;
};

static const u32 ids[] = { 1, 4, 12, 18, 0x1f, 0x24, 0x25, 0x29, 30, 39, 40 };
static struct pas subsystems[ARRAY_SIZE(ids)];

static struct pas *find(u64 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		if (ids[i] == id)
			return &subsystems[i];
	return NULL;
}

static void tell(const char *name, u64 id, const char *what)
{
	log_text("pas ");
	log_text(name);
	log_hex(id);
	log_text(what);
	log_end();
}

static void tell_image(const char *name, u64 id, const struct pas *pas, u64 vms)
{
	log_text("pas ");
	log_text(name);
	log_hex(id);
	log_hex(pas->region);
	log_hex(pas->bytes);
	if (vms) {
		log_text(" to");
		log_hex(vms);
	}
	log_end();
}

/* Which VMs have the image while it runs. */
static u64 runs_as(const struct pas *pas)
{
	return BIT(pas->interrupt ? pas->vm : MONITOR_HLOS);
}

/* Linux may have moved some of the pages meanwhile: those stay where they are. */
static void move_image(const struct pas *pas, u64 from, u64 to)
{
	const struct owners owners = { .own = to, .write = to, .exec = to };

	if (from != to)
		owner_replace(pas->region, pas->bytes, from, &owners);
}

static void switch_off(struct pas *pas)
{
	pas->state = MONITOR_PAS_OFF;
	pas->has_headers = false;
	pas->bytes = 0;
}

/*
 * Also over an image that runs, if no DSP is behind it: PAS leaves the device tree blob of
 * a DSP as it is when a start fails behind it, and loads it anew with the next one.
 */
static bool may_be_loaded(const struct pas *pas)
{
	return pas->state == MONITOR_PAS_OFF ||
	       (pas->state == MONITOR_PAS_RUNNING && !pas->interrupt);
}

static bool init_image(struct pas *pas, struct frame *frame)
{
	static const u8 magic[] = { 0x7f, 'E', 'L', 'F' };
	const u8 *header = (const u8 *)frame->x[3];
	size_t i;

	if (!may_be_loaded(pas) || !owner_hlos_may(frame->x[3], ELF_HEADER, ACCESS_READ))
		return false;
	for (i = 0; i < sizeof(magic); i++)
		if (header[i] != magic[i])
			return false;
	switch_off(pas);
	pas->has_headers = true;
	tell("init", frame->x[2], "");
	return true;
}

static bool mem_setup(struct pas *pas, struct frame *frame)
{
	u64 region = frame->x[3], bytes = frame->x[4];

	if (!pas->has_headers || pas->state != MONITOR_PAS_OFF || bytes > RAM_SIZE)
		return false;
	bytes = (bytes + PAGE - 1) & ~(PAGE - 1ull);
	if (!owner_is_exactly(region, bytes, BIT(MONITOR_HLOS)))
		return false;
	pas->region = region;
	pas->bytes = bytes;
	tell_image("memory", frame->x[2], pas, 0);
	return true;
}

static void begin_run(struct pas *pas)
{
	pas->state = MONITOR_PAS_RUNNING;
	pas->boots++;
	if (pas->interrupt)
		gic_pend(pas->interrupt);
}

static bool auth_and_reset(struct pas *pas, struct frame *frame)
{
	u64 hlos = BIT(MONITOR_HLOS);

	if (!pas->has_headers || pas->state != MONITOR_PAS_OFF ||
	    !owner_is_exactly(pas->region, pas->bytes, hlos))
		return false;
	move_image(pas, hlos, runs_as(pas));
	tell_image("auth", frame->x[2], pas, runs_as(pas));
	begin_run(pas);
	return true;
}

/* Linux calls again and again until the DSP has halted: the log has the first and last. */
static bool shutdown(struct pas *pas, struct frame *frame)
{
	u64 id = frame->x[2];

	if (pas->state == MONITOR_PAS_HALTING) {
		frame->x[0] = BUSY;
	} else if (pas->state == MONITOR_PAS_RUNNING && pas->interrupt) {
		pas->state = MONITOR_PAS_HALTING;
		frame->x[0] = BUSY;
		tell("shutdown", id, ": the DSP is to halt");
		gic_pend(pas->interrupt);
	} else {
		switch_off(pas);
		tell("shutdown", id, "");
	}
	return true;
}

/*
 * The image's own table is x4 bytes at x3; the fourth and fifth argument are at x5.  The
 * firmware has nothing to add to a table: it answers an empty one, of version 1.
 */
static bool get_rsctable(struct pas *pas, struct frame *frame)
{
	static const u32 table[4] = { 1 };
	u64 *x = frame->x;
	const u64 *rest = owner_list(x[5], 2 * sizeof(*rest), sizeof(*rest), 2);
	u64 to, room;

	if (pas->state != MONITOR_PAS_OFF || x[1] != RSCTABLE_ARGUMENTS || !rest)
		return false;
	to = rest[0];
	room = rest[1];
	if (x[4] < sizeof(table) || x[4] > RSCTABLE_MOST || room < sizeof(table) ||
	    !owner_hlos_may(x[3], x[4], ACCESS_READ) || !owner_hlos_may(to, room, ACCESS_WRITE))
		return false;
	memcpy((void *)to, table, sizeof(table));
	tell("table", x[2], "");
	x[2] = 0;
	x[3] = sizeof(table);
	return true;
}

/* They find 0 in x0, and change it if Linux is to call again. */
static const struct pas_function {
	u32 function;
	const char *name;
	u64 bad_status;		/* x0 of a refusal; GET_RSCTABLE has no result but the table */
	bool (*act)(struct pas *pas, struct frame *frame);
} pas_functions[] = {
	{ SCM_PAS_INIT_IMAGE,	  "init",     0,	    init_image },
	{ SCM_PAS_MEM_SETUP,	  "memory",   0,	    mem_setup },
	{ SCM_PAS_AUTH_AND_RESET, "auth",     0,	    auth_and_reset },
	{ SCM_PAS_SHUTDOWN,	  "shutdown", 0,	    shutdown },
	{ SCM_PAS_GET_RSCTABLE,	  "table",    BAD_ARGUMENT, get_rsctable },
};

static const struct pas_function *function_of(u32 function)
{
	const struct pas_function *f = pas_functions;

	while (f->function != function)
		f++;
	return f;
}

/* @function is one of the five. */
void pas_call(u32 function, struct frame *frame)
{
	const struct pas_function *f = function_of(function);
	u64 id = frame->x[2];
	struct pas *pas = find(id);

	lock_take();
	frame->x[0] = 0;
	if (refuse_turn(function, frame)) {
		frame->x[2] = 0;
		frame->x[3] = 0;
		tell(f->name, id, ": refused on request");
	} else if (pas && f->act(pas, frame)) {
		frame->x[1] = 0;
	} else {
		frame->x[0] = f->bad_status;
		frame->x[1] = REFUSED;
		frame->x[2] = 0;
		frame->x[3] = 0;
		tell(f->name, id, ": refused");
	}
	lock_release();
}

/*
 * x1: PAS id, x2: interrupt or 0, x3: VM, x4: it runs already.  While the subsystem is off;
 * behind kexec it may run for the first kernel, and then nothing changes.
 */
u64 pas_watch(const u64 *x)
{
	struct pas *pas = find(x[1]);
	u64 ret = REFUSED;

	if (!pas || x[3] >= VMS || (x[2] && x[2] < GIC_FIRST_SPI) || x[2] > GIC_LAST_SPI)
		return REFUSED;
	lock_take();
	if (pas->state == MONITOR_PAS_OFF) {
		pas->interrupt = x[2];
		pas->vm = x[3];
		/* Started by a boot loader: this firmware knows no image of it. */
		if (x[4])
			begin_run(pas);
		ret = 0;
	} else if (pas->interrupt == x[2] && pas->vm == x[3]) {
		ret = 0;
	}
	lock_release();
	return ret;
}

u64 pas_state(u64 *x)
{
	const struct pas *pas = find(x[1]);

	if (!pas)
		return REFUSED;
	lock_take();
	x[1] = pas->state;
	x[2] = pas->boots;
	x[3] = pas->region;
	lock_release();
	return 0;
}

/* The DSP has done its last work: its image is Linux's again. */
u64 pas_halted(const u64 *x)
{
	struct pas *pas = find(x[1]);
	u64 ret = REFUSED;

	lock_take();
	if (pas && pas->state == MONITOR_PAS_HALTING) {
		move_image(pas, runs_as(pas), BIT(MONITOR_HLOS));
		tell_image("halted", x[1], pas, BIT(MONITOR_HLOS));
		switch_off(pas);
		ret = 0;
	}
	lock_release();
	return ret;
}
