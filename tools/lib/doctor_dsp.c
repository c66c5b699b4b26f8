// SPDX-License-Identifier: GPL-2.0-only
/* From the remote processor to the node: what a DSP does not start or work for. */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "file.h"
#include "klog.h"
#include "say.h"
#include "tree.h"

#define EFI_SECURE_BOOT	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* So many are no accident. */
#define MANY_CRASHES	3

/* To be freed; NULL: no remote processor is known. */
static char *remoteproc_node(const struct domain *domain)
{
	return domain->rproc ? file_realf("/sys/class/remoteproc/%s/device/of_node",
					  domain->rproc) : NULL;
}

static bool is_off(const struct domain *domain)
{
	return domain->rproc_state && strcmp(domain->rproc_state, "running") &&
	       strcmp(domain->rproc_state, "attached");
}

/* As the kernel's loader looks for it. */
static bool has_firmware(const struct doctor *doctor, const char *name)
{
	static const char *const ends[] = { "", ".xz", ".zst" };
	char *own = file_text("/sys/module/firmware_class/parameters/path", NULL);
	const char *release = doctor->release;
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		found |= own && *own && file_existsf("%s/%s%s", own, name, ends[i]);
		found |= file_existsf("/lib/firmware/updates/%s/%s%s", release, name, ends[i]);
		found |= file_existsf("/lib/firmware/updates/%s%s", name, ends[i]);
		found |= file_existsf("/lib/firmware/%s/%s%s", release, name, ends[i]);
		found |= file_existsf("/lib/firmware/%s%s", name, ends[i]);
	}
	free(own);
	return found;
}

/* The log since the DSP was up last: what was wrong before that is past. */
static const char *log_since_up(const struct doctor *doctor, const struct domain *domain)
{
	char *up = must_print("remoteproc %s: remote processor ", domain->rproc);
	const char *since = doctor->log, *next = since;

	while (next && (next = strstr(next, up))) {
		next += strlen(up);
		if (!strncmp(next + strcspn(next, " "), " is now ", strlen(" is now ")))
			since = next;
	}
	free(up);
	return since;
}

/* A file of those that the DSP starts with; true: that is why it is off. */
static bool look_at_firmware(struct doctor *doctor, const struct domain *domain, const char *name)
{
	char *line;

	if (!has_firmware(doctor, name)) {
		doctor_found(doctor, "firmware-missing", domain->label);
		doctor_text(doctor, "the DSP is %s: its firmware %s is not below /lib/firmware",
			    domain->rproc_state, name);
		doctor_cure(doctor, "put the file of this machine there (from the maker's system, or a package of firmware), then: echo start > /sys/class/remoteproc/%s/state",
			    domain->rproc);
		return true;
	}
	line = klog_last(log_since_up(doctor, domain), "Direct firmware load for ", name, NULL);
	if (!line || !strstr(line, "error -2")) {
		free(line);
		return false;
	}
	free(line);
	doctor_found(doctor, "firmware-not-in-initramfs", domain->label);
	doctor_text(doctor, "the DSP is %s: its firmware %s is there, and was not when the DSP was to start: the driver came out of the initramfs, which lacks the firmware",
		    domain->rproc_state, name);
	doctor_cure(doctor, "for now: echo start > /sys/class/remoteproc/%s/state.  For each boot: have the firmware copied into the initramfs, or leave qcom_q6v5_pas out of it, and run update-initramfs -u",
		    domain->rproc);
	return true;
}

/* The names in sysfs and, as there can be two files, in the device tree. */
static bool look_at_firmwares(struct doctor *doctor, const struct domain *domain)
{
	char *node = remoteproc_node(domain);
	char *path = must_print("%s/firmware-name", node ? node : "");
	size_t len = 0;
	char *names = file_text(path, &len);
	bool found = false;

	if (!names && domain->firmware)
		found = look_at_firmware(doctor, domain, domain->firmware);
	for (char *name = names; !found && name && name < names + len; name += strlen(name) + 1)
		found = look_at_firmware(doctor, domain, name);
	free(names);
	free(path);
	free(node);
	return found;
}

/* What the kernel said last of a remote processor, if that is why it did not start. */
static char *start_failure(const struct doctor *doctor, const struct domain *domain)
{
	char *name = must_print("remoteproc %s: ", domain->rproc);
	char *last = klog_last(doctor->log, name, "", NULL);

	free(name);
	if (last && (strstr(last, "can't ") || strstr(last, "ailed")))
		return last;
	free(last);
	return NULL;
}

