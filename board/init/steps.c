// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main job, step by step: bring the audio PD up and let the DSP use its
 * heap.  "step" lines say what was seen, "fact" lines are what the host's
 * verdict is made of.  Nothing here knows what should come out.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define DT	"/proc/device-tree"
#define LABEL	"adsp"
#define CLIENT	"/tests/audiopd"
#define HEAP_WORD "remote heap"	/* what a driver says of its heap is a step */

static struct log_verdict kernel_log;

static uint64_t cells(const unsigned char *p, unsigned int count)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < count * 4; i++)
		value = value << 8 | p[i];
	return value;
}

static int read_property(const char *path, unsigned char *value, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, value, len);
	close(fd);
	return n;
}

/* The carve-outs as the kernel's device tree has them; ours has 2 + 2 cells. */
static void show_carveouts(void)
{
	DIR *dir = opendir(DT "/reserved-memory");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[512];
		unsigned char reg[16];

		snprintf(path, sizeof(path), DT "/reserved-memory/%s/reg", entry->d_name);
		if (read_property(path, reg, sizeof(reg)) != sizeof(reg))
			continue;
		snprintf(path, sizeof(path), DT "/reserved-memory/%s/no-map", entry->d_name);
		report("step", "carve-out %s: 0x%llx, %llu KiB%s", entry->d_name,
		       (unsigned long long)cells(reg, 2),
		       (unsigned long long)cells(reg + 8, 2) >> 10,
		       access(path, F_OK) ? "" : ", no-map");
	}
	if (dir)
		closedir(dir);
}

static void show_boot_line(const char *what, const char *substring)
{
	const char *line = log_boot_line(substring);

	report("step", "%s: %s", what, line ? line : "(the kernel says nothing about it)");
}

static void show_kernel(void)
{
	struct utsname u;

	uname(&u);
	report("step", "kernel: Linux %s %s", u.release, u.version);
	show_boot_line("exception level", "started at EL");
	show_boot_line("SMMU", "arm-smmu-v3");
	if (log_boot_line("qcom_scm"))
		show_boot_line("SCM", "qcom_scm: convention");
}

static void show_remoteproc(void)
{
	struct dsp_control_status st;

	if (dsp_status(LABEL, &st)) {
		report("step", "the DSP model does not answer: see the console log");
		return;
	}
	report("step", "remoteproc %s: %s; IOMMU domain of its stream: %s", LABEL,
	       st.running ? "running" : "not running", st.domain_type);
	report("fact", "domain %s", st.domain_type);
}

static void run_client(void)
{
	static struct run_result r;

	memset(&r, 0, sizeof(r));
	run_program_showing(CLIENT, &r, &kernel_log, HEAP_WORD);
	if (r.timed_out)
		report("fact", "client not done after %u s", r.ms / 1000);
	else if (WIFSIGNALED(r.status))
		report("fact", "client killed by signal %d", WTERMSIG(r.status));
	else if (WEXITSTATUS(r.status))
		report("fact", "client %.200s", r.last_line);
}

static void show_faults(const struct dsp_control_status *st)
{
	const struct dsp_control_fault *f = &st->last_fault;

	report("fact", "faults %llu", (unsigned long long)st->faults);
	if (st->faults)
		report("fact", "fault stream 0x%x iova 0x%llx %s event 0x%x owners 0x%llx",
		       f->stream_id, (unsigned long long)f->iova, f->is_read ? "read" : "write",
		       f->event, (unsigned long long)f->owners);
}

/* What the audio PD's own code says, where it has some. */
static void show_code(const char *when)
{
	struct dsp_control_audio a;

	if (dsp_audio(LABEL, &a) || !a.has_code)
		return;
	report("step", "%s: Hexagon code stored %llu words in the heap and found %llu again",
	       when, (unsigned long long)a.stores, (unsigned long long)a.checks);
	report("fact", "heap-code %llu %llu", (unsigned long long)a.stores,
	       (unsigned long long)a.checks);
}

/* What the DSP itself saw of its heap. */
static void show_heap(const char *when)
{
	struct dsp_control_status st;

	if (dsp_status(LABEL, &st))
		return;
	if (st.heap_pages)
		report("step",
		       "%s: heap at 0x%llx, %llu pages offered, %llu reachable 1:1 when offered, %llu written and read back by the DSP, %llu stores since",
		       when,
		       (unsigned long long)st.heap_base, (unsigned long long)st.heap_pages,
		       (unsigned long long)st.heap_pages_granted,
		       (unsigned long long)st.heap_pages_touched,
		       (unsigned long long)st.heap_stores);
	else
		report("step", "%s: the DSP was offered no heap", when);
	show_code(when);
	report("fact", "audio-pd %s", st.audio_pd_up ? "up" : "down");
	report("fact", "heap-offered %llu", (unsigned long long)st.heap_pages);
	report("fact", "heap-touched %llu", (unsigned long long)st.heap_pages_touched);
	report("fact", "heap-base 0x%llx", (unsigned long long)st.heap_base);
	report("fact", "heap-size 0x%llx", (unsigned long long)st.heap_size);
}

static void stop(void)
{
	struct dsp_control_status st;
	char complaint[512];

	if (machine_tell_dsps("stop"))
		report("fact", "stop failed");
	log_judge_showing(&kernel_log, HEAP_WORD);
	if (!dsp_status(LABEL, &st)) {
		report("step", "remoteproc %s stopped; faults seen by the DSP model: %llu",
		       LABEL, (unsigned long long)st.faults);
		show_faults(&st);
	}
	dsp_complaint(complaint, sizeof(complaint));
	if (*complaint)
		report("fact", "complaint %s", complaint);
}

static const char *driver_name(void)
{
	if (!strcmp(config.driver, "ours"))
		return "our fastrpc.ko";
	if (!strcmp(config.driver, "in-tree"))
		return "the kernel's own fastrpc.ko";
	return "the fastrpc.ko of DRIVER=";
}

void steps_run(void)
{
	show_kernel();
	show_carveouts();
	log_mark("run");
	if (machine_setup()) {
		report("fact", "setup failed");
	} else {
		report("step", "driver: %s, loaded; device tree variant: %s", driver_name(),
		       config.variant);
		stack_show();
		show_remoteproc();
		log_judge_showing(&kernel_log, HEAP_WORD);
		run_client();
		log_judge_showing(&kernel_log, HEAP_WORD);
		show_heap("audio PD");
		stop();
	}
	log_judge_showing(&kernel_log, HEAP_WORD);
	if (kernel_log.hits)
		report("fact", "kernel-log %u %s", kernel_log.hits, kernel_log.first);
	report("end", "0 0 0");
}