void doctor_look_at_start(struct doctor *doctor, const struct domain *domain)
{
	char *failure;

	if (!is_off(domain) || look_at_firmwares(doctor, domain))
		return;
	failure = start_failure(doctor, domain);
	if (failure) {
		doctor_found(doctor, "start-failed", domain->label);
		doctor_text(doctor, "the DSP is %s, and the kernel's log says: %s",
			    domain->rproc_state, failure);
		doctor_cure(doctor, "the lines before that one (dmesg) say why.  If they name authentication: the firmware files have to be those of this very machine");
	} else {
		doctor_found(doctor, "not-started", domain->label);
		doctor_text(doctor, "the DSP is %s: its firmware is there, and nothing has started it",
			    domain->rproc_state);
		doctor_cure(doctor, "echo start > /sys/class/remoteproc/%s/state, or enable the unit of your system that does",
			    domain->rproc);
	}
	free(failure);
}

static bool is_older(const char *release, const char *since)
{
	char *rest, *since_rest;
	unsigned long major = strtoul(release ? release : "", &rest, 10);
	unsigned long since_major = strtoul(since, &since_rest, 10);

	if (major != since_major)
		return major && major < since_major;
	return *rest == '.' && strtoul(rest + 1, NULL, 10) < strtoul(since_rest + 1, NULL, 10);
}

static void found_old_kernel(struct doctor *doctor, const struct domain *domain)
{
	if (doctor_has_found(doctor, "kernel-too-old-for-el2"))
		return;
	doctor_found(doctor, "kernel-too-old-for-el2", domain->label);
	doctor_text(doctor, "Linux runs at EL2, and Linux %s has no driver that manages the IOMMU of this DSP",
		    doctor->release);
	doctor_cure(doctor, "use Linux " PAS_IOMMU_SINCE " or newer, or boot below the hypervisor with the tree that is not for EL2");
}

/* At EL2 a DSP of PAS needs its stream in the tree, and a kernel that uses it. */
static void look_at_pas(struct doctor *doctor, const struct domain *domain, const char *node)
{
	char *fault = klog_last(doctor->log, "type mmufault", domain->rproc, NULL);

	if (file_existsf("%s/iommus", node)) {
		if (is_older(doctor->release, PAS_IOMMU_SINCE))
			found_old_kernel(doctor, domain);
	} else if (is_off(domain) || fault) {
		doctor_found(doctor, "tree-not-for-el2", domain->label);
		doctor_text(doctor, "Linux runs at EL2, and this device tree does not give it the SMMU stream of %s (iommus)",
			    domain->rproc);
		doctor_cure(doctor, "boot with the tree of this machine for EL2, NAME-el2.dtb");
	}
	free(fault);
}

void doctor_look_at_stream(struct doctor *doctor, const struct domain *domain)
{
	char *node = remoteproc_node(domain);

	if (node && doctor->level == LEVEL_EL2 && node_is_compatible(node, "-pas"))
		look_at_pas(doctor, domain, node);
	free(node);
}

static bool has_secure_boot(void)
{
	size_t len = 0;
	char *bytes = file_bytes(EFI_SECURE_BOOT, &len);
	bool on = bytes && len == 5 && bytes[4] == 1;

	free(bytes);
	return on;
}

static bool is_rejected(const struct doctor *doctor)
{
	char *line = klog_last(doctor->log, "Loading of ", " is rejected", NULL);
	bool rejected = line;

	free(line);
	return rejected;
}

/* Where "make install", DKMS and the package put it. */
static bool is_installed(const struct doctor *doctor)
{
	return file_countf("/lib/modules/%s/updates/fastrpc.ko*", doctor->release) ||
	       file_countf("/lib/modules/%s/updates/*/fastrpc.ko*", doctor->release);
}

static void look_at_absent_driver(struct doctor *doctor)
{
	if (doctor_has_found(doctor, "secure-boot") || doctor_has_found(doctor, "no-driver"))
		return;
	if (is_installed(doctor) && (has_secure_boot() || is_rejected(doctor))) {
		doctor_found(doctor, "secure-boot", NULL);
		doctor_text(doctor, "the driver is installed and not loaded: Secure Boot is on, and the kernel takes signed modules only");
		doctor_cure(doctor, "sign the module and enroll the key: docs/secure-boot.md");
	} else {
		doctor_found(doctor, "no-driver", NULL);
		doctor_text(doctor, "a DSP runs, and no driver \"fastrpc\" is loaded");
		doctor_cure(doctor, "%s", is_installed(doctor) ? "modprobe fastrpc" :
			    "install it for this kernel (dkms status tells for which it is built), then: modprobe fastrpc");
	}
}

static void look_at_foreign_driver(struct doctor *doctor)
{
	if (doctor_has_found(doctor, "in-tree-driver"))
		return;
	doctor_found(doctor, "in-tree-driver", NULL);
	doctor_text(doctor, "the module \"fastrpc\" that is loaded is the one that Linux ships, not this project's");
	if (is_installed(doctor))
		doctor_cure(doctor, "this project's is installed for this kernel: the other came out of the initramfs, or was loaded before.  update-initramfs -u, then reboot");
	else
		doctor_cure(doctor, "install this project's for Linux %s (dkms status tells for which it is built), then reboot",
			    doctor->release);
}

static bool has_node(const struct domain *domain)
{
	return domain->nodes[0].is_there || domain->nodes[1].is_there;
}

void doctor_look_at_driver(struct doctor *doctor, const struct domain *domain)
{
	bool is_loaded = file_existsf("/sys/module/fastrpc");

	if (is_loaded && !file_existsf("/sys/module/fastrpc/version")) {
		look_at_foreign_driver(doctor);
		return;
	}
	if (is_off(domain))
		return;
	if (!is_loaded) {
		look_at_absent_driver(doctor);
	} else if (!domain->device) {
		doctor_found(doctor, "no-channel", domain->label);
		doctor_text(doctor, "the DSP runs and has not opened its FastRPC channel");
		doctor_cure(doctor, "modprobe qcom_glink_smem (older machines: qcom_smd).  If that is loaded: the DSP's firmware is one without FastRPC");
	} else if (!domain->driver || !has_node(domain)) {
		doctor_found(doctor, "not-taken", domain->label);
		doctor_text(doctor, "the driver did not take the DSP: there is no %s",
			    domain->nodes[0].path);
		doctor_cure(doctor, "the kernel's log (dmesg | grep fastrpc) says why");
	}
}

/* Has a label's firmware a heap that it is told of?  That is the audio PD's. */
static bool has_audio_heap(const struct domain *domain)
{
	const struct frpc_domain_kind *kind = frpc_domain_kind_find(domain->label);

	return kind && kind->has_heap && !kind->is_heap_implicit;
}

/* What the driver said last of the heap of this node, if that was a refusal. */
static char *heap_refusal(const struct doctor *doctor, const struct domain *domain)
{
	char *node = must_print("%s: ", strstr(domain->of_node, "/base") + strlen("/base"));
	char *last = klog_last(doctor->log, node, "remote heap", NULL);
	char *text = last ? strstr(last, "no remote heap: ") : NULL;

	if (text)
		text = must_print("%s", text + strlen("no remote heap: "));
	free(last);
	free(node);
	return text;
}

void doctor_look_at_heap(struct doctor *doctor, const struct domain *domain)
{
	char *refusal;

	if (!has_audio_heap(domain))
		return;
	if (!file_existsf("%s/memory-region", domain->of_node)) {
		doctor_found(doctor, "no-memory-region", domain->label);
		doctor_text(doctor, "its node in the device tree has no memory-region: calls work, and the audio PD gets no memory");
		doctor_cure(doctor, "\"fastrpcctl check-dt --live\" prints the lines that the device tree needs");
		return;
	}
	refusal = heap_refusal(doctor, domain);
	if (refusal && strstr(refusal, "does not manage the IOMMU domain")) {
		found_old_kernel(doctor, domain);
	} else if (refusal && !strstr(refusal, "the driver tries again")) {
		doctor_found(doctor, "heap-refused", domain->label);
		doctor_text(doctor, "the driver gives the audio PD no memory: %s", refusal);
		doctor_cure(doctor, "docs/remote-heap.md, \"What is refused\", has the cure of each refusal");
	}
	free(refusal);
}

static char *last_fatal_error(const struct doctor *doctor)
{
	char *line = klog_last(doctor->log, "fatal error received: ", "", NULL), *text;

	if (!line)
		return must_print("the firmware said nothing");
	text = must_print("the last words of a DSP: %s", strstr(line, "received: ") + 10);
	free(line);
	return text;
}

void doctor_look_at_crashes(struct doctor *doctor, const struct domain *domain)
{
	char *name, *line, *words;
	size_t count;

	if (!domain->rproc)
		return;
	name = must_print("remoteproc %s: ", domain->rproc);
	line = klog_last(doctor->log, name, "crash detected", &count);
	if (count >= MANY_CRASHES) {
		words = last_fatal_error(doctor);
		doctor_found(doctor, "crashes", domain->label);
		doctor_text(doctor, "the DSP has crashed %zu times: %s; %s", count, line, words);
		if (strstr(line, "mmufault"))
			doctor_cure(doctor, "the SMMU stops an access of the DSP.  With an audio daemon: the heap is not mapped, see docs/hardware.md");
		else
			doctor_cure(doctor, "the words are the firmware's: compare its version with what the programs and the rest of the firmware expect.  Stop the programs that use the DSP, and see whether it still crashes");
		free(words);
	}
	free(line);
	free(name);
}
